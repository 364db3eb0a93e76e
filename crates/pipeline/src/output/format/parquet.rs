//! Parquet: typed columns in row groups, for databases and data frames.
//!
//! Text is a string, counts and offsets are 64-bit integers, scores 32-bit floats; a number that is missing is null, a
//! missing text is empty. Pages are compressed with zstd. A row group is held in memory while it is written, so its size is
//! limited. The same rows give the same bytes.

use std::fs::File;
use std::io::{self, Error, ErrorKind};
use std::sync::Arc;

use parquet::basic::{Compression as Codec, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{Compression, Conversion, Format, Rows};
use crate::output::column::{Column, Kind};
use crate::output::sheet::{Cell, Sheet};
use crate::output::spool::SpoolRows;

pub(super) struct Parquet;

/// The most rows of a row group: as many as `DuckDB` reads at a time.
const MOST_ROWS: usize = 120 << 10;

/// The most bytes of text in a row group, unless its last row is longer.
const MOST_BYTES: usize = 32 << 20;

/// How many rows are read at a time.
const TOGETHER: usize = 1024;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn about(&self) -> &'static str {
        "Parquet with typed columns, compressed with zstd by itself, for DuckDB, Spark, polars and pandas."
    }

    fn suffix(&self, _: Compression) -> String {
        ".parquet".into()
    }

    fn conversion(&self) -> Option<Conversion> {
        Some(Conversion { write, open })
    }
}

fn write(columns: &[&Column], rows: &mut SpoolRows, file: File) -> io::Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Codec::ZSTD(ZstdLevel::default()))
        .set_created_by("blattwerk".into());
    let schema = schema(columns).map_err(error)?;
    let mut writer =
        SerializedFileWriter::new(file, schema, properties.build().into()).map_err(error)?;
    let mut group = Group::new(columns);
    while let Some(row) = rows.next()? {
        group.push(row)?;
        if group.is_full() {
            group.write(&mut writer)?;
        }
    }
    if group.rows > 0 {
        group.write(&mut writer)?;
    }
    writer.close().map_err(error)?;
    Ok(())
}

fn schema(columns: &[&Column]) -> Result<TypePtr, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, repetition) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Repetition::REQUIRED),
            Kind::Count => (Physical::INT64, Repetition::OPTIONAL),
            Kind::Score => (Physical::FLOAT, Repetition::OPTIONAL),
        };
        let logical = (column.kind == Kind::Text).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(column.name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical);
        field.build().map(Arc::new)
    });
    let fields = fields.collect::<Result<_, _>>()?;
    let table = Type::group_type_builder("table").with_fields(fields);
    table.build().map(Arc::new)
}

/// The rows of a row group, by column.
struct Group {
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

/// The cells of a column in a row group.
enum Cells {
    Texts {
        /// All texts, one after the other.
        bytes: Vec<u8>,
        /// Where each of them ends.
        ends: Vec<usize>,
    },
    Counts(Numbers<i64>),
    Scores(Numbers<f32>),
}

/// Numbers, some of which are missing.
#[derive(Default)]
struct Numbers<T> {
    /// Those that are not.
    values: Vec<T>,
    /// For each row, 1 if there is a number, and otherwise 0.
    levels: Vec<i16>,
}

impl<T: std::str::FromStr> Numbers<T> {
    fn push(&mut self, cell: &str) -> io::Result<()> {
        self.levels.push((!cell.is_empty()).into());
        if !cell.is_empty() {
            let value = cell.parse().map_err(|_| {
                let message = format!("expected a number, found `{cell}`");
                Error::new(ErrorKind::InvalidData, message)
            })?;
            self.values.push(value);
        }
        Ok(())
    }
}

impl Group {
    fn new(columns: &[&Column]) -> Self {
        let columns = columns.iter().map(|column| match column.kind {
            Kind::Text => Cells::Texts {
                bytes: Vec::new(),
                ends: Vec::new(),
            },
            Kind::Count => Cells::Counts(Numbers::default()),
            Kind::Score => Cells::Scores(Numbers::default()),
        });
        Self {
            columns: columns.collect(),
            rows: 0,
            bytes: 0,
        }
    }

    fn push<'a>(&mut self, row: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        for (cells, cell) in self.columns.iter_mut().zip(row) {
            match cells {
                Cells::Texts { bytes, ends } => {
                    bytes.extend_from_slice(cell.as_bytes());
                    ends.push(bytes.len());
                    self.bytes += cell.len();
                }
                Cells::Counts(numbers) => numbers.push(cell)?,
                Cells::Scores(numbers) => numbers.push(cell)?,
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS || self.bytes >= MOST_BYTES
    }

