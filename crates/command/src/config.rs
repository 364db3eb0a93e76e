//! The keys of the backend.

use std::path::{Path, PathBuf};
use std::time::Duration;

use blattwerk_core::{Asset, Built, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Answer, Program};

/// Runs a program of yours: it gets one line of JSON for each article, and writes one line back.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The program and its arguments. It is started once per thread, in the folder of the config file; a
    /// program name with a slash is relative to that folder. Required. `examples/command` has a program with
    /// the whole protocol.
    #[schemars(example = vec!["python3", "ner.py"])]
    pub command: Vec<String>,
    /// The time limit for an answer, in seconds. A process that takes longer is killed, and the
    /// article fails. The first answer of a process includes its start, so allow time for loading a model.
    pub timeout_seconds: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            timeout_seconds: 30.0,
        }
    }
}

impl Config {
    /// Starts the program and returns it as a stage, whose answers have the form `A`.
    ///
    /// Files that the command names are assets of the stage, so that a run records which script it used.
    ///
    /// # Errors
    ///
    /// As for [`Config::start`]; or if a file that the command names cannot be read.
    pub fn build<A: Answer + 'static>(&self, root: &Path) -> Result<Built<A::Layer>> {
        let program = self.start(root)?;
        let mut built = Built::new(move |document: &_| program.ask::<A>(document));
        for part in &self.command {
            let path = root.join(part);
            if path.is_file() {
                built = built.with(Asset::read(&path)?.1);
            }
        }
        Ok(built)
    }

    /// Starts the program, with a first process.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if there is no command or the timeout is not a positive number;
    /// [`Error::Start`] if the program is missing, or exits at once.
    pub fn start(&self, root: &Path) -> Result<Program> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Err(Error::Setting {
                key: "command",
                expected: r#"a program and its arguments, such as ["python3", "ner.py"]"#.into(),
                found: "an empty list".into(),
            });
        };
        let timeout = Duration::try_from_secs_f64(self.timeout_seconds)
            .ok()
            .filter(|timeout| !timeout.is_zero())
            .ok_or_else(|| Error::Setting {
                key: "timeout_seconds",
                expected: "a positive number of seconds".into(),
                found: self.timeout_seconds.to_string(),
            })?;

        let root = absolute(root);
        // Whether a relative program is looked for before or after the folder changes depends on the system.
        let program = if program.contains(std::path::is_separator) {
            root.join(program)
        } else {
            PathBuf::from(program)
        };
        Program::start(
            self.command.join(" "),
            program,
            arguments.to_vec(),
            root,
            timeout,
        )
    }
}

/// Returns the folder as an absolute path; the empty path is the current folder.
fn absolute(root: &Path) -> PathBuf {
    let root = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    std::path::absolute(root).unwrap_or_else(|_| root.to_owned())
}
