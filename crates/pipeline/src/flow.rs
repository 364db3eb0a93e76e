//! The flow: takes documents in memory through the stages.
//!
//! It knows no files and starts no threads: it works on the rayon pool that it is called from. A panic of a stage costs
//! the one document that caused it. Counts and times are taken here, and nowhere in a stage.
//!
//! ```
//! use blattwerk_core::Document;
//! use blattwerk_pipeline::config::Loaded;
//! use blattwerk_pipeline::fate::Fate;
//! use blattwerk_pipeline::flow::Flow;
//!
//! // Lists instead of the trained model find the names.
//! let config = Loaded::new(None, [], &["ner.backend=gazetteer".to_owned()])?;
//! let flow = Flow::new(config.build()?);
//! let fates = flow.process(vec![
//!     Document::new("a1", "Am Montag war sie in Köln."),
//!     Document::new("a2", "In Bremen regnet es."),
//! ]);
//!
//! let mut found = Vec::new();
//! for fate in &fates {
//!     let Fate::Done(document) = fate else {
//!         panic!("no stage fails or skips these");
//!     };
//!     for entity in &document.entities {
//!         found.push((document.id.as_str(), &document.text[entity.span], &*entity.label));
//!     }
//! }
//! assert_eq!(found, [("a1", "Köln", "LOC"), ("a2", "Bremen", "LOC")]);
//! # Ok::<(), blattwerk_pipeline::Error>(())
//! ```

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use blattwerk_core::{Document, Stage};

use crate::error::chain;
use crate::fate::{Failed, Fate, Skipped};
use crate::input::Failure;
use crate::record::Time;
use crate::stages::{Set, Step, Work};

/// The stages, ready to take documents.
pub struct Flow {
    steps: Vec<Step>,
}

impl Flow {
    /// Returns the flow through some stages, in this order.
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// Takes documents through all stages but *dedup*, which needs a whole run, and returns what became of each, in
    /// their order.
    ///
    /// It works in parallel on the rayon pool of the caller.
    pub fn process(&self, documents: Vec<Document>) -> Vec<Fate> {
        let mut batch = Batch::default();
        for (position, document) in documents.into_iter().enumerate() {
            batch.put(position, document);
        }
        for step in &self.steps {
            if let Work::Layer(stage) = &step.work {
                batch.pass(step.name, &**stage, &mut Time::default());
            }
        }
        let done = batch.positions.into_iter().zip(batch.documents);
        let mut fates: BTreeMap<usize, Fate> = done
            .map(|(position, document)| (position, Fate::Done(document)))
            .collect();
        let skipped = batch.skipped.into_iter();
        fates.extend(skipped.map(|(position, skipped)| (position, Fate::Skipped(skipped))));
        let failed = batch.failed.into_iter();
        fates.extend(failed.map(|(position, failed)| (position, Fate::Failed(failed))));
        fates.into_values().collect()
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// Articles on their way through the stages, and those that left it, each with its position among those that came in.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) documents: Vec<Document>,
    /// The position of each document.
    pub(crate) positions: Vec<usize>,
    pub(crate) failed: Vec<(usize, Failed)>,
    pub(crate) skipped: Vec<(usize, Skipped)>,
}

impl Batch {
    /// Takes all documents out, with their positions.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (usize, Document)> + use<> {
        let positions = std::mem::take(&mut self.positions);
        positions
            .into_iter()
            .zip(std::mem::take(&mut self.documents))
    }

    /// Puts a document in, after the others.
    pub(crate) fn put(&mut self, position: usize, document: Document) {
        self.positions.push(position);
        self.documents.push(document);
    }

    /// Notes that a document failed in a stage.
    pub(crate) fn fail(
        &mut self,
        position: usize,
        document: Document,
        stage: &'static str,
        error: String,
    ) {
        let failure = Failure {
            id: document.id,
            source: document.source,
            error,
        };
        self.failed.push((position, Failed { stage, failure }));
    }

