//! Detection by words and by trigrams.
//!
//! The script comes first: a text that is mostly in letters other than Latin ones is in none of the languages
//! that use those, and many scripts, or a few letters of them, leave a single language however short the text.
//!
//! Nearly every article of a German dump is German, and a few words prove it: `und`, `nicht` and `für` exist
//! in no other language. So the text is searched for such words first, which costs next to nothing. Only a
//! text with too few of them goes to the trigram detector, which takes a hundred times as long.
//!
//! The detector is asked two questions, because closely related languages make it unsure: which language is
//! the most likely, and is the text in that language rather than in German? Danish may be Norwegian, but it
//! is certainly not German.

use std::path::Path;

use blattwerk_core::{Built, Document, Error, Result, Stage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use whatlang::{Detector, Lang};

use crate::scripts::{self, Answer};
use crate::{Detected, codes};

/// How many bytes of an article are examined, from its start; more text does not change the answer.
const SAMPLE: usize = 2000;
/// With fewer letters than this, German is the only accepted answer.
const LEAST_LETTERS: usize = 150;

/// German words that are not words of a related or neighbouring language; sorted.
const WORDS: [&str; 38] = [
    "aber", "auch", "auf", "aus", "dass", "daß", "dieser", "durch", "eine", "einem", "einen",
    "einer", "eines", "für", "gegen", "haben", "ich", "ihre", "ist", "keine", "nach", "nicht",
    "nur", "oder", "sei", "seine", "sich", "sind", "und", "vom", "wir", "wird", "worden", "wurde",
    "wurden", "zum", "zur", "zwischen",
];
/// This many different ones prove that a text is German …
const LEAST_WORDS: u32 = 3;
/// … if they are at least one in this many words of the text.
const ONE_IN: usize = 14;

/// Words of Luxembourgish that no related language has in its news; sorted. The detector does not know the
/// language and takes it for German, Dutch or Catalan.
const LUXEMBOURGISH: [&str; 57] = [
    "ass", "awéi", "driwwer", "dräi", "duerch", "déi", "dës", "dësem", "dësen", "dëser", "dëst",
    "elo", "engem", "esou", "fir", "gemaach", "gesot", "ginn", "gouf", "goufen", "goung", "géif",
    "géifen", "géing", "géint", "gëtt", "hien", "hirem", "huet", "hunn", "iwwer", "kritt",
    "kréien", "kënnen", "kënnt", "leschten", "mécht", "méi", "nees", "nei", "nëmmen", "ouni",
    "sengem", "senger", "sinn", "säin", "sënn", "tëscht", "virun", "véier", "wéi", "wëll", "wëllt",
    "zanter", "zréck", "zënter", "ëm",
];

/// What happens to an article in another language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Other {
    /// It is processed like all others.
    #[default]
    Keep,
    /// It is listed in `skipped.csv` and in no other table.
    Skip,
    /// It is a failure, listed in `failures.csv`.
    Fail,
}

/// Which language is expected, and what happens to articles in another one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The language that articles should be in, as an ISO 639-1 code. Default: `de`.
    pub expected: String,
    /// What happens to an article in another language. An article that is too short to tell is processed.
    pub other: Other,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            expected: "de".into(),
            other: Other::Keep,
        }
    }
}

impl Config {
    /// Builds the backend.
    pub(crate) fn build(&self, _root: &Path) -> Result<Built<Detected>> {
        let codes = codes::all();
        let expected = codes.iter().find(|&&code| code == self.expected);
        let expected = *expected.ok_or_else(|| Error::Setting {
            key: "expected",
            expected: format!("one of {}", codes.join(", ")),
            found: format!("`{}`", self.expected),
        })?;
        Ok(Built::new(Trigrams {
            expected,
            other: self.other,
        }))
    }
}

struct Trigrams {
    expected: &'static str,
    other: Other,
}

impl Stage for Trigrams {
    type Layer = Detected;

    fn process(&self, document: &Document) -> Result<Detected> {
        let language = detect(document.text.as_str());
        let is_other = language.is_some_and(|found| found != self.expected);
        match (language, self.other) {
            (Some(found), Other::Fail) if is_other => Err(Error::Language {
                expected: self.expected,
                found,
            }),
            _ => Ok(Detected {
                language,
                is_skipped: is_other && self.other == Other::Skip,
            }),
        }
    }
}

