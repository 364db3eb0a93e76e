//! The header line of a CSV file, by which CSV is recognized.

use memchr::memchr;

use super::parser::{Dialect, Field, NOTHING, Parser, Step, marks};
use crate::input::encoding::{MARK, Mode};
use crate::input::fault::{Fault, list};
use crate::input::fields::{Clash, Names, ROLES, Role};
use crate::input::options::Options;
use crate::input::recognize::{TextStart, first_line};

/// The delimiters that are tried, the most likely first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What is wrong with a header line.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(
        "no column of the CSV file is recognized as the text; the columns are {0}; set `input.fields.text` to the \
         right one; if these are not the columns, set `input.delimiter` to the delimiter or, without a header line, \
         `input.columns` to their names"
    )]
    NoText(String),
    #[error("`{key}`: no column {name:?}; the columns are {columns}")]
    NoColumn {
        key: &'static str,
        name: String,
        columns: String,
    },
    #[error(
        "two columns {0:?} in the header line; set another column in `input.fields`, or rename one in the file"
    )]
    TwoColumns(String),
    #[error("this line is a second header line, and the records below it cannot be read")]
    Second(#[source] Fault),
    #[error("expected {expected} columns as in `input.columns`, found {found}")]
    NotGiven { expected: usize, found: usize },
    #[error(
        "expected a header line with column names, found {0:?}; without one, name the columns in `input.columns`"
    )]
    NoHeader(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

/// The beginning of a file that was recognized as CSV.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) dialect: Dialect,
    /// The names as they are in the file.
    pub(super) columns: Vec<String>,
    /// The column for each role.
    pub(super) chosen: [Option<usize>; ROLES],
    /// The header line, without the line end.
    pub(super) record: Vec<u8>,
    /// Where the first record starts, in bytes and lines from the beginning of the file.
    pub(super) len: usize,
    pub(super) lines: u64,
}

impl Header {
    /// Makes a header of a line below the first one, and returns what is wrong with it if it cannot be used.
    pub(super) fn second(
        record: &[u8],
        columns: Vec<String>,
        dialect: Dialect,
        names: &Names,
    ) -> (Self, Option<Fault>) {
        let mut header = Self {
            dialect,
            columns: columns.clone(),
            chosen: [None; ROLES],
            record: record.to_owned(),
            len: 0,
            lines: 0,
        };
        let columns = Columns {
            names: columns,
            len: record.len(),
            lines: 0,
        };
        match columns.choose(record, dialect, names) {
            Ok(found) => {
                header.chosen = found.chosen;
                (header, None)
            }
            Err(fault) => (header, Some(Broken::Second(fault).into())),
        }
    }

    /// Returns whether the text is HTML by the name of its column.
    pub(super) fn has_markup(&self, names: &Names) -> bool {
        let column = self.chosen[Role::Text as usize].and_then(|column| self.columns.get(column));
        column.is_some_and(|column| names.is_markup(column))
    }

    /// Returns the column whose name is glued to the end of a text, if any: the longest one.
    pub(super) fn glued(&self, text: &[u8]) -> Option<String> {
        let is_glued = |name: &&String| {
            !name.is_empty() && text.len() > name.len() && text.ends_with(name.as_bytes())
        };
        let names = self.columns.iter().filter(is_glued);
        names.max_by_key(|name| name.len()).cloned()
    }

    /// Returns the fault of a text without a header line.
    pub(super) fn missing(start: TextStart<'_>) -> Fault {
        Broken::NoHeader(first_line(start.bytes)).into()
    }
}

/// Returns whether names are those of another header line, as in concatenated files, after one with some columns.
pub(super) fn is_second(names: &[String], known: &[String], roles: &Names) -> bool {
    let is_same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    let is_known = |name: &String| known.iter().any(|known| is_same(known, name));
    let role = |name: &String| roles.role(name);
    let is_unique = |(at, name): (usize, &String)| !names[..at].iter().any(|it| is_same(it, name));
    if names.len() < 2
        || !names.iter().enumerate().all(is_unique)
        || !names
            .iter()
            .all(|name| is_name(name) && name.contains(char::is_alphabetic))
    {
        return false;
    }
    let has = |known: &String| names.iter().any(|name| is_same(known, name));
    let means_article = || {
        let mut others = names
            .iter()
            .filter_map(role)
            .filter(|role| *role != Role::Text);
        names.iter().filter_map(role).any(|role| role == Role::Text) && others.next().is_some()
    };
    known.iter().all(has)
        || means_article()
        || names
            .iter()
            .all(|name| is_known(name) || role(name).is_some())
}

