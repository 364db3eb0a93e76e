//! The earlier articles that later ones are compared with.
//!
//! Comparing each article with all earlier ones would take quadratic time. Locality-sensitive hashing finds
//! the pairs that are worth comparing: the values of a signature are grouped into bands, and only articles
//! that agree in all values of a band are compared in full. Two articles agree in a band of `r` values with
//! probability `s^r`, so similar ones almost certainly share a band, and dissimilar ones rarely do.
//!
//! Each band finds its articles through hash chains, as in a compressor that looks for repeats: a bucket
//! names its newest article, and each article names the one before it. An old article is forgotten by not
//! following the chain that far back, so nothing is ever removed from a chain.

use std::collections::VecDeque;

use crate::signature::{Signature, VALUES, mix};

/// The minimum probability that two articles of the required similarity are compared.
const CERTAINTY: f64 = 0.995;
/// The most bands of three values; if more are needed, bands have two.
const MOST_LONG_BANDS: usize = 40;
/// How many articles of a band are compared with a new one, newest first. This bounds the time where many
/// articles share a passage without being similar enough.
const MOST_COMPARED: usize = 32;
/// Marks the end of a chain.
const END: u32 = u32::MAX;

/// The most recent articles, in the order in which they came.
///
/// Answers depend only on the signatures given and their order. To restore the state, remember the same
/// articles again in the same order; if there were more than it holds, the last ones are enough.
#[derive(Debug, Clone)]
pub struct Seen {
    similarity: f64,
    most: usize,
    bands: Bands,
    entries: VecDeque<Entry>,
    /// For each entry and chain, the number of the previous entry in its bucket.
    links: VecDeque<u32>,
    /// The number of the first entry.
    first: u32,
    /// The number of the newest entry of each bucket, one table per chain.
    heads: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Entry {
    id: Box<str>,
    signature: Signature,
}

/// The earlier article that an article is a copy of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<'a> {
    /// The id of that article.
    pub of: &'a str,
    /// How similar the two are: 1 if they have the same words.
    pub similarity: f64,
}

impl Seen {
    /// Returns a memory for up to `most` articles that finds articles of at least this similarity.
    ///
    /// # Panics
    ///
    /// If the similarity is below 0.2 or above 1.
    pub fn new(similarity: f64, most: usize) -> Self {
        Self {
            similarity,
            most,
            bands: Bands::new(similarity),
            entries: VecDeque::new(),
            links: VecDeque::new(),
            first: 0,
            heads: Vec::new(),
        }
    }

    /// Returns the remembered article that an article is a copy of, if any: an exact copy, otherwise the most
    /// similar one, and the first of several equally similar ones.
    pub fn find(&self, signature: &Signature) -> Option<Found<'_>> {
        let exact = self.chain(self.bands.exact(), signature).last();
        let number = exact.or_else(|| {
            let mut best: Option<(f64, u32)> = None;
            for band in 0..self.bands.count {
                for number in self.chain(band, signature).take(MOST_COMPARED) {
                    let similarity = self.entry(number).signature.similarity(signature);
                    let is_better = best.is_none_or(|(most, first)| {
                        similarity > most || similarity >= most && number < first
                    });
                    if similarity >= self.similarity && is_better {
                        best = Some((similarity, number));
                    }
                }
            }
            best.map(|(_, number)| number)
        })?;
        let entry = self.entry(number);
        Some(Found {
            of: &entry.id,
            similarity: entry.signature.similarity(signature),
        })
    }

    /// Remembers an article that is not a copy.
    pub fn remember(&mut self, id: &str, signature: Signature) {
        let number = self.first.checked_add(as_number(self.entries.len()));
        let has_room = self.entries.len() < self.buckets();
        if !has_room || number.is_none_or(|number| number >= END - 1) {
            self.index();
        }
        self.entries.push_back(Entry {
            id: id.into(),
            signature,
        });
        self.link(self.entries.len() - 1);
    }

    /// Returns how many articles are held, for [`Seen::roll_back`].
    pub fn mark(&self) -> usize {
        self.entries.len()
    }

    /// Forgets the newest articles back to a mark, as if they had never been added.
    ///
    /// It can go back to the last [`Seen::settle`].
    pub fn roll_back(&mut self, mark: usize) {
        let chains = self.bands.chains();
        while self.entries.len() > mark {
            let newest = self.entries.len() - 1;
            for chain in 0..chains {
                let bucket = self.bucket(chain, &self.entries[newest].signature);
                self.heads[bucket] = self.links[newest * chains + chain];
            }
            self.entries.truncate(newest);
            self.links.truncate(newest * chains);
        }
    }

    /// Drops the articles that are too old to be found; until then they are kept for [`Seen::roll_back`].
    pub fn settle(&mut self) {
        let old = self.entries.len().saturating_sub(self.most);
        self.entries.drain(..old);
        self.links.drain(..old * self.bands.chains());
        self.first += as_number(old);
    }

    /// Returns the entries that share a band with a signature, newest first.
    fn chain<'a>(
        &'a self,
        chain: usize,
        signature: &'a Signature,
    ) -> impl Iterator<Item = u32> + 'a {
        let chains = self.bands.chains();
        let oldest = self.first + as_number(self.entries.len().saturating_sub(self.most));
        let remembered = move |&number: &u32| number != END && number >= oldest;
        let head = if self.heads.is_empty() {
            END
        } else {
            self.heads[self.bucket(chain, signature)]
        };
        std::iter::successors(Some(head).filter(remembered), move |&number| {
            let link = self.links[self.index_of(number) * chains + chain];
            Some(link).filter(remembered)
        })
        .filter(move |&number| {
            self.bands
                .are_equal(chain, &self.entry(number).signature, signature)
        })
    }

    fn entry(&self, number: u32) -> &Entry {
        &self.entries[self.index_of(number)]
    }

    fn index_of(&self, number: u32) -> usize {
        (number - self.first) as usize
    }

    fn bucket(&self, chain: usize, signature: &Signature) -> usize {
        // The number of buckets of a chain is a power of two.
        let buckets = self.buckets();
        let hash = mix(self.bands.key(chain, signature));
        let bucket =
            usize::try_from(hash & (buckets as u64 - 1)).expect("a table fits into memory");
        chain * buckets + bucket
    }

    /// How many buckets each chain has.
    fn buckets(&self) -> usize {
        self.heads.len() / self.bands.chains()
    }

    /// Puts an entry at the head of its chains.
    fn link(&mut self, index: usize) {
        let number = self.first + as_number(index);
        for chain in 0..self.bands.chains() {
            let bucket = self.bucket(chain, &self.entries[index].signature);
            self.links.push_back(self.heads[bucket]);
            self.heads[bucket] = number;
        }
    }

    /// Rebuilds the chains in a table with room for one more entry, and numbers the entries from 0.
    fn index(&mut self) {
        let buckets = (self.entries.len() + 1).next_power_of_two();
        // The old table is freed before the new one is allocated.
        self.heads = Vec::new();
        self.heads.resize(buckets * self.bands.chains(), END);
        self.links.clear();
        self.first = 0;
        for index in 0..self.entries.len() {
            self.link(index);
        }
    }
}

