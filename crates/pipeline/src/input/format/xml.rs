//! XML: `NewsML`, NITF, RSS and Atom, TEI and I5, told by their elements.
//!
//! A file is read in two steps. The `stream` finds where each article begins and ends, in bounded memory, and goes on
//! after whatever is not well-formed. An article is then parsed into a `tree`, from which its dialect makes a record:
//! `newsml`, `nitf`, `feed`, `tei`. What the elements around articles say about them is their `context`; `role` tells
//! the two apart. Nothing outside the file is ever read, and no entity that is made of others is expanded.

mod broken;
mod context;
mod feed;
mod newsml;
mod nitf;
mod prolog;
mod role;
mod stream;
mod tei;
mod text;
mod tree;
mod wordpress;

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use encoding_rs::Encoding;

use self::broken::Broken;
use self::context::Context;
use self::prolog::{Prolog, is_declaration, stated_encoding, utf16_without_mark};
use self::role::{Kind, Role, is_collection, role};
use self::stream::{Stop, Stream, Token};
use self::tree::{Entities, MOST_NESTED, Tree, declared, mend, resolve, start_tag};
use super::{Articles, Claim, Format};
use crate::input::described::Described;
use crate::input::encoding::{Decoding, Mode};
use crate::input::fault::Fault;
use crate::input::item::{At, Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{BEGINNING, Start, first_line};
use crate::input::source::Source;

pub(super) struct Xml;

/// The extensions of XML.
const NAMES: &[&str] = &["xml", "rss", "atom", "rdf", "nitf", "newsml", "tei", "i5"];

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn about(&self) -> &'static str {
        "Each news item of NewsML, `nitf`, item of RSS, entry of Atom, `TEI` or `idsText` of I5 is one article."
    }

    fn recognize(&self, start: &Start<'_>, options: &Options) -> Result<Claim, Fault> {
        let wide = utf16(start.bytes, options.decoding)
            .map(|mode| mode.convert_start(start.bytes, false, BEGINNING));
        let text = match &wide {
            Some(text) => text,
            None => start.text()?.bytes,
        };
        let is_named = start.is_named(NAMES);
        let Some(prolog) = Prolog::read(text) else {
            if !is_named && !is_declaration(text.trim_ascii_start()) {
                return Ok(Claim::No);
            }
            if text.trim_ascii().is_empty() {
                return Err(Fault::EmptyFile);
            }
            let nul = wide.is_none().then(|| start.text().ok()?.nul()).flatten();
            return Err(nul.unwrap_or_else(|| Broken::NotXml(first_line(text)).into()));
        };
        let is_xml = is_named
            || prolog.is_declared
            || prolog.has_doctype
            || role::is_known(prolog.local(), prolog.space)
            || looks_like_xml(&prolog, text);
        Ok(if is_xml { Claim::Sure } else { Claim::No })
    }

    fn open(&self, mut source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        let start = source.bytes.peek(4)?;
        let (mode, mark) = match utf16(start, options.decoding) {
            Some(mode) => (mode, 0),
            None => options.decoding.mode(start)?,
        };
        source.bytes.skip(mark);
        let start = source.bytes.peek_most(4 * BEGINNING);
        let text = mode.convert_start(start, false, 4 * BEGINNING);
        if text.trim_ascii().is_empty() {
            return Err(source
                .bytes
                .take_error()
                .map_or(Fault::EmptyFile, Fault::from));
        }
        let prolog = Prolog::read(&text)
            .ok_or_else(|| Broken::NoElement(first_line(text.trim_ascii_start())))?;
        let is_known = role::is_known(prolog.local(), prolog.space);
        if !is_known && !role::has_known(text.get(prolog.end..).unwrap_or_default()) {
            return Err(Broken::root(&prolog.root).into());
        }
        let encoding = mode.name(&text);
        drop(text);
        let spare = source.within.spare.clone();
        let bytes = mode.convert(source);
        Ok(Box::new(Reader {
            stream: Stream::new(bytes, spare, options.max_bytes),
            mode,
            obeys_declaration: matches!(mode, Mode::Auto { has_mark: false }),
            encoding,
            root: prolog.root,
            document: Document::default(),
            doctypes: 0,
            around: Vec::new(),
            has_ended: false,
            root_number: None,
            number: 0,
            is_done: false,
        }))
    }
}

