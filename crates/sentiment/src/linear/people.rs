//! Words for who people are: origin, faith, sex, party. They mean nothing to the model, since what is written about a group is
//! not a property of its members.

/// Beginnings of such words in lower case, sorted; none is the beginning of another.
const PEOPLE: &[&str] = &[
    "afd",
    "afghan",
    "afrika",
    "alban",
    "algeri",
    "amerikan",
    "arabe",
    "arabi",
    "armeni",
    "asiat",
    "asyl",
    "atheis",
    "ausländ",
    "behindert",
    "bisex",
    "bosni",
    "brasil",
    "brit",
    "buddh",
    "bulgar",
    "bündnis",
    "cdu",
    "chines",
    "christ",
    "csu",
    "deutsch",
    "dän",
    "engländ",
    "eritre",
    "evangeli",
    "farbige",
    "fdp",
    "feminin",
    "feminis",
    "flüchtling",
    "franzos",
    "französ",
    "frau",
    "gott",
    "griech",
    "grünen",
    "hindu",
    "homosex",
    "inder",
    "indisch",
    "irak",
    "iran",
    "islam",
    "israel",
    "itali",
    "japan",
    "juda",
    "jude",
    "jüdi",
    "katholi",
    "kommunis",
    "konservativ",
    "kopftuch",
    "kroat",
    "kurd",
    "lesb",
    "liberal",
    "linkspartei",
    "mann",
    "marokk",
    "mexikan",
    "migra",
    "moschee",
    "moslem",
    "muslim",
    "männ",
    "nafri",
    "neos",
    "niederländ",
    "npd",
    "obdachlos",
    "orthodox",
    "pakistan",
    "palästin",
    "pole",
    "polnisch",
    "portugies",
    "protestant",
    "queer",
    "roma",
    "rumän",
    "russ",
    "schiit",
    "schwarze",
    "schwed",
    "schweizer",
    "schwul",
    "serb",
    "sinti",
    "somali",
    "sozialdemokrat",
    "sozialis",
    "spani",
    "spd",
    "spö",
    "sunnit",
    "svp",
    "synagoge",
    "syr",
    "transgender",
    "transsex",
    "tschech",
    "tunes",
    "türk",
    "ukrain",
    "ungar",
    "vietnam",
    "weiblich",
    "zigeuner",
    "österreich",
    "övp",
];

/// Tells whether a word in lower case says who somebody is.
pub(super) fn is_people(word: &str) -> bool {
    let next = PEOPLE.partition_point(|&start| start <= word);
    next.checked_sub(1)
        .is_some_and(|last| word.starts_with(PEOPLE[last]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_sorted_and_none_is_part_of_another() {
        for pair in PEOPLE.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
            assert!(!pair[1].starts_with(pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn words_are_found_by_their_beginning() {
        for word in ["türkischen", "muslimin", "frauen", "spd", "övp", "afd"] {
            assert!(is_people(word), "{word}");
        }
        for word in ["affäre", "haus", "a", "zu", "ärger"] {
            assert!(!is_people(word), "{word}");
        }
    }
}
