//! The config: what is computed, from four layers of settings.
//!
//! Later layers win: the built-in defaults, the file, `BLATTWERK__NER__BACKEND=…` from the environment,
//! `--set ner.backend=off`. The `config` crate merges them. Each table is then read on its own, so that a
//! mistake can be traced to the one key, and the key to the line, variable or flag that it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ::config::builder::DefaultState;
use ::config::{ConfigBuilder, ConfigError, File, FileFormat, Map, Source, Value, ValueKind};
use blattwerk_core::{Asset, Built, Entity, Keyword, Normalized, Sentiment, Span, Summary};
use blattwerk_dedup::Dedup;
use blattwerk_language::Detected;
use schemars::{Schema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::input::{self, Inputs};
use crate::{Error, Result, run, state, tables};

/// The backend of each stage where no other layer names one.
const DEFAULTS: &str = r#"
normalize.backend = "rules"
language.backend = "trigrams"
dedup.backend = "off"
split.backend = "rules"
ner.backend = "crf"
keywords.backend = "off"
sentiment.backend = "linear"
summarize.backend = "features"
"#;

/// The prefix of the variables that are settings; `__` parts table and key.
const PREFIX: &str = "BLATTWERK__";

/// The whole config, a field a table.
#[derive(Debug, Clone)]
pub struct Config {
    /// What is read.
    pub input: input::Config,
    /// How text is cleaned.
    pub normalize: blattwerk_normalize::Config,
    /// How the language is found, and what becomes of articles in another one.
    pub language: blattwerk_language::Config,
    /// Whether copies of articles are looked for.
    pub dedup: blattwerk_dedup::Config,
    /// How sentences are found.
    pub split: blattwerk_split::Config,
    /// How names are found.
    pub ner: blattwerk_ner::Config,
    /// Whether keywords are found, and how.
    pub keywords: blattwerk_keywords::Config,
    /// How sentiment is judged.
    pub sentiment: blattwerk_sentiment::Config,
    /// How articles are shortened.
    pub summarize: blattwerk_summarize::Config,
    /// What the tables look like and where they go.
    pub output: tables::Config,
    /// Which articles are processed, if runs are scheduled.
    pub state: state::Config,
    /// How the run goes.
    pub run: run::Config,
}

/// The tables of the config, in the order of the flow.
pub const TABLES: [&str; 12] = [
    "input",
    "normalize",
    "language",
    "dedup",
    "split",
    "ner",
    "keywords",
    "sentiment",
    "summarize",
    "output",
    "state",
    "run",
];

/// Returns the JSON schema of each table, in the order of the flow.
///
/// The schemas are made from the config types themselves, descriptions from their doc comments.
pub fn schemas() -> [(&'static str, Schema); 12] {
    [
        ("input", schema_for!(input::Config)),
        ("normalize", schema_for!(blattwerk_normalize::Config)),
        ("language", schema_for!(blattwerk_language::Config)),
        ("dedup", schema_for!(blattwerk_dedup::Config)),
        ("split", schema_for!(blattwerk_split::Config)),
        ("ner", schema_for!(blattwerk_ner::Config)),
        ("keywords", schema_for!(blattwerk_keywords::Config)),
        ("sentiment", schema_for!(blattwerk_sentiment::Config)),
        ("summarize", schema_for!(blattwerk_summarize::Config)),
        ("output", schema_for!(tables::Config)),
        ("state", schema_for!(state::Config)),
        ("run", schema_for!(run::Config)),
    ]
}

/// The stages, ready to run.
pub struct Stages {
    pub(crate) normalize: Built<Normalized>,
    pub(crate) language: Built<Detected>,
    pub(crate) dedup: Dedup,
    pub(crate) split: Built<Vec<Span>>,
    pub(crate) ner: Built<Vec<Entity>>,
    pub(crate) keywords: Built<Vec<Keyword>>,
    pub(crate) sentiment: Built<Vec<Sentiment>>,
    pub(crate) summarize: Built<Summary>,
    /// The name of the summarizer, for its table.
    pub(crate) summarizer: &'static str,
}

impl Stages {
    /// The names of the stages, in the order of the flow.
    pub const NAMES: [&'static str; 8] = [
        "normalize",
        "language",
        "dedup",
        "split",
        "ner",
        "keywords",
        "sentiment",
        "summarize",
    ];

    /// Returns the model files and lists that a stage holds.
    ///
    /// # Panics
    ///
    /// If there is no stage of this name.
    pub fn assets(&self, stage: &str) -> &[Asset] {
        match stage {
            "normalize" => &self.normalize.assets,
            "language" => &self.language.assets,
            "dedup" => &self.dedup.signatures.assets,
            "split" => &self.split.assets,
            "ner" => &self.ner.assets,
            "keywords" => &self.keywords.assets,
            "sentiment" => &self.sentiment.assets,
            "summarize" => &self.summarize.assets,
            _ => panic!("there is no stage `{stage}`"),
        }
    }
}

/// A config that was read, with what is needed to say where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The config.
    pub config: Config,
    /// The folder that its paths are relative to.
    pub root: PathBuf,
    /// All settings as they were merged, defaults of the keys left out.
    pub settings: Json,
    merged: Merged,
}

impl Loaded {
    /// Reads and merges the layers, and checks every key and value.
    ///
    /// `file` is the config file, if there is one; `sets` are `table.key=value`, from flags; the environment is
    /// given by its variables, of which those that start with `BLATTWERK__` count.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a table, key or value is none.
    pub fn new(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        sets: &[String],
    ) -> Result<Self> {
        let merged = Merged::new(file, environment, sets)?;
        let config = Config {
            input: merged.table("input")?,
            normalize: merged.table("normalize")?,
            language: merged.table("language")?,
            dedup: merged.table("dedup")?,
            split: merged.table("split")?,
            ner: merged.table("ner")?,
            keywords: merged.table("keywords")?,
            sentiment: merged.table("sentiment")?,
            summarize: merged.table("summarize")?,
            output: merged.table("output")?,
            state: merged.table("state")?,
            run: merged.table("run")?,
        };
        let root = file
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .to_owned();
        Ok(Self {
            config,
            root,
            settings: json(&merged.tree),
            merged,
        })
    }

    /// Builds all stages: opens their files and loads their models.
    ///
    /// # Errors
    ///
    /// If a stage cannot be built; the error names the place in the config.
    pub fn build(&self) -> Result<Stages> {
        let Config {
            normalize,
            language,
            dedup,
            split,
            ner,
            keywords,
            sentiment,
            summarize,
            ..
        } = &self.config;
        Ok(Stages {
            normalize: normalize
                .build(&self.root)
                .map_err(|e| self.blame("normalize", e))?,
            language: language
                .build(&self.root)
                .map_err(|e| self.blame("language", e))?,
            dedup: dedup
                .build(&self.root)
                .map_err(|e| self.blame("dedup", e))?,
            split: split
                .build(&self.root)
                .map_err(|e| self.blame("split", e))?,
            ner: ner.build(&self.root).map_err(|e| self.blame("ner", e))?,
            keywords: keywords
                .build(&self.root)
                .map_err(|e| self.blame("keywords", e))?,
            sentiment: sentiment
                .build(&self.root)
                .map_err(|e| self.blame("sentiment", e))?,
            summarize: summarize
                .build(&self.root)
                .map_err(|e| self.blame("summarize", e))?,
            summarizer: summarize.name(),
        })
    }

    /// Finds the input: the paths of the config, or `paths` in their place, which are relative to the
    /// current folder.
    ///
    /// # Errors
    ///
    /// If there is nothing to read, or the table has a value that makes no sense.
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
        let mut settings = self.decisive();
        if let Some(tables) = settings.as_object_mut() {
            tables.remove("output");
            tables.remove("state");
        }
        settings.sort_all_objects();
        blake3::hash(settings.to_string().as_bytes())
            .to_hex()
            .to_string()
    }

    /// Returns all settings that decide the bytes of the tables.
    ///
    /// Those of [`Loaded::hash`], and how the tables are written.
    pub(crate) fn decisive(&self) -> Json {
        decisive(&self.settings)
    }

    /// Returns which tables a run has, and with which columns.
    pub(crate) fn layout(&self) -> tables::Layout {
        tables::Layout::new(&self.settings)
    }

    fn blame(&self, table: &'static str, source: blattwerk_core::Error) -> Error {
        let path: Vec<&str> = match &source {
            blattwerk_core::Error::Setting { key, .. } => {
                std::iter::once(table).chain(key.split('.')).collect()
            }
            _ => vec![table, "backend"],
        };
        Error::Build {
            origin: self.merged.origin(&path),
            table,
            source,
        }
    }
}

