//! The markup of a stream, token by token, in bounded memory.
//!
//! This is not an XML parser: it finds where elements, comments and sections begin and end, and never gives up. An
//! item that is not well-formed then costs itself, and reading continues after it. It works on bytes: in UTF-8 and
//! in every encoding that extends ASCII, the bytes of markup mean nothing else.

use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memmem};

use crate::input::ahead::Bytes;
use crate::input::blocks::BLOCK;
use crate::input::fault::Fault;
use crate::input::source::Spare;

/// A part of a stream; the positions of its methods are relative to its start.
pub(super) struct Stream {
    bytes: Bytes,
    buffer: Vec<u8>,
    spare: Spare,
    start: usize,
    end: usize,
    error: Option<io::Error>,
    is_read: bool,
    /// The offset of the start in the stream.
    offset: u64,
    /// For each of [`CLOSING`], up to which offset there is none, as a search has found that ended there.
    absent: [u64; CLOSING.len()],
    max: usize,
}

/// What ends comments, sections of character data and processing instructions.
const CLOSING: [&[u8]; 3] = [b"-->", b"]]>", b"?>"];

/// Why a token is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It would be longer than allowed.
    Far,
    /// The stream ends before.
    End,
}

/// A piece of markup. Names include their prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Start {
        name: Range<usize>,
        end: usize,
        is_empty: bool,
    },
    End {
        name: Range<usize>,
        end: usize,
    },
    /// A comment, a section of character data, or a processing instruction.
    Section {
        content: Range<usize>,
        end: usize,
    },
    /// A character that only looks like markup.
    Text {
        end: usize,
    },
}

impl Token {
    pub(super) fn end(&self) -> usize {
        match self {
            Self::Start { end, .. }
            | Self::End { end, .. }
            | Self::Section { end, .. }
            | Self::Text { end } => *end,
        }
    }
}

impl Stream {
    pub(super) fn new(bytes: Bytes, spare: Spare, max: usize) -> Self {
        Self {
            bytes,
            buffer: spare.take(),
            spare,
            start: 0,
            end: 0,
            error: None,
            is_read: false,
            offset: 0,
            absent: [0; CLOSING.len()],
            max,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns whether everything is consumed, and nothing remains to be reported.
    pub(super) fn is_done(&self) -> bool {
        self.is_read && self.start == self.end && self.error.is_none()
    }

    /// Returns whether everything is consumed.
    pub(super) fn is_ended(&self) -> bool {
        self.is_read && self.start == self.end
    }

    /// Returns how long an article may be.
    pub(super) fn max(&self) -> usize {
        self.max
    }

    /// Returns the error that ended the stream; after that, the stream ends normally.
    pub(super) fn take_error(&mut self) -> Option<Fault> {
        self.error.take().map(Fault::from)
    }

    /// Returns some bytes that were found before.
    pub(super) fn get(&self, range: Range<usize>) -> &[u8] {
        self.buffer[self.start..self.end]
            .get(range)
            .unwrap_or_default()
    }

    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.end - self.start);
        self.start += len;
        self.offset += len as u64;
    }

    /// Returns the first bytes: `len` of them, or all if there are fewer.
    pub(super) fn peek(&mut self, len: usize) -> &[u8] {
        while self.end - self.start < len && self.fill() {}
        self.get(0..len.min(self.end - self.start))
    }

