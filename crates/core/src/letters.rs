//! What the standard library tells about characters, faster for those of European languages: it looks each character beyond
//! ASCII up in tables.

/// The letters of Latin-1 and of Latin Extended-A and -B, with two signs among them.
const LATIN: std::ops::RangeInclusive<char> = '\u{C0}'..='\u{24F}';

/// Tells what [`char::is_alphabetic`] tells.
#[inline]
pub fn is_alphabetic(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphabetic()
    } else if LATIN.contains(&c) {
        !matches!(c, '×' | '÷')
    } else {
        c.is_alphabetic()
    }
}

/// Tells what [`char::is_alphanumeric`] tells.
#[inline]
pub fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_digit() || is_alphabetic(c) || !c.is_ascii() && c.is_numeric()
}

/// Appends what [`char::to_lowercase`] gives.
#[inline]
pub fn push_lowercase(text: &mut String, c: char) {
    match c {
        _ if c.is_ascii() => text.push(c.to_ascii_lowercase()),
        'ß'..='ÿ' => text.push(c),
        'Ä' => text.push('ä'),
        'Ö' => text.push('ö'),
        'Ü' => text.push('ü'),
        _ => text.extend(c.to_lowercase()),
    }
}

/// Appends a word in lower case.
pub fn extend_lowercase(text: &mut String, word: &str) {
    for c in word.chars() {
        push_lowercase(text, c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_library_agrees() {
        let mut lower = String::new();
        for c in '\0'..='\u{2FFFF}' {
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            lower.clear();
            push_lowercase(&mut lower, c);
            assert!(c.to_lowercase().eq(lower.chars()), "{c:?}");
        }
    }
}
