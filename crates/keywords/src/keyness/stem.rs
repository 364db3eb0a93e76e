//! Stems: what the forms of a German word have in common.

/// Writes the stem of a word into `stem`: in lower case, without umlauts and endings.
///
/// The steps of CISTEM (Weißweiler & Fraser 2017) that fit nouns: umlauts are folded (Hafen, Häfen), then plural and
/// case endings are removed as long as enough of the word remains. A stem is a key, not a word: "Speicher" becomes "speich".
///
/// - Weißweiler, Fraser: Developing a stemmer for German based on a comparative analysis of publicly available
///   stemmers. GSCL 2017.
pub(super) fn stem(word: &str, stem: &mut String) {
    letters(word, stem);
    strip(stem);
}

/// Writes what all spellings and forms of a word share into `key`: its stem without hyphens ("Vize-Chef", "Vizechef"), where
/// "ae", "oe" and "ue" are the umlauts they may stand for. After a vowel or "q" they do not: "Bauer", "Quelle".
pub(super) fn key(word: &str, key: &mut String) {
    letters(word, key);
    let mut before = [' '; 2];
    key.retain(|c| {
        let is_umlaut = c == 'e'
            && matches!(before[1], 'a' | 'o' | 'u')
            && !matches!(before[0], 'a' | 'e' | 'i' | 'o' | 'u' | 'q');
        before = [before[1], c];
        c != '-' && !is_umlaut
    });
    strip(key);
}

fn letters(word: &str, letters: &mut String) {
    letters.clear();
    for c in word.chars() {
        match c {
            'a'..='z' | '-' => letters.push(c),
            'A'..='Z' => letters.push(c.to_ascii_lowercase()),
            'ä' | 'Ä' => letters.push('a'),
            'ö' | 'Ö' => letters.push('o'),
            'ü' | 'Ü' => letters.push('u'),
            'ß' | 'ẞ' => letters.push_str("ss"),
            '\u{2010}' | '\u{2011}' => letters.push('-'),
            // A soft hyphen is invisible, and the marks of gender-neutral forms are read over: "Lehrer*innen".
            '\u{AD}' | '*' | ':' | '_' => {}
            c => letters.extend(c.to_lowercase()),
        }
    }
}

/// Removes the endings.
fn strip(word: &mut String) {
    while word.len() > LEAST {
        let ending = match word.as_bytes() {
            [.., b'e', b'r' | b'm'] if word.len() > LEAST + 1 => 2,
            [.., b'e' | b'n' | b's'] => 1,
            _ => break,
        };
        word.truncate(word.len() - ending);
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
            "Lehrerinnen Lehrer*innen Lehrer:innen Lehrer_innen LehrerInnen",
            "Corona-Impfung Corona\u{2010}Impfung Corona\u{2011}Impfungen",
        ] {
            let stems: Vec<String> = forms.split(' ').map(of).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{stems:?}");
        }
    }

    #[test]
    fn spellings_of_a_word_share_their_key() {
        let of = |word: &str| {
            let mut buffer = String::new();
            key(word, &mut buffer);
            buffer
        };
        for spellings in [
            "Müller Mueller",
            "Köln Koeln",
            "Universitätsklinik Universitaetsklinik",
            "Vize-Präsident Vizepräsident Vize\u{2011}Praesident",
            "Übung Uebung",
        ] {
            let keys: Vec<String> = spellings.split(' ').map(of).collect();
            assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        }
        for (one, other) in [
            ("Bauer", "Baur"),
            ("Quelle", "Qulle"),
            ("Feuer", "Feur"),
            ("Treue", "Treu-Eid"),
        ] {
            assert_ne!(of(one), of(other));
        }
    }

    #[test]
    fn short_words_stay() {
        for (word, stem) in [("Rat", "rat"), ("Tee", "tee"), ("SPD", "spd"), ("", "")] {
            assert_eq!(of(word), stem);
        }
    }
}