    /// Moves past white space, padding and byte order marks. Returns the beginning of what follows, unless that is a tag.
    pub(super) fn skip_space(&mut self) -> Option<&[u8]> {
        const ENOUGH: usize = 256;
        loop {
            let start = self.peek(ENOUGH);
            let is_space = |byte: &u8| {
                byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1A | 0xEF | 0xBB | 0xBF)
            };
            let len = start.iter().take_while(|byte| is_space(byte)).count();
            if len == 0 {
                break;
            }
            self.consume(len);
        }
        Some(self.peek(ENOUGH)).filter(|start| start.first().is_some_and(|byte| *byte != b'<'))
    }

    /// Moves to the next byte of this value, however far it is. Returns whether there is one.
    pub(super) fn skip_to(&mut self, byte: u8) -> bool {
        loop {
            if let Some(at) = memchr(byte, &self.buffer[self.start..self.end]) {
                self.consume(at);
                return true;
            }
            self.consume(self.end - self.start);
            if !self.fill() {
                return false;
            }
        }
    }

    /// Moves past the next occurrence of a pattern, however far it is. Returns whether there is one.
    pub(super) fn skip_past(&mut self, pattern: &[u8]) -> bool {
        loop {
            let unseen = &self.buffer[self.start..self.end];
            if let Some(at) = memmem::find(unseen, pattern) {
                self.consume(at + pattern.len());
                return true;
            }
            self.consume(unseen.len().saturating_sub(pattern.len() - 1));
            if !self.fill() {
                self.consume(self.end - self.start);
                return false;
            }
        }
    }

    /// Finds a pattern at or after a position.
    pub(super) fn find(&mut self, from: usize, pattern: &[u8]) -> Result<usize, Stop> {
        let mut at = from;
        loop {
            if let Some(found) = memmem::find(self.get(at..self.end - self.start), pattern) {
                let found = at + found;
                return if found + pattern.len() > self.max {
                    Err(Stop::Far)
                } else {
                    Ok(found)
                };
            }
            let seen = self.end - self.start;
            at = from.max(seen.saturating_sub(pattern.len() - 1));
            if seen > self.max {
                return Err(Stop::Far);
            }
            if !self.fill() {
                return Err(Stop::End);
            }
        }
    }

    /// Returns the byte at a position.
    fn byte(&mut self, at: usize) -> Result<u8, Stop> {
        loop {
            if let Some(byte) = self.buffer[self.start..self.end].get(at) {
                return Ok(*byte);
            }
            if at >= self.max {
                return Err(Stop::Far);
            }
            if !self.fill() {
                return Err(Stop::End);
            }
        }
    }

    fn begins(&mut self, at: usize, pattern: &[u8]) -> bool {
        pattern
            .iter()
            .enumerate()
            .all(|(i, byte)| self.byte(at + i) == Ok(*byte))
    }

    /// Reads the token at a position, where there is a `<`.
    pub(super) fn token(&mut self, at: usize) -> Result<Token, Stop> {
        match self.byte(at + 1)? {
            b'/' => {
                let name = self.name(at + 2)?;
                if name.is_empty() {
                    return Ok(Token::Text { end: at + 1 });
                }
                let end = self.tag_end(name.end)?.0;
                Ok(Token::End { name, end })
            }
            b'?' => self.section(at + 2, 2),
            b'!' if self.begins(at, b"<!--") => self.section(at + 4, 0),
            b'!' if self.begins(at, b"<![CDATA[") => self.section(at + 9, 1),
            b'!' => Ok(Token::Text { end: at + 1 }),
            _ => {
                let name = self.name(at + 1)?;
                if name.is_empty() {
                    return Ok(Token::Text { end: at + 1 });
                }
                let (end, is_empty) = self.tag_end(name.end)?;
                Ok(Token::Start {
                    name,
                    end,
                    is_empty,
                })
            }
        }
    }

    /// Reads to the end of a section, which is one of [`CLOSING`].
    ///
    /// If many sections are never closed, the stream is still searched only once.
    fn section(&mut self, content: usize, closing: usize) -> Result<Token, Stop> {
        let pattern = CLOSING[closing];
        let absent = self.absent[closing].saturating_sub(self.offset);
        let from = content.max(usize::try_from(absent).unwrap_or(usize::MAX));
        match self.find(from, pattern) {
            Ok(found) => Ok(Token::Section {
                content: content..found,
                end: found + pattern.len(),
            }),
            Err(stop) => {
                let seen = (self.end - self.start).saturating_sub(pattern.len());
                let seen = self.offset + seen.min(self.max.saturating_sub(pattern.len())) as u64;
                self.absent[closing] = seen.max(self.absent[closing]);
                Err(stop)
            }
        }
    }

    /// Reads the document type declaration at the start.
    pub(super) fn doctype(&mut self) -> Result<usize, Stop> {
        self.doctype_end(2)
    }

    /// Returns the name at a position; it is empty if there is none.
    fn name(&mut self, from: usize) -> Result<Range<usize>, Stop> {
        let mut end = from;
        loop {
            let byte = self.byte(end)?;
            let fits = byte.is_ascii_alphabetic()
                || matches!(byte, b'_' | b':' | 0x80..)
                || end > from && (byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
            if !fits {
                return Ok(from..end);
            }
            end += 1;
        }
    }

    /// Finds the end of a tag, and whether the element is empty. A tag that is not closed ends where the next one begins.
    fn tag_end(&mut self, from: usize) -> Result<(usize, bool), Stop> {
        let mut at = from;
        let mut last = b' ';
        loop {
            let byte = self.byte(at)?;
            match byte {
                b'>' => return Ok((at + 1, last == b'/')),
                b'<' => return Ok((at, false)),
                // Elsewhere it is an apostrophe in text that only looks like a tag.
                b'"' | b'\'' if last == b'=' => {
                    at += 1;
                    loop {
                        match self.byte(at)? {
                            b'<' => return Ok((at, false)),
                            found if found == byte => break,
                            _ => at += 1,
                        }
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                last = byte;
            }
            at += 1;
        }
    }

    /// Finds the end of a document type declaration, which may contain declarations in brackets.
    fn doctype_end(&mut self, from: usize) -> Result<usize, Stop> {
        const MOST: usize = 1 << 20;
        let mut at = from;
        let mut depth = 0_usize;
        loop {
            if at > MOST {
                return Err(Stop::Far);
            }
            match self.byte(at)? {
                b'>' if depth == 0 => return Ok(at + 1),
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                quote @ (b'"' | b'\'') => {
                    at += 1;
                    while self.byte(at)? != quote {
                        at += 1;
                    }
                }
                b'<' if self.begins(at, b"<!--") => at = self.find(at + 4, b"-->")? + 2,
                _ => {}
            }
            at += 1;
        }
    }

    /// Reads more, and returns whether there was more.
    fn fill(&mut self) -> bool {
        if self.is_read {
            return false;
        }
        // Moved only if there is less to move than room to win, so that each byte is moved once on average.
        let is_full = self.buffer.len() - self.end < BLOCK / 2;
        if is_full && self.start > 0 && self.start >= self.end - self.start {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < BLOCK / 2 {
            // No item may be longer than the limit, so the buffer need not be longer than two.
            let most = self.max.saturating_add(BLOCK).saturating_mul(2);
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

impl Drop for Stream {
    /// Returns the buffer for the next file.
    fn drop(&mut self) {
        self.spare.put(std::mem::take(&mut self.buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(text: &str, max: usize) -> Stream {
        let bytes = io::Cursor::new(text.as_bytes().to_vec());
        Stream::new(Box::new(bytes), Spare::default(), max)
    }

    #[test]
    fn tokens_end_where_they_end_in_xml_and_in_what_is_almost_xml() {
        for (text, expected) in [
            ("<a>x", "<a>"),
            ("<a:b c='>' d=\">\" />x", "<a:b c='>' d=\">\" />"),
            ("<!-- <a> -->x", "<!-- <a> -->"),
            ("<![CDATA[ ]] > <a> ]]>x", "<![CDATA[ ]] > <a> ]]>"),
            ("<?php a > b ?>x", "<?php a > b ?>"),
            ("</a\n>x", "</a\n>"),
            // Not markup.
            ("< 3 Tore", "<"),
            ("<3", "<"),
            // Tags that are never closed.
            ("<a b='c <d>", "<a b='c "),
            ("<a <b>", "<a "),
            ("<O'Brien> x", "<O'Brien>"),
        ] {
            let mut stream = stream(text, 1000);
            let end = stream.token(0).unwrap().end();
            assert_eq!(stream.get(0..end), expected.as_bytes(), "{text}");
        }
        let doctype = "<!DOCTYPE a [<!ENTITY b \"]>\"> <!-- ]> ' --> ]>";
        let mut whole = stream(&format!("{doctype}x"), 1000);
        assert_eq!(whole.doctype(), Ok(doctype.len()));
        assert_eq!(stream("<a", 10).token(0), Err(Stop::End));
        assert_eq!(stream("<!-- a", 10).token(0), Err(Stop::End));
        assert_eq!(stream("<!-- abcdefgh -->", 10).token(0), Err(Stop::Far));
    }

    #[test]
    fn what_is_too_long_does_not_fill_the_memory() {
        let bytes = io::Cursor::new(b"<![CDATA[".to_vec()).chain(io::repeat(b'x').take(50 << 20));
        let mut stream = Stream::new(Box::new(bytes), Spare::default(), 1000);
        assert_eq!(stream.token(0), Err(Stop::Far));
        assert!(!stream.skip_past(b"]]>"));
        assert!(stream.is_done());
        assert!(stream.buffer.len() <= 1 << 20);
    }
}
