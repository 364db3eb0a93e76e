//! Runs in several parts: shards that are merged, and failed articles that are retried.

use std::fs;

use crate::support::{PAGE, Place, SMALL, assert_same, dump, root, run_on_a_small_disk};

#[test]
fn merged_shards_are_the_whole_run() {
    for (output, order) in [
        ("compression=none", &[2, 0, 1][..]),
        ("compression=gzip", &[3, 2, 1, 0]),
        ("compression=zstd", &[0]),
        ("format=parquet", &[1, 2, 0]),
        ("format=csv+parquet", &[0, 1]),
    ] {
        let place = Place::new();
        place.write("d/1.jsonl", dump());
        place.write("d/2.txt", "Ein Artikel für sich.");
        place.write("d/3.png", b"\x89PNG\r\n\x1A\n");
        // Only one shard has a page, and so the table of articles as they came in.
        place.write("d/4.html", PAGE);
        let arguments = format!("{SMALL} --input d --set output.{output}");
        let whole = place.blattwerk(&format!("run {arguments} --output whole"));
        assert_eq!(whole.code, 1, "{whole:?}");
        for index in order {
            let arguments = format!(
                "{arguments} --resume --shard {index}/{} --output s{index}",
                order.len()
            );
            // A shard that was stopped is resumed like any run.
            run_on_a_small_disk(&place, &arguments, 40);
            let shard = place.blattwerk(&format!("run {arguments}"));
            assert!(shard.code < 2, "{shard:?}");
        }
        let shards = order.iter().map(|index| format!("s{index} "));
        let shards: String = shards.collect();
        let merged = place.blattwerk(&format!("merge --quiet {shards} --output out"));
        assert_eq!(merged.code, 1, "{merged:?}");
        assert_same(&place, "whole", "out", output);
    }
}

#[test]
fn folders_that_are_not_all_shards_of_one_run_are_refused_by_name() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    for (folder, arguments) in [
        ("a", "--shard 0/3"),
        ("b", "--shard 1/3"),
        ("c", "--shard 2/3"),
        ("other", "--shard 2/3 --set ner.backend=off"),
        ("of4", "--shard 2/4"),
        ("files", "--shard 2/3 --shard-by files"),
        ("whole", ""),
    ] {
        let shard = place.blattwerk(&format!(
            "run {SMALL} --input d.jsonl --output {folder} {arguments}"
        ));
        assert!(shard.code < 2, "{shard:?}");
    }
    fs::create_dir(place.path().join("leer")).unwrap();
    let stopped = format!("{SMALL} --input d.jsonl --shard 2/3 --output stopped");
    assert_eq!(
        run_on_a_small_disk(&place, &stopped, 20).status.code(),
        Some(2)
    );
    for (shards, says) in [
        ("a c", "missing shards 1/3"),
        ("a", "missing shards 1/3, 2/3"),
        ("a b b c", "b: this is shard 1/3, and so is b"),
        (
            "a b other",
            "other: this shard and a belong to different runs: `ner.backend` was",
        ),
        ("a b of4", "of4: this is shard 2/4, but a is 0/3"),
        (
            "a b files",
            "files: this is shard 2/3 by files, but a is 0/3",
        ),
        ("a b whole", "whole: not a shard"),
        (
            "a b leer",
            "leer: expected a folder with the tables of a complete run",
        ),
        ("a b stopped", "stopped: contains an unfinished run"),
        (
            "a b c --output a",
            "a: the folder contains the tables of another run",
        ),
    ] {
        let output = if shards.contains("--output") {
            ""
        } else {
            "--output out"
        };
        let merged = place.blattwerk(&format!("merge {shards} {output}"));
        assert_eq!(merged.code, 2, "{shards}: {merged:?}");
        assert!(merged.stderr.contains(says), "{says}: {merged:?}");
        assert!(!place.path().join("out").exists(), "{shards}");
    }
    for share in ["3/3", "1", "a/b", "1/0", "-1/3"] {
        let outcome = place.blattwerk(&format!("run --input d.jsonl --shard={share}"));
        assert_eq!(outcome.code, 2, "{share}");
        assert!(outcome.stderr.contains("expected a share"), "{outcome:?}");
    }
}

