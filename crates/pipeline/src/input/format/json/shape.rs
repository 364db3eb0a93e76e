//! What JSON a text begins with, and where in it the records are.

use std::ops::Range;

use memchr::memchr2;

use super::cutter::value_len;
use crate::input::fields::{Names, Role};
use crate::input::recognize::BEGINNING;

/// What JSON a text begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The names of the fields that lead from an object that is larger than memory to its array of records; without any,
    /// the objects are the records themselves.
    pub(super) path: Vec<String>,
    /// What the elements of the lists have.
    pub(super) elements: Vec<Parts>,
    /// Whether each line is a record: JSON Lines.
    pub(super) is_lines: bool,
    /// Whether the first object contains lists of records.
    pub(super) is_envelope: bool,
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
                    elements: Vec::new(),
                    is_lines: false,
                    is_envelope: false,
                })
            }
            b'{' if inner.starts_with(b"\"") || inner.starts_with(b"}") => {
                let found = Contents::of(json, names);
                let is_envelope = !found.lists.is_empty() || found.has_empty;
                let is_plain = text[..begin].iter().all(u8::is_ascii_whitespace);
                Some(Self {
                    is_envelope,
                    is_lines: !is_envelope && is_plain && is_lines(json),
                    elements: found.elements,
                    path: found
                        .lists
                        .into_iter()
                        .next()
                        .map(|(path, _)| path)
                        .unwrap_or_default(),
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
    if let Some(len) = value_len(line) {
        // Objects of the same line are concatenated.
        return !line[len..].trim_ascii_start().starts_with(b"{");
    }
    // A line that is longer than what can be seen of it may be anything.
    let Some(end) = end else {
        return line.len() < BEGINNING;
    };
    // The object goes on in the next line, unless that begins an object where none can be.
    let next = json[end..].trim_ascii_start();
    let is_record = next
        .strip_prefix(b"{")
        .is_some_and(|inner| inner.trim_ascii_start().starts_with(b"\""));
    let last = line.trim_ascii_end().last();
    is_in_string(line) || is_record && !matches!(last, Some(b'[' | b':' | b',' | b'{'))
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

/// How many objects may lie around a list of records.
const MOST_DEPTH: usize = 4;

/// How many elements of a list are looked at to tell what it contains: the first one may be an advertisement.
const MOST_ELEMENTS: usize = 20;

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

/// Returns whether what has this name belongs to an article.
pub(super) fn is_part(name: &str) -> bool {
    PARTS.iter().any(|part| name.eq_ignore_ascii_case(part))
}

/// The lists of records in an object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// The names of the fields that lead to each, and its range in the object.
    pub(super) lists: Vec<(Vec<String>, Range<usize>)>,
    /// What the elements of the lists have.
    elements: Vec<Parts>,
    /// The ranges of articles that are beside the lists, not in them.
    pub(super) others: Vec<Range<usize>>,
    /// Whether there is a list without an element where such objects have them.
    pub(super) has_empty: bool,
    /// Whether the object is an article, too.
    pub(super) is_article: bool,
}

impl Contents {
    /// Finds the lists of records in an object, as far as it can be read. There are none in an article.
    ///
    /// If some of them contain articles with a text of their own, those that only describe something are left out.
    pub(super) fn of(object: &[u8], names: &Names) -> Self {
        let mut finder = Finder {
            object,
            names,
            found: Vec::new(),
            objects: Vec::new(),
            has_empty: false,
            path: Vec::new(),
        };
        let mut is_article = false;
        if let Some(len) = finder.look(0, MOST_DEPTH) {
            // A feed describes itself, and what is said of a topic or an issue stands before its articles.
            is_article = len >= SHORT;
            let names = if is_article { ARTICLES } else { LISTS };
            finder.found.retain(|(kind, path, _)| {
                let is_named =
                    |name: &String| names.iter().any(|known| name.eq_ignore_ascii_case(known));
                *kind == Kind::Articles && path.len() == 1 && path.iter().all(is_named)
            });
            if finder.found.is_empty() {
                return Self::default();
            }
        }
        let elements = finder.elements();
        let others = finder.others(&elements);
        let best = finder.found.iter().map(|(kind, ..)| *kind).max();
        let found = finder
            .found
            .into_iter()
            .filter(|(kind, ..)| Some(*kind) == best);
        Self {
            lists: found.map(|(_, path, range)| (path, range)).collect(),
            elements,
            others,
            has_empty: finder.has_empty,
            is_article,
        }
    }
}

/// A shorter text beside a list of articles is a description of the list, in bytes.
const SHORT: usize = 280;

/// What the elements of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// They have a description and a name.
    Described,
    /// They have a text of their own.
    Articles,
}

struct Finder<'a> {
    object: &'a [u8],
    names: &'a Names,
    found: Vec<(Kind, Vec<String>, Range<usize>)>,
    /// The objects without lists in them.
    objects: Vec<Range<usize>>,
    has_empty: bool,
    path: Vec<String>,
}

