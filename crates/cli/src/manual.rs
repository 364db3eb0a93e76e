//! The manual of the config: every section, backend and key, read once from the schemas and written in three forms.
//!
//! The schemas are made from the config types, so the doc comment of a key is its manual entry in
//! `blattwerk backends`, in `docs/config.md` and in `pipeline.toml`. The two files are rewritten by
//! `scripts/docs.sh`; a test compares them with what is rendered here.

mod markdown;
mod text;
mod toml;

use std::fmt::{Arguments, Write};

use blattwerk_pipeline::config::{Loaded, schemas};
use serde_json::Value;

pub(crate) use self::text::text;
pub(crate) use self::toml::{Setting, toml};

/// A section of the config.
pub(crate) struct Section {
    pub(crate) name: String,
    about: String,
    /// The backend that is used where the config names none; empty if the section has no backends.
    default: String,
    /// Its backends. A section without backends has a single one, whose name is empty.
    backends: Vec<Backend>,
}

/// The keys of a backend.
struct Backend {
    name: String,
    about: String,
    keys: Vec<Key>,
}

/// A key of the config, or a table of keys within a section.
#[derive(Clone, PartialEq)]
struct Key {
    name: String,
    about: String,
    default: Option<Value>,
    example: Option<Value>,
    /// The allowed values, each with its meaning, if the key has a fixed set of them.
    choices: Vec<(Value, String)>,
    /// The keys of a table within the section.
    inner: Vec<Key>,
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

    fn has_backends(&self) -> bool {
        !self.default.is_empty()
    }

    /// Returns the backend whose keys can be set without changing the backend: that of the default backend, or if it
    /// has no keys, the first backend that has some. (Such a default is `off`, which accepts the keys of any backend.)
    fn main(&self) -> Option<&Backend> {
        let default = self.backends.iter().find(|it| it.name == self.default);
        let first = || self.backends.iter().find(|it| !it.keys.is_empty());
        default.filter(|it| !it.keys.is_empty()).or_else(first)
    }

    /// Returns the backends that have keys, the main one first.
    fn with_keys(&self) -> impl Iterator<Item = &Backend> {
        let main = self.main();
        let is_main = move |it: &&Backend| main.is_some_and(|main| std::ptr::eq(main, *it));
        let others = self.backends.iter().filter(move |it| !is_main(it));
        main.into_iter()
            .chain(others.filter(|it| !it.keys.is_empty()))
    }
}

impl Backend {
    fn new(root: &Value, schema: &Value) -> Self {
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
    fn split<'a>(&'a self, explained: &[&Key]) -> (Vec<&'a Key>, Vec<&'a Key>) {
        self.keys.iter().partition(|key| explained.contains(key))
    }
}

impl Key {
    fn new(root: &Value, name: &str, schema: &Value) -> Self {
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
    fn default(&self) -> Option<String> {
        self.default.as_ref().filter(|it| !is_empty(it)).map(value)
    }

    /// Returns an example.
    fn example(&self) -> Option<String> {
        self.example.as_ref().map(value)
    }

    /// Returns what follows the `=` in a generated config: the default, or else an example.
    fn shown(&self) -> String {
        let shown = self.default().or_else(|| self.example());
        shown.unwrap_or_else(|| "\"\"".into())
    }
}

/// Returns whether a default is empty, and so does not show what can be set.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(table) => table.is_empty(),
        _ => false,
    }
}

