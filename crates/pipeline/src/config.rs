//! The config: what is computed, from four layers of settings.
//!
//! Later layers win: the built-in defaults, the file, `BLATTWERK__NER__BACKEND=…` from the environment,
//! `--set ner.backend=off`. The `config` crate merges them. Each section is then read on its own, so that a
//! mistake can be traced to the one key, and the key to the line, variable or flag that it came from.

mod layers;
mod run;

use std::path::{Path, PathBuf};

use schemars::{Schema, schema_for};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use self::layers::Merged;
use crate::identity;
use crate::input::{self, Inputs};
use crate::output;
use crate::stages::{STAGES, Step};
use crate::{Error, Result, state};

pub use self::run::{Config as RunConfig, MaxFailures};

/// The sections that are not those of stages, with what they hold. The stages have a section each.
#[derive(Debug, Clone)]
pub struct Config {
    /// What is read.
    pub input: input::Config,
    /// What the tables look like and where they go.
    pub output: output::Config,
    /// Which articles are processed, if runs are scheduled.
    pub state: state::Config,
    /// How the run goes.
    pub run: RunConfig,
}

/// Returns the sections of the config, in the order of the flow, each with its JSON schema.
///
/// The schemas are made from the config types themselves, descriptions from their doc comments.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    let stages = STAGES.iter().map(|stage| (stage.name(), stage.schema()));
    [("input", schema_for!(input::Config))]
        .into_iter()
        .chain(stages)
        .chain([
            ("output", schema_for!(output::Config)),
            ("state", schema_for!(state::Config)),
            ("run", schema_for!(RunConfig)),
        ])
        .collect()
}

/// Returns the names of the sections, in the order of the flow.
fn sections() -> Vec<&'static str> {
    let stages = STAGES.iter().map(|stage| stage.name());
    ["input"]
        .into_iter()
        .chain(stages)
        .chain(["output", "state", "run"])
        .collect()
}

/// Returns the layer of settings below all others: the backend of each stage.
fn defaults() -> String {
    let backends = STAGES.iter().map(|stage| {
        let (name, backend) = (stage.name(), stage.default_backend());
        format!("{name}.backend = \"{backend}\"\n")
    });
    backends.collect()
}

/// A config that was read, with what is needed to say where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The sections that are not those of stages.
    pub config: Config,
    /// The folder that its paths are relative to.
    pub root: PathBuf,
    /// All settings as they were merged, without the defaults of the keys.
    pub settings: Json,
    merged: Merged,
}

impl Loaded {
    /// Reads and merges the layers, and checks every key and value.
    ///
    /// `file` is the config file, if there is one; `sets` are `section.key=value`, from flags; the environment is
    /// given by its variables, of which those that start with `BLATTWERK__` count.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a section, key or value is wrong.
    pub fn new(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        sets: &[String],
    ) -> Result<Self> {
        let text = file.map(|path| {
            std::fs::read_to_string(path).map_err(|source| Error::Read {
                path: path.to_owned(),
                source,
            })
        });
        let text = text.transpose()?;
        Self::with_text(file.zip(text.as_deref()), environment, "--set", sets)
    }

    /// Reads and merges the layers like [`Loaded::new`], with the text of the config file in memory; its paths are
    /// relative to the folder of the file. Messages introduce `sets` with `flag`.
    ///
    /// # Errors
    ///
    /// If a section, key or value is wrong.
    pub fn with_text(
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        flag: &str,
        sets: &[String],
    ) -> Result<Self> {
        let merged = Merged::new(&sections(), &defaults(), file, environment, flag, sets)?;
        let config = Config {
            input: merged.read("input", |section| Deserialize::deserialize(section))?,
            output: merged.read("output", |section| Deserialize::deserialize(section))?,
            state: merged.read("state", |section| Deserialize::deserialize(section))?,
            run: merged.read("run", |section| Deserialize::deserialize(section))?,
        };
        for stage in STAGES {
            merged.read(stage.name(), |section| stage.check(section))?;
        }
        let root = file
            .and_then(|(path, _)| path.parent())
            .unwrap_or(Path::new(""))
            .to_owned();
        Ok(Self {
            config,
            root,
            settings: merged.settings(),
            merged,
        })
    }