/// The longest name of a column, in bytes.
pub(super) const MOST_NAME: usize = 64;

/// Returns whether something may be the name of a column.
fn is_name(column: &str) -> bool {
    let words = column.split_whitespace().count();
    (1..=3).contains(&words) && column.len() <= MOST_NAME
}

/// Reads the header line with the delimiter that fits best.
///
/// Prose is full of commas, so a file whose name does not claim to be CSV must look like it; otherwise there
/// is no header.
pub(super) fn header(
    start: TextStart<'_>,
    options: &Options,
    claims_it: bool,
) -> Result<Option<Header>, Fault> {
    let (start, mode, terminator) = (start.bytes, start.mode, start.terminator);
    let (mut skipped, mut lines) = (marks(start), 0);
    let mut delimiter = options.delimiter;
    while let Some(len) = memchr(terminator, &start[skipped..]) {
        match start[skipped..skipped + len].trim_ascii() {
            // Excel's way to declare the delimiter.
            [b's', b'e', b'p', b'=', found] if lines == 0 => {
                delimiter = delimiter.or(Some(*found));
            }
            [] => {}
            _ => break,
        }
        skipped += len + 1;
        skipped += marks(&start[skipped..]);
        lines += 1;
    }
    let body = &start[skipped..];
    let best = delimiter
        .map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter])
        .into_iter()
        // `max_by_key` returns the last of equals: prefer the first delimiter.
        .rev()
        .filter_map(|delimiter| {
            let dialect = Dialect {
                delimiter,
                quote: options.quote,
                escape: options.escape,
                terminator,
            };
            let dialect = database(body, dialect).unwrap_or(dialect);
            let columns = if options.columns.is_empty() {
                columns(body, dialect, mode)
            } else {
                given(&options.columns, body, dialect)
            };
            let looks_like_it = columns
                .as_ref()
                .is_ok_and(|columns| columns.look_like_it(body, dialect, &options.names));
            (claims_it || looks_like_it).then(|| {
                let count = match options.columns.len() {
                    0 => columns.as_ref().map_or(0, |columns| columns.names.len()),
                    given => fitting(body, dialect, given),
                };
                let header =
                    columns.and_then(|columns| columns.choose(body, dialect, &options.names));
                (count, header)
            })
        })
        .max_by_key(|(count, header)| (header.is_ok(), *count));
    let Some((_, header)) = best else {
        return Ok(None);
    };
    let mut header = header?;
    header.len += skipped;
    header.lines += lines;
    Ok(Some(header))
}

/// Returns the dialect of MySQL and PostgreSQL, which quote nothing and write `\n` for a line end and `\N` for nothing, if
/// the file is in it and the config says nothing else.
///
/// A single `\n` may be a path of Windows.
fn database(body: &[u8], dialect: Dialect) -> Option<Dialect> {
    if dialect.delimiter != b'\t' || dialect.quote != Some(b'"') || dialect.escape.is_some() {
        return None;
    }
    let whole = memchr::memrchr(dialect.terminator, body).map_or(body, |end| &body[..end]);
    let lines = whole.split(|byte| *byte == dialect.terminator);
    let cells = || {
        let lines = lines.clone().map(<[u8]>::trim_ascii_end);
        lines.flat_map(|line| line.split(|byte| *byte == b'\t'))
    };
    let is_quoted =
        |cell: &[u8]| cell.len() > 1 && cell.starts_with(b"\"") && cell.ends_with(b"\"");
    if cells().any(is_quoted) {
        return None;
    }
    let mut rest = whole;
    let mut line_ends = 0;
    while let Some(at) = memchr(b'\\', rest) {
        match rest.get(at + 1) {
            Some(b'n') => line_ends += 1,
            Some(b't' | b'r' | b'\\' | b'N' | b'0' | b'\t') => {}
            _ => return None,
        }
        rest = &rest[at + 2..];
    }
    (line_ends > 1 || cells().any(|cell| cell == NOTHING)).then_some(Dialect {
        quote: None,
        escape: Some(b'\\'),
        ..dialect
    })
}

/// The first record as split by a delimiter.
struct Columns {
    names: Vec<String>,
    len: usize,
    lines: u64,
}

