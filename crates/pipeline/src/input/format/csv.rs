//! CSV with a header line, as in RFC 4180, with any delimiter.
//!
//! The parser is our own because of quotes. A line break within quotes belongs to the field, so with one
//! quote too many an ordinary parser swallows the articles after it, up to the next quote or the end of the
//! file, and with one quote too few it silently truncates the text. Here a record is assembled line by line,
//! and a closing quote must be followed by a delimiter or a line end. If a record is broken, its first line
//! is a failure, and reading continues with the next line.
//!
//! Time stays linear although lines are read again: a line that opens a quote at the beginning of a record
//! cannot also lie inside a quote that is already open, unless it adds a field, and a record with more than
//! twice as many fields as the header is abandoned.
//!
//! If each line of a record over several lines would be a record without quotes, the quotes are those of the text.
//!
//! A header line may come again, where files were concatenated. What follows it is read by its columns.

mod header;
mod parser;

use std::io;
use std::sync::Arc;

use memchr::memchr;

use self::header::{Header, MOST_NAME, header, is_second};
use self::parser::{Dialect, Field, Parser, Step, marks};
use super::{Articles, Claim, Format};
use crate::input::content::Content;
use crate::input::described::Described;
use crate::input::encoding::MARK;
use crate::input::fault::Fault;
use crate::input::fields::Role;
use crate::input::item::{At, Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::Start;
use crate::input::source::Source;
use crate::input::window::{Line, Window};

pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "Each record below a header line is one article."
    }

    fn recognize(&self, start: &Start<'_>, options: &Options) -> Result<Claim, Fault> {
        let text = start.text()?;
        match header(text, options, start.is_named(&EXTENSIONS)) {
            Ok(Some(_)) => Ok(Claim::Sure),
            Ok(None) => Ok(Claim::No),
            Err(fault) => Err(text.nul().unwrap_or(fault)),
        }
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let claims_it = options.format.is_some() || source.name.has(&EXTENSIONS);
        let mut window = Window::open(source, options)?;
        let text = window.text_start();
        let header = header(text, options, claims_it)
            .and_then(|header| header.ok_or_else(|| Header::missing(text)))
            .map_err(|fault| text.nul().unwrap_or(fault))?;
        window.consume(header.len, header.lines);
        Ok(Box::new(Reader {
            parser: Parser::new(header.dialect),
            unquoted: Parser::new(Dialect {
                quote: None,
                escape: None,
                ..header.dialect
            }),
            options: Arc::clone(options),
            is_markup: header.has_markup(&options.names),
            window,
            header,
            header_at: None,
        }))
    }
}

/// File name extensions of CSV.
const EXTENSIONS: [&str; 2] = ["csv", "tsv"];

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("expected {expected} fields as in the header line, found {found}")]
    FieldCount { expected: usize, found: usize },
    #[error(
        "expected {expected} fields as in the header line, found {found} in the record in lines {first} to {last}"
    )]
    FieldCountOverLines {
        expected: usize,
        found: usize,
        first: u64,
        last: u64,
    },
    #[error(
        "a header line follows this record in the same line: the line end between two files is missing; the record is not read"
    )]
    Glued,
    #[error("the columns are those of line {0}, which has none that can be read as the text")]
    NoText(u64),
    #[error(
        "a quote is opened here but never closed; if the file quotes nothing, set `input.quote` to \"none\""
    )]
    Unclosed,
    #[error(
        "a quote is opened here but not closed properly: in line {line}, text follows the closing quote (a quote inside quotes must be doubled; if it stands behind a sign such as `\\`, set `input.escape` to that; if the file quotes nothing, set `input.quote` to \"none\")"
    )]
    Stray { line: u64 },
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

