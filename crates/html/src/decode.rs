//! The encoding of a page.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memmem;

/// How far into a page its encoding is looked for. The standard says 1024 bytes, but pages start with
/// comments and scripts.
const START: usize = 8192;

/// Returns a page as text.
///
/// What decides is, in this order: a byte order mark; the `charset` of the HTTP header; that of a `meta`
/// element or XML declaration; else the page is UTF-8 if it is valid, and Windows-1252 otherwise. A
/// declaration of another encoding is not believed if the page is valid UTF-8 with letters beyond ASCII, nor
/// is one of UTF-8 where it is plainly not: both come from servers and templates that know nothing of the
/// page. Bytes that stand for no character become U+FFFD.
///
/// ```
/// use blattwerk_html::decode;
///
/// assert_eq!(decode(b"<p>M\xFCnchen", None), "<p>München");
/// assert_eq!(decode(b"<meta charset=iso-8859-2><p>\xA3\xF3d\xBC", None), "<meta charset=iso-8859-2><p>Łódź");
/// ```
pub fn decode(bytes: &[u8], header_charset: Option<&str>) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return encoding.decode_without_bom_handling(rest).0.into_owned();
    }
    let header = header_charset
        .and_then(|label| Encoding::for_label(label.trim_matches(['"', '\'', ' ']).as_bytes()));
    let declared = header.or_else(|| declared(bytes)).or_else(|| utf_16(bytes));
    if declared.is_none_or(Encoding::is_ascii_compatible)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.to_owned();
    }
    let encoding = match declared {
        Some(encoding) if encoding == UTF_8 && !is_mostly_utf_8(bytes) => WINDOWS_1252,
        Some(encoding) => encoding,
        None if is_mostly_utf_8(bytes) => UTF_8,
        None => WINDOWS_1252,
    };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Finds the encoding that a page says it has.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..START.min(bytes.len()))?.to_ascii_lowercase();
    let label = |at: usize, name: &[u8]| {
        let rest = start.get(at + name.len()..)?.trim_ascii_start();
        let value = rest.strip_prefix(b"=")?.trim_ascii_start();
        let value = value
            .strip_prefix(b"\"")
            .or(value.strip_prefix(b"'"))
            .unwrap_or(value);
        let end = value.iter().position(|byte| {
            matches!(byte, b'"' | b'\'' | b'>' | b';' | b'/' | b'?') || byte.is_ascii_whitespace()
        })?;
        let found = Encoding::for_label(value.get(..end)?)?;
        // The page could not say so in ASCII if it were.
        Some(if found == UTF_16LE || found == UTF_16BE {
            UTF_8
        } else {
            found
        })
    };
    if start.trim_ascii_start().starts_with(b"<?xml") {
        let end = memmem::find(&start, b"?>").unwrap_or(0);
        if let Some(at) = memmem::find(start.get(..end)?, b"encoding")
            && let Some(found) = label(at, b"encoding")
        {
            return Some(found);
        }
    }
    memmem::find_iter(&start, b"charset").find_map(|at| {
        let before = start.get(..at)?;
        let tag = before.iter().rposition(|byte| *byte == b'<')?;
        if !before.get(tag..)?.starts_with(b"<meta") {
            return None;
        }
        label(at, b"charset")
    })
}

/// Recognizes UTF-16 without a byte order mark: markup in it has a zero at every other byte.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [b'<', 0, _, 0] => Some(UTF_16LE),
        [0, b'<', 0, _] => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether a page is UTF-8 with some damage, rather than another encoding: most of its sequences are valid.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > 9 * invalid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_found() {
        let utf_16 = |order: fn(u16) -> [u8; 2]| {
            "<p>Grüße"
                .encode_utf16()
                .flat_map(order)
                .collect::<Vec<u8>>()
        };
        let marked = [&[0xFF, 0xFE][..], &utf_16(u16::to_le_bytes)].concat();
        for (what, bytes, header, text) in [
            ("nothing said, valid UTF-8", "<p>Grüße".as_bytes(), None, "<p>Grüße"),
            ("nothing said, other bytes", b"<p>Gr\xFC\xDFe \x96 5 \x80", None, "<p>Grüße – 5 €"),
            ("byte order mark", b"\xEF\xBB\xBF<p>Gr\xC3\xBC\xC3\x9Fe", Some("iso-8859-1"), "<p>Grüße"),
            ("byte order mark of UTF-16", &marked, None, "<p>Grüße"),
            ("UTF-16 without a mark", &utf_16(u16::to_le_bytes), None, "<p>Grüße"),
            ("the other UTF-16", &utf_16(u16::to_be_bytes), None, "<p>Grüße"),
            ("header", b"<p>\xB3\xF3d\xBC", Some("ISO-8859-2"), "<p>łódź"),
            ("header in quotes", b"<p>\xB3\xF3d\xBC", Some("\"ISO-8859-2\""), "<p>łódź"),
            ("header before meta", b"<meta charset='utf-8'><p>\xB3", Some("iso-8859-2"), "<meta charset='utf-8'><p>ł"),
            ("header that is no encoding", b"<p>\xFC", Some("deutsch"), "<p>ü"),
            ("meta", b"<meta charset=\"iso-8859-2\"><p>\xB3", None, "<meta charset=\"iso-8859-2\"><p>ł"),
            (
                "old meta",
                b"<META http-equiv=Content-Type content='text/html; charset=ISO-8859-2'><p>\xB3",
                None,
                "<META http-equiv=Content-Type content='text/html; charset=ISO-8859-2'><p>ł",
            ),
            ("XML declaration", b"<?xml version='1.0' encoding='iso-8859-2'?><p>\xB3", None, "<?xml version='1.0' encoding='iso-8859-2'?><p>ł"),
            ("no meta element", b"<script charset=iso-8859-2></script><p>\xFC", None, "<script charset=iso-8859-2></script><p>ü"),
            ("meta is wrong", "<meta charset=iso-8859-1><p>Grüße".as_bytes(), None, "<meta charset=iso-8859-1><p>Grüße"),
            ("meta says UTF-8 and is wrong", b"<meta charset=utf-8><p>Gr\xFC\xDFe", None, "<meta charset=utf-8><p>Grüße"),
            ("damaged UTF-8", b"<p>\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xFF", None, "<p>üüüüüüüüüü\u{FFFD}"),
            ("nothing", b"", None, ""),
        ] {
            assert_eq!(decode(bytes, header), text, "{what}");
        }
    }
}
