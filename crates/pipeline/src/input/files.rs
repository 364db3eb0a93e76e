//! Finds the input files for the paths in the config.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use blattwerk_core::Result;
use walkdir::{DirEntry, WalkDir};

use super::beside::{self, Beside};
use super::fault::{Fault, setting};
use super::{glob, path_text};
use crate::digest::digest;
use crate::regular::{self, NOT_REGULAR};

/// An input file.
#[derive(Debug, Clone)]
pub struct File {
    /// The path as it was given, or as it was found in a given folder or by a given glob.
    pub path: PathBuf,
    /// The size in bytes on disk.
    pub size: u64,
    /// When it was last modified, if known.
    pub modified: Option<SystemTime>,
    /// The path it is opened by, with the root.
    pub(super) location: PathBuf,
    /// The path that ids of articles begin with, if it is another one.
    id: Option<PathBuf>,
    /// Whether it was named itself, not found in a folder or by a glob.
    pub(super) is_named: bool,
    /// What the files around it say of it.
    pub(super) beside: Beside,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Regular,
    /// A pipe or device named by the user. It can be read only once, so it is not inspected first.
    Stream,
    /// The standard input, which is a stream too.
    Stdin,
    /// Neither: it becomes a failure.
    Unreadable(String),
}

impl File {
    /// Returns the path for tables and messages, with `/` as separator on every system. A byte that is not UTF-8 is `\xfc`.
    pub fn name(&self) -> String {
        shown(&self.path)
    }

    /// Returns the name that the ids of its articles begin with, unless they have their own.
    pub(super) fn id_name(&self) -> String {
        shown(self.id.as_ref().unwrap_or(&self.path))
    }

    /// Returns the path it is opened by.
    pub fn location(&self) -> &Path {
        &self.location
    }

    /// Returns whether it can be inspected before it is read.
    pub(super) fn is_regular(&self) -> bool {
        matches!(self.kind, Kind::Regular)
    }

    /// Returns whether it is a pipe or a device, which cannot be read a second time.
    pub fn is_stream(&self) -> bool {
        matches!(self.kind, Kind::Stream | Kind::Stdin)
    }

    pub(super) fn is_stdin(&self) -> bool {
        matches!(self.kind, Kind::Stdin)
    }

    /// Returns a hash of the first and the last 64 KiB of a large file; none for other files.
    ///
    /// Together with size and modification time it distinguishes dumps. Small files are left out: there may
    /// be millions of them, and the hash would not be worth reading each twice.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn fingerprint(&self) -> io::Result<Option<String>> {
        const LARGE: u64 = 1 << 20;
        const END: u64 = 64 << 10;
        if !self.is_regular() || self.size < LARGE {
            return Ok(None);
        }
        let mut file = regular::open(&self.location)?;
        let mut ends = Vec::new();
        file.by_ref().take(END).read_to_end(&mut ends)?;
        file.seek(SeekFrom::Start(self.size - END))?;
        file.take(END).read_to_end(&mut ends)?;
        Ok(Some(blake3::hash(&ends).to_hex().to_string()))
    }

    /// Returns the fault of a file that is not what it was when it was found, and the size it has; none if nothing
    /// has changed.
    ///
    /// It is compared when it has been read: a dump that another program writes to, cuts or replaces is not read
    /// as a whole, whatever came of it.
    pub(super) fn changed(&self) -> Option<(Fault, u64)> {
        if !self.is_regular() {
            return None;
        }
        let (what, size) = match fs::metadata(&self.location) {
            Ok(now) if !now.is_file() => {
                let what = format!("was replaced while it was read: it is {NOT_REGULAR} any more");
                (what, self.size)
            }
            Ok(now) => {
                let (was, is) = (self.size, now.len());
                let what = match is.cmp(&was) {
                    Ordering::Less => {
                        format!("became shorter while it was read: {is} of {was} bytes")
                    }
                    Ordering::Greater => {
                        format!("became longer while it was read: {is} instead of {was} bytes")
                    }
                    // Files without a size are made as they are read, as in `/proc`.
                    Ordering::Equal if was > 0 && now.modified().ok() != self.modified => {
                        "was changed or replaced while it was read".into()
                    }
                    Ordering::Equal => return None,
                };
                (what, is)
            }
            Err(error) => (
                format!(
                    "cannot be found any more after it was read: {}",
                    reason(&error)
                ),
                self.size,
            ),
        };
        let what = format!(
            "{what}; articles may be missing or mixed, so read it again when it is complete"
        );
        Some((Fault::Changed(what), size))
    }

    /// Returns why the file could not be accessed when it was found.
    pub(super) fn fault(&self) -> Option<Fault> {
        match &self.kind {
            Kind::Unreadable(reason) => Some(Fault::Unreadable(reason.clone())),
            _ => None,
        }
    }
}

