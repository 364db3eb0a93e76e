//! The state of scheduled runs: what was processed, so that a run processes only what is new or changed.
//!
//! Before any stage, a run asks the state file whether each article is due. The articles it has processed are
//! listed in a file beside its tables, which the journal covers too, and are recorded in the state file when the
//! tables have their names. So a run that dies leaves the state unchanged, and one that is resumed between the
//! two steps repeats the second, which changes nothing.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use blattwerk_core::Document;
use blattwerk_state::{Content, Due, Key, Processed, Run, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::input::path_text;
use crate::lock::{Lock, Refused};
use crate::record::{Increment, Record};
use crate::{Error, Result, utc};

/// Which articles a run processes, and where its tables go, if runs are scheduled.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The file that remembers what has been processed; it is created if it is missing. Without it (default), every
    /// run processes everything it reads.
    #[schemars(example = "state.sqlite")]
    pub file: Option<PathBuf>,
    /// Where the tables of a run go.
    pub tables: Tables,
}

/// Where the tables of a run with a state go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tables {
    /// In a folder of their own within the output folder, named after the time in UTC: `20260102T030405Z`.
    #[default]
    Folder,
    /// In the tables of the output folder: the rows of an article that is processed again are replaced, those of the
    /// run are added at the end.
    Append,
}

/// The state file of a run.
pub(crate) struct Memory {
    state: State,
    tables: Tables,
    /// Whether it lists earlier runs.
    has_runs: bool,
    /// Of two runs at once, both would process what is new.
    _lock: StateLock,
}

/// The lock of a state file, whose own file is removed with it.
struct StateLock {
    path: PathBuf,
    _lock: Lock,
}

impl StateLock {
    fn take(state: &Path) -> Result<Self> {
        let path = beside(state, LOCK);
        let lock = Lock::take(&path).map_err(|refused| match refused {
            Refused::Held(holder) => Error::Occupied {
                folder: state.to_owned(),
                message: format!(
                    "another run uses this state file ({holder}); wait for it, or choose another state file"
                ),
            },
            Refused::Io(source) => Error::Write {
                path: path.clone(),
                source,
            },
        })?;
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for StateLock {
    fn drop(&mut self) {
        // If it cannot be removed, the next run takes it over.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What is added to the name of a state file for that of its lock.
const LOCK: &str = ".lock";

/// Returns the files that may lie beside a state file while it is used, and itself.
pub(crate) fn files(state: &Path) -> impl Iterator<Item = PathBuf> {
    let suffixes = ["", "-wal", "-shm", "-journal", LOCK];
    suffixes.into_iter().map(|suffix| beside(state, suffix))
}

fn beside(state: &Path, suffix: &str) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

impl Memory {
    /// Opens the state file that a config names, if it names one.
    pub(crate) fn open(config: &Config, root: &Path, identity: &Identity) -> Result<Option<Self>> {
        let Some(file) = &config.file else {
            return Ok(None);
        };
        let path = root.join(file);
        let lock = StateLock::take(&path)?;
        let state = State::open(&path, &identity.recipe())?;
        let has_runs = !State::runs(&path)?.is_empty();
        Ok(Some(Self {
            state,
            tables: config.tables,
            has_runs,
            _lock: lock,
        }))
    }

    /// Returns whether the rows are added to the tables of earlier runs.
    pub(crate) fn appends(&self) -> bool {
        self.tables == Tables::Append && self.has_runs
    }

    /// Returns for each document whether it is due, with its entry.
    pub(crate) fn due<'a>(
        &self,
        documents: impl Iterator<Item = &'a Document>,
        counts: &mut Increment,
    ) -> Result<Vec<(bool, Processed)>> {
        let entries: Vec<Processed> = documents.map(entry).collect();
        let due = self.state.due(&entries)?;
        let counted = due.iter().zip(entries).map(|(due, entry)| {
            *match due {
                Due::Added => &mut counts.added,
                Due::Changed => &mut counts.changed,
                Due::Redone => &mut counts.redone,
                Due::Unchanged => &mut counts.unchanged,
            } += 1;
            (*due != Due::Unchanged, entry)
        });
        Ok(counted.collect())
    }

    /// Records a complete run, with the articles listed in a file of entries.
    pub(crate) fn record(&mut self, folder: &Path, entries: &Path, record: &Record) -> Result<()> {
        let read = |source| Error::Read {
            path: entries.to_owned(),
            source,
        };
        let file = File::open(entries).map_err(read)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let mut broken = None;
        let entries = std::iter::from_fn(|| {
            let mut bytes = [0; Processed::BYTES];
            match file.read_exact(&mut bytes) {
                Ok(()) => Some(Processed::from_bytes(&bytes)),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
                Err(error) => {
                    broken = Some(error);
                    None
                }
            }
        });
        let Increment {
            added,
            changed,
            redone,
            unchanged,
        } = record.counts.increment.unwrap_or_default();
        let started = &record.started;
        let run = Run {
            // Two runs in one folder differ in their time, two at the same time in their folder.
            id: format!("{started} {}", path_text::of(folder)),
            folder: path_text::of(folder),
            finished: utc::seconds(SystemTime::now()),
            added,
            changed,
            redone,
            unchanged,
            failures: record.counts.failures,
        };
        self.state.record(&run, entries)?;
        broken.map_or(Ok(()), |error| Err(read(error)))
    }
}

/// Returns the entry of a document: a hash of everything its rows are made from.
fn entry(document: &Document) -> Processed {
    let fields = [
        &document.title,
        &document.date,
        &document.language,
        &document.url,
        &document.outlet,
    ];
    let fields = fields.map(Option::as_deref);
    Processed {
        key: Key::new(&document.id),
        content: Content::new([Some(document.text.source())].into_iter().chain(fields)),
    }
}
