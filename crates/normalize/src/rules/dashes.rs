//! Dashes: a hyphen between two words that stands for a dash becomes " – ".
//!
//! Between two numbers it may be a minus, a score or a range, at the start of a line a list marker, and two
//! before a word a command-line option; these stay.

use blattwerk_core::{Change, Span};

use super::scan::{char_at, char_before, suspects};

pub(super) fn find(text: &str) -> Vec<Change> {
    // A hyphen after a space or before another one, or one of the long dashes U+2014 and U+2015.
    let is_suspect = |a: u8, b: u8, c: u8| {
        matches!(a, b' ' | b'-') && b == b'-' || a == 0xE2 && b == 0x80 && c >> 2 == 0x25
    };
    let mut changes = Vec::new();
    let mut done = 0;
    for at in suspects(text, is_suspect) {
        let start = at + usize::from(text.as_bytes().get(at) == Some(&b' '));
        if start < done {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let run = rest
            .get(..rest.len() - rest.trim_start_matches(is_dash).len())
            .unwrap_or_default();
        done = start + run.len();
        if let Some(with) = dash(text, Span::new(start, done), run) {
            changes.push(Change::replace(Span::new(start, done), with));
        }
    }
    changes
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―')
}

/// Returns what a run of dashes should be, if it is a dash between words that is written differently.
fn dash(text: &str, run: Span, dashes: &str) -> Option<&'static str> {
    let is_one = matches!(dashes, "-" | "—" | "―");
    if !is_one && !matches!(dashes, "--" | "---") {
        return None;
    }
    let before = char_before(text, run.start)?;
    let after = char_at(text, run.end)?;
    let head = text.get(..run.start)?;
    if before == ' ' && after == ' ' {
        let left = head.trim_end_matches(' ').chars().next_back()?;
        let right = text
            .get(run.end..)?
            .trim_start_matches(' ')
            .chars()
            .next()?;
        let are_numbers = left.is_numeric() && right.is_numeric();
        let is_inside = !left.is_whitespace() && !right.is_whitespace();
        let is_ruler = is_dash(left) || is_dash(right) || "|+=*_".contains([left, right]);
        return (is_inside && !are_numbers && !is_ruler).then_some("–");
    }
    let ends_word = before.is_alphabetic() || ",.!?)“”\"«»".contains(before);
    let starts_word = after.is_alphabetic() || "(„“\"»«".contains(after);
    (dashes != "-" && ends_word && starts_word).then_some(" – ")
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn a_hyphen_between_words_is_a_dash() {
        let cases = [
            (
                "Köln - eine Stadt - am Rhein",
                "Köln – eine Stadt – am Rhein",
            ),
            (
                "Berlin (dpa) - Der Rat tagt.",
                "Berlin (dpa) – Der Rat tagt.",
            ),
            (
                "Das -- so heißt es -- stimmt.",
                "Das – so heißt es – stimmt.",
            ),
            ("Das--so heißt es--stimmt.", "Das – so heißt es – stimmt."),
            ("Das — so heißt es—stimmt.", "Das – so heißt es – stimmt."),
            ("Das --- nicht mehr", "Das – nicht mehr"),
            (
                "Im Jahr 1990 - noch vor der Wahl",
                "Im Jahr 1990 – noch vor der Wahl",
            ),
            ("1990-1995 und 1990–1995", "1990-1995 und 1990–1995"),
            ("10 - 12 Uhr, 3 - 2 = 1", "10 - 12 Uhr, 3 - 2 = 1"),
            ("Nord- und Süddeutschland", "Nord- und Süddeutschland"),
            ("NATO-Gipfel in Baden-Baden", "NATO-Gipfel in Baden-Baden"),
            (
                "- ein Punkt\n- noch einer\n -- dritter",
                "- ein Punkt\n- noch einer\n -- dritter",
            ),
            ("Der Befehl --hilfe und -h", "Der Befehl --hilfe und -h"),
            ("----\n- - -\n| -- |", "----\n- - -\n| -- |"),
            ("bei -5 Grad, minus - ", "bei -5 Grad, minus - "),
            ("Hauptein- und -ausgang", "Hauptein- und -ausgang"),
            ("-", "-"),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
            assert_eq!(find(clean), [], "{clean:?}");
        }
    }
}
