//! What stops a run, before its first article or later.

use std::io;
use std::path::PathBuf;

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no complete run. The failure of a single article is an [`input::Failure`](crate::input::Failure).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A user's file or folder cannot be read.
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

    /// The config file is not TOML.
    #[error("{}: not a TOML file\n{message}", path.display())]
    Toml {
        /// The config file.
        path: PathBuf,
        /// The parser's message, which shows the place.
        message: String,
    },

    /// A setting is not `section.key=value`.
    #[error("{origin}: expected `section.key=value`, found `{found}`")]
    Assignment {
        /// Where the setting was given.
        origin: String,
        /// What was given.
        found: String,
    },

    /// A section or key does not exist, or its value has the wrong type.
    #[error("{origin}: {key}: {message}")]
    Setting {
        /// Where the value was given: a file with its line, a variable, a flag.
        origin: String,
        /// The section, and the key within it.
        key: String,
        /// What is wrong and what would be right.
        message: String,
    },

    /// A stage cannot be built: a list is missing, or a number is out of range.
    #[error("{origin}: [{section}]")]
    Build {
        /// Where the section or the key at fault was given.
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
        /// Why not, and what to do.
        message: String,
    },

    /// An unfinished run cannot be resumed: something that decides its tables has changed.
    #[error("{}: cannot resume the run started {started}: {differences}; undo the change, or start over with `--restart`", folder.display())]
    Changed {
        /// The output folder.
        folder: PathBuf,
        /// When the run started.
        started: String,
        /// What has changed.
        differences: String,
    },

    /// The run was stopped because too much failed.
    #[error(
        "stopped: {failures} of {items} failed, more than `--max-failures {most}` allows; see the failures table in the folder `unfinished`; `--resume` continues the run"
    )]
    TooManyFailures {
        /// Articles and pieces of the input that failed.
        failures: u64,
        /// Everything that was read.
        items: usize,
        /// What was allowed.
        most: String,
    },

    /// All articles failed, so it is the run that went wrong, not some of its articles.
    #[error(
        "all {failures} articles failed, the first at {first}; no table was written or replaced; see {}", table.display()
    )]
    AllFailed {
        /// Articles and pieces of the input that failed.
        failures: u64,
        /// Where the first of them is, and why it failed.
        first: String,
        /// The table of all failures.
        table: PathBuf,
    },

    /// The input does not have the position at which an unfinished run stopped.
    #[error("cannot resume reading {}", path.display())]
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
