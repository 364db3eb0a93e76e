//! The file format of trained models: a header, then numbers, of which small ones take few bytes.
//!
//! ```text
//! 8 bytes   the kind of model; ends with a line feed, so that a file that was copied as text is detected
//! 4 bytes   version
//! 8 bytes   length of what follows the header
//! 4 bytes   CRC-32 of what follows
//! ```
//!
//! All numbers are little-endian. Counts and keys are varints (seven bits a byte); sorted keys are stored as
//! differences. A file that is truncated, corrupt, of another kind or of a newer version gives a [`Damage`], never a
//! panic or a huge allocation.
//!
//! A model that is embedded in a program is a part of it in another form, a [`pack`] of [`Table`]s.

pub mod pack;
mod table;

#[cfg(feature = "load")]
use std::path::Path;

#[cfg(feature = "load")]
use blattwerk_core::{Asset, Error};

pub use self::table::{Asked, Table, row};

/// The name of the model file in the folder of a model.
pub const FILE: &str = "model.bin";

const HEADER: usize = 24;

/// A kind of model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The bytes that a file starts with.
    pub magic: [u8; 8],
    /// What it is called in messages, such as "a names model".
    pub name: &'static str,
    /// The oldest version that can be read.
    pub oldest: u32,
    /// The version that is written, which is also the newest that can be read.
    pub version: u32,
}

impl Kind {
    /// Returns a payload with a header in front.
    pub fn seal(&self, payload: &[u8]) -> Vec<u8> {
        let mut file = Vec::with_capacity(HEADER + payload.len());
        file.extend(self.magic);
        file.extend(self.version.to_le_bytes());
        file.extend((payload.len() as u64).to_le_bytes());
        file.extend(crc32fast::hash(payload).to_le_bytes());
        file.extend(payload);
        file
    }

    /// Checks the header and returns the payload.
    ///
    /// # Errors
    ///
    /// If the bytes are not a complete model of this kind, in a version that can be read.
    pub fn open<'a>(&self, file: &'a [u8]) -> Result<Reader<'a>, Damage> {
        let rest = file.strip_prefix(&self.magic);
        let mut reader = Reader(rest.ok_or(Damage::Kind {
            expected: self.name,
        })?);
        let header = |_| Damage::Length {
            expected: HEADER as u64,
            found: file.len() as u64,
        };
        let version = u32::from_le_bytes(reader.array().map_err(header)?);
        if version > self.version {
            return Err(Damage::Newer {
                known: self.version,
                found: version,
            });
        }
        if version < self.oldest {
            return Err(Damage::Older {
                known: self.oldest,
                found: version,
            });
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
        Ok(Reader(payload))
    }
}

/// Loads a model of the user with `load`, given its file or its folder; returns it with its asset.
///
/// # Errors
///
/// If it cannot be read, or is corrupt.
#[cfg(feature = "load")]
pub fn load<M>(
    path: &Path,
    load: impl FnOnce(&[u8]) -> Result<M, Damage>,
) -> blattwerk_core::Result<(M, Asset)> {
    let file = if path.is_dir() {
        path.join(FILE)
    } else {
        path.to_owned()
    };
    let (bytes, asset) = Asset::read(&file)?;
    let model = load(&bytes).map_err(|damage| damage.of(&asset.name))?;
    Ok((model, asset))
}

/// Loads a model whose file is embedded in the program; returns it with an asset of that name.
///
/// # Errors
///
/// Never in a build that passed its tests.
#[cfg(feature = "load")]
pub fn embedded<M>(
    name: &str,
    bytes: &[u8],
    load: impl FnOnce(&[u8]) -> Result<M, Damage>,
) -> blattwerk_core::Result<(M, Asset)> {
    let model = load(bytes).map_err(|damage| damage.of(name))?;
    Ok((model, Asset::new(name, bytes)))
}

/// Takes a model out of a pack that is embedded in the program; returns it with an asset of that name. The pack begins with
/// the hash of the model file.
///
/// # Panics
///
/// If the pack is not the one that `unpack` is for.
#[cfg(feature = "load")]
pub fn packed<M>(
    name: &str,
    pack: &'static pack::Aligned<[u8]>,
    unpack: impl FnOnce(&mut pack::Unpacker) -> M,
) -> (M, Asset) {
    let mut unpacker = pack::Unpacker::new(&pack.0);
    let asset = Asset {
        name: name.to_owned(),
        hash: String::from_utf8_lossy(unpacker.bytes()).into_owned(),
    };
    (unpack(&mut unpacker), asset)
}

