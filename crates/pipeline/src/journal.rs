//! The journal: how far a run is, so that it can go on after whatever stopped it.
//!
//! A file of lines in the folder of the unfinished run. The first says what run it is: everything that
//! decides what the tables hold. Each further one is a checkpoint: a place between two chunks of the input,
//! the length of every table there, and all that is counted or remembered from chunk to chunk. The last
//! line of a finished run says so, since giving many tables their names is not one step either.
//!
//! A checkpoint is written when everything it speaks of is on disk. Each line starts with a hash of the
//! rest, so one that was being written when the power failed shows itself and does not count.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::input::{Position, Share};
use crate::run::{InputRecord, ModelRecord, Progress, Time};
use crate::{Error, Result};

/// The name of the journal.
pub(crate) const FILE: &str = "journal.jsonl";

/// How many hexadecimal digits of the hash stand before a line.
const DIGITS: usize = 16;

/// What the version of a merge ends with.
const MERGE: &str = " (merge)";

/// How many differences are named.
const NAMED: usize = 5;

/// What decides the bytes of all tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The version of blattwerk.
    pub(crate) version: String,
    /// The settings that count, as they were merged.
    pub(crate) settings: Json,
    /// The models and lists of each stage.
    pub(crate) models: BTreeMap<String, Vec<ModelRecord>>,
    /// After how many articles and failures reading stops.
    pub(crate) limit: Option<usize>,
    /// The share of the input, if it is not all.
    pub(crate) shard: Option<Share>,
    /// The files, in order.
    pub(crate) inputs: Vec<InputRecord>,
}

impl Identity {
    /// Returns a BLAKE3 hash of all of it but the share.
    pub(crate) fn hash(&self) -> String {
        let mut all = serde_json::to_value(self).expect("it is JSON in all its parts");
        all["shard"].take();
        all.sort_all_objects();
        blake3::hash(all.to_string().as_bytes())
            .to_hex()
            .to_string()
    }

    /// The same, as a merge of shards or of articles that were tried again. A run cannot go on with it.
    pub(crate) fn merged(mut self) -> Self {
        self.version += MERGE;
        self.shard = None;
        self
    }

    /// Tells whether it is of a merge.
    pub(crate) fn is_merge(&self) -> bool {
        self.version.ends_with(MERGE)
    }

    /// Returns a BLAKE3 hash of what decides the rows of an article, whatever dump it is in.
    pub(crate) fn recipe(&self) -> String {
        let mut settings = self.settings.clone();
        if let Some(tables) = settings.as_object_mut() {
            tables.remove("output");
            tables.remove("state");
        }
        let mut all = serde_json::json!([self.version, settings, self.models]);
        all.sort_all_objects();
        blake3::hash(all.to_string().as_bytes())
            .to_hex()
            .to_string()
    }

    /// Says for people what is different in another one, some of it if there is much; nothing if all is
    /// the same.
    pub(crate) fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.version != now.version {
            let (was, is) = (&self.version, &now.version);
            found.push(format!("the version of blattwerk was {was}, is {is}"));
        }
        let (was, is) = (leaves(&self.settings), leaves(&now.settings));
        let mut keys: Vec<_> = was.keys().chain(is.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            if was.get(key) != is.get(key) {
                let shown = |value: Option<&Json>| {
                    value.map_or("not set".into(), |value| format!("`{value}`"))
                };
                let (was, is) = (shown(was.get(key)), shown(is.get(key)));
                found.push(format!("`{key}` was {was}, is {is}"));
            }
        }
        for (stage, was) in &self.models {
            let is = now.models.get(stage);
            for (index, model) in was.iter().enumerate() {
                if is.and_then(|is| is.get(index)) != Some(model) {
                    found.push(format!("[{stage}] {} has changed", model.name));
                }
            }
            if is.is_some_and(|is| is.len() > was.len()) {
                found.push(format!("[{stage}] has more files"));
            }
        }
        if self.limit != now.limit {
            let shown = |limit: Option<usize>| limit.map_or("none".into(), |n| n.to_string());
            let (was, is) = (shown(self.limit), shown(now.limit));
            found.push(format!("`--limit` was {was}, is {is}"));
        }
        if self.shard != now.shard {
            let shown =
                |share: Option<Share>| share.map_or("none".into(), |share| share.to_string());
            let (was, is) = (shown(self.shard), shown(now.shard));
            found.push(format!("`--shard` was {was}, is {is}"));
        }
        found.extend(inputs(&self.inputs, &now.inputs));
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        if more > 0 {
            found.push(format!("and {more} more"));
        }
        found
    }
}

