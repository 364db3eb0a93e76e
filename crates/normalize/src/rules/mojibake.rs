//! Mojibake: UTF-8 that was decoded as Windows-1252, Latin-1, Latin-9, Windows-1250, 1251 or 1253, Mac Roman or the
//! code pages 437 and 850 of DOS, once or twice.
//!
//! A character of two to four bytes then appears as two to four characters: "ü" as "Ã¼", "„" as "â€ž". Such a
//! sequence can also be correct text ("NESTLÉ®", "4288×…"), so being decodable is no evidence in itself. Each
//! sequence is judged by what it would become and by its neighbours; a doubtful one is only decoded in a text
//! that has a certain one. Characters of the C1 range are Windows-1252 decoded as Latin-1.
//!
//! What is lost (U+FFFD) stays lost. Where a control character was dropped and half a letter is left (`StraÃe`,
//! `Åukasz`), it is completed if only one letter can stand there and the text is broken elsewhere.

use std::sync::LazyLock;

use blattwerk_core::{Change, Span};
use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253};

use super::scan::{NonAscii, char_at, char_before};

/// The encodings that UTF-8 is mistaken for, the most common first.
static CODECS: LazyLock<Vec<Codec>> = LazyLock::new(|| {
    let western: [Codec; WESTERN] = [WINDOWS_1252, WINDOWS_1250, MACINTOSH].map(Codec::new);
    let dos: [Codec; DOS] = [CODE_PAGE_850, CODE_PAGE_437].map(Codec::of_upper_half);
    let other = [WINDOWS_1253, WINDOWS_1251].map(Codec::new);
    western.into_iter().chain(dos).chain(other).collect()
});
const WESTERN: usize = 3;
const DOS: usize = 2;

/// Returns the encodings in which a character may start a sequence.
fn codecs(lead: char) -> &'static [Codec] {
    let all = CODECS.as_slice();
    let some = match lead {
        // The code pages of DOS have lines to draw boxes with where others have letters.
        '├' | '┬' | '─' | '┼' | 'Ô' => all.get(..WESTERN + DOS),
        'Γ' | 'β' => all.get(..=WESTERN + DOS),
        'Г' | 'в' => all.get(WESTERN + DOS + 1..),
        _ => all.get(..WESTERN),
    };
    some.unwrap_or_default()
}

/// The characters from 0x80 on of the code page of DOS for Western Europe.
const CODE_PAGE_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";
/// The same of the one for the United States.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

pub(super) fn find(text: &str) -> Vec<Change> {
    let mut units: Vec<Unit> = Vec::new();
    let mut done = 0;
    for (at, c) in NonAscii::of(text) {
        let end = at + c.len_utf8();
        // A broken character is two that are not ASCII, so most umlauts of correct text are skipped here.
        let is_alone = text.as_bytes().get(end).is_none_or(u8::is_ascii);
        if at < done || is_alone && !may_stand_alone(c) {
            continue;
        }
        let before = units
            .last()
            .filter(|unit| unit.span.end == at && unit.trust != Trust::No)
            .and_then(|unit| unit.with.chars().next_back())
            .or_else(|| char_before(text, at));
        if let Some(unit) = Unit::read(text, at, c, before) {
            done = unit.span.end;
            units.push(unit);
        }
    }
    settle_runs(&mut units);
    settle_halves(text, &mut units);
    let is_broken = units.iter().any(|unit| unit.trust == Trust::Sure);
    units
        .into_iter()
        .filter(|unit| unit.trust == Trust::Sure || is_broken && unit.trust == Trust::Doubtful)
        .map(|unit| Change::replace(unit.span, unit.with))
        .collect()
}

/// A sequence that may be one broken character.
#[derive(Debug)]
struct Unit {
    span: Span,
    with: String,
    trust: Trust,
}

/// How likely a sequence is to be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// It cannot be correct text.
    Sure,
    /// It probably is, but such text exists.
    Doubtful,
    /// It is half of a letter of a name if another one of Eastern Europe is broken, and no umlaut is right.
    Foreign,
    /// It is broken if at least this many occur in a row.
    Run(usize),
    /// It is as plausible as what it would become.
    No,
}

impl Unit {
    /// Tells whether it completes half a letter to this one.
    fn is_half_with(&self, with: &str) -> bool {
        self.span.end - self.span.start == 'Ã'.len_utf8() && self.with == with
    }

