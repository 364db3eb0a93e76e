//! Plain text: the whole file is one article.

use memchr::memchr;

use super::fault::Fault;
use super::window::{Line, Window};
use super::{Record, Reject};

pub(super) struct Reader {
    window: Window,
    is_done: bool,
}

impl Reader {
    pub(super) fn new(window: Window) -> Self {
        Self {
            window,
            is_done: false,
        }
    }

    pub(super) fn into_window(self) -> Window {
        self.window
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    pub(super) fn next(&mut self) -> Option<Result<Record, Reject>> {
        if self.is_done {
            return None;
        }
        self.is_done = true;
        Some(self.article().map_err(Reject::file))
    }

    fn article(&mut self) -> Result<Record, Fault> {
        let len = match self.window.all() {
            Line::Whole(len) => len,
            Line::TooLong => return Err(Fault::TooLong(self.window.max())),
            // Half an article is none.
            Line::Cut | Line::End => return Err(self.window.cut().unwrap_or(Fault::EmptyFile)),
        };
        if let Some(at) = memchr(0, self.window.get(len)) {
            return Err(Fault::Nul(at + 1));
        }
        Ok(Record {
            text: self.window.decode(len)?.text().into_owned(),
            ..Record::default()
        })
    }
}