/// What is different between two lists of files.
fn inputs(was: &[InputRecord], is: &[InputRecord]) -> Vec<String> {
    let by_path = |files: &[InputRecord]| -> BTreeMap<PathBuf, InputRecord> {
        let named = files.iter().map(|file| (file.path.clone(), file.clone()));
        named.collect()
    };
    let (before, after) = (by_path(was), by_path(is));
    let mut found = Vec::new();
    for (path, was) in &before {
        let path = path.display();
        match after.get(&was.path) {
            None => found.push(format!("the input {path} is gone")),
            Some(is) if is.bytes != was.bytes => {
                let (was, is) = (was.bytes, is.bytes);
                found.push(format!("the input {path} had {was} bytes, has {is}"));
            }
            Some(is) if is.ends != was.ends => {
                found.push(format!("the content of the input {path} has changed"));
            }
            Some(is) if is.modified != was.modified => {
                let shown =
                    |time: &Option<String>| time.clone().unwrap_or("an unknown time".into());
                let (was, is) = (shown(&was.modified), shown(&is.modified));
                found.push(format!(
                    "the input {path} was changed at {was}, is at {is}; if it is only another copy of the \
                     same, give it the time back with `touch -d`"
                ));
            }
            Some(_) => {}
        }
    }
    let new = after.keys().filter(|path| !before.contains_key(*path));
    found.extend(new.map(|path| format!("the input {} is new", path.display())));
    if found.is_empty() && was.iter().zip(is).any(|(was, is)| was.path != is.path) {
        found.push("the order of the input files is another one".into());
    }
    found
}

/// The values of all keys that are no tables, by their path.
fn leaves(value: &Json) -> BTreeMap<String, Json> {
    fn walk(value: &Json, path: &str, found: &mut BTreeMap<String, Json>) {
        match value.as_object() {
            Some(table) => table.iter().for_each(|(key, value)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                walk(value, &path, found);
            }),
            None => {
                found.insert(path.to_owned(), value.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}

/// All that a run carries from chunk to chunk, but for what is in files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Articles and failures that were read, also of other shares.
    pub(crate) items: usize,
    /// Those of them that were taken.
    pub(crate) taken: usize,
    /// The place in the input behind them.
    pub(crate) position: Position,
    pub(crate) progress: Progress,
    pub(crate) times: Vec<Time>,
    pub(crate) seconds: f64,
    pub(crate) waited_for_input: Duration,
    pub(crate) waited_for_output: Duration,
    /// What the journal took, up to the one before this.
    #[serde(default)]
    pub(crate) journalled: Duration,
}

/// How long a table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Length {
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
}

/// A place from which a run can go on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) state: State,
    /// The tables, in their order.
    pub(crate) tables: Vec<Length>,
    /// The bytes of the file of ids.
    pub(crate) ids: u64,
    /// The bytes of the index.
    pub(crate) index: u64,
    /// The bytes of the file of what was done, for the state.
    #[serde(default)]
    pub(crate) done: u64,
}

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run {
        identity: Box<Identity>,
        /// When it began, in UTC.
        started: String,
    },
    Checkpoint(Box<Checkpoint>),
    Complete,
}

/// A journal that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) identity: Identity,
    /// When the run began.
    pub(crate) started: String,
    pub(crate) last: Checkpoint,
    /// Whether all tables are complete, and only have to be given their names.
    pub(crate) is_complete: bool,
    /// The bytes up to the end of the last whole line.
    len: u64,
}

impl Found {
    /// Returns when the run began, to the second.
    pub(crate) fn begun(&self) -> String {
        let seconds = self.started.split('.').next().unwrap_or_default();
        format!("{}Z", seconds.trim_end_matches('Z'))
    }

