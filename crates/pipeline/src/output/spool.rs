//! The rows of a spool: CSV, whatever the format of the tables.

use std::io::{self, Read};

use csv::StringRecord;

use super::sheet::Dialect;

/// Reads the rows of a spool.
pub(super) struct SpoolRows {
    rows: csv::Reader<Box<dyn Read>>,
    dialect: Dialect,
    row: StringRecord,
}

impl SpoolRows {
    pub(super) fn new(spool: Box<dyn Read>, dialect: Dialect) -> Self {
        Self::read(spool, dialect, true)
    }

    /// Reads rows that have no header before them.
    pub(super) fn without_header(rows: Box<dyn Read>, dialect: Dialect) -> Self {
        Self::read(rows, dialect, false)
    }

    fn read(spool: Box<dyn Read>, dialect: Dialect, has_header: bool) -> Self {
        let rows = csv::ReaderBuilder::new()
            .has_headers(has_header)
            .delimiter(dialect.delimiter.byte())
            .from_reader(spool);
        Self {
            rows,
            dialect,
            row: StringRecord::new(),
        }
    }

    /// Returns the place of a column in the rows; none if the table was written before there was such a column.
    pub(super) fn column(&mut self, name: &str) -> io::Result<Option<usize>> {
        let names = self.rows.headers()?;
        Ok(names.iter().position(|found| found == name))
    }

    /// Reads the next row; returns none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<&StringRecord>> {
        let is_row = self.rows.read_record(&mut self.row)?;
        let dialect = self.dialect;
        if self.row.iter().any(|cell| dialect.read(cell) != cell) {
            self.row = self.row.iter().map(|cell| dialect.read(cell)).collect();
        }
        Ok(is_row.then_some(&self.row))
    }
}
