//! A JSON value, and what databases, crawlers and wires wrap around the value that is meant.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::content::Content;

/// A JSON value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Tree<'de> {
    /// There is no such field.
    #[default]
    Missing,
    Null,
    Boolean,
    Whole(String),
    Float(String),
    Text(Cow<'de, str>),
    List(Vec<Tree<'de>>),
    Object(Vec<(Cow<'de, str>, Tree<'de>)>),
}

/// The value of a field that should have a single one.
#[derive(Debug, PartialEq)]
pub(super) enum Scalar {
    None,
    /// A text or a whole number.
    Text(String),
    /// A number that cannot be kept exactly.
    Float,
    /// Something else, and what it is.
    Other(&'static str),
}

/// What stands around a value, the surest first: extended JSON of MongoDB, ninjs, WordPress, XML turned into JSON,
/// languages.
const AROUND: &[&str] = &[
    "$oid",
    "$date",
    "$numberLong",
    "$numberInt",
    "$uuid",
    "value",
    "rendered",
    "#text",
    "_text",
    "text",
    "de",
    "name",
];

/// The fields whose texts are the paragraphs of a story, in objects that contain one.
const PARAGRAPHS: &[&str] = &[
    "summary",
    "sections",
    "section",
    "headline",
    "paragraphs",
    "paragraph",
    "p",
    "text",
    "value",
    "content",
    "contents",
    "body",
    "blocks",
    "children",
    "data",
    "lead",
    "teaser",
];

/// The kinds of blocks that are not part of the story.
const NO_PARAGRAPH: &[&str] = &[
    "image", "picture", "photo", "gallery", "video", "audio", "embed", "caption", "ad", "advert",
    "related", "iframe",
];

impl Tree<'_> {
    /// What an object is called in messages.
    pub(super) const OBJECT: &'static str = "an object";

    /// Returns whether there is nothing: null, or a text that is blank.
    pub(super) fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Returns how many elements it has, if it is a list of texts.
    pub(super) fn texts(&self) -> Option<usize> {
        match self {
            Self::List(elements) => elements
                .iter()
                .all(|element| matches!(element, Self::Text(_)))
                .then_some(elements.len()),
            _ => None,
        }
    }

    /// Returns how many elements it has, if it is a list of texts, numbers or nulls.
    pub(super) fn values(&self) -> Option<usize> {
        match self {
            Self::List(elements) => elements
                .iter()
                .all(|element| !matches!(element, Self::List(_) | Self::Object(_)))
                .then_some(elements.len()),
            _ => None,
        }
    }

    fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// Returns the value at a path such as `article.body`. A list on the way stands for all its elements.
    pub(super) fn at(&self, path: &str) -> Self {
        match self {
            Self::Object(fields) => {
                let mut found = fields.iter().filter_map(|(name, value)| {
                    let rest = path.strip_prefix(&**name)?;
                    match rest.strip_prefix('.') {
                        Some(inner) => Some(value.at(inner)),
                        None if rest.is_empty() => Some(value.clone()),
                        None => None,
                    }
                });
                found.next().unwrap_or_default()
            }
            Self::List(elements) => {
                let found: Vec<_> = elements
                    .iter()
                    .map(|element| element.at(path))
                    .filter(|found| !matches!(found, Self::Missing))
                    .collect();
                if found.is_empty() {
                    Self::Missing
                } else {
                    Self::List(found)
                }
            }
            _ => Self::Missing,
        }
    }

    /// Returns whether it is text that a content management system has rendered to HTML.
    pub(super) fn is_rendered(&self) -> bool {
        self.field("rendered").is_some()
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Float(_))
    }

    /// Returns a number that cannot be kept exactly, as it was written.
    pub(super) fn number(&self) -> Option<String> {
        match self {
            Self::Float(number) => Some(number.clone()),
            _ => None,
        }
    }

    /// Returns the single value that is meant. The texts of a list are joined with spaces.
    pub(super) fn scalar(&self) -> Scalar {
        match self {
            Self::Missing | Self::Null => Scalar::None,
            Self::Text(text) => Scalar::Text(text.clone().into_owned()),
            Self::Whole(number) => Scalar::Text(number.clone()),
            Self::Float(_) => Scalar::Float,
            Self::Boolean => Scalar::Other("a boolean"),
            Self::Object(_) => {
                let inner = AROUND.iter().find_map(|name| self.field(name));
                inner.map_or(Scalar::Other(Self::OBJECT), Self::scalar)
            }
            Self::List(elements) => {
                if let Some(main) = main(elements) {
                    return main.scalar();
                }
                let mut all = Vec::new();
                for element in elements {
                    match element.scalar() {
                        Scalar::Text(text) => all.push(text),
                        Scalar::None => {}
                        Scalar::Float | Scalar::Other(_) => return Scalar::Other("an array"),
                    }
                }
                if all.is_empty() {
                    Scalar::Other("an array")
                } else {
                    Scalar::Text(all.join(" "))
                }
            }
        }
    }

    /// Returns the name of someone, who may be an object with one.
    pub(super) fn name(&self) -> Scalar {
        let inner = ["name", "title", "domain", "site"];
        match inner.iter().find_map(|name| self.field(name)) {
            Some(name) => name.scalar(),
            None => self.scalar(),
        }
    }

    /// Returns the content of an article; `is_markup` says that its texts are HTML.
    ///
    /// # Errors
    ///
    /// What it is, if it is neither a text nor contains paragraphs.
    pub(super) fn content(self, is_markup: bool) -> Result<Content, &'static str> {
        match self {
            Self::Text(text) => Ok(Content::of(text.into_owned(), is_markup)),
            Self::Missing | Self::Null => Ok(Content::default()),
            Self::Boolean => Err("a boolean"),
            Self::Whole(_) | Self::Float(_) => Err("a number"),
            Self::List(elements) => {
                if let Some(main) = main(&elements) {
                    return main.clone().content(is_markup);
                }
                let mut paragraphs = Vec::new();
                if collect(&elements, &mut paragraphs) {
                    Ok(Content::of(paragraphs.join("\n\n"), is_markup))
                } else {
                    Err("an array")
                }
            }
            Self::Object(_) => {
                if let Some(value) = self.field("rendered") {
                    return value.clone().content(true);
                }
                let mut paragraphs = Vec::new();
                let is_known = self.paragraphs(&mut paragraphs);
                let kind = self.field("contenttype").or(self.field("type"));
                let is_html = matches!(kind, Some(Self::Text(kind)) if kind.contains("html"));
                if is_known {
                    Ok(Content::of(paragraphs.join("\n\n"), is_markup || is_html))
                } else {
                    Err(Self::OBJECT)
                }
            }
        }
    }

    /// Collects the paragraphs in document order; returns whether it is something that has some.
    fn paragraphs(&self, paragraphs: &mut Vec<String>) -> bool {
        match self {
            Self::Text(text) => {
                if !text.trim().is_empty() {
                    paragraphs.push(text.clone().into_owned());
                }
                true
            }
            Self::List(elements) => collect(elements, paragraphs),
            Self::Object(fields) => {
                let kind = self.field("type").or(self.field("kind"));
                if let Some(Self::Text(kind)) = kind
                    && NO_PARAGRAPH.iter().any(|no| kind.eq_ignore_ascii_case(no))
                {
                    return true;
                }
                let mut is_known = false;
                for (name, value) in fields {
                    if PARAGRAPHS
                        .iter()
                        .any(|known| name.eq_ignore_ascii_case(known))
                    {
                        is_known |= value.paragraphs(paragraphs);
                    }
                }
                is_known
            }
            Self::Null => true,
            Self::Missing | Self::Boolean | Self::Whole(_) | Self::Float(_) => false,
        }
    }
}

