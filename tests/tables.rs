//! What the tables guarantee, whatever the stages find.

use std::io::Read;

use crate::support::{PAGE, Place, root};

fn examples() -> String {
    root().join("examples/articles").display().to_string()
}

#[test]
fn every_example_is_in_every_table() {
    let place = Place::new();
    let outcome = place.blattwerk(&format!("run --input {}", examples()));
    assert_eq!(outcome.code, 0, "{outcome:?}");

    let articles: Vec<String> = place
        .rows("out/normalized.csv")
        .into_iter()
        .map(|row| row["article_id"].clone())
        .collect();
    assert!(
        articles.len() >= 15,
        "there are {} examples",
        articles.len()
    );
    let found = |table: &str| {
        let rows = place.rows(&format!("out/{table}.csv"));
        let mut found: Vec<String> = rows
            .into_iter()
            .map(|row| row["article_id"].clone())
            .collect();
        found.dedup();
        found
    };
    for table in ["sentences", "sentiment", "summaries"] {
        assert_eq!(
            found(table),
            articles,
            "{table}.csv has the articles in the order of the input"
        );
    }
    // An article may contain no names.
    let named = found("entities");
    let mut order = articles.iter();
    assert!(
        named.iter().all(|id| order.any(|article| article == id)),
        "{named:?} are in order"
    );
    assert!(place.rows("out/failures.csv").is_empty());
}

#[test]
fn threads_and_chunks_do_not_change_a_byte() {
    let place = Place::new();
    let inputs = format!(
        "--input {} --input {}",
        examples(),
        root().join("tests/articles").display()
    );
    let run = |folder: &str, more: &str| {
        let outcome = place.blattwerk(&format!(
            "run --quiet {inputs} --output {folder} --set keywords.backend=keyness --set output.names=true {more}"
        ));
        assert_eq!(
            outcome.code, 1,
            "tests/articles has broken records: {outcome:?}"
        );
        place.tables(folder)
    };
    let one = run("one", "--jobs 1");
    assert_eq!(one.len(), 10);
    assert_eq!(one, run("four", "--jobs 4"), "four threads");
    assert_eq!(
        one,
        run("small", "--jobs 3 --set run.chunk_articles=1"),
        "chunks of one article"
    );
    assert_eq!(one, run("again", "--jobs 4"), "a second time");
}

#[test]
fn tables_for_a_german_excel_have_its_format() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        "{\"id\": 7, \"text\": \"Köln; Bonn\\nund Mainz.\"}\n",
    );
    let outcome = place.blattwerk(
        "run --input a.jsonl --set output.delimiter=; --set output.bom=true --set output.compression=gzip",
    );
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let files = place.tables("out");
    let mut table = String::new();
    flate2::read::MultiGzDecoder::new(&files["normalized.csv.gz"][..])
        .read_to_string(&mut table)
        .unwrap();
    assert_eq!(
        table,
        "\u{FEFF}article_id;source;title;date;language;removed_chars;text;date_iso;url;outlet\n\
         7;a.jsonl:1;;;;0;\"Köln; Bonn\nund Mainz.\";;;\n"
    );
}

