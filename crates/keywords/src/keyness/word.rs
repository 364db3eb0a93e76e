//! The words of a text, how they are written, and whether their position requires a capital.

use blattwerk_core::token::tokens;
use std::ops::Range;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'t> {
    /// Bytes of the text.
    pub(super) at: Range<usize>,
    pub(super) text: &'t str,
    pub(super) case: Case,
    /// The first word of a sentence, a quotation or a line, where a capital means nothing.
    pub(super) is_first: bool,
    /// Only white space separates it from the previous word.
    pub(super) is_next: bool,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    /// Capitalized.
    Title,
    /// All in capitals.
    Upper,
}

/// Calls `visit` with each word of a text: tokens of at least two characters that start with a letter.
pub(super) fn visit<'t>(text: &'t str, mut visit: impl FnMut(Word<'t>)) {
    let mut is_first = true;
    let mut is_next = false;
    let mut end = 0;
    for at in tokens(text) {
        let token = text.get(at.clone()).unwrap_or_default();
        let mut chars = token.chars();
        let first = chars.next().unwrap_or(' ');
        if text
            .get(end..at.start)
            .is_some_and(|gap| gap.contains('\n'))
        {
            (is_first, is_next) = (true, false);
        }
        end = at.end;
        let is_word = first.is_alphabetic() && chars.next().is_some();
        if is_word {
            let is_small = |byte: u8| byte.is_ascii_lowercase();
            let case = if !first.is_uppercase() {
                Case::Lower
            } else if token.bytes().any(is_small) || token.chars().any(char::is_lowercase) {
                Case::Title
            } else {
                Case::Upper
            };
            visit(Word {
                at,
                text: token,
                case,
                is_first,
                is_next,
            });
            (is_first, is_next) = (false, true);
        } else {
            is_first = matches!(
                first,
                '.' | '!'
                    | '?'
                    | ':'
                    | '…'
                    | '„'
                    | '"'
                    | '»'
                    | '«'
                    | '“'
                    | '–'
                    | '-'
                    | '•'
                    | '*'
                    | '|'
                    | '('
            );
            is_next = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_are_marked() {
        // First words are followed by an exclamation mark.
        let cases = [
            ("Der Rat tagt. Alle kamen", "Der! Rat tagt Alle! kamen"),
            (
                "Er sagte: „Wir gehen“, und ging",
                "Er! sagte Wir! gehen und ging",
            ),
            (
                "Neuer Hafen\nDie Insel baut",
                "Neuer! Hafen Die! Insel baut",
            ),
            ("Am 3. Mai 2024 in Köln", "Am! Mai in Köln"),
        ];
        for (text, expected) in cases {
            let mut shown = Vec::new();
            visit(text, |word| {
                assert_eq!(text.get(word.at.clone()), Some(word.text));
                shown.push(format!(
                    "{}{}",
                    word.text,
                    if word.is_first { "!" } else { "" }
                ));
            });
            assert_eq!(shown.join(" "), expected);
        }
    }
}
