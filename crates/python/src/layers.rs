//! Configs and errors, as Python gives and gets them.

use std::path::PathBuf;

use blattwerk_pipeline::config::Loaded;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Returns an error with all its causes as a `ValueError`.
pub(crate) fn value_error(error: &dyn std::error::Error) -> PyErr {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    PyValueError::new_err(text)
}

/// The layers of a config: a file with its text, variables of the environment, settings as `section.key=value`.
#[derive(FromPyObject)]
pub(crate) struct Layers {
    pub(crate) file: Option<(PathBuf, String)>,
    environment: Vec<(String, String)>,
    settings: Vec<String>,
}

impl Layers {
    /// Reads all keys and values.
    pub(crate) fn load(&self) -> PyResult<Loaded> {
        let file = self
            .file
            .as_ref()
            .map(|(path, text)| (path.as_path(), text.as_str()));
        Loaded::with_text(file, self.environment.clone(), "setting", &self.settings)
            .map_err(|error| value_error(&error))
    }
}
