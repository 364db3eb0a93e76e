//! The values of a column in a row group, one row after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use super::pages::{Budget, File, Pages};
use super::schema::Column;
use super::value::Value;
use crate::input::fault::Fault;

/// The values of a column in a row group.
pub(super) struct Cells {
    column: Column,
    reader: ColumnReader,
    budget: Budget,
    max_bytes: usize,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// Why the rest of a column cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the column {column:?} is damaged: {reason}")]
pub(super) struct Damaged {
    column: String,
    reason: String,
}

impl Damaged {
    fn new(column: &Column, error: &ParquetError) -> Self {
        Self {
            column: column.path.clone(),
            reason: reason(error),
        }
    }
}

/// Returns what an error of the library says.
pub(super) fn reason(error: &ParquetError) -> String {
    match error {
        ParquetError::General(message)
        | ParquetError::EOF(message)
        | ParquetError::NYI(message) => message.clone(),
        ParquetError::External(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// Calls the library. It has assertions that damaged data violates.
pub(super) fn guarded<T>(
    call: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ParquetError> {
    let panicked = || ParquetError::General("it cannot be decoded".into());
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(panicked()))
}

impl Cells {
    pub(super) fn open(
        file: &Arc<File>,
        column: &Column,
        chunk: &ColumnChunkMetaData,
        max_bytes: usize,
    ) -> Result<Self, Damaged> {
        let budget = Budget::new(max_bytes);
        let pages = Pages::new(file, chunk, budget.clone());
        let pages = pages.map_err(|error| Damaged::new(column, &error))?;
        Ok(Self {
            column: column.clone(),
            reader: get_column_reader(chunk.column_descr_ptr(), Box::new(pages)),
            budget,
            max_bytes,
            definitions: Vec::new(),
            repetitions: Vec::new(),
        })
    }

    /// Skips rows.
    pub(super) fn skip(&mut self, rows: u64) -> Result<(), Damaged> {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.budget.reset();
        let skipped = guarded(|| match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int96ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::FloatColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::DoubleColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
        });
        match skipped {
            Ok(skipped) if skipped == rows => Ok(()),
            Ok(_) => Err(self.ends()),
            Err(error) => Err(Damaged::new(&self.column, &error)),
        }
    }

    /// Returns the value of the next row; none if it is null. The outer error costs the rest of the column, the inner one the
    /// row.
    pub(super) fn next(&mut self) -> Result<Result<Option<String>, Fault>, Damaged> {
        self.budget.reset();
        self.definitions.clear();
        self.repetitions.clear();
        let Self {
            column,
            reader,
            max_bytes,
            definitions,
            repetitions,
            ..
        } = self;
        let mut levels = (definitions, repetitions);
        let text = |values: &[Value<'_>]| text(column, values, *max_bytes);
        let found = guarded(|| {
            Ok(match reader {
                ColumnReader::BoolColumnReader(reader) => {
                    read(reader, &mut levels)?.map(|_| Ok(None))
                }
                ColumnReader::Int32ColumnReader(reader) => read(reader, &mut levels)?
                    .map(|found| text(&each(&found, |number| Value::Whole((*number).into(), 32)))),
                ColumnReader::Int64ColumnReader(reader) => read(reader, &mut levels)?
                    .map(|found| text(&each(&found, |number| Value::Whole(*number, 64)))),
                ColumnReader::Int96ColumnReader(reader) => {
                    read(reader, &mut levels)?.map(|found| {
                        text(&each(&found, |value| match value.data() {
                            [low, high, day] => Value::Julian {
                                nanoseconds: u64::from(*high) << 32 | u64::from(*low),
                                day: *day,
                            },
                            _ => Value::Bytes(&[]),
                        }))
                    })
                }
                ColumnReader::FloatColumnReader(reader) => read(reader, &mut levels)?
                    .map(|found| text(&each(&found, |number| Value::Float(*number)))),
                ColumnReader::DoubleColumnReader(reader) => read(reader, &mut levels)?
                    .map(|found| text(&each(&found, |number| Value::Double(*number)))),
                ColumnReader::ByteArrayColumnReader(reader) => read(reader, &mut levels)?
                    .map(|found| text(&each(&found, |bytes| Value::Bytes(bytes.data())))),
                ColumnReader::FixedLenByteArrayColumnReader(reader) => read(reader, &mut levels)?
                    .map(|found| text(&each(&found, |bytes| Value::Bytes(bytes.data())))),
            })
        });
        match found {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(self.ends()),
            Err(error) => Err(Damaged::new(&self.column, &error)),
        }
    }

    fn ends(&self) -> Damaged {
        Damaged {
            column: self.column.path.clone(),
            reason: "it has fewer values than there are rows".into(),
        }
    }
}

/// Reads the values of a row that are not null; none if there are no more rows.
fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    (definitions, repetitions): &mut (&mut Vec<i16>, &mut Vec<i16>),
) -> Result<Option<Vec<T::T>>, ParquetError> {
    let mut values = Vec::new();
    let (rows, _, _) =
        reader.read_records(1, Some(*definitions), Some(*repetitions), &mut values)?;
    Ok((rows > 0).then_some(values))
}

fn each<'a, T>(values: &'a [T], value: impl Fn(&'a T) -> Value<'a>) -> Vec<Value<'a>> {
    values.iter().map(value).collect()
}

/// Returns the values of a row as one text. Those of a list are paragraphs.
fn text(column: &Column, values: &[Value<'_>], max: usize) -> Result<Option<String>, Fault> {
    let size = values.iter().map(|value| match value {
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    });
    if size.fold(0, usize::saturating_add) > max {
        return Err(Fault::TooLong(max));
    }
    let texts: Result<Vec<_>, _> = values.iter().map(|value| value.text(column.kind)).collect();
    let texts = texts?;
    Ok((!texts.is_empty()).then(|| texts.join("\n\n")))
}
