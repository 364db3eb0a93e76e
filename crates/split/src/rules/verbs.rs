//! What the rules know about verbs: learned forms, a few lists, and the endings of the rest.

use super::words::{List, Words};

/// Inseparable prefixes: "erschoss" is a form of "schoss", and "benannte" may be a participle.
const PREFIXES: [&str; 9] = [
    "be", "ent", "er", "ver", "zer", "miss", "über", "unter", "hinter",
];

/// Learned and listed verbs.
#[derive(Debug)]
pub(super) struct Verbs {
    /// Finite forms only.
    finite: List,
    /// Forms that may also be infinitives.
    infinitive: List,
    /// Forms that may also be participles.
    participle: List,
    /// Forms that may be all three.
    any: List,
    /// Infinitives that the learned lists lack.
    regular: List,
    /// Preterites of strong verbs in the singular.
    strong: List,
    /// Words that look like verbs but are not.
    others: List,
    /// Verbs that take an infinitive.
    modals: List,
    /// Verbs that take a participle.
    auxiliaries: List,
}

/// What else the form of a finite verb may be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Verb {
    pub(super) is_infinitive: bool,
    pub(super) is_participle: bool,
    /// Whether it is known by its ending only.
    pub(super) is_rare: bool,
}

impl Verbs {
    /// The learned list.
    pub(super) const SOURCE: &str = include_str!("../../../../models/split/verbs.txt");

    /// Returns the built-in verbs.
    pub(super) fn new() -> Self {
        let learned = |name| List::section(Self::SOURCE, name);
        let listed = |name| List::section(Words::SOURCE, name);
        Self {
            finite: learned("finite"),
            infinitive: learned("infinitive"),
            participle: learned("participle"),
            any: learned("any"),
            regular: listed("verb"),
            strong: listed("strong"),
            others: listed("no-verb"),
            modals: listed("modal"),
            auxiliaries: listed("auxiliary"),
        }
    }

    /// Returns whether a word is a known finite verb, with or without a prefix.
    pub(super) fn is_listed(&self, word: &str) -> bool {
        let has = |word: &str| {
            [&self.finite, &self.infinitive, &self.participle, &self.any]
                .iter()
                .any(|list| list.has(word))
        };
        // "zerfiel", "entkam"
        has(word) || self.is_regular(word) || self.is_strong(word) || stem(word).is_some_and(has)
    }

    /// Returns what a word is that may be a finite verb.
    pub(super) fn get(&self, word: &str) -> Option<Verb> {
        if self.is_no_verb(word) {
            return None;
        }
        let is_any = self.any.has(word);
        let is_long = word.chars().count() > 4 && is_lowercase(word);
        // Rare verbs, whose plural is their infinitive.
        let is_infinitive = is_any
            || self.infinitive.has(word)
            || self.regular.has(word)
            || is_long && !self.finite.has(word) && ends_in(word, &["eln", "ern", "ieren"]);
        let is_strong = self.is_strong(word);
        let is_regular = self.is_regular(word);
        // "Nachbarn beschlossen es", "Nachbarin verteidigt ihn"
        let is_shared = (is_strong || is_regular) && !self.finite.has(word) && is_participle(word);
        let is_participle = is_any || self.participle.has(word) || is_shared;
        let is_verb = is_infinitive
            || is_participle
            || is_strong
            || is_regular
            || self.finite.has(word)
            || is_preterite(word);
        is_verb.then_some(Verb {
            is_infinitive,
            is_participle,
            is_rare: false,
        })
    }

    /// Returns whether a word only looks like a verb.
    pub(super) fn is_no_verb(&self, word: &str) -> bool {
        self.others.has(word)
    }

    /// Returns whether a verb takes an infinitive.
    pub(super) fn is_modal(&self, word: &str) -> bool {
        self.modals.has(word)
    }

    /// Returns whether a verb takes a participle.
    pub(super) fn is_auxiliary(&self, word: &str) -> bool {
        self.auxiliaries.has(word)
    }

    /// Returns whether a word has the form of a verb; whether it is one depends on its place.
    pub(super) fn is_shaped(&self, word: &str) -> bool {
        word.len() > 3
            && ends_in(word, &["t", "te", "en"])
            && is_lowercase(word)
            && !ends_in(word, &["weit", "zeit", "haft"])
            && !is_adjective(word)
            && !self.is_no_verb(word)
    }

