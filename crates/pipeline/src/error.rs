//! What stops a run, before its first article or in its midst.

use std::io;
use std::path::PathBuf;

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no complete run. What fails a single article is an [`input::Failure`](crate::input::Failure).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder of the user's cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The output cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The config is no TOML.
    #[error("{}: not a TOML file\n{message}", path.display())]
    Toml {
        /// The config file.
        path: PathBuf,
        /// The parser's message, which shows the place.
        message: String,
    },

    /// A setting is not `table.key=value`.
    #[error("{origin}: expected `table.key=value`, found `{found}`")]
    Assignment {
        /// Where the setting stands.
        origin: String,
        /// What stands there.
        found: String,
    },

    /// A table or key does not exist, or its value is of the wrong kind.
    #[error("{origin}: {key}: {message}")]
    Setting {
        /// Where the value stands: a file with its line, a variable, a flag.
        origin: String,
        /// The table, and the key within it.
        key: String,
        /// What is wrong and what would be right.
        message: String,
    },

    /// What a section asks for cannot be built: a list is missing, a number makes no sense.
    #[error("{origin}: [{section}]")]
    Build {
        /// Where the section or the key at fault stands.
        origin: String,
        /// The section.
        section: &'static str,
        /// Why.
        source: blattwerk_core::Error,
    },

    /// The output folder is not free.
    #[error("{}: {message}", folder.display())]
    Occupied {
        /// The output folder.
        folder: PathBuf,
        /// By what, and what to do.
        message: String,
    },

    /// An unfinished run cannot go on, since it would be another one.
    #[error("{}: cannot go on with the run begun {started}: {differences}; put that right, or begin again with `--restart`", folder.display())]
    Changed {
        /// The output folder.
        folder: PathBuf,
        /// When the run began.
        started: String,
        /// What is different.
        differences: String,
    },

    /// So much failed that the run was stopped.
    #[error(
        "stopped: {failures} of {items} failed, more than `--max-failures {most}` allows; the failures table in the folder `unfinished` says why, and `--resume` goes on"
    )]
    TooManyFailures {
        /// Articles and pieces of the input that failed.
        failures: u64,
        /// Everything that was read.
        items: usize,
        /// What was allowed.
        most: String,
    },

    /// The input of an unfinished run has no place where it was left off.
    #[error("cannot go on in {}", path.display())]
    Place {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The state of scheduled runs cannot be used.
    #[error(transparent)]
    State(#[from] blattwerk_state::Error),
}

/// Returns an error and all its sources on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| {
        format!("{text}: {source}")
    })
}
