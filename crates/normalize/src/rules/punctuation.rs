//! Repeated punctuation: one mark is enough.
//!
//! "!!!!" becomes "!", ",," becomes ",", "..“" becomes ".“". Three dots are an ellipsis and stay, more than
//! three become three; "?!" stays. Two commas or dots before a letter mean something else (a typed opening
//! quotation mark, a path) and stay.

use blattwerk_core::Change;

use super::scan::{char_at, char_before, suspects};
use super::tighten::tightened;

pub(super) fn find(text: &str) -> Vec<Change> {
    // Two ASCII punctuation characters, or the last byte of an ellipsis before another one.
    let is_sign = |byte: u8| byte.wrapping_sub(b'!') < 15 || byte.wrapping_sub(b':') < 6;
    let is_suspect = |a, b, c| is_sign(a) && is_sign(b) || a == 0xA6 && b == 0xE2 && c == 0x80;
    let mut changes = Vec::new();
    let mut done = 0;
    for at in suspects(text, is_suspect) {
        let start = if text.is_char_boundary(at) {
            at
        } else {
            at - 2
        };
        let is_mark = |c| matches!(c, '!' | '?' | '.' | ',' | ';' | '…');
        if start < done || !char_at(text, start).is_some_and(is_mark) {
            continue;
        }
        let run = text.get(start..).map(run).unwrap_or_default();
        let end = start + run.len();
        done = end;
        if let Some(enough) = enough(run, char_before(text, start), char_at(text, end)) {
            changes.extend(tightened(start, run, enough));
        }
    }
    changes
}

/// Returns the run of one mark, or of "!" and "?", at the start of a text.
fn run(rest: &str) -> &str {
    let first = rest.chars().next();
    let joins = |c| first == Some(c) || matches!((first, c), (Some('!'), '?') | (Some('?'), '!'));
    let end = rest.find(|c| !joins(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Returns the shorter equivalent of a run, if there is one.
fn enough(run: &str, before: Option<char>, after: Option<char>) -> Option<&'static str> {
    let closes = |c: char| ")]}“”\"»«’‘'".contains(c);
    let ends_word = before.is_some_and(|b| b.is_alphanumeric() || closes(b) || "%€".contains(b));
    let stands_free = after.is_none_or(|a| a.is_whitespace() || closes(a));
    match run.chars().next()? {
        '!' if run.contains('?') => Some("!?"),
        '?' if run.contains('!') => Some("?!"),
        '!' => Some("!"),
        '?' => Some("?"),
        '.' if run.len() > 3 => Some("..."),
        '.' if run.len() == 2 && ends_word && stands_free => Some("."),
        ',' if ends_word && stands_free => Some(","),
        ';' if ends_word && stands_free => Some(";"),
        '…' => Some("…"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn one_mark_is_enough() {
        let cases = [
            ("Tor!!!! Wer??? Wie", "Tor! Wer? Wie"),
            ("Was?! Wie!? So!!??", "Was?! Wie!? So!?"),
            ("Nein?!?!", "Nein?!"),
            ("Terror und Gewalt..“", "Terror und Gewalt.“"),
            (
                "die Firma Muster Corp.. Danach",
                "die Firma Muster Corp. Danach",
            ),
            ("Und dann... kam nichts…", "Und dann... kam nichts…"),
            ("Und dann...... kam……", "Und dann... kam…"),
            ("Ja,, nein;; doch", "Ja, nein; doch"),
            (",,Das ist gut“, sagte sie", ",,Das ist gut“, sagte sie"),
            ("../daten und a..z", "../daten und a..z"),
            ("ææ", "ææ"),
            ("..", ".."),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }
}
