//! Which sentences can stand alone in a summary.
//!
//! The rules look at the surface only and aim to be right about what they reject: headlines, lines of
//! place and date, credits, questions, and quotes without a speaker.

use std::sync::LazyLock;

use blattwerk_core::{Document, letters, speech};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::question::{is_year, trimmed};

/// A sentence with fewer words says too little.
const MIN_WORDS: usize = 4;

/// The beginnings of credit lines and of pointers to other content.
const LABELS: &[&str] = &[
    "Foto:",
    "Fotos:",
    "Bild:",
    "Bilder:",
    "Video:",
    "Quelle:",
    "Quellen:",
    "Autor:",
    "Autorin:",
    "Redaktion:",
    "Grafik:",
    "Frage:",
    "Hinweis:",
    "Korrektur:",
    "Siehe auch",
    "Lesen Sie",
    "Mehr zum Thema",
    "Mehr dazu",
    "Stand:",
    "Diese Nachricht",
    "Dieser Artikel",
    "Dieser Beitrag",
    "Dieser Text",
];

/// Returns the sentences that can stand alone; all sentences if none can.
pub(crate) fn candidates(document: &Document) -> Vec<usize> {
    let mut quote = Quote::Closed;
    let mut candidates = Vec::new();
    let mut end = 0;
    for (index, &span) in document.sentences.iter().enumerate() {
        // A quote that is never closed ends with its paragraph.
        let gap = document.text.as_str().get(end..span.start);
        if gap.is_some_and(|gap| gap.contains("\n\n")) {
            quote = Quote::Closed;
        }
        end = span.end;
        let text = document.text[span].trim();
        let is_said_before = quote == Quote::Open;
        quote = quote.after(text);
        if !is_said_before && stands_alone(text) {
            candidates.push(index);
        }
    }
    if candidates.is_empty() {
        candidates.extend(0..document.sentences.len());
    }
    candidates
}

/// Tells whether a sentence says no more than who reports: "Das meldet das Wochenblatt."
pub(crate) fn is_bare_source(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    if !matches!(words.next(), Some("Das" | "Dies")) || has_comma_or_colon(text) {
        return false;
    }
    let is_in = |verb: &str, verbs: &str| verbs.split(' ').any(|other| other == verb);
    words.next().is_some_and(|verb| {
        let lists = [speech::REPORTING, speech::CLAIMING, PUBLISHING];
        lists.into_iter().any(|verbs| is_in(verb, verbs))
    })
}

/// Tells whether a sentence says only that somebody spoke ("Ida Berg erhob schwere Vorwürfe gegen den Rat"), what was
/// believed before the news ("Zunächst war von einem Unfall die Rede"), or since when something exists.
pub(crate) fn is_empty(text: &str) -> bool {
    is_bare_source(text) || is_bare_claim(text) || is_outdated(text) || is_origin(text)
}

/// Tells whether a sentence says in which year somebody was born or something was founded, as entries of lexicons do.
fn is_origin(text: &str) -> bool {
    let long = text.split_ascii_whitespace().filter(|word| word.len() >= 7);
    let mut words = text.split_ascii_whitespace().map(trimmed);
    long.map(trimmed)
        .any(|word| matches!(word, "gegründet" | "geboren"))
        && words.any(is_year)
}

fn has_comma_or_colon(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b',' | b':'))
}

/// Tells whether a sentence says that somebody blamed or criticized, but not for what.
fn is_bare_claim(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    !has_comma_or_colon(text)
        && words.any(|word| {
            matches!(
                word,
                "erhob" | "erhoben" | "übte" | "übten" | "äußerte" | "äußerten"
            )
        })
        && words.any(|word| matches!(trimmed(word), "Vorwürfe" | "Kritik" | "Anschuldigungen"))
}

/// Tells whether a sentence says what was believed at first.
fn is_outdated(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    matches!(
        words.next(),
        Some("Zunächst" | "Zuerst" | "Anfangs" | "Ursprünglich")
    ) && matches!(
        words.next(),
        Some("war" | "waren" | "wurde" | "hatte" | "hatten" | "hieß")
    ) && text.split_ascii_whitespace().any(|word| {
        matches!(
            trimmed(word),
            "vermutet" | "Rede" | "angenommen" | "ausgegangen" | "geheißen" | "hieß"
        )
    })
}

