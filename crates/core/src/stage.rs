//! What a stage is.

use rayon::prelude::*;

use crate::{Asset, Document, Result};

/// A step of the pipeline: a function from a document to one layer.
///
/// A stage sees the layers that were made before it and returns its own. The same document gives the same
/// layer, whoever asks and on whatever thread. Every `Fn(&Document) -> Result<L>` is a stage.
pub trait Stage: Send + Sync {
    /// What the stage finds in a document.
    type Layer: Send;

    /// Returns the layer of one document.
    ///
    /// # Errors
    ///
    /// If this document cannot be processed; the run goes on without it. Input never panics.
    fn process(&self, document: &Document) -> Result<Self::Layer>;

    /// Returns the layers of many documents, in their order.
    ///
    /// It works in parallel on the pool of the caller. Backends that gain from batches across documents
    /// override it.
    fn process_all(&self, documents: &[Document]) -> Vec<Result<Self::Layer>> {
        documents
            .par_iter()
            .map(|document| self.process(document))
            .collect()
    }
}

impl<L: Send, F: Fn(&Document) -> Result<L> + Send + Sync> Stage for F {
    type Layer = L;

    fn process(&self, document: &Document) -> Result<L> {
        self(document)
    }
}

/// A stage that is ready to run, with what it was built from.
pub struct Built<L> {
    /// The stage.
    pub stage: Box<dyn Stage<Layer = L>>,
    /// The model files and lists it holds, for the record of the run.
    pub assets: Vec<Asset>,
}

impl<L> Built<L> {
    /// Returns a stage that needs no model and no list.
    pub fn new(stage: impl Stage<Layer = L> + 'static) -> Self {
        Self {
            stage: Box::new(stage),
            assets: Vec::new(),
        }
    }

    /// Returns the stage with one more asset.
    #[must_use]
    pub fn with(mut self, asset: Asset) -> Self {
        self.assets.push(asset);
        self
    }
}
