//! The first sentences of an article.
//!
//! A news article is written so that it can be cut from the end, so few methods beat its lead as a summary. What
//! precedes the lead (headlines, place and date, credits) is skipped.

use std::path::Path;

use blattwerk_core::{Built, Document, Result, Summary};

use crate::budget::{self, Budget};
use crate::readable;

budget::config! {
    /// The keys of `lead`.
    #[derive(Default)]
    pub struct Config {}
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If a limit is 0.
    pub fn build(&self, _root: &Path) -> Result<Built<Summary>> {
        let budget = self.budget()?;
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
