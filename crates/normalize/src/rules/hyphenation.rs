//! Hyphenation: a word that was hyphenated at the end of a line is joined.
//!
//! A hyphen there may also belong to the word ("NATO-" and "Gipfel") or stand for part of a word ("Nord-" and "und
//! Süddeutschland"). Then it stays, and only the line end goes. A hyphen is taken out if there are small letters
//! on both sides of it, the next word is not one that coordinates such parts, and the first part is not one that
//! forms hyphenated compounds, nor are both parts of an English word ("Check-in"). A soft hyphen at a line end is unambiguous. In an address both may be meant, so
//! nothing is touched.

use blattwerk_core::{Change, Span};

use super::scan::{char_before, suspects};

/// Words that follow a hyphen that stands for part of a word.
const JOINING: &[&str] = &[
    "aber",
    "als",
    "and",
    "auf",
    "beziehungsweise",
    "bis",
    "bzw",
    "doch",
    "et",
    "in",
    "mit",
    "noch",
    "nicht",
    "oder",
    "or",
    "ohne",
    "resp",
    "samt",
    "sondern",
    "sowie",
    "statt",
    "und",
    "wie",
    "zu",
    "zum",
    "zur",
];

/// First parts of compounds that are written with a hyphen: "deutsch-französisch", "rot-grün".
const PAIRING: &[&str] = &[
    "blau",
    "christlich",
    "deutsch",
    "gelb",
    "grün",
    "liberal",
    "links",
    "national",
    "nord",
    "ost",
    "rechts",
    "rot",
    "schwarz",
    "sozial",
    "süd",
    "weiß",
    "west",
];

/// English words that are written with a hyphen in German, by the part before it and the one after it.
const ENGLISH: &[(&str, &[&str])] = &[
    ("all", &["inclusive"]),
    ("burn", &["out"]),
    ("check", &["in", "out", "up"]),
    ("come", &["back"]),
    ("do", &["it"]),
    ("drive", &["in"]),
    ("fly", &["by"]),
    ("hands", &["on"]),
    ("know", &["how"]),
    ("last", &["minute"]),
    ("log", &["in", "out"]),
    ("make", &["up"]),
    ("non", &["stop"]),
    ("opt", &["in", "out"]),
    ("pick", &["up"]),
    ("plug", &["in"]),
    ("pop", &["up"]),
    ("roll", &["on", "out"]),
    ("round", &["up"]),
    ("science", &["fiction"]),
    ("sit", &["in"]),
    ("stand", &["by", "up"]),
    ("start", &["up"]),
    ("take", &["off"]),
    ("walk", &["in"]),
    ("warm", &["up"]),
];

pub(super) fn find(text: &str) -> Vec<Change> {
    // A line end after a hyphen (also U+2010), a soft hyphen, or a space; what is there is checked below.
    let is_suspect = |a: u8, b: u8, _| {
        matches!(a, b'-' | 0x90 | 0xAD) && matches!(b, b'\n' | b'\r' | b' ' | b'\t' | 0xC2)
    };
    suspects(text, is_suspect)
        .into_iter()
        .filter_map(|at| joined(text, at + 1))
        .collect()
}

/// Returns the change that joins a word whose hyphen ends at a byte with the start of the next line.
pub(super) fn joined(text: &str, end: usize) -> Option<Change> {
    let hyphen = char_before(text, end)?;
    let start = end - hyphen.len_utf8();
    let is_soft = match hyphen {
        '-' | '\u{2010}' => false,
        '\u{AD}' => true,
        _ => return None,
    };
    let gap = text.get(end..)?;
    let is_blank = |c| matches!(c, ' ' | '\t' | '\u{A0}');
    let line = gap.trim_start_matches(is_blank);
    let line = line.strip_prefix('\r').unwrap_or(line);
    let next = line.strip_prefix('\n')?.trim_start_matches(is_blank);
    let behind = text.len() - next.len();

    let head = text.get(..start)?;
    let before = head.get(head.trim_end_matches(char::is_alphabetic).len()..)?;
    let word = next.get(..next.len() - next.trim_start_matches(char::is_alphabetic).len())?;
    if is_soft {
        return (!before.is_empty() && !word.is_empty())
            .then(|| Change::delete(Span::new(start, behind)));
    }
    let outside = char_before(head, head.len() - before.len());
    if is_abbreviated(head, word, next) {
        return Some(Change::delete(Span::new(end, behind)));
    }
    if outside.is_some_and(|c| ".@/_\\".contains(c)) {
        return None;
    }
    let is_english = is_english(before, word);
    // "2-zu-1-Sieg"
    let is_joining = !is_english
        && JOINING.contains(&word)
        && !next
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(['-', '\u{2010}']));
    let is_second = outside.is_some_and(|c| matches!(c, '-' | '\u{2010}'));
    let is_parted = before.chars().nth(1).is_some()
        && before.ends_with(char::is_lowercase)
        && word.chars().nth(1).is_some()
        && word.starts_with(char::is_lowercase)
        && !outside.is_some_and(char::is_numeric)
        && !(is_second && before.starts_with(char::is_lowercase))
        && !is_joining
        && !is_english
        && (!PAIRING.contains(&before) || before == "nord" && next.starts_with("rhein-"))
        && !before.ends_with("isch");
    let is_word = head.ends_with(char::is_alphanumeric) && next.starts_with(char::is_alphanumeric);
    if is_parted {
        Some(Change::delete(Span::new(start, behind)))
    } else if !is_word {
        None
    } else if is_joining {
        Some(Change::replace(Span::new(end, behind), " "))
    } else {
        Some(Change::delete(Span::new(end, behind)))
    }
}

