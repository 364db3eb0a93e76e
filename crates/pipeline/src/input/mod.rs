//! Reads dumps of articles: files, folders and globs, as a stream of documents.
//!
//! What a file holds is recognized by its content: first the compression, then the encoding, then the
//! format; names only help to say what is wrong. Nothing is lost in silence. What cannot become an article
//! is an [`Item::Failure`] with its place, and reading goes on behind it.
//!
//! The layers, from the disk upwards, each a file here: `files` finds them, `bytes` unpacks them,
//! `encoding` makes them UTF-8, `window` gives lines within bounded memory, `recognize` chooses the format,
//! and `text`, `jsonl` and `csv` read it. `fields` knows what a field is called, `fault` what goes wrong.

mod bytes;
mod csv;
mod encoding;
mod fault;
mod fields;
mod files;
mod jsonl;
mod recognize;
#[cfg(test)]
mod tests;
mod text;
mod window;

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use blattwerk_core::{Document, Error, Result};
use schemars::JsonSchema;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

pub use self::fields::Fields;
pub use self::files::File;

use self::bytes::Compression;
use self::encoding::Decoding;
use self::fault::Fault;
use self::fields::{Names, Role};
use self::recognize::Shape;
use self::window::Window;

/// What is read, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Files, folders and globs such as `dump/*.jsonl.zst`, read in this order. Folders are read with all
    /// that is below them, sorted by name; hidden files are left out. A file is read once, however often it
    /// is named. gzip, zstd, bzip2 and xz are recognized by content.
    pub paths: Vec<String>,
    /// What the files hold: `auto` (the default) looks at each, `text` takes each as one article, `jsonl`
    /// has an object a line, `csv` has a header line and an article a record.
    pub format: Format,
    /// The character between the columns of a CSV file. Without it, comma, semicolon and tab are tried.
    pub delimiter: Option<char>,
    /// The encoding: `auto` (the default) reads UTF-8, UTF-16 with a byte order mark, and finds out others
    /// for each article; a label such as `windows-1252` or `utf-16le` reads all files so that have no byte
    /// order mark. What cannot be decoded without loss is a failure.
    pub encoding: String,
    /// The size in bytes up to which an article, or the record it is in, is read; a larger one is a
    /// failure. The default is 67108864 (64 MiB). It bounds the memory that reading takes.
    pub max_bytes: u64,
    /// The names of the fields of JSON Lines and the columns of CSV.
    pub fields: Fields,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            format: Format::default(),
            delimiter: None,
            encoding: "auto".into(),
            max_bytes: 64 << 20,
            fields: Fields::default(),
        }
    }
}

/// What files hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Each file is looked at.
    #[default]
    Auto,
    /// A file is an article.
    Text,
    /// A line is an article: a JSON object.
    Jsonl,
    /// A record is an article, after a header line.
    Csv,
}

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

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The file.
    pub path: String,
    /// Its size on disk.
    pub size: u64,
    /// `gzip`, `zstd`, `bzip2`, `xz`, or nothing.
    pub compression: Option<&'static str>,
    /// `text`, `jsonl` or `csv`; nothing if it cannot be read.
    pub format: Option<&'static str>,
    /// The encoding of its beginning.
    pub encoding: Option<String>,
    /// The character between the columns of a CSV file.
    pub delimiter: Option<char>,
    /// What is read from which field or column: pairs of `id`, `text`, `title`, `date` or `language`, and
    /// the name in the file. What is not in the file is left out.
    pub fields: Vec<(&'static str, String)>,
    /// Why it cannot be read.
    pub error: Option<String>,
}

/// The files of a run, found and ready to be read.
#[derive(Debug, Clone)]
pub struct Inputs {
    files: Arc<[File]>,
    options: Arc<Options>,
    bytes_read: Arc<AtomicU64>,
}

/// The checked config.
#[derive(Debug)]
struct Options {
    format: Format,
    delimiter: Option<u8>,
    decoding: Decoding,
    max_bytes: usize,
    names: Names,
}

