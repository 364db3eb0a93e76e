//! Values of a column as text.

use super::schema::Kind;
use crate::input::fault::Fault;
use crate::input::row;

/// A value as the library decodes it.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Bytes(&'a [u8]),
    /// A whole number and how many bits it has.
    Whole(i64, u32),
    /// A time of day in nanoseconds, and a Julian day.
    Julian {
        nanoseconds: u64,
        day: u32,
    },
    Float(f32),
    Double(f64),
}

impl Value<'_> {
    /// Returns the value as text, as far as it has one: numbers by their digits, times in ISO 8601.
    ///
    /// # Errors
    ///
    /// If it is not UTF-8.
    pub(super) fn text(&self, kind: Kind) -> Result<String, Fault> {
        Ok(match (self, kind) {
            (Self::Bytes(bytes), Kind::Uuid) => uuid(bytes),
            (Self::Bytes(bytes), Kind::Fixed) => {
                let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
                // Every UUID has bytes that are no letters.
                if bytes.len() == 16 && !bytes.is_ascii() {
                    uuid(bytes)
                } else {
                    row::text(text)?
                }
            }
            (Self::Bytes(bytes), Kind::Decimal(scale)) => decimal(big_endian(bytes), scale),
            (Self::Bytes(bytes), _) => row::text(bytes)?,
            (Self::Whole(number, _), Kind::Decimal(scale)) => decimal((*number).into(), scale),
            (Self::Whole(days, _), Kind::Date) => date(*days),
            (Self::Whole(number, _), Kind::Timestamp { per_second, is_utc }) => {
                timestamp(*number, per_second, is_utc)
            }
            (Self::Whole(number, bits), Kind::Whole(false)) => {
                let mask = u64::MAX >> (64 - bits);
                (number.cast_unsigned() & mask).to_string()
            }
            (Self::Whole(number, _), _) => number.to_string(),
            (Self::Julian { nanoseconds, day }, _) => julian(*nanoseconds, *day),
            (Self::Float(number), _) => number.to_string(),
            (Self::Double(number), _) => number.to_string(),
        })
    }
}

/// Returns the hexadecimal digits of a UUID, in the usual groups.
fn uuid(bytes: &[u8]) -> String {
    let digits = |(index, byte): (usize, &u8)| {
        let dash = if matches!(index, 4 | 6 | 8 | 10) {
            "-"
        } else {
            ""
        };
        format!("{dash}{byte:02x}")
    };
    bytes.iter().enumerate().map(digits).collect()
}

/// Returns a number of at most 16 bytes.
fn big_endian(bytes: &[u8]) -> i128 {
    let sign = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let start = if sign { -1 } else { 0 };
    bytes.iter().fold(start, |number: i128, byte| {
        (number << 8) | i128::from(*byte)
    })
}

fn decimal(number: i128, scale: u32) -> String {
    let digits = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    match 10_u128.checked_pow(scale) {
        Some(unit) if scale > 0 => {
            let (whole, part) = (digits / unit, digits % unit);
            format!("{sign}{whole}.{part:0width$}", width = scale as usize)
        }
        _ => format!("{sign}{digits}"),
    }
}

/// Returns the day with a number since 1970-01-01.
fn date(days: i64) -> String {
    // Eras of 400 years begin on 0000-03-01, so that a leap day comes last.
    let days = i128::from(days) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i128::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn timestamp(number: i64, per_second: u32, is_utc: bool) -> String {
    let unit = i64::from(per_second);
    let (seconds, part) = (number.div_euclid(unit), number.rem_euclid(unit));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let mut text = format!("{}T{hour:02}:{minute:02}:{:02}", date(days), second % 60);
    if part > 0 {
        let width = per_second.ilog10() as usize;
        let digits = format!("{part:0width$}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    if is_utc {
        text.push('Z');
    }
    text
}

fn julian(nanoseconds: u64, day: u32) -> String {
    /// The Julian day of 1970-01-01.
    const EPOCH: i64 = 2_440_588;
    const PER_DAY: u64 = 86_400_000_000_000;
    let days = i64::from(day) - EPOCH + i64::try_from(nanoseconds / PER_DAY).unwrap_or(0);
    let of_day = i64::try_from(nanoseconds % PER_DAY).unwrap_or(0);
    let time = timestamp(of_day, 1_000_000_000, false);
    format!("{}{}", date(days), time.trim_start_matches("1970-01-01"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_text() {
        let seconds = |is_utc| Kind::Timestamp {
            per_second: 1000,
            is_utc,
        };
        let nanoseconds = Kind::Timestamp {
            per_second: 1_000_000_000,
            is_utc: false,
        };
        let key = [
            0x55, 0x0E, 0x84, 0x00, 0xE2, 0x9B, 0x41, 0xD4, 0xA7, 0x16, 0x44, 0x66, 0x55, 0x44,
            0x00, 0x00,
        ];
        for (value, kind, expected) in [
            (Value::Bytes("Köln".as_bytes()), Kind::Text, "Köln"),
            (
                Value::Bytes(&key),
                Kind::Uuid,
                "550e8400-e29b-41d4-a716-446655440000",
            ),
            (
                Value::Bytes(&key),
                Kind::Fixed,
                "550e8400-e29b-41d4-a716-446655440000",
            ),
            (
                Value::Bytes(b"2024-05-06-00017"),
                Kind::Fixed,
                "2024-05-06-00017",
            ),
            (Value::Bytes(b"dpa1\0\0"), Kind::Fixed, "dpa1"),
            (Value::Bytes(&[0xFF, 0x85]), Kind::Decimal(2), "-1.23"),
            (Value::Bytes(&[0x00, 0xFF]), Kind::Decimal(0), "255"),
            (Value::Whole(5, 32), Kind::Decimal(3), "0.005"),
            (Value::Whole(-7, 64), Kind::Whole(true), "-7"),
            (Value::Whole(-1, 32), Kind::Whole(false), "4294967295"),
            (
                Value::Whole(-1, 64),
                Kind::Whole(false),
                "18446744073709551615",
            ),
            (Value::Whole(0, 32), Kind::Date, "1970-01-01"),
            (Value::Whole(19_849, 32), Kind::Date, "2024-05-06"),
            (Value::Whole(19_782, 32), Kind::Date, "2024-02-29"),
            (Value::Whole(-1, 32), Kind::Date, "1969-12-31"),
            (Value::Whole(-25_508, 32), Kind::Date, "1900-03-01"),
            (
                Value::Whole(1_714_979_289_000, 64),
                seconds(true),
                "2024-05-06T07:08:09Z",
            ),
            (
                Value::Whole(1_714_979_289_120, 64),
                seconds(false),
                "2024-05-06T07:08:09.12",
            ),
            (
                Value::Whole(-1, 64),
                nanoseconds,
                "1969-12-31T23:59:59.999999999",
            ),
            (
                Value::Julian {
                    nanoseconds: 25_689_000_000_000,
                    day: 2_460_437,
                },
                nanoseconds,
                "2024-05-06T07:08:09",
            ),
            (Value::Double(1.5), Kind::Float, "1.5"),
        ] {
            assert_eq!(value.text(kind).unwrap(), expected, "{value:?} {kind:?}");
        }
        for number in [i64::MIN, i64::MAX] {
            for kind in [Kind::Date, seconds(true), nanoseconds] {
                assert!(!Value::Whole(number, 64).text(kind).unwrap().is_empty());
            }
        }
        let fault = Value::Bytes(b"K\xF6ln").text(Kind::Text).unwrap_err();
        assert_eq!(fault.to_string(), "damaged UTF-8: byte 0xF6 at position 2");
    }
}
