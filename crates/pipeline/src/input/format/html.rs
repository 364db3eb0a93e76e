//! HTML: the story of a page is one article. A file may be several pages, one after another.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memmem;

use super::{Articles, Claim, Format};
use crate::input::content::Content;
use crate::input::described::Described;
use crate::input::fault::Fault;
use crate::input::item::{At, Record, Reject};
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
        "Each page is one article, its story: a file, or one of several pages in a file."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        let text = start.text()?;
        if begins_a_page(text.bytes) {
            // A single NUL does no harm to a page.
            return match text.binary() {
                Some(fault) if text.nul().is_none() => Err(fault),
                _ => Ok(Claim::Sure),
            };
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
            bytes: Vec::new(),
            start: 0,
            number: 0,
            max: options.max_bytes,
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
    /// What is still to be read, until the last page is.
    source: Option<Source>,
    /// What has been read, and where in it the next page begins.
    bytes: Vec<u8>,
    start: usize,
    /// The number of pages so far.
    number: u64,
    /// The most bytes that a page may have.
    max: usize,
}

impl Reader {
    /// Reads the next page. The last one is all that is left.
    fn page(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        let source = self.source.as_mut()?;
        let mut end = end_of_page(self.bytes.get(self.start..).unwrap_or_default());
        if end.is_none() {
            self.bytes.drain(..self.start);
            self.start = 0;
            let missing = (self.max + 1).saturating_sub(self.bytes.len());
            let read = source.take(missing as u64).read_to_end(&mut self.bytes);
            if let Err(error) = read {
                self.source = None;
                return Some(Err(error.into()));
            }
            end = end_of_page(&self.bytes);
        }
        if let Some(end) = end {
            let end = self.start + end;
            let page = self.bytes.get(self.start..end).unwrap_or_default().to_vec();
            self.start = end;
            return Some(Ok(page));
        }
        self.source = None;
        let page = std::mem::take(&mut self.bytes);
        Some(if page.len() > self.max {
            Err(Fault::TooLong(self.max))
        } else {
            Ok(page)
        })
    }
}

/// Returns the end of a page that is followed by another one, which has a title or a body.
fn end_of_page(bytes: &[u8]) -> Option<usize> {
    const END: &[u8] = b"</html>";
    /// How many documents without content are looked at, so that the time is bounded.
    const MOST: usize = 100;
    let tags = memmem::find_iter(bytes, b"</").map(|at| bytes.split_at(at));
    let ends = tags.filter_map(|(before, tag)| {
        let rest = tag.get(END.len()..).filter(|_| starts(tag, END))?;
        let next = rest.trim_ascii_start();
        let next = next.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(next);
        begins_document(next).then_some((before.len() + END.len(), next))
    });
    let mut ends = ends.take(MOST);
    let end = ends.find_map(|(end, next)| has_content(next).then_some(end));
    // The end tag of a document may be left out.
    let seen = end.map_or(bytes, |end| bytes.get(..end).unwrap_or(bytes));
    let begins = memmem::find_iter(seen, b"<!").filter(|at| {
        let (before, next) = seen.split_at(*at);
        starts(next, b"<!doctype html") && begins_line(before) && !before.trim_ascii().is_empty()
    });
    let mut begins = begins.take(MOST);
    let begin = begins.find(|at| {
        let (before, next) = seen.split_at(*at);
        has_content(before) && has_content(next) && !is_in_code(before)
    });
    begin.or(end)
}

fn begins_line(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\xEF\xBB\xBF").unwrap_or(before);
    let blanks = before
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b' ' | b'\t'));
    let at = before.len() - blanks.count();
    matches!(before[..at].last(), Some(b'\n' | b'\r'))
}

