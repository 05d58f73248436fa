//! Merged cells: what stands in the corner of a merged range stands in all of it.

use std::collections::VecDeque;

use super::cell::Cell;

/// A range, both ends inclusive, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) top: u32,
    pub(super) left: u32,
    pub(super) bottom: u32,
    pub(super) right: u32,
}

/// Fills merged ranges while rows pass by from the top; keeps no more than the ranges themselves.
pub(super) struct Merged {
    ahead: VecDeque<Range>,
    open: Vec<(Range, Cell)>,
}

impl Merged {
    pub(super) fn new(mut ranges: Vec<Range>) -> Merged {
        ranges.sort_unstable_by_key(|range| (range.top, range.left));
        Merged { ahead: ranges.into(), open: Vec::new() }
    }

    /// Fills one row, at most `width` cells wide. Rows come in their order; some may be left out.
    pub(super) fn fill(&mut self, row: u32, cells: &mut Vec<Cell>, width: usize) {
        self.open.retain(|(range, _)| range.bottom >= row);
        while self.ahead.front().is_some_and(|range| range.top <= row) {
            let Some(range) = self.ahead.pop_front() else { break };
            // A range whose first row was not in the file has an empty corner.
            let corner = if range.top == row { cells.get(range.left as usize).cloned() } else { None };
            if range.bottom >= row {
                self.open.push((range, corner.unwrap_or_default()));
            }
        }
        for (range, corner) in &self.open {
            if matches!(corner, Cell::Empty) {
                continue;
            }
            let right = (range.right as usize).min(width.saturating_sub(1));
            if cells.len() <= right {
                cells.resize(right + 1, Cell::Empty);
            }
            for cell in cells.iter_mut().take(right + 1).skip(range.left as usize) {
                if cell.is_empty() {
                    *cell = corner.clone();
                }
            }
        }
    }
}
