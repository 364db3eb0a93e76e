//! White space: one space between words, one line feed between lines, one empty line between paragraphs.
//!
//! Line and paragraph breaks stay, however they were typed. The article neither starts nor ends with white
//! space, and there is no space before a full stop, a comma and the like.

use blattwerk_core::Change;

use super::scan::{char_before, suspects};
use super::tighten::tightened;

pub(super) fn find(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut done = 0;
    let rim = [0, text.trim_end().len()];
    let inside = suspects(text, is_suspect);
    let starts = inside.iter().copied().filter(|at| *at < rim[1]);
    for at in rim.iter().copied().take(1).chain(starts).chain([rim[1]]) {
        if at < done {
            continue;
        }
        // A run may start before its first irregularity.
        let start = text
            .get(done..at)
            .map_or(at, |before| done + before.trim_end().len());
        let rest = text.get(start..).unwrap_or_default();
        let run = rest
            .get(..rest.len() - rest.trim_start().len())
            .unwrap_or_default();
        let end = start + run.len();
        if run.is_empty() {
            continue;
        }
        let with = if start == 0 || end == text.len() {
            ""
        } else {
            match lines(run) {
                0 if is_before_mark(text, start, end) => "",
                0 => " ",
                1 => "\n",
                _ => "\n\n",
            }
        };
        changes.extend(tightened(start, run, with));
        done = end;
    }
    changes
}

/// Tells whether irregular white space may start at three bytes.
fn is_suspect(a: u8, b: u8, c: u8) -> bool {
    let is_blank = |byte: u8| byte == b' ' || (0x09..=0x0D).contains(&byte);
    let is_odd = |byte: u8| byte != b'\n' && (0x09..=0x0D).contains(&byte);
    let two_blanks = a == b' ' && is_blank(b);
    let before_mark = a == b' ' && is_mark(b);
    let odd_lines = a == b'\n' && (b == b' ' || is_odd(b) || b == b'\n' && is_blank(c));
    // U+0085 and U+00A0; U+2000 to U+200A, U+2028, U+2029, U+202F and U+205F; U+1680; U+3000.
    let wide = a == 0xC2 && (b == 0x85 || b == 0xA0)
        || a == 0xE2 && b == 0x80 && (c <= 0x8A || c == 0xA8 || c == 0xA9 || c == 0xAF)
        || a == 0xE2 && b == 0x81 && c == 0x9F
        || a == 0xE1 && b == 0x9A
        || a == 0xE3 && b == 0x80;
    two_blanks || before_mark || is_odd(a) || odd_lines || wide
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'.' | b',' | b';' | b':' | b'!' | b'?')
}

/// Returns the number of lines that a run of white space ends.
fn lines(run: &str) -> usize {
    let breaks = run
        .chars()
        .filter(|c| matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}'))
        .count();
    let paragraphs = run.matches('\u{2029}').count();
    breaks + paragraphs - run.matches("\r\n").count()
}

/// Tells whether a space precedes punctuation that belongs to the word before it.
///
/// It does not if the punctuation starts something (" ...", " .NET", " ;-)", " ,5") or separates two numbers
/// ("2 : 1").
fn is_before_mark(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let Some(&mark) = bytes.get(end).filter(|&&byte| is_mark(byte)) else {
        return false;
    };
    let closes = |c: char| ")]}“”\"»«’‘'".contains(c);
    let Some(before) = char_before(text, start) else {
        return false;
    };
    let ends_word = before.is_alphanumeric() || closes(before) || "%€$°…".contains(before);
    let behind = text.get(end + 1..).unwrap_or_default();
    let stands_free = behind
        .chars()
        .next()
        .is_none_or(|c| c.is_whitespace() || closes(c));
    let next = behind.trim_start().chars().next();
    let repeats = next.is_some_and(|c| u8::try_from(c).is_ok_and(is_mark));
    let parts_numbers = matches!(mark, b':' | b'.' | b',')
        && before.is_ascii_digit()
        && next.is_some_and(|c| c.is_ascii_digit());
    ends_word && stands_free && !repeats && !parts_numbers
}

#[cfg(test)]
mod tests {
    use blattwerk_core::{Span, Text};

    use super::*;

    #[test]
    fn blanks_and_lines_are_set_as_in_print() {
        let cases = [
            ("  Köln   und\tBonn  ", "Köln und Bonn"),
            ("10\u{A0}000\u{202F}Euro\u{3000}netto", "10 000 Euro netto"),
            ("Eins \r\nzwei\rdrei\u{2028}vier", "Eins\nzwei\ndrei\nvier"),
            (
                "Absatz\r\n\r\nAbsatz\n \n\t\nAbsatz",
                "Absatz\n\nAbsatz\n\nAbsatz",
            ),
            ("Absatz\u{2029}Absatz", "Absatz\n\nAbsatz"),
            (
                "gegangen . Danach , so heißt es ; nun :",
                "gegangen. Danach, so heißt es; nun:",
            ),
            ("„Wirklich ?“ „Ja !“", "„Wirklich?“ „Ja!“"),
            (
                "Und ... dann … kam .NET ,5 ;-)",
                "Und ... dann … kam .NET ,5 ;-)",
            ),
            ("Köln 2 : 1 (1 : 0)", "Köln 2 : 1 (1 : 0)"),
            ("ein . . . nichts", "ein . . . nichts"),
            ("(CANF) , sagte er", "(CANF), sagte er"),
            ("€ £ „Ja“ – á", "€ £ „Ja“ – á"),
            (" \n\u{A0}\n", ""),
            ("", ""),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }

    #[test]
    fn a_change_is_no_wider_than_what_goes() {
        assert_eq!(find("a  b"), [Change::delete(Span::new(2, 3))]);
        assert_eq!(find("a\r\n\r\nb").len(), 1);
    }
}
