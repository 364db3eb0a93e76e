//! The text of a page in blocks: paragraphs, headings, list items, cells, each with what it stands in.

use crate::dom::{Dom, attributes};
use crate::reference::resolve;
use crate::tag::Tag;
use crate::word::{Mark, marks};

/// A cell of a table with so many characters and a full stop is a text of its own.
const LONG_CELL: usize = 80;

/// How far around a block its kind is looked for.
const DEEP: usize = 12;

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Paragraph,
    Heading(u8),
    Item,
    Cell,
}

/// A piece of text that stands for itself.
#[derive(Debug)]
pub(crate) struct Block {
    /// The element it stands in.
    pub(crate) owner: usize,
    pub(crate) kind: Kind,
    /// The text, with white space as it is shown; `br` is a line feed.
    pub(crate) text: String,
    /// How many characters it has, and how many of them are in links and in bold.
    pub(crate) length: usize,
    pub(crate) linked: usize,
    pub(crate) bold: usize,
    /// The innermost suspicious element around it, as an index into the suspects plus one; 0 if none.
    pub(crate) suspect: usize,
}

/// An element whose name or class says that it is probably no part of a story.
#[derive(Debug)]
pub(crate) struct Suspect {
    pub(crate) node: usize,
    pub(crate) mark: Mark,
    /// The suspicious element around it, like [`Block::suspect`].
    pub(crate) outer: usize,
}

/// The blocks of a page and the elements that were noted on the way.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) all: Vec<Block>,
    pub(crate) suspects: Vec<Suspect>,
    /// Elements that say they are the body of an article.
    pub(crate) bodies: Vec<usize>,
    /// Elements that say they are the lead of an article.
    pub(crate) leads: Vec<usize>,
}

struct Open {
    end: usize,
    node: usize,
    tag: Tag,
    is_block: bool,
    is_suspect: bool,
}

struct Reader<'a, 'd> {
    dom: &'d Dom<'a>,
    found: Blocks,
    open: Vec<Open>,
    suspect: usize,
    links: usize,
    bolds: usize,
    pres: usize,
    paragraphs: usize,
    text: String,
    length: usize,
    linked: usize,
    bold: usize,
    /// Whether white space comes before the next character.
    space: bool,
    breaks: usize,
}

impl Blocks {
    /// Returns the suspicious elements around a block, from the inside out.
    pub(crate) fn around(&self, block: &Block) -> impl Iterator<Item = &Suspect> {
        let suspect = |at: usize| self.suspects.get(at.checked_sub(1)?);
        std::iter::successors(suspect(block.suspect), move |inner| suspect(inner.outer))
    }

    /// Reads the text of a subtree. With `is_fragment`, classes are not looked at.
    pub(crate) fn read(dom: &Dom, start: usize, is_fragment: bool) -> Self {
        let mut reader = Reader {
            dom,
            found: Self::default(),
            open: Vec::new(),
            suspect: 0,
            links: 0,
            bolds: 0,
            pres: 0,
            paragraphs: 0,
            text: String::new(),
            length: 0,
            linked: 0,
            bold: 0,
            space: false,
            breaks: 0,
        };
        let end = dom.node(start).end;
        let mut at = start;
        while at < end {
            reader.close(at);
            at = reader.node(at, is_fragment);
        }
        reader.close(usize::MAX);
        reader.flush();
        reader.found
    }
}

