//! Decides what a full stop may do, by the words around it.

use super::clause::{Before, Clauses};
use super::mark::{First, Mark, Next};
use super::sentence::{Sentence, last_word};
use super::stop::Stop;
use super::words::{Abbreviation, Abbreviations, Words, is_clipped, is_roman, is_unspoken};

/// Judges full stops.
pub(super) struct Judge {
    abbreviations: Abbreviations,
    words: Words,
    clauses: Clauses,
}

impl Judge {
    /// Returns a judge that knows the built-in words plus `abbreviations`, which never end a sentence.
    pub(super) fn new(abbreviations: &[String]) -> Self {
        Self {
            abbreviations: Abbreviations::new(abbreviations),
            words: Words::new(),
            clauses: Clauses::new(),
        }
    }

    /// Returns whether the word after a mark is capitalized because it starts a sentence.
    pub(super) fn is_starter(&self, mark: &Mark) -> bool {
        self.words.starters.has(mark.next.word) && !mark.next.rest.starts_with(['.', '-'])
    }

    /// Returns whether the noun after a mark starts a clause of its own.
    pub(super) fn starts_clause(&self, sentence: &Sentence, mark: &Mark, before: Before) -> bool {
        mark.next.first == First::Capital
            && self
                .clauses
                .meet(sentence.before(mark.start), &mark.next, before)
    }

    /// Returns whether the exclamation mark after a word is part of the word.
    pub(super) fn is_exclaimed(&self, word: &str) -> bool {
        self.words.exclaimed.has(word)
    }

