//! ZIP: an archive of files, each of which is read in the format it has.
//!
//! The directory at the end of the archive is read entry by entry and never held as a whole, and so is each
//! file, so memory does not grow with anything that an archive claims. Nothing is extracted: names are only names.
//!
//! A file may be several archives, one after another, as `cat` makes them.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};
use std::vec;

use flate2::Crc;

use super::{Articles, Claim, Format};
use crate::input::ahead::Bytes;
use crate::input::blocks::BLOCK;
use crate::input::described::Described;
use crate::input::fault::Fault;
use crate::input::ignored;
use crate::input::item::{Record, Reject};
use crate::input::nested::{Nested, rejected};
use crate::input::options::Options;
use crate::input::path_text;
use crate::input::position::Place;
use crate::input::recognize::{Start, first_line};
use crate::input::source::{Seekable, Source, Within};

pub(super) struct Zip;

/// What an archive may begin with: a file, the directory of an empty archive, or the mark of a split one.
const MAGIC: [&[u8]; 4] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK"];

impl Format for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn about(&self) -> &'static str {
        "An archive, recognized whatever the configured format: each file in it is read in the format it has, or in the configured one."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        if MAGIC.iter().any(|magic| start.bytes.starts_with(magic)) {
            return Ok(Claim::Sure);
        }
        if start.is_named(&["zip"]) && !start.bytes.is_empty() {
            return Err(Broken::NotZip(first_line(start.bytes)).into());
        }
        Ok(Claim::No)
    }

    fn is_container(&self) -> bool {
        true
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let within = source.inside()?;
        let mut bytes = source.seekable(options.max_bytes)?;
        let parts = Parts::find(&mut bytes)?;
        let mut archives = parts.archives.into_iter();
        let ends = archives.next().ok_or(Broken::NoDirectory)?;
        let mut directory = Directory {
            archive: Archive(Arc::new(Mutex::new(bytes))),
            ends,
            at: ends.start,
            window: Vec::new(),
            window_at: 0,
        };
        let is_web_archive = directory.inspect()?;
        Ok(Box::new(Reader {
            directory,
            archives,
            before: parts.before,
            after: parts.after,
            is_web_archive,
            entry: None,
            used: 0,
            has_found: false,
            within,
            options: Arc::clone(options),
        }))
    }
}

