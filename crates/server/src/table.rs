//! A table on the terminal; Chinese characters take two columns.

use crate::terminal::tell_line;

/// Prints rows under their headings, each column as wide as its widest cell.
pub(crate) fn print(headings: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = headings.iter().map(|text| width(text)).collect();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            if let Some(known) = widths.get_mut(at) {
                *known = (*known).max(width(cell));
            }
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (cell, wide) in cells.iter().zip(&widths) {
            text.push_str(&padded(cell, *wide + 2));
        }
        tell_line!("{}", text.trim_end());
    };
    line(headings.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}

/// The text with spaces up to a number of columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// East Asian wide and full-width characters, as far as names of places and people have them.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn chinese_takes_two_columns() {
        for (text, columns) in [("abc", 3), ("五华区", 6), ("530102 五华区", 13), ("𠮷", 2), ("古丽·阿", 7)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
    }
}