    /// Returns whether a finite verb may as well be an attribute of the noun after it: "Fisher entwickelte Verfahren",
    /// "Fishers weltweiten Ruhm".
    pub(super) fn is_attribute(&self, word: &str) -> bool {
        is_preterite(word) && !self.is_strong(word) && (is_participle(word) || is_adjective(word))
    }

    /// Returns whether a word is a form of a listed infinitive in the present: "lieben", "liebt", "fürchtet".
    fn is_regular(&self, word: &str) -> bool {
        if self.regular.has(word) {
            return true;
        }
        let Some(stem) = word.strip_suffix('t').filter(|stem| stem.len() > 2) else {
            return false;
        };
        let infinitive = if stem.ends_with('e') {
            format!("{stem}n")
        } else {
            format!("{stem}en")
        };
        [&self.regular, &self.infinitive]
            .iter()
            .any(|list| list.has(&infinitive))
    }

    /// Returns whether a word is the preterite of a strong verb: "wog", "erschoss", "erstachen".
    fn is_strong(&self, word: &str) -> bool {
        let has = |word: &str| {
            self.strong.has(word)
                || word
                    .strip_suffix("en")
                    .is_some_and(|it| self.strong.has(it))
        };
        has(word) || stem(word).is_some_and(has)
    }
}

/// Returns a word without its inseparable prefix.
fn stem(word: &str) -> Option<&str> {
    PREFIXES
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix))
        .filter(|stem| stem.len() > 2)
}

/// Returns whether a word has the form of a weak verb in the preterite: "freute", "weinten".
fn is_preterite(word: &str) -> bool {
    word.len() > 4 && ends_in(word, &["te", "ten"]) && is_lowercase(word)
}

/// Returns whether a finite verb has the form of a participle as well: "entwickelte", "reduzierten", "ausgelöste".
fn is_participle(word: &str) -> bool {
    word.contains("ge") || ends_in(word, &["iert", "ierte", "ierten"]) || stem(word).is_some()
}

/// Returns whether a preterite has the form of an adjective as well: "weltweiten", "direkte", "wichtigste".
fn is_adjective(word: &str) -> bool {
    let bare = word.strip_suffix('n').unwrap_or(word);
    let ends = [
        "weite", "hafte", "samte", "ekte", "ette", "ente", "vate", "lute",
    ];
    ends_in(bare, &ends)
        || bare.ends_with("ante") && !bare.ends_with("nante")
        || bare.strip_suffix("ste").is_some_and(is_superlative)
}

/// Returns whether "-ste" after a stem makes a superlative ("wichtigste"), not a preterite ("löste", "passte").
fn is_superlative(stem: &str) -> bool {
    let is_vowel = |c: char| "aeiouäöüy".contains(c);
    let bare = stem.strip_suffix('e').unwrap_or(stem);
    bare.ends_with(|c: char| !is_vowel(c) && (c != 's' || bare.len() < stem.len()))
}

pub(super) fn is_lowercase(word: &str) -> bool {
    word.chars().all(char::is_lowercase)
}

pub(super) fn ends_in(word: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| word.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_known_by_list_or_form() {
        let verbs = Verbs::new();
        for word in [
            "wog",
            "wogen",
            "erschoss",
            "erstachen",
            "liebt",
            "lieben",
            "zerfiel",
            "fürchtet",
        ] {
            assert!(verbs.is_listed(word), "{word}");
        }
        for word in ["heute", "weltweit", "gegen", "liebst", "nicht"] {
            assert!(!verbs.is_shaped(word) || word == "liebst", "{word}");
            assert!(!verbs.is_listed(word), "{word}");
        }
    }

    #[test]
    fn attributes_look_like_participles_or_adjectives() {
        let verbs = Verbs::new();
        for word in [
            "entwickelte",
            "reduzierten",
            "ausgelösten",
            "weltweiten",
            "direkte",
            "interessanten",
            "wichtigsten",
            "bekannteste",
        ] {
            assert!(verbs.is_attribute(word), "{word}");
        }
        for word in [
            "legten",
            "zündete",
            "hatten",
            "nannten",
            "erhielten",
            "hörten",
            "passten",
            "lösten",
            "reisten",
        ] {
            assert!(!verbs.is_attribute(word), "{word}");
        }
    }
}
