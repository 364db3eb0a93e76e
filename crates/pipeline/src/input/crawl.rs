//! What crawlers and archives write beside what they have fetched: indexes, checksums, logs, lists of addresses.
//!
//! It is text, so only its form tells it from an article. Of a file, all lines at its beginning must have the form.

/// Notes that no article can be mistaken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    Index,
    Checksums,
    Log,
    Addresses,
}

/// How much of a file is looked at.
const BEGINNING: usize = 1 << 10;

impl Notes {
    /// Recognizes notes by the beginning of a file.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        let is_whole = start.len() < BEGINNING;
        let start = start.get(..BEGINNING).unwrap_or(start);
        let mut lines: Vec<&[u8]> = start.split(|byte| *byte == b'\n').collect();
        if !is_whole && lines.len() > 1 {
            lines.pop();
        }
        let first = *lines.first()?;
        lines.retain(|line| !line.trim_ascii().is_empty());
        let all = |has_form: fn(&[u8]) -> bool| {
            !lines.is_empty() && lines.iter().all(|line| has_form(line.trim_ascii()))
        };
        if is_cdx_header(first) || all(is_index) {
            Some(Self::Index)
        } else if all(is_checksum) {
            Some(Self::Checksums)
        } else if begins_wget_log(first) || all(is_log) {
            Some(Self::Log)
        } else if all(is_address) {
            Some(Self::Addresses)
        } else {
            None
        }
    }

    /// Returns the word it is counted by.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Checksums => "checksum",
            Self::Log => "log",
            Self::Addresses => "list of addresses",
        }
    }

    /// Returns what a message calls it.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Index => {
                "an index of a web archive (CDX), which holds no pages; read its WARC files"
            }
            Self::Checksums => "checksums of files",
            Self::Log => "the log of a crawler",
            Self::Addresses => {
                "a list of addresses; nothing is read from the network, so fetch the pages first"
            }
        }
    }
}

/// Returns the fields of a line.
fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t'))
        .filter(|field| !field.is_empty())
}

fn is_digits(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}

/// Returns whether a line is the legend of a CDX file: ` CDX N b a m s k r M S V g`.
fn is_cdx_header(line: &[u8]) -> bool {
    let mut fields = fields(line.trim_ascii());
    let is_cdx = fields.next() == Some(b"CDX");
    let letters: Vec<_> = fields.collect();
    is_cdx && letters.len() >= 3 && letters.iter().all(|letter| letter.len() == 1)
}

/// Returns whether a line is one of CDX, CDXJ, or of the index of a compressed index.
///
/// <https://specs.webrecorder.net/cdxj/>
fn is_index(line: &[u8]) -> bool {
    let mut parts = fields(line);
    let key = parts.next().unwrap_or_default();
    let time = parts.next().unwrap_or_default();
    if key.starts_with(b"!") {
        return line.starts_with(b"!meta ") || line.starts_with(b"!OpenWayback-CDXJ ");
    }
    if !is_digits(time) || !(4..=17).contains(&time.len()) {
        return false;
    }
    let rest: Vec<_> = parts.take(9).collect();
    let is_sorted = key.contains(&b')');
    let has_object = (is_sorted || key.contains(&b'/'))
        && rest.first().is_some_and(|field| field.starts_with(b"{\""));
    let has_columns = rest.len() >= 7 && time.len() == 14;
    let has_blocks =
        is_sorted && line.contains(&b'\t') && rest.iter().skip(1).all(|at| is_digits(at));
    has_object || has_columns || has_blocks
}

/// Returns whether a line is a checksum, alone or with the name of a file.
fn is_checksum(line: &[u8]) -> bool {
    const LENS: [usize; 6] = [32, 40, 56, 64, 96, 128];
    let is_sum = |sum: &[u8]| LENS.contains(&sum.len()) && sum.iter().all(u8::is_ascii_hexdigit);
    let first = fields(line).next().unwrap_or_default();
    if is_sum(first) {
        return true;
    }
    // The form of BSD: `MD5 (a.warc.gz) = …`.
    let name = fields(line).nth(1).unwrap_or_default();
    name.starts_with(b"(") && fields(line).last().is_some_and(is_sum)
}

