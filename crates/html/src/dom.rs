//! The tree of a page, from markup of any quality.
//!
//! Nodes lie in one list in the order of the page, each with where its content ends, so a subtree is a range
//! and no walk needs recursion. Names, attributes and text stay slices of the source. The tree is what
//! browsers build where it matters for reading: omitted end tags, unclosed and crossed elements, raw text.
//! What they do to move misplaced elements (foster parents, formatting elements that go on in the next
//! block) is left out, as it changes no text.
//!
//! Every byte is looked at a bounded number of times, whatever the markup is.

use memchr::{memchr, memchr3, memmem};

use crate::tag::{TAGS, Tag};

/// Elements nested deeper than this are added to the element at this depth, as in browsers.
const DEEPEST: usize = 512;

/// What is a short text: bytes and nodes.
const SHORT: usize = 500;
const SHORT_NODES: usize = 40;

/// How far an end tag of an unknown element looks for its start tag.
const REACH: usize = 64;

/// A node: an element, or text if its tag is [`Tag::None`].
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) tag: Tag,
    /// The element it is in; the first node is its own parent.
    pub(crate) parent: usize,
    /// The index after its last descendant.
    pub(crate) end: usize,
    /// The text as it stands in the source, or the attributes.
    pub(crate) source: &'a str,
}

/// The nodes of a page; the first one is the page.
#[derive(Debug)]
pub(crate) struct Dom<'a> {
    pub(crate) nodes: Vec<Node<'a>>,
}

/// An element whose end has not come yet.
struct Open<'a> {
    node: usize,
    tag: Tag,
    name: &'a [u8],
}

struct Builder<'a> {
    html: &'a str,
    nodes: Vec<Node<'a>>,
    open: Vec<Open<'a>>,
    /// How many elements of each kind are open.
    counts: [u32; TAGS],
    /// Elements that are open beyond the deepest.
    beyond: usize,
    /// Quotes, and ends of comments and raw text, that do not come any more.
    missing: Missing,
    at: usize,
}

#[derive(Default)]
struct Missing {
    single: bool,
    double: bool,
    raw: Vec<Tag>,
}

impl<'a> Dom<'a> {
    /// Returns the tree of a page.
    pub(crate) fn new(html: &'a str) -> Self {
        let mut builder = Builder {
            html,
            nodes: Vec::with_capacity(html.len() / 64 + 8),
            open: Vec::with_capacity(64),
            counts: [0; TAGS],
            beyond: 0,
            missing: Missing::default(),
            at: 0,
        };
        builder.nodes.push(Node {
            tag: Tag::None,
            parent: 0,
            end: 0,
            source: "",
        });
        builder.read();
        Self {
            nodes: builder.nodes,
        }
    }

    /// Returns a node; one that does not exist is the page.
    pub(crate) fn node(&self, at: usize) -> &Node<'a> {
        self.nodes.get(at).unwrap_or(&Node {
            tag: Tag::None,
            parent: 0,
            end: 0,
            source: "",
        })
    }

    /// Returns the value of an attribute as it stands in the source.
    pub(crate) fn attribute(&self, at: usize, name: &str) -> Option<&'a str> {
        attributes(self.node(at).source)
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Tells whether a node is inside another one, or is that one.
    pub(crate) fn is_inside(&self, at: usize, outer: usize) -> bool {
        at >= outer && at < self.node(outer).end
    }

    /// Returns the elements around a node, from the inside out, without the page.
    pub(crate) fn ancestors(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(self.node(at).parent), |at| Some(self.node(*at).parent))
            .take_while(|at| *at != 0)
    }

    /// Returns the children of a node.
    pub(crate) fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.node(at).end;
        std::iter::successors(Some(at + 1), |child| {
            Some(self.node(*child).end.max(child + 1))
        })
        .take_while(move |child| *child < end)
    }

    /// Returns the source of the text in a subtree, one piece a node.
    pub(crate) fn texts(&self, at: usize) -> impl Iterator<Item = &'a str> + '_ {
        let end = self.node(at).end;
        self.nodes
            .get(at..end)
            .unwrap_or_default()
            .iter()
            .filter(|node| node.tag == Tag::None)
            .map(|node| node.source)
    }

    /// Returns the source of the text in a subtree, if that is short, else its start.
    pub(crate) fn short_text(&self, at: usize) -> String {
        let mut text = String::new();
        // A bounded number of nodes, since elements that are looked at may be nested.
        let end = self.node(at).end.min(at + SHORT_NODES);
        for node in self.nodes.get(at..end).unwrap_or_default() {
            if node.tag == Tag::None {
                text.push_str(node.source);
                if text.len() > SHORT {
                    break;
                }
            }
        }
        text
    }
}