    /// Reads the sequence that a character starts; `before` is the character before it, repaired if it was broken.
    fn read(text: &str, at: usize, c: char, before: Option<char>) -> Option<Self> {
        let unit = |end, with: char, trust| {
            let with = with.to_string();
            Some(Self {
                span: Span::new(at, end),
                with,
                trust,
            })
        };
        let end = at + c.len_utf8();
        // A line end of mainframes, where an ellipsis would follow a sentence that is over.
        let is_line_end = c == '\u{85}'
            && before.is_some_and(|c| ".!?“”\"«»".contains(c))
            && char_at(text, end).is_some_and(|c| c.is_uppercase() || "„“\"«»".contains(c));
        if is_line_end {
            return None;
        }
        if is_c1(c) {
            let with = windows_1252(c)?;
            return unit(end, with, Trust::Sure);
        }
        for codec in codecs(c) {
            let rest = text.get(at..)?;
            if let Some((with, len)) = codec.read_twice(rest).filter(|&(c, _)| is_usual(c)) {
                return unit(at + len, with, Trust::Sure);
            }
            if let Some((with, len)) = codec.read_once(rest) {
                // The next one may be broken as well.
                let behind = text.get(at + len..)?;
                let after = codec.read_once(behind).map(|(after, _)| after);
                let last = char_before(text, at + len)?;
                let line = text.get(..at)?.rsplit('\n').next().unwrap_or_default();
                let sequence = Sequence {
                    lead: c,
                    last,
                    before,
                    after: after
                        .filter(|c| c.is_alphabetic())
                        .or_else(|| behind.chars().next()),
                    may_close: match last {
                        '‘' | '’' => line.contains(['‚', '‘', '›', '\'']),
                        '“' | '”' => line.contains(['„', '“', '”', '"']),
                        _ => false,
                    },
                };
                let trust = sequence.trust(with);
                if trust != Trust::No {
                    // A C1 character in UTF-8 was Windows-1252 once more.
                    let with = windows_1252(with).unwrap_or(with);
                    return unit(at + len, sequence.in_latin_9(with).unwrap_or(with), trust);
                }
            }
        }
        let after = char_at(text, end);
        match (c, after) {
            // The no-break space that is half of a letter or a space became a plain one.
            ('Ã', Some(' ')) if before.is_some_and(char::is_lowercase) => {
                unit(end, 'à', Trust::Sure)
            }
            ('Ã', Some(' ')) if is_lone_a(before, text.get(end..)?) => Some(Self {
                span: Span::new(at, end + 1),
                with: if text.get(end..)?.starts_with("  ") {
                    "à"
                } else {
                    "à "
                }
                .to_owned(),
                trust: Trust::Sure,
            }),
            ('Å', Some(' ')) if !before.is_some_and(char::is_alphabetic) => {
                let is_name = char_at(text, end + 1).is_some_and(|c| c.is_ascii_lowercase());
                let trust = if is_name { Trust::Foreign } else { Trust::No };
                unit(end + 1, 'Š', trust)
            }
            ('Â', Some(' ')) if !before.is_some_and(char::is_uppercase) => Some(Self {
                span: Span::new(at, end),
                with: String::new(),
                trust: match before {
                    Some(' ') => Trust::Doubtful,
                    _ => Trust::Sure,
                },
            }),
            // Windows-1252 has no character for the last byte of ”.
            ('â', Some('€')) => {
                let end = end + '€'.len_utf8();
                if char_at(text, end) == Some('\u{FFFD}') {
                    unit(end + '\u{FFFD}'.len_utf8(), '\u{FFFD}', Trust::Sure)
                } else {
                    unit(end, '”', Trust::Sure)
                }
            }
            ('Ã' | 'Å' | 'Ä', _) => {
                let (with, trust) = completed(c, before, text.get(end..)?)?;
                unit(end, with, trust)
            }
            _ => None,
        }
    }
}

/// Tells whether the no-break space that is half of the word "à" became a plain one.
fn is_lone_a(before: Option<char>, behind: &str) -> bool {
    !before.is_some_and(char::is_alphabetic)
        && (behind.starts_with("  ") || behind.starts_with(" la "))
}

/// Starts of words after the capital of which only the first half is left.
const AFTER_CAPITAL: &[(char, &[&str])] = &[
    ('Ä', &["gypt", "hnlich", "mter", "nder", "rger", "rzt"]),
    ('Ö', &["ffent", "ffn", "kolog", "konom", "sterreich"]),
    ('Ü', &["ber", "brig", "bung"]),
];

