//! tar: an archive of files, each of which is read in the format it has.
//!
//! An archive is a sequence of blocks, a header before the blocks of each file, and it is read as a stream, so it may
//! be compressed. The entry that is read and the reader of the archive share that stream. Nothing is extracted:
//! names are only names.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard};

use encoding_rs::WINDOWS_1252;

use super::{Articles, Claim, Format};
use crate::input::ahead::Ahead;
use crate::input::described::Described;
use crate::input::disk::Disk;
use crate::input::fault::Fault;
use crate::input::ignored;
use crate::input::item::{Record, Reject};
use crate::input::nested::{Nested, rejected};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, first_line};
use crate::input::source::{Source, Within};

pub(super) struct Tar;

const BLOCK: usize = 512;

type Block = [u8; BLOCK];

/// The kind of a sparse file of GNU tar.
const SPARSE: u8 = b'S';

const ZEROS: Block = [0; BLOCK];

/// The extensions of archives. Those of compressed archives are one word.
const NAMES: &[&str] = &[
    "tar", "tgz", "taz", "tbz", "tbz2", "tb2", "txz", "tzst", "tzstd",
];

impl Format for Tar {
    fn name(&self) -> &'static str {
        "tar"
    }

    fn about(&self) -> &'static str {
        "An archive, recognized whatever the configured format: each file in it is read in the format it has, or in the configured one."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        let first = start.bytes.first_chunk::<BLOCK>();
        if first.is_some_and(|block| Header::new(block).is_some()) {
            return Ok(Claim::Sure);
        }
        // Its first header is damaged.
        if start.bytes.get(257..262) == Some(b"ustar") {
            return Ok(Claim::Sure);
        }
        if start.is_named(NAMES) {
            return match first {
                Some(&ZEROS) => Ok(Claim::Sure),
                _ if start.bytes.is_empty() => Ok(Claim::No),
                _ => Err(Broken::NotTar(first_line(start.bytes)).into()),
            };
        }
        Ok(Claim::No)
    }

    fn is_container(&self) -> bool {
        true
    }

    fn open(&self, mut source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let within = source.inside()?;
        let disk = source.disk.take();
        Ok(Box::new(Reader {
            stream: Stream::new(source.bytes, 0),
            disk,
            entry: None,
            next: 0,
            is_over: false,
            has_found: false,
            within,
            options: Arc::clone(options),
        }))
    }
}

/// What is wrong with an archive or an entry.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the name says tar, but the file starts with {0:?}")]
    NotTar(String),
    #[error("expected articles, found a tar archive without files")]
    NoFiles,
    #[error("a header of the tar archive is damaged; reading continues at the next one")]
    Header,
    #[error("a header of the tar archive is damaged, and there is no other after it")]
    LastHeader,
    #[error(
        "the tar archive ends without its end mark: it is truncated, and everything after this point is missing"
    )]
    NoEnd,
    #[error(
        "what follows the end mark of the tar archive is no archive, and is not read up to the next header"
    )]
    After,
    #[error("what follows the end mark of the tar archive is no archive, and is not read")]
    LastAfter,
    #[error("the name or the attributes of the entry have more than {MOST_ATTRIBUTES} bytes")]
    Attributes,
    #[error("the entry is a sparse file, which cannot be read; extract the archive")]
    Sparse,
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

/// The stream of an archive, which its reader and the entry that is read share.
#[derive(Clone)]
struct Stream(Arc<Mutex<Shared>>);

struct Shared {
    bytes: Ahead,
    /// The number of bytes read, from the beginning of the archive.
    at: u64,
    /// The error that an entry got.
    error: Option<io::Error>,
}

impl Stream {
    fn new(bytes: Ahead, at: u64) -> Self {
        Self(Arc::new(Mutex::new(Shared {
            bytes,
            at,
            error: None,
        })))
    }

