//! The tables: what a run leaves behind.
//!
//! A run writes into the folder `unfinished` within its output folder, and moves the tables to their
//! names when all of them are complete, `run.json` last. So a table under its own name is a whole one, and
//! a folder with `run.json` a whole run.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use blattwerk_core::Document;
use flate2::write::GzEncoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::input::Failure;
use crate::{Error, Result};

/// The folder of a run that is not complete.
const UNFINISHED: &str = "unfinished";
/// The record of a run.
const RECORD: &str = "run.json";

/// What the tables look like and where they go.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the tables, made if it is missing. Default: `out`. `--output` takes its place.
    pub folder: PathBuf,
    /// Whether the tables of an earlier run in the folder may be replaced; that happens at the end, when all
    /// new ones are complete. Default: false. `--overwrite` switches it on.
    pub overwrite: bool,
    /// The character between two columns: `,` (default), `;` for a German Excel, or a tab (`"\t"`).
    pub delimiter: Delimiter,
    /// Whether tables begin with a byte order mark, which Excel needs to read UTF-8. Default: false.
    pub bom: bool,
    /// How tables are compressed: `none` (default), `gzip` (`.csv.gz`) or `zstd` (`.csv.zst`).
    pub compression: Compression,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            folder: "out".into(),
            overwrite: false,
            delimiter: Delimiter::default(),
            bom: false,
            compression: Compression::default(),
        }
    }
}

/// What stands between two columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Delimiter {
    /// A comma.
    #[default]
    #[serde(rename = ",")]
    Comma,
    /// A semicolon.
    #[serde(rename = ";")]
    Semicolon,
    /// A tab.
    #[serde(rename = "\t")]
    Tab,
}

impl Delimiter {
    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// How tables are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With gzip.
    Gzip,
    /// With zstd.
    Zstd,
}

impl Compression {
    const ALL: [Self; 3] = [Self::None, Self::Gzip, Self::Zstd];

    fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}

/// The tables, in the order of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Normalized,
    Removed,
    Sentences,
    Entities,
    Sentiment,
    Summaries,
    Duplicates,
    Skipped,
    Failures,
}

impl Table {
    const ALL: [Self; 9] = [
        Self::Normalized,
        Self::Removed,
        Self::Sentences,
        Self::Entities,
        Self::Sentiment,
        Self::Summaries,
        Self::Duplicates,
        Self::Skipped,
        Self::Failures,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Normalized => "normalized",
            Self::Removed => "removed",
            Self::Sentences => "sentences",
            Self::Entities => "entities",
            Self::Sentiment => "sentiment",
            Self::Summaries => "summaries",
            Self::Duplicates => "duplicates",
            Self::Skipped => "skipped",
            Self::Failures => "failures",
        }
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Normalized => &[
                "article_id",
                "source",
                "title",
                "date",
                "language",
                "removed_chars",
                "text",
            ],
            Self::Removed => &["article_id", "start", "end", "reason", "text"],
            Self::Sentences => &["article_id", "sentence", "start", "end", "text"],
            Self::Entities => &[
                "article_id",
                "sentence",
                "start",
                "end",
                "label",
                "score",
                "text",
            ],
            Self::Sentiment => &["article_id", "level", "index", "label", "score"],
            Self::Summaries => &["article_id", "backend", "sentences", "text"],
            Self::Duplicates => &["article_id", "of", "similarity"],
            Self::Skipped => &["article_id", "source", "reason"],
            Self::Failures => &["article_id", "source", "stage", "error"],
        }
    }

    fn file(self, compression: Compression) -> String {
        format!("{}.csv{}", self.name(), compression.suffix())
    }
}

/// An article, or a piece of the input, that is in no other table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The stage that failed, or `input`.
    pub stage: &'static str,
    /// What failed, and why.
    pub failure: Failure,
}

/// An article that the config wants left out.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// The article, with the layers it had by then.
    pub document: Document,
    /// Why.
    pub reason: String,
}

/// An article that is a copy of an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// The copy.
    pub id: String,
    /// The earlier article.
    pub of: String,
    /// How similar the two are, from 0 to 1.
    pub similarity: f64,
}

