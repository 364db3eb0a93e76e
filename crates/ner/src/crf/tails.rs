//! Finds out cheaply that a word does not end in any of a list of words, since few do.

/// The last bytes of the words of a list, sorted.
#[derive(Debug)]
pub(super) struct Tails(Vec<[u8; 4]>);

impl Tails {
    /// Returns the tails of words in lower case, of at least four bytes each.
    pub(super) fn new(words: &[&str]) -> Self {
        let mut tails: Vec<_> = words.iter().filter_map(|word| tail(word)).collect();
        tails.sort_unstable();
        tails.dedup();
        Self(tails)
    }

    /// Returns whether a word, in any case, may end in a word of the list.
    pub(super) fn may_end(&self, word: &str) -> bool {
        tail(word).is_some_and(|tail| self.0.binary_search(&tail).is_ok())
    }
}

/// Returns the last bytes of a word; capitals beyond ASCII stand only at the start of words, before these.
fn tail(word: &str) -> Option<[u8; 4]> {
    let tail = word.as_bytes().last_chunk::<4>()?;
    Some(tail.map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_end_in_none_are_told_apart() {
        let tails = Tails::new(&["richter", "ärztin", "abt"]);
        for (word, expected) in [
            ("Richter", true),
            ("BUNDESRICHTER", true),
            ("Zahnärztin", true),
            ("Gericht", false),
            ("er", false),
            ("", false),
        ] {
            assert_eq!(tails.may_end(word), expected, "{word}");
        }
    }
}
