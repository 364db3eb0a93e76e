//! HTML character references: "&uuml;", "&#252;", "&#xFC;", and those that were escaped twice.
//!
//! A name needs its semicolon, so "R&D" and "?a=1&copy=2" stay. As in browsers, the names of Latin-1 letters
//! count without it ("M&uumlller"), and so do names that spell nothing else ("20&nbsp000"). Other signs do if no
//! letter follows ("&pound 5"), or a capital where words begin ("&ampCo"); never in an address. References that stand
//! for no character ("&#0;", a surrogate, an unknown name) stay too. Numbers from 128 to 159 mean Windows-1252, as
//! in browsers.

use std::borrow::Cow;
use std::sync::LazyLock;

use blattwerk_core::{Change, Span};
use encoding_rs::WINDOWS_1252;

const LONGEST_NAME: usize = 31;

/// Letters that count without a semicolon. "eth" and "thorn" do not, since words start so.
const LETTERS: &[&str] = &[
    "AElig", "Aacute", "Acirc", "Agrave", "Aring", "Atilde", "Auml", "Ccedil", "Eacute", "Ecirc",
    "Egrave", "Euml", "Iacute", "Icirc", "Igrave", "Iuml", "Ntilde", "Oacute", "Ocirc", "Ograve",
    "Oslash", "Otilde", "Ouml", "Uacute", "Ucirc", "Ugrave", "Uuml", "Yacute", "aacute", "acirc",
    "aelig", "agrave", "aring", "atilde", "auml", "ccedil", "eacute", "ecirc", "egrave", "euml",
    "iacute", "icirc", "igrave", "iuml", "ntilde", "oacute", "ocirc", "ograve", "oslash", "otilde",
    "ouml", "szlig", "uacute", "ucirc", "ugrave", "uuml", "yacute", "yuml",
];

/// Signs that count without a semicolon whatever follows, since no word has their names in it.
const UNLIKE_WORDS: &[&str] = &[
    "bdquo", "brvbar", "curren", "frac12", "frac14", "frac34", "hellip", "iexcl", "iquest",
    "laquo", "ldquo", "lsaquo", "lsquo", "mdash", "middot", "nbsp", "ndash", "ordf", "ordm",
    "plusmn", "raquo", "rdquo", "rsaquo", "rsquo", "sbquo", "sup1", "sup2", "sup3",
];

/// Signs that count without a semicolon if no letter follows their names.
const SIGNS: &[&str] = &[
    "AMP", "COPY", "GT", "LT", "QUOT", "REG", "THORN", "amp", "bull", "copy", "deg", "euro", "gt",
    "lt", "quot", "reg", "sect", "shy", "uml",
];

/// The same for names that are words or abbreviations as well, so that no letter may stand before them either.
const WORDS: &[&str] = &[
    "acute", "cedil", "cent", "divide", "eth", "macr", "micro", "not", "para", "pound", "thorn",
    "times", "yen",
];

/// Those that stand where a word begins, so that a capital may follow.
const OPENING: &[&str] = &["AMP", "QUOT", "amp", "deg", "quot"];

/// The names defined by HTML in byte order, each with what it stands for.
static NAMES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    include_str!("entities.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, codes) = line.split_once('\t')?;
            let codes = codes.split(' ');
            let text = codes.map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
            Some((name, text.collect::<Option<String>>()?))
        })
        .collect()
});

pub(super) fn find(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut done = 0;
    for start in memchr::memchr_iter(b'&', text.as_bytes()) {
        if start < done {
            continue;
        }
        let Some(rest) = text.get(start + 1..) else {
            continue;
        };
        let Some((mut with, mut len)) = reference(rest).or_else(|| {
            let before = text.get(..start).unwrap_or_default();
            open_reference(rest, before).filter(|_| !is_address(before))
        }) else {
            continue;
        };
        // "&amp;uuml;" was escaped twice: the "&" it stands for starts the next reference.
        while with == "&"
            && let Some(inner) = rest.get(len..)
            && let Some((inner, inner_len)) = reference(inner).or_else(|| open_reference(inner, ""))
        {
            with = inner;
            len += inner_len;
        }
        done = start + 1 + len;
        changes.push(Change::replace(Span::new(start, done), with));
    }
    changes
}

