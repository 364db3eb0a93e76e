//! The output folder: whether it is free, what unfinished or complete run it holds, and how tables get their names.
//!
//! A run writes into the folder `unfinished` within its output folder, and moves the tables to their
//! names when all of them are complete, `run.json` last. So a table under its own name is complete, and so is the run
//! in a folder with `run.json`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::compression::Compression;
use super::config::Config;
use super::format;
use super::index;
use super::journal::{self, Found};
use super::table::TABLES;
use crate::identity::Identity;
use crate::lock::{self, Lock, Refused};
use crate::record::{Record, TableRecord};
use crate::state::Memory;
use crate::{Error, Result};

/// The folder of a run that is not complete.
pub(crate) const UNFINISHED: &str = "unfinished";
/// The record of a run.
pub(crate) const RECORD: &str = "run.json";
/// The page made from the tables, if it is beside them.
pub const REPORT: &str = "report.html";
/// The hashes of all ids that are taken, 16 bytes each, beside the tables of an unfinished run.
pub(super) const IDS: &str = "ids";
/// The articles that were processed, for the state of scheduled runs, beside the tables of an unfinished run.
pub(super) const DONE: &str = "done";

/// Checks that a new run can write its tables into a folder, without creating it.
///
/// # Errors
///
/// If the folder is a file, contains other files and may not be overwritten, contains input or an unfinished run,
/// or another run is writing into it.
pub fn check_free(config: &Config, folder: &Path, inputs: &[PathBuf]) -> Result<()> {
    unfinished(folder)?;
    check_unfinished(folder)?;
    check_room(config, folder, inputs)
}

