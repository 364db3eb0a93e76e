//! Finds out whether a noun after an ambiguous full stop starts a clause of its own.
//!
//! "Verletzt wurden 23. Helfer brachten sie …" are two sentences, "Er feierte seinen 23. Geburtstag" is one. In a German
//! main clause the verb is second: if the clause before the stop has its verb, and the noun after the stop is followed
//! by another one, the noun is the start of the next sentence.

use super::mark::Next;
use super::peek::behind;
use super::verbs::{Verb, Verbs, ends_in, is_lowercase};
use super::words::{List, Words, is_roman};

/// How many bytes before a mark are searched for the verb of its clause.
const BEFORE: usize = 300;
/// How many words after a mark are searched for the verb of the next clause.
const AFTER: usize = 8;
/// How many characters after a mark are searched for it.
const AFTER_CHARS: usize = 120;

/// Knows where clauses meet.
#[derive(Debug)]
pub(super) struct Clauses {
    pub(super) verbs: Verbs,
    /// Words that start a subordinate clause.
    subordinators: List,
    /// Words that may follow the first noun of a clause before its verb.
    linking: List,
    /// Articles and other determiners.
    articles: List,
    /// Prepositions that may open an attribute between an article and its noun.
    prepositions: List,
    /// Words that may follow the verb of a clause.
    following: List,
}

/// What is known about the clause before a mark.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Whether it has a verb that takes an infinitive.
    is_modal: bool,
    /// Whether it has a verb that takes a participle.
    is_auxiliary: bool,
    place: Place,
}

/// Where the verb of the clause before a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the last clause.
    Last,
    /// In the last clause, which is a subordinate one.
    Subordinate,
    /// In a clause before the last.
    Earlier,
}

/// The first words of the clause after a mark.
#[derive(Debug, Clone, Copy)]
struct Tail {
    verb: Verb,
    /// Whether the clause ends after the verb.
    is_last: bool,
    /// Whether the verb may as well be an attribute of the noun after it.
    is_attribute: bool,
}

/// Which clauses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// After an abbreviation or a letter: a name may go on.
    Name,
    /// After a number: the verb may be that of an earlier clause ("die einen auf 14, die anderen auf 5").
    Number,
}

impl Clauses {
    /// Returns what is known about the built-in words.
    pub(super) fn new() -> Self {
        let listed = |name| List::section(Words::SOURCE, name);
        Self {
            verbs: Verbs::new(),
            subordinators: listed("subordinating"),
            linking: listed("linking"),
            articles: listed("ordering"),
            prepositions: listed("preposition"),
            following: listed("following"),
        }
    }

    /// Returns whether a complete clause ends with `head` and another one starts with `next`.
    pub(super) fn meet(&self, head: &str, next: &Next, before: Before) -> bool {
        if joins(head) {
            return false;
        }
        let Some(tail) = self.second(next, before) else {
            return false;
        };
        let Some(head) = self.completes(head, before) else {
            return false;
        };
        // "Er will Thomas K. Müller sehen.", "als er Freud ehrte und Carl G. Jung besuchte.": the rest of the same clause.
        let is_rest = tail.is_last
            && (head.is_modal && tail.verb.is_infinitive
                || head.is_auxiliary && tail.verb.is_participle
                || head.place == Place::Subordinate);
        // "Er plant, u. a. Kinder aufzunehmen.": the infinitive may be that of a clause without a verb of its own.
        let is_infinitive = tail.verb.is_rare
            && tail.is_last
            && head.place == Place::Earlier
            && before != Before::Number;
        // "Fisher entwickelte Verfahren"
        let is_attribute = tail.is_attribute && before != Before::Number;
        !is_rest && !is_infinitive && !is_attribute
    }

