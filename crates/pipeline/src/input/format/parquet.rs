//! Parquet: each row is one article.
//!
//! Only the columns of the article are read, each a page at a time, so memory does not grow with the size of a row group. The
//! library decodes footer and values; what their sizes decide is checked before it, in `thrift` and `pages`.
//!
//! A file may be several, one after another, as `cat` makes them. All places in a Parquet file count from its own beginning, so
//! a footer shows if something is before it.

mod cells;
mod pages;
mod schema;
mod thrift;
mod value;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader,
    ParquetStatisticsPolicy, RowGroupMetaData,
};

use self::cells::{Cells, Damaged, guarded, reason};
use self::pages::File;
use self::schema::{Column, Kind, STRUCT, columns};
use super::{Articles, Claim, Format};
use crate::input::described::Described;
use crate::input::fault::{Fault, list};
use crate::input::fields::{Names, ROLES, Role};
use crate::input::item::{Record, Reject};
use crate::input::options::Options;
use crate::input::position::Place;
use crate::input::recognize::{Start, first_line};
use crate::input::row::{self, Shape, Values};
use crate::input::source::Source;

pub(super) struct Parquet;

/// The extensions of Parquet.
const NAMES: &[&str] = &["parquet", "parq", "pq"];

/// What a file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// What it begins and ends with if all of it is encrypted.
const ENCRYPTED: &[u8] = b"PARE";

/// The longest footer. It grows with the number of row groups.
const MOST_FOOTER: u64 = 64 << 20;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn about(&self) -> &'static str {
        "Each row of a Parquet file is one article."
    }

    fn recognize(&self, start: &Start<'_>, _: &Options) -> Result<Claim, Fault> {
        let bytes = start.bytes;
        let is_named = start.is_named(NAMES);
        if is_magic(bytes) {
            // A text may begin with these letters, but not with the numbers after them.
            let next = bytes.iter().skip(MAGIC.len()).take(16);
            let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r');
            if is_named || bytes.len() == MAGIC.len() || !next.copied().all(|byte| is_text(&byte)) {
                return Ok(Claim::Sure);
            }
        }
        if is_named {
            return Err(not_parquet(bytes));
        }
        Ok(Claim::No)
    }

    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault> {
        Ok(Box::new(Reader::open(source, options)?))
    }
}

fn is_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) || bytes.starts_with(ENCRYPTED)
}

fn not_parquet(bytes: &[u8]) -> Fault {
    if bytes.is_empty() {
        return Fault::EmptyFile;
    }
    Broken::NotParquet(first_line(bytes)).into()
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(
        "expected a Parquet file, as its name or `input.format` says, but it starts with {0:?}"
    )]
    NotParquet(String),
    #[error(
        "the Parquet file is truncated: its footer is missing, without which no article can be found"
    )]
    Truncated,
    #[error(
        "the footer of the Parquet file is damaged, without which no article can be found: {0}"
    )]
    Footer(String),
    #[error(
        "the {0} bytes before the Parquet file are the rest of another one, whose footer is missing; they are not read"
    )]
    Before(u64),
    #[error("the Parquet file is encrypted; decrypt it")]
    Encrypted,
    #[error("expected articles, found a Parquet file without rows")]
    NoRows,
    #[error(
        "no column of the Parquet file is recognized as the text; the columns are {0}; set `input.fields.text` to the right one"
    )]
    NoText(String),
    #[error("`{key}`: no column {name:?}; the columns are {columns}")]
    NoColumn {
        key: &'static str,
        name: String,
        columns: String,
    },
    #[error("two columns {0:?}; set another column in `input.fields`, or rename one in the file")]
    TwoColumns(String),
    #[error("the {} in the column {name:?} is {found}, expected {}{}", role.as_str(), expected(*role), hint(found))]
    WrongType {
        role: Role,
        name: String,
        found: &'static str,
    },
    #[error("{} lost, the rest of the row group", rows(*first, *last))]
    Lost {
        first: u64,
        last: u64,
        source: Damaged,
    },
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

