//! Scheduled runs: where each writes its tables, and the list of past runs.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use blattwerk_state::{Run, State};

use crate::config::Loaded;
use crate::state::{Config, Tables};
use crate::{Error, Result, output, utc};

/// Returns the folder for the tables of a run, and allows it to replace tables that it adds rows to.
///
/// Without a state the folder is `output`. If each run has its own folder, it is one within `output`: that of an
/// unfinished run, if there is one, or a new one.
///
/// # Errors
///
/// If the folders or the state cannot be read, or the tables there are written in a different format.
pub fn place(loaded: &mut Loaded, output: &Path) -> Result<PathBuf> {
    let config = &loaded.config.state;
    if config.file.is_none() {
        return Ok(output.to_owned());
    }
    if config.tables == Tables::Append {
        if appends(config, &loaded.root)? {
            if !output.join("run.json").exists() && !output::has_unfinished(output) {
                return Err(Error::Occupied {
                    folder: output.to_owned(),
                    message: "expected the tables of the runs that the state remembers, found none; choose their \
                              folder, or start with another state file"
                        .into(),
                });
            }
            output::check_appendable(&loaded.settings, output)?;
            loaded.config.output.overwrite = true;
        }
        return Ok(output.to_owned());
    }
    let mut unfinished = Vec::new();
    match fs::read_dir(output) {
        Ok(entries) => {
            for entry in entries {
                let path = entry
                    .map_err(|source| Error::Read {
                        path: output.to_owned(),
                        source,
                    })?
                    .path();
                if output::has_unfinished(&path) {
                    unfinished.push(path);
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => {
            return Err(Error::Read {
                path: output.to_owned(),
                source,
            });
        }
    }
    unfinished.sort();
    if let Some(path) = unfinished.pop() {
        // A new run is refused there, with a message that says what to do.
        return Ok(path);
    }
    Ok(fresh(output))
}

/// Returns the path of a new folder for the tables of a run, within the output folder.
pub(crate) fn fresh(output: &Path) -> PathBuf {
    let now = utc::seconds(SystemTime::now()).replace(['-', ':'], "");
    let mut path = output.join(&now);
    let mut number = 2;
    while path.exists() {
        path = output.join(format!("{now}-{number}"));
        number += 1;
    }
    path
}

/// Returns whether the rows of a run are added to the tables of earlier runs.
fn appends(config: &Config, root: &Path) -> Result<bool> {
    let path = config.file.as_ref().map(|file| root.join(file));
    match path.filter(|path| config.tables == Tables::Append && path.exists()) {
        Some(path) => Ok(!State::runs(&path)?.is_empty()),
        None => Ok(false),
    }
}

/// Returns the runs in the state file of a config, the earliest first.
///
/// # Errors
///
/// If the config names no state file, or the file cannot be read.
pub fn runs(loaded: &Loaded) -> Result<Vec<Run>> {
    let file = loaded.config.state.file.as_ref();
    let file = file.ok_or_else(|| Error::Setting {
        origin: "config".into(),
        key: "[state] file".into(),
        message: "expected the file that remembers runs, found none".into(),
    })?;
    Ok(State::runs(&loaded.root.join(file))?)
}
