//! Duplicate articles: the tables treat them as the config says.

use std::collections::BTreeSet;

use crate::support::Place;

const BRIDGE: &str = "Der Stadtrat von Köln hat am Montag dem Bau einer neuen Brücke über den Rhein \
    zugestimmt. Sie soll sechs Spuren haben und im Jahr 2031 fertig sein. Die Kosten trägt zur Hälfte der \
    Bund. Anwohner kündigten eine Klage an, weil sie mehr Verkehr in ihrem Viertel befürchten.";
const BAKER: &str = "Eine Bäckerin aus Bonn backt seit vierzig Jahren jede Nacht hundert Brote. Nun sucht sie \
    jemanden, der den Laden weiterführt. Bisher hat sich niemand gemeldet, der so früh aufstehen will.";
const DUTCH: &str = "De gemeenteraad heeft besloten dat het oude stadhuis niet wordt gesloopt. Volgens de \
    burgemeester is er genoeg geld om het gebouw te herstellen en het plein opnieuw te bestraten. De bewoners \
    zijn blij met het besluit, zegt een woordvoerder van de wijk.";

/// A dump with duplicates of all kinds.
fn dump() -> String {
    let dirty = BRIDGE
        .replace("neuen ", "neu\u{AD}en\u{A0}\n")
        .replace('ü', "Ã¼");
    let (cut, _) = BRIDGE.split_once(" Anwohner").unwrap();
    let records = [
        ("rat", BRIDGE.to_owned()),
        ("brot", BAKER.to_owned()),
        ("dirty", dirty),
        ("agency", format!("Köln (dpa) - {cut}")),
        ("brot2", BAKER.replace("Nun sucht", "Jetzt sucht")),
        ("brot3", BAKER.to_uppercase()),
        ("nl", DUTCH.to_owned()),
        ("nl2", DUTCH.to_owned()),
        ("kurz", "Köln.".to_owned()),
        ("kurz2", "Köln!".to_owned()),
    ];
    records
        .map(|(id, text)| serde_json::json!({"id": id, "text": text}).to_string() + "\n")
        .concat()
}

const COPIES: [(&str, &str, bool); 6] = [
    ("dirty", "rat", true),
    ("agency", "rat", false),
    ("brot2", "brot", false),
    ("brot3", "brot", true),
    ("nl2", "nl", true),
    ("kurz2", "kurz", true),
];

fn run(place: &Place, more: &str) -> serde_json::Value {
    place.write("a.jsonl", dump());
    let outcome = place.blattwerk(&format!(
        "run --overwrite --input a.jsonl --set dedup.backend=minhash {more}"
    ));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    place.record("out")
}

fn check_copies(place: &Place, wanted: &[(&str, &str, bool)]) {
    let rows = place.rows("out/duplicates.csv");
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let is_exact = &*row["similarity"] == "1.000";
            (&*row["article_id"], &*row["of"], is_exact)
        })
        .collect();
    assert_eq!(found, wanted);
}

fn articles(place: &Place, table: &str) -> BTreeSet<String> {
    let rows = place.rows(&format!("out/{table}.csv"));
    rows.into_iter()
        .map(|row| row["article_id"].clone())
        .collect()
}

#[test]
fn duplicates_are_reported_and_kept() {
    let place = Place::new();
    let record = run(&place, "");
    check_copies(&place, &COPIES);
    assert_eq!(articles(&place, "normalized").len(), 10);
    assert_eq!(articles(&place, "sentences").len(), 10);
    assert_eq!(record["counts"]["duplicates"], 6);
    assert_eq!(record["counts"]["articles"], 10);
    assert_eq!(record["stages"][2]["backend"], "minhash");
    assert_eq!(record["stages"][2]["skipped"], 0);
    let tables = record["tables"].as_array().unwrap();
    assert!(
        tables
            .iter()
            .any(|table| table["file"] == "duplicates.csv" && table["rows"] == 6),
        "{tables:?}"
    );
}