impl<'a> Builder<'a> {
    fn read(&mut self) {
        let bytes = self.html.as_bytes();
        let mut text = 0;
        while let Some(found) = bytes.get(self.at..).and_then(|rest| memchr(b'<', rest)) {
            let start = self.at + found;
            self.at = start;
            let after = match bytes.get(start + 1) {
                Some(b'!' | b'?') => {
                    self.text(text, start);
                    self.comment(start)
                }
                Some(b'/') if bytes.get(start + 2).is_some_and(u8::is_ascii_alphabetic) => {
                    self.text(text, start);
                    let (name, end) = self.tag(start + 2);
                    self.close(name);
                    end
                }
                Some(b'/') if bytes.get(start + 2) == Some(&b'>') => {
                    self.text(text, start);
                    start + 3
                }
                Some(first) if first.is_ascii_alphabetic() => {
                    self.text(text, start);
                    let (name, end) = self.tag(start + 1);
                    self.open(name, start + 1 + name.len(), end)
                }
                _ => {
                    self.at = start + 1;
                    continue;
                }
            };
            self.at = after.max(start + 1);
            text = self.at;
        }
        self.text(text, bytes.len());
        self.cut(0);
        let end = self.nodes.len();
        if let Some(page) = self.nodes.first_mut() {
            page.end = end;
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.html.get(start..end).unwrap_or_default()
    }

    fn text(&mut self, start: usize, end: usize) {
        if start < end {
            let source = self.slice(start, end);
            self.push(Tag::None, source);
        }
    }

    fn push(&mut self, tag: Tag, source: &'a str) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node {
            tag,
            parent: self.open.last().map_or(0, |open| open.node),
            end: node + 1,
            source,
        });
        node
    }

    /// Returns where a comment or declaration ends.
    fn comment(&mut self, start: usize) -> usize {
        let rest = self.html.as_bytes().get(start..).unwrap_or_default();
        let (skip, end): (usize, &[u8]) = if rest.starts_with(b"<!--") {
            if rest.starts_with(b"<!-->") {
                return start + 5;
            }
            (4, b"-->")
        } else if rest.starts_with(b"<![CDATA[") {
            (9, b"]]>")
        } else {
            (2, b">")
        };
        memmem::find(rest.get(skip..).unwrap_or_default(), end)
            .map_or(self.html.len(), |found| start + skip + found + end.len())
    }

    /// Returns the name of a tag that starts here, and the position after its `>`.
    fn tag(&mut self, start: usize) -> (&'a [u8], usize) {
        let bytes = self.html.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'>' | b'/' | b'<') || byte.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let mut at = start + length;
        while let Some(found) = bytes
            .get(at..)
            .and_then(|rest| memchr3(b'>', b'"', b'\'', rest))
        {
            at += found + 1;
            let quote = match bytes.get(at - 1) {
                Some(b'"') if !self.missing.double => b'"',
                Some(b'\'') if !self.missing.single => b'\'',
                Some(b'>') => return (name, at),
                _ => continue,
            };
            let before = bytes.get(start..at - 1).unwrap_or_default();
            if before.trim_ascii_end().last() != Some(&b'=') {
                continue;
            }
            match bytes.get(at..).and_then(|rest| memchr(quote, rest)) {
                Some(found) => at += found + 1,
                None if quote == b'"' => self.missing.double = true,
                None => self.missing.single = true,
            }
        }
        (name, bytes.len())
    }

    /// Adds an element, and returns the position after its tag or, if its content is raw text, after that.
    fn open(&mut self, name: &'a [u8], attributes: usize, end: usize) -> usize {
        let tag = Tag::named(name);
        let source = self.slice(attributes, end.saturating_sub(1));
        let is_closed = source.ends_with('/');
        match tag {
            Tag::Html | Tag::Body | Tag::Head if self.count(tag) > 0 => return end,
            Tag::Body => self.close_through(Tag::Head),
            _ => {}
        }
        if self.count(Tag::Head) > 0 && !is_head(tag) {
            self.close_through(Tag::Head);
        }
        self.close_omitted(tag);
        let node = self.push(tag, source);
        if tag.is_void() || is_closed && is_foreign(tag, self) {
            return end;
        }
        if tag.is_raw() {
            return self.raw(node, tag, name, end);
        }
        if self.open.len() >= DEEPEST {
            self.beyond += 1;
            return end;
        }
        self.open.push(Open { node, tag, name });
        if let Some(count) = self.counts.get_mut(tag as usize) {
            *count += 1;
        }
        end
    }

    /// Adds the raw text of an element, and returns the position after its end tag.
    fn raw(&mut self, node: usize, tag: Tag, name: &[u8], start: usize) -> usize {
        if self.missing.raw.contains(&tag) {
            return start;
        }
        let bytes = self.html.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        let found = memmem::find_iter(rest, b"</").find(|found| {
            let after = rest.get(found + 2..).unwrap_or_default();
            after
                .get(..name.len())
                .is_some_and(|after| after.eq_ignore_ascii_case(name))
                && after
                    .get(name.len())
                    .is_none_or(|byte| matches!(byte, b'>' | b'/') || byte.is_ascii_whitespace())
        });
        let Some(found) = found else {
            // A title or text field without an end would take the page with it.
            self.missing.raw.push(tag);
            let is_code = matches!(tag, Tag::Script | Tag::Style);
            return if is_code { bytes.len() } else { start };
        };
        if found > 0 {
            let source = self.slice(start, start + found);
            let text = self.nodes.len();
            self.nodes.push(Node {
                tag: Tag::None,
                parent: node,
                end: text + 1,
                source,
            });
            if let Some(element) = self.nodes.get_mut(node) {
                element.end = text + 1;
            }
        }
        let close = start + found;
        memchr(b'>', bytes.get(close..).unwrap_or_default())
            .map_or(bytes.len(), |found| close + found + 1)
    }

    fn count(&self, tag: Tag) -> u32 {
        self.counts.get(tag as usize).copied().unwrap_or_default()
    }

    /// Ends the innermost elements so that this many remain open.
    fn cut(&mut self, remaining: usize) {
        let end = self.nodes.len();
        for open in self.open.drain(remaining.min(self.open.len())..) {
            if let Some(node) = self.nodes.get_mut(open.node) {
                node.end = end;
            }
            if let Some(count) = self.counts.get_mut(open.tag as usize) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Ends an element and what is in it, if it is open.
    fn close_through(&mut self, tag: Tag) {
        if let Some(at) = self.open.iter().rposition(|open| open.tag == tag) {
            self.cut(at);
        }
    }

    /// Ends the innermost element of some kinds unless an element of other kinds is in between.
    fn close_unless(&mut self, tags: &[Tag], stops: impl Fn(Tag) -> bool) {
        if tags.iter().all(|tag| self.count(*tag) == 0) {
            return;
        }
        for at in (0..self.open.len()).rev() {
            let Some(open) = self.open.get(at) else {
                return;
            };
            if tags.contains(&open.tag) {
                return self.cut(at);
            }
            if stops(open.tag) {
                return;
            }
        }
    }

    /// Ends elements whose end tags may be omitted before an element.
    fn close_omitted(&mut self, tag: Tag) {
        if tag.ends_paragraph() {
            self.close_unless(&[Tag::P], Tag::is_scope);
        }
        let is_table = |tag| matches!(tag, Tag::Table | Tag::Template);
        match tag {
            Tag::Li => self.close_unless(&[Tag::Li], |tag| {
                tag.is_scope() || matches!(tag, Tag::Ul | Tag::Ol | Tag::Menu)
            }),
            Tag::Dd | Tag::Dt => {
                self.close_unless(&[Tag::Dd, Tag::Dt], |tag| tag.is_scope() || tag == Tag::Dl);
            }
            Tag::Td | Tag::Th => {
                self.close_unless(&[Tag::Td, Tag::Th], |tag| is_table(tag) || tag == Tag::Tr);
            }
            Tag::Tr => self.close_unless(&[Tag::Tr], is_table),
            Tag::Tbody | Tag::Thead | Tag::Tfoot => {
                self.close_unless(&[Tag::Tbody, Tag::Thead, Tag::Tfoot], is_table);
            }
            Tag::Option | Tag::Optgroup => {
                self.close_unless(&[Tag::Option], |tag| tag == Tag::Select);
            }
            Tag::A => self.close_unless(&[Tag::A], |tag| !tag.is_inline()),
            tag if tag.heading().is_some()
                && self
                    .open
                    .last()
                    .is_some_and(|open| open.tag.heading().is_some()) =>
            {
                self.cut(self.open.len() - 1);
            }
            _ => {}
        }
    }

    /// Ends the element that an end tag names.
    fn close(&mut self, name: &[u8]) {
        let tag = Tag::named(name);
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let is_heading = tag.heading().is_some();
        if matches!(tag, Tag::Html | Tag::Body) || !is_heading && self.count(tag) == 0 {
            return;
        }
        let is_table = matches!(
            tag,
            Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th
        );
        let mut reach = if tag == Tag::Other { REACH } else { DEEPEST };
        for at in (0..self.open.len()).rev() {
            let Some(open) = self.open.get(at) else {
                return;
            };
            let is_it = match tag {
                Tag::Other => open.tag == tag && open.name.eq_ignore_ascii_case(name),
                _ if is_heading => open.tag.heading().is_some(),
                _ => open.tag == tag,
            };
            if is_it {
                return self.cut(at);
            }
            let stops = if is_table {
                matches!(open.tag, Tag::Table | Tag::Template)
            } else {
                open.tag.is_scope()
                    || tag.is_inline() && !open.tag.is_inline() && open.tag != Tag::Other
            };
            reach -= 1;
            if stops || reach == 0 {
                return;
            }
        }
    }
}

/// Whether an element may stand in the head of a page.
fn is_head(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Base
            | Tag::Link
            | Tag::Meta
            | Tag::Noscript
            | Tag::Script
            | Tag::Style
            | Tag::Template
            | Tag::Title
            | Tag::Head
            | Tag::Html
    )
}

