//! The page of a run, the names of a run, and articles in a terminal: made from the tables alone, whatever they hold.

use std::fs;

use serde_json::json;

use crate::support::{PAGE, Place, Row, root};

/// What pages of news hold where somebody wants to find out whether a page runs it.
const MARKUP: &str = "<b>Rat</b> & \"Tat\"</style><script>document.title='gehackt'</script><img src=x onerror=alert(1)>";

/// Lists of names, so that no model decides what is found.
const LISTS: &str =
    "--set ner.backend=gazetteer --set ner.lists=[\"names.tsv\"] --set ner.builtin=false";

/// A run with all that a page can tell: dates, outlets, copies, another language, failures, removed lines, markup.
fn rich() -> Place {
    let place = Place::new();
    let mut lines = Vec::new();
    for number in 0..60 {
        let text = format!(
            "Die Bürgermeisterin Clara Vogt kam am Montag nach Ulm. Vogts Rede zu Vorlage {number} dauerte lange, sagte Ina Peters.\n\
             Der Rat in Ulm lobte Vogt für die gute Arbeit und die Zahl {number}.\nLesen Sie auch: Mehr aus Ulm"
        );
        lines.push(json!({
            "id": format!("a{number}"), "title": format!("Rede {number} {MARKUP}"), "text": text,
            "date": format!("2024-0{}-1{}", number % 6 + 1, number % 9), "publisher": MARKUP
        }));
    }
    lines.push(json!({"id": "kopie", "text": lines[3]["text"]}));
    let english = "The mayor came to the city on Monday and said that the council would meet again in the summer. ";
    lines.push(json!({"id": "fremd", "text": english.repeat(3)}));
    lines.push(
        json!({"id": "verloren", "text": format!("Ein Zeichen \u{FFFD} fehlt in Ulm. {MARKUP}")}),
    );
    lines.push(json!({"id": MARKUP, "text": ""}));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    place.write("dump.jsonl", lines.join("\n") + "\n{\"id\": \"<script>\n");
    place.write(
        "names.tsv",
        "Clara Vogt\tPER\nVogt\tPER\nVogts\tPER\nIna Peters\tPER\nUlm\tLOC\n",
    );
    let run = format!(
        "run --quiet --input dump.jsonl {LISTS} --set keywords.backend=keyness --set dedup.backend=minhash --set output.names=true --report"
    );
    let outcome = place.blattwerk(&run);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    place
}

/// The page without the texts that the program itself wrote.
fn body(page: &str) -> &str {
    page.split_once("<body>").unwrap().1
}

#[test]
fn a_page_tells_of_everything_and_runs_nothing_of_it() {
    let place = rich();
    let page = place.read("out/report.html");
    assert!(page.len() < 3_000_000);
    for wanted in [
        "Gescheitert sind 2",
        "ohne Datum",
        "in anderen Sprachen",
        "mit verlorenen Zeichen",
        "Januar 2024",
        "Clara Vogt<small>Vogt 61, Vogts 61</small>",
        "Ina Peters",
        "Lesen Sie auch: Mehr aus Ulm",
        "<h2 id=\"keywords\">",
        "the text is empty",
        "broken JSON",
        "minhash",
        "<del>",
        "Rede",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    // The only elements that run or load are ours, and the page allows no others.
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(body(&page).matches("<img").count(), 0);
    assert!(!page.contains("http://") && !page.contains("https://"));
    assert!(!page.contains(" style=") && !page.contains(" onclick="));
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));

    let again = place.blattwerk("report out --output again.html --quiet");
    assert_eq!(again.code, 0, "{again:?}");
    assert!(
        page == place.read("again.html"),
        "the same run gives the same bytes"
    );
    let printed = place.blattwerk("report out --output - --language en --title Night<run>");
    assert!(
        printed.stdout.contains("<h1>Night&#60;run&#62;</h1>"),
        "{}",
        printed.stderr
    );
    assert!(printed.stdout.contains("<html lang=\"en\">"));
    assert!(printed.stdout.contains("2 failed (3.1%)"));
    assert!(!printed.stdout.contains("Gescheitert"));
}

#[test]
fn a_page_without_text_quotes_no_article() {
    let place = rich();
    let outcome = place.blattwerk("report out --no-text --output kurz.html");
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, "kurz.html\n"),
        "{outcome:?}"
    );
    let page = place.read("kurz.html");
    for text in [
        "kam am Montag",
        "Lesen Sie auch",
        "Rede 3",
        "dauerte lange",
        "Ein Zeichen",
        "The mayor came",
        "<b>Rat",
    ] {
        assert!(!page.contains(text), "{text}");
    }
    assert!(page.contains("Clara Vogt") && page.contains("--no-text"));
}