    /// Returns the verb that follows the first noun phrase.
    fn second(&self, next: &Next, before: Before) -> Option<Tail> {
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
            } else if is_open {
                return None;
            } else if is_last || !is_pronominal(word) {
                return self.tail(word, is_last, tokens.peek().copied(), before);
            }
        }
        None
    }

    /// Returns what a word is if it is the verb of a clause; `after` is the word after it.
    fn tail(&self, word: &str, is_last: bool, after: Option<&str>, before: Before) -> Option<Tail> {
        if after.is_some_and(|after| self.ends_cluster(after)) {
            return None;
        }
        let verb = self
            .verbs
            .get(word)
            .or_else(|| self.rare_verb(word, is_last, after, before))?;
        // "Sie will u. a. Schulen bauen und Straßen sanieren."
        let is_end = |after: &str| matches!(after, "und" | "oder" | "zu") || after.starts_with('(');
        Some(Tail {
            verb,
            is_last: is_last || after.is_none_or(is_end),
            is_attribute: !is_last
                && after.is_some_and(|after| after.starts_with(char::is_uppercase))
                && self.verbs.is_attribute(word),
        })
    }

    /// Returns whether a word ends a subordinate clause, so that the one before it is no finite verb: "verkauft wurde".
    fn ends_cluster(&self, token: &str) -> bool {
        let word = token.trim_end_matches(|c: char| !c.is_alphanumeric());
        word.len() < token.len() && (self.verbs.is_auxiliary(word) || self.verbs.is_modal(word))
    }

    /// Returns what is known about the clause that ends a text, if it has its verb.
    fn completes(&self, head: &str, before: Before) -> Option<Head> {
        let mut clauses = clauses(head);
        let mut clause = clauses.pop()?;
        if let Some(found) = self.read(clause) {
            return Some(found);
        }
        loop {
            let first = clause.split_whitespace().next().unwrap_or_default();
            let earlier = clauses.pop();
            // "Es gab Brot, Käse u. a.": a list.
            let is_list = head.ends_with(char::is_lowercase)
                && !self.articles.has(first)
                && !ends_in_amount(clause);
            let goes_on = before == Before::Number
                || is_list
                || continues(clause, earlier.unwrap_or_default());
            if !goes_on || self.subordinators.has(first) {
                return None;
            }
            clause = earlier?;
            if let Some(found) = self.read(clause) {
                let place = Place::Earlier;
                return Some(Head { place, ..found });
            }
        }
    }

    /// Returns what is known about a clause that has its verb.
    fn read(&self, clause: &str) -> Option<Head> {
        let mut found = Head {
            is_modal: false,
            is_auxiliary: false,
            place: Place::Last,
        };
        let mut has_verb = false;
        let mut word_before = "";
        // Whether a noun must follow an article: "die weltweit bekannte".
        let mut is_due = false;
        // Whether an attribute is open between the two: "das von Ronald entwickelte Verfahren".
        let mut is_open = false;
        let mut words = clause
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .enumerate()
            .peekable();
        while let Some((at, word)) = words.next() {
            let has_article = self.articles.has(word_before);
            is_due &= !word_before.starts_with(char::is_uppercase);
            is_due |= self.is_determiner(word_before, at);
            is_open |= is_due && self.prepositions.has(word);
            // "die erhöhte IV. Stufe"
            let is_attribute = has_article && ends_in(word, &["te", "ten"])
                || is_due && self.verbs.is_attribute(word);
            has_verb |= self.verbs.is_listed(word) && !is_attribute
                || self.is_second(word_before, word, at);
            let is_weak = at > 1
                && word_before.starts_with(char::is_uppercase)
                && ends_in(word, &["t", "te", "ten"])
                && self.verbs.is_shaped(word);
            has_verb |= is_weak && !is_open;
            is_open &= !is_weak;
            // A comma may be missing: "er fragt ob sie 3 Std. Anfahrt in Kauf nimmt".
            // "Es geht um Thomas K.": before a name, some of these are prepositions.
            let is_preposition = matches!(word, "um" | "bis" | "seit" | "ohne" | "statt" | "als")
                && words.peek().is_some_and(|(_, next)| {
                    next.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                });
            let is_subordinator =
                self.subordinators.has(word) && !self.articles.has(word) && !is_preposition;
            has_verb &= !is_subordinator;
            if at == 0
                && self.subordinators.has(word)
                && !is_preposition
                && !matches!(word, "der" | "den" | "dem")
            {
                found.place = Place::Subordinate;
            }
            found.is_modal |= self.verbs.is_modal(word);
            found.is_auxiliary |= self.verbs.is_auxiliary(word);
            word_before = word;
        }
        has_verb.then_some(found)
    }

    /// Returns whether the word before a place in its clause is an article, after which a noun is due.
    fn is_determiner(&self, word: &str, at: usize) -> bool {
        // "Das berichtete Thomas K.", "Das alles sagte er."
        let is_first = at == 1 && word != "Das" && self.articles.has(&word.to_lowercase());
        (is_first || self.articles.has(word))
            && !matches!(
                word,
                "und" | "oder" | "sowie" | "als" | "ab" | "bis" | "seit"
            )
    }

    /// Returns whether the word at a place in its clause has the place and the form of a verb: "Dabei ertranken 14".
    pub(super) fn is_second(&self, first: &str, word: &str, at: usize) -> bool {
        at == 1
            && first.starts_with(char::is_uppercase)
            && word.len() > 4
            && self.verbs.is_shaped(word)
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
            && is_lowercase(word)
            && !self.verbs.is_no_verb(word)
            && !self.articles.has(word);
        // "12 Mio. Euro aufzutreiben"
        let is_zu = word.find("zu").is_some_and(|at| at > 0);
        let is_followed = after.is_some_and(|after| {
            let bare = after.trim_end_matches(|c: char| !c.is_alphanumeric());
            self.following.has(bare) || before == Before::Number && bare != "zu"
        });
        (is_plural && !is_zu && (ends || is_followed)).then_some(Verb {
            is_infinitive: true,
            is_participle: true,
            is_rare: true,
        })
    }
}

