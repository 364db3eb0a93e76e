//! Reads the dates of articles as people, agencies and databases write them.
//!
//! The text is split into numbers, words and symbols, which are read once from left to right. There are no patterns
//! that search the text again for each form.

mod day;
mod time;
mod tokens;
mod words;

pub use day::of_day;

use day::{Date, Form};
use time::Time;
use tokens::Tokens;

/// The names of the months in German, in full.
pub const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The names of the months in English, in full.
pub const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The most unknown words around a date: as many as a place, an agency or an author have. More are prose.
const MOST_UNKNOWN: usize = 4;

/// Returns a date in the form of ISO 8601, or none if it is not understood.
///
/// The answer says no more than the text does: `2024-05-06` if it has no time, `2024-05-06T08:00:00` if the time has no
/// zone, `2024-05-06T08:00:00+02:00` or `2024-05-06T08:00:00Z` if it has one, and `2024-05` if there is only a month.
/// Missing seconds are 00, fractions of a second are dropped, and an offset of zero is `Z`. An answer is understood
/// again, and is its own answer.
///
/// | form | examples |
/// |---|---|
/// | ISO 8601, extended and basic | `2024-05-06`, `2024-05-06T08:00:00.000+02:00`, `2024-05-06 08:00+02`, `20240506T080000Z`, `2024-05` |
/// | only digits | `20240506`, `20240506080000`; 10 digits are seconds since 1970 and 13 digits milliseconds, both in UTC |
/// | year first | `2024/05/06 08:00`, `2024.5.6`, `2024-May-06`, `2024 May 6` |
/// | German with dots, always the day first | `06.05.2024`, `6.5.24, 8.00 Uhr`, `Mo., 06.05.2024 - 08:00` |
/// | day, name of month, year | `6. Mai 2024 um 8 Uhr`, `6th of May 2024 at 8 p.m.`, `06-May-24`, `6 mai 2024 à 8h00` |
/// | name of month, day, year | `May 6, 2024 8:00 AM`, `Mon May 06 2024 08:00:00 GMT+0200 (CEST)` |
/// | RFC 5322 and RFC 9110 | `Mon, 06 May 2024 08:00:00 +0200`, `Monday, 06-May-24 08:00:00 GMT`, `Mon May  6 08:00:00 2024` |
/// | the command `date` | `Mon May  6 08:00:00 CEST 2024` |
/// | slashes and dashes, if one order is possible | `23/05/2024`, `05/23/2024`, `23-05-2024` |
/// | the time first | `8:00 Uhr, 6. Mai 2024`, `8:00 AM EDT, Mon May 6, 2024` |
///
/// Names of months and weekdays are German (with *Jänner* and *Feber*), English, French and Italian, also abbreviated and
/// without umlauts. A year of two digits is one of 1969 to 2068, as in POSIX. A weekday that contradicts the date is
/// ignored. Zones are UTC, those of RFC 5322 and those of Europe; a time with another zone is read without it.
///
/// Around the date there may be a label (`Stand:`, `Veröffentlicht am`, `Published`) and up to four other words. Of
/// two dates the first counts, unless it is introduced as that of a change (`aktualisiert`, `Stand`, `updated`).
///
/// These are not understood, because any answer would be a guess: day and month in doubtful order (`06/05/2024`), days
/// that no calendar has (`31.02.2024`), hours above 23, ranges (`4./5. Mai 2024`), dates without a year, times alone,
/// relative dates (`gestern`), weeks and days of the year (`2024-W19-1`, `2024-127`), and dates in a sentence.
///
/// ```
/// use blattwerk_core::date::iso;
///
/// assert_eq!(iso("Montag, 6. Mai 2024, 8:00 Uhr").as_deref(), Some("2024-05-06T08:00:00"));
/// assert_eq!(iso("Mon, 06 May 2024 08:00:00 +0200").as_deref(), Some("2024-05-06T08:00:00+02:00"));
/// assert_eq!(iso("06/05/2024"), None);
/// ```
pub fn iso(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(moment) = epoch(text) {
        return Some(moment);
    }
    let tokens = Tokens::read(integer(text))?;
    let mut scan = Scan::default();
    let mut at = 0;
    while at < tokens.len() {
        at = scan.step(&tokens, at)?;
    }
    scan.answer()
}

/// Reads seconds or milliseconds since 1970, also with a fraction.
fn epoch(text: &str) -> Option<String> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(digits) || !is_number(fraction) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    let seconds = match digits.len() {
        10 => number,
        13 => number / 1000,
        _ => return None,
    };
    // Ten digits can also be a date with an hour, as 2040010112.
    if digits.len() == 10 && is_date_with_hour(number) {
        return None;
    }
    let day = Date::since_epoch(seconds / 86_400).filter(|day| (1990..2100).contains(&day.year))?;
    let rest = u32::try_from(seconds % 86_400).ok()?;
    let time = Time {
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        zone: Some(0),
    };
    Some(written(day, Some(time)))
}

