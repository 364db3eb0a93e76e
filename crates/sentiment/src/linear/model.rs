//! The model: a word table and two heads.

use std::ops::Range;

use blattwerk_core::{Polarity, Reason};
use blattwerk_model_file::pack::Unpacker;
use blattwerk_model_file::{Damage, Table};

use super::content::{AMOUNTS, Content, NUMBERS, TOWARD_VIEWS, VIEWS, WEIGHTS, Weights, Words};
use super::feature::{self, Sight, seen};
use super::learn::softmax;
use super::reading::{Token, without};
use crate::reasons::{Candidate, reasons};

/// The probabilities of the classes, in the order of [`Polarity::ALL`].
pub type Probabilities = [f32; 3];

/// What is learned: the word table, and the heads that judge toward a name or a text as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    pub(super) words: Words,
    /// Judges toward a name.
    pub(super) toward: Head,
    /// Judges a text as a whole.
    pub(super) whole: Head,
}

/// Log-odds of negative and of positive against neutral.
pub(super) type Odds = [f32; 2];

/// A softmax over the features, and the factors by which a class is chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub(super) constant: Odds,
    pub(super) amounts: [Odds; AMOUNTS],
    /// What the two leanings of the words in each view count.
    pub(super) views: [[Odds; 2]; VIEWS],
    /// The weights of keys, in steps of `scale`.
    pub(super) keys: Table<WEIGHTS>,
    pub(super) scale: Odds,
    /// Turns the sums into calibrated log-odds: what each of them counts, and a constant.
    pub(super) mix: [Odds; 2],
    pub(super) shift: Odds,
    /// The label is the class with the highest product of probability and factor.
    pub(super) factors: [f32; 3],
}

impl Default for Head {
    fn default() -> Self {
        Self {
            constant: [0.0; 2],
            amounts: [[0.0; 2]; AMOUNTS],
            views: [[[1.0, 0.0], [0.0, 1.0]]; VIEWS],
            keys: Table::default(),
            scale: [1.0; 2],
            mix: [[1.0, 0.0], [0.0, 1.0]],
            shift: [0.0; 2],
            factors: [1.0; 3],
        }
    }
}

/// The share of each key in the sum: the more keys a text has, the less each tells.
pub(super) fn share(keys: usize) -> f32 {
    1.0 / (keys.max(1) as f32).sqrt()
}

impl Head {
    /// Returns the log-odds; the leanings of the first view are those with the number `first`.
    fn odds(&self, sight: &mut Sight, words: &Words, first: usize) -> Odds {
        let mut odds = self.constant;
        let mut add = |by: Odds, factor: f32| {
            odds[0] += factor * by[0];
            odds[1] += factor * by[1];
        };
        for (&amount, &weights) in sight.amounts.iter().zip(&self.amounts) {
            // Few words are good or bad.
            if amount > 0.0 {
                add(weights, amount.ln_1p());
            }
        }
        for (view, rows) in sight.rows.iter().enumerate() {
            let mut sums = [0.0; 2];
            feature::view(rows, words, |row, share| {
                let [negative, positive] = words.leaning(row, first + view);
                sums[0] += share * negative;
                sums[1] += share * positive;
            });
            for (sum, &weights) in sums.into_iter().zip(&self.views[view]) {
                add(weights, sum);
            }
        }
        let mut steps = [0i32; 2];
        for &key in &sight.keys {
            sight.asked.push(0, key);
        }
        self.keys
            .find_all(&mut sight.asked, |_, &[.., negative, positive]| {
                steps[0] += i32::from(negative.cast_signed());
                steps[1] += i32::from(positive.cast_signed());
            });
        let share = share(sight.keys.len());
        for i in 0..2 {
            odds[i] += share * self.scale[i] * steps[i] as f32;
        }
        self.calibrated(odds)
    }

    /// Turns the sum of all weights into log-odds.
    pub(super) fn calibrated(&self, [negative, positive]: Odds) -> Odds {
        let [by_negative, by_positive] = self.mix;
        [0, 1].map(|i| self.shift[i] + negative * by_negative[i] + positive * by_positive[i])
    }