/// Collects the paragraphs of the elements of a list; returns whether it has some or is empty.
///
/// Texts between objects, and objects of the type `text`, are runs of one paragraph, as messengers and editors write them.
fn collect(elements: &[Tree<'_>], paragraphs: &mut Vec<String>) -> bool {
    let is_run = |element: &Tree<'_>| matches!(element.field("type"), Some(Tree::Text(kind)) if kind == "text");
    let has = |is: fn(&Tree<'_>) -> bool| elements.iter().any(is);
    let is_mixed = has(|element| matches!(element, Tree::Text(_)))
        && has(|element| matches!(element, Tree::Object(_)));
    let mut is_known = elements.is_empty();
    if is_mixed || elements.iter().any(is_run) {
        let mut runs = Vec::new();
        for element in elements {
            match element {
                Tree::Text(text) => {
                    runs.push(text.clone().into_owned());
                    is_known = true;
                }
                other => is_known |= other.paragraphs(&mut runs),
            }
        }
        let paragraph = runs.concat();
        if !paragraph.trim().is_empty() {
            paragraphs.push(paragraph);
        }
        return is_known;
    }
    for element in elements {
        is_known |= element.paragraphs(paragraphs);
    }
    is_known
}

/// Returns the main one of several versions of a field, each an object with a role and a value (ninjs).
fn main<'a, 'de>(elements: &'a [Tree<'de>]) -> Option<&'a Tree<'de>> {
    let is_version = |element: &&Tree<'_>| {
        element.field("value").is_some()
            && (element.field("role").is_some() || element.field("contenttype").is_some())
    };
    let mut versions = elements.iter().filter(is_version);
    let is_main = |element: &&Tree<'_>| matches!(element.field("role"), Some(Tree::Text(role)) if role.to_ascii_lowercase().contains("main"));
    let found = versions.clone().find(is_main);
    found.or_else(|| versions.next())
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(text.to_owned().into()))
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Whole(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Whole(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Float(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Boolean)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = items.next_element()? {
            elements.push(element);
        }
        Ok(Tree::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(name), value)) = map.next_entry()? {
            fields.push((name, value));
        }
        Ok(Tree::Object(fields))
    }
}

