//! What the command line guarantees.

use crate::support::{Place, root};

const COMMANDS: [&str; 10] = [
    "run",
    "merge",
    "retry",
    "check",
    "eval",
    "train",
    "init",
    "runs",
    "backends",
    "completions",
];

#[test]
fn help_names_every_command() {
    let outcome = Place::new().blattwerk("--help");
    assert_eq!(outcome.code, 0);
    for command in COMMANDS {
        assert!(
            outcome.stdout.contains(&format!("\n  {command}")),
            "{command}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn the_default_run_can_be_repeated() {
    let place = Place::new();
    // A copy, because the run writes next to its config.
    place.write(
        "pipeline.toml",
        std::fs::read(root().join("pipeline.toml")).unwrap(),
    );
    std::fs::create_dir_all(place.path().join("examples")).unwrap();
    std::os::unix::fs::symlink(
        root().join("examples/articles"),
        place.path().join("examples/articles"),
    )
    .unwrap();
    assert_eq!(place.blattwerk("run").code, 0);
    let first = place.tables("out");
    assert_eq!(place.blattwerk("run").code, 0);
    assert_eq!(first, place.tables("out"));
    assert!(!place.path().join("out/unfinished").exists());
}

#[test]
fn a_new_config_runs() {
    let place = Place::new();
    place.write("articles/a.txt", "Ein Satz.");
    assert_eq!(place.blattwerk("init").code, 0);
    assert_eq!(place.blattwerk("check").code, 0);
    assert_eq!(place.blattwerk("run").code, 0);
    let again = place.blattwerk("init");
    assert_eq!(again.code, 2, "a config is not overwritten");
    assert!(
        again.stderr.contains("cannot write pipeline.toml"),
        "{}",
        again.stderr
    );
    let again = place.blattwerk("run");
    assert_eq!(again.code, 2, "tables of another run are not overwritten");
    assert!(again.stderr.contains("--overwrite"), "{}", again.stderr);
    assert_eq!(place.blattwerk("run --overwrite").code, 0);
}

#[test]
fn check_shows_what_would_run_and_writes_nothing() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        "{\"url\": \"x\", \"headline\": \"Titel\", \"body\": \"Ein Satz.\"}\n",
    );
    let outcome = place.blattwerk("check --input a.jsonl --set ner.backend=off");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for word in ["off", "a.jsonl", "body", "headline", "Titel", "Ein Satz."] {
        assert!(
            outcome.stdout.contains(word),
            "{word} is in {}",
            outcome.stdout
        );
    }
    assert!(!place.path().join("out").exists());
}

#[test]
fn check_reports_failures_among_the_first_articles() {
    let place = Place::new();
    place.write("a.jsonl", "{\"text\": \"Ein Satz.\"}\n{kaputt\n");
    let outcome = place.blattwerk("check --input a.jsonl");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("a.jsonl:2"), "{}", outcome.stdout);
}

#[test]
fn backends_lists_backends_and_keys() {
    let place = Place::new();
    let all = place.blattwerk("backends").stdout;
    for word in [
        "gazetteer",
        "linear",
        "lexicon",
        "centroid",
        "lead",
        "command",
        "timeout_seconds",
        "chunk_articles",
        "fields.text",
        "max_tokens",
        "runtimes in this build: ",
    ] {
        assert!(all.contains(word), "{word} is in {all}");
    }
    let one = place.blattwerk("backends summarize");
    assert!(
        one.stdout.contains("centroid") && !one.stdout.contains("gazetteer"),
        "{}",
        one.stdout
    );
    assert!(
        one.stdout.contains("redundancy = 0.3\n"),
        "defaults are as the user would write them: {}",
        one.stdout
    );
    let none = place.blattwerk("backends summarise");
    assert_eq!(none.code, 2);
    assert!(
        none.stderr.contains("`summarize`"),
        "the right names are listed: {}",
        none.stderr
    );
}

#[test]
fn completions_are_written_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let outcome = Place::new().blattwerk(&format!("completions {shell}"));
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains("blattwerk"), "{shell}");
    }
}

