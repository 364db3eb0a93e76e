//! Responses of web servers, as crawlers store them.

use std::borrow::Cow;
use std::io::{self, Read};

use crate::input::fault::Fault;

/// What is wrong with a body.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the body of the response is damaged")]
    Damaged(#[source] io::Error),
    #[error("the body of the response is compressed by brotli, which is not supported")]
    Brotli,
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

/// The head of a response.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) media_type: MediaType,
    /// The codings of the body, the last one applied last.
    codings: Vec<String>,
    is_chunked: bool,
    /// The length of the body as the server stated it.
    len: Option<u64>,
}

/// The body of a response, decoded.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// Whether it ends before the end that the server stated.
    pub(super) is_cut: bool,
}

/// A media type, and the encoding it states.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MediaType {
    /// Type and subtype in lower case; empty if there is none.
    pub(super) name: String,
    pub(super) charset: Option<String>,
}

impl MediaType {
    pub(super) fn new(value: &str) -> Self {
        let mut parts = value.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (key, value) = part.split_once('=')?;
            let value = value.trim().trim_matches(['"', '\'']);
            let is_charset = key.trim().eq_ignore_ascii_case("charset") && !value.is_empty();
            is_charset.then(|| value.to_owned())
        });
        Self { name, charset }
    }
}

/// What the content of a record is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Text,
    /// Its beginning must tell.
    Unknown,
    Ignored(&'static str),
}

impl Kind {
    /// Returns the kind of content of a media type.
    pub(super) fn of(media_type: &str) -> Self {
        let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        let has = |parts: &[&str]| parts.iter().any(|part| subtype.contains(part));
        match (kind, subtype) {
            ("text", "html") | ("application", "xhtml+xml") => Self::Page,
            ("text", "plain") => Self::Text,
            ("", _) | ("application", "octet-stream" | "x-unknown-content-type") => Self::Unknown,
            ("image", _) => Self::Ignored("image"),
            ("audio" | "video", _) => Self::Ignored("media"),
            ("font", _) => Self::Ignored("font"),
            ("text", "css") => Self::Ignored("style"),
            _ if has(&["javascript", "ecmascript", "wasm"]) => Self::Ignored("script"),
            _ if has(&["font"]) => Self::Ignored("font"),
            _ if has(&["mpegurl", "dash+xml"]) => Self::Ignored("media"),
            _ if has(&["rss", "atom"]) => Self::Ignored("feed"),
            _ if has(&["json", "xml", "csv"]) => Self::Ignored("data"),
            _ if has(&["pdf", "msword", "officedocument", "opendocument", "rtf"]) => {
                Self::Ignored("document")
            }
            _ => Self::Ignored("other file"),
        }
    }
}

/// Returns the length of the head at the beginning of a response, with the blank line; none if it is not complete.
pub(super) fn head_len(content: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = memchr::memchr(b'\n', &content[at..])?;
        let is_blank = content[at..at + line].trim_ascii().is_empty();
        at += line + 1;
        if is_blank {
            return Some(at);
        }
    }
}

impl Head {
    /// Reads the head of a response; none if it is not one.
    pub(super) fn new(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let mut status = lines.next()?.split_ascii_whitespace();
        if !status.next()?.to_ascii_uppercase().starts_with("HTTP/") {
            return None;
        }
        let mut found = Self {
            status: status.next()?.parse().ok()?,
            ..Self::default()
        };
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            match name.trim().to_ascii_lowercase().as_str() {
                "content-type" => found.media_type = MediaType::new(value),
                "content-length" => found.len = value.trim().parse().ok(),
                "content-encoding" => found.codings.extend(codings(value)),
                "transfer-encoding" => {
                    for coding in codings(value) {
                        if coding == "chunked" {
                            found.is_chunked = true;
                        } else {
                            found.codings.push(coding);
                        }
                    }
                }
                _ => {}
            }
        }
        Some(found)
    }

    /// Decodes the body of a response into at most `max` bytes.
    ///
    /// Many crawlers store a body decoded and its head as it was, so a coding that the body does not have is passed over.
    pub(super) fn decode<'a>(&self, body: &'a [u8], max: usize) -> Result<Body<'a>, Fault> {
        let mut is_cut = !self.is_chunked && self.len.is_some_and(|len| (body.len() as u64) < len);
        let mut body = Cow::Borrowed(body);
        if self.is_chunked
            && let Some((joined, is_whole)) = unchunked(&body)
        {
            is_cut = !is_whole;
            body = joined.into();
        }
        for coding in self.codings.iter().rev() {
            match decoded(coding, &body, max)? {
                Some(decoded) => body = decoded.into(),
                // The length that is stated is that of other bytes.
                None => is_cut &= self.is_chunked,
            }
        }
        if body.len() > max {
            return Err(Fault::TooLong(max));
        }
        Ok(Body {
            bytes: body,
            is_cut,
        })
    }
}

fn codings(value: &str) -> impl Iterator<Item = String> {
    let codings = value.split(',');
    codings.map(|coding| coding.trim().to_ascii_lowercase())
}

