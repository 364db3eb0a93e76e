//! Texts to logits: tokens, windows, batches, the forward pass, and back.
//!
//! All sequences of a batch have the same length, so nothing is padded. That is as fast as padding to the
//! longest, since a chunk of articles has many sentences of each length, and it makes the answer for a text
//! independent of its neighbours: padding changes the order in which numbers are summed. Dynamically quantized
//! models scale the numbers of a whole batch, so their rows do depend on their neighbours; this is detected when
//! such a model is loaded, and its batches have one row.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use blattwerk_core::{Error, Result, Span};
use rayon::prelude::*;

use crate::card::Task;
use crate::runtime::{Batch, Logits, Runtime};
use crate::tokens::{Splitter, Tokens};
use crate::window::{Window, windows};

/// The maximum number of tokens in a batch; a longer sequence is a batch of its own.
const BATCH_TOKENS: usize = 1024;

/// The maximum number of sequences in a batch.
pub(crate) const MAX_ROWS: usize = 32;

/// The text that a model is tested on.
const TRIAL: &str = "Die Bürgermeisterin von Köln, Ada Müller, sagte: „Ja.“";

/// A model with its tokenizer.
pub(crate) struct Encoder {
    pub(crate) splitter: Splitter,
    pub(crate) runtime: Box<dyn Runtime>,
    pub(crate) task: Task,
    /// How many labels the model has.
    pub(crate) labels: usize,
    /// The maximum number of tokens in a sequence, including those around the text.
    pub(crate) max_tokens: usize,
    /// The maximum number of sequences in a batch.
    pub(crate) max_rows: usize,
    /// The file of the model, for messages.
    pub(crate) name: String,
}

/// The answer of the model for a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// The spans of the tokens.
    pub(crate) spans: Vec<Span>,
    /// For a token classifier, the logits of all tokens; for a sequence classifier, those of each window.
    pub(crate) logits: Vec<f32>,
    /// How many tokens each window owns.
    pub(crate) owned: Vec<usize>,
}

/// A sequence that the model reads.
struct Sequence {
    ids: Vec<i32>,
    window: Window,
}

impl Encoder {
    /// Returns the answer of the model for each text.
    pub(crate) fn answer(&self, texts: &[&str]) -> Vec<Result<Answer>> {
        let room = self.max_tokens - self.splitter.frame();
        let mut tokens: Vec<Result<Tokens>> = texts
            .par_iter()
            .map(|text| self.splitter.split(text))
            .collect();
        let mut sequences = Vec::new();
        // Where the sequences of each text end.
        let mut ends = Vec::with_capacity(texts.len());
        for tokens in &tokens {
            if let Ok(tokens) = tokens {
                sequences.extend(windows(tokens.ids.len(), room).into_iter().map(|window| {
                    Sequence {
                        ids: self.splitter.framed(&tokens.ids[window.reads.clone()]),
                        window,
                    }
                }));
            }
            ends.push(sequences.len());
        }

        let mut logits = self.run(&sequences).into_iter();
        let mut sequences = sequences.into_iter();
        let mut at = 0;
        ends.into_iter()
            .zip(tokens.drain(..))
            .map(|(end, tokens)| {
                let parts: Vec<_> = logits.by_ref().take(end - at).collect();
                let windows: Vec<_> = sequences.by_ref().take(end - at).collect();
                at = end;
                let mut answer = Answer {
                    spans: tokens?.spans,
                    logits: Vec::new(),
                    owned: Vec::with_capacity(parts.len()),
                };
                for (part, Sequence { window, .. }) in parts.into_iter().zip(windows) {
                    let part = part?;
                    answer.owned.push(window.owns.len());
                    if self.task == Task::Tokens {
                        let first = self.splitter.offset() + window.owns.start - window.reads.start;
                        let last = first + window.owns.len();
                        answer
                            .logits
                            .extend_from_slice(&part[first * self.labels..last * self.labels]);
                    } else {
                        answer.logits.extend(part);
                    }
                }
                Ok(answer)
            })
            .collect()
    }