impl Inputs {
    /// Finds the files of a config; its paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if a value makes no sense, a path does not exist, or a folder or a glob gives no
    /// file. Files that cannot be read are no error here; they come as failures.
    pub fn open(config: &Config, root: &Path) -> Result<Self> {
        let options = Options {
            format: config.format,
            delimiter: config.delimiter.map(delimiter).transpose()?,
            decoding: Decoding::new(&config.encoding)?,
            max_bytes: match usize::try_from(config.max_bytes) {
                Ok(0) => return Err(setting("input.max_bytes", "at least 1", "0")),
                Ok(bytes) => bytes,
                Err(_) => usize::MAX,
            },
            names: Names::new(&config.fields)?,
        };
        Ok(Self {
            files: files::find(&config.paths, root)?.into(),
            options: Arc::new(options),
            bytes_read: Arc::default(),
        })
    }

    /// Returns the size of all files on disk.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// Returns the files in the order in which they are read.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Returns the counter of the bytes read from disk, which grows up to [`Inputs::total_bytes`] while
    /// the items are taken.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Looks at the beginning of each file and tells what it is.
    pub fn describe(&self) -> impl Iterator<Item = Described> + '_ {
        self.files.iter().map(|file| self.describe_file(file))
    }

    fn describe_file(&self, file: &File) -> Described {
        let mut described = Described {
            path: file.name(),
            size: file.size,
            compression: None,
            format: None,
            encoding: None,
            delimiter: None,
            fields: Vec::new(),
            error: None,
        };
        if let Err(fault) = describe(file, &self.options, &mut described) {
            described.error = Some(fault.chain());
        }
        described
    }

    /// Reads the files, one after the other.
    pub fn items(&self) -> Items {
        self.bytes_read.store(0, Ordering::Relaxed);
        Items {
            inputs: self.clone(),
            next: 0,
            reading: None,
            buffer: Vec::new(),
            done_bytes: 0,
            ids: HashSet::new(),
            new_ids: Vec::new(),
            count: 0,
            taking: Taking::All,
        }
    }

    /// Goes on reading at a place of [`Items::position`], before which there were `count` items and `ids` were
    /// taken.
    ///
    /// A plain file is entered where reading stopped; a packed or converted one is unpacked from its
    /// beginning.
    ///
    /// # Errors
    ///
    /// If the input is not what it was, so that there is no such place in it.
    pub fn items_from(
        &self,
        position: Position,
        count: usize,
        ids: impl IntoIterator<Item = u128>,
    ) -> io::Result<Items> {
        let mut items = self.items();
        items.count = count;
        items.ids = ids.into_iter().collect();
        let before = self.files.get(..position.file);
        items.done_bytes = before
            .ok_or_else(|| io::Error::other("there are not as many files any more"))?
            .iter()
            .map(|file| file.size)
            .sum();
        self.bytes_read.store(items.done_bytes, Ordering::Relaxed);
        items.next = position.file;
        if position.offset > 0 {
            let file = self.files.get(position.file);
            items.enter(
                file.ok_or_else(|| io::Error::other("the file is gone"))?,
                position,
            )?;
        }
        Ok(items)
    }
}

/// Which items of the input are taken; all are read.
#[derive(Debug, Clone, Default)]
pub enum Taking {
    /// All.
    #[default]
    All,
    /// Those of a share.
    Share(Share),
    /// Those with these numbers, counted from 0 and sorted.
    Only(Arc<[u64]>),
}