/// Returns how many of the first records have a number of fields.
fn fitting(body: &[u8], dialect: Dialect, fields: usize) -> usize {
    const MOST: usize = 20;
    let mut at = 0;
    let records = std::iter::from_fn(|| {
        let found = record(body.get(at..)?, dialect).filter(|found| found.len > 0)?;
        at += found.len;
        Some(found.fields.len())
    });
    records.take(MOST).filter(|found| *found == fields).count()
}

/// Returns the configured columns of a file without a header line.
fn given(names: &[String], body: &[u8], dialect: Dialect) -> Result<Columns, Fault> {
    let first = record(body, dialect).ok_or_else(|| Broken::NoHeader(first_line(body)))?;
    let (expected, found) = (names.len(), first.fields.len());
    if found != expected && first.is_closed {
        return Err(Broken::NotGiven { expected, found }.into());
    }
    Ok(Columns {
        names: names.to_vec(),
        len: 0,
        lines: 0,
    })
}

fn columns(body: &[u8], dialect: Dialect, mode: Mode) -> Result<Columns, Fault> {
    let first = record(body, dialect)
        .filter(|first| first.is_closed)
        .ok_or_else(|| Broken::NoHeader(first_line(body)))?;
    let decoded = mode.decode(&body[..first.len])?;
    let names = first.fields.iter();
    let mut names: Vec<String> = names
        .map(|field| field.text(decoded).trim_start_matches(MARK).to_owned())
        .collect();
    if has_row_names(body, &first, dialect) {
        names.insert(0, String::new());
    }
    Ok(Columns {
        names,
        len: first.len,
        lines: first.lines,
    })
}

/// Returns whether the records have a field more than the header line: running numbers in quotes, as R writes them.
fn has_row_names(body: &[u8], header: &Found, dialect: Dialect) -> bool {
    const MOST: usize = 5;
    let expected = header.fields.len() + 1;
    let mut at = header.len;
    let mut count = 0;
    while count < MOST
        && let Some(found) = record(&body[at..], dialect).filter(|found| found.is_closed)
    {
        count += 1;
        let number = format!("\"{count}\"");
        if found.fields.len() != expected || !body[at..].starts_with(number.as_bytes()) {
            return false;
        }
        at += found.len;
    }
    count > 0
}

impl Columns {
    /// Returns whether these look like columns: all are names, one is for the text, and either another has a
    /// role too or the second record has as many fields.
    fn look_like_it(&self, body: &[u8], dialect: Dialect, names: &Names) -> bool {
        // The names of rows have none.
        let named = || {
            self.names
                .iter()
                .skip(usize::from(self.names[0].is_empty()))
        };
        let roles = || self.names.iter().filter_map(|column| names.role(column));
        self.names.len() >= 2
            && named().all(|column| is_name(column))
            && roles().any(|role| role == Role::Text)
            && (roles().any(|role| role != Role::Text)
                || record(&body[self.len..], dialect).is_some_and(|second| {
                    let found = second.fields.len();
                    found == self.names.len() || !second.is_closed && found < self.names.len()
                }))
    }

    fn choose(self, body: &[u8], dialect: Dialect, names: &Names) -> Result<Header, Fault> {
        let shown = || list(self.names.iter().map(String::as_str));
        let chosen = names.choose(&self.names).map_err(|clash| match clash {
            Clash::Twice(name) => Broken::TwoColumns(name),
            Clash::Missing(role, name) => Broken::NoColumn {
                key: role.key(),
                name,
                columns: shown(),
            },
        })?;
        if chosen[Role::Text as usize].is_none() {
            return Err(Broken::NoText(shown()).into());
        }
        Ok(Header {
            dialect,
            chosen,
            record: body[..self.len].trim_ascii_end().to_owned(),
            len: self.len,
            lines: self.lines,
            columns: self.names,
        })
    }
}

/// The first record of a text.
struct Found {
    fields: Vec<Field>,
    len: usize,
    lines: u64,
    /// Whether it ends before the text does.
    is_closed: bool,
}

fn record(bytes: &[u8], dialect: Dialect) -> Option<Found> {
    let mut parser = Parser::new(dialect);
    let (mut len, mut lines) = (0, 0);
    let mut step = Step::Open;
    while step == Step::Open && len < bytes.len() {
        len = memchr(dialect.terminator, &bytes[len..]).map_or(bytes.len(), |end| len + end + 1);
        lines += 1;
        step = parser.resume(&bytes[..len]);
    }
    (step != Step::Stray).then_some(Found {
        fields: parser.fields,
        len,
        lines,
        is_closed: step == Step::Done,
    })
}