/// Verbs of the press, besides those of [`speech`].
const PUBLISHING: &str = "meldet meldete meldeten berichten melden schreibt schrieb";

/// Tells whether a sentence contains only the beginning or only the end of a quote.
pub(crate) fn cuts_quote(text: &str) -> bool {
    let is_odd = |marks: &[char]| text.matches(marks).count() % 2 == 1;
    // Few sentences have a quote: all curly marks begin with the byte 0xE2.
    let has = |byte: u8| text.as_bytes().contains(&byte);
    has(0xE2) && is_odd(&['„', '“', '”']) || has(b'"') && is_odd(&['"'])
}

/// Whether a sentence is the speech of somebody who is not named in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    /// It is not, or names its speaker.
    Free,
    /// Indirect speech, whose speaker an earlier sentence names.
    Indirect,
    /// An answer in an interview, or the first person outside quotation marks.
    Own,
}

/// Tells for each sentence whether it is the speech of somebody who is not named in it.
pub(crate) fn speech(document: &Document) -> Vec<Speech> {
    let text = document.text.as_str();
    let mut labels: FxHashMap<&str, usize> = FxHashMap::default();
    for line in text.lines() {
        if let Some(label) = speaker(line) {
            *labels.entry(label).or_default() += 1;
        }
    }
    let mut is_turn = false;
    let mut end = 0;
    let speech = document.sentences.iter().map(|&span| {
        let sentence = &document.text[span];
        let gap = text.get(end..span.start).unwrap_or_default();
        end = span.end;
        if gap.contains('\n') || gap.len() == span.start {
            let label = speaker(sentence);
            is_turn = label.is_some_and(|label| labels.get(label).is_some_and(|&n| n > 1));
        }
        if is_turn || has_first_person(sentence) {
            Speech::Own
        } else if is_indirect(sentence) {
            Speech::Indirect
        } else {
            Speech::Free
        }
    });
    speech.collect()
}

/// Returns the name before the colon if a line looks like a turn in an interview.
fn speaker(line: &str) -> Option<&str> {
    let (label, turn) = line.trim_start().split_once(':')?;
    let is_name = label.len() <= 40
        && label.split_whitespace().count() <= 3
        && label
            .split_whitespace()
            .all(|word| word.starts_with(char::is_uppercase));
    let is_quote = turn.trim_start().starts_with(QUOTES);
    (is_name && !is_quote && turn.starts_with(' ')).then_some(label)
}

/// Tells whether a sentence uses the first person outside quotation marks.
fn has_first_person(text: &str) -> bool {
    let is_one = |word: &str| {
        // Most words are told by their first letter.
        let first = word.as_bytes().first().map(u8::to_ascii_lowercase);
        let is_other = first.is_some_and(|first| {
            first.is_ascii_lowercase() && !matches!(first, b'i' | b'm' | b'w' | b'u')
        });
        !is_other && is_first_person(trimmed(word))
    };
    let says_it = |text: &str| text.split_ascii_whitespace().any(is_one);
    // Few sentences contain such a word, so most need not be split at their quotes.
    says_it(text) && text.split(QUOTES).step_by(2).any(says_it)
}

/// Tells whether a sentence is indirect speech by its verb ("Die Lage sei ernst") and names no speaker.
fn is_indirect(text: &str) -> bool {
    let mut words = text.split([' ', '\n', ',']);
    let clause = text.split(',').next().unwrap_or_default();
    clause.split_ascii_whitespace().any(is_subjunctive)
        && !words.any(|word| is_source(word) || word.starts_with(QUOTES))
}

/// Tells whether a word is a verb of indirect speech.
fn is_subjunctive(word: &str) -> bool {
    // Most words are told by their last letter.
    matches!(word.as_bytes().last(), Some(b'e' | b'i' | b'n'))
        && matches!(
            word,
            "sei"
                | "seien"
                | "habe"
                | "werde"
                | "könne"
                | "müsse"
                | "solle"
                | "wolle"
                | "dürfe"
                | "gebe"
                | "gehe"
                | "komme"
                | "bleibe"
                | "stehe"
                | "liege"
        )
}

