//! Ellipses: three dots become one character.
//!
//! More or fewer dots mean something else, and so do three in a path or between numbers.

use blattwerk_core::{Change, Span};

use super::scan::{char_at, char_before, suspects};

pub(super) fn find(text: &str) -> Vec<Change> {
    suspects(text, |a, b, c| a == b'.' && b == b'.' && c == b'.')
        .into_iter()
        .filter(|&at| is_ellipsis(char_before(text, at), char_at(text, at + 3)))
        .map(|at| Change::replace(Span::new(at, at + 3), "…"))
        .collect()
}

fn is_ellipsis(before: Option<char>, after: Option<char>) -> bool {
    let belongs = |c: Option<char>| c.is_some_and(|c| matches!(c, '.' | '/' | '\\'));
    let is_number = |c: Option<char>| c.is_some_and(char::is_numeric);
    let is_range = is_number(before) && is_number(after);
    !(belongs(before) || belongs(after) || is_range)
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn three_dots_become_one_sign() {
        let cases = [
            ("Und dann... kam nichts ...", "Und dann… kam nichts …"),
            ("„Ja...“ [...] ...und", "„Ja…“ […] …und"),
            ("Zwei.. und vier....", "Zwei.. und vier...."),
            (".../daten 1...5 a...b", ".../daten 1...5 a…b"),
            ("...", "…"),
            ("... ...", "… …"),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }
}
