//! The model file: a header, then numbers, small ones in few bytes.
//!
//! ```text
//! 8 bytes   "bw-sent\n"; the line end shows a file that was copied as text
//! 4 bytes   version
//! 8 bytes   length of what follows the header
//! 4 bytes   CRC-32 of it
//! ```
//!
//! All numbers are little-endian; counts and keys are varints (seven bits a byte).

use blattwerk_core::Error;

/// Why a model file could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// It does not start as a model file does.
    NotAModel,
    /// It was written by a newer program.
    Newer {
        /// The version in the file.
        found: u32,
    },
    /// It ends too early or goes on too long.
    Length {
        /// The length that the header states.
        expected: u64,
        /// The length of the file after the header.
        found: u64,
    },
    /// Its bytes are not those that were written.
    Checksum {
        /// The checksum that the header states.
        expected: u32,
        /// That of the content.
        found: u32,
    },
    /// The content does not follow the format, though the checksum is right.
    Content {
        /// What should stand there.
        expected: &'static str,
    },
}

impl Damage {
    /// Returns the error of a model of this name.
    pub fn of(self, name: &str) -> Error {
        let (expected, found) = match self {
            Self::NotAModel => ("a sentiment model".into(), "another kind of file".into()),
            Self::Newer { found } => (
                format!("version {VERSION} or older"),
                format!("version {found}; a newer blattwerk reads it"),
            ),
            Self::Length { expected, found } => (format!("{expected} bytes"), format!("{found}")),
            Self::Checksum { expected, found } => (
                format!("the checksum {expected:08x}"),
                format!("{found:08x}"),
            ),
            Self::Content { expected } => (expected.into(), "other bytes".into()),
        };
        let name = name.into();
        Error::Model {
            name,
            expected,
            found,
        }
    }
}

/// The version this program writes.
pub(super) const VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"bw-sent\n";
const HEADER: usize = 24;

/// Puts the header before a payload.
pub(super) fn seal(payload: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER + payload.len());
    file.extend(MAGIC);
    file.extend(VERSION.to_le_bytes());
    file.extend((payload.len() as u64).to_le_bytes());
    file.extend(crc32fast::hash(payload).to_le_bytes());
    file.extend(payload);
    file
}

/// Checks the header and returns the payload.
///
/// # Errors
///
/// When the bytes are no whole model of a version that can be read.
pub(super) fn open(file: &[u8]) -> Result<&[u8], Damage> {
    let mut reader = Reader(file.strip_prefix(MAGIC).ok_or(Damage::NotAModel)?);
    let header = |_| Damage::Length {
        expected: HEADER as u64,
        found: file.len() as u64,
    };
    let version = u32::from_le_bytes(reader.array().map_err(header)?);
    if version > VERSION {
        return Err(Damage::Newer { found: version });
    }
    let length = u64::from_le_bytes(reader.array().map_err(header)?);
    let checksum = u32::from_le_bytes(reader.array().map_err(header)?);
    let payload = reader.0;
    if payload.len() as u64 != length {
        return Err(Damage::Length {
            expected: length,
            found: payload.len() as u64,
        });
    }
    let found = crc32fast::hash(payload);
    if found != checksum {
        return Err(Damage::Checksum {
            expected: checksum,
            found,
        });
    }
    Ok(payload)
}

/// Appends a number in as few bytes as it needs (LEB128).
pub(super) fn put(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads numbers off the front of a payload.
#[derive(Debug)]
pub(super) struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    /// Returns the next `N` bytes.
    ///
    /// # Errors
    ///
    /// When there are fewer.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Damage::Content {
            expected: "more bytes",
        })?;
        self.0 = rest;
        Ok(*head)
    }

    /// Returns the next byte.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(super) fn byte(&mut self) -> Result<u8, Damage> {
        Ok(self.array::<1>()?[0])
    }

    /// Returns the next varint.
    ///
    /// # Errors
    ///
    /// When it does not end or does not fit 32 bits.
    pub(super) fn number(&mut self) -> Result<u32, Damage> {
        let mut number = 0u32;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            let part = u32::from(byte & 0x7F);
            if shift == 28 && part > 0xF {
                break;
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damage::Content {
            expected: "a number of at most 32 bits",
        })
    }

    /// Returns the next varint as a count of things that take at least `bytes` each, so that a wrong count cannot
    /// ask for more memory than the file could fill.
    ///
    /// # Errors
    ///
    /// When the rest of the payload is too short for so many.
    pub(super) fn count(&mut self, bytes: usize) -> Result<usize, Damage> {
        let count = self.number()? as usize;
        if count.saturating_mul(bytes) > self.0.len() {
            return Err(Damage::Content {
                expected: "a count that fits the file",
            });
        }
        Ok(count)
    }

    /// Returns the next float.
    ///
    /// # Errors
    ///
    /// When it is infinite or no number.
    pub(super) fn float(&mut self) -> Result<f32, Damage> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Damage::Content {
                expected: "a finite number",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_opens_and_damage_is_named() {
        let file = seal(b"content");
        assert_eq!(open(&file), Ok(&b"content"[..]));
        assert_eq!(open(b"PK\x03\x04"), Err(Damage::NotAModel));
        assert_eq!(
            open(&file[..12]),
            Err(Damage::Length {
                expected: 24,
                found: 12
            })
        );
        assert_eq!(
            open(&file[..30]),
            Err(Damage::Length {
                expected: 7,
                found: 6
            })
        );
        let mut newer = file.clone();
        newer[8] = 9;
        assert_eq!(open(&newer), Err(Damage::Newer { found: 9 }));
        let mut flipped = file.clone();
        flipped[25] ^= 1;
        assert!(matches!(open(&flipped), Err(Damage::Checksum { .. })));
    }

    #[test]
    fn numbers_survive() {
        for number in [0, 1, 127, 128, 300, 1 << 14, u32::MAX] {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            assert_eq!(Reader(&bytes).number(), Ok(number), "{number}");
        }
        assert!(Reader(&[0x80; 9]).number().is_err(), "endless");
        assert!(Reader(&[]).number().is_err(), "empty");
        assert!(Reader(&[200, 1]).count(1).is_err(), "more than there is");
    }
}