    /// Decides what the full stop of a mark may do.
    pub(super) fn stop(&self, sentence: &Sentence, mark: &Mark) -> Stop {
        let token = sentence.word_before(mark);
        let at = mark.start - token.len();
        let head = sentence.before(at);
        let last = last_part(token);
        if last.is_empty() {
            return Stop::Always;
        }
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return match self.number(head, token, last, mark) {
                Stop::BeforeClause if self.starts_clause(sentence, mark, Before::Number) => {
                    Stop::Always
                }
                Stop::BeforeClause => Stop::Never,
                stop => stop,
            };
        }
        if let Some(stop) = self.abbreviation(sentence, mark, token) {
            return stop;
        }
        let is_label = last.chars().nth(1).is_none() || is_roman(last);
        if is_label && last == token && sentence.starts_at(at) {
            // The label of a list item: "II. Die Ziele".
            return Stop::Never;
        }
        let is_title = sentence.starts_at(at)
            && mark.next.rest.starts_with('.')
            && last.len() < 7
            && last.chars().filter(|c| c.is_uppercase()).nth(1).is_some();
        if is_title && self.abbreviations.get(mark.next.word) == Some(Abbreviation::Inside) {
            // "MR. Dr. Huber"
            return Stop::Never;
        }
        if head.ends_with(['(', '[']) && !sentence.starts_at(at) {
            // A single word between an opening bracket and a full stop: "(griech. Naos)".
            return Stop::BeforeStarter;
        }
        if token.contains('°') || head.ends_with('°') {
            return Stop::Always;
        }
        self.other(head, last, mark)
    }

    /// Decides for a word that is a listed abbreviation or the end of one: "z. B.", "Dipl.-Ing."
    fn abbreviation(&self, sentence: &Sentence, mark: &Mark, token: &str) -> Option<Stop> {
        let mut at = mark.start - token.len();
        let mut parts = 0;
        let mut longest = None;
        while let Some(rest) = sentence.before(at).trim_end().strip_suffix('.') {
            let part = last_word(rest);
            parts += 1;
            if part.is_empty() || part.chars().count() > 4 || parts > 3 {
                break;
            }
            at = sentence.start + rest.len() - part.len();
            if let Some(found) = self.look_up(sentence, at, mark.start) {
                longest = Some(found);
            }
        }
        if let Some(found) = longest {
            return Some(found.before(&mark.next));
        }
        let last = last_part(token);
        if self.abbreviations.is_unit(last)
            && self.is_amount(sentence.before(mark.start - last.len()))
        {
            return Some(Abbreviation::Open.before(&mark.next));
        }
        let found = self
            .look_up(sentence, mark.start - token.len(), mark.start)
            .or_else(|| {
                let is_word = last.len() < token.len() && last.chars().nth(1).is_some();
                is_word.then(|| self.abbreviations.get(last)).flatten()
            })
            .or_else(|| self.compound(last))?;
        if found == Abbreviation::Factor && self.is_measure(&mark.next) {
            return Some(Stop::Never);
        }
        Some(found.before(&mark.next))
    }

    /// Returns what the stop of a compound with a capital inside may do, by its last part: `LAbg.`, `BezInsp.`
    fn compound(&self, word: &str) -> Option<Abbreviation> {
        let (at, _) = word
            .char_indices()
            .skip(1)
            .filter(|(_, c)| c.is_uppercase())
            .last()?;
        self.abbreviations
            .get(word.get(at..)?)
            .filter(|&found| found == Abbreviation::Inside)
    }

    /// Returns whether a text ends in a number, in digits or as a word.
    fn is_amount(&self, head: &str) -> bool {
        let head = head.trim_end();
        let is_number =
            |word: &str| word.ends_with(char::is_numeric) || self.words.amounts.has(word);
        // "2 Mio. Fr."
        let factor = head.strip_suffix('.').map_or("", last_word);
        is_number(last_word(head))
            || self.abbreviations.get(factor) == Some(Abbreviation::Factor)
            || factor == "Mia"
    }

    fn look_up(&self, sentence: &Sentence, start: usize, end: usize) -> Option<Abbreviation> {
        let word = sentence.line.get(start..end)?;
        if sentence.starts_at(start) {
            self.abbreviations.get_first(word)
        } else {
            self.abbreviations.get(word).filter(|&found| {
                found != Abbreviation::Namesake || self.has_article(sentence.before(start))
            })
        }
    }

    /// Returns whether the next word is what a number counts: "3 Mrd. US-Dollar", "2 Mrd. kWh".
    fn is_measure(&self, next: &Next) -> bool {
        let rest = next.rest.strip_prefix('-').unwrap_or_default();
        let end = rest.find(|c: char| !c.is_alphanumeric());
        let last = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        [next.word, last].into_iter().any(|word| {
            self.words.measures.has(word)
                || self.abbreviations.get(word) == Some(Abbreviation::Word)
        })
    }

    /// Returns whether a text ends in an article, or in a preposition that needs none: "der Bayer. Landtag", "laut Stat.
    /// Bundesamt"; without one, these words are names.
    fn has_article(&self, head: &str) -> bool {
        let before = letters_before(head).to_lowercase();
        before == "laut" || self.words.ordering.has(&before)
    }

    /// Decides for a word that is not listed but may look like an abbreviation.
    fn other(&self, head: &str, last: &str, mark: &Mark) -> Stop {
        let next = &mark.next;
        let is_letter = last.chars().nth(1).is_none();
        if is_letter && next.word.chars().count() == 1 && next.rest.starts_with('.') {
            // "J. R. R. Tolkien"
            return Stop::Never;
        }
        if is_letter || is_roman(last) {
            // "Plan B" and "Hartz IV" end a sentence; "Thomas K." and "Ludwig XIV." need not.
            // "20 m" and "Kat. A" end a sentence as well.
            let short = head.trim_end().strip_suffix('.').map_or("", last_word);
            let is_measure =
                matches!(last, "m" | "l" | "t" | "g" | "h" | "s") && self.is_amount(head);
            let is_label = short.len() > 1 && self.words.counted_short.has(short);
            return if is_measure || is_label || self.words.counted.has(letters_before(head)) {
                Stop::Always
            } else {
                Stop::BeforeClause
            };
        }
        // No sentence starts with a Roman numeral, so "Ptol. III" needs no list of all abbreviations.
        if last.starts_with(char::is_uppercase) && self.words.tails.ends(last) {
            return Stop::Never;
        }
        let is_numeral = next.word.len() > 1 && !next.rest.starts_with('.') && is_roman(next.word);
        let is_street = last.len() > 4
            && (last.ends_with("str") || last.ends_with("pl") && next.first == First::Digit);
        if is_numeral || is_street || is_clipped(last) || is_unspoken(last) {
            Stop::BeforeClause
        } else {
            Stop::Always
        }
    }

    /// Returns whether the last word of a text is second in its clause, as a verb is.
    fn is_second(&self, head: &str, word: &str) -> bool {
        let front = head.strip_suffix(word).unwrap_or_default().trim_end();
        let first = letters_before(front);
        let is_first = front.trim_start_matches(|c: char| !c.is_alphanumeric()) == first;
        is_first && self.clauses.is_second(first, word, 1)
    }

    /// Decides for a number: its stop marks an ordinal ("am 3."), or ends the sentence.
    ///
    /// `last` is the part of `token` after its last dot or dash, and `head` is the text before `token`.
    fn number(&self, head: &str, token: &str, last: &str, mark: &Mark) -> Stop {
        let next = &mark.next;
        let head = head.trim_end();
        let front = token.strip_suffix(last).unwrap_or_default();
        let is_first = front.is_empty() && !head.contains(char::is_alphanumeric);
        if is_first || head.ends_with([':', ';']) {
            // The number of a list item.
            return Stop::Never;
        }
        if last.len() > 3 || !last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Stop::Always;
        }
        if self.words.months.has(next.word) && last.len() < 3 {
            return Stop::Never;
        }
        let word = letters_before(head);
        let orders = self.words.ordering.has(word) || self.words.ordering.has(&word.to_lowercase());
        if let Some(day) = front.strip_suffix('.') {
            // "3.10." may be a date and "100.000." an ordinal; "10.30" is a value.
            let is_date = is_up_to(day, 31) && is_up_to(last, 12);
            let is_rank = last.len() == 3 && orders && next.first == First::Capital;
            return if is_date || is_rank {
                Stop::BeforeStarter
            } else {
                Stop::Always
            };
        }
        // "19./20." and "5.-7." are ordinals; "1939-45", "2:1", "Covid-19" and "A4" are not.
        let range = front
            .trim_end_matches(['-', '–', '/'])
            .trim_end_matches('.');
        if !front.is_empty() && !is_up_to(range, 31) {
            return Stop::Always;
        }
        if next.first == First::Digit {
            let is_year = next.word.len() == 4 && !head.ends_with('.');
            return if is_year { Stop::Always } else { Stop::Never };
        }
        if self.is_starter(mark) {
            return Stop::BeforeStarter;
        }
        // "Mainz 05" ends a sentence, "(82. Kane)" does not.
        if last.starts_with('0') {
            return Stop::Always;
        }
        // "die Plätze 3 und 4"
        let is_pair = matches!(word, "und" | "oder" | "bis")
            && head
                .strip_suffix(word)
                .is_some_and(|head| head.trim_end().ends_with(|c: char| c.is_ascii_digit()));
        if is_pair && !self.words.ordered.has(next.word) {
            return Stop::BeforeClause;
        }
        let is_minute = head.ends_with('(');
        if matches!(word, "ab" | "bis") && !self.words.ordered.has(next.word) {
            // "frei ab 16"
            return Stop::BeforeClause;
        }
        if is_minute || orders || self.words.ordered.has(next.word) || last == "1" && next.lists() {
            return Stop::Never;
        }
        let is_noun = word.starts_with(char::is_uppercase);
        let is_genitive = is_noun && word.ends_with('s');
        let short = head.strip_suffix('.').map_or("", last_word);
        if self.words.counted.has(word)
            || self.words.counted_short.has(short)
            || is_noun && !is_genitive
        {
            return Stop::Always;
        }
        // After a genitive even a high number is an ordinal: "Merkels 100. Reise".
        // "die untergebrachte 12. Klasse"
        let is_adjective = word.len() > 4
            && ["e", "en", "er", "es", "em"]
                .iter()
                .any(|ending| word.ends_with(ending))
            && !self.words.amounts.has(word)
            && !self.words.uninflected.has(word)
            && !self.clauses.verbs.is_listed(word)
            && !self.is_second(head, word);
        if is_genitive || is_adjective {
            Stop::Never
        } else if is_up_to(last, 31) {
            Stop::BeforeClause
        } else {
            Stop::Always
        }
    }
}

/// Returns the part of a word after its last dot, dash or the like.
fn last_part(word: &str) -> &str {
    word.rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
}

/// Returns the letters at the end of a text, ignoring trailing white space.
fn letters_before(text: &str) -> &str {
    last_part(text.trim_end())
}

/// Returns whether digits are a number from 1 to `most`.
fn is_up_to(digits: &str, most: u16) -> bool {
    digits
        .parse()
        .is_ok_and(|value| (1..=most).contains(&value))
}
