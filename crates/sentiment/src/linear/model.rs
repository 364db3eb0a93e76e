//! The model: a word table and two heads.

use blattwerk_core::{Polarity, Reason};
use blattwerk_model_file::{Damage, Kind, put};

use super::feature::{COUNT, Features, features, seen};
use super::learn::softmax;
use super::reading::{Reader, Token, without};
use super::words::Words;
use crate::reasons::{Candidate, reasons};

/// The file format of these models.
const KIND: Kind = Kind {
    magic: *b"bw-sent\n",
    name: "a sentiment model",
    oldest: 2,
    version: 2,
};

/// The probabilities of the classes, in the order of [`Polarity::ALL`].
pub type Probabilities = [f32; 3];

/// What is learned: the word table, and the heads that judge toward a target or a text as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    pub(super) words: Words,
    /// Judges toward a target.
    pub(super) toward: Head,
    /// Judges a text as a whole.
    pub(super) whole: Head,
}

/// A softmax over the features, and the factors by which a class is chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    /// The weights of the classes for each feature; the constant is last.
    pub(super) weights: Vec<[f32; 3]>,
    /// The label is the class with the highest product of probability and factor.
    pub(super) factors: [f32; 3],
}

impl Default for Head {
    fn default() -> Self {
        Self {
            weights: vec![[0.0; 3]; COUNT + 1],
            factors: [1.0; 3],
        }
    }
}

impl Head {
    fn logits(&self, features: &Features) -> [f64; 3] {
        let mut logits = self.weights[COUNT].map(f64::from);
        for (&feature, weights) in features.iter().zip(&self.weights) {
            if feature != 0.0 {
                for (logit, &weight) in logits.iter_mut().zip(weights) {
                    *logit += f64::from(weight * feature);
                }
            }
        }
        logits
    }

    pub(super) fn probabilities(&self, features: &Features) -> Probabilities {
        softmax(self.logits(features)).map(|p| p as f32)
    }

    /// The log-odds of positive against negative.
    fn odds(&self, features: &Features) -> f32 {
        let [negative, _, positive] = self.logits(features);
        (positive - negative) as f32
    }

    /// Returns the label.
    pub(super) fn choose(&self, probabilities: Probabilities) -> Polarity {
        let likeliness =
            |class: Polarity| probabilities[class as usize] * self.factors[class as usize];
        let mut best = Polarity::Neutral;
        for class in [Polarity::Negative, Polarity::Positive] {
            if likeliness(class) > likeliness(best) {
                best = class;
            }
        }
        best
    }
}

impl Model {
    /// Judges the text of `reader` toward the tokens for which `is_target` holds; `first` is the index of one of them.
    pub(super) fn toward(
        &self,
        reader: &Reader,
        first: usize,
        is_target: impl Fn(&Token) -> bool,
    ) -> Probabilities {
        let features = features(&reader.tokens, &self.words, Some(first), is_target);
        self.toward.probabilities(&features)
    }

    /// Judges the text of `reader` as a whole.
    pub(super) fn whole(&self, reader: &Reader) -> Probabilities {
        let features = features(&reader.tokens, &self.words, None, |_| false);
        self.whole.probabilities(&features)
    }

    /// Returns the words that carry the judgement of a text as a whole, in bytes of it, strongest first.
    pub(super) fn why_whole(&self, text: &str, tokens: &[Token]) -> Vec<Reason> {
        self.reasons(&self.whole, text, tokens, None, |_| false)
    }

    /// Returns the words that carry the judgement toward the tokens for which `is_target` holds.
    pub(super) fn why_toward(
        &self,
        text: &str,
        tokens: &[Token],
        first: usize,
        is_target: impl Fn(&Token) -> bool,
    ) -> Vec<Reason> {
        let seen = seen(first, tokens.len());
        let first = first - seen.start;
        self.reasons(&self.toward, text, &tokens[seen], Some(first), is_target)
    }

    fn reasons(
        &self,
        head: &Head,
        text: &str,
        tokens: &[Token],
        first: Option<usize>,
        is_target: impl Fn(&Token) -> bool,
    ) -> Vec<Reason> {
        let candidate = |(index, token): (usize, &Token)| {
            let row = token.row.map(|row| self.words.row(row));
            let known = row.map_or(0.0, |row| row.weight + row.polarity.abs());
            let is_cue = token.cue.is_some_and(|cue| !cue.is_of_grammar());
            let worth = known + f32::from(u8::from(is_cue));
            (worth > 0.0).then_some(Candidate {
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
            head.odds(&features(&copy, &self.words, first, &is_target))
        })
    }

    /// Serializes the model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        for head in [&self.toward, &self.whole] {
            put(&mut payload, COUNT as u32);
            for number in head.weights.as_flattened().iter().chain(&head.factors) {
                payload.extend(number.to_le_bytes());
            }
        }
        self.words.write(&mut payload);
        KIND.seal(&payload)
    }

    /// Reads a serialized model.
    ///
    /// # Errors
    ///
    /// If it is incomplete, damaged or of another version.
    pub fn load(bytes: &[u8]) -> Result<Self, Damage> {
        let mut reader = KIND.open(bytes)?;
        let mut head = || {
            if reader.number()? as usize != COUNT {
                return Err(Damage::Content {
                    expected: "the features of this version",
                });
            }
            let mut head = Head::default();
            for number in head
                .weights
                .as_flattened_mut()
                .iter_mut()
                .chain(&mut head.factors)
            {
                *number = reader.float()?;
            }
            Ok(head)
        };
        let (toward, whole) = (head()?, head()?);
        let words = Words::read(&mut reader)?;
        reader.end()?;
        Ok(Self {
            words,
            toward,
            whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let mut model = Model {
            words: Words::from_pairs(&[("gut", 1.0), ("schlecht", -1.0)]),
            ..Model::default()
        };
        model.whole.weights[0] = [0.0, 0.0, 2.0];
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
        put(&mut payload, COUNT as u32 + 1);
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