/// Recognizes UTF-16 without a byte order mark, unless an encoding is configured.
fn utf16(start: &[u8], decoding: Decoding) -> Option<Mode> {
    match decoding {
        Decoding::Auto => utf16_without_mark(start),
        Decoding::Named(_) => None,
    }
}

/// Returns whether a text without a declaration is XML of another kind, not prose or HTML that begins with a tag.
fn looks_like_xml(prolog: &Prolog, text: &[u8]) -> bool {
    if role::is_html(prolog.local()) {
        return false;
    }
    let after = text.get(prolog.end..).unwrap_or_default().trim_ascii();
    let close = format!("</{}>", prolog.root);
    prolog.has_namespace || after.starts_with(b"<") || after.ends_with(close.as_bytes())
}

/// What a document states before its root element. There may be several documents in a file.
#[derive(Debug, Default)]
struct Document {
    /// The encoding that it states, unless that is UTF-8.
    encoding: Option<&'static Encoding>,
    entities: Entities,
}

/// An open element around articles.
struct Around {
    /// The name with its prefix.
    name: Vec<u8>,
    /// The name without its prefix.
    local: String,
    /// What it and the elements around it say about the articles in it.
    context: Context,
    /// Whether an article or another such element has begun in it; only what comes before that counts.
    has_begun: bool,
    /// How many elements in it were not closed, so that looking for their ends was in vain.
    unclosed: usize,
}

struct Reader {
    stream: Stream,
    mode: Mode,
    /// Whether the encoding is what the document states.
    obeys_declaration: bool,
    /// The name of the encoding for users.
    encoding: String,
    /// The name of the root element.
    root: String,
    document: Document,
    /// How many document types there were that do not end.
    doctypes: usize,
    around: Vec<Around>,
    /// Whether a document has ended, and nothing has followed yet.
    has_ended: bool,
    /// The number of articles before the root element, if that does not tell the dialect.
    root_number: Option<u64>,
    /// The number of articles so far, including those that failed.
    number: u64,
    is_done: bool,
}

/// What comes next outside of articles.
enum Step {
    /// An article, which starts here.
    Item { kind: Kind, name: Vec<u8> },
    /// An element around articles, whose tag starts here.
    Around {
        local: String,
        name: Vec<u8>,
        tag: usize,
    },
    /// Something that costs itself.
    Stray(Broken),
    /// Something that is consumed.
    Consumed,
    /// Something that cannot be read, and nothing after it.
    Broken(Broken),
    /// The end.
    End,
}

/// Where an element ends.
enum Extent {
    Whole(usize),
    /// It is not closed before the next one of its kind, or before the end of what is around it.
    Unclosed(usize),
    /// It ends where the file does, or is longer than allowed; or a piece of markup in it does or is, which starts at
    /// this position.
    Open(usize, Stop),
}

/// An article that has been found, not parsed.
enum Found {
    Whole { kind: Kind, len: usize },
    Broken(Fault),
}

