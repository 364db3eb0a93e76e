//! What the report tells of a run, collected from its tables.
//!
//! Every table is read once, in a stream; what there may be millions of (names, keywords, lines that were removed) is counted by
//! [`Tally`], so the memory does not depend on the number of articles.

use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::article::{Article, LAYERS};
use super::failures::{Kind, kind};
use crate::output::{
    ArticleRows, Count, DUPLICATES, Date, ENTITIES, FAILURES, Joined, KEYWORDS, NORMALIZED, Name,
    Names, REMOVED, SENTENCES, SENTIMENT, SKIPPED, SUMMARIES, Table, Tables, Tally, date,
};
use crate::record::{Record, is_damaged, words};
use crate::{Result, merge};

/// About how much memory a tally takes before it goes on in a file.
const MOST_BYTES: usize = 24 << 20;

/// How many names of a label, sources, keywords and so on are shown.
pub(super) const MOST_NAMES: usize = 50;
const MOST_OUTLETS: usize = 20;
const MOST_KEYWORDS: usize = 60;
const MOST_REASONS: usize = 30;
const MOST_LINES: usize = 5;
const MOST_GROUPS: usize = 10;
const MOST_KINDS: usize = 15;
const MOST_EXAMPLES: usize = 3;
const MOST_SAMPLES: usize = 10;
/// How many labels, reasons and languages are told apart. There are more only in a broken or hostile run.
const MOST_CLASSES: usize = 100;

/// The articles from which on a source can be said to lose much text, and the share of its text, in percent.
const MUCH: (u64, u64) = (10, 30);

/// Everything that the report tells.
pub(super) struct Collected {
    pub(super) record: Record,
    /// Whether the tables have articles of earlier runs too.
    pub(super) is_appended: bool,
    pub(super) articles: u64,
    pub(super) words: u64,
    pub(super) damaged: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
    pub(super) duplicates: u64,
    /// What is known of each day, month or year; 0 is for articles without a date.
    pub(super) dates: BTreeMap<Date, Day>,
    pub(super) languages: BTreeMap<String, u64>,
    pub(super) outlets: Top<Outlet>,
    /// Sources that lost much text, the one that lost most first.
    pub(super) lossy: Top<Outlet>,
    pub(super) names: Vec<(String, Top<Name>)>,
    pub(super) keywords: Top<u64>,
    pub(super) removed: Vec<(String, Reason)>,
    pub(super) groups: Top<Group>,
    pub(super) reasons_skipped: BTreeMap<String, u64>,
    pub(super) failures: Top<Failures>,
    pub(super) samples: Vec<Article>,
}

/// The articles of a day, month or year.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Day {
    pub(super) articles: u64,
    /// By the judgement of the article: negative, neutral, positive.
    pub(super) tones: [u64; 3],
}

/// The articles of a source.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Outlet {
    pub(super) articles: u64,
    /// Characters that were removed, and those that are left.
    pub(super) removed: u64,
    pub(super) kept: u64,
    pub(super) tones: [u64; 3],
}

impl Count for Outlet {
    fn add(&mut self, other: Self) {
        self.articles += other.articles;
        self.removed += other.removed;
        self.kept += other.kept;
        for (sum, count) in self.tones.iter_mut().zip(other.tones) {
            *sum += count;
        }
    }
}

/// What was removed for a reason.
#[derive(Debug, Clone, Default)]
pub(super) struct Reason {
    pub(super) passages: u64,
    pub(super) articles: u64,
    pub(super) characters: u64,
    pub(super) lines: Top<u64>,
}

/// Copies of one article.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) title: String,
    pub(super) source: String,
}

/// Failures of a kind: the stage, the message without what differs, and some of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Failures {
    count: u64,
    /// Id, source and error.
    pub(super) examples: Vec<[String; 3]>,
}

impl Count for Failures {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        let rest = MOST_EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(rest));
    }

    fn heap(&self) -> usize {
        let cells = self.examples.iter().flatten();
        cells.map(|cell| cell.len() + size_of::<String>()).sum()
    }
}

/// The most frequent ones of many, the first by name if several are equal.
#[derive(Debug, Clone)]
pub(super) struct Top<T> {
    most: usize,
    /// How many there were in all.
    pub(super) total: u64,
    /// The sum of all counts.
    pub(super) sum: u64,
    pub(super) found: Vec<(u64, String, T)>,
}

