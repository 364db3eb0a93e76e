//! A small encoder that reads an article once and says which names are in it, how each sentence shows them, and the
//! tone of each sentence.
//!
//! Text is cut into words and pieces ([`pieces`]), consecutive sentences are read together in windows (`window`), the
//! network gives each piece a vector (`network`), and heads turn vectors into tags, stances and tones (`head`). Both
//! *ner* and *sentiment* use it, so it is a crate of its own; what *ner* has read, *sentiment* need not read again
//! ([`Judged`]).
//!
//! The network runs on the matrix products of rten, with weights of 7 bits (`model`): sums of 8 by 7 bits are exact on
//! every processor, and each piece is quantized by itself, so an answer depends on its window alone. A window is
//! computed by one thread.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "ids, classes and small weights are converted between integers and floats all over"
)]

mod head;
mod model;
mod network;
pub mod pieces;
mod window;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use blattwerk_core::{
    Asset, Document, Entity, Error, Judged, Label, Names, Probabilities, Result, Span,
};
use blattwerk_model_file as model_file;

use self::model::Model;
use self::network::States;
use self::window::{Part, windows};

/// A loaded encoder.
pub struct Encoder {
    model: Model,
    asset: Asset,
    labels: [Label; 4],
}

/// The labels of names, in the order of the model's tags.
const LABELS: [&str; 4] = ["PER", "LOC", "ORG", "MISC"];

/// Loads a model, a folder or a file.
///
/// # Errors
///
/// If it cannot be read, is damaged, or was made by another version.
pub fn load(path: &Path) -> Result<Arc<Encoder>> {
    let (model, asset) = model_file::load(path, Model::load)?;
    Ok(Arc::new(Encoder {
        model,
        asset,
        labels: LABELS.map(Into::into),
    }))
}

/// Loads the model of a config, relative to `root`.
///
/// # Errors
///
/// If there is none, or as [`load`].
pub fn load_configured(path: &Path, root: &Path) -> Result<Arc<Encoder>> {
    if path.as_os_str().is_empty() {
        return Err(Error::Setting {
            key: "model",
            expected: format!("the folder of an encoder, or its `{}`", model_file::FILE),
            found: "none".into(),
        });
    }
    load(&root.join(path))
}

impl Encoder {
    /// Returns the record of the model file.
    pub fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Reads a document: finds its names, and judges its sentences and names.
    ///
    /// `choose` gets the names that were found in a part of the text, with the span of that part, and returns those that
    /// are kept and judged; they start in the part, in order and without overlap.
    pub fn read(
        &self,
        document: &Document,
        choose: impl Fn(Span, Vec<Entity>) -> Vec<Entity>,
    ) -> Names {
        let mut judged = Judged {
            model: self.asset.hash.as_str().into(),
            sentences: Vec::with_capacity(document.sentences.len()),
            entities: Vec::new(),
        };
        let mut entities = Vec::new();
        for window in windows(&self.model, document) {
            let states = self.model.network.states(&window.ids);
            for part in &window.parts {
                if part.is_first {
                    judged
                        .sentences
                        .push(self.model.heads.tone(states.of(part.begin)));
                }
                for entity in choose(part.span, self.names(part, &states)) {
                    judged
                        .entities
                        .push(self.stance(part, &states, entity.span));
                    entities.push(entity);
                }
            }
        }
        Names {
            entities,
            judged: Some(judged),
        }
    }

    /// Reads many documents, on as many threads as the caller's pool has; returns what `read` makes of each, in order.
    ///
    /// The threads are temporary, each a pool of its own: a thread of the caller's pool that waits for a matrix product
    /// would start on the next document, and so on, until all are started.
    ///
    /// # Panics
    ///
    /// If `read` does.
    pub fn read_all<L: Send>(
        &self,
        documents: &[Document],
        read: impl Fn(&Document) -> L + Sync,
    ) -> Vec<L> {
        let results: Vec<Mutex<Option<L>>> = documents.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(document) = documents.get(index) else {
                    break;
                };
                let layer = read(document);
                *results[index]
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(layer);
            }
        };
        let threads = rayon::current_num_threads().min(documents.len());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    alone();
                    work();
                });
            }
        });
        results
            .into_iter()
            .map(|result| {
                let result = result.into_inner().unwrap_or_else(PoisonError::into_inner);
                result.expect("each document was read")
            })
            .collect()
    }

    /// Returns the names that the tags of a part say.
    fn names(&self, part: &Part, states: &States) -> Vec<Entity> {
        let starts = &part.starts[..part.words.len()];
        let heads = &self.model.heads;
        let tagged: Vec<_> = starts.iter().map(|&at| heads.tags(states.of(at))).collect();
        let mut end = part.span.start;
        let mut entities = Vec::new();
        for name in head::names(&tagged) {
            let words = &part.words[name.words];
            let (Some(first), Some(last)) = (words.first(), words.last()) else {
                continue;
            };
            // A character that is replaced by several can be the end of one word and the beginning of the next.
            if first.span.start >= end {
                end = last.span.end;
                entities.push(Entity {
                    span: Span::new(first.span.start, end),
                    label: self.labels[name.label].clone(),
                    score: name.score,
                });
            }
        }
        entities
    }

    /// Judges how a part shows a name.
    fn stance(&self, part: &Part, states: &States, name: Span) -> Probabilities {
        let first = part
            .words
            .partition_point(|word| word.span.end <= name.start);
        let last = part
            .words
            .partition_point(|word| word.span.start < name.end);
        let pieces = part.starts[first]..part.starts[last.max(first)];
        let begin = states.of(part.begin);
        let mut mean = vec![0.0; begin.len()];
        for piece in pieces.clone() {
            for (sum, value) in mean.iter_mut().zip(states.of(piece)) {
                *sum += value;
            }
        }
        let count = pieces.len().max(1) as f32;
        for sum in &mut mean {
            *sum /= count;
        }
        self.model.heads.stance(&mean, begin)
    }
}