/// Reads a reference after its "&": what it stands for, and its length.
fn reference(rest: &str) -> Option<(Cow<'static, str>, usize)> {
    if let Some(number) = rest.strip_prefix('#') {
        return numeric(number).map(|(c, len)| (c.to_string().into(), len + 1));
    }
    let len = rest
        .bytes()
        .take(LONGEST_NAME + 1)
        .position(|byte| !byte.is_ascii_alphanumeric())?;
    let (name, behind) = rest.split_at_checked(len)?;
    if !behind.starts_with(';') {
        return None;
    }
    let index = NAMES.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some((NAMES.get(index)?.1.as_str().into(), len + 1))
}

/// Reads a reference without its semicolon: what it stands for, and its length.
fn open_reference(rest: &str, before: &str) -> Option<(Cow<'static, str>, usize)> {
    let starts = |name: &&&str| rest.starts_with(**name);
    let is_sign = |name: &&&str| {
        let behind = rest.strip_prefix(**name);
        behind.is_some_and(|behind| is_over(name, behind, before))
    };
    let name = LETTERS
        .iter()
        .chain(UNLIKE_WORDS)
        .find(starts)
        .or_else(|| SIGNS.iter().find(is_sign))
        .or_else(|| {
            let is_apart = !before.ends_with(char::is_alphabetic);
            WORDS.iter().find(is_sign).filter(|_| is_apart)
        })?;
    let index = NAMES.binary_search_by_key(name, |(name, _)| name).ok()?;
    Some((NAMES.get(index)?.1.as_str().into(), name.len()))
}

/// Tells whether the name of a sign ends where the text goes on.
fn is_over(name: &str, behind: &str, before: &str) -> bool {
    let Some(next) = behind.chars().next() else {
        return true;
    };
    let is_assigned = || {
        behind
            .trim_start_matches(char::is_alphanumeric)
            .starts_with('=')
    };
    match next {
        '=' | ';' | '&' => false,
        _ if next.is_numeric() => !is_assigned(),
        _ if !next.is_alphabetic() => true,
        _ if next.is_uppercase() && OPENING.contains(&name) => true,
        _ => match name {
            "amp" => LETTERS.iter().any(|letter| behind.starts_with(letter)),
            "micro" => is_unit(behind),
            // A capital in the middle of a word is none.
            "shy" => next.is_lowercase() && before.ends_with(char::is_lowercase),
            // "&quotja"
            "quot" => next.is_lowercase() && !before.ends_with(char::is_alphanumeric),
            _ => false,
        },
    }
}

/// Tells whether a text starts with a unit of one letter, as in "µm".
fn is_unit(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| "mgslAFV".contains(c))
        && !chars.next().is_some_and(char::is_alphanumeric)
}

/// Tells whether a text ends inside an address, where "&" separates parameters.
fn is_address(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || "<>\"„“".contains(c))
        .next()
        .unwrap_or_default();
    word.contains("://") || word.starts_with("www.") || word.contains(['?', '='])
}

/// Reads a number and its semicolon after "&#". The semicolon may be missing.
fn numeric(number: &str) -> Option<(char, usize)> {
    let hex = number.strip_prefix(['x', 'X']);
    let (digits, radix) = hex.map_or((number, 10), |digits| (digits, 16));
    let len = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let (digits, behind) = digits.split_at_checked(len)?;
    let is_closed = behind.starts_with(';');
    if !is_closed && radix == 16 {
        return open_hexadecimal(digits);
    }
    if len > 8 || !is_closed && len < 2 {
        return None;
    }
    let c = character(u32::from_str_radix(digits, radix).ok()?)?;
    Some((c, usize::from(radix == 16) + len + usize::from(is_closed)))
}

/// Reads a hexadecimal number without its semicolon, with the length of its "x". The letters of the word that follows
/// may be digits too ("&#xFCber"), so only numbers of Latin letters and of punctuation count.
fn open_hexadecimal(digits: &str) -> Option<(char, usize)> {
    let read = |len: usize| {
        let code = u32::from_str_radix(digits.get(..len)?, 16).ok()?;
        let is_usual = matches!(code, 0x20..=0x7E | 0x80..=0x17F | 0x2010..=0x2044 | 0x20AC);
        let c = character(code).filter(|_| is_usual)?;
        Some((c, 1 + len))
    };
    let starts_word = |rest: &str| rest.is_empty() || rest.starts_with(char::is_lowercase);
    read(4).or_else(|| read(2).filter(|_| digits.get(2..).is_some_and(starts_word)))
}