    /// Returns one section with its type.
    ///
    /// # Errors
    ///
    /// If the section is not one of this type.
    pub fn section<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.merged.read(name, |section| T::deserialize(section))
    }

    /// Builds all stages, in the order of the flow: opens their files and loads their models.
    ///
    /// # Errors
    ///
    /// If a stage cannot be built; the error names the place in the config.
    pub fn build(&self) -> Result<Vec<Step>> {
        let build = |stage: &&dyn crate::stages::Entry| {
            let section = self.merged.section(stage.name());
            stage
                .build(&section, &self.root)
                .map_err(|error| self.blame(stage.name(), error))
        };
        STAGES.iter().map(build).collect()
    }

    /// Finds the input: the paths of the config, or `paths` in their place, which are relative to the
    /// current folder.
    ///
    /// # Errors
    ///
    /// If there is nothing to read, or the section has a value that makes no sense.
    pub fn inputs(&self, paths: &[String]) -> Result<Inputs> {
        let mut config = self.config.input.clone();
        let mut root = self.root.as_path();
        if !paths.is_empty() {
            config.paths = paths.to_vec();
            root = Path::new("");
        }
        Inputs::open(&config, root).map_err(|error| self.blame("input", error))
    }

    /// Returns the backend of a stage, as the config names it.
    pub fn backend(&self, stage: &str) -> &str {
        self.settings
            .pointer(&format!("/{stage}/backend"))
            .and_then(Json::as_str)
            .unwrap_or("")
    }

    /// Returns the BLAKE3 hash, in hexadecimal, of all settings that decide what the tables hold.
    ///
    /// Where the input lies, where the tables go and how the run goes are left out.
    pub fn hash(&self) -> String {
        identity::config_hash(&self.settings)
    }

    fn blame(&self, section: &'static str, source: blattwerk_core::Error) -> Error {
        let path: Vec<&str> = match &source {
            blattwerk_core::Error::Setting { key, .. } => {
                std::iter::once(section).chain(key.split('.')).collect()
            }
            _ => vec![section, "backend"],
        };
        Error::Build {
            origin: self.merged.origin(&path),
            section,
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = include_str!("../../../pipeline.toml");

    fn load(text: &str, variables: &[(&str, &str)], sets: &[&str]) -> Result<Loaded> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, text).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        Loaded::new(Some(&path), variables, &sets)
    }

    /// The manual with the `#` of every key taken away.
    fn spelled_out() -> String {
        let lines = MANUAL.lines().map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase()) => key,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_manual_is_a_config() {
        load(MANUAL, &[], &[]).unwrap();
        load(&spelled_out(), &[], &[]).unwrap();
    }

    #[test]
    fn the_manual_has_every_key_of_every_backend() {
        fn keys(schema: &Json, found: &mut Vec<String>) {
            if let Some(properties) = schema["properties"].as_object() {
                found.extend(properties.keys().filter(|key| *key != "backend").cloned());
            }
            let inner = [
                schema["oneOf"].as_array().cloned(),
                schema["$defs"]
                    .as_object()
                    .map(|defs| defs.values().cloned().collect()),
            ];
            inner
                .into_iter()
                .flatten()
                .flatten()
                .for_each(|schema| keys(&schema, found));
        }
        for (table, schema) in schemas() {
            let mut found = Vec::new();
            keys(schema.as_value(), &mut found);
            found.retain(|key| key != "fields");
            assert!(!found.is_empty(), "[{table}] has keys");
            for key in found {
                assert!(
                    MANUAL.lines().any(|line| line
                        .trim_start_matches(['#', ' '])
                        .starts_with(&format!("{key} = "))),
                    "pipeline.toml explains `{key}` of [{table}]"
                );
            }
        }
    }

    #[test]
    fn later_layers_win() {
        let file = "[output]\nfolder = \"file\"\n[run]\njobs = 1\nchunk_articles = 1\n";
        let variables = [
            ("BLATTWERK__RUN__JOBS", "2"),
            ("BLATTWERK__RUN__CHUNK_ARTICLES", "2"),
            ("PATH", "x"),
        ];
        let loaded = load(file, &variables, &["run.jobs=3"]).unwrap();
        assert_eq!(loaded.config.output.folder, Path::new("file"));
        assert_eq!(loaded.config.run.chunk_articles, 2);
        assert_eq!(loaded.config.run.jobs, 3);
        assert_eq!(loaded.config.run.chunk_megabytes, 4, "nobody sets it");
    }

    #[test]
    fn values_of_flags_are_toml_or_else_text() {
        let loaded = load(
            "",
            &[],
            &[
                "input.paths=[\"a\", \"b\"]",
                "output.folder=o/p.q",
                "output.bom=true",
            ],
        )
        .unwrap();
        assert_eq!(loaded.config.input.paths, ["a", "b"]);
        assert_eq!(loaded.config.output.folder, Path::new("o/p.q"));
        assert!(loaded.config.output.bom);
    }

    #[test]
    fn mistakes_are_traced_to_their_key_and_place() {
        // file, flag, what the message says
        let cases: &[(&str, &str, &[&str])] = &[
            ("[run]\n\njobs = -1", "", &["p.toml:3: [run] jobs: ", "-1"]),
            ("[run]\njob = 1", "", &["p.toml:2: [run] job: ", "`jobs`"]),
            ("run = 3", "", &["p.toml:1: [run]: ", "expected a section"]),
            (
                "[split]\nbackend = \"x\"\nabbreviations = []",
                "",
                &["p.toml:2: [split] backend: ", "`rules`"],
            ),
            (
                "[split]\nabbreviations = [1]",
                "",
                &["p.toml:2: [split] abbreviations: ", "string"],
            ),
            (
                "[input.fields]\nid = \"a\"\ntext = 1",
                "",
                &["p.toml:3: [input] fields.text: "],
            ),
            (
                "input.fields.txt = \"a\"",
                "",
                &["p.toml:1: [input] fields.txt: ", "`text`"],
            ),
            (
                "",
                "run.jobs=viele",
                &["--set run.jobs=viele: [run] jobs: ", "viele"],
            ),
            (
                "",
                "run.jobs",
                &["--set: expected `section.key=value`, found `run.jobs`"],
            ),
            (
                "",
                "jobs=1",
                &["expected `section.key=value`, found `jobs=1`"],
            ),
            (
                "[run]\njobs = 1",
                "rum.jobs=1",
                &["--set rum.jobs=1: [rum]: unknown section", "`run`"],
            ),
        ];
        for (file, set, says) in cases {
            let sets: Vec<&str> = Some(*set)
                .filter(|set| !set.is_empty())
                .into_iter()
                .collect();
            let error = load(file, &[], &sets).unwrap_err().to_string();
            for word in *says {
                assert!(error.contains(word), "{word:?} is in {error:?}");
            }
        }
    }

    #[test]
    fn settings_of_a_backend_that_is_off_may_stay() {
        load(
            "[ner]\nbackend = \"gazetteer\"\nbuiltin = false",
            &[],
            &["ner.backend=off"],
        )
        .unwrap();
    }

    #[test]
    fn the_hash_is_that_of_what_the_tables_hold() {
        let hash = |set: &str| load("", &[], &[set]).unwrap().hash();
        assert_eq!(hash("run.jobs=1"), hash("run.jobs=2"));
        assert_eq!(hash("output.folder=a"), hash("input.paths=[\"b\"]"));
        assert_ne!(hash("run.jobs=1"), hash("ner.backend=off"));
        assert_ne!(hash("run.jobs=1"), hash("input.encoding=latin1"));
    }
}
