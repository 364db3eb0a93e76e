//! Stems: what the forms of a German word have in common.

/// Writes the stem of a word into `stem`: in lower case, without umlauts and endings.
///
/// The steps of CISTEM (Weißweiler & Fraser 2017) that fit nouns: umlauts are folded (Hafen, Häfen), then plural and
/// case endings are removed as long as enough of the word remains. A stem is a key, not a word: "Speicher" becomes "speich".
///
/// - Weißweiler, Fraser: Developing a stemmer for German based on a comparative analysis of publicly available
///   stemmers. GSCL 2017.
pub(super) fn stem(word: &str, stem: &mut String) {
    stem.clear();
    for c in word.chars() {
        match c {
            'a'..='z' | '-' => stem.push(c),
            'A'..='Z' => stem.push(c.to_ascii_lowercase()),
            'ä' | 'Ä' => stem.push('a'),
            'ö' | 'Ö' => stem.push('o'),
            'ü' | 'Ü' => stem.push('u'),
            'ß' | 'ẞ' => stem.push_str("ss"),
            // A soft hyphen is invisible.
            '\u{AD}' => {}
            c => stem.extend(c.to_lowercase()),
        }
    }
    while stem.len() > LEAST {
        let ending = match stem.as_bytes() {
            [.., b'e', b'r' | b'm'] if stem.len() > LEAST + 1 => 2,
            [.., b'e' | b'n' | b's'] => 1,
            _ => break,
        };
        stem.truncate(stem.len() - ending);
    }
}

/// The minimum length of a stem, in bytes.
const LEAST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: &str) -> String {
        let mut buffer = String::new();
        stem(word, &mut buffer);
        buffer
    }

    #[test]
    fn forms_of_a_noun_share_their_stem() {
        for forms in [
            "Gasspeicher Gasspeichers Gasspeichern GASSPEICHER Gas\u{AD}speicher",
            "Hafen Häfen Hafens",
            "Erfolg Erfolge Erfolgs Erfolges Erfolgen",
            "Haus Hauses Häuser Häusern",
            "Straße Straßen Strasse",
            "Zeitung Zeitungen",
            "Köln Kölns",
        ] {
            let stems: Vec<String> = forms.split(' ').map(of).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{stems:?}");
        }
    }

    #[test]
    fn short_words_stay() {
        for (word, stem) in [("Rat", "rat"), ("Tee", "tee"), ("SPD", "spd"), ("", "")] {
            assert_eq!(of(word), stem);
        }
    }
}
