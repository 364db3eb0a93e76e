//! The tables of a run while they are written.
//!
//! The journal, beside the tables in the folder `unfinished`, says up to where they are valid, so that a
//! run that was stopped for whatever reason can cut them there and continue. While a run writes, a table is a
//! *spool* of CSV rows, whatever its format. Each step has a file: `table` lists the tables and their rows, `rows`
//! renders them, `file` writes and cuts files, `journal` and `index` say what is in them, `folder` gives them their
//! names, `format` writes them in other formats.

mod append;
mod articles;
mod column;
mod compression;
mod config;
mod few;
mod file;
mod folder;
mod format;
mod frames;
mod index;
mod joined;
mod journal;
mod layout;
mod names;
mod read;
mod rows;
mod sheet;
mod spool;
mod table;
mod tally;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use blattwerk_state::Processed;

pub use self::articles::Articles;
pub use self::config::Config;
use self::file::Open;
use self::folder::{
    DONE, IDS, check_unfinished, discard, measure, merged, publish, release, remove, sync_folder,
    take_lock, write_record,
};
pub use self::folder::{REPORT, check_free};
pub use self::frames::{Frame, Frames, Values};
use self::journal::{Checkpoint, Journal};
use self::sheet::Sheet;

pub(crate) use self::append::check as check_appendable;
pub(crate) use self::compression::Compression;
pub(crate) use self::file::{BYTE_ORDER_MARK, Length};
pub(crate) use self::folder::{
    RECORD, UNFINISHED, check_room, check_same, check_whole, has_journal, has_unfinished, names,
    read_record, unfinished,
};
pub(crate) use self::index::{Entry, FILE as INDEX};
pub(crate) use self::joined::{ArticleRows, Joined, Tables};
pub(crate) use self::journal::{Carried, Found};
pub(crate) use self::layout::Layout;
pub(crate) use self::names::{Date, Member, Members, Name, Names, date, listed, members};
pub(crate) use self::read::{open, open_complete, originals};
pub(crate) use self::rows::{Renderer, Rows, Taker};
pub(crate) use self::table::{
    DUPLICATES, ENTITIES, FAILURES, Facts, KEYWORDS, NAMES, NORMALIZED, REMOVED, SENTENCES,
    SENTIMENT, SKIPPED, SUMMARIES, TABLES, Table,
};
pub(crate) use self::tally::{Count, Tally};

use crate::identity::Identity;
use crate::lock::{self, Lock};
use crate::record::{Record, TableRecord};
use crate::state::Memory;
use crate::{Error, Result, utc};

/// Which tables a run has, and where they go.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) config: &'a Config,
    pub(crate) folder: &'a Path,
    pub(crate) layout: &'a Layout,
    pub(crate) identity: &'a Identity,
    /// Whether the run lists the articles it processed, for the state of scheduled runs.
    pub(crate) has_state: bool,
    /// The minimum time between two entries of the journal.
    pub(crate) every: Duration,
}

