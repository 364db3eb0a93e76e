//! The tokens of a sentence as the tagger reads them.

use std::ops::Range;

use blattwerk_core::Span;

/// Adds the spans of a token at `offset`, or of its parts if it lacks a space: "3.Mai", "Dr.Beck".
pub(super) fn push_parts(
    sentence: &str,
    token: Range<usize>,
    offset: usize,
    spans: &mut Vec<Span>,
) {
    const TITLES: &[&str] = &["Dr", "Prof", "Mag", "Ing", "Hr", "Fr"];
    let mut at = token.start;
    let word = sentence.get(token.clone()).unwrap_or_default();
    if word.len() > 3 && word.contains('.') {
        for (dot, _) in word.match_indices('.') {
            let before = sentence.get(at..token.start + dot).unwrap_or_default();
            let after = word.get(dot + 1..).unwrap_or_default();
            let mut letters = after.chars();
            let is_word = letters.next().is_some_and(char::is_uppercase)
                && letters.next().is_some_and(char::is_lowercase);
            let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let is_day = (1..=2).contains(&before.len()) && are_digits(before);
            let is_year = at > token.start && after.len() == 4 && are_digits(after);
            if is_word && (is_day || TITLES.contains(&before)) || is_year {
                let end = token.start + dot + 1;
                spans.push(Span::new(offset + at, offset + end));
                at = end;
            }
        }
    }
    spans.push(Span::new(offset + at, offset + token.end));
}
