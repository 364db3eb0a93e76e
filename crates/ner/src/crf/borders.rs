//! Where names end: mends the borders of the entities that the tagger found.
//!
//! The tagger knows borders only from the words around them. What is certain about them is mended here: a name has no half
//! pair of brackets or quotes, no emoji and no title; a court and its town are one name, and so are a first name, a nickname and a
//! surname; "SPD-Anhänger" and "@anna" are none.

use std::sync::LazyLock;

use self::known::{
    ADJECTIVES, AUTHORITIES, CLUBS, COMMON, COUNCILS, DEGREES, LEAGUES, PERSONS, RIVERS,
    SHORT_AUTHORITIES, SHORT_TITLES, TITLES, YEARS,
};
use super::entity::Entity;
use super::lexicon::{Lexicon, list};
use super::roles;
use super::spelling;
use super::tag::Label;
use super::tails::Tails;

mod known;

/// Mends the entities of the sentences of an article; their order is kept.
pub(super) fn mend<S: AsRef<[W]>, W: AsRef<str>>(
    article: &[S],
    found: Vec<Entity>,
    lexicon: &Lexicon,
) -> Vec<Entity> {
    let mut out: Vec<Entity> = Vec::with_capacity(found.len());
    let mut rest = found.into_iter().peekable();
    for (sentence, words) in article.iter().enumerate() {
        let after = article.get(sentence + 1).map(AsRef::as_ref);
        let words = Words {
            words: words.as_ref(),
            is_listed: after.is_some_and(|after: &[W]| {
                let first = after.first().map(AsRef::as_ref);
                first == Some("2.")
            }),
        };
        let first = out.len();
        while let Some(entity) = rest.next_if(|entity| entity.sentence == sentence) {
            words.add(entity, &mut out, first);
        }
        words.roles(&mut out, first, lexicon);
        words.nicknames(&mut out, first, lexicon);
        words.enclosed(&mut out, first);
        words.authorities(sentence, &mut out, first, lexicon);
    }
    out
}

/// The words of a sentence.
struct Words<'a, W> {
    words: &'a [W],
    /// Whether the next sentence starts with "2.", so that "1." at the start of this one is a place in a list.
    is_listed: bool,
}

