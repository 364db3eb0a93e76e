//! Whole files: what each kind of dump gives, and what each kind of damage costs.

mod archives;
mod changes;
mod compression;
mod csv;
mod encoding;
mod fields;
mod files;
mod json;
mod jsonl;
mod limits;
mod neighbours;
mod parquet;
mod position;
mod recognition;
mod sqlite;
mod warc;
mod xml;

use std::fmt::Debug;
use std::fs;
use std::sync::atomic::Ordering;

use super::{Config, Inputs, Item, Position};

/// Reads some files of a folder and writes down what came: `id @ source = text`, or `! source: error`.
fn read(files: &[(&str, &[u8])], config: Config) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let paths = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    shown(&Inputs::open(&Config { paths, ..config }, folder.path()).unwrap())
}

fn shown(inputs: &Inputs) -> Vec<String> {
    let shown = inputs
        .items()
        .map(|item| text_of(&item.parse().item))
        .collect();
    assert_eq!(
        inputs.bytes_read().load(Ordering::Relaxed),
        inputs.total_bytes(),
        "progress ends at the size of all files"
    );
    shown
}

fn text_of(item: &Item) -> String {
    match item {
        Item::Article(article) => format!(
            "{} @ {} = {}",
            article.id,
            article.source,
            article.text.source()
        ),
        Item::Failure(failure) => {
            assert!(!failure.id.is_empty());
            format!("! {}: {}", failure.source, failure.error)
        }
        Item::Ignored(what) => format!("- {what}"),
        Item::Unparsed(_) => unreachable!("it is parsed"),
    }
}

/// Checks what came: a text that begins with `!` ends where `…` stands.
fn assert_items(name: &str, found: &[String], expected: &[&str]) {
    let fits = |(found, expected): (&String, &&str)| match expected.strip_suffix('…') {
        Some(beginning) if expected.starts_with('!') => found.starts_with(beginning),
        _ => found == expected,
    };
    let all = found.len() == expected.len() && found.iter().zip(expected).all(fits);
    assert!(all, "{name}:\n{found:#?}\nexpected\n{expected:#?}");
}

/// Returns a file made by the library of someone else, from `tests/formats`.
macro_rules! made {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/formats/",
            $name
        ))
        .as_slice()
    };
}

use made;

/// Checks that reading goes on after some counts of items as if it had never stopped.
fn assert_resumes<T: PartialEq + Debug>(
    inputs: &Inputs,
    whole: &[T],
    counts: impl IntoIterator<Item = usize>,
    shown: impl Fn(Item) -> T,
) {
    for count in counts {
        let mut items = inputs.items();
        assert_eq!(items.by_ref().take(count).count(), count);
        let stored = serde_json::to_string(&items.position()).unwrap();
        let position: Position = serde_json::from_str(&stored).unwrap();
        let ids = items.take_new_ids();
        let rest = inputs.items_from(&position, count, ids).unwrap();
        assert_eq!(rest.items_read(), count);
        let rest: Vec<T> = rest.map(&shown).collect();
        assert_eq!(rest, whole[count..], "after {count} items, at {stored}");
    }
}

fn check(cases: &[(&str, &[u8], &[&str])]) {
    check_with(&Config::default(), cases);
}

fn check_with(config: &Config, cases: &[(&str, &[u8], &[&str])]) {
    for (name, bytes, expected) in cases {
        let found = read(&[(name, bytes)], config.clone());
        assert_items(name, &found, expected);
    }
}
