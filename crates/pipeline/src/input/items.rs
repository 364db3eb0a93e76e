//! The items of all files, one after another.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::Fault;
use super::files::File;
use super::format::{self, Articles};
use super::item::{Failure, Item, Record, Reject, place};
use super::options::Options;
use super::position::{Place, Position};
use super::share::Taking;
use super::source::{Source, Spare};
use crate::digest::digest;

/// The articles and failures of all files, in order. Memory use does not grow with the size of a file.
pub struct Items {
    files: Arc<[File]>,
    options: Arc<Options>,
    bytes_read: Arc<AtomicU64>,
    /// The next file to open.
    next: usize,
    reading: Option<Reading>,
    spare: Spare,
    /// The total size of the files already read.
    done_bytes: u64,
    /// Digests of all ids so far: 16 bytes per article, however long the ids are.
    ids: HashSet<u128>,
    /// Those of them not yet returned by [`Items::take_new_ids`].
    new_ids: Vec<u128>,
    /// The number of items read, including those not taken.
    count: usize,
    taking: Taking,
}

/// A file that is being read.
struct Reading {
    name: String,
    articles: Box<dyn Articles>,
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
            reading: None,
            spare: Spare::default(),
            done_bytes: 0,
            ids: HashSet::new(),
            new_ids: Vec::new(),
            count: 0,
            taking: Taking::All,
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
            self.next += 1;
        }
        Ok(())
    }

    /// Takes only some of the items.
    #[must_use]
    pub fn taking(mut self, taking: Taking) -> Self {
        self.taking = taking;
        self
    }

    /// Returns the number of items read, including those not taken. The number of the last item is one less.
    pub fn items_read(&self) -> usize {
        self.count
    }

    /// Returns whether the item with this id belongs to the share that is taken.
    fn is_ours(&self, digest: u128) -> bool {
        match self.taking {
            Taking::Share(share) => share.takes(digest),
            Taking::All | Taking::Only(_) => true,
        }
    }

    fn failure(&self, reject: Reject, name: &str) -> Option<Item> {
        let failure = reject.into_failure(name);
        self.is_ours(digest(failure.id.as_bytes()))
            .then_some(Item::Failure(failure))
    }

    /// Returns the position after the last item.
    pub fn position(&self) -> Position {
        let reading = self.reading.as_ref();
        match reading.and_then(|reading| reading.articles.place()) {
            Some(place) => Position {
                file: self.next - 1,
                place,
            },
            None => Position {
                file: self.next,
                place: Place::default(),
            },
        }
    }

    /// Returns digests of the ids that were used since the last call.
    pub fn take_new_ids(&mut self) -> Vec<u128> {
        std::mem::take(&mut self.new_ids)
    }

    fn open(&self, file: &File) -> Result<Reading, Fault> {
        let source = Source::open(file, Arc::clone(&self.bytes_read), &self.spare)?;
        let (_, articles) = format::open(source, &self.options)?;
        Ok(Reading {
            name: file.name(),
            articles,
        })
    }

    /// Counts a file as read, including any unread rest.
    fn close(&mut self, size: u64) {
        self.done_bytes += size;
        self.bytes_read.store(self.done_bytes, Ordering::Relaxed);
    }

    /// Makes a document, or a failure if the text is empty or the id already used; none if it belongs to
    /// another share.
    fn article(&mut self, name: &str, mut record: Record) -> Option<Item> {
        let source = place(name, record.line);
        let id = record
            .id
            .take()
            .filter(|id| !id.trim().is_empty())
            .unwrap_or_else(|| source.clone());
        let digest = digest(id.as_bytes());
        if !self.is_ours(digest) {
            return None;
        }
        let fault = if record.text.trim().is_empty() {
            Some(Fault::EmptyText)
        } else {
            let is_new = self.ids.insert(digest);
            if is_new {
                self.new_ids.push(digest);
            }
            (!is_new).then_some(Fault::SameId)
        };
        if let Some(fault) = fault {
            return Some(Item::Failure(Failure {
                id,
                source,
                error: fault.chain(),
            }));
        }
        Some(Item::Article(Box::new(record.into_document(id, source))))
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let item = self.read()?;
            let number = self.count as u64 - 1;
            let is_taken = match &self.taking {
                Taking::Only(numbers) => numbers.binary_search(&number).is_ok(),
                Taking::All | Taking::Share(_) => true,
            };
            if is_taken {
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
                if let Some(found) = reading.articles.next() {
                    self.count += 1;
                    let item = match found {
                        Ok(record) => self.article(&reading.name, record),
                        Err(reject) => self.failure(reject, &reading.name),
                    };
                    self.reading = Some(reading);
                    if item.is_some() {
                        return item;
                    }
                    continue;
                }
                self.close(self.files[self.next - 1].size);
            }
            let files = Arc::clone(&self.files);
            let file = files.get(self.next)?;
            self.next += 1;
            match self.open(file) {
                Ok(reading) => self.reading = Some(reading),
                Err(fault) => {
                    self.close(file.size);
                    self.count += 1;
                    let item = self.failure(Reject::file(fault), &file.name());
                    if item.is_some() {
                        return item;
                    }
                }
            }
        }
    }
}