#[test]
fn a_page_is_made_of_any_tables() {
    let place = rich();
    let page = |folder: &str, more: &str| {
        let run = format!("run --quiet --input dump.jsonl --output {folder} {more} --report");
        let outcome = place.blattwerk(&run);
        assert!(outcome.code < 2, "{outcome:?}");
        let page = place.read(&format!("{folder}/report.html"));
        // Times are those of the run, and what was set is part of its hash.
        let (_, rest) = page.split_once("<h2 id=\"alerts\">").unwrap();
        let (found, rest) = rest.split_once("<h2 id=\"stages\">").unwrap();
        let (_, samples) = rest.split_once("<h2 id=\"samples\">").unwrap();
        format!("{found}{samples}")
    };
    let optional = format!("{LISTS} --set keywords.backend=keyness --set dedup.backend=minhash");
    let csv = page("csv", &optional);
    for settings in [
        "format=parquet",
        "format=csv+parquet",
        "compression=zstd",
        "safe_cells=true",
        "bom=true",
    ] {
        assert!(
            csv == page(
                "other",
                &format!("{optional} --set output.{settings} --overwrite")
            ),
            "{settings}"
        );
    }
    for more in ["--jobs 3", "--set run.chunk_articles=1"] {
        assert!(
            csv == page("other", &format!("{optional} {more} --overwrite")),
            "{more}"
        );
    }
    page("s0", &format!("{LISTS} --shard 0/2"));
    page("s1", &format!("{LISTS} --shard 1/2"));
    assert_eq!(place.blattwerk("merge -q s1 s0 --output merged").code, 1);
    let merged = place.blattwerk("report merged -o -").stdout;
    assert!(merged.contains("Clara Vogt<small>Vogt 61, Vogts 61</small>"));

    let off = [
        "language",
        "dedup",
        "split",
        "ner",
        "keywords",
        "sentiment",
        "summarize",
    ];
    let off = off
        .map(|stage| format!("--set {stage}.backend=off"))
        .join(" ");
    assert!(page("off", &off).contains("Rede"));
    assert!(page("none", &format!("{off} --set normalize.backend=off")).contains("Lesen Sie auch"));
    fs::create_dir(place.path().join("leer")).unwrap();
    let empty = "run -q --input leer --set input.allow_empty=true --output empty --report";
    assert_eq!(place.blattwerk(empty).code, 0);
    assert!(
        place
            .read("empty/report.html")
            .contains("hatte keine Artikel")
    );
}

#[test]
fn a_page_lies_beside_its_own_tables_only() {
    let place = rich();
    // It is not read as an article, and does not outlive its run.
    let run = place.blattwerk("run -q --input out --input dump.jsonl --output second");
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(place.record("second")["counts"]["articles"], 63);
    let run = place.blattwerk("run -q --input dump.jsonl --overwrite");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!place.path().join("out/report.html").exists());

    let nothing = place.blattwerk("report leer");
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("found no run.json"), "{nothing:?}");
    // Rows of another run are not told as those of this one.
    let table = place.read("out/entities.csv").replace("a7,", "b7,");
    place.write("out/entities.csv", table);
    let changed = place.blattwerk("report out");
    assert_eq!(changed.code, 2);
    assert!(
        changed.stderr.contains("entities.csv") && changed.stderr.contains("b7"),
        "{changed:?}"
    );
    fs::remove_file(place.path().join("out/normalized.csv")).unwrap();
    let missing = place.blattwerk("report out");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("normalized.csv"), "{missing:?}");
}

/// A run over articles about people; returns the table of names, without the columns of stances.
fn names(articles: &[&str], list: &str) -> Vec<[String; 6]> {
    let place = Place::new();
    let lines = articles.iter().enumerate().map(|(number, text)| {
        json!({"id": number.to_string(), "text": text, "date": format!("2024-05-0{}", number + 1)}).to_string()
    });
    place.write("dump.jsonl", lines.collect::<Vec<_>>().join("\n"));
    place.write("names.tsv", list.replace(' ', "\t").replace('_', " "));
    let outcome = place.blattwerk(&format!(
        "run -q --input dump.jsonl {LISTS} --set output.names=true"
    ));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let row = |row: Row| {
        [
            "name",
            "forms",
            "mentions",
            "articles",
            "first_date",
            "last_date",
        ]
        .map(|column| row[column].clone())
    };
    place.rows("out/names.csv").into_iter().map(row).collect()
}

#[test]
fn the_forms_of_a_name_are_one_row() {
    let list = "Clara_Vogt PER\nVogt PER\nVogts PER\nJens_Vogt PER\nUlm LOC\nUlms LOC\nJörg_Kiesel PER\nKiesel PER\n";
    let found = names(
        &[
            "Clara Vogt kam nach Ulm. Vogt sprach. Vogts Rede war lang.",
            // Which one is meant is not known.
            "Clara Vogt traf Jens Vogt. Vogt war froh.",
            // Here nobody is named in full, and the run does not say who is meant: two of three mentions are not enough.
            "Ulms Rat lobte Vogt.",
            "Kiesel kam. Kiesel ging.",
            "Jörg Kiesel blieb.",
        ],
        list,
    );
    let expected = [
        [
            "Clara Vogt",
            "Clara Vogt 2 | Vogt 1 | Vogts 1",
            "4",
            "2",
            "2024-05-01",
            "2024-05-02",
        ],
        [
            "Jörg Kiesel",
            "Kiesel 2 | Jörg Kiesel 1",
            "3",
            "2",
            "2024-05-04",
            "2024-05-05",
        ],
        [
            "Ulm",
            "Ulm 1 | Ulms 1",
            "2",
            "2",
            "2024-05-01",
            "2024-05-03",
        ],
        ["Vogt", "Vogt 2", "2", "2", "2024-05-02", "2024-05-03"],
        [
            "Jens Vogt",
            "Jens Vogt 1",
            "1",
            "1",
            "2024-05-02",
            "2024-05-02",
        ],
    ];
    assert_eq!(found, expected.map(|row| row.map(str::to_owned)));
}

