//! The structure of an article: the dateline, which says where a report was written and who sent it.
//!
//! "BUKAREST, Rumänien –", "Berlin (dpa) -" and "HAMBURG." stand at the start of the first paragraph of the
//! story, possibly after a headline or two. A place alone proves nothing ("Köln – eine Stadt"), so it must be
//! in capitals throughout, or be followed by the name of an agency or a date.

use blattwerk_core::Span;
use blattwerk_core::date::GERMAN_MONTHS;

/// Why a dateline is removed.
pub(super) const REASON: &str = "dateline";

/// The longest dateline, in bytes.
const LONGEST: usize = 100;
/// How many lines may be headlines, and how long each is at most, in bytes.
const HEADLINES: usize = 3;
const LONGEST_HEADLINE: usize = 160;
/// The most words in the name of a place.
const LONGEST_PLACE: usize = 5;

/// Agencies in brackets, in lower case, without what follows a slash or a hyphen.
const AGENCIES: &[&str] = &[
    "afp", "ansa", "ap", "apa", "dapd", "ddp", "dpa", "dts", "eb", "epd", "idw", "kna", "ots",
    "red", "reuters", "rtr", "sda", "sid", "taz", "xinhua",
];

/// Words inside the name of a place.
const LINKS: &[&str] = &[
    "a", "am", "an", "auf", "bei", "d", "da", "de", "del", "den", "der", "des", "di", "do", "du",
    "im", "in", "la", "ob", "und", "vor", "zu",
];

/// Words that start a phrase, not a place.
const NO_STARTS: &[&str] = &[
    "Ab",
    "Am",
    "An",
    "Auf",
    "Aus",
    "Bei",
    "Bis",
    "Das",
    "Dem",
    "Den",
    "Der",
    "Des",
    "Die",
    "Dienstag",
    "Donnerstag",
    "Ein",
    "Eine",
    "Freitag",
    "Für",
    "Gestern",
    "Heute",
    "Im",
    "In",
    "Mit",
    "Mittwoch",
    "Montag",
    "Morgen",
    "Nach",
    "Samstag",
    "Seit",
    "Sonnabend",
    "Sonntag",
    "Stand",
    "Update",
    "Vom",
    "Von",
    "Zu",
    "Zum",
    "Zur",
];

/// Words in capitals that are towns in spite of being short.
const SHORT_TOWNS: &[&str] = &[
    "AHLEN", "BERN", "BONN", "CELLE", "CHUR", "DOHA", "ESSEN", "FULDA", "GENF", "GERA", "GRAZ",
    "HALLE", "HAMM", "HANOI", "HERNE", "HOF", "JENA", "KABUL", "KAIRO", "KIEL", "KIEW", "KÖLN",
    "LIMA", "LINZ", "LYON", "MAINZ", "METZ", "MOERS", "NEUSS", "NIZZA", "OSLO", "PARIS", "PRAG",
    "RIAD", "RIGA", "ROM", "ROSTOCK", "SEOUL", "SIEGEN", "SOEST", "SOFIA", "SUHL", "TOKIO",
    "TOKYO", "TRIER", "TUNIS", "TURIN", "ULM", "UNNA", "WESEL", "WIEN", "WORMS", "ZUG",
];

/// Words in capitals before a dash that are not places.
const NO_PLACES: &[&str] = &[
    "AKTUALISIERT",
    "ANALYSE",
    "ANZEIGE",
    "BERICHT",
    "BREAKING",
    "CHRONIK",
    "EILMELDUNG",
    "EXKLUSIV",
    "FUSSBALL",
    "HANDBALL",
    "HINTERGRUND",
    "INTERVIEW",
    "KOMMENTAR",
    "LIVETICKER",
    "MEINUNG",
    "PORTRÄT",
    "REPORTAGE",
    "RÜCKBLICK",
    "UNESCO",
    "UNICEF",
    "UPDATE",
    "WAHLKAMPF",
    "WETTER",
    "WICHTIG",
    "ÜBERBLICK",
];

/// The other names of months, and what they are shortened to.
const OTHER_MONTHS: [&str; 13] = [
    "Jänner", "Jan", "Feb", "Mär", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Okt", "Nov", "Dez",
];

/// Returns the names of months, as written in dates.
pub(super) fn months() -> impl Iterator<Item = &'static str> {
    GERMAN_MONTHS.into_iter().chain(OTHER_MONTHS)
}

/// Tells whether a word is a month, as written in dates.
pub(super) fn is_month(word: &str) -> bool {
    months().any(|month| month == word)
}