    /// Returns the label.
    pub(super) fn choose(&self, probabilities: Probabilities) -> Polarity {
        let weighted = |class: usize| probabilities[class] * self.factors[class];
        Polarity::likeliest(std::array::from_fn(weighted))
    }
}

impl Model {
    /// Judges tokens toward the name with some of them.
    pub(super) fn toward(
        &self,
        tokens: &[Token],
        name: Range<usize>,
        sight: &mut Sight,
    ) -> Probabilities {
        sight.toward(tokens, name);
        probabilities(self.toward.odds(sight, &self.words, 0))
    }

    /// Judges tokens as a whole.
    pub(super) fn whole(&self, tokens: &[Token], sight: &mut Sight) -> Probabilities {
        sight.whole(tokens);
        probabilities(self.whole.odds(sight, &self.words, TOWARD_VIEWS))
    }

    /// Returns the words that carry the judgement of a text as a whole, in bytes of it, strongest first.
    pub(super) fn why_whole(&self, text: &str, tokens: &[Token]) -> Vec<Reason> {
        let mut sight = Sight::default();
        self.reasons(text, tokens, |tokens| {
            sight.whole(tokens);
            self.whole.odds(&mut sight, &self.words, TOWARD_VIEWS)
        })
    }

    /// Returns the words that carry the judgement toward the name with these tokens.
    pub(super) fn why_toward(
        &self,
        text: &str,
        tokens: &[Token],
        name: Range<usize>,
    ) -> Vec<Reason> {
        let seen = seen(name.start, tokens.len());
        let name = name.start - seen.start..name.end.min(seen.end) - seen.start;
        let mut sight = Sight::default();
        self.reasons(text, &tokens[seen], |tokens| {
            sight.toward(tokens, name.clone());
            self.toward.odds(&mut sight, &self.words, 0)
        })
    }

    fn reasons(
        &self,
        text: &str,
        tokens: &[Token],
        mut odds: impl FnMut(&[Token]) -> Odds,
    ) -> Vec<Reason> {
        let candidate = |(index, token): (usize, &Token)| {
            let row = token.row.map(|row| self.words.row(row));
            let known = row.map_or(0.0, |row| row.weight + row.polarity.abs());
            let is_cue = token.cue.is_some_and(|cue| !cue.is_of_grammar());
            let worth = known + f32::from(u8::from(is_cue));
            (worth > 0.0 && token.name.is_none()).then_some(Candidate {
                index,
                span: token.span,
                worth,
            })
        };
        let candidates = tokens.iter().enumerate().filter_map(candidate).collect();
        let mut copy = Vec::with_capacity(tokens.len());
        reasons(candidates, |left_out| {
            // An index past the end leaves no token out.
            let left_out = left_out.unwrap_or(tokens.len());
            without(tokens, left_out, text, &self.words, &mut copy);
            let [negative, positive] = odds(&copy);
            positive - negative
        })
    }

    /// Serializes the model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let content = Content {
            toward: self.toward.weights(),
            whole: self.whole.weights(),
            words: self.words.clone(),
        };
        content.write()
    }

    /// Reads a serialized model.
    ///
    /// # Errors
    ///
    /// If it is incomplete, damaged or of another version.
    pub fn load(bytes: &[u8]) -> Result<Self, Damage> {
        Content::read(bytes).map(Self::new)
    }

    /// Takes a model out of a pack.
    pub(super) fn unpack(unpacker: &mut Unpacker) -> Self {
        Self::new(Content::unpack(unpacker))
    }

    fn new(content: Content) -> Self {
        let Content {
            toward,
            whole,
            words,
        } = content;
        Self {
            words,
            toward: Head::new(toward),
            whole: Head::new(whole),
        }
    }
}

/// Turns log-odds into probabilities.
fn probabilities([negative, positive]: Odds) -> Probabilities {
    softmax([f64::from(negative), 0.0, f64::from(positive)]).map(|p| p as f32)
}

