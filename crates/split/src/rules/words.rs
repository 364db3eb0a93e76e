//! What the rules know about words: three lists of text, read when the backend is built.

use super::mark::{First, Next};
use super::stop::Stop;

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

impl Abbreviation {
    /// Returns what it does before the next word.
    pub(super) fn before(self, next: &Next) -> Stop {
        match self {
            Self::Inside => Stop::Never,
            Self::Number if next.first == First::Digit || is_roman(next.word) => Stop::Never,
            Self::Number => Stop::Always,
            Self::Open => Stop::BeforeStarter,
            Self::End => Stop::BeforeCapital,
        }
    }
}

/// The list of abbreviations, the built-in ones and the user's.
#[derive(Debug)]
pub(super) struct Abbreviations(Vec<(String, Abbreviation)>);

impl Abbreviations {
    /// The built-in list.
    pub(super) const SOURCE: &str = include_str!("abbreviations.txt");

    /// Returns the built-in abbreviations, and `more` that never end a sentence.
    pub(super) fn new(more: &[String]) -> Self {
        let mut list: Vec<(String, Abbreviation)> = Vec::new();
        for (section, words) in sections(Self::SOURCE) {
            let kind = match section {
                "inside" => Abbreviation::Inside,
                "number" => Abbreviation::Number,
                "open" => Abbreviation::Open,
                "end" => Abbreviation::End,
                _ => unreachable!("the sections of the built-in list are known"),
            };
            list.extend(words.map(|word| (word.to_owned(), kind)));
        }
        for word in more {
            let word: String = word.chars().filter(|c| !c.is_whitespace()).collect();
            let word = word.trim_end_matches('.');
            list.retain(|(known, _)| known != word);
            list.push((word.to_owned(), Abbreviation::Inside));
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

    /// Does the same for a word whose capital may be there only since it starts a sentence.
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

/// A sorted list of words.
#[derive(Debug)]
pub(super) struct List(Vec<&'static str>);

impl List {
    fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let mut words: Vec<_> = words.collect();
        words.sort_unstable();
        Self(words)
    }

    /// Tells whether a word is in the list.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.binary_search(&word).is_ok()
    }
}

/// The words that are no abbreviations, but tell what a mark beside them is for.
#[derive(Debug)]
pub(super) struct Words {
    /// Words that have a capital only at the start of a sentence.
    pub(super) starters: List,
    /// Before a month a number is a day.
    pub(super) months: List,
    /// Behind these a number or a letter counts or names.
    pub(super) counted: List,
    /// The same, abbreviated.
    pub(super) counted_short: List,
    /// Behind these a number orders.
    pub(super) ordering: List,
    /// Before these a number orders.
    pub(super) ordered: List,
    /// Names with an exclamation mark of their own.
    pub(super) exclaimed: List,
}

impl Words {
    /// The list of the starters, which is learned.
    pub(super) const STARTERS: &str = include_str!("../../../../models/split/starters.txt");
    /// The other lists.
    pub(super) const SOURCE: &str = include_str!("words.txt");

    /// Returns the built-in words.
    pub(super) fn new() -> Self {
        let list = |name: &str| {
            List::new(
                sections(Self::SOURCE)
                    .filter(|&(section, _)| section == name)
                    .flat_map(|(_, words)| words),
            )
        };
        Self {
            starters: List::new(lines(Self::STARTERS)),
            months: list("month"),
            counted: list("counted"),
            counted_short: list("counted-short"),
            ordering: list("ordering"),
            ordered: list("ordered"),
            exclaimed: list("exclaimed"),
        }
    }
}

/// Returns each line of a list with the name of its section and the words on it.
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

/// Returns the lines of a list that are not comments.
fn lines(source: &'static str) -> impl Iterator<Item = &'static str> {
    source
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Tells whether a word is a Roman numeral below 40, as of kings and popes.
pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// Tells whether a word is an adjective cut at its suffix: "geisteswissenschaftl."
pub(super) fn is_clipped(word: &str) -> bool {
    let stem = word.strip_suffix('l').unwrap_or_default();
    stem.len() > 4
        && stem.ends_with(['t', 'd', 'n', 's', 'h', 'k', 'z', 'g', 'f', 'm', 'b'])
        && word.chars().all(char::is_lowercase)
}

/// Tells whether a short word has no vowel, as only abbreviations do.
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
        let list = Abbreviations::new(&[]).0;
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
        assert!(words.exclaimed.has("Yahoo"));
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
