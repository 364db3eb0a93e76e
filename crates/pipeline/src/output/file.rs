//! The files of a run while they are written: compressed by member, and cut where a run is resumed.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::compression::Compression;
use crate::{Error, Result};

/// What Excel needs at the beginning of a file to read it as UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// How long a table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Length {
    /// Bytes, as they are on disk for a file, uncompressed for rows in memory.
    pub(crate) bytes: u64,
    /// Rows, without the header.
    pub(crate) rows: u64,
}

/// A file that is being written.
pub(super) struct Open {
    pub(super) path: PathBuf,
    sink: Sink,
    pub(super) rows: u64,
}

impl Open {
    pub(super) fn create(path: PathBuf, compression: Compression) -> Result<Self> {
        match Sink::create(&path, compression) {
            Ok(sink) => Ok(Self {
                path,
                sink,
                rows: 0,
            }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Opens a file to continue it, cut to `length`.
    pub(super) fn cut(path: PathBuf, compression: Compression, length: Length) -> Result<Self> {
        match Sink::cut(&path, compression, length.bytes) {
            Ok(sink) => Ok(Self {
                path,
                sink,
                rows: length.rows,
            }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Returns how long the file is.
    pub(super) fn length(&self) -> Length {
        Length {
            bytes: self.sink.len,
            rows: self.rows,
        }
    }

    fn with_sink(&mut self, act: impl FnOnce(&mut Sink) -> io::Result<()>) -> Result<()> {
        act(&mut self.sink).map_err(|source| Error::Write {
            path: self.path.clone(),
            source,
        })
    }

    /// Appends bytes to the open member.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.with_sink(|sink| sink.write_all(bytes))
    }

    /// Ends the open member, a part of a compressed file that can be decompressed alone; an empty one leaves no trace.
    pub(super) fn end_member(&mut self) -> Result<()> {
        self.with_sink(Sink::end_member)
    }

    /// Flushes all ended members to disk.
    pub(super) fn sync(&mut self) -> Result<()> {
        self.with_sink(Sink::sync)
    }
}

/// A file that is compressed while it is written.
struct Sink {
    file: BufWriter<File>,
    compression: Compression,
    /// The rows of the open member. They are compressed in one go, since the output of a compressor
    /// may depend on the pieces it is given.
    member: Vec<u8>,
    /// The number of bytes written to the file.
    len: u64,
    is_synced: bool,
}

impl Sink {
    fn new(file: File, compression: Compression, len: u64) -> Self {
        Self {
            file: BufWriter::with_capacity(1 << 16, file),
            compression,
            member: Vec::new(),
            len,
            is_synced: false,
        }
    }

    fn create(path: &Path, compression: Compression) -> io::Result<Self> {
        Ok(Self::new(File::create(path)?, compression, 0))
    }

    /// Opens a file that is at least this long, and truncates it to this length.
    fn cut(path: &Path, compression: Compression, len: u64) -> io::Result<Self> {
        let mut file = File::options().write(true).open(path)?;
        let found = file.metadata()?.len();
        if found < len {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "expected at least {len} bytes by the journal, found {found}; start over with `--restart`"
                ),
            ));
        }
        file.set_len(len)?;
        file.seek(SeekFrom::Start(len))?;
        Ok(Self::new(file, compression, len))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.compression == Compression::None {
            return self.append(bytes);
        }
        self.member.extend_from_slice(bytes);
        Ok(())
    }

    /// Ends the open member, a part of a compressed file that can be decompressed alone; an empty one leaves no trace.
    fn end_member(&mut self) -> io::Result<()> {
        if self.member.is_empty() {
            return Ok(());
        }
        let bytes = match self.compression {
            Compression::None => return Ok(()),
            Compression::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(&self.member)?;
                encoder.finish()?
            }
            Compression::Zstd => {
                let mut encoder = zstd::Encoder::new(Vec::new(), 0)?;
                encoder.write_all(&self.member)?;
                encoder.finish()?
            }
        };
        self.member.clear();
        self.append(&bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.is_synced = false;
        self.len += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Flushes all ended members to disk.
    fn sync(&mut self) -> io::Result<()> {
        if !self.is_synced {
            self.file.flush()?;
            self.file.get_ref().sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn members_can_be_cut_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        for compression in Compression::ALL {
            let path = folder.path().join(format!("a{}", compression.suffix()));
            let mut sink = Sink::create(&path, compression).unwrap();
            let mut lens = vec![0];
            for part in ["eins", "", "zwei", "drei"] {
                sink.write_all(part.as_bytes()).unwrap();
                sink.end_member().unwrap();
                lens.push(sink.len);
            }
            sink.sync().unwrap();
            let whole = fs::read(&path).unwrap();
            assert_eq!(whole.len() as u64, sink.len);
            assert_eq!(lens[1], lens[2], "nothing makes no member");

            let mut sink = Sink::cut(&path, compression, lens[2]).unwrap();
            for part in ["zwei", "drei"] {
                sink.write_all(part.as_bytes()).unwrap();
                sink.end_member().unwrap();
            }
            sink.sync().unwrap();
            assert!(fs::read(&path).unwrap() == whole);
            assert!(Sink::cut(&path, compression, sink.len + 1).is_err());
        }
    }

    #[test]
    fn how_rows_are_handed_over_does_not_show() {
        let mut state = 1_u32;
        let mut text = String::new();
        while text.len() < 300_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text += ["Köln", "Wetter", "ist", "der", "naß"][(state >> 16) as usize % 5];
            text += &(state >> 20).to_string();
        }
        let folder = tempfile::tempdir().unwrap();
        for compression in Compression::ALL {
            let written = |size: usize| {
                let path = folder.path().join("a");
                let mut sink = Sink::create(&path, compression).unwrap();
                for piece in text.as_bytes().chunks(size) {
                    sink.write_all(piece).unwrap();
                }
                sink.end_member().unwrap();
                sink.sync().unwrap();
                fs::read(path).unwrap()
            };
            let whole = written(text.len());
            for size in [100, 1000, 7777, 100_000] {
                assert!(
                    written(size) == whole,
                    "{compression:?} in pieces of {size}"
                );
            }
        }
    }
}