/// A table of a complete run, as `run.json` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableRecord {
    /// The name of the table's file in the output folder.
    pub file: String,
    /// How many rows it has, the header left out.
    pub rows: u64,
}

/// Rows of each table: the bytes that will stand in it, and how many rows they are.
pub(crate) struct Rows([(Vec<u8>, u64); TABLES]);

/// How many tables there are.
const TABLES: usize = Table::ALL.len();

/// Turns documents into rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renderer {
    delimiter: Delimiter,
    summarizer: &'static str,
}

impl Renderer {
    pub(crate) fn new(config: &Config, summarizer: &'static str) -> Self {
        Self {
            delimiter: config.delimiter,
            summarizer,
        }
    }

    /// Returns the rows of some documents, in their order.
    pub(crate) fn documents(self, documents: &[Document]) -> Rows {
        self.rows(|tables| {
            documents
                .iter()
                .try_for_each(|document| self.document(document, tables))
        })
    }

    /// Returns the rows of some articles that are copies, were left out or failed, each in their order.
    pub(crate) fn rest(
        self,
        duplicates: &[Duplicate],
        skipped: &[Skipped],
        failures: &[Failed],
    ) -> Rows {
        self.rows(|[.., copies, skips, fails]| {
            duplicates
                .iter()
                .try_for_each(|Duplicate { id, of, similarity }| {
                    copies.write_record([id, of, &format!("{similarity:.3}")])
                })?;
            skipped
                .iter()
                .try_for_each(|Skipped { document, reason }| {
                    skips.write_record([&document.id, &document.source, reason])
                })?;
            failures.iter().try_for_each(|Failed { stage, failure }| {
                fails.write_record([&failure.id, &failure.source, *stage, &failure.error])
            })
        })
    }

    /// Returns the first row of every table, which counts as none.
    fn headers(self) -> Rows {
        self.rows(|writers| {
            let mut tables = Table::ALL.iter().zip(writers);
            tables.try_for_each(|(table, writer)| writer.csv.write_record(table.columns()))
        })
    }

    fn rows(self, write: impl FnOnce(&mut [Writer; TABLES]) -> csv::Result<()>) -> Rows {
        let delimiter = self.delimiter.byte();
        let mut writers = Table::ALL.map(|_| Writer {
            csv: csv::WriterBuilder::new()
                .delimiter(delimiter)
                .from_writer(Vec::new()),
            rows: 0,
        });
        write(&mut writers)
            .expect("every row of a table has its columns, and memory does not fail");
        Rows(writers.map(|writer| {
            (
                writer.csv.into_inner().expect("memory does not fail"),
                writer.rows,
            )
        }))
    }

    fn document(self, document: &Document, tables: &mut [Writer; TABLES]) -> csv::Result<()> {
        let [
            normalized,
            removed,
            sentences,
            entities,
            sentiment,
            summaries,
            ..,
        ] = tables;
        let Document { id, text, .. } = document;
        let shorter = text
            .source()
            .chars()
            .count()
            .saturating_sub(text.as_str().chars().count());
        normalized.write_record([
            id.as_str(),
            &document.source,
            document.title.as_deref().unwrap_or(""),
            document.date.as_deref().unwrap_or(""),
            document.language.as_deref().unwrap_or(""),
            &shorter.to_string(),
            text.as_str(),
        ])?;

        let mut chars = text.source_chars();
        for piece in &document.removed {
            let quoted = text.source().get(piece.source.range());
            removed.write_record([
                id.as_str(),
                &chars.at(piece.source.start).to_string(),
                &chars.at(piece.source.end).to_string(),
                &piece.reason,
                quoted.expect("what was removed lies on character boundaries"),
            ])?;
        }

        let mut chars = text.source_chars();
        for (index, &sentence) in document.sentences.iter().enumerate() {
            let source = text.to_source(sentence);
            sentences.write_record([
                id.as_str(),
                &index.to_string(),
                &chars.at(source.start).to_string(),
                &chars.at(source.end).to_string(),
                &text[sentence],
            ])?;
        }

        let mut chars = text.source_chars();
        for entity in &document.entities {
            let source = text.to_source(entity.span);
            let sentence = document.sentence_at(entity.span.start);
            entities.write_record([
                id.as_str(),
                &sentence.map(|index| index.to_string()).unwrap_or_default(),
                &chars.at(source.start).to_string(),
                &chars.at(source.end).to_string(),
                &entity.label,
                &score(entity.score),
                &text[entity.span],
            ])?;
        }

        for judgement in &document.sentiment {
            let (level, index) = judgement.level.parts();
            let polarity = judgement.polarity.as_str();
            sentiment.write_record([
                id,
                level,
                &index.to_string(),
                polarity,
                &score(judgement.score),
            ])?;
        }

        if !document.summary.is_empty() {
            let quoted: Vec<String> = document
                .summary
                .sentences
                .iter()
                .map(usize::to_string)
                .collect();
            summaries.write_record([
                id,
                self.summarizer,
                &quoted.join(" "),
                &document.summary.text,
            ])?;
        }
        Ok(())
    }
}