/// What is wrong with an archive or an entry.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the name says ZIP, but the file starts with {0:?}")]
    NotZip(String),
    #[error(
        "the ZIP archive has no directory at its end: it is truncated, or one part of a split archive"
    )]
    NoDirectory,
    #[error("the directory of the ZIP archive is damaged, and everything after this point is lost")]
    Directory,
    #[error("expected articles, found an Office document; save it as text")]
    Office,
    #[error("expected articles, found an e-book; save it as text")]
    Book,
    #[error("expected articles, found a ZIP archive without files")]
    NoFiles,
    #[error(
        "the entries of the ZIP archive overlap, so that together they are larger than it is; the rest is not read"
    )]
    Overlap,
    #[error(
        "the {0} bytes before the ZIP archive are the rest of another one, whose directory is missing; they are not read"
    )]
    Before(u64),
    #[error(
        "the {0} bytes after the ZIP archive do not belong to it, and are not read; if they are another archive, it is truncated"
    )]
    After(u64),
    #[error("the entry is encrypted; extract the archive")]
    Encrypted,
    #[error("the entry is compressed by {0}, which cannot be read; extract the archive")]
    Method(String),
    #[error("the entry is damaged: its data is not where the directory says")]
    Header,
    #[error("the entry is damaged")]
    Data(#[source] io::Error),
    #[error("the entry is damaged: it has fewer bytes than the directory says")]
    Short,
    #[error("the entry has more bytes than the directory says")]
    Long,
    #[error("the entry is damaged: its checksum is wrong")]
    Checksum,
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

impl From<Broken> for io::Error {
    fn from(broken: Broken) -> Self {
        Self::other(Fault::from(broken))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let number = bytes
        .get(at..at + 2)
        .and_then(|found| found.try_into().ok());
    number.map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let number = bytes
        .get(at..at + 4)
        .and_then(|found| found.try_into().ok());
    number.map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let number = bytes
        .get(at..at + 8)
        .and_then(|found| found.try_into().ok());
    number.map_or(0, u64::from_le_bytes)
}

/// What a file consists of.
struct Parts {
    /// The archives, one after another.
    archives: Vec<Ends>,
    /// The number of bytes of an archive before them that cannot be read.
    before: Option<u64>,
    /// The number of bytes after them that are none of theirs.
    after: Option<u64>,
}

impl Parts {
    fn find(archive: &mut impl Seekable) -> Result<Self, Fault> {
        let len = archive.seek(SeekFrom::End(0))?;
        let last = Ends::find(archive, len)?.ok_or(Broken::NoDirectory)?;
        let mut archives = vec![last];
        let mut before = None;
        let mut len = last.before;
        while len > 0 {
            let mut start = Vec::new();
            archive.seek(SeekFrom::Start(0))?;
            archive.by_ref().take(4).read_to_end(&mut start)?;
            // Otherwise it is the program of an archive that extracts itself.
            if !MAGIC[..2].iter().any(|magic| start.starts_with(magic)) {
                break;
            }
            // What is between two archives belongs to neither.
            let ends = Ends::find(archive, len)?.filter(|ends| ends.after == 0);
            let Some(ends) = ends else {
                before = Some(len);
                break;
            };
            archives.push(ends);
            len = ends.before;
        }
        archives.reverse();
        Ok(Self {
            archives,
            before,
            after: Some(last.after).filter(|after| *after > 0),
        })
    }
}

/// Where the parts of an archive begin and end in its file.
#[derive(Debug, Clone, Copy)]
struct Ends {
    /// The directory.
    start: u64,
    end: u64,
    /// The number of bytes before the archive, such as the program of one that extracts itself.
    before: u64,
    /// The number of bytes after the archive, without padding.
    after: u64,
}

impl Ends {
    /// The sizes of the records after the directory.
    const RECORD: usize = 22;
    const LOCATOR: usize = 20;
    const RECORD_64: usize = 56;

    /// Finds the directory of the archive that ends at a place of a file, by the record after the directory.
    fn find(archive: &mut impl Seekable, len: u64) -> io::Result<Option<Self>> {
        // The comment after the record is at most this long.
        const LONGEST: u64 = (Ends::RECORD_64 + Ends::LOCATOR + Ends::RECORD + 0xFFFF) as u64;

        let tail_at = len.saturating_sub(LONGEST);
        archive.seek(SeekFrom::Start(tail_at))?;
        let mut tail = Vec::new();
        archive
            .by_ref()
            .take(len - tail_at)
            .read_to_end(&mut tail)?;
        let records = || memchr::memmem::rfind_iter(&tail, b"PK\x05\x06");
        // Nothing may follow but a comment and padding: this may be the record of an archive inside a truncated one.
        let last = records().find(|at| {
            let end = at + Self::RECORD + usize::from(u16_at(&tail, at + 20));
            tail.get(end..).is_some_and(is_padding)
        });
        let ends = match last {
            Some(at) => Self::stated(&tail, at, tail_at),
            // If anything follows, the archive must begin where the file does.
            None => records()
                .filter(|at| at + Self::RECORD <= tail.len())
                .filter_map(|at| Self::stated(&tail, at, tail_at))
                .find(|ends| ends.before == 0),
        };
        Ok(ends)
    }

    /// Reads the record at a place of the end of an archive, which starts at an offset of the file.
    fn stated(tail: &[u8], at: usize, tail_at: u64) -> Option<Self> {
        let record = tail.get(at..)?;
        let mut size = u64::from(u32_at(record, 12));
        let mut stated = u64::from(u32_at(record, 16));
        let mut end = tail_at + at as u64;
        // Large archives have a second record, and between the two what points at it.
        let locator = at.checked_sub(Self::LOCATOR).map(|at| &tail[at..]);
        if locator.is_some_and(|locator| locator.starts_with(b"PK\x06\x07")) {
            let at = at.checked_sub(Self::LOCATOR + Self::RECORD_64)?;
            let record = &tail[at..];
            if !record.starts_with(b"PK\x06\x06") {
                return None;
            }
            size = u64_at(record, 40);
            stated = u64_at(record, 48);
            end = tail_at + at as u64;
        }
        let start = end.checked_sub(size)?;
        let before = start.checked_sub(stated)?;
        let after = record.get(Self::RECORD + usize::from(u16_at(record, 20))..);
        let after = after
            .filter(|rest| !is_padding(rest))
            .map_or(0, <[u8]>::len);
        Some(Self {
            start,
            end,
            before,
            after: after as u64,
        })
    }
}

/// Returns whether these bytes are only padding: zeros and line ends.
fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|byte| matches!(byte, 0 | b'\r' | b'\n'))
}