#[test]
fn quiet_prints_nothing_and_json_prints_events() {
    let place = Place::new();
    place.write("a.jsonl", "{\"text\": \"Ein Satz.\"}\n{kaputt\n");
    let quiet = place.blattwerk("run --input a.jsonl --quiet");
    assert_eq!((quiet.code, &*quiet.stdout, &*quiet.stderr), (1, "", ""));

    let json = place.blattwerk("run --input a.jsonl --output b --log json");
    let events: Vec<String> = json
        .stderr
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["event"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(events, ["started", "failed", "progress", "finished"]);
}

#[test]
fn limit_stops_reading() {
    let place = Place::new();
    place.write(
        "a.jsonl",
        "{\"text\": \"Eins.\"}\n{\"text\": \"Zwei.\"}\n{\"text\": \"Drei.\"}\n",
    );
    assert_eq!(place.blattwerk("run --input a.jsonl --limit 2").code, 0);
    assert_eq!(place.rows("out/normalized.csv").len(), 2);
}

#[test]
fn later_layers_of_settings_win() {
    let place = Place::new();
    place
        .write("a.txt", "Ein Satz.")
        .write("pipeline.toml", "summarize.backend = \"off\"\n");
    let backend = |arguments: &str, variables: &[(&str, &str)]| {
        let outcome = place.blattwerk_with(
            &format!("run --overwrite --input a.txt {arguments}"),
            variables,
        );
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let record = place.record("out");
        record["stages"][7]["backend"].as_str().unwrap().to_owned()
    };
    let variable = [("BLATTWERK__SUMMARIZE__BACKEND", "lead")];
    assert_eq!(backend("", &[]), "off");
    assert_eq!(backend("", &variable), "lead");
    assert_eq!(
        backend("--set summarize.backend=centroid", &variable),
        "centroid"
    );
}

#[test]
fn eval_split_counts_boundaries() {
    let place = Place::new();
    place.write(
        "gold.txt",
        "Am 3. Mai kam er.\nEr blieb.\n\nUeberschrift\nSie ging\num 5.\n",
    );
    let outcome = place.blattwerk("eval split gold.txt --mistakes");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("gold.txt: "), "{}", outcome.stdout);
    // Off finds none of the three boundaries.
    let off = place.blattwerk("eval split gold.txt --set split.backend=off --mistakes");
    assert_eq!(off.stdout.matches("missed").count(), 3, "{}", off.stdout);
    let missing = place.blattwerk("eval split nirgends.txt");
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("nirgends.txt"),
        "{}",
        missing.stderr
    );
}

#[test]
fn eval_sentiment_repeats_the_lines_with_its_classes() {
    let place = Place::new();
    place.write(
        "gold.tsv",
        "positive\tDas ist prima.\nnegative\tWie schlecht!\tWetter\n",
    );
    place.write("words.tsv", "prima\t1\nschlecht\t-1\n");
    let outcome = place.blattwerk(
        "eval sentiment gold.tsv --predictions out.tsv --set sentiment.backend=lexicon --set sentiment.lexicon=words.tsv",
    );
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("macro-F1"), "{}", outcome.stdout);
    let expected =
        "positive\tDas ist prima.\tpositive\nnegative\tWie schlecht!\tWetter\tnegative\n";
    assert_eq!(place.read("out.tsv"), expected);
    place.write("bad.tsv", "positive\tJa.\nschlimm\tNein.\n");
    let bad = place.blattwerk("eval sentiment bad.tsv");
    assert_eq!(bad.code, 2);
    assert!(bad.stderr.contains("bad.tsv:2: expected"), "{}", bad.stderr);
}

