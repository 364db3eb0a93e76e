//! Ids that occur in several shards of files.
//!
//! A shard that reads only its files does not know the ids in the files of others. In a run over everything, the first
//! article keeps its id, and the later one is a failure; so it becomes one here. A later capture of an address with the
//! same text is ignored, as there.

use std::collections::{HashMap, HashSet};

use crate::digest::digest;
use crate::fate::Failed;
use crate::input::{CAPTURED_AGAIN, Failure};
use crate::output::{Entry, Renderer, Rows, Taker};
use crate::record::{Progress, Record, is_damaged, words};

/// The ids of the shards.
pub(super) struct Repeats {
    renderer: Renderer,
    /// Digests of the address and the text of captures, if there are any.
    captures: Option<HashSet<u128>>,
    /// The folder that has the article, by the hash of its id.
    taken: HashMap<u128, usize>,
    /// What the articles were counted as that became failures or were ignored.
    gone: Progress,
    /// How many became failures although they had not been.
    failed: u64,
    /// How many captures were ignored.
    ignored: u64,
}

impl Repeats {
    pub(super) fn new(renderer: Renderer, record: &Record) -> Self {
        let has_captures = record.counts.read_as.contains_key("warc");
        Self {
            renderer,
            captures: has_captures.then(HashSet::new),
            taken: HashMap::new(),
            gone: Progress::default(),
            failed: 0,
            ignored: 0,
        }
    }

    /// Takes the id of the next entry, which is in a folder. If an earlier one of another folder has it, the rows of the
    /// entry become a failure. Returns false if it is a capture whose address was captured before with the same text.
    pub(super) fn take(&mut self, folder: usize, entry: &mut Entry, rows: &mut Rows) -> bool {
        let Some(article) = self.renderer.article(rows) else {
            return true;
        };
        let is_new = match (&mut self.captures, &article.taker) {
            (Some(captures), Taker::Article(text)) => captures.insert(capture(&article.id, text)),
            _ => true,
        };
        let first = *self
            .taken
            .entry(digest(article.id.as_bytes()))
            .or_insert(folder);
        if first == folder && is_new {
            return true;
        }
        self.gone.bytes += entry.text_bytes;
        let is_failure = matches!(article.taker, Taker::Failed);
        match article.taker {
            Taker::Article(text) => {
                self.gone.articles += 1;
                self.gone.words += words(&text);
                self.gone.damaged += u64::from(is_damaged(&text));
            }
            Taker::Skipped => self.gone.skipped += 1,
            Taker::Failed => {}
        }
        if !is_new {
            self.ignored += 1;
            return false;
        }
        self.failed += u64::from(!is_failure);
        let failed = Failed {
            stage: "input",
            failure: Failure::same_id(article.id, article.source),
        };
        *rows = self.renderer.rest(&[], &[], &[failed]);
        entry.text_bytes = 0;
        entry.lengths = rows.parts.pop().unwrap_or_default();
        true
    }

    /// Corrects the counts of a record, which are the sums of the shards.
    pub(super) fn correct(&self, record: &mut Record) {
        let Progress {
            articles,
            skipped,
            words,
            damaged,
            bytes,
            ..
        } = self.gone;
        let counts = &mut record.counts;
        counts.articles -= articles;
        counts.skipped -= skipped;
        counts.words -= words;
        counts.damaged -= damaged;
        counts.bytes -= bytes;
        counts.failures += self.failed;
        if self.ignored > 0 {
            *counts.ignored.entry(CAPTURED_AGAIN.into()).or_default() += self.ignored;
        }
        record.exit = u8::from(counts.failures > 0);
    }
}

/// Returns the digest of the address and the text of a capture. The id of a later capture with another text is its address
/// and, behind a `#`, its time.
fn capture(id: &str, text: &str) -> u128 {
    let is_time = |time: &str| time.len() >= 10 && time.starts_with(|c: char| c.is_ascii_digit());
    let address = match id.rsplit_once('#') {
        Some((address, time)) if is_time(time) => address,
        _ => id,
    };
    digest(format!("{address}\0{text}").as_bytes())
}
