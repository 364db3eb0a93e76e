//! A file on disk. The bytes read from it are counted.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ahead::Bytes;
use super::blocks::{BLOCK, Blocks};
use crate::regular;

/// Returns the standard input; `counter` counts the bytes read from it.
pub(super) fn stdin(counter: Arc<AtomicU64>) -> Bytes {
    Box::new(Blocks::new(Counted {
        file: io::stdin(),
        counter,
    }))
}

/// A file that can be opened at any byte.
pub(super) struct Disk {
    location: PathBuf,
    counter: Arc<AtomicU64>,
    /// The count before this file was opened.
    before: u64,
}

impl Disk {
    /// Opens a file at its beginning; `counter` counts the bytes read from it. A pipe is only opened if it may be one.
    pub(super) fn open(
        location: &Path,
        counter: Arc<AtomicU64>,
        may_be_pipe: bool,
    ) -> io::Result<(Self, Bytes)> {
        let file = if may_be_pipe {
            fs::File::open(location)?
        } else {
            regular::open(location)?
        };
        let disk = Self {
            location: location.to_owned(),
            before: counter.load(Ordering::Relaxed),
            counter,
        };
        let bytes = disk.count(file);
        Ok((disk, Box::new(bytes)))
    }

    /// Returns where the file is.
    pub(super) fn location(&self) -> &Path {
        &self.location
    }

    /// Opens the file again at a byte. The counter is set to what it would be if the file had been read up to
    /// there.
    pub(super) fn open_at(&self, at: u64) -> io::Result<Bytes> {
        let mut file = regular::open(&self.location)?;
        // Block boundaries are the same wherever reading starts.
        let within = at % BLOCK as u64;
        file.seek(SeekFrom::Start(at - within))?;
        self.counter
            .store(self.before + at - within, Ordering::Relaxed);
        let mut bytes = self.count(file);
        io::copy(&mut bytes.by_ref().take(within), &mut io::sink())?;
        Ok(Box::new(bytes))
    }

    /// Opens the file again, to be read in any order. Each read counts.
    pub(super) fn seekable(&self) -> io::Result<impl Read + Seek + Send + 'static> {
        self.counter.store(self.before, Ordering::Relaxed);
        Ok(Counted {
            file: regular::open(&self.location)?,
            counter: Arc::clone(&self.counter),
        })
    }

    fn count(&self, file: fs::File) -> impl Read + Send + 'static {
        Blocks::new(Counted {
            file,
            counter: Arc::clone(&self.counter),
        })
    }
}

impl<F: Seek> Seek for Counted<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Counts the bytes that are read.
struct Counted<F> {
    file: F,
    counter: Arc<AtomicU64>,
}

impl<F: Read> Read for Counted<F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(out)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