/// One of several shares of the input.
///
/// An article belongs to one by the hash of its id, what failed by what stands in its place. So articles with
/// the same id are in the same share, and the first of them wins as it does in the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// Which, counted from 0.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    fn takes(self, digest: u128) -> bool {
        digest % u128::from(self.of) == u128::from(self.index)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (index, of) = text.split_once('/')?;
            let (index, of) = (index.parse().ok()?, of.parse().ok()?);
            (index < of).then_some(Self { index, of })
        };
        parse().ok_or_else(|| {
            format!(
                "expected a share such as `0/4`, the first of four, up to `3/4`, found `{text}`"
            )
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A place between two items of the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The file, counted from 0.
    pub file: usize,
    /// So many bytes behind its beginning, as it is unpacked and converted to UTF-8.
    pub offset: u64,
    /// The number of the line that starts there, from 1.
    pub line: u64,
}

/// The articles and failures of all files, in order. Memory does not grow with the size of a file.
pub struct Items {
    inputs: Inputs,
    /// The file that is opened next.
    next: usize,
    reading: Option<Reading>,
    /// Kept from file to file.
    buffer: Vec<u8>,
    /// The size of the files that are done.
    done_bytes: u64,
    /// The beginnings of the hashes of all ids so far: 16 bytes an article, whatever the ids look like.
    ids: HashSet<u128>,
    /// Those of them that were not yet asked for.
    new_ids: Vec<u128>,
    /// How many items were read, also of those that are not taken.
    count: usize,
    taking: Taking,
}

/// A file that is being read.
struct Reading {
    name: String,
    records: Records,
}

/// The reader of a format.
enum Records {
    Text(text::Reader),
    Jsonl(jsonl::Reader),
    Csv(csv::Reader),
}

impl Records {
    fn next(&mut self) -> Option<Result<Record, Reject>> {
        match self {
            Self::Text(reader) => reader.next(),
            Self::Jsonl(reader) => reader.next(),
            Self::Csv(reader) => reader.next(),
        }
    }

    /// Tells whether nothing more will come.
    fn is_done(&self) -> bool {
        match self {
            Self::Text(reader) => reader.is_done(),
            Self::Jsonl(reader) => reader.window().is_done(),
            Self::Csv(reader) => reader.window().is_done(),
        }
    }

    /// The window, where the format has several records; what is consumed of it is in records.
    fn window_mut(&mut self) -> Option<&mut Window> {
        match self {
            Self::Text(_) => None,
            Self::Jsonl(reader) => Some(reader.window_mut()),
            Self::Csv(reader) => Some(reader.window_mut()),
        }
    }

    /// Returns how many bytes are consumed, and the number of the line behind them.
    fn place(&self) -> (u64, u64) {
        match self {
            Self::Text(_) => (0, 1),
            Self::Jsonl(reader) => (reader.window().offset(), reader.window().line_number()),
            Self::Csv(reader) => (reader.window().offset(), reader.window().line_number()),
        }
    }

    fn into_window(self) -> Window {
        match self {
            Self::Text(reader) => reader.into_window(),
            Self::Jsonl(reader) => reader.into_window(),
            Self::Csv(reader) => reader.into_window(),
        }
    }
}

/// What a reader finds: an article that is not yet a document.
#[derive(Debug, Default)]
struct Record {
    /// Where it starts; none if the file is the article.
    line: Option<u64>,
    id: Option<String>,
    text: String,
    title: Option<String>,
    date: Option<String>,
    language: Option<String>,
}

/// What a reader finds instead of an article.
#[derive(Debug)]
struct Reject {
    line: Option<u64>,
    id: Option<String>,
    fault: Fault,
}

impl Reject {
    fn at(line: u64, fault: Fault) -> Self {
        Self {
            line: Some(line),
            id: None,
            fault,
        }
    }

    fn file(fault: Fault) -> Self {
        Self {
            line: None,
            id: None,
            fault,
        }
    }

    fn into_failure(self, name: &str) -> Failure {
        let source = place(name, self.line);
        Failure {
            id: self.id.unwrap_or_else(|| source.clone()),
            source,
            error: self.fault.chain(),
        }
    }
}

impl Items {
    /// Takes only some of the items.
    #[must_use]
    pub fn taking(mut self, taking: Taking) -> Self {
        self.taking = taking;
        self
    }

    /// Returns how many items were read, also of those that are not taken: the last one has this number, less
    /// one.
    pub fn items_read(&self) -> usize {
        self.count
    }

    /// Tells whether what has an id is of the share that is taken.
    fn is_ours(&self, digest: u128) -> bool {
        match self.taking {
            Taking::Share(share) => share.takes(digest),
            Taking::All | Taking::Only(_) => true,
        }
    }

    fn failure(&self, reject: Reject, name: &str) -> Option<Item> {
        let failure = reject.into_failure(name);
        self.is_ours(digest(failure.id.as_bytes()))
            .then_some(Item::Failure(failure))
    }

    /// Returns the place behind the last item.
    pub fn position(&self) -> Position {
        let (file, (offset, line)) = match &self.reading {
            Some(reading) if !reading.records.is_done() => (self.next - 1, reading.records.place()),
            _ => (self.next, (0, 1)),
        };
        Position { file, offset, line }
    }

    /// Returns the hashes of the ids that were taken since the last call.
    pub fn take_new_ids(&mut self) -> Vec<u128> {
        std::mem::take(&mut self.new_ids)
    }

    /// Opens the next file at a place in its midst.
    fn enter(&mut self, file: &File, position: Position) -> io::Result<()> {
        let Position { offset, line, .. } = position;
        let counter = Arc::clone(&self.inputs.bytes_read);
        let records = self.open(file, Arc::clone(&counter));
        let mut records = records.map_err(|fault| io::Error::other(fault.chain()))?;
        let window = records.window_mut();
        let window = window.ok_or_else(|| io::Error::other("it has become plain text"))?;
        if window.is_plain() {
            // What was read to recognize the file is read once more.
            counter.store(self.done_bytes, Ordering::Relaxed);
            window.go_on_in(bytes::open_at(file, counter, offset)?, offset, line);
        } else if !window.forward(offset, line) {
            return Err(io::Error::other("it has become shorter"));
        }
        self.reading = Some(Reading {
            name: file.name(),
            records,
        });
        self.next += 1;
        Ok(())
    }

    fn open(&mut self, file: &File, counter: Arc<AtomicU64>) -> Result<Records, Fault> {
        let options = &self.inputs.options;
        let (mut window, _) = open(file, options, counter, std::mem::take(&mut self.buffer))?;
        let shape = recognize::shape(&mut window, &file.path, options)?;
        Ok(match shape {
            Shape::Text => Records::Text(text::Reader::new(window)),
            Shape::Jsonl => {
                Records::Jsonl(jsonl::Reader::new(window, Arc::clone(&self.inputs.options)))
            }
            Shape::Csv(header) => Records::Csv(csv::Reader::new(window, header)),
        })
    }

    /// Counts a file as read, also what was left of it.
    fn close(&mut self, size: u64) {
        self.done_bytes += size;
        self.inputs
            .bytes_read
            .store(self.done_bytes, Ordering::Relaxed);
    }

    /// Makes a document, unless it is empty or its id is taken; nothing if it is of another share.
    fn article(&mut self, name: &str, record: Record) -> Option<Item> {
        let source = place(name, record.line);
        let id = record
            .id
            .filter(|id| !id.trim().is_empty())
            .unwrap_or_else(|| source.clone());
        let digest = digest(id.as_bytes());
        if !self.is_ours(digest) {
            return None;
        }
        let fault = if record.text.trim().is_empty() {
            Some(Fault::EmptyText)
        } else {
            let is_new = self.ids.insert(digest);
            if is_new {
                self.new_ids.push(digest);
            }
            (!is_new).then_some(Fault::SameId)
        };
        if let Some(fault) = fault {
            return Some(Item::Failure(Failure {
                id,
                source,
                error: fault.chain(),
            }));
        }
        let mut document = Document::new(id, record.text);
        document.source = source;
        document.title = record.title;
        document.date = record.date;
        document.language = record.language;
        Some(Item::Article(Box::new(document)))
    }
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let item = self.read()?;
            let number = self.count as u64 - 1;
            let is_taken = match &self.taking {
                Taking::Only(numbers) => numbers.binary_search(&number).is_ok(),
                Taking::All | Taking::Share(_) => true,
            };
            if is_taken {
                return Some(item);
            }
        }
    }
}

