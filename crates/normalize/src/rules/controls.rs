//! Invisible characters: controls, zero-width characters, soft hyphens.
//!
//! They split words for programs but not for readers. The separators of files, groups and records become spaces
//! where they are all that separates two words. Those with a meaning stay: joiners in emoji and in
//! scripts that need them, line breaks and the tab.

use blattwerk_core::{Change, Span};

use super::scan::{NonAscii, char_at, char_before, suspects};

/// Finds control, format and zero-width characters that have no meaning where they stand.
pub(super) fn find(text: &str) -> Vec<Change> {
    let is_control = |byte: u8, _, _| byte < b' ' && !(0x09..=0x0D).contains(&byte) || byte == 0x7F;
    let mut found: Vec<Span> = suspects(text, is_control)
        .into_iter()
        .map(|at| Span::new(at, at + 1))
        .collect();
    let ascii = found.len();
    for (at, c) in NonAscii::of(text) {
        let end = at + c.len_utf8();
        if is_suspect(c) && is_void(c, char_before(text, at), char_at(text, end)) {
            found.push(Span::new(at, end));
        }
    }
    if 0 < ascii && ascii < found.len() {
        found.sort_unstable();
    }
    found
        .into_iter()
        .map(|span| {
            if separates(text, span) {
                Change::replace(span, " ")
            } else {
                Change::delete(span)
            }
        })
        .collect()
}

/// Tells whether a control is one of those that separate files, groups, records and units, and nothing else
/// separates what is before and after it. The one of units is also the soft hyphen of old word processors.
fn separates(text: &str, span: Span) -> bool {
    let is_text = |c: char| !c.is_whitespace() && !c.is_control();
    let control = text.as_bytes().get(span.start);
    let before = char_before(text, span.start).filter(|&c| is_text(c));
    let after = text
        .get(span.end..)
        .and_then(|rest| rest.chars().find(|c| !c.is_control() || c.is_whitespace()))
        .filter(|&c| is_text(c));
    match (control, before, after) {
        (Some(0x1C..=0x1E), Some(_), Some(_)) => true,
        (Some(0x1F), Some(before), Some(after)) => {
            !before.is_uppercase() && (after.is_uppercase() || after.is_numeric())
                || !before.is_alphabetic() && after.is_alphanumeric()
        }
        _ => false,
    }
}

/// Finds soft hyphens: hints where a word may be broken.
pub(super) fn soft_hyphens(text: &str) -> Vec<Change> {
    memchr::memmem::find_iter(text.as_bytes(), "\u{AD}".as_bytes())
        .map(|at| Change::delete(Span::new(at, at + 2)))
        .collect()
}

fn is_suspect(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{84}' | '\u{86}'..='\u{9F}'
        | '\u{34F}' | '\u{61C}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFC}' | '\u{FFFE}' | '\u{FFFF}'
        | '\u{E0000}'..='\u{E01EF}')
}

/// Tells whether a suspicious character has no meaning between its neighbours.
fn is_void(c: char, before: Option<char>, after: Option<char>) -> bool {
    match c {
        // Joins emoji, and shapes letters of Arabic, Indic and other scripts.
        '\u{200D}' => !before.is_some_and(|b| {
            is_emoji_part(b) && after.is_some_and(is_emoji_part) || needs_joiners(b)
        }),
        '\u{200C}' => !before.is_some_and(needs_joiners),
        '\u{FE00}'..='\u{FE0F}' => !before.is_some_and(takes_variation),
        '\u{E0020}'..='\u{E007F}' => {
            !before.is_some_and(|b| b == '\u{1F3F4}' || ('\u{E0020}'..='\u{E007E}').contains(&b))
        }
        '\u{E0100}'..='\u{E01EF}' => {
            !before.is_some_and(|b| ('\u{2E80}'..='\u{9FFF}').contains(&b))
        }
        _ => true,
    }
}

fn is_emoji_part(c: char) -> bool {
    matches!(c,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{FE0F}' | '\u{20E3}' | '\u{1F000}'..='\u{1FAFF}')
}

fn needs_joiners(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{109F}' | '\u{1780}'..='\u{18AF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Tells whether a character has a text and an emoji form, or belongs to a script with variants.
///
/// Geometric arrows that news sites use as bullets also have both; before text they are decoration, and the
/// selector is removed with them.
fn takes_variation(c: char) -> bool {
    matches!(c,
        '#' | '*' | '0'..='9' | '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}'
        | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}' | '\u{1000}'..='\u{109F}'
        | '\u{1800}'..='\u{18AF}' | '\u{2E80}'..='\u{9FFF}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn unseen_characters_go_unless_they_mean_something() {
        let cases = [
            ("Bundes\u{200B}tag", "Bundestag"),
            ("\u{FEFF}Anfang und\u{FEFF} Mitte", "Anfang und Mitte"),
            ("Glo\u{0}cke\u{7}\u{1B}\u{7F}", "Glocke"),
            ("C1\u{81}\u{9D}", "C1"),
            (
                "Äpfel\u{1C}Birnen\u{1D}Nüsse\u{1E}Salz",
                "Äpfel Birnen Nüsse Salz",
            ),
            ("Titel\u{1C}\u{1D}\u{1E}Text", "Titel Text"),
            (
                "\u{1C}Titel \u{1D}Text\u{1E}\nEnde\u{1E}",
                "Titel Text\nEnde",
            ),
            ("Donau\u{1F}dampfer", "Donaudampfer"),
            ("DONAU\u{1F}DAMPFER", "DONAUDAMPFER"),
            ("Titel\u{1F}Text\u{1F}2024\u{1F}", "Titel Text 2024"),
            ("Ein Satz.\u{1F}Noch einer.", "Ein Satz. Noch einer."),
            ("Tab\tund\nZeile\r\nbleiben", "Tab\tund\nZeile\r\nbleiben"),
            (
                "\u{202E}links\u{202C} und \u{2066}rechts\u{2069}",
                "links und rechts",
            ),
            ("Auf\u{200C}lage\u{200D}", "Auflage"),
            (
                "Familie 👨\u{200D}👩\u{200D}👧",
                "Familie 👨\u{200D}👩\u{200D}👧",
            ),
            ("Herz ❤\u{FE0F}, Wort\u{FE0F}", "Herz ❤\u{FE0F}, Wort"),
            ("Taste 1\u{FE0F}\u{20E3}", "Taste 1\u{FE0F}\u{20E3}"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("Bild \u{FFFC} fehlt", "Bild  fehlt"),
            ("verloren \u{FFFD} bleibt", "verloren \u{FFFD} bleibt"),
            ("a\u{200B}\u{1}b\u{2}\u{200B}c", "abc"),
            (
                "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
                "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            ),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }

    #[test]
    fn soft_hyphen_leaves_its_word_whole() {
        let mut text = Text::new("Bundes\u{AD}verfassungs\u{AD}gericht");
        let changes = soft_hyphens(text.as_str());
        text.apply(&changes);
        assert_eq!(text.as_str(), "Bundesverfassungsgericht");
    }
}
