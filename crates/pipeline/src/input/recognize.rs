//! Tells by the first bytes what a file holds.

use std::path::Path;

use memchr::{memchr, memchr_iter};

use super::csv::{Field, Header, Parser, Step};
use super::encoding::Mode;
use super::fault::{Fault, beginning, list};
use super::fields::{Clash, Names, Role};
use super::window::Window;
use super::{Format, Options};

/// How much of a file is looked at.
const BEGINNING: usize = 64 << 10;

/// The separators that are tried, the likeliest first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// What a file holds.
#[derive(Debug)]
pub(super) enum Shape {
    Text,
    Jsonl,
    Csv(Header),
}

/// Recognizes the format of a file, or says why it has none.
pub(super) fn shape(window: &mut Window, path: &Path, options: &Options) -> Result<Shape, Fault> {
    let start = window.peek(BEGINNING);
    if start.is_empty() {
        return Err(window.cut().unwrap_or(Fault::EmptyFile));
    }
    if let Some(kind) = binary(start) {
        return Err(Fault::Binary(kind));
    }
    // Old Macs ended lines with a carriage return alone.
    let has_old_lines = !start.contains(&b'\n') && start.trim_ascii_end().contains(&b'\r');
    if has_old_lines {
        window.set_terminator(b'\r');
    }
    let start = window.peek(BEGINNING);
    let format = match options.format {
        Format::Auto => named(path),
        Format::Text => return Ok(Shape::Text),
        Format::Jsonl => Some(Name::Jsonl),
        Format::Csv => Some(Name::Csv),
    };
    let text = start.trim_ascii_start();
    if options.format != Format::Csv {
        match json(text) {
            Some(Json::Object) => return Ok(Shape::Jsonl),
            Some(Json::OverLines) => return Err(Fault::JsonOverLines),
            Some(Json::Array) => return Err(Fault::JsonArray),
            None => {}
        }
    }
    match format {
        Some(Name::Jsonl) if options.format == Format::Jsonl || some_line_is_json(text) => {
            Ok(Shape::Jsonl)
        }
        Some(Name::Jsonl) => Err(nul(start).unwrap_or_else(|| Fault::NoJson(first_line(text)))),
        claim => match header(window, options, claim.is_some()) {
            Ok(Some(header)) => Ok(Shape::Csv(header)),
            Ok(None) => nul(window.peek(BEGINNING)).map_or(Ok(Shape::Text), Err),
            Err(fault) => Err(nul(window.peek(BEGINNING)).unwrap_or(fault)),
        },
    }
}

/// What the name of a file claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Jsonl,
    Csv,
}

