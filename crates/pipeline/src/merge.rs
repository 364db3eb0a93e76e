//! Merges the tables of several runs into those of one: shards into the whole, and retried articles into their places.
//!
//! The index of each run says which rows came from which article, by the number of the article in the input. So the
//! rows are copied without being parsed, and the result is byte for byte that of one run over everything.

mod repeats;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::repeats::Repeats;
use crate::config::RunConfig;
use crate::identity::Identity;
use crate::input::{By, Share};
use crate::output::{
    self, BYTE_ORDER_MARK, Carried, Entry, Facts, INDEX, Layout, Output, Renderer, Rows, TABLES,
    Table, Target,
};
use crate::own::OWN_FILE;
use crate::record::Record;
use crate::{Error, Result};

/// Merges the shards of one run; returns the record of the whole.
///
/// # Errors
///
/// If a shard is incomplete, missing, given twice or belongs to a different run than the first one; if the
/// output folder is not free; or if something cannot be read or written.
pub fn shards(folders: &[PathBuf], output: &Path, overwrite: bool) -> Result<Record> {
    let mut parts = Vec::with_capacity(folders.len());
    for folder in folders {
        let record = record(folder)?;
        let Some(share) = record.shard else {
            return Err(refused(folder, "not a shard: the run had no `--shard`"));
        };
        parts.push((share, folder, record));
    }
    let Some((first, first_folder, first_record)) = parts.first() else {
        return Err(refused(output, "there are no shards to merge"));
    };
    let identity = Identity::of(first_record).whole();
    for (share, folder, record) in &parts {
        if (share.of, share.by) != (first.of, first.by) {
            let message = format!(
                "this is shard {share}, but {} is {first}",
                first_folder.display()
            );
            return Err(refused(folder, &message));
        }
        let differences = identity.differences(&Identity::of(record).whole());
        if !differences.is_empty() {
            let message = format!(
                "this shard and {} belong to different runs: {}",
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
            let message = format!("this is shard {share}, and so is {}", one.display());
            return Err(refused(two, &message));
        }
    }
    let Share { of, by, .. } = parts[0].0;
    let missing: Vec<String> = (0..of)
        .map(|index| Share { index, of, by })
        .filter(|share| parts.iter().all(|(found, ..)| found != share))
        .map(|share| share.to_string())
        .collect();
    if !missing.is_empty() {
        let message = format!("cannot merge: missing shards {}", missing.join(", "));
        return Err(refused(output, &message));
    }
    let (folders, records): (Vec<&Path>, Vec<Record>) = parts
        .into_iter()
        .map(|(_, folder, record)| (folder.as_path(), record))
        .unzip();
    let mut config: output::Config = records[0].section("output", folders[0])?;
    config.overwrite = overwrite;
    merge(&folders, output, &config, &identity, by, || sum(records))
}

/// Merges the tables of several folders; where two have the same article, the later folder wins. `by` says how the articles
/// came into the folders.
///
/// `record` returns the record, without its tables.
pub(crate) fn merge(
    folders: &[&Path],
    output: &Path,
    config: &output::Config,
    identity: &Identity,
    by: By,
    record: impl FnOnce() -> Record,
) -> Result<Record> {
    let layout = Layout::new(&identity.settings);
    let mut parts = Vec::with_capacity(folders.len());
    for folder in folders {
        parts.push(Part::open(folder, config, &layout)?);
    }
    let mut record = record();
    let renderer = Renderer::new(config.dialect(), layout.clone(), Facts::default());
    let mut repeats = (by == By::Files).then(|| Repeats::new(renderer, &record));
    let size: RunConfig = record.section("run", output)?;
    let most_bytes = (size.chunk_megabytes.max(1) as u64) << 20;
    let most_articles = size.chunk_articles.max(1);

    output::unfinished(output)?;
    let identity = identity.merged();
    let target = Target {
        config,
        folder: output,
        layout: &layout,
        identity: &identity,
        has_state: false,
        every: Duration::from_secs(size.journal_seconds),
    };
    let mut output = Output::create(target, &[], false)?;
    // The chunks must be those of a run over everything: they show in the bytes of compressed tables.
    let (mut entries, mut bytes) = (Vec::new(), 0);
    while let Some(number) = parts
        .iter()
        .filter_map(|part| part.head.as_ref().map(|entry| entry.number))
        .min()
    {
        let mut found = None;
        for (folder, part) in parts.iter_mut().enumerate() {
            if let Some(entry) = part.head.take_if(|entry| entry.number == number) {
                let rows = part.take(&entry)?;
                found = Some((folder, entry, rows));
            }
        }
        let (folder, mut entry, mut rows) = found.expect("one part has the least number");
        if let Some(repeats) = &mut repeats
            && !repeats.take(folder, &mut entry, &mut rows)
        {
            continue;
        }
        output.write(&rows)?;
        bytes += entry.text_bytes;
        entries.push(entry);
        if entries.len() >= most_articles || bytes >= most_bytes {
            output.end_chunk(Carried::default(), &[], &entries, &[])?;
            entries.clear();
            bytes = 0;
        }
    }
    output.end_chunk(Carried::default(), &[], &entries, &[])?;
    for part in &mut parts {
        part.check_end()?;
    }
    if let Some(repeats) = repeats {
        repeats.correct(&mut record);
    }
    output.finish(None, |tables| Record { tables, ..record })
}

/// The tables of a run, read entry by entry of its index.
struct Part {
    folder: PathBuf,
    index: Box<dyn Read>,
    /// The next entry.
    head: Option<Entry>,
    tables: Vec<(&'static Table, PathBuf, Box<dyn Read>)>,
}

impl Part {
    fn open(folder: &Path, config: &output::Config, layout: &Layout) -> Result<Self> {
        let renderer = Renderer::new(config.dialect(), layout.clone(), Facts::default());
        let mut tables: Vec<(&'static Table, PathBuf, Box<dyn Read>)> = Vec::new();
        for (&table, header) in TABLES.iter().zip(renderer.headers().into_bytes()) {
            if !layout.has(table) || table.is_made_from_others() {
                continue;
            }
            let mark: &[u8] = if config.bom { BYTE_ORDER_MARK } else { b"" };
            let expected = [mark, &header].concat();
            let found = output::open_complete(config, folder, table);
            let (path, mut rows) = match found {
                // If it had rows, the index says so.
                Err(Error::Read { path, source })
                    if source.kind() == io::ErrorKind::NotFound
                        && layout.leaves_out_if_empty(table) =>
                {
                    let header: Box<dyn Read> = Box::new(io::Cursor::new(expected.clone()));
                    (path, header)
                }
                found => found?,
            };
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
            index: index(folder)?,
            head: None,
            tables,
        };
        part.advance()?;
        Ok(part)
    }

    fn advance(&mut self) -> Result<()> {
        let next = Entry::read(&mut self.index, TABLES.len());
        self.head = next.map_err(|source| Error::Read {
            path: self.folder.join(INDEX),
            source,
        })?;
        Ok(())
    }

    /// Reads the rows of an entry, and advances to the next one.
    fn take(&mut self, entry: &Entry) -> Result<Rows> {
        let mut found = vec![(Vec::new(), 0); TABLES.len()];
        let mut open = self.tables.iter_mut().peekable();
        for ((table, length), (bytes, rows)) in TABLES.iter().zip(&entry.lengths).zip(&mut found) {
            let Some((_, path, content)) = open.next_if(|(open, ..)| open == table) else {
                continue;
            };
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

    /// Checks that the tables have no rows beyond the index.
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

/// Opens the index of the tables in a folder.
pub(crate) fn index(folder: &Path) -> Result<Box<dyn Read>> {
    output::open(&folder.join(INDEX), output::Compression::None)
}

/// Returns the record of several runs over parts of the same input, without its tables.
pub(crate) fn sum(records: Vec<Record>) -> Record {
    let mut records = records.into_iter();
    let mut sum = records.next().expect("there is something to merge");
    sum.shard = None;
    let left_out = sum.counts.ignored.get(OWN_FILE).copied();
    for record in records {
        sum.add(&record);
    }
    // Each shard has seen all files.
    if let Some(count) = left_out {
        sum.counts.ignored.insert(OWN_FILE.into(), count);
    }
    sum
}

/// Returns the record of the complete run in a folder.
pub(crate) fn record(folder: &Path) -> Result<Record> {
    match output::read_record(folder)? {
        Some(record) => Ok(record),
        None if output::unfinished(folder)?.is_some() => Err(refused(
            folder,
            "contains an unfinished run; finish it with `run --resume`",
        )),
        None => Err(refused(
            folder,
            "expected a folder with the tables of a complete run, found no run.json",
        )),
    }
}

pub(crate) fn refused(folder: &Path, message: &str) -> Error {
    Error::Occupied {
        folder: folder.to_owned(),
        message: message.to_owned(),
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.to_owned())
}
