//! Dates as pages state them, in ISO 8601.

use blattwerk_core::date::of_day;

/// Names of months by their first letters, German and English; longer ones first where one starts another.
const MONTHS: &[(&str, u32)] = &[
    ("jan", 1),
    ("jän", 1),
    ("feb", 2),
    ("mär", 3),
    ("maer", 3),
    ("mrz", 3),
    ("mar", 3),
    ("apr", 4),
    ("mai", 5),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("okt", 10),
    ("oct", 10),
    ("nov", 11),
    ("dez", 12),
    ("dec", 12),
];

/// Returns the date that a text starts with or consists of, as `2024-05-06` with a time if there is one.
///
/// What is in ISO 8601 stays as it is. `None` if there is no date, or the order of day and month is not
/// known ("05/06/2024").
pub(crate) fn iso(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 100 {
        return None;
    }
    stamp(text)
        .or_else(|| from_iso(text))
        .or_else(|| from_words(text))
}

/// `2024-05-06`, `2024-05-06T08:00:00+02:00`, `2024/05/06 08:00`, `20240506T0800`.
fn from_iso(text: &str) -> Option<String> {
    let (year, rest) = number(text, 4)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'));
    let after = |rest: &'_ str| -> Option<usize> {
        match separator {
            Some(separator) => rest.starts_with(separator).then_some(1),
            None => Some(0),
        }
    };
    let (month, rest) = number(rest.get(after(rest)?..)?, 2)?;
    let (day, rest) = number(rest.get(after(rest)?..)?, 2)?;
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let date = date(year, month, day)?;
    let is_iso = |c: char| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | ':' | '.' | '+' | '-');
    if separator == Some('-')
        && !time(rest).is_empty()
        && rest.len() <= 24
        && rest.chars().all(is_iso)
    {
        return Some(format!("{date}{rest}"));
    }
    Some(format!("{date}{}", time(rest)))
}

/// `6. Mai 2024, 08:00 Uhr`, `06.05.2024`, `Mon, 06 May 2024 08:00:00 +0200`, `May 6, 2024`.
fn from_words(text: &str) -> Option<String> {
    let start = text
        .char_indices()
        .find(|(at, c)| {
            let rest = text.get(*at..).unwrap_or_default();
            let is_start = *at == 0
                || text
                    .get(..*at)
                    .is_some_and(|before| !before.ends_with(char::is_alphanumeric));
            is_start && (c.is_ascii_digit() || month(rest).is_some())
        })?
        .0;
    // A weekday and a word such as "Stand" or "Veröffentlicht am" may come first.
    if text.get(..start)?.chars().count() > 40 {
        return None;
    }
    let rest = text.get(start..)?;
    if let Some((month, rest)) = month(rest) {
        let (day, rest) = digits(rest.trim_start())?;
        let rest =
            rest.trim_start_matches(|c: char| c.is_ascii_lowercase() || matches!(c, ',' | ' '));
        let (year, rest) = number(rest, 4)?;
        return Some(format!("{}{}", date(year, month, day)?, time(rest)));
    }
    let (day, rest) = digits(rest)?;
    let dotted = rest.strip_prefix('.');
    let rest = dotted.unwrap_or(rest).trim_start();
    let (month, rest) = month(rest).or_else(|| {
        dotted?;
        let (month, rest) = digits(rest)?;
        Some((month, rest.strip_prefix('.')?))
    })?;
    let rest = rest.trim_start_matches(|c: char| matches!(c, '.' | ',' | '-') || c.is_whitespace());
    let (year, rest) = number(rest, 4).or_else(|| {
        let (year, rest) = number(rest, 2)?;
        Some((if year < 70 { 2000 + year } else { 1900 + year }, rest))
    })?;
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(format!("{}{}", date(year, month, day)?, time(rest)))
}

/// Seconds or milliseconds since 1970.
fn stamp(text: &str) -> Option<String> {
    if !matches!(text.len(), 10 | 13) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = text.get(..10)?.parse().ok()?;
    let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = of_day(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}

/// Finds the date in the path of an address: `/2024/05/06/`, `/2024-05-06-`, `/20240506`.
pub(crate) fn from_url(url: &str) -> Option<String> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split_once('/')?.1;
    let path = path.split(['?', '#']).next()?;
    let is_part =
        |at: usize| at == 0 || !path.as_bytes().get(at - 1).is_some_and(u8::is_ascii_digit);
    (0..path.len())
        .filter(|at| is_part(*at) && path.is_char_boundary(*at))
        .find_map(|at| {
            let rest = path.get(at..)?;
            let (year, rest) = number(rest, 4)?;
            let separator = rest.chars().next().filter(|c| matches!(c, '/' | '-' | '_'));
            let rest = rest.trim_start_matches(separator.unwrap_or('\0'));
            let (month, rest) = number(rest, 2)?;
            let rest = if separator.is_some() {
                rest.strip_prefix(['/', '-', '_'])?
            } else {
                rest
            };
            let (day, rest) = number(rest, 2)?;
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            date(year, month, day)
        })
}

