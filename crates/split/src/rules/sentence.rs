//! The sentence being read.

use super::mark::Mark;
use super::peek::{REACH, behind};

/// What is known about a sentence before its end is found.
pub(super) struct Sentence<'a> {
    /// The line it is in.
    pub(super) line: &'a str,
    /// Where it starts, in bytes of the line.
    pub(super) start: usize,
    /// The first letter or digit with its byte position, once it has been read.
    pub(super) first: Option<(usize, char)>,
    /// Whether a bracket opens before that character.
    pub(super) opens_bracket: bool,
}

impl<'a> Sentence<'a> {
    /// Starts a sentence at the first character after a byte that is not white space.
    pub(super) fn start(line: &'a str, at: usize) -> Self {
        let rest = behind(line, at);
        Self {
            line,
            start: at + (rest.len() - rest.trim_start().len()),
            first: None,
            opens_bracket: false,
        }
    }

    /// Searches the piece up to a mark for the first letter. Each piece is read only once, so a long text
    /// without letters stays cheap.
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

    /// Returns the sentence up to a byte of the line.
    pub(super) fn before(&self, end: usize) -> &'a str {
        self.line.get(self.start..end).unwrap_or_default()
    }

    /// Returns the word before a mark, with the dots, dashes and commas inside it.
    pub(super) fn word_before(&self, mark: &Mark) -> &'a str {
        last_word(self.before(mark.start))
    }

    /// Returns whether there is white space before a mark.
    pub(super) fn has_blank_before(&self, mark: &Mark) -> bool {
        self.before(mark.start).ends_with(char::is_whitespace)
    }

    /// Returns whether a quote or a bracket opens right before a mark: "„... und Hetze“".
    pub(super) fn opens_before(&self, mark: &Mark) -> bool {
        let mut before = self.before(mark.start).chars().rev();
        !mark.closes_bracket
            && before.next().is_some_and(|c| "„‚“\"»«›‹([".contains(c))
            && before.next().is_none_or(char::is_whitespace)
    }

    /// Returns whether a byte is at the first letter or digit, or before it.
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
