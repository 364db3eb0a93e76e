//! What the formats share to recognize a file by its beginning.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memchr_iter;

use super::crawl::Notes;
use super::encoding::{Decoding, Mode};
use super::fault::{Fault, beginning};
use super::mail::mail;
use super::source::{Name, Source};

/// How much of a text is inspected, in bytes of UTF-8.
pub(super) const BEGINNING: usize = 64 << 10;

/// How many raw bytes are inspected: enough for the beginning of a text in any encoding.
const RAW: usize = 4 * BEGINNING;

/// The beginning of a file, decompressed but not decoded, and its name.
pub(super) struct Start<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether these are all bytes of the file.
    is_whole: bool,
    name: &'a Name,
    decoding: Decoding,
    /// The decoded text, once a format has asked for it.
    text: OnceCell<Cow<'a, [u8]>>,
}

impl<'a> Start<'a> {
    /// Peeks at the beginning of a source.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(super) fn new(source: &'a mut Source, decoding: Decoding) -> Result<Self, Fault> {
        // A file that fails before this cannot be recognized.
        source.bytes.peek(4)?;
        let is_whole = source.bytes.peek_most(RAW).len() < RAW && !source.bytes.has_error();
        Ok(Self {
            bytes: source.bytes.peek_most(RAW),
            is_whole,
            name: &source.name,
            decoding,
            text: OnceCell::new(),
        })
    }

    /// Returns whether the name has one of some extensions.
    pub(super) fn is_named(&self, extensions: &[&str]) -> bool {
        self.name.has(extensions)
    }

    /// Returns the beginning as text. Formats of raw bytes are asked before any format calls this.
    ///
    /// # Errors
    ///
    /// If it is empty or certainly not text, so that no format of text needs to be asked.
    pub(super) fn text(&self) -> Result<TextStart<'_>, Fault> {
        let (mode, mark) = self.decoding.mode(self.bytes)?;
        let text = self
            .text
            .get_or_init(|| mode.convert_start(&self.bytes[mark..], self.is_whole, BEGINNING));
        let start = TextStart::new(text, mode)?;
        if let Some(notes) = Notes::of(text) {
            return Err(Fault::Binary(notes.describe()));
        }
        mail(text).map_or(Ok(start), |kind| Err(Fault::Binary(kind)))
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
    /// Inspects the first bytes of a text.
    ///
    /// # Errors
    ///
    /// If there are none, or they are certainly not text.
    pub(super) fn new(bytes: &'a [u8], mode: Mode) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Err(Fault::EmptyFile);
        }
        if let Some(kind) = binary(bytes) {
            return Err(Fault::Binary(kind));
        }
        // Old Macs ended lines with a lone carriage return.
        let has_old_lines = !bytes.contains(&b'\n') && bytes.trim_ascii_end().contains(&b'\r');
        Ok(Self {
            bytes,
            mode,
            terminator: if has_old_lines { b'\r' } else { b'\n' },
        })
    }

    /// Returns the fault of binary data if there are NUL bytes, or if more than a twentieth are control characters, which texts
    /// rarely have. In compressed data, a tenth are.
    pub(super) fn binary(self) -> Option<Fault> {
        const FEW: usize = 8;
        let is_control =
            |byte: &&u8| matches!(byte, 0x01..=0x08 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F);
        let controls = self.bytes.iter().filter(is_control).count();
        let is_binary = controls > FEW && controls * 20 > self.bytes.len();
        self.nul()
            .or_else(|| is_binary.then_some(Fault::Binary("binary data")))
    }

    /// Returns the fault of binary data if there are NUL bytes.
    pub(super) fn nul(self) -> Option<Fault> {
        let nuls = memchr_iter(0, self.bytes).count();
        if nuls == 0 {
            return None;
        }
        // In Latin text in UTF-16, every other byte is NUL.
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

/// Returns as much of the first line as fits into a message.
pub(super) fn first_line(text: &[u8]) -> String {
    let line = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    beginning(&String::from_utf8_lossy(line))
}

/// Recognizes file types that are not text.
fn binary(start: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document; save it as text"),
        (
            b"\xD0\xCF\x11\xE0",
            "an old Office document; save it as text",
        ),
        (b"{\\rtf", "an RTF document; save it as text"),
        (b"\x89PNG", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"RIFF", "an image or audio file"),
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive; extract it"),
        (b"Rar!\x1A", "a RAR archive; extract it"),
        (b"\x04\x22\x4D\x18", "lz4 data; decompress it"),
        (b"ARROW1", "an Arrow file; convert it to JSON Lines"),
        (b"Obj\x01", "an Avro file; convert it to JSON Lines"),
        (
            b"\x1F\x8B",
            "gzip data inside other compressed data; decompress it once",
        ),
        (
            b"\x28\xB5\x2F\xFD",
            "zstd data inside other compressed data; decompress it once",
        ),
        (
            b"BZh91AY",
            "bzip2 data inside other compressed data; decompress it once",
        ),
        (
            b"\xFD7zXZ\0",
            "xz data inside other compressed data; decompress it once",
        ),
        (b"\x7FELF", "an executable"),
        (
            b"filedesc://",
            "an ARC file, which WARC has replaced; convert it with `warcio recompress OLD.arc.gz NEW.warc.gz`",
        ),
    ];
    KINDS
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, kind)| *kind)
}

/// Returns whether a text begins with a tag that only pages begin with. An XML declaration and comments may come
/// before it.
pub(super) fn begins_a_page(mut text: &[u8]) -> bool {
    const TAGS: [&[u8]; 6] = [
        b"!doctype html",
        b"html",
        b"head",
        b"body",
        b"meta ",
        b"title",
    ];
    loop {
        text = text.trim_ascii_start();
        let Some(tag) = text.strip_prefix(b"<") else {
            return false;
        };
        let end: &[u8] = if tag.starts_with(b"!--") {
            b"-->"
        } else if tag.starts_with(b"?xml") {
            b"?>"
        } else {
            return TAGS.iter().any(|name| {
                tag.get(..name.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
                    && !tag.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
            });
        };
        let Some(at) = memchr::memmem::find(text, end) else {
            return false;
        };
        text = &text[at + end.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_recognized_by_its_first_tag() {
        for (text, expected) in [
            ("<!DOCTYPE html><p>", true),
            ("\n <!-- saved from x -->\n<HTML lang=de>", true),
            (
                "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C\">",
                true,
            ),
            ("<html>", true),
            ("<head><title>a</title>", true),
            ("<title>a</title>", true),
            ("<headline>Rathaus</headline>", false),
            ("<?xml version=\"1.0\"?><rss>", false),
            ("<p>Ein Absatz</p>", false),
            ("<!-- offen <html>", false),
            ("Der Tag <html> steht am Anfang", false),
            ("", false),
        ] {
            assert_eq!(begins_a_page(text.as_bytes()), expected, "{text}");
        }
    }
}
