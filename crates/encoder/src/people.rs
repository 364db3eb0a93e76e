//! Nouns for who people are, which the network never sees.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The nouns, as `people.txt` explains them; the scripts that train a model read it too.
const PEOPLE: &str = include_str!("people.txt");

/// What is read in their place.
pub(crate) const PERSONS: &str = "Personen";

/// The nouns, and whether each is an adjective as well.
static GROUPS: LazyLock<FxHashMap<String, bool>> = LazyLock::new(|| {
    let mut groups = FxHashMap::default();
    for line in PEOPLE.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split_whitespace();
        let beginning = parts.next().unwrap_or_default();
        let plain = beginning.trim_start_matches('+');
        for ending in parts {
            let ending = ending.trim_start_matches('-');
            groups.insert(format!("{plain}{ending}"), plain != beginning);
        }
    }
    groups
});

/// Tells whether a word is such a noun, and whether it is an adjective as well.
pub(crate) fn group(word: &str) -> Option<bool> {
    // Few words are looked up.
    word.starts_with(char::is_uppercase)
        .then(|| GROUPS.get(word).copied())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_no_name() {
        let beginnings = PEOPLE.lines().filter(|line| !line.starts_with('#'));
        let beginnings: Vec<&str> = beginnings
            .map(|line| line.trim_start_matches('+'))
            .collect();
        assert!(beginnings.is_sorted(), "{beginnings:?}");
        for name in [
            "Türkei",
            "Polen",
            "Deutschland",
            "Christ",
            "Schwarzer",
            "Frau",
            "Mann",
        ] {
            assert!(!GROUPS.contains_key(name), "{name}");
        }
    }
}
