//! Opens files and unpacks them, whatever they are called.

use std::fs;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::File;
use super::fault::Fault;

/// A stream of bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// Large enough that system calls cost nothing.
const BUFFER: usize = 256 << 10;

/// The mark that some programs put in front of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// How a file is packed.
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

    /// Recognizes a compression by the first bytes of a file.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or a skippable frame, which parallel compressors put in front.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Self::Bzip2),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        }
    }
}

/// Opens a file as the stream of what is packed in it; `counter` gets the bytes that were read from disk.
pub(super) fn open(
    file: &File,
    counter: Arc<AtomicU64>,
) -> Result<(Bytes, Option<Compression>), Fault> {
    if let Some(fault) = file.fault() {
        return Err(fault);
    }
    let disk =
        fs::File::open(&file.location).map_err(|error| Fault::Unreadable(error.to_string()))?;
    let source = Counted {
        bytes: disk,
        counter,
    };
    let (head, bytes) = head::<6>(Steady::new(source)).map_err(Fault::Read)?;
    let Some(compression) = Compression::of(&head) else {
        return Ok((Box::new(bytes), None));
    };
    // Files are often several archives one after the other: parallel compressors and `cat` make such.
    let packed = BufReader::with_capacity(BUFFER, bytes);
    let bytes: Bytes = match compression {
        Compression::Gzip => steady(flate2::bufread::MultiGzDecoder::new(packed)),
        Compression::Zstd => steady(
            zstd::stream::read::Decoder::with_buffer(packed)
                .map_err(|error| Fault::cut(error, Some(compression)))?,
        ),
        Compression::Bzip2 => steady(bzip2::bufread::MultiBzDecoder::new(packed)),
        Compression::Xz => steady(liblzma::bufread::XzDecoder::new_multi_decoder(packed)),
    };
    Ok((bytes, Some(compression)))
}

/// Opens a file that is not packed and is UTF-8, so many bytes behind the byte order mark it may have.
///
/// The counter gets what reading up to there would have counted.
pub(super) fn open_at(file: &File, counter: Arc<AtomicU64>, offset: u64) -> io::Result<Bytes> {
    let mut disk = fs::File::open(&file.location)?;
    let (start, _) = head::<3>(&disk)?;
    let at = offset + if start == MARK { start.len() as u64 } else { 0 };
    // A file is always read in the same blocks.
    let before = at % BUFFER as u64;
    disk.seek(SeekFrom::Start(at - before))?;
    counter.fetch_add(at - before, Ordering::Relaxed);
    let mut bytes = Steady::new(Counted {
        bytes: disk,
        counter,
    });
    io::copy(&mut bytes.by_ref().take(before), &mut io::sink())?;
    Ok(Box::new(bytes))
}

/// Reads the first bytes of a stream, up to `N`, and returns them with the whole stream.
pub(super) fn head<const N: usize>(
    mut bytes: impl Read + Send,
) -> io::Result<(Vec<u8>, impl Read + Send)> {
    let mut head = Vec::with_capacity(N);
    bytes.by_ref().take(N as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(bytes)))
}

/// Reads in blocks of one size, whatever size is asked for.
///
/// So what a decoder gives before a corrupt place, and how much of a file counts as read, depend on the
/// file alone, and a run that goes on in its midst finds the same as one that came from its beginning.
struct Steady<R>(BufReader<R>);

impl<R: Read> Steady<R> {
    fn new(bytes: R) -> Self {
        Self(BufReader::with_capacity(BUFFER, bytes))
    }
}

fn steady(bytes: impl Read + Send + 'static) -> Bytes {
    Box::new(Steady::new(bytes))
}

impl<R: Read> Read for Steady<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // Not by the reader's own `read`, which goes around its buffer for large requests.
        let block = self.0.fill_buf()?;
        let len = block.len().min(out.len());
        out[..len].copy_from_slice(&block[..len]);
        self.0.consume(len);
        Ok(len)
    }
}

/// Counts what is read.
struct Counted<R> {
    bytes: R,
    counter: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(out)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