fn expected(role: Role) -> &'static str {
    match role {
        Role::Text => "text or a list of texts",
        Role::Id => "text, a whole number or a UUID",
        Role::Date => "text, a date or a number",
        _ => "text",
    }
}

fn hint(found: &str) -> &'static str {
    if found == STRUCT {
        "; set the path of a column in it in `input.fields`, such as `content.body`"
    } else {
        ""
    }
}

fn rows(first: u64, last: u64) -> String {
    if first == last {
        format!("row {first} is")
    } else {
        format!("rows {first} to {last} are")
    }
}

/// Reads the footer of a file.
fn footer(file: &File) -> Result<ParquetMetaData, Fault> {
    // The first and the last magic number, and the length of the footer.
    const FRAME: u64 = 12;
    let damaged = |reason: &dyn std::fmt::Display| Broken::Footer(reason.to_string());
    if file.len < FRAME {
        return Err(Broken::Truncated.into());
    }
    let mut tail = Vec::new();
    file.read(file.len - 8, 8, &mut tail).map_err(Fault::Read)?;
    let (len, magic) = tail.split_first_chunk().ok_or(Broken::Truncated)?;
    if magic == ENCRYPTED {
        return Err(Broken::Encrypted.into());
    }
    if magic != MAGIC {
        return Err(Broken::Truncated.into());
    }
    let len = u64::from(u32::from_le_bytes(*len));
    if len > file.len - FRAME {
        let reason = format!("it claims {len} bytes, more than the file has");
        return Err(damaged(&reason).into());
    }
    if len > MOST_FOOTER {
        let reason = format!("it has {len} bytes, more than {MOST_FOOTER}");
        return Err(damaged(&reason).into());
    }
    let mut bytes = Vec::new();
    let read = file.read(file.len - 8 - len, len, &mut bytes);
    read.map_err(Fault::Read)?;
    let claims = thrift::check_footer(&bytes).map_err(|error| damaged(&error))?;
    if claims.is_encrypted {
        return Err(Broken::Encrypted.into());
    }
    let options = ParquetMetaDataOptions::new()
        .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
    let decoded =
        guarded(|| ParquetMetaDataReader::decode_metadata_with_options(&bytes, Some(&options)));
    let metadata = decoded.map_err(|error| damaged(&reason(&error)))?;
    let is_negative = |group: &RowGroupMetaData| group.num_rows() < 0;
    if metadata.row_groups().iter().any(is_negative) {
        return Err(damaged(&"a row group has a negative number of rows").into());
    }
    Ok(metadata)
}

/// Returns how many bytes before a file belong to another one: those between the last page or index and the footer, if the
/// file begins after so many.
fn before(file: &File, metadata: &ParquetMetaData) -> Result<u64, Fault> {
    let mut tail = Vec::new();
    file.read(file.len - 8, 4, &mut tail).map_err(Fault::Read)?;
    let len = tail.first_chunk().copied().map_or(0, u32::from_le_bytes);
    let footer = file.len - 8 - u64::from(len);
    let range = |at: Option<i64>, len: Option<i32>| {
        let (at, len) = (u64::try_from(at?).ok()?, u64::try_from(len?).ok()?);
        at.checked_add(len)
    };
    let end = |column: &ColumnChunkMetaData| {
        let first = [
            column.dictionary_page_offset(),
            column.bloom_filter_offset(),
        ];
        let starts = first
            .into_iter()
            .flatten()
            .chain([column.data_page_offset()]);
        let pages = starts
            .filter_map(|at| u64::try_from(at).ok())
            .filter(|at| *at > 0)
            .min()
            .unwrap_or(0);
        let size = u64::try_from(column.compressed_size()).unwrap_or(0);
        [
            pages.checked_add(size),
            range(column.bloom_filter_offset(), column.bloom_filter_length()),
            range(column.column_index_offset(), column.column_index_length()),
            range(column.offset_index_offset(), column.offset_index_length()),
        ]
        .into_iter()
        .flatten()
        .max()
    };
    let groups = metadata.row_groups().iter();
    let end = groups
        .flat_map(RowGroupMetaData::columns)
        .filter_map(end)
        .max();
    let Some(gap) = footer.checked_sub(end.unwrap_or(MAGIC.len() as u64)) else {
        return Ok(0);
    };
    let mut start = Vec::new();
    file.read(gap, 4, &mut start).map_err(Fault::Read)?;
    Ok(if start == MAGIC { gap } else { 0 })
}

