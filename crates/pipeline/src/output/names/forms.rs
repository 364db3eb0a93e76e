//! Which forms are the same name: `Angela Merkel`, `Merkel` and `Merkels`.
//!
//! The same rule decides twice: among the names of one article, and among all names of the run that end alike.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

/// How many mentions speak for something.
pub(super) type Weight = u64;

/// The label of persons, whose surnames stand for them.
pub(super) const PERSON: &str = "PER";

/// What may stand before a person's name and is not part of it.
const TITLES: &[&str] = &["Frau", "Herr", "Herrn", "Dr.", "Prof.", "Professor"];

/// Among which names forms are compared, and how sure the answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The names of an article: any doubt keeps forms apart.
    Article,
    /// The names of a run: a form joins the name that nine tenths of the mentions speak for.
    Run,
}

/// What a form stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The name.
    pub(super) name: String,
    /// Whether it may be several persons of the article, so that it must not be taken for one of them later.
    pub(super) is_ambiguous: bool,
}

/// Returns a form with single spaces between its words, and no other white space or control character.
pub(super) fn spaced(form: &str) -> Cow<'_, str> {
    let is_break = |character: char| character.is_whitespace() || character.is_control();
    let mut words = form.split(' ');
    if !words.any(|word| word.is_empty() || word.contains(is_break)) {
        return form.into();
    }
    let words = form.split(is_break).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").into()
}

/// Returns a form as it is compared: spaced, and without titles and the apostrophe of a genitive.
pub(super) fn plain<'a>(label: &str, form: &'a str) -> Cow<'a, str> {
    let is_mark = |character| matches!(character, '\'' | '’' | 'ʼ');
    let form = spaced(form);
    let mut plain: &str = &form;
    if label == PERSON {
        while let Some((first, rest)) = plain.split_once(' ')
            && TITLES.contains(&first)
        {
            plain = rest;
        }
    }
    let unmarked = plain.trim_end_matches(is_mark).trim_end();
    if !unmarked.is_empty() {
        plain = unmarked;
    }
    if plain.len() == form.len() {
        form
    } else {
        plain.to_owned().into()
    }
}

/// Returns what all forms of a name have in common: how the last word of a person's name begins, or the whole name.
pub(super) fn family<'a>(label: &str, name: &'a str) -> &'a str {
    let last = match name.rsplit_once(' ') {
        Some((_, last)) if label == PERSON => last,
        _ => name,
    };
    marked(last).unwrap_or(last)
}

/// Returns a name without the mark of a genitive, if it has one.
fn marked(name: &str) -> Option<&str> {
    let marks = ["'s", "’s", "ʼs", "s"];
    let mut found = marks.iter().filter_map(|mark| name.strip_suffix(mark));
    found.find(|name| name.chars().nth(1).is_some())
}

/// Returns the name of which a form may be the genitive. Names that end in an s-sound have none with an s.
fn genitive_of(form: &str) -> Option<&str> {
    marked(form).filter(|name| !name.ends_with(['s', 'ß', 'x', 'z', ' ']))
}

/// Returns what some names stand for, which have one label and are different. The order is that of the names.
pub(super) fn meanings(label: &str, names: &[(&str, Weight)], scope: Scope) -> Vec<Meaning> {
    let is_person = label == PERSON;
    let whole = |name: &str| Meaning {
        name: name.to_owned(),
        is_ambiguous: false,
    };
    if names.len() == 1 || !is_person && names.iter().all(|(name, _)| genitive_of(name).is_none()) {
        return names.iter().map(|(name, _)| whole(name)).collect();
    }
    let weights: FxHashMap<&str, Weight> = names.iter().copied().collect();
    let last_words: Vec<&str> = names.iter().filter_map(|(name, _)| last(name)).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    // A name comes after all that it may stand for.
    order.sort_by_key(|&index| {
        let name = names[index].0;
        let words = name.split(' ').count();
        (std::cmp::Reverse(words), name.len(), name)
    });
    let mut found: Vec<Option<Meaning>> = vec![None; names.len()];
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    let mut full = Full::default();
    for index in order {
        let (name, weight) = names[index];
        let mut meaning = full.meaning(name, scope);
        if meaning.is_none()
            && let Some(base) = genitive_of(name)
        {
            let earlier = places.get(base).and_then(|place| found[*place].clone());
            let is_frequent = scope == Scope::Article || weights.get(base) >= Some(&weight);
            // Over a run, `Peters` may be a surname and `Peter` a given name.
            let is_likely = scope == Scope::Article || !is_person || base.contains(' ');
            let known = earlier
                .filter(|earlier| is_frequent && (is_likely || earlier.name.contains(' ')))
                .or_else(|| full.meaning(base, scope));
            meaning = known.or_else(|| {
                let (last_base, last_name) = (last(base)?, last(name)?);
                let is_evident = scope == Scope::Article
                    && is_person
                    && base.contains(' ')
                    && last_words.contains(&last_base)
                    && names.iter().all(|(other, _)| *other != last_name);
                is_evident.then(|| whole(base))
            });
        }
        let meaning = meaning.unwrap_or_else(|| whole(name));
        if is_person && !meaning.is_ambiguous {
            full.add(&meaning.name, weight);
        }
        places.insert(name, index);
        found[index] = Some(meaning);
    }
    found.into_iter().flatten().collect()
}

