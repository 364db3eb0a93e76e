//! What the rules know about words: three word lists, read when the backend is built.

use super::mark::{First, Next};
use super::stop::Stop;

/// What the full stop of an abbreviation may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// It never ends a sentence.
    Inside,
    /// It marks an abbreviation only before a number.
    Number,
    /// It ends a sentence before a word that starts sentences, or a noun that starts a clause.
    Open,
    /// The same after an article, for an adjective in a name; otherwise the word is a name itself.
    Namesake,
    /// The same as [`Self::Open`] before a capital; otherwise the word is an ordinary one.
    Rank,
    /// The same as [`Self::Open`], but never before what numbers count.
    Factor,
    /// It ends a sentence before any capital.
    End,
    /// The word is no abbreviation, although it looks like one.
    Word,
}

impl Abbreviation {
    /// Returns what the stop does before the next word.
    pub(super) fn before(self, next: &Next) -> Stop {
        match self {
            Self::Inside => Stop::Never,
            Self::Number
                if next.first == First::Digit || is_roman(next.word) || next.is_letter() =>
            {
                Stop::Never
            }
            Self::Rank if next.first != First::Capital => Stop::Always,
            Self::Number | Self::Word => Stop::Always,
            Self::Open | Self::Namesake | Self::Rank | Self::Factor => Stop::BeforeClause,
            Self::End => Stop::BeforeCapital,
        }
    }
}

/// The list of abbreviations: the built-in ones and the user's.
#[derive(Debug)]
pub(super) struct Abbreviations {
    known: Vec<(String, Abbreviation)>,
    /// Units, which are something else without a number.
    units: List,
}

impl Abbreviations {
    /// The built-in list.
    pub(super) const SOURCE: &str = include_str!("abbreviations.txt");

    /// Returns the built-in abbreviations plus `more`, which never end a sentence.
    pub(super) fn new(more: &[String]) -> Self {
        let mut list: Vec<(String, Abbreviation)> = Vec::new();
        for (section, words) in sections(Self::SOURCE) {
            let kind = match section {
                "tail" | "unit" => continue,
                "inside" | "adjective" | "namesake" => Abbreviation::Inside,
                "number" => Abbreviation::Number,
                "open" => Abbreviation::Open,
                "rank" => Abbreviation::Rank,
                "factor" => Abbreviation::Factor,
                "end" => Abbreviation::End,
                "word" => Abbreviation::Word,
                _ => unreachable!("the sections of the built-in list are known"),
            };
            let words: Vec<&str> = words.collect();
            list.extend(words.iter().map(|&word| (word.to_owned(), kind)));
            let kind = match section {
                "adjective" => Abbreviation::Inside,
                "namesake" => Abbreviation::Namesake,
                _ => continue,
            };
            list.extend(words.iter().map(|word| (capitalized(word), kind)));
        }
        let mut units = List::section(Self::SOURCE, "unit");
        for word in more {
            let word: String = word.chars().filter(|c| !c.is_whitespace()).collect();
            let word = word.trim_end_matches('.');
            list.retain(|(known, _)| known != word);
            units.0.retain(|unit| *unit != word);
            list.push((word.to_owned(), Abbreviation::Inside));
        }
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self { known: list, units }
    }

    /// Returns whether a word is a unit if it follows a number.
    pub(super) fn is_unit(&self, word: &str) -> bool {
        self.units.has(word)
    }

    /// Returns what the stop of a word may do if the word is an abbreviation; spaces inside it are ignored.
    pub(super) fn get(&self, word: &str) -> Option<Abbreviation> {
        if word.contains(char::is_whitespace) {
            return self.find(&word.chars().filter(|c| !c.is_whitespace()));
        }
        let found = self
            .known
            .binary_search_by(|(known, _)| known.as_str().cmp(word));
        found.ok().map(|at| self.known[at].1)
    }

    /// Like [`Self::get`], for a word that may be capitalized only because it starts a sentence.
    pub(super) fn get_first(&self, word: &str) -> Option<Abbreviation> {
        let mut chars = word.chars();
        let first = chars.next()?;
        let rest = chars.filter(|c| !c.is_whitespace());
        self.get(word)
            .or_else(|| self.find(&first.to_lowercase().chain(rest)))
    }

    fn find(&self, word: &(impl Iterator<Item = char> + Clone)) -> Option<Abbreviation> {
        self.known
            .binary_search_by(|(known, _)| known.chars().cmp(word.clone()))
            .ok()
            .map(|at| self.known[at].1)
    }
}

/// A sorted list of words.
#[derive(Debug)]
pub(super) struct List(Vec<&'static str>);

impl List {
    fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let mut words: Vec<_> = words.collect();
        words.sort_unstable();
        Self(words)
    }

    /// Returns the words in a section of a source.
    pub(super) fn section(source: &'static str, name: &str) -> Self {
        Self::new(
            sections(source)
                .filter(|&(section, _)| section == name)
                .flat_map(|(_, words)| words),
        )
    }

    /// Returns whether a word ends in one of the list, and is longer.
    pub(super) fn ends(&self, word: &str) -> bool {
        let is_tail = |tail: &&str| word.len() > tail.len() && word.ends_with(*tail);
        self.0.iter().any(is_tail)
    }

    /// Returns whether a word is in the list.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.binary_search(&word).is_ok()
    }
}

