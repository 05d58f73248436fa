//! One row of the sheet, read as somebody with a household: values, where, and what is wrong.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use jizuo_standards::element;
use tokio::sync::mpsc;

use super::CHUNK;
use super::batch::{Batch, Mapping};
use crate::places::{Kind, Place, Tree};
use crate::sheets::{Book, Cell, Cleaner, Row, Wrong};
use crate::snapshot::Snapshot;
use crate::{Ctx, Error, Result, Text};

pub(super) struct Line {
    pub(super) row: u32,
    pub(super) values: BTreeMap<&'static str, String>,
    pub(super) place: Option<Arc<Place>>,
    pub(super) wrong: Vec<Wrong>,
}

impl Line {
    pub(super) fn value(&self, id: &str) -> Option<&str> {
        self.values.get(id).map(String::as_str)
    }

    /// The household's village and number, where both are known.
    pub(super) fn household(&self) -> Option<(i32, &str)> {
        Some((self.place.as_ref()?.village?, self.value("household.number")?))
    }

    pub(super) fn blame(&mut self, element: Option<&str>, code: &'static str, message: Text) {
        self.wrong.push(Wrong::new(element, code, message));
    }
}

const PLACE: &str = "household.place";
const RESIDENCE: &str = "person.residence";

/// Reads rows of one file as lines.
pub(super) struct Reader {
    cleaner: Cleaner,
    mapping: Mapping,
    snapshot: Arc<Snapshot>,
    here: Arc<Place>,
    /// Villages below by name; none where two share it.
    named: HashMap<String, Option<Arc<Place>>>,
}

impl Reader {
    pub(super) fn new(ctx: &Ctx, batch: &Batch, mapping: &Mapping) -> Result<Reader> {
        let tree = &ctx.snapshot.places;
        let here = tree.place(batch.place)?;
        let mut named: HashMap<String, Option<Arc<Place>>> = HashMap::new();
        for place in tree.descendants(here.id).into_iter().filter_map(|id| tree.get(id)) {
            if place.kind == Kind::Village && place.until.is_none() {
                named.entry(place.name.clone()).and_modify(|one| *one = None).or_insert_with(|| Some(place.clone()));
            }
        }
        let cleaner = Cleaner { today: ctx.today(), since_1904: mapping.layout.since_1904, format: mapping.format };
        Ok(Reader { cleaner, mapping: mapping.clone(), snapshot: ctx.snapshot.clone(), here, named })
    }

    pub(super) fn line(&self, mut row: Row) -> Line {
        let layout = &self.mapping.layout;
        // A village written as its name is as good as its code.
        for index in [PLACE, RESIDENCE].iter().filter_map(|id| layout.index_of(id)) {
            if let Some(Cell::Text(name)) = row.cells.get(index)
                && let Some(Some(place)) = self.named.get(name.trim())
            {
                row.cells[index] = Cell::Text(place.code.clone());
            }
        }
        let cleaned = self.cleaner.row(layout, &row);
        let mut line = Line { row: row.number, values: cleaned.values, place: None, wrong: cleaned.wrong };
        if line.value("person.name").is_none()
            && !line.wrong.iter().any(|w| w.element.as_deref() == Some("person.name"))
        {
            line.blame(
                Some("person.name"),
                "base.field.missing",
                Text::new("没有姓名，请填写", "there is no name; fill it in"),
            );
        }
        line.place = self.place(&mut line);
        line
    }

    fn place(&self, line: &mut Line) -> Option<Arc<Place>> {
        let tree: &Tree = &self.snapshot.places;
        let said = [PLACE, RESIDENCE].into_iter().find_map(|id| Some((id, line.values.get(id)?.clone())));
        let Some((element, code)) = said else {
            if self.here.kind >= Kind::Village {
                return Some(self.here.clone());
            }
            if !line.wrong.iter().any(|wrong| wrong.element.as_deref() == Some(PLACE)) {
                let why = Text::new(
                    "没有写明所在村（社区）：请加一列“所在村（社区）”，或在该村导入",
                    "the row names no village: add a column for it, or import at the village",
                );
                line.blame(Some(PLACE), "base.import.village", why);
            }
            return None;
        };
        let found = tree.resolve(&code).map(|resolved| resolved.place).filter(|place| {
            place.kind >= Kind::Village && place.until.is_none() && tree.contains(self.here.id, place.id)
        });
        match found {
            // Where a person lives may lie elsewhere; where they are recorded lies here.
            None if element == RESIDENCE && self.here.kind >= Kind::Village => Some(self.here.clone()),
            None => {
                let why = Text::new(
                    "这个村（社区）不在导入的地方之内，请核对编码或名称",
                    "this village does not lie where the import is made; check its code or name",
                );
                line.blame(Some(element), "base.place.foreign", why);
                None
            }
            found => found,
        }
    }
}

/// Reads a file beside the request, a chunk of rows at a time, and no more than two ahead.
pub(super) fn chunks(book: Book, from: u32) -> mpsc::Receiver<Result<Vec<Row>>> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut rows = Vec::with_capacity(CHUNK);
        let read = book.rows(from, |row| {
            rows.push(row);
            if rows.len() < CHUNK {
                return ControlFlow::Continue(());
            }
            match sender.blocking_send(Ok(std::mem::replace(&mut rows, Vec::with_capacity(CHUNK)))) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        let last: Result<Vec<Row>, Error> = read.map(|()| rows);
        // Nobody listens any more when the import was stopped.
        let _ = sender.blocking_send(last);
    });
    receiver
}

/// The values of a line that are of one noun, as facts take them.
pub(super) fn facts_of(line: &Line, noun: &str) -> Vec<crate::people::facts::Value> {
    let others = ["household.relationship"];
    line.values
        .iter()
        .filter(|(id, _)| id.starts_with(noun) && !others.contains(id))
        .filter_map(|(id, value)| Some((element::find(id)?, value.clone())))
        .collect()
}
