//! The tables: what a run leaves behind.
//!
//! A run writes into the folder `unfinished` within its output folder, and moves the tables to their
//! names when all of them are complete, `run.json` last. So a table under its own name is a whole one, and
//! a folder with `run.json` a whole run. Beside the tables the journal says how far they are good, so that a
//! run that was stopped, by whatever, can cut them there and go on.
//!
//! A compressed table is a row of members (frames), one for the rows of each chunk, so that it can be cut
//! between two of them. Programs that unpack read such files as one.

mod append;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use blattwerk_core::{Chars, Document, Reason, Text};
use blattwerk_state::Entry as Done;
use flate2::write::GzEncoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::index::{self, Entry};
use crate::input::Failure;
use crate::journal::{self, Checkpoint, Found, Identity, Journal, Length, State};
use crate::lock::{self, Lock, Refused};
use crate::state::Memory;
use crate::{Error, Result, utc};

/// The folder of a run that is not complete.
const UNFINISHED: &str = "unfinished";
/// The record of a run.
const RECORD: &str = "run.json";
/// The hashes of all ids that are taken, 16 bytes each, beside the tables of an unfinished run.
const IDS: &str = "ids";
/// What was done, for the state of scheduled runs, beside the tables of an unfinished run.
const DONE: &str = "done";

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
    Keywords,
    Sentiment,
    Summaries,
    Duplicates,
    Skipped,
    Failures,
}

impl Table {
    pub(crate) const ALL: [Self; 10] = [
        Self::Normalized,
        Self::Removed,
        Self::Sentences,
        Self::Entities,
        Self::Keywords,
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
            Self::Keywords => "keywords",
            Self::Sentiment => "sentiment",
            Self::Summaries => "summaries",
            Self::Duplicates => "duplicates",
            Self::Skipped => "skipped",
            Self::Failures => "failures",
        }
    }

    /// The columns, optional ones last.
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
            Self::Keywords => &["article_id", "rank", "score", "keyword", "start", "end"],
            Self::Sentiment => &["article_id", "level", "index", "label", "score", "reason"],
            Self::Summaries => &["article_id", "backend", "sentences", "text"],
            Self::Duplicates => &["article_id", "of", "similarity"],
            Self::Skipped => &["article_id", "source", "reason"],
            Self::Failures => &["article_id", "source", "stage", "error"],
        }
    }

    pub(crate) fn file(self, compression: Compression) -> String {
        format!("{}.csv{}", self.name(), compression.suffix())
    }
}

/// Which tables a run has, and with which columns: what its settings switch on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    has_duplicates: bool,
    has_keywords: bool,
    has_reasons: bool,
}

impl Layout {
    /// Returns the layout of the tables of merged settings that were checked.
    pub(crate) fn new(settings: &serde_json::Value) -> Self {
        let is_on = |stage: &str| {
            let backend = settings.pointer(&format!("/{stage}/backend"));
            backend.is_some_and(|backend| backend != "off")
        };
        let explain = settings.pointer("/sentiment/explain");
        Self {
            has_duplicates: is_on("dedup"),
            has_keywords: is_on("keywords"),
            // What is off may keep its keys.
            has_reasons: is_on("sentiment") && explain == Some(&true.into()),
        }
    }

    /// Returns the tables, in the order of the flow.
    pub(crate) fn tables(self) -> impl Iterator<Item = Table> {
        Table::ALL.into_iter().filter(move |table| match table {
            Table::Keywords => self.has_keywords,
            Table::Duplicates => self.has_duplicates,
            _ => true,
        })
    }

    fn columns(self, table: Table) -> &'static [&'static str] {
        match (table, table.columns()) {
            (Table::Sentiment, [columns @ .., _]) if !self.has_reasons => columns,
            (_, columns) => columns,
        }
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// The name of the table's file in the output folder.
    pub file: String,
    /// How many rows it has, the header left out.
    pub rows: u64,
}

/// Rows of each table: the bytes that will stand in it, and how many rows they are.
pub(crate) struct Rows {
    tables: [(Vec<u8>, u64); TABLES],
    /// What of that is of each article or failure.
    pub(crate) parts: Vec<[Length; TABLES]>,
}

impl Rows {
    /// Takes rows that were rendered before.
    pub(crate) fn rendered(tables: [(Vec<u8>, u64); TABLES]) -> Self {
        Self {
            tables,
            parts: Vec::new(),
        }
    }

    /// Returns the bytes of each table.
    pub(crate) fn into_bytes(self) -> [Vec<u8>; TABLES] {
        self.tables.map(|(bytes, _)| bytes)
    }
}

