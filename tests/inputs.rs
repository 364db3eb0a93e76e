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

#[test]
fn files_of_blattwerk_in_an_input_folder_are_left_out_and_counted() {
    let place = Place::new();
    place
        .write("a.txt", "Ein Text.")
        .write("b/c.txt", "Zwei Texte.");
    // Names of ours in a folder that is not.
    place.write("b/run.json", "{\"text\": \"Ein Lauf.\"}");
    place.write("b/normalized.csv", "id,text\nd,Drei Texte.\n");
    place.write(
        "pipeline.toml",
        "[state]\nfile = \"s.sqlite\"\n[run]\nmetrics = \"m.prom\"\n",
    );
    let expected = ["a.txt", "b/c.txt", "d", "b/run.json:1"];
    for (round, input) in [".", ".", "*", "**"].into_iter().enumerate() {
        let arguments =
            format!("run {BARE} -i {input} -o out --set state.tables=append --metrics x.prom");
        let outcome = place.blattwerk(&arguments);
        assert_eq!(outcome.code, 0, "{input}: {outcome:?}");
        let ids: Vec<_> = ids(&place, "out")
            .iter()
            .map(|id| id.trim_start_matches("./").to_owned())
            .collect();
        if round == 0 {
            let mut ids = ids.clone();
            ids.sort();
            let mut expected = expected.map(str::to_owned);
            expected.sort();
            assert_eq!(ids, expected);
        }
        let counts = &place.record("out")["counts"];
        let ignored = counts["ignored"]["file of blattwerk"].as_u64().unwrap();
        assert!(
            ignored >= if round == 0 { 1 } else { 10 },
            "{input}: {counts}"
        );
        let inputs = place.record("out")["inputs"].clone();
        assert_eq!(inputs.as_array().unwrap().len(), 4, "{input}: {inputs}");
    }
    // The tables of another run, too; what is named is read.
    for name in ["pipeline.toml", "s.sqlite", "x.prom"] {
        std::fs::remove_file(place.path().join(name)).unwrap();
    }
    let outcome = place.blattwerk(&format!("run {BARE} -c /dev/null -i . -o other"));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(ids(&place, "other").len(), 4, "{outcome:?}");
    let outcome = place.blattwerk(&format!(
        "run {BARE} -c /dev/null -i out/normalized.csv -o third"
    ));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let outcome = place.blattwerk(&format!("run {BARE} -c /dev/null -i third -o fourth"));
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(
        outcome.stderr.contains("only files that blattwerk"),
        "{outcome:?}"
    );
}

