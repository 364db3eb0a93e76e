//! A parser for CSV records.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::input::encoding::Decoded;

/// Parses one record, which is passed line by line.
#[derive(Debug)]
pub(super) struct Parser {
    delimiter: u8,
    terminator: u8,
    pub(super) fields: Vec<Field>,
    /// Where parsing continues.
    at: usize,
    /// Where the open quoted field starts, if one is open.
    open: Option<usize>,
    /// Whether the open field contains quotes.
    has_quotes: bool,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its range in the record, without the surrounding quotes.
    pub(super) range: Range<usize>,
    /// Whether it contains doubled quotes.
    has_quotes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The record is complete.
    Done,
    /// A quote is open; the next line belongs to the record.
    Open,
    /// There is text after a closing quote.
    Stray,
}

impl Parser {
    pub(super) fn new(delimiter: u8, terminator: u8) -> Self {
        Self {
            delimiter,
            terminator,
            fields: Vec::new(),
            at: 0,
            open: None,
            has_quotes: false,
        }
    }

    pub(super) fn reset(&mut self) {
        self.fields.clear();
        self.at = 0;
        self.open = None;
    }

    /// Continues a record, given all of its lines so far.
    pub(super) fn resume(&mut self, record: &[u8]) -> Step {
        loop {
            let rest = record.get(self.at..).unwrap_or_default();
            if let Some(start) = self.open {
                let Some(quote) = memchr(b'"', rest) else {
                    self.at = record.len();
                    return Step::Open;
                };
                let quote = self.at + quote;
                let behind = &record[quote + 1..];
                if behind.first() == Some(&b'"') {
                    self.has_quotes = true;
                    self.at = quote + 2;
                    continue;
                }
                let is_last = matches!(behind, b"" | b"\n" | b"\r" | b"\r\n");
                if !is_last && behind.first() != Some(&self.delimiter) {
                    return Step::Stray;
                }
                self.push(start..quote, self.has_quotes);
                self.open = None;
                self.at = quote + 2;
                if is_last {
                    return Step::Done;
                }
            } else if rest.first() == Some(&b'"') {
                self.at += 1;
                self.open = Some(self.at);
                self.has_quotes = false;
            } else {
                let end = memchr2(self.delimiter, self.terminator, rest).unwrap_or(rest.len());
                let range = self.at..self.at + end;
                if rest.get(end) == Some(&self.delimiter) {
                    self.push(range, false);
                    self.at += end + 1;
                } else {
                    let is_crlf = rest[..end].last() == Some(&b'\r');
                    self.push(range.start..range.end - usize::from(is_crlf), false);
                    return Step::Done;
                }
            }
        }
    }

    fn push(&mut self, range: Range<usize>, has_quotes: bool) {
        self.fields.push(Field { range, has_quotes });
    }
}

impl Field {
    /// Returns its text.
    pub(super) fn text<'a>(&self, record: Decoded<'a>) -> Cow<'a, str> {
        let text = record.part(self.range.clone());
        if self.has_quotes {
            text.replace("\"\"", "\"").into()
        } else {
            text
        }
    }
}
