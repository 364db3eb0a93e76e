//! What the rules know about words.

/// What the full stop of an abbreviation can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// It never ends a sentence.
    Inside,
    /// It abbreviates before a number only.
    Number,
    /// It ends a sentence before a word that starts sentences.
    Open,
    /// It ends a sentence before any capital.
    End,
}

/// The list of abbreviations, the built-in ones and the user's.
#[derive(Debug)]
pub(super) struct Abbreviations(Vec<(String, Abbreviation)>);

impl Abbreviations {
    /// The built-in list.
    pub(super) const SOURCE: &str = include_str!("abbreviations.txt");

    /// Returns the built-in abbreviations, and `more` that never end a sentence.
    pub(super) fn new(more: &[String]) -> Self {
        let mut kind = Abbreviation::Inside;
        let mut list = Vec::new();
        for line in Self::SOURCE.lines() {
            match line {
                "[inside]" => kind = Abbreviation::Inside,
                "[number]" => kind = Abbreviation::Number,
                "[open]" => kind = Abbreviation::Open,
                "[end]" => kind = Abbreviation::End,
                _ if line.is_empty() || line.starts_with('#') => {}
                _ => list.extend(line.split(' ').map(|word| (word.to_owned(), kind))),
            }
        }
        for word in more {
            let word: String = word.chars().filter(|c| !c.is_whitespace()).collect();
            let word = word.trim_end_matches('.').to_owned();
            list.retain(|(known, _)| *known != word);
            list.push((word, Abbreviation::Inside));
        }
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self(list)
    }

    /// Returns what an abbreviation can do, if it is one; blanks inside it do not count.
    pub(super) fn get(&self, word: &str) -> Option<Abbreviation> {
        if word.contains(char::is_whitespace) {
            return self.find(&word.chars().filter(|c| !c.is_whitespace()));
        }
        let found = self
            .0
            .binary_search_by(|(known, _)| known.as_str().cmp(word));
        found.ok().map(|at| self.0[at].1)
    }

    /// Does the same for a word with a capital that may be there only since it starts a sentence.
    pub(super) fn get_first(&self, word: &str) -> Option<Abbreviation> {
        let mut chars = word.chars();
        let first = chars.next()?;
        let rest = chars.filter(|c| !c.is_whitespace());
        self.get(word)
            .or_else(|| self.find(&first.to_lowercase().chain(rest)))
    }

    fn find(&self, word: &(impl Iterator<Item = char> + Clone)) -> Option<Abbreviation> {
        self.0
            .binary_search_by(|(known, _)| known.chars().cmp(word.clone()))
            .ok()
            .map(|at| self.0[at].1)
    }
}

/// The words that start sentences, and have a capital only there.
#[derive(Debug)]
pub(super) struct Starters(Vec<&'static str>);

impl Starters {
    /// The learned list.
    pub(super) const SOURCE: &str = include_str!("../../../../models/split/starters.txt");

    /// Returns the learned list.
    pub(super) fn new() -> Self {
        let mut words: Vec<&str> = Self::SOURCE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        words.sort_unstable();
        Self(words)
    }

    /// Tells whether a word is a starter.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.0.binary_search(&word).is_ok()
    }
}

/// Months, in full and short: before them a number is a day.
const MONTHS: &[&str] = &[
    "Jan",
    "Januar",
    "Jänner",
    "Feb",
    "Febr",
    "Februar",
    "Feber",
    "Mär",
    "Mrz",
    "März",
    "Apr",
    "April",
    "Mai",
    "Jun",
    "Juni",
    "Jul",
    "Juli",
    "Aug",
    "August",
    "Sep",
    "Sept",
    "September",
    "Okt",
    "Oktober",
    "Nov",
    "November",
    "Dez",
    "Dezember",
];

/// Words behind which a number or a letter counts or names: "Platz 3", "Plan B", "Hartz IV".
const COUNTED: &[&str] = &[
    "Artikel",
    "Absatz",
    "Abschnitt",
    "Bahn",
    "Band",
    "Block",
    "Division",
    "Folge",
    "Gate",
    "Gleis",
    "Gruppe",
    "Halle",
    "Hartz",
    "Hepatitis",
    "Kapitel",
    "Kategorie",
    "Klasse",
    "Level",
    "Liga",
    "Linie",
    "Nr",
    "Nummer",
    "Option",
    "Paragraf",
    "Paragraph",
    "Phase",
    "Plan",
    "Platz",
    "Position",
    "Punkt",
    "Rang",
    "Raum",
    "Satz",
    "Seite",
    "Serie",
    "Spalte",
    "Station",
    "Stufe",
    "Tabelle",
    "Teil",
    "Tor",
    "Typ",
    "Variante",
    "Version",
    "Vitamin",
    "Weltkrieg",
    "Zeile",
    "Ziffer",
    "Zimmer",
    "Zone",
];

