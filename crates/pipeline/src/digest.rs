//! Hashes of names, such as ids and paths: what a run has seen is remembered in 16 bytes, however long its name is.

/// Returns the first 16 bytes of the BLAKE3 hash, as a number.
pub(crate) fn digest(name: &[u8]) -> u128 {
    let hash = blake3::hash(name);
    let (start, _) = hash
        .as_bytes()
        .split_first_chunk()
        .expect("a BLAKE3 hash has 32 bytes");
    u128::from_le_bytes(*start)
}
