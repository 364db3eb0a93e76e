//! Splits German text into tokens, as the `GermEval` 2014 corpus does.
//!
//! A token is a word, a number or a mark. Hyphen compounds (`NATO-Treffen`), words joined by a slash
//! (`CDU/CSU`), abbreviations and ordinals with their full stop (`z.B.`, `23.`), numbers with separators
//! (`1.000,5`, `10:30`) and web addresses are one token; quotes, brackets and the full stop that ends a sentence
//! are tokens of their own.
//!
//! The text is read once, from left to right, and nothing is copied, so the cost per byte does not depend on the
//! length of a line.

use std::ops::Range;

use crate::letters;

/// Words that keep their full stop, listed without it. Single letters, roman numerals and numbers of one or two digits
/// keep theirs by rule.
const ABBREVIATIONS: &[&str] = &[
    "Abb", "Abs", "Abt", "Art", "Aufl", "Az", "Bd", "Bde", "Best", "Bhf", "Bsp", "Chr", "Co",
    "Corp", "Dipl", "Dr", "Dres", "Fa", "Fam", "Forts", "Fr", "Frhr", "Gebr", "Gen", "Hbf", "Hl",
    "Hr", "Hrn", "Hrsg", "Inc", "Ing", "Inh", "Jg", "Jh", "Jhd", "Jr", "Kap", "Lt", "Ltd", "Mag",
    "Med", "Mio", "Mr", "Mrd", "Mrs", "Ms", "Nr", "Nrn", "Obb", "Pfd", "Pl", "Prof", "Reg", "Rep",
    "Sen", "Sgt", "Skt", "Sr", "St", "Std", "Str", "Tel", "Univ", "Verf", "Vgl", "Vol", "Ziff",
    "Zit", "abb", "abs", "allg", "amerik", "bes", "betr", "bspw", "bzgl", "bzw", "ca", "dgl", "dt",
    "ebd", "ehem", "eigtl", "einschl", "engl", "entspr", "etc", "evtl", "exkl", "ff", "franz",
    "frz", "geb", "gegr", "gest", "ggf", "griech", "hrsg", "inkl", "insb", "insbes", "ital", "jap",
    "jr", "jur", "kath", "lat", "lfd", "max", "med", "min", "mind", "nat", "niederl", "nr", "od",
    "phil", "pol", "rd", "rel", "russ", "schweiz", "sog", "sogen", "sozial", "span", "spez", "sr",
    "stellv", "str", "tel", "türk", "univ", "urspr", "usf", "usw", "verh", "vgl", "wg", "zit",
    "zzgl", "zzt",
];

/// Returns the byte ranges of the tokens of `text`, in order.
///
/// ```
/// let text = "Am 3. Mai sprach Dr. Kohl („CDU/CSU“).";
/// let tokens: Vec<&str> = blattwerk_core::token::tokens(text).filter_map(|at| text.get(at)).collect();
/// assert_eq!(tokens, ["Am", "3.", "Mai", "sprach", "Dr.", "Kohl", "(", "„", "CDU/CSU", "“", ")", "."]);
/// ```
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// The tokens of a text; see [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// How a character affects its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Letter,
    Digit,
    /// Joins two words if it has letters or digits on both sides.
    Joiner,
    Hyphen,
    Mark,
}

/// The kinds of the ASCII characters.
const ASCII: [Kind; 128] = {
    let mut kinds = [Kind::Mark; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0'..=b'9' => Kind::Digit,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Kind::Letter,
            b'-' => Kind::Hyphen,
            b'.' | b',' | b':' | b'\'' | b'/' | b'&' | b'@' | b'*' | b'+' => Kind::Joiner,
            c if c.is_ascii_whitespace() || c.is_ascii_control() => Kind::Space,
            _ => Kind::Mark,
        };
        byte += 1;
    }
    kinds
};

#[inline]
fn kind(c: char) -> Kind {
    match ASCII.get(c as usize) {
        Some(&kind) => kind,
        None => wide_kind(c),
    }
}