/// Words that are not abbreviations but show what a mark next to them means.
#[derive(Debug)]
pub(super) struct Words {
    /// Words that are capitalized only at the start of a sentence.
    pub(super) starters: List,
    /// Months: a number before one is a day.
    pub(super) months: List,
    /// After these, a number or letter is a cardinal or a label.
    pub(super) counted: List,
    /// The same, for abbreviated words.
    pub(super) counted_short: List,
    /// After these, a number is an ordinal.
    pub(super) ordering: List,
    /// Before these, a number is an ordinal.
    pub(super) ordered: List,
    /// Words that look inflected but are not: a number after one need not be an ordinal.
    pub(super) uninflected: List,
    /// Number words: a unit may follow.
    pub(super) amounts: List,
    /// Names that end in an exclamation mark.
    pub(super) exclaimed: List,
    /// What numbers count: "3 Mio. Euro".
    pub(super) measures: List,
    /// The last parts of abbreviated titles: "Chefinsp."
    pub(super) tails: List,
}

impl Words {
    /// The learned list of sentence starters.
    pub(super) const STARTERS: &str = include_str!("../../../../models/split/starters.txt");
    /// The other lists.
    pub(super) const SOURCE: &str = include_str!("words.txt");

    /// Returns the built-in words.
    pub(super) fn new() -> Self {
        let list = |name: &str| List::section(Self::SOURCE, name);
        Self {
            starters: List::new(lines(Self::STARTERS)),
            months: list("month"),
            counted: list("counted"),
            counted_short: list("counted-short"),
            ordering: list("ordering"),
            ordered: list("ordered"),
            uninflected: list("uninflected"),
            amounts: list("amount"),
            exclaimed: list("exclaimed"),
            measures: list("measure"),
            tails: List::section(Abbreviations::SOURCE, "tail"),
        }
    }
}

/// Returns the section name and the words of each line of a list.
fn sections(
    source: &'static str,
) -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str>)> {
    let mut section = "";
    lines(source).filter_map(move |line| {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = name;
            return None;
        }
        Some((section, line.split(' ')))
    })
}

/// Returns the lines of a list, without comments and empty lines.
fn lines(source: &'static str) -> impl Iterator<Item = &'static str> {
    source
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Returns a word with a capital.
fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// Returns whether a word is a Roman numeral below 40, as in the names of kings and popes.
pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// Returns whether a word is an adjective cut off within its suffix: "geisteswissenschaftl."
pub(super) fn is_clipped(word: &str) -> bool {
    let stem = word.strip_suffix('l').unwrap_or_default();
    stem.len() > 4
        && stem.ends_with(['t', 'd', 'n', 's', 'h', 'k', 'z', 'g', 'f', 'm', 'b'])
        && word.chars().all(char::is_lowercase)
}

/// Returns whether a short word has no vowel, as only abbreviations do.
pub(super) fn is_unspoken(word: &str) -> bool {
    word.chars().count() <= 5
        && word.chars().skip(1).all(char::is_lowercase)
        && !word.contains(|c| "aeiouyäöüAEIOUYÄÖÜéèáàóúí".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_abbreviation_is_listed_twice() {
        let list = Abbreviations::new(&[]).known;
        let twice: Vec<_> = list
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0)
            .map(|pair| &pair[0].0)
            .collect();
        assert!(twice.is_empty(), "listed twice: {twice:?}");
    }

    #[test]
    fn every_list_is_read() {
        let words = Words::new();
        assert!(words.starters.has("Danach") && !words.starters.has("Deutschland"));
        assert!(words.months.has("Oktober"));
        assert!(words.counted.has("Platz"));
        assert!(words.counted_short.has("Nr"));
        assert!(words.ordering.has("am"));
        assert!(words.ordered.has("Geburtstag"));
        assert!(words.amounts.has("zehn"));
        assert!(words.exclaimed.has("Yahoo"));
        assert!(words.measures.has("Euro"));
        assert!(words.tails.ends("Vizepräs") && !words.tails.ends("präs"));
    }

    #[test]
    fn a_users_abbreviation_wins() {
        let list = Abbreviations::new(&["usw.".into(), "a. b. C.".into(), "Rp.".into()]);
        assert_eq!(list.get("usw"), Some(Abbreviation::Inside));
        assert_eq!(list.get("a. b.\u{A0}C"), Some(Abbreviation::Inside));
        assert!(list.is_unit("Cts") && !list.is_unit("Rp"));
    }

    #[test]
    fn a_capital_at_the_start_is_forgiven() {
        let list = Abbreviations::new(&[]);
        assert_eq!(list.get("Ca"), None);
        assert_eq!(list.get_first("Ca"), Some(Abbreviation::Inside));
        assert_eq!(list.get_first("Z. B"), Some(Abbreviation::Inside));
    }

    #[test]
    fn an_adjective_may_have_a_capital() {
        let list = Abbreviations::new(&[]);
        assert_eq!(list.get("österr"), Some(Abbreviation::Inside));
        assert_eq!(list.get("Österr"), Some(Abbreviation::Inside));
        assert_eq!(list.get("bayer"), Some(Abbreviation::Inside));
        assert_eq!(list.get("Bayer"), Some(Abbreviation::Namesake));
        assert_eq!(list.get("Bzw"), None);
    }
}