impl<T> Default for Top<T> {
    fn default() -> Self {
        Self::new(MOST_LINES)
    }
}

impl<T> Top<T> {
    fn new(most: usize) -> Self {
        Self {
            most,
            total: 0,
            sum: 0,
            found: Vec::new(),
        }
    }

    /// Counts a thing, which is kept if it is among the most frequent.
    fn offer(&mut self, count: u64, name: &str, item: T) {
        self.total += 1;
        self.sum += count;
        let place = self.found.partition_point(|(other, found, _)| {
            *other > count || *other == count && found.as_str() <= name
        });
        if place < self.most {
            self.found.insert(place, (count, name.to_owned(), item));
            self.found.truncate(self.most);
        }
    }

    /// Returns the most frequent ones, with their counts and names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &str, &T)> {
        let found = self.found.iter();
        found.map(|(count, name, item)| (*count, name.as_str(), item))
    }

    /// Replaces what is known of each, by its name.
    fn map<U>(self, mut other: impl FnMut(&str) -> U) -> Top<U> {
        let found = self.found.into_iter();
        Top {
            most: self.most,
            total: self.total,
            sum: self.sum,
            found: found
                .map(|(count, name, _)| {
                    let item = other(&name);
                    (count, name, item)
                })
                .collect(),
        }
    }

    /// Returns how many there are beside those that are listed.
    pub(super) fn others(&self) -> u64 {
        self.total - self.found.len() as u64
    }
}

/// Counts something of which only so many kinds are told apart; the others count as the empty one.
fn count<'a, T: Default>(counts: &'a mut BTreeMap<String, T>, name: &str) -> &'a mut T {
    let is_known = counts.contains_key(name) || counts.len() < MOST_CLASSES;
    counts
        .entry(if is_known {
            name.to_owned()
        } else {
            String::new()
        })
        .or_default()
}

/// Articles drawn by the hash of their id, in the order of the run, with their rows in the tables.
#[derive(Default)]
struct Draw {
    drawn: BinaryHeap<([u8; 32], u64)>,
    rows: HashMap<u64, Vec<(&'static Table, ArticleRows)>>,
}

impl Draw {
    fn offer(&mut self, number: u64, article: &Joined) {
        let hash = *blake3::hash(article.id().as_bytes()).as_bytes();
        let is_drawn = self.drawn.len() < MOST_SAMPLES
            || self.drawn.peek().is_some_and(|(last, _)| hash < *last);
        if !is_drawn {
            return;
        }
        self.drawn.push((hash, number));
        let rows = LAYERS.map(|table| (table, article.taken(table)));
        self.rows.insert(number, rows.into());
        if self.drawn.len() > MOST_SAMPLES
            && let Some((_, number)) = self.drawn.pop()
        {
            self.rows.remove(&number);
        }
    }