impl Items {
    /// Reads up to the next item that is not of another share.
    fn read(&mut self) -> Option<Item> {
        loop {
            if let Some(mut reading) = self.reading.take() {
                if let Some(found) = reading.records.next() {
                    self.count += 1;
                    let item = match found {
                        Ok(record) => self.article(&reading.name, record),
                        Err(reject) => self.failure(reject, &reading.name),
                    };
                    self.reading = Some(reading);
                    if item.is_some() {
                        return item;
                    }
                    continue;
                }
                self.buffer = reading.records.into_window().into_buffer();
                self.close(self.inputs.files[self.next - 1].size);
            }
            let files = Arc::clone(&self.inputs.files);
            let file = files.get(self.next)?;
            self.next += 1;
            match self.open(file, Arc::clone(&self.inputs.bytes_read)) {
                Ok(records) => {
                    self.reading = Some(Reading {
                        name: file.name(),
                        records,
                    });
                }
                Err(fault) => {
                    self.close(file.size);
                    self.count += 1;
                    let item = self.failure(Reject::file(fault), &file.name());
                    if item.is_some() {
                        return item;
                    }
                }
            }
        }
    }
}

/// Opens a file as a window on its UTF-8 text.
fn open(
    file: &File,
    options: &Options,
    counter: Arc<AtomicU64>,
    buffer: Vec<u8>,
) -> Result<(Window, Option<&'static str>), Fault> {
    let (bytes, compression) = bytes::open(file, counter)?;
    let (bytes, mode) = options.decoding.open(bytes, compression)?;
    let window = Window::new(bytes, mode, compression, buffer, options.max_bytes);
    Ok((window, compression.map(Compression::as_str)))
}

