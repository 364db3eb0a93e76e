//! What reading gives: articles, and what should have been some.

use blattwerk_core::Document;

use super::fault::Fault;

/// What reading gives.
#[derive(Debug)]
pub enum Item {
    /// An article.
    Article(Box<Document>),
    /// Something that should have been one, or a file that could not be read to its end.
    Failure(Failure),
}

/// What could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The id of the record if it could be read, otherwise the same as `source`.
    pub id: String,
    /// The file, with the line where the format has lines.
    pub source: String,
    /// What is wrong, with the whole chain of causes.
    pub error: String,
}

/// What a reader finds: an article that is not yet a document.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Where it starts; none if the file is the article.
    pub(super) line: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) language: Option<String>,
}

impl Record {
    /// Makes a document of an article that has an id, which was read from a place.
    pub(super) fn into_document(self, id: String, source: String) -> Document {
        let mut document = Document::new(id, self.text);
        document.source = source;
        document.title = self.title;
        document.date = self.date;
        document.language = self.language;
        document
    }
}

/// What a reader finds instead of an article.
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

/// Returns the place of a record in the way all tables show it.
pub(super) fn place(name: &str, line: Option<u64>) -> String {
    match line {
        Some(line) => format!("{name}:{line}"),
        None => name.to_owned(),
    }
}
