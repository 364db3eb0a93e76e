//! The bytes of a WARC file, with the places from which they can be read again.
//!
//! Most files are compressed record by record, each a member of a gzip file. Such a file is entered at any member,
//! and a damaged member costs itself: reading continues at the next that begins with a record. Other files are read as
//! whatever decompressed them returns them.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use crate::input::ahead::{Ahead, Bytes};
use crate::input::blocks::{BLOCK, Blocks};
use crate::input::compression::Compression;
use crate::input::disk::Disk;
use crate::input::source::Source;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// A window on the bytes of a file. It never has bytes of more than one member.
pub(super) struct Stream {
    bytes: Member,
    window: Vec<u8>,
    start: usize,
    /// Where the member begins in the file; 0 if the file has no members that can be entered.
    base: u64,
    /// Where the window begins in the member.
    within: u64,
    /// The error that ended the member.
    error: Option<io::Error>,
    is_ended: bool,
}

/// Where the bytes come from.
enum Member {
    /// A stream without members.
    None {
        bytes: Bytes,
        /// The file on disk, if its bytes are those of the stream.
        disk: Option<Disk>,
    },
    /// Within a member of a gzip file.
    Within {
        bytes: Box<Blocks<GzDecoder<Raw>>>,
        disk: Disk,
    },
    /// Between two members.
    After { raw: Raw, disk: Disk },
    /// While one becomes another.
    Changing,
}

/// The compressed bytes of a file.
struct Raw {
    bytes: BufReader<Bytes>,
    /// Where they are in the file.
    at: u64,
}

impl Raw {
    fn open(disk: &Disk, at: u64) -> io::Result<Self> {
        Ok(Self {
            bytes: BufReader::with_capacity(BLOCK, disk.open_at(at)?),
            at,
        })
    }
}

impl Read for Raw {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Raw {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.bytes.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        self.bytes.consume(len);
        self.at += len as u64;
    }
}

impl Stream {
    pub(super) fn open(mut source: Source) -> io::Result<Self> {
        let packed = source.packed.take();
        let bytes = match packed.filter(|_| source.compression == Some(Compression::Gzip)) {
            Some(disk) => Member::After {
                raw: Raw::open(&disk, 0)?,
                disk,
            },
            None => Member::None {
                disk: source.disk.take(),
                bytes: Box::new(source),
            },
        };
        Ok(Self {
            bytes,
            window: Vec::new(),
            start: 0,
            base: 0,
            within: 0,
            error: None,
            is_ended: false,
        })
    }

    /// Returns the place of the next byte: where its member begins, and how far into it.
    pub(super) fn place(&self) -> [u64; 2] {
        [self.base, self.within]
    }

    /// Returns where the member of the last byte begins; none if the file has no members that can be entered.
    pub(super) fn member(&self) -> Option<u64> {
        (!matches!(self.bytes, Member::None { .. })).then_some(self.base)
    }

    /// Moves to a place. Returns whether the file has it.
    pub(super) fn enter(&mut self, [base, within]: [u64; 2]) -> io::Result<bool> {
        let mut skipped = within;
        match &mut self.bytes {
            Member::None {
                bytes,
                disk: Some(disk),
            } => {
                *bytes = disk.open_at(within)?;
                skipped = 0;
                self.window.clear();
                self.start = 0;
                self.within = within;
            }
            Member::None { disk: None, .. } => {}
            Member::Within { .. } | Member::After { .. } | Member::Changing => {
                self.open_at(base)?;
            }
        }
        while skipped > 0 {
            let len = self.peek(1).len();
            let Some(rest) = self.window.get(self.start..).filter(|_| len > 0) else {
                return Ok(false);
            };
            let len = usize::try_from(skipped).map_or(rest.len(), |left| left.min(rest.len()));
            self.consume(len);
            skipped -= len as u64;
        }
        Ok(true)
    }

    /// Moves to the beginning of a member.
    fn open_at(&mut self, base: u64) -> io::Result<()> {
        let bytes = std::mem::replace(&mut self.bytes, Member::Changing);
        let (Member::Within { disk, .. } | Member::After { disk, .. }) = bytes else {
            return Err(io::Error::other("the file has no members"));
        };
        let raw = Raw::open(&disk, base)?;
        self.bytes = Member::After { raw, disk };
        self.window.clear();
        self.start = 0;
        self.base = base;
        self.within = 0;
        self.error = None;
        self.is_ended = false;
        Ok(())
    }

