//! What is kept of an article for comparison with later ones.
//!
//! The similarity of two articles is that of their sets of word shingles (all runs of `n` words): the size of
//! the intersection divided by that of the union, called resemblance or Jaccard similarity (Broder 1997, "On
//! the resemblance and containment of documents"). `MinHash` estimates it without storing the sets. For each
//! of [`VALUES`] hash functions, an article is represented by the shingle with the smallest hash, and the
//! probability that two articles agree equals their similarity.
//!
//! Instead of evaluating that many functions for every shingle, this uses *fast similarity sketching*
//! (Dahlgaard, Knudsen and Thorup 2017, "Fast Similarity Sketching"): each round throws every shingle into
//! one of the bins, which keep the smallest hash, until no bin is empty. The estimate is also unbiased, its
//! error is no larger, and an article of 300 words takes five rounds instead of 256. One byte of each
//! smallest hash is kept (Li and König 2010, "b-Bit Minwise Hashing"); the chance agreement of one in 256 is
//! subtracted.

use std::fmt;

use crate::words::fold;

/// How many values a signature has.
///
/// The standard error of the similarity `s` is about `sqrt(s * (1 - s) / 256)`: 0.031 at 0.5, 0.025 at
/// 0.8, 0.019 at 0.9.
pub(crate) const VALUES: usize = 256;

const VALUES_F64: f64 = 256.0;
/// Bits of a hash below its round number.
const HASH_BITS: u32 = 55;

/// What is kept of an article: 272 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// The first bytes of the BLAKE3 hash of its words.
    pub(crate) exact: [u8; 16],
    /// One byte of the smallest hash of each bin.
    pub(crate) values: [u8; VALUES],
}

impl Signature {
    /// Returns the signature of a text by its runs of `shingle` words, or `None` if it has no words.
    ///
    /// A text with fewer words is a single run.
    pub fn new(text: &str, shingle: usize) -> Option<Self> {
        let folded = fold(text);
        if folded.is_empty() {
            return None;
        }
        let mut exact = [0; 16];
        let mut hasher = blake3::Hasher::new();
        hasher.update(folded.as_bytes());
        hasher.finalize_xof().fill(&mut exact);
        let words: Vec<u64> = folded.split(' ').map(hash).collect();
        let shingles: Vec<u64> = words
            .windows(shingle.clamp(1, words.len()))
            .map(|words| words.iter().fold(0, |hash, word| mix(hash ^ word)))
            .collect();
        Some(Self {
            exact,
            values: sketch(&shingles),
        })
    }

    /// Tells whether both texts have the same words in the same order.
    pub fn is_exact(&self, other: &Self) -> bool {
        self.exact == other.exact
    }

    /// Returns how similar two texts are: 1 for exact copies, otherwise the estimated share of word shingles
    /// that they have in common, from 0 to 0.999.
    pub fn similarity(&self, other: &Self) -> f64 {
        if self.is_exact(other) {
            return 1.0;
        }
        let equal = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(a, b)| u32::from(a == b))
            .sum::<u32>();
        let by_chance = 1.0 / 256.0;
        let share = f64::from(equal) / VALUES_F64;
        ((share - by_chance) / (1.0 - by_chance)).clamp(0.0, 0.999)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature(")?;
        self.exact
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, ")")
    }
}

/// Returns one byte for each bin, given the hashes of one shingle or more.
fn sketch(shingles: &[u64]) -> [u8; VALUES] {
    const EMPTY: u64 = u64::MAX;
    let mut bins = [EMPTY; VALUES];
    let mut empty = VALUES;
    // The rounds of the first half choose a bin by the hash; those of the second take one bin after the
    // other, so that none stays empty.
    for round in 0..2 * VALUES {
        let salt = mix(round as u64);
        for shingle in shingles {
            let hash = mix(shingle ^ salt);
            let bin = match round.checked_sub(VALUES) {
                None => (hash & 0xFF) as usize,
                Some(bin) => bin,
            };
            // The round, then bits that did not choose the bin: an earlier round wins.
            let value = (round as u64) << HASH_BITS | hash >> (u64::BITS - HASH_BITS);
            if bins[bin] == EMPTY {
                empty -= 1;
            }
            bins[bin] = bins[bin].min(value);
        }
        if empty == 0 {
            break;
        }
    }
    bins.map(|value| (value & 0xFF) as u8)
}

