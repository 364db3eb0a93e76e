//! The index of the tables: which rows belong to which article of the input.
//!
//! `run.index` lies beside `run.json`. It is needed to merge shards in the order of the input, and to put
//! retried articles in their places. For each article or failure it contains its number in the input (that of the file and that in it), the bytes of its
//! text, and how many bytes and rows it has in each table, all as LEB128 numbers: about 25 bytes per article. The
//! number of rows is left out where there are no bytes.

use std::io::{self, Read};

use super::file::Length;
use crate::input::Number;

/// The name of the file.
pub(crate) const FILE: &str = "run.index";

/// An article or a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its number in the input.
    pub(crate) number: Number,
    /// The bytes of its text; 0 if it is not an article.
    pub(crate) text_bytes: u64,
    /// What it has in each table.
    pub(crate) lengths: Vec<Length>,
}

impl Entry {
    /// Appends the entry to an index.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put(out, self.number.file);
        put(out, self.number.item);
        put(out, self.text_bytes);
        for Length { bytes, rows } in &self.lengths {
            put(out, *bytes);
            if *bytes > 0 {
                put(out, *rows);
            }
        }
    }

    /// Reads the next entry of an index of this many tables; returns none at its end.
    pub(crate) fn read(index: &mut impl Read, tables: usize) -> io::Result<Option<Self>> {
        let Some(file) = get(index)? else {
            return Ok(None);
        };
        let mut next = || get(index)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof));
        let number = Number {
            file,
            item: next()?,
        };
        let text_bytes = next()?;
        let mut lengths = vec![Length::default(); tables];
        for length in &mut lengths {
            length.bytes = next()?;
            if length.bytes > 0 {
                length.rows = next()?;
            }
        }
        Ok(Some(Self {
            number,
            text_bytes,
            lengths,
        }))
    }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Reads a number; returns none at the end of the input.
fn get(input: &mut impl Read) -> io::Result<Option<u64>> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        match input.read_exact(&mut byte) {
            Ok(()) => {}
            Err(error) if shift == 0 && error.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        value |= u64::from(byte[0] & 0x7F) << shift;
        if byte[0] < 0x80 {
            return Ok(Some(value));
        }
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "expected a number of at most 64 bits",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: usize = 3;

    #[test]
    fn entries_come_back_as_they_were() {
        let values = [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ];
        let mut index = Vec::new();
        let entry = |value: u64| {
            let mut lengths = vec![Length::default(); TABLES];
            lengths[1] = Length {
                bytes: value,
                rows: if value > 0 { value / 2 } else { 0 },
            };
            Entry {
                number: Number {
                    file: value / 3,
                    item: value,
                },
                text_bytes: value,
                lengths,
            }
        };
        for value in values {
            entry(value).write(&mut index);
        }
        let mut rest = &index[..];
        for value in values {
            assert_eq!(Entry::read(&mut rest, TABLES).unwrap(), Some(entry(value)));
        }
        assert_eq!(Entry::read(&mut rest, TABLES).unwrap(), None);
        let mut cut = &index[..index.len() - 1];
        while let Ok(Some(_)) = Entry::read(&mut cut, TABLES) {}
        assert!(cut.is_empty(), "the last entry is no entry");
        assert!(Entry::read(&mut &[0xFF; 11][..], TABLES).is_err());
    }
}
