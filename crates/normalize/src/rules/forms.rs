//! Presentation forms: typographic ligatures and fullwidth characters.
//!
//! NFC keeps both, since Unicode only considers them compatible; no word list contains "ﬁnden" or "ＮＡＴＯ".

use blattwerk_core::{Change, Span};

use super::scan::{NonAscii, char_at, char_before};

/// Finds ligatures: one character for two or three letters.
pub(super) fn ligatures(text: &str) -> Vec<Change> {
    NonAscii::of(text)
        .filter_map(|(at, c)| {
            let letters = match c {
                'ﬀ' => "ff",
                'ﬁ' => "fi",
                'ﬂ' => "fl",
                'ﬃ' => "ffi",
                'ﬄ' => "ffl",
                'ﬅ' | 'ﬆ' => "st",
                _ => return None,
            };
            Some(Change::replace(Span::new(at, at + c.len_utf8()), letters))
        })
        .collect()
}

/// Finds fullwidth forms of ASCII. Fullwidth punctuation next to an East Asian character is correct, and
/// stays.
pub(super) fn fullwidth(text: &str) -> Vec<Change> {
    NonAscii::of(text)
        .filter_map(|(at, c)| {
            let ascii = match c {
                '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0)?,
                '￠' => '¢',
                '￡' => '£',
                '￥' => '¥',
                _ => return None,
            };
            let end = at + c.len_utf8();
            let is_beside = |c: Option<char>| c.is_some_and(is_east_asian);
            let stays = !ascii.is_alphanumeric()
                && (is_beside(char_before(text, at)) || is_beside(char_at(text, end)));
            (!stays).then(|| Change::replace(Span::new(at, end), ascii.to_string()))
        })
        .collect()
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FFF}' | '\u{3001}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}')
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn ligatures_become_their_letters() {
        let source = "Oﬃziere ﬁnden ﬂugs Griﬀe, Raﬄes, Poﬆ und Luﬅ";
        let mut text = Text::new(source);
        text.apply(&ligatures(source));
        assert_eq!(
            text.as_str(),
            "Offiziere finden flugs Griffe, Raffles, Post und Lust"
        );
        let start = text.as_str().find("finden").unwrap();
        assert_eq!(text.quote(Span::new(start, start + 6)), "ﬁnden");
        assert_eq!(ligatures("Œuvre, Ĳssel, Æther, ß, ǆ"), []);
    }

    #[test]
    fn fullwidth_forms_become_ascii() {
        let cases = [
            ("ＮＡＴＯ－Ｇｉｐｆｅｌ １９９０！", "NATO-Gipfel 1990!"),
            ("５％ ＜ ￡７", "5% < £7"),
            ("日本語！（東京）", "日本語！（東京）"),
            ("東京Ｔ１", "東京T1"),
            ("ｶﾀｶﾅ und ー", "ｶﾀｶﾅ und ー"),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&fullwidth(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }
}
