//! Tables of fixed-size rows, found by their keys.

use std::borrow::Cow;

use crate::pack::{Packer, Unpacker};
use crate::{Damage, Reader, put};

/// Rows of `N` bytes, found by the keys that they begin with: four bytes, little-endian.
///
/// It is a hash table with linear probing (Knuth, The Art of Computer Programming, 6.4) and four rows in a bucket. Its keys are
/// hashes already, so a larger key never has an earlier home, and all rows are in ascending order. Sorted rows are laid out in
/// one pass, and the place of a key in a bucket is the number of smaller keys there, which needs no branches. Since a table is
/// nothing but bytes, it can be made when the program is built and used where it lies in it ([`Table::pack`]), without a copy
/// or a start-up cost.
///
/// Most keys that are looked up are not there. A filter, small enough for the cache of a processor, finds that out before the
/// rows are touched: each key sets two bits of a word (a Bloom filter in blocks; Putze, Sanders, Singler, 2007).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<const N: usize> {
    /// The rows, with gaps between them, and a bucket of gaps at the end. A gap has the greatest key.
    buckets: Cow<'static, [Bucket<N>]>,
    /// How many of the buckets are the home of a key. A row is in its home, or behind rows with smaller keys from there on.
    homes: u32,
    /// The words of the filter, little-endian. The first bits of a key tell its word, the last ones its bits.
    filter: Cow<'static, [Word]>,
    filter_shift: u32,
    len: u32,
    /// Whether the greatest possible key is there, though it looks like a gap.
    has_greatest: bool,
}

/// A word of the filter.
type Word = [u8; 8];

/// The key of a gap.
const GAP: u32 = u32::MAX;

/// Rows that are compared at once.
type Bucket<const N: usize> = [[u8; N]; BUCKET];
/// The rows of a bucket.
const BUCKET: usize = 4;

/// Makes a row of a key and its value.
///
/// # Panics
///
/// If the value does not have the length of a row without its key.
pub fn row<const N: usize>(key: u32, value: &[u8]) -> [u8; N] {
    let mut row = [0; N];
    let (head, tail) = row.split_at_mut(size_of::<u32>());
    head.copy_from_slice(&key.to_le_bytes());
    tail.copy_from_slice(value);
    row
}

#[inline]
fn key<const N: usize>(row: &[u8; N]) -> u32 {
    row.first_chunk()
        .map_or(GAP, |key| u32::from_le_bytes(*key))
}

/// Keys that are looked up together, each with a number of the caller's. See [`Table::find_all`].
#[derive(Debug, Default)]
pub struct Asked {
    keys: Vec<(u32, u32)>,
    homes: Vec<Home>,
}

/// Where a search begins, and the first key there.
#[derive(Debug, Clone, Copy)]
struct Home {
    bucket: u32,
    found: u32,
}

/// How many keys are looked up together: enough to wait for many at once, and not more than the innermost cache holds.
const TOGETHER: usize = 48;

impl Asked {
    /// Adds a key.
    #[inline]
    pub fn push(&mut self, what: u32, key: u32) {
        self.keys.push((what, key));
    }

    /// Adds keys with the same number.
    #[inline]
    pub fn extend<const K: usize>(&mut self, what: u32, keys: [u32; K]) {
        self.keys.extend_from_slice(&keys.map(|key| (what, key)));
    }
}

impl<const N: usize> Default for Table<N> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<const N: usize> Table<N> {
    /// Lays out rows with distinct keys in ascending order.
    ///
    /// # Panics
    ///
    /// If there are more than 2^31 rows, or a row has no room for a key.
    pub fn new(rows: &[[u8; N]]) -> Self {
        assert!(N >= size_of::<u32>(), "a row begins with its key");
        debug_assert!(rows.is_sorted_by(|a, b| key(a) < key(b)), "rows are sorted");
        let len = u32::try_from(rows.len()).expect("no model is as large");
        let mut table = Self {
            buckets: Cow::default(),
            homes: homes(len),
            filter: Cow::default(),
            filter_shift: filter_shift(len),
            len,
            has_greatest: rows.last().is_some_and(|row| key(row) == GAP),
        };
        let gap = row(GAP, &[0; N][size_of::<u32>()..]);
        let most = BUCKET * table.homes as usize;
        let mut slots = Vec::with_capacity(most + 2 * BUCKET);
        let mut filter = vec![0u64; 1 << (u32::BITS - table.filter_shift)];
        for row in rows {
            let key = key(row);
            let home = BUCKET * table.home_of(key);
            if slots.len() < home {
                slots.resize(home, gap);
            }
            slots.push(*row);
            filter[table.word_of(key)] |= bits(key);
        }
        slots.resize(slots.len().max(most).next_multiple_of(BUCKET) + BUCKET, gap);
        table.buckets = slots.as_chunks().0.to_vec().into();
        table.filter = filter.into_iter().map(u64::to_le_bytes).collect();
        table
    }