/// How many tables there are.
pub(crate) const TABLES: usize = Table::ALL.len();

/// Turns documents into rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renderer {
    delimiter: Delimiter,
    layout: Layout,
    summarizer: &'static str,
}

impl Renderer {
    pub(crate) fn new(config: &Config, layout: Layout, summarizer: &'static str) -> Self {
        Self {
            delimiter: config.delimiter,
            layout,
            summarizer,
        }
    }

    /// Returns the rows of some documents, in their order.
    pub(crate) fn documents(self, documents: &[Document]) -> Rows {
        self.rows(|tables, ends| {
            documents.iter().try_for_each(|document| {
                self.document(document, tables)?;
                end(tables, ends)
            })
        })
    }

    /// Returns the rows of some articles that are copies, were left out or failed, each in their order.
    pub(crate) fn rest(
        self,
        duplicates: &[Duplicate],
        skipped: &[Skipped],
        failures: &[Failed],
    ) -> Rows {
        self.rows(|tables, ends| {
            duplicates
                .iter()
                .try_for_each(|Duplicate { id, of, similarity }| {
                    let [.., copies, _, _] = tables;
                    copies.write_record([id, of, &format!("{similarity:.3}")])?;
                    end(tables, ends)
                })?;
            skipped
                .iter()
                .try_for_each(|Skipped { document, reason }| {
                    let [.., skips, _] = tables;
                    skips.write_record([&document.id, &document.source, reason])?;
                    end(tables, ends)
                })?;
            failures.iter().try_for_each(|Failed { stage, failure }| {
                let [.., fails] = tables;
                fails.write_record([&failure.id, &failure.source, *stage, &failure.error])?;
                end(tables, ends)
            })
        })
    }

    /// Returns the first row of every table, which counts as none.
    pub(crate) fn headers(self) -> Rows {
        self.rows(|writers, _| {
            let mut tables = Table::ALL.iter().zip(writers);
            tables.try_for_each(|(&table, writer)| {
                writer.csv.write_record(self.layout.columns(table))
            })
        })
    }

    /// Returns what is written; `write` also notes the lengths of all tables at the end of each part.
    fn rows(
        self,
        write: impl FnOnce(&mut [Writer; TABLES], &mut Vec<[Length; TABLES]>) -> csv::Result<()>,
    ) -> Rows {
        let delimiter = self.delimiter.byte();
        let mut writers = Table::ALL.map(|_| Writer {
            csv: csv::WriterBuilder::new()
                .delimiter(delimiter)
                .from_writer(Vec::new()),
            rows: 0,
        });
        let mut parts = Vec::new();
        write(&mut writers, &mut parts)
            .expect("every row of a table has its columns, and memory does not fail");
        let mut before = [Length::default(); TABLES];
        for part in &mut parts {
            let end = *part;
            for (length, before) in part.iter_mut().zip(before) {
                length.bytes -= before.bytes;
                length.rows -= before.rows;
            }
            before = end;
        }
        let tables = writers.map(|writer| {
            (
                writer.csv.into_inner().expect("memory does not fail"),
                writer.rows,
            )
        });
        Rows { tables, parts }
    }