    fn lock(&self) -> io::Result<MutexGuard<'_, Shared>> {
        let shared = self.0.lock();
        shared.map_err(|_| io::Error::other("a reader of the archive panicked"))
    }

    fn at(&self) -> u64 {
        self.lock().map_or(0, |shared| shared.at)
    }

    /// Returns whether an entry got an error.
    fn has_failed(&self) -> bool {
        self.lock().is_ok_and(|shared| shared.error.is_some())
    }

    /// Moves forward to an offset.
    fn skip_to(&self, at: u64) -> io::Result<()> {
        let mut shared = self.lock()?;
        if let Some(error) = shared.error.take() {
            return Err(error);
        }
        let left = at.saturating_sub(shared.at);
        let skipped = io::copy(&mut (&mut *shared).take(left), &mut io::sink())?;
        if skipped < left {
            return Err(io::Error::other(Fault::Cut("tar")));
        }
        Ok(())
    }

    /// Reads a block; none at the end of the stream. Part of a block is none either.
    fn block(&self) -> io::Result<Option<Block>> {
        let mut shared = self.lock()?;
        let block = shared.bytes.peek(BLOCK)?.first_chunk().copied();
        if block.is_some() {
            shared.skip_block();
        }
        Ok(block)
    }

    /// Returns whether another block follows that is not all zeros.
    fn has_other_than_zeros(&self) -> io::Result<bool> {
        let mut shared = self.lock()?;
        let next: Option<&Block> = shared.bytes.peek(BLOCK)?.first_chunk();
        Ok(next.is_some_and(|block| *block != ZEROS))
    }

    /// Returns whether less than a block follows, and is no padding.
    fn has_rest(&self) -> io::Result<bool> {
        let mut shared = self.lock()?;
        let rest = shared.bytes.peek(BLOCK)?;
        Ok(rest.iter().any(|byte| !matches!(byte, 0 | b'\r' | b'\n')))
    }

    /// Moves to the next block that is a header or belongs to the end mark. Returns whether there is one.
    fn skip_to_header(&self) -> io::Result<bool> {
        let mut shared = self.lock()?;
        while let Some(block) = shared.bytes.peek(BLOCK)?.first_chunk() {
            if *block == ZEROS || Header::new(block).is_some() {
                return Ok(true);
            }
            shared.skip_block();
        }
        Ok(false)
    }
}

impl Shared {
    fn skip_block(&mut self) {
        self.bytes.skip(BLOCK);
        self.at += BLOCK as u64;
    }
}

impl Read for Shared {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(out)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The bytes of a file.
struct Part {
    stream: Stream,
    end: u64,
}

impl Read for Part {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.stream.lock()?;
        let left = self.end.saturating_sub(shared.at);
        let most = usize::try_from(left).map_or(out.len(), |left| left.min(out.len()));
        if most == 0 {
            return Ok(0);
        }
        let error = match shared.read(&mut out[..most]) {
            Ok(0) => io::Error::other(Fault::Cut("tar")),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => error,
            read => return read,
        };
        shared.error = Some(copy(&error));
        Err(error)
    }
}

/// Returns a copy of an error, as far as its message goes.
fn copy(error: &io::Error) -> io::Error {
    let copied = |error: &io::Error| io::Error::new(error.kind(), error.to_string());
    let fault = error.get_ref().and_then(|error| error.downcast_ref());
    match fault {
        Some(Fault::Cut(name)) => io::Error::other(Fault::Cut(name)),
        Some(Fault::Damaged {
            name,
            since,
            source,
        }) => io::Error::other(Fault::Damaged {
            name,
            since: *since,
            source: copied(source),
        }),
        _ => copied(error),
    }
}

/// What the header of an entry says.
#[derive(Debug)]
struct Header {
    kind: u8,
    name: Vec<u8>,
    size: u64,
}

impl Header {
    /// Reads a header; none if it is damaged, or no header.
    fn new(block: &Block) -> Option<Self> {
        const CHECKSUM: std::ops::Range<usize> = 148..156;
        let stated = number(&block[CHECKSUM])?;
        // Some old programs added up signed bytes.
        let (mut sum, mut signed) = (0_u64, 0_i64);
        for (at, byte) in block.iter().enumerate() {
            let byte = if CHECKSUM.contains(&at) { b' ' } else { *byte };
            sum += u64::from(byte);
            signed += i64::from(byte.cast_signed());
        }
        if stated != sum && i64::try_from(stated).ok() != Some(signed) {
            return None;
        }
        let mut name = text(&block[..100]).to_vec();
        // GNU tar has other fields at the place of the prefix.
        let prefix = text(&block[345..500]);
        if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Some(Self {
            kind: block[156],
            name,
            size: number(&block[124..136])?,
        })
    }

    /// Returns whether it precedes the header of the file it belongs to.
    fn precedes(&self) -> bool {
        matches!(self.kind, b'x' | b'X' | b'g' | b'L' | b'K')
    }

    /// Returns whether it has the contents of a file. Unknown kinds are to be read as files.
    fn is_file(&self) -> bool {
        // Links, devices, folders, pipes, and what GNU tar notes of folders, volumes and long names.
        !matches!(self.kind, b'1'..=b'6' | b'D' | b'M' | b'N' | b'V') && !self.name.ends_with(b"/")
    }
}

