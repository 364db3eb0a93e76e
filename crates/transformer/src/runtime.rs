//! The trait of a runtime, which runs the forward pass of a model.

#[cfg(feature = "ort")]
pub(crate) mod ort;
#[cfg(feature = "rten")]
pub(crate) mod rten;
#[cfg(feature = "rust-bert")]
pub(crate) mod rust_bert;

use std::path::Path;

use blattwerk_core::Error;

/// Sequences of one length, ready for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// How many sequences there are.
    pub rows: usize,
    /// How many tokens each has, including those around the text (`[CLS]`, `</s>` …).
    pub length: usize,
    /// The ids of the tokens, row after row.
    pub ids: Vec<i32>,
    /// 1 for each token that the model should attend to, row after row.
    pub mask: Vec<i32>,
    /// The segment of each token, row after row.
    pub types: Vec<i32>,
}

/// The answer of a model: raw scores, with their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    /// `[rows, length, labels]` for a token classifier, `[rows, labels]` for a sequence classifier.
    pub shape: Vec<usize>,
    /// The scores, row after row.
    pub values: Vec<f32>,
}

/// What runs a model.
pub trait Runtime: Send + Sync {
    /// Returns the logits of a batch. The logits of a row depend on that row alone.
    ///
    /// # Errors
    ///
    /// The error of the runtime, as a phrase.
    fn logits(&self, batch: &Batch) -> Result<Logits, String>;

    /// Returns how many batches should run at the same time if there are `threads` threads.
    ///
    /// That is 1 for a runtime that distributes the work of a batch itself.
    fn at_once(&self, threads: usize) -> usize;
}

/// Returns the error for a model that the runtime cannot load.
pub(crate) fn broken(file: &Path, found: String) -> Error {
    Error::Model {
        name: file.display().to_string(),
        expected: "a model that the runtime can load".into(),
        found,
    }
}

/// The part of a batch that goes into an input of an ONNX file.
#[cfg(any(feature = "rten", feature = "ort"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// `input_ids`
    Ids,
    /// `attention_mask`
    Mask,
    /// `token_type_ids`
    Types,
}

#[cfg(any(feature = "rten", feature = "ort"))]
impl Input {
    /// Returns what goes into each input of a model, given their names; or what is wrong with them.
    pub(crate) fn all<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Self>, String> {
        let inputs = names.map(|name| match name {
            "input_ids" => Ok(Self::Ids),
            "attention_mask" => Ok(Self::Mask),
            "token_type_ids" => Ok(Self::Types),
            other => Err(format!(
                "the input `{other}`, which is not one of `input_ids`, `attention_mask`, `token_type_ids`"
            )),
        });
        let inputs = inputs.collect::<Result<Vec<_>, String>>()?;
        if !inputs.contains(&Self::Ids) {
            return Err("a model without the input `input_ids`".into());
        }
        Ok(inputs)
    }

    /// Returns the values of a batch that go into the input.
    pub(crate) fn of(self, batch: &Batch) -> &[i32] {
        match self {
            Self::Ids => &batch.ids,
            Self::Mask => &batch.mask,
            Self::Types => &batch.types,
        }
    }
}
