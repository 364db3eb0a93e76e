//! What the files around a file in a folder say of it.
//!
//! A picture alone is a mistake, and a failure says so; beside a page it belongs to the page, and so do all files in
//! the folder that a browser saves with a page. A file that was named is never judged by what is around it.

use std::collections::HashSet;
use std::path::Path;

use super::ignored;

/// Where a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nowhere: it was named.
    Nothing,
    /// In a folder.
    Folder,
    /// In a folder, beside or below a page.
    Page,
    /// In a folder that has the name of one which a browser saves beside a page.
    Assets,
    /// The same, and the page is there.
    SavedPage,
    /// In a folder, beside the SQLite database that it is a part of.
    Database,
}

impl Beside {
    /// Returns the kind of a file that is plainly no article, by its name and its beginning.
    pub(super) fn ignored(self, name: &str, start: &[u8]) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Folder => {
                ignored::file(name, start).filter(|kind| !matches!(*kind, "image" | "media"))
            }
            Self::Page => ignored::file(name, start),
            Self::Assets => ignored::file(&served_name(name), start),
            Self::SavedPage => {
                Some(ignored::file(&served_name(name), start).unwrap_or("part of a saved page"))
            }
            Self::Database => Some("database journal"),
        }
    }
}

/// Tells of files that were found in a folder what is beside each. A file has the path it was found by and the one it
/// is opened by; those of a folder come one after another.
pub(super) fn judge(folder: &Path, files: &[(&Path, &Path)]) -> Vec<Beside> {
    let pages: HashSet<&Path> = files
        .iter()
        .filter(|(path, _)| is_page(path))
        .filter_map(|(path, _)| path.parent())
        .collect();
    let mut judged = Vec::with_capacity(files.len());
    for files in files.chunk_by(|(_, a), (_, b)| a.parent() == b.parent()) {
        let parents = files.first();
        let parents = parents.and_then(|(path, location)| path.parent().zip(location.parent()));
        let usual = parents.map_or(Beside::Folder, |(path, location)| {
            let has_page = path.ancestors().any(|above| pages.contains(above));
            match assets(folder, path, location) {
                Beside::Folder if has_page => Beside::Page,
                usual => usual,
            }
        });
        judged.extend(files.iter().map(|(_, location)| {
            if is_part_of_database(location) {
                Beside::Database
            } else {
                usual
            }
        }));
    }
    judged
}

/// Returns whether a folder below the given one, or that one, is one which a browser saves beside a page.
fn assets(folder: &Path, path: &Path, location: &Path) -> Beside {
    const PAGES: [&str; 4] = ["html", "htm", "xhtml", "shtml"];
    let mut found = Beside::Folder;
    for (above, at) in path.ancestors().zip(location.ancestors()) {
        let Some(page) = above.file_name().and_then(|name| {
            let name = name.to_str()?;
            name.strip_suffix("_files")
                .or_else(|| name.strip_suffix("-Dateien"))
        }) else {
            if above == folder {
                break;
            }
            continue;
        };
        found = Beside::Assets;
        // Whoever names such a folder wants what is in it.
        if above == folder {
            break;
        }
        let is_there = |extension| at.with_file_name(format!("{page}.{extension}")).is_file();
        if PAGES.into_iter().any(is_there) {
            return Beside::SavedPage;
        }
    }
    found
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["html", "htm", "xhtml", "shtml"]
            .iter()
            .any(|page| extension.eq_ignore_ascii_case(page))
    })
}

/// Returns whether a file is the journal of the database beside it, which is read with it.
fn is_part_of_database(location: &Path) -> bool {
    location
        .file_name()
        .and_then(|name| {
            let name = name.to_str()?;
            ["-wal", "-shm", "-journal"]
                .iter()
                .find_map(|suffix| name.strip_suffix(suffix))
        })
        .is_some_and(|database| location.with_file_name(database).is_file())
}

/// Returns the name that a file had on its server: browsers save `a.js` as `a.js.download` and a second one as
/// `a(1).js.download`, and a style sheet may have no extension, as in `fonts.example/css?family=…`.
fn served_name(name: &str) -> String {
    let name = name.strip_suffix(".download").unwrap_or(name);
    let name = name.rsplit('/').next().unwrap_or_default();
    let name = match (name.rfind('('), name.strip_suffix(')')) {
        (Some(at), Some(whole)) => {
            let number = whole.get(at + 1..).unwrap_or_default();
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            name.get(..at).filter(|_| is_number).unwrap_or(name)
        }
        _ => name,
    };
    match name.trim_end_matches(|digit: char| digit.is_ascii_digit()) {
        kind @ ("css" | "js") => format!("{name}.{kind}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_has_the_name_it_was_served_by() {
        for (name, expected) in [
            ("a_files/app.js.download", "app.js"),
            ("js(1).download", "js.js"),
            ("css", "css.css"),
            ("css2(3)", "css2.css"),
            ("bild(2).jpg", "bild(2).jpg"),
            ("Rat (Auszug)", "Rat (Auszug)"),
            ("a()", "a()"),
            ("", ""),
        ] {
            assert_eq!(served_name(name), expected, "{name}");
        }
    }
}
