//! The elements of an item as a tree, which is flat: elements and texts in the order of the document.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::{resolve_html5_entity, resolve_xml_entity};
use quick_xml::events::{BytesStart, Event};

use super::broken::Broken;

/// How deep elements of an item may be nested. Markup of a story is some ten elements deep.
pub(super) const MOST_NESTED: usize = 1000;

/// How many elements, texts and attributes an item may have; this bounds the memory of its tree.
const MOST_NODES: usize = 4 << 20;

/// How many bytes the entities that a file declares may add to an item.
const MOST_EXPANDED: usize = 1 << 20;

/// The vocabulary that an element belongs to, as far as elements of the same name are told apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// None, or that of the document.
    Own,
    /// `content:encoded` of RSS 1.0 and 2.0.
    Content,
    Dublin,
    Atom,
    Media,
    Html,
    Blogger,
    Other,
}

impl Space {
    /// Returns the vocabulary of a namespace.
    pub(super) fn of(namespace: &str) -> Self {
        match namespace.trim().trim_end_matches(['/', '#']) {
            "" => Self::Own,
            "http://purl.org/rss/1.0/modules/content" => Self::Content,
            "http://purl.org/dc/elements/1.1" | "http://purl.org/dc/terms" => Self::Dublin,
            "http://www.w3.org/2005/Atom" | "http://purl.org/atom/ns" => Self::Atom,
            "http://search.yahoo.com/mrss" | "http://www.rssboard.org/media-rss" => Self::Media,
            "http://www.w3.org/1999/xhtml" => Self::Html,
            "http://schemas.google.com/blogger/2018" => Self::Blogger,
            other if other.contains("/rss/1.0/modules/") => Self::Other,
            other if other.contains("rss") || other.contains("rdf-syntax") => Self::Own,
            _ => Self::Other,
        }
    }

    /// Returns the vocabulary of a prefix that is not declared, as it is usually declared.
    fn usual(prefix: &str) -> Self {
        match prefix {
            "content" => Self::Content,
            "dc" | "dcterms" => Self::Dublin,
            "atom" | "atom10" | "a10" => Self::Atom,
            "media" => Self::Media,
            "xhtml" | "html" | "h" => Self::Html,
            "blogger" => Self::Blogger,
            "rdf" | "rss" => Self::Own,
            _ => Self::Other,
        }
    }
}

/// The declared prefixes, the innermost last; the empty one is that of elements without a prefix.
pub(super) type Spaces = Vec<(Box<str>, Space)>;

/// Returns the vocabulary of a name and the name without its prefix.
pub(super) fn resolve<'a>(name: &'a str, spaces: &[(Box<str>, Space)]) -> (Space, &'a str) {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let declared = spaces
        .iter()
        .rev()
        .find(|(declared, _)| **declared == *prefix)
        .map(|(_, space)| *space);
    let space = declared.unwrap_or_else(|| {
        if prefix.is_empty() {
            Space::Own
        } else {
            Space::usual(prefix)
        }
    });
    (space, local)
}

/// The entities that a file declares.
#[derive(Debug, Clone, Default)]
pub(super) struct Entities(BTreeMap<String, Option<String>>);

impl Entities {
    /// How long the value of an entity may be: that of a name or a sign, not of a text.
    const MOST: usize = 200;

    /// How many entities are kept.
    const MOST_KEPT: usize = 10_000;

    /// Reads the declarations within a document type declaration. Only short texts are kept; entities that are made
    /// of others, or are in other files, are never expanded.
    pub(super) fn read(doctype: &str) -> Self {
        let mut entities = BTreeMap::new();
        for declaration in doctype.split("<!ENTITY").skip(1) {
            let declaration = declaration.trim_start();
            let Some((name, rest)) = declaration.split_once(|c: char| c.is_ascii_whitespace())
            else {
                continue;
            };
            if name == "%" || entities.len() == Self::MOST_KEPT {
                continue;
            }
            let rest = rest.trim_start();
            let quoted = rest
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'))
                .or_else(|| rest.strip_prefix('\'')?.split_once('\''));
            let value = quoted.map(|(value, _)| unescape(value, &Self::default()).into_owned());
            let value =
                value.filter(|value| value.len() <= Self::MOST && !value.contains(['&', '<', '%']));
            // The first declaration counts.
            entities.entry(name.to_owned()).or_insert(value);
        }
        Self(entities)
    }

