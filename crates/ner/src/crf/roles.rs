//! Surnames that are common nouns, after a role: "Stürmer König", "der Zeuge Schwarz".

use std::sync::LazyLock;

use super::lexicon::{Lexicon, list};
use super::tag::{Label, TAGS, Tag};
use super::tails::Tails;

/// How far a role moves the score of a person.
const PUSH: f32 = 6.0;

/// Roles that stand before a surname; also the last parts of longer ones ("Außenminister").
const ROLES: &[&str] = &[
    "abgeordnete",
    "abgeordneter",
    "äbtissin",
    "aktivist",
    "aktivistin",
    "analyst",
    "analystin",
    "angeklagte",
    "angeklagter",
    "anwalt",
    "anwältin",
    "apotheker",
    "architekt",
    "architektin",
    "arzt",
    "ärztin",
    "astronaut",
    "astronautin",
    "autor",
    "autorin",
    "bäcker",
    "bäuerin",
    "beschuldigte",
    "beschuldigter",
    "besitzer",
    "besitzerin",
    "bildhauer",
    "bildhauerin",
    "bischof",
    "brandmeister",
    "bundesrat",
    "bürgermeister",
    "bürgermeisterin",
    "chef",
    "chefin",
    "dekan",
    "dirigent",
    "dompropst",
    "ermittler",
    "ermittlerin",
    "experte",
    "expertin",
    "fahrer",
    "fahrerin",
    "forscher",
    "forscherin",
    "fotograf",
    "fotografin",
    "führer",
    "führerin",
    "gastronom",
    "geiger",
    "geigerin",
    "gemeinderat",
    "geschädigte",
    "gouverneur",
    "gutachter",
    "gutachterin",
    "händlerin",
    "hauptmann",
    "hausmeister",
    "hausmeisterin",
    "historiker",
    "historikerin",
    "hofrat",
    "inhaber",
    "inhaberin",
    "inspektor",
    "inspektorin",
    "intendant",
    "intendantin",
    "journalist",
    "journalistin",
    "jurist",
    "juristin",
    "kämmerer",
    "kämmerin",
    "kandidat",
    "kandidatin",
    "kantonsrat",
    "kanzler",
    "kanzlerin",
    "kapitän",
    "kardinal",
    "keeper",
    "kläger",
    "klägerin",
    "kollege",
    "kollegin",
    "kommandant",
    "kommissar",
    "kommissarin",
    "komponist",
    "komponistin",
    "landeshauptfrau",
    "landesrat",
    "landrat",
    "lehrer",
    "lehrerin",
    "leiter",
    "leiterin",
    "leutnant",
    "libero",
    "linksaußen",
    "malerin",
    "manager",
    "managerin",
    "mediziner",
    "medizinerin",
    "metzger",
    "metzgerin",
    "minister",
    "ministerin",
    "moderator",
    "moderatorin",
    "nachbar",
    "nachbarin",
    "nationalrat",
    "oberst",
    "obfrau",
    "obmann",
    "ökonom",
    "ökonomin",
    "ologe",
    "ologin",
    "pastor",
    "pastorin",
    "pfarrer",
    "pfarrerin",
    "physiker",
    "physikerin",
    "pianist",
    "pianistin",
    "pilot",
    "pilotin",
    "politiker",
    "politikerin",
    "polizist",
    "polizistin",
    "präses",
    "präsident",
    "präsidentin",
    "professor",
    "professorin",
    "prokurist",
    "prokuristin",
    "rabbiner",
    "rätin",
    "rechtsaußen",
    "redakteur",
    "redakteurin",
    "regierungsrat",
    "regisseur",
    "regisseurin",
    "rektor",
    "rektorin",
    "reporter",
    "reporterin",
    "richter",
    "richterin",
    "sachverständige",
    "sachverständiger",
    "sänger",
    "sängerin",
    "schreiner",
    "schwester",
    "sekretär",
    "sekretärin",
    "senator",
    "senatorin",
    "sopranistin",
    "spieler",
    "spielerin",
    "sprecher",
    "sprecherin",
    "staatsrat",
    "stadtrat",
    "ständerat",
    "stürmer",
    "stürmerin",
    "tenor",
    "tischler",
    "torfrau",
    "torhüter",
    "torhüterin",
    "torwart",
    "trainer",
    "trainerin",
    "unternehmer",
    "unternehmerin",
    "verdächtige",
    "verdächtiger",
    "verfassungsschützer",
    "verkäufer",
    "verkäuferin",
    "verteidiger",
    "verteidigerin",
    "vikar",
    "vikarin",
    "vorsitzende",
    "vorsitzender",
    "wachtmeister",
    "winzer",
    "winzerin",
    "wirt",
    "wirtin",
    "zeuge",
    "zeugin",
];

