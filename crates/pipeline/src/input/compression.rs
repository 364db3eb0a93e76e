//! Decompression, recognized by content. It is a reader around a reader, so compressed data may be nested.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::ahead::{Ahead, Bytes};
use super::blocks::{BLOCK, Blocks};
use super::fault::Fault;

/// A compression format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

impl Compression {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// Recognizes the compression by the first bytes.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub(super) fn of(bytes: &mut Ahead) -> io::Result<Option<Self>> {
        Ok(match bytes.peek(6)? {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or a skippable frame, which parallel compressors write first.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Self::Bzip2),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        })
    }

    /// Decompresses a stream.
    ///
    /// Errors of the result hold a [`Fault`] that says what is wrong with the data; of nested readers, that
    /// of the innermost one at fault.
    pub(super) fn unpack(self, bytes: impl Read + Send + 'static) -> Result<Bytes, Fault> {
        // Files often consist of several members: parallel compressors and `cat` produce them.
        let mut packed = BufReader::with_capacity(BLOCK, bytes);
        Ok(match self {
            Self::Gzip => self.unpacked(flate2::bufread::MultiGzDecoder::new(packed)),
            Self::Zstd => {
                let decoder = match dictionary(&mut packed).map_err(|error| self.fault(error))? {
                    Some(dictionary) => {
                        zstd::stream::read::Decoder::with_dictionary(packed, &dictionary)
                    }
                    None => zstd::stream::read::Decoder::with_buffer(packed),
                };
                self.unpacked(decoder.map_err(|error| self.fault(error))?)
            }
            Self::Bzip2 => self.unpacked(bzip2::bufread::MultiBzDecoder::new(packed)),
            Self::Xz => self.unpacked(liblzma::bufread::XzDecoder::new_multi_decoder(packed)),
        })
    }

    fn unpacked(self, bytes: impl Read + Send + 'static) -> Bytes {
        Box::new(Unpacked {
            bytes: Blocks::new(bytes),
            compression: self,
        })
    }

    /// Turns an error of the decoder into a fault; an error of the underlying reader is returned as it is.
    pub(super) fn fault(self, error: io::Error) -> io::Error {
        let is_fault = matches!(error.get_ref(), Some(error) if error.is::<Fault>());
        if is_fault || error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted
        {
            return error;
        }
        let name = self.as_str();
        io::Error::other(if error.kind() == io::ErrorKind::UnexpectedEof {
            Fault::Cut(name)
        } else {
            Fault::Damaged {
                name,
                source: error,
            }
        })
    }
}

/// Reads the dictionary of zstd data, which WARC files have in a skippable frame before the data.
///
/// <https://iipc.github.io/warc-specifications/specifications/warc-zstd/>
fn dictionary(packed: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    const MOST: u64 = 16 << 20;
    const FRAME: &[u8] = b"\x5D\x2A\x4D\x18";
    const DICTIONARY: &[u8] = b"\x37\xA4\x30\xEC";
    if !packed.fill_buf()?.starts_with(FRAME) {
        return Ok(None);
    }
    packed.consume(FRAME.len());
    let mut len = [0; 4];
    packed.read_exact(&mut len)?;
    let len = u64::from(u32::from_le_bytes(len));
    if len > MOST {
        return Err(io::Error::other("its dictionary is too large"));
    }
    let mut found = Vec::new();
    packed.take(len).read_to_end(&mut found)?;
    if (found.len() as u64) < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if !found.starts_with(DICTIONARY) {
        let mut unpacked = Vec::new();
        if let Ok(decoder) = zstd::stream::read::Decoder::with_buffer(found.as_slice()) {
            // Another frame that is to be skipped is no fault.
            let _ = decoder.take(MOST).read_to_end(&mut unpacked);
        }
        found = unpacked;
    }
    Ok(found.starts_with(DICTIONARY).then_some(found))
}

/// Turns errors of a decoder into faults.
struct Unpacked<R> {
    bytes: Blocks<R>,
    compression: Compression,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.bytes
            .read(out)
            .map_err(|error| self.compression.fault(error))
    }
}

/// Removes the extension of a compression format from a file name.
pub(super) fn without_extension(name: &Path) -> &Path {
    let is_packed = name.extension().is_some_and(|extension| {
        ["gz", "zst", "zstd", "bz2", "xz"]
            .iter()
            .any(|packed| extension.eq_ignore_ascii_case(packed))
    });
    name.file_stem()
        .filter(|_| is_packed)
        .map_or(name, Path::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_of_a_compression_is_no_claim() {
        for (name, expected) in [
            ("a.csv.gz", "a.csv"),
            ("a.csv.ZST", "a.csv"),
            ("a.csv", "a.csv"),
            ("gz", "gz"),
            (".gz", ".gz"),
        ] {
            assert_eq!(without_extension(Path::new(name)), Path::new(expected));
        }
    }
}
