//! Scheduled runs: new and changed articles are processed, and the rows of each article occur once.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Outcome, PAGE, Place, Row};

/// A dump: articles by id.
type Dump = BTreeMap<String, String>;

/// Seven days: each has most articles of the day before, some of them edited, some new ones, and lacks some.
fn week() -> Vec<Dump> {
    let mut dumps = Vec::new();
    let mut dump = Dump::new();
    for day in 0..7 {
        for new in 0..12 {
            let id = format!("d{day}-{new:02}");
            let text = format!("Am Tag {day} sprach Petra Quast in Köln über Vorlage {new}.");
            dump.insert(id, text);
        }
        // Every seventh of the remaining articles is edited, and every fifth deleted.
        let ids: Vec<String> = dump.keys().cloned().collect();
        for id in ids.iter().skip(day).step_by(7) {
            dump.insert(
                id.clone(),
                format!("Neu am Tag {day}: Der Rat in Bonn vertagt sich."),
            );
        }
        for id in ids.iter().skip(day).step_by(5) {
            dump.remove(id);
        }
        dumps.push(dump.clone());
    }
    dumps
}

fn write(place: &Place, dump: &Dump) {
    let lines: Vec<String> = dump
        .iter()
        .map(|(id, text)| json!({"id": id, "text": text}).to_string())
        .collect();
    place.write("dump.jsonl", lines.join("\n"));
}

fn run(place: &Place, more: &str) -> Outcome {
    let outcome = place.blattwerk(&format!(
        "run --input dump.jsonl --set state.file=state.sqlite {more}"
    ));
    assert!(outcome.code < 2, "{outcome:?}");
    outcome
}

/// The rows of a table by article, in order.
fn by_article(rows: Vec<Row>) -> BTreeMap<String, Vec<Row>> {
    let mut found: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for mut row in rows {
        // The same article is on another line in each dump.
        row.remove("source");
        found
            .entry(row["article_id"].clone())
            .or_default()
            .push(row);
    }
    found
}

/// Settings that add everything optional to the tables.
const OPTIONAL: &str =
    "--set sentiment.explain=true --set keywords.backend=keyness --set output.names=true";

/// The tables whose rows belong to articles.
const TABLES: [&str; 4] = ["normalized", "sentences", "entities", "sentiment"];

/// The tables of one run over the last version of every article of a week.
fn at_once(place: &Place, more: &str) -> BTreeMap<&'static str, BTreeMap<String, Vec<Row>>> {
    let mut all = Dump::new();
    for dump in week() {
        all.extend(dump);
    }
    write(place, &all);
    assert_eq!(
        place
            .blattwerk(&format!("run --input dump.jsonl --output at-once {more}"))
            .code,
        0
    );
    TABLES
        .map(|table| {
            (
                table,
                by_article(place.rows(&format!("at-once/{table}.csv"))),
            )
        })
        .into()
}

#[test]
fn a_week_in_one_folder_has_the_rows_of_each_article_once() {
    let place = Place::new();
    for dump in week() {
        write(&place, &dump);
        run(&place, &format!("--set state.tables=append {OPTIONAL}"));
    }
    let found: BTreeMap<_, _> = TABLES
        .map(|table| (table, by_article(place.rows(&format!("out/{table}.csv")))))
        .into();
    let names = place.read("out/names.csv");
    assert_eq!(found, at_once(&place, OPTIONAL));
    assert_eq!(names, place.read("at-once/names.csv"));
}

#[test]
fn a_week_in_one_folder_is_the_same_in_every_format() {
    let places = ["csv", "csv+parquet", "parquet"].map(|format| {
        let place = Place::new();
        for dump in week() {
            write(&place, &dump);
            run(
                &place,
                &format!("--set state.tables=append --set output.format={format} {OPTIONAL}"),
            );
        }
        place
    });
    let [csv, mut both, parquet] = places.map(|place| place.tables("out"));
    assert_eq!(csv.len() + parquet.len(), both.len());
    for (name, content) in csv.iter().chain(&parquet) {
        assert!(both.remove(name).as_ref() == Some(content), "{name}");
    }
}

