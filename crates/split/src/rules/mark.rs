//! The context of a mark that may end a sentence: `.`, `!`, `?`, `…` and runs of them.

use super::peek::{REACH, behind, peek};
use super::smiley::{note, smiley};

/// How many bytes before a mark are searched for the opening half of a quote or bracket that closes after it.
const SPAN: usize = 400;

/// A run of marks, with what closes after it and what comes next.
#[derive(Debug)]
pub(super) struct Mark<'a> {
    /// Where the run starts, in bytes of the line.
    pub(super) start: usize,
    /// Where the sentence would end: after the quotes, brackets, notes and smileys that belong to it.
    pub(super) end: usize,
    /// The kind of run.
    pub(super) kind: Kind,
    /// Whether a quote closes after it.
    pub(super) closes_quote: bool,
    /// Whether a bracket closes after it.
    pub(super) closes_bracket: bool,
    /// Whether a smiley follows.
    pub(super) smiles: bool,
    /// What comes next.
    pub(super) next: Next<'a>,
}

/// The kinds of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One full stop.
    Stop,
    /// With an exclamation or a question mark.
    Strong,
    /// More than one full stop.
    Ellipsis,
}

/// What follows a mark.
#[derive(Debug)]
pub(super) struct Next<'a> {
    /// Whether there is white space between the mark and it.
    pub(super) gap: bool,
    /// Whether a quote opens before it.
    pub(super) opens_quote: bool,
    /// The kind of its first character.
    pub(super) first: First,
    /// The next word (letters and digits only); empty if there is none.
    pub(super) word: &'a str,
    /// The text after that word.
    pub(super) rest: &'a str,
}

/// How the next word starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// Nothing: the line ends.
    Nothing,
    /// A lower-case letter.
    Small,
    /// A capital, or a letter of a script that has no case.
    Capital,
    /// A digit.
    Digit,
    /// A bullet, a hash sign, a currency sign and the like.
    Symbol,
    /// A comma and the like: the sentence goes on.
    Comma,
}

/// Finds the next byte at which a run of marks starts.
pub(super) fn find(line: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += line
            .as_bytes()
            .get(at..)?
            .iter()
            .position(|&byte| matches!(byte, b'.' | b'!' | b'?' | 0xE2))?;
        if line.get(at..)?.starts_with(is_mark) {
            return Some(at);
        }
        at += 1;
        while !line.is_char_boundary(at) {
            at += 1;
        }
    }
}

impl<'a> Mark<'a> {
    /// Reads the mark at the byte `start` of a line; its sentence starts at the byte `sentence`.
    pub(super) fn read(line: &'a str, sentence: usize, start: usize) -> Self {
        let tail = behind(line, start);
        let mut end = start + (tail.len() - trim_marks(tail).len());
        let run = line.get(start..end).unwrap_or_default();
        let kind = if run.contains(is_strong) {
            Kind::Strong
        } else if run == "." {
            Kind::Stop
        } else {
            Kind::Ellipsis
        };
        let mut mark = Self {
            start,
            end,
            kind,
            closes_quote: false,
            closes_bracket: false,
            smiles: false,
            next: Next::read(""),
        };
        loop {
            let before = end;
            end = mark.closers(line, sentence, end);
            end = mark.attachments(line, sentence, end);
            if end == before {
                break;
            }
        }
        mark.end = end;
        mark.next = Next::read(behind(line, end));
        mark
    }

    /// Consumes the quotes, brackets and marks that follow directly.
    fn closers(&mut self, line: &str, sentence: usize, mut end: usize) -> usize {
        loop {
            let tail = behind(line, end);
            let Some(c) = tail.chars().next() else {
                return end;
            };
            let next = tail.get(c.len_utf8()..).unwrap_or_default();
            match c {
                ')' | ']' | '}' => self.closes_bracket = true,
                '”' | '’' | '“' | '"' | '\'' | '»' | '«' | '›' | '‹' | '‘' => {
                    let touches = next.starts_with(char::is_alphanumeric);
                    if touches && !has_open(c, line, sentence, self.start) {
                        return end;
                    }
                    self.closes_quote = true;
                }
                _ if is_mark(c) => {
                    // A mark after a closing quote or bracket is that of the whole sentence.
                    self.start = end;
                    self.kind = if self.kind == Kind::Strong || is_strong(c) {
                        Kind::Strong
                    } else {
                        Kind::Stop
                    };
                    self.closes_quote = false;
                    self.closes_bracket = false;
                }
                _ => return end,
            }
            end += c.len_utf8();
        }
    }

    /// Consumes the notes, smileys, lone marks and lone quotes that follow after a space.
    fn attachments(&mut self, line: &str, sentence: usize, end: usize) -> usize {
        let tail = behind(line, end);
        let rest = tail.trim_start();
        let at = end + (tail.len() - rest.len());
        if rest.starts_with(|c: char| c.is_alphabetic() && !matches!(c, 'X' | 'x')) {
            return end;
        }
        let token = rest
            .char_indices()
            .take(REACH)
            .find(|(_, c)| c.is_whitespace())
            .and_then(|(at, _)| rest.get(..at))
            .unwrap_or_else(|| peek(rest));
        let taken = if let Some(note) = note(token) {
            note
        } else if let Some(smiley) = smiley(rest, token) {
            self.smiles = true;
            smiley
        } else if at == end || token.is_empty() {
            0
        } else if matches!(token, "…" | "...") {
            // The start of the next sentence: "… und Feuer".
            0
        } else if trim_marks(token).is_empty() {
            token.len()
        } else if token
            .chars()
            .all(|c| matches!(c, '"' | '“' | '”') || is_mark(c))
            && closes(line, sentence, self.start, token)
        {
            self.closes_quote = true;
            token.len()
        } else {
            0
        };
        if taken == 0 { end } else { at + taken }
    }
}

