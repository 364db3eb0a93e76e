//! The story up to a sentence: who and what was mentioned where, and what a sentence refers to of it.

use blattwerk_core::{Document, Span};
use rustc_hash::FxHashMap;

use super::nouns::{Noun, Nouns, hash};
use super::sentence::{
    self, Clause, Token, announces, bare_noun, is_abbreviation, is_preterite, is_second,
    stands_alone,
};
use super::words::{Class, IMPERSONAL, Kind};
use crate::terms;

/// Why a sentence depends on the one before it. Two in a row for the same reason may depend on the same sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaning {
    He,
    She,
    Indirect,
    Other,
}

impl Leaning {
    pub(super) fn is_other(self) -> bool {
        self == Self::Other
    }
}

/// What a sentence refers to.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) sentences: Vec<usize>,
    /// Whether and why it depends on the sentence before it.
    pub(super) leaning: Option<Leaning>,
    /// It depends on that sentence for more than one reason, or for one that only this sentence answers.
    pub(super) is_linked: bool,
    /// It refers to something that no sentence says.
    pub(super) is_open: bool,
    /// It may do so.
    pub(super) is_loose: bool,
}

impl References {
    pub(super) fn previous(&mut self, leaning: Leaning) {
        match self.leaning {
            None => self.leaning = Some(leaning),
            Some(before) if before == leaning => {}
            Some(_) => self.is_linked = true,
        }
        self.is_linked |= leaning == Leaning::Other;
    }

    /// Returns the earlier sentences that the one of an index needs; nothing if no sentence says what it refers to. `source` is
    /// the sentence that it leans on if nothing links it to the one before.
    pub(super) fn needs(self, index: usize, source: Option<usize>) -> Option<Vec<usize>> {
        if self.is_open {
            return None;
        }
        let mut needed = self.sentences;
        if self.leaning.is_some() {
            needed.push(source?);
            if self.is_linked {
                needed.push(index.checked_sub(1)?);
            }
        }
        needed.sort_unstable();
        needed.dedup();
        Some(needed)
    }
}

/// The first mention of a noun.
#[derive(Debug, Clone, Copy)]
struct Mention {
    noun: Noun,
    /// The sentence that a later reference depends on, unless everybody knows what the noun stands for.
    introduced: Option<usize>,
}

/// The story up to a sentence: what was mentioned where.
pub(super) struct Story<'a> {
    document: &'a Document,
    lead: usize,
    next_entity: usize,
    nouns: &'a mut Nouns,
    /// The place of each noun among the mentions.
    places: FxHashMap<u64, usize>,
    mentions: Vec<Mention>,
    /// The sentence with the full name of each person, by surname.
    persons: FxHashMap<u64, usize>,
    /// The sentence that introduces an abbreviation: "Verband der Fischer (VDF)".
    abbreviations: FxHashMap<u64, usize>,
    /// The first sentence with each name.
    names: FxHashMap<u64, usize>,
    /// The sentence that introduces the name mentioned last, of a person, a body and a place.
    last: [Option<usize>; 3],
}

const LABELS: [&str; 3] = ["PER", "ORG", "LOC"];

impl<'a> Story<'a> {
    pub(super) fn new(document: &'a Document, lead: usize, nouns: &'a mut Nouns) -> Self {
        Self {
            document,
            lead,
            next_entity: 0,
            nouns,
            places: FxHashMap::default(),
            mentions: Vec::new(),
            persons: FxHashMap::default(),
            abbreviations: FxHashMap::default(),
            names: FxHashMap::default(),
            last: [None; 3],
        }
    }

    /// Reads the next sentence: finds what it refers to, then remembers what it mentions, unless it stands before the lead.
    pub(super) fn read(&mut self, index: usize, span: Span) -> References {
        let words = sentence::read(self.document, span, &mut self.next_entity, self.nouns);
        let mut found = References::default();
        if index >= self.lead {
            self.pronouns(&words, &mut found);
            links(&words, &mut found);
            self.names(index, &words, &mut found);
            self.nouns(index, &words, &mut found);
            found.sentences.retain(|&needed| needed < index);
        }
        found
    }