#[test]
fn a_spreadsheet_runs_no_cell_of_safe_tables() {
    let place = Place::new();
    let article = |id: &str, title: &str| {
        let text = "Der Rat der Stadt tagt am Montag im Zoo, und alle Bürger sind dazu eingeladen.";
        format!("{{\"id\": \"{id}\", \"title\": \"{title}\", \"text\": \"{text}\"}}\n")
    };
    place.write(
        "a.jsonl",
        article("=1+1", "@Köln: -5 Grad") + &article("'=1+1", "'s war"),
    );
    let more = "--set output.safe_cells=true --set dedup.backend=minhash --quiet";
    let plain = place.blattwerk("run --input a.jsonl --output plain --set dedup.backend=minhash");
    assert_eq!(plain.code, 0, "{plain:?}");
    let safe = place.blattwerk(&format!("run --input a.jsonl {more}"));
    assert_eq!(safe.code, 0, "{safe:?}");
    let cells: Vec<_> = place
        .rows("out/normalized.csv")
        .iter()
        .map(|row| [&row["article_id"], &row["title"], &row["removed_chars"]].map(String::clone))
        .collect();
    assert_eq!(
        cells,
        [["'=1+1", "'@Köln: -5 Grad", "0"], ["''=1+1", "'s war", "0"]]
    );
    let duplicates = place.rows("out/duplicates.csv");
    assert_eq!(duplicates[0]["article_id"], "''=1+1");
    assert_eq!(duplicates[0]["of"], "'=1+1");

    // Parquet is not opened as a spreadsheet.
    for (folder, more) in [("p", ""), ("q", "--set output.safe_cells=true")] {
        let run = format!(
            "run --input a.jsonl --output {folder} --set output.format=parquet --set dedup.backend=minhash {more}"
        );
        assert_eq!(place.blattwerk(&run).code, 0);
    }
    assert_eq!(place.tables("p"), place.tables("q"));
}

#[test]
fn zstd_tables_are_complete() {
    let place = Place::new();
    place.write("a.txt", "Ein Satz. Noch einer.");
    assert_eq!(
        place
            .blattwerk("run --input a.txt --set output.compression=zstd")
            .code,
        0
    );
    let table = zstd::decode_all(&place.tables("out")["sentences.csv.zst"][..]).unwrap();
    let table = String::from_utf8(table).unwrap();
    assert_eq!(
        table,
        "article_id,sentence,start,end,text\na.txt,0,0,9,Ein Satz.\na.txt,1,10,21,Noch einer.\n"
    );
}

#[test]
fn parquet_tables_are_the_csv_tables() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        "{\"id\": \"a\", \"title\": \"Köln, „heute“\", \"text\": \"Der Rat tagt. Die Stadt klagt.\"}\n\
         {\"id\": \"b\", \"text\": \"Im Zoo.\"}\n{\"id\": \"c\"\n",
    );
    for (folder, format) in [("out", "parquet"), ("both", "csv+parquet"), ("csv", "csv")] {
        let run = format!("run --input a.jsonl --output {folder} --set output.format={format}");
        assert_eq!(place.blattwerk(&run).code, 1, "{format}");
    }
    let files = place.tables("out");
    let mut both = place.tables("both");
    both.retain(|name, _| name.ends_with(".parquet"));
    assert_eq!(files, both);
    assert_eq!(files.len(), place.tables("csv").len());
    let names: Vec<_> = place.record("both")["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names[..2], ["normalized.csv", "normalized.parquet"]);

    // Blattwerk reads its own table: the texts have nothing left to be cleaned.
    let again =
        "run --input out/normalized.parquet --output again --set input.fields.id=article_id";
    let outcome = place.blattwerk(again);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let rows = |folder: &str| {
        let rows = place.rows(&format!("{folder}/normalized.csv")).into_iter();
        let mut rows: Vec<_> = rows.collect();
        for row in &mut rows {
            row.remove("source");
        }
        rows
    };
    assert_eq!(rows("again"), rows("csv"));

    let outcome = place.blattwerk("run --input a.jsonl --output x --set output.format=parquet+csv");
    assert_eq!(outcome.code, 2);
    let says = "unknown format `parquet+csv`, expected one of `csv`, `parquet`, `csv+parquet`";
    assert!(outcome.stderr.contains(says), "{outcome:?}");
}

