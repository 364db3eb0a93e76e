//! Merges the tables of several runs into those of one: shards into the whole, and articles that were tried
//! again into their places.
//!
//! The index of each run says which rows came of which article of the input, by its number there. So the rows
//! are copied, not read: what comes out is the same to the byte as from one run over everything.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::config::Loaded;
use crate::index::{self, Entry};
use crate::input::{Inputs, Share, Taking};
use crate::journal::{Identity, State};
use crate::run::{self, Event, Options, Outcome, Record, Run, Start};
use crate::tables::{self, Compression, Layout, Output, Renderer, Rows, TABLES, Table, Target};
use crate::{Error, Result};

/// The folder within that of a run where failed articles are tried again.
const RETRY: &str = "retry";

/// Merges the shards of one run; returns the record of the whole.
///
/// # Errors
///
/// If a shard is not complete, is missing, is there twice or is of another run than the first one; if the
/// output folder is not free; or if something cannot be read or written.
pub fn shards(folders: &[PathBuf], output: &Path, overwrite: bool) -> Result<Record> {
    let mut parts = Vec::with_capacity(folders.len());
    for folder in folders {
        let record = record(folder)?;
        let Some(share) = record.shard else {
            return Err(refused(folder, "is no shard: the run had no `--shard`"));
        };
        parts.push((share, folder, record));
    }
    let Some((first, first_folder, first_record)) = parts.first() else {
        return Err(refused(output, "there are no shards to merge"));
    };
    let identity = identity(first_record);
    for (share, folder, record) in &parts {
        if share.of != first.of {
            let message = format!("is shard {share}, {} is {first}", first_folder.display());
            return Err(refused(folder, &message));
        }
        let differences = whole(&identity).differences(&whole(&self::identity(record)));
        if !differences.is_empty() {
            let message = format!(
                "is a shard of another run than {}: {}",
                first_folder.display(),
                differences.join("; ")
            );
            return Err(refused(folder, &message));
        }
    }
    parts.sort_by_key(|(share, ..)| *share);
    for pair in parts.windows(2) {
        if let [(share, one, _), (other, two, _)] = pair
            && share == other
        {
            let message = format!("is shard {share}, and so is {}", one.display());
            return Err(refused(two, &message));
        }
    }
    let of = parts[0].0.of;
    let missing: Vec<String> = (0..of)
        .map(|index| Share { index, of })
        .filter(|share| parts.iter().all(|(found, ..)| found != share))
        .map(|share| share.to_string())
        .collect();
    if !missing.is_empty() {
        let message = format!("cannot be merged: missing shards {}", missing.join(", "));
        return Err(refused(output, &message));
    }
    let (folders, records): (Vec<&Path>, Vec<Record>) = parts
        .into_iter()
        .map(|(_, folder, record)| (folder.as_path(), record))
        .unzip();
    let mut config: tables::Config = setting(&records[0], "output", folders[0])?;
    config.overwrite = overwrite;
    merge(&folders, output, &config, whole(&identity), || sum(records))
}

