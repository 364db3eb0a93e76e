//! What a model file holds, as tables.
//!
//! The build script reads the embedded model with this file too, so nothing else of the crate is used here.

use blattwerk_model_file::pack::{Packer, Unpacker};
use blattwerk_model_file::{Damage, Kind, Reader, Table, put};

/// The number of tags.
pub const TAGS: usize = 9;

/// The file format of these models.
pub(super) const KIND: Kind = Kind {
    magic: *b"bw-ner\r\n",
    name: "a names model",
    oldest: 4,
    version: 4,
};

const KEY: usize = size_of::<u32>();

/// The bytes of a record: classes, count, shares of lower case and of articles (four bits each), lists, uses (four bits each).
pub(super) const RECORD: usize = 8 + 1 + 1 + 2 + 2;
/// The size of a row with a record.
pub(super) const WORD: usize = KEY + RECORD;
/// The size of a row with the kind of a multi-word name.
pub(super) const NAME: usize = KEY + 1;
/// The number of weights of a feature: one per tag, padded to whole vectors of a processor.
pub(super) const LANES: usize = 12;
/// The size of a row with the weights of a feature, a quarter of a line of a processor's cache.
pub(super) const FEATURE: usize = KEY + LANES;

/// The content of a model file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Content {
    /// The score of one unit of a weight.
    pub unit: f32,
    /// What is subtracted from the score of "no name".
    pub eagerness: f32,
    /// Scores of tag pairs; the last row is for the start of a sentence.
    pub transitions: [[f32; TAGS]; TAGS + 1],
    /// The records of words, by the hashes of the words.
    pub words: Table<WORD>,
    /// The kinds of multi-word names, by the hashes of their stems, and what longer ones start with.
    pub names: Table<NAME>,
    /// The weights of features, by their keys.
    pub features: Table<FEATURE>,
}

impl Content {
    /// Reads the content of a file.
    ///
    /// # Errors
    ///
    /// If the bytes are not a complete model of a supported version.
    pub(super) fn read(file: &[u8]) -> Result<Self, Damage> {
        let mut reader = KIND.open(file)?;
        let unit = reader.float()?;
        let eagerness = reader.float()?;
        let mut transitions = [[0.0; TAGS]; TAGS + 1];
        for score in transitions.as_flattened_mut() {
            *score = reader.float()?;
        }
        let content = Self {
            unit,
            eagerness,
            transitions,
            words: Table::read(&mut reader, 2, read_word)?,
            names: Table::read(&mut reader, 2, Reader::array::<1>)?,
            features: Table::read(&mut reader, 2, read_weights)?,
        };
        reader.end()?;
        Ok(content)
    }

    /// Returns the content as the bytes of a file.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let scores = self.transitions.as_flattened();
        for score in [self.unit, self.eagerness].iter().chain(scores) {
            out.extend(score.to_le_bytes());
        }
        self.words.write(&mut out, write_word);
        self.names.write(&mut out, |out, kind| out.extend(kind));
        self.features.write(&mut out, write_weights);
        KIND.seal(&out)
    }

    /// Appends the content to a pack.
    #[allow(dead_code, reason = "only the build script packs")]
    pub(super) fn pack(&self, packer: &mut Packer) {
        packer.floats(&[self.unit, self.eagerness]);
        packer.floats(self.transitions.as_flattened());
        self.words.pack(packer);
        self.names.pack(packer);
        self.features.pack(packer);
    }

    /// Takes the content out of a pack, in which its tables stay.
    pub(super) fn unpack(unpacker: &mut Unpacker) -> Self {
        let [unit, eagerness] = unpacker.floats();
        Self {
            unit,
            eagerness,
            transitions: std::array::from_fn(|_| unpacker.floats()),
            words: Table::unpack(unpacker),
            names: Table::unpack(unpacker),
            features: Table::unpack(unpacker),
        }
    }
}

/// Reads the record of a word. Bits 0 to 7 and 10 to 17 of its head are the lists that the word is in; bits 8 and 9 tell
/// whether classes and uses follow.
fn read_word(reader: &mut Reader) -> Result<[u8; RECORD], Damage> {
    let head = reader.number()?;
    let lists = (head & 0xFF | head >> 10 << 8).to_le_bytes();
    let mut record = [0; RECORD];
    let [classes @ .., count, shares, few, more, first, last] = &mut record;
    [*few, *more] = [lists[0], lists[1]];
    if head & USES != 0 {
        [*first, *last] = reader.array()?;
    }
    if head & CLASSES != 0 {
        [*count, *shares] = reader.array()?;
        for class in classes.chunks_exact_mut(2) {
            let number = u16::try_from(reader.number()?).map_err(|_| Damage::Content {
                expected: "a class below 65536",
            })?;
            class.copy_from_slice(&number.to_le_bytes());
        }
    }
    Ok(record)
}

/// The flags of a word's head.
const CLASSES: u32 = 1 << 8;
const USES: u32 = 1 << 9;

fn write_word(out: &mut Vec<u8>, record: &[u8]) {
    let &[ref classes @ .., count, shares, few, more, first, last] = record else {
        return;
    };
    let mut head = u32::from(few) | u32::from(more) << 10;
    let has_uses = first > 0 || last > 0;
    for (flag, is_set) in [(CLASSES, count > 0), (USES, has_uses)] {
        head |= if is_set { flag } else { 0 };
    }
    put(out, head);
    if has_uses {
        out.extend([first, last]);
    }
    if count > 0 {
        out.extend([count, shares]);
        for class in classes.chunks_exact(2) {
            put(out, u32::from(class[0]) | u32::from(class[1]) << 8);
        }
    }
}

/// Reads the weights of a feature: a set of the tags that have one, then those.
fn read_weights(reader: &mut Reader) -> Result<[u8; LANES], Damage> {
    let mut filled = reader.number()? & ((1 << TAGS) - 1);
    let mut weights = [0; LANES];
    for &weight in reader.bytes(filled.count_ones() as usize)? {
        weights[filled.trailing_zeros() as usize] = weight;
        filled &= filled - 1;
    }
    Ok(weights)
}

fn write_weights(out: &mut Vec<u8>, weights: &[u8]) {
    let filled = (0..TAGS)
        .filter(|&tag| weights[tag] != 0)
        .fold(0, |set, tag| set | 1 << tag);
    put(out, filled);
    out.extend(weights.iter().filter(|&&weight| weight != 0));
}
