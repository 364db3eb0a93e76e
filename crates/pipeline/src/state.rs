//! Scheduled runs: only what is new or changed is processed, and each run finds its place.
//!
//! A run asks the state file what has to be done with each article, before any stage. The articles it has
//! done stand in a file beside its tables, which the journal covers too; they go into the state file when the
//! tables have their names. So a run that dies leaves the state as it was, and one that is resumed between the
//! two steps does the second again, which changes nothing.

use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use blattwerk_core::Document;
use blattwerk_state::{Content, Due, Entry, Key, Run, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Loaded;
use crate::journal::Identity;
use crate::{Error, Result, tables, utc};

/// Which articles a run processes, and where its tables go, if runs are scheduled.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The file that remembers what has been processed, made if it is missing. Without it (default) every run
    /// processes all it reads.
    pub file: Option<PathBuf>,
    /// Where the tables of a run go.
    pub tables: Tables,
}

/// Where the tables of a run with a state go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tables {
    /// Into a folder of their own within the output folder, named after the time: `20260102T030405Z`. (default)
    #[default]
    Folder,
    /// Into the tables of the output folder: rows of an article that is done again are replaced, those of the
    /// run come last.
    Append,
}

/// How many articles were due, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Increment {
    /// No run had them before.
    pub added: u64,
    /// They have another content.
    pub changed: u64,
    /// They have the same content, but config, models or version are others.
    pub redone: u64,
    /// They were left alone: their rows are those that they would get.
    pub unchanged: u64,
}

/// Returns the folder for the tables of a run, and lets them go into those that it adds to.
///
/// Without a state that is `output`; if each run has its own folder, one within it: that of an unfinished run, which
/// is gone on with or in the way, or a new one.
///
/// # Errors
///
/// If the folders or the state cannot be read, or the tables there are written in another way.
pub fn place(loaded: &mut Loaded, output: &Path) -> Result<PathBuf> {
    let config = &loaded.config.state;
    if config.file.is_none() {
        return Ok(output.to_owned());
    }
    if config.tables == Tables::Append {
        if appends(config, &loaded.root)? {
            if !output.join("run.json").exists() && !tables::has_unfinished(output) {
                return Err(Error::Occupied {
                    folder: output.to_owned(),
                    message: "expected the tables of the runs that the state remembers, found none; choose their \
                              folder, or begin with another state file"
                        .into(),
                });
            }
            tables::check_format(&loaded.settings, output)?;
            loaded.config.output.overwrite = true;
        }
        return Ok(output.to_owned());
    }
    let mut unfinished = Vec::new();
    match fs::read_dir(output) {
        Ok(entries) => {
            for entry in entries {
                let path = entry
                    .map_err(|source| Error::Read {
                        path: output.to_owned(),
                        source,
                    })?
                    .path();
                if tables::has_unfinished(&path) {
                    unfinished.push(path);
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => {
            return Err(Error::Read {
                path: output.to_owned(),
                source,
            });
        }
    }
    unfinished.sort();
    if let Some(path) = unfinished.pop() {
        // A new run is refused there, with what to do.
        return Ok(path);
    }
    let now = utc::seconds(SystemTime::now()).replace(['-', ':'], "");
    let mut path = output.join(&now);
    let mut number = 2;
    while path.exists() {
        path = output.join(format!("{now}-{number}"));
        number += 1;
    }
    Ok(path)
}

/// Tells whether the tables of a run go into those of runs before it.
fn appends(config: &Config, root: &Path) -> Result<bool> {
    let path = config.file.as_ref().map(|file| root.join(file));
    match path.filter(|path| config.tables == Tables::Append && path.exists()) {
        Some(path) => Ok(!State::runs(&path)?.is_empty()),
        None => Ok(false),
    }
}

/// The state file of a run.
pub(crate) struct Memory {
    state: State,
    tables: Tables,
    /// Whether runs before this one are in it.
    has_runs: bool,
}

impl Memory {
    /// Opens the state file that a config names, if it names one.
    pub(crate) fn open(config: &Config, root: &Path, identity: &Identity) -> Result<Option<Self>> {
        let Some(file) = &config.file else {
            return Ok(None);
        };
        let path = root.join(file);
        let state = State::open(&path, &identity.recipe())?;
        let has_runs = !State::runs(&path)?.is_empty();
        Ok(Some(Self {
            state,
            tables: config.tables,
            has_runs,
        }))
    }

    /// Tells whether the tables go into those of earlier runs.
    pub(super) fn appends(&self) -> bool {
        self.tables == Tables::Append && self.has_runs
    }

    /// Tells of each document whether it is due, with its entry.
    pub(crate) fn due<'a>(
        &self,
        documents: impl Iterator<Item = &'a Document>,
        counts: &mut Increment,
    ) -> Result<Vec<(bool, Entry)>> {
        let entries: Vec<Entry> = documents.map(entry).collect();
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

    /// Records a complete run with the articles in a file of entries.
    pub(crate) fn record(
        &mut self,
        folder: &Path,
        entries: &Path,
        record: &serde_json::Value,
    ) -> Result<()> {
        let read = |source| Error::Read {
            path: entries.to_owned(),
            source,
        };
        let file = File::open(entries).map_err(read)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let mut broken = None;
        let entries = std::iter::from_fn(|| {
            let mut bytes = [0; Entry::BYTES];
            match file.read_exact(&mut bytes) {
                Ok(()) => Some(Entry::from_bytes(&bytes)),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
                Err(error) => {
                    broken = Some(error);
                    None
                }
            }
        });
        let count = |pointer: &str| {
            let count = record.pointer(pointer);
            count.and_then(serde_json::Value::as_u64).unwrap_or(0)
        };
        let started = record["started"].as_str().unwrap_or_default();
        let run = Run {
            // Two runs into one folder differ by their time, two at one time by their folder.
            id: format!("{started} {}", folder.display()),
            folder: folder.display().to_string(),
            finished: utc::seconds(SystemTime::now()),
            added: count("/counts/increment/added"),
            changed: count("/counts/increment/changed"),
            redone: count("/counts/increment/redone"),
            unchanged: count("/counts/increment/unchanged"),
            failures: count("/counts/failures"),
        };
        self.state.record(&run, entries)?;
        broken.map_or(Ok(()), |error| Err(read(error)))
    }
}

/// Returns the runs in the state file of a config, the first one first.
///
/// # Errors
///
/// If the config names no state, or it cannot be read.
pub fn runs(loaded: &Loaded) -> Result<Vec<Run>> {
    let file = loaded.config.state.file.as_ref();
    let file = file.ok_or_else(|| Error::Setting {
        origin: "config".into(),
        key: "[state] file".into(),
        message: "expected the file that remembers runs, found none".into(),
    })?;
    Ok(State::runs(&loaded.root.join(file))?)
}

/// Returns what the rows of an article are made from.
fn entry(document: &Document) -> Entry {
    let fields = [&document.title, &document.date, &document.language].map(Option::as_deref);
    Entry {
        key: Key::new(&document.id),
        content: Content::new([Some(document.text.source())].into_iter().chain(fields)),
    }
}