/// Tells whether a word names the source of indirect speech, or shows that it is not ("es sei denn", "ich habe").
fn is_source(word: &str) -> bool {
    let is_in = |words: &str| words.split(' ').any(|other| other == word);
    [
        SOURCES,
        speech::REPORTING,
        speech::BEFORE,
        speech::AFTER,
        speech::SO,
    ]
    .into_iter()
    .any(is_in)
}

/// Words that do so besides those of [`speech`].
const SOURCES: &str = "Angaben Angabe Laut Nach nach denn ob dass wie Ich ich hieß heißt berichten";

const QUOTES: [char; 6] = ['„', '“', '”', '"', '»', '«'];

fn is_first_person(word: &str) -> bool {
    matches!(
        word,
        "ich"
            | "Ich"
            | "mich"
            | "mir"
            | "Mir"
            | "wir"
            | "Wir"
            | "uns"
            | "Uns"
            | "unser"
            | "unsere"
            | "Unsere"
            | "unserem"
            | "unseren"
            | "unserer"
            | "meine"
            | "Meine"
            | "meinem"
            | "meinen"
            | "meiner"
    )
}

/// Whether a sentence starts inside a quote that an earlier one opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Closed,
    Open,
}

impl Quote {
    /// Only „…“ has different marks for opening and closing.
    fn after(self, text: &str) -> Self {
        // All of them begin with this byte, which few sentences have.
        if !text.as_bytes().contains(&0xE2) {
            return self;
        }
        match text.rfind(['„', '“', '”']) {
            None => self,
            Some(at) if text.get(at..).is_some_and(|mark| mark.starts_with('„')) => Self::Open,
            Some(_) => Self::Closed,
        }
    }
}

fn stands_alone(text: &str) -> bool {
    ends_a_statement(text)
        && !LABELS.iter().any(|label| text.starts_with(label))
        && !is_bare_quote(text)
        && text.split_whitespace().take(MIN_WORDS).count() == MIN_WORDS
        && has_verb(text)
}

/// Tells whether the last mark, ignoring closing quotes and brackets, ends a statement.
fn ends_a_statement(text: &str) -> bool {
    text.trim_end_matches(['“', '”', '"', '«', '»', '‘', '’', '\'', ')', ']'])
        .ends_with(['.', '!', '…'])
}

/// Tells whether a sentence is nothing but a quote, so that no speaker is named, or only the end of one.
fn is_bare_quote(text: &str) -> bool {
    let inner = text.trim_end_matches(['.', '!', '?', '…', ',']);
    let Some(inner) = inner.strip_suffix(['“', '”', '"', '«', '»']) else {
        // It may still open a quote that later sentences continue.
        return text.starts_with('„') && !text.contains(['“', '”']);
    };
    match inner.strip_prefix(['„', '“', '"', '»', '«']) {
        Some(inner) => !inner.contains(['“', '”', '"', '«', '»']),
        None => !inner.contains(['„', '“', '"', '»', '«']),
    }
}

/// Tells whether a word looks like a finite verb, by its ending or as an irregular one.
fn has_verb(text: &str) -> bool {
    let words = || {
        text.split(|c: char| !letters::is_alphanumeric(c))
            .filter(|word| word.starts_with(char::is_lowercase))
    };
    let is_regular = |word: &str| {
        word.len() > 3
            && (word.ends_with('t') || word.ends_with("en") || word.ends_with("te"))
            && !NO_VERBS.contains(&word)
    };
    let is_strong = |word: &str| STRONG.iter().any(|form| word.ends_with(form));
    // Most sentences have a regular one, which is found fastest.
    words().any(is_regular) || words().any(|word| is_verb(word) || is_strong(word))
}

/// Tells whether a word is one of the irregular finite verbs.
pub(crate) fn is_verb(word: &str) -> bool {
    static KNOWN: LazyLock<FxHashSet<&str>> = LazyLock::new(|| VERBS.iter().copied().collect());
    KNOWN.contains(word)
}

