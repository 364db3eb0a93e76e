//! Cuts a stream of JSON into its records.

use std::io;

use memchr::{memchr2, memmem};
use serde::de::IgnoredAny;

use crate::input::fault::Fault;
use crate::input::position::Place;
use crate::input::window::Window;

/// How many objects may lie around a record.
const MOST_DEPTH: usize = 8;

/// How much more is looked at when the end of an object is not in sight.
const STEP: usize = 64 << 10;

/// What comes next in the stream.
pub(super) enum Cut {
    /// An object of this many bytes, which is not consumed.
    Object(usize),
    /// A value that is no object, and what it is.
    Other(&'static str),
    /// An array or object of this name beside the path to the array of records. Nothing of it is consumed.
    Beside(String),
    /// An object that is longer than allowed.
    TooLong,
    /// An object whose brackets do not match.
    Unbalanced,
    /// The stream ends within an object.
    Unfinished,
    /// An object has no end before the next record seems to begin.
    Unclosed,
    /// A character where none may be.
    Stray(char),
    /// The stream ends with an error.
    Error(Fault),
    /// The stream ends within an array or an object that contains records.
    EndsEarly,
}

/// Where the stream stands between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Outside of all values.
    Top,
    /// In an array that is a value of its own.
    Array,
    /// In this many objects, as on the path to the array of records.
    Path(usize),
    /// In an array of records that lies in this many objects.
    Records(usize),
}

/// Cuts a stream into records.
pub(super) struct Cutter {
    pub(super) window: Window,
    /// The names of the fields that lead from a top-level object that is too large to its array of records; without any,
    /// the top-level objects are the records.
    path: Vec<String>,
    level: Level,
    /// The white space before the next value, from the last line end on.
    indent: Vec<u8>,
}

impl Cutter {
    pub(super) fn new(window: Window, path: Vec<String>) -> Self {
        Self {
            window,
            path,
            level: Level::Top,
            indent: Vec::new(),
        }
    }

    /// Returns the numbers from which [`Cutter::enter`] goes on; none at the end.
    pub(super) fn place(&self) -> Option<Vec<u64>> {
        let level = match self.level {
            Level::Top if self.window.place().is_none() => return None,
            Level::Top => 0,
            Level::Array => 1,
            Level::Records(depth) => 2 * depth as u64,
            Level::Path(depth) => 2 * depth as u64 + 1,
        };
        Some(vec![self.window.offset(), level])
    }

    pub(super) fn enter(&mut self, numbers: &[u64]) -> io::Result<()> {
        let &[offset, level] = numbers else {
            return Err(io::Error::other("it is read in another format"));
        };
        self.level = match level {
            0 => Level::Top,
            1 => Level::Array,
            level => match usize::try_from(level / 2) {
                Ok(depth) if depth > MOST_DEPTH || self.path.is_empty() => {
                    return Err(io::Error::other("its objects are others than before"));
                }
                Ok(depth) if level % 2 == 0 => Level::Records(depth),
                Ok(depth) => Level::Path(depth),
                Err(_) => return Err(io::Error::other("it is read in another format")),
            },
        };
        self.window.enter(&Place::new([offset, 1]))
    }

    /// Moves past an object.
    pub(super) fn consume(&mut self, len: usize) {
        self.window.consume(len, 0);
    }

    /// Moves past an object that is no article. If it is no JSON either, only to where the next record seems to begin:
    /// a quotation mark that is missing hides those after it.
    pub(super) fn pass_broken(&mut self, len: usize) {
        if serde_json::from_slice::<IgnoredAny>(self.window.get(len)).is_ok() {
            self.consume(len);
            return;
        }
        let next = match self.marker() {
            Some(marker) => find(&self.window.get(len)[1..], &marker).map_or(len, |at| at + 1),
            None => len,
        };
        self.consume(next);
    }

