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
    /// Files, folders and globs such as `dump/*.jsonl.zst`, read in this order. Folders are read recursively,
    /// sorted by name; hidden files are skipped. A file is read once, even if several paths lead to it. gzip,
    /// zstd, bzip2 and xz are recognized by content. `-` is the standard input. `\xfc` stands for a byte that is
    /// not UTF-8. Overridden by paths given as arguments.
    #[schemars(example = vec!["dump/*.jsonl.zst"])]
    pub paths: Vec<String>,
    /// Whether a folder or glob may have no file, as when a scheduled run comes before its input: there is nothing to do
    /// then. Otherwise the run is refused.
    pub allow_empty: bool,
    /// The format of the files.
    pub format: Choice,
    /// The delimiter of CSV files. Without it, comma, semicolon, tab and `|` are tried.
    #[schemars(example = ';')]
    pub delimiter: Option<char>,
    /// The quotation mark around fields of CSV files that contain delimiters, line ends or quotation marks; within it, it
    /// is doubled. `none` means that no field is quoted: a quotation mark belongs to the text, and each line is a record.
    pub quote: String,
    /// The character of CSV files that stands before a quotation mark within quotes or, with `quote = "none"`, before a
    /// delimiter; `\n` and `\t` are then a line end and a tab. Without it, there are only doubled quotes.
    #[schemars(example = '\\')]
    pub escape: Option<char>,
    /// The names of the columns of CSV files without a header line, in order. A column that is no field of an article may have
    /// any name.
    #[schemars(example = vec!["topic", "text"])]
    pub columns: Vec<String>,
    /// The query of SQLite databases, one SELECT: each row is an article. Without ORDER BY, the order of the rows is not certain,
    /// and a run that is resumed may read some of them twice and others never. Other inputs ignore it.
    #[schemars(example = &"SELECT id, title, text FROM articles ORDER BY id")]
    pub query: Option<String>,
    /// The encoding: `auto` reads UTF-8 and UTF-16, and detects other
    /// encodings for each article; a label such as `windows-1252` or `utf-16le` applies to all files without
    /// a byte order mark. Text that cannot be decoded without loss is a failure.
    pub encoding: String,
    /// The maximum size in bytes of an article, or of the record it is in; a larger one is a failure. This
    /// bounds the memory that reading needs. 64 MiB by default.
    pub max_bytes: u64,
    /// What becomes of a page of HTML without a story, such as a start page or a login.
    pub no_story: NoStory,
    /// Whether the lead of a page of HTML, which stands above the story and is set apart from it, begins the text. It often
    /// repeats what the story says.
    pub leads: bool,
    /// The names of JSON fields and CSV columns. Without them, common names are found, in upper or lower case.
    pub fields: Fields,
}

/// What becomes of a page of HTML without a story.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoStory {
    /// It is a failure.
    #[default]
    Fail,
    /// It is only counted.
    Skip,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            allow_empty: false,
            format: Choice::default(),
            delimiter: None,
            quote: "\"".into(),
            escape: None,
            columns: Vec::new(),
            query: None,
            encoding: "auto".into(),
            max_bytes: 64 << 20,
            no_story: NoStory::default(),
            leads: false,
            fields: Fields::default(),
        }
    }
}

impl Config {
    /// Checks all values except the paths.
    pub(super) fn check(&self) -> Result<Options> {
        Ok(Options {
            format: self.format.name(),
            delimiter: self.delimiter.map(delimiter).transpose()?,
            quote: quote(&self.quote)?,
            escape: self.escape.map(escape).transpose()?,
            columns: self.columns.clone(),
            query: match &self.query {
                Some(query) if query.trim().is_empty() => {
                    return Err(setting("input.query", "a query", format!("{query:?}")));
                }
                query => query.clone(),
            },
            decoding: Decoding::new(&self.encoding)?,
            max_bytes: match usize::try_from(self.max_bytes) {
                Ok(0) => return Err(setting("input.max_bytes", "at least 1", "0")),
                Ok(bytes) => bytes,
                Err(_) => usize::MAX,
            },
            skips_pages_without_story: self.no_story == NoStory::Skip,
            takes_leads: self.leads,
            names: Names::new(&self.fields)?,
        })
    }
}

fn delimiter(found: char) -> Result<u8> {
    let expected = "an ASCII character other than a quote or a line end";
    match sign(found) {
        Some(sign) if sign != b'"' => Ok(sign),
        _ => Err(setting("input.delimiter", expected, format!("{found:?}"))),
    }
}

fn quote(found: &str) -> Result<Option<u8>> {
    let mut signs = found.chars();
    match (signs.next().and_then(sign), signs.next()) {
        _ if found == "none" => Ok(None),
        (Some(sign), None) => Ok(Some(sign)),
        _ => {
            let expected = "`none` or an ASCII character other than a line end";
            Err(setting("input.quote", expected, format!("{found:?}")))
        }
    }
}

fn escape(found: char) -> Result<u8> {
    let expected = "an ASCII character other than a line end";
    sign(found).ok_or_else(|| setting("input.escape", expected, format!("{found:?}")))
}

/// Returns a character that can separate or enclose fields.
fn sign(found: char) -> Option<u8> {
    let byte = u8::try_from(found).ok()?;
    (byte.is_ascii() && !matches!(byte, b'\r' | b'\n' | 0)).then_some(byte)
}
