//! The items of all files, one after another.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::Fault;
use super::files::File;
use super::format::{self, Articles};
use super::item::{At, Failure, Item, Record, Reject};
use super::options::Options;
use super::position::{Number, Place, Position};
use super::share::Taking;
use super::source::{Source, Spare};
use super::unparsed::Captured;
use crate::digest::digest;

/// The articles and failures of all files, in order. Memory use does not grow with the size of a file.
pub struct Items {
    files: Arc<[File]>,
    options: Arc<Options>,
    bytes_read: Arc<AtomicU64>,
    /// The next file to open.
    next: usize,
    /// The format of the last item; none if it is a file that could not be opened.
    format: Option<&'static str>,
    reading: Option<Reading>,
    spare: Spare,
    /// The total size of the files already read.
    done_bytes: u64,
    /// Digests of all ids so far: 16 bytes per article, however long the ids are.
    ids: HashSet<u128>,
    /// Those of them not yet returned by [`Items::take_new_ids`].
    new_ids: Vec<u128>,
    /// What was counted since the last call of [`Items::take_counts`].
    counts: Counts,
    /// The number of items read, including those not taken.
    count: usize,
    /// Those of them that are in the file of the last item.
    count_in_file: u64,
    taking: Taking,
    /// Which files are not read, since they belong to another share; none if all are read.
    passed: Vec<bool>,
}

/// Counts of the items that were returned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many articles and failures were read as which format.
    pub read_as: BTreeMap<&'static str, u64>,
    /// How many fields of which role were of a type that cannot be read, and left out.
    pub unread: BTreeMap<&'static str, u64>,
    /// How many pages were read of which only the beginning is there, by why that is so.
    pub truncated: BTreeMap<&'static str, u64>,
    /// Where compressed data was found to be damaged, and from which of its bytes, decompressed, articles before that
    /// may be garbled.
    pub doubtful: BTreeMap<String, u64>,
}

/// A file that is being read.
struct Reading {
    name: String,
    /// What the ids of its articles begin with.
    id_name: String,
    format: &'static str,
    articles: Box<dyn Articles>,
    /// Whether it was told that the file has changed.
    is_told: bool,
}

impl Items {
    /// Starts at the first file.
    pub(super) fn new(
        files: Arc<[File]>,
        options: Arc<Options>,
        bytes_read: Arc<AtomicU64>,
    ) -> Self {
        bytes_read.store(0, Ordering::Relaxed);
        Self {
            files,
            options,
            bytes_read,
            next: 0,
            format: None,
            reading: None,
            spare: Spare::default(),
            done_bytes: 0,
            ids: HashSet::new(),
            new_ids: Vec::new(),
            counts: Counts::default(),
            count: 0,
            count_in_file: 0,
            taking: Taking::All,
            passed: Vec::new(),
        }
    }

    /// Resumes at a position; `count` items came before it, and `ids` are already used.
    pub(super) fn enter(
        &mut self,
        position: &Position,
        count: usize,
        ids: impl IntoIterator<Item = u128>,
    ) -> io::Result<()> {
        self.count = count;
        self.ids = ids.into_iter().collect();
        let files = Arc::clone(&self.files);
        let before = files.get(..position.file);
        let before = before.ok_or_else(|| io::Error::other("there are fewer files than before"))?;
        self.close(before.iter().map(|file| file.size).sum());
        self.next = position.file;
        if !position.place.is_beginning() {
            let file = files.get(position.file);
            let file = file.ok_or_else(|| io::Error::other("the file is missing"))?;
            let reading = self.open(file);
            let mut reading = reading.map_err(|fault| io::Error::other(fault.chain()))?;
            reading.articles.enter(&position.place)?;
            self.reading = Some(reading);
            self.count_in_file = position.items;
            self.next += 1;
        }
        Ok(())
    }

    /// Takes only some of the items.
    #[must_use]
    pub fn taking(mut self, taking: Taking) -> Self {
        if let Taking::Share(share) = taking {
            let sizes: Vec<u64> = self.files.iter().map(|file| file.size).collect();
            let takes = share.takes_files(&sizes);
            self.passed = takes.into_iter().map(|takes| !takes).collect();
        }
        self.taking = taking;
        self
    }

    /// Returns the number of items read, including those not taken.
    pub fn items_read(&self) -> usize {
        self.count
    }

    /// Returns the number of the last item.
    pub fn number(&self) -> Number {
        Number {
            file: self.next.saturating_sub(1) as u64,
            item: self.count_in_file.saturating_sub(1),
        }
    }

    /// Returns whether the item with this id belongs to the share that is taken.
    fn is_ours(&self, digest: u128) -> bool {
        match self.taking {
            Taking::Share(share) => share.takes(digest),
            Taking::All | Taking::Only(_) => true,
        }
    }

    fn failure(&mut self, reject: Reject, name: &str, id_name: &str) -> Option<Item> {
        if let Fault::Ignored(kind) = reject.fault {
            let source = reject.at.source(name);
            return self
                .is_ours(digest(source.as_bytes()))
                .then_some(Item::Ignored(kind));
        }
        let since = match &reject.fault {
            Fault::Damaged { since, .. } => *since,
            _ => None,
        };
        let failure = reject.into_failure(name, id_name);
        if !self.is_ours(digest(failure.id.as_bytes())) {
            return None;
        }
        if let Some(since) = since {
            self.counts.doubtful.insert(failure.source.clone(), since);
        }
        Some(Item::Failure(failure))
    }

