//! Quotation marks: all kinds become „…“ and ‚…‘, and apostrophes ’.
//!
//! The same character opens in one language and closes in another, so the role of a mark is decided by its
//! neighbours: after a space and before a letter it opens, the other way round it closes. Where that leaves
//! both open, the marks before it on the line decide. A straight mark after a digit is an inch or a minute
//! sign unless it is needed to close a quotation; one after an "s" is the apostrophe of a genitive on the
//! same condition.
//!
//! What remains doubtful stays as it is, and so does a line that looks like code.

use blattwerk_core::{Change, Span};

use super::scan::{char_at, char_before};

/// Words that begin with an apostrophe, without it.
const CLIPPED: &[&str] = &[
    "s", "n", "ne", "nen", "nem", "ner", "nes", "ran", "rauf", "raus", "rein", "rum", "runter",
    "rüber", "is", "nix", "cause", "em",
];

/// The longest run of marks, in bytes.
const LONGEST_RUN: usize = 12;

pub(super) fn find(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.bytes().any(may_start_mark) {
            let marks = marks(line);
            if !is_code(line, &marks) {
                settle(&marks, start, &mut changes);
            }
        }
        start += line.len();
    }
    changes
}

/// Tells whether a byte may be the first byte of a mark.
fn may_start_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b',' | 0xC2 | 0xE2)
}

/// A quotation mark or an apostrophe.
#[derive(Debug)]
struct Mark<'a> {
    span: Span,
    glyph: &'a str,
    is_double: bool,
    side: Side,
    before: Option<char>,
    after: Option<char>,
    /// Whether it precedes a word that has lost its beginning: "'ne", "'68".
    is_clipped: bool,
}

/// The role of a mark, as far as its neighbours tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Opens,
    Closes,
    /// It is inside a word.
    Inside,
    /// It is isolated.
    Alone,
}

/// Finds the marks of a line.
fn marks(line: &str) -> Vec<Mark<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = line
        .as_bytes()
        .iter()
        .skip(at)
        .position(|&byte| may_start_mark(byte))
    {
        at += next;
        let rest = line.get(at..).unwrap_or_default();
        // Adjacent marks say nothing about each other, so all marks of a run have the same neighbours.
        let commas = if rest.starts_with(",,") { 2 } else { 0 };
        let behind = rest
            .get(commas..)
            .unwrap_or_default()
            .trim_start_matches(is_mark);
        let run = rest.len() - behind.len();
        if run == 0 {
            at += char_at(line, at).map_or(1, char::len_utf8);
            continue;
        }
        let before = char_before(line, at);
        let side = side(before, behind);
        let mut start = at;
        at += run;
        // Two commas are a mark only where they open, and a long run is a ruler.
        if LONGEST_RUN < run || 0 < commas && side != Side::Opens {
            continue;
        }
        while start < at {
            let rest = line.get(start..).unwrap_or_default();
            let Some((glyph, is_double)) = glyph(rest) else {
                break;
            };
            let end = start + glyph.len();
            found.push(Mark {
                span: Span::new(start, end),
                glyph,
                is_double,
                side,
                before,
                after: behind.chars().next(),
                is_clipped: !is_double && end == at && is_clipped(behind),
            });
            start = end;
        }
    }
    found
}

/// Returns the mark at the start of a text, and whether it is a double one.
fn glyph(rest: &str) -> Option<(&str, bool)> {
    if let Some(pair) = rest.get(..2)
        && matches!(pair, "''" | "``" | ",,")
    {
        return Some((pair, true));
    }
    let first = rest.chars().next().filter(|&c| is_mark(c))?;
    let is_double = matches!(first, '"' | '„' | '“' | '”' | '‟' | '«' | '»' | '〝' | '〞');
    Some((rest.get(..first.len_utf8())?, is_double))
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '`'
            | '´'
            | '„'
            | '“'
            | '”'
            | '‟'
            | '«'
            | '»'
            | '‚'
            | '‘'
            | '’'
            | '‛'
            | '‹'
            | '›'
    )
}

