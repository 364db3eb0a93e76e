//! What a reader asks of a news story besides who and where, and which sentences answer it.
//!
//! After the lead an editor looks for the harm, for what courts and police do, for the cause, for the terms of what
//! was decided, and for what the other side says. Each of these has words of its own (the cue words of Edmundson 1969), and
//! a summary needs one answer to each, not three.

use rustc_hash::FxHashMap;

/// A set of questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Questions(u8);

impl Questions {
    /// Returns the questions of this set that are not in another.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the questions of both sets.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const HARM: u8 = 1;
const LAW: u8 = 2;
const DAMAGE: u8 = 4;
const CAUSE: u8 = 8;
const TERMS: u8 = 16;
const REACTION: u8 = 32;
const OUTCOME: u8 = 64;

/// The words that answer a question.
const CUES: &[(u8, &str)] = &[
    (
        HARM,
        "verletzt verletzte verletzten Verletzte Verletzten Leichtverletzte Schwerverletzte tot Tote Toten Todesopfer Todesopfern \
         Opfern starb starben gestorben getötet ums vermisst überlebt überlebten ertrunken erschossen",
    ),
    (
        LAW,
        "festgenommen verhaftet verurteilt freigesprochen angeklagt Anklage Haft Haftstrafe Freiheitsstrafe \
         Gefängnis Bewährung verdächtigt Ermittlungen ermittelt ermitteln fahndet fahndete Haftbefehl Geldstrafe Festnahmen Prozess Urteil \
         Angeklagte Angeklagten Angeklagter \
         Untersuchungshaft",
    ),
    (
        DAMAGE,
        "Schaden Sachschaden beschädigt zerstört evakuiert Evakuierung Zwangsevakuierung gesperrt Notstand Ausnahmezustand \
         obdachlos ausgebrannt unterbrochen eingestellt",
    ),
    (
        CAUSE,
        "Hintergrund Grund Gründe Ursache Auslöser Anlass Motiv Tatmotiv begründet begründete begründeten",
    ),
    (TERMS, "Ziel zielt beinhaltet umfasst plant planen"),
    (
        REACTION,
        "Stellung zurückgewiesen bestritt bestreitet dementierte dementiert kritisierte kritisierten kritisieren \
         begrüßte begrüßten forderte forderten fordert fordern ablehnte protestierten",
    ),
    (
        OUTCOME,
        "entlassen zurückgetreten Rücktritt gewählt wiedergewählt ernannt abgesetzt suspendiert Nachfolger Nachfolgerin \
         gewann gewannen gewonnen siegte siegten besiegte besiegten Mehrheit Gegenstimmen Enthaltungen",
    ),
];

/// Finds the questions that sentences answer.
pub(crate) struct Cues {
    words: FxHashMap<&'static str, u8>,
    /// The lengths of the words with each first byte, as a set of bits: most words are told apart by them.
    lengths: [u32; 256],
}

impl Cues {
    pub(crate) fn new() -> Self {
        let words = CUES.iter().flat_map(|&(question, words)| {
            words.split_whitespace().map(move |word| (word, question))
        });
        let words: FxHashMap<_, _> = words.collect();
        let mut lengths = [0; 256];
        for word in CUES.iter().flat_map(|(_, words)| words.split_whitespace()) {
            if let Some(&first) = word.as_bytes().first() {
                lengths[usize::from(first)] |= length_bit(word);
            }
        }
        Self { words, lengths }
    }

    /// Returns the question that a word answers.
    fn word(&self, word: &str) -> u8 {
        let first = word.as_bytes().first();
        let may_answer =
            first.is_some_and(|&first| self.lengths[usize::from(first)] & length_bit(word) != 0);
        if may_answer {
            self.words.get(word).copied().unwrap_or(0)
        } else {
            0
        }
    }