/// The file of an archive, which its directory and the entry that is read share.
#[derive(Clone)]
struct Archive(Arc<Mutex<Box<dyn Seekable>>>);

impl Archive {
    fn read_at(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        let archive = self.0.lock();
        let mut archive =
            archive.map_err(|_| io::Error::other("a reader of the archive panicked"))?;
        archive.seek(SeekFrom::Start(at))?;
        archive.read(out)
    }

    /// Returns a part of the file as a stream.
    fn part(&self, at: u64, len: u64) -> Part {
        Part {
            archive: self.clone(),
            at,
            left: len,
        }
    }
}

/// A part of the file.
struct Part {
    archive: Archive,
    at: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(out.len(), |left| left.min(out.len()));
        if most == 0 {
            return Ok(0);
        }
        let read = self.archive.read_at(self.at, &mut out[..most])?;
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

/// The entries as the directory at the end of the archive lists them.
struct Directory {
    archive: Archive,
    ends: Ends,
    /// Where the next entry is.
    at: u64,
    /// A part of the directory, and where it begins.
    window: Vec<u8>,
    window_at: u64,
}

/// An entry of the directory.
struct Entry {
    name: String,
    flags: u16,
    method: u16,
    checksum: u32,
    /// The number of bytes in the archive.
    packed: u64,
    /// The number of bytes of the file.
    size: u64,
    /// Where its header is, from the beginning of the archive.
    header_at: u64,
    is_link: bool,
}

impl Directory {
    /// The size of an entry without name, extra fields and comment.
    const ENTRY: usize = 46;

    /// Returns the bytes after the last entry that was read, or fewer at the end of the directory.
    fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let has = |directory: &Self| {
            let skipped = usize::try_from(directory.at.checked_sub(directory.window_at)?).ok()?;
            let unread = directory.window.get(skipped..)?;
            (unread.len() >= len).then_some(skipped)
        };
        let skipped = if let Some(skipped) = has(self) {
            skipped
        } else {
            let left = self.ends.end - self.at;
            let most = left.min(len.max(64 << 10) as u64);
            self.window.clear();
            self.window_at = self.at;
            let mut part = self.archive.part(self.at, most);
            part.read_to_end(&mut self.window)?;
            0
        };
        let unread = &self.window[skipped..];
        Ok(&unread[..len.min(unread.len())])
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.ends.end
    }

    /// Goes to the beginning of the directory of an archive.
    fn go_to(&mut self, ends: Ends) {
        self.ends = ends;
        self.at = ends.start;
    }

    /// Reads the next entry. After a fault, the directory is at its end.
    fn next(&mut self) -> Result<Entry, Fault> {
        self.read().inspect_err(|_| self.at = self.ends.end)
    }

    fn read(&mut self) -> Result<Entry, Fault> {
        let head = self.peek(Self::ENTRY)?;
        if head.len() < Self::ENTRY || !head.starts_with(b"PK\x01\x02") {
            return Err(Broken::Directory.into());
        }
        let lens = [28, 30, 32].map(|at| usize::from(u16_at(head, at)));
        let len = Self::ENTRY + lens.iter().sum::<usize>();
        let bytes = self.peek(len)?;
        if bytes.len() < len {
            return Err(Broken::Directory.into());
        }
        let (name, rest) = bytes[Self::ENTRY..].split_at(lens[0]);
        let entry = Entry::new(bytes, name, &rest[..lens[1]]);
        self.at += len as u64;
        Ok(entry)
    }

