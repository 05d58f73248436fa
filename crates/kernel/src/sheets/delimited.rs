//! CSV as Excel and WPS write it: UTF-8 with or without a mark, GB 18030, UTF-16; comma, semicolon or tab.

use std::io::Read;
use std::ops::ControlFlow;

use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8};
use jizuo_standards::element::Element;

use super::cell::Row;
use super::header::Layout;
use super::read::{TOP, WIDEST, find_layout, text, wrong};
use crate::Result;

/// The delimiter under which the header is recognised best.
pub(super) fn layout(bytes: &[u8], elements: &[&'static Element]) -> Result<Layout> {
    let mut best: Option<Layout> = None;
    for delimiter in [b',', b';', b'\t'] {
        let mut top = Vec::new();
        each(bytes, delimiter, &mut |row| {
            if row.number > TOP {
                return ControlFlow::Break(());
            }
            top.push(row);
            ControlFlow::Continue(())
        })?;
        let found = find_layout(&top, None, Some(delimiter), elements);
        if best.as_ref().is_none_or(|best| found.known() > best.known()) {
            best = Some(found);
        }
    }
    best.ok_or_else(|| wrong("base.sheet.empty", "文件里没有内容", "there is nothing in the file"))
}

pub(super) fn rows(bytes: &[u8], layout: &Layout, each_row: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<()> {
    each(bytes, layout.delimiter.unwrap_or(b','), each_row)
}

fn each(bytes: &[u8], delimiter: u8, each_row: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Decoded::new(bytes));
    let mut record = csv::StringRecord::new();
    // The reader passes over blank lines without counting them, and counts line breaks inside of cells.
    let mut inside = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => {
                return Err(wrong(
                    "base.sheet.broken",
                    "文件读到一半坏了，请重新导出后再上传",
                    "the file breaks off in the middle; export it anew and send it again",
                ));
            }
        }
        inside += record.iter().map(|field| field.matches('\n').count() as u64).sum::<u64>();
        let ended = reader.position().line().saturating_sub(1).saturating_sub(inside);
        let number = u32::try_from(ended).unwrap_or(u32::MAX);
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let cells = record.iter().take(WIDEST).map(text).collect();
        if each_row(Row { number, cells }).is_break() {
            return Ok(());
        }
    }
}

/// Reads any of the encodings as UTF-8, piece by piece, every line ended by one line feed.
struct Decoded<'a> {
    rest: &'a [u8],
    decoder: Decoder,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    /// A carriage return that may be half of a line end.
    pending: bool,
}

impl<'a> Decoded<'a> {
    fn new(bytes: &'a [u8]) -> Decoded<'a> {
        let encoding = Encoding::for_bom(bytes)
            .map_or_else(|| if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { GB18030 }, |(encoding, _)| encoding);
        let decoder = encoding.new_decoder_with_bom_removal();
        Decoded { rest: bytes, decoder, ready: Vec::new(), at: 0, ended: false, pending: false }
    }

    fn decode(&mut self) {
        let mut piece = vec![0; 64 * 1024];
        let (result, read, written, _) = self.decoder.decode_to_utf8(self.rest, &mut piece, true);
        self.rest = &self.rest[read..];
        self.ended = result == CoderResult::InputEmpty;
        self.ready.clear();
        self.at = 0;
        for byte in piece.iter().take(written) {
            if std::mem::take(&mut self.pending) && *byte != b'\n' {
                self.ready.push(b'\n');
            }
            match byte {
                b'\r' => self.pending = true,
                other => self.ready.push(*other),
            }
        }
        if self.ended {
            self.ready.push(b'\n');
        }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            self.decode();
        }
        let most = into.len().min(self.ready.len() - self.at);
        into[..most].copy_from_slice(&self.ready[self.at..self.at + most]);
        self.at += most;
        Ok(most)
    }
}