/// Rows of one table in the making.
struct Writer {
    csv: csv::Writer<Vec<u8>>,
    rows: u64,
}

impl Writer {
    fn write_record<T: AsRef<[u8]>>(
        &mut self,
        row: impl IntoIterator<Item = T>,
    ) -> csv::Result<()> {
        self.rows += 1;
        self.csv.write_record(row)
    }
}

/// Three digits, always.
fn score(score: f32) -> String {
    format!("{score:.3}")
}

/// A table that is being written.
struct Open {
    table: Table,
    path: PathBuf,
    sink: Sink,
    rows: u64,
}

impl Open {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.sink.write_all(bytes).map_err(|source| Error::Write {
            path: self.path.clone(),
            source,
        })
    }
}

/// The output folder while a run writes into it.
pub(crate) struct Output {
    config: Config,
    folder: PathBuf,
    tables: Vec<Open>,
    // Held until the end; a second run into the folder cannot take it.
    _lock: File,
}

impl Output {
    /// Makes the folder, checks that it is free, and begins every table with its header, but for those that
    /// are left out.
    pub(crate) fn create(
        config: &Config,
        folder: &Path,
        inputs: &[PathBuf],
        left_out: &[Table],
    ) -> Result<Self> {
        check_free(config, folder, inputs)?;
        let unfinished = folder.join(UNFINISHED);
        create_folder(&unfinished)?;
        let lock = lock(folder, &unfinished)?;
        let mut tables = Vec::with_capacity(TABLES);
        for table in Table::ALL.into_iter().filter(|t| !left_out.contains(t)) {
            let path = unfinished.join(table.file(config.compression));
            match Sink::create(&path, config.compression) {
                Ok(sink) => tables.push(Open {
                    table,
                    path,
                    sink,
                    rows: 0,
                }),
                Err(source) => return Err(Error::Write { path, source }),
            }
        }
        let mut output = Self {
            config: config.clone(),
            folder: folder.to_owned(),
            tables,
            _lock: lock,
        };
        if config.bom {
            output
                .tables
                .iter_mut()
                .try_for_each(|open| open.write("\u{FEFF}".as_bytes()))?;
        }
        output.write(&Renderer::new(config, "").headers())?;
        Ok(output)
    }

    /// Appends rows to the tables.
    pub(crate) fn write(&mut self, rows: &Rows) -> Result<()> {
        self.tables.iter_mut().try_for_each(|open| {
            let (bytes, rows) = &rows.0[open.table as usize];
            open.rows += rows;
            open.write(bytes)
        })
    }