    /// Returns the position after the last item.
    pub fn position(&self) -> Position {
        let reading = self.reading.as_ref();
        match reading.and_then(|reading| reading.articles.place()) {
            Some(place) => Position {
                file: self.next - 1,
                place,
                items: self.count_in_file,
            },
            None => Position {
                file: self.next,
                place: Place::default(),
                items: 0,
            },
        }
    }

    /// Returns digests of the ids that were used since the last call.
    pub fn take_new_ids(&mut self) -> Vec<u128> {
        std::mem::take(&mut self.new_ids)
    }

    /// Returns what was counted since the last call.
    pub fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    fn open(&self, file: &File) -> Result<Reading, Fault> {
        let source = Source::open(file, Arc::clone(&self.bytes_read), &self.spare)?;
        let (format, articles) = format::open(source, &self.options)?;
        Ok(Reading {
            name: file.name(),
            id_name: file.id_name(),
            format,
            articles,
            is_told: false,
        })
    }

    /// Counts a file as read, including any unread rest.
    fn close(&mut self, size: u64) {
        self.done_bytes += size;
        self.bytes_read.store(self.done_bytes, Ordering::Relaxed);
    }

    /// Makes a document, or a failure if the text is empty or the id already used; none if it belongs to
    /// another share.
    fn article(&mut self, name: &str, id_name: &str, mut record: Record) -> Option<Item> {
        let source = record.at.source(name);
        let nul = record.field_with_nul();
        let mut id = record
            .id
            .take()
            // A row with a NUL is one that few programs read.
            .filter(|id| !id.contains('\0'))
            .filter(|id| !id.trim().is_empty())
            .unwrap_or_else(|| record.at.source(id_name));
        let mut hash = digest(id.as_bytes());
        if !self.is_ours(hash) {
            return None;
        }
        if let Some(role) = nul {
            return Some(Item::Failure(Failure {
                id,
                source,
                error: Fault::NulIn(role).chain(),
            }));
        }
        let captured = record.captured.take().map(|time| {
            let url = hash;
            if self.ids.contains(&url) {
                // Captured before. Whether it has changed is known when it is parsed.
                id = format!("{id}#{time}");
                hash = digest(id.as_bytes());
            }
            url
        });
        let mut has_same_id = false;
        let fault = if record.content.is_blank() {
            Some(Fault::EmptyText)
        } else {
            let is_new = self.ids.insert(hash);
            if is_new {
                self.new_ids.push(hash);
            }
            has_same_id = !is_new;
            (!is_new && captured.is_none()).then_some(Fault::SameId)
        };
        if let Some(fault) = fault {
            return Some(Item::Failure(Failure {
                id,
                source,
                error: fault.chain(),
            }));
        }
        for role in &record.unread {
            *self.counts.unread.entry(role).or_default() += 1;
        }
        if let Some(reason) = record.truncated {
            *self.counts.truncated.entry(reason).or_default() += 1;
        }
        let (document, content) = record.into_document(id, source);
        let captured = captured.map(|url| Captured { url, has_same_id });
        Some(Item::new(document, content, captured, &self.options))
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let item = self.read()?;
            let is_taken = match &self.taking {
                Taking::Only(numbers) => numbers.binary_search(&self.number()).is_ok(),
                Taking::All | Taking::Share(_) => true,
            };
            if is_taken {
                if let Some(format) = self.format
                    && !matches!(item, Item::Ignored(_))
                {
                    *self.counts.read_as.entry(format).or_default() += 1;
                }
                return Some(item);
            }
        }
    }
}

impl Items {
    /// Reads the next item that does not belong to another share.
    fn read(&mut self) -> Option<Item> {
        loop {
            if let Some(mut reading) = self.reading.take() {
                if let Some(mut found) = reading.articles.next() {
                    self.count += 1;
                    self.count_in_file += 1;
                    // Half a file is not an article.
                    if self.count_in_file == 1
                        && let Ok(record) = &found
                        && record.at == At::default()
                        && reading.articles.place().is_none()
                        && let Some((fault, _)) = self.files[self.next - 1].changed()
                    {
                        found = Err(Reject::file(fault));
                        reading.is_told = true;
                    }
                    let format = match &found {
                        Ok(record) => record.format,
                        Err(reject) => reject.format,
                    };
                    self.format = Some(format.unwrap_or(reading.format));
                    let item = match found {
                        Ok(record) => self.article(&reading.name, &reading.id_name, record),
                        Err(reject) => self.failure(reject, &reading.name, &reading.id_name),
                    };
                    self.reading = Some(reading);
                    if item.is_some() {
                        return item;
                    }
                    continue;
                }
                let files = Arc::clone(&self.files);
                let file = &files[self.next - 1];
                let changed = file.changed().filter(|_| !reading.is_told);
                self.close(changed.as_ref().map_or(file.size, |(_, size)| *size));
                if let Some((fault, _)) = changed {
                    self.count += 1;
                    self.count_in_file += 1;
                    self.format = Some(reading.format);
                    let item = self.failure(Reject::file(fault), &reading.name, &reading.id_name);
                    if item.is_some() {
                        return item;
                    }
                    continue;
                }
            }
            let files = Arc::clone(&self.files);
            let file = files.get(self.next)?;
            let is_passed = self.passed.get(self.next) == Some(&true);
            self.next += 1;
            self.count_in_file = 0;
            if is_passed {
                self.close(file.size);
                continue;
            }
            match self.open(file) {
                Ok(reading) => self.reading = Some(reading),
                Err(fault) => {
                    self.close(file.size);
                    self.count += 1;
                    self.count_in_file += 1;
                    self.format = None;
                    let item = self.failure(Reject::file(fault), &file.name(), &file.id_name());
                    if item.is_some() {
                        return item;
                    }
                }
            }
        }
    }
}
