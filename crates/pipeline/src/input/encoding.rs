//! Decodes input to UTF-8 and never loses a character silently.
//!
//! A byte order mark or the config determines the encoding of a whole file, which is then converted as a
//! stream. Otherwise the encoding of each record is determined separately, since dumps are often concatenated
//! from several sources: valid UTF-8 is UTF-8; almost valid UTF-8 is damaged, and reading it in another
//! encoding would hide that; anything else goes to a detector.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use blattwerk_core::Result;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::ahead::Bytes;
use super::fault::{Fault, setting};

/// The byte order mark, which some programs also write before UTF-8. Concatenated files have it in the
/// middle.
pub(super) const MARK: &str = "\u{FEFF}";

/// Marks malformed input in a converted stream. It is not valid UTF-8, so the record that contains it fails,
/// and only that record.
const MALFORMED: u8 = 0xFF;

/// Spare room for the last character of a conversion.
const ROOM: usize = 8;

/// The encoding in the config.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decoding {
    Auto,
    Named(&'static Encoding),
}

/// How the records of a file are decoded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    /// The encoding of each record is detected.
    Auto { has_mark: bool },
    /// All records are UTF-8, as configured.
    Utf8,
    /// The file was converted as a whole.
    Converted {
        from: &'static Encoding,
        has_mark: bool,
    },
}

impl Decoding {
    pub(super) fn new(label: &str) -> Result<Self> {
        if label == "auto" {
            return Ok(Self::Auto);
        }
        Encoding::for_label_no_replacement(label.as_bytes())
            .map(Self::Named)
            .ok_or_else(|| {
                let expected =
                    "`auto` or an encoding such as `utf-8`, `windows-1252` or `utf-16le`";
                setting("input.encoding", expected, format!("`{label}`"))
            })
    }

    /// Determines from its first [`SURE`] bytes how a file is decoded, and the length of its byte order mark.
    pub(super) fn mode(self, start: &[u8]) -> Result<(Mode, usize), Fault> {
        let (mark, encoding) = match (start, self) {
            ([0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..], _) => {
                return Err(Fault::Binary("UTF-32 text; convert it to UTF-8"));
            }
            ([0xFF, 0xFE, ..], _) => (2, UTF_16LE),
            ([0xFE, 0xFF, ..], _) => (2, UTF_16BE),
            _ if start.starts_with(MARK.as_bytes()) => (MARK.len(), UTF_8),
            (_, Self::Auto) => (0, utf_16(&start[..start.len().min(SURE)]).unwrap_or(UTF_8)),
            (_, Self::Named(encoding)) => (0, encoding),
        };
        let has_mark = mark > 0;
        let mode = match self {
            Self::Auto if encoding == UTF_8 => Mode::Auto { has_mark },
            Self::Named(_) if encoding == UTF_8 => Mode::Utf8,
            _ => Mode::Converted {
                from: encoding,
                has_mark,
            },
        };
        Ok((mode, mark))
    }
}

/// How many bytes are looked at to recognize UTF-16 without a byte order mark.
pub(super) const SURE: usize = 4 << 10;

/// Recognizes UTF-16 without a byte order mark where it is sure: of most characters one byte is NUL, always on the same
/// side, and all of it can be decoded.
fn utf_16(start: &[u8]) -> Option<&'static Encoding> {
    const LEAST: usize = 16;
    let units = start.chunks_exact(2);
    let count = units.len();
    let nuls = |side: usize| units.clone().filter(|unit| unit[side] == 0).count();
    let (first, second) = (nuls(0), nuls(1));
    let encoding = match (first, second) {
        (0, found) if found * 10 >= count * 7 => UTF_16LE,
        (found, 0) if found * 10 >= count * 7 => UTF_16BE,
        _ => return None,
    };
    let text = encoding.decode_without_bom_handling(&start[..2 * count]).0;
    let is_text = |c: char| !c.is_control() || c.is_whitespace();
    // The last unit may be half of a pair.
    let text = text.strip_suffix('\u{FFFD}').unwrap_or(&text);
    (count >= LEAST && text.chars().all(|c| is_text(c) && c != '\u{FFFD}')).then_some(encoding)
}

impl Mode {
    /// Returns whether the file is converted as a whole.
    pub(super) fn converts(self) -> bool {
        matches!(self, Self::Converted { .. })
    }

