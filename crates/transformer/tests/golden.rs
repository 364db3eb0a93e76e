//! Every tiny model gives the same answers as Python's transformers: tokens, logits, names and probabilities.
//!
//! `scripts/check/make-tiny-models.py` makes the models, and records the expected answers.
#![cfg(feature = "model")]
#![cfg_attr(
    not(all(feature = "rten", feature = "ort", feature = "rust-bert")),
    allow(dead_code, reason = "a build has the tests of its runtimes")
)]
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests may panic as the tests do"
)]

use std::path::{Path, PathBuf};

use blattwerk_core::{Chars, Span};
use blattwerk_transformer::{Config, Runtime, SequenceClassifier, TokenClassifier};
use serde_json::Value;

const KINDS: [&str; 5] = ["bert", "distilbert", "electra", "roberta", "xlm-roberta"];

/// How much logits and scores may differ from those of torch.
const EXACT: f32 = 1e-4;
/// The same for a quantized model, which is compared with the ONNX Runtime. Runtimes round differently, and a value
/// that is rounded to the next step differs by 1/127.
const QUANTIZED: f32 = 0.02;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models")
}

fn read(path: &str) -> Value {
    let content = std::fs::read_to_string(models().join(path)).unwrap();
    serde_json::from_str(&content).unwrap()
}

fn config(model: &str, runtime: Runtime) -> Config {
    Config {
        model: model.into(),
        runtime,
        ..Config::default()
    }
}

/// All texts with their names.
fn texts() -> Vec<(String, String)> {
    let texts = read("texts.json");
    let texts = texts.as_object().unwrap().iter();
    texts
        .map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned()))
        .collect()
}

fn numbers(value: &Value) -> Vec<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "five digits fit")]
    let number = |value: &Value| value.as_f64().unwrap() as f32;
    value.as_array().unwrap().iter().map(number).collect()
}

fn spans_in_chars(text: &str, spans: impl Iterator<Item = Span>) -> Vec<[usize; 2]> {
    let mut chars = Chars::new(text);
    spans
        .map(|span| [chars.at(span.start), chars.at(span.end)])
        .collect()
}

fn check_close(found: &[f32], expected: &[f32], tolerance: f32, place: &str) {
    assert_eq!(found.len(), expected.len(), "{place}");
    for (found, expected) in found.iter().zip(expected) {
        let difference = (found - expected).abs();
        assert!(difference <= tolerance, "{place}: {found} is {expected}");
    }
}

fn check_tokens(model: &TokenClassifier, golden: &Value, place: &str) {
    let texts = texts();
    let all: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    for ((name, text), found) in texts.iter().zip(model.find(&all)) {
        let place = format!("{place}, {name}");
        let expected = &golden[name];
        let rows = model.logits(text).unwrap();
        assert_eq!(rows.len(), expected["tokens"], "{place}");
        let offsets = spans_in_chars(text, rows.iter().map(|(span, _)| *span));
        let sum: usize = offsets.iter().flatten().sum();
        assert_eq!(sum, expected["sum_of_offsets"], "{place}");
        let step = if rows.len() > 500 { 101 } else { 1 };
        let logits = expected["logits"].as_array().unwrap();
        let offset = expected["offsets"].as_array().unwrap();
        assert_eq!(logits.len(), rows.len().div_ceil(step), "{place}");
        for (index, (logits, offset)) in logits.iter().zip(offset).enumerate() {
            let place = format!("{place}, token {}", index * step);
            assert_eq!(serde_json::json!(offsets[index * step]), *offset, "{place}");
            check_close(&rows[index * step].1, &numbers(logits), EXACT, &place);
        }

        let found = found.unwrap();
        let offsets = spans_in_chars(text, found.iter().map(|found| found.span));
        assert_eq!(found.len(), expected["entities"], "{place}");
        let every = if rows.len() > 500 { 37 } else { 1 };
        let entities = expected["found"].as_array().unwrap();
        assert_eq!(entities.len(), found.len().div_ceil(every), "{place}");
        for (index, entity) in entities.iter().enumerate() {
            let (found, [start, end]) = (&found[index * every], offsets[index * every]);
            let place = format!("{place}, {entity}");
            assert_eq!(
                (start, end),
                (value(&entity[0]), value(&entity[1])),
                "{place}"
            );
            assert_eq!(&*found.label, entity[2], "{place}");
            check_close(
                &[found.score],
                &numbers(&entity.as_array().unwrap()[3..].into()),
                EXACT,
                &place,
            );
        }
    }
}

