//! The story as it stands in the code of a page: in JSON-LD, or in the state of an application.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::block::fragment;
use crate::key::key;
use crate::meta::Meta;
use crate::reference::resolve;

/// A story has at least so many letters.
const SHORTEST: usize = 60;

/// A paragraph in the state of an application has at least so many characters.
const PARAGRAPH: usize = 60;

/// How many values of a state are looked at.
const VALUES: usize = 1_000_000;

/// Returns the body of JSON-LD if the page shows much less of the story, or something else.
pub(crate) fn body(meta: &Meta, shown: &str) -> Option<String> {
    let body = plain(meta.linked.body.as_deref()?);
    let (stated, seen) = (letters(&body), letters(shown));
    if stated < SHORTEST {
        return None;
    }
    let starts = |text: &str| {
        key(text.chars().take(400).collect::<String>().as_str())
            .chars()
            .take(80)
            .collect::<String>()
    };
    let is_part = || key(shown).contains(&starts(&body)) || key(&body).contains(&starts(shown));
    let is_better = seen < SHORTEST / 2
        || stated * 2 > seen * 3
        || stated > 500 && stated * 2 > seen && !is_part();
    is_better.then_some(body)
}

/// Returns a text of JSON-LD without markup, an empty line between its paragraphs.
pub(crate) fn plain(body: &str) -> String {
    let resolved = resolve(body);
    if ["<p", "<br", "<div", "</"]
        .iter()
        .any(|tag| resolved.contains(tag))
    {
        return fragment(&resolved);
    }
    let lines = resolved
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n\n")
}

/// Returns the story in the state of an application: the longest texts that have the same name.
pub(crate) fn state(meta: &Meta) -> Option<String> {
    if !meta.says_article() {
        return None;
    }
    let state: Value = serde_json::from_str(meta.state.as_deref()?.trim()).ok()?;
    let mut groups: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let mut open = vec![("", &state)];
    for _ in 0..VALUES {
        let Some((name, value)) = open.pop() else {
            break;
        };
        match value {
            Value::Array(values) => open.extend(values.iter().rev().map(|value| (name, value))),
            Value::Object(object) => {
                open.extend(
                    object
                        .iter()
                        .rev()
                        .map(|(name, value)| (name.as_str(), value)),
                );
            }
            Value::String(text) if is_prose(text) => groups.entry(name).or_default().push(text),
            _ => {}
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(name, texts)| {
        (texts.iter().map(|text| text.len()).sum::<usize>(), *name)
    });
    let (_, texts) = groups.pop()?;
    let mut seen = FxHashSet::default();
    let texts: Vec<String> = texts
        .into_iter()
        .filter(|text| seen.insert(*text))
        .map(plain)
        .collect();
    let text = texts.join("\n\n");
    (letters(&text) >= SHORTEST).then_some(text)
}

fn is_prose(text: &str) -> bool {
    text.len() >= PARAGRAPH
        && text.contains(". ") | text.ends_with('.')
        && text.split(' ').count() > 8
        && !text.starts_with('{')
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}
