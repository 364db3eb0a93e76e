//! The languages of the report: how numbers, dates and times are written.

use std::fmt;

use blattwerk_core::date;

use super::number::{ratio, whole};
use crate::output::Date;

/// The language of the report, not that of the articles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// German.
    #[default]
    German,
    /// English.
    English,
}

impl Language {
    /// Returns its ISO 639-1 code.
    pub fn code(self) -> &'static str {
        self.of("de", "en")
    }

    /// Returns the German or the English text.
    pub(super) fn of<T>(self, german: T, english: T) -> T {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }

    /// Returns a count with a sign between thousands.
    pub(super) fn count(self, count: u64) -> String {
        let digits = count.to_string();
        let mut written = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                written.push(self.of('.', ','));
            }
            written.push(digit);
        }
        written
    }

    /// Returns a count with its noun.
    pub(super) fn counted(self, count: u64, noun: Noun) -> String {
        let noun = self.of(noun.german, noun.english);
        let noun = if count == 1 { noun.0 } else { noun.1 };
        format!("{}\u{A0}{noun}", self.count(count))
    }

    /// Returns a number with one decimal, or none from 100 on.
    pub(super) fn decimal(self, number: f64) -> String {
        if number.abs() >= 99.95 {
            return format!("{number:.0}");
        }
        format!("{number:.1}").replace('.', self.of(",", "."))
    }

    /// Returns a part of a whole in percent. What is not nothing is not 0 %, and what is not all is not 100 %.
    pub(super) fn percent(self, part: u64, whole: u64) -> String {
        let share = 100.0 * ratio(part, whole);
        let shown = if part == 0 || part >= whole {
            format!("{share:.0}")
        } else if share < 0.1 {
            format!("<\u{A0}{}", self.decimal(0.1))
        } else if !(10.0..=99.0).contains(&share) {
            self.decimal(share.min(99.9))
        } else {
            format!("{share:.0}")
        };
        shown + self.of("\u{A0}%", "%")
    }

    /// Returns a time span.
    pub(super) fn duration(self, seconds: f64) -> String {
        if seconds < 60.0 {
            return format!("{}\u{A0}s", self.decimal(seconds));
        }
        let seconds = whole(seconds);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        if hours > 0 {
            format!("{}\u{A0}h {minutes}\u{A0}min", self.count(hours))
        } else {
            format!("{minutes}\u{A0}min {}\u{A0}s", seconds % 60)
        }
    }

    /// Returns a day, month or year in words.
    pub(super) fn date(self, date: Date) -> String {
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
        let names = self.of(date::GERMAN_MONTHS, date::ENGLISH_MONTHS);
        let month = (month as usize)
            .checked_sub(1)
            .and_then(|month| names.get(month));
        match (month, day) {
            (None, _) => year.to_string(),
            (Some(month), 0) => format!("{month} {year}"),
            (Some(month), _) => format!("{day}{} {month} {year}", self.of(".", "")),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A noun: one and several, in both languages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noun {
    pub(super) german: (&'static str, &'static str),
    pub(super) english: (&'static str, &'static str),
}

const fn noun(german: (&'static str, &'static str), english: (&'static str, &'static str)) -> Noun {
    Noun { german, english }
}

pub(super) const ARTICLES: Noun = noun(("Artikel", "Artikel"), ("article", "articles"));
pub(super) const WORDS: Noun = noun(("Wort", "Wörter"), ("word", "words"));
pub(super) const MENTIONS: Noun = noun(("Nennung", "Nennungen"), ("mention", "mentions"));
pub(super) const COPIES: Noun = noun(("Dublette", "Dubletten"), ("duplicate", "duplicates"));
pub(super) const GROUPS: Noun = noun(("Gruppe", "Gruppen"), ("group", "groups"));

/// Puts a count of German articles, words or groups into the dative.
pub(super) fn dative(counted: &str) -> String {
    if counted.ends_with("Wörter") {
        format!("{counted}n")
    } else if counted != "1\u{A0}Artikel" {
        counted.replace("\u{A0}Artikel", "\u{A0}Artikeln")
    } else {
        counted.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, German};

    #[test]
    fn numbers_are_written_as_in_the_language() {
        for (count, german, english) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1.000", "1,000"),
            (1_234_567, "1.234.567", "1,234,567"),
        ] {
            assert_eq!(
                (German.count(count).as_str(), English.count(count).as_str()),
                (german, english)
            );
        }
        for (part, whole, german, english) in [
            (0, 0, "0\u{A0}%", "0%"),
            (0, 10, "0\u{A0}%", "0%"),
            (1, 10, "10\u{A0}%", "10%"),
            (10, 10, "100\u{A0}%", "100%"),
            (1, 30, "3,3\u{A0}%", "3.3%"),
            (1, 100_000, "<\u{A0}0,1\u{A0}%", "<\u{A0}0.1%"),
            (99_999, 100_000, "99,9\u{A0}%", "99.9%"),
        ] {
            assert_eq!(German.percent(part, whole), german);
            assert_eq!(English.percent(part, whole), english);
        }
    }

    #[test]
    fn counts_are_put_into_the_dative() {
        for (count, noun, dative_) in [
            (1, ARTICLES, "1\u{A0}Artikel"),
            (21, ARTICLES, "21\u{A0}Artikeln"),
            (1, WORDS, "1\u{A0}Wort"),
            (2, WORDS, "2\u{A0}Wörtern"),
            (2, GROUPS, "2\u{A0}Gruppen"),
        ] {
            assert_eq!(dative(&German.counted(count, noun)), dative_);
        }
    }

    #[test]
    fn dates_and_times_are_written_as_in_the_language() {
        for (date, german, english) in [
            (20_240_506, "6. Mai 2024", "6 May 2024"),
            (20_240_300, "März 2024", "March 2024"),
            (20_240_000, "2024", "2024"),
            (20_249_900, "2024", "2024"),
        ] {
            assert_eq!(
                (German.date(date).as_str(), English.date(date).as_str()),
                (german, english)
            );
        }
        for (seconds, german) in [
            (0.64, "0,6\u{A0}s"),
            (59.9, "59,9\u{A0}s"),
            (61.0, "1\u{A0}min 1\u{A0}s"),
            (7500.0, "2\u{A0}h 5\u{A0}min"),
        ] {
            assert_eq!(German.duration(seconds), german);
        }
    }
}
