//! A window on a stream of text: one or several whole lines in bounded memory.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr;

use super::ahead::Bytes;
use super::blocks::BLOCK;
use super::described::Described;
use super::disk::Disk;
use super::encoding::{Decoded, Mode, SURE};
use super::fault::Fault;
use super::options::Options;
use super::position::Place;
use super::recognize::{BEGINNING, TextStart};
use super::source::{Source, Spare};

/// A part of a file, starting at the first line that is not consumed.
pub(super) struct Window {
    bytes: Bytes,
    mode: Mode,
    /// The file and the length of its byte order mark, if offsets in the stream and in the file differ only
    /// by that length.
    disk: Option<(Disk, usize)>,
    buffer: Vec<u8>,
    /// Where the buffer comes from and is returned to.
    spare: Spare,
    /// The window is `buffer[start..end]`.
    start: usize,
    end: usize,
    /// The error that ended the stream, if any.
    error: Option<io::Error>,
    is_read: bool,
    /// The offset of the window in the stream.
    offset: u64,
    /// The number of the first line of the window.
    line: u64,
    /// The last byte of a line.
    terminator: u8,
    max: usize,
}

/// What follows in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A line of this many bytes, including the line end; only the last line of a file may have none.
    Whole(usize),
    /// A line longer than allowed.
    TooLong,
    /// The stream ended with an error.
    Cut,
    /// The end of the stream.
    End,
}

impl Window {
    /// Opens a window at the beginning of a text.
    ///
    /// # Errors
    ///
    /// If it is empty or certainly not text.
    pub(super) fn open(mut source: Source, options: &Options) -> Result<Self, Fault> {
        source.bytes.peek(4)?;
        let (mode, mark) = options.decoding.mode(source.bytes.peek_most(SURE))?;
        source.bytes.skip(mark);
        let disk = source.disk.take().filter(|_| !mode.converts());
        let spare = source.within.spare.clone();
        let mut window = Self::new(mode.convert(source), mode, spare, options.max_bytes);
        window.disk = disk.map(|disk| (disk, mark));
        let start = TextStart::new(window.peek(BEGINNING), mode);
        match start.map(|start| start.terminator) {
            Ok(terminator) => window.terminator = terminator,
            Err(Fault::EmptyFile) => return Err(window.cut().unwrap_or(Fault::EmptyFile)),
            Err(fault) => return Err(fault),
        }
        Ok(window)
    }

    fn new(bytes: Bytes, mode: Mode, spare: Spare, max: usize) -> Self {
        Self {
            bytes,
            mode,
            disk: None,
            buffer: spare.take(),
            spare,
            start: 0,
            end: 0,
            error: None,
            is_read: false,
            offset: 0,
            line: 1,
            terminator: b'\n',
            max,
        }
    }

    /// Returns the number of the first line.
    pub(super) fn line_number(&self) -> u64 {
        self.line
    }

    /// Returns the place where the window starts; none if the whole stream is known to be consumed and no
    /// error remains to be reported.
    pub(super) fn place(&self) -> Option<Place> {
        let is_done = self.is_read && self.start == self.end && self.error.is_none();
        (!is_done).then(|| Place::new([self.offset, self.line]))
    }

    /// Moves from the beginning to a place. A file that is neither compressed nor converted is entered there,
    /// any other is read up to it.
    ///
    /// # Errors
    ///
    /// If the text does not have this place.
    pub(super) fn enter(&mut self, place: &Place) -> io::Result<()> {
        let &[offset, line] = place.numbers() else {
            return Err(io::Error::other("it is read in another format"));
        };
        if let Some((disk, mark)) = &self.disk {
            // The bytes read to recognize the file are read again.
            self.bytes = disk.open_at(*mark as u64 + offset)?;
            self.start = 0;
            self.end = 0;
            self.error = None;
            self.is_read = false;
            self.offset = offset;
            self.line = line;
        } else if !self.forward(offset, line) {
            return Err(io::Error::other("it has become shorter"));
        }
        Ok(())
    }

    /// Moves to an offset that is the start of a line with a known number. Returns whether the stream is long
    /// enough.
    fn forward(&mut self, offset: u64, line: u64) -> bool {
        loop {
            let Some(left) = offset.checked_sub(self.offset) else {
                return false;
            };
            let unseen = self.end - self.start;
            let len = usize::try_from(left).map_or(unseen, |left| left.min(unseen));
            self.consume(len, 0);
            if self.offset == offset {
                self.line = line;
                return true;
            }
            if !self.fill() {
                return false;
            }
        }
    }

    /// Returns the offset of the window in the stream, in bytes after decoding.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns whether an error has ended the stream.
    pub(super) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    pub(super) fn max(&self) -> usize {
        self.max
    }

