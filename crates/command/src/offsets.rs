//! Between the bytes that blattwerk counts and the characters that programs count.

use blattwerk_core::Span;

use crate::Mismatch;

/// A place in a text that is moved to and fro; the way costs what it is long.
pub(crate) struct Chars<'a> {
    text: &'a str,
    byte: usize,
    char: usize,
}

impl<'a> Chars<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            char: 0,
        }
    }

    /// The number of characters before a byte, which is on a character boundary.
    pub(crate) fn of_byte(&mut self, byte: usize) -> usize {
        let count = |from: usize, to: usize| {
            self.text
                .get(from..to)
                .expect("a span of a layer is on character boundaries")
                .chars()
                .count()
        };
        self.char = if byte >= self.byte {
            self.char + count(self.byte, byte)
        } else {
            self.char - count(byte, self.byte)
        };
        self.byte = byte;
        self.char
    }

    /// The byte at which a character starts, or the text ends; characters are asked for in rising order.
    fn byte_of(&mut self, char: usize) -> Option<usize> {
        let rest = self.text.get(self.byte..)?;
        let missing = char.checked_sub(self.char)?;
        let bytes = rest
            .char_indices()
            .map(|(at, _)| at)
            .chain([rest.len()])
            .nth(missing)?;
        self.byte += bytes;
        self.char = char;
        Some(self.byte)
    }
}

/// Turns the spans of an answer, in characters, into spans of the text in bytes.
///
/// # Errors
///
/// If a span is empty, reversed or outside the text, or the spans are not in order and without overlap.
pub fn spans(
    text: &str,
    in_chars: impl IntoIterator<Item = [usize; 2]>,
) -> Result<Vec<Span>, Mismatch> {
    let mut chars = Chars::new(text);
    let mut before = [0, 0];
    in_chars
        .into_iter()
        .map(|span| {
            let [start, end] = span;
            if start >= end {
                return Err(Mismatch::new(
                    "spans that end after they start",
                    format!("{span:?}"),
                ));
            }
            if start < before[1] {
                return Err(Mismatch::new(
                    "spans in the order of the text, without overlap",
                    format!("{span:?} after {before:?}"),
                ));
            }
            before = span;
            match (chars.byte_of(start), chars.byte_of(end)) {
                (Some(start), Some(end)) => Ok(Span::new(start, end)),
                _ => Err(Mismatch::new(
                    format!("spans in a text of {} characters", text.chars().count()),
                    format!("{span:?}"),
                )),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_an_answer_are_found_in_the_text() {
        let text = "Übel – Köln 😀!";
        let found = spans(text, [[0, 4], [7, 11], [12, 13], [13, 14]]).unwrap();
        let pieces: Vec<_> = found.iter().map(|s| text.get(s.range()).unwrap()).collect();
        assert_eq!(pieces, ["Übel", "Köln", "😀", "!"]);
    }

    #[test]
    fn wrong_spans_are_told() {
        let cases: &[(&[[usize; 2]], &str)] = &[
            (
                &[[1, 1]],
                "expected spans that end after they start, found [1, 1]",
            ),
            (
                &[[3, 1]],
                "expected spans that end after they start, found [3, 1]",
            ),
            (
                &[[0, 5]],
                "expected spans in a text of 4 characters, found [0, 5]",
            ),
            (
                &[[9, usize::MAX]],
                "expected spans in a text of 4 characters, found [9, 18446744073709551615]",
            ),
            (
                &[[0, 2], [1, 3]],
                "expected spans in the order of the text, without overlap, found [1, 3] after [0, 2]",
            ),
            (
                &[[2, 3], [0, 1]],
                "expected spans in the order of the text, without overlap, found [0, 1] after [2, 3]",
            ),
        ];
        for (in_chars, message) in cases {
            let Mismatch { expected, found } = spans("Köln", in_chars.iter().copied()).unwrap_err();
            assert_eq!(&format!("expected {expected}, found {found}"), message);
        }
    }
}