/// Returns those of some settings that decide the bytes of the tables.
pub(crate) fn decisive(settings: &Json) -> Json {
    let mut settings = settings.clone();
    if let Some(tables) = settings.as_object_mut() {
        tables.remove("run");
        for (table, keys) in [
            ("input", &["paths"][..]),
            ("output", &["folder", "overwrite"]),
        ] {
            let table = tables
                .entry(table)
                .or_insert_with(|| Json::Object(serde_json::Map::new()));
            if let Some(table) = table.as_object_mut() {
                for key in keys {
                    table.remove(*key);
                }
            }
        }
    }
    settings
}

/// The merged layers, before they are given their types.
#[derive(Debug, Clone)]
struct Merged {
    tree: Value,
    file: Option<(PathBuf, String)>,
}

impl Merged {
    fn new(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        sets: &[String],
    ) -> Result<Self> {
        let mut builder = ConfigBuilder::<DefaultState>::default()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        let mut text = None;
        if let Some(path) = file {
            let content = std::fs::read_to_string(path).map_err(|source| Error::Read {
                path: path.to_owned(),
                source,
            })?;
            let table: toml::Table =
                content
                    .parse()
                    .map_err(|error: toml::de::Error| Error::Toml {
                        path: path.to_owned(),
                        message: error.to_string(),
                    })?;
            builder = builder.add_source(Layer {
                table,
                origin: path.display().to_string(),
            });
            text = Some((path.to_owned(), content));
        }
        let mut variables: Vec<_> = environment
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        variables.sort();
        for (name, value) in variables {
            let path = name
                .trim_start_matches(PREFIX)
                .to_lowercase()
                .replace("__", ".");
            builder = builder.add_source(Layer::assignment(&path, &value, &name)?);
        }
        for set in sets {
            let origin = format!("--set {set}");
            let (path, value) = set.split_once('=').ok_or_else(|| Error::Assignment {
                origin: "--set".into(),
                found: set.clone(),
            })?;
            builder = builder.add_source(Layer::assignment(path.trim(), value.trim(), &origin)?);
        }
        let merged = builder.build().map(|config| config.cache);
        let tree = merged.map_err(|error| Error::Setting {
            origin: file.map_or_else(|| "config".into(), |path| path.display().to_string()),
            key: "settings".into(),
            message: error.to_string(),
        })?;
        let merged = Self { tree, file: text };
        merged.check_names()?;
        Ok(merged)
    }