/// Why a model file could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// It does not start like a model file of this kind.
    Kind {
        /// The name of the kind.
        expected: &'static str,
    },
    /// It was written by a newer version of blattwerk.
    Newer {
        /// The newest version that can be read.
        known: u32,
        /// The version in the file.
        found: u32,
    },
    /// It was written by an older version of blattwerk, and its content would mean something else today.
    Older {
        /// The oldest version that can be read.
        known: u32,
        /// The version in the file.
        found: u32,
    },
    /// It is too short or too long.
    Length {
        /// The length that the header states.
        expected: u64,
        /// The length of the file after the header.
        found: u64,
    },
    /// Its content does not match its checksum.
    Checksum {
        /// The checksum that the header states.
        expected: u32,
        /// The checksum of the content.
        found: u32,
    },
    /// The content does not follow the format, though the checksum is right.
    Content {
        /// What was expected.
        expected: &'static str,
    },
}

#[cfg(feature = "load")]
impl Damage {
    /// Returns the error for a model of this name.
    pub fn of(self, name: &str) -> Error {
        let (expected, found) = match self {
            Self::Kind { expected } => (expected.into(), "another kind of file".into()),
            Self::Newer { known, found } => (
                format!("version {known} or older"),
                format!("version {found}, which needs a newer blattwerk"),
            ),
            Self::Older { known, found } => (
                format!("version {known} or newer"),
                format!("version {found}; train the model again"),
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

/// Appends a number in as few bytes as it needs (LEB128).
pub fn put(out: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// Reads numbers from the front of a payload.
#[derive(Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// Checks that nothing is left.
    ///
    /// # Errors
    ///
    /// If something is left.
    pub fn end(&self) -> Result<(), Damage> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Damage::Content {
                expected: "the end",
            })
        }
    }

    /// Returns the next `N` bytes.
    ///
    /// # Errors
    ///
    /// If there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Damage::Content {
            expected: "more bytes",
        })?;
        self.0 = rest;
        Ok(*head)
    }

    /// Returns this many of the next bytes.
    ///
    /// # Errors
    ///
    /// If there are fewer.
    #[inline]
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Damage::Content {
            expected: "more bytes",
        })?;
        self.0 = rest;
        Ok(head)
    }

    /// Returns the next byte.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Damage> {
        Ok(self.array::<1>()?[0])
    }

    /// Returns the next varint.
    ///
    /// # Errors
    ///
    /// If it does not end, or does not fit into 32 bits.
    #[inline]
    pub fn number(&mut self) -> Result<u32, Damage> {
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

    /// Returns the next varint as a count of items that take at least `bytes` each, so that a wrong count cannot
    /// allocate more memory than the file could fill.
    ///
    /// # Errors
    ///
    /// If the rest of the payload is too short for that many.
    #[inline]
    pub fn count(&mut self, bytes: usize) -> Result<usize, Damage> {
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
    /// If it is infinite or not a number.
    #[inline]
    pub fn float(&mut self) -> Result<f32, Damage> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Damage::Content {
                expected: "a finite number",
            })
        }
    }

    /// Returns the next of the sorted keys, which are stored as differences.
    ///
    /// # Errors
    ///
    /// If the key is not greater than the previous one.
    #[inline]
    pub fn key(&mut self, before: &mut Option<u32>) -> Result<u32, Damage> {
        let step = self.number()?;
        let key = match *before {
            None => Some(step),
            Some(before) => before.checked_add(step).filter(|_| step > 0),
        };
        *before = key;
        key.ok_or(Damage::Content {
            expected: "sorted keys",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind {
        magic: *b"bw-test\n",
        name: "a test model",
        oldest: 2,
        version: 3,
    };

    #[test]
    fn sealed_opens_and_damage_is_named() {
        let file = KIND.seal(b"content");
        let open = |bytes: &[u8]| KIND.open(bytes).map(|reader| reader.0.to_vec());
        assert_eq!(open(&file), Ok(b"content".to_vec()));
        let expected = "a test model";
        assert_eq!(open(b"PK\x03\x04"), Err(Damage::Kind { expected }));
        let length = |expected, found| Err(Damage::Length { expected, found });
        assert_eq!(open(&file[..12]), length(24, 12), "in the header");
        assert_eq!(open(&file[..30]), length(7, 6), "in the payload");
        let mut other = file.clone();
        other[8] = 9;
        assert_eq!(open(&other), Err(Damage::Newer { known: 3, found: 9 }));
        other[8] = 1;
        assert_eq!(open(&other), Err(Damage::Older { known: 2, found: 1 }));
        other[8] = 2;
        assert_eq!(open(&other), Ok(b"content".to_vec()), "an older version");
        let mut flipped = file.clone();
        flipped[25] ^= 1;
        assert!(matches!(open(&flipped), Err(Damage::Checksum { .. })));
    }

    #[test]
    fn a_model_is_found_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, KIND.seal(&[7])).unwrap();
        for path in [folder.path(), &file] {
            let (model, asset) = load(path, |bytes| KIND.open(bytes)?.byte()).unwrap();
            assert_eq!(model, 7);
            assert!(asset.name.ends_with(FILE), "{}", asset.name);
        }
        let missing = load(&folder.path().join("none"), |_| Ok(())).unwrap_err();
        assert!(missing.to_string().contains("none"), "{missing}");
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
