//! Mail, recognized by its header: messages, mailboxes, and pages that browsers save as messages (MHTML).
//!
//! The text of a message is encoded, and the header is not part of it, so reading it as plain text would be wrong. Much
//! prose begins with a word and a colon; a header needs names that only mail has.

/// Names that nothing but mail has.
const CERTAIN: [&str; 10] = [
    "content-transfer-encoding",
    "delivered-to",
    "dkim-signature",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "snapshot-content-location",
    "x-mailer",
    "x-mozilla-status",
];

/// Names that also begin prose and interviews, or the lines before an article.
const USUAL: [&str; 9] = [
    "cc",
    "content-type",
    "date",
    "from",
    "in-reply-to",
    "references",
    "reply-to",
    "subject",
    "to",
];

/// Returns what a text is if it is mail.
pub(super) fn mail(text: &[u8]) -> Option<&'static str> {
    let text = text.trim_ascii_start();
    let mut lines = text.split(|byte| *byte == b'\n');
    let is_mailbox = separates_messages(lines.clone().next()?);
    if is_mailbox {
        lines.next();
    }
    let header = Header::read(lines);
    if is_mailbox && header.len > 0 {
        return Some("a mailbox (mbox); convert its messages to JSON Lines");
    }
    let is_dated = header.has_time && header.has("subject") && header.has("from");
    let is_mail = header.certain > 0 && header.known.len() > 1 || is_dated;
    if !is_mail {
        return None;
    }
    let was_sent = header.has("to") || header.has("received");
    Some(if header.is_related && !was_sent {
        "a page saved as MHTML; save it as HTML"
    } else {
        "an e-mail; convert it to JSON Lines"
    })
}

/// What is in a header.
#[derive(Default)]
struct Header {
    /// How many fields it has.
    len: usize,
    /// The known names.
    known: Vec<String>,
    /// How many of them only mail has.
    certain: usize,
    /// Whether its date has the form that mail has.
    has_time: bool,
    /// Whether the content is something with its parts, such as a page with its pictures.
    is_related: bool,
}

impl Header {
    /// Reads the fields up to the first line that is none.
    fn read<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        const MOST: usize = 200;
        let mut header = Self::default();
        let mut name = String::new();
        for line in lines.take(MOST) {
            let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
            let value = if is_folded && !name.is_empty() && !line.trim_ascii().is_empty() {
                line
            } else {
                let Some((found, value)) = field(line) else {
                    break;
                };
                name = found;
                header.len += 1;
                if CERTAIN.contains(&name.as_str()) {
                    header.certain += 1;
                }
                let is_known = CERTAIN.contains(&name.as_str()) || USUAL.contains(&name.as_str());
                if is_known && !header.has(&name) {
                    header.known.push(name.clone());
                }
                value
            };
            let value = String::from_utf8_lossy(value).to_ascii_lowercase();
            match name.as_str() {
                "date" => header.has_time |= has_time(&value),
                "content-type" => header.is_related |= value.contains("multipart/related"),
                _ => {}
            }
        }
        header
    }

    fn has(&self, name: &str) -> bool {
        self.known.iter().any(|known| known == name)
    }
}

/// Splits a field into its name in lower case and its value.
fn field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at(colon);
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_name.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), value))
}

/// Returns whether a date has a time and a zone, as in `Mon, 6 May 2024 08:00:00 +0200`.
fn has_time(date: &str) -> bool {
    let mut words = date.split_ascii_whitespace().rev();
    let is_zone = |word: &str| {
        let digits = word.strip_prefix(['+', '-']).unwrap_or_default();
        digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(word, "gmt" | "ut" | "utc")
    };
    // The name of the zone may follow in parentheses.
    let zone = words.find(|word| !word.starts_with('('));
    zone.is_some_and(is_zone) && words.next().is_some_and(is_clock)
}

fn is_clock(word: &str) -> bool {
    let parts: Vec<_> = word.split(':').collect();
    matches!(parts.len(), 2 | 3)
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns whether a line begins a message in a mailbox: `From a@bote.example Mon May  6 08:00:00 2024`.
fn separates_messages(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    line.strip_prefix("From ").is_some_and(|rest| {
        let words: Vec<_> = rest.split_ascii_whitespace().collect();
        let is = |at: usize, names: &[&str]| words.get(at).is_some_and(|word| names.contains(word));
        is(1, &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
            && words.get(2).is_some_and(|month| month.len() == 3)
            && words.get(4).is_some_and(|time| is_clock(time))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_is_recognized_by_its_header_and_prose_is_not_mail() {
        let (mbox, message, page) = (Some("a mailbox"), Some("an e-mail"), Some("a page saved"));
        for (text, expected) in [
            (
                "From a@bote.example Mon May  6 08:00:00 2024\nSubject: Rat\n\nText.\n",
                mbox,
            ),
            (
                "\r\nFrom - Mon May  6 08:00:00 2024 +0200\r\nX-Mozilla-Keys: \r\n\r\nText.\r\n",
                mbox,
            ),
            (
                "Return-Path: <a@bote.example>\nReceived: from bote.example\n\tby b.example\n\nText.",
                message,
            ),
            (
                "Received: from bote.example\n\tby b.example;\n\t6 May 2024\nTo: b@b.example\n\nText.",
                message,
            ),
            (
                "From: Anna\nSubject: Rat\nDate: Mon, 6 May 2024 08:00:00 +0200 (CEST)\n\nText.",
                message,
            ),
            (
                "Subject: Rat\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=a\r\nTo: b@b.example\r\n\r\n",
                message,
            ),
            (
                "From: <Saved by Blink>\nSubject: Rat\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype=\"text/html\"\n\n--a\n",
                page,
            ),
            (
                "From: <Von Microsoft Internet Explorer gespeichert>\r\nMIME-Version: 1.0\r\nContent-Type:\r\n\tmultipart/related; boundary=a\r\n\r\n",
                page,
            ),
            // Articles that begin alike.
            (
                "From: ein Wort, das jeder kennt.\nSubject: noch eins.\n",
                None,
            ),
            ("Von: Anna Berger\nAn: alle\nBetreff: Rat\n\nText.", None),
            ("Subject: Rat\nDate: 6. Mai 2024\n\nText.", None),
            ("From: Anna\nSubject: Rat\nLines: 3\n\nText.", None),
            (
                "Received: so hei\u{DF}t das neue Album.\nEs erscheint morgen.",
                None,
            ),
            (
                "From Dusk till Dawn lief Mon May 6 um 20:15 im Kino, 2024\nMehr: hier",
                None,
            ),
            (
                "From Berlin nach Bonn am Mon den 06 um 08:00 Uhr, 2024 Text\n\nText.",
                None,
            ),
            ("Frage: Und die Message-ID: ist das ein Begriff?\n", None),
            ("Text.\n\nMIME-Version: 1.0\nSubject: Rat\n", None),
            ("", None),
        ] {
            let found = mail(text.as_bytes());
            let fits = match (found, expected) {
                (Some(found), Some(expected)) => found.starts_with(expected),
                (found, expected) => found == expected,
            };
            assert!(fits, "{text}: {found:?}");
        }
    }
}