    /// Refuses what is no table of ours.
    fn check_names(&self) -> Result<()> {
        let ValueKind::Table(tables) = &self.tree.kind else {
            return Ok(());
        };
        let mut names: Vec<&String> = tables.keys().collect();
        names.sort();
        for name in names {
            let message = if !TABLES.contains(&name.as_str()) {
                format!("unknown table, expected one of {}", quoted(&TABLES))
            } else if !matches!(tables[name].kind, ValueKind::Table(_)) {
                format!("expected a table, found {}", json(&tables[name]))
            } else {
                continue;
            };
            return Err(Error::Setting {
                origin: self.origin(&[name]),
                key: format!("[{name}]"),
                message,
            });
        }
        Ok(())
    }

    /// Reads one table; a missing one is empty.
    fn table<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let table = match &self.tree.kind {
            ValueKind::Table(tables) => tables.get(name).map(json),
            _ => None,
        }
        .unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        let error = match T::deserialize(&table) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        // Serde does not say which key of a tagged table it was. Each key alone beside the backend tells.
        let mut leaves = Vec::new();
        leaf_paths(&table, &mut Vec::new(), &mut leaves);
        let culprit = leaves
            .iter()
            .filter(|path| **path != ["backend"])
            .find_map(|path| {
                T::deserialize(pruned(&table, path))
                    .err()
                    .map(|error| (path.as_slice(), error))
            });
        // A wrong backend fails beside any key.
        let backend = vec!["backend".to_owned()];
        let wrong_backend =
            table.get("backend").is_some() && T::deserialize(pruned(&table, &backend)).is_err();
        let (path, error) = match culprit {
            _ if wrong_backend => (backend, error),
            Some((path, error)) => (path.to_vec(), error),
            None => (Vec::new(), error),
        };
        let full: Vec<&str> = std::iter::once(name)
            .chain(path.iter().map(String::as_str))
            .collect();
        Err(Error::Setting {
            origin: self.origin(&full),
            key: format!("[{name}] {}", path.join(".")).trim_end().to_owned(),
            message: error.to_string(),
        })
    }

    /// Says where the value at a path came from; where it is missing, where its table did.
    fn origin(&self, path: &[&str]) -> String {
        let mut value = &self.tree;
        for key in path {
            match &value.kind {
                ValueKind::Table(table) if table.contains_key(*key) => value = &table[*key],
                _ => break,
            }
        }
        let fallback = self
            .file
            .as_ref()
            .map_or_else(|| "config".into(), |(path, _)| path.display().to_string());
        let origin = origin_of(value).map_or(fallback, str::to_owned);
        match &self.file {
            Some((file, text)) if file.display().to_string() == origin => match line(text, path) {
                Some(line) => format!("{origin}:{line}"),
                None => origin,
            },
            _ => origin,
        }
    }
}

/// One layer of settings with the name of the place it came from.
#[derive(Debug, Clone)]
struct Layer {
    table: toml::Table,
    origin: String,
}