fn value(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn check_sequences(model: &SequenceClassifier, golden: &Value, tolerance: f32, place: &str) {
    let texts = texts();
    let all: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    for ((name, text), found) in texts.iter().zip(model.judge(&all)) {
        let place = format!("{place}, {name}");
        let expected = &golden[name];
        let rows = model.logits(text).unwrap();
        assert_eq!(rows.len(), expected["windows"], "{place}");
        let logits = expected["logits"].as_array().unwrap();
        assert_eq!(logits.len(), rows.len().div_ceil(23), "{place}");
        for (row, logits) in rows.iter().step_by(23).zip(logits) {
            check_close(row, &numbers(logits), tolerance, &place);
        }
        let probabilities = numbers(&expected["probabilities"]);
        check_close(&found.unwrap(), &probabilities, tolerance, &place);
    }
}

/// Checks the models of all kinds.
fn check_all(runtime: Runtime) {
    for kind in KINDS {
        let name = format!("{kind}-tokens");
        let model = TokenClassifier::load(&config(&name, runtime), &models()).unwrap();
        check_tokens(&model, &read(&format!("{name}/golden.json")), &name);
        let name = format!("{kind}-sequence");
        let model = SequenceClassifier::load(&config(&name, runtime), &models()).unwrap();
        check_sequences(&model, &read(&format!("{name}/golden.json")), EXACT, &name);
    }
}

#[cfg(feature = "rten")]
#[test]
fn rten_answers_as_python_does() {
    check_all(Runtime::Rten);
}

#[cfg(feature = "rust-bert")]
#[test]
fn rust_bert_answers_as_python_does() {
    check_all(Runtime::RustBert);
}

#[cfg(feature = "rten")]
#[test]
fn a_quantized_model_answers_nearly_as_the_onnx_runtime_does() {
    let name = "bert-sequence";
    let config = Config {
        file: Some("model_quantized.onnx".into()),
        ..config(name, Runtime::Rten)
    };
    let model = SequenceClassifier::load(&config, &models()).unwrap();
    let golden = read(&format!("{name}/golden_quantized.json"));
    check_sequences(&model, &golden, QUANTIZED, name);
}

#[cfg(feature = "ort")]
#[test]
#[ignore = "needs the library of the ONNX Runtime: scripts/check/ort.sh"]
fn the_onnx_runtime_answers_as_python_does() {
    check_all(Runtime::Ort);
    let name = "bert-sequence";
    let quantized = Config {
        file: Some("model_quantized.onnx".into()),
        ..config(name, Runtime::Ort)
    };
    let model = SequenceClassifier::load(&quantized, &models()).unwrap();
    let golden = read(&format!("{name}/golden_quantized.json"));
    check_sequences(&model, &golden, EXACT, name);
}

#[cfg(feature = "ort")]
#[test]
fn a_missing_library_of_the_onnx_runtime_is_named() {
    let config = Config {
        library: Some("nirgends.so".into()),
        ..config("bert-tokens", Runtime::Ort)
    };
    let error = TokenClassifier::load(&config, &models())
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with("`library`: expected the library of the ONNX Runtime"),
        "{error}"
    );
    assert!(error.contains("nirgends.so"), "{error}");
}

#[cfg(feature = "rten")]
#[test]
fn an_answer_depends_neither_on_neighbours_nor_on_threads() {
    check_independence(Runtime::Rten, Some("model_quantized.onnx"));
}

#[cfg(feature = "rust-bert")]
#[test]
fn with_rust_bert_an_answer_depends_neither_on_neighbours_nor_on_threads() {
    check_independence(Runtime::RustBert, None);
}

#[cfg(feature = "ort")]
#[test]
#[ignore = "needs the library of the ONNX Runtime: scripts/check/ort.sh"]
fn with_the_onnx_runtime_an_answer_depends_neither_on_neighbours_nor_on_threads() {
    check_independence(Runtime::Ort, Some("model_quantized.onnx"));
}

fn check_independence(runtime: Runtime, quantized: Option<&str>) {
    let texts = texts();
    let mut all: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    // Many texts of each length, so that batches are large.
    let long = all
        .iter()
        .copied()
        .find(|text| text.len() > 10_000)
        .unwrap();
    all.extend(long.split_inclusive(". "));
    all.extend(long.split_inclusive(' ').take(60));
    let mut cases = vec![("bert-tokens", None), ("xlm-roberta-tokens", None)];
    cases.extend(quantized.map(|file| ("bert-tokens", Some(file))));
    for (name, file) in cases {
        let config = Config {
            file: file.map(PathBuf::from),
            ..config(name, runtime)
        };
        let model = TokenClassifier::load(&config, &models()).unwrap();
        let together = model.find(&all);
        for (text, together) in all.iter().zip(&together) {
            let alone = model.find(&[text]).remove(0).unwrap();
            let together = together.as_ref().unwrap();
            assert!(
                &alone == together,
                "{runtime:?}, {name}, {file:?}, {} bytes",
                text.len()
            );
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let found = pool.install(|| model.find(&all));
            for (found, together) in found.iter().zip(&together) {
                assert!(found.as_ref().unwrap() == together.as_ref().unwrap());
            }
        }
    }
}