/// Tells whether ten digits can be year, month, day and hour.
fn is_date_with_hour(number: u64) -> bool {
    let part = |unit: u64, size: u64| u32::try_from(number / unit % size).unwrap_or(u32::MAX);
    let day = Date::new(part(1_000_000, 10_000), part(10_000, 100), part(100, 100));
    day.is_some() && part(1, 100) < 24
}

/// Returns the digits of a whole number that a table stores with a fraction: `20240506.0`.
fn integer(text: &str) -> &str {
    match text.split_once('.') {
        Some((digits, zeros))
            if digits.len() >= 8
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && zeros.bytes().all(|byte| byte == b'0') =>
        {
            digits
        }
        _ => text,
    }
}

/// A date of the text.
#[derive(Debug)]
struct Dated {
    day: Date,
    time: Option<Time>,
    is_change: bool,
}

/// A time that may belong to the date after it.
#[derive(Debug, Clone, Copy)]
struct Before {
    found: time::Found,
    /// The token where it starts.
    start: usize,
}

/// What was read so far.
#[derive(Debug, Default)]
struct Scan {
    dates: Vec<Dated>,
    /// Months without a day.
    months: Vec<(u32, u32)>,
    /// A date of only digits, which is one only if nothing unknown is around it.
    has_digits: bool,
    unknown: usize,
    before: Option<Before>,
    /// The token after the last date or time.
    end: usize,
    is_change: bool,
}

impl Scan {
    /// Reads what starts at a token, and returns the token after it; none if the text is not understood.
    fn step(&mut self, tokens: &Tokens, at: usize) -> Option<usize> {
        if let Some(found) = day::find(tokens, at, self.end) {
            let (time, end) = self.time(tokens, at, &found)?;
            self.has_digits |= found.form == Form::Digits;
            self.dates.push(Dated {
                day: found.day?,
                time,
                is_change: std::mem::take(&mut self.is_change),
            });
            self.before = None;
            self.end = end;
            return Some(end);
        }
        if let Some((year, month, end)) = month(tokens, at) {
            self.months.push((year, month));
            self.end = end;
            return Some(end);
        }
        if let Some(found) = time::find(tokens, at).filter(|found| found.is_sure) {
            self.before = Some(Before { found, start: at });
            self.end = found.end;
            return Some(found.end);
        }
        self.skip(tokens, at)?;
        Some(at + 1)
    }

    /// Returns the time of a date, and the token after both; none if there is no such time of day.
    fn time(
        &self,
        tokens: &Tokens,
        at: usize,
        found: &day::Found,
    ) -> Option<(Option<Time>, usize)> {
        if let Some(inside) = found.time {
            let time = inside.time?;
            let zone = match time.zone {
                None if found.form == Form::Digits => zone_after(tokens, found.end),
                zone => zone,
            };
            return Some((Some(Time { zone, ..time }), found.end));
        }
        let before = self.before.filter(|before| before.belongs(tokens, at));
        let (time, end) = match before {
            Some(before) => (before.found, found.end),
            None => match after(tokens, found) {
                Some(time) => (time, time.end),
                None => return Some((None, found.end)),
            },
        };
        let mut read = time.time?;
        if time.is_range && found.form != Form::YearFirst {
            read.zone = None;
        }
        Some((Some(read), end))
    }

    /// Passes a token that is in no date and no time; none if it is a part of a date, or prose.
    fn skip(&mut self, tokens: &Tokens, at: usize) -> Option<()> {
        if is_part(tokens, at) {
            return None;
        }
        if tokens.word(at, words::is_change) {
            match self.dates.last_mut() {
                Some(date) if is_remark(tokens, self.end, at) => date.is_change = true,
                _ => self.is_change = true,
            }
        } else if tokens.word(at, words::is_publication) {
            self.is_change = false;
        }
        let is_word = tokens.word(at, |word| !words::is_label(word));
        self.unknown += usize::from(is_word || tokens.is_number(at));
        (self.unknown <= MOST_UNKNOWN).then_some(())
    }

    fn answer(self) -> Option<String> {
        let published = self.dates.iter().find(|date| !date.is_change);
        match (published.or(self.dates.first()), self.months.as_slice()) {
            (Some(date), []) if !self.has_digits || self.unknown == 0 => {
                Some(written(date.day, date.time))
            }
            (None, [(year, month)]) if self.unknown == 0 && self.before.is_none() => {
                Some(format!("{year:04}-{month:02}"))
            }
            _ => None,
        }
    }
}