/// Returns the kind of a character beyond ASCII.
fn wide_kind(c: char) -> Kind {
    match c {
        '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{300}'..='\u{36F}' | '\u{FFFD}' => Kind::Letter,
        '\u{2010}' | '\u{2011}' => Kind::Hyphen,
        '’' | '–' => Kind::Joiner,
        '\u{200B}' | '\u{FEFF}' | '\u{2060}' => Kind::Space,
        // Quotation marks and the like.
        '\u{2012}'..='\u{2027}' => Kind::Mark,
        _ if letters::is_alphabetic(c) => Kind::Letter,
        _ if c.is_numeric() => Kind::Digit,
        _ if c.is_whitespace() || c.is_control() => Kind::Space,
        _ => Kind::Mark,
    }
}

/// Whether `joiner` keeps the word together between these two characters.
fn joins(before: char, joiner: char, after: char) -> bool {
    let (left, right) = (kind(before), kind(after));
    let word = |k| matches!(k, Kind::Letter | Kind::Digit);
    match joiner {
        ',' | '–' => left == Kind::Digit && right == Kind::Digit,
        ':' => {
            (left == Kind::Digit && right == Kind::Digit) || (left == Kind::Letter && after == 'i')
        }
        '*' => left == Kind::Letter && after == 'i',
        '.' => word(left) && word(right),
        '\'' | '’' | '/' | '&' | '@' => {
            word(left) && (word(right) || (joiner == '/' && right == Kind::Hyphen))
        }
        _ => false,
    }
}

impl Tokens<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The end of the word that starts at `start`; `first` is its first character.
    fn word_end(&self, start: usize, first: char) -> usize {
        let is_inner = |kind| matches!(kind, Kind::Letter | Kind::Digit | Kind::Hyphen);
        let bytes = self.text.as_bytes();
        let mut before = first;
        let mut end = start + first.len_utf8();
        loop {
            // Most characters of most words are ASCII letters.
            while let Some(&byte) = bytes.get(end)
                && ASCII
                    .get(usize::from(byte))
                    .is_some_and(|&kind| is_inner(kind))
            {
                before = char::from(byte);
                end += 1;
            }
            let mut characters = self.rest(end).chars();
            let Some(c) = characters.next() else {
                return end;
            };
            let goes_on = match kind(c) {
                Kind::Joiner => characters
                    .next()
                    .is_some_and(|after| joins(before, c, after)),
                other => is_inner(other),
            };
            if !goes_on {
                return end;
            }
            before = c;
            end += c.len_utf8();
        }
    }

    /// Adds the full stop at `end` to the word when it belongs to it.
    fn with_stop(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        if bytes.get(end) != Some(&b'.') || bytes.get(end + 1) == Some(&b'.') {
            return end;
        }
        let word = self.text.get(start..end).unwrap_or_default();
        let stop = end + 1;
        let last = || {
            self.rest(stop)
                .trim_start()
                .trim_start_matches(['"', '“', ')', '»'])
                .is_empty()
        };
        if keeps_stop(word) && (!word.bytes().all(|b| b.is_ascii_digit()) || !last()) {
            // "um 17. Er": a number before a new sentence is rare enough to be left to the splitter.
            stop
        } else {
            end
        }
    }
}

fn keeps_stop(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next();
    if letters.next().is_none() {
        return first.is_some_and(|c| c.is_alphabetic() || c.is_ascii_digit());
    }
    if word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    if word.len() <= 5 && word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X')) {
        return true;
    }
    // "z.B", "u.a", "e.V", "U.S": single letters with stops between them.
    if word.contains('.') {
        return word
            .split('.')
            .all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    }
    let tail = word.rsplit('-').next().unwrap_or(word);
    ABBREVIATIONS.binary_search(&tail).is_ok()
}