    /// Returns the articles, with the rows that were not read yet.
    fn articles(self, tables: &Tables<'_>) -> Result<Vec<Article>> {
        let mut numbers: Vec<u64> = self.drawn.into_iter().map(|(_, number)| number).collect();
        numbers.sort_unstable();
        let mut rows = self.rows;
        let mut drawn: Vec<_> = numbers
            .iter()
            .filter_map(|number| rows.remove(number))
            .collect();
        let ids: Vec<String> = drawn.iter().map(|rows| Article::new(rows).id).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for table in [&SENTENCES, &SUMMARIES] {
            let mut found = tables.rows_of(table, &ids)?;
            for (rows, id) in drawn.iter_mut().zip(&ids) {
                rows.retain(|(other, _)| *other != table);
                rows.extend(found.remove(*id).map(|found| (table, found)));
            }
        }
        Ok(drawn.iter().map(|rows| Article::new(rows)).collect())
    }
}

/// The parts of the name of what a tally counts.
const PARTS: char = '\u{1F}';

/// What is counted while the articles are read.
struct Counts {
    articles: u64,
    /// Words and articles with lost characters, if the record of the run does not have those of all articles.
    more: Option<[u64; 2]>,
    dates: BTreeMap<Date, Day>,
    languages: BTreeMap<String, u64>,
    outlets: Tally<Outlet>,
    names: Names,
    keywords: Tally<u64>,
    removed: BTreeMap<String, Reason>,
    lines: Tally<u64>,
    /// The first articles of the largest groups of copies.
    firsts: HashMap<String, Group>,
    draw: Draw,
}

/// The columns of `normalized` that are counted.
const COLUMNS: [&str; 7] = [
    "title",
    "source",
    "language",
    "removed_chars",
    "text",
    "date_iso",
    "outlet",
];

impl Counts {
    fn new(scratch: &Path, is_appended: bool, groups: &Top<()>) -> Self {
        let firsts = groups.iter();
        Self {
            articles: 0,
            more: is_appended.then_some([0; 2]),
            dates: BTreeMap::new(),
            languages: BTreeMap::new(),
            outlets: Tally::new(scratch, MOST_BYTES),
            names: Names::new(scratch),
            keywords: Tally::new(scratch, 2 * MOST_BYTES),
            removed: BTreeMap::new(),
            lines: Tally::new(scratch, MOST_BYTES),
            firsts: firsts
                .map(|(_, id, ())| (id.to_owned(), Group::default()))
                .collect(),
            draw: Draw::default(),
        }
    }

    /// Counts an article, of which `places` are those of [`COLUMNS`].
    fn article(&mut self, article: &Joined, places: [Option<usize>; 7]) -> Result<()> {
        let [
            title,
            source,
            language,
            removed_chars,
            text,
            date_iso,
            outlet,
        ] = places.map(|place| article.cell(place));
        let when = date(date_iso);
        self.names.article(article, when)?;
        let tone = article.tone();
        let day = self.dates.entry(when.unwrap_or_default()).or_default();
        day.articles += 1;
        if let Some(tone) = tone {
            day.tones[tone as usize] += 1;
        }
        *count::<u64>(&mut self.languages, language) += 1;
        if let Some([all, damaged]) = &mut self.more {
            *all += words(text);
            *damaged += u64::from(is_damaged(text));
        }
        // A source that has no name is its file.
        let publisher = if outlet.is_empty() {
            format!("{PARTS}{}", file_of(source))
        } else {
            outlet.replace(PARTS, " ")
        };
        self.outlets.count(&publisher, |outlet| {
            outlet.articles += 1;
            outlet.removed += removed_chars.parse::<u64>().unwrap_or_default();
            outlet.kept += text.chars().count() as u64;
            if let Some(tone) = tone {
                outlet.tones[tone as usize] += 1;
            }
        })?;
        for [keyword] in article.cells(&KEYWORDS, ["keyword"]) {
            let keyword: Vec<&str> = keyword.split_whitespace().collect();
            self.keywords
                .count(&keyword.join(" "), |count| *count += 1)?;
        }
        self.removed(article)?;
        if let Some(first) = self.firsts.get_mut(article.id()) {
            title.clone_into(&mut first.title);
            source.clone_into(&mut first.source);
        }
        self.draw.offer(self.articles, article);
        self.articles += 1;
        Ok(())
    }

    fn removed(&mut self, article: &Joined) -> Result<()> {
        let mut reasons: Vec<&str> = Vec::new();
        let columns = ["reason", "start", "end", "text"];
        for [reason, start, end, text] in article.cells(&REMOVED, columns) {
            let sum = count(&mut self.removed, reason);
            sum.passages += 1;
            let [start, end] = [start, end].map(|cell| cell.parse::<u64>().unwrap_or_default());
            sum.characters += end.saturating_sub(start);
            if !reasons.contains(&reason) {
                reasons.push(reason);
                sum.articles += 1;
            }
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let line: String = line.trim().chars().take(200).collect();
                self.lines
                    .count(&format!("{reason}{PARTS}{line}"), |count| *count += 1)?;
            }
        }
        Ok(())
    }
}

