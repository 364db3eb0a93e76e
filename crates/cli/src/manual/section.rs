//! The sections of the config with their backends and keys, read from the schemas, and what all forms need to write them.

use std::fmt::{Arguments, Write};

use blattwerk_pipeline::config::{Loaded, schemas};
use serde_json::Value;

/// A section of the config.
pub(crate) struct Section {
    pub(crate) name: String,
    pub(super) about: String,
    /// The backend that is used where the config names none; empty if the section has no backends.
    pub(super) default: String,
    /// Its backends. A section without backends has a single one, whose name is empty.
    pub(super) backends: Vec<Backend>,
}

/// The keys of a backend.
pub(super) struct Backend {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) keys: Vec<Key>,
}

/// A key of the config, or a table of keys within a section.
#[derive(Clone, PartialEq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) default: Option<Value>,
    pub(super) example: Option<Value>,
    /// The allowed values, each with its meaning, if the key has a fixed set of them.
    pub(super) choices: Vec<(Value, String)>,
    /// The keys of a table within the section.
    pub(super) inner: Vec<Key>,
}

impl Section {
    /// Reads all sections, in the order of the flow.
    ///
    /// # Errors
    ///
    /// If the built-in defaults cannot be read, which would be a mistake in them.
    pub(crate) fn all() -> anyhow::Result<Vec<Self>> {
        let defaults = Loaded::new(None, [], &[])?;
        let mut sections = Vec::new();
        for (name, schema) in &schemas() {
            let schema = schema.as_value();
            let backends = match schema["oneOf"].as_array() {
                None => vec![Backend::new(schema, schema)],
                Some(backends) => backends
                    .iter()
                    .map(|backend| Backend::new(schema, backend))
                    .collect(),
            };
            sections.push(Self {
                name: (*name).to_owned(),
                about: sentence(schema),
                default: defaults.backend(name).to_owned(),
                backends,
            });
        }
        Ok(sections)
    }

    pub(super) fn has_backends(&self) -> bool {
        !self.default.is_empty()
    }

    /// Returns the backend whose keys can be set without changing the backend: that of the default backend, or if it
    /// has no keys, the first backend that has some. (Such a default is `off`, which accepts the keys of any backend.)
    pub(super) fn main(&self) -> Option<&Backend> {
        let default = self.backends.iter().find(|it| it.name == self.default);
        let first = || self.backends.iter().find(|it| !it.keys.is_empty());
        default.filter(|it| !it.keys.is_empty()).or_else(first)
    }

    /// Returns the backends that have keys, the main one first.
    pub(super) fn with_keys(&self) -> impl Iterator<Item = &Backend> {
        let main = self.main();
        let is_main = move |it: &&Backend| main.is_some_and(|main| std::ptr::eq(main, *it));
        let others = self.backends.iter().filter(move |it| !is_main(it));
        main.into_iter()
            .chain(others.filter(|it| !it.keys.is_empty()))
    }
}

impl Backend {
    pub(super) fn new(root: &Value, schema: &Value) -> Self {
        Self {
            name: schema["properties"]["backend"]["const"]
                .as_str()
                .unwrap_or("")
                .to_owned(),
            about: sentence(schema),
            keys: keys(root, schema),
        }
    }

    /// Splits the keys into those that an earlier backend has explained in the same words, and new ones.
    pub(super) fn split<'a>(&'a self, explained: &[&Key]) -> (Vec<&'a Key>, Vec<&'a Key>) {
        self.keys.iter().partition(|key| explained.contains(key))
    }
}

impl Key {
    pub(super) fn new(root: &Value, name: &str, schema: &Value) -> Self {
        let target = resolved(root, schema);
        let default = schema.get("default").filter(|value| !value.is_null());
        Self {
            name: name.to_owned(),
            about: without_default(&sentence(schema), default) + &names(target),
            default: default.cloned(),
            example: schema["examples"]
                .as_array()
                .and_then(|examples| examples.first())
                .cloned(),
            choices: choices(target),
            inner: keys(root, target),
        }
    }

    /// Returns the default, unless it is empty: that does not show what can be set, and a required key has no default.
    pub(super) fn default(&self) -> Option<String> {
        self.default.as_ref().filter(|it| !is_empty(it)).map(value)
    }

