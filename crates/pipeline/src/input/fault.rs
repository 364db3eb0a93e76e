//! What can be wrong with a file or a record of any format. The words here are what users read in `failures.csv`.

use std::error::Error;
use std::io;

use crate::error::chain;

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

    /// What only one format knows.
    #[error(transparent)]
    Format(Box<dyn Error + Send + Sync>),
}

impl Fault {
    /// Returns the message with all its causes.
    pub(super) fn chain(&self) -> String {
        chain(self)
    }
}

impl From<io::Error> for Fault {
    /// Returns what it means that reading stopped with an error, which its reader may have said.
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Read)
    }
}

/// Returns the error of a key of the config whose value makes no sense.
pub(super) fn setting(
    key: &'static str,
    expected: &str,
    found: impl Into<String>,
) -> blattwerk_core::Error {
    blattwerk_core::Error::Setting {
        key,
        expected: expected.into(),
        found: found.into(),
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