impl Finder<'_> {
    /// Looks into an object; returns the length of its own text, if it has one.
    fn look(&mut self, at: usize, depth: usize) -> Option<usize> {
        let mut own = None;
        for Field { name, value } in Fields::new(self.object, at) {
            let first = self.object.get(value.start);
            if first == Some(&b'"')
                && self.names.is_text(&name)
                && !self.names.is_description(&name)
            {
                own = own.max(Some(value.len()));
                continue;
            }
            if is_part(&name) {
                continue;
            }
            self.path.push(name);
            match first {
                Some(b'[') => self.list(value),
                Some(b'{') if depth > 1 => {
                    let (lists, objects) = (self.found.len(), self.objects.len());
                    // Contents in an article are parts of it.
                    if self.look(value.start, depth - 1).is_some() {
                        self.found.truncate(lists);
                        self.objects.truncate(objects);
                    }
                    if self.found.len() == lists {
                        self.objects.push(value);
                    }
                }
                _ => {}
            }
            self.path.pop();
        }
        own
    }

    /// Returns what an element of each list of articles has.
    fn elements(&self) -> Vec<Parts> {
        let lists = self.found.iter();
        let lists = lists.filter(|(kind, ..)| *kind == Kind::Articles);
        let elements = lists.filter_map(|(.., list)| {
            let elements = Elements::new(self.object, list.start).take(MOST_ELEMENTS);
            let mut parts = elements.map(|at| Parts::of(self.object, at.start, self.names));
            parts.find(|parts| !parts.texts.is_empty())
        });
        elements.collect()
    }

    /// Returns the objects beside the lists that are articles.
    fn others(&self, elements: &[Parts]) -> Vec<Range<usize>> {
        if self.found.is_empty() {
            return Vec::new();
        }
        let is_article = |value: &&Range<usize>| {
            Parts::of(self.object, value.start, self.names).are_those_of_article(elements)
        };
        let found: Vec<&Range<usize>> = self.objects.iter().filter(is_article).collect();
        let is_in = |inner: &Range<usize>, outer: &Range<usize>| {
            inner != outer && outer.start <= inner.start && inner.end <= outer.end
        };
        // Of an article in another object, that is the article, unless it has several.
        let is_outer =
            |value: &&&Range<usize>| found.iter().filter(|inner| is_in(inner, value)).count() < 2;
        let outer: Vec<&Range<usize>> = found.iter().filter(is_outer).copied().collect();
        let is_outermost = |value: &&&Range<usize>| !outer.iter().any(|other| is_in(value, other));
        outer
            .iter()
            .filter(is_outermost)
            .map(|value| (*value).clone())
            .collect()
    }

    fn list(&mut self, value: Range<usize>) {
        let name = self.path.last().map_or("", String::as_str);
        // The blocks of a text may have an id, but no headline of their own.
        let is_text = self.names.is_text(name);
        let mut elements = Elements::new(self.object, value.start).peekable();
        if elements.peek().is_none() && self.object.get(value.end - 1) == Some(&b']') {
            self.has_empty |= LISTS.iter().any(|list| name.eq_ignore_ascii_case(list));
            return;
        }
        let kinds = elements.take(MOST_ELEMENTS).filter_map(|element| {
            (self.object.get(element.start) == Some(&b'{'))
                .then(|| self.kind(element.start, is_text))
                .flatten()
        });
        if let Some(kind) = kinds.max() {
            self.found.push((kind, self.path.clone(), value));
        }
    }

    /// Tells what an element is; none if it has neither a text nor something that tells it from others.
    fn kind(&self, at: usize, needs_title: bool) -> Option<Kind> {
        let (mut text, mut has_name, mut has_title) = (None, false, false);
        let mut see = |name: &str| {
            let is_role = |wanted: &[Role]| {
                self.names
                    .usual(name)
                    .iter()
                    .any(|(role, _)| wanted.contains(role))
            };
            if self.names.is_description(name) {
                text = text.max(Some(Kind::Described));
            } else if self.names.is_text(name) {
                text = Some(Kind::Articles);
            }
            has_title |= is_role(&[Role::Title, Role::Url]);
            has_name |= is_role(&[Role::Id, Role::Title, Role::Date, Role::Url, Role::Outlet]);
        };
        for Field { name, value } in Fields::new(self.object, at) {
            see(&name);
            if self.names.is_wrapper(&name) && self.object.get(value.start) == Some(&b'{') {
                Fields::new(self.object, value.start).for_each(|field| see(&field.name));
            }
        }
        text.filter(|_| if needs_title { has_title } else { has_name })
    }
}

/// Returns whether an object beside a list is an article, by what the elements of lists have.
pub(super) fn is_article(object: &[u8], elements: &[Parts], names: &Names) -> bool {
    Parts::of(object, 0, names).are_those_of_article(elements)
}

