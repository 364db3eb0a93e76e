//! The words of a line, as patterns see them.

use super::words;

/// A word of a line, as patterns see it.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a trait of a word, and they go together in any way"
)]
pub(super) struct Token<'a> {
    pub(super) word: &'a str,
    /// Of the word, ignoring case.
    pub(super) hash: u64,
    /// Where it starts in the line, in bytes.
    pub(super) start: usize,
    pub(super) is_capital: bool,
    pub(super) is_number: bool,
    pub(super) has_colon: bool,
    /// A full stop after it ends a sentence, and another sentence follows.
    pub(super) ends_sentence: bool,
    /// Any mark after it may end a sentence, or a colon goes before one, and another sentence follows.
    pub(super) closes: bool,
    /// Punctuation and a space before it may end a sentence or a clause.
    pub(super) may_start: bool,
}

impl Token<'_> {
    /// Returns the pattern element that matches the word in any case, or any number.
    pub(super) fn as_pattern(&self) -> String {
        if self.is_number {
            "#".to_owned()
        } else {
            self.word.to_lowercase()
        }
    }
}

/// Tells whether a word starts with a capital.
pub(super) fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// Tells whether a character is part of a word.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '©'
}

/// Returns the length of the word at the start of a text. "©" is a word of its own, also in "©dpa".
fn word_len(rest: &str) -> usize {
    if rest.starts_with('©') {
        '©'.len_utf8()
    } else {
        rest.find(|c| !is_part(c) || c == '©').unwrap_or(rest.len())
    }
}

/// Splits a line into words. Punctuation and spaces between them do not count.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut rest_at = 0;
    while let Some(rest) = line.get(rest_at..) {
        let Some(skipped) = rest.find(is_part) else {
            break;
        };
        let (gap, rest) = rest.split_at_checked(skipped).unwrap_or_default();
        let len = word_len(rest);
        let word = rest.get(..len).unwrap_or_default();
        let is_capital = is_capital(word);
        let has_blank = gap.contains(char::is_whitespace);
        if let Some(last) = tokens.last_mut() {
            last.has_colon = gap.starts_with(':');
            let is_long = last.word.len() > 2 && !last.is_number && !is_abbreviation(last.word);
            last.ends_sentence =
                gap.starts_with('.') && has_blank && is_long && (is_capital || gap.contains('„'));
            let goes_on = is_capital || gap.contains(['„', '“', '"', '»', '«', '‚', '–', '(']);
            let is_marked = gap.contains(['!', '?', '…'])
                || gap.starts_with('.') && is_long
                || gap.contains(". ") && !last.is_number;
            last.closes = has_blank && (goes_on && is_marked || last.has_colon && is_capital);
        }
        tokens.push(Token {
            word,
            hash: words::hash(word),
            start: rest_at + skipped,
            is_capital,
            is_number: word.bytes().all(|byte| byte.is_ascii_digit()),
            has_colon: false,
            ends_sentence: false,
            closes: false,
            may_start: has_blank && gap.contains(['.', '!', '?', '…']),
        });
        rest_at += skipped + len;
    }
    let end = line.get(rest_at..).unwrap_or_default();
    if let Some(last) = tokens.last_mut() {
        last.has_colon = end.starts_with(':');
    }
    // A headline may ask and answer; what ends as a sentence is several.
    if end.contains(['.', '!', '?']) {
        for token in &mut tokens {
            token.ends_sentence |= token.closes && !token.has_colon;
        }
    }
    tokens
}

/// Tells whether a full stop after a word of some length does not end a sentence.
fn is_abbreviation(word: &str) -> bool {
    matches!(
        word,
        "abs"
            | "art"
            | "bzw"
            | "prof"
            | "str"
            | "mio"
            | "mrd"
            | "mrs"
            | "sen"
            | "jun"
            | "etc"
            | "usw"
            | "evtl"
    )
}
