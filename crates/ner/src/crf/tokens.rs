//! The tokens of a sentence as the tagger reads them.

use std::ops::Range;

use blattwerk_core::Span;

use super::borders;

/// Adds the spans of a token at `offset`, or of its parts if it lacks a space, "3.Mai", "Dr.Beck", or has names side by side:
/// "Berlin/Köln".
pub(super) fn push_parts(
    sentence: &str,
    token: Range<usize>,
    offset: usize,
    spans: &mut Vec<Span>,
) {
    const TITLES: &[&str] = &["Dr", "Prof", "Mag", "Ing", "Hr", "Fr", "St"];
    let mut at = token.start;
    let word = sentence.get(token.clone()).unwrap_or_default();
    // Few words have one.
    if !word.bytes().any(|byte| matches!(byte, b'.' | b'/')) {
        spans.push(Span::new(offset + at, offset + token.end));
        return;
    }
    if word.len() > 3 && word.contains('.') {
        for (dot, _) in word.match_indices('.') {
            let before = sentence.get(at..token.start + dot).unwrap_or_default();
            let after = word.get(dot + 1..).unwrap_or_default();
            let mut letters = after.chars();
            let is_word = letters.next().is_some_and(char::is_uppercase)
                && letters.next().is_some_and(char::is_lowercase);
            let is_day = (1..=2).contains(&before.len()) && borders::is_number(before);
            let is_year = at > token.start && after.len() == 4 && borders::is_number(after);
            if is_word && (is_day || TITLES.contains(&before)) || is_year {
                let end = token.start + dot + 1;
                spans.push(Span::new(offset + at, offset + end));
                at = end;
            }
        }
    }
    let rest = word.get(at - token.start..).unwrap_or_default();
    for slash in slashes(rest) {
        let slash = token.start + word.len() - rest.len() + slash;
        spans.push(Span::new(offset + at, offset + slash));
        spans.push(Span::new(offset + slash, offset + slash + 1));
        at = slash + 1;
    }
    spans.push(Span::new(offset + at, offset + token.end));
}

/// Returns where the slashes between names are, as in "Berlin/Köln" or "Kern/dpa"; none if all is one name, as in "Köln/Bonn", or no
/// name, as in "km/h".
fn slashes(word: &str) -> Vec<usize> {
    const AGENCIES: &[&str] = &[
        "afp", "apa", "awp", "dpa", "dts", "epd", "kna", "rtr", "sda",
    ];
    const ONE: &[(&str, &str)] = &[
        ("Köln", "Bonn"),
        ("Halle", "Leipzig"),
        ("Bündnis90", ""),
        ("Grüne", "Bündnis"),
        ("BVB", "Freie"),
    ];
    if !word.contains('/') {
        return Vec::new();
    }
    let is_name = |part: &str| {
        let mut letters = part.chars();
        let is_capital = letters.next().is_some_and(char::is_uppercase);
        is_capital && letters.next().is_some_and(char::is_alphabetic) || AGENCIES.contains(&part)
    };
    let parts: Vec<&str> = word.split('/').collect();
    // "AC/DC"
    let is_short = parts.iter().all(|part| part.len() < 3);
    let starts = parts[0].starts_with(char::is_uppercase);
    // "CDU/CSU-Fraktion"
    let is_compound = !parts[0].contains(char::is_lowercase)
        && parts.last().is_some_and(|part| part.contains('-'));
    if is_short || is_compound || !starts || !parts.iter().all(|part| is_name(part)) {
        return Vec::new();
    }
    let is_one = |pair: &[&str]| {
        borders::is_river(pair[1])
            || ONE
                .iter()
                .any(|&(first, last)| first == pair[0] && pair[1].starts_with(last))
    };
    let mut end = 0;
    let between = parts.windows(2).filter_map(|pair| {
        end += pair[0].len() + 1;
        (!is_one(pair)).then_some(end - 1)
    });
    between.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_a_space_have_parts() {
        for (word, expected) in [
            ("3.Mai", "3.|Mai"),
            ("05.April.2022", "05.|April.|2022"),
            ("Dr.Beck", "Dr.|Beck"),
            ("St.Veit", "St.|Veit"),
            ("Kiel/Flensburg/Husum", "Kiel|/|Flensburg|/|Husum"),
            ("VW/Seat", "VW|/|Seat"),
            ("Beck/dpa", "Beck|/|dpa"),
            ("CDU/CSU", "CDU|/|CSU"),
            ("CDU/CSU-Antrag", "CDU/CSU-Antrag"),
            ("Neustadt/Dosse", "Neustadt/Dosse"),
            ("Bündnis90/GRÜNE", "Bündnis90/GRÜNE"),
            ("AC/DC", "AC/DC"),
            ("km/h", "km/h"),
            ("Leser/innen", "Leser/innen"),
            ("90/Die", "90/Die"),
            ("/", "/"),
            ("Ulm/", "Ulm/"),
        ] {
            let mut spans = Vec::new();
            push_parts(word, 0..word.len(), 7, &mut spans);
            let parts = spans
                .iter()
                .map(|span| word.get(span.start - 7..span.end - 7).unwrap_or_default());
            assert_eq!(parts.collect::<Vec<_>>().join("|"), expected);
        }
    }
}
