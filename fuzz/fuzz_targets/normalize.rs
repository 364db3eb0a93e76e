//! Normalizing accepts any text, is idempotent, and keeps the alignment with the source.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use blattwerk_core::{Span, Text};
use blattwerk_normalize::{Rules, RulesConfig};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<[Rules; 2]> = LazyLock::new(|| {
    let all = RulesConfig {
        hyphenation: true,
        ligatures: true,
        fullwidth: true,
        dateline: true,
        ellipses: true,
        dashes: true,
        quotes: true,
        ..RulesConfig::default()
    };
    [RulesConfig::default(), all].map(|config| {
        let (rules, _) = config
            .rules(Path::new(""))
            .expect("the config names no list");
        rules
    })
});

fuzz_target!(|source: &str| {
    for rules in RULES.iter() {
        let (once, removed) = rules.clean(&Text::new(source));
        let (twice, more) = rules.clean(&Text::new(once.as_str()));
        assert_eq!(
            once.as_str(),
            twice.as_str(),
            "a second pass changes nothing"
        );
        assert!(more.is_empty(), "a second pass removes nothing");

        for (at, c) in once.as_str().char_indices() {
            // `quote` panics if the span in the source is not on character boundaries.
            let span = Span::new(at, at + c.len_utf8());
            assert!(!once.quote(span).is_empty(), "every character has a source");
        }
        for piece in removed {
            assert!(
                source
                    .get(piece.source.range())
                    .is_some_and(|piece| !piece.is_empty()),
                "what was removed is in the source"
            );
        }
    }
});
