//! HTML: the story of a page is one article.

use std::io::{self, Read};
use std::sync::Arc;

use super::{Articles, Claim, Format};
use crate::input::content::Content;
use crate::input::described::Described;
use crate::input::fault::Fault;
use crate::input::item::{Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, begins_a_page, first_line};
use crate::input::source::Source;

pub(super) struct Html;

/// The extensions of pages.
const NAMES: &[&str] = &["html", "htm", "xhtml"];

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "Each file is a page, whose story is one article."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        let text = start.text()?;
        if begins_a_page(text.bytes) {
            return Ok(Claim::Sure);
        }
        if !start.is_named(NAMES) {
            return Ok(Claim::No);
        }
        if has_tag(text.bytes) {
            return Ok(Claim::Sure);
        }
        let fault = || Broken::NoTag(first_line(text.bytes)).into();
        Err(text.nul().unwrap_or_else(fault))
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        Ok(Box::new(Reader {
            source: Some(source),
            options: Arc::clone(options),
        }))
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(
        "the name says HTML, but there is no tag; it starts with {0:?}; if it is plain text, set `input.format` to \"text\""
    )]
    NoTag(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

fn has_tag(text: &[u8]) -> bool {
    memchr::memchr_iter(b'<', text).any(|at| {
        matches!(
            text.get(at + 1),
            Some(b'!' | b'/' | b'a'..=b'z' | b'A'..=b'Z')
        )
    })
}

struct Reader {
    /// The page, until it is read.
    source: Option<Source>,
    options: Arc<Options>,
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let source = self.source.take()?;
        let page = page(source, self.options.max_bytes);
        Some(page.map_err(Reject::file))
    }
}

fn page(source: Source, max: usize) -> Result<Record, Fault> {
    let mut bytes = Vec::new();
    source.take(max as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max {
        return Err(Fault::TooLong(max));
    }
    Ok(Record {
        content: Content::Page {
            bytes,
            charset: None,
        },
        ..Record::default()
    })
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        self.source.is_some().then(Place::default)
    }

    fn enter(&mut self, _: &Place) -> io::Result<()> {
        Err(io::Error::other("it has become a page"))
    }

    fn describe(&mut self, _: &mut Described) {}
}
