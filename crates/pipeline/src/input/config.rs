//! What is read, and how.

use blattwerk_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::encoding::Decoding;
use super::fault::setting;
use super::fields::{Fields, Names};
use super::format::Choice;
use super::options::Options;

/// What is read, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Files, folders and globs such as `dump/*.jsonl.zst`, read in this order. Folders are read with all
    /// that is below them, sorted by name; hidden files are left out. A file is read once, however often it
    /// is named. gzip, zstd, bzip2 and xz are recognized by content. `--input` overrides this key.
    #[schemars(example = vec!["dump/*.jsonl.zst"])]
    pub paths: Vec<String>,
    /// The format of the files: `auto` recognizes each file by its content, `text` takes each file as one
    /// article, `jsonl` has an article per line, and `csv` an article per record below a header line.
    pub format: Choice,
    /// The character between the columns of a CSV file. Without it, comma, semicolon and tab are tried.
    #[schemars(example = ';')]
    pub delimiter: Option<char>,
    /// The encoding: `auto` (the default) reads UTF-8, UTF-16 with a byte order mark, and finds out others
    /// for each article; a label such as `windows-1252` or `utf-16le` reads all files so that have no byte
    /// order mark. What cannot be decoded without loss is a failure.
    pub encoding: String,
    /// The size in bytes up to which an article, or the record it is in, is read; a larger one is a
    /// failure. The default is 67108864 (64 MiB). It bounds the memory that reading takes.
    pub max_bytes: u64,
    /// The names of the fields of JSON Lines and the columns of CSV. Without them, common names are found, in
    /// upper or lower case.
    pub fields: Fields,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            format: Choice::default(),
            delimiter: None,
            encoding: "auto".into(),
            max_bytes: 64 << 20,
            fields: Fields::default(),
        }
    }
}

impl Config {
    /// Checks the values, all but the paths.
    pub(super) fn check(&self) -> Result<Options> {
        Ok(Options {
            format: self.format.name(),
            delimiter: self.delimiter.map(delimiter).transpose()?,
            decoding: Decoding::new(&self.encoding)?,
            max_bytes: match usize::try_from(self.max_bytes) {
                Ok(0) => return Err(setting("input.max_bytes", "at least 1", "0")),
                Ok(bytes) => bytes,
                Err(_) => usize::MAX,
            },
            names: Names::new(&self.fields)?,
        })
    }
}

fn delimiter(found: char) -> Result<u8> {
    u8::try_from(found)
        .ok()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0))
        .ok_or_else(|| {
            setting(
                "input.delimiter",
                "an ASCII character that is no quote and no line end",
                format!("{found:?}"),
            )
        })
}