/// Returns the files of all paths in order, each file once. Without any for a folder or glob, it must be allowed that
/// there is none.
pub(super) fn find(paths: &[String], root: &Path, may_be_none: bool) -> Result<Vec<File>> {
    if paths.is_empty() {
        let expected = "at least one file, folder or glob, here or with `--input`";
        return Err(setting("input.paths", expected, "none"));
    }
    let mut found = Found {
        root,
        files: Vec::new(),
        met: 0,
        seen: HashSet::new(),
    };
    for path in paths {
        let before = found.met;
        found.add(path)?;
        if found.met == before && !may_be_none {
            let expected = "a file, or a folder or glob with files that are not hidden (or `input.allow_empty`)";
            let what = format!("no file for `{path}`");
            return Err(setting("input.paths", expected, what));
        }
    }
    Ok(found.files)
}

/// The path that stands for the standard input.
const STDIN: &str = "-";

/// Replaces the `~` of a path that no shell has seen; none if it has none.
fn home(given: &str) -> Option<PathBuf> {
    let rest = given.strip_prefix("~/")?;
    let home = std::env::home_dir()?;
    Some(home.join(path_text::path(rest)))
}

/// Returns whether a path is an address on the network: a scheme, `://` and more.
fn is_address(given: &str) -> bool {
    given.split_once("://").is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

struct Found<'a> {
    root: &'a Path,
    files: Vec<File>,
    /// The number of files found, including repeated ones.
    met: usize,
    /// Hashes of the canonical paths.
    seen: HashSet<u128>,
}

