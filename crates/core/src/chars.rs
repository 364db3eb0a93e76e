//! Converts between byte offsets, which the code uses, and character offsets, which users see.

/// A position in a text, known both in bytes and in characters (code points).
///
/// It remembers where it was, so converting offsets in ascending order takes one pass over the text in total.
#[derive(Debug, Clone)]
pub struct Chars<'a> {
    text: &'a str,
    byte: usize,
    char: usize,
}

impl<'a> Chars<'a> {
    /// Returns a position at the start of a text.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            char: 0,
        }
    }

    /// Returns the number of characters before a byte. Bytes may be given in any order.
    ///
    /// # Panics
    ///
    /// If `byte` is not a character boundary of the text.
    pub fn at(&mut self, byte: usize) -> usize {
        let count = |from: usize, to: usize| {
            self.text
                .get(from..to)
                .expect("an offset is on a character boundary")
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

    /// Returns the byte at which a character starts, or the length of the text for the character after its last one.
    ///
    /// Returns `None` beyond that, and for a character before the current position.
    pub fn byte_of(&mut self, char: usize) -> Option<usize> {
        let rest = self.text.get(self.byte..)?;
        let missing = char.checked_sub(self.char)?;
        let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        self.byte += starts.nth(missing)?;
        self.char = char;
        Some(self.byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Köln – „Ja“";

    #[test]
    fn characters_are_counted_in_any_order() {
        let mut offsets: Vec<usize> = TEXT.char_indices().map(|(at, _)| at).collect();
        offsets.push(TEXT.len());
        let mut chars = Chars::new(TEXT);
        let all: Vec<usize> = offsets.iter().map(|&at| chars.at(at)).collect();
        assert_eq!(all, (0..offsets.len()).collect::<Vec<_>>());
        assert_eq!(chars.at(offsets[3]), 3, "backwards");
    }

    #[test]
    fn bytes_are_found_in_rising_order() {
        let mut chars = Chars::new(TEXT);
        assert_eq!(chars.byte_of(2), Some(3), "after the ö");
        assert_eq!(chars.byte_of(11), Some(TEXT.len()));
        assert_eq!(chars.byte_of(12), None, "after the end");
        assert_eq!(chars.byte_of(1), None, "backwards");
    }
}