/// Checks the same as [`check_free`], but allows an unfinished run in the folder.
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
    // The next run would read the tables of this one.
    let absolute = folder.canonicalize().map_err(read)?;
    let inside = |input: &&PathBuf| {
        input
            .canonicalize()
            .is_ok_and(|input| input.starts_with(&absolute))
    };
    if let Some(input) = inputs.iter().find(inside) {
        return occupied(format!(
            "the output folder contains input ({}); choose another output folder",
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
            "the folder contains the tables of another run ({name}); choose another folder, or allow `--overwrite`"
        )),
        Some(name) => occupied(format!(
            "the folder is not empty ({name}); choose another one, or allow `--overwrite`, which replaces tables only"
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
pub(super) fn take_lock(folder: &Path) -> Result<Lock> {
    let unfinished = folder.join(UNFINISHED);
    loop {
        create_folder(&unfinished)?;
        return match Lock::take(&unfinished.join(lock::FILE)) {
            Ok(lock) => Ok(lock),
            // The run that held the lock has just finished and cleaned up.
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
            "another run is writing into this folder ({holder}); wait for it, or choose another folder"
        ),
    }
}

/// Returns the names of the files that runs write, the record first.
pub(crate) fn names() -> Vec<String> {
    let formats = format::Choice::every();
    let tables = Compression::ALL.into_iter().flat_map(move |compression| {
        let formats = formats.clone();
        let files = TABLES.iter();
        files.flat_map(move |table| formats.files(table.name, compression))
    });
    let beside = [RECORD, index::FILE, REPORT].map(str::to_owned);
    beside.into_iter().chain(tables).collect()
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
pub(super) fn check_unfinished(folder: &Path) -> Result<()> {
    let unfinished = folder.join(UNFINISHED);
    match Found::read(&unfinished)? {
        // Only the cleaning up was left to do.
        Some(found) if found.is_complete && !unfinished.join(RECORD).exists() => Ok(()),
        // A merge always starts over.
        Some(found) if found.identity.is_merge => Ok(()),
        Some(found) => Err(Error::Occupied {
            folder: folder.to_owned(),
            message: format!(
                "contains an unfinished run, started {} and stopped after {} articles; continue with `--resume`, or \
                 start over with `--restart`",
                found.started_at(),
                found.last.state.progress.articles
            ),
        }),
        None => Ok(()),
    }
}

/// Checks that an unfinished run is the same as the one that would resume it.
pub(crate) fn check_same(folder: &Path, found: &Found, identity: &Identity) -> Result<()> {
    let differences = found.identity.differences(identity);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Error::Changed {
        folder: folder.to_owned(),
        started: found.started_at(),
        differences: differences.join("; "),
    })
}

/// Returns whether a folder contains an unfinished run.
pub(crate) fn has_unfinished(folder: &Path) -> bool {
    has_journal(&folder.join(UNFINISHED))
}

/// Returns whether a folder is that of an unfinished run.
pub(crate) fn has_journal(unfinished: &Path) -> bool {
    unfinished.join(journal::FILE).exists()
}

/// Removes everything that a run wrote into a folder.
pub(super) fn discard(folder: &Path) {
    // If this fails too, there is nothing to be done: what remains is in `unfinished`.
    let _ = fs::remove_dir_all(folder.join(UNFINISHED));
    let _ = fs::remove_dir(folder);
}

/// Removes what taking the lock of a folder has created, if nothing else is there.
pub(super) fn release(folder: &Path) {
    let unfinished = folder.join(UNFINISHED);
    // If the file is removed while another process waits for the lock, that one creates it again.
    let _ = fs::remove_file(unfinished.join(lock::FILE));
    let _ = fs::remove_dir(unfinished);
    let _ = fs::remove_dir(folder);
}

/// Removes a file, if it exists.
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Write {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Flushes the names in a folder to disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    // Other systems cannot open a folder.
    if !cfg!(unix) {
        return Ok(());
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| Error::Write {
        path: folder.to_owned(),
        source,
    })
}

/// Returns the record of the complete run in a folder, if there is one.
///
/// # Errors
///
/// If it cannot be read, or is not the record of a run.
pub(crate) fn read_record(folder: &Path) -> Result<Option<Record>> {
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

/// Writes the record of a run into its folder, and flushes it to disk.
pub(super) fn write_record(unfinished: &Path, record: &Record) -> Result<()> {
    let path = unfinished.join(RECORD);
    let written = serde_json::to_string_pretty(record)
        .map_err(io::Error::from)
        .and_then(|json| {
            let mut file = File::create(&path)?;
            file.write_all(json.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
    written.map_err(|source| Error::Write { path, source })
}

/// Notes the size of each table in its record.
pub(super) fn measure(unfinished: &Path, tables: &mut [TableRecord]) {
    for table in tables {
        let path = unfinished.join(&table.file);
        let whole = fs::metadata(merged(&path)).or_else(|_| fs::metadata(&path));
        table.bytes = whole.ok().map(|found| found.len());
    }
}

/// Checks that the tables of a complete run are there, each as long as it was.
///
/// # Errors
///
/// If one is not.
pub(crate) fn check_whole(folder: &Path, record: &Record) -> Result<()> {
    for TableRecord { file, bytes, .. } in &record.tables {
        let found = fs::metadata(folder.join(file)).map(|found| found.len());
        let what = match (found, bytes) {
            (Err(error), _) if journal::is_absent(&error) => "is missing".to_owned(),
            (Err(source), _) => {
                return Err(Error::Read {
                    path: folder.join(file),
                    source,
                });
            }
            (Ok(found), Some(bytes)) if found != *bytes => {
                format!("has {found} bytes instead of {bytes}")
            }
            (Ok(_), _) => continue,
        };
        return Err(Error::Occupied {
            folder: folder.to_owned(),
            message: format!(
                "the run is complete, but its table {file} {what}; restore it, or allow `--overwrite` to make the tables again"
            ),
        });
    }
    Ok(())
}

/// Returns the path of a table that also has the rows of earlier runs.
pub(super) fn merged(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".merged");
    name.into()
}

/// Moves the tables of a complete run to their names, unless that is done already, and returns its record.
///
/// The old record is removed first and the new one moved last, so a record never lies beside the tables of another
/// run. Each step can be repeated, so it does not matter where an earlier attempt stopped.
pub(super) fn publish(
    config: &Config,
    folder: &Path,
    memory: Option<&mut Memory>,
) -> Result<Record> {
    let unfinished = folder.join(UNFINISHED);
    if let Some(record) = read_record(&unfinished)? {
        let tables = record.tables.into_iter().map(|table| table.file);
        let ours: Vec<String> = tables
            .chain([index::FILE.to_owned(), RECORD.to_owned()])
            .collect();
        remove(&folder.join(RECORD))?;
        // Those with the same names are replaced below.
        for name in names().iter().filter(|name| !ours.contains(name)) {
            remove(&folder.join(name))?;
        }
        if memory.as_ref().is_some_and(|memory| memory.appends()) {
            // The index covers only the rows of this run.
            remove(&unfinished.join(index::FILE))?;
            remove(&folder.join(index::FILE))?;
        }
        for name in &ours {
            let path = folder.join(name);
            let ours = unfinished.join(name);
            let mut source = merged(&ours);
            if source.exists() {
                // It has the rows of the run too. This must be removed first, in case the steps are repeated.
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
    // The spool of a table that has other formats only, or is left out, is not needed any more.
    for table in TABLES {
        let spool = unfinished.join(table.spool(config.compression));
        remove(&merged(&spool))?;
        remove(&spool)?;
    }
    // The journal is removed before the lock, so that nobody resumes a run that is gone.
    for name in [IDS, DONE, journal::FILE, lock::FILE] {
        remove(&unfinished.join(name))?;
    }
    match fs::remove_dir(&unfinished) {
        // The next run has started already, or the folder contains something else.
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