    /// Looks through the first entries for the signs of a document, which is an archive too. Returns whether it is a
    /// web archive (WACZ): WARC files with indexes, logs and lists of their pages.
    fn inspect(&mut self) -> Result<bool, Fault> {
        const MOST: usize = 1000;
        let (mut has_crawl, mut has_package) = (false, false);
        for _ in 0..MOST {
            if self.is_at_end() {
                break;
            }
            // A damaged directory is told where its entries are read.
            let Ok(entry) = self.read() else {
                break;
            };
            match entry.name.as_str() {
                "META-INF/container.xml" => return Err(Broken::Book.into()),
                "mimetype" => {
                    let mut kind = Vec::new();
                    if let Ok(bytes) = self.open(&entry) {
                        // What cannot be read is no such mark.
                        let _ = bytes.take(60).read_to_end(&mut kind);
                    }
                    if kind.starts_with(b"application/epub+zip") {
                        return Err(Broken::Book.into());
                    }
                    if kind.starts_with(b"application/") {
                        return Err(Broken::Office.into());
                    }
                }
                "[Content_Types].xml" => return Err(Broken::Office.into()),
                "datapackage.json" | "pages/pages.jsonl" => has_package = true,
                name => {
                    let crawl = name.strip_prefix("archive/");
                    has_crawl |= crawl.is_some_and(|name| name.contains(".warc"));
                }
            }
        }
        self.at = self.ends.start;
        Ok(has_crawl && has_package)
    }

    /// Opens the file of an entry.
    fn open(&self, entry: &Entry) -> Result<Bytes, Fault> {
        const HEADER: u64 = 30;
        const IS_ENCRYPTED: u16 = 1;
        if entry.flags & IS_ENCRYPTED != 0 {
            return Err(Broken::Encrypted.into());
        }
        let mut header = Vec::new();
        let at = self.ends.before.checked_add(entry.header_at);
        let at = at
            .filter(|at| *at < self.ends.start)
            .ok_or(Broken::Header)?;
        let mut part = self.archive.part(at, HEADER);
        part.read_to_end(&mut header)?;
        if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
            return Err(Broken::Header.into());
        }
        let at = at + HEADER + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let end = at.checked_add(entry.packed);
        end.filter(|end| *end <= self.ends.start)
            .ok_or(Broken::Header)?;
        let part = self.archive.part(at, entry.packed);
        // A million small files do not allocate large buffers.
        let size = usize::try_from(entry.packed).map_or(BLOCK, |packed| packed.clamp(1, BLOCK));
        let packed = BufReader::with_capacity(size, part);
        let bytes: Bytes = match entry.method {
            0 => Box::new(packed),
            8 => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
            12 => Box::new(bzip2::bufread::BzDecoder::new(packed)),
            93 => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
            95 => Box::new(liblzma::bufread::XzDecoder::new(packed)),
            method => return Err(Broken::Method(method_name(method)).into()),
        };
        Ok(Box::new(Checked {
            bytes,
            crc: Crc::new(),
            checksum: entry.checksum,
            left: entry.size,
        }))
    }
}

/// Returns the name of a method of compression that is not read.
fn method_name(method: u16) -> String {
    match method {
        1 => "shrinking".into(),
        2..=5 => "reducing".into(),
        6 => "imploding".into(),
        9 => "Deflate64".into(),
        14 => "LZMA".into(),
        98 => "PPMd".into(),
        _ => format!("method {method}"),
    }
}