/// Makes the calling thread, which is in no pool, a pool of its own, so that matrix products stay on it.
fn alone() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    // It fails only for a thread that is in a pool.
    drop(pool.use_current_thread().build());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models/encoder")
    }

    fn document(sentences: &[&str]) -> Document {
        let mut document = Document::new("a", sentences.join("\n"));
        let mut at = 0;
        for sentence in sentences {
            document.sentences.push(Span::new(at, at + sentence.len()));
            at += sentence.len() + 1;
        }
        document
    }

    fn read(encoder: &Encoder, document: &Document) -> Names {
        encoder.read(document, |_, found| found)
    }

    #[test]
    fn answers_are_those_of_python() {
        let encoder = load(&folder()).unwrap();
        let golden = std::fs::read_to_string(folder().join("golden.json")).unwrap();
        let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
        for case in golden.as_array().unwrap() {
            let text = case["text"].as_str().unwrap();
            let chars = |bytes: usize| text.get(..bytes).unwrap().chars().count() as u64;
            let document = document(&[text]);
            let windows: Vec<_> = windows(&encoder.model, &document).collect();
            assert_eq!(windows.len(), 1);
            let part = &windows[0].parts[0];
            let words: Vec<Vec<u64>> = part
                .words
                .iter()
                .map(|word| {
                    let span = [chars(word.span.start), chars(word.span.end)];
                    let pieces = word.pieces.iter().map(|&id| u64::from(id));
                    span.into_iter().chain(pieces).collect()
                })
                .collect();
            assert_eq!(serde_json::json!(words), case["words"], "{text}");

            let states = encoder.model.network.states(&windows[0].ids);
            let close = |found: &[f32], expected: &serde_json::Value, most: f64| {
                for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
                    let by = f64::from(*found) - expected.as_f64().unwrap();
                    assert!(by.abs() < most, "{text}: {found} is {expected}");
                }
            };
            for (&start, expected) in part.starts.iter().zip(case["tags"].as_array().unwrap()) {
                close(&encoder.model.heads.tags(states.of(start)), expected, 0.25);
            }
            close(&encoder.model.heads.tone(states.of(0)), &case["tone"], 0.03);
        }
    }

    #[test]
    fn an_answer_depends_on_its_window_alone() {
        let encoder = load(&folder()).unwrap();
        // Each sentence has more than half of the pieces of a window.
        let long = [
            "Die Bürgermeisterin grüßt Österreich. ".repeat(3),
            "Nie, rief sie! ".repeat(9),
        ];
        let texts = [long[0].trim_end(), long[1].trim_end()];
        let together = read(&encoder, &document(&texts));
        let judged = together.judged.unwrap();
        for (text, together) in texts.iter().zip(judged.sentences) {
            let alone = read(&encoder, &document(&[text])).judged.unwrap();
            assert_eq!(alone.sentences, [together]);
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let encoder = load(&folder()).unwrap();
        let text = "Ada Müller grüßt Köln, sagte sie am 3. Mai.";
        let documents: Vec<Document> = (0..9).map(|size| document(&vec![text; size])).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| encoder.read_all(&documents, |document| read(&encoder, document)))
        };
        let one = run(1);
        assert_eq!(one, run(4));
        assert!(one.iter().any(|names| !names.entities.is_empty()));
    }

    #[test]
    fn a_sentence_longer_than_a_window_is_read_in_parts() {
        let encoder = load(&folder()).unwrap();
        let long = "Ada grüßt Köln, ".repeat(40);
        let document = document(&["Nie!", long.trim_end(), "Köln."]);
        let parts: Vec<_> = windows(&encoder.model, &document)
            .flat_map(|window| window.parts)
            .collect();
        assert!(parts.len() > 4, "{}", parts.len());
        assert_eq!(parts.iter().filter(|part| part.is_first).count(), 3);
        for pair in parts.windows(2) {
            assert!(pair[0].span.end <= pair[1].span.start);
            assert!(
                pair[0]
                    .words
                    .iter()
                    .all(|word| pair[0].span.contains(word.span))
            );
        }
        assert_eq!(read(&encoder, &document).judged.unwrap().sentences.len(), 3);
    }

    #[test]
    fn damage_is_refused() {
        let file = std::fs::read(folder().join("model.bin")).unwrap();
        assert!(Model::load(&file).is_ok());
        let payload = &file[24..];
        for length in [0, 1, 5, 10, 100, 2000, payload.len() - 1] {
            let damaged = model::KIND.seal(&payload[..length]);
            assert!(Model::load(&damaged).is_err(), "{length} bytes");
        }
        for at in 0..12 {
            let mut damaged = payload.to_vec();
            damaged[at] = 0xFF;
            assert!(
                Model::load(&model::KIND.seal(&damaged)).is_err(),
                "byte {at}"
            );
        }
    }
}