impl Reader {
    fn context(&self) -> Cow<'_, Context> {
        self.around.last().map_or_else(
            || Cow::Owned(Context::default()),
            |around| Cow::Borrowed(&around.context),
        )
    }

    /// Reads what comes next outside of articles.
    fn step(&mut self) -> Step {
        if std::mem::take(&mut self.has_ended)
            && let Some(text) = self.stream.skip_space()
        {
            let text = text.split(|byte| *byte == b'<').next();
            let start = first_line(text.unwrap_or_default().trim_ascii());
            self.stream.skip_to(b'<');
            return Step::Stray(Broken::After(start));
        }
        if !self.stream.skip_to(b'<') {
            return Step::End;
        }
        let start = self.stream.peek(10);
        // These may be longer than an article.
        let long: Option<&[u8]> = if start.starts_with(b"<!--") {
            Some(b"-->")
        } else if start.starts_with(b"<![CDATA[") {
            Some(b"]]>")
        } else if start.starts_with(b"<?") && !is_declaration(start) {
            Some(b"?>")
        } else {
            None
        };
        if let Some(end) = long {
            self.stream.consume(2);
            return if self.stream.skip_past(end) {
                Step::Consumed
            } else {
                Step::End
            };
        }
        if start
            .get(..9)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype"))
        {
            self.doctype();
            return Step::Consumed;
        }
        if is_declaration(start) && self.around.is_empty() {
            self.document = Document {
                ..Document::default()
            };
        }
        match self.stream.token(0) {
            Ok(Token::Start {
                name,
                end,
                is_empty,
            }) => self.element(name, end, is_empty),
            Ok(Token::End { name, end }) => {
                let name = self.stream.get(name).to_vec();
                self.stream.consume(end);
                let shown = || String::from_utf8_lossy(&name).into_owned();
                if let Some(at) = self.around.iter().rposition(|around| around.name == name) {
                    self.around.truncate(at);
                    self.has_ended = at == 0;
                    if at == 0 && self.root_number.take() == Some(self.number) {
                        return Step::Stray(Broken::root(&shown()));
                    }
                } else if self.is_item(&name) {
                    return Step::Stray(Broken::NoStart(shown()));
                }
                Step::Consumed
            }
            Ok(token) => {
                let text = self.stream.get(0..token.end());
                if self.obeys_declaration && is_declaration(text) {
                    self.document.encoding = stated_encoding(text);
                }
                self.stream.consume(token.end());
                Step::Consumed
            }
            Err(_) => {
                self.stream.consume(1);
                Step::Consumed
            }
        }
    }

    /// Returns whether an element of this name is an article here.
    fn is_item(&self, name: &[u8]) -> bool {
        let qualified = String::from_utf8_lossy(name);
        let (space, local) = resolve(&qualified, &self.context().spaces);
        let around = self.around.last().map(|around| around.local.as_str());
        matches!(role(local, space, around), Role::Item(_))
    }

    fn doctype(&mut self) {
        const MOST: usize = 3;
        let found = if self.doctypes < MOST {
            self.stream.doctype()
        } else {
            Err(Stop::Far)
        };
        if let Ok(end) = found {
            let text = String::from_utf8_lossy(self.stream.get(0..end));
            if self.around.is_empty() {
                self.document.entities = Entities::read(&text);
            }
            self.stream.consume(end);
        } else {
            self.doctypes += 1;
            self.stream.consume(1);
        }
    }

    /// Decides what an element outside of articles is. If it says something about them, it is read.
    fn element(&mut self, name: Range<usize>, end: usize, is_empty: bool) -> Step {
        let name = self.stream.get(name).to_vec();
        let qualified = String::from_utf8_lossy(&name).into_owned();
        let tag = String::from_utf8_lossy(self.stream.get(0..end)).into_owned();
        let attributes = start_tag(&tag, &self.document.entities);
        let mut spaces = self.context().spaces.clone();
        spaces.extend(declared(&attributes));
        let (space, local) = resolve(&qualified, &spaces);
        let around = self.around.last().map(|around| around.local.as_str());
        match role(local, space, around) {
            Role::Item(kind) => Step::Item { kind, name },
            Role::Around if is_empty => {
                self.stream.consume(end);
                Step::Consumed
            }
            Role::Around if self.around.len() == MOST_NESTED => {
                Step::Broken(Broken::NestedTooDeep(MOST_NESTED))
            }
            Role::Around => Step::Around {
                local: local.to_owned(),
                name,
                tag: end,
            },
            Role::Header => {
                self.header(&name, end);
                Step::Consumed
            }
        }
    }

    /// Reads an element that says something about the articles next to it.
    fn header(&mut self, name: &[u8], tag: usize) {
        const MOST_UNCLOSED: usize = 10;
        let counts = self
            .around
            .last()
            .is_some_and(|around| !around.has_begun && around.unclosed < MOST_UNCLOSED);
        let extent = counts.then(|| self.extent(name, true));
        let Some(Extent::Whole(len)) = extent else {
            if let Some(around) = self.around.last_mut() {
                around.unclosed += 1;
            }
            self.stream.consume(tag);
            return;
        };
        let mut context = self.context().into_owned();
        if let Ok(text) = self.decode(len)
            && let Ok(tree) = Tree::parse(&text, &context.spaces, &self.document.entities, 0)
        {
            let root = tree.root();
            if root.is_one_of(&["teiHeader", "idsHeader"]) {
                tei::header(root, &mut context);
            } else {
                feed::header(root, &mut context);
            }
        }
        if let Some(around) = self.around.last_mut() {
            around.context = context;
        }
        self.stream.consume(len);
    }

    /// Enters an element around articles.
    fn enter_around(&mut self, local: String, name: Vec<u8>, tag: usize) {
        let mut context = self.context().into_owned();
        let text = String::from_utf8_lossy(self.stream.get(0..tag));
        context.enter(&text, &self.document.entities);
        if self.around.is_empty() {
            self.root_number = (!is_collection(&local)).then_some(self.number);
        }
        self.begin();
        self.around.push(Around {
            name,
            local,
            context,
            has_begun: false,
            unclosed: 0,
        });
        self.stream.consume(tag);
    }

    /// Notes that something has begun in the innermost element around articles.
    fn begin(&mut self) {
        if let Some(around) = self.around.last_mut() {
            around.has_begun = true;
        }
    }

    /// Finds the end of the element that starts here.
    fn extent(&mut self, name: &[u8], nests: bool) -> Extent {
        let mut depth = 0_usize;
        let mut at = 0;
        loop {
            let token = match self.stream.token(at) {
                Ok(token) => token,
                Err(stop) => return Extent::Open(at, stop),
            };
            match &token {
                Token::Start {
                    name: found,
                    end,
                    is_empty,
                } if self.stream.get(found.clone()) == name => {
                    if depth > 0 && !nests {
                        return Extent::Unclosed(at);
                    }
                    if !is_empty {
                        depth += 1;
                    } else if depth == 0 {
                        return Extent::Whole(*end);
                    }
                }
                Token::End { name: found, end } => {
                    let found = self.stream.get(found.clone());
                    if found == name {
                        depth -= 1;
                        if depth == 0 {
                            return Extent::Whole(*end);
                        }
                    } else if self.closes_collection(found) {
                        return Extent::Unclosed(at);
                    }
                }
                Token::Section { content, .. } => {
                    if let Some(end) = self.seam(content.clone(), name) {
                        return Extent::Unclosed(end);
                    }
                }
                Token::Start { .. } | Token::Text { .. } => {}
            }
            at = match self.stream.find(token.end(), b"<") {
                Ok(at) => at,
                Err(stop) => return Extent::Open(0, stop),
            };
        }
    }

    /// Returns whether an end tag closes an element that is known to have articles in it.
    fn closes_collection(&self, name: &[u8]) -> bool {
        let mut around = self.around.iter().rev();
        around.any(|around| around.name == name && is_collection(&around.local))
    }

    /// Finds the end of an article within a section: the section is not closed, and has swallowed what follows.
    fn seam(&self, content: Range<usize>, name: &[u8]) -> Option<usize> {
        let close = [b"</", name].concat();
        let open = [b"<", name].concat();
        let text = self.stream.get(content.clone());
        memchr::memmem::find_iter(text, &close).find_map(|at| {
            let rest = text[at + close.len()..].trim_ascii_start();
            let rest = rest.strip_prefix(b">")?;
            let after = rest.trim_ascii_start();
            let is_open = after.strip_prefix(open.as_slice()).is_some_and(ends_name);
            let is_close = after.strip_prefix(b"</").is_some_and(|after| {
                let end = after.iter().position(|byte| *byte == b'>');
                self.closes_collection(after[..end.unwrap_or(0)].trim_ascii())
            });
            (is_open || is_close).then(|| content.start + text.len() - rest.len())
        })
    }

    /// Moves to the end of a broken article, or to the beginning of the next one.
    fn skip_item(&mut self, name: &[u8]) {
        while self.stream.skip_to(b'<') {
            let len = name.len() + 3;
            let start = self.stream.peek(len);
            let is_end = start.get(1) == Some(&b'/');
            let rest = start.get(1 + usize::from(is_end)..).unwrap_or_default();
            if rest.strip_prefix(name).is_some_and(ends_name) {
                if is_end {
                    self.stream.skip_past(b">");
                }
                return;
            }
            if is_end
                && let Ok(Token::End { name: found, .. }) = self.stream.token(0)
                && self.closes_collection(self.stream.get(found))
            {
                return;
            }
            self.stream.consume(1);
        }
    }

    /// Finds the next article. What it is made of is not consumed if it is whole.
    fn find(&mut self) -> Option<Found> {
        while !self.is_done {
            match self.step() {
                Step::Consumed => {}
                Step::Around { local, name, tag } => self.enter_around(local, name, tag),
                Step::Item { kind, name } => {
                    if let Some(found) = self.item(kind, &name) {
                        self.has_ended = self.around.is_empty();
                        self.begin();
                        self.number += 1;
                        return Some(found);
                    }
                }
                Step::Stray(broken) => {
                    self.number += 1;
                    return Some(Found::Broken(broken.into()));
                }
                Step::Broken(broken) => {
                    self.is_done = true;
                    self.number += 1;
                    return Some(Found::Broken(broken.into()));
                }
                Step::End => {
                    self.is_done = true;
                    let fault = self.end()?;
                    self.number += 1;
                    return Some(Found::Broken(fault));
                }
            }
        }
        None
    }

    /// Returns what is wrong at the end of the file.
    fn end(&mut self) -> Option<Fault> {
        if let Some(fault) = self.stream.take_error() {
            return Some(fault);
        }
        if let Some(around) = self.around.last() {
            let name = String::from_utf8_lossy(&around.name).into_owned();
            return Some(Broken::Truncated(name).into());
        }
        let root = self.root.rsplit(':').next().unwrap_or(&self.root);
        let is_known = is_collection(root) && !root.eq_ignore_ascii_case("RDF");
        (self.number == 0 && !is_known).then(|| Broken::root(&self.root).into())
    }

    /// Finds the end of the article that starts here. None if it is around others.
    fn item(&mut self, kind: Kind, name: &[u8]) -> Option<Found> {
        let shown = String::from_utf8_lossy(name).into_owned();
        Some(match self.extent(name, false) {
            Extent::Whole(len) => Found::Whole { kind, len },
            // A `TEI` may have others in it instead of a text.
            Extent::Unclosed(at) if kind == Kind::Tei && self.is_around(at) => {
                let tag = self.stream.token(0).map_or(1, |token| token.end());
                self.enter_around("teiCorpus".into(), name.to_vec(), tag);
                return None;
            }
            Extent::Unclosed(at) => {
                self.stream.consume(at);
                Found::Broken(Broken::Unclosed(shown).into())
            }
            Extent::Open(at, stop) => {
                let max = self.stream.max();
                self.stream.consume(at + 1);
                self.skip_item(name);
                if self.stream.is_ended() {
                    self.is_done = true;
                    if let Some(fault) = self.stream.take_error() {
                        return Some(Found::Broken(fault));
                    }
                }
                Found::Broken(match stop {
                    Stop::Far => Fault::TooLong(max),
                    Stop::End if self.is_done => Broken::Truncated(shown).into(),
                    Stop::End => Broken::Unclosed(shown).into(),
                })
            }
        })
    }

    /// Returns whether the element that starts here has another of its kind in it, but no text before that.
    fn is_around(&self, at: usize) -> bool {
        let before = self.stream.get(0..at);
        let is_next = self.stream.get(at..at + 2).first() == Some(&b'<')
            && self.stream.get(at..at + 2).get(1) != Some(&b'/');
        let has_text = [b"<text".as_slice(), b"<body", b":text", b":body"]
            .iter()
            .any(|tag| {
                memchr::memmem::find_iter(before, tag)
                    .any(|at| ends_name(&before[at + tag.len()..]))
            });
        is_next && !has_text
    }

    /// Decodes the first bytes of the stream.
    fn decode(&self, len: usize) -> Result<Cow<'_, str>, Fault> {
        let bytes = self.stream.get(0..len);
        if let Some(at) = memchr::memchr(0, bytes) {
            return Err(Fault::Nul(at + 1));
        }
        match self.document.encoding {
            // Text that is valid UTF-8 is nothing else, whatever a program has written above it.
            Some(encoding) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.into()),
                Err(error) => encoding
                    .decode_without_bom_handling_and_without_replacement(bytes)
                    .ok_or(Fault::Malformed {
                        encoding: encoding.name(),
                        at: error.valid_up_to() + 1,
                    }),
            },
            None => Ok(self.mode.decode(bytes)?.text()),
        }
    }

    /// Makes a record from an article that was found.
    fn record(&self, kind: Kind, len: usize) -> Result<Record, Fault> {
        let text = self.decode(len)?;
        let context = self.context();
        let offset = self.stream.offset();
        let parse = |text| Tree::parse(text, &context.spaces, &self.document.entities, offset);
        let mended;
        let tree = match parse(&text) {
            Err(fault @ Broken::IllFormed { .. }) => {
                mended = mend(&text).ok_or(fault)?;
                parse(&mended)?
            }
            parsed => parsed?,
        };
        let root = tree.root();
        match kind {
            Kind::NewsItem => newsml::record(root, &context),
            Kind::OldNewsItem => newsml::old_record(root, &context),
            Kind::Nitf => nitf::record(root, &context),
            Kind::Feed => feed::record(root, &context),
            Kind::Tei => Ok(tei::record(root, &context)),
        }
    }
}