/// Returns a field up to its first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Reads a number: octal digits, or binary if the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xFF, rest @ ..] = field {
        let start = u64::from(first & 0x7F);
        return rest.iter().try_fold(start, |number, byte| {
            Some(number.checked_mul(256)? | u64::from(*byte))
        });
    }
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'7' => Some(number.checked_mul(8)? | u64::from(byte - b'0')),
        _ => None,
    })
}

/// The most bytes of a long name or of the attributes before an entry.
const MOST_ATTRIBUTES: u64 = 1 << 20;

/// What the headers before that of a file say of it.
#[derive(Debug, Default)]
struct Attributes {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
    is_too_long: bool,
}

impl Attributes {
    /// Reads records such as `20 path=seiten/a.html` and a line end.
    fn read(&mut self, mut records: &[u8]) {
        while let Some(blank) = records.iter().position(|byte| *byte == b' ') {
            let (len, _) = records.split_at(blank);
            let len = std::str::from_utf8(len)
                .ok()
                .and_then(|len| len.parse().ok());
            let Some((record, rest)) = len.and_then(|len: usize| records.split_at_checked(len))
            else {
                return;
            };
            records = rest;
            let record = record.get(blank + 1..).unwrap_or_default();
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = record.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => {
                    self.size = std::str::from_utf8(value)
                        .ok()
                        .and_then(|size| size.parse().ok());
                }
                _ => self.is_sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
    }
}

/// What follows in an archive.
enum Next {
    Entry(Entry),
    /// A damaged header.
    Damaged(Broken),
    End,
}

/// A file in the archive.
#[derive(Debug)]
struct Entry {
    name: String,
    /// Where its bytes end.
    end: u64,
    is_file: bool,
    fault: Option<Broken>,
}

struct Reader {
    stream: Stream,
    /// The file on disk, if the archive is not compressed.
    disk: Option<Disk>,
    /// The entry that is read.
    entry: Option<Open>,
    /// Where the entry after it begins.
    next: u64,
    /// Whether the end was reached.
    is_over: bool,
    /// Whether there was a file.
    has_found: bool,
    within: Within,
    options: Arc<Options>,
}

/// An entry that is read.
struct Open {
    articles: Nested,
    /// Where its headers begin.
    at: u64,
}

impl Reader {
    /// Reads the headers of the next entry.
    fn read(&self) -> Result<Next, Fault> {
        let mut attributes = Attributes::default();
        let mut zeros = 0;
        loop {
            // The end mark has two blocks: a single one was a header.
            if zeros == 1 && self.stream.has_other_than_zeros()? {
                return self.damaged();
            }
            let block = match self.stream.block()? {
                Some(ZEROS) => {
                    zeros += 1;
                    continue;
                }
                Some(block) => block,
                None if zeros > 0 && self.stream.has_rest()? => {
                    return Ok(Next::Damaged(Broken::LastAfter));
                }
                None if zeros > 0 => return Ok(Next::End),
                None => return Err(Broken::NoEnd.into()),
            };
            let Some(header) = Header::new(&block) else {
                // After the end mark there may be another archive.
                if zeros > 0 {
                    let continues = self.stream.skip_to_header()?;
                    return Ok(Next::Damaged(if continues {
                        Broken::After
                    } else {
                        Broken::LastAfter
                    }));
                }
                return self.damaged();
            };
            if header.precedes() {
                self.attributes(&header, &mut attributes)?;
                continue;
            }
            let size = match header.kind {
                // These may state a size and have no contents.
                b'1'..=b'6' => 0,
                _ => attributes.size.unwrap_or(header.size),
            };
            let fault = if attributes.is_too_long {
                Some(Broken::Attributes)
            } else {
                (header.kind == SPARSE || attributes.is_sparse).then_some(Broken::Sparse)
            };
            if header.kind == SPARSE {
                self.skip_map(&block)?;
            }
            let is_file = header.is_file();
            return Ok(Next::Entry(Entry {
                name: decoded(&attributes.name.unwrap_or(header.name)),
                end: self.stream.at().saturating_add(size),
                is_file,
                fault,
            }));
        }
    }

    /// Moves past a damaged header.
    fn damaged(&self) -> Result<Next, Fault> {
        let continues = self.stream.skip_to_header()?;
        Ok(Next::Damaged(if continues {
            Broken::Header
        } else {
            Broken::LastHeader
        }))
    }

