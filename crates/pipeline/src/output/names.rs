//! The names of a run: how often each is mentioned, in how many articles, when, and how it is written about.
//!
//! A name has several forms. First, the forms of an article are put together: there, a surname alone is the person whose
//! full name has it. What an article leaves open is decided over the whole run. [`forms`] has the rule.

mod forms;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use self::forms::{Meaning, Scope, Weight, family, meanings, plain, spaced};
use super::few::Few;
use super::joined::{Joined, Mention};
use super::sheet::Cell;
use super::tally::{Count, Sorted, Tally};
use crate::Result;

/// About how much memory the names take before they are written to a file.
const MOST_BYTES: usize = 96 << 20;

/// A day, month or year as a number, so that many of them take little memory: 20240506, 20240500, 20240000.
pub(crate) type Date = u32;

/// Returns the day of a date in the form of ISO 8601, as exact as it is given.
pub(crate) fn date(iso: &str) -> Option<Date> {
    let day = iso.split('T').next().unwrap_or_default();
    let mut parts = day.split('-').map(str::parse::<Date>);
    let year = parts.next()?.ok().filter(|year| *year <= 9999)?;
    let mut rest = parts.map(|part| part.ok().filter(|part| *part < 100));
    let month = rest.next().unwrap_or(Some(0))?;
    let day = rest.next().unwrap_or(Some(0))?;
    Some(year * 10_000 + month * 100 + day)
}

/// Returns a day, month or year in the form of ISO 8601, the inverse of [`date`].
pub(crate) fn iso(date: Date) -> String {
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    match (month, day) {
        (0, _) => format!("{year:04}"),
        (_, 0) => format!("{year:04}-{month:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}"),
    }
}

/// What is counted of a name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Uses {
    /// Its forms, with how often each occurs.
    pub(crate) forms: Few<String>,
    /// The number of articles.
    pub(crate) articles: u64,
    /// Mentions by day of the article, if that has one.
    pub(crate) dates: Few<Date>,
    /// Mentions by how the text writes about the name, in the order of [`Polarity::ALL`](blattwerk_core::Polarity::ALL).
    pub(crate) stances: [u64; 3],
}

impl Uses {
    /// Returns the number of mentions.
    pub(crate) fn mentions(&self) -> u64 {
        self.forms.sum()
    }

    /// Returns the number of mentions that were judged.
    pub(crate) fn judged(&self) -> u64 {
        self.stances.iter().sum()
    }
}

impl Count for Uses {
    fn add(&mut self, other: Self) {
        self.forms.extend::<str>(other.forms);
        self.dates.extend::<Date>(other.dates);
        self.articles += other.articles;
        for (sum, count) in self.stances.iter_mut().zip(other.stances) {
            *sum += count;
        }
    }

    fn heap(&self) -> usize {
        // The texts of the forms are mostly short.
        (size_of::<(String, u64)>() + 24) * self.forms.len() + 16 * self.dates.len()
    }
}

/// The names of a run while its articles are read.
pub(crate) struct Names {
    tally: Tally<Uses>,
    most: usize,
}

/// The parts of the name of a count: label, family, name, and whether it is ambiguous in its articles.
const PARTS: char = '\u{1F}';

/// The label, and the name that forms were put together to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    pub(crate) label: String,
    pub(crate) name: String,
    pub(crate) is_ambiguous: bool,
}

impl Member {
    fn key(&self) -> String {
        let Self { label, name, .. } = self;
        let ambiguous = if self.is_ambiguous { "?" } else { "" };
        let family = family(label, name);
        format!("{label}{PARTS}{family}{PARTS}{name}{PARTS}{ambiguous}")
    }

    fn of(key: &str) -> Self {
        let mut parts = key.split(PARTS);
        let mut next = || parts.next().unwrap_or_default().to_owned();
        let (label, _, name) = (next(), next(), next());
        let is_ambiguous = !next().is_empty();
        Self {
            label,
            name,
            is_ambiguous,
        }
    }
}

/// The names of an article, and which of them each mention stands for.
pub(crate) struct Members {
    pub(crate) names: Vec<Member>,
    /// The index of the name of each mention.
    pub(crate) of: Vec<usize>,
}