/// Checks what the models that write text generate from the articles of `articles.json`.
#[cfg(feature = "rust-bert")]
mod summaries {
    use blattwerk_transformer::{Summarizer, summary};

    use super::*;

    const WRITERS: [&str; 4] = ["bart", "pegasus", "t5", "mt5"];

    fn config(model: &str) -> summary::Config {
        summary::Config {
            model: model.into(),
            ..summary::Config::default()
        }
    }

    /// The articles with their names: a text, and its sentences.
    fn articles() -> Vec<(String, String, Vec<Span>)> {
        let articles = read("articles.json");
        let articles = articles.as_object().unwrap().iter();
        articles
            .map(|(name, sentences)| {
                let (mut text, mut spans) = (String::new(), Vec::new());
                for sentence in sentences.as_array().unwrap() {
                    let start = text.len();
                    text.push_str(sentence.as_str().unwrap());
                    spans.push(Span::new(start, text.len()));
                    text.push('\n');
                }
                (name.clone(), text, spans)
            })
            .collect()
    }

    #[test]
    fn summaries_are_those_of_python() {
        let articles = articles();
        let texts: Vec<(&str, &[Span])> = articles
            .iter()
            .map(|(_, text, sentences)| (text.as_str(), sentences.as_slice()))
            .collect();
        for model in WRITERS {
            let golden = read(&format!("{model}/golden.json"));
            for beams in [1, 4] {
                let config = summary::Config {
                    beams: Some(beams),
                    ..config(model)
                };
                let found = Summarizer::load(&config, &models())
                    .unwrap()
                    .summarize(&texts);
                for ((name, ..), found) in articles.iter().zip(found) {
                    let expected = &golden[name][format!("beams_{beams}")];
                    assert_eq!(found.unwrap(), *expected, "{model}, {beams}, {name}");
                }
            }
        }
    }

    #[test]
    fn a_summary_depends_neither_on_neighbours_nor_on_threads() {
        let articles = articles();
        let texts: Vec<(&str, &[Span])> = articles
            .iter()
            .map(|(_, text, sentences)| (text.as_str(), sentences.as_slice()))
            .collect();
        let model = Summarizer::load(&config("bart"), &models()).unwrap();
        let alone: Vec<String> = texts
            .iter()
            .map(|text| model.summarize(&[*text]).remove(0).unwrap())
            .collect();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let together = pool.install(|| model.summarize(&texts));
            let together: Vec<String> = together.into_iter().map(Result::unwrap).collect();
            assert_eq!(together, alone);
        }
    }

    #[test]
    fn a_prefix_is_read_before_each_part() {
        let text = "Die Brücke steht.";
        let whole = format!("summarize: {text}");
        let plain = Summarizer::load(&config("t5"), &models()).unwrap();
        let prefixed = summary::Config {
            prefix: "summarize: ".into(),
            ..config("t5")
        };
        let prefixed = Summarizer::load(&prefixed, &models()).unwrap();
        let write = |model: &Summarizer, text: &str| {
            let sentence = [Span::new(0, text.len())];
            model.summarize(&[(text, &sentence)]).remove(0).unwrap()
        };
        assert_eq!(write(&prefixed, text), write(&plain, &whole));
        assert_ne!(write(&prefixed, text), write(&plain, text));
        assert_eq!(write(&prefixed, ""), "");
    }

    #[test]
    fn settings_beyond_the_model_are_refused() {
        let cases = [
            (
                summary::Config {
                    beams: Some(0),
                    ..config("t5")
                },
                "`beams`: expected 1 to 64, found 0",
            ),
            (
                summary::Config {
                    summary_tokens: Some(128),
                    ..config("bart")
                },
                "`summary_tokens`: expected 1 to 127, found 128",
            ),
            (
                summary::Config {
                    max_tokens: Some(129),
                    ..config("bart")
                },
                "`max_tokens`: expected 10 to 128, the maximum of the model, found 129",
            ),
            (
                config("bert-tokens"),
                "expected a model that writes text (`…ForConditionalGeneration`)",
            ),
        ];
        for (config, says) in cases {
            let error = Summarizer::load(&config, &models())
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(says), "{says:?} is in {error:?}");
        }
    }
}
