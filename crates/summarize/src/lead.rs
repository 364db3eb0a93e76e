//! The first sentences of an article.
//!
//! A news article is written so that it can be cut from behind, so its lead is a summary that few methods
//! beat. What stands above the lead (headlines, place and date, credits) is no part of it and passed over.

use std::path::Path;

use blattwerk_core::{Built, Document, Result, Summary};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Budget, readable};

/// The keys of `lead`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The most sentences of a summary. 3 if neither this nor `words` or `chars` is set.
    pub sentences: Option<usize>,
    /// The most words of a summary, parted by white space. Unlimited by default.
    pub words: Option<usize>,
    /// The most characters of a summary. Only whole sentences are taken; one that is too long for what is
    /// left is skipped, and if all are too long, the shortest stands alone. Unlimited by default.
    pub chars: Option<usize>,
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If a limit is 0.
    pub fn build(&self, _root: &Path) -> Result<Built<Summary>> {
        let budget = Budget::new(self.sentences, self.words, self.chars)?;
        Ok(Built::new(move |document: &Document| {
            Ok(summary(document, budget))
        }))
    }
}

fn summary(document: &Document, budget: Budget) -> Summary {
    let candidates = readable::candidates(document);
    let mut purse = budget.purse(document);
    for &sentence in &candidates {
        purse.take(sentence);
    }
    Summary::extract(document, purse.spend(&candidates))
}

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;

    use super::*;
    use crate::budget::tests::document;

    const ARTICLE: &str = "Brücke über die Elbe gesperrt\n\
        Die Brücke über die Elbe ist seit Montag gesperrt.\n\
        Prüfer fanden Risse in einem Pfeiler.\n\
        Wann der Verkehr wieder rollt, ist nach Angaben der Stadt noch offen.\n\
        Pendler müssen einen Umweg von zwanzig Kilometern fahren.";

    fn taken(lines: &str, sentences: Option<usize>, chars: Option<usize>) -> Vec<usize> {
        let words = None;
        let config = Config {
            sentences,
            words,
            chars,
        };
        let built = config.build(Path::new("")).unwrap();
        built.stage.process(&document(lines)).unwrap().sentences
    }

    #[test]
    fn the_lead_starts_below_the_headline() {
        assert_eq!(taken(ARTICLE, None, None), [1, 2, 3]);
        assert_eq!(taken(ARTICLE, Some(1), None), [1]);
    }

    #[test]
    fn a_sentence_that_is_too_long_is_skipped() {
        assert_eq!(taken(ARTICLE, None, Some(150)), [1, 2, 4]);
        assert_eq!(taken(ARTICLE, None, Some(40)), [2]);
    }

    #[test]
    fn an_article_of_headlines_still_has_a_summary() {
        assert_eq!(
            taken("Brücke gesperrt\nUmweg für Pendler", None, None),
            [0, 1]
        );
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, ARTICLE, |_| Vec::new());
    }
}
