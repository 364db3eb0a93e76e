//! Finds many names at once, as whole words, with or without a German genitive ending.
//!
//! All names are in one automaton, so the running time does not depend on the length of the list. It is tried only
//! where a word starts with the first two bytes of some name. The automaton knows only strings; whether a match is
//! a whole word is decided here:
//!
//! - a name does not start or end inside a word or at a hyphen: "NATO-Gipfel" and "Kölner" contain no name;
//! - the genitive ending belongs to the name: "Kölns", "NATO’s", "Paris’";
//! - of the names that start at the same place, the longest is used: "Frankfurt am Main", not "Frankfurt";
//! - a space in a name may be a line break in the text.

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, PatternID, StartKind};
use blattwerk_core::{Entity, Error, Label, Result, Span};

/// A name to find.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name as written, in the case used in texts; its words are separated by single spaces.
    pub text: String,
    /// The label of what it names.
    pub label: Label,
    /// The probability that the label is correct.
    pub score: f32,
}

/// A set of names to find in texts.
pub struct Names {
    starts: Starts,
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
}

/// A name in one of its spellings.
struct Pattern {
    length: usize,
    label: Label,
    score: f32,
    /// The longest other pattern that is a prefix of this one, since the automaton reports only the longest match.
    shorter: Option<PatternID>,
}

impl Names {
    /// Returns a set of names. Of two that are spelled the same, the later one is used; names of only white space
    /// are ignored.
    ///
    /// # Errors
    ///
    /// If there are more than the automaton can hold, which takes gigabytes of names.
    pub fn new(names: impl IntoIterator<Item = Name>) -> Result<Self> {
        let mut spelled: Vec<(String, Label, f32)> = names
            .into_iter()
            .filter(|name| !name.text.trim().is_empty())
            .flat_map(|name| {
                spellings(&name.text).map(move |text| (text, name.label.clone(), name.score))
            })
            .collect();
        spelled.reverse();
        spelled.sort_by(|a, b| a.0.cmp(&b.0));
        spelled.dedup_by(|a, b| a.0 == b.0);

        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Anchored)
            .build(spelled.iter().map(|(text, ..)| text))
            .map_err(|error| Error::Setting {
                key: "lists",
                expected: "lists that fit into memory".into(),
                found: format!("{} names ({error})", spelled.len()),
            })?;

        // In alphabetical order, a prefix of a pattern comes before it.
        let mut open: Vec<usize> = Vec::new();
        let mut patterns = Vec::with_capacity(spelled.len());
        for (index, (text, label, score)) in spelled.iter().enumerate() {
            while open
                .pop_if(|&mut top| !text.starts_with(&spelled[top].0))
                .is_some()
            {}
            patterns.push(Pattern {
                length: text.len(),
                label: label.clone(),
                score: *score,
                shorter: open.last().map(|&top| PatternID::new_unchecked(top)),
            });
            open.push(index);
        }
        Ok(Self {
            starts: Starts::new(spelled.iter().map(|(text, ..)| text.as_bytes())),
            automaton,
            patterns,
        })
    }

    /// Returns whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Finds the names in a text, in order and without overlap.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Entity> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(start) = self.starts.next(text.as_bytes(), at) {
                let input = Input::new(text).range(start..).anchored(Anchored::Yes);
                let longest = self.automaton.find(input);
                if let Some(entity) = longest.and_then(|hit| self.named(text, start, hit.pattern()))
                {
                    at = entity.span.end;
                    return Some(entity);
                }
                at = start + 1;
            }
            None
        })
    }

    /// Returns the longest name at a place that consists of whole words.
    fn named(&self, text: &str, start: usize, longest: PatternID) -> Option<Entity> {
        let (before, rest) = text.split_at_checked(start)?;
        if !begins_word(before, rest) {
            return None;
        }
        std::iter::successors(Some(longest), |&id| self.patterns[id].shorter).find_map(|id| {
            let Pattern {
                length,
                label,
                score,
                ..
            } = &self.patterns[id];
            let (name, after) = rest.split_at_checked(*length)?;
            let ending = ending(before, name, after)?;
            Some(Entity {
                span: Span::new(start, start + length + ending),
                label: label.clone(),
                score: *score,
            })
        })
    }
}

/// The first two bytes of all names, one bit per pair.
struct Starts(Box<[u64; 1 << 10]>);

