//! What can go wrong while a stage is built or while it runs.

use std::io;
use std::path::PathBuf;

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and where. A message for the user needs the whole chain of sources.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the user cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A line of a file is malformed.
    #[error("{}:{line}: expected {expected}, found {found}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What was expected there.
        expected: String,
        /// What was found.
        found: String,
    },

    /// A model is damaged, or made for another version.
    #[error("model {name}: expected {expected}, found {found}")]
    Model {
        /// The file, or the name of the embedded model.
        name: String,
        /// What was expected of the model.
        expected: String,
        /// What was found.
        found: String,
    },

    /// A config value is well-formed, but not valid for its key.
    #[error("`{key}`: expected {expected}, found {found}")]
    Setting {
        /// The key in the table of the stage.
        key: &'static str,
        /// Which values are valid.
        expected: String,
        /// The value that was given.
        found: String,
    },

    /// An article is not in the language that the config wants.
    #[error("expected the language `{expected}`, found `{found}`")]
    Language {
        /// The language in the config, as a code of ISO 639-1.
        expected: &'static str,
        /// The language of the text.
        found: &'static str,
    },

    /// A program of the user cannot be started.
    #[error("cannot start `{program}`")]
    Start {
        /// The program, as in the config.
        program: String,
        /// Why.
        source: io::Error,
    },

    /// A program of the user did not give a valid answer for a document.
    #[error("`{program}`: expected {expected}, found {found}")]
    Answer {
        /// The program, as in the config.
        program: String,
        /// What was expected.
        expected: String,
        /// What it answered.
        found: String,
    },
}
