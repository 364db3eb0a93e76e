//! The formats that tables are written in.
//!
//! While a run goes on, every table is a spool of CSV rows: it can be cut at a byte, so that the run can be resumed,
//! and its rows can be copied, so that runs can be merged. Any other format is written from the spool when the table is complete.
//! To add a format, add a file beside this one with its [`Format`], and list it in [`FORMATS`].

mod csv;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::column::Column;
use super::compression::Compression;

/// The formats; the first one is the default.
static FORMATS: &[&dyn Format] = &[&csv::Csv];

/// A format that tables are written in.
pub(super) trait Format: Sync {
    /// Returns the name of the format in the config.
    fn name(&self) -> &'static str;

    /// Returns a sentence for the manual.
    fn about(&self) -> &'static str;

    /// Returns what the name of a file ends with.
    fn suffix(&self, compression: Compression) -> String;

    /// Returns how a complete table is written from its spool, or nothing if the spool is the table.
    fn writer(&self) -> Option<Writer>;
}

/// Writes the rows of a complete table, which has these columns, into an empty file.
pub(super) type Writer = fn(
    columns: &[&Column],
    rows: &mut SpoolRows,
    compression: Compression,
    file: File,
) -> io::Result<()>;

/// The rows of a spool, without its header.
pub(super) type SpoolRows = ::csv::Reader<Box<dyn io::Read>>;

/// The format that a config names.
#[derive(Clone, Copy)]
pub struct Name(&'static dyn Format);

impl Name {
    /// Returns the names that the config may have, the default first.
    fn all() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|format| format.name())
    }

    /// Returns all formats.
    pub(super) fn formats() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|format| Self(*format))
    }

    /// Returns the name of the file of a table.
    pub(super) fn file(self, table: &str, compression: Compression) -> String {
        format!("{table}{}", self.0.suffix(compression))
    }

    /// Returns how a complete table is written from its spool, or nothing if the spool is the table.
    pub(super) fn writer(self) -> Option<Writer> {
        self.0.writer()
    }
}

impl Default for Name {
    fn default() -> Self {
        Self(FORMATS[0])
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = FORMATS.iter().find(|format| format.name() == name);
        found.map(|format| Self(*format)).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(|name| format!("`{name}`")).collect();
            de::Error::custom(format!(
                "unknown format `{name}`, expected {}",
                names.join(" or ")
            ))
        })
    }
}

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let choices = FORMATS
            .iter()
            .map(|format| json!({"const": format.name(), "description": format.about()}));
        json_schema!({"type": "string", "oneOf": choices.collect::<Vec<_>>()})
    }
}