impl Reader<'_, '_> {
    /// Reads a node, and returns the one to read next.
    fn node(&mut self, at: usize, is_fragment: bool) -> usize {
        let node = self.dom.node(at);
        let end = node.end.max(at + 1);
        match node.tag {
            Tag::None => {
                self.text(node.source);
                return at + 1;
            }
            Tag::Br => {
                self.line_break();
                return at + 1;
            }
            Tag::Hr => {
                self.flush();
                return end;
            }
            Tag::Wbr => return end,
            Tag::Img | Tag::Input => {
                self.space = true;
                return end;
            }
            tag if is_never_text(tag) => return end,
            Tag::Template
                if !attributes(node.source)
                    .any(|(name, _)| name.to_ascii_lowercase().starts_with("shadowroot")) =>
            {
                return end;
            }
            Tag::Figcaption | Tag::Caption | Tag::Picture => {
                self.flush();
                return end;
            }
            Tag::Figure if !self.has_text(at) => {
                self.flush();
                return end;
            }
            _ => {}
        }
        let is_inner = self.paragraphs > 0
            || self
                .open
                .last()
                .is_some_and(|open| open.tag.heading().is_some());
        let is_block = !(node.tag.is_inline() || node.tag == Tag::Other && is_inner);
        if is_block {
            self.flush();
        }
        let mut is_suspect = false;
        if !is_fragment && !matches!(node.tag, Tag::Html | Tag::Head | Tag::Body | Tag::Main) {
            let marks = marks(node.tag, node.source);
            if marks.is_body {
                self.found.bodies.push(at);
            }
            if marks.is_lead {
                self.found.leads.push(at);
            }
            if let Some(mark) = marks.mark {
                // A part of a line counts whatever its name is, unless only readers of screens read it.
                if !is_block && mark >= Mark::Hidden {
                    return end;
                }
                if is_block {
                    self.found.suspects.push(Suspect {
                        node: at,
                        mark,
                        outer: self.suspect,
                    });
                    self.suspect = self.found.suspects.len();
                    is_suspect = true;
                }
            }
        }
        match node.tag {
            Tag::A => self.links += 1,
            Tag::B | Tag::Strong => self.bolds += 1,
            Tag::Pre => self.pres += 1,
            Tag::P => self.paragraphs += 1,
            Tag::Q => self.push('"'),
            _ => {}
        }
        if is_block || matches!(node.tag, Tag::A | Tag::B | Tag::Strong | Tag::Q) {
            self.open.push(Open {
                end,
                node: at,
                tag: node.tag,
                is_block,
                is_suspect,
            });
        }
        at + 1
    }

    /// Whether a figure has more than pictures: a quotation, a table.
    fn has_text(&self, at: usize) -> bool {
        let end = self.dom.node(at).end;
        self.dom.nodes.get(at..end).is_some_and(|nodes| {
            nodes
                .iter()
                .any(|node| matches!(node.tag, Tag::Blockquote | Tag::Table | Tag::Pre))
        })
    }

    /// Ends the elements that end before a node.
    fn close(&mut self, at: usize) {
        while self.open.last().is_some_and(|open| open.end <= at) {
            // The block belongs to the element that is still open.
            if self.open.last().is_some_and(|open| open.is_block) {
                self.flush();
            }
            let Some(open) = self.open.pop() else {
                return;
            };
            match open.tag {
                Tag::A => self.links = self.links.saturating_sub(1),
                Tag::B | Tag::Strong => self.bolds = self.bolds.saturating_sub(1),
                Tag::Pre => self.pres = self.pres.saturating_sub(1),
                Tag::P => self.paragraphs = self.paragraphs.saturating_sub(1),
                Tag::Q => {
                    let space = std::mem::take(&mut self.space);
                    self.push('"');
                    self.space = space;
                }
                _ => {}
            }
            if open.is_suspect {
                self.suspect = self
                    .suspect
                    .checked_sub(1)
                    .and_then(|at| self.found.suspects.get(at))
                    .map_or(0, |suspect| suspect.outer);
            }
        }
    }