impl<W: AsRef<str>> Words<'_, W> {
    fn get(&self, at: usize) -> &str {
        self.words.get(at).map_or("", AsRef::as_ref)
    }

    /// Tells whether an entity starts with its place in a list, "2. RB Leipzig": the sentence has the place before too.
    fn is_ranked(&self, entity: &Entity) -> bool {
        let place = |word: &str| word.strip_suffix('.')?.parse::<u32>().ok();
        let Some(number) = place(self.get(entity.start)) else {
            return false;
        };
        let mut before = self.words[..entity.start]
            .iter()
            .filter_map(|word| place(word.as_ref()));
        entity.end - entity.start > 1 && before.any(|other| Some(other) == number.checked_sub(1))
    }

    /// Adds a mended entity to those from `first` on, unless nothing is left of it.
    fn add(&self, mut entity: Entity, out: &mut Vec<Entity>, first: usize) {
        let inside = entity.start..entity.end;
        let is_sign = |at: usize| self.get(at).chars().all(is_sign);
        if inside.clone().any(is_sign) {
            if entity.label == Label::Misc {
                return;
            }
            let start = inside
                .clone()
                .find(|&at| !is_sign(at))
                .unwrap_or(entity.end);
            entity.end = (start..entity.end)
                .find(|&at| is_sign(at))
                .unwrap_or(entity.end);
            entity.start = start;
        }
        if self.is_ranked(&entity) {
            entity.start += 1;
        }
        self.pairs(&mut entity, out, first);
        while entity.label == Label::Per && entity.end - entity.start > 1 {
            let word = self.get(entity.start);
            let is_title = word == "." || TITLES.contains(&word.trim_end_matches('.'));
            if !is_title && !roles::is_role(word) {
                break;
            }
            entity.start += 1;
        }
        if entity.label == Label::Org && entity.end - entity.start > 1 {
            let ordinal = self.get(entity.start).strip_suffix('.').unwrap_or_default();
            let is_ordinal = !ordinal.is_empty() && is_number(ordinal);
            let is_listed =
                entity.start == 0 || matches!(self.get(entity.start - 1), ":" | "," | ";");
            let name = self.get(entity.start + 1);
            let is_first = ordinal == "1" && !(entity.start == 0 && self.is_listed);
            let is_ordered = LEAGUES.contains(&name) || is_first && CLUBS.contains(&name);
            if is_ordinal && is_listed && !is_ordered {
                entity.start += 1;
            }
        }
        self.addresses(&mut entity);
        if entity.start < entity.end && !self.is_no_name(&entity) {
            self.year(&mut entity);
            self.push_parts(entity, out);
        }
    }

    /// Adds an entity, or the names side by side that it consists of: "CDU/CSU".
    fn push_parts(&self, entity: Entity, out: &mut Vec<Entity>) {
        let is_slash = |at: usize| self.get(at) == "/";
        let length = entity.end - entity.start;
        // "Linz/Donau" is one place.
        let are_parts = entity.label != Label::Loc
            && length > 2
            && length % 2 == 1
            && (0..length).all(|at| is_slash(entity.start + at) == (at % 2 == 1));
        if !are_parts {
            out.push(entity);
            return;
        }
        out.extend((0..length).step_by(2).map(|at| Entity {
            start: entity.start + at,
            end: entity.start + at + 1,
            ..entity
        }));
    }

    /// Completes or cuts off half a pair of brackets or quotes.
    fn pairs(&self, entity: &mut Entity, out: &mut Vec<Entity>, first: usize) {
        let mut open: Option<usize> = None;
        for at in entity.start..entity.end {
            let word = self.get(at);
            if open.is_some_and(|open| closes(self.get(open), word)) {
                open = None;
            } else if is_closing(word)
                || entity.start > 0 && closes(self.get(entity.start - 1), word)
            {
                let is_nickname = entity.label == Label::Per
                    && entity.start > 0
                    && closes(self.get(entity.start - 1), word);
                let before = out.len() > first && is_nickname;
                match out.last() {
                    Some(last)
                        if before && last.label == Label::Per && last.end + 1 == entity.start =>
                    {
                        entity.start = last.start;
                        entity.score = entity.score.min(last.score);
                        out.pop();
                    }
                    _ if at + 1 < entity.end => entity.start = at + 1,
                    _ => entity.end = at,
                }
            } else if is_opening(word) {
                open = Some(at);
            }
        }
        if let Some(open) = open {
            let is_residence =
                entity.label == Label::Per && self.get(open) == "(" && open - entity.start > 1;
            if open == entity.start {
                entity.start += 1;
            } else if !is_residence && closes(self.get(open), self.get(entity.end)) {
                entity.end += 1;
            } else {
                entity.end = open;
            }
        }
    }

    /// Cuts off what belongs to an address or to a message, not to the name: a postcode, an account; and of a headline in capitals
    /// the town is the name: "MORD IN GRAZ".
    fn addresses(&self, entity: &mut Entity) {
        let is_postcode = |word: &str| {
            let (_, digits) = word
                .split_once('-')
                .filter(|(country, _)| matches!(*country, "A" | "CH" | "D"))
                .unwrap_or(("", word));
            (4..=5).contains(&digits.len()) && is_number(digits)
        };
        if entity.end - entity.start == 2 && is_postcode(self.get(entity.start)) {
            let is_place = self.get(entity.start).contains('-') || entity.label == Label::Loc;
            if is_place {
                entity.start += 1;
                entity.label = Label::Loc;
            }
        }
        let inside = entity.start..entity.end;
        if let Some(account) = inside.clone().rev().find(|&at| is_address(self.get(at)))
            && entity.end - entity.start > 1
        {
            entity.start = if entity.label == Label::Misc {
                entity.end
            } else {
                account + 1
            };
        }
        let is_loud = |at: usize| {
            let mut letters = self.get(at).chars().filter(|c| c.is_alphabetic());
            letters.all(char::is_uppercase)
        };
        if entity.label == Label::Misc
            && entity.end - entity.start > 2
            && self.get(entity.end - 2) == "IN"
            && inside.clone().all(is_loud)
        {
            entity.start = entity.end - 1;
            entity.label = Label::Loc;
        }
        // "US-Konzern Ford", "AfD-nahe Stiftung"
        if entity.end - entity.start > 1 && is_common(self.get(entity.start)) {
            entity.start += 1;
            if entity.label == Label::Loc {
                entity.label = Label::Org;
            }
        }
    }

    /// Tells bodies from roles before a name: "Bundesrat Guy Parmelin", "PD Eva Kern".
    fn roles(&self, out: &mut Vec<Entity>, first: usize, lexicon: &Lexicon) {
        let mut at = first;
        while let Some(&entity) = out.get(at) {
            let word = self.get(entity.start);
            let is_role = || {
                COUNCILS.contains(&last_part(word))
                    || word == "Altbundesrat"
                    || SHORT_TITLES.contains(&word)
            };
            if entity.label != Label::Org || !is_role() {
                at += 1;
                continue;
            }
            let next = out.get(at + 1);
            let is_before_person = matches!(self.get(entity.end), "Dr" | "Dr.")
                || next.is_some_and(|next| next.label == Label::Per && next.start == entity.end);
            if entity.end - entity.start == 1 && is_before_person {
                out.remove(at);
            } else {
                let name = self.get(entity.start + 1);
                let is_surname = entity.end - entity.start == 2
                    && name.starts_with(char::is_uppercase)
                    && name.chars().skip(1).all(char::is_lowercase)
                    && lexicon.lists(name).0
                        & (list::TOWN | list::CITY | list::COUNTRY | list::PLACE)
                        == 0;
                if is_surname {
                    out[at].start += 1;
                    out[at].label = Label::Per;
                }
                at += 1;
            }
        }
    }

    /// Joins a first name, a nickname in quotes or brackets and a surname, of which the tagger may have found a part:
    /// `Earvin „Magic“ Johnson`, "Anton (Toni) Hofreiter".
    fn nicknames(&self, out: &mut Vec<Entity>, first: usize, lexicon: &Lexicon) {
        let mut at = first;
        while let Some(&entity) = out.get(at) {
            at += 1;
            if entity.label != Label::Per {
                continue;
            }
            let Some((open, close)) = self.nickname(entity) else {
                continue;
            };
            let given = self.get(open - 1);
            let person_at = |token: usize| {
                out[first..].iter().find(|other| {
                    other.label == Label::Per && (other.start..other.end).contains(&token)
                })
            };
            let (before, after) = (person_at(open - 1), person_at(close + 1));
            let surname = self.get(close + 1);
            let is_given = lexicon.lists(given).0 & list::GIVEN > 0;
            let is_surname = after.is_some()
                || before.is_some()
                    && is_given
                    && lexicon.lists(surname).0 & list::SURNAME > 0
                    && surname.starts_with(char::is_uppercase);
            // "Volkmar Maier (Jena) Platz" has a full name before the brackets.
            let is_one = before
                .is_none_or(|before| self.get(open) != "(" || before.start + 1 == open && is_given);
            if !(before.is_some() || is_given) || !is_surname || !is_one {
                continue;
            }
            let joined = Entity {
                start: before.map_or(open - 1, |before| before.start),
                end: after.map_or(close + 2, |after| after.end),
                score: before
                    .or(after)
                    .map_or(entity.score, |other| other.score.min(entity.score)),
                ..entity
            };
            let from = first
                + out[first..]
                    .iter()
                    .take_while(|other| other.end <= joined.start)
                    .count();
            let count = out[from..]
                .iter()
                .take_while(|other| other.start < joined.end)
                .count();
            out.splice(from..from + count, [joined]);
            at = from + 1;
        }
    }

    /// Returns where the marks around a nickname before, behind or at the end of a person's name are.
    fn nickname(&self, entity: Entity) -> Option<(usize, usize)> {
        const LONGEST: usize = 4;
        let ends = |open: usize| {
            let mark = self.get(open);
            let most = if mark == "(" && !is_opening(self.get(open + 1)) {
                1
            } else {
                LONGEST
            };
            let close =
                (open + 2..=open + 1 + most).find(|&close| closes(mark, self.get(close)))?;
            let inner = self.get(open + 1);
            // "Anna (SPD)", "Ida (34)"
            let is_party =
                mark == "(" && !inner.chars().skip(1).any(char::is_lowercase) && !is_opening(inner);
            (!is_party).then_some((open, close))
        };
        if is_opening(self.get(entity.end)) {
            return ends(entity.end);
        }
        let marks = (entity.start..entity.end)
            .rev()
            .chain(entity.start.checked_sub(1))
            .filter(|&close| !self.get(close).starts_with(char::is_alphanumeric));
        for close in marks {
            let opens = (close.saturating_sub(LONGEST + 1)..close.saturating_sub(1)).rev();
            for open in opens {
                if open > 0
                    && is_opening(self.get(open))
                    && ends(open).is_some_and(|found| found.1 == close)
                {
                    return Some((open, close));
                }
            }
        }
        None
    }

    /// Returns whether an entity is a compound that means persons, a degree, or an account or address: "@anna".
    fn is_no_name(&self, entity: &Entity) -> bool {
        if entity.end - entity.start > 1 {
            return false;
        }
        let word = self.get(entity.start);
        if is_address(word) || DEGREES.contains(&word) {
            return true;
        }
        if entity.label == Label::Per {
            return false;
        }
        let last = last_part(word);
        last.len() < word.len() && PERSONS.contains(&last)
            || is_common(word)
            || word == "RT"
            || spelling::gender_sign(word).is_some()
    }

    /// Adds the year to the name of a club: "Darmstadt 98".
    fn year(&self, entity: &mut Entity) {
        let pair = (self.get(entity.end - 1), self.get(entity.end));
        let after = self.get(entity.end + 1);
        if YEARS.contains(&pair) && !after.starts_with(char::is_uppercase) {
            entity.end += 1;
            entity.label = Label::Org;
        }
        // "1860 München" and "München 1860"
        let before = entity.start.checked_sub(1).map_or("", |at| self.get(at));
        if before == "1860" && self.get(entity.start) == "München" {
            entity.start -= 1;
            entity.label = Label::Org;
        }
    }

    /// Joins names with a part of theirs in brackets or quotes: "Frankfurt (Oder)".
    fn enclosed(&self, out: &mut Vec<Entity>, first: usize) {
        let mut at = first;
        while let Some(&entity) = out.get(at) {
            at += 1;
            let [open, part, close] = [0, 1, 2].map(|next| self.get(entity.end + next));
            if !closes(open, close) {
                continue;
            }
            let (inner, end) = (entity.end + 1, entity.end + 3);
            let found = out.get(at).copied();
            let is_found =
                found.is_some_and(|found| found.start == inner && found.end == inner + 1);
            let (end, score) = match entity.label {
                Label::Loc if RIVERS.contains(&part) => (end, 1.0),
                Label::Misc
                    if is_found
                        && open != "("
                        && found.is_some_and(|found| found.label == Label::Misc) =>
                {
                    (end, found.map_or(1.0, |found| found.score))
                }
                _ => continue,
            };
            let joined = Entity {
                end,
                score: entity.score.min(score),
                ..entity
            };
            let last = out[at..]
                .iter()
                .take_while(|entity| entity.start < end)
                .count();
            out.splice(at - 1..at + last, [joined]);
        }
    }

    /// Joins authorities with the towns after them.
    fn authorities(&self, sentence: usize, out: &mut Vec<Entity>, first: usize, lexicon: &Lexicon) {
        for at in 0..self.words.len().saturating_sub(1) {
            // Most words are sorted out by the capital that must follow.
            if !self.get(at + 1).starts_with(char::is_uppercase) || !is_authority(self.get(at)) {
                continue;
            }
            let place = out[first..]
                .iter()
                .position(|entity| entity.end > at)
                .map_or(out.len(), |i| first + i);
            // "die Staatsanwaltschaft Litauens"
            if is_genitive(self.get(at + 1), lexicon) {
                continue;
            }
            // "Industrie- und Handelskammer Köln"
            let is_pair = at > 1 && self.get(at - 1) == "und" && self.get(at - 2).ends_with('-');
            // The tagger may take a hospital for a place.
            if let Some(entity) = out.get_mut(place)
                && entity.start == at
                && entity.end == at + 2
                && entity.label == Label::Loc
            {
                entity.label = Label::Org;
                continue;
            }
            let (start, town) = match out.get(place) {
                // The authority alone was found.
                Some(entity) if entity.start <= at && entity.end == at + 1 => {
                    (entity.start, place + 1)
                }
                Some(entity) if entity.start <= at => continue,
                _ if is_pair => (at - 2, place),
                _ => (at, place),
            };
            let (end, score) = match out.get(town) {
                Some(entity) if entity.start == at + 1 && entity.label == Label::Loc => {
                    (entity.end, entity.score)
                }
                Some(entity) if entity.start == at + 1 => continue,
                _ if is_town(self.get(at + 1), lexicon) => (at + 2, 0.5),
                _ => continue,
            };
            let joined = Entity {
                sentence,
                start,
                end,
                label: Label::Org,
                score,
            };
            let last = out[place..]
                .iter()
                .take_while(|entity| entity.start < end)
                .count();
            out.splice(place..place + last, [joined]);
        }
    }
}

