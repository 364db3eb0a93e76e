//! Reads the day: numbers in an order that is sure, or with the name of a month.

use super::time::{self, Time};
use super::tokens::{Token, Tokens};
use super::words;

/// The years that are understood: ISO 8601 counts in the Gregorian calendar, which starts in October 1582.
const YEARS: std::ops::RangeInclusive<u32> = 1583..=9999;

/// The years of dates that are only digits, which many other numbers are too.
const YEARS_OF_DIGITS: std::ops::RangeInclusive<u32> = 1900..=2099;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
}

impl Date {
    /// Returns a day, unless the calendar has none such.
    pub(super) fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let is_there = YEARS.contains(&year) && (1..=days(year, month)).contains(&day);
        is_there.then_some(Self { year, month, day })
    }

    /// Returns the day so many days after 1970-01-01.
    pub(super) fn since_epoch(count: u64) -> Option<Self> {
        let (year, month, day) = of_day(i64::try_from(count).ok()?);
        let part = |number: i64| u32::try_from(number).ok();
        Self::new(part(year)?, part(month)?, part(day)?)
    }
}

/// Returns year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
///
/// ```
/// assert_eq!(blattwerk_core::date::of_day(19_849), (2024, 5, 6));
/// ```
pub fn of_day(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Returns the number of days of a month.
fn days(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Returns the year that two digits mean: 69 to 99 are of the twentieth century, as POSIX reads `%y`.
fn full(short: u32) -> u32 {
    if short < 69 {
        2000 + short
    } else {
        1900 + short
    }
}

/// How a date is written, as far as it matters for what is around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `20240506`
    Digits,
    /// `2024-05-06`
    YearFirst,
    /// All others.
    Mixed,
}

/// A date that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The day; none if the calendar has none such, or if day and month cannot be told apart.
    pub(super) day: Option<Date>,
    /// The token after it.
    pub(super) end: usize,
    pub(super) form: Form,
    /// The time, if that is inside the date: `May 6 08:00:00 2024`.
    pub(super) time: Option<time::Found>,
}

impl Found {
    fn new(day: Option<Date>, end: usize, form: Form) -> Self {
        Self {
            day,
            end,
            form,
            time: None,
        }
    }
}

/// Finds a date that starts with a token. What is before `from` belongs to another date.
pub(super) fn find(tokens: &Tokens, at: usize, from: usize) -> Option<Found> {
    let mut found = digits(tokens, at)
        .or_else(|| year_first(tokens, at))
        .or_else(|| year_month_day(tokens, at))
        .or_else(|| numbers(tokens, at))
        .or_else(|| day_month(tokens, at))
        .or_else(|| month_day(tokens, at))?;
    let is_range = found.form == Form::Mixed && ends_range(tokens, at, from);
    if is_range
        || is_issue(tokens, at, from)
        || goes_back(tokens, at, from)
        || goes_on(tokens, found.end)
    {
        found.day = None;
    }
    Some(found)
}

/// Reads `20240506`, and `20240506080000` as in WARC.
fn digits(tokens: &Tokens, at: usize) -> Option<Found> {
    let Token::Number { value, digits } = tokens.get(at)? else {
        return None;
    };
    let (date, clock) = match digits {
        8 => (value, None),
        12 => (value / 10_000, Some(value % 10_000 * 100)),
        14 => (value / 1_000_000, Some(value % 1_000_000)),
        _ => return None,
    };
    let date = u32::try_from(date).ok()?;
    let day = Date::new(date / 10_000, date / 100 % 100, date % 100)?;
    if !YEARS_OF_DIGITS.contains(&day.year) {
        return None;
    }
    let mut found = Found::new(Some(day), at + 1, Form::Digits);
    if let Some(clock) = clock {
        let clock = u32::try_from(clock).ok()?;
        let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        found.time = Some(time::Found {
            time: Some(Time {
                hour,
                minute,
                second,
                // WARC means UTC by them, but others do not say so.
                zone: None,
            }),
            end: at + 1,
            is_range: false,
            is_sure: true,
        });
    }
    Some(found)
}

/// Reads `2024-05-06`, `2024/5/6`, `2024.05.06` and `2024-May-06`.
fn year_first(tokens: &Tokens, at: usize) -> Option<Found> {
    let (year, _) = tokens.number(at, 4, 4)?;
    let separator = separator(tokens, at + 1)?;
    let month = tokens
        .glued_short(at + 2)
        .or_else(|| tokens.lookup(at + 2, words::month))?;
    let day = tokens.glued_short(at + 4)?;
    tokens.has_glued(at + 3, separator).then(|| {
        let form = Form::YearFirst;
        Found::new(Date::new(year, month, day), at + 5, form)
    })
}

