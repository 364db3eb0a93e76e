//! The result of reading: articles and failures.

use std::sync::Arc;

use blattwerk_core::{Document, Text};

use super::content::Content;
use super::fault::Fault;
use super::options::Options;
use super::outlet::outlet;
use super::unparsed::{Captured, Unparsed};

/// What a capture is whose address was captured before with the same text.
pub(crate) const CAPTURED_AGAIN: &str = "captured again";

/// The result of reading an article.
#[derive(Debug)]
pub enum Item {
    /// An article.
    Article(Box<Document>),
    /// An article whose text is still in its markup, until [`Item::parse`].
    Unparsed(Box<Unparsed>),
    /// A record that should have been one, or a file that could not be read to its end.
    Failure(Failure),
    /// A piece of the input that is plainly no article: what it is, such as `image` or `redirect`.
    Ignored(&'static str),
}

impl Item {
    /// Makes an item of a document without its text, and the content that the text comes from. A capture of a URL is
    /// parsed later, even if it is plain text: only its text tells whether it is an article.
    pub(super) fn new(
        mut document: Document,
        content: Content,
        captured: Option<Captured>,
        options: &Arc<Options>,
    ) -> Self {
        match content {
            Content::Text(text) if captured.is_none() => {
                document.text = Text::new(text);
                Self::Article(Box::new(document))
            }
            content => {
                let options = Arc::clone(options);
                let unparsed = Unparsed::new(document, content, captured, options);
                Self::Unparsed(Box::new(unparsed))
            }
        }
    }

    /// Parses the article if it is still in its markup; any other item stays as it is.
    pub fn parse(self) -> Parsed {
        match self {
            Self::Unparsed(unparsed) => {
                let (id, source) = unparsed.place();
                let has_same_id = unparsed.has_same_id();
                let (item, capture) = match unparsed.parse() {
                    Ok((_, capture)) if has_same_id => {
                        (Self::Failure(Failure::same_id(id, source)), capture)
                    }
                    Ok((document, capture)) => (Self::Article(Box::new(document)), capture),
                    Err(Fault::Ignored(what)) => (Self::Ignored(what), None),
                    Err(fault) => {
                        let error = fault.chain();
                        (Self::Failure(Failure { id, source, error }), None)
                    }
                };
                Parsed { item, capture }
            }
            item => Parsed {
                item,
                capture: None,
            },
        }
    }

    /// Returns the bytes of the article as it was read; 0 if it is none.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Article(document) => document.text.len(),
            Self::Unparsed(unparsed) => unparsed.bytes(),
            Self::Failure(_) | Self::Ignored(_) => 0,
        }
    }
}

/// An article that was parsed.
#[derive(Debug)]
pub struct Parsed {
    /// The article, or why there is none.
    pub item: Item,
    /// A digest of URL and text, if it is a capture of its URL. Of captures with the same one, the first is the article.
    pub capture: Option<u128>,
}

/// A record or file that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The id of the record if it could be read, otherwise the same as `source`.
    pub id: String,
    /// The file, with the line or the number of the record if it has several.
    pub source: String,
    /// What is wrong, with all causes.
    pub error: String,
}

impl Failure {
    /// Returns the failure of an article whose id an earlier article uses.
    pub(crate) fn same_id(id: String, source: String) -> Self {
        let error = Fault::SameId.chain();
        Self { id, source, error }
    }
}

/// Where a record is within its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct At {
    /// The entry of a container: `folder/a.html`, in a nested container `b.tar!/folder/a.html`.
    pub(super) entry: Option<String>,
    /// The line where it starts, or its number if the format has no lines, both counted from 1; none if the
    /// whole file or entry is the article.
    pub(super) number: Option<u64>,
}

impl At {
    pub(super) fn number(number: u64) -> Self {
        Self {
            entry: None,
            number: Some(number),
        }
    }

    /// Places it in an entry of a container.
    pub(super) fn within(&mut self, entry: &str) {
        self.entry = Some(match self.entry.take() {
            Some(inner) => format!("{entry}!/{inner}"),
            None => entry.to_owned(),
        });
    }

    /// Returns the place as all tables show it: `dump.zip!/folder/a.jsonl:3`.
    pub(super) fn source(&self, file: &str) -> String {
        let mut source = file.to_owned();
        if let Some(entry) = &self.entry {
            source.push_str("!/");
            source.push_str(entry);
        }
        if let Some(number) = self.number {
            source.push(':');
            source.push_str(&number.to_string());
        }
        source
    }
}

/// An article as the reader of a format returns it.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) at: At,
    /// The name of its format, if it is not that of the file: set by containers.
    pub(super) format: Option<&'static str>,
    pub(super) id: Option<String>,
    pub(super) content: Content,
    /// Whether the format has made the text from something that does not contain it as it is.
    pub(super) is_extracted: bool,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) language: Option<String>,
    pub(super) url: Option<String>,
    pub(super) outlet: Option<String>,
    /// The fields that were found but are of a type that cannot be read.
    pub(super) unread: Vec<&'static str>,
    /// Why only the beginning of its page may be there: what a crawler says, or `body` if the body of the response has no end.
    pub(super) truncated: Option<&'static str>,
    /// When a crawler fetched it, if it is a capture of its URL, which is then its id. A URL may be captured
    /// more than once.
    pub(super) captured: Option<String>,
}

impl Record {
    /// Returns a field beside the text that has a NUL character in it, which JSON can write as `\u0000`.
    pub(super) fn field_with_nul(&self) -> Option<&'static str> {
        let fields = [
            ("id", &self.id),
            ("title", &self.title),
            ("date", &self.date),
            ("language", &self.language),
            ("URL", &self.url),
            ("outlet", &self.outlet),
        ];
        let has_nul = |value: &Option<String>| value.as_ref().is_some_and(|it| it.contains('\0'));
        let mut fields = fields.into_iter();
        let found = fields.find(|(_, value)| has_nul(value));
        found.map(|(role, _)| role)
    }

    /// Makes a document with an id and a source, and returns the content that its text comes from.
    pub(super) fn into_document(self, id: String, source: String) -> (Document, Content) {
        let mut document = Document::new(id, "");
        document.source = source;
        document.is_extracted = self.is_extracted || !matches!(self.content, Content::Text(_));
        document.title = self.title;
        document.date = self.date;
        document.language = self.language;
        document.outlet = outlet(self.outlet, self.url.as_deref());
        document.url = self.url;
        (document, self.content)
    }
}

/// What the reader of a format returns instead of an article.
#[derive(Debug)]
pub(super) struct Reject {
    pub(super) at: At,
    /// The name of its format, if it is not that of the file: set by containers.
    pub(super) format: Option<&'static str>,
    pub(super) id: Option<String>,
    pub(super) fault: Fault,
}

impl Reject {
    pub(super) fn at(number: u64, fault: impl Into<Fault>) -> Self {
        Self::new(At::number(number), fault.into())
    }

    pub(super) fn file(fault: Fault) -> Self {
        Self::new(At::default(), fault)
    }

    fn new(at: At, fault: Fault) -> Self {
        Self {
            at,
            format: None,
            id: None,
            fault,
        }
    }

    pub(super) fn into_failure(self, name: &str, id_name: &str) -> Failure {
        let source = self.at.source(name);
        Failure {
            id: self.id.unwrap_or_else(|| self.at.source(id_name)),
            source,
            error: self.fault.chain(),
        }
    }
}
