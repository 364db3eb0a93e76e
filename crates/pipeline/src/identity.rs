//! The identity of a run: everything that decides its tables, and how two of them differ.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::input::{Share, path_text};
use crate::record::{InputRecord, ModelRecord, Record};

/// How many differences are listed.
const NAMED: usize = 5;

/// Everything that decides the bytes of all tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The version of blattwerk.
    pub(crate) version: String,
    /// The merged settings that count.
    pub(crate) settings: Json,
    /// The models and lists of each stage.
    pub(crate) models: BTreeMap<String, Vec<ModelRecord>>,
    /// The number of articles and failures after which reading stops.
    pub(crate) limit: Option<usize>,
    /// The share of the input, unless it is all.
    pub(crate) shard: Option<Share>,
    /// The files, in order.
    pub(crate) inputs: Vec<InputRecord>,
    /// Whether the tables are merged from those of other runs. Such a run cannot be resumed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_merge: bool,
}

impl Identity {
    /// Returns the identity of the run of a record.
    pub(crate) fn of(record: &Record) -> Self {
        let models = record.stages.iter();
        Self {
            version: record.version.to_string(),
            settings: decisive(&record.config),
            models: models
                .map(|stage| (stage.stage.to_string(), stage.models.clone()))
                .collect(),
            limit: record.limit,
            shard: record.shard,
            inputs: record.inputs.clone(),
            is_merge: false,
        }
    }

    /// Returns the identity of the whole run that this is a shard of.
    pub(crate) fn whole(&self) -> Self {
        Self {
            shard: None,
            ..self.clone()
        }
    }

    /// Returns the identity of the tables that are merged from shards or retried articles.
    pub(crate) fn merged(&self) -> Self {
        Self {
            is_merge: true,
            ..self.whole()
        }
    }

    /// Returns a BLAKE3 hash of everything but the share.
    pub(crate) fn hash(&self) -> String {
        hash(serde_json::to_value(self.whole()).expect("an identity is JSON in all its parts"))
    }

    /// Returns a BLAKE3 hash of what decides the rows of an article, whatever dump it is in.
    pub(crate) fn recipe(&self) -> String {
        let content = content(self.settings.clone());
        hash(serde_json::json!([self.version, content, self.models]))
    }

    /// Describes for people how another identity differs: the first differences, and how many more there are.
    /// Empty if the two are equal.
    pub(crate) fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.version != now.version {
            let (was, is) = (&self.version, &now.version);
            found.push(format!("the version of blattwerk was {was}, is {is}"));
        }
        let (was, is) = (leaves(&self.settings), leaves(&now.settings));
        let mut keys: Vec<_> = was.keys().chain(is.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            if was.get(key) != is.get(key) {
                let shown = |value: Option<&Json>| {
                    value.map_or("not set".into(), |value| format!("`{value}`"))
                };
                let (was, is) = (shown(was.get(key)), shown(is.get(key)));
                found.push(format!("`{key}` was {was}, is {is}"));
            }
        }
        for (stage, was) in &self.models {
            let is = now.models.get(stage);
            for (index, model) in was.iter().enumerate() {
                if is.and_then(|is| is.get(index)) != Some(model) {
                    found.push(format!("[{stage}] {} has changed", model.name));
                }
            }
            if is.is_some_and(|is| is.len() > was.len()) {
                found.push(format!("[{stage}] has more files"));
            }
        }
        if self.limit != now.limit {
            let shown = |limit: Option<usize>| limit.map_or("none".into(), |n| n.to_string());
            let (was, is) = (shown(self.limit), shown(now.limit));
            found.push(format!("`--limit` was {was}, is {is}"));
        }
        if self.shard != now.shard {
            let shown =
                |share: Option<Share>| share.map_or("none".into(), |share| share.to_string());
            let (was, is) = (shown(self.shard), shown(now.shard));
            found.push(format!("`--shard` was {was}, is {is}"));
        }
        found.extend(inputs(&self.inputs, &now.inputs));
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        if more > 0 {
            found.push(format!("and {more} more"));
        }
        found
    }
}

/// Returns those of the merged settings that decide the bytes of the tables.
///
/// Where the input lies, where the tables go and how the run goes are left out.
pub(crate) fn decisive(settings: &Json) -> Json {
    let mut settings = settings.clone();
    if let Some(sections) = settings.as_object_mut() {
        sections.remove("run");
        for (section, keys) in [
            ("input", &["paths", "allow_empty"][..]),
            ("output", &["folder", "overwrite"]),
        ] {
            let section = sections
                .entry(section)
                .or_insert_with(|| Json::Object(serde_json::Map::new()));
            if let Some(section) = section.as_object_mut() {
                for key in keys {
                    section.remove(*key);
                }
            }
        }
    }
    settings
}

/// Returns a BLAKE3 hash, in hexadecimal, of the merged settings that decide what the tables hold.
///
/// These are the decisive ones, except how the tables are written.
pub(crate) fn config_hash(settings: &Json) -> String {
    hash(content(decisive(settings)))
}

/// Leaves out of decisive settings those that do not change the rows of an article.
fn content(mut settings: Json) -> Json {
    if let Some(sections) = settings.as_object_mut() {
        sections.remove("output");
        sections.remove("state");
    }
    settings
}