impl Entry {
    /// Reads an entry of the directory.
    fn new(entry: &[u8], name: &[u8], extra: &[u8]) -> Self {
        const IS_UTF8: u16 = 1 << 11;
        const UNIX: u16 = 3;
        let mode = u32_at(entry, 38) >> 16;
        let flags = u16_at(entry, 8);
        let mut found = Self {
            name: String::new(),
            flags,
            method: u16_at(entry, 10),
            checksum: u32_at(entry, 16),
            packed: u64::from(u32_at(entry, 20)),
            size: u64::from(u32_at(entry, 24)),
            header_at: u64::from(u32_at(entry, 42)),
            is_link: u16_at(entry, 4) >> 8 == UNIX && mode & 0o170_000 == 0o120_000,
        };
        let mut unicode = None;
        let mut extra = extra;
        while extra.len() >= 4 {
            let (kind, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
            let field = extra.get(4..4 + len).unwrap_or_default();
            match kind {
                1 => found.widen(field),
                // The name in UTF-8, if the other one has not been changed since.
                0x7075 if field.first() == Some(&1) => {
                    let mut crc = Crc::new();
                    crc.update(name);
                    unicode = field.get(5..).filter(|_| u32_at(field, 1) == crc.sum());
                }
                _ => {}
            }
            extra = extra.get(4 + len..).unwrap_or_default();
        }
        // Many programs write UTF-8 and do not say so.
        found.name = match std::str::from_utf8(unicode.unwrap_or(name)) {
            Ok(name) => name.to_owned(),
            Err(_) if flags & IS_UTF8 != 0 => path_text::of_bytes(name),
            Err(_) => name.iter().copied().map(cp437).collect(),
        };
        // Some programs for Windows write its separator.
        found.name = found.name.replace('\\', "/");
        found
    }

    /// Takes those numbers from a field of 64-bit numbers that do not fit into 32 bits.
    fn widen(&mut self, mut field: &[u8]) {
        for number in [&mut self.size, &mut self.packed, &mut self.header_at] {
            if *number == u64::from(u32::MAX)
                && let Some((wide, rest)) = field.split_at_checked(8)
            {
                *number = u64_at(wide, 0);
                field = rest;
            }
        }
    }

    /// Returns whether it is not for reading: a folder, a link or a hidden file.
    fn is_skipped(&self) -> bool {
        self.name.ends_with('/') || self.is_link || ignored::is_hidden(&self.name)
    }
}

/// Decodes a byte in the encoding of DOS, that of names which are not UTF-8.
fn cp437(byte: u8) -> char {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
        └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
    match byte.checked_sub(0x80) {
        Some(upper) => UPPER
            .chars()
            .nth(upper.into())
            .unwrap_or(char::REPLACEMENT_CHARACTER),
        None => byte.into(),
    }
}

/// The bytes of a file, which must be those that the directory describes.
struct Checked {
    bytes: Bytes,
    crc: Crc,
    checksum: u32,
    left: u64,
}

impl Read for Checked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = match self.bytes.read(out) {
            Ok(read) => read,
            Err(error) if error.raw_os_error().is_some() => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(Broken::Data(error).into()),
        };
        if read == 0 && !out.is_empty() {
            if self.left > 0 {
                return Err(Broken::Short.into());
            }
            if self.crc.sum() != self.checksum {
                return Err(Broken::Checksum.into());
            }
        }
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or(Broken::Long)?;
        self.crc.update(&out[..read]);
        Ok(read)
    }
}

struct Reader {
    directory: Directory,
    /// The archives after the one whose directory is read.
    archives: vec::IntoIter<Ends>,
    /// What is before the first archive and after the last one, as long as it has not been told.
    before: Option<u64>,
    after: Option<u64>,
    is_web_archive: bool,
    /// The entry that is read.
    entry: Option<Open>,
    /// The bytes of the archive that the entries so far take. If they are more than there are, entries overlap: a
    /// small archive would become a large one.
    used: u64,
    /// Whether there was a file.
    has_found: bool,
    within: Within,
    options: Arc<Options>,
}

/// Returns the kind of an entry of a web archive that repeats or describes what is in its WARC files.
///
/// <https://specs.webrecorder.net/wacz/>
fn beside_crawl(name: &str) -> Option<&'static str> {
    match name.split('/').next() {
        Some("archive") => None,
        Some("indexes") => Some("index"),
        Some("logs") => Some("log"),
        _ => Some("metadata"),
    }
}