    /// Finds the next record.
    pub(super) fn next(&mut self) -> Option<Cut> {
        loop {
            let Some(byte) = self.skip_space() else {
                return self.end();
            };
            match (self.level, byte) {
                (Level::Top, b'{') if self.path.is_empty() => return Some(self.object()),
                // It is damaged, or too large to be looked at as a whole.
                (Level::Top, b'{') => match self.whole() {
                    Some(len) => return Some(Cut::Object(len)),
                    None => self.enter_level(Level::Path(1)),
                },
                (Level::Top, b'[') => self.enter_level(Level::Array),
                (Level::Array | Level::Records(_), b'{') => return Some(self.object()),
                (Level::Array, b']') | (Level::Path(1), b'}') => self.enter_level(Level::Top),
                (Level::Records(depth), b']') => self.enter_level(Level::Path(depth)),
                (Level::Path(depth), b'}') => self.enter_level(Level::Path(depth - 1)),
                (Level::Path(depth), b'"') => {
                    if let Some(cut) = self.field(depth) {
                        return Some(cut);
                    }
                }
                (Level::Array | Level::Records(_), _) if kind(byte).is_some() => {
                    let kind = kind(byte).expect("it has a kind");
                    return Some(match self.skip_value() {
                        Some(cut) => cut,
                        None => Cut::Other(kind),
                    });
                }
                _ => {
                    return Some(Cut::Stray(self.pass_stray()));
                }
            }
        }
    }

    fn enter_level(&mut self, level: Level) {
        self.window.consume(1, 0);
        self.level = level;
    }

    fn end(&mut self) -> Option<Cut> {
        let is_inside = self.level != Level::Top;
        self.level = Level::Top;
        match self.window.cut() {
            Some(fault) => Some(Cut::Error(fault)),
            None => is_inside.then_some(Cut::EndsEarly),
        }
    }

    /// Moves past what may not be here, to the next line or object, and returns its first character.
    fn pass_stray(&mut self) -> char {
        let start = String::from_utf8_lossy(self.window.peek(4)).into_owned();
        self.window.consume(1, 0);
        loop {
            let bytes = self.window.peek(STEP);
            let next = memchr2(b'{', b'\n', bytes);
            let len = next.unwrap_or(bytes.len());
            let is_found = next.is_some() || bytes.is_empty();
            self.window.consume(len, 0);
            if is_found {
                return start.chars().next().unwrap_or_default();
            }
        }
    }

    /// Moves to the next byte that is neither white space nor a separator, and returns it.
    fn skip_space(&mut self) -> Option<u8> {
        self.indent.clear();
        loop {
            let bytes = self.window.peek(STEP);
            if bytes.is_empty() {
                return None;
            }
            // A byte order mark of one of several concatenated files, and the separator of JSON text sequences.
            let is_space = |byte: &u8| {
                matches!(
                    byte,
                    b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1E | 0xEF | 0xBB | 0xBF
                )
            };
            let len = bytes.iter().take_while(|byte| is_space(byte)).count();
            let space = &bytes[..len];
            match space.iter().rposition(|byte| *byte == b'\n') {
                Some(at) => self.indent = space[at..].to_vec(),
                None => self.indent.extend_from_slice(space),
            }
            self.indent.truncate(1 << 10);
            let found = bytes.get(len).copied();
            self.window.consume(len, 0);
            if found.is_some() {
                return found;
            }
        }
    }

    /// Takes a field of an object on the path: its value is entered if the path leads through it, else skipped.
    fn field(&mut self, depth: usize) -> Option<Cut> {
        let name = match self.measure() {
            Ok(len) => {
                let name = serde_json::from_slice::<String>(self.window.get(len));
                self.window.consume(len, 0);
                name.unwrap_or_default()
            }
            Err(cut) => return Some(cut),
        };
        if self.skip_space() == Some(b':') {
            self.window.consume(1, 0);
        }
        let byte = self.skip_space()?;
        let is_on_path = self.path.get(depth - 1) == Some(&name);
        match byte {
            b'{' if is_on_path && depth < self.path.len() => {
                self.enter_level(Level::Path(depth + 1));
                None
            }
            b'[' if is_on_path && depth == self.path.len() => {
                self.enter_level(Level::Records(depth));
                None
            }
            b'{' | b'[' => Some(Cut::Beside(name)),
            _ => self.skip_value(),
        }
    }