/// Returns whether a page is cut in the midst of a script, a comment or the like, or of an attribute that holds a page.
fn is_in_code(page: &[u8]) -> bool {
    const PAIRS: [(&[u8], &[u8]); 7] = [
        (b"<script", b"</script"),
        (b"<style", b"</style"),
        (b"<template", b"</template"),
        (b"<textarea", b"</textarea"),
        (b"<pre", b"</pre"),
        (b"srcdoc", b"</iframe"),
        (b"<!--", b"-->"),
    ];
    let page = page.to_ascii_lowercase();
    PAIRS.iter().any(|(opens, closes)| {
        let open = memmem::rfind(&page, opens);
        open.is_some_and(|open| memmem::find(&page[open..], closes).is_none())
    })
}

fn starts(bytes: &[u8], name: &[u8]) -> bool {
    bytes
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// Returns whether a document begins here.
fn begins_document(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 4] = [b"<!doctype html", b"<html>", b"<html ", b"<?xml "];
    STARTS.iter().any(|start| starts(bytes, start))
}

/// Returns whether a document has a title or a body near its beginning, and so is a page of its own.
fn has_content(bytes: &[u8]) -> bool {
    const NEAR: usize = 1 << 20;
    let near = bytes.get(..NEAR).unwrap_or(bytes);
    let mut tags = memchr::memchr_iter(b'<', near).filter_map(|at| near.get(at..));
    tags.any(|tag| starts(tag, b"<title") || starts(tag, b"<body"))
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.page()?;
        // A file that is one page has no numbers.
        let at = if self.number == 0 && self.source.is_none() {
            At::default()
        } else {
            At::number(self.number + 1)
        };
        self.number += 1;
        Some(match page {
            Ok(bytes) => Ok(Record {
                at,
                content: Content::Page {
                    bytes,
                    charset: None,
                    is_cut: false,
                },
                ..Record::default()
            }),
            Err(fault) => {
                let mut reject = Reject::file(fault);
                reject.at = at;
                Err(reject)
            }
        })
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let place = || Place::new(vec![self.number]);
        self.source.is_some().then(place)
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let &[number] = place.numbers() else {
            return Err(io::Error::other("it is read in another format"));
        };
        while self.number < number {
            if !matches!(self.next(), Some(Ok(_))) || self.source.is_none() {
                return Err(io::Error::other("it has become shorter"));
            }
        }
        Ok(())
    }

    fn describe(&mut self, _: &mut Described) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_where_another_one_begins() {
        for (before, after) in [
            ("<html><p>Eins</html>", "<html><body>Zwei</html>"),
            ("<p>Eins</HTML>", " \n<!DOCTYPE html><Title>Zwei</Title>"),
            ("<p>Eins</html>", "\u{FEFF}<!doctype html><body>Zwei"),
            ("<p>Eins</html>", "<?xml version='1.0'?><html><body>Zwei"),
            // The end tag is left out.
            (
                "<!DOCTYPE html><title>Eins</title><p>Eins\n",
                "<!doctype HTML>\n<title>Zwei</title>",
            ),
            (
                "<!doctype html><body>Eins<script>a('</html>')</script>\n\u{FEFF}",
                "<!doctype html><html><body>Zwei</html><!doctype html><body>Drei",
            ),
            // What follows is no page.
            ("<!-- gespeichert -->\n<!doctype html><body>Eins", ""),
            (
                "<!doctype html><body>Eins<script>a = `\n<!doctype html><body>Zwei`</script>",
                "",
            ),
            (
                "<!doctype html><body>Eins<textarea>\n<!doctype html><body>Zwei</textarea>",
                "",
            ),
            ("<p>Eins</html><!-- 0.3 s -->", ""),
            ("<p>Eins</html><p>Zwei", ""),
            ("<p>Eins</html><!doctype html>", ""),
            ("<p>Eins</html><htmlx><body>", ""),
            ("<p>Eins<!doctype html><html><body>Zwei</html>", ""),
            (
                "<iframe srcdoc=\"<html><body>Zwei</html>\"></iframe></html>",
                "",
            ),
            ("", ""),
        ] {
            let file = format!("{before}{after}");
            let expected = (!after.is_empty()).then_some(before.len());
            assert_eq!(end_of_page(file.as_bytes()), expected, "{file}");
        }
    }
}