#[test]
fn articles_as_they_came_in_are_added_and_replaced() {
    for format in ["csv", "parquet"] {
        let place = Place::new();
        let other = PAGE.replace("Samstag", "Sonntag");
        for (files, count) in [
            (&[("a", "Ein Satz.")][..], None),
            (&[("a", "Ein Satz."), ("b", PAGE)], Some(1)),
            (&[("a", PAGE), ("b", PAGE)], Some(2)),
            (&[("a", "Ein Satz."), ("b", &other)], Some(1)),
            (&[("a", "Ein Satz."), ("b", "Noch ein Satz.")], None),
        ] {
            for (file, content) in files {
                place.write(&format!("d/{file}"), content);
            }
            let outcome = place.blattwerk(&format!(
                "run --input d --set state.file=state.sqlite --set state.tables=append --set output.format={format}"
            ));
            assert_eq!(outcome.code, 0, "{outcome:?}");
            let tables = place.record("out")["tables"].clone();
            let mut tables = tables.as_array().unwrap().iter();
            let file = format!("articles.{format}");
            let found = tables.find(|table| table["file"] == *file);
            assert_eq!(found.map(|table| table["rows"].as_u64().unwrap()), count);
            assert_eq!(
                place.path().join("out").join(file).exists(),
                count.is_some()
            );
        }
    }
}

#[test]
fn safe_cells_keep_their_rows() {
    for format in ["csv", "parquet", "csv+parquet"] {
        let place = Place::new();
        let append = format!(
            "--set state.tables=append --set output.format={format} --set output.safe_cells=true"
        );
        let line = |id: &str, text: &str| format!("{{\"id\": \"{id}\", \"text\": \"{text}\"}}\n");
        for (dump, rows) in [
            (line("=1", "Ein Satz.") + &line("'=1", "- Noch einer."), 2),
            (
                line("=1", "Ein anderer Satz.") + &line("-2", "Der dritte."),
                3,
            ),
            (line("=1", "Ein anderer Satz.") + &line("-2", "@zwei"), 3),
        ] {
            place.write("dump.jsonl", dump);
            assert_eq!(run(&place, &append).code, 0);
            let tables = place.record("out")["tables"].clone();
            assert_eq!(tables[0]["rows"], rows, "{format}");
        }
        if format != "parquet" {
            let found = place.rows("out/normalized.csv").into_iter();
            let found: Vec<_> = found
                .map(|mut row| ["article_id", "text"].map(|name| row.remove(name).unwrap()))
                .collect();
            assert_eq!(
                found,
                [
                    ["''=1", "'- Noch einer."],
                    ["'=1", "Ein anderer Satz."],
                    ["'-2", "'@zwei"]
                ]
            );
        }
    }
}

#[test]
fn a_week_of_folders_has_the_last_rows_of_each_article_in_its_last_folder() {
    let place = Place::new();
    for dump in week() {
        write(&place, &dump);
        run(&place, "");
    }
    let folders: Vec<String> = place
        .blattwerk("runs --set state.file=state.sqlite")
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().next_back().unwrap().to_owned())
        .collect();
    assert_eq!(folders.len(), 7);
    let mut found: BTreeMap<&str, BTreeMap<String, Vec<Row>>> = BTreeMap::new();
    for folder in &folders {
        for table in TABLES {
            let rows = by_article(place.rows(&format!("{folder}/{table}.csv")));
            found.entry(table).or_default().extend(rows);
        }
    }
    assert_eq!(found, at_once(&place, ""));
}

