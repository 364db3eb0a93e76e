//! Headline and date of a story, for records that have neither.
//!
//! A headline is a first line that looks like one: short, without a full stop, and followed by something
//! longer. A date counts only where a page states when it was published: on a line that says nothing else
//! ("Stand: 12.03.2008, 14:30 Uhr"), in the dateline, or in what was removed as boilerplate. A date in the
//! running text may be any date.

use super::structure::{self, months};

/// The longest headline, in characters, and the fewest words it has.
const LONGEST_TITLE: usize = 160;
const FEWEST_WORDS: usize = 2;
/// How many lines at the start and at the end may hold the date.
const LINES: usize = 4;

/// Words that may accompany the date on a line of its own.
const BESIDE: &[&str] = &[
    "aktualisiert",
    "am",
    "datum",
    "den",
    "di",
    "dienstag",
    "do",
    "donnerstag",
    "erschienen",
    "erstellt",
    "fr",
    "freitag",
    "geändert",
    "mi",
    "mittwoch",
    "mo",
    "montag",
    "online",
    "publiziert",
    "sa",
    "samstag",
    "seit",
    "so",
    "sonnabend",
    "sonntag",
    "stand",
    "uhr",
    "um",
    "update",
    "veröffentlicht",
    "vom",
    "zuletzt",
];

/// Returns the headline at the start of a text.
pub(super) fn title(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let story = lines.next()?;
    let length = first.chars().count();
    let ends_sentence = first.ends_with(['.', ',', ':', ';', '“', '"', '«', '…']);
    let goes_on = story.starts_with(|c: char| c.is_lowercase() || "(,;:".contains(c));
    let words = first
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphabetic));
    let is_title = length <= LONGEST_TITLE
        && FEWEST_WORDS <= words.count()
        && !ends_sentence
        && !goes_on
        && !first.starts_with(['-', '–', '•', '*'])
        && structure::dateline(first).is_none()
        && date_alone(first).is_none()
        && (length < story.chars().count() || lines.next().is_some());
    is_title.then_some(first)
}

/// Returns the date of a story in ISO 8601 form, `2008-03-12`.
///
/// `removed` holds the removed passages in which the page may state it.
pub(super) fn date<'a>(text: &str, removed: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let dateline = || {
        let span = structure::dateline(text)?;
        first_date(text.get(span.range())?)
    };
    lines()
        .take(LINES)
        .find_map(date_alone)
        .or_else(dateline)
        .or_else(|| removed.into_iter().find_map(first_date))
        .or_else(|| lines().rev().take(LINES).find_map(date_alone))
        .map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

/// Year, month and day.
type Date = (u32, u32, u32);

/// Returns the first date of a line that states nothing else.
fn date_alone(line: &str) -> Option<Date> {
    let date = first_date(line).filter(|_| !line.starts_with('('))?;
    let is_month = |word: &str| months().any(|month| month.eq_ignore_ascii_case(word));
    line.split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .all(|word| is_month(word) || word == "T" || BESIDE.contains(&word.to_lowercase().as_str()))
        .then_some(date)
}

/// Returns the first date with a year: "12.03.2008", "12. März 2008", "2008-03-12".
fn first_date(text: &str) -> Option<Date> {
    let mut parts = parts(text).into_iter();
    let mut window = (parts.next()?, parts.next()?, parts.next()?);
    loop {
        if let Some(date) = read(&window) {
            return Some(date);
        }
        window = (window.1, window.2, parts.next()?);
    }
}

/// A number or a word, with the punctuation and spaces before the next one.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    gap: &'a str,
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let belongs = |c: char| c.is_alphanumeric() && c.is_ascii_digit() == is_digit;
        let (text, behind) = halves(rest, belongs);
        let (gap, behind) = halves(behind, |c| !c.is_alphanumeric());
        parts.push(Part { text, gap });
        rest = behind;
    }
    parts
}