    /// Tests whether the answers of the rows of a batch depend on each other; if so, batches get one row.
    ///
    /// # Errors
    ///
    /// If the answer of the model is not valid.
    pub(crate) fn settle_rows(&mut self) -> Result<()> {
        let tokens = self.splitter.split(TRIAL)?.ids;
        let room = self.max_tokens - self.splitter.frame();
        for (length, most) in [(3, MAX_ROWS), (17, 4), (room, 4)] {
            let length = length.min(room);
            // No more rows than a batch has. Each has the same tokens, rotated by one more.
            let rows = (BATCH_TOKENS / (length + self.splitter.frame())).clamp(1, most);
            let sequences: Vec<Sequence> = (0..rows)
                .map(|turn| {
                    let ids = tokens.iter().copied().cycle().skip(turn);
                    let ids: Vec<i32> = ids.take(length).collect();
                    Sequence {
                        window: Window {
                            reads: 0..ids.len(),
                            owns: 0..ids.len(),
                        },
                        ids: self.splitter.framed(&ids),
                    }
                })
                .collect();
            let all: Vec<usize> = (0..rows).collect();
            let together = self.run_together(&sequences, &all)?;
            for (index, together) in together.into_iter().enumerate() {
                if self.run_together(&sequences, &[index])? != [together] {
                    self.max_rows = 1;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Returns the logits of each sequence.
    fn run(&self, sequences: &[Sequence]) -> Vec<Result<Vec<f32>>> {
        let batches = batches(
            sequences.iter().map(|sequence| sequence.ids.len()),
            self.max_rows,
        );
        let results: Vec<Mutex<Option<Result<Vec<f32>>>>> =
            sequences.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                for (&index, result) in batch.iter().zip(self.run_batch(sequences, batch)) {
                    *results[index]
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            }
        };
        // Temporary threads, no more than the caller's pool has: a thread of a pool that waits for a runtime would
        // start the next batch, and so on, until all batches are started.
        let threads = self
            .runtime
            .at_once(rayon::current_num_threads())
            .min(batches.len());
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        results
            .into_iter()
            .map(|result| {
                let result = result.into_inner().unwrap_or_else(PoisonError::into_inner);
                result.expect("each sequence is in a batch")
            })
            .collect()
    }

    /// Runs a batch; if that fails, runs its sequences one by one, so that only the one at fault has no answer.
    fn run_batch(&self, sequences: &[Sequence], batch: &[usize]) -> Vec<Result<Vec<f32>>> {
        match self.run_together(sequences, batch) {
            Ok(rows) => rows.into_iter().map(Ok).collect(),
            Err(error) if batch.len() == 1 => vec![Err(error)],
            Err(_) => batch
                .iter()
                .map(|&index| {
                    self.run_together(sequences, &[index])
                        .map(|rows| rows.into_iter().flatten().collect())
                })
                .collect(),
        }
    }

    /// Runs sequences of the same length together.
    fn run_together(&self, sequences: &[Sequence], batch: &[usize]) -> Result<Vec<Vec<f32>>> {
        let rows = batch.len();
        let length = sequences[batch[0]].ids.len();
        let ids = batch
            .iter()
            .flat_map(|&index| &sequences[index].ids)
            .copied()
            .collect();
        let batch = Batch {
            rows,
            length,
            ids,
            mask: vec![1; rows * length],
            types: vec![0; rows * length],
        };
        let refuse = |expected: String, found: String| Error::Model {
            name: self.name.clone(),
            expected,
            found,
        };
        let Logits { shape, values } =
            catch_unwind(AssertUnwindSafe(|| self.runtime.logits(&batch)))
                .unwrap_or_else(|_| Err("a panic in the runtime".into()))
                .map_err(|found| refuse("an answer".into(), found))?;
        let expected = if self.task == Task::Tokens {
            vec![rows, length, self.labels]
        } else {
            vec![rows, self.labels]
        };
        if shape != expected || values.len() != expected.iter().product::<usize>() {
            return Err(refuse(
                format!(
                    "logits of the shape {expected:?}, for {} labels",
                    self.labels
                ),
                format!("{shape:?}"),
            ));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(refuse("finite logits".into(), value.to_string()));
        }
        Ok(values
            .chunks(values.len() / rows)
            .map(<[f32]>::to_vec)
            .collect())
    }
}

/// Groups sequences, given by their lengths, into batches of equal length, longest first.
fn batches(lengths: impl Iterator<Item = usize>, max_rows: usize) -> Vec<Vec<usize>> {
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, length) in lengths.enumerate() {
        by_length.entry(length).or_default().push(index);
    }
    by_length
        .into_iter()
        .rev()
        .flat_map(|(length, members)| {
            let rows = (BATCH_TOKENS / length.max(1)).clamp(1, max_rows);
            members
                .chunks(rows)
                .map(<[usize]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_one_length_and_not_too_many_tokens() {
        let lengths = [3, 512, 3, 7, 512, 512, 2000, 3];
        let found = batches(lengths.into_iter(), 10);
        assert_eq!(
            found,
            [vec![6], vec![1, 4], vec![5], vec![3], vec![0, 2, 7]]
        );
    }
}