#[test]
fn duplicates_are_left_out_of_all_other_tables() {
    let place = Place::new();
    let record = run(&place, "--set dedup.keep=first");
    check_copies(&place, &COPIES);
    let firsts = ["rat", "brot", "nl", "kurz"].map(str::to_owned);
    let firsts = BTreeSet::from(firsts);
    assert_eq!(articles(&place, "normalized"), firsts);
    for table in [
        "removed",
        "sentences",
        "entities",
        "sentiment",
        "summaries",
        "skipped",
        "failures",
    ] {
        let found = articles(&place, table);
        assert!(found.is_subset(&firsts), "{table}.csv: {found:?}");
    }
    assert_eq!(record["counts"]["duplicates"], 6);
    assert_eq!(record["counts"]["articles"], 4);
    assert_eq!(record["stages"][2]["skipped"], 6);
    assert_eq!(
        record["stages"][3]["articles"], 4,
        "duplicates are not split"
    );
}

#[test]
fn with_the_highest_similarity_only_exact_duplicates_are_found() {
    let place = Place::new();
    run(&place, "--set dedup.similarity=1");
    check_copies(
        &place,
        &COPIES.into_iter().filter(|copy| copy.2).collect::<Vec<_>>(),
    );
}

#[test]
fn only_remembered_articles_have_duplicates() {
    let place = Place::new();
    run(&place, "--set dedup.remember=1");
    // Only the last article that was not a duplicate is remembered.
    check_copies(
        &place,
        &[
            ("agency", "dirty", false),
            ("brot3", "brot2", false),
            ("nl2", "nl", true),
            ("kurz2", "kurz", true),
        ],
    );
}

#[test]
fn an_article_that_is_left_out_or_fails_has_no_duplicates() {
    let place = Place::new();
    run(&place, "--set language.other=skip");
    assert!(!articles(&place, "duplicates").contains("nl2"));
    assert_eq!(
        articles(&place, "skipped"),
        BTreeSet::from(["nl".to_owned(), "nl2".to_owned()])
    );
}

#[test]
fn threads_and_chunks_do_not_change_duplicates() {
    let place = Place::new();
    for keep in ["all", "first"] {
        let tables = |more: &str| {
            run(&place, &format!("--set dedup.keep={keep} {more}"));
            place.tables("out")
        };
        let one = tables("--jobs 1");
        assert_eq!(one.len(), 9);
        assert_eq!(one, tables("--jobs 2"), "{keep}: two threads");
        let small = "--jobs 2 --set run.chunk_articles=1";
        assert_eq!(one, tables(small), "{keep}: chunks of one article");
    }
}

#[test]
fn without_dedup_there_is_no_table_of_duplicates() {
    let place = Place::new();
    run(&place, "");
    assert!(place.path().join("out/duplicates.csv").exists());
    run(&place, "--set dedup.backend=off");
    assert!(
        !place.path().join("out/duplicates.csv").exists(),
        "that of the run before is gone as well"
    );
}

#[test]
fn invalid_settings_are_refused_with_a_list_of_valid_ones() {
    let place = Place::new();
    place.write("a.txt", "Ein Satz.");
    // settings, what the message says
    let cases = [
        ("similarity=0.1", "a number from 0.2 to 1, found 0.1"),
        ("similarity=hoch", "[dedup] similarity"),
        ("keep=last", "expected `all` or `first`"),
        ("shingle=0", "a number from 1 to 20, found 0"),
        ("remember=0", "a number from 1 to 1000000000, found 0"),
        ("threshold=1", "unknown field `threshold`"),
    ];
    for (setting, says) in cases {
        let outcome = place.blattwerk(&format!(
            "check --input a.txt --set dedup.backend=minhash --set dedup.{setting}"
        ));
        assert_eq!(outcome.code, 2, "{setting}");
        assert!(
            outcome.stderr.contains(says),
            "{says} is in {}",
            outcome.stderr
        );
    }
}