/// How a signature is divided into bands. One more chain leads to exact copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bands {
    count: usize,
    /// Values per band.
    length: usize,
}

impl Bands {
    /// Returns the smallest number of bands that finds articles of a similarity.
    fn new(similarity: f64) -> Self {
        assert!(
            (0.2..=1.0).contains(&similarity),
            "a similarity is a number from 0.2 to 1"
        );
        let needed = |length: usize| {
            let differ = 1.0 - (0..length).map(|_| similarity).product::<f64>();
            let mut count = 1;
            let mut missed = differ;
            while missed > 1.0 - CERTAINTY && (count + 1) * length <= VALUES {
                count += 1;
                missed *= differ;
            }
            Self { count, length }
        };
        let long = needed(3);
        if long.count <= MOST_LONG_BANDS {
            long
        } else {
            needed(2)
        }
    }

    /// Returns how many chains an entry is in.
    fn chains(self) -> usize {
        self.count + 1
    }

    /// Returns the number of the chain of exact copies.
    fn exact(self) -> usize {
        self.count
    }

    /// Returns the bytes that articles of a chain have in common.
    fn bytes(self, chain: usize, signature: &Signature) -> &[u8] {
        if chain == self.exact() {
            &signature.exact
        } else {
            &signature.values[chain * self.length..(chain + 1) * self.length]
        }
    }

    fn are_equal(self, chain: usize, a: &Signature, b: &Signature) -> bool {
        self.bytes(chain, a) == self.bytes(chain, b)
    }

    /// Returns a number that is the same for equal bytes.
    fn key(self, chain: usize, signature: &Signature) -> u64 {
        let first = self.bytes(chain, signature).iter().take(8);
        first.fold(0, |key, &byte| key << 8 | u64::from(byte))
    }
}