    /// Skips the rest of the map of a sparse file, which stands before its bytes.
    fn skip_map(&self, header: &Block) -> Result<(), Fault> {
        let mut continues = header[482] != 0;
        while continues {
            let block = self.stream.block()?.ok_or(Fault::Cut("tar"))?;
            continues = block[504] != 0;
        }
        Ok(())
    }

    /// Reads what stands before the header of a file.
    fn attributes(&self, header: &Header, attributes: &mut Attributes) -> Result<(), Fault> {
        let end = self.stream.at().saturating_add(header.size);
        if header.size > MOST_ATTRIBUTES {
            attributes.is_too_long = true;
        } else {
            let mut bytes = Vec::new();
            let mut part = Part {
                stream: self.stream.clone(),
                end,
            };
            part.read_to_end(&mut bytes)?;
            match header.kind {
                b'L' => attributes.name = Some(text(&bytes).to_vec()),
                b'x' | b'X' => attributes.read(&bytes),
                // Attributes of all entries and targets of links.
                _ => {}
            }
        }
        Ok(self.stream.skip_to(padded(end))?)
    }

    /// Reads up to the next entry, and opens it.
    fn open(&mut self) -> Result<(), Reject> {
        let at = self.next;
        let next = self.stream.skip_to(at).map_err(Fault::from);
        let next = next.and_then(|()| self.read()).map_err(|fault| {
            self.is_over = true;
            self.has_found = true;
            Reject::file(fault)
        })?;
        let entry = match next {
            Next::Entry(entry) => entry,
            Next::Damaged(broken) => {
                self.next = self.stream.at();
                self.is_over = matches!(broken, Broken::LastHeader | Broken::LastAfter);
                self.has_found = true;
                return Err(Reject::file(broken.into()));
            }
            Next::End => {
                self.is_over = true;
                return if self.has_found {
                    Ok(())
                } else {
                    Err(Reject::file(Broken::NoFiles.into()))
                };
            }
        };
        self.next = padded(entry.end);
        if !entry.is_file || ignored::is_hidden(&entry.name) {
            return Ok(());
        }
        self.has_found = true;
        if let Some(fault) = entry.fault {
            return Err(rejected(&entry.name, fault.into()));
        }
        let part = Part {
            stream: self.stream.clone(),
            end: entry.end,
        };
        let articles = Nested::open(&entry.name, Box::new(part), &self.within, &self.options)
            .inspect_err(|reject| self.note(reject))?;
        self.entry = Some(Open { articles, at });
        Ok(())
    }

    /// Takes notice of a failure of an entry: one that tells that the stream ends early is the last.
    fn note(&mut self, reject: &Reject) {
        let is_told = matches!(
            reject.fault,
            Fault::Cut(_) | Fault::Damaged { .. } | Fault::Read(_)
        );
        self.is_over |= is_told && self.stream.has_failed();
    }
}

/// Decodes a name. Old archives have names in the encoding of their system.
fn decoded(name: &[u8]) -> String {
    let name = name.strip_prefix(b"./").unwrap_or(name);
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => WINDOWS_1252
            .decode_without_bom_handling(name)
            .0
            .into_owned(),
    }
}

/// Returns the offset of the first block after an offset.
fn padded(end: u64) -> u64 {
    end.checked_next_multiple_of(BLOCK as u64)
        .unwrap_or(u64::MAX)
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(open) = &mut self.entry {
                let item = open.articles.next();
                if let Some(Err(reject)) = &item {
                    self.note(reject);
                }
                if item.is_some() {
                    return item;
                }
                self.entry = None;
            }
            if self.is_over {
                return None;
            }
            if let Err(reject) = self.open() {
                return Some(Err(reject));
            }
        }
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        if let Some(open) = &self.entry
            && let Some(inner) = open.articles.place()
        {
            return Some(Place::new([&[open.at], inner.numbers()].concat()));
        }
        (!self.is_over).then(|| Place::new([self.next]))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let changed = || io::Error::other("it has become another archive");
        let &[at, ref inner @ ..] = place.numbers() else {
            return Err(changed());
        };
        if let Some(disk) = &self.disk {
            self.stream = Stream::new(Ahead::new(disk.open_at(at)?), at);
        }
        self.next = at;
        self.has_found = true;
        if !inner.is_empty() {
            self.open().map_err(|_| changed())?;
            let open = self.entry.as_mut().ok_or_else(changed)?;
            open.articles.enter(&Place::new(inner))?;
        }
        Ok(())
    }

    fn describe(&mut self, _: &mut Described) {}
}