/// Returns whether a line is one of the logs of Heritrix or Browsertrix.
fn is_log(line: &[u8]) -> bool {
    if line.starts_with(b"{\"timestamp\":") {
        let has = |key: &[u8]| memchr::memmem::find(line, key).is_some();
        return has(b"\"logLevel\":") && has(b"\"context\":");
    }
    let mut fields = fields(line);
    let (Some(time), Some(status), Some(size), Some(address)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    is_time(time)
        && is_digits(status.strip_prefix(b"-").unwrap_or(status))
        && (size == b"-" || is_digits(size))
        && address.contains(&b':')
}

/// Returns whether bytes have the form `2024-05-06T08:00:00.000Z`.
fn is_time(bytes: &[u8]) -> bool {
    bytes.len() >= 20
        && bytes.ends_with(b"Z")
        && bytes
            .iter()
            .zip(b"0000-00-00T00:00:00")
            .all(|(byte, form)| {
                if *form == b'0' {
                    byte.is_ascii_digit()
                } else {
                    byte == form
                }
            })
}

/// Returns whether a log of wget begins: `--2024-05-06 08:00:00--  https://…`.
fn begins_wget_log(line: &[u8]) -> bool {
    let mut fields = fields(line);
    let (Some(date), Some(time), Some(address)) = (fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    date.len() == 12 && date.starts_with(b"--") && time.ends_with(b"--") && is_address(address)
}

/// Returns whether a line is an address and nothing else.
fn is_address(line: &[u8]) -> bool {
    let rest = line
        .strip_prefix(b"https://")
        .or_else(|| line.strip_prefix(b"http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.iter().all(u8::is_ascii_graphic) && !rest.contains(&b'"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_recognized_by_the_form_of_their_lines() {
        let sum = "d41d8cd98f00b204e9800998ecf8427e";
        let cases: &[(&str, Option<Notes>)] = &[
            (
                " CDX N b a m s k r M S V g\nde,bote)/ 20240506080000 https://bote.example/ text/html 200 A - - 9 0 a.warc.gz\n",
                Some(Notes::Index),
            ),
            ("CDX a b c\n", Some(Notes::Index)),
            (
                "de,bote)/rat 20240506080000 https://bote.example/rat text/html 200 ABC - - 99 1 a.warc.gz\n",
                Some(Notes::Index),
            ),
            (
                "bote.example/rat 20240506080000 https://bote.example/rat text/html 200 ABC - 1 a.arc.gz",
                Some(Notes::Index),
            ),
            (
                "de,bote)/ 20240506080000 {\"url\":\"https://bote.example/\"}\n\n",
                Some(Notes::Index),
            ),
            (
                "!meta 0 {\"format\": \"cdxj-gzip-1.0\"}\nde,bote)/ 20240506080000 {\"offset\":0}\n",
                Some(Notes::Index),
            ),
            (
                "de,bote)/ 20240506080000\tcdx-00000.gz\t0\t1882\t1\n",
                Some(Notes::Index),
            ),
            (
                &format!("{sum}  a.warc.gz\r\n{sum} *b c.warc.gz\r\n"),
                Some(Notes::Checksums),
            ),
            (
                &format!("MD5 (a.warc.gz) = {sum}\n"),
                Some(Notes::Checksums),
            ),
            (sum, Some(Notes::Checksums)),
            (
                "2024-05-06T08:00:00.000Z   200       1234 https://bote.example/ - - text/html #001\n2024-05-06T08:00:01.000Z    -6          - dns:bote.example P https://bote.example/ text/dns #002\n",
                Some(Notes::Log),
            ),
            (
                "{\"timestamp\":\"2024-05-06T08:00:00.000Z\",\"logLevel\":\"info\",\"context\":\"general\",\"message\":\"Ende\",\"details\":{}}\n",
                Some(Notes::Log),
            ),
            (
                "--2024-05-06 08:00:00--  https://bote.example/\nResolving bote.example... 1.2.3.4\n",
                Some(Notes::Log),
            ),
            (
                "https://bote.example/\nhttps://bote.example/rat?a=1,2\n",
                Some(Notes::Addresses),
            ),
            // Articles that begin alike.
            ("CDX ist das Format der Indizes von Webarchiven.\n", None),
            ("Berlin 2024 {\"Zitat\"} und mehr\n", None),
            ("Rat) 2024 Wahl\n", None),
            (
                &format!("{sum}\nDas war die Prüfsumme der Stimmzettel.\n"),
                None,
            ),
            ("2024-05-06T08:00:00Z Der Rat hat um 8: beschlossen\n", None),
            (
                "{\"timestamp\":\"2024-05-06\",\"text\":\"Der Rat tagt.\"}\n",
                None,
            ),
            ("https://bote.example/rat\nDer Rat tagt heute.\n", None),
            ("https://bote.example/rat,\"Der Rat tagt.\"\n", None),
            ("url,text\nhttps://bote.example/,Ja\n", None),
            ("\n\n", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Notes::of(text.as_bytes()), *expected, "{text}");
        }
        let long = format!("{}https://bote.exam", "https://bote.example/\n".repeat(46));
        assert_eq!(Notes::of(long.as_bytes()), Some(Notes::Addresses));
        let prose = format!("{}Der Rat tagt.", "https://bote.example/\n".repeat(20));
        assert_eq!(Notes::of(prose.as_bytes()), None);
    }
}
