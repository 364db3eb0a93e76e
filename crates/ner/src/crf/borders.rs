//! Where names end: mends the borders of the entities that the tagger found.
//!
//! The tagger knows borders only from the words around them. What is certain about them is mended here: a name has no half
//! pair of brackets or quotes, no emoji and no title; a court and its town are one name; "SPD-Anhänger" and "@anna" are none.

use std::sync::LazyLock;

use super::entity::Entity;
use super::lexicon::{Lexicon, list};
use super::roles;
use super::spelling;
use super::tag::Label;
use super::tails::Tails;

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
    "gerichtshof",
    "bezirksamt",
    "kriminalamt",
    "forstamt",
    "meldeamt",
    "bürgeramt",
    "versorgungsamt",
    "polizei",
    "polizeipräsidium",
    "polizeidirektion",
    "polizeiinspektion",
    "krankenhaus",
    "spital",
    "feuerwehr",
    "ärztekammer",
    "anwaltskammer",
    "arbeiterkammer",
    "wirtschaftskammer",
    "architektenkammer",
    "bezirkshauptmannschaft",
    "stadtverwaltung",
    "kreisverwaltung",
    "justizvollzugsanstalt",
    "staatsministerium",
    "innenministerium",
    "kultusministerium",
    "justizministerium",
    "sozialministerium",
    "umweltministerium",
    "finanzministerium",
    "gesundheitsministerium",
    "wirtschaftsministerium",
    "verkehrsministerium",
    "jugendanwaltschaft",
];
/// The same, abbreviated.
const SHORT_AUTHORITIES: &[&str] = &[
    "LG", "OLG", "VG", "OVG", "VGH", "LAG", "LSG", "StA", "LKA", "JVA", "IHK", "BH",
];

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
    "Baar",
    "Bergstraße",
    "Breisgau",
    "Dill",
    "Donau",
    "Dosse",
    "Eder",
    "Efze",
    "Eifel",
    "Elbe",
    "Ems",
    "Erzgebirge",
    "Fulda",
    "Glan",
    "Harz",
    "Havel",
    "Hohenlohe",
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
    "Münsterland",
    "Nahe",
    "Neckar",
    "Neiße",
    "Niederbayern",
    "Niederlausitz",
    "Nordsee",
    "Oberbayern",
    "Oberlausitz",
    "Oberpfalz",
    "Odenwald",
    "Oder",
    "Ohm",
    "Orla",
    "Oste",
    "Ostsee",
    "Pfalz",
    "Prignitz",
    "Rhein",
    "Rhön",
    "Ruhr",
    "Saale",
    "Saar",
    "Sauerland",
    "Schlei",
    "Schwalm",
    "Schwarzwald",
    "Sieg",
    "Spessart",
    "Spree",
    "Tauber",
    "Taunus",
    "Uckermark",
    "Unstrut",
    "Vogelsberg",
    "Vogtland",
    "Werra",
    "Weser",
    "Westerwald",
    "Westfalen",
    "Wetterau",
    "Wied",
    "Wümme",
    "Wupper",
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
    ("Paderborn", "07"),
    ("Elversberg", "07"),
    ("Bochum", "1848"),
    ("Babelsberg", "03"),
    ("Ingolstadt", "04"),
    ("Burghausen", "1930"),
    ("Altona", "93"),
    ("BVB", "09"),
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

    /// Tells whether an entity starts with its place in a list, "2. RB Leipzig": the sentence has the place before too.
    fn is_ranked(&self, entity: &Entity) -> bool {
        let place = |word: &str| word.strip_suffix('.')?.parse::<u32>().ok();
        let Some(number) = place(self.get(entity.start)) else {
            return false;
        };
        let mut before = self.0[..entity.start]
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

    /// Returns whether an entity is a compound that means persons, or an account or address: "@anna".
    fn is_no_name(&self, entity: &Entity) -> bool {
        if entity.end - entity.start > 1 {
            return false;
        }
        let word = self.get(entity.start);
        if word.contains('@') {
            return true;
        }
        if entity.label == Label::Per {
            return false;
        }
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
        // "1860 München" and "München 1860"
        let before = entity.start.checked_sub(1).map_or("", |at| self.get(at));
        if before == "1860" && self.get(entity.start) == "München" {
            entity.start -= 1;
            entity.label = Label::Org;
        }
    }

    /// Joins names with a part of theirs in brackets or quotes: "Frankfurt (Oder)", "Gerd „Bomber“ Müller".
    fn enclosed(&self, out: &mut Vec<Entity>, first: usize) {
        let mut at = first;
        while let Some(&entity) = out.get(at) {
            at += 1;
            if self.nickname(at - 1, out) {
                continue;
            }
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

    /// Joins a person's name with a nickname of several words in quotes: `Dwayne "The Rock" Johnson`.
    fn nickname(&self, at: usize, out: &mut Vec<Entity>) -> bool {
        const LONGEST: usize = 3;
        let entity = out[at];
        let open = self.get(entity.end);
        if entity.label != Label::Per || open == "(" || !is_opening(open) {
            return false;
        }
        let inner = entity.end + 1;
        let Some(close) =
            (inner + 2..=inner + LONGEST).find(|&close| closes(open, self.get(close)))
        else {
            return false;
        };
        let Some(last) = (at + 1..out.len()).find(|&i| out[i].start > close) else {
            return false;
        };
        let after = out[last];
        if after.label != Label::Per || after.start != close + 1 {
            return false;
        }
        let joined = Entity {
            end: after.end,
            score: entity.score.min(after.score),
            ..entity
        };
        out.splice(at..=last, [joined]);
        true
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
