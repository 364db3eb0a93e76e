//! Charts as inline SVG. They have no text of their own: labels are HTML, so that they keep their size on a phone.

use std::fmt::Write;

use super::language::Language;
use super::number::{ratio, whole};
use crate::output::Date;

/// How long the steps of a time axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Month,
    Year,
}

impl Unit {
    /// Returns the number of the step that a date is in; none if the date is not that exact.
    fn step(self, date: Date) -> Option<i64> {
        let [year, month, day] = [date / 10_000, date / 100 % 100, date % 100].map(i64::from);
        match self {
            Self::Year => Some(year),
            Self::Month if month > 0 => Some(year * 12 + month - 1),
            Self::Day if month > 0 && day > 0 => Some(days(year, month, day)),
            _ => None,
        }
    }

    /// Returns the date of a step.
    fn date(self, step: i64) -> Date {
        let date = match self {
            Self::Year => step * 10_000,
            Self::Month => step.div_euclid(12) * 10_000 + (step.rem_euclid(12) + 1) * 100,
            Self::Day => {
                let (year, month, day) = blattwerk_core::date::of_day(step);
                year * 10_000 + month * 100 + day
            }
        };
        Date::try_from(date).unwrap_or_default()
    }
}

/// Returns the days from 1970-01-01 to a day of the calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that leap days are last (Howard Hinnant, days_from_civil).
    let year = if month > 2 { year } else { year - 1 };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

/// A time axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) unit: Unit,
    first: i64,
    pub(super) steps: usize,
}

impl Axis {
    /// Returns the axis that suits some dates with their counts: of at most 92 days, 120 months or 150 years; none if there
    /// are no dates.
    ///
    /// A few dates far from the others, mostly wrong ones, are left out: at most one of 200 at each end.
    pub(super) fn new(dates: impl Iterator<Item = (Date, u64)>) -> Option<Self> {
        let dates: Vec<_> = dates.filter(|(date, _)| *date > 0).collect();
        let all: u64 = dates.iter().map(|(_, count)| count).sum();
        let end = |dates: &mut dyn Iterator<Item = &(Date, u64)>| {
            let mut seen = 0;
            for (date, count) in dates {
                seen += count;
                if seen * 200 > all {
                    return Some(*date);
                }
            }
            None
        };
        let (first, last) = (end(&mut dates.iter())?, end(&mut dates.iter().rev())?);
        let (least, most) = (dates.first()?.0, dates.last()?.0);
        let span = |unit: Unit, first: Date, last: Date| {
            let (first, last) = (unit.step(first)?, unit.step(last)?);
            let steps = usize::try_from(last - first + 1).ok()?;
            Some(Self { unit, first, steps })
        };
        for (unit, most_steps) in [(Unit::Day, 92), (Unit::Month, 120), (Unit::Year, 150)] {
            for (first, last) in [(least, most), (first, last)] {
                if let Some(axis) = span(unit, first, last)
                    && (1..=most_steps).contains(&axis.steps)
                {
                    return Some(axis);
                }
            }
        }
        let axis = span(Unit::Year, first, last)?;
        let steps = axis.steps.min(150);
        let left_out = i64::try_from(axis.steps - steps).unwrap_or_default();
        Some(Self {
            first: axis.first + left_out,
            steps,
            ..axis
        })
    }

    /// Returns the step that a date is in, if it is on the axis.
    pub(super) fn step(&self, date: Date) -> Option<usize> {
        let step = self.unit.step(date)? - self.first;
        usize::try_from(step).ok().filter(|step| *step < self.steps)
    }

    /// Returns the sums of counts in each step.
    pub(super) fn sums(&self, counts: impl Iterator<Item = (Date, u64)>) -> Vec<u64> {
        let mut sums = vec![0; self.steps];
        for (date, count) in counts {
            if let Some(step) = self.step(date) {
                sums[step] += count;
            }
        }
        sums
    }

    /// Returns the name of a step.
    pub(super) fn name(&self, step: usize, language: Language) -> String {
        let step = i64::try_from(step).unwrap_or_default();
        language.date(self.unit.date(self.first + step))
    }

    /// Returns the names of some steps from the first to the last, evenly spread.
    pub(super) fn ticks(&self, language: Language) -> Vec<String> {
        let ticks = self.steps.clamp(1, 5);
        let step = |tick: usize| tick * (self.steps - 1) / (ticks - 1).max(1);
        (0..ticks)
            .map(|tick| self.name(step(tick), language))
            .collect()
    }
}

/// Draws bars, one for each count, with its name and count as a tooltip.
pub(super) fn bars(counts: &[u64], names: impl Fn(usize) -> String) -> String {
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        counts.len() * 10
    );
    for (index, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (100.0 * ratio(*count, most)).max(1.0);
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"{:.1}\" width=\"8.4\" height=\"{height:.1}\"><title>{}</title></rect>",
            index * 10,
            100.0 - height,
            names(index)
        );
    }
    svg + "</svg>"
}

/// Draws how counts go up and down, in the space of a word.
///
/// Nothing is drawn if all are 0.
pub(super) fn spark(counts: &[u64]) -> String {
    if counts.iter().all(|count| *count == 0) {
        return String::new();
    }
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let mut path = String::new();
    for (index, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (20.0 * ratio(*count, most)).max(1.5);
        let _ = write!(path, "M{} 20v-{height:.1}h3.4v{height:.1}z", index * 4);
    }
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {} 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>",
        counts.len() * 4
    )
}

