//! Runs with tiny transformer models, and what happens to damaged ones.

use std::fs;
use std::path::Path;

use Damage::{CopyTo, Cut, Remove, Replace, Write};

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

const LIBTORCH_NER: &str = "--set ner.backend=rust-bert --set ner.model=bert-tokens";
#[cfg(feature = "rust-bert")]
const LIBTORCH_SENTIMENT: &str =
    "--set sentiment.backend=rust-bert --set sentiment.model=electra-sequence";
const LIBTORCH_SUMMARIZE: &str = "--set summarize.backend=rust-bert --set summarize.model=bart";

/// Articles with text that is difficult for tokenizers.
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
        "even a random model finds something"
    );
    let record = place.record("out1");
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
fn an_encoder_gives_the_same_tables_at_any_number_of_threads() {
    let place = place(&["encoder"]);
    let articles = articles();
    place.write("a.jsonl", &articles);
    let encoder = "backend=encoder --set";
    for jobs in [1, 4] {
        let outcome = place.blattwerk(&format!(
            "run --input a.jsonl --output out{jobs} --jobs {jobs} --set ner.{encoder} ner.model=encoder \
             --set sentiment.{encoder} sentiment.model=encoder"
        ));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    assert_eq!(place.tables("out1"), place.tables("out4"));
    assert!(
        check_offsets(&place, "out1", &articles) > 5,
        "even a random model finds something"
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
        "the end is read, too: {last:?}"
    );
    assert_eq!(
        place.rows("out/sentiment.csv").len(),
        2,
        "article and sentence"
    );
}

/// A model that cannot run.
struct Fault {
    name: &'static str,
    settings: &'static [&'static str],
    damage: &'static [Damage],
    says: &'static str,
}

