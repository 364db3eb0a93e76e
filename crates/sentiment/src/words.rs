//! The words of a sentence in lower case, and the marks between its clauses.

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A run of letters and digits.
    Word(Word<'a>),
    /// A mark between clauses: comma, semicolon, colon, dash, bracket.
    Border,
}

/// A word and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// The word in lower case.
    pub(crate) lower: &'a str,
    /// A capitalized German word is a noun, a name, or the first word of its sentence.
    pub(crate) is_capital: bool,
    /// Bytes of the sentence.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Calls `visit` with each token of a text. `buffer` is reused between calls.
pub(crate) fn visit(text: &str, buffer: &mut String, mut visit: impl FnMut(Token)) {
    let mut start = 0;
    let mut is_capital = false;
    buffer.clear();
    // A space after the text ends its last word.
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphanumeric() {
            if buffer.is_empty() {
                start = at;
                is_capital = c.is_uppercase();
            }
            if c.is_ascii() {
                buffer.push(c.to_ascii_lowercase());
            } else {
                buffer.extend(c.to_lowercase());
            }
            continue;
        }
        // A hyphen ends a word too, so that the head of a compound is looked up separately.
        if !buffer.is_empty() {
            visit(Token::Word(Word {
                lower: buffer,
                is_capital,
                start,
                end: at,
            }));
            buffer.clear();
        }
        if matches!(c, ',' | ';' | ':' | '(' | ')' | '–' | '—') {
            visit(Token::Border);
        }
    }
}

/// Returns a word without its inflectional ending; most forms of a word have the same stem.
pub(crate) fn stem(word: &str) -> &str {
    strip(word, &["ern", "em", "en", "er", "es", "e"])
        .or_else(|| strip(word, &["n"]).filter(|stem| stem.ends_with(['l', 'r'])))
        .unwrap_or(word)
}

/// Returns the stem of a noun: like [`stem`], but also without a bare "-s", which only nouns have.
pub(crate) fn noun_stem(word: &str) -> &str {
    strip(word, &["s"])
        .filter(|stem| !stem.ends_with(['s', 'a', 'e', 'i', 'o', 'u']))
        .unwrap_or_else(|| stem(word))
}

/// Removes the first ending that leaves enough of the word.
fn strip<'a>(word: &'a str, endings: &[&str]) -> Option<&'a str> {
    endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|stem| stem.len() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut shown = String::new();
        visit(text, &mut String::new(), |token| match token {
            Token::Word(word) => {
                let written = text.get(word.start..word.end).map(str::to_lowercase);
                assert_eq!(written.as_deref(), Some(word.lower));
                shown.push_str(word.lower);
                shown.push(' ');
            }
            Token::Border => shown.push_str("| "),
        });
        shown
    }

    #[test]
    fn words_are_folded_and_clauses_separated() {
        let cases = [
            ("Übel, aber WAHR.", "übel | aber wahr "),
            ("Corona-Krise (2020)", "corona krise | 2020 | "),
            ("„Nein!“ – so?", "nein | so "),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn forms_of_a_word_share_their_stem() {
        for (word, other) in [("schön", "schönem"), ("edel", "edeln"), ("hell", "heller")] {
            assert_eq!(stem(word), stem(other));
        }
        for (noun, other) in [
            ("erfolg", "erfolgen"),
            ("erfolg", "erfolges"),
            ("betrug", "betrugs"),
            ("katastrophe", "katastrophen"),
            ("status", "status"),
        ] {
            assert_eq!(noun_stem(noun), noun_stem(other));
        }
        assert_ne!(stem("bereits"), stem("bereit"));
        assert_eq!(stem("gute"), "gute", "what is left would be too short");
    }
}
