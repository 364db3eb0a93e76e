//! Surnames that are common nouns, after a role: "Stürmer König", "der Zeuge Schwarz".

use super::lexicon::{Lexicon, list};
use super::tag::{Label, TAGS, Tag};

/// How far a role moves the score of a person.
const PUSH: f32 = 6.0;

/// Roles that stand before a surname; also the last parts of longer ones ("Außenminister").
const ROLES: &[&str] = &[
    "abgeordnete",
    "abgeordneter",
    "angeklagte",
    "angeklagter",
    "anwalt",
    "anwältin",
    "apotheker",
    "arzt",
    "ärztin",
    "außenminister",
    "autor",
    "autorin",
    "bäcker",
    "bischof",
    "bürgermeister",
    "bürgermeisterin",
    "chef",
    "chefin",
    "dirigent",
    "direktor",
    "direktorin",
    "forscher",
    "forscherin",
    "gouverneur",
    "innenminister",
    "kanzler",
    "kanzlerin",
    "kapitän",
    "kardinal",
    "keeper",
    "kläger",
    "klägerin",
    "kollege",
    "kollegin",
    "kommissar",
    "kommissarin",
    "landrat",
    "landrätin",
    "lehrer",
    "lehrerin",
    "leiter",
    "leiterin",
    "manager",
    "managerin",
    "minister",
    "ministerin",
    "mittelfeldspieler",
    "nachbar",
    "nachbarin",
    "nationalrat",
    "pfarrer",
    "pfarrerin",
    "polizist",
    "polizistin",
    "präsident",
    "präsidentin",
    "professor",
    "professorin",
    "regisseur",
    "regisseurin",
    "richter",
    "richterin",
    "sänger",
    "sängerin",
    "schauspieler",
    "schauspielerin",
    "schwester",
    "sekretär",
    "senator",
    "senatorin",
    "spieler",
    "spielerin",
    "sprecher",
    "sprecherin",
    "staatsanwalt",
    "staatsanwältin",
    "stürmer",
    "stürmerin",
    "torhüter",
    "torhüterin",
    "torwart",
    "trainer",
    "trainerin",
    "verteidiger",
    "verteidigerin",
    "vorsitzende",
    "vorsitzender",
    "wirt",
    "wirtin",
    "zeuge",
    "zeugin",
];

/// Moves the scores of surnames after a role toward a person.
pub(super) fn push<W: AsRef<str>>(words: &[W], lexicon: &Lexicon, scores: &mut [[f32; TAGS]]) {
    for (at, pair) in words.windows(2).enumerate() {
        let [role, name] = [pair[0].as_ref(), pair[1].as_ref()];
        if !name.starts_with(char::is_uppercase)
            || !role.starts_with(char::is_uppercase)
            || !is_role(role)
        {
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
        let is_surname = lists & list::SURNAME > 0
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

fn is_role(word: &str) -> bool {
    // The last letters of roles; most words are no role by these.
    if !word.ends_with([
        'e', 'r', 'n', 't', 'f', 'l', 'g', 'i', 'm', 's', 'ä', 'h', 'd',
    ]) {
        return false;
    }
    let lower = word.to_lowercase();
    ROLES.iter().any(|role| lower.ends_with(role))
}