#[test]
fn merged_shards_of_files_are_the_whole_run() {
    let place = Place::new();
    let dump = dump();
    let (small, large) = dump.split_at(dump.len() / 3);
    place.write("d/1.jsonl", large.replace("\"a", "\"b"));
    place.write("d/2.txt", "Ein Artikel für sich.");
    place.write("d/3.png", b"\x89PNG\r\n\x1A\n");
    place.write("d/4.html", PAGE);
    place.write("d/5.jsonl", small);
    place.write("d/6.txt", "");
    for (output, order) in [
        ("compression=none", &[1, 0, 2][..]),
        ("format=parquet", &[1, 0]),
        ("safe_cells=true", &[7, 6, 5, 4, 3, 2, 1, 0]),
        ("bom=true", &[0]),
    ] {
        let of = order.len();
        let arguments = format!("{SMALL} --input d --set output.{output}");
        let whole = place.blattwerk(&format!("run {arguments} --output whole --overwrite"));
        assert_eq!(whole.code, 1, "{whole:?}");
        let mut articles = Vec::new();
        for index in order {
            let arguments = format!(
                "{arguments} --resume --shard {index}/{of} --shard-by files --output {of}-{index}"
            );
            run_on_a_small_disk(&place, &arguments, 20);
            let shard = place.blattwerk(&format!("run {arguments}"));
            assert!(shard.code < 2, "{shard:?}");
            let record = place.record(&format!("{of}-{index}"));
            articles.push(record["counts"]["articles"].as_u64().unwrap());
        }
        assert!(
            of < 2 || articles.iter().all(|count| *count < 260),
            "{articles:?}"
        );
        let shards = order.iter().map(|index| format!("{of}-{index} "));
        let shards: String = shards.collect();
        let merged = place.blattwerk(&format!("merge --quiet {shards} --output out{of}"));
        assert_eq!(merged.code, 1, "{merged:?}");
        assert_same(&place, "whole", &format!("out{of}"), output);
    }
}

#[test]
fn an_id_in_files_of_two_shards_is_the_failure_that_it_is_in_the_whole_run() {
    let place = Place::new();
    let line = |id: &str, text: &str| format!("{{\"id\": \"{id}\", \"text\": \"{text}\"}}\n");
    // Long enough to tell the language.
    let english =
        "The council of the city will meet again on Monday evening to discuss the new budget. \
                   Many people want to know what this means for the schools and for the library. "
            .repeat(2);
    let english = english.trim();
    let german = "Der Rat der Stadt tagt am Montag wieder, und es geht um das Geld für das neue Bad. \
                  Viele Leute wollen wissen, was das für die Schulen und für die Bücherei bedeutet.";
    place.write(
        "d/1.jsonl",
        line("x", german) + &line("=y", "Ein Satz.") + &line("leer", "") + &line("u", english),
    );
    place.write(
        "d/2.jsonl",
        line("leer", "Hier nicht leer.")
            + &line("x", "Ein anderer \u{FFFD} Satz.")
            + &line("2", "b"),
    );
    place.write(
        "d/3.jsonl",
        line("=y", english)
            + &line("x", "Noch ein Satz.")
            + &line("u", german)
            + &line("leer", "-"),
    );
    for format in ["csv", "csv+parquet", "parquet"] {
        let arguments = format!(
            "--input d --set output.format={format} --set language.other=skip --set output.safe_cells=true --quiet"
        );
        let whole = format!("run {arguments} --output whole --overwrite");
        assert_eq!(place.blattwerk(&whole).code, 1);
        for index in 0..3 {
            let shard = place.blattwerk(&format!(
                "run {arguments} --shard {index}/3 --shard-by files --output s{index} --overwrite"
            ));
            assert!(shard.code < 2, "{shard:?}");
        }
        let merged = place.blattwerk("merge s2 s0 s1 --output out --quiet --overwrite");
        assert_eq!(merged.code, 1, "{merged:?}");
        assert_eq!(place.tables("whole"), place.tables("out"), "{format}");
        assert_eq!(
            place.files("whole")["run.index"],
            place.files("out")["run.index"]
        );
        let (whole, merged) = (place.record("whole"), place.record("out"));
        assert_eq!(whole["counts"], merged["counts"], "{format}");
        assert_eq!(whole["tables"], merged["tables"], "{format}");
        assert_eq!(whole["exit"], merged["exit"], "{format}");
    }
    // An empty text, and the later ones of `x` (twice), `=y`, `u` and `leer`.
    assert_eq!(place.record("out")["counts"]["failures"], 6);
    assert_eq!(place.record("out")["counts"]["skipped"], 1);
}

/// Merges two shards of files.
fn merge_two(place: &Place) {
    for index in 0..2 {
        let shard = place.blattwerk(&format!(
            "run --input d --shard {index}/2 --shard-by files --output s{index} --quiet --overwrite"
        ));
        assert!(shard.code < 2, "{shard:?}");
    }
    let merged = place.blattwerk("merge s0 s1 --output out --quiet --overwrite");
    assert_eq!(merged.code, 1, "{merged:?}");
}