fn describe(file: &File, options: &Options, described: &mut Described) -> Result<(), Fault> {
    if !file.is_regular() {
        return file.fault().map_or(Ok(()), Err);
    }
    let (mut window, compression) = open(file, options, Arc::default(), Vec::new())?;
    described.compression = compression;
    let shape = recognize::shape(&mut window, &file.path, options)?;
    described.encoding = Some(window.encoding_seen());
    let chosen = match shape {
        Shape::Text => {
            described.format = Some("text");
            return Ok(());
        }
        Shape::Jsonl => {
            described.format = Some("jsonl");
            options.names.shown(&jsonl::first_keys(&mut window))
        }
        Shape::Csv(header) => {
            described.format = Some("csv");
            described.delimiter = Some(char::from(header.delimiter));
            options.names.shown(&header.columns)
        }
    };
    described.fields = Role::ALL
        .into_iter()
        .zip(chosen)
        .filter_map(|(role, name)| Some((role.as_str(), name?)))
        .collect();
    Ok(())
}

/// Returns the place of a record in the way all tables show it.
fn place(name: &str, line: Option<u64>) -> String {
    match line {
        Some(line) => format!("{name}:{line}"),
        None => name.to_owned(),
    }
}

/// Returns the first half of a hash: what is met once in a run is remembered by it.
fn digest(name: &[u8]) -> u128 {
    let hash = blake3::hash(name);
    let (start, _) = hash
        .as_bytes()
        .split_first_chunk()
        .expect("a BLAKE3 hash has 32 bytes");
    u128::from_le_bytes(*start)
}

fn delimiter(found: char) -> Result<u8> {
    u8::try_from(found)
        .ok()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0))
        .ok_or_else(|| {
            setting(
                "input.delimiter",
                "an ASCII character that is no quote and no line end",
                format!("{found:?}"),
            )
        })
}

fn setting(key: &'static str, expected: &str, found: impl Into<String>) -> Error {
    Error::Setting {
        key,
        expected: expected.into(),
        found: found.into(),
    }
}