    /// Returns the beginning of the text. Nothing may have been consumed yet.
    pub(super) fn text_start(&mut self) -> TextStart<'_> {
        let (mode, terminator) = (self.mode, self.terminator);
        TextStart {
            bytes: self.peek(BEGINNING),
            mode,
            terminator,
        }
    }

    /// Describes the encoding, judging by what has been read so far.
    pub(super) fn describe(&self, described: &mut Described) {
        described.encoding = Some(self.mode.name(&self.buffer[..self.end]));
    }

    /// Determines the encoding of the first bytes of the window.
    pub(super) fn decode(&self, len: usize) -> Result<Decoded<'_>, Fault> {
        self.mode.decode(self.get(len))
    }

    /// Determines the encoding of some bytes of the window, which must be in the buffer already.
    pub(super) fn decode_part(&self, range: Range<usize>) -> Result<Decoded<'_>, Fault> {
        self.mode.decode(&self.get(range.end)[range.start..])
    }

    /// Returns the first bytes, which must be in the buffer already.
    pub(super) fn get(&self, len: usize) -> &[u8] {
        &self.buffer[self.start..self.start + len]
    }

    /// Returns the first `len` bytes, or all if there are fewer.
    pub(super) fn peek(&mut self, len: usize) -> &[u8] {
        while self.end - self.start < len && self.fill() {}
        self.get(len.min(self.end - self.start))
    }

    /// Finds the end of the line that begins `from` bytes after the start, and returns its length.
    ///
    /// All lines together must not be longer than the limit.
    pub(super) fn line(&mut self, from: usize) -> Line {
        let mut scanned = from;
        loop {
            let unseen = &self.buffer[self.start + scanned..self.end];
            if let Some(at) = memchr(self.terminator, unseen) {
                let end = scanned + at + 1;
                return if end > self.max {
                    Line::TooLong
                } else {
                    Line::Whole(end - from)
                };
            }
            scanned = self.end - self.start;
            if scanned > self.max {
                return Line::TooLong;
            }
            if !self.fill() {
                return if self.error.is_some() {
                    Line::Cut
                } else if scanned > from {
                    Line::Whole(scanned - from)
                } else {
                    Line::End
                };
            }
        }
    }

    /// Finds the end of the stream, and returns its length as if it were one line.
    pub(super) fn all(&mut self) -> Line {
        loop {
            let len = self.end - self.start;
            if len > self.max {
                return Line::TooLong;
            }
            if !self.fill() {
                return if self.error.is_some() {
                    Line::Cut
                } else {
                    Line::Whole(len)
                };
            }
        }
    }

    /// Moves past some bytes, which are this many lines.
    pub(super) fn consume(&mut self, len: usize, lines: u64) {
        self.start += len;
        self.offset += len as u64;
        self.line += lines;
    }

    /// Moves past the first line, however long it is.
    pub(super) fn skip_line(&mut self) {
        loop {
            let unseen = &self.buffer[self.start..self.end];
            if let Some(at) = memchr(self.terminator, unseen) {
                self.consume(at + 1, 1);
                return;
            }
            self.consume(self.end - self.start, 0);
            if !self.fill() {
                return;
            }
        }
    }

    /// Returns the error that ended the stream; after that, the stream ends normally.
    pub(super) fn cut(&mut self) -> Option<Fault> {
        self.consume(self.end - self.start, 0);
        let error = self.error.take()?;
        Some(error.into())
    }

    /// Reads more, and returns whether there was more.
    fn fill(&mut self) -> bool {
        if self.is_read {
            return false;
        }
        if self.start > 0 && self.buffer.len() - self.end < BLOCK / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < BLOCK / 2 {
            // No line may be longer than the limit, so the buffer need not be much longer.
            let most = self.max.saturating_add(2 * BLOCK);
            let len = (2 * self.buffer.len()).clamp(BLOCK, most);
            self.buffer.resize(len.max(self.end + BLOCK / 2), 0);
        }
        loop {
            match self.bytes.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.is_read = true,
                Ok(read) => {
                    self.end += read;
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.error = Some(error);
                    self.is_read = true;
                }
            }
            return false;
        }
    }
}

impl Drop for Window {
    /// Returns the buffer for the next file.
    fn drop(&mut self) {
        self.spare.put(std::mem::take(&mut self.buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_skipped_in_bounded_memory() {
        let long = Box::new(io::repeat(b'x').take(50 << 20));
        let mut window = Window::new(long, Mode::Utf8, Spare::default(), 1000);
        assert_eq!(window.line(0), Line::TooLong);
        window.skip_line();
        assert_eq!(window.line(0), Line::End);
        assert!(window.buffer.len() <= 1 << 20);
    }
}
