//! Finds files by a pattern, whatever bytes their names consist of.
//!
//! Names are matched one by one, with each byte that is not UTF-8 as a character of its own. So `?` matches it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern, PatternError};

use super::path_text;

/// A path that matches a pattern, or one that cannot be read, and why.
pub(super) type Match = Result<PathBuf, (PathBuf, io::Error)>;

/// Returns all paths that match a pattern, sorted. Names that start with a dot match only a dot.
///
/// # Errors
///
/// If it is not a pattern.
pub(super) fn find(pattern: &Path, root: &Path) -> Result<Vec<Match>, PatternError> {
    Pattern::new(&path_text::of(pattern))?;
    let parts = pattern.components().map(Part::new);
    let parts: Vec<Part> = parts.collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    expand(root.to_owned(), &parts, &mut found);
    found.sort_by(|a, b| place(a).cmp(place(b)));
    found.dedup_by(|a, b| place(a) == place(b));
    Ok(found)
}

fn place(found: &Match) -> &Path {
    match found {
        Ok(path) | Err((path, _)) => path,
    }
}

/// A part of a pattern between two separators.
enum Part<'a> {
    Literal(Component<'a>),
    Pattern(Pattern),
    /// `**`: any number of folders.
    Folders,
}

impl<'a> Part<'a> {
    fn new(component: Component<'a>) -> Result<Self, PatternError> {
        let Component::Normal(name) = component else {
            return Ok(Self::Literal(component));
        };
        let name = characters(name);
        Ok(if name == "**" {
            Self::Folders
        } else if name.contains(['*', '?', '[']) {
            Self::Pattern(Pattern::new(&name)?)
        } else {
            Self::Literal(component)
        })
    }
}

fn expand(base: PathBuf, parts: &[Part<'_>], found: &mut Vec<Match>) {
    let Some((part, rest)) = parts.split_first() else {
        // The root itself is no match.
        if !base.as_os_str().is_empty() {
            found.push(Ok(base));
        }
        return;
    };
    match part {
        Part::Literal(Component::CurDir) => expand(base, rest, found),
        Part::Literal(component) => {
            let next = base.join(component);
            if fs::symlink_metadata(&next).is_ok() {
                expand(next, rest, found);
            }
        }
        Part::Pattern(pattern) => {
            let options = MatchOptions {
                require_literal_leading_dot: true,
                ..MatchOptions::new()
            };
            for (next, name) in names(&base, found) {
                if pattern.matches_with(&name, options) && (rest.is_empty() || next.is_dir()) {
                    expand(next, rest, found);
                }
            }
        }
        // A folder that matches is read with all folders in it.
        Part::Folders if rest.is_empty() && !base.as_os_str().is_empty() => found.push(Ok(base)),
        Part::Folders if rest.is_empty() => {
            for (next, name) in names(&base, found) {
                if !name.starts_with('.') {
                    found.push(Ok(next));
                }
            }
        }
        Part::Folders => {
            expand(base.clone(), rest, found);
            for (next, name) in names(&base, found) {
                // A link may lead to a folder above it.
                let is_folder = fs::symlink_metadata(&next).is_ok_and(|found| found.is_dir());
                if is_folder && !name.starts_with('.') {
                    expand(next, parts, found);
                }
            }
        }
    }
}

/// Returns the paths and names in a folder. What cannot be read is found too.
fn names(folder: &Path, found: &mut Vec<Match>) -> Vec<(PathBuf, String)> {
    let here = Path::new(".");
    let is_here = folder.as_os_str().is_empty();
    let entries = match fs::read_dir(if is_here { here } else { folder }) {
        Ok(entries) => entries,
        Err(error) => {
            let is_none = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
            if !is_none.contains(&error.kind()) {
                found.push(Err((folder.to_owned(), error)));
            }
            return Vec::new();
        }
    };
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => {
                let name = entry.file_name();
                names.push((folder.join(&name), characters(&name)));
            }
            Err(error) => found.push(Err((folder.to_owned(), error))),
        }
    }
    names
}

/// Returns a name with a character of its own for each byte that is not UTF-8; no name has such characters.
fn characters(name: &OsStr) -> String {
    const BYTES: u32 = 0x0010_FF00;
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        let bytes = chunk.invalid().iter();
        text.extend(bytes.filter_map(|byte| char::from_u32(BYTES + u32::from(*byte))));
    }
    text
}