/// Returns the BLAKE3 hash of JSON with its keys sorted, in hexadecimal.
fn hash(mut json: Json) -> String {
    json.sort_all_objects();
    blake3::hash(json.to_string().as_bytes())
        .to_hex()
        .to_string()
}

/// Describes how two lists of files differ.
fn inputs(was: &[InputRecord], is: &[InputRecord]) -> Vec<String> {
    let by_path = |files: &[InputRecord]| -> BTreeMap<PathBuf, InputRecord> {
        let named = files.iter().map(|file| (file.path.clone(), file.clone()));
        named.collect()
    };
    let (before, after) = (by_path(was), by_path(is));
    let mut found = Vec::new();
    for (path, was) in &before {
        let path = path_text::of(path);
        match after.get(&was.path) {
            None => found.push(format!("the input {path} is gone")),
            Some(is) if is.bytes != was.bytes => {
                let (was, is) = (was.bytes, is.bytes);
                found.push(format!("the input {path} had {was} bytes, has {is}"));
            }
            Some(is) if is.ends != was.ends => {
                found.push(format!("the content of the input {path} has changed"));
            }
            Some(is) if is.modified != was.modified => {
                let shown =
                    |time: &Option<String>| time.clone().unwrap_or("an unknown time".into());
                let (was, is) = (shown(&was.modified), shown(&is.modified));
                found.push(format!(
                    "the input {path} was changed at {was}, is at {is}; if it is only another copy of the \
                     same, give it the time back with `touch -d`"
                ));
            }
            Some(_) => {}
        }
    }
    let new = after.keys().filter(|path| !before.contains_key(*path));
    found.extend(new.map(|path| format!("the input {} is new", path_text::of(path))));
    if found.is_empty() && was.iter().zip(is).any(|(was, is)| was.path != is.path) {
        found.push("the order of the input files has changed".into());
    }
    found
}

/// Returns the values of all keys that are not tables, by path.
fn leaves(value: &Json) -> BTreeMap<String, Json> {
    fn walk(value: &Json, path: &str, found: &mut BTreeMap<String, Json>) {
        match value.as_object() {
            Some(table) => table.iter().for_each(|(key, value)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                walk(value, &path, found);
            }),
            None => {
                found.insert(path.to_owned(), value.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}

#[cfg(test)]
impl Identity {
    /// Returns the identity of a run without settings, models and input.
    pub(crate) fn empty() -> Self {
        Self {
            version: "1".into(),
            settings: serde_json::json!({}),
            models: BTreeMap::new(),
            limit: None,
            shard: None,
            inputs: Vec::new(),
            is_merge: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn identity() -> Identity {
        let input = InputRecord {
            path: "a.jsonl".into(),
            bytes: 7,
            modified: Some("2026-01-01T00:00:00.000000000Z".into()),
            ends: None,
        };
        let model = ModelRecord {
            name: "ner-de".into(),
            blake3: "00".into(),
        };
        Identity {
            version: "1".into(),
            settings: json!({"ner": {"backend": "crf"}, "split": {"backend": "rules"}}),
            models: BTreeMap::from([("ner".into(), vec![model])]),
            limit: None,
            shard: None,
            inputs: vec![
                input.clone(),
                InputRecord {
                    path: "b.jsonl".into(),
                    ..input
                },
            ],
            is_merge: false,
        }
    }

    #[test]
    fn differences_are_named() {
        type Change = fn(&mut Identity);
        let cases: &[(Change, &str)] = &[
            (
                |now| now.version = "2".into(),
                "the version of blattwerk was 1, is 2",
            ),
            (
                |now| now.settings["ner"]["backend"] = "off".into(),
                "`ner.backend` was `\"crf\"`, is `\"off\"`",
            ),
            (
                |now| now.settings["ner"]["model"] = "m".into(),
                "`ner.model` was not set, is `\"m\"`",
            ),
            (
                |now| now.models.get_mut("ner").unwrap()[0].blake3 = "01".into(),
                "[ner] ner-de has changed",
            ),
            (|now| now.limit = Some(3), "`--limit` was none, is 3"),
            (
                |now| now.inputs[1].bytes = 8,
                "the input b.jsonl had 7 bytes, has 8",
            ),
            (
                |now| now.inputs[0].ends = Some("x".into()),
                "the content of the input a.jsonl has changed",
            ),
            (
                |now| now.inputs[0].modified = None,
                "the input a.jsonl was changed at 2026-01-01T00:00:00.000000000Z, is at an unknown time; if \
                 it is only another copy of the same, give it the time back with `touch -d`",
            ),
            (
                |now| now.inputs[0].path = "c.jsonl".into(),
                "the input a.jsonl is gone\nthe input c.jsonl is new",
            ),
            (
                |now| now.inputs.reverse(),
                "the order of the input files has changed",
            ),
        ];
        assert!(identity().differences(&identity()).is_empty());
        for (change, expected) in cases {
            let mut now = identity();
            change(&mut now);
            assert_eq!(identity().differences(&now).join("\n"), *expected);
            assert_ne!(identity().hash(), now.hash(), "{expected}");
        }
    }
}