#[test]
fn articles_are_written_as_they_came_in_where_their_text_was_extracted() {
    let place = Place::new();
    place.write("seite.html", PAGE);
    place.write("notiz.txt", "Der Rat  tagt.");
    let run = |inputs: &str, more: &str| {
        let outcome = place.blattwerk(&format!("run {inputs} --overwrite {more}"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
    };
    let ids = || -> Option<Vec<String>> {
        let tables = place.record("out")["tables"].clone();
        let is_listed = tables.as_array().unwrap().iter();
        let is_listed = is_listed
            .clone()
            .any(|table| table["file"] == "articles.csv");
        assert_eq!(is_listed, place.path().join("out/articles.csv").exists());
        is_listed.then(|| {
            let rows = place.rows("out/articles.csv").into_iter();
            rows.map(|row| row["article_id"].clone()).collect()
        })
    };
    let (page, note) = ("--input seite.html", "--input notiz.txt");
    let both = format!("{page} {note}");
    for (inputs, more, expected) in [
        (&*both, "", Some(&["seite.html"][..])),
        (note, "", None),
        (note, "--set output.articles=true", Some(&["notiz.txt"])),
        (page, "--set output.articles=false", None),
        (
            &both,
            "--set output.articles=true",
            Some(&["seite.html", "notiz.txt"]),
        ),
        (
            note,
            "--set output.articles=auto --set language.other=skip",
            None,
        ),
        (page, "--set output.articles=auto", Some(&["seite.html"])),
    ] {
        run(inputs, more);
        let expected = expected.map(|ids| ids.iter().map(ToString::to_string).collect());
        assert_eq!(ids(), expected, "{inputs} {more}");
    }
    let article = place.rows("out/articles.csv").remove(0);
    assert_eq!(article["title"], "Das Freibad öffnet");
    assert_eq!(article["language"], "de");
    let chars: Vec<char> = article["text"].chars().collect();
    let sentences = place.rows("out/sentences.csv");
    let quoted = sentences.iter().map(|row| {
        let place = |name: &str| row[name].parse::<usize>().unwrap();
        chars[place("start")..place("end")]
            .iter()
            .collect::<String>()
    });
    let quoted: Vec<_> = quoted.collect();
    assert!(quoted.contains(&"Das Freibad in Wiesenthal öffnet am Samstag.".to_owned()));
    assert!(quoted.len() >= 4, "{quoted:?}");
    for (row, quoted) in sentences.iter().zip(quoted) {
        assert_eq!(row["text"], quoted.replace('\u{A0}', " "));
    }

    let outcome = place.blattwerk(&format!("run {page} --output x --set output.articles=on"));
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("expected `auto`, true or false"),
        "{outcome:?}"
    );
}

#[test]
fn offsets_count_characters_of_the_article_as_it_came_in() {
    let place = Place::new();
    let article = "\u{FEFF}Bundes\u{AD}tag  w&auml;hlt.\r\n\r\n  Der Rat in K\u{F6}\u{AD}ln nickt.";
    place.write("a.txt", article);
    assert_eq!(place.blattwerk("run --input a.txt").code, 0);
    let chars: Vec<char> = article.trim_start_matches('\u{FEFF}').chars().collect();
    let quoted: Vec<(String, String)> = place
        .rows("out/sentences.csv")
        .iter()
        .map(|row| {
            let (start, end): (usize, usize) =
                (row["start"].parse().unwrap(), row["end"].parse().unwrap());
            (chars[start..end].iter().collect(), row["text"].clone())
        })
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        quoted,
        [
            pair("Bundes\u{AD}tag  w&auml;hlt.", "Bundestag wählt."),
            pair("Der Rat in Kö\u{AD}ln nickt.", "Der Rat in Köln nickt."),
        ]
    );
}