    fn document(self, document: &Document, tables: &mut [Writer; TABLES]) -> csv::Result<()> {
        let [
            normalized,
            removed,
            sentences,
            entities,
            keywords,
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

        let mut chars = text.source_chars();
        for (rank, keyword) in document.keywords.iter().enumerate() {
            let source = text.to_source(keyword.span);
            keywords.write_record([
                id.as_str(),
                &rank.to_string(),
                &score(keyword.score),
                &text[keyword.span],
                &chars.at(source.start).to_string(),
                &chars.at(source.end).to_string(),
            ])?;
        }

        let mut chars = text.source_chars();
        for judgement in &document.sentiment {
            let (level, index) = judgement.level.parts();
            let (index, score) = (index.to_string(), score(judgement.score));
            let row = [id, level, &index, judgement.polarity.as_str(), &score];
            if self.layout.has_reasons {
                let reasons = reasons(text, &mut chars, &judgement.reasons);
                sentiment.write_record(row.into_iter().chain([reasons.as_str()]))?;
            } else {
                sentiment.write_record(row)?;
            }
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

/// Notes how long all tables are.
fn end(tables: &mut [Writer; TABLES], ends: &mut Vec<[Length; TABLES]>) -> csv::Result<()> {
    let mut lengths = [Length::default(); TABLES];
    for (table, length) in tables.iter_mut().zip(&mut lengths) {
        table.csv.flush()?;
        length.bytes = table.csv.get_ref().len() as u64;
        length.rows = table.rows;
    }
    ends.push(lengths);
    Ok(())
}

/// Three digits, always.
fn score(score: f32) -> String {
    format!("{score:.3}")
}

/// Writes reasons into one cell: `gut 12:15 +0.42 | nicht 6:11 -0.10`, each a word, its start and end, its weight.
fn reasons(text: &Text, chars: &mut Chars, reasons: &[Reason]) -> String {
    let shown = reasons.iter().map(|reason| {
        let source = text.to_source(reason.span);
        let (start, end) = (chars.at(source.start), chars.at(source.end));
        format!("{} {start}:{end} {:+.2}", &text[reason.span], reason.weight)
    });
    shown.collect::<Vec<_>>().join(" | ")
}

/// A file that is being written.
struct Open {
    path: PathBuf,
    sink: Sink,
    rows: u64,
}

impl Open {
    fn create(path: PathBuf, compression: Compression) -> Result<Self> {
        match Sink::create(&path, compression) {
            Ok(sink) => Ok(Self {
                path,
                sink,
                rows: 0,
            }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Goes on in a file that is cut to its first `length`.
    fn cut(path: PathBuf, compression: Compression, length: Length) -> Result<Self> {
        match Sink::cut(&path, compression, length.bytes) {
            Ok(sink) => Ok(Self {
                path,
                sink,
                rows: length.rows,
            }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    fn length(&self) -> Length {
        Length {
            bytes: self.sink.len,
            rows: self.rows,
        }
    }

    fn with_sink(&mut self, act: impl FnOnce(&mut Sink) -> io::Result<()>) -> Result<()> {
        act(&mut self.sink).map_err(|source| Error::Write {
            path: self.path.clone(),
            source,
        })
    }
}

/// Where the tables of a run go, and which it has.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) config: &'a Config,
    pub(crate) folder: &'a Path,
    pub(crate) layout: Layout,
    pub(crate) identity: &'a Identity,
    /// Whether it writes down what was done, for the state of scheduled runs.
    pub(crate) has_state: bool,
    /// How often the journal is written, at most.
    pub(crate) every: Duration,
}

/// The output folder while a run writes into it.
pub(crate) struct Output {
    config: Config,
    folder: PathBuf,
    layout: Layout,
    tables: Vec<(Table, Open)>,
    ids: Open,
    index: Open,
    /// What was done, for the state of scheduled runs.
    done: Option<Open>,
    started: String,
    journal: Journal,
    /// How often the journal is written, at most.
    every: Duration,
    /// When it was.
    written: Instant,
    /// What that took, all in all.
    journalled: Duration,
    /// What it does not have yet.
    pending: Option<State>,
    // Held until the end; a second run into the folder cannot take it.
    _lock: Lock,
}

impl Output {
    /// Makes the folder, checks that it is free, and begins every table with its header.
    ///
    /// What an unfinished run left there is thrown away if `restart` says so, otherwise the folder is not
    /// free.
    pub(crate) fn create(target: Target<'_>, inputs: &[PathBuf], restart: bool) -> Result<Self> {
        let Target {
            config,
            folder,
            layout,
            identity,
            ..
        } = target;
        check_room(config, folder, inputs)?;
        let unfinished = folder.join(UNFINISHED);
        let lock = lock(folder)?;
        if !restart {
            check_unfinished(folder)?;
        }
        // Two runs into one folder differ by it.
        let started = utc::nanoseconds(SystemTime::now());
        let create = || {
            // Without its journal, what is left of another run is nothing.
            remove(&unfinished.join(journal::FILE))?;
            let mut tables = Vec::with_capacity(TABLES);
            for table in layout.tables() {
                let path = unfinished.join(table.file(config.compression));
                remove(&merged(&path))?;
                tables.push((table, Open::create(path, config.compression)?));
            }
            let done = unfinished.join(DONE);
            remove(&done)?;
            let done = target.has_state.then_some(done);
            let mut output = Self {
                config: config.clone(),
                folder: folder.to_owned(),
                layout,
                tables,
                ids: Open::create(unfinished.join(IDS), Compression::None)?,
                index: Open::create(unfinished.join(index::FILE), Compression::None)?,
                done: done
                    .map(|path| Open::create(path, Compression::None))
                    .transpose()?,
                journal: Journal::create(&unfinished, identity.clone(), started.clone())?,
                started,
                every: target.every,
                written: Instant::now(),
                journalled: Duration::ZERO,
                pending: None,
                _lock: lock,
            };
            if config.bom {
                output.tables.iter_mut().try_for_each(|(_, open)| {
                    open.with_sink(|sink| sink.write_all("\u{FEFF}".as_bytes()))
                })?;
            }
            output.write(&Renderer::new(config, layout, "").headers())?;
            output.end_chunk(State::default(), &[], &[], &[])?;
            sync_folder(&unfinished)?;
            output.commit()?;
            let parent = folder.parent().filter(|path| !path.as_os_str().is_empty());
            [folder, parent.unwrap_or(Path::new("."))]
                .into_iter()
                .try_for_each(sync_folder)?;
            Ok(output)
        };
        create().inspect_err(|_| discard(folder))
    }

    /// Goes on where the journal of an unfinished run stops: cuts every table to what it says.
    ///
    /// Returns what the run carries, and the ids that were taken.
    pub(crate) fn go_on(target: Target<'_>, memory: Option<&mut Memory>) -> Result<Resumed> {
        let Target {
            config,
            folder,
            layout,
            ..
        } = target;
        let unfinished = folder.join(UNFINISHED);
        let lock = lock(folder)?;
        let found = Found::read(&unfinished)?.ok_or_else(|| Error::Occupied {
            folder: folder.to_owned(),
            message: "another process has finished the run meanwhile".into(),
        })?;
        check_same(folder, &found, target.identity)?;
        if found.is_complete {
            let tables: Vec<Table> = layout.tables().collect();
            return publish(config, folder, &tables, memory)
                .map(|json| Resumed::Complete(Box::new(json)));
        }
        let journal = Journal::go_on(&unfinished, &found)?;
        let started = found.started.clone();
        let Checkpoint {
            state,
            tables,
            ids,
            index,
            done,
        } = found.last;
        let mut open = Vec::with_capacity(TABLES);
        for (table, length) in layout.tables().zip(tables) {
            let path = unfinished.join(table.file(config.compression));
            open.push((table, Open::cut(path, config.compression, length)?));
        }
        let length = Length {
            bytes: ids,
            rows: 0,
        };
        let path = unfinished.join(IDS);
        let ids = Open::cut(path.clone(), Compression::None, length)?;
        let done = target
            .has_state
            .then(|| {
                let length = Length {
                    bytes: done,
                    rows: 0,
                };
                Open::cut(unfinished.join(DONE), Compression::None, length)
            })
            .transpose()?;
        let taken = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let (taken, _) = taken.as_chunks();
        let length = Length {
            bytes: index,
            rows: 0,
        };
        let index = Open::cut(unfinished.join(index::FILE), Compression::None, length)?;
        let output = Self {
            config: config.clone(),
            folder: folder.to_owned(),
            layout,
            tables: open,
            ids,
            index,
            done,
            started,
            journal,
            every: target.every,
            written: Instant::now(),
            journalled: state.journalled,
            pending: None,
            _lock: lock,
        };
        Ok(Resumed::Unfinished {
            output: Box::new(output),
            state: Box::new(state),
            ids: taken.iter().map(|id| u128::from_le_bytes(*id)).collect(),
        })
    }

    /// Appends rows to the tables.
    pub(crate) fn write(&mut self, rows: &Rows) -> Result<()> {
        self.tables.iter_mut().try_for_each(|(table, open)| {
            let (bytes, rows) = &rows.tables[*table as usize];
            open.rows += rows;
            open.with_sink(|sink| sink.write_all(bytes))
        })
    }

    /// Returns when the run began, in UTC.
    pub(crate) fn started(&self) -> &str {
        &self.started
    }

    /// Ends a chunk, from which a run can go on: with what is carried on from it, the ids that it took, what rows
    /// came of what, and what it did.
    pub(crate) fn end_chunk(
        &mut self,
        state: State,
        ids: &[u128],
        entries: &[Entry],
        done: &[Done],
    ) -> Result<()> {
        let mut index = Vec::new();
        for entry in entries {
            entry.write(&mut index);
        }
        self.index.with_sink(|sink| sink.write_all(&index))?;
        if let Some(open) = &mut self.done {
            let done: Vec<u8> = done.iter().flat_map(|done| done.to_bytes()).collect();
            open.with_sink(|sink| sink.write_all(&done))?;
        }
        let ids: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        self.ids.with_sink(|sink| sink.write_all(&ids))?;
        self.tables
            .iter_mut()
            .try_for_each(|(_, open)| open.with_sink(Sink::end_member))?;
        self.pending = Some(state);
        if self.written.elapsed() >= self.every {
            self.commit()?;
        }
        Ok(())
    }

    /// Brings everything up to the end of the last chunk to disk, and then the journal that says so.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let Some(mut state) = self.pending.take() else {
            return Ok(());
        };
        let started = Instant::now();
        state.journalled = self.journalled;
        let tables = self.tables.iter_mut().map(|(_, open)| open);
        let rest = [&mut self.ids, &mut self.index];
        for open in tables.chain(rest).chain(&mut self.done) {
            open.with_sink(Sink::sync)?;
        }
        self.journal.checkpoint(Checkpoint {
            state,
            tables: self.tables.iter().map(|(_, open)| open.length()).collect(),
            ids: self.ids.sink.len,
            index: self.index.sink.len,
            done: self.done.as_ref().map_or(0, |open| open.sink.len),
        })?;
        self.written = Instant::now();
        self.journalled += started.elapsed();
        Ok(())
    }

    /// Returns how long the journal and bringing the tables to disk took so far.
    pub(crate) fn journalled(&self) -> Duration {
        self.journalled
    }

    /// Completes the tables, adds the record, and gives all of them their names.
    ///
    /// `record` makes the record from those of the tables.
    pub(crate) fn finish<R: Serialize>(
        mut self,
        memory: Option<&mut Memory>,
        record: impl FnOnce(Vec<TableRecord>) -> R,
    ) -> Result<R> {
        self.commit()?;
        if memory.as_ref().is_some_and(|memory| memory.appends()) {
            append::merge(&self.config, &self.folder, self.layout, &mut self.tables)?;
        }
        let records = self.tables.iter().map(|(table, open)| TableRecord {
            file: table.file(self.config.compression),
            rows: open.rows,
        });
        let record = record(records.collect());
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
        sync_folder(&unfinished)?;
        self.journal.complete()?;
        let tables: Vec<Table> = self.tables.iter().map(|(table, _)| *table).collect();
        publish(&self.config, &self.folder, &tables, memory)?;
        Ok(record)
    }
}

/// An unfinished run that is gone on with.
pub(crate) enum Resumed {
    /// Only its tables did not have their names: the record, as JSON.
    Complete(Box<serde_json::Value>),
    Unfinished {
        output: Box<Output>,
        state: Box<State>,
        ids: Vec<u128>,
    },
}

/// Gives the tables of a complete run their names, as far as they do not have them, and returns its record.
///
/// The old record goes first and the new one comes last: no moment has a record beside foreign tables. Each
/// step can be done again, so it does not matter where an earlier attempt stopped.
fn publish(
    config: &Config,
    folder: &Path,
    tables: &[Table],
    memory: Option<&mut Memory>,
) -> Result<serde_json::Value> {
    let unfinished = folder.join(UNFINISHED);
    let ours: Vec<String> = tables
        .iter()
        .map(|table| table.file(config.compression))
        .chain([index::FILE.to_owned(), RECORD.to_owned()])
        .collect();
    if unfinished.join(RECORD).exists() {
        remove(&folder.join(RECORD))?;
        // Those with our names are replaced.
        for name in names().iter().filter(|name| !ours.contains(name)) {
            remove(&folder.join(name))?;
        }
        if memory.as_ref().is_some_and(|memory| memory.appends()) {
            // It knows only the rows of this run.
            remove(&unfinished.join(index::FILE))?;
            remove(&folder.join(index::FILE))?;
        }
        for name in &ours {
            let path = folder.join(name);
            let ours = unfinished.join(name);
            let mut source = merged(&ours);
            if source.exists() {
                // It holds the rows of the run too. The order of the two steps matters if this is done again.
                remove(&ours)?;
            } else {
                source = ours;
            }
            match fs::rename(source, &path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::Write { path, source });
                }
                _ => {}
            }
        }
        sync_folder(folder)?;
    }
    let record = read_record(folder)?.ok_or_else(|| Error::Read {
        path: folder.join(RECORD),
        source: io::ErrorKind::NotFound.into(),
    });
    let done = unfinished.join(DONE);
    if let (Some(memory), true, Ok(record)) = (memory, done.exists(), &record) {
        memory.record(folder, &done, record)?;
    }
    // The journal goes before the lock, so that nobody goes on with what is no more.
    for name in [IDS, DONE, journal::FILE, lock::FILE] {
        remove(&unfinished.join(name))?;
    }
    match fs::remove_dir(&unfinished) {
        // The next run has come already, or something foreign is in it.
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
        Err(source) => {
            return Err(Error::Write {
                path: unfinished,
                source,
            });
        }
        Ok(()) => {}
    }
    record
}

/// Reads the articles of an unfinished run back, some at a time, but for those that are copies of others.
///
/// They have their id and normalized text, in the order of the table.
pub(crate) fn originals(
    config: &Config,
    folder: &Path,
    each: &mut dyn FnMut(&[Document]),
) -> Result<()> {
    const TOGETHER: usize = 1000;
    let open = |table: Table| -> Result<(PathBuf, csv::Reader<Box<dyn Read>>)> {
        let path = folder.join(UNFINISHED).join(table.file(config.compression));
        let rows = append::read(&path, config)?;
        Ok((path, rows))
    };
    let read = |path: &Path, error: csv::Error| Error::Read {
        path: path.to_owned(),
        source: error.into(),
    };
    let mut copies = HashSet::new();
    let (path, mut rows) = open(Table::Duplicates)?;
    for row in rows.records() {
        let row = row.map_err(|error| read(&path, error))?;
        copies.extend(row.get(0).map(str::to_owned));
    }
    let (path, mut rows) = open(Table::Normalized)?;
    let mut documents = Vec::with_capacity(TOGETHER);
    for row in rows.records() {
        let row = row.map_err(|error| read(&path, error))?;
        let (Some(id), Some(text)) = (row.get(0), row.iter().next_back()) else {
            continue;
        };
        if !copies.contains(id) {
            documents.push(Document::new(id, text));
        }
        if documents.len() == TOGETHER {
            each(&documents);
            documents.clear();
        }
    }
    each(&documents);
    Ok(())
}

/// Returns the record of the complete run in a folder, if there is one.
pub(crate) fn read_record(folder: &Path) -> Result<Option<serde_json::Value>> {
    let path = folder.join(RECORD);
    let content = match fs::read(&path) {
        Ok(content) => content,
        Err(error) if journal::is_absent(&error) => return Ok(None),
        Err(source) => return Err(Error::Read { path, source }),
    };
    let parsed = serde_json::from_slice(&content).map_err(io::Error::from);
    let parsed = parsed.map_err(|source| Error::Read { path, source })?;
    Ok(Some(parsed))
}

/// Returns the journal of the unfinished run in a folder, if there is one.
///
/// # Errors
///
/// If another process has the lock of the folder, or the journal cannot be read.
pub(crate) fn unfinished(folder: &Path) -> Result<Option<Found>> {
    let unfinished = folder.join(UNFINISHED);
    if let Some(holder) = Lock::holder(&unfinished) {
        return Err(held(folder, &holder));
    }
    Found::read(&unfinished)
}

/// Checks that no unfinished run is in the way.
fn check_unfinished(folder: &Path) -> Result<()> {
    let unfinished = folder.join(UNFINISHED);
    match Found::read(&unfinished)? {
        // All that was left to do was to clean up.
        Some(found) if found.is_complete && !unfinished.join(RECORD).exists() => Ok(()),
        // Merging begins again whenever it is asked for.
        Some(found) if found.identity.is_merge() => Ok(()),
        Some(found) => Err(Error::Occupied {
            folder: folder.to_owned(),
            message: format!(
                "holds an unfinished run, begun {} and stopped after {} articles; go on with `--resume`, or \
                 begin again with `--restart`",
                found.begun(),
                found.last.state.progress.articles
            ),
        }),
        None => Ok(()),
    }
}

/// Checks that an unfinished run is the same as the one that would go on with it.
pub(crate) fn check_same(folder: &Path, found: &Found, identity: &Identity) -> Result<()> {
    let differences = found.identity.differences(identity);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Error::Changed {
        folder: folder.to_owned(),
        started: found.begun(),
        differences: differences.join("; "),
    })
}

/// The place of a table to which the rows of earlier runs were added.
fn merged(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".merged");
    name.into()
}

/// Tells whether a folder holds an unfinished run.
pub(crate) fn has_unfinished(folder: &Path) -> bool {
    folder.join(UNFINISHED).join(journal::FILE).exists()
}

/// Removes everything that a run wrote into a folder.
fn discard(folder: &Path) {
    // Nothing is to be done if this fails too: what remains is under `unfinished`, and says so.
    let _ = fs::remove_dir_all(folder.join(UNFINISHED));
    let _ = fs::remove_dir(folder);
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Write {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Brings the names in a folder to disk.
fn sync_folder(folder: &Path) -> Result<()> {
    // Elsewhere a folder cannot be opened.
    if !cfg!(unix) {
        return Ok(());
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| Error::Write {
        path: folder.to_owned(),
        source,
    })
}

/// The names that runs use, the record first.
fn names() -> Vec<String> {
    let tables = Compression::ALL
        .into_iter()
        .flat_map(|compression| Table::ALL.map(|table| table.file(compression)));
    let beside = [RECORD, index::FILE].map(str::to_owned);
    beside.into_iter().chain(tables).collect()
}

/// Checks that rows can be added to the tables of a folder: that they are written as the config says.
pub(crate) fn check_format(settings: &serde_json::Value, folder: &Path) -> Result<()> {
    append::check(settings, folder)
}

/// Checks that the tables of a new run can go into a folder, without making it.
///
/// # Errors
///
/// If the folder is a file, holds other files and may not be overwritten, holds input or an unfinished run,
/// or another run is writing into it.
pub fn check_free(config: &Config, folder: &Path, inputs: &[PathBuf]) -> Result<()> {
    unfinished(folder)?;
    check_unfinished(folder)?;
    check_room(config, folder, inputs)
}

/// The same, whatever run is unfinished there.
pub(crate) fn check_room(config: &Config, folder: &Path, inputs: &[PathBuf]) -> Result<()> {
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

/// Takes the lock of a folder.
fn lock(folder: &Path) -> Result<Lock> {
    let unfinished = folder.join(UNFINISHED);
    loop {
        create_folder(&unfinished)?;
        return match Lock::take(&unfinished) {
            Ok(lock) => Ok(lock),
            // The run that had the lock was just done, and cleaned up.
            Err(Refused::Io(error)) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(Refused::Io(source)) => Err(Error::Write {
                path: unfinished.join(lock::FILE),
                source,
            }),
            Err(Refused::Held(holder)) => Err(held(folder, &holder)),
        };
    }
}

fn held(folder: &Path, holder: &str) -> Error {
    Error::Occupied {
        folder: folder.to_owned(),
        message: format!(
            "another run is writing into this folder ({holder}); wait for it or choose another folder"
        ),
    }
}

/// A file, compressed on the way.
struct Sink {
    file: BufWriter<File>,
    compression: Compression,
    /// The rows of the member that is open. They are compressed at once, since what a compressor makes of
    /// them may depend on the pieces in which they are handed over.
    member: Vec<u8>,
    /// The bytes of all that went into the file.
    len: u64,
    is_synced: bool,
}

impl Sink {
    fn new(file: File, compression: Compression, len: u64) -> Self {
        Self {
            file: BufWriter::with_capacity(1 << 16, file),
            compression,
            member: Vec::new(),
            len,
            is_synced: false,
        }
    }

    fn create(path: &Path, compression: Compression) -> io::Result<Self> {
        Ok(Self::new(File::create(path)?, compression, 0))
    }

    /// Opens a file that is at least so long, and cuts off what is behind that.
    fn cut(path: &Path, compression: Compression, len: u64) -> io::Result<Self> {
        let mut file = File::options().write(true).open(path)?;
        let found = file.metadata()?.len();
        if found < len {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the journal says that it has {len} bytes, found {found}; begin again with `--restart`"
                ),
            ));
        }
        file.set_len(len)?;
        file.seek(SeekFrom::Start(len))?;
        Ok(Self::new(file, compression, len))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.compression == Compression::None {
            return self.append(bytes);
        }
        self.member.extend_from_slice(bytes);
        Ok(())
    }

    /// Ends the member that is open, a part of a compressed file that can be unpacked alone; nothing makes
    /// none.
    fn end_member(&mut self) -> io::Result<()> {
        if self.member.is_empty() {
            return Ok(());
        }
        let bytes = match self.compression {
            Compression::None => return Ok(()),
            Compression::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(&self.member)?;
                encoder.finish()?
            }
            Compression::Zstd => {
                let mut encoder = zstd::Encoder::new(Vec::new(), 0)?;
                encoder.write_all(&self.member)?;
                encoder.finish()?
            }
        };
        self.member.clear();
        self.append(&bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.is_synced = false;
        self.len += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Brings all ended members to disk.
    fn sync(&mut self) -> io::Result<()> {
        if !self.is_synced {
            self.file.flush()?;
            self.file.get_ref().sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            version: "1".into(),
            settings: serde_json::json!({}),
            models: [].into(),
            limit: None,
            shard: None,
            inputs: Vec::new(),
        }
    }

    fn target<'a>(config: &'a Config, folder: &'a Path, identity: &'a Identity) -> Target<'a> {
        Target {
            config,
            folder,
            layout: Layout::default(),
            identity,
            has_state: false,
            every: Duration::ZERO,
        }
    }

    fn begun(config: &Config, folder: &Path) -> Output {
        Output::create(target(config, folder, &identity()), &[], false).unwrap()
    }

    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                let content = fs::read_to_string(entry.path()).unwrap_or_default();
                (entry.file_name().into_string().unwrap(), content)
            })
            .collect();
        files.sort();
        files
    }

    /// The tables get their names one by one, and the process may be killed between any two steps.
    #[test]
    fn a_crash_between_two_renames_is_made_good() {
        let config = Config {
            overwrite: true,
            ..Config::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole");
        begun(&config, &whole).finish(None, |_| 7).unwrap();
        let expected = files(&whole);
        let ours: Vec<String> = expected.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(
            ours.len(),
            TABLES,
            "two are left out, the record and the index come on top"
        );

        for moved in 0..=ours.len() {
            let folder = folder.path().join(moved.to_string());
            fs::create_dir(&folder).unwrap();
            for name in ["run.json", "normalized.csv", "duplicates.csv"] {
                fs::write(folder.join(name), "old").unwrap();
            }
            let mut output = begun(&config, &folder);
            let unfinished = folder.join(UNFINISHED);
            fs::write(unfinished.join(RECORD), "7\n").unwrap();
            output.commit().unwrap();
            output.journal.complete().unwrap();
            drop(output);
            // The record is moved last.
            let order = ours.iter().filter(|name| *name != RECORD);
            for name in order.map(String::as_str).chain([RECORD]).take(moved) {
                let _ = fs::remove_file(folder.join(RECORD));
                fs::rename(unfinished.join(name), folder.join(name)).unwrap();
            }
            let is_free = check_free(&config, &folder, &[]).is_ok();
            assert_eq!(is_free, moved == ours.len(), "only the cleaning up is left");
            let resumed = Output::go_on(target(&config, &folder, &identity()), None).unwrap();
            let Resumed::Complete(record) = resumed else {
                panic!("the run is complete");
            };
            assert_eq!(*record, 7);
            let mut found = files(&folder);
            // What was moved last has removed the old files, as it does in one go.
            if moved == ours.len() {
                found.retain(|(name, _)| name != "duplicates.csv");
            }
            assert_eq!(found, expected, "{moved} files were moved");
        }
    }

    #[test]
    fn members_can_be_cut_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        for compression in Compression::ALL {
            let path = folder.path().join(format!("a{}", compression.suffix()));
            let mut sink = Sink::create(&path, compression).unwrap();
            let mut lens = vec![0];
            for part in ["eins", "", "zwei", "drei"] {
                sink.write_all(part.as_bytes()).unwrap();
                sink.end_member().unwrap();
                lens.push(sink.len);
            }
            sink.sync().unwrap();
            let whole = fs::read(&path).unwrap();
            assert_eq!(whole.len() as u64, sink.len);
            assert_eq!(lens[1], lens[2], "nothing makes no member");

            let mut sink = Sink::cut(&path, compression, lens[2]).unwrap();
            for part in ["zwei", "drei"] {
                sink.write_all(part.as_bytes()).unwrap();
                sink.end_member().unwrap();
            }
            sink.sync().unwrap();
            assert!(fs::read(&path).unwrap() == whole);
            assert!(Sink::cut(&path, compression, sink.len + 1).is_err());
        }
    }

    #[test]
    fn how_rows_are_handed_over_does_not_show() {
        let mut state = 1_u32;
        let mut text = String::new();
        while text.len() < 300_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text += ["Köln", "Wetter", "ist", "der", "naß"][(state >> 16) as usize % 5];
            text += &(state >> 20).to_string();
        }
        let folder = tempfile::tempdir().unwrap();
        for compression in Compression::ALL {
            let written = |size: usize| {
                let path = folder.path().join("a");
                let mut sink = Sink::create(&path, compression).unwrap();
                for piece in text.as_bytes().chunks(size) {
                    sink.write_all(piece).unwrap();
                }
                sink.end_member().unwrap();
                sink.sync().unwrap();
                fs::read(path).unwrap()
            };
            let whole = written(text.len());
            for size in [100, 1000, 7777, 100_000] {
                assert!(
                    written(size) == whole,
                    "{compression:?} in pieces of {size}"
                );
            }
        }
    }
}
