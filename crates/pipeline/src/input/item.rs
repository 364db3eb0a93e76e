//! The result of reading: articles and failures.

use blattwerk_core::Document;

use super::fault::Fault;
use super::outlet::outlet;

/// The result of reading an article.
#[derive(Debug)]
pub enum Item {
    /// An article.
    Article(Box<Document>),
    /// A record that should have been one, or a file that could not be read to its end.
    Failure(Failure),
}

/// A record or file that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The id of the record if it could be read, otherwise the same as `source`.
    pub id: String,
    /// The file, with the line if the format has lines.
    pub source: String,
    /// What is wrong, with all causes.
    pub error: String,
}

/// An article as the reader of a format returns it.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The line where it starts; none if the whole file is the article.
    pub(super) line: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) language: Option<String>,
    pub(super) url: Option<String>,
    pub(super) outlet: Option<String>,
}

impl Record {
    /// Makes a document with an id and a source.
    pub(super) fn into_document(self, id: String, source: String) -> Document {
        let mut document = Document::new(id, self.text);
        document.source = source;
        document.title = self.title;
        document.date = self.date;
        document.language = self.language;
        document.outlet = outlet(self.outlet, self.url.as_deref());
        document.url = self.url;
        document
    }
}

/// What the reader of a format returns instead of an article.
#[derive(Debug)]
pub(super) struct Reject {
    pub(super) line: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) fault: Fault,
}

impl Reject {
    pub(super) fn at(line: u64, fault: impl Into<Fault>) -> Self {
        Self {
            line: Some(line),
            id: None,
            fault: fault.into(),
        }
    }

    pub(super) fn file(fault: Fault) -> Self {
        Self {
            line: None,
            id: None,
            fault,
        }
    }

    pub(super) fn into_failure(self, name: &str) -> Failure {
        let source = place(name, self.line);
        Failure {
            id: self.id.unwrap_or_else(|| source.clone()),
            source,
            error: self.fault.chain(),
        }
    }
}

/// Returns the place of a record as all tables show it.
pub(super) fn place(name: &str, line: Option<u64>) -> String {
    match line {
        Some(line) => format!("{name}:{line}"),
        None => name.to_owned(),
    }
}
