//! A reader whose first bytes can be peeked at.

use std::io::{self, Read};

/// A stream of bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// A stream with a peeked beginning.
pub(super) struct Ahead {
    /// The peeked bytes.
    head: Vec<u8>,
    /// How many of them have been read.
    read: usize,
    /// The error that ended peeking; it is returned when reading reaches it.
    error: Option<io::Error>,
    /// Whether peeking has reached the end, so that nobody has to ask for more.
    is_ended: bool,
    bytes: Bytes,
}

impl Ahead {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self {
            head: Vec::new(),
            read: 0,
            error: None,
            is_ended: false,
            bytes,
        }
    }

    /// Returns the next `len` bytes, or fewer at the end of the stream.
    ///
    /// # Errors
    ///
    /// If an error comes before them.
    pub(super) fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        if self.peek_most(len).len() < len
            && let Some(error) = self.error.take()
        {
            return Err(error);
        }
        Ok(self.peek_most(len))
    }

    /// Returns the next `len` bytes, or fewer before the end of the stream or an error.
    pub(super) fn peek_most(&mut self, len: usize) -> &[u8] {
        let missing = len.saturating_sub(self.head.len() - self.read);
        if missing > 0 && !self.is_ended && self.error.is_none() {
            // Whoever peeks and skips in turn needs no more than what is peeked at.
            if self.read == self.head.len() {
                self.head.clear();
                self.read = 0;
            }
            let mut more = self.bytes.by_ref().take(missing as u64);
            match more.read_to_end(&mut self.head) {
                Ok(read) => self.is_ended = read < missing,
                Err(error) => self.error = Some(error),
            }
        }
        let head = &self.head[self.read..];
        &head[..len.min(head.len())]
    }

    /// Returns whether an error ended peeking.
    pub(super) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// Returns the error that ended peeking, which reading does not return then.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Skips some of the peeked bytes.
    pub(super) fn skip(&mut self, len: usize) {
        self.read = self.head.len().min(self.read + len);
    }
}

impl Read for Ahead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let head = &self.head[self.read..];
        if head.is_empty() {
            if !self.head.is_empty() {
                self.head = Vec::new();
                self.read = 0;
            }
            return match self.error.take() {
                Some(error) => Err(error),
                None if self.is_ended => Ok(0),
                None => self.bytes.read(out),
            };
        }
        let len = head.len().min(out.len());
        out[..len].copy_from_slice(&head[..len]);
        self.read += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns its parts one by one, then an error or the end.
    struct Parts(Vec<io::Result<&'static [u8]>>);

    impl Read for Parts {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let part = self.0.remove(0)?;
            let len = part.len().min(out.len());
            out[..len].copy_from_slice(&part[..len]);
            if len < part.len() {
                self.0.insert(0, Ok(&part[len..]));
            }
            Ok(len)
        }
    }

    fn parts(parts: impl Into<Vec<io::Result<&'static [u8]>>>) -> Ahead {
        Ahead::new(Box::new(Parts(parts.into())))
    }

    #[test]
    fn what_was_looked_at_is_read_once_more() {
        let mut bytes = parts([Ok(b"ab".as_slice()), Ok(b"c"), Ok(b"def")]);
        assert_eq!(bytes.peek(1).unwrap(), b"a");
        assert_eq!(bytes.peek(3).unwrap(), b"abc");
        bytes.skip(1);
        assert_eq!(bytes.peek(9).unwrap(), b"bcdef");
        let mut all = String::new();
        bytes.read_to_string(&mut all).unwrap();
        assert_eq!(all, "bcdef");
        assert_eq!(bytes.peek(1).unwrap(), b"");
    }

    #[test]
    fn an_error_comes_where_it_came() {
        let mut bytes = parts([Ok(b"abc".as_slice()), Err(io::Error::other("broken"))]);
        assert_eq!(bytes.peek_most(9), b"abc");
        assert_eq!(bytes.peek(3).unwrap(), b"abc");
        let mut out = [0; 9];
        assert_eq!(bytes.read(&mut out).unwrap(), 3);
        assert_eq!(bytes.read(&mut out).unwrap_err().to_string(), "broken");
        let mut bytes = parts([Ok(b"abc".as_slice()), Err(io::Error::other("broken"))]);
        assert_eq!(bytes.peek(4).unwrap_err().to_string(), "broken");
    }
}