#[test]
fn what_was_removed_quotes_the_article_as_it_came_in() {
    let place = Place::new();
    let article = "K&ouml;ln sagt Ja.\r\n\r\nLesen Sie auch: Bonn z\u{F6}\u{AD}gert\r\n\r\nDas war alles.\r\n\r\n+++ Melden Sie sich jetzt f\u{FC}r unseren  Newsletter an +++\r\n";
    place.write("a.txt", article);
    assert_eq!(place.blattwerk("run --input a.txt").code, 0);
    let chars: Vec<char> = article.chars().collect();
    let rows = place.rows("out/removed.csv");
    for row in &rows {
        let (start, end): (usize, usize) =
            (row["start"].parse().unwrap(), row["end"].parse().unwrap());
        assert_eq!(chars[start..end].iter().collect::<String>(), row["text"]);
    }
    let found: Vec<_> = rows
        .iter()
        .map(|row| (&*row["reason"], &*row["text"]))
        .collect();
    assert_eq!(
        found,
        [
            ("related", "Lesen Sie auch: Bonn z\u{F6}\u{AD}gert"),
            (
                "newsletter",
                "+++ Melden Sie sich jetzt f\u{FC}r unseren  Newsletter an +++"
            ),
        ]
    );
    assert_eq!(
        place.rows("out/normalized.csv")[0]["text"],
        "Köln sagt Ja.\n\nDas war alles."
    );
}

