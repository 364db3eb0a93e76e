//! A parser for CSV records.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr2, memchr3};

use crate::input::encoding::{Decoded, MARK};

/// The signs that a file uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Between two fields.
    pub(super) delimiter: u8,
    /// Around a field that contains delimiters, line ends or quotes, which are doubled; none if no field is quoted.
    pub(super) quote: Option<u8>,
    /// Before a sign that is meant as such.
    pub(super) escape: Option<u8>,
    /// The last byte of a line.
    pub(super) terminator: u8,
}

/// What MySQL and PostgreSQL write for a field without a value.
pub(super) const NOTHING: &[u8] = b"\\N";

/// Parses one record, which is passed line by line.
#[derive(Debug)]
pub(super) struct Parser {
    dialect: Dialect,
    pub(super) fields: Vec<Field>,
    /// Where parsing continues.
    at: usize,
    /// Where the open quoted field starts, if one is open.
    open: Option<usize>,
    /// Whether the open field contains doubled quotes or escapes.
    has_escapes: bool,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its range in the record, without the surrounding quotes.
    pub(super) range: Range<usize>,
    /// The dialect, if it contains doubled quotes or escapes.
    escapes: Option<Dialect>,
    is_quoted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The record is complete.
    Done,
    /// A quote is open; the next line belongs to the record.
    Open,
    /// There is text after a closing quote.
    Stray,
}

impl Parser {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            fields: Vec::new(),
            at: 0,
            open: None,
            has_escapes: false,
        }
    }

    pub(super) fn reset(&mut self) {
        self.fields.clear();
        self.at = 0;
        self.open = None;
    }

    /// Skips the first bytes of a record.
    pub(super) fn skip(&mut self, len: usize) {
        self.at = len;
    }

    /// Continues a record, given all of its lines so far.
    pub(super) fn resume(&mut self, record: &[u8]) -> Step {
        let Dialect {
            delimiter,
            quote,
            escape,
            ..
        } = self.dialect;
        loop {
            let rest = record.get(self.at..).unwrap_or_default();
            if let Some(start) = self.open {
                let quote = quote.unwrap_or(b'"');
                let Some(found) = memchr2(quote, escape.unwrap_or(quote), rest) else {
                    self.at = record.len();
                    return Step::Open;
                };
                let sign = rest[found];
                let found = self.at + found;
                let behind = &record[found + 1..];
                if escape == Some(sign) && (sign != quote || behind.first() == Some(&quote)) {
                    self.has_escapes = true;
                    self.at = record.len().min(found + 2);
                    continue;
                }
                if behind.first() == Some(&quote) {
                    self.has_escapes = true;
                    self.at = found + 2;
                    continue;
                }
                let quote = found;
                let is_last = matches!(behind, b"" | b"\n" | b"\r" | b"\r\n");
                if !is_last && behind.first() != Some(&delimiter) {
                    return Step::Stray;
                }
                self.push(start..quote, self.has_escapes, true);
                self.open = None;
                self.at = quote + 2;
                if is_last {
                    return Step::Done;
                }
            } else if quote.is_some() && rest.first() == quote.as_ref() {
                self.at += 1;
                self.open = Some(self.at);
                self.has_escapes = false;
            } else {
                let escape = escape.filter(|_| quote.is_none());
                let (end, has_escapes) = self.plain_end(rest, escape);
                let range = self.at..self.at + end;
                if rest.get(end) == Some(&delimiter) {
                    self.push(range, has_escapes, false);
                    self.at += end + 1;
                } else {
                    let is_crlf = rest[..end].last() == Some(&b'\r');
                    self.push(
                        range.start..range.end - usize::from(is_crlf),
                        has_escapes,
                        false,
                    );
                    return Step::Done;
                }
            }
        }
    }

    /// Returns where a field without quotes ends, and whether there are escapes in it.
    fn plain_end(&self, rest: &[u8], escape: Option<u8>) -> (usize, bool) {
        let Dialect {
            delimiter,
            terminator,
            ..
        } = self.dialect;
        let mut from = 0;
        loop {
            let found = memchr3(
                delimiter,
                terminator,
                escape.unwrap_or(delimiter),
                &rest[from..],
            );
            let end = found.map_or(rest.len(), |at| from + at);
            if rest.get(end).is_none_or(|sign| Some(*sign) != escape) {
                return (end, from > 0);
            }
            // A line ends a record, whatever stands before its end.
            let is_line_end = rest.get(end + 1).is_none_or(|sign| *sign == terminator);
            from = end + if is_line_end { 1 } else { 2 };
        }
    }

    fn push(&mut self, range: Range<usize>, has_escapes: bool, is_quoted: bool) {
        let escapes = has_escapes.then_some(self.dialect);
        self.fields.push(Field {
            range,
            escapes,
            is_quoted,
        });
    }
}

