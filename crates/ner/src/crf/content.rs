//! What a model file holds, as tables.
//!
//! The build script reads the embedded model with this file too, so nothing else of the crate is used here.

use blattwerk_model_file::pack::{Packer, Unpacker};
use blattwerk_model_file::{Damage, Kind, Table, put, row};

/// The number of tags.
pub const TAGS: usize = 9;

/// The file format of these models.
pub(super) const KIND: Kind = Kind {
    magic: *b"bw-ner\r\n",
    name: "a names model",
    oldest: 2,
    version: 2,
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
    /// The kinds of multi-word names, by the hashes of their stems.
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
        let count = reader.count(2)?;
        let mut words = Vec::with_capacity(count);
        let mut before = None;
        for _ in 0..count {
            let key = reader.key(&mut before)?;
            let head = reader.number()?;
            let [mut classes, mut uses, mut known] = [[0; 8], [0; 8], [0; 8]];
            if head & 0x200 != 0 {
                uses[..2].copy_from_slice(reader.bytes(2)?);
            }
            if head & 0x100 != 0 {
                known[..2].copy_from_slice(reader.bytes(2)?);
                for class in classes.chunks_exact_mut(2) {
                    let number = u16::try_from(reader.number()?).map_err(|_| Damage::Content {
                        expected: "a class below 65536",
                    })?;
                    class.copy_from_slice(&number.to_le_bytes());
                }
            }
            let lists = (head & 0xFF | head >> 10 << 8).to_le_bytes();
            let record = [&classes, &known[..2], &lists[..2], &uses[..2]].concat();
            words.push(row(key, &record));
        }
        let count = reader.count(2)?;
        let mut names = Vec::with_capacity(count);
        let mut before = None;
        for _ in 0..count {
            let key = reader.key(&mut before)?;
            names.push(row(key, &[reader.byte()?]));
        }
        let count = reader.count(2)?;
        let mut features = Vec::with_capacity(count);
        let mut before = None;
        for _ in 0..count {
            let key = reader.key(&mut before)?;
            let filled = reader.number()? & ((1 << TAGS) - 1);
            let mut weights = [0; LANES];
            let mut rest = filled;
            for &weight in reader.bytes(filled.count_ones() as usize)? {
                weights[rest.trailing_zeros() as usize] = weight;
                rest &= rest - 1;
            }
            features.push(row(key, &weights));
        }
        reader.end()?;
        Ok(Self {
            unit,
            eagerness,
            transitions,
            words: Table::new(&words),
            names: Table::new(&names),
            features: Table::new(&features),
        })
    }

    /// Returns the content as the bytes of a file.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let scores = self.transitions.as_flattened();
        for score in [self.unit, self.eagerness].iter().chain(scores) {
            out.extend(score.to_le_bytes());
        }
        put(&mut out, self.words.len() as u32);
        let mut before = 0;
        for (key, row) in self.words.iter() {
            put(&mut out, key - before);
            before = key;
            let [.., count, shares, few, more, first, last] = *row;
            let classes = &row[KEY..KEY + 8];
            let lists = u16::from_le_bytes([few, more]);
            let has_uses = first > 0 || last > 0;
            let flags = u32::from(count > 0) << 8 | u32::from(has_uses) << 9;
            put(
                &mut out,
                u32::from(lists & 0xFF) | u32::from(lists >> 8) << 10 | flags,
            );
            if has_uses {
                out.extend([first, last]);
            }
            if count > 0 {
                out.extend([count, shares]);
                for class in classes.chunks_exact(2) {
                    put(&mut out, u32::from(class[0]) | u32::from(class[1]) << 8);
                }
            }
        }
        put(&mut out, self.names.len() as u32);
        let mut before = 0;
        for (key, &[.., kind]) in self.names.iter() {
            put(&mut out, key - before);
            before = key;
            out.push(kind);
        }
        put(&mut out, self.features.len() as u32);
        let mut before = 0;
        for (key, row) in self.features.iter() {
            put(&mut out, key - before);
            before = key;
            let weights = &row[KEY..KEY + TAGS];
            let filled = (0..TAGS)
                .filter(|&k| weights[k] != 0)
                .fold(0, |set, k| set | 1 << k);
            put(&mut out, filled);
            out.extend(weights.iter().filter(|&&weight| weight != 0));
        }
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