#[test]
fn reasons_quote_the_article_as_it_came_in() {
    let place = Place::new();
    let article = "Der  Rat kam um neun.\r\n\r\nDas ist kein gro\u{AD}&szlig;er  Er\u{AD}folg f\u{FC}r K&ouml;ln.";
    place.write("a.txt", article);
    place.write("words.tsv", "Erfolg\t1\ngroß\t0.5\n");
    let chars: Vec<char> = article.chars().collect();
    let run = |more: &str| {
        let outcome = place.blattwerk(&format!("run --overwrite --input a.txt {more}"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
        place.rows("out/sentiment.csv")
    };
    for backend in ["linear", "lexicon --set sentiment.lexicon=words.tsv"] {
        let backend = format!("--set sentiment.backend={backend}");
        let plain = run(&backend);
        assert!(plain.iter().all(|row| !row.contains_key("reason")));
        let mut rows = run(&format!("{backend} --set sentiment.explain=true"));
        let mut quoted = Vec::new();
        for row in &mut rows {
            let cell = row.remove("reason").unwrap();
            let mut weakest = f32::INFINITY;
            for reason in cell.split(" | ").filter(|reason| !reason.is_empty()) {
                let [word, place, weight] = reason.split(' ').collect::<Vec<_>>()[..] else {
                    panic!("{reason:?} has three parts");
                };
                let (start, end) = place.split_once(':').unwrap();
                let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
                let source: String = chars[start..end].iter().collect();
                quoted.push((
                    row["level"].clone() + &row["index"],
                    word.to_owned(),
                    source,
                ));
                assert!(weight.starts_with(['+', '-']), "{reason:?}");
                let weight: f32 = weight.parse().unwrap();
                assert!(weight.abs() <= weakest, "{cell:?} has the strongest first");
                weakest = weight.abs();
            }
        }
        assert_eq!(rows, plain, "nothing else differs");
        for (level, word, source) in [
            ("sentence1", "kein", "kein"),
            ("sentence1", "Erfolg", "Er\u{AD}folg"),
            ("sentence1", "großer", "gro\u{AD}&szlig;er"),
            ("article0", "kein", "kein"),
        ] {
            let expected = [level, word, source].map(str::to_owned).into();
            assert!(
                quoted.contains(&expected),
                "{backend}: {expected:?} is in {quoted:?}"
            );
        }
    }
    let off = run("--set sentiment.backend=off --set sentiment.explain=true");
    assert!(off.is_empty());
    assert_eq!(
        place.read("out/sentiment.csv"),
        "article_id,level,index,label,score\n"
    );
}

#[test]
fn keywords_quote_the_article_as_it_came_in() {
    let place = Place::new();
    let article = "K&ouml;ln sperrt den Gas\u{AD}speicher.\r\n\r\nDer  Gas\u{AD}speicher ist undicht, Gasspeicher kosten Geld.";
    place.write("a.txt", article);
    let run = |more: &str| {
        let outcome = place.blattwerk(&format!("run --overwrite --input a.txt {more}"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
    };
    run("--set keywords.backend=keyness --set keywords.most=2");
    let rows = place.rows("out/keywords.csv");
    let chars: Vec<char> = article.chars().collect();
    let quoted = rows.iter().map(|row| {
        let [start, end] = ["start", "end"].map(|column| row[column].parse::<usize>().unwrap());
        (
            &*row["rank"],
            &*row["keyword"],
            chars[start..end].iter().collect(),
        )
    });
    let expected: [(&str, &str, String); 2] = [
        ("0", "Gasspeicher", "Gas\u{AD}speicher".into()),
        ("1", "Köln", "K&ouml;ln".into()),
    ];
    assert_eq!(quoted.collect::<Vec<_>>(), expected);
    assert_eq!(rows[0]["score"], "1.000");
    run("");
    assert!(
        !place.path().join("out/keywords.csv").exists(),
        "off by default"
    );
}

#[test]
fn lost_characters_are_reported_and_not_guessed() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        "{\"text\": \"Die Br\u{FFFD}cke ist zu.\"}\n{\"text\": \"Die Brücke ist auf.\"}\n",
    );
    let outcome = place.blattwerk("run --input a.jsonl");
    assert_eq!(outcome.code, 0);
    let told = outcome.stdout + &outcome.stderr;
    assert!(
        told.contains("1 article with characters that were lost"),
        "{told}"
    );
    let record = place.record("out");
    assert_eq!(record["counts"]["damaged"], 1);
    let rows = place.rows("out/normalized.csv");
    assert_eq!(rows[0]["text"], "Die Br\u{FFFD}cke ist zu.");
}

#[test]
fn another_language_is_kept_skipped_or_failed_as_the_config_says() {
    let german = "Der Rat hat beschlossen, dass das alte Rathaus nicht abgerissen wird. Das Geld reicht aus.";
    let dutch = "De gemeenteraad heeft besloten dat het oude stadhuis niet wordt gesloopt. Volgens de \
        burgemeester is er genoeg geld om het gebouw te herstellen en het plein opnieuw te \
        bestraten. De bewoners zijn blij met het besluit, zegt een woordvoerder van de wijk.";
    let place = Place::new();
    let records = [
        ("a", german, "nl"),
        ("b", dutch, "de"),
        ("c", "Kort.", "nl"),
    ]
    .map(|(id, text, language)| {
        serde_json::json!({"id": id, "text": text, "language": language}).to_string()
    });
    place.write("a.jsonl", records.join("\n"));
    let run = |other: &str| {
        let outcome = place.blattwerk(&format!(
            "run --overwrite --input a.jsonl --set language.other={other}"
        ));
        let column = |table: &str, name: &str| -> Vec<String> {
            let rows = place.rows(&format!("out/{table}.csv"));
            rows.iter().map(|row| row[name].clone()).collect()
        };
        (
            outcome.code,
            column("normalized", "language").join(" "),
            column("skipped", "reason").join(" "),
            column("failures", "error").join(" "),
        )
    };
    let text = |text: &str| text.to_owned();
    assert_eq!(
        run("keep"),
        (0, text("de nl nl"), text(""), text("")),
        "the detected language, or else that of the record"
    );
    assert_eq!(
        run("skip"),
        (0, text("de nl"), text("the language is `nl`"), text(""))
    );
    let record = place.record("out");
    assert_eq!(record["counts"]["skipped"], 1);
    assert_eq!(record["counts"]["articles"], 2);
    assert_eq!(record["stages"][1]["skipped"], 1);
    assert_eq!(
        run("fail"),
        (
            1,
            text("de nl"),
            text(""),
            text("expected the language `de`, found `nl`")
        )
    );
}

#[test]
fn a_failed_article_is_in_no_other_table() {
    let place = Place::new();
    place.write("a.jsonl", "{\"id\": \"gut\", \"text\": \"Alles gut.\"}\n{\"id\": \"leer\", \"text\": \" \"}\n{kaputt\n");
    let outcome = place.blattwerk("run --input a.jsonl");
    assert_eq!(outcome.code, 1, "{outcome:?}");
    for table in [
        "normalized",
        "removed",
        "sentences",
        "sentiment",
        "summaries",
    ] {
        let rows = place.rows(&format!("out/{table}.csv"));
        assert!(
            rows.iter().all(|row| row["article_id"] == "gut"),
            "{table}: {rows:?}"
        );
    }
    let failures = place.rows("out/failures.csv");
    let found: Vec<_> = failures
        .iter()
        .map(|row| (&*row["article_id"], &*row["source"], &*row["stage"]))
        .collect();
    assert_eq!(
        found,
        [
            ("leer", "a.jsonl:2", "input"),
            ("a.jsonl:3", "a.jsonl:3", "input")
        ]
    );
}

#[test]
fn off_everywhere_gives_neutral_answers() {
    let place = Place::new();
    place.write("a.txt", "Ein  Satz. Noch einer in Köln.\n");
    let off = [
        "normalize",
        "language",
        "dedup",
        "split",
        "ner",
        "keywords",
        "sentiment",
        "summarize",
    ]
    .map(|s| format!("--set {s}.backend=off"));
    assert_eq!(
        place
            .blattwerk(&format!("run --input a.txt {}", off.join(" ")))
            .code,
        0
    );
    assert_eq!(
        place.rows("out/normalized.csv")[0]["text"],
        "Ein  Satz. Noch einer in Köln.\n"
    );
    let sentences = place.rows("out/sentences.csv");
    assert_eq!(sentences.len(), 1);
    assert_eq!(sentences[0]["text"], "Ein  Satz. Noch einer in Köln.");
    assert!(!place.path().join("out/keywords.csv").exists());
    for table in ["removed", "entities", "sentiment", "summaries"] {
        assert!(
            place.rows(&format!("out/{table}.csv")).is_empty(),
            "{table}.csv has a header only"
        );
    }
}

#[test]
fn the_record_describes_the_run() {
    let place = Place::new();
    place.write("a.txt", "Ein Satz.").write("b.txt", "");
    assert_eq!(
        place
            .blattwerk("run --input a.txt --input b.txt --set summarize.backend=lead")
            .code,
        1
    );
    let record = place.record("out");
    assert_eq!(record["exit"], 1);
    assert_eq!(record["counts"]["articles"], 1);
    assert_eq!(record["counts"]["failures"], 1);
    assert_eq!(record["counts"]["words"], 2);
    assert_eq!(record["counts"]["bytes"], 9);
    assert_eq!(record["stages"][7]["backend"], "lead");
    assert_eq!(record["config"]["summarize"]["backend"], "lead");
    assert_eq!(record["inputs"][1]["path"], "b.txt");
    assert_eq!(record["config_hash"].as_str().unwrap().len(), 64);
}

#[test]
fn dirt_leaves_no_trace() {
    let place = Place::new();
    let articles = root().join("tests/articles");
    let texts = |file: &str| -> Vec<(String, String)> {
        let input = articles.join(file).display().to_string();
        assert_eq!(
            place
                .blattwerk(&format!("run --overwrite --input {input}"))
                .code,
            0
        );
        let rows = place.rows("out/normalized.csv");
        rows.into_iter()
            .map(|row| (row["article_id"].clone(), row["text"].clone()))
            .collect()
    };
    let clean = texts("clean.jsonl");
    let dirty = texts("dirty.jsonl");
    assert!(!dirty.is_empty());
    let records = std::fs::read_to_string(articles.join("dirty.jsonl")).unwrap();
    for (record, (id, text)) in records.lines().zip(dirty) {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        assert_ne!(record["text"], text, "{id} is dirty");
        let twin = clean
            .iter()
            .find(|(id, _)| record["clean"] == **id)
            .expect("each has a clean twin");
        assert_eq!(text, twin.1, "{id} becomes its clean twin");
    }
}
