//! Runs with tiny transformer models, and what happens to damaged ones.

use std::fs;

use crate::support::{Place, root};

/// A place with copies of some of the tiny models.
fn place(models: &[&str]) -> Place {
    let place = Place::new();
    for model in models {
        for file in fs::read_dir(root().join("tests/models").join(model)).unwrap() {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            place.write(&format!("{model}/{name}"), fs::read(file.path()).unwrap());
        }
    }
    place
}

const NER: &str = "--set ner.backend=onnx --set ner.model=bert-tokens";
const SENTIMENT: &str = "--set sentiment.backend=onnx --set sentiment.model=bert-sequence";

/// Articles with what tokenizers stumble over.
fn articles() -> String {
    let texts = [
        "„Wir schließen die Brücke“, sagte Ada Müller-Lüdenscheidt in Köln. ‚Nie‘, rief Rene\u{301} aus Mu\u{308}nchen!",
        "Großartig 🎉👨‍👩‍👧: Öl für 1.000,50 Euro 😀! 日本語 und Привет, мир – مرحبا aus Köln?",
        "Bundes\u{AD}tag\u{A0}tagt\u{200B}.\r\n\r\n  Nein.\t",
        "[SEP] <s> [MASK]",
    ];
    texts
        .iter()
        .enumerate()
        .map(|(id, text)| {
            serde_json::json!({"id": id.to_string(), "text": text}).to_string() + "\n"
        })
        .collect()
}

/// Checks that each entity quotes the article as it came in; returns how many there are.
fn check_offsets(place: &Place, folder: &str, articles: &str) -> usize {
    let texts: Vec<Vec<char>> = articles
        .lines()
        .map(|line| {
            let article: serde_json::Value = serde_json::from_str(line).unwrap();
            article["text"].as_str().unwrap().chars().collect()
        })
        .collect();
    let entities = place.rows(&format!("{folder}/entities.csv"));
    for row in &entities {
        let number = |column: &str| row[column].parse::<usize>().unwrap();
        let article = &texts[number("article_id")];
        let quoted: String = article[number("start")..number("end")].iter().collect();
        let clean = |text: &str| -> String {
            use unicode_normalization::UnicodeNormalization;
            let text = text.replace(['\u{AD}', '\u{200B}'], "");
            text.nfc().filter(|c| !c.is_whitespace()).collect()
        };
        assert_eq!(clean(&quoted), clean(&row["text"]), "{row:?}");
    }
    entities.len()
}

