//! What can be wrong with a file or a record of any format. Users read these messages in `failures.csv`.

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
        "the {0} data ends early: the file is truncated, and everything after this point is missing"
    )]
    Cut(&'static str),
    #[error("the {name} data is damaged, and everything after this point is lost{}", doubt(*since))]
    Damaged {
        name: &'static str,
        /// From which byte on, after decompression, what came before is not verified by a checksum; none if nothing
        /// is in doubt.
        since: Option<u64>,
        source: io::Error,
    },
    #[error("the file {0}")]
    Changed(String),
    #[error("expected articles, found {0}")]
    Binary(&'static str),
    #[error("expected articles, found an empty file")]
    EmptyFile,
    #[error("expected at most two archives around a file, found a third; extract the outer one")]
    NestedTooDeep,
    #[error(
        "this format is read in any order, so within compressed data or an archive it may have at most {0} bytes, the limit set by `input.max_bytes`; extract it"
    )]
    TooLongToCopy(usize),

    // Records.
    #[error("more than {0} bytes, the limit set by `input.max_bytes`")]
    TooLong(usize),
    #[error("the text is empty")]
    EmptyText,
    #[error("duplicate id: an earlier article already uses it")]
    SameId,
    #[error("NUL byte at position {0}: this is not text")]
    Nul(usize),
    #[error("NUL character in the {0}: this is not text")]
    NulIn(&'static str),
    #[error("damaged UTF-8: byte 0x{byte:02X} at position {at}")]
    DamagedUtf8 { at: usize, byte: u8 },
    #[error("malformed {encoding} at character {at}")]
    Malformed { encoding: &'static str, at: usize },
    #[error(
        "neither UTF-8 (byte 0x{byte:02X} at position {at}) nor any other encoding that can be identified with certainty; set `input.encoding` or convert the file"
    )]
    Undecodable { at: usize, byte: u8 },

    #[error(
        "expected an article, found a page without a story: a start page, a list of links, an error or a login"
    )]
    NoStory,
    #[error("the page is cut within its story")]
    CutStory,
    #[error("the parser of the page panicked; please report it with the page")]
    ParserPanic,

    // Neither an article nor a failure.
    /// Plainly no article, and what it is: it is only counted.
    #[error("expected an article, found {0}")]
    Ignored(&'static str),

    /// A fault that only one format has.
    #[error(transparent)]
    Format(Box<dyn Error + Send + Sync>),
}

/// Says what of damaged data is in doubt.
fn doubt(since: Option<u64>) -> String {
    since.map_or_else(String::new, |from| {
        format!(
            "; articles before it may be garbled too, from byte {from} of the decompressed data on, since no checksum \
             confirms them"
        )
    })
}

impl Fault {
    /// Returns the message followed by all its causes.
    pub(super) fn chain(&self) -> String {
        chain(self)
    }
}

impl From<io::Error> for Fault {
    /// Returns the fault that the reader put into the error; otherwise it is an error of the file system.
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Read)
    }
}

/// Returns the error for an invalid value of a config key.
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

/// Lists names for a message; of many, only the first.
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

/// Returns as much of a text as fits into a message.
pub(super) fn beginning(text: &str) -> String {
    const MOST: usize = 60;
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(MOST).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}