    /// Returns what an entity stands for; none if nobody knows.
    fn resolve(&self, name: &str) -> Result<Option<Cow<'_, str>>, Broken> {
        if let Some(predefined) = resolve_xml_entity(name) {
            return Ok(Some(predefined.into()));
        }
        if let Some(number) = name.strip_prefix('#') {
            return Ok(character(number).map(|c| String::from(c).into()));
        }
        match self.0.get(name) {
            Some(Some(value)) => Ok(Some(value.as_str().into())),
            // Documents declare letters from files that are never read, but everyone knows them.
            known => match (resolve_html5_entity(name), known) {
                (Some(value), _) => Ok(Some(value.into())),
                (None, Some(_)) => Err(Broken::Entity(name.into())),
                (None, None) => Ok(None),
            },
        }
    }
}

/// Returns the character with a number. Numbers from 128 to 159 are those of Windows-1252, as in HTML.
fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let 0x80..=0x9F = code {
        let byte = [u8::try_from(code).ok()?];
        let (decoded, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
        return decoded.chars().next();
    }
    char::from_u32(code).filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
}

/// Resolves the entities of a text. What nobody knows, such as an ampersand of its own, stays as it is.
pub(super) fn unescape<'a>(text: &'a str, entities: &Entities) -> Cow<'a, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut parts = text.split('&');
    let mut out = String::with_capacity(text.len());
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let found = part.split_once(';').and_then(|(name, rest)| {
            let value = entities.resolve(name).ok()??;
            Some((value, rest))
        });
        if let Some((value, rest)) = found {
            out.push_str(&value);
            out.push_str(rest);
        } else {
            out.push('&');
            out.push_str(part);
        }
    }
    out.into()
}

/// The attributes of an element, with their prefixes.
pub(super) type Attributes = Vec<(Box<str>, Box<str>)>;

/// Reads the attributes of a tag. What is not an attribute is skipped.
fn attributes(tag: &BytesStart<'_>, entities: &Entities, into: &mut Attributes) {
    for attribute in tag.html_attributes().with_checks(false).flatten() {
        let value = unescape(&attribute.value, entities);
        into.push((attribute.key.into_inner().into(), value.into()));
    }
}

/// Returns the name and the attributes of a start tag.
pub(super) fn start_tag(tag: &str, entities: &Entities) -> Attributes {
    let mut found = Attributes::new();
    let mut reader = Reader::from_str(tag);
    if let Ok(Event::Start(start) | Event::Empty(start)) = reader.read_event() {
        attributes(&start, entities, &mut found);
    }
    found
}

/// Returns the namespaces that attributes declare.
pub(super) fn declared(
    attributes: &[(Box<str>, Box<str>)],
) -> impl Iterator<Item = (Box<str>, Space)> {
    attributes.iter().filter_map(|(name, value)| {
        let prefix = match name.strip_prefix("xmlns:") {
            Some(prefix) => prefix,
            None if **name == *"xmlns" => "",
            None => return None,
        };
        let space = match Space::of(value) {
            // The document's own, whatever it is: dialects are told by their root.
            Space::Other if prefix.is_empty() => Space::Own,
            space => space,
        };
        Some((prefix.into(), space))
    })
}

/// The elements and texts of an item.
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    attributes: Attributes,
}

struct Node<'a> {
    /// The index after its last descendant.
    end: u32,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Element {
        /// The name without its prefix.
        name: &'a str,
        space: Space,
        attributes: Range<u32>,
    },
    Text(Cow<'a, str>),
}