/// Returns whether a word is the genitive of a name, for countries even if that is listed itself: "Deutschlands".
fn is_genitive(word: &str, lexicon: &Lexicon) -> bool {
    lexicon.lists(word).1
        || word
            .strip_suffix('s')
            .is_some_and(|stem| lexicon.lists(stem).0 & list::COUNTRY > 0)
}

/// Returns whether a word is a river or region that tells towns of one name apart.
pub(super) fn is_river(word: &str) -> bool {
    RIVERS.contains(&word)
}

fn is_town(word: &str, lexicon: &Lexicon) -> bool {
    word.starts_with(char::is_uppercase) && lexicon.lists(word).0 & (list::TOWN | list::CITY) > 0
}

fn is_authority(word: &str) -> bool {
    static TAILS: LazyLock<Tails> = LazyLock::new(|| Tails::new(AUTHORITIES));
    if word.len() < 4 {
        return SHORT_AUTHORITIES.contains(&word);
    }
    // "des Amtsgerichts", "des Amtsgerichtes"
    let stems = [Some(word), word.strip_suffix('s'), word.strip_suffix("es")];
    stems.into_iter().flatten().any(|stem| {
        TAILS.may_end(stem) && {
            let lower = stem.to_lowercase();
            lower != "gericht" && AUTHORITIES.iter().any(|end| lower.ends_with(end))
        }
    })
}

