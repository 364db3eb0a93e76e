//! A build without any runtime: nothing can be loaded, and a message says what to build.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use blattwerk_core::{Asset, Result, Span};

use crate::Config;

/// A labelled piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text.
    pub span: Span,
    /// The label.
    pub label: Arc<str>,
    /// A probability.
    pub score: f32,
}

/// A model that finds labelled pieces in texts. This build has none.
pub struct TokenClassifier(Infallible);

impl TokenClassifier {
    /// Loads no model.
    ///
    /// # Errors
    ///
    /// Always; it says which cargo feature to build.
    pub fn load(config: &Config, _: &Path) -> Result<Self> {
        Err(config.runtime.missing())
    }

    /// Returns the files that it was loaded from.
    pub fn assets(&self) -> &[Asset] {
        match self.0 {}
    }

    /// Finds the labelled pieces of each text.
    pub fn find(&self, _: &[&str]) -> Vec<Result<Vec<Found>>> {
        match self.0 {}
    }
}

/// A model that judges whole texts. This build has none.
pub struct SequenceClassifier(Infallible);

impl SequenceClassifier {
    /// Loads no model.
    ///
    /// # Errors
    ///
    /// Always; it says which cargo feature to build.
    pub fn load(config: &Config, _: &Path) -> Result<Self> {
        Err(config.runtime.missing())
    }

    /// Returns the files that it was loaded from.
    pub fn assets(&self) -> &[Asset] {
        match self.0 {}
    }

    /// Returns the names of the labels.
    pub fn labels(&self) -> &[Arc<str>] {
        match self.0 {}
    }

    /// Returns the probabilities of the labels for each text.
    pub fn judge(&self, _: &[&str]) -> Vec<Result<Vec<f32>>> {
        match self.0 {}
    }
}
