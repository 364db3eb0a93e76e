//! What can go wrong in a stage, while it is built or while it runs.

use std::io;
use std::path::PathBuf;

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with its place. The whole chain of sources is needed for the whole story.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the user's cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A line of a file is not what it should be.
    #[error("{}:{line}: expected {expected}, found {found}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },

    /// A model is damaged, or made for another version.
    #[error("model {name}: expected {expected}, found {found}")]
    Model {
        /// The file, or the name of the embedded model.
        name: String,
        /// What the model should hold.
        expected: String,
        /// What it holds.
        found: String,
    },

    /// A config value is well-formed, but no value of this key.
    #[error("`{key}`: expected {expected}, found {found}")]
    Setting {
        /// The key within the stage's table.
        key: &'static str,
        /// What values there are.
        expected: String,
        /// The value.
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

    /// A program of the user's cannot be started.
    #[error("cannot start `{program}`")]
    Start {
        /// The program, as in the config.
        program: String,
        /// Why.
        source: io::Error,
    },

    /// A program of the user's did not answer a document as it should.
    #[error("`{program}`: expected {expected}, found {found}")]
    Answer {
        /// The program, as in the config.
        program: String,
        /// What it should have answered.
        expected: String,
        /// What it did.
        found: String,
    },
}
