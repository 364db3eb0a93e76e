//! The mentions of a name over a run, with their sentences.

use std::collections::BTreeSet;
use std::path::Path;

use blattwerk_core::Polarity;

use crate::output::{
    ENTITIES, Joined, Member, Members, Names, SENTENCES, SENTIMENT, Tables, date, members,
};
use crate::{Result, merge};

/// A mention of a name.
#[derive(Debug, Clone)]
pub struct Mention<'a> {
    /// The id of the article.
    pub article: &'a str,
    /// Its headline; empty if there is none.
    pub title: &'a str,
    /// The date of the article in the form of ISO 8601; empty if there is none.
    pub date: &'a str,
    /// The label of the name.
    pub label: &'a str,
    /// The name that the mention counts for.
    pub name: &'a str,
    /// How it is written here.
    pub form: &'a str,
    /// How the text writes about it.
    pub stance: Option<Polarity>,
    /// The index of the sentence; none if the text was not split.
    pub sentence: Option<usize>,
    /// The sentence before, at and after the mention.
    pub text: [&'a str; 3],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// So many mentions.
    Mentions(u64),
    /// No such name; these contain what was looked for, or begin alike, the most mentioned first.
    Similar(Vec<String>),
}

/// Calls a function with each mention of a name, in the order of the articles.
///
/// The name is one of `names.csv`, or any of its forms, in any case. If several names have that form, the mentions of all are found.
///
/// # Errors
///
/// If there is no complete run in the folder, its tables cannot be read, or the function returns an error.
pub fn mentions<E: From<crate::Error>>(
    folder: &Path,
    name: &str,
    each: &mut dyn FnMut(&Mention<'_>) -> Result<(), E>,
) -> Result<Found, E> {
    const MOST_SIMILAR: usize = 10;
    let record = merge::record(folder)?;
    let tables = Tables::new(folder, &record)?;
    let open = || {
        Joined::open(
            |table| tables.open(table),
            &[&ENTITIES, &SENTIMENT, &SENTENCES],
        )
    };
    let wanted = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = wanted.to_lowercase();

    let mut names = Names::new(&std::env::temp_dir());
    let Some(mut article) = open()? else {
        return Ok(Found::Similar(Vec::new()));
    };
    let column = article.place("date_iso");
    while article.advance()? {
        names.article(&article, date(article.cell(column)))?;
    }
    let mut found: Vec<(Member, String)> = Vec::new();
    let mut similar: BTreeSet<(std::cmp::Reverse<u64>, String)> = BTreeSet::new();
    let mut together = names.joined()?;
    while let Some(name) = together.next()? {
        let is_wanted = |form: &String| form.to_lowercase() == lower;
        if is_wanted(&name.full) || name.uses.forms.iter().any(|(form, _)| is_wanted(form)) {
            let members = name.members.into_iter();
            found.extend(members.map(|member| (member, name.full.clone())));
        } else if name.full.to_lowercase().contains(&lower) {
            similar.insert((std::cmp::Reverse(name.uses.mentions()), name.full));
            if similar.len() > MOST_SIMILAR {
                similar.pop_last();
            }
        }
    }
    if found.is_empty() {
        let names = similar.into_iter().map(|(_, name)| name);
        return Ok(Found::Similar(names.collect()));
    }
    found.sort();

    let Some(mut article) = open()? else {
        return Ok(Found::Mentions(0));
    };
    let title = article.place("title");
    let mut count = 0;
    while article.advance()? {
        let Members { names, of } = members(article.mentions());
        let places: Vec<Option<usize>> = names
            .iter()
            .map(|name| {
                let place = found.binary_search_by(|(found, _)| found.cmp(name));
                place.ok()
            })
            .collect();
        let mut sentences: Option<Vec<[&str; 2]>> = None;
        for (mention, name) in article.mentions().zip(of) {
            let Some(place) = places[name] else {
                continue;
            };
            count += 1;
            let sentences = sentences
                .get_or_insert_with(|| article.cells(&SENTENCES, ["start", "text"]).collect());
            let sentence = mention.sentence.parse::<usize>().ok();
            let [start, text] = sentence
                .and_then(|index| sentences.get(index).copied())
                .unwrap_or(["", mention.text]);
            each(&Mention {
                article: article.id(),
                title: article.cell(title),
                date: article.cell(column),
                label: mention.label,
                name: &found[place].1,
                form: mention.text,
                stance: mention.stance,
                sentence,
                text: around(text, mention.text, start, mention.start),
            })?;
        }
    }
    Ok(Found::Mentions(count))
}

/// Splits a sentence at a form: before, at and after it. Of several places, the one nearest to the distance that the tables
/// give is taken.
fn around<'a>(sentence: &'a str, form: &str, start: &str, at: &str) -> [&'a str; 3] {
    let number = |cell: &str| cell.parse::<usize>().unwrap_or_default();
    let distance = number(at).saturating_sub(number(start));
    let expected: usize = sentence.chars().take(distance).map(char::len_utf8).sum();
    let mut found = None;
    if !form.is_empty() {
        let places = sentence.match_indices(form).map(|(place, _)| place);
        found = places.min_by_key(|place| place.abs_diff(expected));
    }
    let Some(place) = found else {
        return [sentence, "", ""];
    };
    let (before, rest) = sentence.split_at(place);
    let (form, after) = rest.split_at(form.len());
    [before, form, after]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_split_at_the_mention() {
        let sentence = "Ulm grüßt Ulm.";
        for (form, at, expected) in [
            ("Ulm", "20", ["", "Ulm", " grüßt Ulm."]),
            ("Ulm", "30", ["Ulm grüßt ", "Ulm", "."]),
            ("Köln", "20", [sentence, "", ""]),
            ("", "20", [sentence, "", ""]),
        ] {
            assert_eq!(around(sentence, form, "20", at), expected);
        }
    }
}