/// Returns whether a list is one of articles, by its beginning and its name, which is not that of a part of an article.
pub(super) fn is_list(beginning: &[u8], name: &str, names: &Names) -> bool {
    let mut finder = Finder {
        object: beginning,
        names,
        found: Vec::new(),
        objects: Vec::new(),
        has_empty: false,
        path: vec![name.to_owned()],
    };
    finder.list(0..beginning.len());
    let mut kinds = finder.found.iter().map(|(kind, ..)| *kind);
    kinds.any(|kind| kind == Kind::Articles)
}

/// The fields of an object that make it an article.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The names of those with a text, and the length of the longest one.
    texts: Vec<String>,
    longest: usize,
    /// The names of those that tell it from others.
    names: Vec<String>,
    has_title: bool,
}

impl Parts {
    /// Finds those of the object at a place, and those of the object in it that has the text.
    fn of(text: &[u8], at: usize, names: &Names) -> Self {
        let mut parts = Self::default();
        if text.get(at) != Some(&b'{') {
            return parts;
        }
        for field in Fields::new(text, at) {
            let is_open = names.is_wrapper(&field.name) || names.is_text(&field.name);
            if is_open && text.get(field.value.start) == Some(&b'{') {
                Fields::new(text, field.value.start).for_each(|field| parts.see(field, names));
            }
            parts.see(field, names);
        }
        parts
    }

    /// Returns whether these are the fields of an element of a list, or a title and a text that is longer than a description.
    fn are_those_of_article(&self, elements: &[Self]) -> bool {
        let shares =
            |ours: &[String], theirs: &[String]| ours.iter().any(|name| theirs.contains(name));
        self.has_title && self.longest >= SHORT
            || elements.iter().any(|element| {
                shares(&self.texts, &element.texts) && shares(&self.names, &element.names)
            })
    }

    fn see(&mut self, field: Field, names: &Names) {
        let usual = names.usual(&field.name);
        let has = |wanted: &[Role]| usual.iter().any(|(role, _)| wanted.contains(role));
        if names.is_text(&field.name) && !names.is_description(&field.name) {
            self.longest = self.longest.max(field.value.len());
            self.texts.push(field.name);
        } else if has(&[Role::Id, Role::Title, Role::Date, Role::Url]) {
            self.has_title |= has(&[Role::Title]);
            self.names.push(field.name);
        }
    }
}

/// Names of lists that are no parts of an article.
const ARTICLES: &[&str] = &[
    "articles",
    "artikel",
    "docs",
    "documents",
    "posts",
    "stories",
];

/// Usual names of lists of articles in the answers of servers.
const LISTS: &[&str] = &[
    "docs",
    "hits",
    "articles",
    "artikel",
    "data",
    "items",
    "results",
    "posts",
    "entries",
    "documents",
    "news",
    "rows",
    "records",
    "stories",
    "value",
];

/// A field of an object: its name and where its value is, or as much of it as there is.
struct Field {
    name: String,
    value: Range<usize>,
}

/// The fields of an object, as far as they can be read.
struct Fields<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// The fields of the object whose bracket is at a place.
    fn new(text: &'a [u8], object: usize) -> Self {
        Self {
            text,
            at: object + 1,
        }
    }
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        let at = skip(self.text, self.at, b" \t\r\n,");
        if self.text.get(at) != Some(&b'"') {
            return None;
        }
        let end = at + value_len(&self.text[at..])?;
        let name = serde_json::from_slice(&self.text[at..end]).ok()?;
        let start = skip(self.text, end, b" \t\r\n:");
        let value = start..end_of_value(self.text, start)?;
        self.at = value.end;
        Some(Field { name, value })
    }
}

/// The ranges of the elements of an array, as far as they can be read.
pub(super) struct Elements<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Elements<'a> {
    /// The elements of the array whose bracket is at a place.
    pub(super) fn new(text: &'a [u8], array: usize) -> Self {
        Self {
            text,
            at: array + 1,
        }
    }
}

impl Iterator for Elements<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = skip(self.text, self.at, b" \t\r\n,");
        if matches!(self.text.get(start), None | Some(b']' | b'}')) {
            return None;
        }
        let element = start..end_of_value(self.text, start)?;
        self.at = element.end;
        Some(element)
    }
}

/// Returns the place of the next byte that is none of some.
fn skip(text: &[u8], at: usize, bytes: &[u8]) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| bytes.contains(byte)).count()
}

/// Returns where a value ends: at the end of the text if it does not end before.
fn end_of_value(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let len = value_len(rest).filter(|len| *len > 0);
    Some(len.map_or(text.len(), |len| start + len))
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
            // A feed that describes itself.
            (
                r#"{"text": "Neues", "items": [{"id": 2, "text": "b"}]}"#,
                Some((false, "items")),
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