#[test]
fn a_run_without_changes_does_nothing_and_another_config_processes_everything_again() {
    let place = Place::new();
    write(&place, &week()[0]);
    let count = week()[0].len();
    let increment = |more: &str| {
        let outcome = run(&place, &format!("--set state.tables=append {more}"));
        assert_eq!(outcome.code, 0);
        let record = place.record("out");
        let of = |key: &str| record["counts"]["increment"][key].as_u64().unwrap();
        ["added", "changed", "redone", "unchanged"].map(of)
    };
    let count = count as u64;
    assert_eq!(increment(""), [count, 0, 0, 0]);
    let tables = place.tables("out");
    assert_eq!(increment("--jobs 1"), [0, 0, 0, count]);
    assert_eq!(place.tables("out"), tables, "not a byte has changed");
    assert_eq!(increment("--set ner.backend=off"), [0, 0, count, 0]);
    assert_eq!(place.rows("out/entities.csv").len(), 0, "old rows are gone");
    assert_eq!(place.rows("out/normalized.csv").len() as u64, count);
    let runs = place.blattwerk("runs --set state.file=state.sqlite").stdout;
    assert_eq!(runs.lines().count(), 4, "a header and three runs: {runs}");
}

#[test]
fn what_failed_is_tried_again() {
    let place = Place::new();
    let mut dump = Dump::from([
        ("a".to_owned(), "Der Rat tagt.".to_owned()),
        ("b".to_owned(), String::new()),
    ]);
    write(&place, &dump);
    assert_eq!(run(&place, "--set state.tables=append").code, 1);
    assert_eq!(place.rows("out/failures.csv").len(), 1);
    assert_eq!(run(&place, "--set state.tables=append").code, 1);
    assert_eq!(place.rows("out/failures.csv").len(), 1, "it is listed once");
    dump.insert("b".to_owned(), "Die Sonne scheint.".to_owned());
    write(&place, &dump);
    assert_eq!(run(&place, "--set state.tables=append").code, 0);
    assert_eq!(place.rows("out/failures.csv").len(), 0);
    assert_eq!(place.rows("out/normalized.csv").len(), 2);
}

#[test]
fn a_second_article_with_an_id_does_not_take_the_rows_of_the_first() {
    let place = Place::new();
    let lines = [
        json!({"id": "a", "text": "Der Rat tagt."}).to_string(),
        json!({"id": "a", "text": "Ein anderer Text."}).to_string(),
    ];
    place.write("dump.jsonl", lines.join("\n"));
    for _ in 0..2 {
        assert_eq!(run(&place, "--set state.tables=append").code, 1);
        let rows = place.rows("out/normalized.csv");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["text"], "Der Rat tagt.");
        assert_eq!(place.rows("out/failures.csv").len(), 1);
    }
}

