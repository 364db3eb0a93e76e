//! Unpacks what is packed, whatever it is called: a reader around a reader, so that what is packed may lie in
//! something else that is.

use std::io::{self, BufReader, Read};
use std::path::Path;

use super::ahead::{Ahead, Bytes};
use super::blocks::{BLOCK, Blocks};
use super::fault::Fault;

/// How something is packed.
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

    /// Recognizes a compression by the first bytes.
    ///
    /// # Errors
    ///
    /// If there is an error in place of them.
    pub(super) fn of(bytes: &mut Ahead) -> io::Result<Option<Self>> {
        Ok(match bytes.peek(6)? {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or a skippable frame, which parallel compressors put in front.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Self::Bzip2),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        })
    }

    /// Returns the stream of what is packed in a stream.
    ///
    /// Its errors say what became of the data: they are a [`Fault`], which is that of the innermost reader.
    pub(super) fn unpack(self, bytes: impl Read + Send + 'static) -> Result<Bytes, Fault> {
        // Files are often several archives one after the other: parallel compressors and `cat` make such.
        let packed = BufReader::with_capacity(BLOCK, bytes);
        Ok(match self {
            Self::Gzip => self.unpacked(flate2::bufread::MultiGzDecoder::new(packed)),
            Self::Zstd => self.unpacked(
                zstd::stream::read::Decoder::with_buffer(packed)
                    .map_err(|error| self.fault(error))?,
            ),
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

    /// Returns what an error of the decoder means, unless it comes from what it reads.
    fn fault(self, error: io::Error) -> io::Error {
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

/// Says of errors what they mean.
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

/// Returns a name without the extension that says how the file is packed.
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
