//! A file on disk, whose bytes are counted as they are read.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ahead::Bytes;
use super::blocks::{BLOCK, Blocks};

/// A file that can be entered at any byte.
pub(super) struct Disk {
    location: PathBuf,
    counter: Arc<AtomicU64>,
    /// What was counted before this file.
    before: u64,
}

impl Disk {
    /// Opens a file at its beginning; `counter` gets the bytes that are read from it.
    pub(super) fn open(location: &Path, counter: Arc<AtomicU64>) -> io::Result<(Self, Bytes)> {
        let file = fs::File::open(location)?;
        let disk = Self {
            location: location.to_owned(),
            before: counter.load(Ordering::Relaxed),
            counter,
        };
        let bytes = disk.count(file);
        Ok((disk, Box::new(bytes)))
    }

    /// Opens the file once more, at a byte of it. What was counted of it is forgotten: the counter gets what
    /// reading up to there counts.
    pub(super) fn open_at(&self, at: u64) -> io::Result<Bytes> {
        let mut file = fs::File::open(&self.location)?;
        // A file is always read in the same blocks.
        let within = at % BLOCK as u64;
        file.seek(SeekFrom::Start(at - within))?;
        self.counter
            .store(self.before + at - within, Ordering::Relaxed);
        let mut bytes = self.count(file);
        io::copy(&mut bytes.by_ref().take(within), &mut io::sink())?;
        Ok(Box::new(bytes))
    }

    fn count(&self, file: fs::File) -> impl Read + Send + 'static {
        Blocks::new(Counted {
            file,
            counter: Arc::clone(&self.counter),
        })
    }
}

/// Counts what is read.
struct Counted {
    file: fs::File,
    counter: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(out)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