/// Finds the dateline of an article, with its dash or full stop and the space after it.
pub(super) fn dateline(text: &str) -> Option<Span> {
    let mut start = 0;
    let mut headlines = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        start += line.len();
        if body.is_empty() {
            continue;
        }
        // All that follow each other, so that none is left for the next round.
        let mut len = 0;
        while let Some(more) = body.get(len..).and_then(length) {
            len += more;
        }
        if 0 < len {
            return Some(Span::new(at, at + len));
        }
        let is_headline =
            body.len() <= LONGEST_HEADLINE && !body.ends_with(['.', '!', '“', '"', '«']);
        headlines += 1;
        if !is_headline || HEADLINES < headlines {
            return None;
        }
    }
    None
}

/// Returns the length of the dateline at the start of a line.
fn length(line: &str) -> Option<usize> {
    let mut head = Reader::new(line);
    let place = head.places();
    let is_capital = place.is_some_and(is_capital);
    let (mut has_agency, mut has_date) = (false, false);
    loop {
        if let Some(inner) = head.brackets() {
            if is_agency(inner) {
                has_agency = true;
            } else if place.is_none() || Reader::new(inner).places() != Some(inner) {
                return None;
            }
        } else if !has_date && place.is_some() && head.date() {
            has_date = true;
        } else {
            break;
        }
    }
    if place.is_none() && !has_agency {
        return None;
    }
    let sign = head.separator()?;
    let is_dateline = match sign {
        '.' => has_agency || is_capital,
        ':' => has_agency,
        _ => has_agency || has_date || is_capital,
    };
    let goes_on = head
        .rest
        .starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "„“\"»›‚'([".contains(c));
    let len = line.len() - head.rest.len();
    (is_dateline && (goes_on || has_agency) && !head.rest.is_empty() && len <= LONGEST)
        .then_some(len)
}

/// Tells whether a place is in capitals throughout, and is not a word that only looks like one.
fn is_capital(place: &str) -> bool {
    let first = place.split([',', '/']).next().unwrap_or_default().trim();
    let letters = first.chars().filter(|c| c.is_alphabetic()).count();
    !first.chars().any(char::is_lowercase)
        && (5 < letters && !NO_PLACES.contains(&first) || SHORT_TOWNS.contains(&first))
}

/// Tells whether brackets hold agencies: "dpa", "dpa/lno", "AFP/dpa", "dpa-AFX".
fn is_agency(inner: &str) -> bool {
    let mut names = inner.split(['/', '-', ',', ' ']);
    names
        .next()
        .is_some_and(|first| AGENCIES.contains(&first.to_lowercase().as_str()))
        && names.all(|name| name.len() <= 12 && name.chars().all(char::is_alphanumeric))
}

/// Reads the start of a line, piece by piece.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    /// Takes places: "Berlin", "Frankfurt am Main", "Berlin/Köln", "BUKAREST, Rumänien".
    fn places(&mut self) -> Option<&'a str> {
        let all = self.rest;
        self.rest = place(all)?;
        loop {
            let next = [", ", "/", " / "]
                .iter()
                .find_map(|sign| place(self.rest.strip_prefix(sign)?));
            match next {
                Some(rest) if all.len() - rest.len() <= LONGEST => self.rest = rest,
                _ => break,
            }
        }
        all.get(..all.len() - self.rest.len())
    }

    /// Takes brackets, and returns what they contain.
    fn brackets(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start_matches(' ').strip_prefix('(')?;
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b')')?;
        let inner = rest.get(..end)?;
        self.rest = rest.get(end + 1..)?;
        Some(inner)
    }

    /// Takes a date: ", 12.03.2008", ", 3. März", ", 3. März 2008".
    fn date(&mut self) -> bool {
        let mut parts = 0;
        let Some(mut rest) = self.rest.strip_prefix(',') else {
            return false;
        };
        for _ in 0..3 {
            let part = rest.trim_start_matches(' ');
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let letters = part.len() - part.trim_start_matches(char::is_alphabetic).len();
            let word = part.get(..letters).unwrap_or_default();
            let end = match (digits, word) {
                (1 | 2 | 4, _) => digits,
                (0, word) if is_month(word) => letters,
                _ => break,
            };
            let behind = part.get(end..).unwrap_or_default();
            rest = behind.strip_prefix('.').unwrap_or(behind);
            parts += 1;
        }
        let is_date = 2 <= parts;
        if is_date {
            self.rest = rest;
        }
        is_date
    }

    /// Takes the character that ends a dateline, and the spaces after it.
    fn separator(&mut self) -> Option<char> {
        let rest = self.rest.trim_start_matches(' ');
        let sign = rest.chars().next()?;
        let is_sign = match sign {
            '-' if self.rest.starts_with('-') => false,
            '–' | '—' | '-' | '|' => true,
            '.' | ':' => self.rest.starts_with(sign),
            _ => false,
        };
        let mut behind = rest.get(sign.len_utf8()..)?;
        if sign == '-' {
            behind = behind.strip_prefix('-').unwrap_or(behind);
        }
        if !is_sign || !behind.starts_with(' ') {
            return None;
        }
        self.rest = behind.trim_start_matches(' ');
        Some(sign)
    }
}