/// What is done to a file in the folder of the models.
enum Damage {
    Remove(&'static str),
    /// Only the first half is left.
    Cut(&'static str),
    Write(&'static str, &'static str),
    /// The first file becomes the second.
    CopyTo(&'static str, &'static str),
    /// In the file, the first text becomes the second.
    Replace(&'static str, &'static str, &'static str),
}

impl Damage {
    fn apply(&self, place: &Place) {
        let path = |file: &str| place.path().join(file);
        match *self {
            Remove(file) => fs::remove_file(path(file)).unwrap(),
            Cut(file) => {
                let content = fs::read(path(file)).unwrap();
                fs::write(path(file), &content[..content.len() / 2]).unwrap();
            }
            Write(file, content) => fs::write(path(file), content).unwrap(),
            CopyTo(from, to) => {
                fs::copy(path(from), path(to)).unwrap();
            }
            Replace(file, from, to) => replace(&path(file), from, to),
        }
    }
}

/// Replaces a text in a file, which is not UTF-8 if it holds weights.
fn replace(path: &Path, from: &str, to: &str) {
    let content = fs::read(path).unwrap();
    let mut replaced = Vec::with_capacity(content.len());
    let mut rest = &content[..];
    while let Some(at) = rest
        .windows(from.len())
        .position(|found| found == from.as_bytes())
    {
        replaced.extend(&rest[..at]);
        replaced.extend(to.as_bytes());
        rest = &rest[at + from.len()..];
    }
    assert!(
        rest.len() < content.len(),
        "{from} is in {}",
        path.display()
    );
    replaced.extend(rest);
    fs::write(path, replaced).unwrap();
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "no model is named",
        settings: &["--set ner.backend=onnx"],
        damage: &[],
        says: "`model`: expected the folder of a model, found none",
    },
    Fault {
        name: "no such folder",
        settings: &["--set ner.backend=onnx", "--set ner.model=nirgends"],
        damage: &[],
        says: "cannot read nirgends/config.json",
    },
    Fault {
        name: "no config",
        settings: &[NER],
        damage: &[Remove("bert-tokens/config.json")],
        says: "cannot read bert-tokens/config.json",
    },
    Fault {
        name: "no tokenizer",
        settings: &[NER],
        damage: &[Remove("bert-tokens/tokenizer.json")],
        says: "cannot read bert-tokens/tokenizer.json",
    },
    Fault {
        name: "no weights",
        settings: &[NER],
        damage: &[Remove("bert-tokens/model.onnx")],
        says: "cannot read bert-tokens/model.onnx",
    },
    Fault {
        name: "a missing file of weights",
        settings: &[NER, "--set ner.file=x.onnx"],
        damage: &[],
        says: "cannot read bert-tokens/x.onnx",
    },
    Fault {
        name: "a cut config",
        settings: &[NER],
        damage: &[Cut("bert-tokens/config.json")],
        says: "config.json: expected the config of a model in JSON",
    },
    Fault {
        name: "a cut tokenizer",
        settings: &[NER],
        damage: &[Cut("bert-tokens/tokenizer.json")],
        says: "tokenizer.json: expected a tokenizer in JSON",
    },
    Fault {
        name: "cut weights",
        settings: &[NER],
        damage: &[Cut("bert-tokens/model.onnx")],
        says: "model.onnx: expected a model that the runtime can load",
    },
    Fault {
        name: "empty weights",
        settings: &[NER],
        damage: &[Write("bert-tokens/model.onnx", "")],
        says: "model.onnx: expected a model that the runtime can load",
    },
    Fault {
        name: "a web page instead of weights",
        settings: &[NER],
        damage: &[Write("bert-tokens/model.onnx", "<!doctype html>Not found")],
        says: "model.onnx: expected a model that the runtime can load",
    },
    Fault {
        name: "an unknown operator",
        settings: &[NER],
        damage: &[Replace("bert-tokens/model.onnx", "Softmax", "Softmix")],
        says: "Softmix",
    },
    Fault {
        name: "a model for another task",
        settings: &["--set ner.backend=onnx", "--set ner.model=bert-sequence"],
        damage: &[],
        says: "expected a token classifier (`…ForTokenClassification`), found `BertForSequenceClassification`",
    },
    Fault {
        name: "weights of another task",
        settings: &[NER],
        damage: &[CopyTo("bert-sequence/model.onnx", "bert-tokens/model.onnx")],
        says: "expected logits of the shape [32, 5, 5], for 5 labels, found [32, 3]",
    },
    Fault {
        name: "one label too few",
        settings: &[NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"3\": \"B-LOC\",\n    \"4\": \"I-LOC\"",
            "\"3\": \"B-LOC\"",
        )],
        says: "expected logits of the shape [32, 5, 4], for 4 labels, found [32, 5, 5]",
    },
    Fault {
        name: "labels without meaning",
        settings: &[NER],
        damage: &[Replace("bert-tokens/config.json", "B-PER", "LABEL_1")],
        says: "`labels`: expected what the labels of the model mean",
    },
    Fault {
        name: "a key that is not a label",
        settings: &[NER, "--set ner.labels.PERSON=PER"],
        damage: &[],
        says: "expected keys of `PER`, `LOC`, `O`, `B-PER`, `I-PER`, `B-LOC`, `I-LOC`, found `PERSON`",
    },
    Fault {
        name: "labels that are not sentiment",
        settings: &[SENTIMENT],
        damage: &[Replace(
            "bert-sequence/config.json",
            "\"1\": \"neutral\"",
            "\"1\": \"mixed\"",
        )],
        says: "`{ \"mixed\" = \"positive\" }`",
    },
    Fault {
        name: "the tokenizer of another model",
        settings: &[NER],
        damage: &[CopyTo(
            "roberta-tokens/tokenizer.json",
            "bert-tokens/tokenizer.json",
        )],
        says: "tokenizer.json: expected ",
    },
    Fault {
        name: "a smaller tokenizer",
        settings: &["--set ner.backend=onnx", "--set ner.model=roberta-tokens"],
        damage: &[CopyTo(
            "bert-tokens/tokenizer.json",
            "roberta-tokens/tokenizer.json",
        )],
        says: "tokenizer.json: expected ",
    },
    Fault {
        name: "more tokens than the model knows",
        settings: &[NER],
        damage: &[
            CopyTo(
                "roberta-tokens/tokenizer.json",
                "bert-tokens/tokenizer.json",
            ),
            Replace(
                "bert-tokens/config.json",
                "\"vocab_size\"",
                "\"vocab_sise\"",
            ),
        ],
        says: "model.onnx: expected an answer",
    },
    Fault {
        name: "windows that are too long",
        settings: &[NER, "--set ner.max_tokens=65"],
        damage: &[],
        says: "`max_tokens`: expected 10 to 64, the maximum of the model, found 65",
    },
    Fault {
        name: "windows that are too short",
        settings: &[NER, "--set ner.max_tokens=9"],
        damage: &[],
        says: "`max_tokens`: expected 10 to 64",
    },
    Fault {
        name: "more positions than the weights have",
        settings: &[NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"max_position_embeddings\": 64",
            "\"max_position_embeddings\": 512",
        )],
        says: "model.onnx: expected an answer",
    },
    Fault {
        name: "libtorch: no weights",
        settings: &[LIBTORCH_NER],
        damage: &[Remove("bert-tokens/model.safetensors")],
        says: "cannot read bert-tokens/model.safetensors",
    },
    Fault {
        name: "libtorch: cut weights",
        settings: &[LIBTORCH_NER],
        damage: &[Cut("bert-tokens/model.safetensors")],
        says: "model.safetensors: expected a model that the runtime can load",
    },
    Fault {
        name: "libtorch: a web page instead of weights",
        settings: &[LIBTORCH_NER],
        damage: &[Write(
            "bert-tokens/model.safetensors",
            "<!doctype html>Not found",
        )],
        says: "model.safetensors: expected a model that the runtime can load",
    },
    Fault {
        name: "libtorch: weights of another task",
        settings: &[LIBTORCH_NER],
        damage: &[CopyTo(
            "bert-sequence/model.safetensors",
            "bert-tokens/model.safetensors",
        )],
        says: "found the tensor `classifier.bias` with the shape [3] and not [5], as config.json has it",
    },
    Fault {
        name: "libtorch: weights of another kind",
        settings: &[LIBTORCH_NER],
        damage: &[CopyTo(
            "bart/model.safetensors",
            "bert-tokens/model.safetensors",
        )],
        says: "of a layer that config.json does not have",
    },
    Fault {
        name: "libtorch: one layer too few",
        settings: &[LIBTORCH_NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 1",
        )],
        says: "found the tensor `bert.encoder.layer.1.attention.output.LayerNorm.bias` of a layer that config.json does \
               not have",
    },
    Fault {
        name: "libtorch: one layer too many",
        settings: &[LIBTORCH_NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
        )],
        says: "found no tensor `bert.encoder.layer.2.",
    },
    Fault {
        name: "libtorch: heads that do not divide the width",
        settings: &[LIBTORCH_NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"num_attention_heads\": 2",
            "\"num_attention_heads\": 3",
        )],
        says: "model.safetensors: expected ",
    },
    Fault {
        name: "libtorch: a missing key",
        settings: &[LIBTORCH_NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"hidden_act\"",
            "\"hidden_fact\"",
        )],
        says: "config.json: expected a model that `rust-bert` supports, found an error: missing field `hidden_act`",
    },
    Fault {
        name: "libtorch: an unsupported kind of model",
        settings: &[LIBTORCH_NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"model_type\": \"bert\"",
            "\"model_type\": \"modernbert\"",
        )],
        says: "found `model_type` = \"modernbert\" and not one of `bert`, ",
    },
    Fault {
        name: "libtorch: positions of another kind",
        settings: &[LIBTORCH_NER],
        damage: &[Replace(
            "bert-tokens/config.json",
            "\"absolute\"",
            "\"relative_key\"",
        )],
        says: "found `position_embedding_type` = \"relative_key\" and not \"absolute\"",
    },
    Fault {
        name: "libtorch: a classifier that should write summaries",
        settings: &["--set summarize.backend=rust-bert --set summarize.model=bert-tokens"],
        damage: &[],
        says: "expected a model that writes text (`…ForConditionalGeneration`), found `BertForTokenClassification`",
    },
    Fault {
        name: "libtorch: cut settings",
        settings: &[LIBTORCH_SUMMARIZE],
        damage: &[Cut("bart/generation_config.json")],
        says: "generation_config.json: expected settings in JSON",
    },
    Fault {
        name: "libtorch: no end token",
        settings: &[LIBTORCH_SUMMARIZE],
        damage: &[
            Replace(
                "bart/generation_config.json",
                "\"eos_token_id\"",
                "\"eos_token_ix\"",
            ),
            Replace("bart/config.json", "\"eos_token_id\"", "\"eos_token_ix\""),
        ],
        says: "expected the number of a token as `eos_token_id`, found none",
    },
];

