//! Every tiny model answers as Python's transformers do: the same tokens, logits, names and probabilities.
//!
//! `scripts/make-tiny-models.py` makes the models and writes down what is expected.
#![cfg(feature = "rten")]
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests may panic as the tests do"
)]

use std::path::{Path, PathBuf};

use blattwerk_core::{Chars, Span};
use blattwerk_transformer::{Config, Runtime, SequenceClassifier, TokenClassifier};
use serde_json::Value;

const KINDS: [&str; 5] = ["bert", "distilbert", "electra", "roberta", "xlm-roberta"];

/// How far logits and scores may be from those of torch.
const EXACT: f32 = 1e-4;
/// The same for a quantized model, which is compared with the ONNX Runtime: each rounds in its own way, and what
/// falls on the other side of a border makes a step of a 127th.
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

#[test]
fn token_classifiers_answer_as_python_does() {
    for kind in KINDS {
        let name = format!("{kind}-tokens");
        let model = TokenClassifier::load(&config(&name, Runtime::Rten), &models()).unwrap();
        check_tokens(&model, &read(&format!("{name}/golden.json")), &name);
    }
}

#[test]
fn sequence_classifiers_answer_as_python_does() {
    for kind in KINDS {
        let name = format!("{kind}-sequence");
        let model = SequenceClassifier::load(&config(&name, Runtime::Rten), &models()).unwrap();
        check_sequences(&model, &read(&format!("{name}/golden.json")), EXACT, &name);
    }
}

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
#[ignore = "needs the library of the ONNX Runtime: scripts/check-ort.sh"]
fn the_onnx_runtime_answers_as_python_does() {
    for kind in KINDS {
        let name = format!("{kind}-tokens");
        let model = TokenClassifier::load(&config(&name, Runtime::Ort), &models()).unwrap();
        check_tokens(&model, &read(&format!("{name}/golden.json")), &name);
        let name = format!("{kind}-sequence");
        let model = SequenceClassifier::load(&config(&name, Runtime::Ort), &models()).unwrap();
        check_sequences(&model, &read(&format!("{name}/golden.json")), EXACT, &name);
    }
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

#[test]
fn an_answer_hangs_neither_on_neighbours_nor_on_threads() {
    check_independence(Runtime::Rten);
}

#[cfg(feature = "ort")]
#[test]
#[ignore = "needs the library of the ONNX Runtime: scripts/check-ort.sh"]
fn with_the_onnx_runtime_an_answer_hangs_neither_on_neighbours_nor_on_threads() {
    check_independence(Runtime::Ort);
}

fn check_independence(runtime: Runtime) {
    let texts = texts();
    let mut all: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    // Many of each length, so that batches are large.
    let long = all
        .iter()
        .copied()
        .find(|text| text.len() > 10_000)
        .unwrap();
    all.extend(long.split_inclusive(". "));
    all.extend(long.split_inclusive(' ').take(60));
    let cases = [
        ("bert-tokens", "model.onnx"),
        ("bert-tokens", "model_quantized.onnx"),
        ("xlm-roberta-tokens", "model.onnx"),
    ];
    for (name, file) in cases {
        let config = Config {
            file: Some(file.into()),
            ..config(name, runtime)
        };
        let model = TokenClassifier::load(&config, &models()).unwrap();
        let together = model.find(&all);
        for (text, together) in all.iter().zip(&together) {
            let alone = model.find(&[text]).remove(0).unwrap();
            let together = together.as_ref().unwrap();
            assert!(
                &alone == together,
                "{runtime:?}, {name}, {file}, {} bytes",
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
