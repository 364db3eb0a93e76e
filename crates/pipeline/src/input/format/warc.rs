//! WARC: what a crawler fetched, record by record. Pages and texts are articles.
//!
//! A record states its length, and nearly all damage shows in that: in what follows a record, or in a record that
//! begins within another. A damaged record costs itself; reading continues at the next line that begins one, or at the
//! next member of a gzip file.

mod http;
mod stream;

use std::borrow::Cow;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use self::http::{Head, Kind, MediaType, head_len};
use self::stream::Stream;
use super::{Articles, Claim, Format};
use crate::input::compression::Compression;
use crate::input::content::Content;
use crate::input::described::Described;
use crate::input::fault::{Fault, beginning};
use crate::input::ignored;
use crate::input::item::{At, CAPTURED_AGAIN, Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, begins_a_page, first_line};
use crate::input::source::Source;

pub(super) struct Warc;

/// What a record begins with, up to the version.
const MAGIC: [&[u8]; 2] = [b"WARC/1.", b"WARC/0."];

impl Format for Warc {
    fn name(&self) -> &'static str {
        "warc"
    }

    fn about(&self) -> &'static str {
        "Each page or text that a crawler fetched is one article: WARC, also WET."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        if begins_record(start.bytes) {
            return Ok(Claim::Sure);
        }
        if start.is_named(&["warc", "wet", "wat"]) && !start.bytes.is_empty() {
            return Err(Broken::NotWarc(first_line(start.bytes)).into());
        }
        Ok(Claim::No)
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        Ok(Box::new(Reader {
            stream: Stream::open(source)?,
            number: 0,
            content: Vec::new(),
            has_found: false,
            is_over: false,
            options: Arc::clone(options),
        }))
    }
}