impl Head {
    fn numbers(&mut self) -> impl Iterator<Item = &mut f32> {
        let views = self.views.as_flattened_mut().as_flattened_mut();
        let amounts = self.amounts.as_flattened_mut();
        let ends = self.constant.iter_mut().chain(&mut self.scale);
        let mix = self.mix.as_flattened_mut().iter_mut();
        let ends = ends.chain(mix).chain(&mut self.shift);
        ends.chain(&mut self.factors).chain(amounts).chain(views)
    }

    fn new(weights: Weights) -> Self {
        let mut head = Self {
            keys: weights.keys,
            ..Self::default()
        };
        for (number, value) in head.numbers().zip(weights.numbers) {
            *number = value;
        }
        head
    }

    fn weights(&self) -> Weights {
        let mut head = self.clone();
        let mut numbers = [0.0; NUMBERS];
        for (number, value) in numbers.iter_mut().zip(head.numbers()) {
            *number = *value;
        }
        Weights {
            numbers,
            keys: head.keys,
        }
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_model_file::put;

    use super::super::content::KIND;
    use super::super::reading::Reader;
    use super::*;

    fn model() -> Model {
        let mut model = Model {
            words: Words::from_pairs(&[("gut", 1.0), ("schlecht", -1.0)]),
            ..Model::default()
        };
        // Log-odds of 2 ln(1 + good).
        model.whole.amounts[1] = [0.0, 2.0];
        model.whole.views = [[[0.0; 2]; 2]; VIEWS];
        model.whole.factors = [2.5, 1.0, 2.0];
        model
    }

    #[test]
    fn a_model_survives_its_file() {
        let model = model();
        assert_eq!(Model::load(&model.to_bytes()), Ok(model));
    }

    #[test]
    fn all_damage_is_detected() {
        let file = model().to_bytes();
        for at in 0..file.len() {
            let mut broken = file.clone();
            broken[at] ^= 0x10;
            assert!(Model::load(&broken).is_err(), "byte {at}");
            assert!(Model::load(&file[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn content_that_lies_is_damage() {
        // The checksum is right, but the content is not.
        let mut payload = vec![];
        put(&mut payload, (AMOUNTS + VIEWS) as u32 + 1);
        assert!(matches!(
            Model::load(&KIND.seal(&payload)),
            Err(Damage::Content { .. })
        ));
        let mut bytes = model().to_bytes();
        bytes.push(0);
        let payload = bytes[24..].to_vec();
        assert!(matches!(
            Model::load(&KIND.seal(&payload)),
            Err(Damage::Content { .. })
        ));
    }

    /// The model knows "gut" and "schlecht", and its log-odds are 2 ln(1 + good).
    #[test]
    fn reasons_are_what_the_odds_lose_without_the_word() {
        let model = model();
        let cases: &[(&str, &[(&str, f32)])] = &[
            // 2 ln 2
            ("Das ist gut.", &[("gut", 1.386)]),
            // 2 ln 2.5; without the booster, 2 ln 2
            ("Das ist sehr gut.", &[("gut", 1.833), ("sehr", 0.446)]),
            // Nothing is good; without the negator, "gut" is.
            ("Das ist nicht gut.", &[("nicht", -1.386)]),
            // 2 ln 1.6
            (
                "Das ist nicht schlecht.",
                &[("nicht", 0.940), ("schlecht", 0.940)],
            ),
            // A contrast ends the reach of the negator.
            ("Er kam nicht aber gut.", &[("aber", 1.386), ("gut", 1.386)]),
            ("Er kam um neun.", &[]),
        ];
        for &(text, expected) in cases {
            let mut reader = Reader::default();
            reader.read(text, &model.words);
            let found = model.why_whole(text, &reader.tokens);
            crate::reasons::tests::expect(text, &found, expected);
        }
    }

    #[test]
    fn rare_classes_need_less_to_be_chosen() {
        let head = model().whole;
        assert_eq!(head.choose([0.3, 0.6, 0.1]), Polarity::Negative);
        assert_eq!(head.choose([0.2, 0.6, 0.2]), Polarity::Neutral);
    }
}