/// The column for each role.
struct Chosen {
    columns: [Option<Column>; ROLES],
    shape: Shape,
}

/// Chooses the column for each role: by its configured name, or the best usual one. One of a type that suits the role is better than
/// one that does not, then one that is not in a struct, then one with a better name.
fn choose(all: &[Column], names: &Names) -> Result<Chosen, Fault> {
    let shown = || list(all.iter().map(|column| column.path.as_str()));
    let mut columns = [const { None }; ROLES];
    let mut shape = Shape::default();
    for role in Role::ALL {
        let configured = names.configured().iter().find(|(other, _)| *other == role);
        let found = match configured {
            Some((_, name)) => {
                let path = name.trim();
                let mut found = all.iter().filter(|column| column.path.trim() == path);
                let column = found.next().ok_or_else(|| Broken::NoColumn {
                    key: role.key(),
                    name: name.clone(),
                    columns: shown(),
                })?;
                if found.next().is_some() {
                    return Err(Broken::TwoColumns(name.clone()).into());
                }
                Some(column)
            }
            None => usual(all, role, names)?,
        };
        let Some(column) = found else { continue };
        if let Some(found) = column.unfit(role) {
            if configured.is_none() && !matches!(role, Role::Text | Role::Id) {
                shape.unread.push(role.as_str());
                continue;
            }
            let name = column.path.clone();
            return Err(Broken::WrongType { role, name, found }.into());
        }
        columns[role as usize] = Some(column.clone());
    }
    match &columns[Role::Text as usize] {
        Some(text) => shape.is_markup = names.is_markup(&text.path),
        None => return Err(Broken::NoText(shown()).into()),
    }
    Ok(Chosen { columns, shape })
}

/// Returns the column with the best usual name for a role.
fn usual<'a>(all: &'a [Column], role: Role, names: &Names) -> Result<Option<&'a Column>, Fault> {
    let rank = |column: &Column| {
        let mut parts = column.path.split('.').rev();
        let roles = names.usual(parts.next()?.trim());
        let (_, rank) = roles.iter().find(|(usual, _)| *usual == role)?;
        let is_open = parts.clone().all(|part| names.is_looked_into(part));
        is_open.then(|| (column.unfit(role).is_some(), parts.count(), *rank))
    };
    let mut best: Option<(&Column, _)> = None;
    for column in all {
        let Some(rank) = rank(column) else { continue };
        match best {
            Some((_, other)) if other < rank => {}
            Some((_, other)) if other == rank => {
                return Err(Broken::TwoColumns(column.path.clone()).into());
            }
            _ => best = Some((column, rank)),
        }
    }
    Ok(best.map(|(column, _)| column))
}

/// One of the files that a file consists of: usually the only one.
struct Part {
    file: Arc<File>,
    metadata: ParquetMetaData,
    columns: [Option<Column>; ROLES],
    shape: Shape,
}

impl Part {
    fn new(file: File, metadata: ParquetMetaData, options: &Options) -> Result<Self, Fault> {
        let schema = metadata.file_metadata().schema_descr();
        let all = columns(schema.root_schema());
        let leaves = all.iter().filter(|column| column.leaf.is_some()).count();
        if leaves != schema.num_columns() {
            return Err(Broken::Footer("its schema contradicts itself".into()).into());
        }
        let Chosen { columns, shape } = choose(&all, &options.names)?;
        Ok(Self {
            file: Arc::new(file),
            metadata,
            columns,
            shape,
        })
    }
}