    /// Personal and possessive pronouns, demonstratives, and adverbs such as "davon".
    fn pronouns(&self, words: &[Token], found: &mut References) {
        let first = words.iter().position(|word| !word.is_mark).unwrap_or(0);
        let starts_aside = words
            .get(first)
            .is_some_and(|word| word.class == Some(Class::Conjunction));
        // A noun that a pronoun in a later clause may stand for.
        let mut has_noun = false;
        let mut is_after_and = false;
        // "Wie Berg sagte, wurde er …", but not "„Es war ein Erfolg“, sagte er".
        let opens_with_clause = starts_aside
            || words.get(first).is_some_and(|word| {
                matches!(
                    word.text,
                    "Wie" | "Ob" | "Da" | "Um" | "Dass" | "Was" | "Wer"
                )
            });
        for (i, word) in words.iter().enumerate() {
            let next = words.get(i + 1);
            match word.class {
                Some(Class::Subject | Class::Object) => {
                    let is_formal = i != first && word.text.starts_with(char::is_uppercase);
                    // "…, sagte er"
                    let is_inverted = i > 1
                        && words[i - 2].text == ","
                        && words[i - 1].class.is_none()
                        && is_preterite(words[i - 1].text);
                    let is_after_and = is_after_and && word.class == Some(Class::Subject);
                    // A pronoun never stands for a noun of its own clause.
                    let is_bound = has_noun
                        && (word.clause != Clause::First || is_after_and)
                        && (!is_inverted || opens_with_clause);
                    let is_ahead = starts_aside && self.names_person(&words[i..]);
                    if !(is_formal || is_bound || is_ahead) {
                        let is_he = matches!(word.text, "Er" | "er");
                        let is_she = matches!(word.text, "Sie" | "sie");
                        found.previous(match (is_he, is_she) {
                            (true, _) => Leaning::He,
                            (_, true) => Leaning::She,
                            _ => Leaning::Other,
                        });
                    }
                }
                Some(Class::It) if i == first => {
                    let is_impersonal = next.is_some_and(|next| IMPERSONAL.contains(&next.text));
                    if !is_impersonal {
                        found.previous(Leaning::Other);
                    }
                }
                Some(Class::Possessive) => {
                    let is_ahead = i > first && self.names_person(&words[i..]);
                    if !has_noun && !is_ahead {
                        found.previous(Leaning::Other);
                    }
                }
                Some(Class::Demonstrative) => {
                    let noun = words[i + 1..]
                        .iter()
                        .find(|word| word.is_noun() || word.is_mark || word.class.is_some())
                        .and_then(|word| word.noun);
                    let is_time =
                        noun.is_some_and(|noun| self.nouns.kind(noun) == Some(Kind::Time));
                    let is_said = noun.is_some_and(|noun| self.has(&words[..i], noun));
                    let is_bound = !word.is_in_main() && noun.is_none();
                    if !is_time && !is_said && !is_bound {
                        found.previous(Leaning::Other);
                    }
                }
                Some(Class::Adverb)
                    if word.is_in_main() && !announces(words, i) && !is_second(words, i) =>
                {
                    found.previous(Leaning::Other);
                }
                Some(Class::Definite) if i == first && stands_alone(words, i) => {
                    found.previous(Leaning::Other);
                }
                _ => {}
            }
            is_after_and = matches!(word.text, "und" | "oder" | "aber" | "sondern" | "doch")
                || is_after_and && word.class.is_none() && !word.is_noun();
            let is_time = |noun: Noun| self.nouns.kind(noun) == Some(Kind::Time);
            has_noun |= word.entity.is_some() || word.noun.is_some_and(|noun| !is_time(noun));
        }
    }