    fn push(&mut self, c: char) {
        if self.space {
            self.space = false;
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push(' ');
                self.count();
            }
        }
        self.breaks = 0;
        self.text.push(c);
        self.count();
    }

    fn count(&mut self) {
        self.length += 1;
        self.linked += usize::from(self.links > 0);
        self.bold += usize::from(self.bolds > 0);
    }

    fn text(&mut self, source: &str) {
        let text = resolve(source);
        if self.pres > 0 {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 && !self.text.is_empty() {
                    self.text.push('\n');
                    self.space = false;
                }
                self.words(line);
            }
        } else {
            self.words(&text);
        }
    }

    fn words(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let trimmed = rest.trim_ascii_start();
            if trimmed.len() < rest.len() {
                self.space = true;
            }
            let length = trimmed
                .bytes()
                .position(|byte| byte.is_ascii_whitespace() || byte == 0)
                .unwrap_or(trimmed.len());
            let (word, after) = trimmed.split_at_checked(length).unwrap_or((trimmed, ""));
            if let Some(first) = word.chars().next() {
                self.push(first);
                let others = word.get(first.len_utf8()..).unwrap_or_default();
                self.text.push_str(others);
                let length = others.chars().count();
                self.length += length;
                self.linked += if self.links > 0 { length } else { 0 };
                self.bold += if self.bolds > 0 { length } else { 0 };
            }
            rest = after.strip_prefix('\0').unwrap_or(after);
            if rest.is_empty() {
                return;
            }
        }
    }

    /// One `br` ends a line, two end a paragraph.
    fn line_break(&mut self) {
        self.space = false;
        self.breaks += 1;
        if self.breaks == 2 {
            self.flush();
        } else if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn flush(&mut self) {
        self.space = false;
        self.breaks = 0;
        let length = std::mem::take(&mut self.length);
        let linked = std::mem::take(&mut self.linked);
        let bold = std::mem::take(&mut self.bold);
        if length == 0 {
            self.text.clear();
            return;
        }
        let text = self.text.trim().to_owned();
        self.text.clear();
        if text.is_empty() {
            return;
        }
        let owner = self.open.iter().rfind(|open| open.is_block);
        // Old pages put whole texts into the cells of a table.
        let kind = match self.kind() {
            Kind::Cell if length >= LONG_CELL && text.contains('.') => Kind::Paragraph,
            // The entries of a ticker are items of a list, with paragraphs in them.
            Kind::Item if length >= LONG_CELL && owner.is_some_and(|open| open.tag == Tag::P) => {
                Kind::Paragraph
            }
            kind => kind,
        };
        self.found.all.push(Block {
            owner: owner.map_or(0, |open| open.node),
            kind,
            text,
            length,
            linked,
            bold,
            suspect: self.suspect,
        });
    }

    fn kind(&self) -> Kind {
        let has_cell = self
            .open
            .iter()
            .rev()
            .take(4)
            .any(|open| matches!(open.tag, Tag::Td | Tag::Th));
        for open in self
            .open
            .iter()
            .rev()
            .filter(|open| open.is_block)
            .take(DEEP)
        {
            match open.tag {
                Tag::Li | Tag::Dd | Tag::Dt => return Kind::Item,
                Tag::Td | Tag::Th => return Kind::Cell,
                Tag::P if has_cell => return Kind::Paragraph,
                Tag::P | Tag::Div => {}
                tag => {
                    return tag.heading().map_or(Kind::Paragraph, Kind::Heading);
                }
            }
        }
        Kind::Paragraph
    }
}

/// Whether what is in an element is never text of a story: code, media, controls.
fn is_never_text(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Audio
            | Tag::Button
            | Tag::Canvas
            | Tag::Datalist
            | Tag::Embed
            | Tag::Frameset
            | Tag::Iframe
            | Tag::Label
            | Tag::Legend
            | Tag::Link
            | Tag::Map
            | Tag::Meta
            | Tag::Meter
            | Tag::Noembed
            | Tag::Noframes
            | Tag::Noscript
            | Tag::Object
            | Tag::Option
            | Tag::Progress
            | Tag::Rp
            | Tag::Rt
            | Tag::Script
            | Tag::Select
            | Tag::Style
            | Tag::Svg
            | Tag::Textarea
            | Tag::Title
            | Tag::Video
    )
}

/// Returns the text of an article that is HTML, or text.
pub(crate) fn fragment(html: &str) -> String {
    if !html.contains('<') {
        return resolve(html).replace("\r\n", "\n").trim().to_owned();
    }
    let dom = Dom::new(html);
    let blocks = Blocks::read(&dom, 0, true);
    join(&dom, blocks.all.iter())
}

/// Joins blocks to a text: an empty line between paragraphs, list items and rows in lines.
pub(crate) fn join<'b>(dom: &Dom, blocks: impl Iterator<Item = &'b Block>) -> String {
    let mut text = String::new();
    let mut last: Option<&Block> = None;
    for block in blocks {
        if let Some(last) = last {
            let list = |block: &Block, tags: &[Tag]| {
                std::iter::once(block.owner)
                    .chain(dom.ancestors(block.owner))
                    .take(6)
                    .find(|at| tags.contains(&dom.node(*at).tag))
            };
            let lists = &[Tag::Ul, Tag::Ol, Tag::Dl, Tag::Menu];
            let is_with = |kind: Kind, tags: &[Tag]| {
                let mine = list(block, tags);
                block.kind == kind
                    && last.kind == kind
                    && mine.is_some()
                    && mine == list(last, tags)
            };
            let separator = if is_with(Kind::Cell, &[Tag::Tr]) {
                " "
            } else if is_with(Kind::Cell, &[Tag::Table]) || is_with(Kind::Item, lists) {
                "\n"
            } else {
                "\n\n"
            };
            text.push_str(separator);
        }
        text.push_str(&block.text);
        last = Some(block);
    }
    text
}