/// Joins the chunks of a body, and returns whether it has its last one; none if it has none. A body that ends early is joined
/// as far as it goes.
fn unchunked(mut body: &[u8]) -> Option<(Vec<u8>, bool)> {
    const LINE_END: &[u8] = b"\r\n";
    let mut whole = Vec::new();
    loop {
        let line = memchr::memmem::find(body, LINE_END);
        let size = line.and_then(|line| chunk_size(&body[..line]));
        let (Some(line), Some(size)) = (line, size) else {
            return (!whole.is_empty()).then_some((whole, false));
        };
        if size == 0 {
            return Some((whole, true));
        }
        let rest = &body[line + LINE_END.len()..];
        let (chunk, rest) = rest.split_at(size.min(rest.len()));
        whole.extend_from_slice(chunk);
        body = rest.strip_prefix(LINE_END).unwrap_or_default();
    }
}

/// Reads the line before a chunk. Extensions may follow the size.
fn chunk_size(line: &[u8]) -> Option<usize> {
    let size = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let is_hex = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
    let size = std::str::from_utf8(size).ok().filter(|_| is_hex)?;
    usize::from_str_radix(size, 16).ok()
}

/// Undoes a coding; none if the body does not have it.
fn decoded(coding: &str, body: &[u8], max: usize) -> Result<Option<Vec<u8>>, Fault> {
    let is_zlib = matches!(body, [head @ (0x08 | 0x18 | 0x28 | 0x38 | 0x48 | 0x58 | 0x68 | 0x78), check, ..]
        if (u16::from(*head) << 8 | u16::from(*check)) % 31 == 0);
    let bytes: Box<dyn Read + '_> = match coding {
        "gzip" | "x-gzip" if body.starts_with(b"\x1F\x8B") => {
            Box::new(flate2::bufread::MultiGzDecoder::new(body))
        }
        "deflate" if is_zlib => Box::new(flate2::bufread::ZlibDecoder::new(body)),
        "deflate" if !is_plain(body) => Box::new(flate2::bufread::DeflateDecoder::new(body)),
        "zstd" if body.starts_with(b"\x28\xB5\x2F\xFD") => {
            Box::new(zstd::stream::read::Decoder::with_buffer(body).map_err(Broken::Damaged)?)
        }
        "br" if !is_plain(body) => return Err(Broken::Brotli.into()),
        _ => return Ok(None),
    };
    let mut decoded = Vec::new();
    let read = bytes.take(max as u64 + 1).read_to_end(&mut decoded);
    read.map_err(Broken::Damaged)?;
    if decoded.len() > max {
        return Err(Fault::TooLong(max));
    }
    Ok(Some(decoded))
}

/// Returns whether a body begins like text, so that it is not compressed.
fn is_plain(body: &[u8]) -> bool {
    let start = &body[..body.len().min(256)];
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let text = start.iter().filter(|byte| is_text(byte)).count();
    text * 10 >= start.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_read_with_their_encoding() {
        for (value, name, charset) in [
            ("text/html", "text/html", None),
            (" Text/HTML; charset=UTF-8", "text/html", Some("UTF-8")),
            (
                "text/html;Charset=\"iso-8859-1\"",
                "text/html",
                Some("iso-8859-1"),
            ),
            (
                "text/html; a=b; charset='utf-8'",
                "text/html",
                Some("utf-8"),
            ),
            ("text/html; charset=", "text/html", None),
            ("", "", None),
        ] {
            let charset = charset.map(str::to_owned);
            let expected = MediaType {
                name: name.into(),
                charset,
            };
            assert_eq!(MediaType::new(value), expected, "{value}");
        }
    }

    #[test]
    fn chunks_are_joined_and_other_bodies_left_alone() {
        for (body, expected) in [
            (
                "4\r\nKöl\r\n3;x=y\r\nn.\n\r\n0\r\n\r\n",
                Some(("Köln.\n", true)),
            ),
            ("A\r\nabgeschnit", Some(("abgeschnit", false))),
            ("3\r\nabg\r\n", Some(("abg", false))),
            ("FF\r\nabgeschnitten", Some(("abgeschnitten", false))),
            ("0\r\n\r\n", Some(("", true))),
            ("<html>\r\n<p>Ein Text.", None),
            ("2024\nEin Text.", None),
            ("", None),
        ] {
            let found = unchunked(body.as_bytes());
            let expected =
                expected.map(|(joined, is_whole)| (joined.as_bytes().to_vec(), is_whole));
            assert_eq!(found, expected, "{body:?}");
        }
    }

    #[test]
    fn kinds_are_known_by_media_type() {
        for (name, expected) in [
            ("text/html", Kind::Page),
            ("application/xhtml+xml", Kind::Page),
            ("text/plain", Kind::Text),
            ("", Kind::Unknown),
            ("application/octet-stream", Kind::Unknown),
            ("image/svg+xml", Kind::Ignored("image")),
            ("text/css", Kind::Ignored("style")),
            ("text/javascript", Kind::Ignored("script")),
            ("application/font-woff", Kind::Ignored("font")),
            ("application/vnd.apple.mpegurl", Kind::Ignored("media")),
            ("application/rss+xml", Kind::Ignored("feed")),
            ("application/ld+json", Kind::Ignored("data")),
            ("application/pdf", Kind::Ignored("document")),
            ("application/zip", Kind::Ignored("other file")),
        ] {
            assert_eq!(Kind::of(name), expected, "{name}");
        }
    }
}