/// Tries the articles that failed in a complete run once more, and merges what comes of them into its tables.
///
/// The run must be the same in everything: it is repeated for what may have been a fault of the moment.
///
/// # Errors
///
/// As [`Run::prepare`] and [`Run::start`] have them, or if the folder has no complete run or another one.
pub fn retry(
    mut loaded: Loaded,
    inputs: Inputs,
    folder: &Path,
    stop: run::Stop,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome> {
    let base = record(folder)?;
    if base.shard.is_some() {
        return Err(refused(folder, "is a shard: merge the shards, then retry"));
    }
    let (failed, text_bytes) = failed(folder)?;
    if failed.is_empty() {
        return Ok(Outcome::Complete(Box::new(base)));
    }
    let count = failed.len() as u64;
    let mut config = loaded.config.output.clone();
    config.overwrite = true;
    // What is left of an earlier attempt goes on, or is merged if it is complete.
    loaded.config.output.overwrite = true;
    let again = folder.join(RETRY);
    let options = Options {
        limit: base.limit,
        start: Start::Resume,
        taking: Taking::Only(failed.into()),
        stop,
    };
    let prepared = Run::prepare(loaded, inputs, again.clone(), options)?;
    let identity = identity(&base);
    let differences = identity.differences(prepared.identity());
    if !differences.is_empty() {
        let message = format!("cannot be retried: {}", differences.join("; "));
        return Err(refused(folder, &message));
    }
    let retried = match prepared.start(watch)? {
        Outcome::Complete(record) => *record,
        stopped @ Outcome::Stopped(_) => return Ok(stopped),
    };
    let record = merge(&[folder, &again], folder, &config, identity, || {
        // What was done twice counts once.
        let mut base = base;
        base.counts.failures = base.counts.failures.saturating_sub(count);
        base.counts.bytes = base.counts.bytes.saturating_sub(text_bytes);
        sum(vec![base, retried])
    })?;
    fs::remove_dir_all(&again).map_err(|source| Error::Write {
        path: again,
        source,
    })?;
    Ok(Outcome::Complete(Box::new(record)))
}

/// Merges the tables of folders, of which a later one wins where two have the same article.
///
/// `record` makes the record, without the rows of the tables.
fn merge(
    folders: &[&Path],
    output: &Path,
    config: &tables::Config,
    identity: Identity,
    record: impl FnOnce() -> Record,
) -> Result<Record> {
    let layout = Layout::new(&identity.settings);
    let mut parts = Vec::with_capacity(folders.len());
    for folder in folders {
        parts.push(Part::open(folder, config, layout)?);
    }
    let record = record();
    let size: run::Config = setting(&record, "run", output)?;
    let most_bytes = (size.chunk_megabytes.max(1) as u64) << 20;
    let most_articles = size.chunk_articles.max(1);

    tables::unfinished(output)?;
    let identity = identity.merged();
    let target = Target {
        config,
        folder: output,
        layout,
        identity: &identity,
        has_state: false,
        every: Duration::from_secs(size.journal_seconds),
    };
    let mut output = Output::create(target, &[], false)?;
    // The chunks are those of a run over everything, since compressed tables show them.
    let (mut entries, mut bytes) = (Vec::new(), 0);
    while let Some(number) = parts
        .iter()
        .filter_map(|part| part.head.map(|entry| entry.number))
        .min()
    {
        let mut found = None;
        for part in &mut parts {
            if let Some(entry) = part.head.filter(|entry| entry.number == number) {
                found = Some((entry, part.take(&entry)?));
            }
        }
        let (entry, rows) = found.expect("one part has the least number");
        output.write(&rows)?;
        bytes += entry.text_bytes;
        entries.push(entry);
        if entries.len() >= most_articles || bytes >= most_bytes {
            output.end_chunk(State::default(), &[], &entries, &[])?;
            entries.clear();
            bytes = 0;
        }
    }
    output.end_chunk(State::default(), &[], &entries, &[])?;
    for part in &mut parts {
        part.check_end()?;
    }
    output.finish(None, |tables| Record { tables, ..record })
}

/// The tables of a run, which are read along its index.
struct Part {
    folder: PathBuf,
    index: BufReader<File>,
    /// The next entry.
    head: Option<Entry>,
    tables: Vec<(Table, PathBuf, Box<dyn Read>)>,
}

impl Part {
    fn open(folder: &Path, config: &tables::Config, layout: Layout) -> Result<Self> {
        let open = |path: &Path| {
            File::open(path).map_err(|source| Error::Read {
                path: path.to_owned(),
                source,
            })
        };
        let mut tables: Vec<(Table, PathBuf, Box<dyn Read>)> = Vec::with_capacity(TABLES);
        let headers = Renderer::new(config, layout, "").headers().into_bytes();
        for table in layout.tables() {
            let header = &headers[table as usize];
            let path = folder.join(table.file(config.compression));
            let file = BufReader::with_capacity(1 << 16, open(&path)?);
            let mut rows: Box<dyn Read> = match config.compression {
                Compression::None => Box::new(file),
                Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
                Compression::Zstd => {
                    let decoder = zstd::Decoder::with_buffer(file);
                    Box::new(decoder.map_err(|source| Error::Read {
                        path: path.clone(),
                        source,
                    })?)
                }
            };
            let mark: &[u8] = if config.bom { b"\xEF\xBB\xBF" } else { b"" };
            let expected = [mark, header].concat();
            let mut found = vec![0; expected.len()];
            let read = rows.read_exact(&mut found).and_then(|()| {
                if found == expected {
                    Ok(())
                } else {
                    Err(invalid("expected the header row of this version"))
                }
            });
            read.map_err(|source| Error::Read {
                path: path.clone(),
                source,
            })?;
            tables.push((table, path, rows));
        }
        let mut part = Self {
            folder: folder.to_owned(),
            index: BufReader::new(open(&folder.join(index::FILE))?),
            head: None,
            tables,
        };
        part.advance()?;
        Ok(part)
    }

    fn advance(&mut self) -> Result<()> {
        let next = Entry::read(&mut self.index);
        self.head = next.map_err(|source| Error::Read {
            path: self.folder.join(index::FILE),
            source,
        })?;
        Ok(())
    }

    /// Reads the rows of an entry, and moves on to the next one.
    fn take(&mut self, entry: &Entry) -> Result<Rows> {
        let mut found: [(Vec<u8>, u64); TABLES] = Default::default();
        for (table, path, content) in &mut self.tables {
            let length = entry.lengths[*table as usize];
            let (bytes, rows) = &mut found[*table as usize];
            *rows = length.rows;
            let read = content.take(length.bytes).read_to_end(bytes);
            read.and_then(|read| {
                if read as u64 == length.bytes {
                    Ok(())
                } else {
                    Err(invalid("the table is shorter than its index says"))
                }
            })
            .map_err(|source| Error::Read {
                path: path.clone(),
                source,
            })?;
        }
        self.advance()?;
        Ok(Rows::rendered(found))
    }

    /// Checks that nothing is left in the tables.
    fn check_end(&mut self) -> Result<()> {
        for (_, path, content) in &mut self.tables {
            let left = content.read(&mut [0]);
            left.and_then(|left| {
                if left == 0 {
                    Ok(())
                } else {
                    Err(invalid("the table is longer than its index says"))
                }
            })
            .map_err(|source| Error::Read {
                path: path.clone(),
                source,
            })?;
        }
        Ok(())
    }
}

/// Returns the numbers of the articles in the input that failed, sorted, and the bytes of their texts.
fn failed(folder: &Path) -> Result<(Vec<u64>, u64)> {
    let path = folder.join(index::FILE);
    let read = || {
        let mut index = BufReader::new(File::open(&path)?);
        let (mut failed, mut text_bytes) = (Vec::new(), 0);
        while let Some(entry) = Entry::read(&mut index)? {
            let [.., failures] = entry.lengths;
            if failures.bytes > 0 {
                failed.push(entry.number);
                text_bytes += entry.text_bytes;
            }
        }
        Ok((failed, text_bytes))
    };
    let failed = read();
    failed.map_err(|source: io::Error| Error::Read { path, source })
}

/// The record of several runs over parts of the same input.
fn sum(records: Vec<Record>) -> Record {
    let mut records = records.into_iter();
    let mut sum = records.next().expect("there is something to merge");
    sum.shard = None;
    for record in records {
        let (counts, more) = (&mut sum.counts, record.counts);
        counts.articles += more.articles;
        counts.failures += more.failures;
        counts.skipped += more.skipped;
        counts.duplicates += more.duplicates;
        counts.words += more.words;
        counts.damaged += more.damaged;
        counts.bytes += more.bytes;
        counts.read = counts.read.max(more.read);
        sum.jobs = sum.jobs.max(record.jobs);
        sum.seconds += record.seconds;
        sum.seconds_waiting_for_input += record.seconds_waiting_for_input;
        sum.seconds_waiting_for_output += record.seconds_waiting_for_output;
        sum.seconds_journalling += record.seconds_journalling;
        for (stage, more) in sum.stages.iter_mut().zip(record.stages) {
            stage.articles += more.articles;
            stage.failures += more.failures;
            stage.skipped += more.skipped;
            stage.bytes += more.bytes;
            stage.seconds += more.seconds;
        }
    }
    sum.exit = u8::from(sum.counts.failures > 0);
    sum
}

/// Returns the record of the complete run in a folder.
fn record(folder: &Path) -> Result<Record> {
    match tables::read_record(folder)? {
        Some(record) => run::parse(record, folder),
        None if tables::unfinished(folder)?.is_some() => Err(refused(
            folder,
            "holds an unfinished run; finish it with `run --resume`",
        )),
        None => Err(refused(
            folder,
            "expected a folder with the tables of a complete run, found no run.json",
        )),
    }
}

/// Everything that decides the tables of the run of a record.
fn identity(record: &Record) -> Identity {
    let models = record.stages.iter();
    Identity {
        version: record.version.to_string(),
        settings: crate::config::decisive(&record.config),
        models: models
            .map(|stage| (stage.stage.to_string(), stage.models.clone()))
            .collect(),
        limit: record.limit,
        shard: record.shard,
        inputs: record.inputs.clone(),
    }
}

/// The same for all shards.
fn whole(identity: &Identity) -> Identity {
    Identity {
        shard: None,
        ..identity.clone()
    }
}

/// A table of the config of a record.
fn setting<T: DeserializeOwned + Default>(
    record: &Record,
    table: &str,
    folder: &Path,
) -> Result<T> {
    let Some(settings) = record.config.get(table) else {
        return Ok(T::default());
    };
    T::deserialize(settings).map_err(|error| Error::Read {
        path: folder.join("run.json"),
        source: error.into(),
    })
}

fn refused(folder: &Path, message: &str) -> Error {
    Error::Occupied {
        folder: folder.to_owned(),
        message: message.to_owned(),
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.to_owned())
}
