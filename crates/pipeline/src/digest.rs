//! Short hashes: what is met once in a run is remembered by 16 bytes.

/// Returns the first 16 bytes of a BLAKE3 hash, read as little-endian.
pub(crate) fn digest(bytes: &[u8]) -> u128 {
    let hash = blake3::hash(bytes);
    let (start, _) = hash
        .as_bytes()
        .split_first_chunk()
        .expect("a BLAKE3 hash has 32 bytes");
    u128::from_le_bytes(*start)
}