/// Whether an element is closed by a slash in its start tag: only in drawings and formulas, not in HTML.
fn is_foreign(tag: Tag, builder: &Builder) -> bool {
    tag == Tag::Svg || builder.count(Tag::Svg) > 0 || builder.count(Tag::Math) > 0
}

/// Returns the attributes in a start tag: name and value as they stand in the source.
pub(crate) fn attributes(source: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = source;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        // A name may start with `=`, so that every step takes something.
        let length = rest
            .bytes()
            .skip(1)
            .position(|byte| matches!(byte, b'=' | b'/') || byte.is_ascii_whitespace())
            .map_or(rest.len(), |found| found + 1);
        let (name, after) = cut(rest, length);
        let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
            rest = after;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let quote = value
            .bytes()
            .next()
            .filter(|byte| matches!(byte, b'"' | b'\''));
        let closed = quote.and_then(|quote| {
            let (_, inner) = cut(value, 1);
            memchr(quote, inner.as_bytes()).map(|end| cut(inner, end))
        });
        if let Some((value, after)) = closed {
            (_, rest) = cut(after, 1);
            return Some((name, value));
        }
        let end = value
            .bytes()
            .position(|byte| byte.is_ascii_whitespace())
            .unwrap_or(value.len());
        let (value, after) = cut(value, end);
        rest = after;
        Some((name, value))
    })
}

/// Splits a text, at the next character if there is none at the position.
fn cut(text: &str, at: usize) -> (&str, &str) {
    let at = (at..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}
