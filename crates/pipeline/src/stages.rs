//! The list of stages: the name of each, how it is configured and built, and where its layer goes.
//!
//! Everything else that has to do with every stage loops over [`STAGES`]: the sections of the config, their schemas,
//! the models, the times, the flow. To add a stage, add an entry here, a field to [`Document`], and a block for its
//! table in `output/table.rs`.

use std::path::Path;

use blattwerk_core::{Asset, Built, Document, Result, Stage};
use blattwerk_dedup::Dedup;
use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// The name of the stage that looks for copies, which the config can switch off.
pub(crate) const DEDUP: &str = "dedup";

/// The stages, in the order of the flow.
pub static STAGES: &[&dyn Entry] = &[
    &Member {
        name: "normalize",
        backend: "rules",
        build: blattwerk_normalize::Config::build,
        set: |document, normalized| {
            document.text = normalized.text;
            document.removed = normalized.removed;
            document.title = document.title.take().or(normalized.title);
            document.date = document.date.take().or(normalized.date);
            None
        },
    },
    &Member {
        name: "language",
        backend: "trigrams",
        build: blattwerk_language::Config::build,
        set: |document, detected| {
            let language = detected.language?.to_owned();
            let reason = format!("the language is `{language}`");
            document.language = Some(language);
            detected.is_skipped.then_some(reason)
        },
    },
    &Copies {
        name: DEDUP,
        backend: "off",
    },
    &Member {
        name: "split",
        backend: "rules",
        build: blattwerk_split::Config::build,
        set: |document, sentences| {
            document.sentences = sentences;
            None
        },
    },
    &Member {
        name: "ner",
        backend: "crf",
        build: blattwerk_ner::Config::build,
        set: |document, names| {
            document.entities = names.entities;
            document.judged = names.judged;
            None
        },
    },
    &Member {
        name: "keywords",
        backend: "off",
        build: blattwerk_keywords::Config::build,
        set: |document, keywords| {
            document.keywords = keywords;
            None
        },
    },
    &Member {
        name: "sentiment",
        backend: "linear",
        build: blattwerk_sentiment::Config::build,
        set: |document, sentiment| {
            document.sentiment = sentiment;
            None
        },
    },
    &Member {
        name: "summarize",
        backend: "features",
        build: blattwerk_summarize::Config::build,
        set: |document, summary| {
            document.summary = summary;
            None
        },
    },
];

/// A stage in the list, whatever the types of its config and layer.
pub trait Entry: Sync {
    /// Returns the name of the stage, which is also that of its section of the config.
    fn name(&self) -> &'static str;

    /// Returns the backend that is used if the config names none.
    fn default_backend(&self) -> &'static str;

    /// Returns the JSON schema of its section, descriptions from the doc comments of the config type.
    fn schema(&self) -> Schema;

    /// Checks that its section of the config can be read.
    ///
    /// # Errors
    ///
    /// If a key or value is wrong.
    fn check(&self, section: &Json) -> serde_json::Result<()>;

    /// Builds the stage from its section; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting makes no sense, or a file is missing or malformed.
    ///
    /// # Panics
    ///
    /// If the section cannot be read.
    fn build(&self, section: &Json, root: &Path) -> Result<Step>;
}

/// A stage that is ready to run.
pub struct Step {
    /// The name of the stage.
    pub name: &'static str,
    /// The model files and lists that it holds.
    pub assets: Vec<Asset>,
    pub(crate) work: Work,
}

/// What a stage does.
pub(crate) enum Work {
    /// Finds a layer for each document.
    Layer(Box<dyn Stage<Layer = Set>>),
    /// Tells which articles are copies of earlier ones, over a whole run.
    Copies(Dedup),
}

/// A layer as a function that puts it into its document. Returns why the article is to be left out, if it is.
pub(crate) type Set = Box<dyn FnOnce(&mut Document) -> Option<String> + Send>;

/// A stage that finds a layer for each document.
struct Member<C, L> {
    name: &'static str,
    backend: &'static str,
    build: fn(&C, &Path) -> Result<Built<L>>,
    /// Puts the layer into its document. Returns why the article is to be left out, if it is.
    set: fn(&mut Document, L) -> Option<String>,
}

impl<C: DeserializeOwned + JsonSchema, L: Send + 'static> Entry for Member<C, L> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn default_backend(&self) -> &'static str {
        self.backend
    }

    fn schema(&self) -> Schema {
        schema_for!(C)
    }

    fn check(&self, section: &Json) -> serde_json::Result<()> {
        C::deserialize(section).map(drop)
    }

    fn build(&self, section: &Json, root: &Path) -> Result<Step> {
        let Built { stage, assets } = (self.build)(&read::<C>(section), root)?;
        let set = self.set;
        Ok(Step {
            name: self.name,
            assets,
            work: Work::Layer(Box::new(Layer { stage, set })),
        })
    }
}

/// The stage that looks for copies.
struct Copies {
    name: &'static str,
    backend: &'static str,
}

impl Entry for Copies {
    fn name(&self) -> &'static str {
        self.name
    }

    fn default_backend(&self) -> &'static str {
        self.backend
    }

    fn schema(&self) -> Schema {
        schema_for!(blattwerk_dedup::Config)
    }

    fn check(&self, section: &Json) -> serde_json::Result<()> {
        serde_json::from_value::<blattwerk_dedup::Config>(section.clone()).map(drop)
    }

    fn build(&self, section: &Json, root: &Path) -> Result<Step> {
        let dedup = read::<blattwerk_dedup::Config>(section).build(root)?;
        Ok(Step {
            name: self.name,
            assets: dedup.signatures.assets.clone(),
            work: Work::Copies(dedup),
        })
    }
}

fn read<C: DeserializeOwned>(section: &Json) -> C {
    C::deserialize(section).expect("the section was checked")
}

/// A stage with the place of its layer.
struct Layer<L> {
    stage: Box<dyn Stage<Layer = L>>,
    set: fn(&mut Document, L) -> Option<String>,
}

impl<L: Send + 'static> Layer<L> {
    fn set(&self, layer: L) -> Set {
        let set = self.set;
        Box::new(move |document| set(document, layer))
    }
}

impl<L: Send + 'static> Stage for Layer<L> {
    type Layer = Set;

    fn process(&self, document: &Document) -> Result<Set> {
        self.stage.process(document).map(|layer| self.set(layer))
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Set>> {
        let layers = self.stage.process_all(documents).into_iter();
        layers
            .map(|layer| layer.map(|layer| self.set(layer)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_backend_can_be_read() {
        for stage in STAGES {
            let section = serde_json::json!({"backend": stage.default_backend()});
            stage.check(&section).unwrap();
        }
    }
}