    /// Enters the array or object that the window begins with, beside the path; one that is too deep is skipped, and what is
    /// wrong with it is returned.
    pub(super) fn enter_beside(&mut self) -> Option<Cut> {
        match (self.level, self.window.peek(1)) {
            (Level::Path(depth), b"[") => self.enter_level(Level::Records(depth)),
            (Level::Path(depth), b"{") if depth < MOST_DEPTH => {
                self.enter_level(Level::Path(depth + 1));
            }
            _ => return self.skip_value(),
        }
        None
    }

    /// Moves past a value; returns what is wrong with it.
    pub(super) fn skip_value(&mut self) -> Option<Cut> {
        let mut end = ValueEnd::default();
        loop {
            let bytes = self.window.peek(STEP);
            if bytes.is_empty() {
                return Some(self.unfinished());
            }
            match end.feed(bytes) {
                Step::End(len) => {
                    self.window.consume(len, 0);
                    return None;
                }
                Step::Unbalanced(len) => {
                    self.window.consume(len, 0);
                    self.resync();
                    return Some(Cut::Unbalanced);
                }
                Step::More => {
                    let len = bytes.len();
                    self.window.consume(len, 0);
                }
            }
        }
    }

    /// Finds the end of the object that the window begins with.
    fn object(&mut self) -> Cut {
        match self.measure() {
            Ok(len) => Cut::Object(len),
            Err(cut) => cut,
        }
    }

    /// Returns the length of the object that the window begins with, if it is whole and not too long.
    pub(super) fn whole(&mut self) -> Option<usize> {
        let mut end = ValueEnd::default();
        let mut seen = 0;
        while seen <= self.window.max() {
            let bytes = &self.window.peek(seen + STEP)[seen..];
            let more = bytes.len();
            match end.feed(bytes) {
                Step::End(len) => return (seen + len <= self.window.max()).then_some(seen + len),
                Step::More if more > 0 => seen += more,
                Step::More | Step::Unbalanced(_) => return None,
            }
        }
        None
    }

    /// Finds the length of what the window begins with. If there is none, the window has moved to where the next
    /// record seems to begin.
    fn measure(&mut self) -> Result<usize, Cut> {
        let mut end = ValueEnd::default();
        let mut seen = 0;
        let max = self.window.max();
        loop {
            let bytes = &self.window.peek(seen + STEP)[seen..];
            if bytes.is_empty() {
                return Err(self.unfinished());
            }
            let more = bytes.len();
            match end.feed(bytes) {
                Step::End(len) if seen + len <= max => return Ok(seen + len),
                Step::More if seen + more <= max => seen += more,
                Step::End(_) | Step::More => {
                    self.resync();
                    return Err(Cut::TooLong);
                }
                Step::Unbalanced(_) => {
                    self.resync();
                    return Err(Cut::Unbalanced);
                }
            }
        }
    }

    /// The stream has ended within a value.
    fn unfinished(&mut self) -> Cut {
        // A quotation mark or bracket that is missing hides the records after it.
        let is_error = self.window.has_error();
        if !is_error && self.resync() {
            return Cut::Unclosed;
        }
        self.level = Level::Top;
        match self.window.cut() {
            Some(fault) => Cut::Error(fault),
            None => Cut::Unfinished,
        }
    }

    /// Moves to where the next record seems to begin, or to the end of the stream; returns whether there is one.
    fn resync(&mut self) -> bool {
        let Some(marker) = self.marker() else {
            while !self.window.peek(STEP).is_empty() {
                let len = self.window.peek(STEP).len();
                self.window.consume(len, 0);
            }
            self.level = Level::Top;
            return false;
        };
        self.window.consume(1, 0);
        let mut wanted = STEP.max(2 * marker.len());
        loop {
            let bytes = self.window.peek(wanted);
            if let Some(at) = find(bytes, &marker) {
                self.window.consume(at, 0);
                return true;
            }
            let len = bytes.len();
            if len < wanted {
                self.window.consume(len, 0);
                self.level = Level::Top;
                return false;
            }
            self.window.consume(len - marker.len() - 1, 0);
            wanted = STEP.max(2 * marker.len());
        }
    }