/// Titles that stand before a given name: "Papst Franziskus".
const MONARCHS: &[&str] = &[
    "Papst",
    "König",
    "Königin",
    "Kaiser",
    "Kaiserin",
    "Kronprinz",
    "Kronprinzessin",
    "Prinz",
    "Prinzessin",
    "Fürst",
    "Herzog",
    "Sultan",
    "Zar",
];

/// Words that start a clause whose verb is last.
const SUBORDINATORS: &[&str] = &[
    "weil", "Weil", "dass", "Dass", "wenn", "Wenn", "ob", "Ob", "obwohl", "Obwohl", "während",
    "nachdem", "Nachdem", "bevor", "Bevor", "damit", "sodass", "falls", "Falls", "sobald",
    "solange",
];

/// Moves the scores of surnames after a role toward a person.
pub(super) fn push<W: AsRef<str>>(words: &[W], lexicon: &Lexicon, scores: &mut [[f32; TAGS]]) {
    for (at, pair) in words.windows(2).enumerate() {
        let [role, name] = [pair[0].as_ref(), pair[1].as_ref()];
        if !name.starts_with(char::is_uppercase) || !role.starts_with(char::is_uppercase) {
            continue;
        }
        let is_monarch = MONARCHS.contains(&role);
        let is_address = matches!(role, "Frau" | "Herr" | "Herrn");
        if !is_monarch && !is_address && !is_role(role) {
            continue;
        }
        // "Joseph Kardinal Ratzinger" is one name.
        let before = at
            .checked_sub(1)
            .map_or("", |before| words[before].as_ref());
        if lexicon.lists(before).0 & list::GIVEN > 0 {
            continue;
        }
        let after = words.get(at + 2).map_or("", AsRef::as_ref);
        let (lists, is_genitive) = lexicon.lists(name);
        let uses = lexicon.uses(name).map_or([0; 4], |record| record.uses);
        let kind = if is_monarch {
            list::GIVEN
        } else {
            list::SURNAME
        };
        // "…, weil der Trainer Ruhe bewahrt": the noun may be the object of a verb at the end.
        let is_subordinate = words[at.saturating_sub(3)..at]
            .iter()
            .any(|word| SUBORDINATORS.contains(&word.as_ref()));
        let is_surname = lists & kind > 0
            && !is_subordinate
            && !is_genitive
            && uses[Label::Loc as usize] <= uses[Label::Per as usize]
            && name.chars().count() > 2
            && name.chars().skip(1).all(char::is_lowercase)
            && !is_role(name);
        // "Trainer Wolf Hansen" is for the tagger to read.
        if is_surname && !after.starts_with(char::is_uppercase) {
            scores[at + 1][Tag::begin(Label::Per).index()] += PUSH;
        }
    }
}

/// Returns whether a word is a role.
pub(super) fn is_role(word: &str) -> bool {
    static TAILS: LazyLock<Tails> = LazyLock::new(|| Tails::new(ROLES));
    TAILS.may_end(word) && {
        let lower = word.to_lowercase();
        ROLES.iter().any(|role| lower.ends_with(role))
    }
}
