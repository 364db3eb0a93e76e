//! The journal: how far a run has come, so that it can be resumed after whatever stopped it.
//!
//! It is a file of lines in the folder of the unfinished run. The first line is the identity of the run: everything
//! that decides its tables. Each further line is a checkpoint: a position between two chunks of the input,
//! the length of every table there, and everything that is counted or remembered from chunk to chunk. The last
//! line of a finished run says that it is complete, since moving many tables to their names is not atomic either.
//!
//! A checkpoint is written when everything it refers to is on disk. Each line starts with a hash of the
//! rest, so a line that was being written when the power failed is recognized and ignored.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::file::Length;
use crate::identity::Identity;
use crate::input::Position;
use crate::record::{Progress, Time};
use crate::{Error, Result};

/// The name of the journal.
pub(crate) const FILE: &str = "journal.jsonl";

/// How many hexadecimal digits of the hash stand before a line.
const DIGITS: usize = 16;

/// Everything that a run carries over from chunk to chunk, except what is in files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Carried {
    /// Articles and failures that were read, including those of other shares.
    pub(crate) items: usize,
    /// Those of them that were taken.
    pub(crate) taken: usize,
    /// The position in the input after them.
    pub(crate) position: Position,
    pub(crate) progress: Progress,
    pub(crate) times: Vec<Time>,
    pub(crate) seconds: f64,
    pub(crate) waited_for_input: Duration,
    pub(crate) waited_for_output: Duration,
    /// The time spent on the journal, up to the previous entry.
    #[serde(default)]
    pub(crate) journalled: Duration,
}

/// A point from which a run can be resumed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) state: Carried,
    /// The tables, in their order.
    pub(crate) tables: Vec<Length>,
    /// The bytes of the file of ids.
    pub(crate) ids: u64,
    /// The bytes of the index.
    pub(crate) index: u64,
    /// The bytes of the file of processed articles, for the state.
    #[serde(default)]
    pub(crate) done: u64,
}

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run {
        identity: Box<Identity>,
        /// When it started, in UTC.
        started: String,
    },
    Checkpoint(Box<Checkpoint>),
    Complete,
}

/// A journal that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) identity: Identity,
    /// When the run started, in UTC.
    pub(crate) started: String,
    pub(crate) last: Checkpoint,
    /// Whether all tables are complete, and only have to be moved to their names.
    pub(crate) is_complete: bool,
    /// The bytes up to the end of the last complete line.
    len: u64,
}

impl Found {
    /// Returns when the run started, to the second.
    pub(crate) fn started_at(&self) -> String {
        let seconds = self.started.split('.').next().unwrap_or_default();
        format!("{}Z", seconds.trim_end_matches('Z'))
    }

    /// Reads the journal of a folder, up to the last complete line. Returns none if there is no journal, or
    /// it has no checkpoint.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let mut lines = content.split_inclusive(|byte| *byte == b'\n');
        let Some((Line::Run { identity, started }, first)) = lines.next().and_then(parsed) else {
            return Ok(None);
        };
        let (mut len, mut last, mut is_complete) = (first, None, false);
        while let Some((line, bytes)) = lines.next().and_then(parsed) {
            match line {
                Line::Checkpoint(checkpoint) => last = Some(*checkpoint),
                Line::Complete => is_complete = true,
                Line::Run { .. } => break,
            }
            len += bytes;
        }
        Ok(last.map(|last| Self {
            identity: *identity,
            started,
            last,
            is_complete,
            len,
        }))
    }
}

/// Returns whether an error means that a file does not exist, or that its folder is not a folder.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Returns the content of a line, and its length in bytes; none if it is not complete.
fn parsed(line: &[u8]) -> Option<(Line, u64)> {
    let content = line.strip_suffix(b"\n")?;
    let (hash, json) = content.split_at_checked(DIGITS)?;
    let json = json.strip_prefix(b" ")?;
    let is_whole = digits(json).as_bytes() == hash;
    let line_len = line.len() as u64;
    is_whole.then(|| Some((serde_json::from_slice(json).ok()?, line_len)))?
}

