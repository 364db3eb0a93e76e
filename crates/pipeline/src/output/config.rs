//! The section `[output]` of the config: what the tables look like and where they go.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::articles::Articles;
use super::compression::Compression;
use super::format;
use super::sheet::{Delimiter, Dialect};

/// What the tables look like and where they go.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub struct Config {
    /// The folder for the tables; it is created if it is missing. Default: `out`. Overridden by `--output`.
    pub folder: PathBuf,
    /// Whether the tables of an earlier run in the folder may be replaced. That happens at the end, when all
    /// new tables are complete. Default: false. Switched on by `--overwrite`.
    pub overwrite: bool,
    /// Which articles are written as they came in, to the table `articles`, so that `start` and `end` of the other tables can be used where
    /// the input itself does not have the text.
    pub articles: Articles,
    /// Whether the table `names` is written: every name of the run, with its forms, how often and when it is mentioned, and how it is
    /// written about. Default: false.
    pub names: bool,
    /// The format of the tables.
    pub format: format::Choice,
    /// The character between two columns.
    pub delimiter: Delimiter,
    /// Whether tables start with a byte order mark, which Excel needs to read UTF-8. Default: false.
    pub bom: bool,
    /// Whether text in CSV is kept from being run as a formula by a spreadsheet: cells that begin with `=`, `+`, `-`, `@`, a tab
    /// or a line end get a `'` before them. Default: false.
    pub safe_cells: bool,
    /// How tables are compressed.
    pub compression: Compression,
}

impl Config {
    /// Returns how rows are written as CSV.
    pub(crate) fn dialect(&self) -> Dialect {
        Dialect {
            delimiter: self.delimiter,
            has_safe_cells: self.safe_cells,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            folder: "out".into(),
            overwrite: false,
            articles: Articles::default(),
            names: false,
            format: format::Choice::default(),
            delimiter: Delimiter::default(),
            bom: false,
            safe_cells: false,
            compression: Compression::default(),
        }
    }
}