    /// Returns the positions of those that failed.
    pub(crate) fn failed_positions(&self) -> BTreeSet<usize> {
        self.failed.iter().map(|(position, _)| *position).collect()
    }

    /// Returns the UTF-8 bytes of all texts.
    pub(crate) fn bytes(&self) -> u64 {
        let documents = self.documents.iter();
        documents.map(|document| document.text.len() as u64).sum()
    }

    /// Gives every document a layer; those that fail or are skipped leave the batch.
    pub(crate) fn pass(
        &mut self,
        name: &'static str,
        stage: &dyn Stage<Layer = Set>,
        time: &mut Time,
    ) {
        let started = Instant::now();
        let layers = layers(stage, &self.documents);
        time.spent += started.elapsed();
        time.articles += self.documents.len() as u64;
        time.bytes += self.bytes();

        for ((position, mut document), layer) in self.take().zip(layers) {
            match layer.map(|set| set(&mut document)) {
                Ok(None) => self.put(position, document),
                Ok(Some(reason)) => {
                    time.skipped += 1;
                    let skipped = Skipped { document, reason };
                    self.skipped.push((position, skipped));
                }
                Err(error) => self.fail(position, document, name, error),
            }
        }
    }
}

/// Returns a layer for each document, or why there is none.
///
/// A stage should not panic; if it does, that is a fault of ours or of a library, and no reason to lose a
/// night's run: the documents are tried again one by one, and only the one at fault fails.
pub(crate) fn layers<L: Send>(
    stage: &dyn Stage<Layer = L>,
    documents: &[Document],
) -> Vec<Result<L, String>> {
    let chain = |error: blattwerk_core::Error| chain(&error);
    match catch_unwind(AssertUnwindSafe(|| stage.process_all(documents))) {
        Ok(layers) => {
            assert_eq!(
                layers.len(),
                documents.len(),
                "a stage has a layer for each document"
            );
            layers
                .into_iter()
                .map(|layer| layer.map_err(chain))
                .collect()
        }
        Err(_) => documents
            .iter()
            .map(
                |document| match catch_unwind(AssertUnwindSafe(|| stage.process(document))) {
                    Ok(layer) => layer.map_err(chain),
                    Err(panic) => Err(format!("a fault of the program: {}", panic_text(&*panic))),
                },
            )
            .collect(),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage that panics, fails, skips or goes on, as the text says.
    fn flow() -> Flow {
        let stage = |document: &Document| -> blattwerk_core::Result<Set> {
            match document.text.as_str() {
                "panics" => panic!("on purpose"),
                "fails" => Err(blattwerk_core::Error::Model {
                    name: "m".into(),
                    expected: "a".into(),
                    found: "b".into(),
                }),
                "skipped" => Ok(Box::new(|_| Some("it says so".into()))),
                _ => Ok(Box::new(|document| {
                    document.title = Some("seen".into());
                    None
                })),
            }
        };
        Flow::new(vec![Step {
            name: "test",
            assets: Vec::new(),
            work: Work::Layer(Box::new(stage)),
        }])
    }

    #[test]
    fn every_document_has_a_fate_in_its_place() {
        let texts = ["good", "panics", "skipped", "fails", "good"];
        let documents = texts.map(|text| Document::new(text, text));
        let fates: Vec<String> = flow()
            .process(documents.into())
            .into_iter()
            .map(|fate| match fate {
                Fate::Done(document) => format!("{}: {:?}", document.id, document.title),
                Fate::Skipped(skipped) => format!("{}: {}", skipped.document.id, skipped.reason),
                Fate::Failed(Failed { stage, failure }) => {
                    format!("{} in {stage}: {}", failure.id, failure.error)
                }
            })
            .collect();
        assert_eq!(
            fates,
            [
                "good: Some(\"seen\")",
                "panics in test: a fault of the program: on purpose",
                "skipped: it says so",
                "fails in test: model m: expected a, found b",
                "good: Some(\"seen\")",
            ]
        );
    }
}