#[test]
fn eval_summarize_compares_every_backend_with_lead_random_and_oracle() {
    let place = Place::new();
    place.write(
        "gold.jsonl",
        "{\"text\": \"Der Hafen der Insel wird ausgebaut. Die Arbeiten beginnen im Mai.\", \"summary\": \"Der Hafen der Insel wird ausgebaut.\"}\n",
    );
    let outcome = place.blattwerk("eval summarize gold.jsonl --sentences 1");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for row in [
        "first", "random", "oracle", "lead", "features", "centroid", "textrank", "lexrank",
    ] {
        assert!(outcome.stdout.contains(row), "{row} in {}", outcome.stdout);
    }
    let oracle = outcome
        .stdout
        .lines()
        .find(|line| line.starts_with("oracle"));
    let figures = "oracle      100.00  100.00  100.00     6.0";
    assert!(
        oracle.is_some_and(|row| row.starts_with(figures)),
        "{oracle:?}"
    );
    let words = place.blattwerk("eval summarize gold.jsonl --words 5 --rows lead,features");
    assert_eq!(words.code, 0, "{words:?}");
    let rows: Vec<&str> = words.stdout.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{}", words.stdout);
    // Only the second sentence has five words, none of which is in the reference.
    for (row, name) in rows.iter().zip(["lead", "features"]) {
        let figures = format!("{name:<10}    0.00    0.00    0.00     5.0");
        assert!(row.starts_with(&figures), "{row}");
    }
    place.write("bad.jsonl", "{\"text\": \"Ja.\"}\n");
    let bad = place.blattwerk("eval summarize bad.jsonl");
    assert_eq!(bad.code, 2);
    assert!(
        bad.stderr.contains("bad.jsonl:1: expected"),
        "{}",
        bad.stderr
    );
}

#[test]
fn a_sentiment_model_is_trained_and_used() {
    let place = Place::new();
    let lines = "positive\tAlle loben Ida für ihre hervorragende Arbeit.\tIda\n\
        negative\tViele kritisieren Jan wegen seiner Fehler scharf.\tJan\n\
        neutral\tAm Montag kam Uwe nach Bonn.\tUwe\n";
    place.write("gold.tsv", lines.repeat(40));
    let outcome = place.blattwerk("train sentiment --train gold.tsv --out model");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("toward names"), "{outcome:?}");
    let again = place.blattwerk("train sentiment --train gold.tsv --out again");
    assert_eq!(again.code, 0, "{again:?}");
    let model = std::fs::read(place.path().join("model/model.bin")).unwrap();
    assert!(
        model == std::fs::read(place.path().join("again/model.bin")).unwrap(),
        "the same files, the same model"
    );
    let eval = "eval sentiment gold.tsv --set sentiment.model=";
    let right = place.blattwerk(&format!("{eval}model"));
    assert!(right.stdout.contains("accuracy 1.0000"), "{}", right.stdout);
    let refused = place.blattwerk("train sentiment --train gold.tsv --out model");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("exists"), "{}", refused.stderr);
    std::fs::write(place.path().join("model/model.bin"), &model[..1000]).unwrap();
    let broken = place.blattwerk(&format!("{eval}model"));
    assert_eq!(broken.code, 2);
    assert!(
        broken.stderr.contains("model.bin") && broken.stderr.contains("bytes"),
        "{}",
        broken.stderr
    );
}

/// Sentences with a new town, a new person, and words that are not names.
const LABELLED: &str = "Der\tO\nBauer\tO\nHerr\tO\nQuastel\tB-PER\nlebt\tO\nin\tO\nNiederwoltz\tB-LOC\n.\tO\n\n\
    Frau\tO\nQuastel\tB-PER\nkam\tO\naus\tO\nNiederwoltz\tB-LOC\n.\tO\n\n";