    /// Returns an example.
    pub(super) fn example(&self) -> Option<String> {
        self.example.as_ref().map(value)
    }

    /// Returns what follows the `=` in a generated config: the default, or else an example.
    pub(super) fn shown(&self) -> String {
        let shown = self.default().or_else(|| self.example());
        shown.unwrap_or_else(|| "\"\"".into())
    }
}

/// Returns whether a default is empty, and so does not show what can be set.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(table) => table.is_empty(),
        _ => false,
    }
}

/// Returns the keys of an object, without the backend.
pub(super) fn keys(root: &Value, schema: &Value) -> Vec<Key> {
    let own = schema["properties"].as_object().into_iter().flatten();
    let target = resolved(root, schema);
    let inherited = target["properties"].as_object().into_iter().flatten();
    let inherited = inherited.filter(|_| !std::ptr::eq(target, schema));
    own.chain(inherited)
        .filter(|(name, _)| *name != "backend")
        .map(|(name, schema)| Key::new(root, name, schema))
        .collect()
}

/// Returns the schema that a schema refers to, or the schema itself.
pub(super) fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // An optional value of a named type.
    if let Some(first) = schema["anyOf"].as_array().and_then(|any| any.first()) {
        schema = first;
    }
    let reference = schema["$ref"].as_str();
    let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
    pointer
        .and_then(|pointer| root.pointer(pointer))
        .unwrap_or(schema)
}

/// Returns the values of an enumeration, each with its description.
pub(super) fn choices(schema: &Value) -> Vec<(Value, String)> {
    let all = schema["oneOf"].as_array().into_iter().flatten();
    all.filter_map(|choice| Some((choice.get("const")?.clone(), sentence(choice))))
        .collect()
}

/// Returns a sentence that lists the values of an enumeration, if they have no descriptions.
pub(super) fn names(schema: &Value) -> String {
    let names = schema["enum"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" One of {}.", quoted(names))
}

/// Returns the description of a schema, on one line.
pub(super) fn sentence(schema: &Value) -> String {
    let about = schema["description"].as_str().unwrap_or("");
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Removes the sentence that states the default from a description, since the default is shown next to it.
pub(super) fn without_default(about: &str, default: Option<&Value>) -> String {
    let Some(default) = default else {
        return about.to_owned();
    };
    let value = value(default);
    let value = value.trim_matches('"');
    let sentences = [format!("Default: {value}."), format!("Default: `{value}`.")];
    let rest = sentences
        .iter()
        .find_map(|sentence| about.split_once(sentence));
    let Some((before, after)) = rest else {
        return about.to_owned();
    };
    let parts = [before.trim(), after.trim()];
    parts.join(" ").trim().to_owned()
}

/// Returns a value as TOML.
///
/// Strings and lists are written as in JSON, which is TOML too. Schemas widen `f32`, and 0.1 becomes
/// 0.10000000149011612: such numbers are narrowed again.
pub(super) fn value(value: &Value) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what was widened is narrowed again"
    )]
    match value {
        Value::Number(number) if number.is_f64() => {
            let wide = number.as_f64().unwrap_or_default();
            let narrow = wide as f32;
            if f64::from(narrow).to_bits() == wide.to_bits() {
                format!("{narrow:?}")
            } else {
                format!("{wide:?}")
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(self::value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(table) if table.is_empty() => "{}".into(),
        Value::Object(table) => {
            let pairs: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{key} = {}", self::value(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

/// Appends formatted text.
pub(super) fn put(out: &mut String, text: Arguments<'_>) {
    out.write_fmt(text)
        .expect("a string takes all that is written to it");
}

/// Appends a text in lines of at most 100 characters: the first one after `first`, the others after `indent`.
pub(super) fn wrap(out: &mut String, about: &str, first: &str, indent: &str) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in words(about) {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > 100 {
            out.push_str(&line);
            out.push('\n');
            indent.clone_into(&mut line);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(&word);
        is_empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Returns the words of a text; code in backticks counts as one word.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_code = false;
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last) if is_code => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        is_code ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// Returns the names in backticks, separated by commas.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
