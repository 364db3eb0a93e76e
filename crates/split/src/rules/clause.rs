//! Finds out whether a noun after an ambiguous full stop starts a clause of its own.
//!
//! "Verletzt wurden 23. Helfer brachten sie …" are two sentences, "Er feierte seinen 23. Geburtstag" is one. In a German
//! main clause the verb is second: if the clause before the stop has its verb, and the noun after the stop is followed
//! by another one, the noun is the start of the next sentence.

use super::mark::Next;
use super::peek::behind;
use super::words::{List, Words};

/// How many bytes before a mark are searched for the verb of its clause.
const BEFORE: usize = 300;
/// How many words after a mark are searched for the verb of the next clause.
const AFTER: usize = 8;
/// How many characters after a mark are searched for it.
const AFTER_CHARS: usize = 120;

/// Learned finite verbs.
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
    /// Words that look like verbs but are not.
    others: List,
    /// Verbs that take an infinitive.
    modals: List,
    /// Verbs that take a participle.
    auxiliaries: List,
    /// Words that start a subordinate clause.
    subordinators: List,
    /// Words that may follow the first noun of a clause before its verb.
    linking: List,
    /// Articles and other determiners.
    articles: List,
    /// Words that may follow the verb of a clause.
    following: List,
}

/// What else the form of a finite verb may be.
#[derive(Debug, Clone, Copy, Default)]
struct Verb {
    is_infinitive: bool,
    is_participle: bool,
    /// Whether it is known by its ending only.
    is_rare: bool,
}

/// What is known about the clause before a mark.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Whether it has a verb that takes an infinitive.
    is_modal: bool,
    /// Whether it has a verb that takes a participle.
    is_auxiliary: bool,
    /// Whether the verb is in the last clause, not in an earlier one.
    is_own: bool,
}