    /// Converts a stream, unless its records are decoded one by one.
    pub(super) fn convert(self, bytes: impl Read + Send + 'static) -> Bytes {
        match self {
            Self::Converted { from, .. } => Box::new(Converter::new(bytes, from)),
            Self::Auto { .. } | Self::Utf8 => Box::new(bytes),
        }
    }

    /// Converts the beginning of a stream: its first `most` bytes in UTF-8.
    pub(super) fn convert_start(self, start: &[u8], is_whole: bool, most: usize) -> Cow<'_, [u8]> {
        match self {
            Self::Converted { from, .. } => {
                let mut bytes = Converter::new(start.chain(Ending { is_whole }), from);
                let mut converted = vec![0; most + ROOM];
                let mut len = 0;
                while len < most
                    // Stop at an error: more input would follow here.
                    && let Ok(read @ 1..) = bytes.read(&mut converted[len..])
                {
                    len += read;
                }
                converted.truncate(len.min(most));
                converted.into()
            }
            Self::Auto { .. } | Self::Utf8 => start[..start.len().min(most)].into(),
        }
    }

    /// Determines the encoding of a record.
    pub(super) fn decode(self, record: &[u8]) -> Result<Decoded<'_>, Fault> {
        if let Ok(text) = simdutf8::basic::from_utf8(record) {
            return Ok(Decoded::Utf8(text));
        }
        // The fast way does not tell where the error is.
        let error = match std::str::from_utf8(record) {
            Ok(text) => return Ok(Decoded::Utf8(text)),
            Err(error) => error,
        };
        let valid = error.valid_up_to();
        let (at, byte) = (valid + 1, record[valid]);
        match self {
            Self::Utf8 => Err(Fault::DamagedUtf8 { at, byte }),
            Self::Converted { from, .. } => Err(Fault::Malformed {
                encoding: from.name(),
                at: String::from_utf8_lossy(&record[..valid]).chars().count() + 1,
            }),
            Self::Auto { .. } if is_damaged_utf8(record) => Err(Fault::DamagedUtf8 { at, byte }),
            Self::Auto { .. } => detect(record)
                .map(|encoding| Decoded::Other(encoding, record))
                .ok_or(Fault::Undecodable { at, byte }),
        }
    }

    /// Returns the name of the encoding for users, judging by the beginning of the file.
    pub(super) fn name(self, beginning: &[u8]) -> String {
        let mark = |has_mark| {
            if has_mark {
                " with byte order mark"
            } else {
                ""
            }
        };
        match self {
            Self::Utf8 => "UTF-8".into(),
            Self::Converted { from, has_mark } => format!("{}{}", from.name(), mark(has_mark)),
            Self::Auto { has_mark } => match std::str::from_utf8(beginning) {
                // The beginning may end within a character.
                Err(error) if error.error_len().is_some() => {
                    if is_damaged_utf8(beginning) {
                        "damaged UTF-8".into()
                    } else {
                        detect(beginning).map_or("unknown", Encoding::name).into()
                    }
                }
                _ => format!("UTF-8{}", mark(has_mark)),
            },
        }
    }
}

/// A record whose encoding is known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decoded<'a> {
    Utf8(&'a str),
    /// In another encoding, as which it is valid.
    Other(&'static Encoding, &'a [u8]),
}

impl<'a> Decoded<'a> {
    /// Returns the whole text.
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Utf8(text) => text.into(),
            Self::Other(encoding, record) => decode(encoding, record).unwrap_or_default(),
        }
    }

    /// Returns the text of a range of bytes that begins and ends next to ASCII characters.
    pub(super) fn part(self, range: Range<usize>) -> Cow<'a, str> {
        match self {
            Self::Utf8(text) => text.get(range).unwrap_or_default().into(),
            Self::Other(encoding, record) => decode(encoding, &record[range]).unwrap_or_default(),
        }
    }
}

fn decode<'a>(encoding: &'static Encoding, record: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(record)
}