impl Starts {
    fn new<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut starts = Box::new([0; 1 << 10]);
        for name in names {
            let (&first, rest) = name.split_first().expect("a name has a word");
            let seconds = match rest.first() {
                Some(&second) => second..=second,
                None => 0..=u8::MAX,
            };
            for second in seconds {
                let pair = usize::from(first) << 8 | usize::from(second);
                starts[pair >> 6] |= 1 << (pair & 63);
            }
        }
        Self(starts)
    }

    /// Returns the first place from `at` on where a name may start.
    fn next(&self, text: &[u8], at: usize) -> Option<usize> {
        let is_in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut before = at.checked_sub(1).map_or(b' ', |before| text[before]);
        (at..text.len()).find(|&start| {
            let first = text[start];
            let is_inside = is_in_word(before) && is_in_word(first);
            before = first;
            let second = text.get(start + 1).copied().unwrap_or_default();
            let pair = usize::from(first) << 8 | usize::from(second);
            !is_inside && self.0[pair >> 6] >> (pair & 63) & 1 == 1
        })
    }
}

/// Returns the name with each of its spaces as a space or a line break; in long names, at most one line break.
fn spellings(name: &str) -> impl Iterator<Item = String> + use<> {
    const ALL_WAYS: usize = 3;
    let words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    let blanks = words.len().saturating_sub(1);
    let line_ends: Vec<usize> = if blanks <= ALL_WAYS {
        (0..1 << blanks).collect()
    } else {
        std::iter::once(0)
            .chain((0..blanks.min(63)).map(|blank| 1 << blank))
            .collect()
    };
    line_ends.into_iter().map(move |line_ends| {
        let mut spelled = String::new();
        for (index, word) in words.iter().enumerate() {
            if let Some(blank) = index.checked_sub(1) {
                let is_line_end = blank < 64 && line_ends >> blank & 1 == 1;
                spelled.push(if is_line_end { '\n' } else { ' ' });
            }
            spelled.push_str(word);
        }
        spelled
    })
}

/// Returns whether a word can start between `before` and `name`.
fn begins_word(before: &str, name: &str) -> bool {
    let mut before = before.chars().rev();
    match before.next() {
        Some('-') => !before.next().is_some_and(is_in_word),
        Some('@') => false,
        Some(last) => !(is_in_word(last) && name.starts_with(is_in_word)),
        None => true,
    }
}

/// Returns the length in bytes of the ending that belongs to a name, or `None` if the word goes on.
fn ending(before: &str, name: &str, after: &str) -> Option<usize> {
    if !name.ends_with(is_in_word) {
        return Some(0);
    }
    if ends_word(after) {
        return Some(apostrophe(before, name, after).unwrap_or(0));
    }
    let has_genitive = !name.ends_with(['s', 'x', 'z', 'ß', 'S', 'X', 'Z']);
    let after = after.strip_prefix('s')?;
    (has_genitive && ends_word(after)).then_some(1)
}

/// Returns the length in bytes of "’s" or, after an s, of "’".
fn apostrophe(before: &str, name: &str, after: &str) -> Option<usize> {
    let mark = after.chars().next().filter(|&c| c == '\'' || c == '’')?;
    let behind = after.strip_prefix(mark)?;
    if behind.strip_prefix('s').is_some_and(ends_word) {
        return Some(mark.len_utf8() + 1);
    }
    // 'Paris' in quotes is not a genitive.
    let is_quoted = before.ends_with(['\'', '‚', '‘', '’']);
    (name.ends_with(['s', 'x', 'z', 'ß']) && !is_quoted && ends_word(behind))
        .then_some(mark.len_utf8())
}

/// Returns whether a word can end before `after`.
fn ends_word(after: &str) -> bool {
    let mut after = after.chars();
    match after.next() {
        // A compound, or the first part of one: "EU-Gipfel", "EU- und NATO-Staaten".
        Some('-' | '@') => false,
        // The name of a website: "Spiegel.de".
        Some('.') => !after.next().is_some_and(char::is_lowercase),
        Some(next) => !is_in_word(next),
        None => true,
    }
}