    /// Completes the tables, adds the record, and gives all of them their names.
    ///
    /// `record` makes the record from those of the tables.
    pub(crate) fn finish<R: Serialize>(
        mut self,
        record: impl FnOnce(Vec<TableRecord>) -> R,
    ) -> Result<R> {
        let mut records = Vec::with_capacity(TABLES);
        for Open {
            table,
            path,
            sink,
            rows,
        } in std::mem::take(&mut self.tables)
        {
            records.push(TableRecord {
                file: table.file(self.config.compression),
                rows,
            });
            sink.finish()
                .map_err(|source| Error::Write { path, source })?;
        }
        let files: Vec<String> = records.iter().map(|record| record.file.clone()).collect();
        let record = record(records);
        let unfinished = self.folder.join(UNFINISHED);
        let path = unfinished.join(RECORD);
        let written = serde_json::to_string_pretty(&record)
            .map_err(io::Error::from)
            .and_then(|json| {
                File::create(&path).and_then(|mut file| {
                    file.write_all(json.as_bytes())?;
                    file.write_all(b"\n")?;
                    file.sync_all()
                })
            });
        written.map_err(|source| Error::Write { path, source })?;

        // The old record goes first and the new one comes last: no moment has a record beside foreign tables.
        for name in names() {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::Write { path, source });
                }
                _ => {}
            }
        }
        for name in files.iter().map(String::as_str).chain([RECORD]) {
            let path = self.folder.join(name);
            fs::rename(unfinished.join(name), &path)
                .map_err(|source| Error::Write { path, source })?;
        }
        fs::remove_dir_all(&unfinished).map_err(|source| Error::Write {
            path: unfinished,
            source,
        })?;
        Ok(record)
    }

    /// Removes everything that was written.
    pub(crate) fn discard(self) {
        // Nothing is to be done if this fails too: what remains is under `unfinished`, and says so.
        let _ = fs::remove_dir_all(self.folder.join(UNFINISHED));
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The names that runs use, the record first.
fn names() -> Vec<String> {
    let tables = Compression::ALL
        .into_iter()
        .flat_map(|compression| Table::ALL.map(|table| table.file(compression)));
    std::iter::once(RECORD.to_owned()).chain(tables).collect()
}

/// Checks that the tables can go into a folder, without making it.
///
/// # Errors
///
/// If the folder is a file, holds other files and may not be overwritten, or holds input.
pub fn check_free(config: &Config, folder: &Path, inputs: &[PathBuf]) -> Result<()> {
    let occupied = |message: String| {
        Err(Error::Occupied {
            folder: folder.to_owned(),
            message,
        })
    };
    let read = |source| Error::Read {
        path: folder.to_owned(),
        source,
    };
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(read(error)),
        Ok(metadata) if !metadata.is_dir() => {
            return occupied("expected a folder for the tables, found a file".into());
        }
        Ok(_) => {}
    }
    // A run must not read its own tables the second time.
    let absolute = folder.canonicalize().map_err(read)?;
    let inside = |input: &&PathBuf| {
        input
            .canonicalize()
            .is_ok_and(|input| input.starts_with(&absolute))
    };
    if let Some(input) = inputs.iter().find(inside) {
        return occupied(format!(
            "the output folder holds input ({}); choose another output folder",
            input.display()
        ));
    }
    if config.overwrite {
        return Ok(());
    }
    let ours = names();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let name = entry
            .map_err(read)?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name != UNFINISHED {
            found.push(name);
        }
    }
    found.sort();
    match found
        .iter()
        .find(|name| ours.contains(name))
        .or(found.first())
    {
        Some(name) if ours.contains(name) => occupied(format!(
            "the folder holds the tables of another run ({name}); choose another folder or allow `--overwrite`"
        )),
        Some(name) => occupied(format!(
            "the folder is not empty ({name}); choose a new one, or allow `--overwrite`, which replaces tables only"
        )),
        None => Ok(()),
    }
}

fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

fn lock(folder: &Path, unfinished: &Path) -> Result<File> {
    let path = unfinished.join("lock");
    let write = |source| Error::Write {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(write)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Occupied {
            folder: folder.to_owned(),
            message:
                "another run is writing into this folder; wait for it or choose another folder"
                    .into(),
        }),
        Err(TryLockError::Error(source)) => Err(write(source)),
    }
}

/// A file, compressed on the way.
enum Sink {
    None(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Sink {
    fn create(path: &Path, compression: Compression) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, File::create(path)?);
        Ok(match compression {
            Compression::None => Self::None(file),
            Compression::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => Self::Zstd(zstd::Encoder::new(file, 0)?),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::None(file) => file.write_all(bytes),
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::None(file) => file,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        file.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    }
}
