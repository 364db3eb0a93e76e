//! Learns the words that start sentences from raw text: `zstdcat dump.jsonl.zst | learn_starters > starters.txt`.
//!
//! A German noun is capitalized everywhere, so a capital after a full stop says little; but "Danach" has one
//! only there. A word is a starter if it is often seen after an unambiguous end (a long word in lower case, a
//! full stop, a space), and hardly ever capitalized in the middle of a sentence.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

/// How often a word must be seen at the start of a sentence.
const LEAST: u32 = 6;
/// How many times more often it must start a sentence than be capitalized inside one.
const RATIO: u32 = 5;
/// Pronouns of polite address: they are capitalized inside a sentence too, but are not nouns.
const POLITE: [&str; 8] = [
    "Ihnen", "Ihr", "Ihre", "Ihrem", "Ihren", "Ihrer", "Ihres", "Sie",
];

#[derive(Default)]
struct Seen {
    first: u32,
    inside: u32,
}

fn main() -> io::Result<()> {
    let mut words: BTreeMap<String, Seen> = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        count(record["text"].as_str().unwrap_or_default(), &mut words);
    }
    let mut out = io::stdout().lock();
    for (word, seen) in &words {
        let starts = seen.first >= seen.inside * RATIO || POLITE.contains(&word.as_str());
        if seen.first >= LEAST && starts {
            writeln!(out, "{word}")?;
        }
    }
    Ok(())
}

fn count(text: &str, words: &mut BTreeMap<String, Seen>) {
    let mut before = "";
    for token in text.split([' ', '\n']) {
        let word = token.trim_end_matches([',', ';', ':', '.', '!', '?']);
        if is_capitalized(word) {
            if ends_a_sentence(before) {
                words.entry(word.to_owned()).or_default().first += 1;
            } else if is_small(before.trim_end_matches(',')) {
                words.entry(word.to_owned()).or_default().inside += 1;
            }
        }
        before = token;
    }
}

fn is_capitalized(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase)
        && (chars.as_str().is_empty() || is_small(chars.as_str()))
}

fn is_small(word: &str) -> bool {
    !word.is_empty() && word.chars().all(char::is_lowercase)
}

fn ends_a_sentence(token: &str) -> bool {
    token
        .strip_suffix('.')
        .is_some_and(|word| word.chars().count() >= 6 && is_small(word))
}
