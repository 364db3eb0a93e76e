//! Finds copies by their words and by the word sequences that articles have in common.

use std::path::Path;

use blattwerk_core::{Built, Document, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::copies::{Dedup, Keep};
use crate::seen::Seen;
use crate::signature::Signature;

/// What counts as a copy, and what happens to copies.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The similarity, from 0.2 to 1, from which the later of two articles is a copy: the share of their word
    /// sequences that both contain. Default: 0.5. An article cut to 70 % of its length has a similarity of
    /// 0.7. With 1, only articles with exactly the same words are copies.
    pub similarity: f64,
    /// What happens to copies, all of which are listed in `duplicates.csv`.
    pub keep: Keep,
    /// The number of words in a sequence, from 1 to 20. Default: 3. The longer the sequences, the more each
    /// changed word lowers the similarity.
    pub shingle: usize,
    /// The maximum number of articles to remember; copies do not count, and the oldest article is forgotten
    /// first. Default: 1000000. This bounds the memory, which is 700 to 900 bytes per article.
    pub remember: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            similarity: 0.5,
            keep: Keep::All,
            shingle: 3,
            remember: 1_000_000,
        }
    }
}

impl Config {
    /// Builds the backend.
    pub(crate) fn build(&self, _root: &Path) -> Result<Dedup> {
        let wrong = |key, expected: &str, found: &dyn ToString| Error::Setting {
            key,
            expected: expected.into(),
            found: found.to_string(),
        };
        if !(0.2..=1.0).contains(&self.similarity) {
            let found = &self.similarity;
            return Err(wrong("similarity", "a number from 0.2 to 1", found));
        }
        if !(1..=20).contains(&self.shingle) {
            return Err(wrong("shingle", "a number from 1 to 20", &self.shingle));
        }
        if !(1..=1_000_000_000).contains(&self.remember) {
            let expected = "a number from 1 to 1000000000";
            return Err(wrong("remember", expected, &self.remember));
        }
        let shingle = self.shingle;
        Ok(Dedup {
            signatures: Built::new(move |document: &Document| {
                Ok(Signature::new(document.text.as_str(), shingle))
            }),
            keep: self.keep,
            seen: Seen::new(self.similarity, self.remember),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused() {
        // key, similarity, shingle, remember
        let cases = [
            ("`similarity`", 0.1, 3, 1),
            ("`similarity`", 1.1, 3, 1),
            ("`similarity`", f64::NAN, 3, 1),
            ("`shingle`", 0.5, 0, 1),
            ("`shingle`", 0.5, 21, 1),
            ("`remember`", 0.5, 3, 0),
            ("`remember`", 0.5, 3, usize::MAX),
        ];
        for (key, similarity, shingle, remember) in cases {
            let config = Config {
                similarity,
                keep: Keep::All,
                shingle,
                remember,
            };
            let error = config.build(Path::new("")).err().unwrap().to_string();
            assert!(error.starts_with(key), "{error}");
        }
        assert!(Config::default().build(Path::new("")).is_ok());
    }

    #[test]
    fn the_config_says_what_is_a_copy() {
        let text =
            "Der Rat der Stadt hat am Montag dem Bau der Brücke zugestimmt, wie er mitteilte.";
        let other =
            "Der Rat der Stadt hat am Dienstag dem Bau der Brücke zugestimmt, wie er mitteilte.";
        // similarity, whether the other text is a copy: 10 of 16 sequences of three words are in both
        for (similarity, is_copy) in [(0.4, true), (0.9, false), (1.0, false)] {
            let config = Config {
                similarity,
                ..Config::default()
            };
            let Dedup {
                signatures,
                mut seen,
                ..
            } = config.build(Path::new("")).unwrap();
            let signature = |text: &str| {
                let document = Document::new("a", text);
                signatures.stage.process(&document).unwrap().unwrap()
            };
            assert_eq!(seen.find(&signature(text)), None);
            seen.remember("a", signature(text));
            let exact = signature(&text.to_uppercase());
            assert!(seen.find(&exact).is_some());
            assert_eq!(
                seen.find(&signature(other)).is_some(),
                is_copy,
                "{similarity}"
            );
        }
    }
}
