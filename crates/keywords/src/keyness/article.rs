//! Reads an article as candidates for keywords and ranks them.

use std::cmp::Reverse;
use std::hash::Hasher;
use std::ops::Range;

use blattwerk_core::{Document, Entity, Keyword, Span};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::background::Background;
use super::stem::{key, stem};
use super::word::{self, Case, Word};

/// How much more a mention at the very beginning counts than one far down.
const FRONT: f32 = 6.0;
/// How fast this advantage fades, in words.
const FRONT_REACH: f32 = 25.0;
/// How much more a name counts than another noun.
const NAME: f32 = 1.2;
/// How much a mention of a compound counts for its part and vice versa; at most it doubles the count.
const SUPPORT: f32 = 0.3;
/// The share of its score that the weaker of the two keeps.
const AFTER_RELATIVE: f32 = 0.5;
/// The minimum number of occurrences of a phrase, and its minimum share of the noun's mentions.
const LEAST_PHRASE: f32 = 2.0;
const PHRASE_SHARE: f32 = 0.5;
/// The minimum lengths of the first and last part of a compound, in bytes of its stem.
const LEAST_FIRST: usize = 3;
const LEAST_LAST: usize = 4;
/// A shorter text is treated as if it had this many words.
const LEAST_WORDS: u32 = 60;

/// How much a further mention in the same sentence counts.
const AGAIN: f32 = 0.5;

/// Nouns of date, measure and address: they occur in articles on any subject.
const UNTOLD: &str = "\
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag wochenende januar jänner februar märz april mai \
    juni juli august september oktober november dezember jahr jahrzehnt jahrhundert monat woche tag stunde minute sekunde \
    uhr morgen vormittag mittag nachmittag abend nacht anfang mitte ende prozent prozentpunkt euro cent dollar million \
    milliarde tausend hundert meter kilometer quadratmeter quadratkilometer grad kilogramm gramm tonne liter herr frau dame \
    mal zeit teil angabe sie ihr ihnen ihre ihren ihrem ihrer";

/// A candidate.
#[derive(Debug, Clone)]
struct Term {
    /// The range of its key in `Article::stems`; empty for a name of several words.
    stem: Range<usize>,
    /// The natural logarithm of its expected frequency per word.
    log_rate: f32,
    /// The number of its mentions. A further one in the same sentence counts less.
    count: f32,
    last_sentence: usize,
    /// The index of the word at which it is first mentioned.
    first: u32,
    is_name: bool,
    /// Shown with its adjective.
    is_phrase: bool,
    /// Counted as part of another candidate.
    is_gone: bool,
}

/// A mention of a candidate.
#[derive(Debug, Clone, Copy)]
struct Mention {
    term: u32,
    span: Span,
    /// The span starts with the adjective.
    is_phrase: bool,
}

/// A lower-case word followed by a noun.
#[derive(Debug, Clone, Copy)]
struct Pair {
    /// The hash of both stems.
    key: u64,
    /// Bytes of the text.
    word: Span,
    /// The index of the noun in `Article::mentions`.
    mention: usize,
}

/// The candidates of an article.
pub(super) struct Article<'a> {
    reader: &'a Reader,
    document: &'a Document,
    terms: Vec<Term>,
    mentions: Vec<Mention>,
    /// What the spellings of each term's stem share, concatenated.
    stems: String,
    /// Maps the hash of a key to its term.
    places: FxHashMap<u64, u32>,
    pairs: Vec<Pair>,
    /// The hashes of surnames, with the full names they are part of.
    surnames: Vec<(u64, u32)>,
    words: u32,
    sentence: usize,
}

/// Finds candidates.
pub(super) struct Reader {
    background: Background,
    untold: FxHashSet<u64>,
}

impl Reader {
    pub(super) fn new(background: Background) -> Self {
        let mut buffer = String::new();
        let mut hashed = |word: &str| {
            key(word, &mut buffer);
            hash(&buffer)
        };
        let untold = UNTOLD.split_whitespace().map(&mut hashed).collect();
        Self { background, untold }
    }

