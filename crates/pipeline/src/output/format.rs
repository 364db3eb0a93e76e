//! The formats that tables are written in.
//!
//! While a run goes on, every table is a spool of CSV rows: it can be cut at a byte, so that the run can be resumed,
//! and its rows can be copied, so that runs can be merged. Any other format is written from the spool when the table is complete,
//! and turned back into a spool where the tables of earlier runs are read.
//! To add a format, add a file beside this one with its [`Format`], and list it in [`FORMATS`].

mod csv;
mod parquet;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::column::Column;
use super::compression::Compression;
use super::sheet::{Dialect, Sheet};
use super::spool::SpoolRows;

/// The formats; the first one is the default.
static FORMATS: &[&dyn Format] = &[&csv::Csv, &parquet::Parquet];

/// A format that tables are written in.
pub(super) trait Format: Sync {
    /// Returns the name of the format in the config.
    fn name(&self) -> &'static str;

    /// Returns a sentence for the manual.
    fn about(&self) -> &'static str;

    /// Returns what the name of a file ends with.
    fn suffix(&self, compression: Compression) -> String;

    /// Returns how a spool becomes a table and a table becomes a spool; none if they are the same.
    fn conversion(&self) -> Option<Conversion>;
}

/// The way from a spool to a table, and back.
#[derive(Clone, Copy)]
pub(super) struct Conversion {
    /// Writes the rows of a complete table, which has these columns, into an empty file.
    pub(super) write: fn(&[&Column], &mut SpoolRows, File) -> io::Result<()>,
    /// Opens a table to read its rows.
    pub(super) open: fn(File) -> io::Result<Box<dyn Rows>>,
}

/// The rows of a table that is read back.
pub(super) trait Rows {
    /// Returns the names of the columns.
    fn columns(&self) -> Vec<String>;

    /// Appends the next rows to a sheet; returns whether there were any.
    fn read(&mut self, sheet: &mut Sheet) -> io::Result<bool>;
}

/// Turns the rows of a table back into the bytes of its spool, without a byte order mark.
pub(super) struct Spool {
    rows: Box<dyn Rows>,
    dialect: Dialect,
    bytes: io::Cursor<Vec<u8>>,
}

impl Spool {
    pub(super) fn new(rows: Box<dyn Rows>, dialect: Dialect) -> Self {
        let columns = rows.columns();
        let mut sheet = Sheet::new(dialect, vec![true; columns.len()]);
        sheet.header(columns.iter().map(String::as_str));
        Self {
            rows,
            dialect,
            bytes: io::Cursor::new(sheet.into_bytes().0),
        }
    }
}

impl Read for Spool {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.bytes.read(bytes)?;
            if read > 0 || bytes.is_empty() {
                return Ok(read);
            }
            let mut sheet = Sheet::new(self.dialect, vec![true; self.rows.columns().len()]);
            if !self.rows.read(&mut sheet)? {
                return Ok(0);
            }
            self.bytes = io::Cursor::new(sheet.into_bytes().0);
        }
    }
}

/// The formats that a config names: one, or several joined by `+`, in the order of [`FORMATS`].
#[derive(Clone)]
pub struct Choice(Vec<&'static dyn Format>);

impl Choice {
    /// Returns what the config may name, the default first.
    fn all() -> Vec<Self> {
        let mut all = vec![Self(Vec::new())];
        for format in FORMATS {
            for mut choice in all.clone() {
                choice.0.push(*format);
                all.push(choice);
            }
        }
        all.retain(|choice| !choice.0.is_empty());
        all.sort_by_key(|choice| choice.0.len());
        all
    }

    /// Returns all formats together.
    pub(super) fn every() -> Self {
        Self(FORMATS.to_vec())
    }

    fn name(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|format| format.name()).collect();
        names.join("+")
    }

    /// Returns the names of the files of a table.
    pub(super) fn files(&self, table: &str, compression: Compression) -> Vec<String> {
        let formats = self.0.iter();
        formats
            .map(|format| format!("{table}{}", format.suffix(compression)))
            .collect()
    }

    /// Returns the files of a table that are not its spool, each with how it is converted.
    pub(super) fn converted(
        &self,
        table: &str,
        compression: Compression,
    ) -> Vec<(String, Conversion)> {
        let files = self.files(table, compression).into_iter().zip(&self.0);
        files
            .filter_map(|(file, format)| Some((file, format.conversion()?)))
            .collect()
    }

    /// Returns the file that a table is best read from, and how that is converted unless it is a spool.
    pub(super) fn source(
        &self,
        table: &str,
        compression: Compression,
    ) -> (String, Option<Conversion>) {
        let mut files = self.files(table, compression).into_iter().zip(&self.0);
        // A spool need not be converted; it is the first of the formats.
        let (file, format) = files.next().expect("a choice has a format");
        (file, format.conversion())
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self(vec![FORMATS[0]])
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Self::all().into_iter().find(|choice| choice.name() == name);
        found.ok_or_else(|| {
            let names = Self::all().into_iter();
            let names: Vec<_> = names.map(|choice| format!("`{}`", choice.name())).collect();
            de::Error::custom(format!(
                "unknown format `{name}`, expected one of {}",
                names.join(", ")
            ))
        })
    }
}

impl JsonSchema for Choice {
    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let choices = Self::all().into_iter().map(|choice| {
            let about = match choice.0.as_slice() {
                [format] => format.about(),
                _ => "Each table in all of these formats.",
            };
            json!({"const": choice.name(), "description": about})
        });
        json_schema!({"type": "string", "oneOf": choices.collect::<Vec<_>>()})
    }
}