/// Returns whether a record that is not valid UTF-8 was meant to be UTF-8.
///
/// In a legacy encoding, an accented letter is rarely followed by a byte that makes the two look like UTF-8,
/// while damage affects few of the letters. So valid and invalid sequences are counted against each other.
/// Only sequences for characters of European text count as valid, since the end of „FPÖ“ in Windows-1252 is a
/// Hebrew accent in UTF-8.
fn is_damaged_utf8(record: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in record.utf8_chunks() {
        good += chunk
            .valid()
            .chars()
            .filter(|c| matches!(c, '\u{A0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2010}'..='\u{20CF}'))
            .count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 0 && good >= bad
}

/// Returns the encoding of a record that is not UTF-8, if there is one in which all of it is valid and
/// plausible.
fn detect(record: &[u8]) -> Option<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // The detector scores letters by their neighbours in some twenty encodings at once. ASCII words tell it
    // nothing; without them it is ten times as fast on German text.
    let words = record.split(|byte| matches!(byte, b' ' | b'\n'));
    for word in words.filter(|word| !word.is_ascii()) {
        detector.feed(word, false);
        detector.feed(b" ", false);
    }
    detector.feed(b"", true);
    let encoding = detector.guess(Some(b"de"), Utf8Detection::Deny);
    if !is_latin(encoding) && !has_other_script(record) || has_sign_in_word(record) {
        return None;
    }
    // The web's windows-1252 maps the five unassigned bytes to control codes.
    decode(encoding, record)
        .filter(|text| !text.contains(|c| matches!(c, '\u{80}'..='\u{9F}')))
        .map(|_| encoding)
}

fn is_latin(encoding: &'static Encoding) -> bool {
    use encoding_rs as e;
    [
        e::WINDOWS_1252,
        e::WINDOWS_1250,
        e::WINDOWS_1254,
        e::WINDOWS_1257,
        e::WINDOWS_1258,
        e::ISO_8859_2,
        e::ISO_8859_3,
        e::ISO_8859_4,
        e::ISO_8859_10,
        e::ISO_8859_13,
        e::ISO_8859_14,
        e::ISO_8859_15,
        e::ISO_8859_16,
        e::MACINTOSH,
    ]
    .contains(&encoding)
}

/// Returns whether so many letters are not ASCII that the text cannot be in Latin script. To the detector, a
/// few umlauts in an encoding it does not know look like rare Chinese characters.
fn has_other_script(record: &[u8]) -> bool {
    let other = record.iter().filter(|byte| !byte.is_ascii()).count();
    let ascii = record
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    other * 3 > other + ascii
}

/// Returns whether there is a byte within a word that is an umlaut in a DOS or old Mac encoding, but a
/// quotation mark, a currency or paragraph sign or a capital letter in Windows-1252.
fn has_sign_in_word(record: &[u8]) -> bool {
    record.windows(3).any(|bytes| {
        let [
            before,
            b'\x80' | b'\x81' | b'\x84' | b'\x8A' | b'\x8E' | b'\x94' | b'\x9F' | b'\xA7',
            behind,
        ] = bytes
        else {
            return false;
        };
        before.is_ascii_alphabetic() && behind.is_ascii_lowercase()
    })
}

/// Converts a stream to UTF-8.
struct Converter<R> {
    bytes: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// The part of `input` that is not converted yet.
    pending: Range<usize>,
    is_read: bool,
    is_done: bool,
}

impl<R> Converter<R> {
    fn new(bytes: R, encoding: &'static Encoding) -> Self {
        Self {
            bytes,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; 64 << 10],
            pending: 0..0,
            is_read: false,
            is_done: false,
        }
    }
}

impl<R: Read> Read for Converter<R> {
    /// Converts as much as fits into `out`, which must have room for a few characters.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(room) = out.len().checked_sub(1) else {
            return Ok(0);
        };
        while !self.is_done {
            if self.pending.is_empty() && !self.is_read {
                let read = self.bytes.read(&mut self.input)?;
                self.pending = 0..read;
                self.is_read = read == 0;
            }
            let (result, read, mut written) = self.decoder.decode_to_utf8_without_replacement(
                &self.input[self.pending.clone()],
                &mut out[..room],
                self.is_read,
            );
            self.pending.start += read;
            match result {
                DecoderResult::InputEmpty => self.is_done = self.is_read,
                DecoderResult::OutputFull if written == 0 => {
                    return Err(io::Error::other("no room to convert a character"));
                }
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    out[written] = MALFORMED;
                    written += 1;
                }
            }
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// The end of a stream, or an error in place of the rest of it.
struct Ending {
    is_whole: bool,
}

impl Read for Ending {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        if self.is_whole {
            Ok(0)
        } else {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }
}