/// Returns the language of a text, if it is long enough to be sure.
fn detect(text: &str) -> Option<&'static str> {
    let end = (0..=SAMPLE.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))?;
    let sample = text.get(..end)?;
    match scripts::read(sample) {
        Answer::Latin => {}
        Answer::Language(language) => return Some(language),
        Answer::Open => {
            return whatlang::detect(sample)
                .filter(whatlang::Info::is_reliable)
                .map(|info| codes::of(info.lang()));
        }
        Answer::Unknown => return None,
    }
    if is_german(sample) {
        return Some(codes::of(Lang::Deu));
    }
    if is_luxembourgish(sample) {
        return Some(codes::LUXEMBOURGISH);
    }
    let likely = whatlang::detect(sample)?;
    if likely.lang() == Lang::Deu {
        return Some(codes::of(Lang::Deu)).filter(|_| likely.is_reliable());
    }
    let is_long = LEAST_LETTERS <= sample.chars().filter(|c| c.is_alphabetic()).count();
    let is_not_german = Detector::with_allowlist(vec![likely.lang(), Lang::Deu])
        .detect(sample)
        .is_some_and(|info| info.lang() == likely.lang() && info.is_reliable());
    Some(codes::of(likely.lang())).filter(|_| is_long && is_not_german)
}

/// Tells whether a text has enough words that only German has.
fn is_german(text: &str) -> bool {
    LEAST_WORDS <= different(text, &WORDS)
}

/// Tells whether a text has enough words that only Luxembourgish has: one fewer, since German is ruled out.
fn is_luxembourgish(text: &str) -> bool {
    LEAST_WORDS <= different(text, &LUXEMBOURGISH) + 1
}

