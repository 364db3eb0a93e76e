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
    assert_eq!(article.url.as_deref(), Some("u"));
    assert_eq!(article.outlet, None, "`u` has no host");
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
            "text=articleBody",
            "title=Headline",
            "date=pubDate",
            "language=lang",
            "url=url"
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

#[test]
fn address_and_outlet_are_found_in_every_format() {
    let config = Config {
        paths: vec!["d.jsonl".into(), "e.csv".into()],
        ..Config::default()
    };
    let lines = [
        r#"{"link": "https://www.stadtblatt.example/a", "text": "a"}"#,
        r#"{"id": 2, "canonical_url": "https://stadtblatt.example/b", "publisher": "Stadtblatt", "text": "b"}"#,
        r#"{"id": 3, "url": null, "permalink": "https://stadtblatt.example/c", "source": "c.json", "text": "c"}"#,
        r#"{"id": 4, "source": "Agentur Nord", "url": 7, "text": "d"}"#,
        r#"{"id": 5, "source": {"name": "Agentur Nord"}, "url": "https://stadtblatt.example/e", "text": "e"}"#,
    ];
    let table = "id,text,Web URL,Source Domain,source\n6,f,https://x.example/f,stadtblatt.example,f.csv\n7,g,,,\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("d.jsonl"), lines.join("\n")).unwrap();
    fs::write(folder.path().join("e.csv"), table).unwrap();
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let found: Vec<_> = inputs
        .items()
        .map(|item| match item {
            Item::Article(article) => [
                article.id,
                article.url.unwrap_or_default(),
                article.outlet.unwrap_or_default(),
            ],
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        [
            "https://www.stadtblatt.example/a",
            "https://www.stadtblatt.example/a",
            "stadtblatt.example",
        ],
        ["2", "https://stadtblatt.example/b", "Stadtblatt"],
        ["3", "https://stadtblatt.example/c", "stadtblatt.example"],
        ["4", "", "Agentur Nord"],
        ["5", "https://stadtblatt.example/e", "Agentur Nord"],
        ["6", "https://x.example/f", "stadtblatt.example"],
        ["7", "", ""],
    ];
    assert_eq!(found, expected);
}

#[test]
fn configured_address_and_outlet_are_taken() {
    let config = Config {
        paths: vec!["d".into()],
        fields: Fields {
            url: Some("meta.adresse".into()),
            outlet: Some("meta.haus".into()),
            ..Fields::default()
        },
        ..Config::default()
    };
    let line = r#"{"id": 1, "url": "u", "publisher": "p", "meta": {"adresse": "a", "haus": "h"}, "text": "t"}"#;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("d"), line).unwrap();
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let Some(Item::Article(article)) = inputs.items().next() else {
        panic!("no article");
    };
    assert_eq!(article.id, "1");
    assert_eq!(article.url.as_deref(), Some("a"));
    assert_eq!(article.outlet.as_deref(), Some("h"));
}