/// The length of the web or mail address at the start of `text`, 0 when there is none.
fn address_len(text: &str) -> usize {
    let starts = ["http://", "https://", "www."]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    if !starts {
        return 0;
    }
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '<' | '>' | ')' | ']'))
        .unwrap_or(text.len());
    text.get(..end).map_or(0, |found| {
        found
            .trim_end_matches(['.', ',', ';', ':', '!', '?', '\''])
            .len()
    })
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at)
            && ASCII.get(usize::from(byte)) == Some(&Kind::Space)
        {
            self.at += 1;
        }
        let (skipped, first) = self
            .rest(self.at)
            .char_indices()
            .find(|&(_, c)| kind(c) != Kind::Space)?;
        let start = self.at + skipped;
        let second_kind = || {
            let second = self.rest(start + first.len_utf8()).chars().next();
            second.map_or(Kind::Space, kind)
        };
        let end = match kind(first) {
            Kind::Letter if matches!(first, 'h' | 'w') && address_len(self.rest(start)) > 0 => {
                start + address_len(self.rest(start))
            }
            Kind::Letter | Kind::Digit => self.with_stop(start, self.word_end(start, first)),
            Kind::Hyphen if matches!(second_kind(), Kind::Letter | Kind::Digit) => {
                self.word_end(start, first)
            }
            Kind::Joiner if first == '@' && second_kind() == Kind::Letter => {
                self.word_end(start, first)
            }
            _ => {
                let run = matches!(first, '.' | '-' | '!' | '?' | '=' | '*' | '_');
                let more = if run {
                    self.rest(start).chars().take_while(|&c| c == first).count()
                } else {
                    1
                };
                start + first.len_utf8() * more
            }
        };
        self.at = end;
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).filter_map(|at| text.get(at)).collect()
    }

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted(), "binary search needs order");
    }

    #[test]
    fn text_is_cut_as_in_the_training_files() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("  \n ", &[]),
            ("Das ist gut.", &["Das", "ist", "gut", "."]),
            ("\"Bild\"-Zeitung", &["\"", "Bild", "\"", "-Zeitung"]),
            (
                "Wirtschafts- und Sozialpolitik",
                &["Wirtschafts-", "und", "Sozialpolitik"],
            ),
            (
                "Das NATO-Treffen - heute",
                &["Das", "NATO-Treffen", "-", "heute"],
            ),
            ("z.B. die CDU/CSU", &["z.B.", "die", "CDU/CSU"]),
            ("am 23. Mai 2009.", &["am", "23.", "Mai", "2009", "."]),
            ("Es war der 23.", &["Es", "war", "der", "23", "."]),
            (
                "1.000,5 km/h, 10:30 Uhr",
                &["1.000,5", "km/h", ",", "10:30", "Uhr"],
            ),
            ("Ludwig XIV. kam", &["Ludwig", "XIV.", "kam"]),
            ("50% der 7€", &["50", "%", "der", "7", "€"]),
            ("gibt's Peel's d'Or", &["gibt's", "Peel's", "d'Or"]),
            ("'Nein', sagte er", &["'", "Nein", "'", ",", "sagte", "er"]),
            (
                "Bürger:innen, Lehrer*innen",
                &["Bürger:innen", ",", "Lehrer*innen"],
            ),
            (
                "siehe www.blick.ch/a.html.",
                &["siehe", "www.blick.ch/a.html", "."],
            ),
            ("Na ja ... oder…", &["Na", "ja", "...", "oder", "…"]),
            ("(1961–1964)", &["(", "1961–1964", ")"]),
            ("Prof. Dr. Müller e.V.", &["Prof.", "Dr.", "Müller", "e.V."]),
            ("Ende.Anfang", &["Ende.Anfang"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&cut(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_visible_character_is_in_one_token() {
        for text in [
            "a😀b \u{301}x",
            "...--''\"\"",
            "@ @x #y",
            "\u{FEFF}Über\u{AD}gang\u{200B}!",
        ] {
            let mut end = 0;
            for at in tokens(text) {
                assert!(
                    at.start >= end && at.end > at.start,
                    "in order, not empty: {text:?}"
                );
                let between = text.get(end..at.start).unwrap();
                assert!(
                    between.chars().all(|c| kind(c) == Kind::Space),
                    "only space between: {text:?}"
                );
                end = at.end;
            }
        }
    }
}
