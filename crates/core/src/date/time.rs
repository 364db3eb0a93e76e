//! Reads the time of day, with its zone.

use super::tokens::Tokens;
use super::words;

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    /// Minutes ahead of UTC.
    pub(super) zone: Option<i32>,
}

/// A time that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The time; none if there is no such time of day, as 25:00.
    pub(super) time: Option<Time>,
    /// The token after it.
    pub(super) end: usize,
    /// The zone may as well be the end of a range: `08:00-09:00`.
    pub(super) is_range: bool,
    /// It can be nothing else than a time; `8.30` can.
    pub(super) is_sure: bool,
}

/// The ways to write a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Hour,
    Colons,
    Dots,
    /// `0800 GMT`
    Digits,
}

/// Finds a time that starts with a token: `8 Uhr`, `08:00`, `8.30 Uhr`, `8:00 p.m. EST`, `0800 GMT`.
pub(super) fn find(tokens: &Tokens, at: usize) -> Option<Found> {
    let (form, (hour, mut minute, second), mut end) = digits(tokens, at)?;
    let mut is_marked = false;
    if tokens.word(end, words::is_clock) {
        is_marked = true;
        end += 1;
        if form == Form::Hour
            && let Some(after) = minute_after(tokens, end)
        {
            minute = after;
            end += 1;
        }
    }
    let mut hour = Some(hour);
    if let Some((half, after)) = half(tokens, end, hour) {
        hour = hour.and_then(|hour| half.hour(hour));
        is_marked = true;
        end = after;
    }
    if tokens.word(end, words::is_duration) {
        return None;
    }
    let zone = zone(tokens, end, form == Form::Colons && second.is_some());
    let is_range = zone.is_some_and(|zone| zone.is_range);
    let mut minutes = Some(None);
    if let Some(zone) = zone
        && (is_marked || form == Form::Colons || !zone.is_sign)
    {
        is_marked = true;
        minutes = zone.minutes.map(Some);
        end = zone.end;
    }
    let second = second.unwrap_or(0);
    let time = hour.zip(minutes).and_then(|(hour, zone)| {
        (hour < 24 && minute < 60 && second < 60).then_some(Time {
            hour,
            minute,
            second,
            zone,
        })
    });
    let is_sure = match form {
        Form::Colons => true,
        Form::Hour | Form::Digits | Form::Dots => is_marked,
    };
    match form {
        Form::Hour | Form::Digits if !is_marked => return None,
        Form::Dots if !is_marked && (time.is_none() || !is_last(tokens, end)) => return None,
        _ => {}
    }
    Some(Found {
        time,
        end,
        is_range,
        is_sure,
    })
}

/// Hour, minute and second as written.
type Digits = (u32, u32, Option<u32>);

/// Reads hour, minute and second, and returns the token after them.
fn digits(tokens: &Tokens, at: usize) -> Option<(Form, Digits, usize)> {
    if let Some((value, _)) = tokens.number(at, 4, 4) {
        return Some((Form::Digits, (value / 100, value % 100, None), at + 1));
    }
    let (hour, _) = tokens.number(at, 1, 2)?;
    for (separator, form) in [(':', Form::Colons), ('.', Form::Dots)] {
        let joins = |at: usize| tokens.has_glued(at, separator);
        let Some(minute) = tokens.glued(at + 2, 2).filter(|_| joins(at + 1)) else {
            continue;
        };
        let mut end = at + 3;
        let second = tokens.glued(end + 1, 2).filter(|_| joins(end));
        if second.is_some() {
            end += 2;
            let is_fraction = tokens.has_glued(end, '.') || tokens.has_glued(end, ',');
            if is_fraction && tokens.is_number(end + 1) && tokens.is_glued(end + 1) {
                end += 2;
            }
        }
        let goes_on = joins(end) && tokens.is_number(end + 1) && tokens.is_glued(end + 1);
        return (!goes_on).then_some((form, (hour, minute, second), end));
    }
    Some((Form::Hour, (hour, 0, None), at + 1))
}

/// Reads the minute of `8 Uhr 30`, unless it is the day of a date.
fn minute_after(tokens: &Tokens, at: usize) -> Option<u32> {
    let (minute, _) = tokens.number(at, 2, 2)?;
    let is_date = tokens.symbol(at + 1).is_some_and(|c| ".-/:".contains(c))
        || tokens.word(at + 1, |word| {
            words::month(word).is_some() || words::is_ordinal(word)
        });
    (!is_date).then_some(minute)
}

/// Tells whether nothing follows that would make `3.50` something else than a time, as a price.
fn is_last(tokens: &Tokens, at: usize) -> bool {
    at >= tokens.len()
        || tokens.symbol(at).is_some_and(|c| ",;|)-–—·•".contains(c))
        || tokens.word(at, words::is_label)
}

/// A half of the day.
#[derive(Debug, Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

