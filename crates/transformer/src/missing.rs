//! Stand-ins for a build without a runtime: nothing can be loaded, and the message says which feature to build.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use blattwerk_core::{Asset, Result, Span};

use crate::Config;

/// A labelled span of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text.
    pub span: Span,
    /// The label.
    pub label: Arc<str>,
    /// A probability.
    pub score: f32,
}

/// A model that finds labelled spans in texts. This build has none.
pub struct TokenClassifier(Infallible);

impl TokenClassifier {
    /// Always fails.
    ///
    /// # Errors
    ///
    /// Always; the message says which cargo feature to build.
    pub fn load(config: &Config, _: &Path) -> Result<Self> {
        Err(config.runtime.missing())
    }

    /// Returns the files that the model was loaded from.
    pub fn assets(&self) -> &[Asset] {
        match self.0 {}
    }

    /// Finds the labelled spans of each text.
    pub fn find(&self, _: &[&str]) -> Vec<Result<Vec<Found>>> {
        match self.0 {}
    }
}

/// A model that classifies whole texts. This build has none.
pub struct SequenceClassifier(Infallible);

impl SequenceClassifier {
    /// Always fails.
    ///
    /// # Errors
    ///
    /// Always; the message says which cargo feature to build.
    pub fn load(config: &Config, _: &Path) -> Result<Self> {
        Err(config.runtime.missing())
    }

    /// Returns the files that the model was loaded from.
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
