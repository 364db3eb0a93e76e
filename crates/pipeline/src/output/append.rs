//! Adds the rows of a run to the tables of the runs before it.
//!
//! The rows of an article that was processed again are replaced: the old ones go, those of the run come last. So each
//! article has the rows of the last run that processed it, exactly once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::column::{Column, Kind};
use super::config::Config;
use super::file::{BYTE_ORDER_MARK, Open};
use super::folder::{merged, read_record};
use super::layout::Layout;
use super::read;
use super::sheet::{Cell, Dialect, Sheet};
use super::table::{DUPLICATES, FAILURES, NORMALIZED, SKIPPED, Table};
use crate::digest::digest;
use crate::{Error, Result};

/// How many bytes of rows are compressed and written at a time.
const TOGETHER: u64 = 1 << 22;

/// Writes each table with the old rows that stay and the new ones, beside the new one.
pub(super) fn merge(
    config: &Config,
    folder: &Path,
    layout: &Layout,
    tables: &mut [(&'static Table, Open)],
) -> Result<()> {
    let done = ids(config, tables, |table, row| {
        // A failure of the input may be a second article with an id, whose first one is unchanged.
        *table != FAILURES || row.get(2) != Some("input")
    })?;
    let failed = ids(config, tables, |table, _| *table == FAILURES)?;
    // What the record lists must be there: a table that cannot be read must not lose its rows in silence.
    let listed: HashSet<String> = read_record(folder)?.map_or_else(HashSet::new, |record| {
        let tables = record.tables.into_iter();
        tables.map(|table| table.file).collect()
    });
    let of_articles = tables.iter_mut();
    for (table, open) in of_articles.filter(|(table, _)| !table.is_made_from_others()) {
        let path = merged(&open.path);
        let columns = layout.columns(table);
        let mut out = Out::create(path, config, &columns)?;
        if table.files(config).iter().any(|file| listed.contains(file)) {
            let mut rows = read::Table::open_complete(config, folder, table)?;
            let places = columns.iter().map(|column| rows.column(column.name));
            let places: Vec<_> = places.collect::<Result<_>>()?;
            while let Some(row) = rows.next()? {
                let id = digest(row.get(0).unwrap_or_default().as_bytes());
                let goes = done.contains(&id) || **table == FAILURES && failed.contains(&id);
                if !goes {
                    // A column that an earlier version did not have is empty.
                    let cell = |place: &Option<usize>| place.and_then(|place| row.get(place));
                    let cells = places.iter().map(|place| cell(place).unwrap_or_default());
                    out.write(cells)?;
                }
            }
        }
        let mut rows = read::Table::open_spool(config, open.path.clone())?;
        while let Some(row) = rows.next()? {
            out.write(row)?;
        }
        open.rows = out.finish()?;
    }
    Ok(())
}

/// Checks that rows can be added to the tables of a folder: that they are written as these settings demand.
///
/// # Errors
///
/// If they have another format or other columns.
pub(crate) fn check(settings: &Json, folder: &Path) -> Result<()> {
    let Some(record) = read_record(folder)? else {
        return Ok(());
    };
    let written = ["format", "delimiter", "compression", "bom", "safe_cells"].map(|key| {
        let of = |settings: &Json| settings.pointer(&format!("/output/{key}")).cloned();
        (
            format!("output.{key}"),
            of(&record.config).unwrap_or_default(),
            of(settings).unwrap_or_default(),
        )
    });
    let (was, is) = (Layout::new(&record.config), Layout::new(settings));
    let columns = was.optional_columns().zip(is.optional_columns());
    let columns = columns.map(|((setting, was), (_, is))| (setting.into(), was.into(), is.into()));
    for (key, was, is) in written.into_iter().chain(columns) {
        if was != is {
            let shown = |value: &Json| match value {
                Json::Null => "not set".to_owned(),
                value => value.to_string(),
            };
            let (was, is) = (shown(&was), shown(&is));
            return Err(Error::Occupied {
                folder: folder.to_owned(),
                message: format!(
                    "rows cannot be added to its tables: `{key}` was {was}, is now {is}; change it back, or choose \
                     another folder and state file"
                ),
            });
        }
    }
    Ok(())
}

/// Returns the hashes of the ids of articles that have rows in the tables of a run, or failed.
fn ids(
    config: &Config,
    tables: &[(&'static Table, Open)],
    counts: impl Fn(&Table, &csv::StringRecord) -> bool,
) -> Result<HashSet<u128>> {
    // Every article has a row in one of these.
    let with_articles = [&NORMALIZED, &DUPLICATES, &SKIPPED, &FAILURES];
    let mut ids = HashSet::new();
    for (table, open) in tables {
        if !with_articles.contains(table) {
            continue;
        }
        let mut rows = read::Table::open_spool(config, open.path.clone())?;
        while let Some(row) = rows.next()? {
            if counts(table, row) {
                ids.insert(digest(row.get(0).unwrap_or_default().as_bytes()));
            }
        }
    }
    Ok(ids)
}

/// A table that is rewritten.
struct Out {
    open: Open,
    dialect: Dialect,
    columns: Vec<&'static Column>,
    sheet: Sheet,
    rows: u64,
}

impl Out {
    fn create(path: PathBuf, config: &Config, columns: &[&'static Column]) -> Result<Self> {
        let mut open = Open::create(path, config.compression)?;
        if config.bom {
            open.write(BYTE_ORDER_MARK)?;
        }
        let dialect = config.dialect();
        let mut sheet = Sheet::new(dialect, vec![true; columns.len()]);
        sheet.header(columns.iter().map(|column| column.name));
        Ok(Self {
            open,
            dialect,
            columns: columns.to_vec(),
            sheet,
            rows: 0,
        })
    }

    fn write<'a>(&mut self, row: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let cells = self.columns.iter().zip(row);
        self.sheet
            .row(cells.map(|(column, cell)| match column.kind {
                Kind::Text => Cell::Text(cell),
                Kind::Count | Kind::Score => Cell::Digits(cell),
            }));
        let (bytes, _) = self.sheet.length();
        if bytes > TOGETHER {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let empty = Sheet::new(self.dialect, vec![true; self.columns.len()]);
        let (bytes, rows) = std::mem::replace(&mut self.sheet, empty).into_bytes();
        self.rows += rows;
        self.open.write(&bytes)?;
        self.open.end_member()
    }

    /// Flushes the table to disk, and returns how many rows it has.
    fn finish(mut self) -> Result<u64> {
        self.flush()?;
        self.open.sync()?;
        Ok(self.rows)
    }
}