/// Returns the keys of an object, without the backend.
fn keys(root: &Value, schema: &Value) -> Vec<Key> {
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
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
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
fn choices(schema: &Value) -> Vec<(Value, String)> {
    let all = schema["oneOf"].as_array().into_iter().flatten();
    all.filter_map(|choice| Some((choice.get("const")?.clone(), sentence(choice))))
        .collect()
}

/// Returns a sentence that lists the values of an enumeration, if they have no descriptions.
fn names(schema: &Value) -> String {
    let names = schema["enum"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" One of {}.", quoted(names))
}

/// Returns the description of a schema, on one line.
fn sentence(schema: &Value) -> String {
    let about = schema["description"].as_str().unwrap_or("");
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Removes the sentence that states the default from a description, since the default is shown next to it.
fn without_default(about: &str, default: Option<&Value>) -> String {
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
fn value(value: &Value) -> String {
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
fn put(out: &mut String, text: Arguments<'_>) {
    out.write_fmt(text)
        .expect("a string takes all that is written to it");
}

/// Appends a text in lines of at most 100 characters: the first one after `first`, the others after `indent`.
fn wrap(out: &mut String, about: &str, first: &str, indent: &str) {
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
fn words(text: &str) -> Vec<String> {
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
fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Compares a file of the repository with its expected content; with `BLESS=1` it is rewritten.
    fn compare(file: &str, expected: impl FnOnce(&str) -> String) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(file);
        let found = std::fs::read_to_string(&path).unwrap();
        let expected = expected(&found);
        if found == expected {
            return;
        }
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, expected).unwrap();
        } else {
            panic!("{file} is not what the config types say: run scripts/docs.sh");
        }
    }

    #[test]
    fn the_example_config_is_generated() {
        compare("pipeline.toml", |_| toml::example(&Section::all().unwrap()));
    }

    #[test]
    fn the_page_of_keys_is_generated() {
        compare("docs/config.md", |page| {
            let (head, _) = page
                .split_once(markdown::MARK)
                .expect("the page says where the generated part begins");
            format!(
                "{head}{}{}",
                markdown::MARK,
                markdown::markdown(&Section::all().unwrap())
            )
        });
    }

    #[test]
    fn the_choices_of_a_key_are_in_its_row() {
        let page = markdown::markdown(&Section::all().unwrap());
        let rows: Vec<&str> = page.lines().filter(|line| line.contains("<br>")).collect();
        assert!(rows.iter().any(|row| row.starts_with("| `compression` |")));
        for row in rows {
            assert!(row.starts_with("| ") && row.ends_with(" |"), "{row}");
        }
    }

    #[test]
    fn every_key_says_what_it_does_and_shows_a_value() {
        fn check(section: &str, key: &Key) {
            let name = format!("[{section}] {}", key.name);
            assert!(!key.about.is_empty(), "{name} has a doc comment");
            if key.default.as_ref().is_some_and(|it| !is_empty(it)) {
                assert!(
                    !key.about.contains("Default: "),
                    "{name} states its default as it is, in its shortest form: {}",
                    key.about
                );
            }
            if key.inner.is_empty() {
                assert!(
                    key.default().or(key.example()).is_some(),
                    "{name} has a default, or an example: #[schemars(example = …)]"
                );
            }
            key.inner.iter().for_each(|key| check(section, key));
        }
        for section in Section::all().unwrap() {
            assert!(
                !section.about.is_empty(),
                "[{}] says what it is",
                section.name
            );
            for backend in &section.backends {
                backend
                    .keys
                    .iter()
                    .for_each(|key| check(&section.name, key));
            }
        }
    }

    #[test]
    fn a_stated_default_is_shown_once() {
        let cases = [
            ("A share. Default: 0.5.", serde_json::json!(0.5), "A share."),
            ("A code. Default: `de`.", serde_json::json!("de"), "A code."),
            (
                "Words. Default: 3. More count more.",
                serde_json::json!(3),
                "Words. More count more.",
            ),
            (
                "Another. Default: 30.",
                serde_json::json!(3),
                "Another. Default: 30.",
            ),
        ];
        for (about, default, expected) in cases {
            assert_eq!(without_default(about, Some(&default)), expected);
        }
    }

    #[test]
    fn values_are_toml() {
        let cases = [
            (serde_json::json!(f64::from(0.1_f32)), "0.1"),
            (serde_json::json!(0.35), "0.35"),
            (serde_json::json!(30.0), "30.0"),
            (serde_json::json!(3), "3"),
            (serde_json::json!("\t"), "\"\\t\""),
            (serde_json::json!(["a", "b"]), "[\"a\", \"b\"]"),
            (
                serde_json::json!({"LABEL_2": "positive"}),
                "{ LABEL_2 = \"positive\" }",
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(value(&json), expected);
        }
    }
}
