//! JSON Lines: one object per line, each an article.

mod bulk;

use std::io;
use std::sync::Arc;

use super::{Articles, Claim, Format};
use crate::input::described::Described;
use crate::input::encoding::{Decoded, MARK};
use crate::input::fault::Fault;
use crate::input::fields::Names;
use crate::input::item::{Record, Reject};
use crate::input::object::{parse, shown};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, TextStart, first_line};
use crate::input::source::Source;
use crate::input::window::{Line, Window};

pub(super) struct Jsonl;

impl Format for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn about(&self) -> &'static str {
        "Each line is one article: a JSON object."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        let text = start.text()?;
        if begins_an_object(text)? {
            return Ok(Claim::Sure);
        }
        if !start.is_named(&["jsonl", "ndjson", "jsonlines", "json"]) {
            // A dump that was cut, or that something was written before.
            return Ok(if most_lines_are_objects(text.bytes) {
                Claim::Sure
            } else {
                Claim::No
            });
        }
        let bytes = text.bytes.trim_ascii_start();
        if some_line_is_object(bytes) {
            return Ok(Claim::Sure);
        }
        let fault = || Broken::NotJson(first_line(bytes)).into();
        Err(text.nul().unwrap_or_else(fault))
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let mut window = Window::open(source, options)?;
        begins_an_object(window.text_start())?;
        Ok(Box::new(Reader {
            window,
            options: Arc::clone(options),
        }))
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(
        "expected one JSON object per line, found a JSON array; set `input.format` to \"json\""
    )]
    Array,
    #[error(
        "expected one JSON object per line, found an object over several lines; set `input.format` to \"json\""
    )]
    OverLines,
    #[error(
        "the name says JSON Lines, but the file starts with {0:?}; if it is plain text, set `input.format` to \"text\""
    )]
    NotJson(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

/// Returns whether a text begins like an object on one line. The rest is not checked, so a broken first line
/// does not turn a dump into one long article.
///
/// # Errors
///
/// If it is JSON, but not JSON Lines.
fn begins_an_object(start: TextStart<'_>) -> Result<bool, Fault> {
    match json(start.bytes.trim_ascii_start()) {
        Some(Json::Object) => Ok(true),
        Some(Json::OverLines) => Err(Broken::OverLines.into()),
        Some(Json::Array) => Err(Broken::Array.into()),
        None => Ok(false),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Json {
    Object,
    OverLines,
    Array,
}

/// Recognizes JSON by its beginning.
fn json(text: &[u8]) -> Option<Json> {
    match text.first()? {
        b'{' => {
            let rest = text[1..].trim_ascii_start();
            let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if !rest.starts_with(b"\"") && !rest.starts_with(b"}") {
                None
            } else if first_line.trim_ascii() == b"{" {
                Some(Json::OverLines)
            } else {
                Some(Json::Object)
            }
        }
        b'[' => {
            let rest = text[1..].trim_ascii_start();
            (rest.starts_with(b"{") || rest == b"]").then_some(Json::Array)
        }
        _ => None,
    }
}

pub(super) fn some_line_is_object(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n')
        .any(|line| json(line.trim_ascii_start()) == Some(Json::Object))
}

/// Returns whether at least half of the lines are objects, of those that are not blank. The last line may go on.
fn most_lines_are_objects(text: &[u8]) -> bool {
    let (mut objects, mut others) = (0_usize, 0_usize);
    let whole = memchr::memrchr(b'\n', text).map_or(text, |end| &text[..end]);
    for line in whole.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.starts_with(b"{\"") && line.ends_with(b"}") {
            objects += 1;
        } else if !line.is_empty() {
            others += 1;
        }
    }
    objects > 0 && objects >= others
}

struct Reader {
    window: Window,
    options: Arc<Options>,
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        // An action and its article are read at once, so that a resumed run begins with both or none.
        let mut action = None;
        loop {
            let number = self.window.line_number();
            match self.window.line(0) {
                Line::Whole(len) => {
                    let line = self.window.get(len).trim_ascii();
                    let is_blank = line.is_empty();
                    let found = bulk::action(line);
                    let is_action = found.is_some();
                    action = found.or(action);
                    let article = (!is_blank && !is_action).then(|| self.article(number, len));
                    self.window.consume(len, 1);
                    if let Some(mut article) = article {
                        if let Ok(article) = &mut article
                            && article.id.is_none()
                        {
                            article.id = action.and_then(|action| action.id);
                        }
                        return Some(article);
                    }
                }
                Line::TooLong => {
                    self.window.skip_line();
                    return Some(Err(Reject::at(number, Fault::TooLong(self.window.max()))));
                }
                Line::Cut => {
                    return self
                        .window
                        .cut()
                        .map(|fault| Err(Reject::at(number, fault)));
                }
                Line::End => return None,
            }
        }
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        self.window.place()
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        self.window.enter(place)
    }

    fn describe(&mut self, described: &mut Described) {
        self.window.describe(described);
        described.fields = first_fields(&mut self.window, &self.options.names);
    }
}

impl Reader {
    fn article(&self, number: u64, len: usize) -> Result<Record, Reject> {
        let decoded = self
            .window
            .decode(len)
            .map_err(|fault| Reject::at(number, fault))?;
        let converted;
        let line = match decoded {
            Decoded::Utf8(line) => line,
            Decoded::Other(..) => {
                converted = decoded.text();
                &converted
            }
        };
        // Each of several concatenated files may have a byte order mark.
        let line = line.trim_start_matches(MARK).trim_ascii_end();
        parse(line, number, &self.options.names)
    }
}

/// Returns which field of the first record that can be read is read as what.
fn first_fields(window: &mut Window, names: &Names) -> Vec<(&'static str, String)> {
    loop {
        match window.line(0) {
            Line::Whole(len) => {
                let found = window.decode(len).map(|line| shown(&line.text(), names));
                window.consume(len, 1);
                match found {
                    Ok(fields) if !fields.is_empty() => return fields,
                    _ => {}
                }
            }
            Line::TooLong => window.skip_line(),
            Line::Cut | Line::End => return Vec::new(),
        }
    }
}
