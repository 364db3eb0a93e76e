//! Where names end: mends the borders of the entities that the tagger found.
//!
//! The tagger knows borders only from the words around them. What is certain about them is mended here: a name has no half
//! pair of brackets or quotes, no emoji and no title; a court and its town are one name; "SPD-Anhänger" is none.

use super::entity::Entity;
use super::lexicon::{Lexicon, list};
use super::spelling;
use super::tag::Label;

/// Titles before a person's name.
const TITLES: &[&str] = &[
    "Dr",
    "Prof",
    "Mag",
    "Dipl",
    "Dipl.-Ing",
    "Ing",
    "Univ.-Prof",
    "Priv.-Doz",
    "PD",
    "DDr",
    "MMag",
    "Lic",
    "Dres",
    "med",
    "phil",
    "jur",
    "iur",
    "rer",
    "nat",
    "pol",
    "theol",
    "habil",
    "h",
    "c",
    "mult",
    "h.c",
    "Herr",
    "Herrn",
    "Frau",
    "Hr",
    "Hrn",
    "Fr",
];

/// The ends of the names of authorities, which are followed by their town.
const AUTHORITIES: &[&str] = &[
    "gericht",
    "staatsanwaltschaft",
    "finanzamt",
    "gesundheitsamt",
    "jugendamt",
    "landratsamt",
    "ordnungsamt",
    "standesamt",
    "bauamt",
    "arbeitsamt",
    "sozialamt",
    "zollamt",
    "umweltamt",
    "veterinäramt",
    "schulamt",
    "polizeipräsidium",
    "polizeidirektion",
    "polizeiinspektion",
    "klinikum",
    "universitätsklinik",
    "uniklinik",
    "handelskammer",
    "handwerkskammer",
    "arbeitsagentur",
    "jobcenter",
    "regierungspräsidium",
    "universität",
    "hochschule",
];
/// The same, abbreviated.
const SHORT_AUTHORITIES: &[&str] = &["LG", "OLG", "VG", "OVG", "VGH", "LAG", "LSG", "StA"];

/// The last parts of compounds that mean persons: "SPD-Anhänger" names no one.
const PERSONS: &[&str] = &[
    "Anhänger",
    "Anhängern",
    "Anhängerin",
    "Anhängerinnen",
    "Bürger",
    "Bürgern",
    "Bürgerin",
    "Bürgerinnen",
    "Fan",
    "Fans",
    "Gegner",
    "Gegnern",
    "Gegnerin",
    "Gegnerinnen",
    "Mitglied",
    "Mitglieder",
    "Mitgliedern",
    "Wähler",
    "Wählern",
    "Wählerin",
    "Wählerinnen",
];

/// Rivers and regions that tell towns of one name apart: "Frankfurt (Oder)".
const RIVERS: &[&str] = &[
    "Ahr",
    "Aisch",
    "Aller",
    "Allgäu",
    "Altmark",
    "Dill",
    "Donau",
    "Dosse",
    "Eder",
    "Eifel",
    "Elbe",
    "Ems",
    "Erzgebirge",
    "Fulda",
    "Harz",
    "Havel",
    "Holstein",
    "Hunsrück",
    "Inn",
    "Isar",
    "Lahn",
    "Lausitz",
    "Leine",
    "Main",
    "Mark",
    "Mosel",
    "Mulde",
    "Neckar",
    "Neiße",
    "Oberlausitz",
    "Oberpfalz",
    "Oder",
    "Odenwald",
    "Orla",
    "Pfalz",
    "Rhein",
    "Ruhr",
    "Saale",
    "Saar",
    "Schlei",
    "Sieg",
    "Spree",
    "Unstrut",
    "Uckermark",
    "Vogtland",
    "Werra",
    "Weser",
    "Westerwald",
    "Westfalen",
    "Wümme",
];

/// Clubs that have a year in their names.
const YEARS: &[(&str, &str)] = &[
    ("Darmstadt", "98"),
    ("Hannover", "96"),
    ("Schalke", "04"),
    ("Mainz", "05"),
    ("Leverkusen", "04"),
    ("Schweinfurt", "05"),
    ("Homburg", "08"),
    ("Villingen", "08"),
    ("Ulm", "1846"),
    ("Lichtenberg", "47"),
    ("Meppen", "1912"),
];

/// Words after an ordinal that is part of a club's or a league's name: "1. FC Köln", "2. Bundesliga".
const ORDERED: &[&str] = &[
    "FC",
    "FFC",
    "FSV",
    "SC",
    "SV",
    "CfR",
    "VfL",
    "BC",
    "HFC",
    "TSV",
    "Bundesliga",
    "Liga",
];