#[test]
fn the_table_of_names_counts_the_judgements() {
    let place = rich();
    let rows = place.rows("out/names.csv");
    let judged = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        ["negative", "neutral", "positive"].map(|column| row[column].parse::<usize>().unwrap())
    };
    let judgements = place.rows("out/sentiment.csv");
    let judgements: Vec<_> = judgements
        .iter()
        .filter(|row| row["level"] == "entity")
        .collect();
    let all: usize = ["Clara Vogt", "Ina Peters", "Ulm"]
        .map(|name| judged(name).iter().sum::<usize>())
        .iter()
        .sum();
    assert_eq!(all, judgements.len());
    let entities = place.rows("out/entities.csv");
    let positive = judgements
        .iter()
        .filter(|row| row["label"] == "positive")
        .filter(|row| {
            let mut of = entities
                .iter()
                .filter(|entity| entity["article_id"] == row["article_id"]);
            of.nth(row["index"].parse().unwrap()).unwrap()["text"] == "Ulm"
        });
    assert_eq!(judged("Ulm")[2], positive.count());
}

#[test]
fn an_article_is_shown_with_what_was_found_in_it() {
    let place = rich();
    let shown = place.blattwerk("show out a7");
    assert_eq!(shown.code, 0, "{shown:?}");
    for wanted in [
        "Clara Vogt/PER",
        "Ulm/LOC",
        "[related] Lesen Sie auch: Mehr aus Ulm",
        "\n   0",
        "\n   2",
        "summary ",
    ] {
        assert!(shown.stdout.contains(wanted), "{wanted}: {}", shown.stdout);
    }
    assert!(
        !shown.stdout.contains('\u{1B}'),
        "the output is no terminal"
    );
    let coloured = place.blattwerk("show out a7 --color always").stdout;
    assert!(
        coloured.contains("\u{1B}[9;2m") || coloured.contains("\u{1B}[2;9m"),
        "{coloured}"
    );
    let copy = place.blattwerk("show out kopie").stdout;
    assert!(copy.contains("copy of a0, similarity 0."), "{copy}");
    let failed = place.blattwerk("show out dump.jsonl:65").stdout;
    assert!(
        failed.contains("failed in input dump.jsonl:65: broken JSON"),
        "{failed}"
    );
    let unknown = place.blattwerk("show out nirgends");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("no article with the id `nirgends`"),
        "{unknown:?}"
    );
    assert_eq!(place.blattwerk("show out").code, 2);
}

#[test]
fn the_mentions_of_a_name_are_listed_in_any_form() {
    let place = rich();
    let mentions = |name: &str| place.blattwerk(&format!("show out --name {name}"));
    let surname = mentions("vogt");
    assert_eq!(surname.code, 0, "{surname:?}");
    assert_eq!(surname.stdout, mentions("Vogts").stdout);
    let lines = surname.stdout.lines();
    assert_eq!(
        lines
            .filter(|line| line.contains("(Clara Vogt, PER)"))
            .count(),
        122
    );
    assert!(
        surname
            .stdout
            .contains("Vogts Rede zu Vorlage 7 dauerte lange")
    );
    let similar = mentions("Pet");
    assert_eq!(similar.code, 2);
    assert!(
        similar
            .stderr
            .contains("does not mention `Pet`; it mentions Ina Peters"),
        "{similar:?}"
    );
}

#[test]
fn what_a_terminal_would_run_is_not_written_to_it() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        json!({"id": "a", "title": "Rot\u{1B}[31m", "text": "Ulm \u{1B}]0;weg\u{7} ruft.\u{9B}2J"})
            .to_string(),
    );
    place
        .write("seite.html", PAGE)
        .write("names.tsv", "Ulm\tLOC\n");
    let run = place.blattwerk(&format!(
        "run -q --input a.jsonl {LISTS} --set normalize.backend=off"
    ));
    assert_eq!(run.code, 0, "{run:?}");
    for arguments in ["show out a", "show out --name Ulm"] {
        let shown = place.blattwerk(arguments).stdout;
        assert!(shown.contains("Ulm"), "{shown}");
        assert!(
            shown.chars().all(|c| c == '\n' || !c.is_control()),
            "{shown:?}"
        );
    }
}

#[test]
fn the_examples_have_a_page() {
    let place = Place::new();
    let examples = root().join("examples/articles");
    let run = place.blattwerk(&format!("run -q --input {} --report", examples.display()));
    assert_eq!(run.code, 0, "{run:?}");
    let page = place.read("out/report.html");
    assert!(page.contains("<article class=\"sample\""));
    assert_eq!(page.matches("<article class=\"sample\"").count(), 10);
}
