//! The sentence that is being read.

use super::mark::Mark;
use super::peek::{REACH, behind};

/// What is known of a sentence before its end is found.
pub(super) struct Sentence<'a> {
    /// The line that it is in.
    pub(super) line: &'a str,
    /// Where it starts, in bytes of the line.
    pub(super) start: usize,
    /// The first letter or digit and its place, once it is read.
    pub(super) first: Option<(usize, char)>,
    /// Whether a bracket opens before that.
    pub(super) opens_bracket: bool,
}

impl<'a> Sentence<'a> {
    /// Starts a sentence behind a byte and the white space there.
    pub(super) fn start(line: &'a str, at: usize) -> Self {
        let rest = behind(line, at);
        Self {
            line,
            start: at + (rest.len() - rest.trim_start().len()),
            first: None,
            opens_bracket: false,
        }
    }

    /// Reads a piece up to a mark, for the first letter. Each piece is read once, so that a long text without
    /// letters stays cheap.
    pub(super) fn read(&mut self, from: usize, to: usize) {
        if self.first.is_none() {
            let piece = self.line.get(from..to).unwrap_or_default();
            let found = piece.char_indices().find(|(_, c)| c.is_alphanumeric());
            let before = found.map_or(piece.len(), |(at, _)| at);
            let opens = |byte: &u8| matches!(byte, b'(' | b'[' | b'{');
            self.opens_bracket |= piece.as_bytes()[..before].iter().any(opens);
            self.first = found.map(|(at, c)| (from + at, c));
        }
    }

    /// Returns what is read of the sentence up to a byte.
    pub(super) fn before(&self, end: usize) -> &'a str {
        self.line.get(self.start..end).unwrap_or_default()
    }

    /// Returns the word before a mark, with the dots, dashes and commas inside it.
    pub(super) fn word_before(&self, mark: &Mark) -> &'a str {
        last_word(self.before(mark.start))
    }

    /// Tells whether there is white space before a mark.
    pub(super) fn has_blank_before(&self, mark: &Mark) -> bool {
        self.before(mark.start).ends_with(char::is_whitespace)
    }

    /// Tells whether nothing but quotes and the like is before a byte.
    pub(super) fn starts_at(&self, at: usize) -> bool {
        self.first.is_some_and(|(first, _)| at <= first)
    }
}

/// Returns the word at the end of a text, with the dots, dashes and commas inside it.
pub(super) fn last_word(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take(REACH)
        .take_while(|&(_, c)| c.is_alphanumeric() || "./-–,:&+'’@_%°".contains(c))
        .last()
        .map_or(text.len(), |(at, _)| at);
    text.get(start..)
        .unwrap_or_default()
        .trim_start_matches(|c: char| !c.is_alphanumeric())
}
