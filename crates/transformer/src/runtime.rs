//! The forward pass, behind one small trait.

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
    /// How many tokens each has, those of the frame (`[CLS]`, `</s>` …) included.
    pub length: usize,
    /// The ids of the tokens, row after row.
    pub ids: Vec<i32>,
    /// 1 where the model should look, row after row.
    pub mask: Vec<i32>,
    /// The segment of each token, row after row.
    pub types: Vec<i32>,
}

/// What a model answers: raw scores, with their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    /// `[rows, length, labels]` of a token classifier, `[rows, labels]` of a sequence classifier.
    pub shape: Vec<usize>,
    /// The scores, row after row.
    pub values: Vec<f32>,
}

/// What runs a model.
pub trait Runtime: Send + Sync {
    /// Returns the logits of a batch. The logits of a row hang on that row alone.
    ///
    /// # Errors
    ///
    /// What the runtime says, as a phrase.
    fn logits(&self, batch: &Batch) -> Result<Logits, String>;

    /// Returns how many batches gain from being run at the same time, where there are `threads` threads.
    ///
    /// 1 for a runtime that shares out the work of a batch by itself.
    fn at_once(&self, threads: usize) -> usize;
}

/// Says that a runtime cannot load a model.
pub(crate) fn broken(file: &Path, found: String) -> Error {
    Error::Model {
        name: file.display().to_string(),
        expected: "a model that the runtime can load".into(),
        found,
    }
}

/// What of a batch goes into an input of an ONNX file.
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
    /// Returns what goes into each of a model's inputs, given by their names; or what is wrong with them.
    pub(crate) fn all<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Self>, String> {
        let inputs = names.map(|name| match name {
            "input_ids" => Ok(Self::Ids),
            "attention_mask" => Ok(Self::Mask),
            "token_type_ids" => Ok(Self::Types),
            other => Err(format!(
                "the input `{other}`, which is none of `input_ids`, `attention_mask`, `token_type_ids`"
            )),
        });
        let inputs = inputs.collect::<Result<Vec<_>, String>>()?;
        if !inputs.contains(&Self::Ids) {
            return Err("one without the input `input_ids`".into());
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
