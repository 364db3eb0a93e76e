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
        Self::open(spool, dialect, true)
    }

    /// Reads rows that have no header before them.
    pub(super) fn without_header(rows: Box<dyn Read>, dialect: Dialect) -> Self {
        Self::open(rows, dialect, false)
    }

    fn open(spool: Box<dyn Read>, dialect: Dialect, has_header: bool) -> Self {
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
        let mut row = std::mem::take(&mut self.row);
        let is_row = self.read(&mut row);
        self.row = row;
        Ok(is_row?.then_some(&self.row))
    }

    /// Reads the next row into a record; returns whether there was one.
    pub(super) fn read(&mut self, row: &mut StringRecord) -> io::Result<bool> {
        let is_row = self.rows.read_record(row)?;
        let dialect = self.dialect;
        if dialect.has_safe_cells && row.iter().any(|cell| dialect.read(cell) != cell) {
            *row = row.iter().map(|cell| dialect.read(cell)).collect();
        }
        Ok(is_row)
    }
}
