//! The lock of an output folder or a state file: one run at a time, and which process it is.
//!
//! The operating system holds the lock and releases it when the process ends, however that happens. So a lock file
//! left by a dead process is ignored: the next run takes it. The file only says who holds the lock.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::utc;

/// The name of the lock file of a folder.
pub(crate) const FILE: &str = "lock";

/// How often, and at what interval, a lock is tried: a process that only checks who holds it takes it for a moment.
const TRIES: usize = 5;
const BETWEEN: Duration = Duration::from_millis(20);

/// Who holds a lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: String,
    since: String,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Why a lock was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Another process holds it; this describes the process.
    Held(String),
    Io(io::Error),
}

impl Lock {
    /// Takes the lock whose file is at a path, in a folder that must exist.
    pub(crate) fn take(path: &Path) -> Result<Self, Refused> {
        let mut options = File::options();
        // Not truncated before the lock is ours: it says who holds it.
        options.read(true).write(true).create(true).truncate(false);
        for attempt in 1.. {
            let mut file = options.open(path).map_err(Refused::Io)?;
            match file.try_lock() {
                // The run that held it may have removed the file in the meantime; then the lock is void.
                Ok(()) if is_at(&file, path) => {
                    sign(&mut file).map_err(Refused::Io)?;
                    return Ok(Self { _file: file });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if attempt < TRIES => thread::sleep(BETWEEN),
                Err(TryLockError::WouldBlock) => return Err(Refused::Held(read(&mut file))),
                Err(TryLockError::Error(error)) => return Err(Refused::Io(error)),
            }
        }
        unreachable!("the attempts end with the lock or an error")
    }

    /// Returns a description of the process that holds the lock of a folder, if one does.
    pub(crate) fn holder(folder: &Path) -> Option<String> {
        let mut file = File::open(folder.join(FILE)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read(&mut file)),
            _ => None,
        }
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    let holder = Holder {
        pid: std::process::id(),
        host: host(),
        since: utc::seconds(SystemTime::now()),
    };
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(serde_json::to_string(&holder)?.as_bytes())
}

fn read(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.read_to_string(&mut text);
    match serde_json::from_str(&text) {
        Ok(Holder { pid, host, since }) => format!("process {pid} on {host}, since {since}"),
        // It has just taken the lock and not signed yet.
        Err(_) => "a process that just started".into(),
    }
}

#[cfg(unix)]
fn host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this computer".into())
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let same =
        |a: std::fs::Metadata, b: std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(there)) => same(held, there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_says_by_whom() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Lock::holder(folder.path()).is_none());
        let lock = Lock::take(&folder.path().join(FILE)).unwrap();
        let Err(Refused::Held(holder)) = Lock::take(&folder.path().join(FILE)) else {
            panic!("the lock is held");
        };
        let us = format!("process {} on ", std::process::id());
        assert!(holder.starts_with(&us) && holder.ends_with('Z'), "{holder}");
        assert_eq!(Lock::holder(folder.path()), Some(holder));
        drop(lock);
        assert!(Lock::holder(folder.path()).is_none());
        Lock::take(&folder.path().join(FILE)).unwrap();
    }

    #[test]
    fn a_file_that_nobody_holds_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let dead =
            "{\"pid\": 1, \"host\": \"dort\", \"since\": \"2026-01-01T00:00:00Z\", \"more\": 1}";
        std::fs::write(folder.path().join(FILE), dead.repeat(10)).unwrap();
        let _lock = Lock::take(&folder.path().join(FILE)).unwrap();
        let holder = Lock::holder(folder.path()).unwrap();
        assert!(!holder.contains("dort"), "{holder}");
    }
}
