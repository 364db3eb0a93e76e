//! Groups tokens into words.
//!
//! Token classifiers are trained on words: only the first token of a word has a label. Here, what a word is does not
//! depend on the tokenizer: adjacent letters and digits, with the marks that occur within words
//! ("Müller-Lüdenscheidt", "1.000", "U.S"). Any other mark is a word of its own, even if the tokenizer attaches it
//! to the word before, so that a name does not end with a comma.

use blattwerk_core::Span;
use unicode_normalization::char::is_combining_mark;

/// A word: its span, and the index of its first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) span: Span,
    pub(crate) first: usize,
}

/// Groups tokens, given by their spans in `text`, into words. Tokens of white space only do not form words.
pub(crate) fn words(text: &str, tokens: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut before: Option<Span> = None;
    for (index, &token) in tokens.iter().enumerate() {
        match words.last_mut() {
            Some(word) if before.is_some_and(|before| belongs(text, before, token)) => {
                word.span.end = word.span.end.max(token.end);
            }
            _ => words.push(Word {
                span: token,
                first: index,
            }),
        }
        before = Some(token);
    }
    words.retain(|word| !word.span.is_empty());
    for index in 0..words.len() {
        let limit = words
            .get(index + 1)
            .map_or(text.len(), |next| next.span.start);
        let end = words[index].span.end;
        words[index].span.end = with_marks(text, end).min(limit).max(end);
    }
    words
}

/// Tells whether a token belongs to the same word as the token before it.
fn belongs(text: &str, before: Span, token: Span) -> bool {
    if before.end > token.start {
        // Pieces of one character.
        return true;
    }
    if before.end < token.start {
        return false;
    }
    if before.is_empty() {
        // The space before a word is a token of its own: it has the label of the word.
        return true;
    }
    let Some((left, right)) = text.split_at_checked(token.start) else {
        return false;
    };
    let mut left = left.chars().rev();
    let mut right = right.chars();
    let (Some(last), Some(first)) = (left.next(), right.next()) else {
        // An empty token at the end of the text.
        return token.is_empty();
    };
    match (is_in_word(last), is_in_word(first)) {
        (true, true) => true,
        (true, false) => is_joint(first) && right.next().is_some_and(is_in_word),
        (false, true) => is_joint(last) && left.next().is_some_and(is_in_word),
        (false, false) => false,
    }
}

/// Letters, digits, and invisible or combining characters within a word.
fn is_in_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '_' | '\u{AD}' | '\u{200C}' | '\u{200D}')
        || is_combining_mark(c)
}

/// Marks that can stand between two letters of a word.
fn is_joint(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '\'' | '’' | '.' | ',' | '&')
}

/// Returns the position after the accents at `end`: a tokenizer may drop them, but they belong to the word.
fn with_marks(text: &str, end: usize) -> usize {
    let marks = text.get(end..).unwrap_or_default().chars();
    end + marks
        .take_while(|&c| is_combining_mark(c))
        .map(char::len_utf8)
        .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the words of a text whose tokens are separated by `|`; a space is not part of any token, and `_` is a
    /// token for the space.
    fn words_of(marked: &str) -> Vec<(String, usize)> {
        let text = marked.replace(['|', '_'], "");
        let mut tokens = Vec::new();
        let mut at = 0;
        let mut start = 0;
        for c in marked.chars() {
            match c {
                '|' => {
                    if at > start {
                        tokens.push(Span::new(start, at));
                    }
                    start = at;
                }
                '_' => tokens.push(Span::new(at, at)),
                ' ' => {
                    if at > start {
                        tokens.push(Span::new(start, at));
                    }
                    at += 1;
                    start = at;
                }
                c => at += c.len_utf8(),
            }
        }
        if at > start {
            tokens.push(Span::new(start, at));
        }
        words(&text, &tokens)
            .into_iter()
            .map(|word| (text.get(word.span.range()).unwrap().to_owned(), word.first))
            .collect()
    }

    #[test]
    fn tokens_make_words() {
        let cases: &[(&str, &[(&str, usize)])] = &[
            ("Mün|chen", &[("München", 0)]),
            ("in Mün|chen", &[("in", 0), ("München", 1)]),
            ("Köln|, Bonn", &[("Köln", 0), (",", 1), ("Bonn", 2)]),
            ("Merkel|-|Regie|rung", &[("Merkel-Regierung", 0)]),
            ("„|Ja|“", &[("„", 0), ("Ja", 1), ("“", 2)]),
            ("1|.|000 Eu|ro|.", &[("1.000", 0), ("Euro", 3), (".", 5)]),
            ("U|.|S|.", &[("U.S", 0), (".", 3)]),
            (
                "Ost|- und West",
                &[("Ost", 0), ("-", 1), ("und", 2), ("West", 3)],
            ),
            ("_Mün|chen _da", &[("München", 0), ("da", 3)]),
            ("gut _", &[("gut", 0)]),
            ("…|…", &[("…", 0), ("…", 1)]),
        ];
        for (marked, expected) in cases {
            let found = words_of(marked);
            let found: Vec<(&str, usize)> = found
                .iter()
                .map(|(word, at)| (word.as_str(), *at))
                .collect();
            assert_eq!(&found, expected, "{marked:?}");
        }
    }

    #[test]
    fn pieces_of_one_character_are_one_word() {
        let smile = Span::new(0, 4);
        let found = words("😀!", &[smile, smile, smile, Span::new(4, 5)]);
        let expected = [(smile, 0), (Span::new(4, 5), 3)];
        assert_eq!(found, expected.map(|(span, first)| Word { span, first }));
    }

    #[test]
    fn an_accent_that_the_tokenizer_drops_is_in_the_word() {
        let text = "Rene\u{301}, da";
        let found = words(text, &[Span::new(0, 4), Span::new(6, 7), Span::new(8, 10)]);
        let found: Vec<&str> = found
            .iter()
            .map(|word| text.get(word.span.range()).unwrap())
            .collect();
        assert_eq!(found, ["Rene\u{301}", ",", "da"]);
    }
}
