//! Summaries written by the user's own transformer model.

use std::path::Path;

use blattwerk_core::{Built, Document, Result, Span, Stage, Summary};
use blattwerk_transformer::{Summarizer, summary::Config};

/// Builds the backend; paths are relative to `root`.
pub(crate) fn build(config: &Config, root: &Path) -> Result<Built<Summary>> {
    let model = Summarizer::load(config, root)?;
    let assets = model.assets().to_vec();
    let mut built = Built::new(RustBert(model));
    built.assets = assets;
    Ok(built)
}

struct RustBert(Summarizer);

impl Stage for RustBert {
    type Layer = Summary;

    fn process(&self, document: &Document) -> Result<Summary> {
        let mut layers = self.process_all(std::slice::from_ref(document));
        layers.pop().expect("a document has a layer")
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Summary>> {
        let texts: Vec<(&str, &[Span])> = documents
            .iter()
            .map(|document| (document.text.as_str(), document.sentences.as_slice()))
            .collect();
        let summaries = self.0.summarize(&texts).into_iter();
        summaries
            .map(|text| {
                Ok(Summary {
                    sentences: Vec::new(),
                    text: text?,
                })
            })
            .collect()
    }
}

#[cfg(all(test, feature = "rust-bert"))]
mod tests {
    use blattwerk_core::contract;

    use super::*;

    #[test]
    fn keeps_the_contract() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models");
        for model in ["bart", "pegasus", "t5"] {
            let config = Config {
                model: model.into(),
                summary_tokens: Some(12),
                ..Config::default()
            };
            let built = build(&config, &root).unwrap();
            let text =
                "„Ja“, sagte Ada Müller in Köln.\nRene\u{301} aus Mu\u{308}nchen schwieg 😀.";
            contract::check(&*built.stage, text, |_| Vec::new());
        }
    }
}

#[cfg(all(test, not(feature = "rust-bert")))]
mod tests_without {
    use super::*;

    #[test]
    fn a_build_without_says_which_feature_to_build() {
        let error = build(&Config::default(), Path::new("")).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`backend`: expected a build with the backend `rust-bert`: `cargo build --release --features rust-bert`, \
             with libtorch (`scripts/setup-libtorch.sh`), found one without"
        );
    }
}