    /// Reads an article.
    pub(super) fn read<'a>(&'a self, document: &'a Document) -> Article<'a> {
        let mut article = Article::new(self, document);
        let (mut of_word, mut of_name) = (String::new(), String::new());
        let mut of_key = String::new();
        let mut before: Option<Word> = None;
        let mut sentences = document.sentences.iter().peekable();
        let mut entities = document.entities.iter().peekable();
        let mut name_end = 0;
        word::visit(document.text.as_str(), |mut word| {
            let start = word.at.start;
            article.words += 1;
            while sentences
                .next_if(|sentence| sentence.end <= start)
                .is_some()
            {
                article.sentence += 1;
            }
            word.is_first |= sentences
                .peek()
                .is_some_and(|sentence| sentence.start == start);
            let before = before.replace(word.clone());
            while entities
                .next_if(|entity| entity.span.end <= start)
                .is_some()
            {}
            if let Some(entity) = entities.next_if(|entity| entity.span.start <= start) {
                name_end = entity.span.end;
                article.name(entity, &mut of_name, &mut of_word, &mut of_key);
            }
            if start < name_end || !self.is_noun(&word, &mut of_word) {
                return;
            }
            stem(word.text, &mut of_word);
            key(word.text, &mut of_key);
            let hashed = hash(&of_key);
            if self.untold.contains(&hashed) {
                return;
            }
            let log_rate = || self.background.log_rate(&of_word);
            article.mention(hashed, &of_key, Span::new(start, word.at.end), log_rate);
            if word.is_next
                && let Some(before) = before.filter(is_inflected)
            {
                article.pair(&before, hashed, &mut of_word);
            }
        });
        article
    }

    /// Tells whether a word outside names is a noun.
    fn is_noun(&self, word: &Word, buffer: &mut String) -> bool {
        if word.case == Case::Lower
            || word.text.ends_with(['-', '\u{2010}', '\u{2011}'])
            || word.text.contains(['.', '@'])
        {
            return false;
        }
        // Some headlines are all in capitals.
        if !word.is_first && word.case == Case::Title {
            return true;
        }
        buffer.clear();
        buffer.extend(word.text.chars().flat_map(char::to_lowercase));
        !self.background.is_lower(buffer)
    }
}

/// Tells whether a word may be an inflected adjective.
fn is_inflected(word: &Word) -> bool {
    word.case == Case::Lower && word.text.ends_with(['e', 'm', 'n', 'r', 's'])
}

impl<'a> Article<'a> {
    fn new(reader: &'a Reader, document: &'a Document) -> Self {
        Self {
            reader,
            document,
            terms: Vec::new(),
            mentions: Vec::new(),
            stems: String::new(),
            places: FxHashMap::default(),
            pairs: Vec::new(),
            surnames: Vec::new(),
            words: 0,
            sentence: 0,
        }
    }

    /// Counts a mention and returns the index of its term.
    fn mention(&mut self, key: u64, stem: &str, span: Span, log_rate: impl FnOnce() -> f32) -> u32 {
        let next = u32::try_from(self.terms.len()).expect("an article has less than 2^32 words");
        let term = *self.places.entry(key).or_insert(next);
        if term == next {
            let start = self.stems.len();
            self.stems.push_str(stem);
            self.terms.push(Term {
                stem: start..self.stems.len(),
                log_rate: log_rate(),
                count: 0.0,
                last_sentence: usize::MAX,
                first: self.words,
                is_name: false,
                is_phrase: false,
                is_gone: false,
            });
        }
        let counts = &mut self.terms[term as usize];
        let is_again = counts.last_sentence == self.sentence;
        counts.count += if is_again { AGAIN } else { 1.0 };
        counts.last_sentence = self.sentence;
        self.mentions.push(Mention {
            term,
            span,
            is_phrase: false,
        });
        term
    }