fn last(name: &str) -> Option<&str> {
    name.rsplit(' ').next()
}

/// The names of persons by what they end with.
#[derive(Default)]
struct Full {
    by_end: FxHashMap<String, Vec<(String, Weight)>>,
}

impl Full {
    fn add(&mut self, name: &str, weight: Weight) {
        for (space, _) in name.match_indices(' ') {
            let Some(end) = name.get(space + 1..) else {
                continue;
            };
            if !self.by_end.contains_key(end) {
                self.by_end.insert(end.to_owned(), Vec::new());
            }
            let Some(names) = self.by_end.get_mut(end) else {
                continue;
            };
            match names.iter_mut().find(|(found, _)| found == name) {
                Some((_, sum)) => *sum += weight,
                None => names.push((name.to_owned(), weight)),
            }
        }
    }

    /// Returns what the end of a full name stands for.
    fn meaning(&self, end: &str, scope: Scope) -> Option<Meaning> {
        let names = self.by_end.get(end)?;
        let all: Weight = names.iter().map(|(_, weight)| weight).sum();
        let (name, most) = names.iter().max_by(|(one, first), (other, second)| {
            first.cmp(second).then_with(|| other.cmp(one))
        })?;
        let is_clear = match scope {
            Scope::Article => names.len() == 1,
            Scope::Run => most * 10 >= all * 9,
        };
        match (is_clear, scope) {
            (true, _) => Some(Meaning {
                name: name.clone(),
                is_ambiguous: false,
            }),
            (false, Scope::Article) => Some(Meaning {
                name: end.to_owned(),
                is_ambiguous: true,
            }),
            (false, Scope::Run) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names that forms stand for; those of several are marked with `?`.
    fn found(label: &str, scope: Scope, names: &[(&str, u64)]) -> Vec<String> {
        let found = meanings(label, names, scope).into_iter();
        found
            .map(|found| found.name + if found.is_ambiguous { "?" } else { "" })
            .collect()
    }

    #[test]
    fn forms_of_an_article_are_one_name_where_there_is_no_doubt() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            // Surnames.
            (
                "PER",
                &["Clara Vogt", "Vogt"],
                &["Clara Vogt", "Clara Vogt"],
            ),
            (
                "PER",
                &["Vogt", "Clara Vogt", "Clara"],
                &["Clara Vogt", "Clara Vogt", "Clara"],
            ),
            (
                "PER",
                &["Clara Vogt", "Jens Vogt", "Vogt"],
                &["Clara Vogt", "Jens Vogt", "Vogt?"],
            ),
            (
                "PER",
                &["Ute von der Au", "von der Au", "Au"],
                &["Ute von der Au", "Ute von der Au", "Ute von der Au"],
            ),
            ("PER", &["Vogt", "Vogtmann"], &["Vogt", "Vogtmann"]),
            // Genitives.
            (
                "PER",
                &["Clara Vogt", "Vogts"],
                &["Clara Vogt", "Clara Vogt"],
            ),
            (
                "PER",
                &["Clara Vogts", "Vogt"],
                &["Clara Vogt", "Clara Vogt"],
            ),
            (
                "PER",
                &["Clara Vogts", "Clara Vogt"],
                &["Clara Vogt", "Clara Vogt"],
            ),
            ("PER", &["Vogts", "Vogt"], &["Vogt", "Vogt"]),
            ("PER", &["Vogts"], &["Vogts"]),
            (
                "PER",
                &["Clara Vogt", "Jens Vogt", "Vogts"],
                &["Clara Vogt", "Jens Vogt", "Vogt?"],
            ),
            // Names that end in s.
            (
                "PER",
                &["Carl Peters", "Peters"],
                &["Carl Peters", "Carl Peters"],
            ),
            (
                "PER",
                &["Carl Peters", "Peters", "Peter"],
                &["Carl Peters", "Carl Peters", "Peter"],
            ),
            ("LOC", &["Köln", "Kölns"], &["Köln", "Köln"]),
            ("LOC", &["Kölns"], &["Kölns"]),
            (
                "LOC",
                &["Paris", "Reuss", "Reus"],
                &["Paris", "Reuss", "Reus"],
            ),
            (
                "ORG",
                &["SPD", "SPDs", "EU", "EUs"],
                &["SPD", "SPD", "EU", "EU"],
            ),
            ("LOC", &["Bad Ems", "Ems"], &["Bad Ems", "Ems"]),
            ("LOC", &["AB", "As", "A"], &["AB", "As", "A"]),
        ];
        for (label, names, expected) in cases {
            let weighed: Vec<_> = names.iter().map(|name| (*name, 1)).collect();
            assert_eq!(found(label, Scope::Article, &weighed), *expected);
        }
    }

