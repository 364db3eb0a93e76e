//! The layers of settings: how they are merged, and where each value came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ::config::builder::DefaultState;
use ::config::{ConfigBuilder, ConfigError, File, FileFormat, Map, Source, Value, ValueKind};
use serde_json::Value as Json;

use crate::{Error, Result};

/// The prefix of the variables that are settings; `__` separates section and key.
const PREFIX: &str = "BLATTWERK__";

/// The merged layers, before they are given their types.
#[derive(Debug, Clone)]
pub(super) struct Merged {
    tree: Value,
    /// The config file and its text.
    file: Option<(PathBuf, String)>,
}

impl Merged {
    /// Merges the layers, later ones win: `defaults` in TOML, the file with its text, the environment, `sets`, which messages
    /// introduce with `flag`.
    ///
    /// # Errors
    ///
    /// If a layer cannot be read, or has a section that is not among `sections`.
    pub(super) fn new(
        sections: &[&str],
        defaults: &str,
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        flag: &str,
        sets: &[String],
    ) -> Result<Self> {
        let mut builder = ConfigBuilder::<DefaultState>::default()
            .add_source(File::from_str(defaults, FileFormat::Toml));
        let mut text = None;
        if let Some((path, content)) = file {
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
            text = Some((path.to_owned(), content.to_owned()));
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
            let origin = format!("{flag} {set}");
            let (path, value) = set.split_once('=').ok_or_else(|| Error::Assignment {
                origin: flag.into(),
                found: set.clone(),
            })?;
            builder = builder.add_source(Layer::assignment(path.trim(), value.trim(), &origin)?);
        }
        let merged = builder.build().map(|config| config.cache);
        let tree = merged.map_err(|error| Error::Setting {
            origin: file.map_or_else(|| "config".into(), |(path, _)| path.display().to_string()),
            key: "settings".into(),
            message: error.to_string(),
        })?;
        let merged = Self { tree, file: text };
        merged.check_names(sections)?;
        Ok(merged)
    }

    /// Refuses sections that do not exist.
    fn check_names(&self, sections: &[&str]) -> Result<()> {
        let ValueKind::Table(found) = &self.tree.kind else {
            return Ok(());
        };
        let mut names: Vec<&String> = found.keys().collect();
        names.sort();
        for name in names {
            let message = if !sections.contains(&name.as_str()) {
                format!("unknown section, expected one of {}", quoted(sections))
            } else if !matches!(found[name].kind, ValueKind::Table(_)) {
                format!("expected a section with keys, found {}", json(&found[name]))
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

    /// Returns all settings as JSON, keys sorted.
    pub(super) fn settings(&self) -> Json {
        json(&self.tree)
    }

    /// Returns a section as JSON; a missing one is empty.
    pub(super) fn section(&self, name: &str) -> Json {
        match &self.tree.kind {
            ValueKind::Table(sections) => sections.get(name).map(json),
            _ => None,
        }
        .unwrap_or_else(|| Json::Object(serde_json::Map::new()))
    }

    /// Reads a section.
    ///
    /// # Errors
    ///
    /// If `read` fails; the error names the key and the place that it came from.
    pub(super) fn read<T>(
        &self,
        name: &str,
        read: impl Fn(&Json) -> serde_json::Result<T>,
    ) -> Result<T> {
        let section = self.section(name);
        let error = match read(&section) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        // Serde does not say which key of a tagged enum is wrong. Reading each key alone beside the backend tells.
        let mut leaves = Vec::new();
        leaf_paths(&section, &mut Vec::new(), &mut leaves);
        let culprit = leaves
            .iter()
            .filter(|path| **path != ["backend"])
            .find_map(|path| {
                read(&pruned(&section, path))
                    .err()
                    .map(|error| (path.as_slice(), error))
            });
        // A wrong backend fails beside any key.
        let backend = vec!["backend".to_owned()];
        let wrong_backend =
            section.get("backend").is_some() && read(&pruned(&section, &backend)).is_err();
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

    /// Returns where the value at a path came from; if it is missing, where its section came from.
    pub(super) fn origin(&self, path: &[&str]) -> String {
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
    /// Returns a layer of one setting; a value that is not TOML is taken as a string.
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

/// Returns the place a value came from; for a table, which can have several, that of its first key.
fn origin_of(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Table(table) => {
            let first = table.iter().min_by_key(|(key, _)| *key);
            first.and_then(|(_, value)| origin_of(value))
        }
        _ => value.origin(),
    }
}

/// Returns a merged value as JSON, keys sorted.
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

/// Collects the paths of all keys that hold a value and not a table.
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

/// Returns a section with only its backend and the value at one path.
fn pruned(section: &Json, path: &[String]) -> Json {
    let mut value = path.iter().fold(section, |value, key| &value[key]).clone();
    for key in path.iter().rev() {
        value = Json::Object([(key.clone(), value)].into_iter().collect());
    }
    if let (Some(backend), Some(pruned)) = (section.get("backend"), value.as_object_mut()) {
        pruned.insert("backend".into(), backend.clone());
    }
    value
}

/// Returns the line of a TOML text, from 1, where a key stands, or else the innermost of its tables that is there.
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