    /// Counts a mention of a name. The buffers are reused for its keys, and the stem and the key of its last word.
    fn name(&mut self, entity: &Entity, keys: &mut String, last: &mut String, of_key: &mut String) {
        keys.clear();
        let background = &self.reader.background;
        let mut log_rate = f32::INFINITY;
        let mut words = 0;
        word::visit(&self.document.text[entity.span], |word| {
            stem(word.text, last);
            key(word.text, of_key);
            if words > 0 {
                keys.push(' ');
            }
            keys.push_str(of_key);
            // A name is at most as frequent as the rarest of its words.
            log_rate = log_rate.min(background.log_rate(last));
            words += 1;
        });
        if words == 0 {
            return;
        }
        let own = if words == 1 { keys.as_str() } else { "" };
        let term = self.mention(hash(keys), own, entity.span, || log_rate);
        self.terms[term as usize].is_name = true;
        if words > 1 && &*entity.label == "PER" {
            self.surnames.push((hash(of_key), term));
        }
    }

    /// Records that a word precedes the noun that was mentioned last.
    fn pair(&mut self, word: &Word, noun: u64, buffer: &mut String) {
        key(word.text, buffer);
        self.pairs.push(Pair {
            key: hash(buffer) ^ noun.rotate_left(1),
            word: Span::new(word.at.start, word.at.end),
            mention: self.mentions.len() - 1,
        });
    }

    /// Returns at most `most` candidates, best first.
    pub(super) fn keywords(mut self, most: usize) -> Vec<Keyword> {
        self.join_names();
        self.find_phrases();
        let scores = self.scores();
        let mut best: Vec<u32> = (0..).take(self.terms.len()).collect();
        best.retain(|&term| scores[term as usize] > 0.0);
        let before = |&a: &u32, &b: &u32| {
            let [one, other] =
                [a, b].map(|term| (scores[term as usize], self.terms[term as usize].first));
            other
                .0
                .total_cmp(&one.0)
                .then(one.1.cmp(&other.1))
                .then(a.cmp(&b))
        };
        if best.len() > most {
            best.select_nth_unstable_by(most, before);
            best.truncate(most);
        }
        best.sort_unstable_by(before);
        let highest = best.first().map_or(1.0, |&term| scores[term as usize]);
        let spans = self.shown(&best);
        let scored = best.iter().zip(spans);
        scored
            .map(|(&term, span)| Keyword {
                span,
                score: scores[term as usize] / highest,
            })
            .collect()
    }

    /// Adds the mentions of a surname to those of the first full name that contains it.
    fn join_names(&mut self) {
        for (surname, full) in std::mem::take(&mut self.surnames) {
            let Some(&term) = self.places.get(&surname) else {
                continue;
            };
            let of_surname = &mut self.terms[term as usize];
            // If another person had the surname before, the place already holds that full name.
            if of_surname.is_name && !of_surname.stem.is_empty() {
                of_surname.is_gone = true;
                let (count, first) = (of_surname.count, of_surname.first);
                let of_full = &mut self.terms[full as usize];
                of_full.count += count;
                of_full.first = of_full.first.min(first);
                self.places.insert(surname, full);
            }
        }
    }

    /// Marks nouns that mostly follow the same adjective, so that they are shown with it.
    fn find_phrases(&mut self) {
        let mut pairs = std::mem::take(&mut self.pairs);
        // The sort is stable: equal keys stay in text order.
        pairs.sort_by_key(|pair| pair.key);
        for same in pairs.chunk_by(|a, b| a.key == b.key) {
            let count = same.len() as f32;
            let noun = &mut self.terms[self.mentions[same[0].mention].term as usize];
            if count < LEAST_PHRASE || count < PHRASE_SHARE * noun.count || noun.is_name {
                continue;
            }
            let word = &self.document.text[same[0].word];
            if !self.reader.background.is_attributive(word) {
                continue;
            }
            let mut buffer = String::new();
            stem(word, &mut buffer);
            noun.log_rate = noun.log_rate.min(self.reader.background.log_rate(&buffer));
            noun.is_phrase = true;
            for pair in same {
                let mention = &mut self.mentions[pair.mention];
                mention.span.start = pair.word.start;
                mention.is_phrase = true;
            }
        }
    }