fn side(before: Option<char>, behind: &str) -> Side {
    let after = behind.chars().next();
    let parts = |c: char| c.is_whitespace() || "-–—/|".contains(c);
    let is_left_free = before.is_none_or(|c| parts(c) || "([{:".contains(c));
    let is_right_free = after.is_none_or(|c| {
        let mut rest = behind.trim_start_matches(['.', '…']);
        if rest.len() == behind.len() {
            return parts(c) || ")]},;:!?".contains(c);
        }
        // An ellipsis may begin a quotation.
        if is_left_free {
            rest = rest.trim_start_matches(' ');
        }
        !rest.starts_with(char::is_alphanumeric)
    });
    match (is_left_free, is_right_free) {
        (true, false) => Side::Opens,
        (false, true) => Side::Closes,
        (false, false) => Side::Inside,
        (true, true) => Side::Alone,
    }
}

/// Tells whether a text starts with a word without its beginning, or a year without its century.
fn is_clipped(rest: &str) -> bool {
    let end = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or_default();
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let is_year = digits == 2 && matches!(word.get(2..), Some("" | "er" | "ern" | "ers"));
    is_year || CLIPPED.contains(&word)
}

/// Tells whether a line is code rather than part of a story.
fn is_code(line: &str, marks: &[Mark<'_>]) -> bool {
    let touches = |at: Option<char>| at.is_some_and(|c| "={}<>".contains(c));
    line.contains('\\')
        || marks.iter().any(|mark| {
            let (left, right) = (
                char_before(line, mark.span.start),
                char_at(line, mark.span.end),
            );
            let head = line.get(..mark.span.start).unwrap_or_default();
            let is_set = head.trim_end_matches(' ').ends_with('=');
            match mark.glyph {
                "\"" | "'" => is_set || touches(left) || touches(right),
                "`" => !left.is_some_and(char::is_alphabetic),
                _ => false,
            }
        })
}

/// What follows a mark among those of its kind.
#[derive(Debug, Clone, Copy, Default)]
struct Next {
    /// Whether the next one that certainly opens or closes does close.
    closes: bool,
    /// Whether one that may close comes before one that opens.
    may_close: bool,
}

/// Decides the role of each mark of a line, and changes those that are written differently.
fn settle(marks: &[Mark<'_>], start: usize, changes: &mut Vec<Change>) {
    let mut next = [Next::default(); 2];
    // From the end, since the role of a mark may depend on the next one of its kind.
    let mut nexts: Vec<Next> = marks
        .iter()
        .rev()
        .map(|mark| {
            let next = &mut next[usize::from(mark.is_double)];
            let seen = *next;
            if mark.is_sure() {
                next.closes = mark.side == Side::Closes;
            }
            match mark.side {
                Side::Closes => next.may_close = true,
                Side::Opens => next.may_close = false,
                Side::Inside | Side::Alone => {}
            }
            seen
        })
        .collect();
    nexts.reverse();
    let mut is_open = [false; 2];
    for (mark, next) in marks.iter().zip(nexts) {
        let is_open = &mut is_open[usize::from(mark.is_double)];
        let with = if mark.is_double {
            mark.double(*is_open, next)
        } else {
            mark.single(*is_open, next)
        };
        match with {
            Some("„" | "‚") => *is_open = true,
            Some("“" | "‘") => *is_open = false,
            _ => {}
        }
        if let Some(with) = with.filter(|&with| with != mark.glyph) {
            let span = Span::new(start + mark.span.start, start + mark.span.end);
            changes.push(Change::replace(span, with));
        }
    }
}

impl Mark<'_> {
    /// Tells whether the neighbours alone decide whether it opens or closes.
    fn is_sure(&self) -> bool {
        match self.side {
            Side::Opens => !self.is_clipped,
            Side::Closes => !self.may_be_unit() && !self.may_be_genitive(),
            Side::Inside | Side::Alone => false,
        }
    }

    /// Tells whether it may be the sign of inches, feet, seconds or minutes.
    fn may_be_unit(&self) -> bool {
        matches!(self.glyph, "\"" | "''" | "'" | "´")
            && self.before.is_some_and(char::is_numeric)
            && matches!(self.side, Side::Closes | Side::Inside)
    }

    /// Tells whether it may be the apostrophe of a name that ends in an s: "Hans' Haus".
    fn may_be_genitive(&self) -> bool {
        !self.is_double
            && self.side == Side::Closes
            && self.before.is_some_and(|c| "sßxzSXZ".contains(c))
            && self.after == Some(' ')
    }

    /// Returns what a double mark should be, if known.
    fn double(&self, is_open: bool, next: Next) -> Option<&'static str> {
        match self.side {
            Side::Opens => Some("„"),
            Side::Closes | Side::Inside if self.may_be_unit() => {
                (is_open && !next.closes && self.side == Side::Closes).then_some("“")
            }
            Side::Closes => Some("“"),
            Side::Inside if is_open => Some("“"),
            Side::Inside => next.closes.then_some("„"),
            Side::Alone => is_open.then_some("“"),
        }
    }

    /// Returns what a single mark should be, if known.
    fn single(&self, is_open: bool, next: Next) -> Option<&'static str> {
        let is_apostrophe = matches!(self.glyph, "'" | "’" | "‘" | "´" | "`" | "‛");
        let apostrophe = is_apostrophe.then_some("’");
        match self.side {
            Side::Opens if self.is_clipped => apostrophe,
            Side::Opens if next.may_close => Some("‚"),
            Side::Inside if self.may_be_unit() && self.after.is_some_and(char::is_numeric) => None,
            Side::Inside => apostrophe,
            Side::Closes if is_open && self.is_sure() => Some("‘"),
            Side::Closes if is_open && !next.closes => Some("‘"),
            Side::Closes if self.may_be_unit() => None,
            Side::Closes if self.before.is_some_and(char::is_alphabetic) => apostrophe,
            Side::Opens | Side::Closes | Side::Alone => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    fn changed(source: &str) -> String {
        let mut text = Text::new(source);
        text.apply(&find(source));
        text.as_str().to_owned()
    }

    #[test]
    fn marks_become_those_of_german_print() {
        let cases = [
            ("\"Ja\", sagte sie.", "„Ja“, sagte sie."),
            ("Er rief: \"Halt!\"", "Er rief: „Halt!“"),
            ("Er rief:\"Halt!\" Und ging.", "Er rief:„Halt!“ Und ging."),
            ("“Yes,” she said.", "„Yes,“ she said."),
            ("”Ja”, sagte sie.", "„Ja“, sagte sie."),
            ("»Nein«, sagte er.", "„Nein“, sagte er."),
            ("«Oui», sagte er.", "„Oui“, sagte er."),
            ("„Ja\", sagte sie.", "„Ja“, sagte sie."),
            ("„Ja”, sagte sie.", "„Ja“, sagte sie."),
            (",,Gut so\", sagte sie.", "„Gut so“, sagte sie."),
            ("''Gut so'', sagte sie.", "„Gut so“, sagte sie."),
            ("Der \"Bild\"-Bericht", "Der „Bild“-Bericht"),
            ("Die Anti-\"Atom\"-Bewegung", "Die Anti-„Atom“-Bewegung"),
            ("(\"Ja\") und [\"Nein\"]", "(„Ja“) und [„Nein“]"),
            (
                "\"...und dann?\" - \"Nichts...\"",
                "„...und dann?“ - „Nichts...“",
            ),
            ("\"[Wir] sind da.\"", "„[Wir] sind da.“"),
            (
                "\"Er sagte 'Nein' und ging.\"",
                "„Er sagte ‚Nein‘ und ging.“",
            ),
            ("\"Er sagte: 'Nein!'\"", "„Er sagte: ‚Nein!‘“"),
            ("‘Yes,’ she said.", "‚Yes,‘ she said."),
            ("›Ja‹, sagte sie.", "‚Ja‘, sagte sie."),
            ("\"Ja\" und\n\"Nein\"", "„Ja“ und\n„Nein“"),
            ("Wort\"Wort\" Wort", "Wort„Wort“ Wort"),
            ("\"Ja \" sagte sie.", "„Ja “ sagte sie."),
        ];
        for (source, clean) in cases {
            assert_eq!(changed(source), clean, "{source:?}");
            assert_eq!(changed(clean), clean, "{clean:?}");
        }
    }

    #[test]
    fn apostrophes_are_no_quotation_marks() {
        let cases = [
            (
                "Wie geht's? Gab`s was? Mach´s gut",
                "Wie geht’s? Gab’s was? Mach’s gut",
            ),
            ("L'Aquila und O‘Neill", "L’Aquila und O’Neill"),
            ("Hans' Haus und Max' Hund", "Hans’ Haus und Max’ Hund"),
            (
                "Das ist 'ne Wucht, 's ist so.",
                "Das ist ’ne Wucht, ’s ist so.",
            ),
            ("die '68er und die 90'er", "die ’68er und die 90’er"),
            (
                "'Das ist Hans' Haus', sagte er.",
                "‚Das ist Hans’ Haus‘, sagte er.",
            ),
            (
                "Er sagte 'Das war's' und ging.",
                "Er sagte ‚Das war’s‘ und ging.",
            ),
            ("'Das ist was' und 'mehr'", "‚Das ist was‘ und ‚mehr‘"),
        ];
        for (source, clean) in cases {
            assert_eq!(changed(source), clean, "{source:?}");
            assert_eq!(changed(clean), clean, "{clean:?}");
        }
    }

    #[test]
    fn units_code_and_doubtful_marks_stay() {
        let cases = [
            "ein 27\" Monitor und 15,6\" im Laptop",
            "Er ist 5' 10\" groß, bei 48° 12' 30\" Nord.",
            "6'2\" groß",
            "Er setzte x = \"y\" ein.",
            "{\"id\": \"a1\"}",
            "<a href=\"seite.html\">",
            "Mit `print(\"Ja\")` geht es.",
            "printf(\"Ja\\n\")",
            "Der Befehl --name=\"Köln\" \"Bonn\"",
            "« Zurück » Weiter",
            "» Mehr",
            "Ja,, nein,,, doch",
            "ein \" allein und ' auch",
            "\"\"",
            "10′ 30″",
            "",
        ];
        for text in cases {
            assert_eq!(changed(text), text);
        }
    }

    #[test]
    fn an_inch_within_a_quotation_does_not_close_it() {
        assert_eq!(
            changed("\"Der 27\" Monitor ist gut\", sagte er."),
            "„Der 27\" Monitor ist gut“, sagte er."
        );
        assert_eq!(
            changed("\"Wir sind im Jahr 1990\", sagte er."),
            "„Wir sind im Jahr 1990“, sagte er."
        );
        assert_eq!(
            changed("\"Im Jahr 1990\" und \"in Köln\""),
            "„Im Jahr 1990“ und „in Köln“"
        );
    }

    #[test]
    fn a_mark_quotes_the_one_it_was() {
        let mut text = Text::new("Sie sagte ,,Ja''.");
        let changes = find(text.as_str());
        text.apply(&changes);
        assert_eq!(text.as_str(), "Sie sagte „Ja“.");
        let start = text.as_str().find('„').unwrap();
        let end = text.as_str().find('.').unwrap();
        assert_eq!(text.quote(Span::new(start, end)), ",,Ja''");
    }
}