/// Tells whether a name starts with a title: "Dr.-Karl-Muster-Ring". A hyphen after a sentence is a dash.
fn is_abbreviated(head: &str, word: &str, next: &str) -> bool {
    const TITLES: &[&str] = &["Dr", "Gen", "Ing", "Prof", "St"];
    let title = head.strip_suffix('.').and_then(|head| {
        head.rsplit(|c: char| !c.is_alphabetic())
            .next()
            .filter(|title| TITLES.contains(title))
    });
    title.is_some()
        && word.starts_with(char::is_uppercase)
        && next
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(['-', '\u{2010}', '.']))
}

/// Tells whether two parts of a word are those of an English one: "Make-up", "All-inclusive".
fn is_english(before: &str, after: &str) -> bool {
    let lower = before.to_lowercase();
    ENGLISH
        .binary_search_by_key(&lower.as_str(), |(first, _)| first)
        .ok()
        .and_then(|at| ENGLISH.get(at))
        .is_some_and(|(_, second)| second.contains(&after))
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn parted_words_are_put_together() {
        let cases = [
            ("Der Bundes-\ntag tagt.", "Der Bundestag tagt."),
            ("Der Bundes- \r\n tag tagt.", "Der Bundestag tagt."),
            (
                "Er ver-\nkehrt in Mün\u{2010}\nchen.",
                "Er verkehrt in München.",
            ),
            (
                "Das Bundes\u{AD}\nVerfassungsgericht",
                "Das BundesVerfassungsgericht",
            ),
            ("Baden-Würt-\ntemberg", "Baden-Württemberg"),
            ("ein 3-\nzu-2-Erfolg", "ein 3-zu-2-Erfolg"),
            (
                "Hand-\nbeziehungsweise Fußarbeit",
                "Hand- beziehungsweise Fußarbeit",
            ),
            ("Bundes-\nver-\nfassung", "Bundesverfassung"),
            ("Nord- \nund Süddeutschland", "Nord- und Süddeutschland"),
            ("Ein-\noder Ausfuhr", "Ein- oder Ausfuhr"),
            ("Der NATO-\nGipfel", "Der NATO-Gipfel"),
            (
                "In Castrop-\nRauxel, im 3-\ntägigen",
                "In Castrop-Rauxel, im 3-tägigen",
            ),
            ("Die S-\nBahn von 2019-\r\n2021", "Die S-Bahn von 2019-2021"),
            ("Obst-\nbzw. Gemüsehandel", "Obst- bzw. Gemüsehandel"),
            ("SPD-\ngeführt", "SPD-geführt"),
            ("deutsch-\nfranzösisch", "deutsch-französisch"),
            ("britisch-\nirisch", "britisch-irisch"),
            (
                "Ein Start-\nup lud zum Warm-\nup.",
                "Ein Start-up lud zum Warm-up.",
            ),
            (
                "Der Log-\nin und das Opt-\nout",
                "Der Log-in und das Opt-out",
            ),
            ("Last-\nminute-Reise", "Last-minute-Reise"),
            ("Ein- und Check-\nout-Zeiten", "Ein- und Check-out-Zeiten"),
            (
                "Schecks, Checks und Check-\nlisten",
                "Schecks, Checks und Checklisten",
            ),
            ("Auf-\nbau und Land-\nin", "Aufbau und Land- in"),
            (
                "die nord-\nrhein-westfälische Stadt",
                "die nordrhein-westfälische Stadt",
            ),
            ("die nord-\nrheinische Stadt", "die nord-rheinische Stadt"),
            ("Am Prof.-\nMuster-Platz", "Am Prof.-Muster-Platz"),
            ("Am St.-\nAnna-Platz", "Am St.-Anna-Platz"),
            ("So sprach er.-\nMuster-Fans", "So sprach er.-\nMuster-Fans"),
            (
                "Das riet der Prof.-\nMuster schwieg",
                "Das riet der Prof.-\nMuster schwieg",
            ),
            ("Mio.-\nund Mrd.-Beträge", "Mio.-\nund Mrd.-Beträge"),
            ("die 1990er-\njahre", "die 1990er-jahre"),
            (
                "die E-\nmail an www.bei-\nspiel",
                "die E-mail an www.bei-\nspiel",
            ),
            ("Absatz-\n\nanfang", "Absatz-\n\nanfang"),
            ("Das war -\nso hieß es", "Das war -\nso hieß es"),
            ("-\nso", "-\nso"),
            ("Bundes-", "Bundes-"),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }

    #[test]
    fn the_whole_word_is_quoted() {
        let mut text = Text::new("Der Bundes-\ntag tagt.");
        text.apply(&find("Der Bundes-\ntag tagt."));
        assert_eq!(text.quote(Span::new(4, 13)), "Bundes-\ntag");
    }
}