/// The output folder while a run writes into it.
pub(crate) struct Output {
    config: Config,
    folder: PathBuf,
    layout: Layout,
    tables: Vec<(&'static Table, Open)>,
    ids: Open,
    index: Open,
    /// The articles that were processed, for the state of scheduled runs.
    done: Option<Open>,
    started: String,
    journal: Journal,
    /// The minimum time between two entries of the journal.
    every: Duration,
    /// When the journal was last written.
    written: Instant,
    /// The total time that took.
    journalled: Duration,
    /// What the journal does not contain yet.
    pending: Option<Carried>,
    // Held until the end, so that no second run writes into the folder.
    _lock: Lock,
}

impl Output {
    /// Creates the folder, checks that it is free, and writes the header of every table.
    ///
    /// An unfinished run in the folder is discarded if `restart` is set; otherwise the folder is not
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
        let lock = take_lock(folder)?;
        // Another run may have finished while this one waited for the lock.
        let mut is_free = check_room(config, folder, inputs);
        if is_free.is_ok() && !restart {
            is_free = check_unfinished(folder);
        }
        is_free.inspect_err(|_| release(folder))?;
        // It distinguishes two runs in the same folder.
        let started = utc::nanoseconds(SystemTime::now());
        let create = || {
            // Without its journal, the files of another run have no meaning.
            remove(&unfinished.join(journal::FILE))?;
            let mut tables = Vec::new();
            for table in layout.tables() {
                let path = unfinished.join(table.spool(config.compression));
                remove(&merged(&path))?;
                tables.push((table, Open::create(path, config.compression)?));
            }
            let done = unfinished.join(DONE);
            remove(&done)?;
            let done = target.has_state.then_some(done);
            let mut output = Self {
                config: config.clone(),
                folder: folder.to_owned(),
                layout: layout.clone(),
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
                let mut tables = output.tables.iter_mut();
                tables.try_for_each(|(_, open)| open.write(BYTE_ORDER_MARK))?;
            }
            let renderer = Renderer::new(config.dialect(), layout.clone(), Facts::default());
            output.write(&renderer.headers())?;
            output.end_chunk(Carried::default(), &[], &[], &[])?;
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

    /// Continues where the journal of an unfinished run stops: cuts every table to the length it gives.
    ///
    /// Returns what the run carries over, and the ids that are taken.
    pub(crate) fn resume(target: Target<'_>, memory: Option<&mut Memory>) -> Result<Resumed> {
        let Target {
            config,
            folder,
            layout,
            ..
        } = target;
        let unfinished = folder.join(UNFINISHED);
        let lock = take_lock(folder)?;
        let found = Found::read(&unfinished)?.ok_or_else(|| Error::Occupied {
            folder: folder.to_owned(),
            message: "another process has finished the run in the meantime".into(),
        })?;
        check_same(folder, &found, target.identity)?;
        if found.is_complete {
            return publish(config, folder, memory)
                .map(|record| Resumed::Complete(Box::new(record)));
        }
        let journal = Journal::resume(&unfinished, &found)?;
        let started = found.started.clone();
        let Checkpoint {
            state,
            tables,
            ids,
            index,
            done,
        } = found.last;
        let mut open = Vec::new();
        for (table, length) in layout.tables().zip(tables) {
            let path = unfinished.join(table.spool(config.compression));
            open.push((table, Open::cut(path, config.compression, length)?));
        }
        let cut = |name: &str, bytes: u64| {
            let length = Length { bytes, rows: 0 };
            Open::cut(unfinished.join(name), Compression::None, length)
        };
        let ids = cut(IDS, ids)?;
        let index = cut(index::FILE, index)?;
        let done = target.has_state.then(|| cut(DONE, done)).transpose()?;
        let path = unfinished.join(IDS);
        let taken = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let (taken, _) = taken.as_chunks();
        let output = Self {
            config: config.clone(),
            folder: folder.to_owned(),
            layout: layout.clone(),
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

    /// Discards the run.
    pub(crate) fn discard(self) {
        discard(&self.folder);
    }

    /// Ends a run that is not worth resuming: leaves its tables in the folder `unfinished` for people to look at, but
    /// the next run need not care. Returns the path of the table of failures.
    pub(crate) fn abandon(mut self) -> Result<PathBuf> {
        self.commit()?;
        let unfinished = self.folder.join(UNFINISHED);
        for name in [journal::FILE, IDS, index::FILE, DONE, lock::FILE] {
            remove(&unfinished.join(name))?;
        }
        let table = FAILURES.spool(self.config.compression);
        Ok(unfinished.join(table))
    }

    /// Appends rows to the tables.
    pub(crate) fn write(&mut self, rows: &Rows) -> Result<()> {
        for (table, (bytes, rows)) in TABLES.iter().zip(&rows.tables) {
            if let Some((_, open)) = self.tables.iter_mut().find(|(open, _)| open == table) {
                open.rows += rows;
                open.write(bytes)?;
            }
        }
        Ok(())
    }

    /// Returns when the run started, in UTC.
    pub(crate) fn started(&self) -> &str {
        &self.started
    }

    /// Ends a chunk, after which the run can be resumed: with what is carried over, the ids that it took, its index
    /// entries, and the articles it processed.
    pub(crate) fn end_chunk(
        &mut self,
        state: Carried,
        ids: &[u128],
        entries: &[Entry],
        done: &[Processed],
    ) -> Result<()> {
        let mut index = Vec::new();
        for entry in entries {
            entry.write(&mut index);
        }
        self.index.write(&index)?;
        if let Some(open) = &mut self.done {
            let done: Vec<u8> = done.iter().flat_map(|done| done.to_bytes()).collect();
            open.write(&done)?;
        }
        let ids: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        self.ids.write(&ids)?;
        self.tables
            .iter_mut()
            .try_for_each(|(_, open)| open.end_member())?;
        self.pending = Some(state);
        if self.written.elapsed() >= self.every {
            self.commit()?;
        }
        Ok(())
    }

    /// Flushes everything up to the end of the last chunk to disk, and then the journal entry for it.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let Some(mut state) = self.pending.take() else {
            return Ok(());
        };
        let started = Instant::now();
        state.journalled = self.journalled;
        let tables = self.tables.iter_mut().map(|(_, open)| open);
        let rest = [&mut self.ids, &mut self.index];
        for open in tables.chain(rest).chain(&mut self.done) {
            open.sync()?;
        }
        self.journal.checkpoint(Checkpoint {
            state,
            tables: self.tables.iter().map(|(_, open)| open.length()).collect(),
            ids: self.ids.length().bytes,
            index: self.index.length().bytes,
            done: self.done.as_ref().map_or(0, |open| open.length().bytes),
        })?;
        self.written = Instant::now();
        self.journalled += started.elapsed();
        Ok(())
    }

    /// Returns the time spent so far on the journal and on flushing the tables to disk.
    pub(crate) fn journalled(&self) -> Duration {
        self.journalled
    }

    /// Completes the tables, adds the record, and moves all of them to their names.
    ///
    /// `record` returns the record of the run, given those of the tables.
    pub(crate) fn finish(
        mut self,
        memory: Option<&mut Memory>,
        record: impl FnOnce(Vec<TableRecord>) -> Record,
    ) -> Result<Record> {
        self.commit()?;
        self.check_files()?;
        if memory.as_ref().is_some_and(|memory| memory.appends()) {
            append::merge(&self.config, &self.folder, &self.layout, &mut self.tables)?;
        }
        let unfinished = self.folder.join(UNFINISHED);
        self.write_names(&unfinished)?;
        self.write_formats(&unfinished)?;
        let records = self.written().flat_map(|(table, open)| {
            let files = table.files(&self.config).into_iter();
            files.map(|file| TableRecord {
                file,
                rows: open.rows,
                bytes: None,
            })
        });
        let mut record = record(records.collect());
        measure(&unfinished, &mut record.tables);
        write_record(&unfinished, &record)?;
        sync_folder(&unfinished)?;
        self.journal.complete()?;
        publish(&self.config, &self.folder, memory)?;
        Ok(record)
    }

    /// Checks that nobody else has removed or changed the tables, such as a program that cleans temporary folders.
    fn check_files(&self) -> Result<()> {
        for (_, open) in &self.tables {
            let found = std::fs::metadata(&open.path).map(|found| found.len());
            let expected = open.length().bytes;
            let what = match found {
                Ok(found) if found == expected => continue,
                Ok(found) => format!("has {found} bytes instead of {expected}"),
                Err(_) => "is missing".into(),
            };
            return Err(Error::Occupied {
                folder: self.folder.clone(),
                message: format!(
                    "a table of this run was changed by another program: {} {what}; run again with `--restart`",
                    open.path.display()
                ),
            });
        }
        Ok(())
    }

    /// Writes the table of names, if the run has it, from the complete tables of articles.
    fn write_names(&mut self, unfinished: &Path) -> Result<()> {
        let Some(place) = self.tables.iter().position(|(table, _)| **table == NAMES) else {
            return Ok(());
        };
        let open = |wanted: &'static Table| {
            let mut tables = self.tables.iter();
            let found = tables.find(|(table, _)| *table == wanted);
            let spool = found.map(|(_, open)| complete_spool(open));
            spool
                .map(|spool| read::Table::open_spool(&self.config, spool))
                .transpose()
        };
        let articles = Joined::open(open, &[&ENTITIES, &SENTIMENT])?;
        let mut names = Names::new(unfinished);
        if let Some(mut articles) = articles {
            let column = articles.place("date_iso");
            while articles.advance()? {
                names.article(&articles, names::date(articles.cell(column)))?;
            }
        }
        let dialect = self.config.dialect();
        let (_, open) = &mut self.tables[place];
        let empty = || Sheet::new(dialect, vec![true; NAMES.columns.len()]);
        let mut sheet = empty();
        let mut flush = |sheet: &mut Sheet| {
            let (bytes, rows) = std::mem::replace(sheet, empty()).into_bytes();
            open.rows += rows;
            open.write(&bytes)?;
            open.end_member()
        };
        names.write(unfinished, &mut |cells| {
            sheet.row(cells.iter().copied());
            if sheet.length().0 < 1 << 22 {
                return Ok(());
            }
            flush(&mut sheet)
        })?;
        flush(&mut sheet)?;
        open.sync()
    }