/// Words before which a number orders: "54. Stelle", "100. Geburtstag".
const ORDERED: &[&str] = &[
    "Abschnitt",
    "Amtszeit",
    "Armee",
    "Auflage",
    "Ausgabe",
    "Bataillon",
    "Breitengrad",
    "Division",
    "Etage",
    "Etappe",
    "Folge",
    "Geburtstag",
    "Geburtstages",
    "Geburtstags",
    "Gesang",
    "Grand",
    "Hochzeitstag",
    "Infanterie",
    "Jahr",
    "Jahre",
    "Jahres",
    "Jahrestag",
    "Jahrestages",
    "Jahrgang",
    "Jahrhundert",
    "Jahrhunderts",
    "Jahrtausend",
    "Jahrtausends",
    "Jubiläum",
    "Kalenderwoche",
    "Kilometer",
    "Klasse",
    "Kongress",
    "Lebensjahr",
    "Länderspiel",
    "Längengrad",
    "Mal",
    "Meile",
    "Minute",
    "Mitglied",
    "Monat",
    "Parallele",
    "Parteitag",
    "Platz",
    "Präsident",
    "Psalm",
    "Rang",
    "Regiment",
    "Runde",
    "Saison",
    "Schuljahr",
    "Sekunde",
    "Sinfonie",
    "Sitzung",
    "Spiel",
    "Spielminute",
    "Spieltag",
    "Stelle",
    "Stock",
    "Stockwerk",
    "Straße",
    "Strafkammer",
    "Stufe",
    "Stunde",
    "Tag",
    "Tage",
    "Tages",
    "Titel",
    "Todestag",
    "Tour",
    "Treffen",
    "Verhandlungstag",
    "Wahlperiode",
    "Woche",
    "Zivilkammer",
];

/// Words behind which a number orders: "am 3.", "der 150."
const ORDERING: &[&str] = &[
    "ab", "als", "am", "bis", "das", "dem", "den", "der", "des", "die", "diesem", "diesen",
    "dieser", "dieses", "ein", "eine", "einem", "einen", "einer", "eines", "ihr", "ihre", "ihrem",
    "ihren", "ihrer", "ihres", "im", "jeden", "jeder", "jedes", "oder", "sein", "seine", "seinem",
    "seinen", "seiner", "seines", "seit", "sowie", "und", "unser", "unsere", "unserem", "unseren",
    "vom", "zum", "zur", "beim", "mein", "meinem", "meinen", "dessen", "deren",
];

/// Names with an exclamation mark of their own.
const EXCLAIMED: &[&str] = &["Jeopardy", "Joomla", "Wham", "Yahoo", "Yum"];

/// Tells whether a word is a month.
pub(super) fn is_month(word: &str) -> bool {
    MONTHS.contains(&word)
}

/// Tells whether the number behind a word counts or names.
pub(super) fn counts(word: &str) -> bool {
    COUNTED.contains(&word)
}

/// Tells whether the number before a word orders.
pub(super) fn is_ordered(word: &str) -> bool {
    ORDERED.contains(&word)
}

/// Tells whether the number behind a word orders.
pub(super) fn orders(word: &str) -> bool {
    ORDERING.contains(&word.to_lowercase().as_str())
}

/// Tells whether the exclamation mark behind a word belongs to it.
pub(super) fn is_exclaimed(word: &str) -> bool {
    EXCLAIMED.contains(&word)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    #[test]
    fn no_abbreviation_is_listed_twice() {
        let list = Abbreviations::new(&[]).0;
        let twice: Vec<_> = list
            .windows(2)
            .filter(|pair| pair[0].0.cmp(&pair[1].0) != Ordering::Less)
            .map(|pair| &pair[0].0)
            .collect();
        assert!(twice.is_empty(), "listed twice: {twice:?}");
    }

    #[test]
    fn a_users_abbreviation_wins() {
        let list = Abbreviations::new(&["usw.".into(), "a. b. C.".into()]);
        assert_eq!(list.get("usw"), Some(Abbreviation::Inside));
        assert_eq!(list.get("a. b.\u{A0}C"), Some(Abbreviation::Inside));
    }

    #[test]
    fn a_capital_at_the_start_is_forgiven() {
        let list = Abbreviations::new(&[]);
        assert_eq!(list.get("Ca"), None);
        assert_eq!(list.get_first("Ca"), Some(Abbreviation::Inside));
        assert_eq!(list.get_first("Z. B"), Some(Abbreviation::Inside));
    }
}