    fn scores(&self) -> Vec<f32> {
        let relatives = self.relatives();
        let mut support = vec![0.0; self.terms.len()];
        for &(compound, part) in &relatives {
            support[compound as usize] += SUPPORT * self.terms[part as usize].count;
            support[part as usize] += SUPPORT * self.terms[compound as usize].count;
        }
        let words = self.words.max(LEAST_WORDS) as f32;
        let scores: Vec<f32> = self
            .terms
            .iter()
            .zip(support)
            .map(|(term, support)| {
                if term.is_gone {
                    return 0.0;
                }
                let front = 1.0 + FRONT / (1.0 + term.first as f32 / FRONT_REACH);
                let name = if term.is_name { NAME } else { 1.0 };
                front
                    * name
                    * likelihood_ratio(
                        term.count + support.min(term.count),
                        term.log_rate + words.ln(),
                    )
            })
            .collect();
        let mut stepped_back = scores.clone();
        for (compound, part) in relatives {
            let [of_compound, of_part] = [compound, part].map(|term| scores[term as usize]);
            let weaker = if of_compound < of_part {
                compound
            } else {
                part
            };
            stepped_back[weaker as usize] = AFTER_RELATIVE * scores[weaker as usize];
        }
        stepped_back
    }

    /// Returns pairs of a compound and its first or last part if that part is a candidate too.
    fn relatives(&self) -> Vec<(u32, u32)> {
        let mut relatives = Vec::new();
        for (compound, term) in (0..).zip(&self.terms) {
            let stem = self.stems.get(term.stem.clone()).unwrap_or_default();
            if term.is_gone || stem.len() < LEAST_FIRST + LEAST_LAST {
                continue;
            }
            let firsts = (LEAST_FIRST..=stem.len() - LEAST_LAST).filter_map(|end| stem.get(..end));
            let lasts =
                (LEAST_FIRST..=stem.len() - LEAST_LAST).filter_map(|start| stem.get(start..));
            let parts = firsts
                .chain(lasts)
                .filter_map(|part| self.places.get(&hash(part)));
            relatives.extend(
                parts
                    .filter(|&&part| part != compound)
                    .map(|&part| (compound, part)),
            );
        }
        relatives
    }

    /// Returns for each term the first mention of its most frequent form; of two equally frequent forms, the shorter.
    fn shown(&self, terms: &[u32]) -> Vec<Span> {
        let places: FxHashMap<u32, usize> = terms.iter().copied().zip(0..).collect();
        let mut forms: Vec<Vec<(Span, u32)>> = vec![Vec::new(); terms.len()];
        let text = &self.document.text;
        for mention in &self.mentions {
            let Some(&place) = places.get(&mention.term) else {
                continue;
            };
            if mention.is_phrase != self.terms[mention.term as usize].is_phrase {
                continue;
            }
            let forms = &mut forms[place];
            match forms
                .iter_mut()
                .find(|(span, _)| text[*span] == text[mention.span])
            {
                Some((_, count)) => *count += 1,
                None => forms.push((mention.span, 1)),
            }
        }
        let best = |forms: Vec<(Span, u32)>| {
            let best = forms
                .into_iter()
                .min_by_key(|&(span, count)| (Reverse(count), span.len(), span.start));
            best.expect("a term has a mention").0
        };
        forms.into_iter().map(best).collect()
    }
}

/// The log-likelihood ratio of an observed count against the logarithm of the expected count; 0 if the count is not above
/// the expectation.
fn likelihood_ratio(count: f32, log_expected: f32) -> f32 {
    let expected = log_expected.exp();
    if count <= expected {
        return 0.0;
    }
    2.0 * (count * (count.ln() - log_expected) - (count - expected))
}

fn hash(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_likelihoods_is_dunnings() {
        // 2 (3 ln(3 / 0.5) - (3 - 0.5))
        let found = likelihood_ratio(3.0, 0.5_f32.ln());
        assert!((found - 5.7506).abs() < 1e-3, "{found}");
        assert!(
            likelihood_ratio(1.0, 2.0_f32.ln()).abs() < 1e-6,
            "rarer than expected"
        );
    }
}
