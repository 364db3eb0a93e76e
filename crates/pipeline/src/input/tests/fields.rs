//! Fields are found by their usual names and by the config.

use std::fs;

use super::check_with;
use crate::input::{Config, Fields, Inputs, Item};

#[test]
fn fields_are_found_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let line = br#"{"_id": 12, "url": "u", "Headline": "T", "text": null, "articleBody": "B", "pubDate": 17.5, "lang": "de"}"#;
    fs::write(folder.path().join("d"), line).unwrap();
    let config = Config {
        paths: vec!["d".into()],
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let Some(Item::Article(article)) = inputs.items().next() else {
        panic!("no article");
    };
    assert_eq!((article.id.as_str(), article.text.as_str()), ("12", "B"));
    assert_eq!(article.title.as_deref(), Some("T"));
    assert_eq!(article.date.as_deref(), Some("17.5"));
    assert_eq!(article.language.as_deref(), Some("de"));
    let described = inputs.describe().next().unwrap();
    assert_eq!(described.format, Some("jsonl"));
    assert_eq!(described.encoding.as_deref(), Some("UTF-8"));
    let names: Vec<_> = described
        .fields
        .iter()
        .map(|(role, name)| format!("{role}={name}"))
        .collect();
    assert_eq!(
        names,
        [
            "id=_id",
            "text=text",
            "title=Headline",
            "date=pubDate",
            "language=lang"
        ]
    );
}

#[test]
fn configured_fields_are_taken_and_missed() {
    let config = Config {
        fields: Fields {
            id: Some("meta.nr".into()),
            text: Some("article.body".into()),
            ..Fields::default()
        },
        ..Config::default()
    };
    check_with(
        &config,
        &[(
            "d",
            b"{\"id\":1,\"meta\":{\"nr\":7,\"x\":[]},\"article\":{\"body\":\"a\"}}
{\"meta.nr\":\"8\",\"article.body\":\"b\"}
{\"meta\":null,\"article\":{\"body\":\"c\"}}
{\"meta\":{\"nr\":9},\"article\":\"d\",\"text\":\"e\"}
",
            &[
                "7 @ d:1 = a",
                "8 @ d:2 = b",
                "! d:3: `input.fields.id`: no field \"meta.nr\"; the fields are `meta`, `article`",
                "! d:4: `input.fields.text`: no field \"article.body\"; the fields are `meta`, `article`, `text`",
            ],
        )],
    );
    let config = Config {
        fields: Fields {
            text: Some("Lauf".into()),
            ..Fields::default()
        },
        delimiter: Some('|'),
        ..Config::default()
    };
    check_with(
        &config,
        &[
            ("d.csv", b"id|Lauf\n1|a,b\n", &["1 @ d.csv:2 = a,b"]),
            (
                "d.csv",
                b"id|text\n1|a,b\n",
                &["! d.csv: `input.fields.text`: no column \"Lauf\"; the columns are `id`, `text`"],
            ),
        ],
    );
}
