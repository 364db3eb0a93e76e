//! Tables in memory: typed columns of the rows of some documents, for callers that have no folder to write to.
//!
//! The rows are rendered as for a spool and read back with the types of the columns, as the formats of `format` do, so a
//! value is the same here as in a table that a run writes.

use blattwerk_core::Document;

use super::column::Kind;
use super::layout::Layout;
use super::rows::Renderer;
use super::sheet::Dialect;
use super::spool::SpoolRows;
use super::table::{Facts, Rows, TABLES};
use crate::config::Loaded;

/// Makes [`Frame`]s of documents.
#[derive(Debug, Clone)]
pub struct Frames {
    renderer: Renderer,
    layout: Layout,
}

/// The rows of one table.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The name of the table.
    pub name: &'static str,
    /// Its columns with their names, all of the same length.
    pub columns: Vec<(&'static str, Values)>,
    /// For each document, the number of rows up to the end of its own.
    pub ends: Vec<usize>,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Texts; one that is missing is empty.
    Text(Vec<String>),
    /// Counts, indices or offsets, which count characters of the article as it came in.
    Count(Vec<Option<i64>>),
    /// Probabilities or other weights, rounded to three decimals.
    Score(Vec<Option<f32>>),
}

impl Frames {
    /// Returns the frames of the tables that a config demands.
    pub fn new(loaded: &Loaded) -> Self {
        let layout = Layout::new(&loaded.settings);
        let facts = Facts {
            summarizer: loaded.backend("summarize").to_owned(),
            articles: loaded.config.output.articles,
        };
        Self {
            renderer: Renderer::new(Dialect::default(), layout.clone(), facts),
            layout,
        }
    }

    /// Returns the rows of some documents, in their order, of those tables that are named. A table that the config switches
    /// off has no rows.
    ///
    /// # Panics
    ///
    /// If no table of documents has one of the names.
    pub fn of(&self, documents: &[Document], names: &[&str]) -> Vec<Frame> {
        let rendered = self.renderer.documents(documents);
        let frame = |name: &&str| {
            let is_named = |index: &usize| {
                let table = TABLES[*index];
                table.name == *name && matches!(table.rows, Rows::Documents(_))
            };
            let index = (0..TABLES.len()).find(is_named);
            let index = index.expect("the name is that of a table of documents");
            let columns = self.layout.columns(TABLES[index]);
            let mut columns: Vec<_> = columns
                .into_iter()
                .map(|column| {
                    let values = match column.kind {
                        Kind::Text => Values::Text(Vec::new()),
                        Kind::Count => Values::Count(Vec::new()),
                        Kind::Score => Values::Score(Vec::new()),
                    };
                    (column.name, values)
                })
                .collect();
            let bytes = std::io::Cursor::new(rendered.tables[index].0.clone());
            let mut rows = SpoolRows::without_header(Box::new(bytes), Dialect::default());
            while let Some(row) = rows.next().expect("rows in memory can be read") {
                for ((_, values), cell) in columns.iter_mut().zip(row) {
                    match values {
                        Values::Text(texts) => texts.push(cell.to_owned()),
                        Values::Count(counts) => counts.push(cell.parse().ok()),
                        Values::Score(scores) => scores.push(cell.parse().ok()),
                    }
                }
            }
            let ends = rendered.parts.iter().scan(0, |end, part| {
                *end += usize::try_from(part[index].rows).expect("the rows are in memory");
                Some(*end)
            });
            Frame {
                name: TABLES[index].name,
                columns,
                ends: ends.collect(),
            }
        };
        names.iter().map(frame).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use blattwerk_core::{Entity, Span};

    use super::*;

    #[test]
    fn values_have_types_and_belong_to_their_documents() {
        let loaded = Loaded::new(None, [], &[]).unwrap();
        let mut bonn = Document::new("b", "Bonn,\n\"Köln\"");
        bonn.sentences = vec![Span::new(0, 4)];
        let entity = |start, end, label| Entity {
            span: Span::new(start, end),
            label: Arc::from(label),
            score: 0.123_45,
        };
        bonn.entities = vec![entity(0, 4, "LOC"), entity(6, 13, "a,\"b\"")];
        let documents = [Document::new("a", "Nichts"), bonn, Document::new("c", "")];
        let frames = Frames::new(&loaded).of(&documents, &["entities", "keywords"]);
        let texts = |texts: &[&str]| Values::Text(texts.iter().map(|it| (*it).into()).collect());
        assert_eq!(
            frames[0].columns,
            [
                ("article_id", texts(&["b", "b"])),
                // The second name is in no sentence.
                ("sentence", Values::Count(vec![Some(0), None])),
                ("start", Values::Count(vec![Some(0), Some(6)])),
                ("end", Values::Count(vec![Some(4), Some(12)])),
                ("label", texts(&["LOC", "a,\"b\""])),
                ("score", Values::Score(vec![Some(0.123), Some(0.123)])),
                ("text", texts(&["Bonn", "\"Köln\""])),
            ]
        );
        assert_eq!(frames[0].ends, [0, 2, 2]);
        assert_eq!(
            (frames[1].name, &*frames[1].ends),
            ("keywords", &[0, 0, 0][..])
        );
    }
}
