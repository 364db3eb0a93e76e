//! What JSON a text begins with, and where in it the records are.

use memchr::memchr2;

use super::cutter::value_len;
use crate::input::fields::{Names, Role};

/// What JSON a text begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The names of the fields that lead from each top-level object to the array of records; without any, the
    /// objects are the records themselves.
    pub(super) path: Vec<String>,
    /// Whether each line is a record: JSON Lines.
    pub(super) is_lines: bool,
}

impl Shape {
    /// Recognizes JSON by the beginning of a text; none if it is no JSON.
    pub(super) fn of(text: &[u8], names: &Names) -> Option<Self> {
        let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x1E;
        let begin = text.iter().position(|byte| !is_space(byte))?;
        let json = &text[begin..];
        let inner = json[1..].trim_ascii_start();
        match json[0] {
            b'[' if inner.starts_with(b"{")
                || inner.starts_with(b"]") && inner[1..].trim_ascii().is_empty() =>
            {
                Some(Self {
                    path: Vec::new(),
                    is_lines: false,
                })
            }
            b'{' if inner.starts_with(b"\"") || inner.starts_with(b"}") => {
                let path = path_to_records(json, names);
                Some(Self {
                    is_lines: path.is_empty()
                        && text[..begin].iter().all(u8::is_ascii_whitespace)
                        && is_lines(json),
                    path,
                })
            }
            _ => None,
        }
    }
}

/// Returns whether the first line is an object, or was meant to be one.
fn is_lines(json: &[u8]) -> bool {
    let end = json.iter().position(|byte| *byte == b'\n');
    let line = &json[..end.unwrap_or(json.len())];
    match value_len(line) {
        // Objects of the same line are concatenated.
        Some(len) => {
            let rest = line[len..].trim_ascii_start();
            !rest.starts_with(b"{")
        }
        // The object goes on in the next line, unless that begins an object where none can be.
        None => {
            let Some(end) = end else {
                return true;
            };
            let next = json[end..].trim_ascii_start();
            let is_record = next
                .strip_prefix(b"{")
                .is_some_and(|inner| inner.trim_ascii_start().starts_with(b"\""));
            let last = line.trim_ascii_end().last();
            is_in_string(line) || is_record && !matches!(last, Some(b'[' | b':' | b',' | b'{'))
        }
    }
}

/// Returns whether a line ends within a string, which cannot contain a line end.
fn is_in_string(line: &[u8]) -> bool {
    let mut at = 0;
    let mut is_inside = false;
    while let Some(next) = memchr2(b'"', b'\\', &line[at..]) {
        at += next + 1;
        if line[at - 1] == b'"' {
            is_inside = !is_inside;
        } else if is_inside {
            at = line.len().min(at + 1);
        }
    }
    is_inside
}

/// How many objects may lie around the array of records.
const MOST_DEPTH: usize = 3;

/// Arrays of objects that look like articles, but belong to one.
const PARTS: &[&str] = &[
    "comments",
    "kommentare",
    "replies",
    "related",
    "verwandte",
    "teaser",
    "teasers",
    "updates",
    "versions",
    "sections",
    "blocks",
    "images",
    "media",
    "gallery",
    "associations",
    "links",
    "authors",
];

/// Returns the names of the fields that lead to an array of articles in an object that is none itself.
fn path_to_records(object: &[u8], names: &Names) -> Vec<String> {
    look(object, names, MOST_DEPTH).unwrap_or_default()
}

/// Returns the path from an object to an array of articles; none if there is none or the object is an article.
fn look(object: &[u8], names: &Names, depth: usize) -> Option<Vec<String>> {
    let mut path = None;
    for (name, value) in Fields(&object[1..]) {
        if names.is_text(&name) && value.first() != Some(&b'[') && value.first() != Some(&b'{') {
            return None;
        }
        if path.is_some() || PARTS.iter().any(|part| name.eq_ignore_ascii_case(part)) {
            continue;
        }
        let inner = value.get(1..).unwrap_or_default().trim_ascii_start();
        path = match value.first() {
            Some(b'[') if inner.starts_with(b"{") && is_article(inner, names) => Some(vec![name]),
            Some(b'{') if depth > 1 => look(value, names, depth - 1).map(|mut path| {
                path.insert(0, name);
                path
            }),
            _ => None,
        };
    }
    path
}