/// Returns the hash of a word: FNV-1a.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Scrambles the bits of a number: the step of `SplitMix64`.
pub(crate) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn similarity(a: &str, b: &str, shingle: usize) -> f64 {
        let signature = |text| Signature::new(text, shingle).unwrap();
        signature(a).similarity(&signature(b))
    }

    /// A text of numbered words; a word is nothing but its number.
    fn numbered(words: impl IntoIterator<Item = u32>) -> String {
        words
            .into_iter()
            .map(|number| format!("w{number}"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn exact_copies_have_the_same_words() {
        let text = "Der Rat der Stadt Köln hat am Montag zugestimmt.";
        // another text, whether it is an exact copy
        let cases = [
            ("Der Rat der Stadt Köln hat am Montag zugestimmt.", true),
            ("der rat der stadt köln hat am montag zugestimmt", true),
            ("Der Rat der Stadt Koeln hat am Montag zugestimmt.", true),
            ("Der Rat der Stadt Koln hat am Montag zugestimmt.", true),
            (
                "DER RAT\nder Stadt „Köln“ –\n\nhat am Mon\u{AD}tag zugestimmt!",
                true,
            ),
            (
                "Der Rat der Stadt Köln hat am Montag zugestimmt. Ja.",
                false,
            ),
            ("Der Rat der Stadt Köln hat am Dienstag zugestimmt.", false),
            ("Der Rat der Stadt hat am Montag Köln zugestimmt.", false),
            ("Der Rat derStadt Köln hat am Montag zugestimmt.", false),
        ];
        for (other, is_exact) in cases {
            let found = similarity(text, other, 3);
            assert_eq!(
                found.total_cmp(&1.0).is_eq(),
                is_exact,
                "{other:?}: {found}"
            );
        }
    }

    #[test]
    fn without_a_word_there_is_no_signature() {
        for text in ["", " \n", "… — !"] {
            assert_eq!(Signature::new(text, 3), None, "{text:?}");
        }
        // Texts with fewer words than a run are still compared.
        assert!(similarity("Köln", "köln!", 5).total_cmp(&1.0).is_eq());
        assert!(similarity("Köln", "Bonn", 5) < 0.1);
    }

    #[test]
    fn a_copy_is_never_exact_by_estimate() {
        let long = numbered(0..20_000);
        let found = similarity(&long, &format!("{long} ende"), 3);
        assert!((0.99..1.0).contains(&found), "{found}");
    }

    #[test]
    fn order_matters_within_a_shingle_alone() {
        let (front, back) = (numbered(0..200), numbered(200..400));
        let swapped = similarity(&format!("{front} {back}"), &format!("{back} {front}"), 3);
        assert!(swapped > 0.95, "{swapped}");
        let turned = similarity(&front, &numbered((0..200).rev()), 3);
        assert!(turned < 0.05, "{turned}");
    }

    /// The mean and the standard deviation of the estimates for 400 pairs of sets with this similarity.
    fn estimates(shared: u32, alone: u32) -> (f64, f64) {
        let pairs = 400_u32;
        let found: Vec<f64> = (0..pairs)
            .map(|pair| {
                let start = pair * 1_000_000;
                let ours = numbered(start..start + shared + alone);
                let theirs =
                    (start..start + shared).chain(start + 500_000..start + 500_000 + alone);
                similarity(&ours, &numbered(theirs), 1)
            })
            .collect();
        let mean = found.iter().sum::<f64>() / f64::from(pairs);
        let squares = found
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>();
        (mean, (squares / f64::from(pairs - 1)).sqrt())
    }

    #[test]
    fn the_estimate_has_no_bias_and_the_error_that_is_promised() {
        // words in both, words in one alone; the similarity is shared / (shared + 2 * alone)
        for (shared, alone) in [(5, 0), (6, 2), (10, 30), (100, 50), (180, 10), (1000, 500)] {
            let truth = f64::from(shared) / f64::from(shared + 2 * alone);
            let promised = (truth * (1.0 - truth) / VALUES_F64).sqrt();
            let (mean, error) = estimates(shared, alone);
            // The standard error of the mean of 400 estimates is a twentieth of that of one; four times that
            // is allowed. Equal sets are estimated exactly.
            assert!(
                (mean - truth).abs() <= 0.2 * promised + 1e-9,
                "{shared}/{alone}: {mean} of {truth}"
            );
            assert!(
                error <= 1.15 * promised + 1e-9,
                "{shared}/{alone}: {error}, promised {promised}"
            );
        }
    }

    proptest! {
        #[test]
        fn white_space_case_and_punctuation_do_not_matter(
            words in prop::collection::vec("[a-zäöü0-9]{1,8}", 1..60),
            parts in prop::collection::vec("[ \n\t.,;!?„“–]{1,4}", 61),
            is_upper in any::<bool>(),
        ) {
            let plain = words.join(" ");
            let mut other = parts[0].clone();
            for (word, part) in words.iter().zip(&parts[1..]) {
                other += &if is_upper { word.to_uppercase() } else { word.clone() };
                other += part;
            }
            prop_assert_eq!(Signature::new(&plain, 3), Signature::new(&other, 3));
        }

        #[test]
        fn similarity_is_a_share_and_the_same_from_both_sides(a in "\\PC{1,80}", b in "\\PC{1,80}") {
            if let (Some(a), Some(b)) = (Signature::new(&a, 2), Signature::new(&b, 2)) {
                let found = a.similarity(&b);
                prop_assert!((0.0..=1.0).contains(&found));
                prop_assert!(found.total_cmp(&b.similarity(&a)).is_eq());
                prop_assert!(a.similarity(&a).total_cmp(&1.0).is_eq());
            }
        }
    }
}