const VERBS: &[&str] = &[
    "ist", "sind", "war", "waren", "sei", "seien", "wäre", "wird", "werde", "würde", "hat", "habe",
    "hatte", "hätte", "kann", "könne", "könnte", "muss", "müsse", "soll", "solle", "will", "wolle",
    "darf", "dürfe", "mag", "möge", "gab", "gibt", "ging", "kam", "nahm", "sah", "tat", "zog",
    "fiel", "blieb", "ließ", "lag", "schrieb", "sprach", "stieg", "starb", "trat", "traf",
    "verlor", "fand", "stand", "hielt", "rief", "bekam", "begann", "gewann", "brach", "warf",
    "wuchs", "sank", "schloss", "nannte", "unterlag", "erschien", "wies", "half", "schlug", "trug",
    "fuhr", "flog", "floh", "griff", "hing", "lief", "log", "riss", "rann", "bot", "bat", "bog",
    "weiß", "tun", "handelte", "fehle", "gebe", "gehe", "komme", "bleibe", "liege", "stehe",
];

/// Forms of strong verbs in the past, which keep them after a prefix: "erhob", "verlieh".
const STRONG: &[&str] = &[
    "hob", "gab", "nahm", "kam", "ging", "stand", "hielt", "ließ", "trat", "traf", "sprach",
    "brach", "schloss", "wies", "zog", "fiel", "rief", "schrieb", "stieg", "sank", "trug",
    "schlug", "fand", "band", "litt", "schnitt", "blieb", "lieh", "lud", "fuhr", "warb", "starb",
    "half", "galt", "floss", "goss", "riet", "lief", "sah", "las", "wuchs", "wusch", "schied",
    "mied", "schob", "bog", "zwang", "drang", "klang", "sprang", "schwamm", "gewann", "sann",
    "spann", "schuf", "grub",
];

const NO_VERBS: &[&str] = &[
    "nicht", "seit", "damit", "somit", "samt", "laut", "fast", "meist", "selbst", "sonst",
    "bereits", "erst", "acht", "einst", "jetzt", "zuletzt", "dort", "weit", "gut", "rund", "einen",
    "keinen", "seinen", "ihren", "deren", "dessen", "denen", "neben", "gegen", "wegen", "unten",
    "oben", "sieben", "morgen", "zwischen", "heute", "letzte", "rechte", "zweite", "dritte",
    "vierte",
];

#[cfg(test)]
mod tests {
    use Speech::{Free, Indirect, Own};
    use blattwerk_core::Span;

    use super::*;
    use crate::budget::tests::document;