/// Returns whether the name of an element ends here.
fn ends_name(rest: &[u8]) -> bool {
    rest.first()
        .is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
}

fn changed() -> io::Error {
    io::Error::other("it has changed")
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_alone = self.around.is_empty() && self.number == 0;
        let found = self.find()?;
        // A file that is one article has no numbers.
        let at = if is_alone && self.around.is_empty() {
            At::default()
        } else {
            At::number(self.number)
        };
        let record = match found {
            Found::Whole { kind, len } => {
                let record = self.record(kind, len);
                self.stream.consume(len);
                record
            }
            Found::Broken(fault) => Err(fault),
        };
        Some(match record {
            Ok(record) => Ok(Record {
                at,
                is_extracted: true,
                ..record
            }),
            Err(fault) => {
                let mut reject = Reject::file(fault);
                reject.at = at;
                Err(reject)
            }
        })
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        if self.is_done || self.stream.is_done() && self.around.is_empty() {
            return None;
        }
        Some(Place::new([self.stream.offset(), self.number]))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let &[offset, number] = place.numbers() else {
            return Err(io::Error::other("it is read in another format"));
        };
        // Where elements are not closed, only all that came before tells how the rest is read.
        while self.number < number {
            match self.find() {
                Some(Found::Whole { len, .. }) => self.stream.consume(len),
                Some(Found::Broken(_)) => {}
                None => return Err(io::Error::other("it has become shorter")),
            }
        }
        if self.stream.offset() == offset {
            Ok(())
        } else {
            Err(changed())
        }
    }

    fn describe(&mut self, described: &mut Described) {
        if !matches!(self.step(), Step::End)
            && let Some(encoding) = self.document.encoding
        {
            self.encoding = encoding.name().to_owned();
        }
        described.encoding = Some(self.encoding.clone());
    }
}
