//! CSV with a header line, as RFC 4180 has it, with any separator.
//!
//! The parser is our own because of what quotes can do. A line break within quotes belongs to the field,
//! so one quote too many makes a usual parser swallow the articles behind it, up to the next quote or to
//! the end of the file, and one quote too few cuts the text in silence. Here a record is built line by
//! line, and a closing quote must be followed by a separator or a line end. When a record goes wrong, its
//! first line is a failure, and reading goes on in the line behind it.
//!
//! Reading lines again stays linear. A line that opens a quote when it is read as the beginning of a record
//! cannot also pass through a quote that is open already, unless it adds a field; and a record with more
//! than twice the fields of the header is given up.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

use super::encoding::Decoded;
use super::fault::Fault;
use super::fields::{ROLES, Role};
use super::window::{Line, Window};
use super::{Record, Reject};

/// The beginning of a file that was recognized as CSV.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) delimiter: u8,
    /// The names, as they stand in the file.
    pub(super) columns: Vec<String>,
    /// The column for each role.
    pub(super) chosen: [Option<usize>; ROLES],
    /// The header line, without the line end.
    pub(super) record: Vec<u8>,
    /// Where the first record starts: so many bytes and lines from the beginning of the file.
    pub(super) len: usize,
    pub(super) lines: u64,
}

pub(super) struct Reader {
    window: Window,
    header: Header,
    parser: Parser,
}

impl Reader {
    pub(super) fn new(mut window: Window, header: Header) -> Self {
        window.consume(header.len, header.lines);
        let parser = Parser::new(header.delimiter, window.terminator());
        Self {
            window,
            header,
            parser,
        }
    }

    pub(super) fn into_window(self) -> Window {
        self.window
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    pub(super) fn window_mut(&mut self) -> &mut Window {
        &mut self.window
    }

    pub(super) fn next(&mut self) -> Option<Result<Record, Reject>> {
        loop {
            let number = self.window.line_number();
            let found = match self.find() {
                Find::Record { len, lines } => {
                    let found = self.article(number, len, lines);
                    self.window.consume(len, lines);
                    found
                }
                Find::Broken { first, fault } => {
                    self.window.consume(first, 1);
                    Err(fault)
                }
                Find::TooLong => {
                    self.window.skip_line();
                    Err(Fault::TooLong(self.window.max()))
                }
                Find::Cut => Err(self.window.cut()?),
                Find::End => return None,
            };
            match found {
                Ok(None) => {}
                Ok(Some(record)) => return Some(Ok(record)),
                Err(fault) => return Some(Err(Reject::at(number, fault))),
            }
        }
    }

    /// Finds the next record, and leaves its fields in the parser.
    fn find(&mut self) -> Find {
        self.parser.reset();
        let most = 2 * self.header.columns.len();
        let (mut len, mut lines, mut first) = (0, 0, 0);
        loop {
            let line = self.window.line(len);
            let fault = match line {
                Line::Whole(bytes) => {
                    len += bytes;
                    lines += 1;
                    if lines == 1 {
                        first = len;
                    }
                    match self.parser.resume(self.window.get(len)) {
                        Step::Done => return Find::Record { len, lines },
                        Step::Open if self.parser.fields.len() <= most => continue,
                        Step::Open => Fault::FieldCountOverLines {
                            expected: self.header.columns.len(),
                            found: self.parser.fields.len(),
                            first: self.window.line_number(),
                            last: self.window.line_number() + lines - 1,
                        },
                        Step::Stray => Fault::Stray {
                            line: self.window.line_number() + lines - 1,
                        },
                    }
                }
                Line::TooLong if lines > 0 => Fault::TooLong(self.window.max()),
                Line::TooLong => return Find::TooLong,
                // Half a record is not looked at: its quotes cannot be right.
                Line::Cut => return Find::Cut,
                Line::End if lines > 0 => Fault::Unclosed,
                Line::End => return Find::End,
            };
            return Find::Broken { first, fault };
        }
    }

    /// Makes an article of a record; none if there is nothing in it, or the header line once more.
    fn article(&self, number: u64, len: usize, lines: u64) -> Result<Option<Record>, Fault> {
        let bytes = self.window.get(len);
        let fields = &self.parser.fields;
        if fields.iter().all(|field| field.range.is_empty()) && fields.len() != 1
            || bytes.trim_ascii().is_empty()
            || without_mark(bytes.trim_ascii_end()) == self.header.record
        {
            return Ok(None);
        }
        let (expected, found) = (self.header.columns.len(), fields.len());
        if found != expected {
            return Err(if lines == 1 {
                Fault::FieldCount { expected, found }
            } else {
                Fault::FieldCountOverLines {
                    expected,
                    found,
                    first: number,
                    last: number + lines - 1,
                }
            });
        }
        if let Some(at) = memchr(0, bytes) {
            return Err(Fault::Nul(at + 1));
        }
        let decoded = self.window.decode(len)?;
        let field = |role: Role| {
            let index = self.header.chosen[role as usize]?;
            Some(fields[index].text(decoded).into_owned())
        };
        let filled = |role| field(role).filter(|text| !text.is_empty());
        Ok(Some(Record {
            line: Some(number),
            id: filled(Role::Id),
            text: field(Role::Text).unwrap_or_default(),
            title: filled(Role::Title),
            date: filled(Role::Date),
            language: filled(Role::Language),
        }))
    }
}

/// Takes off the byte order mark that gluing files together leaves in their middle.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// What stands next in the window.
enum Find {
    Record {
        len: usize,
        lines: u64,
    },
    /// Something whose first line is so long.
    Broken {
        first: usize,
        fault: Fault,
    },
    TooLong,
    Cut,
    End,
}

/// Parses one record, which is handed over line by line.
#[derive(Debug)]
pub(super) struct Parser {
    delimiter: u8,
    terminator: u8,
    pub(super) fields: Vec<Field>,
    /// Where it goes on.
    at: usize,
    /// Where the quoted field began that is open.
    open: Option<usize>,
    /// Whether the open field contains quotes.
    has_quotes: bool,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its place in the record, without the quotes around it.
    range: Range<usize>,
    /// Whether quotes within are written twice.
    has_quotes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The record is complete.
    Done,
    /// A quote is open, the next line belongs to the record.
    Open,
    /// There is text behind a closing quote.
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

    fn reset(&mut self) {
        self.fields.clear();
        self.at = 0;
        self.open = None;
    }

    /// Goes on in a record, which holds all of its lines so far.
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