/// Returns how many different ones of some sorted words in lower case a text has, or 0 if they are too rare in it.
fn different(text: &str, words: &[&str]) -> u32 {
    let mut found = 0_u64;
    let mut hits = 0;
    let mut count = 0;
    let longest = words.iter().map(|word| word.len()).max().unwrap_or(0);
    // Nouns and long words need no search.
    let may_be_in = |word: &str| {
        word.len() <= longest && !word.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
    };
    for word in text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
    {
        count += 1;
        if may_be_in(word)
            && let Ok(index) = words.binary_search(&word)
        {
            hits += 1;
            found |= 1 << index;
        }
    }
    if count <= hits * ONE_IN {
        found.count_ones()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;
    use proptest::prelude::*;

    use super::*;

    const DUTCH: &str = "De gemeenteraad van Groningen heeft dinsdagavond besloten dat het oude \
        stadhuis niet wordt gesloopt. Volgens de burgemeester is er genoeg geld om het gebouw te herstellen \
        en het plein opnieuw te bestraten.";
    const DANISH: &str = "Byrådet i Aarhus besluttede tirsdag aften, at det gamle rådhus ikke skal rives \
        ned. Ifølge borgmesteren er der penge nok til at sætte bygningen i stand \
        igen, og arbejdet begynder til foråret.";

    fn stage(other: Other) -> Built<Detected> {
        let config = Config {
            other,
            ..Config::default()
        };
        config.build(Path::new("")).unwrap()
    }

    #[test]
    fn keeps_the_contract() {
        contract::check(&*stage(Other::Skip).stage, DUTCH, |_| Vec::new());
    }

    #[test]
    fn languages_are_told_apart() {
        let cases = [
            (
                "Der Rat hat am Dienstag beschlossen, dass das alte Rathaus nicht abgerissen wird. Das Geld reicht für den Umbau aus.",
                Some("de"),
            ),
            (
                "Der Bundesrat weiss noch nicht, wie gross der Schaden ist. Die Strasse bleibt geschlossen, und auch der Fussweg ist gesperrt.",
                Some("de"),
            ),
            (DUTCH, Some("nl")),
            (DANISH, Some("da")),
            (
                "The council decided on Tuesday that the old town hall will not be torn down. The mayor said there was enough money to repair the building and the square, and that work would begin next spring.",
                Some("en"),
            ),
            (
                "Le conseil municipal a décidé mardi que l'ancien hôtel de ville ne serait pas démoli. Selon la maire, il y a assez d'argent pour réparer le bâtiment, et les travaux commenceront au printemps.",
                Some("fr"),
            ),
            (
                "Городской совет решил во вторник, что старая ратуша не будет снесена. По словам мэра, денег на ремонт здания достаточно, и работы начнутся весной будущего года, как и обещал городской архитектор.",
                Some("ru"),
            ),
            (
                "D’Gemeng huet decidéiert, datt d’Bréck bis den Hierscht nei gebaut gëtt. Vill Leit hunn dogéint protestéiert, déi ëm hir Geschäfter fäerten.",
                Some("lb"),
            ),
            (
                "De Buergermeeschter sot, hie wéilt méi Suen fir d’Schoulen. D’Aarbechte sinn iwwer d’Joer verdeelt.",
                Some("lb"),
            ),
            (
                "De Schoulbus ass géint e Bam gefuer. D’Kanner goufe liicht blesséiert, de Chauffer krut e Schock, an d’Strooss war laang gespaart.",
                Some("lb"),
            ),
            (
                "No dräi Méint Chantier gëtt d’Schwämm an der Gemeng nees opgemaach. De Schäffe sot, et wier alles méi deier ginn ewéi geplangt.",
                Some("lb"),
            ),
            (
                "Den Tunnel bleift zou, well elo nach gebaut gëtt. D’Autofuerer kréien den Owend gesot, wou se laanscht fuere sollen.",
                Some("lb"),
            ),
            // Dialect that a German text quotes, and Dutch with words that look alike.
            (
                "Der Wirt aus der Pfalz ass gern und rief: „Des ass net fir uns, do geht nix meh!“ Die Gäste lachten, und auch der Koch war nicht böse.",
                Some("de"),
            ),
            (
                "De boer had net zijn land geploegd, toen een eng geluid klonk. Het was de oude tractor, die op de heuvel stond en zonder bestuurder naar beneden reed, zo meldt de politie van Zwolle. Volgens de buren was hij nog maar net thuis en had hij geen tijd om de motor uit te zetten.",
                Some("nl"),
            ),
            ("Новый мост откроют в мае.", Some("ru")),
            ("Η γέφυρα θα ανοίξει.", Some("el")),
            (
                "新しい橋の開通式で市長は „Wir sind froh und das ist für die Stadt gut, nicht nur heute“ とドイツ語で述べた。橋の長さは二百メートルで、工事には三年かかったと市の担当者は説明した。",
                Some("ja"),
            ),
            // Too short to tell, or not text in any language.
            ("Town hall stays", None),
            ("FC Bayern – Turbine Leuna 3:1", None),
            ("12 345 678 90", None),
            ("", None),
        ];
        for (text, language) in cases {
            assert_eq!(detect(text), language, "{text:?}");
        }
    }

    #[test]
    fn a_foreign_quotation_does_not_change_the_language() {
        let german = "Der Bürgermeister wollte sich dazu nicht äußern und verwies auf eine Mitteilung. \
            Darin heißt es nur: ";
        assert_eq!(detect(&format!("{german}{DUTCH}")), Some("de"));
        let quoted =
            format!("{DUTCH} „Wir sind zufrieden“, zegt hij in het Duits. {DUTCH} {DUTCH}");
        assert_eq!(detect(&quoted), Some("nl"));
    }

    #[test]
    fn another_language_meets_the_fate_that_the_config_says() {
        let process = |other, text| stage(other).stage.process(&Document::new("a", text));
        let found = |is_skipped| Detected {
            language: Some("nl"),
            is_skipped,
        };
        assert_eq!(process(Other::Keep, DUTCH).unwrap(), found(false));
        assert_eq!(process(Other::Skip, DUTCH).unwrap(), found(true));
        let error = process(Other::Fail, DUTCH).unwrap_err().to_string();
        assert_eq!(error, "expected the language `de`, found `nl`");
        for other in [Other::Skip, Other::Fail] {
            assert!(
                !process(other, "Town hall stays").unwrap().is_skipped,
                "too short"
            );
        }
    }

    #[test]
    fn a_language_that_nobody_knows_is_refused() {
        let config = Config {
            expected: "deutsch".into(),
            ..Config::default()
        };
        let error = config.build(Path::new("")).err().unwrap().to_string();
        assert!(
            error.contains("`deutsch`") && error.contains(" de, "),
            "{error}"
        );
    }

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted() && LUXEMBOURGISH.is_sorted());
    }

    proptest! {
        #[test]
        fn only_the_start_counts(text in "[a-zäöüß .]{0,100}", more in any::<String>()) {
            let start = DUTCH.repeat(1 + SAMPLE / DUTCH.len());
            prop_assert_eq!(detect(&format!("{start}{text}{more}")), detect(&start));
        }
    }
}
