//! Weights as they were trained, with libtorch and the models of the crate `rust-bert`.
//!
//! As with rten, each batch runs on one thread, and several batches run at once.

use std::path::Path;

use blattwerk_core::{Error, Result};
use blattwerk_rust_bert::{Classifier, Fault};

use super::{Batch, Logits, Runtime, broken};
use crate::card::Task;

/// Opens a model, given its `config.json` and the file of its weights.
pub(crate) fn open(
    config: &Path,
    weights: &Path,
    task: Task,
    labels: usize,
) -> Result<Box<dyn Runtime>> {
    let task = match task {
        Task::Tokens => blattwerk_rust_bert::Task::Tokens,
        Task::Sequence | Task::Text => blattwerk_rust_bert::Task::Sequence,
    };
    let model = Classifier::open(&read(config)?, weights, task, labels);
    Ok(Box::new(
        model.map_err(|fault| refused(config, weights, fault))?,
    ))
}

/// Returns the content of a model's `config.json`.
pub(crate) fn read(config: &Path) -> Result<String> {
    std::fs::read_to_string(config).map_err(|source| Error::Read {
        path: config.to_owned(),
        source,
    })
}

/// Returns the error for a model that cannot be built, naming the file at fault.
pub(crate) fn refused(config: &Path, weights: &Path, fault: Fault) -> Error {
    match fault {
        Fault::Config(found) => Error::Model {
            name: config.display().to_string(),
            expected: "a model that `rust-bert` supports".into(),
            found,
        },
        Fault::Weights(found) => broken(weights, found),
    }
}

impl Runtime for Classifier {
    fn logits(&self, batch: &Batch) -> Result<Logits, String> {
        let size = [batch.rows, batch.length];
        let (shape, values) =
            Classifier::logits(self, size, &batch.ids, &batch.mask, &batch.types)?;
        Ok(Logits { shape, values })
    }

    fn at_once(&self, threads: usize) -> usize {
        threads
    }
}
