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
        start.text()?.nul().map_or(Ok(Claim::Maybe), Err)
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        Ok(Box::new(Reader {
            window: Window::open(source, options)?,
            is_done: false,
        }))
    }
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