impl Half {
    /// Returns the hour of the day; none if the clock does not show it in this half.
    fn hour(self, hour: u32) -> Option<u32> {
        match (self, hour) {
            (Self::Morning, 12) => Some(0),
            (Self::Morning, 0..12) | (Self::Afternoon, 12..24) => Some(hour),
            (Self::Afternoon, 1..12) => Some(hour + 12),
            _ => None,
        }
    }
}

/// Reads `am`, `pm`, `a.m.` and `p.m.`, and returns the token after it.
fn half(tokens: &Tokens, at: usize, hour: Option<u32>) -> Option<(Half, usize)> {
    let letter = |at, letter: u8| tokens.word(at, |word| word == [letter]);
    for (half, short, first) in [(Half::Morning, b"am", b'a'), (Half::Afternoon, b"pm", b'p')] {
        if letter(at, first) && tokens.has_glued(at + 1, '.') && letter(at + 2, b'm') {
            let end = at + 3;
            return Some((half, end + usize::from(tokens.has_glued(end, '.'))));
        }
        if tokens.word(at, |word| word == short) {
            let is_preposition = matches!(half, Half::Morning)
                && (hour > Some(12) && at + 1 < tokens.len()
                    || tokens.is_number(at + 1) && tokens.has(at + 2, '.')
                    || tokens.word(at + 1, words::is_german_weekday));
            return (!is_preposition).then_some((half, at + 1));
        }
    }
    None
}

/// The zone of a time.
#[derive(Debug, Clone, Copy)]
struct Zone {
    /// Minutes ahead of UTC; none if there is no such zone, as +25:00.
    minutes: Option<i32>,
    end: usize,
    is_range: bool,
    is_sign: bool,
}

/// Reads a zone: `Z`, `MESZ`, `(CET)`, `+0200`, `GMT+2`.
fn zone(tokens: &Tokens, at: usize, has_seconds: bool) -> Option<Zone> {
    let name = at + usize::from(tokens.has(at, '('));
    if let Some(minutes) = tokens.lookup(name, words::zone) {
        let end = name + 1;
        if tokens.word(name, words::is_universal)
            && let Some((ahead, end)) = offset(tokens, end, 1)
        {
            return Some(Zone {
                minutes: ahead,
                end,
                is_range: false,
                is_sign: false,
            });
        }
        return Some(Zone {
            minutes: Some(minutes),
            end,
            is_range: false,
            is_sign: false,
        });
    }
    let (minutes, end) = offset(tokens, at, 2)?;
    let is_range = tokens.has(at, '-') && !has_seconds && end > at + 2;
    // `8:00 -21:30` and `8:00-9:30 Uhr` are ranges, not zones.
    let is_certain_range = is_range && (minutes.is_none() || tokens.word(end, words::is_clock));
    (!is_certain_range).then_some(Zone {
        minutes,
        end,
        is_range,
        is_sign: true,
    })
}

/// Reads `+02`, `+0200` and `+02:00`: the minutes, none if no zone is that far from UTC, and the token after it.
fn offset(tokens: &Tokens, at: usize, least: usize) -> Option<(Option<i32>, usize)> {
    let sign = match tokens.symbol(at)? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    if !tokens.is_glued(at + 1) {
        return None;
    }
    let (value, digits) = tokens.number(at + 1, least, 4)?;
    let minute = tokens
        .glued(at + 3, 2)
        .filter(|_| tokens.has_glued(at + 2, ':'));
    let (hour, minute, end) = match (digits, minute) {
        (1 | 2, Some(minute)) => (value, minute, at + 4),
        (1 | 2, None) => (value, 0, at + 2),
        (4, _) => (value / 100, value % 100, at + 2),
        _ => return None,
    };
    // From Baker Island to Kiribati.
    let minutes = i32::try_from(hour * 60 + minute).ok()?;
    let is_there = minute < 60 && (-12 * 60..=14 * 60).contains(&(sign * minutes));
    Some((is_there.then_some(sign * minutes), end))
}

/// Reads the basic form of ISO 8601 after its `T`: `080000Z`, `0800`, `08`.
pub(super) fn basic(tokens: &Tokens, at: usize) -> Option<Found> {
    let (value, digits) = tokens.number(at, 2, 6)?;
    let [hour, minute, second] = match digits {
        2 => [value, 0, 0],
        4 => [value / 100, value % 100, 0],
        6 => [value / 10_000, value / 100 % 100, value % 100],
        _ => return None,
    };
    let mut end = at + 1;
    let is_fraction = tokens.has_glued(end, '.') || tokens.has_glued(end, ',');
    if digits == 6 && is_fraction && tokens.is_number(end + 1) && tokens.is_glued(end + 1) {
        end += 2;
    }
    let mut minutes = Some(None);
    if let Some(zone) = zone(tokens, end, true) {
        minutes = zone.minutes.map(Some);
        end = zone.end;
    }
    let is_there = hour < 24 && minute < 60 && second < 60;
    Some(Found {
        time: minutes.filter(|_| is_there).map(|zone| Time {
            hour,
            minute,
            second,
            zone,
        }),
        end,
        is_range: false,
        is_sure: true,
    })
}