/// Returns the names that the mentions of an article stand for there.
pub(crate) fn members<'a>(mentions: impl Iterator<Item = Mention<'a>>) -> Members {
    let plain: Vec<(Cow<'_, str>, Cow<'_, str>)> = mentions
        .map(|mention| {
            let label = without_parts(mention.label);
            let name = plain(&label, mention.text);
            (label, name)
        })
        .collect();
    // The mentions by label and name.
    let mut order: Vec<usize> = (0..plain.len()).collect();
    order.sort_by(|one, other| plain[*one].cmp(&plain[*other]));
    let mut found = Members {
        names: Vec::new(),
        of: vec![0; plain.len()],
    };
    for of_label in order.chunk_by(|one, other| plain[*one].0 == plain[*other].0) {
        let label: &str = &plain[of_label[0]].0;
        let of_name = || of_label.chunk_by(|one, other| plain[*one].1 == plain[*other].1);
        let names: Vec<(&str, Weight)> = of_name()
            .map(|same| (&*plain[same[0]].1, same.len() as Weight))
            .collect();
        let first = found.names.len();
        for (same, meaning) in of_name().zip(meanings(label, &names, Scope::Article)) {
            let Meaning { name, is_ambiguous } = meaning;
            let known = found.names[first..]
                .iter()
                .position(|member| member.name == name && member.is_ambiguous == is_ambiguous);
            let place = known.map_or(found.names.len(), |place| first + place);
            if place == found.names.len() {
                found.names.push(Member {
                    label: label.to_owned(),
                    name,
                    is_ambiguous,
                });
            }
            for mention in same {
                found.of[*mention] = place;
            }
        }
    }
    found
}

/// Returns a text without the character that separates the parts of a name.
fn without_parts(text: &str) -> Cow<'_, str> {
    if text.contains(PARTS) {
        text.replace(PARTS, " ").into()
    } else {
        text.into()
    }
}

impl Names {
    /// Returns the names of no article; what does not fit in memory is written to nameless files in a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::within(folder, MOST_BYTES)
    }

    fn within(folder: &Path, most: usize) -> Self {
        Self {
            tally: Tally::new(folder, most),
            most,
        }
    }

    /// Counts the names of an article.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub(crate) fn article(&mut self, article: &Joined, date: Option<Date>) -> Result<()> {
        let Members { names, of } = members(article.mentions());
        let keys: Vec<String> = names.iter().map(Member::key).collect();
        let mut is_new = vec![true; names.len()];
        for (mention, place) in article.mentions().zip(of) {
            self.tally.count(&keys[place], |uses| {
                uses.forms.add(&*spaced(mention.text), 1);
                uses.articles += u64::from(is_new[place]);
                if let Some(date) = date {
                    uses.dates.add(&date, 1);
                }
                if let Some(stance) = mention.stance {
                    uses.stances[stance as usize] += 1;
                }
            })?;
            is_new[place] = false;
        }
        Ok(())
    }

    /// Puts together what the articles left open, and returns the names by label and family.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn joined(self) -> Result<Together> {
        Ok(Together {
            counts: self.tally.sorted()?,
            next: None,
            ready: Vec::new(),
        })
    }

    /// Gives the cells of each row of the table, the most mentioned name first.
    ///
    /// # Errors
    ///
    /// If a file cannot be written or read.
    pub(super) fn write(
        self,
        folder: &Path,
        row: &mut dyn FnMut(&[Cell<'_>; 10]) -> Result<()>,
    ) -> Result<()> {
        let mut by_count: Tally<Uses> = Tally::new(folder, self.most);
        let mut together = self.joined()?;
        while let Some(Name {
            label, full, uses, ..
        }) = together.next()?
        {
            let rank = u64::MAX - uses.mentions();
            let key = format!("{rank:020}{PARTS}{label}{PARTS}{full}");
            by_count.count(&key, |count| *count = uses)?;
        }
        let mut sorted = by_count.sorted()?;
        while let Some((key, uses)) = sorted.next()? {
            let mut parts = key.split(PARTS).skip(1);
            let mut next = || parts.next().unwrap_or_default();
            let (label, name) = (next(), next());
            let forms: Vec<String> = listed(&uses.forms)
                .map(|(form, count)| format!("{form} {count}"))
                .collect();
            let mut dates = uses.dates.iter().map(|(date, _)| iso(*date));
            let first = dates.next().unwrap_or_default();
            let last = dates.next_back().unwrap_or_else(|| first.clone());
            let number = |count: u64| Cell::Count(usize::try_from(count).unwrap_or(usize::MAX));
            let [negative, neutral, positive] = uses.stances;
            row(&[
                Cell::Text(label),
                Cell::Text(name),
                Cell::Text(&forms.join(" | ")),
                number(uses.mentions()),
                number(uses.articles),
                Cell::Text(&first),
                Cell::Text(&last),
                number(negative),
                number(neutral),
                number(positive),
            ])?;
        }
        Ok(())
    }
}

/// Returns the forms of a name, the most frequent first.
pub(crate) fn listed(forms: &Few<String>) -> impl Iterator<Item = (&str, u64)> {
    let mut forms: Vec<_> = forms
        .iter()
        .map(|(form, count)| (form.as_str(), count))
        .collect();
    forms.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    forms.into_iter()
}

/// A name of a run.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) label: String,
    /// The name itself: of its forms the full one.
    pub(crate) full: String,
    pub(crate) uses: Uses,
    /// What articles have put together, and is this name.
    pub(crate) members: Vec<Member>,
}