struct Reader {
    /// The files that the file consists of, in order.
    parts: Vec<Part>,
    options: Arc<Options>,
    /// The part that is read, its row group, and how many rows of that have been.
    part: usize,
    group: usize,
    row: u64,
    /// How many rows are in the row groups before it.
    before: u64,
    /// The columns of the row group, once it is entered.
    cells: Option<[Option<Cells>; ROLES]>,
    /// What is wrong with the file as a whole or with parts of it, in the end.
    faults: VecDeque<Fault>,
}

/// Opens the files that a file consists of, and returns what is wrong with some of them.
fn parts(file: File, options: &Options) -> Result<(Vec<Part>, VecDeque<Fault>), Fault> {
    let (mut parts, mut faults) = (Vec::new(), VecDeque::new());
    let mut rest = file;
    loop {
        let metadata = match footer(&rest) {
            Ok(metadata) => metadata,
            Err(fault) if parts.is_empty() && faults.is_empty() => return Err(fault),
            Err(_) => {
                faults.push_front(Broken::Before(rest.len).into());
                break;
            }
        };
        let before = before(&rest, &metadata)?;
        let [earlier, file] = rest.split_at(before);
        match Part::new(file, metadata, options) {
            Ok(part) => parts.push(part),
            Err(fault) if before == 0 && parts.is_empty() && faults.is_empty() => {
                return Err(fault);
            }
            Err(fault) => faults.push_front(fault),
        }
        if before == 0 {
            break;
        }
        rest = earlier;
    }
    parts.reverse();
    Ok((parts, faults))
}

impl Reader {
    fn open(source: Source, options: &Arc<Options>) -> Result<Self, Fault> {
        let file = File::new(source.seekable(options.max_bytes)?).map_err(Fault::Read)?;
        let mut beginning = Vec::new();
        file.read(0, 100, &mut beginning).map_err(Fault::Read)?;
        if !is_magic(&beginning) {
            return Err(not_parquet(&beginning));
        }
        let (parts, mut faults) = parts(file, options)?;
        let mut groups = parts.iter().flat_map(|part| part.metadata.row_groups());
        if groups.all(|group| group.num_rows() == 0) && !parts.is_empty() {
            faults.push_front(Broken::NoRows.into());
        }
        let mut reader = Self {
            parts,
            options: Arc::clone(options),
            part: 0,
            group: 0,
            row: 0,
            before: 0,
            cells: None,
            faults,
        };
        reader.skip_ended();
        Ok(reader)
    }

    /// Returns the number of rows in the row group; none after the last one.
    fn rows(&self) -> Option<u64> {
        let groups = self.parts.get(self.part)?.metadata.row_groups();
        let rows = groups.get(self.group).map_or(0, RowGroupMetaData::num_rows);
        Some(u64::try_from(rows).unwrap_or(0))
    }

    /// Goes to the next row group with rows, if all rows of this one have been read.
    fn skip_ended(&mut self) {
        while let Some(rows) = self.rows()
            && self.row >= rows
        {
            let groups = self.parts[self.part].metadata.row_groups().len();
            self.group += 1;
            if self.group >= groups {
                self.part += 1;
                self.group = 0;
            }
            self.row = 0;
            self.before = self.before.saturating_add(rows);
            self.cells = None;
        }
    }