/// The name of a field, borrowed if it has no escapes.
pub(super) struct Key<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(name.into()))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(name.to_owned().into()))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(json: &str) -> Tree<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_scalar_is_found_in_what_is_around_it() {
        for (json, expected) in [
            (r#""a""#, "a"),
            ("17", "17"),
            (r#"{"$oid": "00ff"}"#, "00ff"),
            (
                r#"{"$date": "2024-05-06T06:00:00Z"}"#,
                "2024-05-06T06:00:00Z",
            ),
            (
                r#"{"$date": {"$numberLong": "1714975200000"}}"#,
                "1714975200000",
            ),
            (r#"["Bahn", "streikt"]"#, "Bahn streikt"),
            (
                r#"[{"role": "sub", "value": "b"}, {"role": "drol:main", "value": "a"}]"#,
                "a",
            ),
            (
                r#"[{"role": "sub", "value": "b"}, {"role": "web", "value": "c"}]"#,
                "b",
            ),
            (r#"{"rendered": "a"}"#, "a"),
        ] {
            assert_eq!(tree(json).scalar(), Scalar::Text(expected.into()), "{json}");
        }
        for (json, kind) in [
            ("true", "a boolean"),
            (r#"{"year": 2024}"#, "an object"),
            ("[]", "an array"),
            ("[true]", "an array"),
        ] {
            assert_eq!(tree(json).scalar(), Scalar::Other(kind), "{json}");
        }
    }

    #[test]
    fn the_paragraphs_of_a_story_are_collected_in_order() {
        for (json, expected) in [
            (r#"["Eins.", "Zwei."]"#, Ok("Eins.\n\nZwei.")),
            (
                r#"{"summary": ["Kurz."], "sections": [
                    {"headline": [], "paragraphs": ["Eins.", "Zwei."]},
                    {"headline": ["Teil zwei"], "paragraphs": ["Drei."]}]}"#,
                Ok("Kurz.\n\nEins.\n\nZwei.\n\nTeil zwei\n\nDrei."),
            ),
            (
                r#"[{"type": "paragraph", "text": "Eins."}, {"type": "image", "text": "Foto: Agentur"},
                    {"type": "paragraph", "data": {"text": "Zwei."}, "id": "x7"}]"#,
                Ok("Eins.\n\nZwei."),
            ),
            (
                r#"[{"role": "short", "value": "Kurz."}, {"role": "main", "contenttype": "text/plain", "value": "Lang."}]"#,
                Ok("Lang."),
            ),
            (r#"{"summary": [], "sections": []}"#, Ok("")),
            ("[]", Ok("")),
            (r#"{"length": 17}"#, Err("an object")),
            ("[1, 2]", Err("an array")),
            ("17", Err("a number")),
        ] {
            let found = tree(json).content(false);
            let text = found.as_ref().map(|content| match content {
                Content::Text(text) => text.as_str(),
                other => panic!("{other:?}"),
            });
            assert_eq!(text.map_err(|kind| *kind), expected, "{json}");
        }
    }

    #[test]
    fn markup_is_told_by_the_field_or_the_type_beside_it() {
        let html = r#""<p>Eins.</p>""#;
        assert!(matches!(tree(html).content(true), Ok(Content::Fragment(_))));
        assert!(matches!(tree(html).content(false), Ok(Content::Text(_))));
        let page = r#""<!doctype html><p>Eins.</p>""#;
        assert!(matches!(tree(page).content(true), Ok(Content::Page { .. })));
        for json in [
            r#"{"rendered": "<p>Eins.</p>"}"#,
            r#"[{"role": "main", "contentType": "text/html", "value": "<p>Eins.</p>"}]"#,
        ] {
            let found = tree(json).content(false);
            assert!(matches!(found, Ok(Content::Fragment(_))), "{json}");
        }
    }

    #[test]
    fn a_path_leads_through_lists() {
        let json = tree(r#"{"a": {"b": [{"c": "x"}, {"d": 1}, {"c": "y"}]}, "a.b": "z"}"#);
        let texts = |texts: &[&'static str]| {
            Tree::List(
                texts
                    .iter()
                    .map(|text| Tree::Text((*text).into()))
                    .collect(),
            )
        };
        assert_eq!(json.at("a.b.c"), texts(&["x", "y"]));
        assert_eq!(json.at("a.b.e"), Tree::Missing);
        assert_eq!(json.at("a.x"), Tree::Missing);
    }
}