impl Fault {
    fn needs_libtorch(&self) -> bool {
        let mut settings = self.settings.iter();
        settings.any(|setting| setting.contains("rust-bert"))
    }
}

fn check_faults<'a>(faults: impl Iterator<Item = &'a Fault>) {
    for Fault {
        name,
        settings,
        damage,
        says,
    } in faults
    {
        let place = place(&["bert-tokens", "bert-sequence", "roberta-tokens", "bart"]);
        place.write("a.jsonl", articles());
        for damage in *damage {
            damage.apply(&place);
        }
        let settings = settings.join(" ");
        let outcome = place.blattwerk(&format!("check --input a.jsonl {settings}"));
        assert_eq!(outcome.code, 2, "{name}: {}", outcome.stderr);
        let error = outcome.stderr.lines().last().unwrap_or_default();
        assert!(error.contains(says), "{name}: {says:?} is in {error:?}");
    }
}

#[test]
fn a_model_that_cannot_run_is_reported_before_the_first_article() {
    check_faults(FAULTS.iter().filter(|fault| !fault.needs_libtorch()));
}

#[cfg(not(feature = "rust-bert"))]
#[test]
fn a_backend_that_is_not_in_the_build_says_how_to_build_it() {
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

/// The same with libtorch.
#[cfg(feature = "rust-bert")]
mod rust_bert {
    use super::*;

    #[test]
    fn the_tables_are_the_same_at_any_number_of_threads() {
        let place = place(&["bert-tokens", "electra-sequence", "bart"]);
        let articles = articles();
        place.write("a.jsonl", &articles);
        for jobs in [1, 4] {
            let outcome = place.blattwerk(&format!(
                "run --input a.jsonl --output out{jobs} --jobs {jobs} {LIBTORCH_NER} {LIBTORCH_SENTIMENT} {LIBTORCH_SUMMARIZE}"
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
        for (folder, ner) in [("rten", NER), ("libtorch", LIBTORCH_NER)] {
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

    #[test]
    fn a_model_that_cannot_run_is_reported_before_the_first_article() {
        check_faults(FAULTS.iter().filter(|fault| fault.needs_libtorch()));
    }
}
