//! The record of a run: everything in `run.json`, as types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use memchr::memmem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::input::{Share, path_text};
use crate::{Error, Result};

/// The record of a complete run: `run.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of blattwerk.
    pub version: Cow<'static, str>,
    /// When the run started, in UTC.
    #[serde(default)]
    pub started: String,
    /// The exit code: 0, or 1 if something failed.
    pub exit: u8,
    /// What was counted.
    pub counts: Progress,
    /// Seconds from start to end, without the time to build the stages.
    pub seconds: f64,
    /// Threads of the stages.
    pub jobs: usize,
    /// The stages, in order.
    pub stages: Vec<StageRecord>,
    /// The tables, in the order of the flow.
    pub tables: Vec<TableRecord>,
    /// Seconds that the stages waited for input: reading that their work does not hide.
    pub seconds_waiting_for_input: f64,
    /// Seconds that the stages waited for the tables to be written.
    pub seconds_waiting_for_output: f64,
    /// Seconds spent, in parallel to the stages, on the journal and on flushing the tables to disk.
    pub seconds_journalling: f64,
    /// The number of articles and failures after which reading was to stop.
    pub limit: Option<usize>,
    /// The share of the input that was taken, unless it was all: `0/4` is the first of four.
    pub shard: Option<Share>,
    /// What was read.
    pub inputs: Vec<InputRecord>,
    /// The BLAKE3 hash of everything that decides the tables, except the share: version, settings, models, input
    /// files, limit.
    pub run_hash: String,
    /// The BLAKE3 hash of all settings that decide what the tables hold.
    pub config_hash: String,
    /// The merged settings; a key that is missing had its default.
    pub config: serde_json::Value,
}

impl Record {
    /// Returns a section of the config; the default if it is not there. `folder` is where the record lies.
    ///
    /// # Errors
    ///
    /// If the section is not of this kind.
    pub(crate) fn section<T: DeserializeOwned + Default>(
        &self,
        name: &str,
        folder: &Path,
    ) -> Result<T> {
        let Some(settings) = self.config.get(name) else {
            return Ok(T::default());
        };
        T::deserialize(settings).map_err(|error| Error::Read {
            path: folder.join("run.json"),
            source: error.into(),
        })
    }

    /// Adds the counts and times of a run over another part of the same input.
    ///
    /// Everything else (version, settings, inputs, tables) stays as it is in `self`.
    pub(crate) fn add(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        self.jobs = self.jobs.max(other.jobs);
        self.seconds += other.seconds;
        self.seconds_waiting_for_input += other.seconds_waiting_for_input;
        self.seconds_waiting_for_output += other.seconds_waiting_for_output;
        self.seconds_journalling += other.seconds_journalling;
        for (stage, other) in self.stages.iter_mut().zip(&other.stages) {
            stage.articles += other.articles;
            stage.failures += other.failures;
            stage.skipped += other.skipped;
            stage.bytes += other.bytes;
            stage.seconds += other.seconds;
        }
        self.exit = u8::from(self.counts.failures > 0);
    }
}

/// Counts since the start of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Articles in the tables.
    pub articles: u64,
    /// Rows in `failures.csv`.
    pub failures: u64,
    /// Rows in `skipped.csv`.
    pub skipped: u64,
    /// Rows in `duplicates.csv`: copies of earlier articles. They are among the articles if the config keeps
    /// all.
    pub duplicates: u64,
    /// Words of the normalized texts, separated by white space.
    pub words: u64,
    /// Articles in the tables whose normalized text contains U+FFFD: characters that were lost before the article
    /// was read.
    pub damaged: u64,
    /// How many articles were due, if the config names a state. Those that were not are in no table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increment: Option<Increment>,
    /// How many articles and failures were read as which format: that of the innermost file.
    #[serde(default)]
    pub read_as: BTreeMap<String, u64>,
    /// How many titles, dates and other fields beside the text were of a type that cannot be read, and left out.
    #[serde(default)]
    pub unread: BTreeMap<String, u64>,
    /// How many pages were read of which only the beginning is there, by why that is so: what a crawler says, or `body` if the
    /// body of the response ends early.
    #[serde(default)]
    pub truncated: BTreeMap<String, u64>,
    /// How many pieces of the input were plainly no articles, by what they are: images in an archive, redirects in a
    /// crawl. They are in no table.
    #[serde(default)]
    pub ignored: BTreeMap<String, u64>,
    /// Where compressed data was found to be damaged, and from which of its bytes, decompressed, articles before that
    /// place may be garbled: no checksum confirms them.
    #[serde(default)]
    pub doubtful: BTreeMap<String, u64>,
    /// UTF-8 bytes of the articles as they came in.
    pub bytes: u64,
    /// Bytes of the input files that were read, counted as they are on disk (compressed).
    pub read: u64,
}