/// Returns what follows the name of a place, if a text starts with one.
fn place(text: &str) -> Option<&str> {
    let mut rest = text;
    let mut behind = None;
    for _ in 0..LONGEST_PLACE {
        let end = rest
            .char_indices()
            .take(LONGEST)
            .find(|&(_, c)| !(c.is_alphabetic() || "-'’".contains(c)))
            .map_or(rest.len(), |(end, _)| end);
        let word = rest.get(..end)?.trim_end_matches('-');
        let is_link = behind.is_some() && LINKS.contains(&word);
        let is_name = word.starts_with(char::is_uppercase)
            && (behind.is_some() || !NO_STARTS.contains(&word));
        if !is_link && !is_name {
            break;
        }
        rest = rest.get(word.len()..)?;
        if is_link || matches!(word, "St" | "M" | "O") {
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        if is_name {
            behind = Some(rest);
        }
        let Some(next) = rest.strip_prefix(' ') else {
            break;
        };
        rest = next;
    }
    behind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> &str {
        dateline(text)
            .and_then(|span| text.get(span.range()))
            .unwrap_or_default()
    }

    #[test]
    fn datelines_are_recognized() {
        let cases = [
            "BUKAREST, Rumänien – ",
            "Berlin (dpa) - ",
            "Berlin (dpa) -- ",
            "Berlin/Köln (dpa/lnw) – ",
            "Frankfurt/Main (dpa-AFX) - ",
            "Frankfurt a. M. (AFP) — ",
            "Frankfurt am Main (epd). ",
            "St. Gallen (sda) - ",
            "Halle (Saale) (dpa/sa) - ",
            "Bukarest (Rumänien), 12.03.2008 – ",
            "Berlin, 3. März (Reuters) – ",
            "Berlin, 3. März 2008 – ",
            "HAMBURG. ",
            "KÖLN – ",
            "NEW YORK – ",
            "BAD NEUENAHR-AHRWEILER | ",
            "BERLIN (taz) | ",
            "(dpa) - ",
            "München (dpa): ",
            "WIEN/BERLIN – ",
        ];
        for dateline in cases {
            for story in [
                "Der Rat tagt am Montag.",
                "„Ja“, sagte sie.",
                "27 Menschen kamen.",
            ] {
                let text = format!("{dateline}{story}");
                assert_eq!(found(&text), dateline, "{text:?}");
            }
        }
    }

    #[test]
    fn a_story_without_dateline_is_left_alone() {
        let cases = [
            "Köln – eine Stadt am Rhein.",
            "Köln – Eine Stadt am Rhein.",
            "Berlin. Der Rat tagt.",
            "USA – Das Land wählt.",
            "NATO. Das Bündnis tagt.",
            "EILMELDUNG – Der Rat tagt.",
            "CDU/CSU – Die Union tagt.",
            "Die Deutsche Presse-Agentur (dpa) meldet das.",
            "Der Rat (links) – Ein Bild.",
            "Berlin (dpa)",
            "HAMBURG – ",
            "HAMBURG-Altona wächst.",
            "HAMBURG – wo sonst – wird gewählt.",
            "Am Montag, 3. März – Der Rat tagt.",
            "– Der Rat tagt.",
            "(links) – Der Rat tagt.",
            "Der Rat tagt.\n\nHAMBURG – Die Stadt wächst.",
            "",
            "–",
            "(",
        ];
        for text in cases {
            assert_eq!(found(text), "", "{text:?}");
        }
    }

    #[test]
    fn headlines_may_go_before() {
        let story =
            "Rat beschließt Haushalt\n\nMehr Geld für Schulen\n\nBONN (dpa) – Der Rat tagt.";
        assert_eq!(found(story), "BONN (dpa) – ");
        assert_eq!(found("A\nB\nC\nD\nBONN (dpa) – Der Rat tagt."), "");
    }

    #[test]
    fn datelines_in_a_row_go_together() {
        assert_eq!(
            found("Berlin (dpa) - KÖLN – Der Rat tagt."),
            "Berlin (dpa) - KÖLN – "
        );
    }
}