    /// Writes the rows as a row group, and starts with an empty one.
    fn write(&mut self, writer: &mut SerializedFileWriter<File>) -> io::Result<()> {
        let mut write = || {
            let mut group = writer.next_row_group()?;
            for cells in &mut self.columns {
                let mut column = group.next_column()?.ok_or_else(|| {
                    ParquetError::General("a row group has fewer columns than the table".into())
                })?;
                cells.write(&mut column)?;
                column.close()?;
            }
            group.close()?;
            Ok(())
        };
        write().map_err(error)?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Cells {
    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match self {
            Self::Texts { bytes, ends } => {
                let all = ByteArray::from(std::mem::take(bytes));
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let texts: Vec<_> = starts
                    .zip(ends.iter())
                    .map(|(start, end)| all.slice(start, end - start))
                    .collect();
                ends.clear();
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&texts, None, None)?;
            }
            Self::Counts(numbers) => numbers.write::<Int64Type>(column)?,
            Self::Scores(numbers) => numbers.write::<FloatType>(column)?,
        }
        Ok(())
    }
}

impl<T> Numbers<T> {
    fn write<D: DataType<T = T>>(
        &mut self,
        column: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), ParquetError> {
        let Self { values, levels } = self;
        column
            .typed::<D>()
            .write_batch(values, Some(levels), None)?;
        values.clear();
        levels.clear();
        Ok(())
    }
}

fn open(file: File) -> io::Result<Box<dyn Rows>> {
    let file = SerializedFileReader::new(file).map_err(error)?;
    Ok(Box::new(Reader {
        file,
        group: 0,
        left: 0,
        columns: Vec::new(),
    }))
}

/// Reads the rows of a table back.
struct Reader {
    file: SerializedFileReader<File>,
    /// The next row group.
    group: usize,
    /// How many rows of the open row group were not read yet.
    left: usize,
    /// The columns of the open row group.
    columns: Vec<Open>,
}

/// A column of the open row group, with the cells that were read last.
enum Open {
    Texts(ColumnReaderImpl<ByteArrayType>, Vec<ByteArray>),
    Counts(ColumnReaderImpl<Int64Type>, Numbers<i64>),
    Scores(ColumnReaderImpl<FloatType>, Numbers<f32>),
}

impl Rows for Reader {
    fn columns(&self) -> Vec<String> {
        let columns = self.file.metadata().file_metadata().schema_descr();
        let columns = columns.columns().iter();
        columns.map(|column| column.name().to_owned()).collect()
    }

    fn read(&mut self, sheet: &mut Sheet) -> io::Result<bool> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(false);
            }
            self.open_group().map_err(error)?;
        }
        let rows = self.left.min(TOGETHER);
        for column in &mut self.columns {
            column.read(rows)?;
        }
        self.left -= rows;
        let mut cells: Vec<_> = self.columns.iter().map(Open::cells).collect();
        for _ in 0..rows {
            let row: Option<Vec<_>> = cells.iter_mut().map(Iterator::next).collect();
            sheet.row(row.ok_or_else(|| damaged("a column is shorter than the others"))?);
        }
        Ok(true)
    }
}

impl Reader {
    fn open_group(&mut self) -> Result<(), ParquetError> {
        let group = self.file.get_row_group(self.group)?;
        self.columns.clear();
        for index in 0..group.num_columns() {
            self.columns.push(match group.get_column_reader(index)? {
                ColumnReader::ByteArrayColumnReader(reader) => Open::Texts(reader, Vec::new()),
                ColumnReader::Int64ColumnReader(reader) => Open::Counts(reader, Numbers::default()),
                ColumnReader::FloatColumnReader(reader) => Open::Scores(reader, Numbers::default()),
                _ => {
                    return Err(ParquetError::General(
                        "expected a table of blattwerk".into(),
                    ));
                }
            });
        }
        let rows = group.metadata().num_rows();
        self.left = usize::try_from(rows).map_err(|error| ParquetError::External(error.into()))?;
        self.group += 1;
        Ok(())
    }
}

impl Open {
    /// Reads the cells of the next rows.
    fn read(&mut self, rows: usize) -> io::Result<()> {
        let read = match self {
            Self::Texts(reader, texts) => {
                texts.clear();
                reader.read_records(rows, None, None, texts)
            }
            Self::Counts(reader, numbers) => numbers.read(reader, rows),
            Self::Scores(reader, numbers) => numbers.read(reader, rows),
        };
        let (read, ..) = read.map_err(error)?;
        if read < rows {
            return Err(damaged("a column has fewer rows than its row group"));
        }
        Ok(())
    }

    /// Returns the cells that were read last.
    fn cells(&self) -> Box<dyn Iterator<Item = Cell<'_>> + '_> {
        match self {
            // What is not UTF-8 was not written by blattwerk, and ends the column.
            Self::Texts(_, texts) => {
                let texts = texts.iter().map_while(|text| text.as_utf8().ok());
                Box::new(texts.map(Cell::Text))
            }
            Self::Counts(_, numbers) => {
                let counts = numbers.cells(|count| usize::try_from(*count).map(Cell::Count));
                Box::new(counts.map_while(Result::ok))
            }
            Self::Scores(_, numbers) => {
                let scores = numbers.cells(|score| Ok::<_, ()>(Cell::Score(f64::from(*score))));
                Box::new(scores.map_while(Result::ok))
            }
        }
    }
}