/// Returns whether an object has a text, or an object that may have one, and something that tells it from others.
fn is_article(object: &[u8], names: &Names) -> bool {
    let (mut has_text, mut has_name) = (false, false);
    for (name, value) in Fields(&object[1..]) {
        let mut usual = names.usual(&name).iter();
        has_text |= names.is_text(&name);
        has_name |= usual.any(|(role, _)| *role != Role::Text && *role != Role::Language);
        if names.is_wrapper(&name) && value.first() == Some(&b'{') {
            has_text |= Fields(&value[1..]).any(|(name, _)| names.is_text(&name));
        }
    }
    has_text && has_name
}

/// The names of the fields of an object and the beginnings of their values, as far as they can be read.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (String, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_ascii_start();
        let rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        if !rest.starts_with(b"\"") {
            return None;
        }
        let len = value_len(rest)?;
        let name = serde_json::from_slice(&rest[..len]).ok()?;
        let value = rest[len..].trim_ascii_start().strip_prefix(b":")?;
        let value = value.trim_ascii_start();
        self.0 = value_len(value).map_or(&[], |len| &value[len..]);
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::fields::Fields as Configured;

    #[test]
    fn shapes_are_told_by_the_beginning() {
        let names = Names::new(&Configured::default()).unwrap();
        let lines = Some((true, ""));
        let objects = Some((false, ""));
        for (json, expected) in [
            (r#"{"id": 1, "text": "a"}"#, lines),
            ("{\"text\": \"a\"}\n{\"text\": \"b\"}\n", lines),
            // Truncated within a string, and after it.
            ("{\"text\": \"a\n{\"text\": \"b\"}\n", lines),
            ("{\"text\": \"a\"\n{\"text\": \"b\"}\n", lines),
            ("{\"text\": \"a\"},\n{\"text\": \"b\"}\n", lines),
            ("{\n  \"text\": \"a\"\n}\n", objects),
            ("{\"text\": \"a\",\n \"id\": 1}\n", objects),
            (r#"{"text": "a"}{"text": "b"}"#, objects),
            (
                "\u{1E}{\"text\": \"a\"}\n\u{1E}{\"text\": \"b\"}\n",
                objects,
            ),
            ("[\n{\"text\": \"a\"}]", objects),
            ("[]", objects),
            ("[Berlin] Es regnet.", None),
            ("{dpa} Berlin", None),
            (
                r#"{"response": {"numFound": 2, "docs": [{"id": 1, "text": "a"}]}}"#,
                Some((false, "response.docs")),
            ),
            (
                r#"{"took": 3, "hits": {"total": 1, "hits": [{"_id": 1, "_source": {"body": "a"}}]}}"#,
                Some((false, "hits.hits")),
            ),
            (
                r#"{"status": "ok", "beitraege": [{"Titel": "T", "Inhalt": "a"}]}"#,
                Some((false, "beitraege")),
            ),
            // An article with comments, before and after its text.
            (
                r#"{"id": 1, "leser": [{"id": 2, "text": "b"}], "text": "a"}"#,
                lines,
            ),
            (r#"{"id": 1, "comments": [{"id": 2, "text": "b"}]}"#, lines),
            (
                r#"{"title": "T", "body": {"sections": [{"headline": "x", "paragraphs": ["a"]}]}}"#,
                lines,
            ),
        ] {
            let found = Shape::of(json.as_bytes(), &names);
            let found = found.map(|shape| (shape.is_lines, shape.path.join(".")));
            let found = found
                .as_ref()
                .map(|(is_lines, path)| (*is_lines, path.as_str()));
            assert_eq!(found, expected, "{json}");
        }
    }
}
