//! Inputs are read wherever they come from, and what they were read as is told.

use serde_json::json;

use super::support::Place;

/// Flags for a run without stages, which take time to load.
const BARE: &str = "--set ner.backend=off --set sentiment.backend=off --set summarize.backend=off";

fn ids(place: &Place, folder: &str) -> Vec<String> {
    let rows = place.rows(&format!("{folder}/normalized.csv"));
    rows.into_iter()
        .map(|mut row| row.remove("article_id").unwrap())
        .collect()
}

#[test]
fn paths_are_plain_arguments_flags_and_lists() {
    let place = Place::new();
    for name in ["a", "b", "c d", "e"] {
        place.write(&format!("{name}.txt"), format!("Der Text von {name}."));
    }
    place.write("list", "b.txt\r\n\nc d.txt\n");
    place.write("list0", "b.txt\0c d.txt\0");
    for (arguments, expected) in [
        ("a.txt b.txt", &["a.txt", "b.txt"][..]),
        ("a.txt -i e.txt", &["a.txt", "e.txt"]),
        ("--files-from list", &["b.txt", "c d.txt"]),
        (
            "a.txt --files-from list0 a.txt",
            &["a.txt", "b.txt", "c d.txt"],
        ),
        ("[ab].txt", &["a.txt", "b.txt"]),
    ] {
        let outcome = place.blattwerk(&format!("run {arguments} -o out --overwrite {BARE}"));
        assert_eq!(outcome.code, 0, "{arguments}: {outcome:?}");
        assert_eq!(ids(&place, "out"), expected, "{arguments}");
    }
    let outcome = place.blattwerk_reading(
        &format!("run --files-from - -o list-out {BARE}"),
        b"e.txt\n",
    );
    assert_eq!(
        (outcome.code, ids(&place, "list-out")),
        (0, vec!["e.txt".to_owned()])
    );
    place.write("empty", "\n");
    let outcome = place.blattwerk("run --files-from empty -o none");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("empty: expected a path per line, found none"),
        "{}",
        outcome.stderr
    );
    let outcome = place.blattwerk("run --files-from gone -o none");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("cannot read the list of paths gone"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_standard_input_is_read_like_a_file() {
    let place = Place::new();
    let articles = "{\"text\": \"Eins.\"}\n{\"text\": \"Zwei.\"}\n";
    for (number, input) in [
        articles.as_bytes().to_vec(),
        zstd::encode_all(articles.as_bytes(), 0).unwrap(),
    ]
    .into_iter()
    .enumerate()
    {
        let outcome = place.blattwerk_reading(&format!("run - -o out{number} {BARE}"), &input);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert_eq!(ids(&place, &format!("out{number}")), ["stdin:1", "stdin:2"]);
    }
    let outcome = place.blattwerk_reading(&format!("run - -o none {BARE}"), b"");
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("stdin: input: expected articles, found an empty file"),
        "{outcome:?}"
    );
}

#[test]
fn a_path_in_the_home_folder_needs_no_shell() {
    let place = Place::new();
    place.write("home/a.txt", "Ein Text.");
    place.write("pipeline.toml", "input.paths = [\"~/a.txt\"]");
    let home = place.path().join("home");
    let variables = [("HOME", home.to_str().unwrap())];
    let outcome = place.blattwerk_with(&format!("run -o out {BARE}"), &variables);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(place.rows("out/normalized.csv").len(), 1);
}

#[test]
fn what_articles_were_read_as_is_told() {
    let place = Place::new();
    place.write("in/a.html", "<!doctype html><title>T</title><article><h1>T</h1><p>Der Rat der Stadt hat am Montag den Bau der Brücke beschlossen, teilte das Rathaus mit.</p><p>Die Kosten liegen bei vier Millionen Euro, der Bau beginnt im Herbst.</p></article>");
    place.write("in/b.txt", "Ein Text.");
    place.write(
        "in/c.jsonl",
        "{\"text\": \"Eins.\", \"date\": true}\n{kaputt\n",
    );
    let outcome = place.blattwerk(&format!("run in -o out {BARE}"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let counts = &place.record("out")["counts"];
    assert_eq!(counts["read_as"], json!({"html": 1, "jsonl": 2, "text": 1}));
    assert_eq!(counts["unread"], json!({"date": 1}));
    assert_eq!(counts["ignored"], json!({}));
    assert!(
        outcome.stderr.contains("read as 1 html, 2 jsonl, 1 text"),
        "{}",
        outcome.stderr
    );
    let outcome = place.blattwerk("check in -o other");
    for line in [
        "in/a.html: html",
        "in/b.txt: text",
        "in/c.jsonl: jsonl",
        "1 html, 1 jsonl, 1 text",
    ] {
        assert!(
            outcome.stdout.contains(line),
            "{line} is in {}",
            outcome.stdout
        );
    }
}

#[test]
fn a_page_without_a_story_is_a_failure_or_skipped() {
    let place = Place::new();
    place.write(
        "a.html",
        "<!doctype html><nav><a href=/>Startseite</a> <a href=/x>Sport</a></nav>",
    );
    place.write("b.txt", "Ein Text.");
    let outcome = place.blattwerk(&format!("run a.html b.txt -o out {BARE}"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let failures = place.rows("out/failures.csv");
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0]["error"].contains("a page without a story"),
        "{failures:?}"
    );
    let outcome = place.blattwerk(&format!(
        "run a.html b.txt -o skipped --set input.no_story=skip {BARE}"
    ));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(ids(&place, "skipped"), ["b.txt"]);
    assert_eq!(
        place.record("skipped")["counts"]["ignored"],
        json!({"page without a story": 1})
    );
}

#[test]
fn a_lead_begins_the_text_if_the_config_says_so() {
    let place = Place::new();
    let lead = "Nach elf Jahren will die Gemeinde Oberhagen ihr Freibad wieder öffnen.";
    let story = "Der Rat stimmte am Dienstagabend mit großer Mehrheit für die Sanierung, die drei Millionen Euro kostet.";
    place.write(
        "a.html",
        format!(
            "<!doctype html><article><header><h1>Freibad öffnet</h1><p class=lead>{lead}</p></header>\
             <div class=body><p>{story}</p><p>{story} Das sagte Renate Vogt.</p></div></article>"
        ),
    );
    let texts = |arguments: &str| {
        let outcome = place.blattwerk(&format!("run a.html -o out --overwrite {arguments} {BARE}"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
        place.rows("out/normalized.csv")[0]["text"].clone()
    };
    assert!(texts("").starts_with(story), "{}", texts(""));
    let text = texts("--set input.leads=true");
    assert!(text.starts_with(lead) && text.contains(story), "{text}");
}
