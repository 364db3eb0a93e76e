//! Reads tables back: the one place that opens a spool or a complete table for reading.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use blattwerk_core::Document;
use csv::StringRecord;
use flate2::bufread::MultiGzDecoder;

use super::compression::Compression;
use super::config::Config;
use super::file::BYTE_ORDER_MARK;
use super::folder::UNFINISHED;
use super::format::Spool;
use super::spool::SpoolRows;
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

/// Opens the spool of a complete table in a folder, whatever the format of the table. Returns its file too.
pub(crate) fn open_complete(
    config: &Config,
    folder: &Path,
    table: &table::Table,
) -> Result<(PathBuf, Box<dyn Read>)> {
    let (file, conversion) = config.format.source(table.name, config.compression);
    let path = folder.join(file);
    let Some(conversion) = conversion else {
        let spool = open(&path, config.compression)?;
        return Ok((path, spool));
    };
    match File::open(&path).and_then(conversion.open) {
        Ok(rows) => {
            let mark: &[u8] = if config.bom { BYTE_ORDER_MARK } else { b"" };
            let spool = Spool::new(rows, config.dialect());
            Ok((path, Box::new(mark.chain(spool))))
        }
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// A table whose rows are read.
pub(crate) struct Table {
    path: PathBuf,
    rows: SpoolRows,
}

impl Table {
    /// Opens a complete table in a folder.
    pub(super) fn open_complete(
        config: &Config,
        folder: &Path,
        table: &table::Table,
    ) -> Result<Self> {
        let (path, spool) = open_complete(config, folder, table)?;
        let rows = SpoolRows::new(spool, config.dialect());
        Ok(Self { path, rows })
    }

    /// Opens a spool.
    pub(super) fn open_spool(config: &Config, path: PathBuf) -> Result<Self> {
        let spool = open(&path, config.compression)?;
        let rows = SpoolRows::new(spool, config.dialect());
        Ok(Self { path, rows })
    }

    /// Returns its file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the next row into a record; returns whether there was one.
    pub(crate) fn read(&mut self, row: &mut StringRecord) -> Result<bool> {
        let Self { path, rows } = self;
        rows.read(row).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })
    }

    /// Returns the rows.
    pub(super) fn into_rows(self) -> SpoolRows {
        self.rows
    }

    /// Returns the place of a column in the rows; none if the table was written before there was such a column.
    pub(crate) fn column(&mut self, name: &str) -> Result<Option<usize>> {
        let Self { path, rows } = self;
        rows.column(name).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })
    }

    /// Reads the next row; returns none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<&StringRecord>> {
        let Self { path, rows } = self;
        rows.next().map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })
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
    let spool = |table: &table::Table| unfinished.join(table.spool(config.compression));
    let mut rows = Table::open_spool(config, spool(&DUPLICATES))?;
    while let Some(row) = rows.next()? {
        copies.extend(row.get(0).map(str::to_owned));
    }
    let mut rows = Table::open_spool(config, spool(&NORMALIZED))?;
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
