//! Reads tables back: the one place that opens a spool for reading.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use blattwerk_core::Document;
use csv::StringRecord;
use flate2::bufread::MultiGzDecoder;

use super::compression::Compression;
use super::config::Config;
use super::folder::UNFINISHED;
use super::table::{self, DUPLICATES, NORMALIZED};
use crate::{Error, Result};

/// Opens a file of a run, and decompresses it.
pub(crate) fn open(path: &Path, compression: Compression) -> Result<Box<dyn Read>> {
    let open = || -> io::Result<Box<dyn Read>> {
        let file = BufReader::with_capacity(1 << 16, File::open(path)?);
        Ok(match compression {
            Compression::None => Box::new(file),
            Compression::Gzip => Box::new(MultiGzDecoder::new(file)),
            Compression::Zstd => Box::new(zstd::Decoder::with_buffer(file)?),
        })
    };
    open().map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

/// A table whose rows are read.
pub(super) struct Table {
    path: PathBuf,
    rows: csv::Reader<Box<dyn Read>>,
    row: StringRecord,
}

impl Table {
    /// Opens the spool of a table in a folder.
    pub(super) fn open(config: &Config, folder: &Path, table: &table::Table) -> Result<Self> {
        Self::open_file(config, folder.join(table.spool(config.compression)))
    }

    /// Opens a spool.
    pub(super) fn open_file(config: &Config, path: PathBuf) -> Result<Self> {
        let rows = csv::ReaderBuilder::new()
            .delimiter(config.delimiter.byte())
            .from_reader(open(&path, config.compression)?);
        Ok(Self {
            path,
            rows,
            row: StringRecord::new(),
        })
    }

    /// Returns the rows for another reader of CSV.
    pub(super) fn into_rows(self) -> csv::Reader<Box<dyn Read>> {
        self.rows
    }

    /// Returns the place of a column in the rows; none if the table was written before there was such a column.
    pub(super) fn column(&mut self, name: &str) -> Result<Option<usize>> {
        match self.rows.headers() {
            Ok(names) => Ok(names.iter().position(|found| found == name)),
            Err(error) => Err(Error::Read {
                path: self.path.clone(),
                source: error.into(),
            }),
        }
    }

    /// Reads the next row; returns none at the end.
    pub(super) fn next(&mut self) -> Result<Option<&StringRecord>> {
        match self.rows.read_record(&mut self.row) {
            Ok(is_row) => Ok(is_row.then_some(&self.row)),
            Err(error) => Err(Error::Read {
                path: self.path.clone(),
                source: error.into(),
            }),
        }
    }
}

/// Reads the articles of an unfinished run back, some at a time, without those that are copies of others.
///
/// They have their id and normalized text, in the order of the table.
pub(crate) fn originals(
    config: &Config,
    folder: &Path,
    each: &mut dyn FnMut(&[Document]),
) -> Result<()> {
    const TOGETHER: usize = 1000;
    let unfinished = folder.join(UNFINISHED);
    let mut copies = HashSet::new();
    let mut rows = Table::open(config, &unfinished, &DUPLICATES)?;
    while let Some(row) = rows.next()? {
        copies.extend(row.get(0).map(str::to_owned));
    }
    let mut rows = Table::open(config, &unfinished, &NORMALIZED)?;
    let column = rows.column("text")?;
    let mut documents = Vec::with_capacity(TOGETHER);
    while let Some(row) = rows.next()? {
        let (Some(id), Some(text)) = (row.get(0), column.and_then(|column| row.get(column))) else {
            continue;
        };
        if !copies.contains(id) {
            documents.push(Document::new(id, text));
        }
        if documents.len() == TOGETHER {
            each(&documents);
            documents.clear();
        }
    }
    each(&documents);
    Ok(())
}