    /// Returns the number of the bucket that is the home of a key.
    #[inline]
    fn home_of(&self, key: u32) -> usize {
        ((u64::from(key) * u64::from(self.homes)) >> u32::BITS) as usize
    }

    /// Returns the number of the word of the filter that a key is in.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "it is less than 2^32")]
    fn word_of(&self, key: u32) -> usize {
        (u64::from(key) >> self.filter_shift) as usize
    }

    /// Returns the row with a key.
    #[inline]
    pub fn get(&self, key: u32) -> Option<&[u8; N]> {
        if self.may_contain(&self.filter, key) {
            let buckets = &*self.buckets;
            self.search(buckets, self.home(buckets, key), key)
        } else {
            None
        }
    }

    /// Tells whether there is a row with a key.
    #[inline]
    pub fn contains(&self, key: u32) -> bool {
        self.get(key).is_some()
    }

    /// Looks up all keys and empties `asked`; calls `found` with the number and the row of each key that is in the table.
    ///
    /// Each look-up waits for memory, so many proceed together, one step at a time, and their waits overlap. The first two
    /// steps have no branches, since they would be unpredictable.
    #[inline]
    pub fn find_all(&self, asked: &mut Asked, mut found: impl FnMut(u32, &[u8; N])) {
        let (buckets, filter) = (&*self.buckets, &*self.filter);
        let Asked { keys, homes } = asked;
        for keys in keys.chunks_mut(TOGETHER) {
            let mut kept = 0;
            for at in 0..keys.len() {
                let (what, key) = keys[at];
                keys[kept] = (what, key);
                kept += usize::from(self.may_contain(filter, key));
            }
            let kept = &keys[..kept];
            homes.clear();
            homes.extend(kept.iter().map(|&(_, key)| self.home(buckets, key)));
            for (&(what, key), &home) in kept.iter().zip(&*homes) {
                if let Some(row) = self.search(buckets, home, key) {
                    found(what, row);
                }
            }
        }
        keys.clear();
    }

    /// Returns false for most keys that are not there, and true for all that are.
    #[inline]
    fn may_contain(&self, filter: &[Word], key: u32) -> bool {
        let word = filter[self.word_of(key)];
        let bits = bits(key);
        u64::from_le_bytes(word) & bits == bits
    }

    /// Returns where the search for a key begins.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no model has a billion rows"
    )]
    fn home(&self, buckets: &[Bucket<N>], key: u32) -> Home {
        let bucket = self.home_of(key);
        Home {
            bucket: bucket as u32,
            found: self::key(&buckets[bucket][0]),
        }
    }

    /// Returns the row with a key, given where its search begins.
    #[inline]
    fn search<'t>(&self, buckets: &'t [Bucket<N>], home: Home, key: u32) -> Option<&'t [u8; N]> {
        let Home { bucket, mut found } = home;
        let mut at = bucket as usize;
        // The gaps at the end are not less than any key.
        loop {
            let bucket = buckets.get(at)?;
            let [_, second, third, fourth] = bucket;
            let smaller = usize::from(found < key)
                + usize::from(self::key(second) < key)
                + usize::from(self::key(third) < key)
                + usize::from(self::key(fourth) < key);
            if let Some(row) = bucket.get(smaller) {
                let is_there = self::key(row) == key && (key != GAP || self.has_greatest);
                return is_there.then_some(row);
            }
            at += 1;
            found = self::key(&buckets.get(at)?[0]);
        }
    }

    /// Returns all rows with their keys, in ascending order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u8; N])> {
        let rows = self
            .buckets
            .as_flattened()
            .iter()
            .map(|row| (key(row), row));
        let rows = rows.filter(|&(key, _)| key != GAP);
        rows.chain(self.get(GAP).map(|row| (GAP, row)))
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Tells whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads a table from a model file: a count, then each row's key and what `value` reads. `least` is the
    /// fewest bytes that a row takes.
    ///
    /// # Errors
    ///
    /// If it is incomplete, its keys are not sorted, or a value is wrong.
    ///
    /// # Panics
    ///
    /// If a value does not have the length of a row without its key.
    pub fn read<'a, V: AsRef<[u8]>>(
        reader: &mut Reader<'a>,
        least: usize,
        mut value: impl FnMut(&mut Reader<'a>) -> Result<V, Damage>,
    ) -> Result<Self, Damage> {
        let count = reader.count(least)?;
        let mut before = None;
        let rows = (0..count).map(|_| {
            let key = reader.key(&mut before)?;
            Ok(row(key, value(reader)?.as_ref()))
        });
        Ok(Self::new(&rows.collect::<Result<Vec<_>, _>>()?))
    }

    /// Appends the table to a model file; `value` appends what [`Table::read`] reads again, given a row without its key.
    pub fn write(&self, out: &mut Vec<u8>, mut value: impl FnMut(&mut Vec<u8>, &[u8])) {
        put(out, self.len);
        let mut before = 0;
        for (key, row) in self.iter() {
            put(out, key - before);
            before = key;
            value(out, &row[size_of::<u32>()..]);
        }
    }

    /// Appends the table to a pack.
    pub fn pack(&self, packer: &mut Packer) {
        packer.number(self.len);
        packer.number(self.has_greatest.into());
        packer.bytes(self.buckets.as_flattened().as_flattened());
        packer.bytes(self.filter.as_flattened());
    }

    /// Takes the next table out of a pack, which stays where it is.
    ///
    /// # Panics
    ///
    /// If the pack is not from [`Table::pack`].
    pub fn unpack(unpacker: &mut Unpacker) -> Self {
        let len = unpacker.number();
        Self {
            homes: homes(len),
            filter_shift: filter_shift(len),
            len,
            has_greatest: unpacker.number() > 0,
            buckets: Cow::Borrowed(unpacker.bytes().as_chunks().0.as_chunks().0),
            filter: Cow::Borrowed(unpacker.bytes().as_chunks().0),
        }
    }
}