    /// Returns the questions that a sentence answers.
    pub(crate) fn of(&self, text: &str) -> Questions {
        let mut found = 0;
        let mut sees = false;
        let mut before = "";
        for whole in text.split_ascii_whitespace() {
            let word = trimmed(whole);
            // "Der Plan sieht … vor."
            sees |= matches!(word, "sieht" | "sehen" | "sah" | "sahen");
            found |= match word {
                "vor" if sees && whole != word => TERMS,
                // "aus Anlass des Festes" tells no cause.
                "Anlass" | "Grund"
                    if matches!(before, "aus" | "Aus" | "auf" | "Auf" | "zum" | "diesem") =>
                {
                    0
                }
                _ => self.word(word),
            };
            before = word;
        }
        // Most sentences answer nothing, so their time does not matter.
        if found != 0 && is_other_time(text) {
            return Questions::default();
        }
        Questions(found)
    }
}

/// Tells whether a sentence begins with a time outside the story: "Bereits 2019 …", "Vor zwei Jahren …".
fn is_other_time(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace().take(OPENING);
    let Some(first) = words.next() else {
        return false;
    };
    let is_since = matches!(
        first,
        "Bereits" | "Schon" | "Zuletzt" | "Früher" | "Damals" | "Vor" | "Im" | "In" | "Seit"
    );
    is_year(first)
        || is_since
            && words.any(|word| {
                is_year(word) || matches!(word, "Jahren" | "Jahrzehnten" | "Vergangenheit")
            })
        || matches!(first, "Zuletzt" | "Früher" | "Damals")
        || text.contains("in der Vergangenheit")
}

/// Returns the bit of a word's length; all long words share one.
fn length_bit(word: &str) -> u32 {
    1 << word.len().min(31)
}

/// Returns a word without the marks around it.
pub(crate) fn trimmed(word: &str) -> &str {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = word.as_bytes();
    if is_letter(bytes.first()) && is_letter(bytes.last()) {
        return word;
    }
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// How many words of a sentence may say when it happened.
const OPENING: usize = 5;

pub(crate) fn is_year(word: &str) -> bool {
    word.len() == 4
        && (word.starts_with("19") || word.starts_with("20"))
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_tell_what_is_answered() {
        let cases = [
            ("Zwei Kapitäne wurden verletzt.", HARM),
            ("Verletzte gab es nicht.", HARM),
            ("Der Kapitän sitzt in Haft.", LAW),
            ("Die Ermittlungen dauern an.", LAW),
            ("Am Kutter entstand ein Schaden von 3.000 Euro.", DAMAGE),
            ("Auslöser war ein Streit um Geld.", CAUSE),
            ("Der Entwurf sieht höhere Gebühren vor.", TERMS),
            ("Ida Berg kritisierte den Entwurf.", REACTION),
            ("Leer gewann mit 3:1.", OUTCOME),
            ("Die Polizei ermittelt, ein Gast ist „tot“.", HARM | LAW),
            // neither a plan nor a cause
            ("Vor dem Hafen sieht man Kutter.", 0),
            ("Man sieht vor dem Hafen viele Kutter.", 0),
            ("Aus Anlass des Festes kamen Gäste.", 0),
            ("Der Hafen ist zu.", 0),
            ("", 0),
        ];
        let cues = Cues::new();
        for (text, expected) in cases {
            assert_eq!(cues.of(text), Questions(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_outside_the_story_answers_nothing() {
        let cues = Cues::new();
        for text in [
            "1987 starben vor Leer drei Kapitäne.",
            "Im Jahr 1987 starben vor Leer drei Kapitäne.",
            "Bereits im März 2003 wurden drei Kapitäne verletzt.",
            "Vor zwei Jahren wurden drei Kapitäne verletzt.",
            "Zuletzt wurden im Mai drei Kapitäne verletzt.",
            "Kapitäne waren in der Vergangenheit oft verletzt worden.",
        ] {
            assert!(cues.of(text).is_empty(), "{text:?}");
        }
        for text in [
            "Im Hafen wurden drei Kapitäne verletzt.",
            "Drei Kapitäne starben, die meisten seit 1987.",
            "Vor dem Hafen starben drei Kapitäne.",
        ] {
            assert_eq!(cues.of(text), Questions(HARM), "{text:?}");
        }
    }

    #[test]
    fn questions_are_a_set() {
        let both = Questions(HARM | CAUSE);
        assert_eq!(both.without(Questions(HARM)), Questions(CAUSE));
        assert!(both.without(both).is_empty());
        assert_eq!(Questions(HARM).and(Questions(CAUSE)), both);
    }
}