impl Layer {
    /// A single setting; a value that is no TOML value is taken as a string.
    fn assignment(path: &str, value: &str, origin: &str) -> Result<Self> {
        let keys: Vec<&str> = path.split('.').collect();
        if keys.len() < 2 || keys.iter().any(|key| key.is_empty()) {
            return Err(Error::Assignment {
                origin: origin.into(),
                found: format!("{path}={value}"),
            });
        }
        let parsed = format!("value = {value}").parse::<toml::Table>().ok();
        let value = parsed
            .filter(|table| table.len() == 1)
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| toml::Value::String(value.into()));
        let mut table = toml::Table::new();
        let mut value = Some(value);
        for key in keys.into_iter().rev() {
            let inner = value.take().unwrap_or(toml::Value::Table(table));
            table = toml::Table::from_iter([(key.to_owned(), inner)]);
        }
        Ok(Self {
            table,
            origin: origin.into(),
        })
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(map(&self.table, &self.origin))
    }
}

fn map(table: &toml::Table, origin: &str) -> Map<String, Value> {
    table
        .iter()
        .map(|(key, value)| (key.clone(), value_from(value, origin)))
        .collect()
}

fn value_from(value: &toml::Value, origin: &str) -> Value {
    let kind = match value {
        toml::Value::String(text) => ValueKind::String(text.clone()),
        toml::Value::Integer(number) => ValueKind::I64(*number),
        toml::Value::Float(number) => ValueKind::Float(*number),
        toml::Value::Boolean(flag) => ValueKind::Boolean(*flag),
        toml::Value::Datetime(date) => ValueKind::String(date.to_string()),
        toml::Value::Array(items) => {
            ValueKind::Array(items.iter().map(|item| value_from(item, origin)).collect())
        }
        toml::Value::Table(table) => ValueKind::Table(map(table, origin)),
    };
    Value::new(Some(&origin.to_owned()), kind)
}

/// The place a value came from; for a table, which can have several, that of its first key.
fn origin_of(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Table(table) => {
            let first = table.iter().min_by_key(|(key, _)| *key);
            first.and_then(|(_, value)| origin_of(value))
        }
        _ => value.origin(),
    }
}

/// A merged value as JSON, keys sorted.
fn json(value: &Value) -> Json {
    match &value.kind {
        ValueKind::Nil => Json::Null,
        ValueKind::Boolean(flag) => (*flag).into(),
        ValueKind::I64(number) => (*number).into(),
        ValueKind::U64(number) => (*number).into(),
        ValueKind::I128(number) => number.to_string().into(),
        ValueKind::U128(number) => number.to_string().into(),
        ValueKind::Float(number) => (*number).into(),
        ValueKind::String(text) => text.as_str().into(),
        ValueKind::Array(items) => items.iter().map(json).collect(),
        ValueKind::Table(table) => {
            let sorted: BTreeMap<_, _> = table
                .iter()
                .map(|(key, value)| (key.clone(), json(value)))
                .collect();
            Json::Object(sorted.into_iter().collect())
        }
    }
}

/// The paths of all keys that hold a value and not a table.
fn leaf_paths(value: &Json, path: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
    let Some(table) = value
        .as_object()
        .filter(|table| path.is_empty() || !table.is_empty())
    else {
        leaves.push(path.clone());
        return;
    };
    for (key, value) in table {
        path.push(key.clone());
        leaf_paths(value, path, leaves);
        path.pop();
    }
}

/// A table with only its backend and the value at one path.
fn pruned(table: &Json, path: &[String]) -> Json {
    let mut value = path.iter().fold(table, |value, key| &value[key]).clone();
    for key in path.iter().rev() {
        value = Json::Object([(key.clone(), value)].into_iter().collect());
    }
    if let (Some(backend), Some(pruned)) = (table.get("backend"), value.as_object_mut()) {
        pruned.insert("backend".into(), backend.clone());
    }
    value
}

/// The line of a TOML text, from 1, where a key stands, or the last of its tables that does.
fn line(text: &str, path: &[&str]) -> Option<usize> {
    let document = toml::de::DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut at = None;
    for key in path {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key) else {
            break;
        };
        at = Some(name.span().start);
        match value.get_ref() {
            toml::de::DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    at.and_then(|at| text.get(..at))
        .map(|before| 1 + before.matches('\n').count())
}

fn quoted(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
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
            ("run = 3", "", &["p.toml:1: [run]: ", "expected a table"]),
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
                &["--set: expected `table.key=value`, found `run.jobs`"],
            ),
            (
                "",
                "jobs=1",
                &["expected `table.key=value`, found `jobs=1`"],
            ),
            (
                "[run]\njobs = 1",
                "rum.jobs=1",
                &["--set rum.jobs=1: [rum]: unknown table", "`run`"],
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