    #[test]
    fn forms_of_a_run_join_what_nine_tenths_speak_for() {
        type Case = (
            &'static str,
            &'static [(&'static str, u64)],
            &'static [&'static str],
        );
        let cases: &[Case] = &[
            (
                "PER",
                &[("Clara Vogt", 9), ("Jens Vogt", 1), ("Vogt", 4)],
                &["Clara Vogt", "Jens Vogt", "Clara Vogt"],
            ),
            (
                "PER",
                &[("Clara Vogt", 8), ("Jens Vogt", 1), ("Vogt", 4)],
                &["Clara Vogt", "Jens Vogt", "Vogt"],
            ),
            (
                "PER",
                &[("Clara Vogt", 1), ("Vogt", 40), ("Vogts", 3)],
                &["Clara Vogt", "Clara Vogt", "Clara Vogt"],
            ),
            (
                "PER",
                &[("Vogts", 1), ("Clara Vogt", 1)],
                &["Clara Vogt", "Clara Vogt"],
            ),
            (
                "PER",
                &[("Clara Vogts", 1), ("Clara Vogt", 5)],
                &["Clara Vogt", "Clara Vogt"],
            ),
            ("PER", &[("Peter", 50), ("Peters", 2)], &["Peter", "Peters"]),
            ("LOC", &[("Köln", 5), ("Kölns", 5)], &["Köln", "Köln"]),
            ("LOC", &[("Rhein", 2), ("Rheins", 3)], &["Rhein", "Rheins"]),
        ];
        for (label, names, expected) in cases {
            assert_eq!(found(label, Scope::Run, names), *expected, "{names:?}");
        }
    }

    #[test]
    fn the_order_of_the_names_does_not_matter() {
        let names = [
            ("Clara Vogt", 3),
            ("Clara Vogts", 1),
            ("Vogts", 1),
            ("Vogt", 2),
            ("Jens Vogt", 1),
        ];
        for scope in [Scope::Article, Scope::Run] {
            let forwards = found(PERSON, scope, &names);
            let mut reversed = names;
            reversed.reverse();
            let mut backwards = found(PERSON, scope, &reversed);
            backwards.reverse();
            assert_eq!(forwards, backwards);
        }
    }

    #[test]
    fn titles_spaces_and_apostrophes_are_not_part_of_a_name() {
        for (label, form, expected) in [
            ("PER", "Frau Dr. Clara\nVogt", "Clara Vogt"),
            ("PER", "Frau", "Frau"),
            ("PER", "Udo  Maas’", "Udo Maas"),
            ("ORG", "Herr Holle Verlag", "Herr Holle Verlag"),
            ("ORG", "'", "'"),
        ] {
            assert_eq!(plain(label, form), expected);
        }
    }

    #[test]
    fn forms_of_one_name_are_of_one_family() {
        for (label, names) in [
            ("PER", ["Clara Vogt", "Vogts", "Vogt's"]),
            ("PER", ["Peters", "Peter", "Ina Peters"]),
            ("LOC", ["Bad Ems", "Bad Ems", "Bad Em"]),
        ] {
            let families = names.map(|name| family(label, name));
            assert!(
                families.iter().all(|family| *family == families[0]),
                "{families:?}"
            );
        }
    }
}