impl<T> Numbers<T> {
    fn read<D: DataType<T = T>>(
        &mut self,
        reader: &mut ColumnReaderImpl<D>,
        rows: usize,
    ) -> Result<(usize, usize, usize), ParquetError> {
        self.values.clear();
        self.levels.clear();
        reader.read_records(rows, Some(&mut self.levels), None, &mut self.values)
    }

    /// Returns the cells, of which those with a number are made by `cell`.
    fn cells<'a, E>(
        &'a self,
        cell: impl Fn(&'a T) -> Result<Cell<'a>, E> + 'a,
    ) -> impl Iterator<Item = Result<Cell<'a>, E>> {
        let mut values = self.values.iter();
        self.levels.iter().map(move |level| match level {
            0 => Ok(Cell::Blank),
            _ => values.next().map_or(Ok(Cell::Blank), &cell),
        })
    }
}

fn damaged(message: &str) -> Error {
    Error::new(ErrorKind::InvalidData, message.to_owned())
}

/// Returns the error of the file itself if there is one.
fn error(error: ParquetError) -> Error {
    match error {
        ParquetError::External(error) => match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(error) => Error::other(error),
        },
        error => Error::new(ErrorKind::InvalidData, error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::path::Path;

    use super::*;
    use crate::output::column::{count, score, text};
    use crate::output::format::Spool;
    use crate::output::sheet::Dialect;

    const COLUMNS: &[Column] = &[
        text("article_id"),
        count("start"),
        score("score"),
        text("text"),
    ];

    /// Writes a spool as a table.
    fn written(path: &Path, spool: &str) -> io::Result<()> {
        let columns: Vec<_> = COLUMNS.iter().collect();
        let spool = io::Cursor::new(spool.to_owned().into_bytes());
        let mut rows = SpoolRows::new(Box::new(spool), Dialect::default());
        write(&columns, &mut rows, File::create(path)?)
    }

    fn read_back(path: &Path) -> io::Result<String> {
        let mut spool = String::new();
        Spool::new(open(File::open(path)?)?, Dialect::default()).read_to_string(&mut spool)?;
        Ok(spool)
    }

    /// Returns a spool of so many rows, with the header.
    fn spool(rows: usize, text: &str) -> String {
        let rows = (0..rows).map(|row| match row % 3 {
            0 => format!("a{row},,,{text}\n"),
            1 => format!("a{row},{row},0.{:03},\n", row % 1000),
            _ => format!("a{row},0,,\"{text}, „so“\n\"\"{row}\"\"\"\n"),
        });
        "article_id,start,score,text\n".to_owned() + &rows.collect::<String>()
    }

    #[test]
    fn a_spool_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (path, again) = (folder.path().join("a"), folder.path().join("b"));
        let long = "Zwölf Boxkämpfer. ".repeat(6000);
        for (spool, groups) in [
            (spool(0, ""), 0),
            (spool(1, "Ein Satz."), 1),
            (spool(TOGETHER - 1, "Ein\rSatz."), 1),
            (spool(TOGETHER, "Ein\0Satz."), 1),
            (spool(TOGETHER + 1, " Ein Satz "), 1),
            (spool(MOST_ROWS, "kurz"), 1),
            (spool(MOST_ROWS + 1, "kurz"), 2),
            (spool(1000, &long), 3),
        ] {
            let start: String = spool.chars().take(200).collect();
            // The writer of CSV quotes where it must.
            let spool = spool.replace("Ein\rSatz.\n", "\"Ein\rSatz.\"\n");
            written(&path, &spool).unwrap();
            assert!(read_back(&path).unwrap() == spool, "{start}");
            let file = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
            assert_eq!(file.num_row_groups(), groups, "{start}");
            written(&again, &spool).unwrap();
            assert!(fs::read(&path).unwrap() == fs::read(&again).unwrap());
        }
    }

    #[test]
    fn numbers_and_texts_have_their_types() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        written(&path, "article_id,start,score,text\n7,12,0.125,\nb,,,x\n").unwrap();
        let file = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let rows: Vec<_> = file
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let rows: Vec<_> = rows.iter().map(ToString::to_string).collect();
        assert_eq!(
            rows,
            [
                "{article_id: \"7\", start: 12, score: 0.125, text: \"\"}",
                "{article_id: \"b\", start: null, score: null, text: \"x\"}"
            ]
        );
        let created_by = file.metadata().file_metadata().created_by();
        assert_eq!(created_by, Some("blattwerk"));
    }

    #[test]
    fn what_is_no_number_or_no_table_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for row in [
            "a,x,,",
            "a,-,,",
            "a,,null,",
            "a,1.5,,",
            "a,99999999999999999999,,",
        ] {
            let error = written(&path, &format!("article_id,start,score,text\n{row}\n"));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("expected a number, found"), "{row}: {error}");
        }
        written(&path, &spool(100, "Ein Satz.")).unwrap();
        let whole = fs::read(&path).unwrap();
        for len in [0, 3, 4, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..len]).unwrap();
            assert!(read_back(&path).is_err(), "{len} bytes");
        }
    }
}
