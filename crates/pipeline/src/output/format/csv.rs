//! CSV: the spool as it is.
//!
//! A compressed table is a sequence of members (frames), one for the rows of each chunk, so that it can be cut between two of
//! them. Programs that decompress read such a file as one.

use super::{Compression, Conversion, Format};

pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "Comma-separated values, with a header line."
    }

    fn suffix(&self, compression: Compression) -> String {
        format!(".csv{}", compression.suffix())
    }

    fn conversion(&self) -> Option<Conversion> {
        None
    }
}