    /// Returns how a record begins, judging by the one that the window begins with: the line end and indentation
    /// before it, its bracket and the name of its first field.
    fn marker(&mut self) -> Option<Vec<u8>> {
        const MOST: usize = 1 << 10;
        let start = self.window.peek(MOST);
        let first = start.strip_prefix(b"{")?;
        let space = first.len() - first.trim_ascii_start().len();
        let name = first[space..].strip_prefix(b"\"")?;
        let end = memchr2(b'"', b'\\', name)?;
        let len = 1 + space + 1 + end + 1;
        let record = start.get(..len)?;
        let is_line = self.indent.first() == Some(&b'\n');
        let before: &[u8] = if is_line { &self.indent } else { b"" };
        Some([before, record].concat())
    }
}

/// Finds where a record begins that looks like the marker. One that does not begin a line follows a separator.
fn find(bytes: &[u8], marker: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, marker).find(|&at| {
        let before = bytes[..at].trim_ascii_end().last();
        marker[0] == b'\n' || matches!(before, Some(b',' | b'[' | b'}' | b'\n' | 0x1E))
    })
}

/// What kind of value begins with a byte; none if no value does.
pub(super) fn kind(byte: u8) -> Option<&'static str> {
    match byte {
        b'"' => Some("a string"),
        b'[' => Some("an array"),
        b't' | b'f' => Some("a boolean"),
        b'n' => Some("null"),
        b'-' | b'0'..=b'9' => Some("a number"),
        _ => None,
    }
}

/// Finds the end of a value, fed piece by piece.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
struct ValueEnd {
    /// The closing brackets that are due, the next one last.
    open: Vec<u8>,
    is_in_string: bool,
    is_escaped: bool,
    /// Whether the value is a number or a word, which has no closing sign.
    is_bare: bool,
    has_begun: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// The value ends after this many bytes of the piece.
    End(usize),
    /// It goes on in the next piece.
    More,
    /// After this many bytes there is a bracket that closes none.
    Unbalanced(usize),
}

impl ValueEnd {
    fn feed(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.is_in_string {
                if self.is_escaped {
                    self.is_escaped = false;
                    at += 1;
                    continue;
                }
                let Some(next) = memchr2(b'"', b'\\', &bytes[at..]) else {
                    return Step::More;
                };
                at += next + 1;
                if bytes[at - 1] == b'\\' {
                    self.is_escaped = true;
                } else {
                    self.is_in_string = false;
                    if self.open.is_empty() {
                        return Step::End(at);
                    }
                }
                continue;
            }
            if self.is_bare && matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n') {
                return Step::End(at);
            }
            at += 1;
            match byte {
                b'"' => self.is_in_string = true,
                b'{' => self.open.push(b'}'),
                b'[' => self.open.push(b']'),
                b'}' | b']' => {
                    if self.open.pop() != Some(byte) {
                        return Step::Unbalanced(at);
                    }
                    if self.open.is_empty() {
                        return Step::End(at);
                    }
                }
                _ => self.is_bare |= !self.has_begun,
            }
            self.has_begun = true;
        }
        Step::More
    }
}

/// Returns the length of the value that a text begins with; none if it does not end.
pub(super) fn value_len(text: &[u8]) -> Option<usize> {
    match ValueEnd::default().feed(text) {
        Step::End(len) => Some(len),
        Step::More | Step::Unbalanced(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_value_is_found_wherever_it_is_cut() {
        for (json, expected) in [
            (r#"{"a": "}", "b": ["\"]", {}]}, 1"#, Step::End(28)),
            (r#""a\\"x"#, Step::End(5)),
            ("-12.5e3,", Step::End(7)),
            ("null]", Step::End(4)),
            ("[1, 2] ", Step::End(6)),
            ("{\"a\": [1}", Step::Unbalanced(9)),
            ("{\"a\": \"b}", Step::More),
        ] {
            for cut in 0..json.len() {
                let mut end = ValueEnd::default();
                let found = match end.feed(&json.as_bytes()[..cut]) {
                    Step::More => match end.feed(&json.as_bytes()[cut..]) {
                        Step::End(at) => Step::End(cut + at),
                        Step::Unbalanced(at) => Step::Unbalanced(cut + at),
                        Step::More => Step::More,
                    },
                    step => step,
                };
                assert_eq!(found, expected, "{json} cut at {cut}");
            }
        }
    }
}
