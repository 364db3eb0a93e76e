//! Learns finite verbs from raw text: `zstdcat -f dumps… | learn_verbs > verbs.txt`.
//!
//! In a German main clause the verb is second, so a lower-case word right after a pronoun or an adverb that starts a
//! sentence ("Er kam", "Danach stieg") is nearly always a finite verb. A form is a verb if it is seen there often
//! enough, both in total and as a share of all its occurrences, since any word may get there once. Many forms are an
//! infinitive as well ("suchen", often seen after "zu") or a participle ("besucht", often seen before "wurde"); they
//! are listed apart.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

/// Pronouns and adverbs that are followed by the verb when they start a sentence.
const FIRST: &[&str] = &[
    "Er",
    "Sie",
    "Es",
    "Wir",
    "Ich",
    "Man",
    "Danach",
    "Dort",
    "Heute",
    "Dann",
    "Deshalb",
    "Daher",
    "Dabei",
    "Dazu",
    "Hier",
    "Jetzt",
    "Gestern",
    "Zudem",
    "Außerdem",
    "Nun",
    "Dafür",
    "Davon",
    "Zuvor",
    "Seitdem",
    "Inzwischen",
    "Mittlerweile",
    "Dadurch",
    "Darauf",
    "Daraufhin",
    "Damals",
    "Anschließend",
    "Später",
    "Allerdings",
    "Dagegen",
    "Darin",
    "Daran",
    "Darüber",
    "Trotzdem",
    "Dennoch",
    "Zunächst",
    "Schließlich",
    "Zugleich",
    "Bisher",
    "Derzeit",
];
/// Auxiliaries that follow a participle at the end of a clause.
const AUXILIARIES: &[&str] = &[
    "wurde", "wurden", "worden", "hat", "haben", "hatte", "hatten", "wird", "werden", "ist",
    "sind", "sein", "war", "waren",
];
/// How often a form must be seen as a verb.
const LEAST: u32 = 3;
/// In how many of its occurrences at least one must be as a verb in that place.
const ONE_IN: u32 = 150;

#[derive(Default)]
struct Seen {
    all: u32,
    second: u32,
    infinitive: u32,
    participle: u32,
}

fn main() -> io::Result<()> {
    let mut words: BTreeMap<String, Seen> = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        count(record["text"].as_str().unwrap_or_default(), &mut words);
    }
    let mut out = io::stdout().lock();
    let is_verb = |seen: &Seen| seen.second >= LEAST && seen.second * ONE_IN >= seen.all;
    let is_both = |seen: &Seen| {
        [
            seen.infinitive * 30 >= seen.all,
            seen.participle * 20 >= seen.all,
        ]
    };
    for (section, kind) in [
        ("finite", [false, false]),
        ("infinitive", [true, false]),
        ("participle", [false, true]),
        ("any", [true, true]),
    ] {
        writeln!(out, "[{section}]")?;
        for (word, seen) in &words {
            if is_verb(seen) && is_both(seen) == kind {
                writeln!(out, "{word}")?;
            }
        }
    }
    Ok(())
}

fn count(text: &str, words: &mut BTreeMap<String, Seen>) {
    let mut before = ["", ""];
    for token in text.split([' ', '\n']) {
        let word = token.trim_end_matches([',', ';', ':', '.', '!', '?']);
        if is_small(word) {
            let seen = words.entry(word.to_owned()).or_default();
            seen.all += 1;
            seen.infinitive += u32::from(before[1] == "zu");
            seen.second += u32::from(FIRST.contains(&before[1]) && ends_a_sentence(before[0]));
        }
        if AUXILIARIES.contains(&word) && is_small(before[1]) {
            words.entry(before[1].to_owned()).or_default().participle += 1;
        }
        before = [before[1], token];
    }
}

fn is_small(word: &str) -> bool {
    word.chars().count() > 1 && word.chars().all(char::is_lowercase)
}

fn ends_a_sentence(token: &str) -> bool {
    token
        .strip_suffix('.')
        .is_some_and(|word| word.chars().count() >= 6 && is_small(word))
}
