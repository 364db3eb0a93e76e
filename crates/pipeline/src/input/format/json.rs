//! JSON that is not an object a line: arrays, pretty-printed and concatenated objects, answers of search servers.
//!
//! It is read as a stream: a `Cutter` finds where each record begins and ends, and only a record at a time is in
//! memory, however large the array around them is.

mod cutter;
mod shape;

use std::io;
use std::sync::Arc;

use self::cutter::{Cut, Cutter};
use self::shape::Shape;
use super::{Articles, Claim, Format, jsonl};
use crate::input::described::Described;
use crate::input::encoding::MARK;
use crate::input::fault::Fault;
use crate::input::item::{Record, Reject};
use crate::input::object::{parse, shown};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, first_line};
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
            return Ok(if shape.is_lines {
                Claim::No
            } else {
                Claim::Sure
            });
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
        let path = shape.map(|shape| shape.path).unwrap_or_default();
        Ok(Box::new(Reader {
            cutter: Cutter::new(window, path),
            options: Arc::clone(options),
            number: 0,
        }))
    }
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
    options: Arc<Options>,
    /// The number of the last record, counted from 1.
    number: u64,
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.number + 1;
        let found = match self.cutter.next()? {
            Cut::Object(len) => {
                let found = self.article(number, len);
                if found.is_err() {
                    self.cutter.pass_broken(len);
                } else {
                    self.cutter.consume(len);
                }
                found
            }
            Cut::Other(kind) => Err(Reject::at(number, Broken::NoObject(kind))),
            Cut::TooLong => Err(Reject::at(number, Fault::TooLong(self.options.max_bytes))),
            Cut::Unbalanced => Err(Reject::at(number, Broken::Unbalanced)),
            Cut::Unfinished => Err(Reject::at(number, Broken::Unfinished)),
            Cut::Unclosed => Err(Reject::at(number, Broken::Unclosed)),
            Cut::Stray(byte) => Err(Reject::at(number, Broken::Stray(byte))),
            Cut::Error(fault) => Err(Reject::at(number, fault)),
            // It is not a record.
            Cut::EndsEarly => return Some(Err(Reject::file(Broken::EndsEarly.into()))),
        };
        self.number = number;
        Some(found)
    }
}

impl Reader {
    fn article(&self, number: u64, len: usize) -> Result<Record, Reject> {
        let decoded = self.cutter.window.decode(len);
        let decoded = decoded.map_err(|fault| Reject::at(number, fault))?;
        let text = decoded.text();
        parse(text.trim_start_matches(MARK), number, &self.options.names)
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let numbers = self.cutter.place()?;
        Some(Place::new([&[self.number], &*numbers].concat()))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let [number, rest @ ..] = place.numbers() else {
            return Err(io::Error::other("it is read in another format"));
        };
        self.number = *number;
        self.cutter.enter(rest)
    }

    fn describe(&mut self, described: &mut Described) {
        self.cutter.window.describe(described);
        if let Some(Cut::Object(len)) = self.cutter.next()
            && let Ok(text) = self.cutter.window.decode(len)
        {
            described.fields = shown(&text.text(), &self.options.names);
        }
    }
}
