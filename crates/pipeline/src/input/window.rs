//! A window on a stream of text: whole lines, one or several, within bounded memory.

use std::io::{self, Read};

use memchr::memchr;

use super::bytes::{Bytes, Compression};
use super::encoding::{Decoded, Mode};
use super::fault::Fault;

/// How much is read at a time.
const CHUNK: usize = 256 << 10;

/// A buffer that grew beyond this for one large article is not kept for the next file.
const KEPT: usize = 4 << 20;

/// A part of a file, from the first line that is not consumed.
pub(super) struct Window {
    bytes: Bytes,
    mode: Mode,
    compression: Option<Compression>,
    buffer: Vec<u8>,
    /// The window is `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Where the stream ended, if that was no proper end.
    error: Option<io::Error>,
    is_read: bool,
    /// Where in the stream the window starts.
    offset: u64,
    /// The number of the first line in the window.
    line: u64,
    /// The last byte of a line.
    terminator: u8,
    max: usize,
}

/// What comes next in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// So many bytes, with the line end; only the last line of a file may have none.
    Whole(usize),
    /// More bytes than are allowed.
    TooLong,
    /// The stream ended with an error.
    Cut,
    /// The end of the stream.
    End,
}

impl Window {
    /// Returns the window at the beginning of a stream. The content of `buffer` does not matter.
    pub(super) fn new(
        bytes: Bytes,
        mode: Mode,
        compression: Option<Compression>,
        buffer: Vec<u8>,
        max: usize,
    ) -> Self {
        Self {
            bytes,
            mode,
            compression,
            buffer,
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

    /// Gives the buffer back for the next file.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        if self.buffer.len() > KEPT {
            return Vec::new();
        }
        self.buffer
    }

    /// Returns the number of the first line.
    pub(super) fn line_number(&self) -> u64 {
        self.line
    }

    /// Returns where in the stream the window starts.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Tells whether all of the stream is consumed, as far as that is known, and nothing was wrong with it
    /// that was not told.
    pub(super) fn is_done(&self) -> bool {
        self.is_read && self.start == self.end && self.error.is_none()
    }

    /// Tells whether the offsets of the stream are those of the file, but for a byte order mark.
    pub(super) fn is_plain(&self) -> bool {
        self.compression.is_none() && !matches!(self.mode, Mode::Converted { .. })
    }

    /// Goes on in another stream of the same content, which starts at an offset and a line of it.
    pub(super) fn go_on_in(&mut self, bytes: Bytes, offset: u64, line: u64) {
        self.bytes = bytes;
        self.start = 0;
        self.end = 0;
        self.error = None;
        self.is_read = false;
        self.offset = offset;
        self.line = line;
    }

    /// Moves on to an offset, which is the start of a line with a known number; tells whether the stream is
    /// that long.
    pub(super) fn forward(&mut self, offset: u64, line: u64) -> bool {
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

    pub(super) fn max(&self) -> usize {
        self.max
    }

    pub(super) fn terminator(&self) -> u8 {
        self.terminator
    }

    /// Sets the last byte of a line.
    pub(super) fn set_terminator(&mut self, terminator: u8) {
        self.terminator = terminator;
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    pub(super) fn encoding_seen(&self) -> String {
        self.mode.name(&self.buffer[self.start..self.end])
    }

    /// Finds out how to decode the first bytes of the window.
    pub(super) fn decode(&self, len: usize) -> Result<Decoded<'_>, Fault> {
        self.mode.decode(self.get(len))
    }

    /// Returns the first bytes; they must have been found before.
    pub(super) fn get(&self, len: usize) -> &[u8] {
        &self.buffer[self.start..self.start + len]
    }

    /// Returns the first `len` bytes, or all if there are less.
    pub(super) fn peek(&mut self, len: usize) -> &[u8] {
        while self.end - self.start < len && self.fill() {}
        self.get(len.min(self.end - self.start))
    }

    /// Finds the end of the line that begins `from` bytes behind the start, and returns its length.
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

    /// Finds the end of the stream, and returns the length of all of it as if it was a line.
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

    /// Moves on behind some bytes, which are so many lines.
    pub(super) fn consume(&mut self, len: usize, lines: u64) {
        self.start += len;
        self.offset += len as u64;
        self.line += lines;
    }

    /// Moves on behind the first line, however long it is.
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

    /// Returns why the stream was cut, and lets it end properly after that.
    pub(super) fn cut(&mut self) -> Option<Fault> {
        self.consume(self.end - self.start, 0);
        let error = self.error.take()?;
        Some(Fault::cut(error, self.compression))
    }

    /// Reads more, and tells whether there was more.
    fn fill(&mut self) -> bool {
        if self.is_read {
            return false;
        }
        if self.start > 0 && self.buffer.len() - self.end < CHUNK / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            // No line may be longer than the limit, so there is no need for much more.
            let most = self.max.saturating_add(2 * CHUNK);
            let len = (2 * self.buffer.len()).clamp(CHUNK, most);
            self.buffer.resize(len.max(self.end + CHUNK / 2), 0);
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