/// Draws the shares of negative, neutral and positive as one bar.
pub(super) fn shares(counts: [u64; 3]) -> String {
    let all: u64 = counts.iter().sum();
    let mut svg = "<svg class=\"shares\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">".to_owned();
    let mut at = 0.0;
    for (count, class) in counts.into_iter().zip(["neg", "neu", "pos"]) {
        let width = 100.0 * ratio(count, all);
        if count > 0 {
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{at:.2}\" width=\"{width:.2}\" height=\"10\"/>"
            );
        }
        at += width;
    }
    svg + "</svg>"
}

/// Draws the shares of positive above and of negative below a line, for each step that has enough.
///
/// Returns also the share at the top, in percent.
pub(super) fn tones(
    steps: &[[u64; 3]],
    enough: u64,
    names: impl Fn(usize) -> String,
) -> (String, u64) {
    let shares: Vec<Option<[f64; 2]>> = steps
        .iter()
        .map(|tones| {
            let all: u64 = tones.iter().sum();
            (all >= enough).then(|| [tones[2], tones[0]].map(|count| ratio(count, all)))
        })
        .collect();
    let highest = shares
        .iter()
        .flatten()
        .flatten()
        .copied()
        .fold(0.0, f64::max);
    // In steps of ten percent.
    let top = whole((highest * 10.0).ceil()).clamp(1, 10) * 10;
    let scale = 5000.0 / f64::from(u32::try_from(top).unwrap_or(100));
    let mut svg = format!(
        "<svg class=\"tones\" viewBox=\"0 0 {} 101\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        steps.len() * 10
    );
    for (index, shares) in shares.iter().enumerate() {
        let Some([positive, negative]) = shares else {
            continue;
        };
        let (up, down) = (positive * scale, negative * scale);
        let (x, name) = (index * 10, names(index));
        let _ = write!(
            svg,
            "<g><title>{name}</title><rect class=\"pos\" x=\"{x}\" y=\"{:.1}\" width=\"8.4\" height=\"{up:.1}\"/>\
             <rect class=\"neg\" x=\"{x}\" y=\"51\" width=\"8.4\" height=\"{down:.1}\"/></g>",
            50.0 - up
        );
    }
    let _ = write!(
        svg,
        "<path class=\"zero\" d=\"M0 50.5h{}\"/>",
        steps.len() * 10
    );
    (svg + "</svg>", top)
}

/// Returns the step with the most, if there is one.
pub(super) fn peak(counts: &[u64]) -> Option<(usize, u64)> {
    let counts = counts.iter().copied().enumerate();
    counts
        .rev()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (date, step) in [
            (19_700_101, 0),
            (20_000_229, 11_016),
            (20_000_301, 11_017),
            (20_241_231, 20_088),
            (19_691_231, -1),
        ] {
            assert_eq!(Unit::Day.step(date), Some(step));
            assert_eq!(Unit::Day.date(step), date);
        }
        assert_eq!(
            Unit::Month.date(Unit::Month.step(20_241_231).unwrap()),
            20_241_200
        );
        assert_eq!(Unit::Day.step(20_241_200), None);
        assert_eq!(Unit::Month.step(20_240_000), None);
    }

    #[test]
    fn an_axis_suits_its_dates() {
        let axis = |dates: &[(Date, u64)]| {
            Axis::new(dates.iter().copied()).map(|axis| (axis.unit, axis.steps))
        };
        assert_eq!(axis(&[]), None);
        assert_eq!(axis(&[(0, 9)]), None);
        assert_eq!(axis(&[(20_240_506, 1)]), Some((Unit::Day, 1)));
        assert_eq!(
            axis(&[(20_240_506, 1), (20_240_605, 1)]),
            Some((Unit::Day, 31))
        );
        assert_eq!(
            axis(&[(20_240_506, 1), (20_250_605, 1)]),
            Some((Unit::Month, 14))
        );
        assert_eq!(
            axis(&[(20_240_500, 1), (20_240_605, 1)]),
            Some((Unit::Month, 2))
        );
        assert_eq!(
            axis(&[(19_240_506, 1), (20_240_605, 1)]),
            Some((Unit::Year, 101))
        );
        assert_eq!(
            axis(&[(10_101, 1), (20_240_605, 1)]),
            Some((Unit::Year, 150))
        );
        // One date of 400 is wrong.
        let dates = [(19_700_101, 1), (20_240_506, 200), (20_240_507, 199)];
        assert_eq!(axis(&dates), Some((Unit::Day, 2)));
    }

    #[test]
    fn bars_are_as_high_as_their_counts() {
        let svg = bars(&[0, 5, 10], |index| index.to_string());
        assert!(
            svg.contains("y=\"50.0\" width=\"8.4\" height=\"50.0\"><title>1<"),
            "{svg}"
        );
        assert!(
            svg.contains("y=\"0.0\" width=\"8.4\" height=\"100.0\"><title>2<"),
            "{svg}"
        );
        let svg = shares([1, 2, 1]);
        assert!(svg.contains("\"neu\" x=\"25.00\" width=\"50.00\""), "{svg}");
        let (svg, top) = tones(&[[1, 6, 3], [9, 0, 0]], 10, |index| index.to_string());
        assert_eq!(top, 30);
        assert!(svg.contains("height=\"50.0\"/><rect class=\"neg\" x=\"0\" y=\"51\" width=\"8.4\" height=\"16.7\""), "{svg}");
        assert!(!svg.contains("x=\"10\""), "nine are not enough: {svg}");
    }
}
