//! The layers of articles as columns of Arrow: a row an article, and a list of structs for each table.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema};
use blattwerk_core::Document;
use blattwerk_pipeline::output::{Frame, Values};

/// The tables that are columns, in the order of the columns.
pub(crate) const TABLES: &[&str] = &["sentences", "entities", "keywords", "sentiment", "removed"];

/// What became of an article, without the rows of its tables.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Its number among those that went through all stages; none if it did not.
    done: Option<usize>,
    summary: Option<String>,
    language: Option<String>,
    skipped: Option<String>,
    error: Option<String>,
}

impl Row {
    pub(crate) fn done(number: usize, document: &Document) -> Self {
        Self {
            done: Some(number),
            summary: Some(document.summary.text.clone()),
            language: document.language.clone(),
            ..Self::default()
        }
    }

    pub(crate) fn skipped(language: Option<String>, reason: String) -> Self {
        Self {
            language,
            skipped: Some(reason),
            ..Self::default()
        }
    }

    pub(crate) fn failed(error: String) -> Self {
        Self {
            error: Some(error),
            ..Self::default()
        }
    }
}

/// Returns the text of a column in a row.
type Cell = fn(&Row) -> Option<&str>;

/// Returns a batch with a row for each article.
///
/// # Errors
///
/// If there are more rows of a table than offsets of 32 bits can count.
pub(crate) fn batch(rows: &[Row], frames: &[Frame]) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for frame in frames {
        let list = list(rows, frame)?;
        fields.push(Field::new(frame.name, list.data_type().clone(), true));
        columns.push(Arc::new(list));
    }
    let texts: [(&str, Cell); 4] = [
        ("summary", |row| row.summary.as_deref()),
        ("language", |row| row.language.as_deref()),
        ("skipped", |row| row.skipped.as_deref()),
        ("error", |row| row.error.as_deref()),
    ];
    for (name, cell) in texts {
        fields.push(Field::new(name, DataType::Utf8, true));
        columns.push(Arc::new(rows.iter().map(cell).collect::<StringArray>()));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// Returns the rows of a table as a list for each article, null if it did not go through all stages.
fn list(rows: &[Row], frame: &Frame) -> Result<ListArray, ArrowError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    // The article is that of the row.
    for (name, values) in frame
        .columns
        .iter()
        .filter(|(name, _)| *name != "article_id")
    {
        let column: ArrayRef = match values {
            Values::Text(texts) => Arc::new(StringArray::from_iter_values(texts)),
            Values::Count(counts) => Arc::new(Int64Array::from(counts.clone())),
            Values::Score(scores) => Arc::new(Float32Array::from(scores.clone())),
        };
        fields.push(Field::new(*name, column.data_type().clone(), true));
        columns.push(column);
    }
    let fields = Fields::from(fields);
    let items = StructArray::try_new(fields.clone(), columns, None)?;
    let mut end = 0;
    let mut offsets = vec![0];
    for row in rows {
        end = row.done.map_or(end, |done| frame.ends[done]);
        let end = i32::try_from(end);
        offsets.push(end.map_err(|_| ArrowError::OffsetOverflowError(usize::MAX))?);
    }
    let is_done: Vec<bool> = rows.iter().map(|row| row.done.is_some()).collect();
    ListArray::try_new(
        Arc::new(Field::new("item", DataType::Struct(fields), true)),
        OffsetBuffer::new(offsets.into()),
        Arc::new(items),
        Some(NullBuffer::from(is_done)),
    )
}