fn named(path: &Path) -> Option<Name> {
    let extension = |path: &Path| Some(path.extension()?.to_str()?.to_ascii_lowercase());
    let mut last = extension(path)?;
    if matches!(last.as_str(), "gz" | "zst" | "zstd" | "bz2" | "xz") {
        last = extension(Path::new(path.file_stem()?))?;
    }
    match last.as_str() {
        "jsonl" | "ndjson" | "jsonlines" => Some(Name::Jsonl),
        "csv" | "tsv" => Some(Name::Csv),
        _ => None,
    }
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

/// Recognizes binary data, which has NUL bytes.
fn nul(start: &[u8]) -> Option<Fault> {
    let nuls = memchr_iter(0, start).count();
    if nuls == 0 {
        return None;
    }
    // Latin text in UTF-16 has a NUL in every other byte, always on the same side.
    let odd = memchr_iter(0, start).filter(|at| at % 2 == 1).count();
    let is_text = nuls * 3 > start.len();
    Some(Fault::Binary(if is_text && odd * 10 > nuls * 9 {
        "UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16le\""
    } else if is_text && odd * 10 < nuls {
        "UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16be\""
    } else {
        "binary data"
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Json {
    Object,
    OverLines,
    Array,
}

/// Recognizes JSON by how it begins, so that a broken first line does not make a dump one long article.
fn json(text: &[u8]) -> Option<Json> {
    match text.first()? {
        b'{' => {
            let rest = text[1..].trim_ascii_start();
            let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if !rest.starts_with(b"\"") && !rest.starts_with(b"}") {
                None
            } else if first_line.trim_ascii() == b"{" {
                Some(Json::OverLines)
            } else {
                Some(Json::Object)
            }
        }
        b'[' => {
            let rest = text[1..].trim_ascii_start();
            (rest.starts_with(b"{") || rest == b"]").then_some(Json::Array)
        }
        _ => None,
    }
}

fn some_line_is_json(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n')
        .any(|line| json(line.trim_ascii_start()) == Some(Json::Object))
}

fn first_line(text: &[u8]) -> String {
    let line = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    beginning(&String::from_utf8_lossy(line))
}

/// Reads the header line with the separator that fits best.
///
/// Prose is full of commas, so a file that does not claim to be CSV must look like it; then none is given
/// if it does not.
fn header(
    window: &mut Window,
    options: &Options,
    claims_it: bool,
) -> Result<Option<Header>, Fault> {
    let (mode, terminator) = (window.mode(), window.terminator());
    let start = window.peek(BEGINNING);
    let (mut skipped, mut lines) = (0, 0);
    let mut delimiter = options.delimiter;
    while let Some(len) = memchr(terminator, &start[skipped..]) {
        match start[skipped..skipped + len].trim_ascii() {
            // Excel's own way to name the separator.
            [b's', b'e', b'p', b'=', found] if lines == 0 => {
                delimiter = delimiter.or(Some(*found));
            }
            [] => {}
            _ => break,
        }
        skipped += len + 1;
        lines += 1;
    }
    let body = &start[skipped..];
    let best = delimiter
        .map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter])
        .into_iter()
        // Of equal ones the first.
        .rev()
        .filter_map(|delimiter| {
            let columns = columns(body, delimiter, terminator, mode);
            let looks_like_it = columns.as_ref().is_ok_and(|columns| {
                columns.look_like_it(body, delimiter, terminator, &options.names)
            });
            (claims_it || looks_like_it).then(|| {
                let count = columns.as_ref().map_or(0, |columns| columns.names.len());
                let header =
                    columns.and_then(|columns| columns.choose(body, delimiter, &options.names));
                (count, header)
            })
        })
        .max_by_key(|(count, header)| (header.is_ok(), *count));
    let Some((_, header)) = best else {
        return Ok(None);
    };
    let mut header = header?;
    header.len += skipped;
    header.lines += lines;
    Ok(Some(header))
}

/// What a separator makes of the first record.
struct Columns {
    names: Vec<String>,
    len: usize,
    lines: u64,
}

fn columns(body: &[u8], delimiter: u8, terminator: u8, mode: Mode) -> Result<Columns, Fault> {
    let first = record(body, delimiter, terminator)
        .filter(|first| first.is_closed)
        .ok_or_else(|| Fault::NoHeader(first_line(body)))?;
    let decoded = mode.decode(&body[..first.len])?;
    Ok(Columns {
        names: first
            .fields
            .iter()
            .map(|field| field.text(decoded).into_owned())
            .collect(),
        len: first.len,
        lines: first.lines,
    })
}

impl Columns {
    /// Tells whether these are likely to be columns: names, one of them for the text, and either one for
    /// something else too, or a second record of the same length.
    fn look_like_it(&self, body: &[u8], delimiter: u8, terminator: u8, names: &Names) -> bool {
        let is_name = |column: &String| {
            let words = column.split_whitespace().count();
            (1..=3).contains(&words) && column.len() <= 64
        };
        let roles = || self.names.iter().filter_map(|column| names.role(column));
        self.names.len() >= 2
            && self.names.iter().all(is_name)
            && roles().any(|role| role == Role::Text)
            && (roles().any(|role| role != Role::Text)
                || record(&body[self.len..], delimiter, terminator).is_some_and(|second| {
                    let found = second.fields.len();
                    found == self.names.len() || !second.is_closed && found < self.names.len()
                }))
    }

    fn choose(self, body: &[u8], delimiter: u8, names: &Names) -> Result<Header, Fault> {
        let shown = || list(self.names.iter().map(String::as_str));
        let chosen = names.choose(&self.names).map_err(|clash| match clash {
            Clash::Twice(name) => Fault::TwoColumns(name),
            Clash::Missing(role, name) => Fault::NoColumn {
                key: role.key(),
                name,
                columns: shown(),
            },
        })?;
        if chosen[Role::Text as usize].is_none() {
            return Err(Fault::NoTextColumn(shown()));
        }
        Ok(Header {
            delimiter,
            chosen,
            record: body[..self.len].trim_ascii_end().to_owned(),
            len: self.len,
            lines: self.lines,
            columns: self.names,
        })
    }
}

/// The first record of some bytes.
struct Found {
    fields: Vec<Field>,
    len: usize,
    lines: u64,
    /// Whether it ends before the bytes do.
    is_closed: bool,
}

fn record(bytes: &[u8], delimiter: u8, terminator: u8) -> Option<Found> {
    let mut parser = Parser::new(delimiter, terminator);
    let (mut len, mut lines) = (0, 0);
    let mut step = Step::Open;
    while step == Step::Open && len < bytes.len() {
        len = memchr(terminator, &bytes[len..]).map_or(bytes.len(), |end| len + end + 1);
        lines += 1;
        step = parser.resume(&bytes[..len]);
    }
    (step != Step::Stray).then_some(Found {
        fields: parser.fields,
        len,
        lines,
        is_closed: step == Step::Done,
    })
}