/// Completes a letter of which the second half is lost, by what stands around it.
fn completed(half: char, before: Option<char>, behind: &str) -> Option<(char, Trust)> {
    let starts_word = !before.is_some_and(char::is_alphabetic);
    let next = behind.chars().next().filter(char::is_ascii_lowercase)?;
    let is_vowel = "aeio".contains(next);
    match half {
        // All others are capitals but "í", whose second half is a soft hyphen: `GarcÃa`.
        'Ã' if before.is_some_and(char::is_lowercase) => {
            let is_german = before.is_some_and(|c| "aeiouyäöü".contains(c));
            Some((if is_german { 'ß' } else { 'í' }, Trust::Sure))
        }
        'Ã' if starts_word => {
            let fits = |(_, starts): &&(char, &[&str])| {
                starts.iter().any(|start| behind.starts_with(start))
            };
            let (letter, _) = AFTER_CAPITAL.iter().find(fits)?;
            Some((*letter, Trust::Doubtful))
        }
        // In Scandinavian and German words a consonant follows.
        'Å' if starts_word && (is_vowel || next == 'u') => Some(('Ł', Trust::Foreign)),
        'Ä' if starts_word && is_vowel => Some(('Đ', Trust::Foreign)),
        _ => None,
    }
}

fn may_stand_alone(c: char) -> bool {
    matches!(c, 'Ã' | 'Â' | 'Å' | 'Ä') || is_c1(c)
}

fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9F}').contains(&c)
}

/// Returns the character that Windows-1252 has in place of a C1 character, if any.
fn windows_1252(c1: char) -> Option<char> {
    let byte = u8::try_from(c1).ok().filter(|_| is_c1(c1))?;
    let bytes = [byte];
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
    text.chars().next().filter(|&c| !is_c1(c))
}

/// Decides on sequences that only count in a row.
fn settle_runs(units: &mut [Unit]) {
    let in_row = |left: &Unit, right: &Unit| {
        right.span.start - left.span.end <= 1
            && matches!(left.trust, Trust::Run(_))
            && matches!(right.trust, Trust::Run(_))
    };
    for run in units.chunk_by_mut(in_row) {
        let len = run.len();
        for unit in run {
            if let Trust::Run(least) = unit.trust {
                unit.trust = if least <= len { Trust::Sure } else { Trust::No };
            }
        }
    }
}

/// Decides on halves of letters by the other sequences of the text.
fn settle_halves(text: &str, units: &mut [Unit]) {
    let is_eastern = |unit: &Unit| {
        unit.trust == Trust::Sure && unit.with.starts_with(|c| ('Ā'..='ſ').contains(&c))
    };
    let is_foreign = units.iter().any(is_eastern) && !text.contains(['ä', 'ö', 'ü', 'ß']);
    // "groÃ und groÃe": the same half before a space.
    let has_lost = units.iter().any(|unit| unit.is_half_with("ß"));
    for unit in units {
        if unit.trust == Trust::Foreign {
            unit.trust = if is_foreign { Trust::Sure } else { Trust::No };
        } else if has_lost && unit.is_half_with("à") {
            "ß".clone_into(&mut unit.with);
        }
    }
}

/// What a sequence looks like, and its neighbours.
struct Sequence {
    lead: char,
    last: char,
    before: Option<char>,
    after: Option<char>,
    /// Whether its last character may close a quotation that is open on the line.
    may_close: bool,
}

impl Sequence {
    /// Returns the letter in Latin-9, which has other letters in place of some signs, where the one of Windows-1252 is
    /// a capital inside a word in small letters: `FÃŒr`, `spÃ€t`.
    fn in_latin_9(&self, with: char) -> Option<char> {
        let goes_on = self.after.is_some_and(char::is_lowercase);
        let is_small = self.before.is_some_and(char::is_lowercase) || goes_on;
        match (self.lead, with) {
            ('Ã', 'Ì') if is_small => Some('ü'),
            ('Ã', 'À') if is_small && self.before.is_some_and(char::is_alphabetic) => Some('ä'),
            _ => None,
        }
    }

