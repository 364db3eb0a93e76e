//! Fault runs: what happens with every kind of bad input, config and output. Nothing is lost silently.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Place, bzip2, gzip, run_on_a_small_disk, utf16, xz};

/// A bad input: the other articles are processed, and failure rows report it.
struct Case {
    name: &'static str,
    /// Creates the input, and returns its path.
    input: fn(&Place) -> &'static str,
    arguments: &'static str,
    /// The texts of the articles that are processed nevertheless.
    articles: &'static [&'static str],
    /// For each failure row: the article, the source, and part of the error.
    failures: &'static [(&'static str, &'static str, &'static str)],
}

const GOOD: &str = "{\"id\": \"a\", \"text\": \"Eins.\"}\n{\"id\": \"b\", \"text\": \"Zwei.\"}\n";

/// Many lines that compress to more than one block, so that some of them are readable after a cut.
fn long_dump() -> String {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state
    };
    (0..20_000)
        .map(|id| {
            format!(
                "{{\"id\": \"{id}\", \"text\": \"{:08x}{:08x}.\"}}\n",
                noise(),
                noise()
            )
        })
        .collect()
}

const CASES: &[Case] = &[
    Case {
        name: "broken JSON in the middle",
        input: |place| {
            place.write("d.jsonl", "{\"id\":\"a\",\"text\":\"Eins.\"}\n{\"id\":\"b\",\"te\n{\"id\":\"c\",\"text\":\"Drei.\"}");
            "d.jsonl"
        },
        arguments: "",
        articles: &["Eins.", "Drei."],
        failures: &[("d.jsonl:2", "d.jsonl:2", "JSON")],
    },
    Case {
        name: "an XML item whose start tag is damaged",
        input: |place| {
            place.write(
                "d.xml",
                "<rss version=\"2.0\"><channel><title>Bote</title><item><guid>a</guid><description>Eins.</description></item><itm><guid>b</guid><description>Zwei.</description></item></channel></rss>",
            );
            "d.xml"
        },
        arguments: "",
        articles: &["Eins."],
        failures: &[("d.xml:2", "d.xml:2", "its start tag is damaged")],
    },
    Case {
        name: "columns instead of records",
        input: |place| {
            place.write(
                "d.json",
                "{\"id\": [1, 2], \"text\": [\"Eins.\", \"Zwei.\"]}",
            );
            "d.json"
        },
        arguments: "",
        articles: &[],
        failures: &[("d.json:1", "d.json:1", "found columns")],
    },
    Case {
        name: "a dump in SQL",
        input: |place| {
            place.write(
                "d.sql",
                "CREATE TABLE a (t text);\nINSERT INTO a VALUES ('Eins.');\n",
            );
            "d.sql"
        },
        arguments: "",
        articles: &[],
        failures: &[("d.sql", "d.sql", "a dump of a database in SQL")],
    },
    Case {
        name: "XML that is broken within an article, refers to a file, and ends early",
        input: |place| {
            let item = |id, text| {
                format!(
                    "<item><guid isPermaLink=\"false\">{id}</guid><description>{text}</description></item>"
                )
            };
            let items = [
                item("a", "Eins."),
                item("b", "<p>Zwei"),
                item("c", "&d;"),
                item("d", "Drei."),
            ];
            let doctype = "<!DOCTYPE rss [<!ENTITY d SYSTEM \"pipeline.toml\">]>";
            place.write(
                "d.rss",
                format!("{doctype}<rss><channel>{}", items.concat()),
            );
            "d.rss"
        },
        arguments: "",
        articles: &["Eins.", "Drei."],
        failures: &[
            ("d.rss:2", "d.rss:2", "not well-formed XML at byte"),
            (
                "d.rss:3",
                "d.rss:3",
                "the entity `d` is declared in another file",
            ),
            ("d.rss:5", "d.rss:5", "ends within the element `channel`"),
        ],
    },
    Case {
        name: "XML of another kind",
        input: |place| {
            place.write(
                "d/sitemap.xml",
                "<?xml version=\"1.0\"?><urlset><url><loc>https://a.example/</loc></url></urlset>",
            );
            place.write("d/gut.jsonl", GOOD);
            "d"
        },
        arguments: "",
        articles: &["Eins.", "Zwei."],
        failures: &[(
            "d/sitemap.xml",
            "d/sitemap.xml",
            "a sitemap lists addresses",
        )],
    },
    Case {
        name: "a line that is no object",
        input: |place| {
            place.write("d.jsonl", format!("{GOOD}[1, 2]\n"));
            "d.jsonl"
        },
        arguments: "",
        articles: &["Eins.", "Zwei."],
        failures: &[("d.jsonl:3", "d.jsonl:3", "object")],
    },
    Case {
        name: "damaged JSON in an array",
        input: |place| {
            place.write("d.json", "[\n {\"id\": \"a\", \"text\": \"Eins.\"},\n {\"id\": \"b\", \"text\": \"Zwei.},\n {\"id\": \"c\", \"text\": \"Drei.\"}\n]\n");
            "d.json"
        },
        arguments: "",
        articles: &["Eins.", "Drei."],
        failures: &[("d.json:2", "d.json:2", "has no end")],
    },
    Case {
        name: "JSON that ends within an object",
        input: |place| {
            place.write(
                "d.json",
                "[\n {\"id\": \"a\", \"text\": \"Eins.\"},\n {\"id\": \"b\", \"te",
            );
            "d.json"
        },
        arguments: "",
        articles: &["Eins."],
        failures: &[("d.json:2", "d.json:2", "truncated")],
    },
    Case {
        name: "JSON that ends within an array",
        input: |place| {
            place.write("d.json", "[\n {\"id\": \"a\", \"text\": \"Eins.\"},\n");
            "d.json"
        },
        arguments: "",
        articles: &["Eins."],
        failures: &[("d.json", "d.json", "truncated")],
    },
    Case {
        name: "a .json that contains no object",
        input: |place| {
            place.write("d.json", "Kein Objekt.\n");
            "d.json"
        },
        arguments: "",
        articles: &[],
        failures: &[("d.json", "d.json", "\"Kein Objekt.\"")],
    },
    Case {
        name: "a .html without a tag",
        input: |place| {
            place.write("d.html", "Keine Seite.\n");
            "d.html"
        },
        arguments: "",
        articles: &[],
        failures: &[("d.html", "d.html", "\"Keine Seite.\"")],
    },
    Case {
        name: "a page without a story",
        input: |place| {
            place.write("d.html", "<!doctype html><nav><a href=/>Start</a></nav>");
            "d.html"
        },
        arguments: "",
        articles: &[],
        failures: &[("d.html", "d.html", "without a story")],
    },
    Case {
        name: "the same id twice",
        input: |place| {
            place.write(
                "d.jsonl",
                format!("{GOOD}{{\"id\": \"a\", \"text\": \"Drei.\"}}\n"),
            );
            "d.jsonl"
        },
        arguments: "",
        articles: &["Eins.", "Zwei."],
        failures: &[("a", "d.jsonl:3", "id")],
    },
    Case {
        name: "the same id in another file",
        input: |place| {
            place
                .write("d/1.jsonl", GOOD)
                .write("d/2.jsonl", "{\"id\": \"b\", \"text\": \"Drei.\"}\n");
            "d"
        },
        arguments: "",
        articles: &["Eins.", "Zwei."],
        failures: &[("b", "d/2.jsonl:1", "id")],
    },
    Case {
        name: "empty, blank, missing and null texts",
        input: |place| {
            place.write(
                "d.jsonl",
                "{\"id\":\"a\",\"text\":\"\"}\n{\"id\":\"b\",\"text\":\" \\n\"}\n{\"id\":\"c\"}\n{\"id\":\"d\",\"text\":null}\n",
            );
            "d.jsonl"
        },
        arguments: "--set input.fields.text=text",
        articles: &[],
        failures: &[
            ("a", "d.jsonl:1", "text"),
            ("b", "d.jsonl:2", "text"),
            ("c", "d.jsonl:3", "text"),
            ("d", "d.jsonl:4", "text"),
        ],
    },
    Case {
        name: "a text that is a number",
        input: |place| {
            place.write(
                "d.jsonl",
                "{\"id\": \"a\", \"text\": 7}\n{\"id\": \"b\", \"text\": \"Zwei.\"}\n",
            );
            "d.jsonl"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("a", "d.jsonl:1", "text")],
    },
    Case {
        name: "half a surrogate pair",
        input: |place| {
            place.write(
                "d.jsonl",
                "{\"id\": \"a\", \"text\": \"\\ud83d\"}\n{\"id\": \"b\", \"text\": \"Zwei.\"}\n",
            );
            "d.jsonl"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d.jsonl:1", "d.jsonl:1", "hex escape")],
    },
    Case {
        name: "a line beyond the limit",
        input: |place| {
            let long = "lang ".repeat(100_000);
            place.write(
                "d.jsonl",
                format!("{{\"id\":\"x\",\"text\":\"{long}\"}}\n{GOOD}"),
            );
            "d.jsonl"
        },
        arguments: "--set input.max_bytes=100000",
        articles: &["Eins.", "Zwei."],
        failures: &[("d.jsonl:1", "d.jsonl:1", "max_bytes")],
    },
    Case {
        name: "an article file beyond the limit",
        input: |place| {
            place
                .write("d/a.txt", "lang ".repeat(100_000))
                .write("d/b.txt", "Zwei.");
            "d"
        },
        arguments: "--set input.max_bytes=100000",
        articles: &["Zwei."],
        failures: &[("d/a.txt", "d/a.txt", "max_bytes")],
    },
    Case {
        name: "a row with a column too many",
        input: |place| {
            place.write("d.csv", "id,text\na,Eins.\nb,Zwei,zu viel\nc,Drei.\n");
            "d.csv"
        },
        arguments: "",
        articles: &["Eins.", "Drei."],
        failures: &[("d.csv:3", "d.csv:3", "2")],
    },
    Case {
        name: "a quote that is never closed",
        input: |place| {
            place.write("d.csv", "id,text\na,Eins.\nb,\"Zwei.\nc,Drei.\nd,Vier.\n");
            "d.csv"
        },
        arguments: "",
        articles: &["Eins.", "Drei.", "Vier."],
        failures: &[("d.csv:3", "d.csv:3", "quote")],
    },
    Case {
        name: "a CSV without a text column",
        input: |place| {
            place.write("d.csv", "nummer,inhaltsangabe\n1,Eins.\n");
            "d.csv"
        },
        arguments: "",
        articles: &[],
        failures: &[("d.csv", "d.csv", "inhaltsangabe")],
    },
    Case {
        name: "a text in Windows-1252 is no fault",
        input: |place| {
            place.write(
                "a.txt",
                b"Der F\xF6hn weht \x84warm\x93 \xFCber M\xFCnchen.",
            );
            "a.txt"
        },
        arguments: "",
        articles: &["Der Föhn weht „warm“ über München."],
        failures: &[],
    },
    Case {
        name: "encodings that change from line to line are no fault",
        input: |place| {
            let mut dump = "{\"id\":\"a\",\"text\":\"Die Straße ist für Fußgänger.\"}\n"
                .as_bytes()
                .to_vec();
            dump.extend(b"{\"id\":\"b\",\"text\":\"Die Stra\xDFe ist f\xFCr Fu\xDFg\xE4nger.\"}\n");
            place.write("d.jsonl", dump);
            "d.jsonl"
        },
        arguments: "",
        articles: &[
            "Die Straße ist für Fußgänger.",
            "Die Straße ist für Fußgänger.",
        ],
        failures: &[],
    },
    Case {
        name: "UTF-8 with a broken byte",
        input: |place| {
            place
                .write(
                    "d/a.txt",
                    b"Die Stra\xC3\x9Fe \xC3ist f\xC3\xBCr Fu\xC3\x9Fg\xC3\xA4nger.",
                )
                .write("d/b.txt", "Zwei.");
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.txt", "d/a.txt", "UTF-8")],
    },
    Case {
        name: "UTF-16 with half a pair",
        input: |place| {
            let mut text = utf16("Eins und ");
            text.extend([0x3D, 0xD8]);
            text.extend(" zwei".encode_utf16().flat_map(u16::to_le_bytes));
            place
                .write("d/a.txt", text)
                .write("d/b.txt", utf16("Zwei."));
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.txt", "d/a.txt", "UTF-16")],
    },
    Case {
        name: "an empty file",
        input: |place| {
            place.write("d/a.txt", "").write("d/b.txt", "Zwei.");
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.txt", "d/a.txt", "empty")],
    },
    Case {
        name: "a picture among the articles",
        input: |place| {
            place
                .write("d/a.png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR")
                .write("d/b.txt", "Zwei.");
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.png", "d/a.png", "PNG image")],
    },
    Case {
        name: "a link to nowhere",
        input: |place| {
            place.write("d/b.txt", "Zwei.");
            symlink("nirgends.txt", place.path().join("d/a.txt")).unwrap();
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.txt", "d/a.txt", "no such file")],
    },
    Case {
        name: "a cut plain article in an archive",
        input: |place| {
            let whole = gzip("Ein langer Artikel, der nicht zu Ende kommt.".as_bytes());
            place
                .write("d/a.txt.gz", &whole[..whole.len() - 12])
                .write("d/b.txt", "Zwei.");
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.txt.gz", "d/a.txt.gz", "")],
    },
    Case {
        name: "not the archive that its first bytes promise",
        input: |place| {
            place
                .write("d/a.gz", b"\x1F\x8B\x08 and then nothing of the kind")
                .write("d/b.txt", "Zwei.");
            "d"
        },
        arguments: "",
        articles: &["Zwei."],
        failures: &[("d/a.gz", "d/a.gz", "")],
    },
    Case {
        name: "a configured field that no record has",
        input: |place| {
            place.write("d.jsonl", GOOD);
            "d.jsonl"
        },
        arguments: "--set input.fields.text=volltext",
        articles: &[],
        failures: &[
            ("a", "d.jsonl:1", "volltext"),
            ("b", "d.jsonl:2", "volltext"),
        ],
    },
];

#[test]
fn bad_input_gives_failure_rows_and_nothing_else() {
    for case in CASES {
        let place = Place::new();
        let input = (case.input)(&place);
        let outcome = place.blattwerk(&format!("run --quiet --input {input} {}", case.arguments));
        let expected = i32::from(!case.failures.is_empty());
        assert_eq!(outcome.code, expected, "{}: {outcome:?}", case.name);

        let normalized = place.rows("out/normalized.csv");
        let articles: Vec<&str> = normalized.iter().map(|row| row["text"].as_str()).collect();
        assert_eq!(
            articles, case.articles,
            "{}: the other articles are there",
            case.name
        );

        let failures = place.rows("out/failures.csv");
        assert_eq!(
            failures.len(),
            case.failures.len(),
            "{}: {failures:?}",
            case.name
        );
        for (row, (id, source, error)) in failures.iter().zip(case.failures) {
            assert_eq!(
                (&*row["article_id"], &*row["source"]),
                (*id, *source),
                "{}: {row:?}",
                case.name
            );
            assert!(
                row["error"].contains(error),
                "{}: {error:?} is in {row:?}",
                case.name
            );
            assert_eq!(row["stage"], "input", "{}", case.name);
        }
    }
}

#[test]
fn a_cut_archive_gives_the_articles_before_the_cut() {
    let dump = long_dump();
    let archives: [(&str, Vec<u8>); 4] = [
        ("d.jsonl.gz", gzip(dump.as_bytes())),
        ("d.jsonl.zst", zstd::encode_all(dump.as_bytes(), 3).unwrap()),
        ("d.jsonl.bz2", bzip2(dump.as_bytes())),
        ("d.jsonl.xz", xz(dump.as_bytes())),
    ];
    for (name, whole) in archives {
        let place = Place::new();
        place.write(name, &whole);
        let outcome = place.blattwerk(&format!("run --quiet --input {name} --output whole"));
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        assert_eq!(place.rows("whole/normalized.csv").len(), 20_000, "{name}");

        place.write(name, &whole[..whole.len() - whole.len() / 4]);
        let outcome = place.blattwerk(&format!("run --quiet --input {name} --output cut"));
        assert_eq!(outcome.code, 1, "{name}: {outcome:?}");
        let articles = place.rows("cut/normalized.csv").len();
        // bzip2 has blocks of 900 kB, and only complete ones can be read.
        assert!(
            (5_000..20_000).contains(&articles),
            "{name}: {articles} articles before the cut"
        );
        let failures = place.rows("cut/failures.csv");
        assert_eq!(failures.len(), 1, "{name}: {failures:?}");
        assert!(failures[0]["source"].starts_with(name), "{failures:?}");
    }
}

/// What cannot run: it gives exit code 2, a message that names the place, and no tables.
struct Refusal {
    name: &'static str,
    config: &'static str,
    arguments: &'static str,
    says: &'static [&'static str],
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        name: "an unknown backend",
        config: "\n[ner]\nbackend = \"gazeteer\"\n",
        arguments: "",
        says: &[
            "pipeline.toml:3",
            "[ner] backend",
            "`gazeteer`",
            "`gazetteer`",
            "`off`",
        ],
    },
    Refusal {
        name: "an unknown section",
        config: "[nre]\nbackend = \"off\"\n",
        arguments: "",
        says: &["pipeline.toml:1", "[nre]", "`ner`"],
    },
    Refusal {
        name: "an unknown key",
        config: "[summarize]\nbackend = \"lead\"\nsentenzen = 3\n",
        arguments: "",
        says: &["pipeline.toml:3", "[summarize] sentenzen", "`sentences`"],
    },
    Refusal {
        name: "a value of the wrong kind",
        config: "[summarize]\nbackend = \"lead\"\n\nsentences = \"drei\"\n",
        arguments: "",
        says: &["pipeline.toml:4", "[summarize] sentences", "drei"],
    },
    Refusal {
        name: "a value of the wrong kind in an inner table",
        config: "[input.fields]\ntext = 3\n",
        arguments: "",
        says: &["pipeline.toml:2", "[input] fields.text", "3"],
    },
    Refusal {
        name: "not TOML",
        config: "[ner\n",
        arguments: "",
        says: &["pipeline.toml", "line 1"],
    },
    Refusal {
        name: "a wrong value from a flag",
        config: "",
        arguments: "--set split.backend=ruels",
        says: &["--set split.backend=ruels", "`rules`"],
    },
    Refusal {
        name: "a flag that sets nothing",
        config: "",
        arguments: "--set split.backend",
        says: &["--set", "section.key=value"],
    },
    Refusal {
        name: "an unknown language",
        config: "[language]\n\nexpected = \"deutsch\"\n",
        arguments: "",
        says: &[
            "pipeline.toml:3",
            "[language]",
            "`expected`",
            "`deutsch`",
            "de, el, en",
        ],
    },
    Refusal {
        name: "a missing list",
        config: "[ner]\nbackend = \"gazetteer\"\nlists = [\"namen.tsv\"]\n",
        arguments: "",
        says: &["pipeline.toml", "[ner]", "namen.tsv", "No such file"],
    },
    Refusal {
        name: "missing input",
        config: "",
        arguments: "--input nirgends",
        says: &["nirgends"],
    },
    Refusal {
        name: "a pattern without a match",
        config: "",
        arguments: "--input *.parquet",
        says: &["*.parquet"],
    },
    Refusal {
        name: "a missing program",
        config: "[ner]\nbackend = \"command\"\ncommand = [\"./nirgends\"]\n",
        arguments: "",
        says: &["[ner]", "cannot start", "nirgends"],
    },
    Refusal {
        name: "a missing config",
        config: "",
        arguments: "--config nirgends.toml",
        says: &["cannot read nirgends.toml"],
    },
    Refusal {
        name: "an output folder that is a file",
        config: "",
        arguments: "--output a.txt",
        says: &["a.txt", "a folder"],
    },
    Refusal {
        name: "an output folder that cannot be created",
        config: "",
        arguments: "--output /proc/blattwerk",
        says: &["cannot write /proc/blattwerk"],
    },
    Refusal {
        name: "an output folder with other files",
        config: "",
        arguments: "--output voll",
        says: &["not empty", "fremd.txt"],
    },
    Refusal {
        name: "an output folder that holds the input",
        config: "",
        arguments: "--input voll --output voll --overwrite",
        says: &["contains input"],
    },
    Refusal {
        name: "more threads than any machine has use for",
        config: "",
        arguments: "--jobs 100000",
        says: &["[run] jobs", "at most 1024", "100000"],
    },
    Refusal {
        name: "a delimiter that would break the tables",
        config: "[output]\ndelimiter = \"x\"\n",
        arguments: "",
        says: &["pipeline.toml:2", "[output] delimiter", "`;`"],
    },
];

#[test]
fn what_cannot_run_is_refused_before_the_first_article() {
    for case in REFUSALS {
        let place = Place::new();
        place
            .write("a.txt", "Ein Satz.")
            .write("voll/fremd.txt", "Fremd.")
            .write("pipeline.toml", case.config);
        let input = if case.arguments.contains("--input") {
            ""
        } else {
            "--input a.txt"
        };
        let outcome = place.blattwerk(&format!("run {input} {}", case.arguments));
        assert_eq!(outcome.code, 2, "{}: {outcome:?}", case.name);
        let error = outcome
            .stderr
            .lines()
            .skip_while(|line| !line.starts_with("error: "))
            .collect::<Vec<_>>();
        let error = error.join("\n");
        for word in case.says {
            assert!(
                error.contains(word),
                "{}: {word:?} is in {:?}",
                case.name,
                outcome.stderr
            );
        }
        assert!(
            !place.path().join("out").exists(),
            "{}: nothing is written",
            case.name
        );
        assert_eq!(
            fs::read_dir(place.path().join("voll")).unwrap().count(),
            1,
            "{}",
            case.name
        );
    }
}

#[test]
fn a_wrong_variable_is_named() {
    let place = Place::new();
    place.write("a.txt", "Ein Satz.");
    let outcome = place.blattwerk_with(
        "run --input a.txt",
        &[("BLATTWERK__SPLIT__BACKEND", "ruels")],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("BLATTWERK__SPLIT__BACKEND"),
        "{}",
        outcome.stderr
    );
}

/// A file size limit simulates a full disk: writing fails in the middle of a run.
#[test]
fn a_full_disk_leaves_nothing_that_looks_like_a_result() {
    let place = Place::new();
    place.write("d.jsonl", long_dump());
    let run = |folder: &str| {
        let arguments = format!("--quiet --overwrite --input d.jsonl --output {folder}");
        run_on_a_small_disk(&place, &arguments, 200)
    };
    let output = run("out");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("cannot write out/unfinished/") && stderr.contains("File too large"),
        "{stderr}"
    );
    assert!(place.files("out").is_empty(), "no tables");

    assert_eq!(
        place
            .blattwerk("run --quiet --limit 5 --input d.jsonl --output alt")
            .code,
        0
    );
    let before = place.files("alt");
    assert_eq!(run("alt").status.code(), Some(2));
    assert_eq!(
        before,
        place.files("alt"),
        "the tables of the earlier run are untouched"
    );
    let again = place.blattwerk("run --quiet --overwrite --resume --input d.jsonl --output alt");
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(place.rows("alt/normalized.csv").len(), 20_000);
}

#[test]
fn an_input_that_vanishes_gives_a_failure_row() {
    let place = Place::new();
    for number in 10..40 {
        place.write(&format!("d/{number}.txt"), format!("Artikel {number}."));
    }
    let program = "import os, sys\nfor line in sys.stdin:\n    if os.path.exists('d/39.txt'):\n        \
                   os.remove('d/39.txt')\n    print('{\"entities\": []}', flush=True)\n";
    place.write("ner.py", program);
    let outcome = place.blattwerk(
        "run --quiet --input d --jobs 1 --set run.chunk_articles=1 --set ner.backend=command \
         --set ner.command=[\"python3\",\"ner.py\"]",
    );
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_eq!(place.rows("out/normalized.csv").len(), 29);
    let failures = place.rows("out/failures.csv");
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0]["source"], "d/39.txt");
    assert!(
        failures[0]["error"].contains("No such file"),
        "{failures:?}"
    );
}

#[test]
fn a_program_that_is_killed_fails_one_article() {
    let place = Place::new();
    place.write(
        "d.jsonl",
        "{\"text\": \"Eins.\"}\n{\"text\": \"Zwei.\"}\n{\"text\": \"Drei.\"}\n",
    );
    let program = "import os, signal, sys\nfor line in sys.stdin:\n    if 'Zwei' in line:\n        \
                   os.kill(os.getpid(), signal.SIGKILL)\n    print('{\"entities\": []}', flush=True)\n";
    place.write("ner.py", program);
    let outcome = place.blattwerk(
        "run --quiet --input d.jsonl --jobs 1 --set ner.backend=command \
         --set ner.command=[\"python3\",\"ner.py\"]",
    );
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_eq!(place.rows("out/normalized.csv").len(), 2);
    let failures = place.rows("out/failures.csv");
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0]["stage"], "ner");
    assert!(failures[0]["error"].contains("signal: 9"), "{failures:?}");
}