struct Reader {
    window: Window,
    header: Header,
    parser: Parser,
    /// The parser of lines that quote nothing.
    unquoted: Parser,
    options: Arc<Options>,
    /// Whether the text is HTML by the name of its column.
    is_markup: bool,
    /// The offset and the line of the header line, if it is not the first one.
    header_at: Option<[u64; 2]>,
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let number = self.window.line_number();
            let found = match self.find() {
                Find::Record { len, lines } => {
                    let found = match self.second_header(len) {
                        Some((at, columns)) => {
                            let is_glued = at > marks(self.window.get(len));
                            let fault = self.go_on_by(len, at, columns);
                            let glued = is_glued.then(|| Broken::Glued.into());
                            fault.or(glued).map_or(Ok(None), Err)
                        }
                        None => self.article(number, len, lines),
                    };
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
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let place = self.window.place()?;
        let header_at = self.header_at.as_ref().map_or([].as_slice(), |at| at);
        Some(Place::new([place.numbers(), header_at].concat()))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let &[ref here @ .., offset, line] = place.numbers() else {
            return Err(io::Error::other("it is read in another format"));
        };
        if here.is_empty() {
            return self.window.enter(place);
        }
        self.window.enter(&Place::new([offset, line]))?;
        let columns = match self.find() {
            Find::Record { len, .. } => self
                .names(&self.parser.fields, len)
                .map(|names| (len, names)),
            _ => None,
        };
        let Some((len, columns)) = columns else {
            return Err(io::Error::other("it has other header lines than before"));
        };
        let at = marks(self.window.get(len));
        // What is wrong with it has been told.
        self.go_on_by(len, at, columns);
        self.window.enter(&Place::new(here))
    }

    fn describe(&mut self, described: &mut Described) {
        self.window.describe(described);
        described.delimiter = Some(char::from(self.header.dialect.delimiter));
        described.fields = self.options.names.shown(&self.header.columns);
    }
}

impl Reader {
    /// Finds the next record and leaves its fields in the parser.
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
                        self.parser.skip(marks(self.window.get(len)));
                    }
                    match self.parser.resume(self.window.get(len)) {
                        Step::Done if lines > 1 && self.has_stray_quotes(len) => {
                            let line = self.window.get(first);
                            self.unquoted.reset();
                            self.unquoted.skip(marks(line));
                            self.unquoted.resume(line);
                            self.parser.fields.clone_from(&self.unquoted.fields);
                            return Find::Record {
                                len: first,
                                lines: 1,
                            };
                        }
                        Step::Done => return Find::Record { len, lines },
                        Step::Open if self.parser.fields.len() <= most => continue,
                        Step::Open => Broken::FieldCountOverLines {
                            expected: self.header.columns.len(),
                            found: self.parser.fields.len(),
                            first: self.window.line_number(),
                            last: self.window.line_number() + lines - 1,
                        }
                        .into(),
                        Step::Stray => Broken::Stray {
                            line: self.window.line_number() + lines - 1,
                        }
                        .into(),
                    }
                }
                Line::TooLong if lines > 0 => Fault::TooLong(self.window.max()),
                Line::TooLong => return Find::TooLong,
                // Half a record is not parsed: its quotes cannot be balanced.
                Line::Cut => return Find::Cut,
                Line::End if lines > 0 => Broken::Unclosed.into(),
                Line::End => return Find::End,
            };
            return Find::Broken { first, fault };
        }
    }

    /// Returns whether the quotes around the line ends of a record are rather those of its texts: each line is a record
    /// when quotes have no meaning.
    ///
    /// Text within quotes hardly ever has as many tabs in each line as the header. It may have as many commas, so with
    /// these each line must also begin with something like an id.
    fn has_stray_quotes(&mut self, len: usize) -> bool {
        let Dialect {
            delimiter,
            terminator,
            ..
        } = self.header.dialect;
        let expected = self.header.columns.len();
        let record = self.window.get(len);
        let mut shape = None;
        expected > 1
            && record
                .strip_suffix(&[terminator])
                .unwrap_or(record)
                .split(|byte| *byte == terminator)
                .all(|line| {
                    let line = &line[marks(line)..];
                    self.unquoted.reset();
                    self.unquoted.resume(line);
                    let fields = &self.unquoted.fields;
                    if fields.len() != expected {
                        return false;
                    }
                    let first = shape_of_id(&line[fields[0].range.clone()]);
                    matches!(delimiter, b'\t' | b'|')
                        || first.is_some() && *shape.get_or_insert_with(|| first.clone()) == first
                })
    }

    /// Returns whether a record repeats the header line, as in concatenated files, perhaps after a byte order
    /// mark.
    fn is_header(&self, record: &[u8]) -> bool {
        record[marks(record)..] == self.header.record
    }

    /// Returns the texts of fields, if all may be names of columns.
    fn names(&self, fields: &[Field], len: usize) -> Option<Vec<String>> {
        let may_be_name = |field: &Field| (1..=MOST_NAME).contains(&field.range.len());
        if !fields.iter().all(may_be_name) {
            return None;
        }
        let decoded = self.window.decode(len).ok()?;
        let names = fields.iter().map(|field| field.text(decoded));
        Some(
            names
                .map(|name| name.trim_start_matches(MARK).to_owned())
                .collect(),
        )
    }

    /// Finds another header line in a record, as in concatenated files: where it begins, and its columns.
    fn second_header(&self, len: usize) -> Option<(usize, Vec<String>)> {
        let bytes = self.window.get(len);
        let start = marks(bytes);
        if !self.options.columns.is_empty() || self.is_header(bytes.trim_ascii_end()) {
            return None;
        }
        let fields = self.parser.fields.as_slice();
        let known = &self.header.columns;
        let plain = self.names(fields, len);
        let plain = plain.filter(|names| is_second(names, known, &self.options.names));
        if let Some(names) = plain {
            return Some((start, names));
        }
        // Its first name may follow the last text of a file without a line end.
        let (field, rest) = fields.get(known.len() - 1..)?.split_first()?;
        if rest.is_empty() {
            return None;
        }
        let first = self.header.glued(bytes.get(field.range.clone())?)?;
        let at = field.range.end - first.len();
        let mut names = self.names(rest, len)?;
        names.insert(0, first);
        // A word that ends in the name of a column is no sign of a header line yet.
        let has_all = known.iter().all(|name| names.contains(name));
        (has_all && is_second(&names, known, &self.options.names)).then_some((at, names))
    }

    /// Reads the records below a header line that begins at a place in this record by its columns. Returns what is wrong
    /// with it.
    fn go_on_by(&mut self, len: usize, at: usize, columns: Vec<String>) -> Option<Fault> {
        let record = self.window.get(len)[at..].trim_ascii_end();
        let (dialect, names) = (self.header.dialect, &self.options.names);
        let (header, fault) = Header::second(record, columns, dialect, names);
        self.is_markup = header.has_markup(names);
        self.header = header;
        let offset = self.window.offset() + at as u64;
        self.header_at = Some([offset, self.window.line_number()]);
        fault
    }

    /// Makes an article of a record; none if the record is empty or repeats the header line.
    fn article(&self, number: u64, len: usize, lines: u64) -> Result<Option<Record>, Fault> {
        let bytes = self.window.get(len);
        let fields = &self.parser.fields;
        if fields.iter().all(|field| field.range.is_empty()) && fields.len() != 1
            || bytes[marks(bytes)..].trim_ascii().is_empty()
            || self.is_header(bytes.trim_ascii_end())
        {
            return Ok(None);
        }
        let (expected, found) = (self.header.columns.len(), fields.len());
        if found != expected {
            return Err(if lines == 1 {
                Broken::FieldCount { expected, found }
            } else {
                Broken::FieldCountOverLines {
                    expected,
                    found,
                    first: number,
                    last: number + lines - 1,
                }
            }
            .into());
        }
        if self.header.chosen[Role::Text as usize].is_none() {
            let line = self.header_at.map_or(1, |[_, line]| line);
            return Err(Broken::NoText(line).into());
        }
        if let Some(at) = memchr(0, bytes) {
            return Err(Fault::Nul(at + 1));
        }
        let decoded = self.window.decode(len)?;
        let field = |role: Role| {
            let index = self.header.chosen[role as usize]?;
            if fields[index].is_null(bytes) {
                return None;
            }
            let text = fields[index].text(decoded);
            // Within quotes, too.
            let text = match index {
                0 => text.trim_start_matches(MARK),
                _ => &text,
            };
            Some(text.to_owned())
        };
        let filled = |role| field(role).filter(|text| !text.is_empty());
        Ok(Some(Record {
            at: At::number(number),
            id: filled(Role::Id),
            content: Content::of(field(Role::Text).unwrap_or_default(), self.is_markup),
            title: filled(Role::Title),
            date: filled(Role::Date),
            language: filled(Role::Language),
            url: filled(Role::Url),
            outlet: filled(Role::Outlet),
            ..Record::default()
        }))
    }
}

/// Returns what an id consists of, with one sign for all letters and digits in a row; none if it does not look like an id.
fn shape_of_id(field: &[u8]) -> Option<Vec<u8>> {
    const MOST: usize = 64;
    if ["https://", "http://"]
        .iter()
        .any(|scheme| field.starts_with(scheme.as_bytes()))
    {
        return field
            .iter()
            .all(u8::is_ascii_graphic)
            .then(|| b"://".to_vec());
    }
    let is_id = field.len() <= MOST
        && field.iter().any(u8::is_ascii_digit)
        && field.iter().all(u8::is_ascii_graphic);
    let mut shape: Vec<u8> = field
        .iter()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => b'a',
            _ => *byte,
        })
        .collect();
    shape.dedup();
    is_id.then_some(shape)
}

/// What follows in the window.
enum Find {
    Record {
        len: usize,
        lines: u64,
    },
    /// A broken record whose first line has this length.
    Broken {
        first: usize,
        fault: Fault,
    },
    TooLong,
    Cut,
    End,
}
