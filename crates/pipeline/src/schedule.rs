//! Scheduled runs: where the tables of each go, and which there were.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use blattwerk_state::{Run, State};

use crate::config::Loaded;
use crate::state::{Config, Tables};
use crate::{Error, Result, output, utc};

/// Returns the folder for the tables of a run, and lets them go into those that it adds to.
///
/// Without a state that is `output`; if each run has its own folder, one within it: that of an unfinished run, which
/// is gone on with or in the way, or a new one.
///
/// # Errors
///
/// If the folders or the state cannot be read, or the tables there are written in another way.
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
                              folder, or begin with another state file"
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
        // A new run is refused there, with what to do.
        return Ok(path);
    }
    let now = utc::seconds(SystemTime::now()).replace(['-', ':'], "");
    let mut path = output.join(&now);
    let mut number = 2;
    while path.exists() {
        path = output.join(format!("{now}-{number}"));
        number += 1;
    }
    Ok(path)
}

/// Tells whether the tables of a run go into those of runs before it.
fn appends(config: &Config, root: &Path) -> Result<bool> {
    let path = config.file.as_ref().map(|file| root.join(file));
    match path.filter(|path| config.tables == Tables::Append && path.exists()) {
        Some(path) => Ok(!State::runs(&path)?.is_empty()),
        None => Ok(false),
    }
}

/// Returns the runs in the state file of a config, the first one first.
///
/// # Errors
///
/// If the config names no state, or it cannot be read.
pub fn runs(loaded: &Loaded) -> Result<Vec<Run>> {
    let file = loaded.config.state.file.as_ref();
    let file = file.ok_or_else(|| Error::Setting {
        origin: "config".into(),
        key: "[state] file".into(),
        message: "expected the file that remembers runs, found none".into(),
    })?;
    Ok(State::runs(&loaded.root.join(file))?)
}