impl Before {
    /// Tells whether the time is that of the date at a token: `8:00 Uhr, 6. Mai 2024`, but not `Dauer: 8:00 | 6. Mai 2024`.
    fn belongs(&self, tokens: &Tokens, at: usize) -> bool {
        let mut start = self.start;
        while start > 0 && tokens.has(start - 1, ':') {
            start -= 1;
        }
        let is_other = start > 0 && tokens.word(start - 1, |word| !words::is_label(word));
        !is_other && (self.found.end..at).all(|at| is_joint(tokens, at))
    }
}

/// Tells whether a word is about the date that ends before a token, not about the next one: `7. Mai 2024 (aktualisiert)`.
fn is_remark(tokens: &Tokens, end: usize, at: usize) -> bool {
    let is_next = at == end + usize::from(tokens.has(end, '('));
    let is_last =
        at + 1 == tokens.len() || tokens.symbol(at + 1).is_some_and(|c| ",;|)".contains(c));
    is_next && is_last
}

/// Tells whether a token may be between a date and its time.
fn is_joint(tokens: &Tokens, at: usize) -> bool {
    tokens.word(at, words::is_joint)
        || tokens
            .symbol(at)
            .is_some_and(|c| ",.;:-–—|/()·•@*".contains(c))
}

/// Finds the time after a date: `6. Mai 2024 um 8 Uhr`, `2024-05-06T08:00`.
fn after(tokens: &Tokens, found: &day::Found) -> Option<time::Found> {
    let mut at = found.end;
    let is_designator = tokens.is_glued(at) && tokens.word(at, |word| word == b"t");
    if is_designator {
        at += 1;
        if tokens.is_glued(at)
            && let Some(time) = time::basic(tokens, at)
            && !tokens.has_glued(at + 1, ':')
        {
            return Some(time);
        }
    }
    // `20240506 080017`
    if found.form == Form::Digits && tokens.number(at, 6, 6).is_some() {
        return time::basic(tokens, at);
    }
    // The zone of a day in XML Schema is no time: `2024-05-06-05:00`.
    let is_zone = tokens.has_glued(at, '-') && tokens.is_glued(at + 1);
    if is_zone && found.form == Form::YearFirst {
        return None;
    }
    while is_joint(tokens, at) {
        at += 1;
    }
    match day::find(tokens, at, at) {
        Some(_) => None,
        None => time::find(tokens, at),
    }
}

/// Returns the zone that is written after `20240506080000`.
fn zone_after(tokens: &Tokens, at: usize) -> Option<i32> {
    tokens.lookup(at, words::zone)
}

/// Reads a month with its year: `Mai 2024`, `2024-05`.
fn month(tokens: &Tokens, at: usize) -> Option<(u32, u32, usize)> {
    if let Some(month) = tokens.lookup(at, words::month) {
        let at = at + 1 + usize::from(tokens.has(at + 1, '.'));
        let (year, _) = tokens.number(at, 4, 4)?;
        Date::new(year, month, 1)?;
        return Some((year, month, at + 1));
    }
    let (year, _) = tokens.number(at, 4, 4)?;
    let month = tokens.glued(at + 2, 2)?;
    Date::new(year, month, 1)?;
    let is_whole =
        tokens.has_glued(at + 1, '-') && !tokens.is_glued(at + 3) && !tokens.is_glued(at);
    is_whole.then_some((year, month, at + 3))
}

/// Tells whether a token is in a date that is not all there: `6. Mai`, `May 6-8`, `6.5.`.
fn is_part(tokens: &Tokens, at: usize) -> bool {
    let is_month = |at| tokens.word(at, |word| words::month(word).is_some());
    let is_number = |at| tokens.number(at, 1, 4).is_some();
    let dots = |at| usize::from(tokens.has(at, '.'));
    if is_month(at) {
        let next = at + 1 + dots(at + 1);
        // The Tuesday of `mar. 7 mag 2024` is written as March is.
        return is_number(next) && day::find(tokens, next, next).is_none();
    }
    is_number(at)
        && (is_month(at + 1 + dots(at + 1))
            || tokens.has_glued(at + 1, '.')
                && tokens.number(at + 2, 1, 2).is_some()
                && tokens.has_glued(at + 3, '.'))
}

/// Writes a date in the form of ISO 8601.
fn written(day: Date, time: Option<Time>) -> String {
    let Date { year, month, day } = day;
    let date = format!("{year:04}-{month:02}-{day:02}");
    let Some(time) = time else {
        return date;
    };
    let Time {
        hour,
        minute,
        second,
        zone,
    } = time;
    let zone = match zone {
        None => String::new(),
        Some(0) => "Z".into(),
        Some(ahead) => {
            let sign = if ahead < 0 { '-' } else { '+' };
            let ahead = ahead.unsigned_abs();
            format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60)
        }
    };
    format!("{date}T{hour:02}:{minute:02}:{second:02}{zone}")
}

#[cfg(test)]
mod tests;