/// An entry that is read.
struct Open {
    articles: Nested,
    /// The position in the directory and the bytes used, both before this entry.
    place: [u64; 2],
}

impl Reader {
    fn open(&mut self, place: [u64; 2], entry: &Entry) -> Result<(), Reject> {
        self.has_found = true;
        if self.is_web_archive
            && let Some(kind) = beside_crawl(&entry.name)
        {
            return Err(rejected(&entry.name, Fault::Ignored(kind)));
        }
        let bytes = self.directory.open(entry).map_err(|fault| {
            let ignored = ignored::by_name(&entry.name).map(Fault::Ignored);
            rejected(&entry.name, ignored.unwrap_or(fault))
        })?;
        self.used = self.used.saturating_add(entry.packed);
        if self.used > self.directory.ends.start - self.directory.ends.before {
            self.directory.at = self.directory.ends.end;
            return Err(Reject::file(Broken::Overlap.into()));
        }
        let articles = Nested::open(&entry.name, bytes, &self.within, &self.options)?;
        self.entry = Some(Open { articles, place });
        Ok(())
    }

    fn here(&self) -> [u64; 2] {
        [self.directory.at, self.used]
    }

    /// Goes to the archive after one that has ended. Returns false after the last one.
    fn next_archive(&mut self) -> Result<bool, Fault> {
        let Some(ends) = self.archives.next() else {
            return Ok(false);
        };
        self.directory.go_to(ends);
        self.used = 0;
        let inspected = self.directory.inspect();
        self.is_web_archive = inspected.inspect_err(|_| self.directory.at = ends.end)?;
        Ok(true)
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(before) = self.before.take() {
            self.has_found = true;
            return Some(Err(Reject::file(Broken::Before(before).into())));
        }
        loop {
            if let Some(open) = &mut self.entry {
                let item = open.articles.next();
                if item.is_some() {
                    return item;
                }
                self.entry = None;
            }
            if self.directory.is_at_end() {
                match self.next_archive() {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(fault) => {
                        self.has_found = true;
                        return Some(Err(Reject::file(fault)));
                    }
                }
                let has_found = std::mem::replace(&mut self.has_found, true);
                let fault = match self.after.take() {
                    Some(after) => Broken::After(after),
                    None if has_found => return None,
                    None => Broken::NoFiles,
                };
                return Some(Err(Reject::file(fault.into())));
            }
            let place = self.here();
            let opened = match self.directory.next() {
                Ok(entry) if entry.is_skipped() => continue,
                Ok(entry) => self.open(place, &entry),
                Err(fault) => {
                    self.has_found = true;
                    Err(Reject::file(fault))
                }
            };
            if let Err(reject) = opened {
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
            return Some(Place::new([&open.place, inner.numbers()].concat()));
        }
        let is_over =
            self.directory.is_at_end() && self.archives.len() == 0 && self.after.is_none();
        (!is_over).then(|| Place::new(self.here()))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let changed = || io::Error::other("it has become another archive");
        let &[at, used, ref inner @ ..] = place.numbers() else {
            return Err(changed());
        };
        let mut ends = self.directory.ends;
        while ends.end < at {
            ends = self.archives.next().ok_or_else(changed)?;
        }
        if at < ends.start {
            return Err(changed());
        }
        self.directory.go_to(ends);
        self.is_web_archive = self.directory.inspect().unwrap_or_default();
        self.directory.at = at;
        self.used = used;
        self.before = None;
        self.has_found = true;
        if !inner.is_empty() {
            let here = self.here();
            let entry = self.directory.next().map_err(|_| changed())?;
            self.open(here, &entry).map_err(|_| changed())?;
            let open = self.entry.as_mut().ok_or_else(changed)?;
            open.articles.enter(&Place::new(inner))?;
        }
        Ok(())
    }

    fn describe(&mut self, _: &mut Described) {}
}
