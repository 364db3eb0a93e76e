//! Ids that occur in several shards of files.
//!
//! A shard that reads only its files does not know the ids in the files of others. In a run over everything, the first
//! article keeps its id, and the later one is a failure; so it becomes one here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::digest::digest;
use crate::fate::Failed;
use crate::input::Failure;
use crate::output::{Entry, Renderer, Rows, Taker};
use crate::record::{Progress, Record, is_damaged, words};
use crate::{Error, Result};

/// The ids of the shards.
pub(super) struct Repeats {
    folders: Vec<PathBuf>,
    renderer: Renderer,
    /// Whether there are captures of addresses: a later one has an id of its own, unless it is the same text.
    has_captures: bool,
    /// The folder that has the article, by the hash of its id.
    taken: HashMap<u128, usize>,
    /// What the articles that became failures were counted as.
    gone: Progress,
}

impl Repeats {
    pub(super) fn new(folders: &[&Path], renderer: Renderer, record: &Record) -> Self {
        Self {
            folders: folders.iter().map(|path| path.to_path_buf()).collect(),
            renderer,
            has_captures: record.counts.read_as.contains_key("warc"),
            taken: HashMap::new(),
            gone: Progress::default(),
        }
    }

    /// Takes the id of the next entry, which is in a folder. If an earlier one of another folder has it, the rows of the
    /// entry become a failure.
    ///
    /// # Errors
    ///
    /// If it may be a capture, of which only a run over everything knows what becomes of it.
    pub(super) fn take(&mut self, folder: usize, entry: &mut Entry, rows: &mut Rows) -> Result<()> {
        let Some(article) = self.renderer.article(rows) else {
            return Ok(());
        };
        let first = *self
            .taken
            .entry(digest(article.id.as_bytes()))
            .or_insert(folder);
        if first == folder {
            return Ok(());
        }
        if self.has_captures {
            let message = format!(
                "the id `{}` ({}) is in {} too, and whether a later capture of an address is a new article is only known over \
                 the whole input; make the shards without `--shard-by files`",
                article.id,
                article.source,
                self.folders[first].display()
            );
            return Err(Error::Occupied {
                folder: self.folders[folder].clone(),
                message,
            });
        }
        self.gone.bytes += entry.text_bytes;
        match article.taker {
            Taker::Article(text) => {
                self.gone.articles += 1;
                self.gone.words += words(&text);
                self.gone.damaged += u64::from(is_damaged(&text));
            }
            Taker::Skipped => self.gone.skipped += 1,
            Taker::Failed => self.gone.failures += 1,
        }
        let failed = Failed {
            stage: "input",
            failure: Failure::same_id(article.id, article.source),
        };
        *rows = self.renderer.rest(&[], &[], &[failed]);
        entry.text_bytes = 0;
        entry.lengths = rows.parts.pop().unwrap_or_default();
        Ok(())
    }

    /// Corrects the counts of a record, which are the sums of the shards.
    pub(super) fn correct(&self, record: &mut Record) {
        let Progress {
            articles,
            failures,
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
        // Those that had failed are failures still.
        debug_assert!(failures <= counts.failures);
        counts.failures += articles + skipped;
        record.exit = u8::from(counts.failures > 0);
    }
}