/// Reads `2024 May 6` and `2024, Mai 6`.
fn year_month_day(tokens: &Tokens, at: usize) -> Option<Found> {
    let (year, _) = tokens.number(at, 4, 4)?;
    let i = at + 1 + usize::from(tokens.has(at + 1, ','));
    let month = tokens.lookup(i, words::month)?;
    let i = i + 1 + usize::from(tokens.has(i + 1, '.'));
    let (day, _) = tokens.number(i, 1, 2)?;
    // `2024, May 6, 2023` has another year.
    let next = i + 1 + usize::from(tokens.has(i + 1, ','));
    let is_whole = tokens.number(next, 4, 4).is_none() && !is_time(tokens, i);
    is_whole.then(|| Found::new(Date::new(year, month, day), i + 1, Form::YearFirst))
}

/// Returns the separator of numbers without white space.
fn separator(tokens: &Tokens, at: usize) -> Option<char> {
    let separator = tokens.symbol(at).filter(|c| "-/.".contains(*c))?;
    tokens.is_glued(at).then_some(separator)
}

/// Reads `6.5.2024`, `06.05.24` and `6. 5. 2024`, and what is sure among `23/05/2024`, `05/23/2024` and `23-05-2024`.
fn numbers(tokens: &Tokens, at: usize) -> Option<Found> {
    let (first, _) = tokens.number(at, 1, 2)?;
    let separator = separator(tokens, at + 1)?;
    let (second, _) = tokens.number(at + 2, 1, 2)?;
    let (third, digits) = tokens.number(at + 4, 2, 4)?;
    let is_tight = [at + 2, at + 4].iter().all(|at| tokens.is_glued(*at));
    let is_loose = separator == '.' && (digits == 4 || is_followed(tokens, at + 4));
    if !tokens.has_glued(at + 3, separator)
        || digits == 3
        || !is_tight && !is_loose
        || is_time(tokens, at + 4)
    {
        return None;
    }
    if digits == 4 && !YEARS.contains(&third) {
        return None;
    }
    let year = if digits == 2 { full(third) } else { third };
    let day = if separator == '.' {
        Date::new(year, second, first)
    } else {
        let year_first = (digits == 2).then(|| Date::new(full(first), second, third));
        only([
            Date::new(year, second, first),
            Date::new(year, first, second),
            year_first.flatten(),
        ])
    };
    Some(Found::new(day, at + 5, Form::Mixed))
}

/// Returns the only day among readings, if they do not contradict each other.
fn only(readings: [Option<Date>; 3]) -> Option<Date> {
    let mut days = readings.into_iter().flatten();
    let day = days.next()?;
    days.all(|other| other == day).then_some(day)
}

/// Tells whether what could be a year is the start of a time: `6.5. 20:15`, `6. Mai 20 Uhr`.
fn is_time(tokens: &Tokens, at: usize) -> bool {
    let goes_on = |separator| {
        tokens.has_glued(at + 1, separator) && tokens.is_number(at + 2) && tokens.is_glued(at + 2)
    };
    let is_short = tokens.number(at, 1, 2).is_some();
    is_short && (goes_on(':') || goes_on('.')) || tokens.word(at + 1, words::is_clock)
}

/// Reads `6. Mai 2024`, `6th of May, 2024`, `06-May-24` and `6 May 08:00:00 CEST 2024`.
fn day_month(tokens: &Tokens, at: usize) -> Option<Found> {
    let (day, _) = tokens.number(at, 1, 2)?;
    let mut i = at + 1;
    if tokens.is_glued(i) && tokens.word(i, words::is_ordinal) {
        i += 1;
    }
    let joint = tokens
        .symbol(i)
        .filter(|c| *c == '.' || tokens.is_glued(i) && tokens.is_glued(i + 1) && "-/".contains(*c));
    i += usize::from(joint.is_some());
    i += usize::from(tokens.word(i, |word| word == b"of"));
    let month = tokens.lookup(i, words::month)?;
    i += 1;
    if let Some(c) = tokens.symbol(i)
        && (".,".contains(c) || joint == Some(c))
    {
        i += 1;
    }
    // `6. Nov., 2024`
    i += usize::from(tokens.has(i, ',') && tokens.has(i - 1, '.'));
    let date = |year| Date::new(year, month, day);
    if let Some((year, end)) = year(tokens, i) {
        return Some(Found::new(date(year), end, Form::Mixed));
    }
    if let Some((year, end)) = short_year(tokens, i) {
        return Some(Found::new(date(year), end, Form::Mixed));
    }
    year_after_time(tokens, i, date)
}

