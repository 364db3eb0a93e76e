//! `blattwerk backends`: lists backends and keys, from the types that the config is read into.

use std::fmt::Write;
use std::process::ExitCode;

use blattwerk_pipeline::config::schemas;
use blattwerk_transformer::Runtime;
use clap::Args;
use serde_json::{Map, Value};

use crate::output::print;

#[derive(Args)]
pub(crate) struct Options {
    /// Show only this table of the config, such as `ner` or `input`
    table: Option<String>,
}

pub(crate) fn backends(options: &Options) -> anyhow::Result<ExitCode> {
    let schemas = schemas();
    let names = schemas.iter().map(|(name, _)| *name);
    if let Some(table) = &options.table {
        anyhow::ensure!(
            names.clone().any(|name| name == table),
            "unknown table `{table}`, expected one of `{}`",
            names.collect::<Vec<_>>().join("`, `")
        );
    }
    let mut text = String::new();
    for (name, schema) in &schemas {
        if options.table.as_deref().is_none_or(|table| table == *name) {
            describe(&mut text, name, schema.as_value())?;
        }
    }
    print(text)
}

fn describe(text: &mut String, name: &str, schema: &Value) -> anyhow::Result<()> {
    let about = schema["description"].as_str().unwrap_or("");
    writeln!(text, "[{name}]  {}", first_line(about))?;
    match schema["oneOf"].as_array() {
        None => keys(text, schema, schema, "  ")?,
        Some(backends) => {
            for backend in backends {
                let name = backend["properties"]["backend"]["const"]
                    .as_str()
                    .unwrap_or("");
                let about = backend["description"].as_str().unwrap_or("");
                writeln!(text, "\n  backend = \"{name}\"  {}", first_line(about))?;
                if let Some(runtimes) = runtimes(name) {
                    writeln!(text, "      {runtimes}")?;
                }
                keys(text, schema, backend, "      ")?;
            }
        }
    }
    writeln!(text)?;
    Ok(())
}

/// Returns which runtimes this build has for a backend that runs transformer models.
fn runtimes(backend: &str) -> Option<String> {
    let all = Runtime::ALL.into_iter();
    let all: Vec<String> = all
        .filter(|runtime| runtime.backend() == backend)
        .map(|runtime| {
            let (name, feature) = (runtime.as_str(), runtime.feature());
            if runtime.is_built() {
                format!("`{name}`")
            } else {
                format!("not `{name}` (cargo feature `{feature}`)")
            }
        })
        .collect();
    (!all.is_empty()).then(|| format!("runtimes in this build: {}", all.join(", ")))
}

/// Writes the keys of an object, including those of nested objects with their path.
fn keys(text: &mut String, root: &Value, object: &Value, indent: &str) -> anyhow::Result<()> {
    for (key, property) in properties(root, object) {
        if key == "backend" {
            continue;
        }
        let about = property["description"]
            .as_str()
            .unwrap_or("")
            .replace('\n', " ");
        let inner = properties(root, &property);
        if inner.is_empty() {
            let default = property.get("default").filter(|default| !default.is_null());
            let default = default.map_or_else(|| "…".to_owned(), shown);
            writeln!(text, "{indent}{key} = {default}")?;
            wrap(text, &about, &format!("{indent}    "))?;
        } else {
            for (inner, property) in inner {
                let about = property["description"]
                    .as_str()
                    .unwrap_or("")
                    .replace('\n', " ");
                writeln!(text, "{indent}{key}.{inner}")?;
                wrap(text, &about, &format!("{indent}    "))?;
            }
        }
    }
    Ok(())
}

/// Returns a default as the user would write it: schemas widen `f32`, so that 0.1 becomes 0.10000000149011612.
fn shown(default: &Value) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "the value was an `f32`")]
    match default.as_f64().map(|wide| (wide, wide as f32)) {
        Some((wide, narrow))
            if default.is_f64() && f64::from(narrow).to_bits() == wide.to_bits() =>
        {
            format!("{narrow:?}")
        }
        _ => default.to_string(),
    }
}

/// Returns the properties of a schema, and follows references to other schemas.
fn properties(root: &Value, schema: &Value) -> Map<String, Value> {
    let mut found = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let reference = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'));
    if let Some(target) = reference.and_then(|pointer| root.pointer(pointer)) {
        found.extend(properties(root, target));
    }
    found
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

fn wrap(text: &mut String, about: &str, indent: &str) -> anyhow::Result<()> {
    let mut line = String::new();
    for word in about.split_whitespace() {
        if !line.is_empty() && indent.len() + line.chars().count() + 1 + word.chars().count() > 100
        {
            writeln!(text, "{indent}{line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        writeln!(text, "{indent}{line}")?;
    }
    Ok(())
}