#[test]
fn a_stopped_run_is_recorded_once_it_was_resumed() {
    let place = Place::new();
    let mut dump = week()[0].clone();
    // An article in the middle of the dump fails.
    dump.insert("d0-05".to_owned(), String::new());
    write(&place, &dump);
    let arguments = "run --input dump.jsonl --set state.file=state.sqlite --set run.chunk_articles=2 \
                     --set run.journal_seconds=0";
    let outcome = place.blattwerk(&format!("{arguments} --max-failures 0"));
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let outcome = place.blattwerk(arguments);
    assert_eq!(outcome.code, 2, "the unfinished run is in the way");
    assert!(outcome.stderr.contains("--resume"), "{outcome:?}");
    let outcome = place.blattwerk(&format!("{arguments} --resume"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let runs = place.blattwerk("runs --set state.file=state.sqlite").stdout;
    assert_eq!(runs.lines().count(), 2, "{runs}");

    let outcome = place.blattwerk(arguments);
    assert_eq!(outcome.code, 1, "the failure is tried again: {outcome:?}");
    let runs = place.blattwerk("runs --set state.file=state.sqlite").stdout;
    let last: Vec<&str> = runs
        .lines()
        .next_back()
        .unwrap()
        .split_whitespace()
        .collect();
    let unchanged = (dump.len() - 1).to_string();
    assert_eq!(last[1..6], ["0", "0", "0", &unchanged, "1"], "{runs}");
}

#[test]
fn rows_are_added_to_tables_without_the_latest_columns() {
    let place = Place::new();
    let line = |id: &str| {
        format!("{{\"id\": \"{id}\", \"date\": \"6. Mai 2024\", \"text\": \"Ein Satz.\"}}\n")
    };
    place.write("dump.jsonl", line("a"));
    run(&place, "--set state.tables=append");
    let table = place.read("out/normalized.csv");
    let earlier = table
        .replace(",date_iso,url,outlet", "")
        .replace(",2024-05-06,,", "");
    assert_ne!(earlier, table);
    place.write("out/normalized.csv", earlier);
    place.write("dump.jsonl", line("a") + &line("b"));
    assert_eq!(run(&place, "--set state.tables=append").code, 0);
    let rows = place.rows("out/normalized.csv");
    let found: Vec<_> = rows
        .iter()
        .map(|row| [&row["article_id"], &row["text"], &row["date_iso"]].map(String::as_str))
        .collect();
    assert_eq!(
        found,
        [["a", "Ein Satz.", ""], ["b", "Ein Satz.", "2024-05-06"]]
    );
}

#[test]
fn an_invalid_state_file_is_named() {
    let place = Place::new();
    write(&place, &week()[0]);
    place.write("notes.txt", "Das ist keine Datenbank. ".repeat(100));
    let outcome = place.blattwerk("run --input dump.jsonl --set state.file=notes.txt");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("expected a blattwerk state file"),
        "{outcome:?}"
    );
    run(&place, "--set state.tables=append");
    for (more, message) in [
        ("--output other", "found none; choose their folder"),
        (
            "--set output.delimiter=;",
            "`output.delimiter` was not set, is now \";\"",
        ),
        (
            "--set sentiment.explain=true",
            "`sentiment.explain` was false, is now true",
        ),
    ] {
        let outcome = place.blattwerk(&format!(
            "run --input dump.jsonl --set state.file=state.sqlite --set state.tables=append {more}"
        ));
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains(message), "{outcome:?}");
    }
    let outcome =
        place.blattwerk("run --input dump.jsonl --set state.file=state.sqlite --shard 0/2");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("--shard"), "{outcome:?}");
    let outcome = place.blattwerk("runs");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("[state] file"), "{outcome:?}");
}

/// A run that was killed is not resumed by a command with another dump, and must not stand in its way every night.
#[test]
fn an_unfinished_run_does_not_block_the_next_nights() {
    for tables in ["folder", "append"] {
        for flag in ["", "--resume"] {
            let place = Place::new();
            let line = |id: &str, text: &str| json!({"id": id, "text": text}).to_string() + "\n";
            let arguments = format!(
                "run --quiet --input dump.jsonl --output out --set state.file=state.sqlite --set state.tables={tables} \
                 --set run.chunk_articles=1 --set run.journal_seconds=0 --set ner.backend=off {flag}"
            );
            // As if it had been killed after the first article.
            place.write("dump.jsonl", line("a", "Der Rat tagt.") + &line("b", ""));
            let first = place.blattwerk(&format!("{arguments} --max-failures 0"));
            assert_eq!(first.code, 2, "{first:?}");
            if flag.is_empty() {
                let again = place.blattwerk(&arguments);
                assert_eq!(again.code, 2, "the same run can be resumed: {again:?}");
                assert!(again.stderr.contains("--resume"), "{again:?}");
            }
            for night in ["c", "d"] {
                place.write(
                    "dump.jsonl",
                    line("a", "Der Rat tagt.") + &line(night, "Die Sonne scheint."),
                );
                let outcome = place.blattwerk(&arguments);
                assert_eq!(outcome.code, 0, "{tables} {flag} {night}: {outcome:?}");
                let is_told = outcome.stderr.contains("warning: ")
                    && outcome
                        .stderr
                        .contains("is not continued, since the input dump.jsonl ");
                let is_there = night == "c" || tables == "folder";
                assert_eq!(is_told, is_there, "{tables} {flag} {night}: {outcome:?}");
            }
            let runs = place.blattwerk("runs --set state.file=state.sqlite").stdout;
            assert_eq!(runs.lines().count(), 3, "a header and two runs: {runs}");
            if tables == "append" {
                let rows = place.rows("out/normalized.csv");
                let ids: Vec<_> = rows.iter().map(|row| row["article_id"].as_str()).collect();
                assert_eq!(ids, ["a", "c", "d"], "{flag}");
            }
        }
    }
}

