//! Reading in blocks of one size.

use std::io::{self, BufRead, BufReader, Read};

/// The size of a block: large enough that system calls cost nothing.
pub(super) const BLOCK: usize = 256 << 10;

/// Reads in blocks of one size, whatever size is asked for.
///
/// So what a decoder gives before a corrupt place, and how much of a file counts as read, depend on the
/// file alone, and a run that goes on in its midst finds the same as one that came from its beginning.
pub(super) struct Blocks<R>(BufReader<R>);

impl<R: Read> Blocks<R> {
    pub(super) fn new(bytes: R) -> Self {
        Self(BufReader::with_capacity(BLOCK, bytes))
    }
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // Not by the reader's own `read`, which goes around its buffer for large requests.
        let block = self.0.fill_buf()?;
        let len = block.len().min(out.len());
        out[..len].copy_from_slice(&block[..len]);
        self.0.consume(len);
        Ok(len)
    }
}
