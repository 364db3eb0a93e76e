//! The words of a sentence in lower case, and the marks that part its clauses.

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A run of letters and digits, in lower case. `is_capital` tells how it was written: a German word
    /// with a capital is a noun, a name, or the first of its sentence.
    Word { lower: &'a str, is_capital: bool },
    /// A mark that parts clauses: comma, semicolon, colon, dash, bracket.
    Border,
}

/// Calls `visit` with each token of a text. `buffer` is room for a word, kept between calls.
pub(crate) fn visit(text: &str, buffer: &mut String, mut visit: impl FnMut(Token)) {
    let mut is_capital = false;
    buffer.clear();
    for c in text.chars() {
        if c.is_alphanumeric() {
            if buffer.is_empty() {
                is_capital = c.is_uppercase();
            }
            if c.is_ascii() {
                buffer.push(c.to_ascii_lowercase());
            } else {
                buffer.extend(c.to_lowercase());
            }
            continue;
        }
        // A hyphen ends a word too, so that the head of a compound is looked up by itself.
        if !buffer.is_empty() {
            visit(Token::Word {
                lower: buffer,
                is_capital,
            });
            buffer.clear();
        }
        if matches!(c, ',' | ';' | ':' | '(' | ')' | '–' | '—') {
            visit(Token::Border);
        }
    }
    if !buffer.is_empty() {
        visit(Token::Word {
            lower: buffer,
            is_capital,
        });
    }
}

/// Returns a word without the ending of its inflection, the same for most forms of a word.
pub(crate) fn stem(word: &str) -> &str {
    const ENDINGS: [&str; 6] = ["ern", "em", "en", "er", "es", "e"];
    ENDINGS
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .chain(
            word.strip_suffix('n')
                .filter(|stem| stem.ends_with(['l', 'r'])),
        )
        .chain(
            word.strip_suffix('s')
                .filter(|stem| !stem.ends_with(['s', 'i', 'u', 'a', 'e', 'o'])),
        )
        .find(|stem| stem.len() >= 4)
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut shown = String::new();
        visit(text, &mut String::new(), |token| match token {
            Token::Word { lower, .. } => {
                shown.push_str(lower);
                shown.push(' ');
            }
            Token::Border => shown.push_str("| "),
        });
        shown
    }

    #[test]
    fn words_are_folded_and_clauses_parted() {
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
        for (word, other) in [
            ("erfolg", "erfolgen"),
            ("erfolg", "erfolges"),
            ("schön", "schönem"),
            ("katastrophe", "katastrophen"),
        ] {
            assert_eq!(stem(word), stem(other));
        }
        assert_eq!(stem("gute"), "gute", "what is left would be too short");
    }
}
