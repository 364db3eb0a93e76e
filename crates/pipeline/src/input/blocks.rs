//! Reading in blocks of a fixed size.

use std::io::{self, BufRead, BufReader, Read};

/// The size of a block, large enough that the cost of system calls is negligible.
pub(super) const BLOCK: usize = 256 << 10;

/// Reads in blocks of a fixed size, whatever size the caller asks for.
///
/// How much a decoder returns before a corrupt place, and how much of a file counts as read, then depend on
/// the file alone, so a run that resumes in the middle of it sees the same as one that started at its
/// beginning.
pub(super) struct Blocks<R>(BufReader<R>);

impl<R: Read> Blocks<R> {
    pub(super) fn new(bytes: R) -> Self {
        Self(BufReader::with_capacity(BLOCK, bytes))
    }

    /// Returns the reader, without what was read from it and not yet returned.
    pub(super) fn into_inner(self) -> R {
        self.0.into_inner()
    }
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // `BufReader::read` would bypass its buffer for large requests.
        let block = self.0.fill_buf()?;
        let len = block.len().min(out.len());
        out[..len].copy_from_slice(&block[..len]);
        self.0.consume(len);
        Ok(len)
    }
}