/// Returns whether a character is an emoji, a star, an arrow or the like.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{FE0E}' | '\u{FE0F}' | '\u{200D}' | '\u{20E3}'
            | '\u{E0020}'..='\u{E007F}' | '•' | '·'
    )
}

pub(super) fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a word is an account, a page or a mail address.
fn is_address(word: &str) -> bool {
    word.contains('@')
        || word.contains(".com")
        || word.contains(".de/")
        || word.contains(".at/")
        || word.contains(".ch/")
}

/// Returns what follows the last hyphen of a word, or the word.
fn last_part(word: &str) -> &str {
    word.rsplit(['-', '\u{2010}', '\u{2011}'])
        .next()
        .unwrap_or_default()
}

/// Returns whether a word is a compound with a name that is no name itself: "US-Konzern", "AfD-nahe".
fn is_common(word: &str) -> bool {
    let last = last_part(word);
    if last.len() == word.len() {
        return false;
    }
    if last.starts_with(char::is_lowercase) {
        let stems = ["", "e", "en", "er", "es", "em"]
            .iter()
            .filter_map(|ending| last.strip_suffix(ending));
        return stems.into_iter().any(|stem| ADJECTIVES.contains(&stem));
    }
    matches!(word.get(..2), Some("US" | "UN" | "EU"))
        && word.len() - last.len() < 6
        && COMMON.contains(&last)
}

fn is_opening(word: &str) -> bool {
    matches!(
        word,
        "(" | "[" | "„" | "»" | "«" | "‚" | "›" | "‹" | "\"" | "“"
    )
}

fn is_closing(word: &str) -> bool {
    matches!(word, ")" | "]" | "”")
}

fn closes(open: &str, close: &str) -> bool {
    match open {
        "(" => close == ")",
        "[" => close == "]",
        "„" | "“" => matches!(close, "“" | "”"),
        "»" => close == "«",
        "«" => close == "»",
        "‚" => matches!(close, "‘" | "’"),
        "›" => close == "‹",
        "‹" => close == "›",
        "\"" => close == "\"",
        _ => false,
    }
}
