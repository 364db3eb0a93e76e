//! The words by which articles are compared.

/// Returns the words of a text in lower case, separated by spaces.
///
/// A word is a run of letters and digits; everything else separates words, except for invisible characters
/// such as the soft hyphen. `ß` becomes `ss`, as in Unicode case folding, so the Swiss spelling compares as
/// equal.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut is_inside = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            is_inside &= is_unseen(c);
            continue;
        }
        if !is_inside && !folded.is_empty() {
            folded.push(' ');
        }
        is_inside = true;
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            _ if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// Tells whether a character has no width inside a word.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_count() {
        // text, what it is compared by
        let cases = [
            ("", ""),
            (" — …\n", ""),
            ("Köln jubelt.", "köln jubelt"),
            ("  KÖLN\u{A0}jubelt!!\r\n", "köln jubelt"),
            ("„Köln“, so der Rat: 'jubelt'", "köln so der rat jubelt"),
            ("Nord-Süd-Fahrt", "nord süd fahrt"),
            ("Bundes\u{AD}tag", "bundestag"),
            (
                "\u{FEFF}Bundes\u{AD}\u{200B}tag\u{AD} wählt",
                "bundestag wählt",
            ),
            ("Straße STRASSE STRAẞE", "strasse strasse strasse"),
            ("3,5 Prozent", "3 5 prozent"),
            ("Łódź und ΣΟΦΙΑ", "łódź und σοφια"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded, "{text:?}");
            assert_eq!(fold(folded), folded, "a second time changes nothing");
        }
    }
}