    /// Opens the columns of the row group at the row.
    fn open_group(&mut self) -> Result<(), Damaged> {
        let part = &self.parts[self.part];
        let group = part.metadata.row_group(self.group);
        let mut cells = [const { None }; ROLES];
        for (column, cells) in part.columns.iter().zip(&mut cells) {
            let chunk = column.as_ref().and_then(|column| {
                let chunk = group.columns().get(column.leaf?)?;
                Some((column, chunk))
            });
            if let Some((column, chunk)) = chunk {
                let mut opened = Cells::open(&part.file, column, chunk, self.options.max_bytes)?;
                if self.row > 0 {
                    opened.skip(self.row)?;
                }
                *cells = Some(opened);
            }
        }
        self.cells = Some(cells);
        Ok(())
    }

    /// Reads the next row. The outer error costs the rest of the row group.
    fn article(&mut self, number: u64) -> Result<Result<Record, Reject>, Damaged> {
        if self.cells.is_none() {
            self.open_group()?;
        }
        let mut values: Values = [const { Ok(None) }; ROLES];
        // All columns go on to the next row, even if the row turns out to be broken.
        for (cells, value) in self.cells.iter_mut().flatten().zip(&mut values) {
            if let Some(cells) = cells {
                *value = cells.next()?;
            }
        }
        let id = &mut values[Role::Id as usize];
        *id = std::mem::replace(id, Ok(None)).and_then(|id| self.id(id));
        Ok(row::record(number, values, &self.parts[self.part].shape))
    }

    /// Checks an id in a column of floating-point numbers, which is what a column of whole numbers becomes in pandas if some
    /// are missing.
    fn id(&self, value: Option<String>) -> Result<Option<String>, Fault> {
        let column = self.parts[self.part].columns[Role::Id as usize].as_ref();
        let is_exact = |value: &str| value.len() <= 15 && value.parse::<i64>().is_ok();
        match (value, column) {
            (Some(value), Some(column)) if column.kind == Kind::Float && !is_exact(&value) => {
                Err(Broken::WrongType {
                    role: Role::Id,
                    name: column.path.clone(),
                    found: "a number that cannot be kept exactly",
                }
                .into())
            }
            (value, _) => Ok(value),
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(rows) = self.rows() else {
            let fault = self.faults.pop_front();
            return fault.map(|fault| Err(Reject::file(fault)));
        };
        let number = self.before.saturating_add(self.row).saturating_add(1);
        let found = match self.article(number) {
            Ok(found) => {
                self.row += 1;
                found
            }
            Err(source) => {
                let (first, last) = (number, self.before.saturating_add(rows));
                self.row = rows;
                let lost = Broken::Lost {
                    first,
                    last,
                    source,
                };
                Err(Reject::at(number, lost))
            }
        };
        self.skip_ended();
        Some(found)
    }
}

impl Articles for Reader {
    fn place(&self) -> Option<Place> {
        let is_over = self.rows().is_none() && self.faults.is_empty();
        let numbers = [self.part, self.group, self.faults.len()].map(|number| number as u64);
        (!is_over).then(|| Place::new([&numbers, [self.row].as_slice()].concat()))
    }

    fn enter(&mut self, place: &Place) -> io::Result<()> {
        let shorter = || io::Error::other("it has become shorter");
        let &[part, group, faults, row] = place.numbers() else {
            return Err(io::Error::other("it has become a Parquet file"));
        };
        let here = |reader: &Self| (reader.part as u64, reader.group as u64);
        while self.rows().is_some() && here(self) < (part, group) {
            self.row = u64::MAX;
            self.skip_ended();
        }
        if here(self) != (part, group) {
            return Err(shorter());
        }
        while self.faults.len() as u64 > faults {
            self.faults.pop_front();
        }
        match self.rows() {
            Some(rows) if row < rows => self.row = row,
            None if row == 0 => {}
            _ => return Err(shorter()),
        }
        Ok(())
    }

    fn describe(&mut self, described: &mut Described) {
        let first = self.parts.first().map(|part| part.columns.iter());
        let columns = Role::ALL.into_iter().zip(first.into_iter().flatten());
        described.fields = columns
            .filter_map(|(role, column)| Some((role.as_str(), column.as_ref()?.path.clone())))
            .collect();
    }
}
