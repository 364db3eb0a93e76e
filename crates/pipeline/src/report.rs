//! What a person looks at: one HTML page made from the tables of a run, and one article or name in a terminal.
//!
//! Everything is read from the tables and `run.json`, so any complete run has a report: merged, appended, retried, in any format of
//! tables, with any stages off. The same run gives the same bytes.

mod alerts;
mod article;
mod chart;
mod collect;
mod failures;
mod language;
mod mentions;
mod number;
mod page;
mod text;
mod words;

use std::path::Path;

pub use self::article::{Article, Fate, Piece, article};
pub use self::language::Language;
pub use self::mentions::{Found, Mention, mentions};
pub use self::page::Options;
pub use crate::output::REPORT;

use crate::{Error, Result};

/// Returns the report of the complete run in a folder as an HTML page.
///
/// # Errors
///
/// If there is no complete run in the folder, or its tables cannot be read.
pub fn html(folder: &Path, options: &Options) -> Result<String> {
    Ok(page::render(&collect::collect(folder)?, options))
}

/// Writes a page to a file, which is complete or not there.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write(path: &Path, page: &str) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".unfinished");
    let written = std::fs::write(&beside, page).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|source| {
        let _ = std::fs::remove_file(&beside);
        Error::Write {
            path: path.to_owned(),
            source,
        }
    })
}
