//! What can be wrong with a file or a record. The words here are what users read in `failures.csv`.

use std::error::Error;
use std::io;

use super::bytes::Compression;
use super::fields::Role;

#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    // Files.
    #[error("cannot read the file: {0}")]
    Unreadable(String),
    #[error("cannot read the file to its end")]
    Read(#[source] io::Error),
    #[error(
        "the {0} data ends early: the file is cut off, and what comes after this place is missing"
    )]
    Cut(&'static str),
    #[error("the {name} data is damaged, and what comes after this place is lost")]
    Damaged {
        name: &'static str,
        source: io::Error,
    },
    #[error("expected articles, found {0}")]
    Binary(&'static str),
    #[error("expected articles, found an empty file")]
    EmptyFile,
    #[error(
        "expected one JSON object a line, found a JSON array; convert it: jq -c '.[]' FILE > FILE.jsonl"
    )]
    JsonArray,
    #[error(
        "expected one JSON object a line, found an object over several lines; convert it: jq -c . FILE > FILE.jsonl"
    )]
    JsonOverLines,
    #[error(
        "the name says JSON Lines, but the file starts with {0:?}; if it is plain text, set `input.format` to \"text\""
    )]
    NoJson(String),
    #[error(
        "no column of the CSV file is known to hold the text; the columns are {0}; name the right one in \
         `input.fields.text` and, if these are not the columns, the separator in `input.delimiter`"
    )]
    NoTextColumn(String),
    #[error("`{key}`: no column {name:?}; the columns are {columns}")]
    NoColumn {
        key: &'static str,
        name: String,
        columns: String,
    },
    #[error(
        "two columns {0:?} in the header line; name one column in `input.fields`, or rename one in the file"
    )]
    TwoColumns(String),
    #[error("expected a header line with the names of the columns, found {0:?}")]
    NoHeader(String),

    // Records.
    #[error("more than {0} bytes, the limit set by `input.max_bytes`")]
    TooLong(usize),
    #[error("the text is empty")]
    EmptyText,
    #[error("the id stands for an earlier article already")]
    SameId,
    #[error("a NUL byte at position {0}: this is no text")]
    Nul(usize),
    #[error("damaged UTF-8: the byte 0x{byte:02X} at position {at}")]
    DamagedUtf8 { at: usize, byte: u8 },
    #[error("malformed {encoding} at character {at}")]
    Malformed { encoding: &'static str, at: usize },
    #[error(
        "neither UTF-8 (the byte 0x{byte:02X} at position {at}) nor any other encoding that can be told for sure; name it in `input.encoding` or convert the file"
    )]
    Undecodable { at: usize, byte: u8 },

    // JSON Lines.
    #[error("{0}")]
    NoRecord(String),
    #[error("broken JSON at column {column}: {reason}")]
    Json { column: usize, reason: String },
    #[error(
        "no field is known to hold the text; the fields are {0}; name the right one in `input.fields.text`"
    )]
    NoText(String),
    #[error("`{key}`: no field {name:?}; the fields are {fields}")]
    NoField {
        key: &'static str,
        name: String,
        fields: String,
    },
    #[error("the {} in the field {name:?} is {found}, expected {}{}", role.as_str(), expected(*role), hint(found))]
    WrongType {
        role: Role,
        name: String,
        found: &'static str,
    },

    // CSV.
    #[error("{found} fields, expected {expected} as in the header line")]
    FieldCount { expected: usize, found: usize },
    #[error(
        "{found} fields in the record of lines {first} to {last}, expected {expected} as in the header line"
    )]
    FieldCountOverLines {
        expected: usize,
        found: usize,
        first: u64,
        last: u64,
    },
    #[error("a quote is opened here and never closed")]
    Unclosed,
    #[error(
        "a quote is opened here and not closed properly: in line {line}, text follows the closing quote (a quote within quotes is written twice)"
    )]
    Stray { line: u64 },
}

impl Fault {
    /// Returns what it means that reading stopped with an error.
    pub(super) fn cut(error: io::Error, compression: Option<Compression>) -> Self {
        match compression {
            Some(compression) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Cut(compression.as_str())
            }
            Some(compression) if error.raw_os_error().is_none() => Self::Damaged {
                name: compression.as_str(),
                source: error,
            },
            _ => Self::Read(error),
        }
    }

    /// Returns the message with all its causes.
    pub(super) fn chain(&self) -> String {
        let mut message = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        message
    }
}

/// What the JSON type of something is called that may hold the field that was meant.
pub(super) const OBJECT: &str = "an object";

fn expected(role: Role) -> &'static str {
    match role {
        Role::Id => "a string or a whole number",
        _ => "a string",
    }
}

fn hint(found: &str) -> &'static str {
    if found == OBJECT {
        "; name the field inside it in `input.fields`, as in `content.body`"
    } else {
        ""
    }
}

/// Lists names in a message, the first ones if there are many.
pub(super) fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let count = names.len();
    let mut shown: Vec<_> = names
        .take(MOST)
        .map(|name| format!("`{}`", beginning(name)))
        .collect();
    if count > MOST {
        shown.push(format!("{} more", count - MOST));
    }
    if shown.is_empty() {
        "none".into()
    } else {
        shown.join(", ")
    }
}

/// Returns what fits into a message.
pub(super) fn beginning(text: &str) -> String {
    const MOST: usize = 60;
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(MOST).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}
