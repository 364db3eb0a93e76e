//! What the formats have in common when they look at the beginning of a file.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memchr_iter;

use super::encoding::{Decoding, Mode};
use super::fault::{Fault, beginning};
use super::source::{Name, Source};

/// How much of a text is looked at.
pub(super) const BEGINNING: usize = 64 << 10;

/// How many bytes are looked at: as many as hold the beginning of a text in any encoding.
const RAW: usize = 4 * BEGINNING;

/// The beginning of a file, unpacked but not decoded, and its name.
pub(super) struct Start<'a> {
    pub(super) bytes: &'a [u8],
    name: &'a Name,
    decoding: Decoding,
    /// The text, as soon as a format has asked for it.
    text: OnceCell<Cow<'a, [u8]>>,
}

impl<'a> Start<'a> {
    /// Looks at the beginning of a source.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(super) fn new(source: &'a mut Source, decoding: Decoding) -> Result<Self, Fault> {
        // What breaks off before it could be recognized is not looked at.
        source.bytes.peek(4)?;
        Ok(Self {
            bytes: source.bytes.peek_most(RAW),
            name: &source.name,
            decoding,
            text: OnceCell::new(),
        })
    }

    /// Tells whether the name claims a format by one of its extensions.
    pub(super) fn is_named(&self, extensions: &[&str]) -> bool {
        self.name.has(extensions)
    }

    /// Returns the beginning as text. A format that is not text looks at the bytes before any asks for this.
    ///
    /// # Errors
    ///
    /// If it is empty or no text for sure, so that no format of text has to be asked.
    pub(super) fn text(&self) -> Result<TextStart<'_>, Fault> {
        let (mode, mark) = self.decoding.mode(self.bytes)?;
        let text = self.text.get_or_init(|| {
            let is_whole = self.bytes.len() < RAW;
            mode.convert_start(&self.bytes[mark..], is_whole, BEGINNING)
        });
        TextStart::new(text, mode)
    }
}

/// The beginning of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextStart<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) mode: Mode,
    /// The last byte of a line.
    pub(super) terminator: u8,
}

impl<'a> TextStart<'a> {
    /// Looks at the first bytes of a text.
    ///
    /// # Errors
    ///
    /// If there are none, or no text for sure.
    pub(super) fn new(bytes: &'a [u8], mode: Mode) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Err(Fault::EmptyFile);
        }
        if let Some(kind) = binary(bytes) {
            return Err(Fault::Binary(kind));
        }
        // Old Macs ended lines with a carriage return alone.
        let has_old_lines = !bytes.contains(&b'\n') && bytes.trim_ascii_end().contains(&b'\r');
        Ok(Self {
            bytes,
            mode,
            terminator: if has_old_lines { b'\r' } else { b'\n' },
        })
    }

    /// Returns why this is binary data, if it has NUL bytes.
    pub(super) fn nul(self) -> Option<Fault> {
        let nuls = memchr_iter(0, self.bytes).count();
        if nuls == 0 {
            return None;
        }
        // Latin text in UTF-16 has a NUL in every other byte, always on the same side.
        let odd = memchr_iter(0, self.bytes).filter(|at| at % 2 == 1).count();
        let is_text = nuls * 3 > self.bytes.len();
        Some(Fault::Binary(if is_text && odd * 10 > nuls * 9 {
            "UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16le\""
        } else if is_text && odd * 10 < nuls {
            "UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16be\""
        } else {
            "binary data"
        }))
    }
}

/// Returns the first line of a text, as far as it fits into a message.
pub(super) fn first_line(text: &[u8]) -> String {
    let line = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    beginning(&String::from_utf8_lossy(line))
}

/// Recognizes what is no text at all.
fn binary(start: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 21] = [
        (b"%PDF-", "a PDF document; save its text"),
        (
            b"PK\x03\x04",
            "a ZIP archive or an Office document; unpack it, or save its text",
        ),
        (b"PK\x05\x06", "an empty ZIP archive"),
        (b"\xD0\xCF\x11\xE0", "an old Office document; save its text"),
        (b"{\\rtf", "an RTF document; save its text"),
        (b"\x89PNG", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"RIFF", "an image or a sound"),
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive; unpack it"),
        (b"Rar!\x1A", "a RAR archive; unpack it"),
        (b"\x04\x22\x4D\x18", "lz4 data; unpack it"),
        (b"PAR1", "a Parquet file; convert it to JSON Lines"),
        (b"ARROW1", "an Arrow file; convert it to JSON Lines"),
        (b"Obj\x01", "an Avro file; convert it to JSON Lines"),
        (
            b"SQLite format 3\0",
            "an SQLite database; export a table as CSV",
        ),
        (
            b"\x1F\x8B",
            "gzip data within other packed data; unpack it once",
        ),
        (
            b"\x28\xB5\x2F\xFD",
            "zstd data within other packed data; unpack it once",
        ),
        (
            b"BZh91AY",
            "bzip2 data within other packed data; unpack it once",
        ),
        (
            b"\xFD7zXZ\0",
            "xz data within other packed data; unpack it once",
        ),
        (b"\x7FELF", "a program"),
    ];
    if start.get(257..262) == Some(b"ustar") {
        return Some("a tar archive; unpack it into a folder");
    }
    KINDS
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, kind)| *kind)
}