    /// Surnames of persons whose full name stands earlier, and abbreviations.
    fn names(&mut self, index: usize, words: &[Token], found: &mut References) {
        let document = self.document;
        let mut i = 0;
        while let Some(word) = words.get(i) {
            let Some(entity) = word.entity else {
                if word.is_noun() && is_abbreviation(word.text) {
                    self.abbreviation(index, words, i, found);
                }
                i += 1;
                continue;
            };
            let next = words[i..]
                .iter()
                .position(|other| other.entity != Some(entity))
                .map_or(words.len(), |length| i + length);
            if next == i + 1 && is_abbreviation(word.text) {
                self.abbreviation(index, words, i, found);
            }
            let entity = &document.entities[entity];
            let name = &document.text[entity.span];
            let key = terms::name(name);
            let kind = LABELS.iter().position(|label| *label == &*entity.label);
            // A surname refers to the full name, whatever kind of name it was taken for, or to its first mention.
            let first = self.persons.get(&key).copied();
            if kind == Some(0) && (name.contains(' ') || first.is_none()) {
                self.persons.entry(key).or_insert(index);
            }
            if !name.contains(' ') {
                found.sentences.extend(first);
            }
            let introduced = *self.names.entry(key).or_insert(index);
            if let Some(kind) = kind {
                self.last[kind] = Some(introduced);
            }
            i = next;
        }
    }

    /// Remembers an abbreviation in brackets, or depends on the sentence that explains it.
    fn abbreviation(&mut self, index: usize, words: &[Token], i: usize, found: &mut References) {
        let key = hash(words[i].text);
        let is_in_brackets = i > 1 && words[i - 1].text == "(";
        if is_in_brackets {
            let owner = words[i - 2]
                .entity
                .map(|entity| &self.document.entities[entity]);
            let is_party = owner.is_some_and(|owner| &*owner.label == "PER");
            if !is_party {
                self.abbreviations.entry(key).or_insert(index);
            }
        } else if let Some(&explained) = self.abbreviations.get(&key) {
            found.sentences.push(explained);
        }
    }

    /// Definite nouns, and the first mentions of all nouns.
    fn nouns(&mut self, index: usize, words: &[Token], found: &mut References) {
        let first = words.iter().position(|word| !word.is_mark).unwrap_or(0);
        let mut is_reference = vec![false; words.len()];
        for (i, word) in words.iter().enumerate() {
            if !matches!(word.class, Some(Class::Definite | Class::Fused)) {
                continue;
            }
            let Some((head, is_completed)) = bare_noun(words, i) else {
                continue;
            };
            let is_initial = i == first;
            // "Das Treffen in Bonn" says which meeting, but "… dass das Treffen in Bonn beginnt" does not.
            if is_completed
                && (is_initial || words[head].noun.and_then(|noun| self.find(noun)).is_none())
            {
                continue;
            }
            is_reference[head] = true;
            let is_governed = word.class == Some(Class::Fused)
                || i > 0 && words[i - 1].class == Some(Class::Preposition);
            self.refer(index, words, head, (is_initial, is_governed), found);
        }
        for (i, word) in words.iter().enumerate() {
            if let Some(noun) = word.noun {
                self.mention(index, noun, is_reference[i]);
            }
        }
    }

