//! What comes before the articles: the declaration and the root element.

use std::io::Cursor;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::stream::{Stream, Token};
use super::tree::{Entities, Space, Spaces, declared, resolve, start_tag};
use crate::input::encoding::Mode;
use crate::input::source::Spare;

/// The beginning of an XML document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prolog {
    /// Whether it has an XML declaration.
    pub(super) is_declared: bool,
    /// Whether it states a document type.
    pub(super) has_doctype: bool,
    /// The name of the root element with its prefix.
    pub(super) root: String,
    pub(super) space: Space,
    /// Whether the root element declares a namespace.
    pub(super) has_namespace: bool,
    /// The position after the tag of the root element.
    pub(super) end: usize,
}

impl Prolog {
    /// Reads the beginning of a text up to its first tag; none if anything else comes first.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let bytes = Box::new(Cursor::new(text.to_vec()));
        let mut stream = Stream::new(bytes, Spare::default(), text.len() + 1);
        let (mut is_declared, mut has_doctype) = (false, false);
        loop {
            let blank = blank(stream.peek(text.len()));
            stream.consume(blank);
            let start = stream.peek(10);
            if start.first() != Some(&b'<') {
                return None;
            }
            if start.starts_with(b"<!") && !start.starts_with(b"<!--") {
                has_doctype |= start.get(..9)?.eq_ignore_ascii_case(b"<!doctype");
                let end = stream.doctype().ok()?;
                stream.consume(end);
                continue;
            }
            is_declared |= is_declaration(start);
            let token = stream.token(0).ok()?;
            match &token {
                Token::Section { end, .. } => stream.consume(*end),
                Token::Start { name, end, .. } => {
                    let root = std::str::from_utf8(stream.get(name.clone()))
                        .ok()?
                        .to_owned();
                    let tag = String::from_utf8_lossy(stream.get(0..*end));
                    let attributes = start_tag(&tag, &Entities::default());
                    let spaces: Spaces = declared(&attributes).collect();
                    let (space, _) = resolve(&root, &spaces);
                    let end = usize::try_from(stream.offset()).ok()? + end;
                    return Some(Self {
                        is_declared,
                        has_doctype,
                        has_namespace: !spaces.is_empty(),
                        root,
                        space,
                        end,
                    });
                }
                _ => return None,
            }
        }
    }

    /// Returns the name of the root element without its prefix.
    pub(super) fn local(&self) -> &str {
        self.root.rsplit(':').next().unwrap_or(&self.root)
    }
}

/// Returns the length of the white space and byte order marks at the beginning.
fn blank(text: &[u8]) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(b"\xEF\xBB\xBF") {
            Some(after) => rest = after,
            None => return text.len() - rest.len(),
        }
    }
}

/// Returns whether a text begins with an XML declaration.
pub(super) fn is_declaration(text: &[u8]) -> bool {
    text.strip_prefix(b"<?xml")
        .is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
}

/// Returns the encoding that an XML declaration states, if the text can have it: a declaration that was read byte by
/// byte is not in UTF-16, whatever it states.
pub(super) fn stated_encoding(declaration: &[u8]) -> Option<&'static Encoding> {
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let rest = declaration[at + b"encoding".len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let quote = rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let label = rest[1..].split(|byte| byte == quote).next()?;
    Encoding::for_label_no_replacement(label)
        .filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8)
}

/// Recognizes UTF-16 without a byte order mark: XML begins with `<`.
pub(super) fn utf16_without_mark(start: &[u8]) -> Option<Mode> {
    let from = match start {
        [b'<', 0, first, 0, ..] if *first != 0 => UTF_16LE,
        [0, b'<', 0, first, ..] if *first != 0 => UTF_16BE,
        _ => return None,
    };
    Some(Mode::Converted {
        from,
        has_mark: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_element_is_found_behind_all_that_may_come_before_it() {
        for (text, expected) in [
            ("<rss version='2.0'>", Some(("rss", false))),
            (
                "\u{FEFF} <?xml version='1.0'?><?xml-stylesheet href='a>b'?>\n<!-- <a> --><!DOCTYPE nitf [<!ENTITY a \"<b>\">]>\n<nitf>",
                Some(("nitf", true)),
            ),
            (
                "<x:feed xmlns:x=\"http://www.w3.org/2005/Atom\">",
                Some(("x:feed", false)),
            ),
            ("Text <rss>", None),
            ("<!-- offen <rss>", None),
            ("< rss>", None),
            ("", None),
        ] {
            let found = Prolog::read(text.as_bytes());
            let found = found.as_ref();
            let found = found.map(|prolog| (prolog.root.as_str(), prolog.is_declared));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn encodings_are_stated_in_many_ways() {
        for (declaration, expected) in [
            (
                "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>",
                Some("ISO-8859-15"),
            ),
            (
                "<?xml version='1.0' encoding = 'latin1' ?>",
                Some("windows-1252"),
            ),
            ("<?xml version='1.0' encoding='UTF-16'?>", None),
            ("<?xml version='1.0' encoding='utf8'?>", None),
            ("<?xml version='1.0' encoding='x-none'?>", None),
            ("<?xml version='1.0'?>", None),
        ] {
            let found = stated_encoding(declaration.as_bytes()).map(Encoding::name);
            assert_eq!(found, expected, "{declaration}");
        }
    }
}
