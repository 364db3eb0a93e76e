//! Plain text: the whole file is one article.

use std::io;
use std::sync::Arc;

use memchr::memchr;

use super::{Articles, Claim, Format};
use crate::input::described::Described;
use crate::input::fault::Fault;
use crate::input::item::{Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::Start;
use crate::input::source::Source;
use crate::input::window::{Line, Window};

pub(super) struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn about(&self) -> &'static str {
        "Each file is one article."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        let text = start.text()?;
        if let Some(fault) = text.binary() {
            return Err(fault);
        }
        let named = start.is_named(UNREAD).then_some(
            "text under a name that says another format; if it is an article, set `input.format` to \"text\"",
        );
        if let Some(kind) = no_article(text.bytes).or(named) {
            return Err(Fault::Binary(kind));
        }
        Ok(Claim::Maybe)
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        Ok(Box::new(Reader {
            window: Window::open(source, options)?,
            is_done: false,
        }))
    }
}

/// Extensions of formats that are not read.
const UNREAD: &[&str] = &[
    "arrow", "avro", "doc", "docx", "eml", "epub", "feather", "mbox", "odt", "orc", "pdf", "rtf",
    "toml", "xls", "xlsx", "yaml", "yml",
];

/// Recognizes what is text, but certainly not an article.
fn no_article(text: &[u8]) -> Option<&'static str> {
    let is_record = |at: usize| {
        let record = &text[at..];
        let header = &record[..record.len().min(400)];
        memchr::memmem::find(header, b"\nWARC-Type:").is_some()
    };
    if memchr::memmem::find_iter(text, b"\nWARC/1.").any(is_record) {
        return Some("a part of a WARC file, whose beginning is missing");
    }
    let begins_line = |start: &[u8]| {
        memchr::memmem::find_iter(text, start).any(|at| at == 0 || text.get(at - 1) == Some(&b'\n'))
    };
    if begins_line(b"INSERT INTO ") && begins_line(b"CREATE TABLE ")
        || begins_line(b"COPY ") && begins_line(b"-- PostgreSQL database dump")
    {
        return Some(
            "a dump of a database in SQL; export its table of articles as CSV or JSON Lines",
        );
    }
    None
}

struct Reader {
    window: Window,
    is_done: bool,
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        self.is_done = true;
        Some(self.article().map_err(Reject::file))
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        (!self.is_done).then(Place::default)
    }

    fn enter(&mut self, _: &Place) -> io::Result<()> {
        Err(io::Error::other("it has become plain text"))
    }

    fn describe(&mut self, described: &mut Described) {
        self.window.describe(described);
    }
}

impl Reader {
    fn article(&mut self) -> Result<Record, Fault> {
        let len = match self.window.all() {
            Line::Whole(len) => len,
            Line::TooLong => return Err(Fault::TooLong(self.window.max())),
            // Half an article is not an article.
            Line::Cut | Line::End => return Err(self.window.cut().unwrap_or(Fault::EmptyFile)),
        };
        if let Some(at) = memchr(0, self.window.get(len)) {
            return Err(Fault::Nul(at + 1));
        }
        Ok(Record {
            content: self.window.decode(len)?.text().into_owned().into(),
            ..Record::default()
        })
    }
}
