//! JSON that is not an object a line: arrays, pretty-printed and concatenated objects, answers of search servers.
//!
//! It is read as a stream: a `Cutter` finds where each record begins and ends, and only a record at a time is in
//! memory, however large the array around them is.

mod cutter;
mod shape;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use self::cutter::{Cut, Cutter, kind};
use self::shape::{Contents, Elements, Parts, Shape, is_article, is_list, is_part};
use super::{Articles, Claim, Format, jsonl};
use crate::input::described::Described;
use crate::input::encoding::MARK;
use crate::input::fault::Fault;
use crate::input::item::{Record, Reject};
use crate::input::object::{parse, shown};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{BEGINNING, Start, first_line};
use crate::input::source::Source;
use crate::input::window::Window;

pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "Each object is one article: in an array, one after another, or one in a file. The array may lie in an object, \
         as in the answer of a search server."
    }

    fn recognize(&self, start: &Start<'_>, options: &Options) -> Result<Claim, Fault> {
        let text = start.text()?;
        if let Some(shape) = Shape::of(text.bytes, &options.names) {
            // Whether a first line that is longer than what can be seen of it is a record, only the name tells.
            let is_named = start.is_named(&["jsonl", "ndjson", "jsonlines"])
                && !shape.is_envelope
                && !text.bytes.contains(&b'\n');
            return Ok(if shape.is_lines || is_named {
                Claim::No
            } else {
                Claim::Sure
            });
        }
        // A part of an array that was split, or text before one.
        if most_lines_are_json(text.bytes) {
            return Ok(Claim::Sure);
        }
        if !start.is_named(&["json"]) || jsonl::some_line_is_object(text.bytes) {
            return Ok(Claim::No);
        }
        let fault = || Broken::NotJson(first_line(text.bytes)).into();
        Err(text.nul().unwrap_or_else(fault))
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let mut window = Window::open(source, options)?;
        let shape = Shape::of(window.text_start().bytes, &options.names);
        let (path, elements) = shape
            .map(|shape| (shape.path, shape.elements))
            .unwrap_or_default();
        Ok(Box::new(Reader {
            cutter: Cutter::new(window, path),
            elements,
            options: Arc::clone(options),
            number: 0,
            envelope: None,
            read: 0,
        }))
    }
}

/// Returns whether at least half of the lines are those of JSON that is not an object a line: members, brackets and objects
/// with commas after them.
fn most_lines_are_json(text: &[u8]) -> bool {
    let (mut objects, mut parts, mut others) = (0_usize, 0_usize, 0_usize);
    let whole = memchr::memrchr(b'\n', text).map_or(text, |end| &text[..end]);
    for line in whole.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        let is_object = line.starts_with(b"{\"");
        let is_member = line.starts_with(b"\"") && memchr::memmem::find(line, b"\":").is_some();
        if is_object && line.ends_with(b"}") {
            objects += 1;
        } else if is_object && line.ends_with(b"},")
            || is_member
            || matches!(line, b"{" | b"}" | b"}," | b"[" | b"]" | b"],")
        {
            parts += 1;
        } else if !line.is_empty() {
            others += 1;
        }
    }
    parts > objects && parts + objects >= 2 * others.max(1)
}

/// What is wrong with a file or a record.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(
        "the name says JSON, but the file starts with {0:?}; if it is plain text, set `input.format` to \"text\""
    )]
    NotJson(String),
    #[error("expected an object with the fields of an article, found {0}")]
    NoObject(&'static str),
    #[error("the JSON ends within this object: the file is truncated")]
    Unfinished,
    #[error("broken JSON: the object has no end: a quotation mark or a bracket is missing")]
    Unclosed,
    #[error("the JSON ends early: the file is truncated, and what follows is missing")]
    EndsEarly,
    #[error("broken JSON: {0:?} where an object or the end was expected")]
    Stray(char),
    #[error(
        "broken JSON: a bracket is closed by one of another kind, and what follows up to the next object is lost"
    )]
    Unbalanced,
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

struct Reader {
    cutter: Cutter,
    /// What the elements of the lists of records have, if these are in an object.
    elements: Vec<Parts>,
    options: Arc<Options>,
    /// The number of the last record, counted from 1.
    number: u64,
    /// The object that the window begins with, if it contains lists of records.
    envelope: Option<Envelope>,
    /// How many records of the next envelope have been read before the run was resumed.
    read: usize,
}

