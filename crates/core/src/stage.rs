//! The trait that every stage implements.

use rayon::prelude::*;

use crate::{Asset, Document, Result};

/// A step of the pipeline: a function from a document to one layer.
///
/// A stage sees the layers of the stages before it and returns its own. It is deterministic: the same document
/// gives the same layer, on any thread. Every `Fn(&Document) -> Result<L>` is a stage.
pub trait Stage: Send + Sync {
    /// What the stage finds in a document.
    type Layer: Send;

    /// Returns the layer of one document.
    ///
    /// # Errors
    ///
    /// If this document cannot be processed; the run continues without it. No input causes a panic.
    fn process(&self, document: &Document) -> Result<Self::Layer>;

    /// Returns the layers of many documents, in their order.
    ///
    /// Documents are processed in parallel on the caller's thread pool. Backends that benefit from batches across
    /// documents override this.
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

/// A stage that is ready to run, with its assets.
pub struct Built<L> {
    /// The stage.
    pub stage: Box<dyn Stage<Layer = L>>,
    /// The model files and lists that it uses, for the record of the run.
    pub assets: Vec<Asset>,
}

impl<L> Built<L> {
    /// Returns a stage without assets.
    pub fn new(stage: impl Stage<Layer = L> + 'static) -> Self {
        Self {
            stage: Box::new(stage),
            assets: Vec::new(),
        }
    }

    /// Returns the stage with its layer converted.
    #[must_use]
    pub fn map<M: Send + 'static>(self, to: fn(L) -> M) -> Built<M>
    where
        L: Send + 'static,
    {
        Built {
            stage: Box::new(Mapped {
                stage: self.stage,
                to,
            }),
            assets: self.assets,
        }
    }

    /// Returns the stage with one more asset.
    #[must_use]
    pub fn with(mut self, asset: Asset) -> Self {
        self.assets.push(asset);
        self
    }
}

/// A stage whose layer is converted.
struct Mapped<L, M> {
    stage: Box<dyn Stage<Layer = L>>,
    to: fn(L) -> M,
}

impl<L: Send, M: Send> Stage for Mapped<L, M> {
    type Layer = M;

    fn process(&self, document: &Document) -> Result<M> {
        self.stage.process(document).map(self.to)
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<M>> {
        let layers = self.stage.process_all(documents).into_iter();
        layers.map(|layer| layer.map(self.to)).collect()
    }
}
