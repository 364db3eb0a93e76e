//! The files that blattwerk itself reads and writes, and that may lie in a folder of input: tables of earlier runs, the
//! config, the state, the metrics. They are no articles, so they are left out, unless they are named one by one.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::config::Loaded;
use crate::input::{File, Inputs};
use crate::{Error, Result, output, regular, state};

/// What such a file is counted as.
pub(crate) const OWN_FILE: &str = "file of blattwerk";

/// Leaves out of the input what is in the output folder or in that of another run, and some more files.
///
/// # Errors
///
/// If nothing else was found, although the config does not allow that there is no input.
pub fn leave_out(
    inputs: &mut Inputs,
    loaded: &Loaded,
    folder: &Path,
    more: &[PathBuf],
) -> Result<()> {
    let mut files = more.to_vec();
    if let Some(file) = &loaded.config.state.file {
        files.extend(state::files(&loaded.root.join(file)));
    }
    let mut own = Own {
        folder: folder.canonicalize().ok(),
        files: files
            .iter()
            .filter_map(|file| file.canonicalize().ok())
            .collect(),
        names: output::names().into_iter().collect(),
        folders: HashMap::new(),
    };
    inputs.leave_out(&mut |file| own.has(file));
    if inputs.files().is_empty() && inputs.left_out() > 0 && !loaded.config.input.allow_empty {
        return Err(Error::Setting {
            origin: "input".into(),
            key: "[input] paths".into(),
            message: "expected articles, found only files that blattwerk itself wrote or reads; name them one by one to read \
                      them"
                .into(),
        });
    }
    Ok(())
}

struct Own {
    folder: Option<PathBuf>,
    files: HashSet<PathBuf>,
    names: HashSet<String>,
    /// What is known of the folders so far.
    folders: HashMap<PathBuf, Kind>,
}

/// Whose files are in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Not ours.
    Input,
    /// The tables of a run, perhaps among other files.
    Tables,
    /// An unfinished run and nothing else.
    Unfinished,
}

impl Own {
    fn has(&mut self, file: &File) -> bool {
        let location = file.location();
        let (Some(folder), Some(name)) = (location.parent(), location.file_name()) else {
            return false;
        };
        let has_name = self.files.iter().any(|own| own.file_name() == Some(name));
        if has_name
            && location
                .canonicalize()
                .is_ok_and(|path| self.files.contains(&path))
        {
            return true;
        }
        match self.kind(folder) {
            Kind::Input => false,
            Kind::Tables => name.to_str().is_some_and(|name| self.names.contains(name)),
            Kind::Unfinished => true,
        }
    }

    fn kind(&mut self, folder: &Path) -> Kind {
        if let Some(kind) = self.folders.get(folder) {
            return *kind;
        }
        let kind = self.look(folder);
        self.folders.insert(folder.to_owned(), kind);
        kind
    }

    fn look(&self, folder: &Path) -> Kind {
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let Ok(path) = here.canonicalize() else {
            return Kind::Input;
        };
        let is_output = |path: &Path| {
            self.folder
                .as_ref()
                .is_some_and(|output| path.starts_with(output))
                || is_complete(path)
        };
        let has_journal = output::has_journal(&path);
        if path.ends_with(output::UNFINISHED)
            && (has_journal || path.parent().is_some_and(is_output))
        {
            Kind::Unfinished
        } else if is_output(&path) {
            Kind::Tables
        } else {
            Kind::Input
        }
    }
}

/// Returns whether a folder has the record of a run.
fn is_complete(folder: &Path) -> bool {
    let record = regular::open(&folder.join(output::RECORD)).and_then(io::read_to_string);
    let Ok(record) = record else {
        return false;
    };
    let record = serde_json::from_str::<serde_json::Value>(&record).unwrap_or_default();
    record["run_hash"].is_string() && record["tables"].is_array()
}