/// Returns a date if there is such a day, and an article can be of it.
fn date(year: u32, month: u32, day: u32) -> Option<String> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1900..2100).contains(&year) && (1..=days).contains(&day))
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// Returns the time at the start of a text, `T08:00` with seconds and offset if it has them, or nothing.
fn time(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| {
        matches!(c, ',' | ' ' | '|' | '-' | '–' | '•' | '·' | 'T' | '\u{A0}') || c.is_whitespace()
    });
    let text = ["um ", "at "]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let parse = || {
        let (hour, rest) = digits(text).or_else(|| number(text, 2))?;
        let (minute, rest) = number(rest.strip_prefix([':', '.']).unwrap_or(rest), 2)?;
        if hour > 23 || minute > 59 {
            return None;
        }
        let (second, rest) = rest
            .strip_prefix(':')
            .and_then(|rest| number(rest, 2))
            .filter(|(second, _)| *second < 60)
            .map_or((None, rest), |(second, rest)| (Some(second), rest));
        let mut time = format!("T{hour:02}:{minute:02}");
        if let Some(second) = second {
            time = format!("{time}:{second:02}");
        }
        let rest = rest.trim_start();
        if rest.starts_with('Z') || rest.starts_with("GMT") || rest.starts_with("UTC") {
            time.push('Z');
        } else if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-'))
            && let Some((hours, rest)) = number(rest.get(1..)?, 2)
            && let Some((minutes, _)) = number(rest.strip_prefix(':').unwrap_or(rest), 2)
        {
            time = format!("{time}{sign}{hours:02}:{minutes:02}");
        }
        Some(time)
    };
    parse().unwrap_or_default()
}

/// Reads a number of exactly so many digits.
fn number(text: &str, length: usize) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(length)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(|number| (number, rest)))?
}

/// Reads a number of one or two digits.
fn digits(text: &str) -> Option<(u32, &str)> {
    let length = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    (1..=2).contains(&length).then(|| number(text, length))?
}

/// What follows the first letters in the name of a month.
const REST: &[&str] = &[
    "", "uar", "ner", "ruar", "ruary", "z", "rz", "ch", "il", "i", "e", "y", "ust", "t", "tember",
    "ober", "ember", "uary", "li", "ni",
];

/// Reads the name of a month, and returns what comes after it.
fn month(text: &str) -> Option<(u32, &str)> {
    let length = text
        .char_indices()
        .find(|(_, c)| !c.is_alphabetic())
        .map_or(text.len(), |(at, _)| at);
    let name = text.get(..length)?.to_lowercase();
    if !(3..=10).contains(&name.len()) {
        return None;
    }
    let (prefix, month) = MONTHS.iter().find(|(prefix, _)| name.starts_with(prefix))?;
    REST.contains(&name.strip_prefix(prefix)?)
        .then(|| (*month, text.get(length..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        for (text, date) in [
            ("2024-05-06", Some("2024-05-06")),
            (
                " 2024-05-06T08:00:00+02:00 ",
                Some("2024-05-06T08:00:00+02:00"),
            ),
            ("2024-05-06T08:00:00.000Z", Some("2024-05-06T08:00:00.000Z")),
            ("2024-05-06 08:00:00", Some("2024-05-06T08:00:00")),
            (
                "2024-05-06 08:00:00 +0200",
                Some("2024-05-06T08:00:00+02:00"),
            ),
            ("2024/05/06", Some("2024-05-06")),
            (
                "2024-05-06T08:00:00 +02:00",
                Some("2024-05-06T08:00:00+02:00"),
            ),
            ("2024-05-06T08:00:00+0200", Some("2024-05-06T08:00:00+0200")),
            ("2024-05-06Tag", Some("2024-05-06")),
            ("20240506", Some("2024-05-06")),
            ("20240506T0800", Some("2024-05-06T08:00")),
            ("1714975200", Some("2024-05-06T06:00:00Z")),
            ("1714975200000", Some("2024-05-06T06:00:00Z")),
            ("6. Mai 2024", Some("2024-05-06")),
            ("6. Mai 2024, 08:00 Uhr", Some("2024-05-06T08:00")),
            ("Montag, 6. Mai 2024, um 8.30 Uhr", Some("2024-05-06T08:30")),
            ("Stand: 06.05.2024 - 17:04 Uhr", Some("2024-05-06T17:04")),
            ("Veröffentlicht am 3. Jänner 2024", Some("2024-01-03")),
            ("12. März 2024", Some("2024-03-12")),
            ("1. Sept. 2024", Some("2024-09-01")),
            ("06.05.24, 08:00", Some("2024-05-06T08:00")),
            (
                "Mon, 06 May 2024 08:00:00 +0200",
                Some("2024-05-06T08:00:00+02:00"),
            ),
            (
                "Mon, 06 May 2024 08:00:00 GMT",
                Some("2024-05-06T08:00:00Z"),
            ),
            ("6.\u{2009}5.\u{2009}2024", Some("2024-05-06")),
            ("May 6, 2024", Some("2024-05-06")),
            ("March 1st, 2024 at 10:15", Some("2024-03-01T10:15")),
            ("05/06/2024", None),
            ("31.02.2024", None),
            ("2024-13-01", None),
            ("20:15 Uhr", None),
            ("vor 3 Stunden", None),
            ("Maier 2024", None),
            ("", None),
            ("0000-00-00", None),
        ] {
            assert_eq!(iso(text).as_deref(), date, "{text}");
        }
    }

    #[test]
    fn date_of_an_address_is_found() {
        for (url, date) in [
            (
                "https://anzeiger.example/2024/05/06/brand-in-der-altstadt",
                Some("2024-05-06"),
            ),
            (
                "https://anzeiger.example/politik/2024-05-06-rathaus.html",
                Some("2024-05-06"),
            ),
            (
                "https://anzeiger.example/a/20240506_rathaus.html",
                Some("2024-05-06"),
            ),
            ("https://anzeiger.example/artikel-20240506123", None),
            ("https://anzeiger.example/2024/rathaus", None),
            ("https://anzeiger.example/archiv?von=2024-05-06", None),
            ("https://2024-05-06.example/rathaus", None),
        ] {
            assert_eq!(from_url(url).as_deref(), date, "{url}");
        }
    }
}
