//! The bulk format of Elasticsearch and OpenSearch: before each article stands a line that says what to do with it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What to do with an article.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// The id of the article, if the index does not choose one.
    pub(super) id: Option<String>,
}

/// The actions. A line has one of them as its only field.
const ACTIONS: [&str; 4] = ["index", "create", "update", "delete"];

/// What an action says. An object with any other field is none.
const FIELDS: [&str; 16] = [
    "_id",
    "_index",
    "_type",
    "_routing",
    "_version",
    "_version_type",
    "dynamic_templates",
    "if_primary_term",
    "if_seq_no",
    "list_executed_pipelines",
    "pipeline",
    "require_alias",
    "retry_on_conflict",
    "routing",
    "version",
    "version_type",
];

/// Reads a line that is an action; none if it is an article.
pub(super) fn action(line: &[u8]) -> Option<Action> {
    // Most lines are articles, which are not parsed twice.
    let name = line.strip_prefix(b"{")?.trim_ascii_start();
    let name = name.strip_prefix(b"\"")?;
    if !ACTIONS
        .iter()
        .any(|known| name.starts_with(known.as_bytes()))
    {
        return None;
    }
    let line: BTreeMap<String, Map<String, Value>> = serde_json::from_slice(line).ok()?;
    let mut fields = line.into_iter();
    let (name, target) = fields.next()?;
    let is_action = fields.next().is_none()
        && ACTIONS.contains(&name.as_str())
        && target.keys().all(|field| FIELDS.contains(&field.as_str()));
    is_action.then(|| Action {
        id: match target.get("_id") {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_from_articles() {
        let id = |id: &str| Some(Some(id.to_owned()));
        for (line, expected) in [
            (r#"{"index":{"_index":"news","_id":"a1"}}"#, id("a1")),
            (r#"{ "create" : { "_id" : 7, "_type": "_doc" } }"#, id("7")),
            (r#"{"index":{}}"#, Some(None)),
            (r#"{"update":{"_id":"b","retry_on_conflict":3}}"#, id("b")),
            (r#"{"index":{"text":"Der DAX steigt."}}"#, None),
            (r#"{"index":3,"text":"Der DAX steigt."}"#, None),
            (r#"{"index":{"_id":"a"},"text":"Der DAX steigt."}"#, None),
            (r#"{"indexed":{}}"#, None),
            (r#"{"text":"Der DAX steigt."}"#, None),
            (r#"{"index":{"#, None),
        ] {
            let found = action(line.as_bytes()).map(|action| action.id);
            assert_eq!(found, expected, "{line}");
        }
    }
}