fn digits(json: &[u8]) -> String {
    let hash = blake3::hash(json).to_hex();
    hash.chars().take(DIGITS).collect()
}

/// The journal of the current run.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Starts a journal. The run cannot be resumed before its first checkpoint.
    pub(crate) fn create(folder: &Path, identity: Identity, started: String) -> Result<Self> {
        let path = folder.join(FILE);
        let file = File::create(&path);
        let file = file.map_err(|source| Error::Write {
            path: path.clone(),
            source,
        })?;
        let mut journal = Self { path, file };
        journal.append(&Line::Run {
            identity: Box::new(identity),
            started,
        })?;
        Ok(journal)
    }

    /// Continues after the last complete line.
    pub(crate) fn resume(folder: &Path, found: &Found) -> Result<Self> {
        let path = folder.join(FILE);
        let open = || {
            let file = File::options().append(true).open(&path)?;
            file.set_len(found.len)?;
            Ok(file)
        };
        match open() {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Adds a checkpoint, whose tables must be on disk; it is on disk when this returns.
    pub(crate) fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<()> {
        self.append(&Line::Checkpoint(Box::new(checkpoint)))
    }

    /// Notes that all tables are complete.
    pub(crate) fn complete(&mut self) -> Result<()> {
        self.append(&Line::Complete)
    }

    fn append(&mut self, line: &Line) -> Result<()> {
        let json = serde_json::to_string(line).expect("a line is JSON in all its parts");
        let line = format!("{} {json}\n", digits(json.as_bytes()));
        let written = self.file.write_all(line.as_bytes());
        written
            .and_then(|()| self.file.sync_data())
            .map_err(|source| Error::Write {
                path: self.path.clone(),
                source,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(items: usize) -> Checkpoint {
        Checkpoint {
            state: Carried {
                items,
                seconds: 0.1,
                ..Carried::default()
            },
            ..Checkpoint::default()
        }
    }

    fn begun(folder: &Path) -> Journal {
        Journal::create(folder, Identity::empty(), "2026-01-01T00:00:00Z".into()).unwrap()
    }

    fn items(folder: &Path) -> Option<usize> {
        let found = Found::read(folder).unwrap();
        found.map(|found| found.last.state.items)
    }

    #[test]
    fn the_last_whole_line_counts_wherever_writing_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let path = folder.join(FILE);
        assert_eq!(items(folder), None);
        let mut journal = begun(folder);
        assert_eq!(items(folder), None, "there is nothing to resume");
        let mut lens = Vec::new();
        for at in 1..=3 {
            journal.checkpoint(checkpoint(at)).unwrap();
            lens.push(fs::read(&path).unwrap().len());
        }
        let whole = fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            let whole_lines = lens.iter().filter(|len| **len <= cut).count();
            // Cut, and also as a file system leaves it that had the length on disk but not the content.
            for rest in [0, 40] {
                let mut left = whole[..cut].to_vec();
                left.resize(cut + rest, 0);
                fs::write(&path, left).unwrap();
                assert_eq!(items(folder).unwrap_or(0), whole_lines, "{cut} bytes");
            }
        }
    }

    #[test]
    fn what_follows_a_torn_line_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut journal = begun(folder);
        journal.checkpoint(checkpoint(1)).unwrap();
        let path = folder.join(FILE);
        let mut torn = fs::read(&path).unwrap();
        torn.extend(b"0123456789abcdef {\"chec");
        fs::write(&path, torn).unwrap();
        let found = Found::read(folder).unwrap().unwrap();
        let mut journal = Journal::resume(folder, &found).unwrap();
        journal.checkpoint(checkpoint(2)).unwrap();
        assert_eq!(items(folder), Some(2));
        journal.complete().unwrap();
        let found = Found::read(folder).unwrap().unwrap();
        assert!(found.is_complete);
        assert_eq!(found.identity, Identity::empty());
    }
}
