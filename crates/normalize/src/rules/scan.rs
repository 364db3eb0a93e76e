//! Fast searches for the next place where a rule may have work.
//!
//! Nine bytes in ten of an article concern no rule, so a rule first scans the bytes and examines characters
//! only where its trigger is found.

/// The characters of a text that are not ASCII, with their positions.
pub(super) struct NonAscii<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> NonAscii<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for NonAscii<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        const STEP: usize = 32;
        let bytes = self.text.as_bytes();
        while bytes
            .get(self.at..self.at + STEP)
            .is_some_and(<[u8]>::is_ascii)
        {
            self.at += STEP;
        }
        let ascii = bytes
            .get(self.at..)?
            .iter()
            .position(|byte| !byte.is_ascii())?;
        let at = self.at + ascii;
        let c = char_at(self.text, at)?;
        self.at = at + c.len_utf8();
        Some((at, c))
    }
}

/// Returns the positions where a byte, together with the two after it, is what a rule looks for.
///
/// The predicate is evaluated for a whole block at once and without branches, so that the compiler can use
/// vector instructions. After the end of the text it sees zeros.
pub(super) fn suspects(text: &str, is_suspect: impl Fn(u8, u8, u8) -> bool) -> Vec<usize> {
    const BLOCK: usize = 64;
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let mut found = Vec::new();
    for start in (0..bytes.len()).step_by(BLOCK) {
        let end = start + BLOCK;
        let block = |from: usize| -> Option<&[u8; BLOCK]> {
            bytes.get(from..from + BLOCK)?.try_into().ok()
        };
        let has_none = block(start)
            .zip(block(start + 1))
            .zip(block(start + 2))
            .is_some_and(|((first, second), third)| {
                let triples = first.iter().zip(second).zip(third);
                triples.fold(0, |any, ((&a, &b), &c)| any | u8::from(is_suspect(a, b, c))) == 0
            });
        if !has_none {
            let block = start..end.min(bytes.len());
            found
                .extend(block.filter(|&index| is_suspect(at(index), at(index + 1), at(index + 2))));
        }
    }
    found
}

/// Returns the character that starts at a byte.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Returns the character that ends before a byte.
pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_suspect_is_missed() {
        for gap in 0..140 {
            let text = format!("{0}.,x{0}.", "x".repeat(gap));
            let found = suspects(&text, |a, b, c| a == b'.' && b != b'.' && c != b'.');
            assert_eq!(found, [gap, 2 * gap + 3], "{gap} letters between");
        }
    }

    #[test]
    fn no_character_outside_ascii_is_missed() {
        for gap in 0..70 {
            let text = format!("{0}ä{0}€{0}", "x".repeat(gap));
            let found: Vec<_> = NonAscii::of(&text).collect();
            assert_eq!(
                found,
                [(gap, 'ä'), (2 * gap + 2, '€')],
                "{gap} letters between"
            );
        }
    }
}
