//! Turns what went through a run into rows of CSV, in memory.

use std::io;
use std::sync::Arc;

use blattwerk_core::Document;

use super::file::Length;
use super::layout::Layout;
use super::sheet::{Dialect, Sheet};
use super::spool::SpoolRows;
use super::table::{FAILURES, Facts, NORMALIZED, Rows as Source, SKIPPED, TABLES};
use crate::fate::{Duplicate, Failed, Skipped};

/// Rows of each table, in the order of [`TABLES`].
pub(crate) struct Rows {
    /// The bytes to append to each table, and how many rows they are.
    pub(super) tables: Vec<(Vec<u8>, u64)>,
    /// How much of that belongs to each article or failure, by table, in the order of rendering.
    pub(crate) parts: Vec<Vec<Length>>,
}

impl Rows {
    /// Returns rows that were rendered before.
    pub(crate) fn rendered(tables: Vec<(Vec<u8>, u64)>) -> Self {
        Self {
            tables,
            parts: Vec::new(),
        }
    }

    /// Returns the bytes of each table.
    pub(crate) fn into_bytes(self) -> Vec<Vec<u8>> {
        self.tables.into_iter().map(|(bytes, _)| bytes).collect()
    }
}

/// An article that has rows.
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) taker: Taker,
}

/// What became of an article that took its id.
pub(crate) enum Taker {
    /// It went through all stages; its normalized text.
    Article(String),
    Skipped,
    Failed,
}

/// Renders rows.
#[derive(Debug, Clone)]
pub(crate) struct Renderer {
    dialect: Dialect,
    layout: Arc<Layout>,
    facts: Facts,
}

impl Renderer {
    pub(crate) fn new(dialect: Dialect, layout: Layout, facts: Facts) -> Self {
        Self {
            dialect,
            layout: layout.into(),
            facts,
        }
    }

    /// Returns the rows of some documents, in their order.
    pub(crate) fn documents(&self, documents: &[Document]) -> Rows {
        let mut sheets = self.sheets();
        for document in documents {
            sheets.part(|source, sheet| {
                if let Source::Documents(rows) = source {
                    rows(document, &self.facts, sheet);
                }
            });
        }
        sheets.into_rows()
    }

    /// Returns the rows of some articles that are copies, were left out or failed, each in their order.
    pub(crate) fn rest(
        &self,
        duplicates: &[Duplicate],
        skipped: &[Skipped],
        failures: &[Failed],
    ) -> Rows {
        let mut sheets = self.sheets();
        for duplicate in duplicates {
            sheets.part(|source, sheet| {
                if let Source::Duplicates(rows) = source {
                    rows(duplicate, sheet);
                }
            });
        }
        for skipped in skipped {
            sheets.part(|source, sheet| {
                if let Source::Skipped(rows) = source {
                    rows(skipped, sheet);
                }
            });
        }
        for failed in failures {
            sheets.part(|source, sheet| {
                if let Source::Failures(rows) = source {
                    rows(failed, sheet);
                }
            });
        }
        sheets.into_rows()
    }

    /// Returns the article that took its id, if rendered rows are those of one article.
    ///
    /// What could not be read has not taken its id.
    pub(crate) fn article(&self, rows: &Rows) -> Option<Article> {
        for (table, (bytes, _)) in TABLES.iter().zip(&rows.tables) {
            let is_article = [&NORMALIZED, &SKIPPED, &FAILURES].contains(table);
            if !is_article || bytes.is_empty() {
                continue;
            }
            let columns = self.layout.columns(table);
            let place = |name: &str| columns.iter().position(|column| column.name == name);
            let rows = Box::new(io::Cursor::new(bytes.clone()));
            let mut rows = SpoolRows::without_header(rows, self.dialect);
            let row = rows.next().ok()??;
            let cell = |name: &str| row.get(place(name)?).map(str::to_owned);
            let taker = if **table == NORMALIZED {
                Taker::Article(cell("text")?)
            } else if **table == SKIPPED {
                Taker::Skipped
            } else if cell("stage")? == "input" {
                return None;
            } else {
                Taker::Failed
            };
            return Some(Article {
                id: cell("article_id")?,
                source: cell("source")?,
                taker,
            });
        }
        None
    }

    /// Returns the header of every table, which is not counted as a row.
    pub(crate) fn headers(&self) -> Rows {
        let mut sheets = self.sheets();
        for (table, sheet) in TABLES.iter().zip(&mut sheets.open) {
            sheet.header(table.columns.iter().map(|column| column.name));
        }
        sheets.into_rows()
    }

    fn sheets(&self) -> Sheets {
        let sheet = |index| Sheet::new(self.dialect, self.layout.is_written(index));
        Sheets {
            open: (0..TABLES.len()).map(sheet).collect(),
            parts: Vec::new(),
            before: vec![Length::default(); TABLES.len()],
        }
    }
}

/// A sheet for each table.
struct Sheets {
    open: Vec<Sheet>,
    parts: Vec<Vec<Length>>,
    /// How long the sheets were at the end of the last part.
    before: Vec<Length>,
}

impl Sheets {
    /// Lets every table write its rows of a part, and notes how much was added to each sheet.
    fn part(&mut self, write: impl Fn(Source, &mut Sheet)) {
        for (table, sheet) in TABLES.iter().zip(&mut self.open) {
            write(table.rows, sheet);
        }
        let sheets = self.open.iter_mut().zip(&mut self.before);
        let part = sheets.map(|(sheet, before)| {
            let (bytes, rows) = sheet.length();
            let added = Length {
                bytes: bytes - before.bytes,
                rows: rows - before.rows,
            };
            *before = Length { bytes, rows };
            added
        });
        self.parts.push(part.collect());
    }

    fn into_rows(self) -> Rows {
        Rows {
            tables: self.open.into_iter().map(Sheet::into_bytes).collect(),
            parts: self.parts,
        }
    }
}