    #[test]
    fn only_sentences_that_stand_alone_are_candidates() {
        let cases: &[(&str, bool)] = &[
            ("Der Rat hat dem Haushalt zugestimmt.", true),
            ("Rat stimmt Haushalt zu", false),
            ("Berlin, 14. Februar 2006.", false),
            ("Foto: Die Brücke wurde im Mai gesperrt.", false),
            ("Und was sagen die Anwohner dazu?", false),
            ("Er sagte dazu Folgendes:", false),
            ("„Das ist ein guter Tag für die Stadt.“", false),
            ("„Das ist ein guter Tag“, sagte die Bürgermeisterin.", true),
            ("Die Bürgermeisterin sagte: „Das ist ein guter Tag.“", true),
            ("\"Das ist ein guter Tag für die Stadt.\"", false),
            (
                "\"Das ist ein guter Tag\", sagte die Bürgermeisterin.",
                true,
            ),
            ("Wir haben lange darauf gewartet.“", false),
            ("„Wir haben lange darauf gewartet.", false),
            (
                "Der „Spiegel“ berichtet von einem Streit im Vorstand.",
                true,
            ),
            ("Ein Bericht von unserem Korrespondenten.", false),
            ("Das lag am Wetter.", true),
            ("Ida Berg erhob schwere Vorwürfe.", true),
            ("Der Verein verlieh ihr einen Preis.", true),
            ("Schwere Vorwürfe nach langem Streit.", false),
            ("Dieser Artikel erschien zuerst im Wochenblatt.", false),
            ("Danke schön.", false),
            ("", false),
        ];
        for &(text, expected) in cases {
            assert_eq!(stands_alone(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_bare_source_says_who_reports_and_nothing_else() {
        for (text, expected) in [
            ("Das meldet das Wochenblatt.", true),
            ("Dies teilte die Polizei am Montag mit.", true),
            ("Das sagte Ida Berg, die den Hafen leitet.", false),
            ("Das Wochenblatt meldet einen Brand.", false),
            ("Das freut die Kapitäne.", false),
        ] {
            assert_eq!(is_bare_source(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_part_of_a_quote_is_a_cut_quote() {
        assert!(cuts_quote("Der Trainer sagte: „Wir haben gut gespielt."));
        assert!(cuts_quote("Der Trainer: \"Wir haben gut gespielt."));
        assert!(!cuts_quote("Der „Spiegel“ fragt, und \"Die Zeit\" auch."));
        assert!(!cuts_quote("Die “Times” fragt auch."));
    }

    #[test]
    fn answers_and_the_first_person_are_spoken() {
        let document = document(
            "Ida Berg leitet den Hafen und sieht ihn am Ende.\n\
             Blatt: Was wird aus den Fähren?\n\
             Berg: Die Fähren fahren weiter.\n\
             Blatt: Bis wann?\n\
             Berg: Das entscheidet der Rat.\n\
             Nur eines steht fest: Der Rat tagt im Mai.\n\
             Darauf warten wir seit Jahren.\n\
             Der Kapitän sagte: „Wir fahren.“\n\
             Die Fähren seien alt.\n\
             Die Fähren seien alt, sagte der Kapitän.\n\
             Nach Angaben des Rats sei der Hafen neu.\n\
             Der Kapitän warnte, die Fähren seien alt.",
        );
        let expected = [
            Free, Own, Own, Own, Own, Free, Own, Free, Indirect, Free, Free, Free,
        ];
        assert_eq!(speech(&document), expected);
    }

    #[test]
    fn a_turn_ends_with_its_line() {
        let text = "Berg: Ja.\nBerg: Nein. Gut so.\nDer Hafen schweigt.";
        let mut document = Document::new("a", text);
        document.sentences = [(0, 9), (10, 21), (22, 29), (30, 49)]
            .map(|(start, end)| Span::new(start, end))
            .into();
        assert_eq!(speech(&document), [Own, Own, Own, Free]);
    }

    #[test]
    fn the_middle_of_a_quote_does_not_stand_alone() {
        let document = document(
            "Der Trainer sagte: „Wir haben gut gespielt.\n\
             Am Ende hat uns die Kraft gefehlt.\n\
             Das wird sich bald ändern.“\n\
             Der Verein steht auf dem letzten Platz.",
        );
        assert_eq!(candidates(&document), [0, 3]);
    }

    #[test]
    fn empty_sentences_tell_nothing() {
        for text in [
            "Das meldet das Wochenblatt.",
            "Ida Berg erhob schwere Vorwürfe gegen den Rat.",
            "Auch Jan Tal übte scharfe Kritik.",
            "Zunächst war von einem Unfall die Rede gewesen.",
            "Anfangs hatten alle einen Unfall vermutet.",
            "Der Verein wurde 1998 gegründet und zählt 50 Mitglieder.",
            "Ida Berg, geboren 1960 in Leer, leitet den Hafen.",
        ] {
            assert!(is_empty(text), "{text:?}");
        }
        for text in [
            "Ida Berg übte Kritik: Der Hafen sei zu teuer.",
            "Ida Berg erhob Vorwürfe, weil der Hafen zu teuer ist.",
            "Ida Berg wies die Vorwürfe zurück.",
            "Zunächst wurde der Hafen geräumt.",
            "Zunächst fuhr der Kutter nach Leer.",
            "Kapitäne haben am Montag einen Verein gegründet.",
            "",
        ] {
            assert!(!is_empty(text), "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_with_its_paragraph() {
        let document = document(
            "Der Trainer sagte: „Wir haben gut gespielt.\n\n\
             Der Verein steht auf dem letzten Platz.",
        );
        assert_eq!(candidates(&document), [0, 1]);
    }
}
