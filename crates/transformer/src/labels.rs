//! The names of the labels of a model.

use std::collections::BTreeMap;

use blattwerk_core::{Error, Result};

/// Refuses a mapping with a key that is not a label of the model.
///
/// # Errors
///
/// [`Error::Setting`] with the labels of the model.
pub fn check_keys<'a>(
    mapping: &BTreeMap<String, String>,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    let Some(wrong) = mapping
        .keys()
        .find(|key| !known.clone().any(|name| name == key.as_str()))
    else {
        return Ok(());
    };
    let mut names: Vec<&str> = Vec::new();
    for name in known {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Err(Error::Setting {
        key: "labels",
        expected: format!("keys of {}", quoted(&names)),
        found: format!("`{wrong}`"),
    })
}

/// Refuses names without meaning, such as `LABEL_0`, unless the mapping renames them.
///
/// # Errors
///
/// [`Error::Setting`] with `example`, a possible mapping.
pub fn check_telling(
    names: &[String],
    mapping: &BTreeMap<String, String>,
    example: &str,
) -> Result<()> {
    let is_mute = |name: &String| {
        name.strip_prefix("LABEL_")
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if names
        .iter()
        .any(|name| is_mute(name) && !mapping.contains_key(name))
    {
        return Err(Error::Setting {
            key: "labels",
            expected: format!("what the labels of the model mean, such as {example}"),
            found: format!("the names {}", quoted(names)),
        });
    }
    Ok(())
}

/// Lists names in a message.
pub fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 20;
    let mut listed: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    if names.len() > SHOWN {
        listed.push(format!("and {} more", names.len() - SHOWN));
    }
    listed.join(", ")
}
