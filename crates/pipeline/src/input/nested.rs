//! The files in a container.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::ahead::Bytes;
use super::fault::Fault;
use super::format::{self, Articles};
use super::ignored;
use super::item::{Record, Reject};
use super::options::Options;
use super::position::Place;
use super::source::{Source, Within};

/// The articles of a file in a container, under the name of its entry.
pub(super) struct Nested {
    entry: String,
    format: &'static str,
    articles: Box<dyn Articles>,
}

impl Nested {
    /// Opens an entry in the format it has.
    ///
    /// # Errors
    ///
    /// If it cannot be read at all, or is plainly no article; what is returned takes its place.
    pub(super) fn open(
        entry: &str,
        bytes: Bytes,
        within: &Within,
        options: &Arc<Options>,
    ) -> Result<Self, Reject> {
        let articles = Source::entry(Path::new(entry), bytes, within).and_then(|mut source| {
            let start = source.bytes.peek_most(ignored::BEGINNING);
            match ignored::file(entry, start) {
                Some(kind) => Err(Fault::Ignored(kind)),
                None => format::open(source, options),
            }
        });
        match articles {
            Ok((format, articles)) => Ok(Self {
                entry: entry.to_owned(),
                format,
                articles,
            }),
            Err(fault) => {
                let mut reject = rejected(entry, fault);
                reject.format = options.format;
                Err(reject)
            }
        }
    }

    /// Returns the place after the last item; none if it is known that nothing follows.
    pub(super) fn place(&self) -> Option<Place> {
        self.articles.place()
    }

    /// Moves from the beginning to a place.
    pub(super) fn enter(&mut self, place: &Place) -> io::Result<()> {
        self.articles.enter(place)
    }
}

/// Returns the fault of an entry that cannot be read at all.
pub(super) fn rejected(entry: &str, fault: Fault) -> Reject {
    let mut reject = Reject::file(fault);
    reject.at.within(entry);
    reject
}

impl Iterator for Nested {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.articles.next()? {
            Ok(mut record) => {
                record.at.within(&self.entry);
                record.format.get_or_insert(self.format);
                Ok(record)
            }
            Err(mut reject) => {
                reject.at.within(&self.entry);
                reject.format.get_or_insert(self.format);
                Err(reject)
            }
        })
    }
}