/// Splits a text after the leading characters that belong together.
fn halves(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn read((a, b, c): &(Part<'_>, Part<'_>, Part<'_>)) -> Option<Date> {
    let number = |part: &Part<'_>, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let is_number = part.text.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && digits.contains(&part.text.len())).then(|| part.text.parse().ok())?
    };
    let year = |part: &Part<'_>| number(part, 4..=4).filter(|year| (1900..=2100).contains(year));
    let is_between = |part: &Part<'_>, gaps: &[&str]| gaps.contains(&part.gap);
    let month = |part: &Part<'_>| {
        let known = months().any(|month| month.to_lowercase() == part.text.to_lowercase());
        let start: String = part.text.to_lowercase().chars().take(3).collect();
        let starts = [
            "jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez",
        ];
        let at = starts
            .iter()
            .position(|&month| month == start || month == "jan" && start == "jän");
        known
            .then_some(at)?
            .and_then(|at| u32::try_from(at + 1).ok())
    };
    let date = if is_between(a, &["-"]) && is_between(b, &["-"]) {
        (year(a)?, number(b, 2..=2)?, number(c, 2..=2)?)
    } else if is_between(a, &[".", ". "]) && number(b, 1..=2).is_some() {
        if !is_between(b, &[".", ". "]) {
            return None;
        }
        (year(c)?, number(b, 1..=2)?, number(a, 1..=2)?)
    } else if is_between(a, &[". ", ".", " "]) && is_between(b, &[" ", ". "]) {
        (year(c)?, month(b)?, number(a, 1..=2)?)
    } else {
        return None;
    };
    is_day(date).then_some(date)
}

/// Tells whether the date exists.
fn is_day((year, month, day): Date) -> bool {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_the_title() {
        let story = "Der Rat hat am Montag beschlossen, die Brücke zu bauen. Das kostet viel.";
        let cases = [
            ("Rat beschließt neue Brücke", true),
            ("Wer zahlt die neue Brücke?", true),
            ("Brücke: Der Rat sagt ja!", true),
            ("Brückenbau", false),
            ("Der Rat hat das beschlossen.", false),
            ("„Wir bauen die Brücke“", false),
            ("DRESDEN (dpa) – Der Rat tagt", false),
            ("Stand: 12. März 2008", false),
            ("- ein Punkt der Liste", false),
            ("Die Ergebnisse im Überblick:", false),
        ];
        for (line, is_title) in cases {
            let text = format!("{line}\n\n{story}");
            assert_eq!(title(&text), is_title.then_some(line), "{line:?}");
        }
        let broken = "Ab sofort kann das Amt\nwarnen, wenn es irgendwo brennt.";
        assert_eq!(title(broken), None, "one sentence on two lines");
        assert_eq!(title("Nur eine Zeile ohne Punkt"), None, "no story");
        assert_eq!(title("Ein langer Satz am Anfang\n\nkurz"), None, "no story");
        assert_eq!(title(""), None);
    }

    #[test]
    fn dates_are_read() {
        let cases = [
            ("12.03.2008", "2008-03-12"),
            ("12. 3. 2008", "2008-03-12"),
            ("12. März 2008", "2008-03-12"),
            ("1. Jänner 2020", "2020-01-01"),
            ("3. Dez. 2019", "2019-12-03"),
            ("2008-03-12T14:30", "2008-03-12"),
            ("Stand: Mittwoch, 12.03.2008, 14:30 Uhr", "2008-03-12"),
            (
                "Veröffentlicht am 29.2.2020 · Aktualisiert: 1.3.2020",
                "2020-02-29",
            ),
        ];
        for (line, date_found) in cases {
            let head = format!("Rat baut Brücke\n{line}\n\nDer Rat baut eine Brücke.");
            assert_eq!(date(&head, []).as_deref(), Some(date_found), "{head:?}");
            let tail = format!("Der Rat baut eine Brücke.\n\n{line}");
            assert_eq!(date(&tail, []).as_deref(), Some(date_found), "{tail:?}");
        }
        assert_eq!(
            date("Berlin, 3. März 2008 – Der Rat tagt.", []).as_deref(),
            Some("2008-03-03"),
            "a dateline"
        );
        assert_eq!(
            date(
                "Der Rat tagt.",
                ["Teilen", "Diese Nachricht wurde am 13.04.2022 gesendet."]
            )
            .as_deref(),
            Some("2022-04-13"),
            "removed"
        );
    }

    #[test]
    fn no_other_date_is_taken() {
        let cases = [
            "Am 12.03.2008 tagte der Rat.",
            "Der Rat tagt.\n\nAm 3. Oktober 1990 war es so weit.",
            "31.02.2008",
            "(12.03.2008)",
            "12.13.2008",
            "12.03.08",
            "1990 bis 2000",
            "0.1.2 2000",
            "12.03.20081",
            "Berlin, 3. März – Der Rat tagt.",
            "",
        ];
        for text in cases {
            assert_eq!(date(text, []), None, "{text:?}");
        }
    }
}