impl Found<'_> {
    fn add(&mut self, given: &str) -> Result<()> {
        if given == STDIN {
            self.stdin();
            return Ok(());
        }
        let path = home(given).unwrap_or_else(|| path_text::path(given));
        let location = self.root.join(&path);
        match fs::metadata(&location) {
            Ok(metadata) if metadata.is_dir() => self.folder(&path),
            Ok(metadata) => self.file(path, location, &metadata, true),
            Err(_) if given.contains(['*', '?', '[']) && !is_address(given) => {
                self.glob(given, &path)?;
            }
            Err(_) if is_address(given) => {
                let expected = "a file, a folder or a glob, since nothing is read from the network: download it first, or \
                                pipe it: curl -sL ADDRESS | blattwerk run - -o FOLDER";
                let found = format!("the address `{given}`");
                return Err(setting("input.paths", expected, found));
            }
            Err(error) => {
                let expected = "a file, a folder or a glob that exists";
                let found = format!("`{given}`: {}", reason(&error));
                return Err(setting("input.paths", expected, found));
            }
        }
        Ok(())
    }

    fn stdin(&mut self) {
        self.put(
            Path::new(STDIN),
            File {
                path: "stdin".into(),
                size: 0,
                modified: None,
                location: PathBuf::new(),
                id: None,
                is_named: true,
                beside: Beside::Nothing,
                kind: Kind::Stdin,
            },
        );
    }

    fn glob(&mut self, given: &str, pattern: &Path) -> Result<()> {
        let matches = glob::find(pattern, self.root).map_err(|error| {
            let found = format!("`{given}`: {error}");
            setting("input.paths", "a file, a folder or a glob", found)
        })?;
        for found in matches {
            match found {
                Ok(location) => {
                    let path = self.relative(&location);
                    match fs::metadata(&location) {
                        Ok(metadata) if metadata.is_dir() => self.folder(&path),
                        Ok(metadata) => self.file(path, location, &metadata, false),
                        Err(error) => self.unreadable(path, reason(&error)),
                    }
                }
                Err((location, error)) => self.unreadable(self.relative(&location), reason(&error)),
            }
        }
        Ok(())
    }

    fn folder(&mut self, given: &Path) {
        let first = self.files.len();
        let entries = WalkDir::new(self.root.join(given))
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    let path = self.relative(entry.path());
                    match entry.metadata() {
                        Ok(metadata) => self.file(path, entry.into_path(), &metadata, false),
                        Err(error) => self.unreadable(path, error.to_string()),
                    }
                }
                // A link to a folder above it, whose files are read anyway.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let path = error
                        .path()
                        .map_or_else(|| given.to_owned(), |at| self.relative(at));
                    let reason = error.io_error().map_or_else(|| error.to_string(), reason);
                    self.unreadable(path, reason);
                }
            }
        }
        let found = &mut self.files[first..];
        let paths = found
            .iter()
            .map(|file| (file.path.as_path(), file.location.as_path()));
        let judged = beside::judge(given, &paths.collect::<Vec<_>>());
        for (file, beside) in found.iter_mut().zip(judged) {
            file.beside = beside;
        }
    }

    fn file(&mut self, path: PathBuf, location: PathBuf, metadata: &fs::Metadata, is_named: bool) {
        let kind = if metadata.is_file() {
            Kind::Regular
        } else if is_named {
            Kind::Stream
        } else {
            Kind::Unreadable(NOT_REGULAR.into())
        };
        let real = fs::canonicalize(&location).unwrap_or_else(|_| location.clone());
        self.put(
            &real,
            File {
                path,
                size: metadata.len(),
                modified: metadata.modified().ok(),
                location,
                id: None,
                is_named,
                beside: Beside::Nothing,
                kind,
            },
        );
    }

    fn unreadable(&mut self, path: PathBuf, reason: String) {
        let location = self.root.join(&path);
        // The target of a dangling link has no canonical path, but the link has one.
        let real = location
            .parent()
            .and_then(|parent| fs::canonicalize(parent).ok())
            .zip(location.file_name())
            .map_or_else(|| location.clone(), |(parent, name)| parent.join(name));
        self.put(
            &real,
            File {
                path,
                size: 0,
                modified: None,
                location,
                id: None,
                is_named: false,
                beside: Beside::Nothing,
                kind: Kind::Unreadable(reason),
            },
        );
    }

    fn put(&mut self, real: &Path, file: File) {
        self.met += 1;
        if self
            .seen
            .insert(digest(real.as_os_str().as_encoded_bytes()))
        {
            self.files.push(file);
        }
    }

    fn relative(&self, location: &Path) -> PathBuf {
        location
            .strip_prefix(self.root)
            .unwrap_or(location)
            .to_owned()
    }
}

/// Returns a path for tables and messages.
fn shown(path: &Path) -> String {
    let name = path_text::of(path);
    if std::path::MAIN_SEPARATOR == '/' {
        name
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// Returns the files with paths for ids: relative to `base`, or absolute if they are not below it.
pub(super) fn identified(files: &[File], base: &Path) -> Vec<File> {
    let real = |folder: &Path| {
        let is_here = folder.as_os_str().is_empty();
        fs::canonicalize(if is_here { Path::new(".") } else { folder })
    };
    let base = real(base).ok();
    let mut last: Option<(PathBuf, PathBuf)> = None;
    let mut id = |file: &File| {
        if file.is_stdin() {
            return None;
        }
        let folder = file.location.parent()?;
        if last.as_ref().is_none_or(|(known, _)| known != folder) {
            last = Some((folder.to_owned(), real(folder).ok()?));
        }
        let (_, folder) = last.as_ref()?;
        let path = folder.join(file.location.file_name()?);
        let below = base.as_ref().and_then(|base| path.strip_prefix(base).ok());
        Some(below.map_or_else(|| path.clone(), Path::to_owned))
    };
    let files = files.iter().map(|file| File {
        id: id(file),
        ..file.clone()
    });
    files.collect()
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        _ => error.to_string(),
    }
}