/// Mends the entities of the sentences of an article; their order is kept.
pub(super) fn mend<S: AsRef<[W]>, W: AsRef<str>>(
    article: &[S],
    found: Vec<Entity>,
    lexicon: &Lexicon,
) -> Vec<Entity> {
    let mut out: Vec<Entity> = Vec::with_capacity(found.len());
    let mut rest = found.into_iter().peekable();
    for (sentence, words) in article.iter().enumerate() {
        let words = Words(words.as_ref());
        let first = out.len();
        while let Some(entity) = rest.next_if(|entity| entity.sentence == sentence) {
            words.add(entity, &mut out, first);
        }
        words.enclosed(&mut out, first);
        words.authorities(sentence, &mut out, first, lexicon);
    }
    out
}

/// The words of a sentence.
struct Words<'a, W>(&'a [W]);

impl<W: AsRef<str>> Words<'_, W> {
    fn get(&self, at: usize) -> &str {
        self.0.get(at).map_or("", AsRef::as_ref)
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
        self.pairs(&mut entity, out, first);
        while entity.label == Label::Per
            && entity.end - entity.start > 1
            && TITLES.contains(&self.get(entity.start).trim_end_matches('.'))
        {
            entity.start += 1;
        }
        if entity.label == Label::Org && entity.end - entity.start > 1 {
            let ordinal = self.get(entity.start).strip_suffix('.').unwrap_or_default();
            let is_ordinal =
                !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
            let is_listed =
                entity.start == 0 || matches!(self.get(entity.start - 1), ":" | "," | ";");
            if is_ordinal && is_listed && !ORDERED.contains(&self.get(entity.start + 1)) {
                entity.start += 1;
            }
        }
        if entity.start < entity.end && !self.is_no_name(&entity) {
            self.year(&mut entity);
            out.push(entity);
        }
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

    /// Returns whether an entity is a compound that means persons.
    fn is_no_name(&self, entity: &Entity) -> bool {
        if entity.end - entity.start > 1 || entity.label == Label::Per {
            return false;
        }
        let word = self.get(entity.start);
        let last = word
            .rsplit(['-', '\u{2010}', '\u{2011}'])
            .next()
            .unwrap_or_default();
        last.len() < word.len() && PERSONS.contains(&last) || spelling::gender_sign(word).is_some()
    }

    /// Adds the year to the name of a club: "Darmstadt 98".
    fn year(&self, entity: &mut Entity) {
        let pair = (self.get(entity.end - 1), self.get(entity.end));
        let after = self.get(entity.end + 1);
        if YEARS.contains(&pair) && !after.starts_with(char::is_uppercase) {
            entity.end += 1;
            entity.label = Label::Org;
        }
    }

    /// Joins names with a part of theirs in brackets or quotes: "Frankfurt (Oder)", "Gerd „Bomber“ Müller".
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
            let after = out.get(at + usize::from(is_found)).copied();
            let (end, score) = match entity.label {
                // "Volkmar Maier (Jena)" is no nickname.
                Label::Per
                    if open == "(" && entity.end - entity.start > 1
                        || is_found && found.is_some_and(|found| found.label == Label::Loc) =>
                {
                    continue;
                }
                Label::Per => match after {
                    Some(after) if after.label == Label::Per && after.start == end => {
                        (after.end, after.score)
                    }
                    _ => continue,
                },
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
        for at in 0..self.0.len().saturating_sub(1) {
            // Most words are sorted out by the capital that must follow.
            if !self.get(at + 1).starts_with(char::is_uppercase) || !is_authority(self.get(at)) {
                continue;
            }
            let place = out[first..]
                .iter()
                .position(|entity| entity.end > at)
                .map_or(out.len(), |i| first + i);
            // "die Staatsanwaltschaft Litauens"
            if lexicon.lists(self.get(at + 1)).1 {
                continue;
            }
            // "Industrie- und Handelskammer Köln"
            let is_pair = at > 1 && self.get(at - 1) == "und" && self.get(at - 2).ends_with('-');
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

fn is_town(word: &str, lexicon: &Lexicon) -> bool {
    word.starts_with(char::is_uppercase) && lexicon.lists(word).0 & (list::TOWN | list::CITY) > 0
}

fn is_authority(word: &str) -> bool {
    if !word.starts_with(char::is_uppercase) {
        return false;
    }
    let lower = word.to_lowercase();
    let bare = lower
        .strip_suffix("es")
        .filter(|bare| bare.ends_with("gericht"))
        .unwrap_or(&lower);
    SHORT_AUTHORITIES.contains(&word)
        || AUTHORITIES.iter().any(|end| {
            let is_one = |word: &str| word.ends_with(end) && word != "gericht";
            is_one(bare) || bare.strip_suffix('s').is_some_and(is_one)
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