fn as_number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 articles fit into memory")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An article of 100 numbered words, the first of which are those of another one.
    fn article(number: u32, shared: u32, with: u32) -> Signature {
        let words = (0..shared)
            .map(|word| format!("w{with}x{word}"))
            .chain((shared..100).map(|word| format!("w{number}x{word}")));
        let text = words.collect::<Vec<_>>().join(" ");
        Signature::new(&text, 1).unwrap()
    }

    fn alone(number: u32) -> Signature {
        article(number, 0, 0)
    }

    fn found(seen: &Seen, signature: &Signature) -> Option<String> {
        seen.find(signature).map(|found| found.of.to_owned())
    }

    #[test]
    fn bands_find_what_is_similar_enough() {
        // similarity, bands, values per band
        let cases = [
            (1.0, 1, 3),
            (0.9, 5, 3),
            (0.7, 13, 3),
            (0.5, 40, 3),
            (0.4, 31, 2),
            (0.2, 128, 2),
        ];
        for (similarity, count, length) in cases {
            assert_eq!(
                Bands::new(similarity),
                Bands { count, length },
                "{similarity}"
            );
        }
        let mut seen = Seen::new(0.6, 1000);
        for number in 0..200 {
            assert_eq!(found(&seen, &alone(number)), None, "{number} is new");
            seen.remember(&format!("a{number}"), alone(number));
        }
        for number in 0..200 {
            // 90 of 110 words are in both, then 60 of 140: similarities of 0.82 and 0.43.
            let copy = article(number + 1000, 90, number);
            let of = format!("a{number}");
            let answer = seen.find(&copy).unwrap();
            assert_eq!(answer.of, of);
            assert!((0.65..0.95).contains(&answer.similarity), "{answer:?}");
            assert_eq!(found(&seen, &article(number + 2000, 60, number)), None);
            let exact = seen.find(&alone(number)).unwrap();
            assert_eq!(exact.of, of);
            assert!(exact.similarity.total_cmp(&1.0).is_eq());
        }
    }

    #[test]
    fn the_most_similar_wins_and_among_equals_the_first() {
        let mut seen = Seen::new(0.3, 1000);
        seen.remember("weit", article(1, 70, 9));
        seen.remember("nah", article(2, 95, 9));
        seen.remember("nochmals", article(2, 95, 9));
        assert_eq!(found(&seen, &alone(9)).as_deref(), Some("nah"));
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut seen = Seen::new(0.7, 3);
        for number in 0..10 {
            seen.remember(&number.to_string(), alone(number));
            for earlier in 0..=number {
                let is_remembered = earlier + 3 > number;
                assert_eq!(found(&seen, &alone(earlier)).is_some(), is_remembered);
            }
            if number % 4 == 0 {
                seen.settle();
                assert!(seen.entries.len() <= 3, "memory is given back");
            }
        }
    }

    #[test]
    fn remembering_the_last_again_restores_it() {
        let mut seen = Seen::new(0.5, 20);
        for number in 0..100 {
            seen.remember(&number.to_string(), article(number, 40, number / 10));
            if number % 7 == 0 {
                seen.settle();
            }
        }
        let mut restored = Seen::new(0.5, 20);
        for number in 80..100 {
            restored.remember(&number.to_string(), article(number, 40, number / 10));
        }
        for number in 0..200 {
            let copy = article(number + 1000, 90, number);
            assert_eq!(seen.find(&copy), restored.find(&copy), "{number}");
            let same = article(number, 40, number / 10);
            assert_eq!(seen.find(&same), restored.find(&same), "{number}");
            assert_eq!(seen.find(&same).is_some(), (80..100).contains(&number));
        }
    }

    #[test]
    fn a_crowd_in_one_band_is_not_compared_whole() {
        // All share half of their words, so they share bands without being copies.
        let mut seen = Seen::new(0.6, 10_000);
        for number in 0..300 {
            seen.remember(&number.to_string(), article(number, 50, 7777));
        }
        let last = article(299, 50, 7777);
        let of_band = |band| seen.chain(band, &last).count();
        assert!(
            (0..seen.bands.count).any(|band| of_band(band) > MOST_COMPARED),
            "there is a crowd"
        );
        assert_eq!(found(&seen, &last).as_deref(), Some("299"));
        assert_eq!(found(&seen, &alone(1)), None);
    }

    #[test]
    fn numbers_start_again_before_they_run_out() {
        let mut seen = Seen::new(0.7, 4);
        seen.remember("a", alone(0));
        seen.first = END - 3;
        seen.heads.fill(END);
        seen.links.clear();
        seen.link(0);
        for number in 1..20 {
            seen.remember(&number.to_string(), alone(number));
            seen.settle();
            assert_eq!(found(&seen, &alone(number)), Some(number.to_string()));
        }
        assert!(seen.first < 100);
    }

    proptest! {
        /// Groups of similar articles, added, rolled back and settled in any order, compared with a linear
        /// search.
        #[test]
        fn agrees_with_a_search_of_the_whole_list(
            steps in prop::collection::vec((0_u32..12, 0_u32..3, 0_usize..4), 1..120),
            most in 1_usize..30,
        ) {
            let mut seen = Seen::new(0.5, most);
            let mut list: Vec<(String, Signature)> = Vec::new();
            let mut settled = 0;
            for (step, (group, variant, after)) in steps.into_iter().enumerate() {
                // Variants of a group share at least 85 of 115 words, far above 0.5; different groups share
                // none.
                let signature = article(group * 10 + variant, 85 + variant, group + 1000);
                let remembered = &list[list.len().saturating_sub(most)..];
                let wanted = remembered
                    .iter()
                    .map(|(id, other)| (other.similarity(&signature), id))
                    .filter(|(similarity, _)| *similarity >= 0.5)
                    .reduce(|best, next| if next.0 > best.0 { next } else { best })
                    .map(|(_, id)| id.clone());
                prop_assert_eq!(found(&seen, &signature), wanted);
                // Copies are added here as well, which the pipeline does not do.
                seen.remember(&step.to_string(), signature.clone());
                list.push((step.to_string(), signature));
                match after {
                    0 => {
                        seen.settle();
                        settled = list.len();
                    }
                    1 => {
                        let gone = (list.len() - settled) / 2;
                        seen.roll_back(seen.mark() - gone);
                        list.truncate(list.len() - gone);
                    }
                    _ => {}
                }
            }
        }
    }
}