    /// Returns the next bytes, at least `len` unless the member, the file or an error ends before. Without any, the
    /// file has ended or an error has come.
    pub(super) fn peek(&mut self, len: usize) -> &[u8] {
        while self.window.len() - self.start < len.max(1) && self.fill() {}
        &self.window[self.start..]
    }

    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.window.len() - self.start);
        self.start += len;
        self.within += len as u64;
    }

    /// Returns whether an error comes next.
    pub(super) fn has_error(&self) -> bool {
        self.error.is_some() && self.start == self.window.len()
    }

    /// Returns whether the rest of the member is damaged, such as its checksum.
    pub(super) fn has_damaged_member(&self) -> bool {
        self.has_error() && matches!(self.bytes, Member::Within { .. })
    }

    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Reads more, and returns whether there was more. A new member is opened only if the window is empty.
    fn fill(&mut self) -> bool {
        if self.error.is_some() || self.is_ended {
            return false;
        }
        match self.read() {
            Ok(has_read) => has_read,
            Err(error) => {
                self.error = Some(error);
                false
            }
        }
    }

    fn read(&mut self) -> io::Result<bool> {
        loop {
            let is_empty = self.start == self.window.len();
            if self.start > 0 {
                self.window.drain(..self.start);
                self.start = 0;
            }
            let bytes: &mut dyn Read = match &mut self.bytes {
                Member::None { bytes, .. } => bytes,
                Member::Within { bytes, .. } => bytes,
                Member::After { .. } if !is_empty => return Ok(false),
                Member::After { .. } => {
                    if !self.next_member()? {
                        self.is_ended = true;
                        return Ok(false);
                    }
                    continue;
                }
                Member::Changing => return Ok(false),
            };
            let len = self.window.len();
            self.window.resize(len + CHUNK, 0);
            let read = read(bytes, &mut self.window[len..]);
            self.window
                .truncate(len + read.as_ref().map_or(0, |read| *read));
            match read {
                Ok(0) if self.leave_member() => {}
                Ok(0) => {
                    self.is_ended = true;
                    return Ok(false);
                }
                Ok(_) => return Ok(true),
                Err(error) => return Err(error),
            }
        }
    }

    /// Leaves a member at its end, or after an error. Returns false if there is none.
    fn leave_member(&mut self) -> bool {
        match std::mem::replace(&mut self.bytes, Member::Changing) {
            Member::Within { bytes, disk } => {
                let raw = bytes.into_inner().into_inner();
                self.bytes = Member::After { raw, disk };
                true
            }
            other => {
                self.bytes = other;
                false
            }
        }
    }

    /// Enters the next member. Returns false at the end of the file.
    fn next_member(&mut self) -> io::Result<bool> {
        let Member::After { raw, .. } = &mut self.bytes else {
            return Ok(false);
        };
        // Some programs pad a file with zeros.
        loop {
            match raw.fill_buf()? {
                [] => return Ok(false),
                [0x1F, ..] => break,
                [0, rest @ ..] => {
                    let zeros = rest.iter().take_while(|byte| **byte == 0).count();
                    raw.consume(1 + zeros);
                }
                _ => return Err(io::Error::other("there is other data between two members")),
            }
        }
        let bytes = std::mem::replace(&mut self.bytes, Member::Changing);
        if let Member::After { raw, disk } = bytes {
            self.base = raw.at;
            self.within = 0;
            let bytes = Box::new(Blocks::new(GzDecoder::new(raw)));
            self.bytes = Member::Within { bytes, disk };
        }
        Ok(true)
    }

    /// Moves to the next member that begins with a record, after an error. Returns false if there is none.
    pub(super) fn recover(&mut self) -> io::Result<bool> {
        /// A decoder may read into the next member before it meets an error.
        const BACK: u64 = 64 << 10;
        self.leave_member();
        let Member::After { raw, disk } = &self.bytes else {
            return Ok(false);
        };
        let from = raw.at.saturating_sub(BACK).max(self.base + 1);
        let found = find_member(disk.open_at(from)?)?;
        if let Some(at) = found {
            self.open_at(from + at)?;
        } else {
            self.window.clear();
            self.start = 0;
            self.is_ended = true;
        }
        Ok(found.is_some())
    }
}

fn read(bytes: &mut dyn Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match bytes.read(out) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Returns the offset of the first member that begins with a record.
fn find_member(bytes: Bytes) -> io::Result<Option<u64>> {
    /// How much of a member shows what it begins with.
    const ENOUGH: usize = 4 << 10;
    const MAGIC: &[u8] = b"\x1F\x8B\x08";
    let mut bytes = Ahead::new(bytes);
    let mut at = 0;
    loop {
        let window = bytes.peek(BLOCK + ENOUGH)?;
        let searched = &window[..window.len().min(BLOCK + MAGIC.len() - 1)];
        let found = memchr::memmem::find_iter(searched, MAGIC)
            .find(|at| begins_with_record(&window[*at..window.len().min(at + ENOUGH)]));
        if let Some(found) = found {
            return Ok(Some(at + found as u64));
        }
        if window.len() <= BLOCK {
            return Ok(None);
        }
        bytes.skip(BLOCK);
        at += BLOCK as u64;
    }
}

fn begins_with_record(member: &[u8]) -> bool {
    let mut start = [0; 5];
    let mut bytes = GzDecoder::new(Cursor::new(member));
    bytes.read_exact(&mut start).is_ok() && &start == b"WARC/"
}
