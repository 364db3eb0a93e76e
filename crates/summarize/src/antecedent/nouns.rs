//! The nouns of a document, each form read once.

use std::hash::Hasher;

use blattwerk_core::letters;
use rustc_hash::{FxHashMap, FxHasher};

use super::words::{self, Kind};
use crate::terms;

/// The shortest stem, in bytes, that is looked for at the end of compounds.
const MIN_HEAD: usize = 4;

/// A form of a noun, by its place among those that were read.
pub(super) type Noun = usize;

/// How many forms are remembered before all are forgotten.
const KEPT: usize = 1 << 15;
/// The same for their bytes: dirty text has very long words.
const KEPT_BYTES: usize = 1 << 20;

/// The forms of nouns that were read, in this document and in earlier ones.
#[derive(Debug, Default)]
pub(super) struct Nouns {
    places: FxHashMap<u64, Noun>,
    forms: Vec<Form>,
    /// The forms in lower case, concatenated.
    lower: String,
}

#[derive(Debug, Clone, Copy)]
struct Form {
    /// The range of the form in `Nouns::lower`; the stem ends before it does.
    start: usize,
    stem: usize,
    end: usize,
    /// The last bytes of the form and of its stem, which tell most nouns apart.
    tail: Tail,
    stem_tail: Tail,
    /// Stands for all forms of the noun.
    key: u64,
    kind: Option<Kind>,
}

impl Nouns {
    /// Forgets all if there are too many. The nouns of a document mean nothing after that.
    pub(super) fn tidy(&mut self) {
        if self.forms.len() > KEPT || self.lower.len() > KEPT_BYTES {
            self.places.clear();
            self.forms.clear();
            self.lower.clear();
        }
    }

    /// Reads a noun as it is written.
    pub(super) fn read(&mut self, noun: &str) -> Noun {
        let next = self.forms.len();
        let place = *self.places.entry(hash(noun)).or_insert(next);
        if place == next {
            let start = self.lower.len();
            letters::extend_lowercase(&mut self.lower, noun);
            let lower = self.lower.get(start..).unwrap_or_default();
            // Twice, since an ending of the genitive comes after one of the stem: "Beben", "Bebens".
            let stem = terms::stem(terms::stem(lower));
            self.forms.push(Form {
                tail: tail(lower),
                stem_tail: tail(stem),
                start,
                stem: start + stem.len(),
                end: self.lower.len(),
                key: hash(stem),
                kind: words::kind(lower),
            });
        }
        place
    }

    pub(super) fn kind(&self, noun: Noun) -> Option<Kind> {
        self.forms[noun].kind
    }

    /// Returns what stands for all forms of a noun.
    pub(super) fn key(&self, noun: Noun) -> u64 {
        self.forms[noun].key
    }

    /// Tells whether two nouns are forms of a word, or one is the last part of the other.
    pub(super) fn alike(&self, one: Noun, other: Noun) -> bool {
        self.key(one) == self.key(other)
            || self.is_last_part(one, other)
            || self.is_last_part(other, one)
    }

    /// Tells whether a compound ends with a form of a noun: "Erdbeben", "Beben".
    pub(super) fn is_last_part(&self, noun: Noun, compound: Noun) -> bool {
        let (noun, compound) = (self.forms[noun], self.forms[compound]);
        let is_longer = compound.end - compound.start > noun.end - noun.start + 1;
        if !is_longer || noun.stem - noun.start < MIN_HEAD {
            return false;
        }
        let may_end = compound.tail == noun.tail
            || compound.tail == noun.stem_tail
            || compound.stem_tail == noun.stem_tail;
        if !may_end {
            return false;
        }
        let slice = |start, end| self.lower.get(start..end).unwrap_or_default();
        let stem = slice(noun.start, noun.stem);
        let whole = slice(compound.start, compound.end);
        whole.ends_with(slice(noun.start, noun.end))
            || whole.ends_with(stem)
            || slice(compound.start, compound.stem).ends_with(stem)
    }
}

/// The last bytes of a word, or nothing if it is shorter.
type Tail = Option<[u8; MIN_HEAD]>;

fn tail(word: &str) -> Tail {
    word.as_bytes().last_chunk().copied()
}

/// Returns a key for a word. Collisions of 64 bits within an article are neglected.
pub(super) fn hash(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_last_parts_are_alike() {
        let cases = [
            ("Beben", "Bebens", true),
            ("Beben", "Erdbeben", true),
            ("Klinik", "Universitätskliniken", true),
            ("Institut", "Robert-Koch-Institut", true),
            ("Rat", "Verrat", false),
            ("Hafen", "Hafenamt", false),
            ("Fähre", "Kutter", false),
        ];
        let mut nouns = Nouns::default();
        for (one, other, expected) in cases {
            let [first, second] = [one, other].map(|noun| nouns.read(noun));
            assert_eq!(nouns.alike(first, second), expected, "{one}, {other}");
            assert_eq!(nouns.alike(second, first), expected, "{other}, {one}");
        }
    }
}