    /// Returns the tables of the complete run: all but those that are left out.
    fn written(&self) -> impl Iterator<Item = &(&'static Table, Open)> {
        let tables = self.tables.iter();
        tables.filter(|(table, open)| open.rows > 0 || !self.layout.leaves_out_if_empty(table))
    }

    /// Writes the complete tables in the formats that are not those of their spools.
    fn write_formats(&self, unfinished: &Path) -> Result<()> {
        let Config {
            format,
            compression,
            ..
        } = &self.config;
        for (table, open) in self.written() {
            let spool = complete_spool(open);
            let columns = self.layout.columns(table);
            for (file, conversion) in format.converted(table.name, *compression) {
                let mut rows = read::Table::open_spool(&self.config, spool.clone())?.into_rows();
                let path = unfinished.join(file);
                let written = File::create(&path)
                    .and_then(|file| (conversion.write)(&columns, &mut rows, file));
                written
                    .and_then(|()| File::open(&path)?.sync_all())
                    .map_err(|source| Error::Write { path, source })?;
            }
        }
        Ok(())
    }
}

/// Returns the spool of a complete table: the one with the rows of earlier runs, if there is one.
fn complete_spool(open: &Open) -> PathBuf {
    let with_earlier_rows = merged(&open.path);
    if with_earlier_rows.exists() {
        with_earlier_rows
    } else {
        open.path.clone()
    }
}

/// An unfinished run that is resumed.
pub(crate) enum Resumed {
    /// Only its tables did not have their names yet; this is its record.
    Complete(Box<Record>),
    Unfinished {
        output: Box<Output>,
        state: Box<Carried>,
        ids: Vec<u128>,
    },
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::folder::RECORD;
    use super::*;