impl Field {
    /// Returns whether a field of a record says that it has no value. Within quotes it would be a text.
    pub(super) fn is_null(&self, record: &[u8]) -> bool {
        let field = &record[self.range.clone()];
        !self.is_quoted && (field == NOTHING || field == b"NULL")
    }

    /// Returns its text.
    pub(super) fn text<'a>(&self, record: Decoded<'a>) -> Cow<'a, str> {
        let text = record.part(self.range.clone());
        match self.escapes {
            Some(dialect) => unescape(&text, dialect).into(),
            None => text,
        }
    }
}

/// Undoes doubled quotes and escapes.
fn unescape(text: &str, dialect: Dialect) -> String {
    let quote = dialect.quote.map(char::from);
    let escape = dialect.escape.map(char::from);
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if Some(sign) == escape && (escape != quote || signs.peek() == quote.as_ref()) {
            match signs.next() {
                // As MySQL and PostgreSQL write what would end a field or a line.
                Some('n') if quote.is_none() => plain.push('\n'),
                Some('t') if quote.is_none() => plain.push('\t'),
                Some('r') if quote.is_none() => plain.push('\r'),
                Some(meant) => plain.push(meant),
                None => plain.push(sign),
            }
            continue;
        }
        if Some(sign) == quote && signs.peek() == Some(&sign) {
            signs.next();
        }
        plain.push(sign);
    }
    plain
}

/// Returns how many bytes of byte order marks a record begins with: each of several concatenated files may have one.
pub(super) fn marks(record: &[u8]) -> usize {
    let marks = record.chunks(MARK.len());
    MARK.len() * marks.take_while(|bytes| *bytes == MARK.as_bytes()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::encoding::Decoded;

    #[test]
    fn fields_are_found_in_every_dialect() {
        let standard = (Some(b'"'), None);
        let backslash = (Some(b'"'), Some(b'\\'));
        let single = (Some(b'\''), None);
        let none = (None, None);
        let database = (None, Some(b'\\'));
        for ((quote, escape), line, expected) in [
            (standard, r#""a "" b",c"#, &[r#"a " b"#, "c"][..]),
            (standard, r#"a "b" c,d"#, &[r#"a "b" c"#, "d"]),
            (standard, r#""a\",b"#, &[r"a\", "b"]),
            (backslash, r#""a \" b\\",c"#, &[r#"a " b\"#, "c"]),
            (backslash, r#""a "" b",c"#, &[r#"a " b"#, "c"]),
            (
                single,
                r#"'21-Jähriger, ''Held'' sagt "ja"',b"#,
                &[r#"21-Jähriger, 'Held' sagt "ja""#, "b"],
            ),
            (none, r#""a,b"#, &[r#""a"#, "b"]),
            (none, r#"„a",b"#, &[r#"„a""#, "b"]),
            (database, r"a\,b\n\tc\\,d\", &["a,b\n\tc\\", r"d\"]),
        ] {
            let dialect = Dialect {
                delimiter: b',',
                quote,
                escape,
                terminator: b'\n',
            };
            let mut parser = Parser::new(dialect);
            assert_eq!(parser.resume(line.as_bytes()), Step::Done, "{line}");
            let decoded = Decoded::Utf8(line);
            let fields: Vec<_> = parser
                .fields
                .iter()
                .map(|field| field.text(decoded))
                .collect();
            assert_eq!(fields, expected, "{line}");
        }
    }
}