    /// Finds what a definite noun stands for.
    fn refer(
        &mut self,
        index: usize,
        words: &[Token],
        head: usize,
        (is_initial, is_governed): (bool, bool),
        found: &mut References,
    ) {
        let Some(noun) = words[head].noun else {
            return;
        };
        let kind = self.nouns.kind(noun);
        if matches!(kind, Some(Kind::Unique | Kind::Time)) || self.has(&words[..head], noun) {
            return;
        }
        if let Some(mention) = self.find(noun) {
            found.sentences.extend(self.mentions[mention].introduced);
            return;
        }
        let named = |label: usize| {
            let is_here = words[..head].iter().any(|word| {
                let entity = word.entity.map(|entity| &self.document.entities[entity]);
                entity.is_some_and(|entity| &*entity.label == LABELS[label])
            });
            (!is_here).then_some(self.last[label])
        };
        let by_name = match kind {
            Some(Kind::Person) => named(0),
            Some(Kind::Body) => named(1),
            Some(Kind::Place) => named(2),
            Some(Kind::Event) => {
                found.sentences.push(self.lead);
                return;
            }
            Some(Kind::Statement) => {
                if index > self.lead {
                    found.previous(Leaning::Other);
                }
                return;
            }
            _ => {
                if is_initial && index > self.lead {
                    found.previous(Leaning::Other);
                }
                found.is_loose |= !is_governed;
                return;
            }
        };
        match by_name {
            Some(Some(introduced)) => found.sentences.push(introduced),
            Some(None) if index > self.lead && (is_initial || kind == Some(Kind::Person)) => {
                found.previous(Leaning::Other);
            }
            None | Some(None) => {}
        }
    }

    /// Tells whether words have a noun, or a compound with it.
    fn has(&self, words: &[Token], noun: Noun) -> bool {
        let mut others = words.iter().filter_map(|word| word.noun);
        others.any(|other| self.nouns.alike(other, noun))
    }

    /// Finds the first mention of a noun, or of a compound that ends with it: "Beben" after "Erdbeben".
    fn find(&self, noun: Noun) -> Option<usize> {
        let place = self.places.get(&self.nouns.key(noun)).copied();
        place.or_else(|| {
            let mut mentions = self.mentions.iter();
            mentions.position(|mention| self.nouns.is_last_part(noun, mention.noun))
        })
    }

    fn mention(&mut self, index: usize, noun: Noun, is_reference: bool) {
        let next = self.mentions.len();
        if *self.places.entry(self.nouns.key(noun)).or_insert(next) == next {
            self.mentions.push(Mention {
                noun,
                introduced: (!is_reference).then_some(index),
            });
        }
    }

    /// Tells whether a person is named in the words, for whom a pronoun may stand ahead: "In seiner Rede sagte Ida Berg".
    fn names_person(&self, words: &[Token]) -> bool {
        words.iter().any(|word| {
            let entity = word.entity.map(|entity| &self.document.entities[entity]);
            entity.is_some_and(|entity| &*entity.label == "PER")
        })
    }
}

/// Words that link a statement to the one before, and those that compare.
fn links(words: &[Token], found: &mut References) {
    let first = words.iter().position(|word| !word.is_mark).unwrap_or(0);
    for (i, word) in words.iter().enumerate() {
        let before = i
            .checked_sub(1)
            .map(|before| words[before].text)
            .unwrap_or_default();
        let leans = match word.class {
            Some(Class::Link) => {
                word.is_in_main()
                    && !matches!(
                        before,
                        "sondern" | "aber" | "als" | "wie" | "oder" | "und" | "wenn" | "nie"
                    )
            }
            Some(Class::Opener) if i == first => !matches!(
                words.get(i + 1).map(|next| next.text),
                Some("viel" | "viele")
            ),
            Some(Class::Comparative) => i <= first + 2 && before != "unter" && before != "Unter",
            _ => false,
        };
        let is_but = matches!(word.text, "aber" | "dann")
            && i > first
            && word.is_in_main()
            && !matches!(before, "," | "und" | "–")
            && !is_second(words, i);
        let is_later = word.text == "später"
            && (matches!(before, "wenig" | "kurz" | "Wenig" | "Kurz")
                || i > 0 && words[i - 1].is_noun());
        // "sagte Berg weiter", "so Berg weiter"
        let ends_clause = words.get(i + 1).is_none_or(|next| next.is_mark);
        let goes_on = word.text == "weiter"
            && ends_clause
            && i > 1
            && (words[i - 1].is_noun() || words[i - 1].entity.is_some() || before == "es");
        if leans || is_but || is_later && word.is_in_main() || goes_on {
            found.previous(Leaning::Other);
        }
    }
}
