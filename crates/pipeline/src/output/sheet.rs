//! The rows of one table in the making: typed cells, written as CSV.

use std::borrow::Cow;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What stands between two columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Delimiter {
    /// A comma.
    #[default]
    #[serde(rename = ",")]
    Comma,
    /// A semicolon, which Excel expects in German.
    #[serde(rename = ";")]
    Semicolon,
    /// A tab.
    #[serde(rename = "\t")]
    Tab,
}

impl Delimiter {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// How rows are written as CSV.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dialect {
    /// What stands between two columns.
    pub(super) delimiter: Delimiter,
    /// Whether texts that a spreadsheet would run are marked as text.
    pub(super) has_safe_cells: bool,
}

impl Dialect {
    /// Returns a text as it is written.
    fn written(self, text: &str) -> Cow<'_, str> {
        if self.has_safe_cells && is_formula(text) {
            format!("{MARK}{text}").into()
        } else {
            text.into()
        }
    }

    /// Returns the text that is written as `cell`.
    pub(super) fn read(self, cell: &str) -> &str {
        let text = cell.strip_prefix(MARK).filter(|text| is_formula(text));
        text.filter(|_| self.has_safe_cells).unwrap_or(cell)
    }
}

/// What marks a cell as text for a spreadsheet.
const MARK: char = '\'';

/// Returns whether a spreadsheet may take a text for a formula.
///
/// So it does if it begins with one of these characters, as OWASP lists them. A text that has marks before it gets one more,
/// so that reading knows which of them were added.
fn is_formula(text: &str) -> bool {
    let unmarked = text.trim_start_matches(MARK);
    unmarked.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// A cell of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    /// Text, which may be empty.
    Text(&'a str),
    /// A count, an index or an offset; offsets count characters of the article as it came in.
    Count(usize),
    /// A probability or another weight, written with three decimals.
    Score(f64),
    /// A number that is missing.
    Blank,
    /// A number that is written already.
    Digits(&'a str),
}

/// Rows of one table.
pub(super) struct Sheet {
    csv: csv::Writer<Vec<u8>>,
    dialect: Dialect,
    /// Which of the cells of a row are written: those of the columns that the table has in this run.
    is_written: Vec<bool>,
    rows: u64,
    /// The digits of a number; kept from cell to cell.
    digits: String,
}

impl Sheet {
    /// Returns a sheet without rows.
    pub(super) fn new(dialect: Dialect, is_written: Vec<bool>) -> Self {
        let csv = csv::WriterBuilder::new()
            .delimiter(dialect.delimiter.byte())
            .from_writer(Vec::new());
        Self {
            csv,
            dialect,
            is_written,
            rows: 0,
            digits: String::new(),
        }
    }

    /// Appends a row, which has a cell for every column the table can have.
    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        self.rows += 1;
        self.record(cells);
    }

    /// Appends the row of the column names, which is not counted.
    pub(super) fn header<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.record(names.into_iter().map(Cell::Text));
    }

    fn record<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (cell, is_written) in cells.into_iter().zip(&self.is_written) {
            if *is_written {
                let digits = &mut self.digits;
                digits.clear();
                let field = match cell {
                    Cell::Text(text) => self.dialect.written(text),
                    Cell::Blank => "".into(),
                    Cell::Digits(digits) => digits.into(),
                    Cell::Count(count) => {
                        digits.push_str(itoa::Buffer::new().format(count));
                        digits.as_str().into()
                    }
                    Cell::Score(score) => {
                        push_score(digits, score);
                        digits.as_str().into()
                    }
                };
                self.csv
                    .write_field(field.as_bytes())
                    .expect("memory does not fail");
            }
        }
        self.csv
            .write_record(None::<&[u8]>)
            .expect("every row of a table has its columns, and memory does not fail");
    }

    /// Returns the bytes and rows so far.
    pub(super) fn length(&mut self) -> (u64, u64) {
        self.csv.flush().expect("memory does not fail");
        (self.csv.get_ref().len() as u64, self.rows)
    }

    /// Returns the CSV and how many rows it has.
    pub(super) fn into_bytes(self) -> (Vec<u8>, u64) {
        let bytes = self.csv.into_inner().expect("memory does not fail");
        (bytes, self.rows)
    }
}

/// Appends a number with three decimals, as formatting does, but several times as fast.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is neither negative nor large"
)]
fn push_score(digits: &mut String, score: f64) {
    let scaled = score * 1000.0;
    // Which way a half goes depends on digits that multiplying has rounded.
    let is_half = (scaled.fract() - 0.5).abs() < 1e-6;
    if !(0.0..1e6).contains(&scaled) || is_half || score.is_sign_negative() {
        write!(digits, "{score:.3}").expect("a string takes all");
        return;
    }
    let rounded = scaled.round() as u32;
    digits.push_str(itoa::Buffer::new().format(rounded / 1000));
    digits.push('.');
    for unit in [100, 10, 1] {
        digits.push(char::from(b'0' + (rounded / unit % 10) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_written_as_formatting_does() {
        let halves = (0..4000).map(|n| f64::from(n) / 2000.0);
        let near = halves
            .clone()
            .flat_map(|score| [score.next_up(), score.next_down()]);
        let parts = (0..4096).map(|n| f64::from(n) / 4096.0);
        let singles = (0..5000_u16).map(|n| f64::from(f32::from(n) / 4999.0));
        let odd = [
            -0.0,
            -0.25,
            999.9994,
            999.9996,
            1e9,
            f64::NAN,
            f64::INFINITY,
            1e-300,
        ];
        for score in halves.chain(near).chain(parts).chain(singles).chain(odd) {
            let mut digits = String::new();
            push_score(&mut digits, score);
            assert_eq!(digits, format!("{score:.3}"), "{score:?}");
        }
    }

    #[test]
    fn safe_cells_are_no_formulas_and_can_be_read_back() {
        let safe = Dialect {
            has_safe_cells: true,
            ..Dialect::default()
        };
        for (text, cell) in [
            ("", ""),
            ("Köln = schön", "Köln = schön"),
            ("=1+1", "'=1+1"),
            ("+49 221", "'+49 221"),
            ("- Der Rat", "'- Der Rat"),
            ("-", "'-"),
            ("@stadt", "'@stadt"),
            ("\t=1", "'\t=1"),
            ("\r\nEin Satz", "'\r\nEin Satz"),
            ("\n", "'\n"),
            ("– Der Rat", "– Der Rat"),
            (" =1", " =1"),
            // What looks as if it was marked.
            ("'", "'"),
            ("''", "''"),
            ("'s ist Zeit", "'s ist Zeit"),
            ("'=1", "''=1"),
            ("''-1", "'''-1"),
        ] {
            assert_eq!(safe.written(text), cell, "{text:?}");
            assert_eq!(safe.read(cell), text, "{cell:?}");
            let plain = Dialect::default();
            assert_eq!(plain.written(text), text);
            assert_eq!(plain.read(cell), cell, "nothing was marked");
        }
    }

    #[test]
    fn numbers_are_not_marked() {
        let dialect = Dialect {
            has_safe_cells: true,
            ..Dialect::default()
        };
        let mut sheet = Sheet::new(dialect, vec![true; 4]);
        let numbers = [Cell::Score(-0.5), Cell::Digits("-3"), Cell::Blank];
        sheet.row(numbers.into_iter().chain([Cell::Text("-3")]));
        assert_eq!(sheet.into_bytes(), (b"-0.500,-3,,'-3\n".to_vec(), 1));
    }
}