/// An element or a text, in the order of the document.
pub(super) enum Piece<'t> {
    Element(Element<'t>),
    Text(&'t str),
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree<'t>,
    at: usize,
}

impl<'a> Tree<'a> {
    /// Parses an element, which starts at an offset of its file.
    ///
    /// # Errors
    ///
    /// If it is not well-formed.
    pub(super) fn parse(
        text: &'a str,
        spaces: &Spaces,
        entities: &Entities,
        offset: u64,
    ) -> Result<Self, Broken> {
        let mut parser = Parser {
            tree: Self {
                nodes: Vec::new(),
                attributes: Vec::new(),
            },
            open: Vec::new(),
            spaces: spaces.clone(),
            in_text: false,
            entities,
            expanded: 0,
        };
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = reader.read_event().map_err(|error| Broken::IllFormed {
                at: offset + reader.error_position(),
                problem: error.to_string(),
            })?;
            match event {
                Event::Start(tag) => parser.start(text, before, &tag)?,
                Event::Empty(tag) => {
                    parser.start(text, before, &tag)?;
                    parser.end();
                }
                Event::End(_) => parser.end(),
                Event::Text(found) => parser.text(found.into_inner())?,
                Event::CData(found) => parser.text(found.into_inner())?,
                Event::GeneralRef(found) => {
                    let name = found.into_inner();
                    let value = match entities.resolve(&name)? {
                        Some(value) => value.into_owned(),
                        None => format!("&{name};"),
                    };
                    parser.expanded += value.len();
                    if parser.expanded > MOST_EXPANDED.max(text.len()) {
                        return Err(Broken::Entity(name.into()));
                    }
                    parser.text(value.into())?;
                }
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
                Event::Eof => break,
            }
        }
        if !parser.open.is_empty() || parser.tree.nodes.is_empty() {
            return Err(Broken::IllFormed {
                at: offset + text.len() as u64,
                problem: "an element is not closed".into(),
            });
        }
        Ok(parser.tree)
    }

    pub(super) fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }
}

struct Parser<'a, 'e> {
    tree: Tree<'a>,
    /// The open elements: their index, and how many prefixes were declared before.
    open: Vec<(usize, usize)>,
    spaces: Spaces,
    /// Whether the last node is a text that goes on.
    in_text: bool,
    entities: &'e Entities,
    /// The bytes of all entities so far.
    expanded: usize,
}

impl<'a> Parser<'a, '_> {
    fn start(&mut self, text: &'a str, at: usize, tag: &BytesStart<'_>) -> Result<(), Broken> {
        if self.open.len() == MOST_NESTED {
            return Err(Broken::ItemTooDeep(MOST_NESTED));
        }
        let len = tag.name().into_inner().len();
        let name = text.get(at + 1..at + 1 + len).unwrap_or_default();
        let before = self.tree.attributes.len();
        attributes(tag, self.entities, &mut self.tree.attributes);
        let prefixes = self.spaces.len();
        self.spaces
            .extend(declared(&self.tree.attributes[before..]));
        let (space, name) = resolve(name, &self.spaces);
        self.open.push((self.tree.nodes.len(), prefixes));
        let attributes = index(before)?..index(self.tree.attributes.len())?;
        self.push(Kind::Element {
            name,
            space,
            attributes,
        })?;
        self.in_text = false;
        Ok(())
    }

    fn end(&mut self) {
        self.in_text = false;
        if let Some((at, prefixes)) = self.open.pop() {
            self.spaces.truncate(prefixes);
            let end = self.tree.nodes.len();
            self.tree.nodes[at].end = u32::try_from(end).unwrap_or(u32::MAX);
        }
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), Broken> {
        if text.is_empty() || self.open.is_empty() {
            return Ok(());
        }
        if self.in_text
            && let Some(Node {
                kind: Kind::Text(before),
                ..
            }) = self.tree.nodes.last_mut()
        {
            before.to_mut().push_str(&text);
            return Ok(());
        }
        self.in_text = true;
        self.push(Kind::Text(text))
    }

    fn push(&mut self, kind: Kind<'a>) -> Result<(), Broken> {
        let end = index(self.tree.nodes.len() + 1)?;
        self.tree.nodes.push(Node { end, kind });
        Ok(())
    }
}

/// Returns an index, unless there are too many.
fn index(at: usize) -> Result<u32, Broken> {
    u32::try_from(at)
        .ok()
        .filter(|_| at <= MOST_NODES)
        .ok_or(Broken::TooMany(MOST_NODES))
}

