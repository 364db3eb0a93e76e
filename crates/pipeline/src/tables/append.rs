//! Adds the rows of a run to the tables of the runs before it.
//!
//! An article that was done again has its rows replaced: the old ones go, those of the run come last. So each
//! article has the rows of the last run that did it, exactly once.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::{Compression, Config, Layout, Open, Sink, Table, merged, read_record};
use crate::{Error, Result};

/// Rows are compressed and written so many bytes at a time.
const TOGETHER: usize = 1 << 22;

/// Writes each table with the old rows that stay and the new ones, beside the new one.
pub(super) fn merge(
    config: &Config,
    folder: &Path,
    layout: Layout,
    tables: &mut [(Table, Open)],
) -> Result<()> {
    let done = ids(config, tables, |table, row| {
        // A failure of the input may be a second article with an id, whose first one is as it was.
        table == Table::Failures && row.get(2) != Some("input")
            || matches!(
                table,
                Table::Normalized | Table::Duplicates | Table::Skipped
            )
    })?;
    let failed = ids(config, tables, |table, _| table == Table::Failures)?;
    for (table, open) in tables {
        let path = merged(&open.path);
        let mut out = Out::create(path, config, layout.columns(*table))?;
        let old = folder.join(table.file(config.compression));
        if old.exists() {
            let mut rows = read(&old, config)?;
            let mut row = csv::StringRecord::new();
            while next(&mut rows, &mut row, &old)? {
                let id = hash(row.get(0).unwrap_or_default());
                let goes = done.contains(&id) || *table == Table::Failures && failed.contains(&id);
                if !goes {
                    out.write(&row)?;
                }
            }
        }
        let mut rows = read(&open.path, config)?;
        let mut row = csv::StringRecord::new();
        while next(&mut rows, &mut row, &open.path)? {
            out.write(&row)?;
        }
        open.rows = out.finish()?;
    }
    Ok(())
}

/// Checks that the tables in a folder are written as the config says, so that rows can be added.
pub(super) fn check(settings: &serde_json::Value, folder: &Path) -> Result<()> {
    let Some(record) = read_record(folder)? else {
        return Ok(());
    };
    let empty = serde_json::Value::Null;
    let of = |settings: &serde_json::Value, key: &str| {
        let pointer = format!("/{}", key.replace('.', "/"));
        settings.pointer(&pointer).unwrap_or(&empty).clone()
    };
    let has_reasons = |settings| Layout::new(settings).has_reasons.into();
    let old = &record["config"];
    let keys = ["output.delimiter", "output.compression", "output.bom"];
    let written = keys.map(|key| (key, of(old, key), of(settings, key)));
    let columns = ("sentiment.explain", has_reasons(old), has_reasons(settings));
    for (key, was, is) in written.into_iter().chain([columns]) {
        if was != is {
            return Err(Error::Occupied {
                folder: folder.to_owned(),
                message: format!(
                    "rows cannot be added to its tables: `{key}` was {was}, is {is}; put that right, or choose \
                     another folder and state"
                ),
            });
        }
    }
    Ok(())
}

/// The hashes of the ids that some rows of the run have.
fn ids(
    config: &Config,
    tables: &[(Table, Open)],
    counts: impl Fn(Table, &csv::StringRecord) -> bool,
) -> Result<HashSet<u128>> {
    let with_articles = [
        Table::Normalized,
        Table::Duplicates,
        Table::Skipped,
        Table::Failures,
    ];
    let mut ids = HashSet::new();
    for (table, open) in tables {
        if !with_articles.contains(table) {
            continue;
        }
        let mut rows = read(&open.path, config)?;
        let mut row = csv::StringRecord::new();
        while next(&mut rows, &mut row, &open.path)? {
            if counts(*table, &row) {
                ids.insert(hash(row.get(0).unwrap_or_default()));
            }
        }
    }
    Ok(ids)
}

fn hash(id: &str) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..16]);
    u128::from_le_bytes(half)
}

/// Opens a table to read its rows.
pub(super) fn read(path: &Path, config: &Config) -> Result<csv::Reader<Box<dyn Read>>> {
    let open = || -> std::io::Result<Box<dyn Read>> {
        let file = BufReader::with_capacity(1 << 16, File::open(path)?);
        Ok(match config.compression {
            Compression::None => Box::new(file),
            Compression::Gzip => Box::new(MultiGzDecoder::new(file)),
            Compression::Zstd => Box::new(zstd::Decoder::with_buffer(file)?),
        })
    };
    let rows = open().map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut csv = csv::ReaderBuilder::new();
    Ok(csv.delimiter(config.delimiter.byte()).from_reader(rows))
}

/// Reads the next row of a table, if there is one.
fn next(
    rows: &mut csv::Reader<Box<dyn Read>>,
    row: &mut csv::StringRecord,
    path: &Path,
) -> Result<bool> {
    rows.read_record(row).map_err(|error| Error::Read {
        path: path.to_owned(),
        source: error.into(),
    })
}

/// A table that is written anew.
struct Out {
    open: Open,
    csv: csv::Writer<Vec<u8>>,
    delimiter: u8,
    rows: u64,
}

impl Out {
    fn create(path: PathBuf, config: &Config, columns: &[&str]) -> Result<Self> {
        let mut open = Open::create(path, config.compression)?;
        if config.bom {
            open.with_sink(|sink| sink.write_all("\u{FEFF}".as_bytes()))?;
        }
        let delimiter = config.delimiter.byte();
        let mut out = Self {
            open,
            csv: writer(delimiter),
            delimiter,
            rows: 0,
        };
        out.write(&columns.iter().collect())?;
        out.rows = 0;
        Ok(out)
    }

    fn write(&mut self, row: &csv::StringRecord) -> Result<()> {
        self.csv
            .write_record(row)
            .expect("a row that was read has its columns, and memory does not fail");
        self.rows += 1;
        if self.csv.get_ref().len() > TOGETHER {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let csv = std::mem::replace(&mut self.csv, writer(self.delimiter));
        let bytes = csv.into_inner().expect("memory does not fail");
        self.open.with_sink(|sink| {
            sink.write_all(&bytes)?;
            sink.end_member()
        })
    }

    /// Brings the table to disk, and returns how many rows it has.
    fn finish(mut self) -> Result<u64> {
        self.flush()?;
        self.open.with_sink(Sink::sync)?;
        Ok(self.rows)
    }
}

fn writer(delimiter: u8) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new())
}