    /// Judges the sequence by the character it would become.
    fn trust(&self, with: char) -> Trust {
        let sure_if = |is_sure| {
            if is_sure {
                Trust::Sure
            } else {
                Trust::Doubtful
            }
        };
        let in_lower = self.before.is_some_and(char::is_lowercase);
        let in_upper = self.before.is_some_and(char::is_uppercase);
        let in_word = self.before.is_some_and(char::is_alphabetic);
        let goes_on = self.after.is_some_and(char::is_alphabetic);
        // After a capital, as in "M…ller".
        let in_name = in_upper && self.after.is_some_and(char::is_lowercase);
        match (with, self.lead) {
            ('\u{80}'..='\u{9F}', 'Â') => {
                sure_if(matches!(self.last, '„') || self.last == '–' && !in_word)
            }
            ('\u{A0}'..='\u{BF}', 'Â') => sure_if(!in_upper),
            // "å" is Scandinavian, and its sequence may just as well be half of something else.
            ('\u{A0}'..='\u{BF}', '¬') | ('å', 'Ã') => Trust::Doubtful,
            ('À'..='ÿ', 'Ã') => match self.last {
                '’' if !in_word => Trust::Doubtful,
                '™' => sure_if(in_word || goes_on),
                // Punctuation that may follow a word of a language with Ã.
                '“' | '”' | '’' | '‘' | '…' | '—' | '›' => sure_if(goes_on),
                '\u{A0}' | '\u{AD}' => sure_if(!in_upper),
                '\u{A1}'..='\u{BF}' => sure_if(!in_upper || goes_on),
                '–' | '„' | '‚' | '†' | '‡' | '‰' | 'ˆ' | '‹' | '˜' | '€' | '•' => {
                    sure_if(in_word || goes_on)
                }
                _ => Trust::Sure,
            },
            ('À'..='ÿ', 'Ă') => sure_if(in_lower || if in_upper { in_name } else { goes_on }),
            ('À'..='ÿ', '√') => {
                let is_term = "π∞∑∏∫Ω≤≥≈∆".contains(self.last);
                sure_if(!is_term && (in_word || goes_on))
            }
            ('Ā'..='ſ', 'Ä' | 'Å' | 'Ĺ') => {
                let starts_name =
                    !in_word && with.is_uppercase() && self.after.is_some_and(char::is_lowercase);
                // What stands inside no word, and so after no letter of one.
                let is_odd = !self.last.is_alphabetic()
                    && !"“”‘’„‚…–—‹›«»™°§·•".contains(self.last)
                    || "ŒœŠšŽžŸƒªºˆ".contains(self.last);
                // "Bő": a capital alone, and no quotation for the second half to close.
                let ends_name = in_upper && with.is_lowercase() && !goes_on && !self.may_close;
                let ends_name = ends_name && matches!(self.last, '‘' | '’' | '“' | '”');
                if in_lower || in_name || starts_name || is_odd && goes_on || ends_name {
                    Trust::Sure
                } else if with.is_uppercase()
                    && (goes_on && (in_upper || !in_word) || in_upper && !self.may_close)
                {
                    Trust::Doubtful
                } else {
                    Trust::No
                }
            }
            // Vietnamese, and the dots below letters of transcribed Arabic and Indic.
            ('\u{1E00}'..='\u{1EFF}', 'á') => sure_if(in_word || goes_on),
            // What the code pages of DOS have here are lines to draw boxes with.
            ('À'..='ÿ' | 'Ā'..='ſ', '├' | '─' | '┼') if in_word || goes_on => Trust::Sure,
            ('Ā'..='ſ', 'ƒ' | '≈') if in_word => sure_if(in_lower || in_name),
            ('Ā'..='ſ', 'ƒ' | '≈') if with.is_uppercase() && goes_on => Trust::Doubtful,
            ('Ș' | 'ș' | 'Ț' | 'ț', 'È') if in_lower || !in_word && goes_on => Trust::Sure,
            // What is Greek or Cyrillic text has such letters on both sides.
            ('À'..='ÿ', 'Γ' | 'Г') if is_latin(self.before) || is_latin(self.after) => {
                Trust::Sure
            }
            ('ə', 'É') if in_lower && goes_on => Trust::Doubtful,
            // The accents of decomposed letters.
            ('\u{300}'..='\u{303}' | '\u{308}' | '\u{30A}' | '\u{30C}' | '\u{327}', 'Ì')
                if in_word =>
            {
                Trust::Sure
            }
            ('Ͱ'..='Ͽ', 'Î' | 'Ï') | ('Ѐ'..='ѿ', 'Ð' | 'Ñ') => Trust::Run(2),
            ('Ͱ'..='ӿ' | 'א'..='ת' | '؀'..='ۿ', _) => Trust::Run(3),
            ('\u{A0}'..='\u{BF}', '┬')
            | ('\u{2010}'..='\u{203A}' | '€' | '™', 'Γ' | 'Ô' | 'β' | 'в')
            | ('\u{2000}'..='\u{27BF}' | '\u{2900}'..='\u{2BFF}', 'â')
            | ('‐'..='›' | '€' | '™' | '←'..='⇿', '‚')
            | (
                '\u{FB00}'..='\u{FB06}' | '\u{FE0E}' | '\u{FE0F}' | '\u{FEFF}' | '\u{FFFD}',
                'ï' | 'Ô',
            )
            | ('\u{1F000}'..='\u{1FAFF}', 'ð' | '\u{F8FF}') => Trust::Sure,
            _ => Trust::No,
        }
    }
}