/// An object that contains lists of records.
struct Envelope {
    len: usize,
    /// The ranges of the records in it.
    records: Vec<Range<usize>>,
    /// How many of them have been read.
    read: usize,
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.number + 1;
        let found = loop {
            if let Some(found) = self.enclosed(number) {
                break found;
            }
            match self.cutter.next()? {
                Cut::Object(len) => {
                    let object = self.cutter.window.get(len);
                    let found = Contents::of(object, &self.options.names);
                    if found.lists.is_empty() {
                        break self.object(number, len, found.has_empty);
                    }
                    let ranges = found.lists.into_iter().map(|(_, range)| range.start);
                    let enclosed = ranges.flat_map(|at| Elements::new(object, at));
                    let own = found.is_article.then_some(0..len);
                    let records = own.into_iter().chain(found.others).chain(enclosed);
                    let mut records: Vec<_> = records.collect();
                    records.sort_by_key(|record| record.start);
                    self.envelope = Some(Envelope {
                        len,
                        records,
                        read: std::mem::take(&mut self.read),
                    });
                }
                Cut::Beside(name) => {
                    if let Some(found) = self.beside(number, &name) {
                        break found;
                    }
                }
                // It is not a record.
                Cut::EndsEarly => return Some(Err(Reject::file(Broken::EndsEarly.into()))),
                cut => break Err(self.reject(number, cut)),
            }
        };
        self.number = number;
        Some(found)
    }
}

impl Reader {
    /// Reads the next record of the envelope; none if there is no envelope or it has no more.
    fn enclosed(&mut self, number: u64) -> Option<Result<Record, Reject>> {
        let envelope = self.envelope.as_mut()?;
        let Some(record) = envelope.records.get(envelope.read).cloned() else {
            let len = envelope.len;
            self.envelope = None;
            self.cutter.consume(len);
            return None;
        };
        envelope.read += 1;
        let first = self.cutter.window.get(record.end)[record.start];
        if let Some(kind) = kind(first) {
            return Some(Err(Reject::at(number, Broken::NoObject(kind))));
        }
        Some(self.article(number, record))
    }

    /// Reads an object that is a record itself, and moves past it.
    fn object(&mut self, number: u64, len: usize, has_empty: bool) -> Result<Record, Reject> {
        let mut found = self.article(number, 0..len);
        if found.is_err() {
            if has_empty {
                found = Err(Reject::at(number, Fault::Ignored("empty list")));
            }
            self.cutter.pass_broken(len);
        } else {
            self.cutter.consume(len);
        }
        found
    }

    /// Takes what is beside the path to the records of an object that is too large to be looked at as a whole: reads an
    /// article, enters what may contain some, and skips the rest.
    fn beside(&mut self, number: u64, name: &str) -> Option<Result<Record, Reject>> {
        let names = &self.options.names;
        let start = self.cutter.window.peek(BEGINNING);
        let is_object = start.starts_with(b"{");
        let cut = if is_part(name) || !is_object && !is_list(start, name, names) {
            self.cutter.skip_value()
        } else {
            let whole = if is_object { self.cutter.whole() } else { None };
            match whole {
                Some(len) if is_article(self.cutter.window.get(len), &self.elements, names) => {
                    return Some(self.object(number, len, false));
                }
                _ => self.cutter.enter_beside(),
            }
        };
        cut.map(|cut| Err(self.reject(number, cut)))
    }

    fn reject(&self, number: u64, cut: Cut) -> Reject {
        let fault: Fault = match cut {
            Cut::Other(kind) => Broken::NoObject(kind).into(),
            Cut::TooLong => Fault::TooLong(self.options.max_bytes),
            Cut::Unbalanced => Broken::Unbalanced.into(),
            Cut::Unfinished => Broken::Unfinished.into(),
            Cut::Unclosed => Broken::Unclosed.into(),
            Cut::Stray(sign) => Broken::Stray(sign).into(),
            Cut::Error(fault) => fault,
            Cut::Object(_) | Cut::Beside(_) | Cut::EndsEarly => Broken::EndsEarly.into(),
        };
        Reject::at(number, fault)
    }

    /// Reads a range of the window as an article.
    fn article(&self, number: u64, range: Range<usize>) -> Result<Record, Reject> {
        let decoded = self.cutter.window.decode_part(range);
        let decoded = decoded.map_err(|fault| Reject::at(number, fault))?;
        let text = decoded.text();
        parse(text.trim_start_matches(MARK), number, &self.options.names)
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let read = self.envelope.as_ref().map_or(0, |envelope| envelope.read);
        let numbers = self.cutter.place()?;
        Some(Place::new(
            [&[self.number, read as u64], &*numbers].concat(),
        ))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let [number, read, rest @ ..] = place.numbers() else {
            return Err(io::Error::other("it is read in another format"));
        };
        self.number = *number;
        self.read = usize::try_from(*read).unwrap_or(usize::MAX);
        self.cutter.enter(rest)
    }

    fn describe(&mut self, described: &mut Described) {
        self.cutter.window.describe(described);
        if let Some(Cut::Object(len)) = self.cutter.next() {
            let object = self.cutter.window.get(len);
            let list = Contents::of(object, &self.options.names)
                .lists
                .into_iter()
                .next();
            let first = list.and_then(|(_, list)| Elements::new(object, list.start).next());
            let record = first.unwrap_or(0..len);
            if let Ok(text) = self.cutter.window.decode_part(record) {
                described.fields = shown(&text.text(), &self.options.names);
            }
        }
    }
}