#[test]
fn a_names_model_is_trained_and_used() {
    let place = Place::new();
    place.write("gold.tsv", LABELLED.repeat(20));
    let train = "train ner --train gold.tsv --dev gold.tsv --epochs 3 --out";
    let outcome = place.blattwerk(&format!("{train} model"));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.stderr.contains("pass 3 of 3") && outcome.stderr.contains("memory"),
        "{outcome:?}"
    );
    assert_eq!(place.blattwerk(&format!("{train} again")).code, 0);
    let model = std::fs::read(place.path().join("model/model.bin")).unwrap();
    assert!(
        model == std::fs::read(place.path().join("again/model.bin")).unwrap(),
        "the same files, the same model"
    );
    assert_eq!(
        place.blattwerk(&format!("{train} model")).code,
        2,
        "a model is not overwritten"
    );

    let eval = place.blattwerk("eval ner gold.tsv --model model --predictions found.tsv");
    assert_eq!(eval.code, 0, "{eval:?}");
    assert!(
        eval.stdout.contains("all        100.00  100.00  100.00"),
        "{}",
        eval.stdout
    );
    assert_eq!(place.read("found.tsv"), LABELLED.repeat(20));
    for (together, code) in [("1", 0), ("1000", 0), ("0", 2)] {
        let eval = format!("eval ner gold.tsv --model model --together {together}");
        assert_eq!(place.blattwerk(&eval).code, code, "{together}");
    }

    let listed = "eval ner gold.tsv --set ner.backend=gazetteer --set ner.lists=[\"list.tsv\"]";
    place.write("list.tsv", "Quastel\tPER\n");
    let eval = place.blattwerk(listed);
    assert_eq!(eval.code, 0, "{eval:?}");
    // Of the names, only the person is listed.
    assert!(
        eval.stdout
            .contains("PER        100.00  100.00  100.00      40      40      40")
            && eval
                .stdout
                .contains("LOC          0.00    0.00    0.00      40       0       0"),
        "{}",
        eval.stdout
    );

    place.write("a.txt", "Quastel verließ Niederwoltz.");
    let run = "run --input a.txt --set ner.model=model --quiet";
    assert_eq!(place.blattwerk(run).code, 0);
    let found: Vec<(String, String)> = place
        .rows("out/entities.csv")
        .iter()
        .map(|row| (row["text"].clone(), row["label"].clone()))
        .collect();
    let expected = [("Quastel", "PER"), ("Niederwoltz", "LOC")];
    assert_eq!(
        found,
        expected.map(|(text, label)| (text.to_owned(), label.to_owned()))
    );
}

#[test]
fn malformed_labels_and_models_are_named() {
    let place = Place::new();
    place
        .write("gold.tsv", "Ada\tB-PER\nlacht\n")
        .write("model/model.bin", "kein Modell");
    for arguments in [
        "eval ner gold.tsv",
        "train ner --train gold.tsv --dev gold.tsv --out m",
    ] {
        let outcome = place.blattwerk(arguments);
        assert_eq!(outcome.code, 2);
        assert!(
            outcome
                .stderr
                .contains("gold.tsv:2: expected a token, a tab and a tag"),
            "{outcome:?}"
        );
    }
    place.write("gold.tsv", LABELLED);
    let outcome = place.blattwerk("eval ner gold.tsv --model model");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("model/model.bin: expected a names model"),
        "{outcome:?}"
    );
}

#[test]
fn a_list_of_boilerplate_is_learned_and_used() {
    let place = Place::new();
    let line = "Servicezentrale Mittelrhein, immer für Sie da";
    let articles: Vec<String> = (0..25)
        .map(|id| {
            let text = format!(
                "Im Ort Nummer {id} hat der Rat am Montag über die Brücke gesprochen.\n\n{line}"
            );
            serde_json::json!({"id": id.to_string(), "text": text}).to_string()
        })
        .collect();
    place.write("a.jsonl", articles.join("\n"));
    let outcome = place.blattwerk("train boilerplate --input a.jsonl --out lines.tsv");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome
            .stdout
            .starts_with("Lines in at least 20 of 25 stories: 1\n"),
        "{outcome:?}"
    );
    let outcome =
        place.blattwerk("run --input a.jsonl --set normalize.extra_boilerplate=lines.tsv");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let removed = place.rows("out/removed.csv");
    assert_eq!(removed.len(), 25);
    assert!(removed.iter().all(|row| row["text"] == line));
    assert!(removed.iter().all(|row| row["reason"] == "repeated"));

    let outcome = place.blattwerk("train boilerplate --input a.jsonl --out lines.tsv");
    assert_eq!(outcome.code, 2, "an old list is not overwritten");
}