#[test]
fn an_empty_folder_is_refused_or_allowed() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("leer")).unwrap();
    place.write("voll/a.txt", "Ein Text.");
    for (arguments, code, count) in [
        ("-i leer", 2, None),
        ("-i leer --set input.allow_empty=true", 0, Some(0)),
        ("-i leer/*.jsonl --set input.allow_empty=true", 0, Some(0)),
        ("-i leer -i voll --set input.allow_empty=true", 0, Some(1)),
        ("-i leer -i voll", 2, None),
        ("-i fort --set input.allow_empty=true", 2, None),
        (
            "-i leer --set input.allow_empty=true --set state.file=s.sqlite --set state.tables=append",
            0,
            Some(0),
        ),
    ] {
        let outcome = place.blattwerk(&format!("run {BARE} {arguments} -o out"));
        assert_eq!(outcome.code, code, "{arguments}: {outcome:?}");
        if let Some(count) = count {
            assert_eq!(ids(&place, "out").len(), count, "{arguments}");
            std::fs::remove_dir_all(place.path().join("out")).unwrap();
        }
    }
    let outcome = place.blattwerk("check --set input.allow_empty=true leer");
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn a_nul_character_in_a_field_is_a_failure() {
    let place = Place::new();
    let lines = [
        json!({"id": "a\0b", "text": "Eins."}),
        json!({"id": "c", "title": "Zwei\0", "text": "Zwei."}),
        json!({"id": "d", "url": "\0", "text": "Drei."}),
        json!({"id": "e", "text": "Vi\0er."}),
        json!({"id": "f", "other": "\0", "text": "Fünf."}),
    ];
    place.write("d.jsonl", lines.map(|line| line.to_string()).join("\n"));
    let outcome = place.blattwerk(&format!("run {BARE} d.jsonl -o out"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let failures: Vec<_> = place
        .rows("out/failures.csv")
        .into_iter()
        .map(|row| row["article_id"].clone())
        .collect();
    let found = ids(&place, "out");
    assert_eq!(failures[..3], ["d.jsonl:1", "c", "d"], "{failures:?}");
    assert!(found.contains(&"f".to_owned()), "{found:?}");
    for (name, bytes) in place.tables("out") {
        assert!(!bytes.contains(&0), "{name}");
    }
}

/// Names that old servers and broken copies leave on disks.
#[cfg(target_os = "linux")]
mod names {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    use super::{BARE, Place, ids};

    /// Pairs of a name and its text in tables, in the order in which they are read.
    const NAMES: [(&[u8], &str); 6] = [
        (b"M\\xfcller.txt", "M\\x5cxfcller.txt"),
        ("Müller.txt".as_bytes(), "Müller.txt"),
        (b"M\xE2\x82.txt", "M\\xe2\\x82.txt"),
        (b"M\xF6ller.txt", "M\\xf6ller.txt"),
        (b"M\xFCller.txt", "M\\xfcller.txt"),
        (b"\xFF.txt", "\\xff.txt"),
    ];

    fn place_with_names() -> Place {
        let place = Place::new();
        fs::create_dir(place.path().join("art")).unwrap();
        for (name, text) in NAMES {
            let path = place.path().join("art").join(OsStr::from_bytes(name));
            fs::write(path, format!("Der Text von {text}.")).unwrap();
        }
        place
    }

    fn expected() -> Vec<String> {
        let mut names: Vec<_> = NAMES.map(|(_, text)| format!("art/{text}")).into();
        names.sort();
        names
    }

    fn sorted(mut names: Vec<String>) -> Vec<String> {
        names.sort();
        names
    }

    #[test]
    fn of_any_bytes_are_read_and_told_apart() {
        let place = place_with_names();
        let listed = |end: u8| -> Vec<u8> {
            let names = NAMES.map(|(name, _)| [b"art/", name, &[end]].concat());
            names.concat()
        };
        place.write("list", listed(b'\n'));
        place.write("list0", listed(0));
        place.write("paths.toml", "[input]\npaths = ['art/*']\n");
        for arguments in [
            "art",
            "art/*.txt",
            "art/*",
            "ar*",
            "**/*.txt",
            "art/M* -i art/[!M]*",
            "--files-from list",
            "--files-from list0",
            "--config paths.toml",
        ] {
            let outcome = place.blattwerk(&format!("run {arguments} -o out --overwrite {BARE}"));
            assert_eq!(outcome.code, 0, "{arguments}: {outcome:?}");
            assert_eq!(sorted(ids(&place, "out")), expected(), "{arguments}");
            let record = place.record("out");
            let inputs = record["inputs"].as_array().unwrap();
            let paths = inputs
                .iter()
                .map(|input| input["path"].as_str().unwrap().to_owned());
            assert_eq!(sorted(paths.collect()), expected(), "{arguments}");
            for row in place.rows("out/normalized.csv") {
                assert_eq!(row["article_id"], row["source"]);
                let name = row["source"].strip_prefix("art/").unwrap();
                assert_eq!(row["text"], format!("Der Text von {name}."));
            }
        }
    }

    #[test]
    fn of_any_bytes_are_arguments_and_their_texts_are_paths() {
        let place = place_with_names();
        for (name, text) in NAMES {
            let path = [b"art/", name].concat();
            let output = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
                .current_dir(place.path())
                .arg("run")
                .arg(OsStr::from_bytes(&path))
                .args("-o out --overwrite".split(' '))
                .args(BARE.split(' '))
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(0), "{text}: {output:?}");
            assert_eq!(ids(&place, "out"), [format!("art/{text}")]);
            place.write("p.toml", format!("[input]\npaths = ['art/{text}']\n"));
            let outcome = place.blattwerk(&format!("run -c p.toml -o out --overwrite {BARE}"));
            assert_eq!(outcome.code, 0, "{text}: {outcome:?}");
            assert_eq!(ids(&place, "out"), [format!("art/{text}")]);
        }
        // A byte is a character.
        for (pattern, count) in [("art/M?ller.txt", 3), ("art/?.txt", 1), ("art/M??.txt", 1)] {
            let outcome = place.blattwerk(&format!("run {pattern} -o out --overwrite {BARE}"));
            assert_eq!(outcome.code, 0, "{pattern}: {outcome:?}");
            assert_eq!(ids(&place, "out").len(), count, "{pattern}");
        }
    }

    #[test]
    fn of_any_bytes_are_kept_by_journal_and_state() {
        let place = place_with_names();
        place.write("art/leer.txt", " ");
        let arguments =
            format!("run art -o out --set run.journal_seconds=0 --set run.chunk_articles=1 {BARE}");
        let stopped = place.blattwerk(&format!("{arguments} --max-failures 0"));
        assert_eq!(stopped.code, 2, "{stopped:?}");
        let resumed = place.blattwerk(&format!("{arguments} --resume"));
        assert_eq!(resumed.code, 1, "{resumed:?}");
        assert_eq!(sorted(ids(&place, "out")), expected());
        let again = place.blattwerk(&format!("{arguments} --resume"));
        assert_eq!(again.code, 1, "it is complete: {again:?}");

        let arguments =
            format!("run art -o all --set state.file=s.sqlite --set state.tables=append {BARE}");
        for _ in 0..2 {
            let outcome = place.blattwerk(&arguments);
            assert_eq!(outcome.code, 1, "{outcome:?}");
            assert_eq!(sorted(ids(&place, "all")), expected());
        }
        let record = place.record("all");
        assert_eq!(record["counts"]["increment"]["unchanged"], NAMES.len());
    }

    #[test]
    fn of_any_bytes_may_be_those_of_folders() {
        let place = Place::new();
        for folder in [&b"\xC4rzte"[..], b"\xD6l"] {
            let folder = place.path().join(OsStr::from_bytes(folder));
            fs::create_dir_all(folder.join("a")).unwrap();
            fs::write(folder.join("a/b.txt"), "Ein Text.").unwrap();
        }
        for arguments in ["-i .", "**/b.txt", "?rzte/*/b.txt -i ?l", "[!.]*"] {
            let outcome = place.blattwerk(&format!("run {arguments} -o out {BARE}"));
            assert_eq!(outcome.code, 0, "{arguments}: {outcome:?}");
            let found: Vec<_> = ids(&place, "out")
                .iter()
                .map(|id| id.trim_start_matches("./").to_owned())
                .collect();
            assert_eq!(
                found,
                ["\\xc4rzte/a/b.txt", "\\xd6l/a/b.txt"],
                "{arguments}"
            );
            fs::remove_dir_all(place.path().join("out")).unwrap();
        }
    }
}