#[test]
fn the_same_folder_spelled_otherwise_is_the_same_input() {
    let place = Place::new();
    place
        .write("dumps/art/a.txt", "Der Rat tagt.")
        .write("dumps/art/b.txt", "Die Sonne scheint.")
        .write("dumps/art/c.csv", "text\nEs regnet.\n")
        .write("dumps/art/leer.txt", " ")
        .write("conf/p.toml", "[input]\npaths = [\"../dumps/art\"]\n");
    let here = place.path().to_str().unwrap();
    for (round, input) in [
        "dumps/art".to_owned(),
        "./dumps/art".into(),
        "dumps/art/".into(),
        "dumps//art/../art".into(),
        "dumps/*".into(),
        "dumps/art/a.txt -i dumps/art/b.txt -i dumps/art/c.csv -i dumps/art/leer.txt".into(),
        format!("{here}/dumps/art"),
    ]
    .iter()
    .map(|input| format!("-i {input}"))
    .chain(["--config conf/p.toml".to_owned()])
    .enumerate()
    {
        let outcome = place.blattwerk(&format!(
            "run --quiet {input} --output out --set ner.backend=off --set state.file={here}/state.sqlite \
             --set state.tables=append"
        ));
        assert_eq!(outcome.code, 1, "{input}: {outcome:?}");
        let unchanged = &place.record("out")["counts"]["increment"]["unchanged"];
        assert_eq!(unchanged, if round == 0 { 0 } else { 3 }, "{input}");
        let rows = place.rows("out/normalized.csv");
        let ids: Vec<_> = rows.iter().map(|row| row["article_id"].as_str()).collect();
        assert_eq!(
            ids,
            ["dumps/art/a.txt", "dumps/art/b.txt", "dumps/art/c.csv:2"],
            "{input}"
        );
        assert_eq!(place.rows("out/failures.csv").len(), 1, "{input}");
    }
}

#[test]
fn runs_at_once_with_one_state_process_each_article_once() {
    for trial in 0..6 {
        let place = Place::new();
        let lines = (0..=20 * trial)
            .map(|id| format!("{{\"id\": \"{id}\", \"text\": \"Der Rat tagt in Bonn.\"}}\n"));
        place.write("d.jsonl", lines.collect::<String>());
        let start = |run: usize| {
            let arguments = format!(
                "run -i d.jsonl -o out{run} --set state.file=s.sqlite --set ner.backend=off"
            );
            Command::new(env!("CARGO_BIN_EXE_blattwerk"))
                .current_dir(place.path())
                .args(arguments.split_whitespace())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let children: Vec<_> = (0..3).map(start).collect();
        let outputs = children
            .into_iter()
            .map(|child| child.wait_with_output().unwrap());
        let outputs: Vec<_> = outputs.collect();
        let mut codes: Vec<_> = outputs.iter().map(|output| output.status.code()).collect();
        codes.sort_unstable();
        assert_eq!(codes[0], Some(0), "{outputs:?}");
        for output in &outputs {
            let refused = String::from_utf8_lossy(&output.stderr)
                .contains("another run uses this state file");
            assert_eq!(refused, output.status.code() == Some(2), "{output:?}");
        }
        let tables = place.path().read_dir().unwrap().filter_map(Result::ok);
        let tables = tables
            .filter_map(|out| out.path().read_dir().ok())
            .flatten();
        let rows: usize = tables
            .map(|run| {
                let path = run.unwrap().path().join("normalized.csv");
                fs::read_to_string(path).map_or(0, |table| table.lines().count() - 1)
            })
            .sum();
        assert_eq!(rows, 20 * trial + 1, "{outputs:?}");
        assert!(!place.path().join("s.sqlite.lock").exists());
    }
}
