//! Lines that many stories of a dump share: boilerplate that is in no built-in list.
//!
//! A line that occurs in twenty different stories is hardly a sentence of all of them. But wire copy is
//! printed by many sites, and then each of its lines is repeated; so articles with the same longest line are
//! one story and count once. The result is a list for `extra_boilerplate`, which people read before they use
//! it.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::rules::{pattern_of, score_of};

/// A line longer than this, in bytes, belongs to the story.
const LONGEST_LINE: usize = 200;
/// The maximum number of different lines that are counted. Beyond it the rarest are forgotten, as in Manku
/// and Motwani (2002).
const MOST_LINES: usize = 1 << 20;

/// Counts in how many stories each line occurs.
#[derive(Debug, Default)]
pub struct Repeated {
    lines: HashMap<Box<str>, Line>,
    stories: HashSet<u64>,
    /// Lines with at most this count may have been forgotten.
    forgotten: u32,
}

/// A line, identified by its pattern.
#[derive(Debug)]
struct Line {
    /// The line as it first occurred.
    example: Box<str>,
    /// In how many stories it occurs.
    stories: u32,
    /// In how many of them the story continues after it.
    inside: u32,
    /// The last story in which it occurred.
    last: usize,
}

/// The lines that were found, as a list for `extra_boilerplate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The list, most frequent lines first.
    pub text: String,
    /// How many lines it has.
    pub lines: usize,
    /// How many different stories were read.
    pub stories: usize,
}

impl Repeated {
    /// Counts the lines of an article; an article with the longest line of an earlier one is ignored.
    pub fn add(&mut self, text: &str) {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let Some(longest) = lines.iter().max_by_key(|line| line.len()) else {
            return;
        };
        if !self.stories.insert(key(longest)) {
            return;
        }
        let story = self.stories.len();
        let is_story = |line: &&str| LONGEST_LINE < line.len() || line == longest;
        let first = lines.iter().position(is_story).unwrap_or(0);
        let last = lines.iter().rposition(is_story).unwrap_or(0);
        for (at, line) in lines.iter().enumerate() {
            if is_story(line) {
                continue;
            }
            let Some(pattern) = pattern_of(line) else {
                continue;
            };
            let counted = self.lines.entry(pattern.into()).or_insert_with(|| Line {
                example: (*line).into(),
                stories: 0,
                inside: 0,
                last: 0,
            });
            if counted.last != story {
                counted.last = story;
                counted.stories += 1;
                counted.inside += u32::from(first < at && at < last);
            }
        }
        while MOST_LINES < self.lines.len() {
            self.forgotten += 1;
            self.lines.retain(|_, line| self.forgotten < line.stories);
        }
    }

    /// Returns the lines that occur in at least this many stories.
    ///
    /// A line that mostly occurs in the middle of the story may be a subheading: its score suffices only at
    /// the start and the end of the story.
    pub fn list(&self, least_stories: u32) -> List {
        let mut found: Vec<_> = self
            .lines
            .iter()
            .filter(|(_, line)| least_stories <= line.stories)
            .collect();
        found.sort_by_key(|&(pattern, line)| (std::cmp::Reverse(line.stories), pattern));
        let stories = self.stories.len();
        let mut text = format!(
            "# Lines that occur in at least {least_stories} of {stories} stories. Delete those that belong to a story, then name this\n\
             # file in `normalize.extra_boilerplate`. Fields, separated by tabs: reason, score, reach, pattern.\n"
        );
        for (pattern, line) in &found {
            let score = score_of(&line.example, line.stories < 2 * line.inside);
            writeln!(
                text,
                "\n# {} stories: {}\nrepeated\t{score}\tline\t{pattern}",
                line.stories, line.example
            )
            .expect("a string takes all that is written to it");
        }
        List {
            text,
            lines: found.len(),
            stories,
        }
    }
}

/// Returns a hash of the letters and digits of a line.
fn key(line: &str) -> u64 {
    let mut h = 0xCBF2_9CE4_8422_2325;
    for c in line.chars().filter(|c| c.is_alphanumeric()) {
        h = (h ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3);
    }
    h
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use blattwerk_core::{Document, Stage};

    use super::*;
    use crate::RulesConfig;

    fn story(number: usize) -> String {
        format!(
            "Nummer {number}: Der Rat der Stadt hat am Abend mit großer Mehrheit beschlossen, die alte Brücke über \
             den Fluss zu erneuern und den Verkehr bis zum Herbst umzuleiten, wie es {number} Bürger gefordert hatten, \
             und das Geld dafür kommt aus {number} Töpfen."
        )
    }

    #[test]
    fn a_line_of_many_stories_is_found() {
        let mut repeated = Repeated::default();
        for number in 0..30 {
            repeated.add(&format!(
                "Servicezentrale Mittelrhein\n\n{}\n\nHintergrund\n\n{}\n\n{number} Leser waren hier. Danke!\n\nEnde {}",
                story(number),
                story(number + 100),
                ["eins", "zwei", "drei"][number % 3],
            ));
        }
        let list = repeated.list(20);
        assert_eq!(list.stories, 30);
        let patterns: Vec<&str> = list
            .text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        assert_eq!(
            patterns,
            [
                "repeated\t15\tline\t# leser waren hier danke",
                "repeated\t6\tline\thintergrund",
                "repeated\t10\tline\tservicezentrale mittelrhein",
            ],
            "{}",
            list.text
        );
    }

    #[test]
    fn wire_copy_counts_once() {
        let mut repeated = Repeated::default();
        for number in 0..30 {
            repeated.add(&format!(
                "Zeitung Nummer {number}x\n\n{}\n\nDer Rat sagt Ja.",
                story(1)
            ));
        }
        assert_eq!(repeated.list(2).lines, 0);
    }

    #[test]
    fn the_list_takes_the_lines_away() {
        let line = "Unsere Redaktion im Rheinland: 0221/12-34 (täglich) – Büro_A";
        let mut repeated = Repeated::default();
        for number in 0..30 {
            repeated.add(&format!("{}\n\n{line}", story(number)));
        }
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lines.tsv");
        std::fs::write(&path, repeated.list(20).text).unwrap();
        let config = RulesConfig {
            extra_boilerplate: Some("lines.tsv".into()),
            ..RulesConfig::default()
        };
        let (rules, _) = config.rules(Path::new(place.path())).unwrap();
        let document = Document::new("a", format!("{}\n\n{line}", story(99)));
        let normalized = rules.process(&document).unwrap();
        assert_eq!(normalized.text.as_str(), story(99));
        assert_eq!(&*normalized.removed[0].reason, "repeated");
    }
}
