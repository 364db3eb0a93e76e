//! What a model file holds, as tables.
//!
//! The build script reads the embedded model with this file too, so nothing else of the crate is used here.

use std::borrow::Cow;

use blattwerk_model_file::pack::{Packer, Unpacker};
use blattwerk_model_file::{Damage, Kind, Reader, Table, put};

/// The file format of these models.
pub(super) const KIND: Kind = Kind {
    magic: *b"bw-sent\n",
    name: "a sentiment model",
    oldest: 5,
    version: 5,
};

/// The views toward a name: its sentence; its clause before and behind it; three words to each side; other clauses before and
/// behind it; and its clause once more, by the name's role in it, so that words that are used like the verbs of labelled texts
/// have their frames.
pub(super) const TOWARD_VIEWS: usize = 7 + ROLES;
/// The roles that views tell apart: before the verb, behind it, subject of a passive, with a preposition.
const ROLES: usize = 4;
/// The views of a text: all of it, its negated clauses, its first clause.
pub(super) const WHOLE_VIEWS: usize = 3;
/// The columns of [`Row::leanings`]: toward negative and positive against neutral, for each view of both heads.
pub(super) const LEANINGS: usize = 2 * (TOWARD_VIEWS + WHOLE_VIEWS);

/// How good and how bad words are, in six places.
pub(super) const AMOUNTS: usize = 12;
/// The most views.
pub(super) const VIEWS: usize = TOWARD_VIEWS;

/// The size of a stored row, in bytes: polarity, weight, leanings.
pub(super) const STORED: usize = 2 + LEANINGS;

const KEY: usize = size_of::<u32>();
/// The size of a row with two weights of a key.
pub(super) const WEIGHTS: usize = KEY + 2;

/// The numbers of a head beside the weights of its keys.
pub(super) const NUMBERS: usize = 13 + 2 * AMOUNTS + 4 * VIEWS;

/// The content of a model file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Content {
    pub(super) toward: Weights,
    pub(super) whole: Weights,
    pub(super) words: Words,
}

/// The numbers of a head.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    pub(super) numbers: [f32; NUMBERS],
    /// The weights of keys.
    pub(super) keys: Table<WEIGHTS>,
}

/// The word table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    /// The largest absolute value of each leaning.
    pub(super) scales: [f32; LEANINGS],
    /// The most frequent word first.
    pub(super) rows: Cow<'static, [[u8; STORED]]>,
    /// The numbers of their rows, by the hashes of forms and stems.
    pub(super) places: Table<8>,
    /// Hashes of forms that can be finite verbs.
    pub(super) verbs: Table<KEY>,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            scales: [0.0; LEANINGS],
            rows: Cow::default(),
            places: Table::default(),
            verbs: Table::default(),
        }
    }
}

impl Content {
    /// Reads the content of a file.
    ///
    /// # Errors
    ///
    /// If it is incomplete, damaged or of another version.
    pub(super) fn read(file: &[u8]) -> Result<Self, Damage> {
        let mut reader = KIND.open(file)?;
        let content = Self {
            toward: Weights::read(&mut reader)?,
            whole: Weights::read(&mut reader)?,
            words: Words::read(&mut reader)?,
        };
        reader.end()?;
        Ok(content)
    }

    /// Returns the content as the bytes of a file.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        self.toward.write(&mut payload);
        self.whole.write(&mut payload);
        self.words.write(&mut payload);
        KIND.seal(&payload)
    }

    /// Appends the content to a pack.
    #[allow(dead_code, reason = "only the build script packs")]
    pub(super) fn pack(&self, packer: &mut Packer) {
        for head in [&self.toward, &self.whole] {
            packer.floats(&head.numbers);
            head.keys.pack(packer);
        }
        packer.floats(&self.words.scales);
        packer.bytes(self.words.rows.as_flattened());
        self.words.places.pack(packer);
        self.words.verbs.pack(packer);
    }

    /// Takes the content out of a pack, in which its tables stay.
    pub(super) fn unpack(unpacker: &mut Unpacker) -> Self {
        let [toward, whole] = [(); 2].map(|()| Weights {
            numbers: unpacker.floats(),
            keys: Table::unpack(unpacker),
        });
        let words = Words {
            scales: unpacker.floats(),
            rows: Cow::Borrowed(unpacker.bytes().as_chunks().0),
            places: Table::unpack(unpacker),
            verbs: Table::unpack(unpacker),
        };
        Self {
            toward,
            whole,
            words,
        }
    }
}

impl Weights {
    fn read(reader: &mut Reader) -> Result<Self, Damage> {
        if reader.number()? as usize != AMOUNTS + VIEWS {
            return Err(Damage::Content {
                expected: "the features of this version",
            });
        }
        let mut numbers = [0.0; NUMBERS];
        for number in &mut numbers {
            *number = reader.float()?;
        }
        Ok(Self {
            numbers,
            keys: Table::read(reader, 3, Reader::array::<2>)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        put(out, (AMOUNTS + VIEWS) as u32);
        for number in self.numbers {
            out.extend(number.to_le_bytes());
        }
        self.keys.write(out, |out, weights| out.extend(weights));
    }
}

impl Words {
    /// Reads a table from the beginning of a payload.
    ///
    /// # Errors
    ///
    /// If it is too short, or a key has no row.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, Damage> {
        let count = reader.count(STORED)?;
        let mut scales = [0.0; LEANINGS];
        for scale in &mut scales {
            *scale = reader.float()?;
        }
        // The count fits the file, but with the scales it may not.
        let rows: Result<Vec<[u8; STORED]>, _> = (0..count).map(|_| reader.array()).collect();
        let rows = rows?;
        let places = Table::read(reader, 2, |reader| {
            let place = reader.number()?;
            if place as usize >= rows.len() {
                return Err(Damage::Content {
                    expected: "the number of a row",
                });
            }
            Ok(place.to_le_bytes())
        })?;
        Ok(Self {
            scales,
            rows: rows.into(),
            places,
            verbs: Table::read(reader, 1, |_| Ok([]))?,
        })
    }

    /// Appends the table to a payload.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put(out, self.rows.len() as u32);
        for scale in self.scales {
            out.extend(scale.to_le_bytes());
        }
        out.extend(self.rows.as_flattened());
        self.places.write(out, |out, place| {
            put(
                out,
                place
                    .first_chunk()
                    .map_or(0, |&place| u32::from_le_bytes(place)),
            );
        });
        self.verbs.write(out, |_, _| ());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_table_survives_its_file() {
        let words = Words::from_pairs(&[("krise", -1.0), ("gut", 0.5), ("schönen", 0.25)]);
        let mut bytes = Vec::new();
        words.write(&mut bytes);
        let mut reader = Reader(&bytes);
        assert_eq!(Words::read(&mut reader), Ok(words));
        assert!(reader.0.is_empty());
        for length in 0..bytes.len() {
            assert!(Words::read(&mut Reader(&bytes[..length])).is_err());
        }
    }
}