/// Four of five slots are filled.
fn homes(len: u32) -> u32 {
    len / 16 * 5 + 5
}

/// By how many bits a key is shifted to give its word of the filter, which has between four and eight bits for each key.
fn filter_shift(len: u32) -> u32 {
    let words = len.next_power_of_two().ilog2().saturating_sub(4);
    u32::BITS - words
}

/// Returns the bits of a key in its word of the filter.
#[inline]
fn bits(key: u32) -> u64 {
    1 << (key % u64::BITS) | 1 << (key / u64::BITS % u64::BITS)
}

impl<const N: usize> FromIterator<[u8; N]> for Table<N> {
    /// Sorts rows; of those with the same key, the first stays.
    fn from_iter<I: IntoIterator<Item = [u8; N]>>(rows: I) -> Self {
        let mut rows: Vec<[u8; N]> = rows.into_iter().collect();
        rows.sort_by_key(key);
        rows.dedup_by_key(|row| key(row));
        Self::new(&rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[u32]) -> Table<5> {
        (0..).zip(keys).map(|(n, &key)| row(key, &[n])).collect()
    }

    #[test]
    fn rows_are_found_by_their_keys() {
        let hashes = (0..250).map(|i: u32| i.wrapping_mul(0x9E37_79B1));
        // All begin alike, all end alike, and the least and the greatest.
        let cases = [
            Vec::new(),
            vec![7],
            (0..50).collect(),
            (u32::MAX - 50..u32::MAX).collect(),
            vec![u32::MAX, 0],
            hashes.collect(),
        ];
        for case in cases {
            let table = table(&case);
            assert_eq!(table.len(), case.len());
            for (number, &key) in (0..).zip(&case) {
                assert_eq!(table.get(key).map(|row| row[4]), Some(number), "{key}");
                for other in [key.wrapping_add(1), key.wrapping_sub(1)] {
                    assert_eq!(table.contains(other), case.contains(&other), "{other}");
                }
            }
            let mut sorted = case;
            sorted.sort_unstable();
            assert!(table.iter().map(|(key, _)| key).eq(sorted.iter().copied()));
            let mut asked = Asked::default();
            for &key in &sorted {
                asked.extend(key, [key, key.wrapping_add(1)]);
            }
            let mut found = Vec::new();
            table.find_all(&mut asked, |number, row| found.push((number, *row)));
            let expected = sorted
                .iter()
                .flat_map(|&key| [key, key.wrapping_add(1)].map(|asked| (key, table.get(asked))));
            let expected = expected.filter_map(|(number, row)| Some((number, *row?)));
            assert!(found.iter().copied().eq(expected));
            table.find_all(&mut asked, |_, _| panic!("nothing is asked any more"));
        }
        assert!(!Table::<4>::default().contains(GAP), "empty");
    }

    #[test]
    fn of_rows_with_the_same_key_the_first_stays() {
        let table = table(&[9, 2, 9]);
        assert_eq!(table.get(9), Some(&row(9, &[0])));
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn a_file_gives_the_table_back() {
        for keys in [&[][..], &[0], &[5, 6, u32::MAX]] {
            let table = table(keys);
            let mut bytes = Vec::new();
            table.write(&mut bytes, |out, value| out.extend(value));
            let read = |bytes| Table::<5>::read(&mut Reader(bytes), 2, Reader::array::<1>);
            assert_eq!(read(&bytes), Ok(table));
            for length in 0..bytes.len() {
                assert!(read(&bytes[..length]).is_err(), "{length} of {keys:?}");
            }
        }
    }

    #[test]
    fn a_pack_gives_the_tables_back() {
        let tables = [table(&[]), table(&[5, 6, u32::MAX])];
        let mut packer = Packer::default();
        for table in &tables {
            table.pack(&mut packer);
        }
        let mut unpacker = Unpacker::new(packer.finish().leak());
        assert_eq!(tables, [(); 2].map(|()| Table::unpack(&mut unpacker)));
    }
}
