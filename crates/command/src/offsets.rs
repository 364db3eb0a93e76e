//! Converts the character offsets of programs to the byte offsets of blattwerk.

use blattwerk_core::{Chars, Span};

use crate::answer::Mismatch;

/// Converts the spans of an answer, which are in characters, to spans in bytes.
///
/// # Errors
///
/// If a span is empty, reversed or outside the text, or if spans overlap or are not in order.
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