/// The names of a run, a family at a time.
pub(crate) struct Together {
    counts: Sorted<Uses>,
    /// The first count of the next family.
    next: Option<(String, Uses)>,
    /// The names of the family, the next one last.
    ready: Vec<Name>,
}

impl Together {
    /// Returns the next name; none at the end.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<Name>> {
        while self.ready.is_empty() {
            let mut family = Vec::new();
            let first = match self.next.take() {
                Some(first) => Some(first),
                None => self.counts.next()?,
            };
            let Some(first) = first else {
                return Ok(None);
            };
            let of = |key: &str| {
                let mut parts = key.split(PARTS);
                (
                    parts.next().map(str::to_owned),
                    parts.next().map(str::to_owned),
                )
            };
            let group = of(&first.0);
            family.push(first);
            while let Some(next) = self.counts.next()? {
                if of(&next.0) != group {
                    self.next = Some(next);
                    break;
                }
                family.push(next);
            }
            self.ready = together(family);
            self.ready.reverse();
        }
        Ok(self.ready.pop())
    }
}

/// Puts the names of a family together.
fn together(family: Vec<(String, Uses)>) -> Vec<Name> {
    let family: Vec<(Member, Uses)> = family
        .into_iter()
        .map(|(key, uses)| (Member::of(&key), uses))
        .collect();
    let mut weights: BTreeMap<&str, Weight> = BTreeMap::new();
    for (member, uses) in &family {
        *weights.entry(&member.name).or_default() += uses.mentions();
    }
    let names: Vec<(&str, Weight)> = weights.into_iter().collect();
    let label = family.first().map(|(member, _)| member.label.clone());
    let label = label.unwrap_or_default();
    let found = meanings(&label, &names, Scope::Run);
    let found: BTreeMap<String, String> = names
        .iter()
        .zip(found)
        .map(|((name, _), found)| ((*name).to_owned(), found.name))
        .collect();
    let mut together: BTreeMap<String, Name> = BTreeMap::new();
    for (member, uses) in family {
        let name = if member.is_ambiguous {
            &member.name
        } else {
            &found[&member.name]
        };
        let name = together.entry(name.clone()).or_insert_with(|| Name {
            label: label.clone(),
            full: name.clone(),
            uses: Uses::default(),
            members: Vec::new(),
        });
        name.uses.add(uses);
        name.members.push(member);
    }
    together.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_exact_as_they_are_given() {
        for (text, number, day) in [
            ("2024-05-06T08:00:00+02:00", 20_240_506, "2024-05-06"),
            ("2024-05-06", 20_240_506, "2024-05-06"),
            ("2024-05", 20_240_500, "2024-05"),
            ("2024", 20_240_000, "2024"),
        ] {
            assert_eq!(date(text), Some(number));
            assert_eq!(iso(number), day);
        }
        for text in ["", "gestern", "2024-xx", "123456-01-01", "2024-100"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
