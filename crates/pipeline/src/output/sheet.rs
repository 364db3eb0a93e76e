//! The rows of one table in the making: typed cells, written as CSV.

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
}

/// Rows of one table.
pub(super) struct Sheet {
    csv: csv::Writer<Vec<u8>>,
    /// Which of the cells of a row are written: those of the columns that the table has in this run.
    is_written: Vec<bool>,
    rows: u64,
    /// The digits of a number; kept from cell to cell.
    digits: String,
}

impl Sheet {
    /// Returns a sheet without rows.
    pub(super) fn new(delimiter: Delimiter, is_written: Vec<bool>) -> Self {
        let csv = csv::WriterBuilder::new()
            .delimiter(delimiter.byte())
            .from_writer(Vec::new());
        Self {
            csv,
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
                    Cell::Text(text) => text,
                    Cell::Blank => "",
                    Cell::Count(count) => {
                        write!(digits, "{count}").expect("a string takes all");
                        digits
                    }
                    Cell::Score(score) => {
                        write!(digits, "{score:.3}").expect("a string takes all");
                        digits
                    }
                };
                self.csv.write_field(field).expect("memory does not fail");
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