    /// Reads the journal of a folder, up to the last line that is whole; none if there is no journal, or
    /// not even its first checkpoint.
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

/// Tells whether a file is not there, or what should be its folder is none.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Returns what a line says, and its length; none if it is not whole.
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

/// The journal of a run that is going on.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins a journal; there is no run to be gone on with before its first checkpoint.
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

    /// Goes on behind the last whole line.
    pub(crate) fn go_on(folder: &Path, found: &Found) -> Result<Self> {
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

    /// Adds a checkpoint, whose tables must be on disk; it is there when this returns.
    pub(crate) fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<()> {
        self.append(&Line::Checkpoint(Box::new(checkpoint)))
    }

    /// Says that all tables are complete.
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
    use serde_json::json;

    use super::*;

    fn identity() -> Identity {
        let input = InputRecord {
            path: "a.jsonl".into(),
            bytes: 7,
            modified: Some("2026-01-01T00:00:00.000000000Z".into()),
            ends: None,
        };
        let model = ModelRecord {
            name: "ner-de".into(),
            blake3: "00".into(),
        };
        Identity {
            version: "1".into(),
            settings: json!({"ner": {"backend": "crf"}, "split": {"backend": "rules"}}),
            models: BTreeMap::from([("ner".into(), vec![model])]),
            limit: None,
            shard: None,
            inputs: vec![
                input.clone(),
                InputRecord {
                    path: "b.jsonl".into(),
                    ..input
                },
            ],
        }
    }

    fn checkpoint(items: usize) -> Checkpoint {
        Checkpoint {
            state: State {
                items,
                seconds: 0.1,
                ..State::default()
            },
            ..Checkpoint::default()
        }
    }

    fn begun(folder: &Path) -> Journal {
        Journal::create(folder, identity(), "2026-01-01T00:00:00Z".into()).unwrap()
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
        assert_eq!(items(folder), None, "there is nothing to go on with");
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
        let mut journal = Journal::go_on(folder, &found).unwrap();
        journal.checkpoint(checkpoint(2)).unwrap();
        assert_eq!(items(folder), Some(2));
        journal.complete().unwrap();
        let found = Found::read(folder).unwrap().unwrap();
        assert!(found.is_complete);
        assert_eq!(found.identity, identity());
    }

    #[test]
    fn differences_are_named() {
        type Change = fn(&mut Identity);
        let cases: &[(Change, &str)] = &[
            (
                |now| now.version = "2".into(),
                "the version of blattwerk was 1, is 2",
            ),
            (
                |now| now.settings["ner"]["backend"] = "off".into(),
                "`ner.backend` was `\"crf\"`, is `\"off\"`",
            ),
            (
                |now| now.settings["ner"]["model"] = "m".into(),
                "`ner.model` was not set, is `\"m\"`",
            ),
            (
                |now| now.models.get_mut("ner").unwrap()[0].blake3 = "01".into(),
                "[ner] ner-de has changed",
            ),
            (|now| now.limit = Some(3), "`--limit` was none, is 3"),
            (
                |now| now.inputs[1].bytes = 8,
                "the input b.jsonl had 7 bytes, has 8",
            ),
            (
                |now| now.inputs[0].ends = Some("x".into()),
                "the content of the input a.jsonl has changed",
            ),
            (
                |now| now.inputs[0].modified = None,
                "the input a.jsonl was changed at 2026-01-01T00:00:00.000000000Z, is at an unknown time; if \
                 it is only another copy of the same, give it the time back with `touch -d`",
            ),
            (
                |now| now.inputs[0].path = "c.jsonl".into(),
                "the input a.jsonl is gone\nthe input c.jsonl is new",
            ),
            (
                |now| now.inputs.reverse(),
                "the order of the input files is another one",
            ),
        ];
        assert!(identity().differences(&identity()).is_empty());
        for (change, expected) in cases {
            let mut now = identity();
            change(&mut now);
            assert_eq!(identity().differences(&now).join("\n"), *expected);
            assert_ne!(identity().hash(), now.hash(), "{expected}");
        }
    }
}