/// Returns the character of a number, if it is one of a text.
fn character(code: u32) -> Option<char> {
    let c = match u8::try_from(code) {
        Ok(byte @ 0x80..=0x9F) => WINDOWS_1252
            .decode_without_bom_handling(&[byte])
            .0
            .chars()
            .next()?,
        _ => char::from_u32(code)?,
    };
    (!c.is_control() || c.is_whitespace()).then_some(c)
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn references_become_their_characters() {
        let cases = [
            (
                "M&uuml;ller &amp; S&#246;hne &#x2013; K&Ouml;LN",
                "Müller & Söhne – KÖLN",
            ),
            ("F&amp;uuml;r &amp;amp;quot;alle&amp;#34;", "Für \"alle\""),
            ("&bdquo;Ja&ldquo;&nbsp;&hellip;", "„Ja“\u{A0}…"),
            ("&#150; &#132;alt&#147; &#128;", "– „alt“ €"),
            ("&#8222Nein&#8220 &#8222;Doch&#8220;", "„Nein“ „Doch“"),
            ("R&D, A & B, AT&T; Q&A &", "R&D, A & B, AT&T; Q&A &"),
            ("?a=1&copy=2&amp=3&uuml", "?a=1&copy=2&amp=3&uuml"),
            (
                "&#0; &#x110000; &#xD800; &#; &#x; &#1 &unbekannt;",
                "&#0; &#x110000; &#xD800; &#; &#x; &#1 &unbekannt;",
            ),
            (
                "M&uumlller im Caf&eacute, Stra&szlige",
                "Müller im Café, Straße",
            ),
            ("Gr&ouml&szlige, &Uumlber, SPÖ&Ouml", "Größe, Über, SPÖÖ"),
            (
                "100&nbsp Euro, Meyer &amp Co, &sect 5",
                "100\u{A0} Euro, Meyer & Co, § 5",
            ),
            ("F&amp;uumlr", "Für"),
            (
                "https://www.beispiel.de/?x=1&auml=2&uuml www.beispiel.de/a&ouml",
                "https://www.beispiel.de/?x=1&auml=2&uuml www.beispiel.de/a&ouml",
            ),
            (
                "EPFL&ETH, Recht&ethik, A&notar, Ton&regie, B&ample, Rad&euros",
                "EPFL&ETH, Recht&ethik, A&notar, Ton&regie, B&ample, Rad&euros",
            ),
            (
                "&quotJa&quot, &bdquoNein&ldquo und &laquoDoch&raquo &ndash f&ampuumlr 9&nbspEuro",
                "\"Ja\", „Nein“ und «Doch» – für 9\u{A0}Euro",
            ),
            (
                "B&ampC, 8 &euro, 5&degC, dann&hellip!",
                "B&C, 8 €, 5°C, dann…!",
            ),
            (
                "s&#xFC&#xDF, f&#xFCr, &#xFCber, &#x201Eeben&#x201C, &#x20AC 5, M&#x00FCll",
                "süß, für, über, „eben“, € 5, Müll",
            ),
            (
                "20&nbsp000, am&nbsp8. Mai, Bundes&shyrat, 3&times4 m&sup2, 5&frac12Liter",
                "20\u{A0}000, am\u{A0}8. Mai, Bundes\u{AD}rat, 3×4 m², 5½Liter",
            ),
            (
                "10 &pound, 3 &cent; &yen 5, &sect5, &copy2024, 2 &times 3, 5 &microm &plusmn1",
                "10 £, 3 ¢ ¥ 5, §5, ©2024, 2 × 3, 5 µm ±1",
            ),
            (
                "&QUOTJa&QUOT, A &AMP B, &iquestQu&eacute? 1&ordm, &quotnein&quot",
                "\"Ja\", A & B, ¿Qué? 1º, \"nein\"",
            ),
            (
                "A&notiz, Tee&para, Rock&times, Mark&cent, B&shyness, Q&quote, 5 &micromax",
                "A&notiz, Tee&para, Rock&times, Mark&cent, B&shyness, Q&quote, 5 &micromax",
            ),
            (
                "a&copy2=3, &#xZ, &#xF, &#xFFFF, &#xD800",
                "a&copy2=3, &#xZ, &#xF, &#xFFFF, &#xD800",
            ),
            ("&&amp;&", "&&&"),
            ("5 &lt; 7 &AMP; 3", "5 < 7 & 3"),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }

    #[test]
    fn every_name_of_the_list_is_found() {
        assert_eq!(NAMES.len(), 2125);
        assert!(NAMES.is_sorted(), "the list is in byte order");
        assert!(NAMES.iter().all(|(name, _)| name.len() <= LONGEST_NAME));
    }
}
