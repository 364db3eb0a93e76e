//! Paths as text, without loss: names that are not UTF-8 are common on disks that old servers wrote.
//!
//! A byte that is not UTF-8 is written `\xfc`. Any other path stays as it is, except that the backslash of a name
//! that only looks like that is `\x5c`. So two different paths never have the same text.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serializer};

const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

/// Returns the text of a path.
pub fn of(path: impl AsRef<OsStr>) -> String {
    let path = path.as_ref();
    if cfg!(unix) {
        of_bytes(path.as_encoded_bytes())
    } else {
        path.to_string_lossy().into_owned()
    }
}

/// Returns the path of a text.
pub fn path(text: &str) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;

        std::ffi::OsString::from_vec(bytes(text)).into()
    }
    #[cfg(not(unix))]
    PathBuf::from(text)
}

/// Returns the text of a name in an archive.
pub fn of_bytes(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some((before, after)) = rest.split_once('\\') {
            text.push_str(before);
            text.push_str(if escaped(after.as_bytes()).is_some() {
                "\\x5c"
            } else {
                "\\"
            });
            rest = after;
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            text.push_str("\\x");
            text.push(DIGITS[usize::from(byte >> 4)]);
            text.push(DIGITS[usize::from(byte & 15)]);
        }
    }
    text
}

/// Returns the bytes of the name with a text.
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has names of bytes"))]
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if let Some(byte) = escaped(after).filter(|_| *first == b'\\') {
            bytes.push(byte);
            rest = &after[3..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

/// Returns the byte that is written after a backslash: `xfc`.
fn escaped(text: &[u8]) -> Option<u8> {
    let [b'x', high, low, ..] = text else {
        return None;
    };
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// Serializes a path as its text.
pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&of(path))
}

/// Deserializes a path from its text.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    String::deserialize(deserializer).map(|text| path(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_text_of_its_own_and_the_text_leads_back() {
        let cases: &[(&[u8], &str)] = &[
            (b"M\xC3\xBCller.txt", "Müller.txt"),
            (b"M\xFCller.txt", "M\\xfcller.txt"),
            (b"M\\xfcller.txt", "M\\x5cxfcller.txt"),
            (b"M\\x5cxfcller.txt", "M\\x5cx5cxfcller.txt"),
            (b"a\\b\\x\\xg0", "a\\b\\x\\xg0"),
            (b"\\\xFC", "\\\\xfc"),
            (b"\\x\xFC", "\\x\\xfc"),
            (b"\xED\xA0\x80", "\\xed\\xa0\\x80"),
            (b"cut\xE2\x82", "cut\\xe2\\x82"),
            (b"", ""),
        ];
        for (name, text) in cases {
            assert_eq!(of_bytes(name), *text);
            assert_eq!(bytes(text), *name, "{text}");
        }
    }
}
