//! Splitting accepts any text, and its layer keeps its guarantees.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use blattwerk_core::{Built, Document, Span};
use blattwerk_split::Config;
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Built<Vec<Span>>> = LazyLock::new(|| {
    let config: Config =
        serde_json::from_str(r#"{"backend": "rules"}"#).expect("the other keys have defaults");
    config
        .build(Path::new(""))
        .expect("the config names no list")
});

fuzz_target!(|source: &str| {
    let document = Document::new("fuzz", source);
    let sentences = RULES
        .stage
        .process(&document)
        .expect("every text can be split");
    let mut end = 0;
    for &span in &sentences {
        assert!(end <= span.start, "sentences are in order, without overlap");
        assert_eq!(
            source[end..span.start].trim(),
            "",
            "only white space is between sentences"
        );
        let sentence = &source[span.range()];
        assert!(!sentence.is_empty(), "a sentence is not empty");
        assert_eq!(sentence, sentence.trim(), "a sentence is trimmed");
        end = span.end;
    }
    assert_eq!(source[end..].trim(), "", "no letter is lost at the end");
});
