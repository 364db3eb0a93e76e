//! Decompression, recognized by content. It is a reader around a reader, so compressed data may be nested.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use liblzma::stream::{Action, Status, Stream};

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
        let mut packed = BufReader::with_capacity(BLOCK, bytes);
        Ok(match self {
            Self::Gzip => self.members(
                packed,
                |packed| Ok(flate2::bufread::GzDecoder::new(packed)),
                flate2::bufread::GzDecoder::into_inner,
            ),
            Self::Zstd => {
                let dictionary = dictionary(&mut packed).map_err(|error| self.fault(error))?;
                let dictionary = dictionary.unwrap_or_default();
                self.members(
                    packed,
                    move |packed| {
                        let decoder =
                            zstd::stream::read::Decoder::with_dictionary(packed, &dictionary)?;
                        let mut decoder = decoder.single_frame();
                        decoder.window_log_max(LONGEST_WINDOW)?;
                        Ok(decoder)
                    },
                    zstd::stream::read::Decoder::finish,
                )
            }
            Self::Bzip2 => self.members(
                packed,
                |packed| Ok(bzip2::bufread::BzDecoder::new(packed)),
                bzip2::bufread::BzDecoder::into_inner,
            ),
            Self::Xz => self.members(packed, Xz::new, |member: Xz<_>| member.packed),
        })
    }

    fn members<R, M>(
        self,
        packed: R,
        begin: impl Fn(R) -> io::Result<M> + Send + 'static,
        end: impl Fn(M) -> R + Send + 'static,
    ) -> Bytes
    where
        R: BufRead + Send + 'static,
        M: Read + Send + 'static,
    {
        Box::new(Blocks::new(Members {
            compression: self,
            begin,
            end,
            packed: Some(packed),
            member: None,
            error: None,
            given: 0,
            verified: 0,
        }))
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
                since: None,
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

/// The longest window of zstd data, as a power of two: what `zstd --long=31 --ultra` writes at most.
const LONGEST_WINDOW: u32 = if cfg!(target_pointer_width = "32") {
    30
} else {
    31
};

/// How many bytes a decoder is asked for at a time. With an error, it returns none of them.
const PORTION: usize = 4 << 10;

/// Decompresses members one after another: parallel compressors and `cat` write several of them.
///
/// What a member gave is verified by the checksum at its end, so after an error only the last one is in doubt.
struct Members<R, M, B, E> {
    compression: Compression,
    begin: B,
    end: E,
    /// What is behind the last member; none while there is a member.
    packed: Option<R>,
    member: Option<M>,
    /// The error that comes after what was returned.
    error: Option<io::Error>,
    /// How many bytes all members have given, and how many of them are verified.
    given: u64,
    verified: u64,
}

impl<R, M, B, E> Members<R, M, B, E>
where
    R: BufRead,
    M: Read,
    B: Fn(R) -> io::Result<M>,
    E: Fn(M) -> R,
{
    fn decompress(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(member) = &mut self.member {
                let read = member.read(out)?;
                if read > 0 || out.is_empty() {
                    self.given += read as u64;
                    return Ok(read);
                }
                self.verified = self.given;
                self.packed = self.member.take().map(&self.end);
            }
            let Some(packed) = &mut self.packed else {
                return Ok(0);
            };
            // Tapes and disk images pad gzip data, and gzip itself passes over that.
            if matches!(self.compression, Compression::Xz | Compression::Gzip) {
                skip_padding(packed)?;
            }
            if packed.fill_buf()?.is_empty() {
                return Ok(0);
            }
            if let Some(packed) = self.packed.take() {
                self.member = Some((self.begin)(packed)?);
            }
        }
    }
}

impl<R, M, B, E> Read for Members<R, M, B, E>
where
    R: BufRead,
    M: Read,
    B: Fn(R) -> io::Result<M>,
    E: Fn(M) -> R,
{
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let mut filled = 0;
        while filled < out.len() {
            let end = out.len().min(filled + PORTION);
            match self.decompress(&mut out[filled..end]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) => {
                    let is_in_doubt = self.given > self.verified;
                    let error = self.compression.fault(error);
                    let error = doubted(error, is_in_doubt.then_some(self.verified));
                    if filled == 0 {
                        return Err(error);
                    }
                    self.error = Some(error);
                    break;
                }
            }
        }
        Ok(filled)
    }
}

/// Skips the zero bytes that may be between the streams of xz data, and after gzip data.
fn skip_padding(packed: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = packed.fill_buf()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let is_all = zeros == bytes.len();
        packed.consume(zeros);
        if zeros == 0 || !is_all {
            return Ok(());
        }
    }
}

/// Says of damaged data from which byte on, counted from 0 after decompression, it may be garbled before the place where
/// the damage shows.
fn doubted(error: io::Error, from: Option<u64>) -> io::Error {
    match error.downcast::<Fault>() {
        Ok(Fault::Damaged {
            name,
            since: None,
            source,
        }) => io::Error::other(Fault::Damaged {
            name,
            since: from,
            source,
        }),
        Ok(fault) => io::Error::other(fault),
        Err(error) => error,
    }
}

/// Decompresses a stream of xz data. The decoder of the library returns an error instead of the bytes before it; here
/// they come first.
struct Xz<R> {
    packed: R,
    stream: Stream,
    error: Option<io::Error>,
    is_ended: bool,
}

impl<R: BufRead> Xz<R> {
    fn new(packed: R) -> io::Result<Self> {
        Ok(Self {
            packed,
            stream: Stream::new_stream_decoder(u64::MAX, 0)?,
            error: None,
            is_ended: false,
        })
    }
}

impl<R: BufRead> Read for Xz<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || self.is_ended {
            return Ok(0);
        }
        loop {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            let packed = self.packed.fill_buf()?;
            let is_last = packed.is_empty();
            let (taken, given) = (self.stream.total_in(), self.stream.total_out());
            let action = if is_last { Action::Finish } else { Action::Run };
            let status = self.stream.process(packed, out, action);
            // Both are at most as long as the buffers.
            let taken = usize::try_from(self.stream.total_in() - taken).unwrap_or(usize::MAX);
            let given = usize::try_from(self.stream.total_out() - given).unwrap_or(usize::MAX);
            self.packed.consume(taken);
            self.error = match status {
                Ok(Status::StreamEnd) => {
                    self.is_ended = true;
                    return Ok(given);
                }
                Ok(_) if given > 0 || taken > 0 => None,
                Ok(_) if is_last => Some(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => Some(io::ErrorKind::InvalidData.into()),
                Err(error) => Some(error.into()),
            };
            if given > 0 {
                return Ok(given);
            }
        }
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
