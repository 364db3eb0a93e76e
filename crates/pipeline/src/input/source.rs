//! The bytes of an input, decompressed.

use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use super::ahead::{Ahead, Bytes};
use super::compression::{self, Compression};
use super::disk::{Disk, stdin};
use super::fault::Fault;
use super::files::File;
use super::ignored;

/// Decompressed bytes with a name, from which a format is opened.
pub(super) struct Source {
    pub(super) name: Name,
    pub(super) bytes: Ahead,
    /// How the bytes were compressed.
    pub(super) compression: Option<Compression>,
    /// The file on disk, if its bytes are those of this source.
    pub(super) disk: Option<Disk>,
    /// The file on disk, if its bytes are those of this source, compressed.
    pub(super) packed: Option<Disk>,
    pub(super) within: Within,
}

impl Source {
    /// Opens a file; `counter` counts the bytes read from disk.
    ///
    /// # Errors
    ///
    /// If it cannot be read at all; [`Fault::Ignored`] if it was found in a folder and is plainly no article.
    pub(super) fn open(file: &File, counter: Arc<AtomicU64>, spare: &Spare) -> Result<Self, Fault> {
        if let Some(fault) = file.fault() {
            return Err(fault);
        }
        let within = Within {
            depth: 0,
            spare: spare.clone(),
        };
        if file.is_stdin() {
            return Self::new(&file.path, stdin(counter), None, within);
        }
        let (disk, bytes) = Disk::open(&file.location, counter, file.is_stream())
            .map_err(|error| Fault::Unreadable(error.to_string()))?;
        // A pipe cannot be opened a second time.
        let disk = file.is_regular().then_some(disk);
        let mut source = Self::new(&file.path, bytes, disk, within)?;
        let start = source.bytes.peek_most(ignored::BEGINNING);
        match file.beside.ignored(&file.name(), start) {
            Some(kind) => Err(Fault::Ignored(kind)),
            None => Ok(source),
        }
    }

    /// Opens an entry of a container.
    pub(super) fn entry(name: &Path, bytes: Bytes, within: &Within) -> Result<Self, Fault> {
        Self::new(name, bytes, None, within.clone())
    }

    /// Decompresses bytes from a file on disk or from elsewhere.
    fn new(name: &Path, bytes: Bytes, disk: Option<Disk>, within: Within) -> Result<Self, Fault> {
        let mut bytes = Ahead::new(bytes);
        let compression = Compression::of(&mut bytes)?;
        let (bytes, disk, packed) = match compression {
            Some(compression) => (Ahead::new(compression.unpack(bytes)?), None, disk),
            None => (bytes, disk, None),
        };
        Ok(Self {
            name: Name::new(name),
            bytes,
            compression,
            disk,
            packed,
            within,
        })
    }

    /// Returns whether it is an entry of a container.
    pub(super) fn is_entry(&self) -> bool {
        self.within.depth > 0
    }

    /// Returns what the entries of this source need to know of it.
    ///
    /// # Errors
    ///
    /// If containers are nested deeper than anyone has a use for.
    pub(super) fn inside(&self) -> Result<Within, Fault> {
        if self.within.depth == MOST_NESTED {
            return Err(Fault::NestedTooDeep);
        }
        Ok(Within {
            depth: self.within.depth + 1,
            spare: self.within.spare.clone(),
        })
    }

    /// Returns the bytes so that they can be read in any order: the file on disk, or else a copy in memory of at most
    /// `most` bytes.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or there are more.
    pub(super) fn seekable(self, most: usize) -> Result<Box<dyn Seekable>, Fault> {
        if let Some(disk) = self.disk {
            let file = disk.seekable().map_err(Fault::Read)?;
            return Ok(Box::new(file));
        }
        let mut copy = Vec::new();
        let mut bytes = self.bytes.take(most as u64 + 1);
        bytes.read_to_end(&mut copy)?;
        if copy.len() > most {
            return Err(Fault::TooLongToCopy(most));
        }
        Ok(Box::new(Cursor::new(copy)))
    }
}

/// How many containers may be around an entry.
const MOST_NESTED: usize = 2;

/// What a source knows of what it is in.
#[derive(Debug, Clone)]
pub(super) struct Within {
    /// How many containers are around it.
    depth: usize,
    /// The buffer of the previous source, for reuse.
    pub(super) spare: Spare,
}

/// Bytes that can be read in any order.
pub(super) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(out)
    }
}

/// The name of a source, as far as it suggests a format.
pub(super) struct Name {
    /// The extension in lower case; that of a compression does not count.
    extension: Option<String>,
}

impl Name {
    fn new(path: &Path) -> Self {
        let extension = compression::without_extension(path).extension();
        let extension = extension.and_then(|extension| extension.to_str());
        Self {
            extension: extension.map(str::to_ascii_lowercase),
        }
    }

    /// Returns whether it has one of some extensions.
    pub(super) fn has(&self, extensions: &[&str]) -> bool {
        let extension = self.extension.as_deref();
        extension.is_some_and(|extension| extensions.contains(&extension))
    }
}

/// A buffer that is reused from file to file, so that each of a million small files does not allocate its
/// own.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<u8>>>);

impl Spare {
    /// A buffer that grew beyond this size for a large article is not reused.
    const MOST: usize = 4 << 20;

    /// Returns the buffer with arbitrary content.
    pub(super) fn take(&self) -> Vec<u8> {
        let spare = self.0.lock();
        spare
            .map(|mut spare| std::mem::take(&mut *spare))
            .unwrap_or_default()
    }

    pub(super) fn put(&self, buffer: Vec<u8>) {
        if buffer.len() <= Self::MOST
            && let Ok(mut spare) = self.0.lock()
        {
            *spare = buffer;
        }
    }
}