/// Returns whether a text ends in a conjunction and the start of what it joins: "und 3 Mio", "und Ludwig XIV".
fn joins(head: &str) -> bool {
    let mut words = head.split_whitespace().rev();
    let (last, before) = (words.next().unwrap_or_default(), words.next());
    let is_amount = before.is_some_and(|word| word.ends_with(|c: char| c.is_ascii_digit()));
    let is_king = last.len() > 1 && is_roman(last);
    (is_amount || is_king) && matches!(words.next(), Some("und" | "oder" | "sowie"))
}

/// Returns whether the word before the last one of a clause is a number: "rund 200 Mio".
fn ends_in_amount(clause: &str) -> bool {
    let before = clause.split_whitespace().nth_back(1);
    before.is_some_and(|word| word.ends_with(|c: char| c.is_ascii_digit()))
}

/// Returns whether a word may stand between the first noun of a clause and its verb.
fn is_pronominal(word: &str) -> bool {
    matches!(
        word,
        "daran"
            | "daraus"
            | "dafür"
            | "dagegen"
            | "darin"
            | "darüber"
            | "davon"
            | "dazu"
            | "selbst"
    )
}

/// Returns the clauses at the end of a text, each with the mark after it.
fn clauses(head: &str) -> Vec<&str> {
    let mut from = head.len().saturating_sub(BEFORE);
    while !head.is_char_boundary(from) {
        from += 1;
    }
    let head = behind(head, from);
    let mut from = 0;
    let mut clauses = Vec::new();
    for (at, mark) in head.match_indices([',', ';', ':', '–', '(', '„']) {
        let end = at + mark.len();
        let rest = behind(head, end);
        // "1,5" and "3:1" are no borders of clauses, nor is "Washington, D. C."
        let is_border =
            rest.starts_with(char::is_whitespace) && !matches!(rest.trim(), "D. C" | "D.C");
        if is_border || matches!(mark, "(" | "„") {
            clauses.extend(head.get(from..end));
            from = end;
        }
    }
    clauses.push(behind(head, from));
    clauses
}

/// Returns whether a piece without a verb shares that of the one before it: "Täter war Uwe B., Opfer die Rentnerin Eva S.",
/// "Angeklagt sind Uwe B., Eva S. und Max R."
fn continues(piece: &str, before: &str) -> bool {
    let mut words = piece.split_whitespace();
    let is_gap = words
        .next()
        .is_some_and(|word| word.starts_with(char::is_uppercase))
        && matches!(words.next(), Some("die" | "das" | "ein" | "eine"));
    let is_list = is_initial(before) && (is_initial(piece) || piece.contains(" und "));
    before.ends_with(',') && (is_gap || is_list)
}

/// Returns whether a piece ends in an abbreviated surname and a comma: "Uwe B.,".
fn is_initial(piece: &str) -> bool {
    let mut last = piece.chars().rev();
    last.next() == Some(',')
        && last.next() == Some('.')
        && last.next().is_some_and(char::is_uppercase)
        && last.next().is_some_and(char::is_whitespace)
}
