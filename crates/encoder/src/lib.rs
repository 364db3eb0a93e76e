//! A small encoder that reads an article once and says which names are in it, how each sentence shows them, and the
//! tone of each sentence.
//!
//! Text is cut into words and pieces ([`pieces`]), the network gives each piece of a sentence a vector (`network`; several
//! sentences are computed together, `window`), and heads turn vectors into tags, stances and tones (`head`). Both
//! *ner* and *sentiment* use it, so it is a crate of its own; what *ner* has read, *sentiment* need not read again
//! ([`Judged`]).
//!
//! The network runs on the matrix products of rten, with weights of 7 bits (`model`): sums of 8 by 7 bits are exact on
//! every processor, and each piece is quantized by itself, so an answer depends on its sentence alone. A window is
//! computed by one thread.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "ids, classes and small weights are converted between integers and floats all over"
)]

mod head;
mod model;
mod network;
mod people;
pub mod pieces;
mod window;

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use blattwerk_core::{
    Asset, Document, Entity, Judged, Label, Polarity, Probabilities, Result, Span,
};
use blattwerk_model_file as model_file;

pub use self::head::TAGS;
use self::model::Model;
use self::network::States;
use self::window::{Part, windows};

/// A loaded encoder.
pub struct Encoder {
    model: Model,
    asset: Asset,
    labels: [Label; 4],
}

/// The least probability of a tag: floats have no smaller ones, and one pass never decides alone.
const LEAST_SHARE: f32 = 1e-6;

/// The labels of names, in the order of the model's tags.
const LABELS: [&str; 4] = ["PER", "LOC", "ORG", "MISC"];

/// The embedded model; `models/encoder-de/MODEL.md` is its card.
const EMBEDDED: &[u8] = include_bytes!("../../../models/encoder-de/model.bin");

/// Loads the user's own model, a folder or a file relative to `root`, or else the embedded one. All callers share the
/// embedded one.
///
/// # Errors
///
/// If it cannot be read, is damaged, or was made by another version.
pub fn load(path: Option<&Path>, root: &Path) -> Result<Arc<Encoder>> {
    static SHARED: Mutex<Weak<Encoder>> = Mutex::new(Weak::new());
    let Some(path) = path else {
        // While it is locked, nobody else loads the same.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoder) = shared.upgrade() {
            return Ok(encoder);
        }
        let encoder = Encoder::of(model_file::embedded("encoder-de", EMBEDDED, Model::load)?);
        *shared = Arc::downgrade(&encoder);
        return Ok(encoder);
    };
    Ok(Encoder::of(model_file::load(
        &root.join(path),
        Model::load,
    )?))
}

impl Encoder {
    fn of((model, asset): (Model, Asset)) -> Arc<Self> {
        Arc::new(Self {
            model,
            asset,
            labels: LABELS.map(Into::into),
        })
    }

    /// Returns the record of the model file.
    pub fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Returns the class of a stance, given the probabilities of negative, neutral and positive.
    pub fn stance(&self, probabilities: Probabilities) -> Polarity {
        self.model.heads.stance_scale.choose(probabilities)
    }

    /// Returns the class of a tone, given the probabilities of negative, neutral and positive.
    pub fn tone(&self, probabilities: Probabilities) -> Polarity {
        self.model.heads.tone_scale.choose(probabilities)
    }

    /// Reads a document: finds its names, and judges its sentences and names.
    ///
    /// `choose` gets what was read, a stretch of sentences at a time, and returns the names that are judged, in order and
    /// without overlap. Those that do not start in a sentence of the stretch are dropped. The chosen names are returned with the
    /// judgements of all sentences and of these names, in the same order.
    pub fn read(
        &self,
        document: &Document,
        choose: impl Fn(&Stretch) -> Vec<Entity>,
    ) -> (Vec<Entity>, Judged) {
        let mut entities = Vec::new();
        let mut judged = Judged {
            model: self.asset.hash.as_str().into(),
            sentences: Vec::with_capacity(document.sentences.len()),
            entities: Vec::new(),
        };
        let mut stretch = Stretch::new(self, 0);
        let mut windows = windows(&self.model, document).peekable();
        while let Some(window) = windows.next() {
            let parts: Vec<_> = window.parts.iter().map(Part::pieces).collect();
            let states = self.model.network.states(&window.ids, &parts);
            for part in window.parts {
                stretch.sentences.end += usize::from(part.is_first);
                stretch.parts.push((part, stretch.states.len()));
            }
            stretch.states.push(states);
            let ends = windows
                .peek()
                .is_none_or(|next| next.parts.first().is_none_or(|part| part.is_first));
            if ends && (windows.peek().is_none() || stretch.sentences.len() >= TOGETHER) {
                entities.extend(stretch.judge(choose(&stretch), &mut judged));
                stretch = Stretch::new(self, stretch.sentences.end);
            }
        }
        (entities, judged)
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
}

/// The most sentences whose vectors are kept at a time, or a few more. An article has fewer; a book in a single record
/// must not take gigabytes of memory.
const TOGETHER: usize = 256;

/// Some sentences of a document, as they were read.
pub struct Stretch<'a> {
    encoder: &'a Encoder,
    sentences: Range<usize>,
    /// Parts in text order, each with the number of its window.
    parts: Vec<(Part, usize)>,
    states: Vec<States>,
}