/// Returns whether a character is part of a word: a letter, a digit, or an invisible or combining character.
fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{AD}' | '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(texts: &[&str]) -> Names {
        Names::new(texts.iter().map(|&text| Name {
            text: text.into(),
            label: "LOC".into(),
            score: 1.0,
        }))
        .unwrap()
    }

    fn found<'a>(names: &Names, text: &'a str) -> Vec<&'a str> {
        names
            .find(text)
            .map(|entity| text.get(entity.span.range()).unwrap())
            .collect()
    }

    #[test]
    fn names_are_whole_words_with_their_genitive() {
        let names = names(&[
            "Köln",
            "NATO",
            "EU",
            "Paris",
            "Rom",
            "Niger",
            "Frankfurt",
            "Frankfurt am Main",
            "Vereinigte Staaten",
            "Bad Orb",
            "Orber Hof",
            "St. Gallen",
            "Washington D.C.",
            "Bündnis 90/Die Grünen",
            "AT&T",
            "’s-Hertogenbosch",
            "Spiegel",
        ]);
        let cases: &[(&str, &[&str])] = &[
            ("Köln", &["Köln"]),
            ("(Köln), „Köln“, »Köln«; Köln.", &["Köln"; 4]),
            ("Wir in Köln.Der Dom", &["Köln"]),
            ("#Köln", &["Köln"]),
            ("KÖLN und köln", &[]),
            // parts of words
            ("Kölner Dom, Kölnisch Wasser, Neuköln", &[]),
            ("Stromausfall, Nigeria, Nigerianer", &[]),
            ("Köln_Süd, Ko\u{308}ln, Köln\u{AD}er", &[]),
            ("NATO-Gipfel, Nicht-EU-Staaten, Mini-EU", &[]),
            ("EU- und NATO-Staaten", &[]),
            ("redaktion@Köln, Köln@home, Spiegel.de", &[]),
            // what is not part of a word
            (
                "Köln – Rom, Köln–Rom, Köln/Rom, -Rom",
                &["Köln", "Rom", "Köln", "Rom", "Köln", "Rom", "Rom"],
            ),
            // genitive
            (
                "Kölns Dom, der NATO’s Rat, Roms.",
                &["Kölns", "NATO’s", "Roms"],
            ),
            ("Paris' Straßen, Paris’ Cafés", &["Paris'", "Paris’"]),
            ("'Paris' und ‚Paris’", &["Paris", "Paris"]),
            ("Pariss, Kölnss, Köln’sche", &["Köln"]),
            // the longest matching name
            ("Frankfurt am Main", &["Frankfurt am Main"]),
            ("Frankfurt am Mainufer", &["Frankfurt"]),
            ("Frankfurt am\nMain", &["Frankfurt am\nMain"]),
            ("Vereinigte\nStaaten", &["Vereinigte\nStaaten"]),
            ("Vereinigte\n\nStaaten", &[]),
            ("Bad Orber Hof", &["Orber Hof"]),
            // marks in names
            (
                "aus St. Gallen, St. Gallens",
                &["St. Gallen", "St. Gallens"],
            ),
            ("in Washington D.C.", &["Washington D.C."]),
            (
                "AT&T und Bündnis 90/Die Grünen",
                &["AT&T", "Bündnis 90/Die Grünen"],
            ),
            ("Nach ’s-Hertogenbosch", &["’s-Hertogenbosch"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&found(&names, text), expected, "{text}");
        }
    }

    #[test]
    fn of_names_spelled_alike_the_later_counts() {
        let names = Names::new(["LOC", "ORG"].map(|label| Name {
            text: "Bayern".into(),
            label: label.into(),
            score: 0.5,
        }));
        let found: Vec<_> = names.unwrap().find("In Bayern").collect();
        assert_eq!(found.len(), 1);
        assert_eq!(&*found[0].label, "ORG");
    }

    #[test]
    fn no_names_find_nothing() {
        assert_eq!(found(&names(&[]), "Köln"), [""; 0]);
        assert_eq!(found(&names(&["", " "]), "Köln"), [""; 0]);
    }

    #[test]
    fn a_long_name_may_be_broken_once() {
        let names = names(&["a b c d e f"]);
        assert_eq!(found(&names, "a b c d\ne f"), ["a b c d\ne f"]);
        assert_eq!(found(&names, "a\nb c d\ne f"), [""; 0]);
    }

    proptest! {
        /// The automaton finds the same names as trying every name at every place.
        #[test]
        fn the_longest_names_are_found_from_left_to_right(
            list in prop::collection::btree_set("[aä]{1,3}( [aä]{1,2})?", 0..6),
            text in "[aäs' \\-]{0,24}",
        ) {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            let mut expected = Vec::new();
            let mut at = 0;
            while at < text.len() {
                let (before, rest) = text.split_at(at);
                let longest = list
                    .iter()
                    .filter(|name| rest.starts_with(**name) && begins_word(before, rest))
                    .filter_map(|name| {
                        Some(name.len() + ending(before, name, rest.strip_prefix(name)?)?)
                    })
                    .max();
                if let Some(length) = longest {
                    expected.push(text.get(at..at + length).unwrap());
                }
                at += longest.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8));
            }
            prop_assert_eq!(found(&names(&list), &text), expected);
        }
    }
}
