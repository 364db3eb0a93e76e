//! Times as people and schedulers write them: UTC, as in RFC 3339.

use std::time::{SystemTime, UNIX_EPOCH};

use blattwerk_core::date::of_day;

/// Returns a time to the second: `2026-11-24T17:10:00Z`.
pub fn seconds(moment: SystemTime) -> String {
    let (seconds, _) = since_epoch(moment);
    let (year, month, day) = of_day(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Returns a time with all digits that a file system stores.
pub(crate) fn nanoseconds(moment: SystemTime) -> String {
    let (_, nanoseconds) = since_epoch(moment);
    let seconds = seconds(moment);
    format!("{}.{nanoseconds:09}Z", seconds.trim_end_matches('Z'))
}

/// Returns seconds, rounded down, and nanoseconds; a clock before 1970 is no reason to fail.
fn since_epoch(moment: SystemTime) -> (i64, u32) {
    match moment.duration_since(UNIX_EPOCH) {
        Ok(after) => (
            i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            after.subsec_nanos(),
        ),
        Err(before) => {
            let before = before.duration();
            let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            match before.subsec_nanos() {
                0 => (-seconds, 0),
                nanoseconds => (-seconds - 1, 1_000_000_000 - nanoseconds),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_dates_of_the_calendar() {
        // From `date -u -d @SECONDS +%FT%TZ`.
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (68_169_599, "1972-02-28T23:59:59Z"),
            (68_169_600, "1972-02-29T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (second, expected) in cases {
            assert_eq!(seconds(UNIX_EPOCH + Duration::from_secs(second)), expected);
        }
    }

    #[test]
    fn a_clock_before_its_epoch_is_no_fault() {
        let moment = UNIX_EPOCH - Duration::from_millis(500);
        assert_eq!(nanoseconds(moment), "1969-12-31T23:59:59.500000000Z");
        let moment = UNIX_EPOCH - Duration::from_secs(86_400);
        assert_eq!(seconds(moment), "1969-12-31T00:00:00Z");
    }
}
