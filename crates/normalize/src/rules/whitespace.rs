//! White space: one blank between words, one line feed between lines, one empty line between paragraphs.
//!
//! What parts lines and paragraphs stays; how it was typed does not. The article neither starts nor ends with
//! white space, and no blank stands before a full stop, a comma and their like.

use blattwerk_core::Change;

use super::scan::char_before;
use super::tightened;

pub(super) fn find(text: &str) -> Vec<Change> {
    let bytes = text.as_bytes();
    let mut changes = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !may_be_blank(byte) {
            at += 1;
            continue;
        }
        // The usual case: one blank between two words.
        if byte == b' '
            && at > 0
            && let Some(next) = bytes.get(at + 1)
            && !may_be_blank(*next)
            && !is_mark(*next)
        {
            at += 2;
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let len = rest
            .find(|c: char| !c.is_whitespace())
            .unwrap_or(rest.len());
        if len == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let end = at + len;
        let run = rest.get(..len).unwrap_or_default();
        let with = if at == 0 || end == text.len() {
            ""
        } else {
            match lines(run) {
                0 if is_before_mark(text, at, end) => "",
                0 => " ",
                1 => "\n",
                _ => "\n\n",
            }
        };
        changes.extend(tightened(at, run, with));
        at = end;
    }
    changes
}

/// Tells whether white space can start with a byte.
fn may_be_blank(byte: u8) -> bool {
    // U+0085 and U+00A0 start with C2, U+1680 with E1, most with E2, the ideographic space with E3.
    matches!(byte, b' ' | 0x09..=0x0D | 0xC2 | 0xE1 | 0xE2 | 0xE3)
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

/// Tells whether a blank stands before a mark that belongs to the word before it.
///
/// It does not if the mark starts something (" ...", " .NET", " ;-)", " ,5") or parts two numbers ("2 : 1").
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