impl<'a> Next<'a> {
    fn read(tail: &'a str) -> Self {
        let mut rest = tail.trim_start();
        let gap = rest.len() < tail.len();
        let mut opens_quote = false;
        let mut openers = 0;
        let first = loop {
            let Some(c) = rest.chars().next() else {
                break First::Nothing;
            };
            openers += 1;
            match c {
                '„' | '“' | '”' | '"' | '»' | '«' | '‚' | '‘' | '’' | '\'' | '›' | '‹' | '`' =>
                {
                    opens_quote = true;
                }
                '(' | '[' | '{' | '¿' | '¡' => {}
                '-' | '–' | '—' | '―' | '…' | '.' if gap => {}
                ',' | ';' | ':' | '.' | '/' | '-' | '–' | '—' | ')' | ']' | '=' | '&' | '_'
                | '%' => {
                    break First::Comma;
                }
                _ if c.is_ascii_digit() => break First::Digit,
                _ if c.is_lowercase() => break First::Small,
                _ if c.is_alphabetic() => break First::Capital,
                _ if c.is_whitespace() && openers < REACH => {}
                _ => break First::Symbol,
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        };
        let seen = peek(rest);
        let end = seen
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(seen.len());
        let (word, rest) = rest.split_at(end);
        let first = match first {
            First::Small if is_camel(word) => First::Capital,
            First::Small if is_link(word, rest) => First::Symbol,
            first => first,
        };
        Self {
            gap,
            opens_quote,
            first,
            word,
            rest,
        }
    }

    /// Returns whether the word is a single capital letter, as in "Kat. A".
    pub(super) fn is_letter(&self) -> bool {
        let mut chars = self.word.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
    }

    /// Returns whether a second list item follows soon, as in "1. Meier, 2. Huber".
    pub(super) fn lists(&self) -> bool {
        peek(self.rest).contains(", 2.")
    }
}

/// Returns whether there is more than one word between the opening bracket and a mark before the closing one.
pub(super) fn is_long_bracket(line: &str, sentence: usize, end: usize) -> bool {
    let head = line.as_bytes().get(sentence..end).unwrap_or_default();
    head.iter()
        .rev()
        .take(SPAN)
        .take_while(|byte| !matches!(byte, b'(' | b'[' | b'{'))
        .any(u8::is_ascii_whitespace)
}

/// Returns whether a character may end a sentence.
fn is_mark(c: char) -> bool {
    matches!(c, '.' | '…') || is_strong(c)
}

/// Returns whether a mark is an exclamation or question mark.
fn is_strong(c: char) -> bool {
    matches!(c, '!' | '?' | '‼' | '⁇' | '⁈' | '⁉')
}

fn trim_marks(text: &str) -> &str {
    text.trim_start_matches(is_mark)
}

/// Returns whether a lone quote after a space closes an open one.
fn closes(line: &str, sentence: usize, end: usize, token: &str) -> bool {
    let head = line
        .as_bytes()
        .get(sentence.max(end.saturating_sub(SPAN))..end)
        .unwrap_or_default();
    let has = |quote: &str| {
        head.windows(quote.len())
            .any(|window| window == quote.as_bytes())
    };
    match token.chars().next() {
        Some('"') => is_odd(line, sentence, end),
        Some('“') => has("„"),
        Some('”') => has("„") || has("“"),
        _ => false,
    }
}

/// Returns whether a straight quote is open.
fn is_odd(line: &str, sentence: usize, end: usize) -> bool {
    let head = line.as_bytes().get(sentence..end).unwrap_or_default();
    head.iter()
        .rev()
        .take(SPAN)
        .filter(|&&byte| byte == b'"')
        .count()
        % 2
        == 1
}

/// Returns whether a quote that touches the next word closes an open one: "„Nein.“Er ging."
fn has_open(quote: char, line: &str, sentence: usize, end: usize) -> bool {
    match quote {
        '"' => is_odd(line, sentence, end),
        '“' => is_open(line, sentence, end),
        _ => false,
    }
}

/// Returns whether a German quote is open.
fn is_open(line: &str, sentence: usize, end: usize) -> bool {
    let head = line
        .as_bytes()
        .get(sentence.max(end.saturating_sub(SPAN))..end)
        .unwrap_or_default();
    // The last bytes of '„' and '“', whose others are the same.
    let last = head.windows(3).rev().find_map(|quote| match quote {
        [0xE2, 0x80, last @ (0x9E | 0x9C)] => Some(*last),
        _ => None,
    });
    last == Some(0x9E)
}

/// Returns whether a word starts in lower case but is a name: "iPhone", "eBay".
fn is_camel(word: &str) -> bool {
    word.chars().skip(1).take(2).any(char::is_uppercase)
}

/// Returns whether a word is the start of a web address.
fn is_link(word: &str, rest: &str) -> bool {
    matches!(word, "http" | "https") && rest.starts_with("://")
        || word == "www" && rest.starts_with('.')
}