/// What is wrong with a file or a record.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the name says WARC, but the file starts with {0:?}")]
    NotWarc(String),
    #[error("expected pages, found a WARC file without any: only requests, metadata or revisits")]
    NoPages,
    #[error("expected a WARC record, found {0:?}; reading continues at the next record")]
    NoRecord(String),
    #[error("the header of the record is damaged")]
    Header,
    #[error("the header of the record has more than {MOST_HEADER} bytes")]
    LongHeader,
    #[error("the record has no {0}")]
    Missing(&'static str),
    #[error("the record has the {name} {value:?}, which is not valid")]
    Invalid { name: &'static str, value: String },
    #[error("the record has another length than its header says")]
    Length,
    #[error("the record ends early: the file is truncated")]
    Cut,
    #[error("the record is damaged")]
    Damaged(#[source] io::Error),
    #[error("the page is split over several records, which is not supported")]
    Segment,
    #[error("the record is damaged: it has no HTTP header")]
    Http,
    #[error("the text is cut: {}", cut(reason))]
    CutText { reason: &'static str },
    #[error("the record has a page, but its type is none of WARC: {0:?}")]
    Type(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

/// Says why a text is cut.
fn cut(reason: &str) -> String {
    match reason {
        "body" => "the body of the response ends before the end that the server stated".into(),
        reason => format!("the crawler has stored only its beginning (WARC-Truncated: {reason})"),
    }
}

/// What a page ends with.
const HTML_END: &[u8] = b"</html>";

/// The most bytes of a header, that of a record or of a response.
const MOST_HEADER: usize = 64 << 10;

fn begins_record(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// The header of a record, as far as it matters here.
#[derive(Debug, Default)]
struct Header {
    kind: String,
    len: u64,
    uri: Option<String>,
    date: Option<String>,
    media_type: MediaType,
    /// Whether it holds what a crawler has sent.
    is_request: bool,
    segment: Option<String>,
    /// Why the crawler has stored only the beginning.
    truncated: Option<&'static str>,
}

impl Header {
    /// Reads the lines after that with the version.
    fn new(lines: &[String]) -> Result<Self, Broken> {
        let mut header = Self::default();
        let mut len = None;
        for line in lines {
            let (name, value) = line.split_once(':').ok_or(Broken::Header)?;
            let value = value.trim();
            let given = || (!value.is_empty()).then(|| value.to_owned());
            match name.trim().to_ascii_lowercase().as_str() {
                "warc-type" => header.kind = value.to_ascii_lowercase(),
                "content-length" => {
                    let invalid = |_| Broken::Invalid {
                        name: "Content-Length",
                        value: beginning(value),
                    };
                    len = Some(value.parse().map_err(invalid)?);
                }
                // Old programs put it between angle brackets.
                "warc-target-uri" => {
                    let uri = value
                        .strip_prefix('<')
                        .and_then(|uri| uri.strip_suffix('>'));
                    header.uri = uri.map(str::to_owned).or_else(given);
                }
                "warc-date" => header.date = given(),
                "content-type" => {
                    header.media_type = MediaType::new(value);
                    header.is_request = value.to_ascii_lowercase().contains("msgtype=request");
                }
                "warc-segment-number" => header.segment = given(),
                "warc-truncated" => {
                    header.truncated = Some(match value.to_ascii_lowercase().as_str() {
                        "length" => "length",
                        "time" => "time",
                        "disconnect" => "disconnect",
                        _ => "unspecified",
                    });
                }
                _ => {}
            }
        }
        header.len = len.ok_or(Broken::Missing("Content-Length"))?;
        if header.kind.is_empty() {
            return Err(Broken::Missing("WARC-Type"));
        }
        Ok(header)
    }

    /// Returns whether it says that it has a page, whatever its type is.
    fn holds_page(&self) -> bool {
        match self.media_type.name.as_str() {
            "text/html" | "application/xhtml+xml" => true,
            name => name == "application/http" && !self.is_request,
        }
    }

    /// Returns what can be known of the content from the header alone.
    fn meaning(&self) -> Meaning {
        match self.kind.as_str() {
            "response" if matches!(self.media_type.name.as_str(), "" | "application/http") => {
                Meaning::Response
            }
            "response" | "resource" | "conversion" => {
                let scheme = self.uri.as_deref().and_then(|uri| uri.split_once(':'));
                match scheme
                    .map(|(scheme, _)| scheme.to_ascii_lowercase())
                    .as_deref()
                {
                    Some("http" | "https" | "ftp" | "ftps" | "file") | None => {
                        Meaning::of(Kind::of(&self.media_type.name))
                    }
                    // What crawlers note of themselves.
                    Some(_) => Meaning::Ignored("metadata"),
                }
            }
            "revisit" => Meaning::Ignored(CAPTURED_AGAIN),
            // The record that a continuation belongs to is a failure.
            "warcinfo" | "request" | "metadata" | "continuation" => Meaning::Nothing,
            // What programs add, unless a page says that the type is damaged.
            _ if self.holds_page() => Meaning::Unknown,
            _ => Meaning::Ignored("record of an unknown type"),
        }
    }
}

/// What a record is to us.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// A response, whose head tells.
    Response,
    /// A page, a text, or unknown.
    Article(Kind),
    Ignored(&'static str),
    /// Something that is said of other records.
    Nothing,
    /// A page in a record of an unknown type.
    Unknown,
}

impl Meaning {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Ignored(kind) => Self::Ignored(kind),
            kind => Self::Article(kind),
        }
    }
}

struct Reader {
    stream: Stream,
    /// The number of the last record.
    number: u64,
    /// The content of the record that is read, for reuse.
    content: Vec<u8>,
    /// Whether there was an item.
    has_found: bool,
    /// Whether the end was reached.
    is_over: bool,
    options: Arc<Options>,
}

/// What becomes of the content of a record.
enum Keep {
    /// The head of a response is not complete yet.
    Head,
    All,
    Nothing,
}

/// How the content of a record ends.
enum End {
    /// Where its length says.
    Stated,
    /// Before that: another record begins, the file ends, or an error comes.
    Early,
}

impl Reader {
    /// Reads records up to the next that gives an item; none at the end.
    fn record(&mut self) -> Option<Result<Record, Reject>> {
        while !self.is_over {
            while matches!(self.stream.peek(1), [b'\r' | b'\n', ..]) {
                self.stream.consume(1);
            }
            if self.stream.peek(1).is_empty() && !self.stream.has_error() {
                self.is_over = true;
                break;
            }
            self.number += 1;
            let mut uri = None;
            let fault = match self.read(&mut uri) {
                Ok(None) => continue,
                Ok(Some(record)) => return Some(Ok(record)),
                Err(fault) => fault,
            };
            return Some(Err(Reject {
                at: At::number(self.number),
                format: None,
                id: uri,
                fault,
            }));
        }
        None
    }

    /// Reads a record and what ends it. Records that say something of others are none.
    fn read(&mut self, uri: &mut Option<String>) -> Result<Option<Record>, Fault> {
        let header = match self.header() {
            Ok(header) => header,
            Err(broken) => return Err(self.damage(broken)),
        };
        uri.clone_from(&header.uri);
        let mut meaning = header.meaning();
        let mut head = None;
        let end = self.content(&header, &mut meaning, &mut head);
        if let End::Early = end {
            let is_record = begins_record(self.stream.peek(MAGIC[0].len()));
            return Err(self.damage(if is_record {
                Broken::Length
            } else {
                Broken::Cut
            }));
        }
        let member = self.stream.member();
        if !self.ends_record() {
            return Err(self.damage(Broken::Length));
        }
        // Damage may show only at the end of a member, in its checksum.
        if self.stream.has_damaged_member() && self.stream.member() == member {
            return Err(self.damage(Broken::Cut));
        }
        // The rest is in records of the type `continuation`.
        if header.segment.is_some() && matches!(meaning, Meaning::Article(_)) {
            return Err(Broken::Segment.into());
        }
        match meaning {
            Meaning::Nothing => Ok(None),
            Meaning::Ignored(kind) => Err(Fault::Ignored(kind)),
            Meaning::Unknown => Err(Broken::Type(header.kind).into()),
            Meaning::Response => Err(Broken::Http.into()),
            Meaning::Article(kind) => {
                let content = std::mem::take(&mut self.content);
                let record = self.article(header, kind, head.as_ref(), &content);
                self.content = content;
                record.map(Some)
            }
        }
    }

    /// Reads the header of a record.
    fn header(&mut self) -> Result<Header, Broken> {
        if !begins_record(self.stream.peek(MAGIC[0].len())) {
            let start = self.stream.peek(200);
            if MAGIC.iter().any(|magic| magic.starts_with(start)) {
                return Err(Broken::Cut);
            }
            return Err(Broken::NoRecord(first_line(&start[..start.len().min(200)])));
        }
        let mut len = 0;
        let mut lines: Vec<String> = Vec::new();
        let mut is_first = true;
        loop {
            if !is_first && begins_record(self.stream.peek(MAGIC[0].len())) {
                return Err(Broken::Header);
            }
            let line = self.line(MOST_HEADER - len)?;
            len += line.len();
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            if std::mem::take(&mut is_first) {
                continue;
            }
            if text.is_empty() {
                return Header::new(&lines);
            }
            match lines.last_mut() {
                Some(last) if text.starts_with([' ', '\t']) => {
                    last.push(' ');
                    last.push_str(text.trim_start());
                }
                _ => lines.push(text.to_owned()),
            }
        }
    }

    /// Reads a line of a header.
    fn line(&mut self, most: usize) -> Result<Vec<u8>, Broken> {
        let mut line = Vec::new();
        loop {
            let bytes = self.stream.peek(1);
            if bytes.is_empty() {
                return Err(Broken::Cut);
            }
            let end = memchr::memchr(b'\n', bytes);
            let len = end.map_or(bytes.len(), |at| at + 1);
            line.extend_from_slice(&bytes[..len]);
            self.stream.consume(len);
            if line.len() > most {
                return Err(Broken::LongHeader);
            }
            if end.is_some() {
                return Ok(line);
            }
        }
    }

    /// Reads the content of a record, as much of it as is of use.
    fn content(&mut self, header: &Header, meaning: &mut Meaning, head: &mut Option<Head>) -> End {
        let most = self.options.max_bytes.saturating_add(MOST_HEADER);
        self.content.clear();
        let mut keep = match meaning {
            Meaning::Response => Keep::Head,
            Meaning::Article(_) => Keep::All,
            Meaning::Ignored(_) | Meaning::Nothing | Meaning::Unknown => Keep::Nothing,
        };
        let mut left = header.len;
        let mut member = self.stream.member();
        let mut scan = Scan::default();
        while left > 0 {
            let begins = begins_record(self.stream.peek(AHEAD));
            let before = std::mem::replace(&mut member, self.stream.member());
            if begins && before != member {
                return End::Early;
            }
            let bytes = self.stream.peek(AHEAD);
            let stated = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
            let len = scan.next_record(bytes, stated);
            if len == 0 {
                return End::Early;
            }
            let bytes = &bytes[..len];
            match keep {
                Keep::Nothing => {}
                Keep::All => {
                    self.content.extend_from_slice(bytes);
                    if self.content.len() > most {
                        keep = Keep::Nothing;
                    }
                }
                Keep::Head => {
                    self.content.extend_from_slice(bytes);
                    keep = self.after_head(meaning, head);
                }
            }
            self.stream.consume(len);
            left -= len as u64;
        }
        End::Stated
    }

    /// Decides by the head of a response, once it is complete, what becomes of its body.
    fn after_head(&mut self, meaning: &mut Meaning, head: &mut Option<Head>) -> Keep {
        let Some(len) = head_len(&self.content) else {
            return if self.content.len() > MOST_HEADER {
                Keep::Nothing
            } else {
                Keep::Head
            };
        };
        let Some(found) = Head::new(&self.content[..len]) else {
            return Keep::Nothing;
        };
        self.content.drain(..len);
        *meaning = match found.status {
            200 | 203 => Meaning::of(Kind::of(&found.media_type.name)),
            300..=399 => Meaning::Ignored("redirect"),
            _ => Meaning::Ignored("error status"),
        };
        *head = Some(found);
        match meaning {
            Meaning::Article(_) => Keep::All,
            _ => Keep::Nothing,
        }
    }

    /// Reads the two line ends after a record. Returns whether it ends there.
    fn ends_record(&mut self) -> bool {
        const END: &[u8] = b"\r\n\r\n";
        let member = self.stream.member();
        if self.stream.peek(END.len()).starts_with(END) {
            self.stream.consume(END.len());
            // The end of a member is checked when something after it is asked for.
            let next = self.stream.peek(MAGIC[0].len());
            let is_other = !matches!(next, [] | [b'\r' | b'\n', ..]) && !begins_record(next);
            // What else is there has nothing to do with the record, unless it is in its member.
            return !is_other || member.is_none() || member != self.stream.member();
        }
        // Some programs write fewer.
        while matches!(self.stream.peek(1), [b'\r' | b'\n', ..]) {
            self.stream.consume(1);
        }
        let next = self.stream.peek(MAGIC[0].len());
        next.is_empty() || begins_record(next) || member != self.stream.member()
    }

    /// Moves to the next record after damage, and returns the fault.
    fn damage(&mut self, broken: Broken) -> Fault {
        let mut is_line_start = true;
        loop {
            if let Some(fault) = self.recover() {
                return fault;
            }
            let member = self.stream.member();
            let bytes = self.stream.peek(AHEAD);
            let len = bytes.len();
            let begins = begins_record(bytes);
            let is_certain = begins && is_header(bytes);
            let line = memchr::memchr(b'\n', bytes).map(|at| at + 1);
            let record = memchr::memmem::find(bytes.get(1..).unwrap_or_default(), b"WARC/");
            let next = line.into_iter().chain(record.map(|at| at + 1)).min();
            is_line_start |= member != self.stream.member();
            // The line end before a record may be what is damaged.
            if is_line_start && begins || is_certain || len == 0 && !self.stream.has_error() {
                return broken.into();
            }
            is_line_start = next.is_some() && next == line;
            self.stream
                .consume(next.unwrap_or_else(|| len.saturating_sub(AHEAD).max(1)));
        }
    }

    /// Moves behind an error of the stream. Returns the fault if there is one.
    fn recover(&mut self) -> Option<Fault> {
        if !self.stream.has_error() {
            return None;
        }
        let error = self.stream.take_error()?;
        let error = match self.stream.recover() {
            Ok(true) => return Some(Broken::Damaged(error).into()),
            Ok(false) if self.stream.member().is_some() => Compression::Gzip.fault(error),
            Ok(false) => error,
            Err(error) => error,
        };
        self.is_over = true;
        Some(error.into())
    }

    /// Makes an article of the content of a record.
    fn article(
        &self,
        header: Header,
        kind: Kind,
        head: Option<&Head>,
        content: &[u8],
    ) -> Result<Record, Fault> {
        let max = self.options.max_bytes;
        let uri = header.uri.ok_or(Broken::Missing("WARC-Target-URI"))?;
        let path = uri.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with("/robots.txt") {
            return Err(Fault::Ignored("robots.txt"));
        }
        let (body, is_cut) = match head {
            Some(head) => {
                let body = head.decode(content, max)?;
                (body.bytes, body.is_cut)
            }
            None if content.len() > max => return Err(Fault::TooLong(max)),
            None => (Cow::Borrowed(content), false),
        };
        // Some crawlers note another length than that of what they have stored.
        let end = body.trim_ascii_end();
        let has_end =
            end[end.len().saturating_sub(HTML_END.len())..].eq_ignore_ascii_case(HTML_END);
        let truncated = header.truncated.or(is_cut.then_some("body"));
        let truncated = truncated.filter(|_| !has_end);
        let start = &body[..body.len().min(ignored::BEGINNING)];
        // The name of a page says nothing: it may be `artikel.js`.
        let name = if kind == Kind::Page { "" } else { path };
        if let Some(kind) = ignored::file(name, start) {
            return Err(Fault::Ignored(kind));
        }
        let media_type = head.map_or(&header.media_type, |head| &head.media_type);
        let charset = media_type.charset.clone();
        let content = match kind {
            Kind::Text => {
                if let Some(reason) = truncated {
                    return Err(Broken::CutText { reason }.into());
                }
                Content::Text(self.text(&body, charset.as_deref())?)
            }
            Kind::Unknown if !begins_a_page(start) => return Err(Fault::Ignored("other file")),
            _ => Content::Page {
                is_cut: truncated.is_some(),
                bytes: body.into_owned(),
                charset,
            },
        };
        let digits = |date: &String| {
            date.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        let captured = header.date.as_ref().map(digits);
        Ok(Record {
            is_extracted: true,
            at: At::number(self.number),
            id: Some(uri.clone()),
            content,
            url: Some(uri),
            date: header.date,
            captured: captured.filter(|digits| !digits.is_empty()),
            truncated,
            ..Record::default()
        })
    }

    /// Decodes a text, as its server says or as any other.
    fn text(&self, bytes: &[u8], charset: Option<&str>) -> Result<String, Fault> {
        let (mode, mark) = self.options.decoding.mode(bytes)?;
        let bytes = &bytes[mark..];
        let mut converted = Vec::new();
        let bytes = if mode.converts() {
            mode.convert(Cursor::new(bytes.to_vec()))
                .read_to_end(&mut converted)?;
            &converted
        } else {
            bytes
        };
        let stated = charset.and_then(|charset| Encoding::for_label(charset.as_bytes()));
        let stated = stated.filter(|encoding| *encoding != UTF_8 && !mode.converts());
        let text = stated
            .filter(|_| std::str::from_utf8(bytes).is_err())
            .and_then(|encoding| {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            });
        let text = match text {
            Some(text) => text,
            None => mode.decode(bytes)?.text(),
        };
        match memchr::memchr(0, text.as_bytes()) {
            Some(at) => Err(Fault::Nul(at + 1)),
            None => Ok(text.into_owned()),
        }
    }
}

/// How many bytes tell whether a record begins.
const AHEAD: usize = 32;

/// Looks for a record that begins within the content of another, whose length is wrong then.
#[derive(Default)]
struct Scan {
    /// The last bytes of the content before.
    before: Vec<u8>,
}

impl Scan {
    const LINE_ENDS: &[u8] = b"\r\n\r\n";

    /// Returns how many of the bytes belong to the content: at most `most`, and none if a record begins.
    fn next_record(&mut self, bytes: &[u8], most: usize) -> usize {
        if most == 0 {
            return 0;
        }
        let is_record = |at: usize| {
            let after = &bytes[at..];
            let near = &bytes[at.saturating_sub(Self::LINE_ENDS.len())..at];
            let before = [&self.before, near].concat();
            begins_record(after) && is_header(after) && before.ends_with(Self::LINE_ENDS)
        };
        let found = memchr::memmem::find_iter(bytes, b"WARC/")
            .take_while(|at| *at < most)
            .find(|at| is_record(*at));
        // The beginning of a record may be at the end of these bytes.
        let safe = bytes.len().saturating_sub(AHEAD).max(1).min(most);
        let len = match found {
            Some(at) => at,
            None if most == bytes.len() && bytes.len() > AHEAD => safe,
            None => most,
        };
        let from = len.saturating_sub(Self::LINE_ENDS.len());
        self.before.extend_from_slice(&bytes[from..len]);
        let extra = self.before.len().saturating_sub(Self::LINE_ENDS.len());
        self.before.drain(..extra);
        len
    }
}

/// Returns whether the line after the version is that of a header.
fn is_header(bytes: &[u8]) -> bool {
    let line = memchr::memchr(b'\n', bytes).and_then(|at| bytes.get(at + 1..));
    line.is_some_and(|line| line.starts_with(b"WARC-") || line.starts_with(b"Content-"))
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.record();
        if item.is_none() && !self.has_found {
            self.has_found = true;
            return Some(Err(Reject::file(Broken::NoPages.into())));
        }
        self.has_found = true;
        item
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let [base, within] = self.stream.place();
        (!self.is_over).then(|| Place::new([base, within, self.number]))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let &[base, within, number] = place.numbers() else {
            return Err(io::Error::other("it has become a WARC file"));
        };
        if !self.stream.enter([base, within])? {
            return Err(io::Error::other("it has become shorter"));
        }
        self.number = number;
        self.has_found = true;
        Ok(())
    }

    fn describe(&mut self, _: &mut Described) {}
}