#[test]
fn the_tables_are_the_same_at_any_number_of_threads() {
    let place = place(&["bert-tokens", "bert-sequence"]);
    let articles = articles();
    place.write("a.jsonl", &articles);
    for jobs in [1, 4] {
        let outcome = place.blattwerk(&format!(
            "run --input a.jsonl --output out{jobs} --jobs {jobs} {NER} {SENTIMENT}"
        ));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    assert_eq!(place.tables("out1"), place.tables("out4"));
    assert!(
        check_offsets(&place, "out1", &articles) > 5,
        "random as it is, the model marks something"
    );
    let record: serde_json::Value = serde_json::from_str(&place.read("out1/run.json")).unwrap();
    let stages = record["stages"].as_array().unwrap();
    let ner = stages.iter().find(|stage| stage["stage"] == "ner").unwrap();
    let models = ner["models"].as_array().unwrap();
    let names: Vec<&str> = models
        .iter()
        .map(|model| model["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "bert-tokens/model.onnx",
            "bert-tokens/config.json",
            "bert-tokens/tokenizer.json"
        ]
    );
}

#[test]
fn chunks_and_neighbours_change_nothing() {
    let place = place(&["bert-tokens", "bert-sequence"]);
    place.write("a.jsonl", articles());
    for (folder, set) in [
        ("one", "run.chunk_articles=1"),
        ("all", "run.chunk_articles=100"),
    ] {
        let outcome = place.blattwerk(&format!(
            "run --input a.jsonl --output {folder} --set {set} {NER} {SENTIMENT} --set ner.file=model_quantized.onnx"
        ));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    assert_eq!(place.tables("one"), place.tables("all"));
}

#[test]
fn a_megabyte_without_a_sentence_end_is_read_whole() {
    let place = place(&["bert-tokens", "bert-sequence"]);
    let words = "die Bürgermeisterin von Köln und Ada Müller ";
    let text = words.repeat((1 << 20) / words.len());
    let article = serde_json::json!({"id": "0", "text": text.trim()}).to_string() + "\n";
    place.write("a.jsonl", &article);
    let outcome = place.blattwerk(&format!(
        "run --input a.jsonl --output out --set split.backend=off --set summarize.backend=off {NER} {SENTIMENT}"
    ));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(check_offsets(&place, "out", &article) > 0);
    let last = place.rows("out/entities.csv").pop().unwrap();
    let end: usize = last["end"].parse().unwrap();
    assert!(
        end > text.chars().count() - 200,
        "the end is read too: {last:?}"
    );
    assert_eq!(
        place.rows("out/sentiment.csv").len(),
        2,
        "article and sentence"
    );
}

/// A model that cannot run: what is done to it, the settings, and what the message says.
type Fault = (&'static str, fn(&Place), &'static str, &'static str);

fn cut(place: &Place, file: &str) {
    let path = place.path().join(file);
    let content = fs::read(&path).unwrap();
    fs::write(path, &content[..content.len() / 2]).unwrap();
}

fn replace(place: &Place, file: &str, from: &str, to: &str) {
    let path = place.path().join(file);
    let mut content = fs::read(&path).unwrap();
    let at: Vec<usize> = content
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!at.is_empty(), "{from} is in {file}");
    if from.len() == to.len() {
        for at in at {
            content[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
    } else {
        content = String::from_utf8(content)
            .unwrap()
            .replace(from, to)
            .into_bytes();
    }
    fs::write(path, content).unwrap();
}

fn remove(place: &Place, file: &str) {
    fs::remove_file(place.path().join(file)).unwrap();
}

fn copy(place: &Place, from: &str, to: &str) {
    fs::copy(place.path().join(from), place.path().join(to)).unwrap();
}

const FAULTS: &[Fault] = &[
    (
        "no model is named",
        |_| (),
        "--set ner.backend=onnx",
        "`model`: expected the folder of a model, found none",
    ),
    (
        "no such folder",
        |_| (),
        "--set ner.backend=onnx --set ner.model=nirgends",
        "cannot read nirgends/config.json",
    ),
    (
        "no config",
        |place| remove(place, "bert-tokens/config.json"),
        NER,
        "cannot read bert-tokens/config.json",
    ),
    (
        "no tokenizer",
        |place| remove(place, "bert-tokens/tokenizer.json"),
        NER,
        "cannot read bert-tokens/tokenizer.json",
    ),
    (
        "no weights",
        |place| remove(place, "bert-tokens/model.onnx"),
        NER,
        "cannot read bert-tokens/model.onnx",
    ),
    (
        "another file of weights",
        |_| (),
        "--set ner.backend=onnx --set ner.model=bert-tokens --set ner.file=x.onnx",
        "cannot read bert-tokens/x.onnx",
    ),
    (
        "a cut config",
        |place| cut(place, "bert-tokens/config.json"),
        NER,
        "config.json: expected the config of a model in JSON",
    ),
    (
        "a cut tokenizer",
        |place| cut(place, "bert-tokens/tokenizer.json"),
        NER,
        "tokenizer.json: expected a tokenizer in JSON",
    ),
    (
        "cut weights",
        |place| cut(place, "bert-tokens/model.onnx"),
        NER,
        "model.onnx: expected a model that the runtime can load",
    ),
    (
        "empty weights",
        |place| {
            place.write("bert-tokens/model.onnx", "");
        },
        NER,
        "model.onnx: expected a model that the runtime can load",
    ),
    (
        "weights that are a page",
        |place| {
            place.write("bert-tokens/model.onnx", "<!doctype html>Not found");
        },
        NER,
        "model.onnx: expected a model that the runtime can load",
    ),
    (
        "an unknown operator",
        |place| replace(place, "bert-tokens/model.onnx", "Softmax", "Softmix"),
        NER,
        "Softmix",
    ),
    (
        "a model for another task",
        |_| (),
        "--set ner.backend=onnx --set ner.model=bert-sequence",
        "expected a token classifier (`…ForTokenClassification`), found `BertForSequenceClassification`",
    ),
    (
        "weights of another task",
        |place| copy(place, "bert-sequence/model.onnx", "bert-tokens/model.onnx"),
        NER,
        "expected logits of the shape [32, 5, 5], for 5 labels, found [32, 3]",
    ),
    (
        "a label too few",
        |place| {
            replace(
                place,
                "bert-tokens/config.json",
                "\"3\": \"B-LOC\",\n    \"4\": \"I-LOC\"",
                "\"3\": \"B-LOC\"",
            );
        },
        NER,
        "expected logits of the shape [32, 5, 4], for 4 labels, found [32, 5, 5]",
    ),
    (
        "labels that say nothing",
        |place| replace(place, "bert-tokens/config.json", "B-PER", "LABEL_1"),
        NER,
        "`labels`: expected what the labels of the model mean",
    ),
    (
        "a key that is no label",
        |_| (),
        "--set ner.backend=onnx --set ner.model=bert-tokens --set ner.labels.PERSON=PER",
        "expected keys of `PER`, `LOC`, `O`, `B-PER`, `I-PER`, `B-LOC`, `I-LOC`, found `PERSON`",
    ),
    (
        "labels that are no sentiment",
        |place| {
            replace(
                place,
                "bert-sequence/config.json",
                "\"1\": \"neutral\"",
                "\"1\": \"mixed\"",
            );
        },
        SENTIMENT,
        "`{ \"mixed\" = \"positive\" }`",
    ),
    (
        "the tokenizer of another model",
        |place| {
            copy(
                place,
                "roberta-tokens/tokenizer.json",
                "bert-tokens/tokenizer.json",
            );
        },
        NER,
        "tokenizer.json: expected ",
    ),
    (
        "a smaller tokenizer",
        |place| {
            copy(
                place,
                "bert-tokens/tokenizer.json",
                "roberta-tokens/tokenizer.json",
            );
        },
        "--set ner.backend=onnx --set ner.model=roberta-tokens",
        "tokenizer.json: expected ",
    ),
    (
        "more tokens than the model knows",
        |place| {
            copy(
                place,
                "roberta-tokens/tokenizer.json",
                "bert-tokens/tokenizer.json",
            );
            replace(
                place,
                "bert-tokens/config.json",
                "\"vocab_size\"",
                "\"vocab_sise\"",
            );
        },
        NER,
        "model.onnx: expected an answer",
    ),
    (
        "too long windows",
        |_| (),
        "--set ner.backend=onnx --set ner.model=bert-tokens --set ner.max_tokens=65",
        "`max_tokens`: expected 10 to 64, what the model can hold, found 65",
    ),
    (
        "too short windows",
        |_| (),
        "--set ner.backend=onnx --set ner.model=bert-tokens --set ner.max_tokens=9",
        "`max_tokens`: expected 10 to 64",
    ),
    (
        "more positions than the weights have",
        |place| {
            replace(
                place,
                "bert-tokens/config.json",
                "\"max_position_embeddings\": 64",
                "\"max_position_embeddings\": 512",
            );
        },
        NER,
        "model.onnx: expected an answer",
    ),
];

#[test]
fn a_model_that_cannot_run_is_told_before_the_first_article() {
    for (name, damage, settings, says) in FAULTS {
        let place = place(&["bert-tokens", "bert-sequence", "roberta-tokens"]);
        place.write("a.jsonl", articles());
        damage(&place);
        let outcome = place.blattwerk(&format!("check --input a.jsonl {settings}"));
        assert_eq!(outcome.code, 2, "{name}: {}", outcome.stderr);
        let error = outcome.stderr.lines().last().unwrap_or_default();
        assert!(error.contains(says), "{name}: {says:?} is in {error:?}");
    }
}

#[cfg(not(feature = "rust-bert"))]
#[test]
fn a_backend_that_is_not_built_says_how_to_build_it() {
    for stage in ["ner", "sentiment", "summarize"] {
        let place = place(&[]);
        place.write("a.jsonl", articles());
        let outcome = place.blattwerk(&format!(
            "check --input a.jsonl --set {stage}.backend=rust-bert"
        ));
        assert_eq!(outcome.code, 2, "{stage}: {}", outcome.stderr);
        let says = "`cargo build --release --features rust-bert`, with libtorch (`scripts/setup-libtorch.sh`)";
        assert!(outcome.stderr.contains(says), "{stage}: {}", outcome.stderr);
    }
}

/// The same by libtorch.
#[cfg(feature = "rust-bert")]
mod rust_bert {
    use super::*;

    const NER: &str = "--set ner.backend=rust-bert --set ner.model=bert-tokens";
    const SENTIMENT: &str =
        "--set sentiment.backend=rust-bert --set sentiment.model=electra-sequence";
    const SUMMARIZE: &str = "--set summarize.backend=rust-bert --set summarize.model=bart";

    #[test]
    fn the_tables_are_the_same_at_any_number_of_threads() {
        let place = place(&["bert-tokens", "electra-sequence", "bart"]);
        let articles = articles();
        place.write("a.jsonl", &articles);
        for jobs in [1, 4] {
            let outcome = place.blattwerk(&format!(
                "run --input a.jsonl --output out{jobs} --jobs {jobs} {NER} {SENTIMENT} {SUMMARIZE}"
            ));
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        }
        assert_eq!(place.tables("out1"), place.tables("out4"));
        assert!(check_offsets(&place, "out1", &articles) > 5);
        let summaries = place.rows("out1/summaries.csv");
        assert_eq!(summaries.len(), articles.lines().count());
        for row in summaries {
            assert_eq!(row["backend"], "rust-bert");
            assert_eq!(row["sentences"], "", "the text is the model's own");
            assert_ne!(row["text"], "");
        }
        let record = place.read("out1/run.json");
        for name in [
            "bert-tokens/model.safetensors",
            "bart/generation_config.json",
        ] {
            assert!(record.contains(name), "{name} is in {record}");
        }
    }

    #[test]
    fn names_are_those_of_the_other_runtime() {
        let place = place(&["bert-tokens"]);
        place.write("a.jsonl", articles());
        for (folder, ner) in [("rten", super::NER), ("libtorch", NER)] {
            let outcome = place.blattwerk(&format!("run --input a.jsonl --output {folder} {ner}"));
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        }
        let names = |folder: &str| -> Vec<String> {
            let rows = place.rows(&format!("{folder}/entities.csv"));
            let key = ["article_id", "start", "end", "label", "text"];
            rows.iter()
                .map(|row| key.map(|column| row[column].clone()).join(","))
                .collect()
        };
        assert_eq!(names("rten"), names("libtorch"));
    }

    const FAULTS: &[Fault] = &[
        (
            "no weights",
            |place| remove(place, "bert-tokens/model.safetensors"),
            NER,
            "cannot read bert-tokens/model.safetensors",
        ),
        (
            "cut weights",
            |place| cut(place, "bert-tokens/model.safetensors"),
            NER,
            "model.safetensors: expected a model that the runtime can load",
        ),
        (
            "weights that are a page",
            |place| {
                place.write("bert-tokens/model.safetensors", "<!doctype html>Not found");
            },
            NER,
            "model.safetensors: expected a model that the runtime can load",
        ),
        (
            "weights of another task",
            |place| {
                copy(
                    place,
                    "bert-sequence/model.safetensors",
                    "bert-tokens/model.safetensors",
                );
            },
            NER,
            "found the tensor `classifier.bias` with the shape [3] and not [5], as config.json has it",
        ),
        (
            "weights of another kind",
            |place| {
                copy(
                    place,
                    "bart/model.safetensors",
                    "bert-tokens/model.safetensors",
                );
            },
            NER,
            "of a layer that config.json does not have",
        ),
        (
            "a layer too few",
            |place| {
                let (from, to) = ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1");
                replace(place, "bert-tokens/config.json", from, to);
            },
            NER,
            "found the tensor `bert.encoder.layer.1.attention.output.LayerNorm.bias` of a layer that config.json does \
             not have",
        ),
        (
            "a layer too many",
            |place| {
                let (from, to) = ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
                replace(place, "bert-tokens/config.json", from, to);
            },
            NER,
            "found no tensor `bert.encoder.layer.2.",
        ),
        (
            "heads that do not divide the width",
            |place| {
                let (from, to) = ("\"num_attention_heads\": 2", "\"num_attention_heads\": 3");
                replace(place, "bert-tokens/config.json", from, to);
            },
            NER,
            "model.safetensors: expected ",
        ),
        (
            "a key too few",
            |place| {
                let (from, to) = ("\"hidden_act\"", "\"hidden_fact\"");
                replace(place, "bert-tokens/config.json", from, to);
            },
            NER,
            "config.json: expected a model that `rust-bert` has, found a fault: missing field `hidden_act`",
        ),
        (
            "a kind that it does not have",
            |place| {
                let (from, to) = ("\"model_type\": \"bert\"", "\"model_type\": \"modernbert\"");
                replace(place, "bert-tokens/config.json", from, to);
            },
            NER,
            "found `model_type` = \"modernbert\" and none of `bert`, ",
        ),
        (
            "positions of another kind",
            |place| {
                let (from, to) = ("\"absolute\"", "\"relative_key\"");
                replace(place, "bert-tokens/config.json", from, to);
            },
            NER,
            "found `position_embedding_type` = \"relative_key\" and not \"absolute\"",
        ),
        (
            "a classifier is to write",
            |_| (),
            "--set summarize.backend=rust-bert --set summarize.model=bert-tokens",
            "expected a model that writes text (`…ForConditionalGeneration`), found `BertForTokenClassification`",
        ),
        (
            "cut settings",
            |place| cut(place, "bart/generation_config.json"),
            SUMMARIZE,
            "generation_config.json: expected settings in JSON",
        ),
        (
            "no end of a text",
            |place| {
                for file in ["bart/generation_config.json", "bart/config.json"] {
                    replace(place, file, "\"eos_token_id\"", "\"eos_token_ix\"");
                }
            },
            SUMMARIZE,
            "expected the number of a token as `eos_token_id`, found none",
        ),
    ];

    #[test]
    fn a_model_that_cannot_run_is_told_before_the_first_article() {
        for (name, damage, settings, says) in FAULTS {
            let place = place(&["bert-tokens", "bert-sequence", "bart"]);
            place.write("a.jsonl", articles());
            damage(&place);
            let outcome = place.blattwerk(&format!("check --input a.jsonl {settings}"));
            assert_eq!(outcome.code, 2, "{name}: {}", outcome.stderr);
            let error = outcome.stderr.lines().last().unwrap_or_default();
            assert!(error.contains(says), "{name}: {says:?} is in {error:?}");
        }
    }
}
