//! The thread that reads: cuts the input into chunks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use crate::config::RunConfig;
use crate::input::{Counts, Item, Items, Number, Position};

/// A group of consecutive items of the input: what is read, processed and written as one.
pub(super) struct Chunk {
    pub(super) items: Vec<Item>,
    /// The numbers of the items in the input.
    pub(super) numbers: Vec<Number>,
    /// The hashes of the ids that it is the first to use.
    pub(super) ids: Vec<u128>,
    /// What was counted while it was read.
    pub(super) counts: Counts,
    /// How many items were read up to its end, including those of other shares, and how many of them were taken.
    pub(super) count: usize,
    pub(super) taken: usize,
    /// The position in the input after it.
    pub(super) position: Position,
    /// How many bytes of the input files were read up to its end.
    pub(super) read: u64,
    /// Whether it is the last one.
    pub(super) is_last: bool,
}

/// Cuts the input into chunks.
pub(super) struct Reader {
    pub(super) items: Items,
    pub(super) bytes_read: Arc<AtomicU64>,
    /// How many items were taken.
    pub(super) taken: usize,
    pub(super) limit: usize,
}

impl Reader {
    /// Reads until the end of the input, the limit, or until the receiver is gone.
    pub(super) fn read(&mut self, size: &RunConfig, chunks: &SyncSender<Chunk>) {
        let most_bytes = size.chunk_megabytes.max(1) << 20;
        let mut items = Vec::new();
        let mut bytes = 0;
        let mut numbers = Vec::new();
        while self.items.items_read() < self.limit
            && let Some(item) = self.items.next()
            // Items that are not taken are counted too, so the next one may lie beyond the limit.
            && self.items.items_read() <= self.limit
        {
            self.taken += 1;
            numbers.push(self.items.number());
            bytes += item.bytes();
            items.push(item);
            if items.len() >= size.chunk_articles.max(1) || bytes >= most_bytes {
                bytes = 0;
                let chunk = self.chunk(
                    std::mem::take(&mut items),
                    std::mem::take(&mut numbers),
                    false,
                );
                if chunks.send(chunk).is_err() {
                    return;
                }
            }
        }
        // An error only means that the run has stopped already.
        let _ = chunks.send(self.chunk(items, numbers, true));
    }

    fn chunk(&mut self, items: Vec<Item>, numbers: Vec<Number>, is_last: bool) -> Chunk {
        Chunk {
            items,
            numbers,
            ids: self.items.take_new_ids(),
            counts: self.items.take_counts(),
            count: self.items.items_read(),
            taken: self.taken,
            position: self.items.position(),
            read: self.bytes_read.load(Ordering::Relaxed),
            is_last,
        }
    }
}