/// Reads `May 6, 2024`, `May 6th 2024`, `May-06-2024` and `May  6 08:00:00 2024`.
fn month_day(tokens: &Tokens, at: usize) -> Option<Found> {
    let month = tokens.lookup(at, words::month)?;
    let mut i = at + 1;
    i += usize::from(tokens.symbol(i).is_some_and(|c| ".-/".contains(c)));
    let (day, _) = tokens.number(i, 1, 2)?;
    i += 1;
    if tokens.is_glued(i) && tokens.word(i, words::is_ordinal) {
        i += 1;
    }
    i += usize::from(tokens.symbol(i).is_some_and(|c| ",-/".contains(c)));
    let date = |year| Date::new(year, month, day);
    match year(tokens, i) {
        Some((year, end)) => Some(Found::new(date(year), end, Form::Mixed)),
        None => year_after_time(tokens, i, date),
    }
}

/// Reads a year of four digits.
fn year(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let (year, _) = tokens.number(at, 4, 4)?;
    (YEARS.contains(&year) && !is_time(tokens, at)).then_some((year, at + 1))
}

/// Reads a year of two digits after the name of a month, where it cannot be something else: `'24`, `6-May-24`,
/// `6 May 24 08:00`, and at the end.
fn short_year(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let apostrophe = tokens.symbol(at).is_some_and(|c| "'’".contains(c));
    let at = at + usize::from(apostrophe);
    let (year, _) = tokens.number(at, 2, 2)?;
    let is_joined = tokens.is_glued(at);
    ((is_joined || is_followed(tokens, at)) && !is_time(tokens, at)).then_some((full(year), at + 1))
}

/// Tells whether after two digits comes what only comes after a year: nothing, a comma, or a time.
fn is_followed(tokens: &Tokens, at: usize) -> bool {
    at + 1 == tokens.len()
        || tokens.has(at + 1, ',')
        || time::find(tokens, at + 1).is_some_and(|time| time.is_sure)
}

/// Reads the rest of what the C library and programs after it write: `08:00:00 CEST 2024`.
fn year_after_time(
    tokens: &Tokens,
    at: usize,
    date: impl Fn(u32) -> Option<Date>,
) -> Option<Found> {
    let time = time::find(tokens, at).filter(|time| time.is_sure)?;
    let (year, end) = year(tokens, time.end)?;
    let mut found = Found::new(date(year), end, Form::Mixed);
    found.time = Some(time);
    Some(found)
}

/// Tells whether the date is only the end of something: `1.6.5.2024`, `v1.5.2024`.
fn goes_back(tokens: &Tokens, at: usize, from: usize) -> bool {
    let mut i = at;
    while i > from && tokens.is_glued(i) {
        i -= 1;
        if tokens.is_number(i) {
            return true;
        }
        match tokens.symbol(i) {
            Some('.' | '/' | '-' | '–' | ':' | '+') => {}
            Some(_) => return false,
            None => return i + 1 == at && !tokens.word(i, is_known),
        }
    }
    false
}

/// A word that belongs to dates, so that a date may be stuck to it: `Montag06.05.2024`.
fn is_known(word: &[u8]) -> bool {
    words::is_label(word) || words::month(word).is_some()
}

/// Tells whether the date is only the start of something: `6.5.2024.1`, `2024-05-06/08`.
fn goes_on(tokens: &Tokens, end: usize) -> bool {
    let joins = |at| {
        tokens.is_glued(at)
            && tokens.is_glued(at + 1)
            && tokens.is_number(at + 1)
            && tokens.symbol(at).is_some_and(|c| "./-–".contains(c))
    };
    let is_other =
        tokens.is_glued(end + 2) && tokens.symbol(end + 2).is_some_and(|c| ":./-".contains(c));
    joins(end) && (tokens.has(end, '.') || !is_other)
}

/// Tells whether the first number is not a day, but that of an issue: `Nr. 5 Mai 2024`.
fn is_issue(tokens: &Tokens, at: usize, from: usize) -> bool {
    let is_plain = tokens.number(at, 1, 2).is_some() && !tokens.has(at + 1, '.');
    let back = 1 + usize::from(at > from && tokens.has(at - 1, '.'));
    is_plain && at >= from + back && tokens.word(at - back, words::is_numbered)
}

/// Tells whether a day of another date is before this one: `4./5. Mai 2024`, `6 to 8 May 2024`.
fn ends_range(tokens: &Tokens, at: usize, from: usize) -> bool {
    let mut i = at;
    let mut back = |is: &dyn Fn(usize) -> bool| {
        let is_there = i > from && is(i - 1);
        i -= usize::from(is_there);
        is_there
    };
    while back(&|i| {
        tokens.word(i, words::is_weekday) || tokens.symbol(i).is_some_and(|c| ".,".contains(c))
    }) {}
    let is_connected = back(&|i| {
        tokens.word(i, words::is_range) || tokens.symbol(i).is_some_and(|c| "-–—/&+".contains(c))
    });
    back(&|i| tokens.has(i, '.'));
    is_connected && back(&|i| tokens.number(i, 1, 2).is_some_and(|(day, _)| day <= 31))
}