    static LAYOUT: LazyLock<Layout> = LazyLock::new(|| Layout::new(&serde_json::json!({})));

    fn record(tables: Vec<TableRecord>) -> Record {
        Record {
            jobs: 7,
            tables,
            ..Record::default()
        }
    }

    fn target<'a>(config: &'a Config, folder: &'a Path, identity: &'a Identity) -> Target<'a> {
        Target {
            config,
            folder,
            layout: &LAYOUT,
            identity,
            has_state: false,
            every: Duration::ZERO,
        }
    }

    fn begun(config: &Config, folder: &Path) -> Output {
        Output::create(target(config, folder, &Identity::empty()), &[], false).unwrap()
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
        let tables = begun(&config, &whole).finish(None, record).unwrap().tables;
        let expected = files(&whole);
        let ours: Vec<String> = expected.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(
            ours.len(),
            TABLES.len() - 2,
            "four are left out, the record and the index come on top"
        );

        for moved in 0..=ours.len() {
            let folder = folder.path().join(moved.to_string());
            fs::create_dir(&folder).unwrap();
            for name in ["run.json", "normalized.csv", "duplicates.csv"] {
                fs::write(folder.join(name), "old").unwrap();
            }
            let mut output = begun(&config, &folder);
            let unfinished = folder.join(UNFINISHED);
            write_record(&unfinished, &record(tables.clone())).unwrap();
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
            let resumed =
                Output::resume(target(&config, &folder, &Identity::empty()), None).unwrap();
            let Resumed::Complete(found) = resumed else {
                panic!("the run is complete");
            };
            assert_eq!(*found, record(tables.clone()));
            let mut found = files(&folder);
            // The last move has removed the old files.
            if moved == ours.len() {
                found.retain(|(name, _)| name != "duplicates.csv");
            }
            assert_eq!(found, expected, "{moved} files were moved");
        }
    }
}
