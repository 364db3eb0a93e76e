//! The forward pass, behind one small trait.

#[cfg(feature = "rten")]
pub(crate) mod rten;

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