#[test]
fn captures_in_shards_of_files_are_those_of_the_whole_run() {
    let place = Place::new();
    let warc = root().join("tests/formats/plain.warc");
    let warc = fs::read(warc).unwrap();
    place.write("d/1.warc", &warc).write("d/2.warc", &warc);
    let whole = place.blattwerk("run --input d --output whole --quiet");
    assert_eq!(whole.code, 1, "{whole:?}");
    merge_two(&place);
    assert!(
        place.tables("whole") == place.tables("out"),
        "the tables differ"
    );
    let (whole, merged) = (place.record("whole"), place.record("out"));
    assert_eq!(whole["counts"], merged["counts"]);
    assert!(merged["counts"]["ignored"]["captured again"].as_u64() > Some(5));

    // The time of a capture is not in the tables, so one with another text cannot have its id.
    let text = String::from_utf8_lossy(&warc).into_owned();
    place.write(
        "d/2.warc",
        text.replace("Freibad zu sanieren", "Freibad zu erneuern"),
    );
    merge_two(&place);
    let failures = &place.tables("out")["failures.csv"];
    let failures = String::from_utf8_lossy(failures);
    let told: Vec<_> = failures
        .lines()
        .filter(|row| row.contains("duplicate id"))
        .collect();
    assert_eq!(told.len(), 1, "{failures}");
    assert!(
        told[0].contains("https://example.org/freibad,"),
        "{failures}"
    );
}

#[test]
fn how_shards_are_made_is_checked_before_the_run() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    for (arguments, says) in [
        ("--shard-by files", "--shard <I/N>"),
        (
            "--shard 0/2 --shard-by size",
            "expected `hash` or `files`, found `size`",
        ),
        (
            "--shard 0/2 --shard-by files --limit 7",
            "expected no limit",
        ),
    ] {
        let outcome = place.blattwerk(&format!("run --input d.jsonl {arguments}"));
        assert_eq!(outcome.code, 2, "{arguments}");
        assert!(outcome.stderr.contains(says), "{outcome:?}");
    }
    let arguments = format!("{SMALL} --input d.jsonl --shard 0/1");
    run_on_a_small_disk(&place, &format!("{arguments} --shard-by files"), 20);
    let outcome = place.blattwerk(&format!("run {arguments} --resume"));
    assert_eq!(outcome.code, 2);
    let says = "`--shard` was 0/1 by files, is 0/1";
    assert!(outcome.stderr.contains(says), "{outcome:?}");
    let hash = place.blattwerk(&format!("run {arguments} --shard-by hash --output hash"));
    assert_eq!(hash.code, 1);
    assert_eq!(place.record("hash")["shard"], "0/1");
}

/// Finds no names, and fails for some articles as long as the file `kaputt` exists.
const FLAKY: &str = "\
import json, os, sys
for line in sys.stdin:
    number = json.loads(line)['id'][1:]
    if os.path.exists('kaputt') and number.endswith('3'):
        print('nein', flush=True)
    else:
        print('{\"entities\": []}', flush=True)
";

#[test]
fn failed_articles_are_retried_and_put_in_their_place() {
    for format in ["csv+parquet", "parquet"] {
        retry(format);
    }
}

fn retry(format: &str) {
    let place = Place::new();
    place.write("d.jsonl", dump()).write("ner.py", FLAKY);
    // Its article is the only one in its table, and is missing there before the retry.
    place.write("seite3", PAGE);
    let layers = format!(
        "--set ner.backend=command --set ner.command=[\"python3\",\"ner.py\"] --input d.jsonl --input seite3 \
         --set run.chunk_articles=7 --set sentiment.explain=true --set keywords.backend=keyness --set output.names=true \
         --set output.format={format} --quiet"
    );
    let whole = place.blattwerk(&format!("run {layers} --output whole"));
    assert_eq!(whole.code, 1, "{whole:?}");

    place.write("kaputt", "");
    assert_eq!(
        place.blattwerk(&format!("run {layers} --output out")).code,
        1
    );
    let failures = |folder: &str| place.record(folder)["counts"]["failures"].as_u64();
    assert!(failures("out") > failures("whole").map(|count| count + 10));
    let before = place.tables("out");
    assert_eq!(place.blattwerk(&format!("retry out {layers}")).code, 1);
    assert_eq!(before, place.tables("out"), "they fail again");

    fs::remove_file(place.path().join("kaputt")).unwrap();
    let other = place.blattwerk(&format!("retry out {layers} --set split.backend=off"));
    assert_eq!(other.code, 2, "{other:?}");
    assert!(other.stderr.contains("`split.backend` was"), "{other:?}");
    let retried = place.blattwerk(&format!("retry out {layers}"));
    assert_eq!(retried.code, 1, "{retried:?}");
    assert_eq!(place.tables("whole"), place.tables("out"));
    assert!(!place.path().join("out/retry").exists());
    assert_eq!(
        place.record("whole")["counts"],
        place.record("out")["counts"]
    );
    assert_eq!(
        place.record("whole")["tables"],
        place.record("out")["tables"]
    );

    let nothing = place.blattwerk(&format!("retry nirgends {layers}"));
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("complete run"), "{nothing:?}");
}