fn is_latin(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphabetic() && c <= 'ſ')
}

/// Tells whether a character is common in European news, so that decoding twice is plausible.
fn is_usual(c: char) -> bool {
    matches!(c, '\u{A0}'..='ſ' | 'Ͱ'..='Ͽ' | 'Ѐ'..='ѿ' | '‐'..='›' | '€' | '™' | 'ẞ' | '\u{FEFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// A single-byte encoding, inverted: from its characters above ASCII to their bytes.
struct Codec(Vec<(char, u8)>);

impl Codec {
    fn new(encoding: &'static Encoding) -> Self {
        let mut bytes: Vec<(char, u8)> = (0x80..=0xFF)
            .filter_map(|byte| {
                let bytes = [byte];
                let (text, _) = encoding.decode_without_bom_handling(&bytes);
                text.chars().next().map(|c| (c, byte))
            })
            .collect();
        if encoding == WINDOWS_1252 {
            // The same bytes in Latin-1. Both occur in one text.
            bytes.extend((0x80..=0x9F).map(|byte| (char::from(byte), byte)));
        }
        bytes.sort_unstable();
        bytes.dedup();
        Self(bytes)
    }

    /// Reads the characters from 0x80 on.
    fn of_upper_half(characters: &str) -> Self {
        let mut bytes: Vec<(char, u8)> = characters.chars().zip(0x80..=0xFF).collect();
        bytes.sort_unstable();
        Self(bytes)
    }

    fn byte(&self, c: char) -> Option<u8> {
        let index = self.0.binary_search_by_key(&c, |&(c, _)| c).ok()?;
        self.0.get(index).map(|&(_, byte)| byte)
    }

    /// Reads a character at the start of a text, with the length of its sequence.
    fn read_once(&self, text: &str) -> Option<(char, usize)> {
        self.read(&mut chars_with_ends(text))
    }

    /// Reads a character that was broken twice.
    fn read_twice(&self, text: &str) -> Option<(char, usize)> {
        let mut chars = chars_with_ends(text);
        self.read(&mut std::iter::from_fn(|| self.read(&mut chars)))
    }

    /// Reads one UTF-8 character whose bytes are spelled as characters.
    fn read(&self, chars: &mut dyn Iterator<Item = (char, usize)>) -> Option<(char, usize)> {
        let (lead, mut end) = chars.next()?;
        let mut bytes = [self.byte(lead)?, 0, 0, 0];
        let len = match bytes[0] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return None,
        };
        for byte in bytes.iter_mut().take(len).skip(1) {
            let (c, behind) = chars.next()?;
            *byte = self.byte(c).filter(|byte| (0x80..=0xBF).contains(byte))?;
            end = behind;
        }
        let c = std::str::from_utf8(bytes.get(..len)?)
            .ok()?
            .chars()
            .next()?;
        Some((c, end))
    }
}

fn chars_with_ends(text: &str) -> impl Iterator<Item = (char, usize)> {
    text.char_indices().map(|(at, c)| (c, at + c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    fn repaired(source: &str) -> String {
        let mut text = Text::new(source);
        // Each round reads what the one before has made, as the rules do.
        for _ in 0..4 {
            let changes = find(text.as_str());
            text.apply(&changes);
        }
        text.as_str().to_owned()
    }

    #[test]
    fn broken_text_is_repaired() {
        let cases = [
            // Windows-1252
            ("FÃ¼r die BÃ¼rger", "Für die Bürger"),
            ("GroÃŸe Ã„rgernisse", "Große Ärgernisse"),
            ("Ã–sterreich und Ãœbersee", "Österreich und Übersee"),
            ("die SPÃ– und die FPÃ–", "die SPÖ und die FPÖ"),
            ("MÃœNCHEN, KÃ–LN, GRÃ–SSE", "MÜNCHEN, KÖLN, GRÖSSE"),
            ("der Ã–PNV in Ãœ", "der ÖPNV in Ü"),
            ("â€žJaâ€œ, sagte sie", "„Ja“, sagte sie"),
            ("â€žNeinâ€\u{9D}, sagte er", "„Nein”, sagte er"),
            ("â€žNeinâ€, sagte er", "„Nein”, sagte er"),
            ("â€žNeinâ€\u{FFFD}, sagte er", "„Nein\u{FFFD}, sagte er"),
            ("heute â€“ wie gestern â€” nie", "heute – wie gestern — nie"),
            ("Undâ€¦ dann", "Und… dann"),
            ("geht â€™s noch, wieâ€˜s war", "geht ’s noch, wie‘s war"),
            ("â€šinnenâ€˜ und â€¹soâ€º", "‚innen‘ und ‹so›"),
            ("Â»JaÂ« und Â§ 5", "»Ja« und § 5"),
            ("20 Â°C, 5 mÂ², Â½ Liter", "20 °C, 5 m², ½ Liter"),
            ("Â© 2024, MarkeÂ®", "© 2024, Marke®"),
            ("100 â‚¬ und 5 â€°", "100 € und 5 ‰"),
            ("10Â\u{A0}Euro", "10\u{A0}Euro"),
            ("10Â Euro, sagte erÂ .", "10 Euro, sagte er ."),
            ("Â Der Anfang", " Der Anfang"),
            ("AndrÃ© und RenÃ©e im CafÃ©", "André und Renée im Café"),
            ("voilÃ\u{A0} und voilÃ la", "voilà und voilà la"),
            ("GarcÃ\u{AD}a, SeÃ±or, FranÃ§ois", "García, Señor, François"),
            ("SÃ£o Paulo und BogotÃ¡", "São Paulo und Bogotá"),
            ("AngstrÃ¶m und SmÃ¥land", "Angström und Småland"),
            ("Aleksandar VuÄ�iÄ‡", "Aleksandar VuÄ�ić"),
            ("Aleksandar VuÄ\u{8D}iÄ‡", "Aleksandar Vučić"),
            (
                "WrocÅ‚aw und verstÃ¼mmelt ÅÃ³dÅº",
                "Wrocław und verstümmelt Åódź",
            ),
            ("Å\u{81}Ã³dÅº, GdaÅ„sk", "Łódź, Gdańsk"),
            ("ErdoÄŸan in Ä°zmir", "Erdoğan in İzmir"),
            (
                "Traian BÄƒsescu aus TimiÈ™oara",
                "Traian Băsescu aus Timișoara",
            ),
            ("OrbÃ¡n und GyÅ‘r", "Orbán und Győr"),
            ("ÄŒapek und Å\u{A0}koda, Å½iÅ¾ek", "Čapek und Škoda, Žižek"),
            ("DvoÅ™Ã¡k", "Dvořák"),
            ("MuÌˆnchen", "Mu\u{308}nchen"),
            ("STRAáºžE", "STRAẞE"),
            ("ï»¿Anfang", "\u{FEFF}Anfang"),
            ("verloren ï¿½ gegangen", "verloren \u{FFFD} gegangen"),
            ("Danke ðŸ˜€!", "Danke 😀!"),
            ("Herz â\u{9D}¤ï¸\u{8F}", "Herz ❤\u{FE0F}"),
            ("â–º Mehr, â†’ weiter, âœ“", "► Mehr, → weiter, ✓"),
            ("ÐŸÑƒÑ‚Ð¸Ð½", "Путин"),
            ("ÐœÐ¾Ñ\u{81}ÐºÐ²Ð°", "Москва"),
            ("Î‘Î¸Î®Î½Î±", "Αθήνα"),
            // Latin-1
            ("f\u{C3}\u{BC}r gro\u{C3}\u{9F}e", "für große"),
            ("\u{E2}\u{80}\u{9E}Ja\u{E2}\u{80}\u{9C}", "„Ja“"),
            ("\u{84}Ja\u{93} \u{96} nein", "„Ja“ – nein"),
            ("100 \u{80} \u{85}", "100 € …"),
            // twice
            ("fÃƒÂ¼r groÃƒÅ¸e", "für große"),
            (
                "Ãƒâ€“sterreich, Ãƒâ€žrzte, ÃƒÅ“ber",
                "Österreich, Ärzte, Über",
            ),
            ("Ã¢â‚¬Å¾JaÃ¢â‚¬Å“", "„Ja“"),
            ("heute Ã¢â‚¬â€œ morgen", "heute – morgen"),
            ("gehtÃ¢â‚¬â„¢s", "geht’s"),
            ("5 Ã¢â€šÂ¬, Ã‚Â§ 7", "5 €, § 7"),
            ("f\u{C3}\u{83}\u{C2}\u{BC}r", "für"),
            // Windows-1250
            (
                "fĂĽr groĂźe BĂ¤ume in MĂĽnchen",
                "für große Bäume in München",
            ),
            ("â€žJaâ€ś, sagte sie", "„Ja“, sagte sie"),
            ("Ă–sterreich", "Österreich"),
            // Mac Roman
            ("f√ºr gro√üe B√§ume", "für große Bäume"),
            ("√ñsterreich, √Ñrzte, √úber", "Österreich, Ärzte, Über"),
            ("‚ÄûJa‚Äú, sagte sie ‚Äì und", "„Ja“, sagte sie – und"),
            ("100 ‚Ç¨, Caf√©, ¬ß 5", "100 €, Café, § 5"),
            ("f‚àö¬∫r", "für"),
        ];
        for (source, clean) in cases {
            assert_eq!(repaired(source), clean, "{source:?}");
        }
        assert!(60 <= cases.len());
    }

    #[test]
    fn neighbours_may_be_broken_and_encodings_rare() {
        let cases = [
            (
                "Å\u{A0}koda und Å\u{A0}Å¥astnÃ½ in Å\u{81}Ã³dÅº",
                "Škoda und Šťastný in Łódź",
            ),
            (
                "Å½ELEZNÃ\u{9D}, Å˜Ã\u{8D}JEN, ÄŒESKÃ‰",
                "ŽELEZNÝ, ŘÍJEN, ČESKÉ",
            ),
            ("im ÄŒOÄŒO", "im ČOČO"),
            ("HOTEL Å\u{81}Ã“DÅ¹ in Å\u{81}Ã³dÅº", "HOTEL ŁÓDŹ in Łódź"),
            (
                "≈†KODA und ≈Ωilina f√ºr Mlad√°",
                "ŠKODA und Žilina für Mladá",
            ),
            (
                "Ã\u{90}Å¸Ã‘Æ’Ã‘â€šÃ\u{90}Â¸Ã\u{90}Â½ und Ã\u{90}Å“Ã\u{90}Â¾Ã\u{90}Â½Ã\u{90}Â°",
                "Путин und Мона",
            ),
            ("Frau BÅ‘ aus EgerÅ‘", "Frau Bő aus Egerő"),
            (
                "Nguyá»…n Thá»‹ HÃ\u{A0}nh in Ä\u{90}Ã\u{A0} Náºµng",
                "Nguyễn Thị Hành in Đà Nẵng",
            ),
            ("Abu á¸¤amza aus á¹¬arÅ«n", "Abu Ḥamza aus Ṭarūn"),
            ("È˜tefan aus ÈšÄƒlmaciu", "Ștefan aus Țălmaciu"),
            // Half of a letter is lost.
            ("Pater Å tÄ›pÃ¡n und Å imÅ¯nek", "Pater Štěpán und Šimůnek"),
            ("Åukasz und Åucja BÄ…k", "Łukasz und Łucja Bąk"),
            ("ÄorÄ‘e und Äina aus NiÅ¡", "Đorđe und Đina aus Niš"),
            (
                "Die FuÃgÃ¤nger mÃ¼ssen drauÃen bleiben, hieÃ es",
                "Die Fußgänger müssen draußen bleiben, hieß es",
            ),
            ("Pablo GarcÃa und MarÃa", "Pablo García und María"),
            (
                "Die Ãrzte in Ãgypten Ã¼ben Ãbungen",
                "Die Ärzte in Ägypten üben Übungen",
            ),
            (
                "Menü Ã  la carte, KÃ¤se Ã la carte",
                "Menü à la carte, Käse à la carte",
            ),
            // Latin-9
            (
                "FÃŒr die BÃŒrger im MÃ€rz, ÃŒber KÃ¶ln",
                "Für die Bürger im März, über Köln",
            ),
            // Windows-1251
            (
                "FГјr groГџe BГ¤ume in Г–lsnitz",
                "Für große Bäume in Ölsnitz",
            ),
            ("вЂћJaвЂњ вЂ“ hГ¶rt", "„Ja“ – hört"),
            // Windows-1253
            ("FΓΌr die Δ in KΓ¶ln", "Für die Δ in Köln"),
            ("Fans \u{F8FF}üòÄ f√ºr", "Fans 😀 für"),
            // DOS
            (
                "f├╝r gro├ƒe B├ñume, ├£ber, ├ûl",
                "für große Bäume, Über, Öl",
            ),
            ("ΓÇ₧JaΓÇ£ ΓÇô so gehtΓÇÖs", "„Ja“ – so geht’s"),
            ("ÔÇ×JaÔÇ£ ÔÇô f├╝r 5 Ôé¼", "„Ja“ – für 5 €"),
        ];
        for (source, clean) in cases {
            assert_eq!(repaired(source), clean, "{source:?}");
            let mut once = Text::new(source);
            once.apply(&find(source));
            assert_eq!(once.as_str(), clean, "at once: {source:?}");
        }
    }

    #[test]
    fn good_text_is_never_harmed() {
        let cases = [
            "‚Er heißt BÅ‘, „das BÅ“ und ‘BÅ’",
            "├── Ordner\n│   └── Datei ─┼─ ├│ ┬",
            "Γ und Ô, Δ, ÔÎ, CÔTÉ",
            "ΓΌΡΔΙΟΣ und Γιώργος, β€ und Г. Гј",
            "Ärzte, Äonen, Åse aus Ålesund, Åal",
            "LUNEDÌ, PERÒ, À la carte, SÃO JOÃO",
            "Für die Bürger in Österreich – „groß“, ‚klein‘, »neu« …",
            "die Ä…, das „Ä“ und »Ö«; ÄÖÜ, SPÖ–ÖVP, „FPÖ“…",
            "NESTLÉ® und CAFÉ™, É…, VOCÊ…",
            "SÃO PAULO, CONCLUSÃO, IRMû und »IRMû",
            "das Â in Âge, MISUTÂ\u{A0}AJIKKO",
            "10 Å—, AHÅ™, Ångström, Åland",
            "4288×…, 5×£35, „×“ und „÷“",
            "√2 + √π = √(2π), (−1/2)! = √π, ∆°, ¬ß",
            "Łódź, Škoda, Čapek, Þór, Ñandú, Œuvre, Ÿ",
            "Москва, Αθήνα, שלום, مرحبا, 東京, 서울",
            "Ìsola, Îles, Ðorđe, Ñuñoa",
            "‚Äpfel‘, ‚Öl‘, ‚Übermut‘, ‚ärgerlich‘",
            "20 °C – 30 °C; 5 µm; ½; § 5 Abs. 2",
            "verloren: \u{FFFD} und f\u{FFFD}r",
            "Ein Satz.\u{85}Noch einer.",
            "HOTEL AÅ¹ und NOVÅ¹",
            "„Zoë…“, naïve…, ï, Señor…”",
            "❤\u{FE0F} 😀 👨\u{200D}👩\u{200D}👧",
            "ƒ(x) ≈ 5, ≈ö, ◊, ÿ",
        ];
        for source in cases {
            assert_eq!(repaired(source), source);
        }
    }

    #[test]
    fn doubtful_sequences_need_a_sure_one() {
        assert_eq!(repaired("Drama in SmÃ¥land"), "Drama in SmÃ¥land");
        assert_eq!(repaired("Drama fÃ¼r SmÃ¥land"), "Drama für Småland");
        for source in [
            "Åukasz",
            "Ãsterreich",
            "Å imon für KÃ¶ln",
            // A name is broken, and umlauts are right.
            "Äonen für AnÄ‘ela",
            "Åal für PiÄ…tek",
        ] {
            let found = repaired(source);
            assert_eq!(found.chars().next(), source.chars().next(), "{found:?}");
        }
    }
}
