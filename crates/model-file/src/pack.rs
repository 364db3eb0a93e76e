//! Packs: what a program needs of a model, laid out so that it is used where it lies.
//!
//! A pack is made by a build script from a model file and becomes a part of the program. It is never stored elsewhere, so it
//! has neither a version nor a checksum.

/// Pieces of a pack start at multiples of this many bytes, a line of a processor's cache.
pub const ALIGNMENT: usize = 64;

/// A pack where its pieces are aligned as they are within it: `&Aligned(*include_bytes!(…))`.
#[derive(Debug)]
#[repr(align(64))]
pub struct Aligned<T: ?Sized>(pub T);

/// Puts a pack together.
#[derive(Debug, Default)]
pub struct Packer(Vec<u8>);

impl Packer {
    /// Adds a number.
    pub fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    /// Adds floats.
    pub fn floats(&mut self, floats: &[f32]) {
        self.0
            .extend(floats.iter().flat_map(|float| float.to_le_bytes()));
    }

    /// Adds bytes, with their length.
    ///
    /// # Panics
    ///
    /// If they are more than four gigabytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(u32::try_from(bytes.len()).expect("no model is as large"));
        self.0.resize(self.0.len().next_multiple_of(ALIGNMENT), 0);
        self.0.extend(bytes);
    }

    /// Returns the pack.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Packs a model file in a build script: writes `<name>.pack` to `OUT_DIR`, the hash of the file and then what `pack` adds.
///
/// # Panics
///
/// If the file cannot be read or the pack cannot be written, which stops the build.
#[cfg(feature = "build")]
pub fn embed(name: &str, file: &str, pack: impl FnOnce(&[u8], &mut Packer)) {
    let bytes = std::fs::read(file).expect("the embedded model is in the repository");
    let mut packer = Packer::default();
    packer.bytes(blake3::hash(&bytes).to_hex().as_bytes());
    pack(&bytes, &mut packer);
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets it");
    let path = std::path::Path::new(&folder)
        .join(name)
        .with_extension("pack");
    std::fs::write(path, packer.finish()).expect("the folder can be written to");
}

/// Takes the parts of a pack apart, in the order in which they were added.
#[derive(Debug)]
pub struct Unpacker {
    pack: &'static [u8],
    at: usize,
}

/// The reason for which nothing can be missing.
const WHOLE: &str = "a pack is as it was made";

impl Unpacker {
    /// Starts with the first part.
    pub fn new(pack: &'static [u8]) -> Self {
        Self { pack, at: 0 }
    }

    fn take(&mut self, count: usize) -> &'static [u8] {
        let taken = self.pack.get(self.at..self.at + count).expect(WHOLE);
        self.at += count;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        *self.take(N).first_chunk().expect(WHOLE)
    }

    /// Takes a number.
    ///
    /// # Panics
    ///
    /// If nothing is left.
    pub fn number(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// Takes floats.
    ///
    /// # Panics
    ///
    /// If too few are left.
    pub fn floats<const N: usize>(&mut self) -> [f32; N] {
        std::array::from_fn(|_| f32::from_le_bytes(self.array()))
    }

    /// Takes bytes.
    ///
    /// # Panics
    ///
    /// If too few are left.
    pub fn bytes(&mut self) -> &'static [u8] {
        let count = self.number() as usize;
        self.at = self.at.next_multiple_of(ALIGNMENT);
        self.take(count)
    }
}