impl Progress {
    /// Adds the counts of another part of the same input; its files were read by both.
    fn add(&mut self, other: &Self) {
        self.articles += other.articles;
        self.failures += other.failures;
        self.skipped += other.skipped;
        self.duplicates += other.duplicates;
        self.words += other.words;
        self.damaged += other.damaged;
        add(&mut self.read_as, &other.read_as);
        add(&mut self.unread, &other.unread);
        add(&mut self.truncated, &other.truncated);
        add(&mut self.ignored, &other.ignored);
        self.doubtful.extend(other.doubtful.clone());
        self.bytes += other.bytes;
        self.read = self.read.max(other.read);
    }
}

/// Counts the words of a normalized text, separated by white space.
pub(crate) fn words(text: &str) -> u64 {
    let starts = |(before, at): (&[u8], &[u8])| {
        let mut starts = 0_u8;
        for (&before, &at) in before.iter().zip(at) {
            starts += u8::from(is_space(before) & !is_space(at));
        }
        u64::from(starts)
    };
    let bytes = text.as_bytes();
    let Some((&first, rest)) = bytes.split_first() else {
        return 0;
    };
    // The count of a piece fits a byte, so that the compiler compares many bytes at once.
    let pieces = bytes.chunks(128).zip(rest.chunks(128));
    u64::from(!is_space(first)) + pieces.map(starts).sum::<u64>()
}

/// Tells whether a byte is ASCII white space, without branches.
#[inline]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches, many bytes are compared at once"
)]
fn is_space(byte: u8) -> bool {
    (byte == b' ') | (byte == b'\n') | (byte == b'\t') | (byte == b'\r') | (byte == b'\x0C')
}

/// Returns whether characters of a text were lost before it was read.
pub(crate) fn is_damaged(text: &str) -> bool {
    memmem::find(text.as_bytes(), "\u{FFFD}".as_bytes()).is_some()
}

fn add(counts: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
    for (name, count) in other {
        *counts.entry(name.clone()).or_default() += count;
    }
}

/// How many articles were due, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Increment {
    /// No earlier run had them.
    pub added: u64,
    /// Their content has changed.
    pub changed: u64,
    /// Their content is the same, but config, models or version have changed.
    pub redone: u64,
    /// They were left alone: their rows would be the same.
    pub unchanged: u64,
}

/// What a stage did in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRecord {
    /// The stage.
    pub stage: Cow<'static, str>,
    /// Its backend, as the config names it.
    pub backend: String,
    /// The model files and lists it held.
    pub models: Vec<ModelRecord>,
    /// Articles that came in.
    pub articles: u64,
    /// Articles that failed here.
    pub failures: u64,
    /// Articles that were left out here, as the config demands.
    pub skipped: u64,
    /// UTF-8 bytes of text that came in.
    pub bytes: u64,
    /// Seconds from the first to the last article of each chunk, summed; all threads work in that time.
    pub seconds: f64,
}

/// A model file or a list, as `run.json` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// The path of the user's file, or the name of the embedded model.
    pub name: String,
    /// The BLAKE3 hash of its content.
    pub blake3: String,
}

/// An input file, as `run.json` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// The path as it was given or found; a byte that is not UTF-8 is `\xfc`.
    #[serde(with = "path_text")]
    pub path: PathBuf,
    /// Its size on disk.
    pub bytes: u64,
    /// When it was last changed, in UTC.
    pub modified: Option<String>,
    /// The BLAKE3 hash of its first and last 64 KiB, for files from 1 MiB on.
    pub ends: Option<String>,
}

/// A table of a complete run, as `run.json` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// The name of the table's file in the output folder.
    pub file: String,
    /// How many rows it has, without the header.
    pub rows: u64,
    /// Its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// How much a stage has done so far, and in what time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Time {
    pub(crate) articles: u64,
    pub(crate) failures: u64,
    pub(crate) skipped: u64,
    pub(crate) bytes: u64,
    pub(crate) spent: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_by_white_space() {
        for (text, count) in [
            ("", 0),
            (" \n", 0),
            ("Köln", 1),
            (" Ida  kam\tnach\r\nKöln. ", 4),
            ("a\u{A0}b – c", 3),
        ] {
            assert_eq!(words(text), count, "{text:?}");
        }
        // Longer than the pieces that are counted at once, with words across their borders.
        for size in 1..40 {
            let text = "Ida  kam\tnach Köln.\n".repeat(size);
            assert_eq!(words(&text), text.split_ascii_whitespace().count() as u64);
        }
    }
}