/// Reads the tables of the complete run in a folder.
pub(super) fn collect(folder: &Path) -> Result<Collected> {
    let record = merge::record(folder)?;
    let tables = Tables::new(folder, &record)?;
    let scratch = std::env::temp_dir();

    let (groups, duplicates) = groups(&tables, &scratch)?;
    let (failures, failed) = failures(&tables, &scratch)?;
    let mut reasons_skipped = BTreeMap::new();
    let mut skipped = 0;
    each(&tables, &SKIPPED, ["reason"], |[reason]| {
        skipped += 1;
        *count::<u64>(&mut reasons_skipped, reason) += 1;
        Ok(())
    })?;

    let is_appended = tables.count(&NORMALIZED) != Some(record.counts.articles);
    let mut counts = Counts::new(&scratch, is_appended, &groups);
    let layers = [&REMOVED, &ENTITIES, &KEYWORDS, &SENTIMENT];
    let Some(mut article) = Joined::open(|table| tables.open(table), &layers)? else {
        // Every run has the table; one without it was changed by hand.
        let message = "run.json lists no table `normalized`";
        return Err(merge::refused(folder, message));
    };
    let places = COLUMNS.map(|name| article.place(name));
    while article.advance()? {
        counts.article(&article, places)?;
    }
    drop(article);

    let (outlets, lossy) = sources(counts.outlets)?;
    let mut removed = with_lines(counts.removed, counts.lines)?;
    removed.sort_by_key(|(_, reason)| std::cmp::Reverse(reason.passages));
    removed.truncate(MOST_REASONS);
    let mut firsts = counts.firsts;
    let [words, damaged] = counts
        .more
        .unwrap_or([record.counts.words, record.counts.damaged]);
    Ok(Collected {
        is_appended,
        articles: counts.articles,
        words,
        damaged,
        failed,
        skipped,
        duplicates,
        dates: counts.dates,
        languages: counts.languages,
        outlets,
        lossy,
        names: by_label(counts.names)?,
        keywords: most(counts.keywords, MOST_KEYWORDS)?,
        removed,
        groups: groups.map(|id| firsts.remove(id).unwrap_or_default()),
        reasons_skipped,
        failures,
        samples: counts.draw.articles(&tables)?,
        record,
    })
}

/// Calls a function with some cells of each row of a table.
fn each<const N: usize>(
    tables: &Tables<'_>,
    table: &'static Table,
    columns: [&str; N],
    mut row: impl FnMut([&str; N]) -> Result<()>,
) -> Result<()> {
    let Some(mut opened) = tables.open(table)? else {
        return Ok(());
    };
    let mut places = [None; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = opened.column(column)?;
    }
    while let Some(found) = opened.next()? {
        row(places.map(|place| place.and_then(|place| found.get(place)).unwrap_or_default()))?;
    }
    Ok(())
}

/// Returns the largest groups of copies by their first article, and the number of copies.
fn groups(tables: &Tables<'_>, scratch: &Path) -> Result<(Top<()>, u64)> {
    let mut tally: Tally<u64> = Tally::new(scratch, MOST_BYTES);
    let mut copies = 0;
    each(tables, &DUPLICATES, ["of"], |[of]| {
        copies += 1;
        tally.count(of, |count| *count += 1)
    })?;
    let mut top = Top::new(MOST_GROUPS);
    let mut sorted = tally.sorted()?;
    while let Some((of, count)) = sorted.next()? {
        top.offer(count, &of, ());
    }
    Ok((top, copies))
}

/// Returns the failures by kind, and their number.
fn failures(tables: &Tables<'_>, scratch: &Path) -> Result<(Top<Failures>, u64)> {
    let mut tally: Tally<Failures> = Tally::new(scratch, MOST_BYTES);
    let mut all = 0;
    let columns = ["article_id", "source", "stage", "error"];
    each(tables, &FAILURES, columns, |[id, source, stage, error]| {
        all += 1;
        let Kind { stage, message } = kind(stage, error);
        tally.count(&format!("{stage}{PARTS}{message}"), |failures| {
            failures.count += 1;
            if failures.examples.len() < MOST_EXAMPLES {
                let example = [id, source, error].map(|cell| cell.chars().take(600).collect());
                failures.examples.push(example);
            }
        })
    })?;
    let mut top = Top::new(MOST_KINDS);
    let mut sorted = tally.sorted()?;
    while let Some((kind, failures)) = sorted.next()? {
        top.offer(failures.count, &kind, failures);
    }
    Ok((top, all))
}