impl<'a> Stretch<'a> {
    fn new(encoder: &'a Encoder, first: usize) -> Self {
        Self {
            encoder,
            sentences: first..first,
            parts: Vec::new(),
            states: Vec::new(),
        }
    }

    /// Returns which sentences of the document they are.
    pub fn sentences(&self) -> Range<usize> {
        self.sentences.clone()
    }

    /// Returns the bytes of the text from the first sentence to the last.
    pub fn span(&self) -> Span {
        let [first, last] = [self.parts.first(), self.parts.last()]
            .map(|part| part.map_or(Span::new(0, 0), |(part, _)| part.span));
        Span::new(first.start, last.end)
    }

    /// Returns those of these entities, in order, that start in it.
    pub fn of<'e>(&self, entities: &'e [Entity]) -> &'e [Entity] {
        let span = self.span();
        let [first, last] = [span.start, span.end]
            .map(|byte| entities.partition_point(|entity| entity.span.start < byte));
        entities.get(first..last).unwrap_or_default()
    }

    /// Returns the names that the tags say, in order.
    pub fn names(&self) -> Vec<Entity> {
        let mut entities: Vec<Entity> = Vec::new();
        for (part, window) in &self.parts {
            let states = &self.states[*window];
            let heads = &self.encoder.model.heads;
            let starts = &part.starts[..part.words.len()];
            let tagged: Vec<_> = starts.iter().map(|&at| heads.tags(states.of(at))).collect();
            for name in head::names(&tagged) {
                let words = &part.words[name.words];
                let (Some(first), Some(last)) = (words.first(), words.last()) else {
                    continue;
                };
                // A character that is replaced by several can be the end of one word and the beginning of the next.
                let before = entities.last().map_or(0, |entity| entity.span.end);
                if first.span.start >= before {
                    entities.push(Entity {
                        span: Span::new(first.span.start, last.span.end),
                        label: self.encoder.labels[name.label].clone(),
                        score: name.score,
                    });
                }
            }
        }
        entities
    }

    /// Returns the logarithm of the probability of each tag of a token, bytes of the text: outside, then the beginning and
    /// the inside of each label (PER, LOC, ORG, MISC). That of a token of several words is the mean over its words, which
    /// are all within the name if the first is. `None` if no word is there.
    pub fn tags(&self, token: Span) -> Option<[f32; TAGS]> {
        let (part, window) = self.part(token.start)?;
        let words = part.words_in(token);
        let (first, count) = (words.start, words.len());
        let mut sums = [0.0; TAGS];
        for at in words {
            let state = self.states[window].of(part.starts[at]);
            let mut shares = head::shares(&self.encoder.model.heads.tags(state));
            if at > first || part.words[at].span.start < token.start {
                for begin in (1..TAGS).step_by(2) {
                    // What continues a word or a token continues the name.
                    let inside = if at > first {
                        shares[begin + 1]
                    } else {
                        shares[begin] + shares[begin + 1]
                    };
                    (shares[begin], shares[begin + 1]) = (inside, inside);
                }
            }
            for (sum, share) in sums.iter_mut().zip(shares) {
                *sum += share.max(LEAST_SHARE).ln();
            }
        }
        (count > 0).then(|| sums.map(|sum| sum / count as f32))
    }

    /// Returns the part in which a byte of the text is, and its window.
    fn part(&self, byte: usize) -> Option<(&Part, usize)> {
        let at = self
            .parts
            .partition_point(|(part, _)| part.span.end <= byte);
        let (part, window) = self.parts.get(at)?;
        (part.span.start <= byte).then_some((part, *window))
    }

    /// Adds the judgements of the stretch, and returns those of the names that are in it.
    fn judge(&self, mut names: Vec<Entity>, judged: &mut Judged) -> Vec<Entity> {
        for (part, window) in self.parts.iter().filter(|(part, _)| part.is_first) {
            let begin = self.states[*window].of(part.begin);
            judged.sentences.push(self.encoder.model.heads.tone(begin));
        }
        names.retain(|name| {
            let part = self.part(name.span.start);
            judged.entities.extend(
                part.map(|(part, window)| self.toward(part, &self.states[window], name.span)),
            );
            part.is_some()
        });
        names
    }

    /// Judges how a part shows a name.
    fn toward(&self, part: &Part, states: &States, name: Span) -> Probabilities {
        let words = part.words_in(name);
        let pieces = part.starts[words.start]..part.starts[words.end];
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
        self.encoder.model.heads.stance(&mean, begin)
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

    fn read(encoder: &Encoder, document: &Document) -> (Vec<Entity>, Judged) {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method is one of a certain lifetime"
        )]
        encoder.read(document, |stretch| stretch.names())
    }

    #[test]
    fn answers_are_those_of_python() {
        let encoder = load(Some(&folder()), Path::new("")).unwrap();
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

            let states = encoder
                .model
                .network
                .states(&windows[0].ids, &[part.pieces()]);
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
    fn an_answer_depends_on_its_sentence_alone() {
        let encoder = load(Some(&folder()), Path::new("")).unwrap();
        let long = "Die Bürgermeisterin grüßt Österreich. ".repeat(9);
        let texts = ["Nie, rief sie!", "Ada grüßt Köln.", long.trim_end(), "Nie!"];
        let together = read(&encoder, &document(&texts)).1;
        for (text, together) in texts.iter().zip(together.sentences) {
            let alone = read(&encoder, &document(&[text])).1;
            assert_eq!(alone.sentences, [together], "{text}");
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let encoder = load(Some(&folder()), Path::new("")).unwrap();
        let text = "Ada Müller grüßt Köln, sagte sie am 3. Mai.";
        let documents: Vec<Document> = (0..9).map(|size| document(&vec![text; size])).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| encoder.read_all(&documents, |document| read(&encoder, document)))
        };
        let one = run(1);
        assert_eq!(one, run(4));
        assert!(one.iter().any(|(names, _)| !names.is_empty()));
    }

    #[test]
    fn a_sentence_longer_than_a_window_is_read_in_parts() {
        let encoder = load(Some(&folder()), Path::new("")).unwrap();
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
        assert_eq!(read(&encoder, &document).1.sentences.len(), 3);
    }

    #[test]
    fn tags_of_a_token_are_those_of_its_words() {
        let encoder = load(Some(&folder()), Path::new("")).unwrap();
        let document = document(&["Ada grüßt Köln-Bonn."]);
        let text = document.text.as_str();
        let span = |part: &str| {
            let at = text.find(part).unwrap();
            Span::new(at, at + part.len())
        };
        encoder.read(&document, |stretch| {
            let tags = |part| stretch.tags(span(part)).unwrap();
            let [first, hyphen, last] = ["Köln", "-", "Bonn"].map(tags);
            for word in [first, hyphen, last] {
                let sum: f32 = word.iter().map(|log| log.exp()).sum();
                assert!((sum - 1.0).abs() < 1e-3, "{sum}");
            }
            let close = |found: f32, expected: f32| {
                assert!((found - expected).abs() < 1e-3, "{found} is {expected}");
            };
            // The name goes on in the words after the first.
            let whole = tags("Köln-Bonn");
            close(whole[0], (first[0] + hyphen[0] + last[0]) / 3.0);
            for begin in (1..TAGS).step_by(2) {
                let inside = begin + 1;
                let rest = hyphen[inside] + last[inside];
                close(whole[begin], (first[begin] + rest) / 3.0);
                close(whole[inside], (first[inside] + rest) / 3.0);
                // And in the rest of a word.
                let part = tags("öln")[begin];
                close(part, (first[begin].exp() + first[inside].exp()).ln());
                close(tags("öln")[inside], part);
            }
            assert_eq!(stretch.tags(span(" ")), None);
            assert_eq!(stretch.tags(Span::new(text.len(), text.len() + 1)), None);
            Vec::new()
        });
    }

    #[test]
    fn a_long_document_is_judged_in_stretches() {
        let encoder = load(Some(&folder()), Path::new("")).unwrap();
        let document = document(&vec!["Ada grüßt Köln."; TOGETHER + 90]);
        let sentences: Mutex<Vec<Range<usize>>> = Mutex::default();
        let (names, judged) = encoder.read(&document, |stretch| {
            sentences.lock().unwrap().push(stretch.sentences());
            let inside = &document.sentences[stretch.sentences()];
            assert_eq!(stretch.span().start, inside[0].start);
            assert_eq!(stretch.span().end, inside[inside.len() - 1].end);
            let name = |span: &Span| Entity {
                span: Span::new(span.start, span.start + 3),
                label: "PER".into(),
                score: 1.0,
            };
            // A name elsewhere is dropped.
            let mut names = vec![name(&Span::new(document.text.len() + 9, usize::MAX))];
            names.extend(inside.iter().map(name));
            names
        });
        let sentences = sentences.into_inner().unwrap();
        assert_eq!(sentences.len(), 2);
        assert_eq!(sentences[0].end, sentences[1].start);
        assert_eq!(sentences[1].end, document.sentences.len());
        assert_eq!(names.len(), document.sentences.len());
        assert_eq!(judged.entities.len(), document.sentences.len());
        assert_eq!(judged.sentences.len(), document.sentences.len());
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