/// Which clauses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// After an abbreviation or a letter: a name may go on.
    Name,
    /// After an era: a clause with a plural verb only, since a name may be the subject of the same clause.
    Era,
    /// After a number: the verb may be that of an earlier clause ("die einen auf 14, die anderen auf 5").
    Number,
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
            others: listed("no-verb"),
            modals: listed("modal"),
            auxiliaries: listed("auxiliary"),
            subordinators: listed("subordinating"),
            linking: listed("linking"),
            articles: listed("ordering"),
            following: listed("following"),
        }
    }

    /// Returns whether a complete clause ends with `head` and another one starts with `next`.
    pub(super) fn meet(&self, head: &str, next: &Next, before: Before) -> bool {
        let Some((verb, is_last, is_plural)) = self.second(next, before) else {
            return false;
        };
        let Some(Head {
            is_modal,
            is_auxiliary,
            is_own,
        }) = self.completes(head, before)
        else {
            return false;
        };
        // "Er will Thomas K. Müller sehen.": the rest of the verb of the same clause.
        let is_rest =
            is_last && (is_modal && verb.is_infinitive || is_auxiliary && verb.is_participle);
        // "Er plant, u. a. Kinder aufzunehmen.": the infinitive may be that of a clause without a verb of its own.
        let is_infinitive = verb.is_rare && is_last && !is_own && before != Before::Number;
        !is_rest && !is_infinitive && (before != Before::Era || is_plural)
    }

    /// Returns the verb that follows the first noun phrase, whether its clause ends there, and whether it is plural.
    fn second(&self, next: &Next, before: Before) -> Option<(Verb, bool, bool)> {
        let mut rest = next.rest;
        if let Some((at, _)) = rest.char_indices().nth(AFTER_CHARS) {
            rest = rest.get(..at).unwrap_or_default();
        }
        if rest.starts_with('-') {
            // "SPD-Politiker", "Ex-Kanzler".
            rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '-');
        }
        if !rest.starts_with(' ') {
            return None;
        }
        let mut is_open = false;
        let mut names = 1;
        let mut tokens = rest.split_whitespace().take(AFTER).peekable();
        while let Some(token) = tokens.next() {
            let word = token.trim_end_matches(|c: char| !c.is_alphanumeric());
            let is_last = word.len() < token.len();
            if word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) {
                names += 1;
                if is_last || names > 2 {
                    return None;
                }
                is_open = false;
            } else if self.linking.has(word) && !is_last {
                (is_open, names) = (true, 0);
            } else {
                let after = tokens.peek();
                let verb = self
                    .verb(word)
                    .or_else(|| self.rare_verb(word, is_last, after.copied(), before))
                    .filter(|_| !is_open)?;
                // "Tolkien entworfenen Völker", "Fisher entwickelte Verfahren"
                let is_attribute = before == Before::Name
                    && ends_in(word, &["te", "ten"])
                    && !is_last
                    && after.is_some_and(|after| after.starts_with(char::is_uppercase));
                // "Sie will u. a. Schulen bauen und Straßen sanieren."
                let ends =
                    is_last || after.is_none_or(|after| matches!(*after, "und" | "oder" | "zu"));
                return (!is_attribute).then_some((
                    verb,
                    ends,
                    word.ends_with('n') || word == "sind",
                ));
            }
        }
        None
    }

    /// Returns whether the clause that ends a text has a verb, and then whether one that takes an infinitive and whether
    /// one that takes a participle.
    fn completes(&self, head: &str, before: Before) -> Option<Head> {
        let mut from = head.len().saturating_sub(BEFORE);
        while !head.is_char_boundary(from) {
            from += 1;
        }
        let head = behind(head, from);
        // "1,5" and "3:1" are no borders of clauses.
        let mut from = 0;
        let mut clauses = Vec::new();
        for (at, mark) in head.match_indices([',', ';', ':', '–', '(', '„']) {
            let end = at + mark.len();
            let rest = behind(head, end);
            if rest.starts_with(char::is_whitespace) || matches!(mark, "(" | "„") {
                clauses.extend(head.get(from..end));
                from = end;
            }
        }
        clauses.push(behind(head, from));
        let mut clause = clauses.pop()?;
        let mut is_own = true;
        loop {
            let (mut has_verb, mut is_modal, mut is_auxiliary) = (false, false, false);
            let mut word_before = "";
            let mut words = clause
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .enumerate()
                .peekable();
            while let Some((at, word)) = words.next() {
                // "die erhöhte IV. Stufe"
                let is_attribute = ends_in(word, &["te", "ten"]) && self.articles.has(word_before);
                has_verb |=
                    self.is_listed(word) && !is_attribute || self.is_second(word_before, word, at);
                // A comma may be missing: "er fragt ob sie 3 Std. Anfahrt in Kauf nimmt".
                // "Es geht um Thomas K.": before a name, some of these are prepositions.
                let is_preposition =
                    matches!(word, "um" | "bis" | "seit" | "ohne" | "statt" | "als")
                        && words.peek().is_some_and(|(_, next)| {
                            next.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                        });
                has_verb &=
                    !self.subordinators.has(word) || self.articles.has(word) || is_preposition;
                is_modal |= self.modals.has(word);
                is_auxiliary |= self.auxiliaries.has(word);
                word_before = word;
            }
            if has_verb {
                return Some(Head {
                    is_modal,
                    is_auxiliary,
                    is_own,
                });
            }
            let first = clause.split_whitespace().next().unwrap_or_default();
            let is_list = head.ends_with(char::is_lowercase) && !self.articles.has(first);
            if before != Before::Number && !is_list || self.subordinators.has(first) {
                return None;
            }
            clause = clauses.pop()?;
            is_own = false;
        }
    }

    /// Returns whether the word at a place in its clause has the place and the form of a verb: "Dabei ertranken 14".
    pub(super) fn is_second(&self, first: &str, word: &str, at: usize) -> bool {
        at == 1
            && first.starts_with(char::is_uppercase)
            && word.len() > 4
            && ends_in(word, &["t", "te", "en"])
            && word.chars().all(char::is_lowercase)
            && !self.others.has(word)
            && {
                let first = first.to_lowercase();
                let lists = [
                    &self.articles,
                    &self.linking,
                    &self.following,
                    &self.subordinators,
                ];
                let is_pronoun = matches!(
                    &*first,
                    "sie" | "es" | "man" | "dort" | "hier" | "heute" | "dann" | "nun"
                );
                is_pronoun || !lists.iter().any(|list| list.has(&first))
            }
    }

    /// Returns whether a word is a learned finite verb, with or without a prefix.
    pub(super) fn is_listed(&self, word: &str) -> bool {
        let has = |word: &str| {
            [&self.finite, &self.infinitive, &self.participle, &self.any]
                .iter()
                .any(|list| list.has(word))
        };
        // "zerfiel", "entkam"
        let stem = |prefix: &&str| {
            word.strip_prefix(*prefix)
                .is_some_and(|stem| stem.len() > 3 && has(stem))
        };
        has(word)
            || ["be", "ent", "er", "ver", "zer", "über", "unter"]
                .iter()
                .any(stem)
    }

    /// Returns what a word is that may be a finite verb.
    fn verb(&self, word: &str) -> Option<Verb> {
        if self.others.has(word) {
            return None;
        }
        let is_any = self.any.has(word);
        let is_long = word.chars().count() > 4 && word.chars().all(char::is_lowercase);
        // Rare verbs, whose plural is their infinitive.
        let is_infinitive = is_any
            || self.infinitive.has(word)
            || is_long && !self.finite.has(word) && ends_in(word, &["eln", "ern", "ieren"]);
        let is_participle = is_any || self.participle.has(word);
        (is_infinitive || is_participle || self.finite.has(word) || is_preterite(word)).then_some(
            Verb {
                is_infinitive,
                is_participle,
                is_rare: false,
            },
        )
    }

    /// Returns what a word is that is not known but has the form of a plural verb, at the end of its clause or before a
    /// word that may follow it: "Retter bargen die Leichen", "Nachbarn grüßen ihn".
    fn rare_verb(
        &self,
        word: &str,
        ends: bool,
        after: Option<&str>,
        before: Before,
    ) -> Option<Verb> {
        let is_plural = word.len() > 4
            && word.ends_with("en")
            && word.chars().all(char::is_lowercase)
            && !self.others.has(word)
            && !self.articles.has(word);
        let is_followed = after.is_some_and(|after| {
            let bare = after.trim_end_matches(|c: char| !c.is_alphanumeric());
            self.following.has(bare) || before == Before::Number && bare != "zu"
        });
        (is_plural && (ends || is_followed)).then_some(Verb {
            is_infinitive: true,
            is_participle: true,
            is_rare: true,
        })
    }
}

/// Returns whether a word has the form of a weak verb in the preterite: "freute", "weinten".
fn is_preterite(word: &str) -> bool {
    word.len() > 4 && ends_in(word, &["te", "ten"]) && word.chars().all(char::is_lowercase)
}

fn ends_in(word: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| word.ends_with(ending))
}