/// Splits the name of what failed into stage and message.
pub(super) fn parts(name: &str) -> (&str, &str) {
    name.split_once(PARTS).unwrap_or(("", name))
}

fn most(tally: Tally<u64>, most: usize) -> Result<Top<u64>> {
    let mut top = Top::new(most);
    let mut sorted = tally.sorted()?;
    while let Some((name, count)) = sorted.next()? {
        top.offer(count, &name, count);
    }
    Ok(top)
}

/// Returns the sources with most articles, and those that lost much text.
fn sources(tally: Tally<Outlet>) -> Result<(Top<Outlet>, Top<Outlet>)> {
    let (mut top, mut lossy) = (Top::new(MOST_OUTLETS), Top::new(MOST_LINES));
    let mut sorted = tally.sorted()?;
    while let Some((name, outlet)) = sorted.next()? {
        let (articles, share) = MUCH;
        let all = outlet.removed + outlet.kept;
        if outlet.articles >= articles && outlet.removed * 100 > all * share {
            let permille = outlet.removed * 1000 / all.max(1);
            lossy.offer(permille, name.trim_start_matches(PARTS), outlet);
        }
        if !name.starts_with(PARTS) {
            top.offer(outlet.articles, &name, outlet);
        }
    }
    Ok((top, lossy))
}

fn with_lines(
    mut removed: BTreeMap<String, Reason>,
    lines: Tally<u64>,
) -> Result<Vec<(String, Reason)>> {
    let mut sorted = lines.sorted()?;
    while let Some((name, count)) = sorted.next()? {
        if let Some((reason, line)) = name.split_once(PARTS)
            && let Some(reason) = removed.get_mut(reason)
        {
            reason.lines.offer(count, line, count);
        }
    }
    Ok(removed.into_iter().collect())
}

/// Returns the most mentioned names of each label: persons, places and organizations first.
fn by_label(names: Names) -> Result<Vec<(String, Top<Name>)>> {
    const FIRST: [&str; 4] = ["PER", "LOC", "ORG", "MISC"];
    let mut labels: BTreeMap<String, Top<Name>> = BTreeMap::new();
    let mut together = names.joined()?;
    while let Some(mut name) = together.next()? {
        let is_known = labels.contains_key(&name.label) || labels.len() < MOST_CLASSES;
        let label = if is_known { name.label.as_str() } else { "" };
        if !labels.contains_key(label) {
            labels.insert(label.to_owned(), Top::new(MOST_NAMES));
        }
        if let Some(top) = labels.get_mut(label) {
            // The list has the name beside it.
            let full = std::mem::take(&mut name.full);
            top.offer(name.uses.mentions(), &full, name);
        }
    }
    let mut labels: Vec<_> = labels.into_iter().collect();
    let place = |label: &str| FIRST.iter().position(|first| *first == label);
    labels.sort_by_key(|(label, top)| {
        let place = place(label).unwrap_or(FIRST.len());
        (place, std::cmp::Reverse(top.sum))
    });
    labels.truncate(6);
    Ok(labels)
}

/// Returns the file of a source, without the line.
fn file_of(source: &str) -> &str {
    match source.rsplit_once(':') {
        Some((file, line)) if line.bytes().all(|byte| byte.is_ascii_digit()) => file,
        _ => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_whatever_the_order() {
        let counts = [("Ulm", 3), ("Bonn", 5), ("Kiel", 3), ("Jena", 1)];
        for turn in 0..counts.len() {
            let mut top = Top::new(3);
            for at in 0..counts.len() {
                let (name, count) = counts[(at + turn) % counts.len()];
                top.offer(count, name, ());
            }
            let found: Vec<_> = top.iter().map(|(count, name, ())| (name, count)).collect();
            assert_eq!(found, [("Bonn", 5), ("Kiel", 3), ("Ulm", 3)]);
            assert_eq!((top.others(), top.sum), (1, 12));
        }
    }

    #[test]
    fn the_line_is_not_part_of_the_file() {
        for (source, file) in [
            ("a/dump.jsonl:17", "a/dump.jsonl"),
            ("a:b.txt", "a:b.txt"),
            ("", ""),
        ] {
            assert_eq!(file_of(source), file);
        }
    }
}