impl<'t> Element<'t> {
    /// Returns the name without its prefix.
    pub(super) fn name(self) -> &'t str {
        match self.tree.nodes[self.at].kind {
            Kind::Element { name, .. } => name,
            Kind::Text(_) => "",
        }
    }

    pub(super) fn space(self) -> Space {
        match self.tree.nodes[self.at].kind {
            Kind::Element { space, .. } => space,
            Kind::Text(_) => Space::Own,
        }
    }

    pub(super) fn is(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    pub(super) fn is_one_of(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    pub(super) fn attributes(self) -> &'t [(Box<str>, Box<str>)] {
        match &self.tree.nodes[self.at].kind {
            Kind::Element { attributes, .. } => {
                &self.tree.attributes[attributes.start as usize..attributes.end as usize]
            }
            Kind::Text(_) => &[],
        }
    }

    /// Returns the value of an attribute, whose prefix does not count, unless it is blank.
    pub(super) fn attribute(self, name: &str) -> Option<&'t str> {
        self.attributes()
            .iter()
            .find(|(found, _)| {
                let local = found.rsplit(':').next().unwrap_or(found);
                local.eq_ignore_ascii_case(name) && !found.starts_with("xmlns")
            })
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Returns the elements and texts below this one, in the order of the document, each with the end of its own.
    pub(super) fn range(self) -> Range<usize> {
        self.at + 1..self.tree.nodes[self.at].end as usize
    }

    /// Returns what is at an index, and the index after it and all below it.
    pub(super) fn piece(self, at: usize) -> (Piece<'t>, usize) {
        let node = &self.tree.nodes[at];
        let piece = match &node.kind {
            Kind::Element { .. } => Piece::Element(Element {
                tree: self.tree,
                at,
            }),
            Kind::Text(text) => Piece::Text(text),
        };
        (piece, node.end as usize)
    }

    /// Returns the elements directly below this one.
    pub(super) fn children(self) -> impl Iterator<Item = Self> {
        let range = self.range();
        let mut at = range.start;
        std::iter::from_fn(move || {
            while at < range.end {
                let (piece, end) = self.piece(at);
                at = end;
                if let Piece::Element(element) = piece {
                    return Some(element);
                }
            }
            None
        })
    }

    /// Returns all elements below this one.
    pub(super) fn descendants(self) -> impl Iterator<Item = Self> {
        self.range().filter_map(move |at| match self.piece(at).0 {
            Piece::Element(element) => Some(element),
            Piece::Text(_) => None,
        })
    }

    /// Returns the first element of a name directly below this one.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(name))
    }

    /// Returns the first element of a name anywhere below this one.
    pub(super) fn find(self, name: &str) -> Option<Self> {
        self.descendants().find(|found| found.is(name))
    }

    /// Returns the whole text.
    pub(super) fn text(self) -> Cow<'t, str> {
        let mut texts = self.range().filter_map(|at| match self.piece(at).0 {
            Piece::Text(text) => Some(text),
            Piece::Element(_) => None,
        });
        let Some(first) = texts.next() else {
            return "".into();
        };
        let mut all = Cow::Borrowed(first);
        for text in texts {
            all.to_mut().push_str(text);
        }
        all
    }

    /// Returns the whole text on one line, unless it is blank.
    pub(super) fn line(self) -> Option<String> {
        one_line(&self.text())
    }
}

/// Escapes each `<` that no markup begins with, such as that of „3 < 4“; none if there is none.
pub(super) fn mend(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len() + 3);
    let mut has_any = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        mended.push_str(before);
        let section = [("![CDATA[", "]]>"), ("!--", "-->"), ("?", "?>")]
            .iter()
            .find(|(open, _)| after.starts_with(open));
        let is_tag = after.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '_' | ':'));
        if let Some((_, close)) = section
            && let Some((content, next)) = after.split_once(close)
        {
            for part in ["<", content, close] {
                mended.push_str(part);
            }
            rest = next;
        } else {
            has_any |= !is_tag;
            mended.push_str(if is_tag { "<" } else { "&lt;" });
            rest = after;
        }
    }
    mended.push_str(rest);
    has_any.then_some(mended)
}

/// Returns a text with its white space collapsed, unless it is blank.
pub(super) fn one_line(text: &str) -> Option<String> {
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    let line = words.join(" ");
    (!line.trim().is_empty()).then(|| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signs_that_are_no_markup_are_escaped() {
        for (text, expected) in [
            ("<p>3 < 4</p>", Some("<p>3 &lt; 4</p>")),
            ("<p>I <3 <b>x</b></p>", Some("<p>I &lt;3 <b>x</b></p>")),
            ("<p><![CDATA[3 < 4]]><!-- < --><? < ?></p>", None),
            ("<a/>", None),
        ] {
            assert_eq!(mend(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn characters_have_the_numbers_of_unicode_or_of_windows() {
        let entities = Entities::default();
        for (text, expected) in [
            ("&#228;&#xE4;&auml;", "äää"),
            ("&#150;&#x84;", "–„"),
            ("&lt;&amp;lt;", "<&lt;"),
            ("&#0;&#xD800;&nichts;& &", "&#0;&#xD800;&nichts;& &"),
        ] {
            assert_eq!(unescape(text, &entities), expected, "{text}");
        }
    }
}
