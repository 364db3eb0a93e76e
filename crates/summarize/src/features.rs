//! The sentences with the highest sum of features, each with what it refers to and without repetition.
//!
//! The score of a sentence is a weighted sum (Edmundson 1969): how near it is to what the article is about (the centroid of
//! Radev et al. 2004), how early it comes, whether it carries the news or opens a paragraph, and how much it tells; minus a
//! penalty if it depends on other sentences. Sentences are then picked by maximal marginal relevance, where names,
//! words of the headline and what readers ask (`question`) count until they are covered. The sentence that carries the
//! news comes first; each other one is picked together with the sentences it refers to (`antecedent`), or not at all.
//! Headlines, questions, credits, bare quotes and sentences that tell nothing are not candidates.
//!
//! `scripts/train/summaries.sh` finds the weights by coordinate ascent on ROUGE and documents where the defaults
//! differ. The time grows with the length of the article and with the number of sentences requested.
//!
//! - Edmundson: New methods in automatic extracting. JACM 16, 1969.
//! - Radev, Jing, Styś, Tam: Centroid-based summarization of multiple documents. IP&M 40, 2004.

use std::path::Path;

use blattwerk_core::{Built, Document, Error, Result, Span, Summary};

use crate::antecedent::{Antecedents, Memory};
use crate::budget::{self, Budget};
use crate::mmr::{Candidate, Names, Picker, Weights};
use crate::question::{Cues, Questions};
use crate::readable;
use crate::terms::{self, Reader};

budget::config! {
    /// The keys of `features`. All weights are relative to the weight of centrality, which is 1.
    pub struct Config {
        /// The bonus of the first sentence for its position. It falls by a factor of e every six sentences. Default: 2.5.
        pub position: f32,
        /// An additional bonus of the sentence that carries the news: the first one, or one of the next if the article opens
        /// with a scene. The default, 3, makes it part of every summary with room for it.
        pub first: f32,
        /// The bonus of a sentence that opens a paragraph. Default: 0.1.
        pub paragraph: f32,
        /// The bonus of a sentence that tells much: twelve content words, where a figure counts for three. Sentences that tell
        /// less get part of it. Default: 0.4.
        pub substance: f32,
        /// The bonus of a sentence with exactly the words of the headline; a partial match gets part of it. Words in
        /// sentences already picked do not count. No effect if the article has no headline. Default: 1.0.
        pub title: f32,
        /// The bonus of a sentence that answers what readers ask after the lead: who was hurt, what police and courts do, what
        /// was damaged, why, what a plan says, what others say about it, who won or resigned. An answer that a sentence
        /// already picked gives does not count, nor does one from outside the time of the story. Default: 1.0.
        pub answer: f32,
        /// The bonus of a sentence with all names of the article; names in sentences already picked do not count.
        /// Default: 0.2.
        pub names: f32,
        /// The penalty for a sentence that refers to others which are not picked yet, and which have to be picked with it. Half
        /// of it for a definite noun that nothing explains. Default: 0.3.
        pub leaning: f32,
        /// The penalty for a sentence with the same words as a sentence already picked. Default: 0.7.
        pub redundancy: f32,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sentences: None,
            words: None,
            chars: None,
            position: 2.5,
            first: 3.0,
            paragraph: 0.1,
            substance: 0.4,
            title: 1.0,
            answer: 1.0,
            names: 0.2,
            leaning: 0.3,
            redundancy: 0.7,
        }
    }
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If a limit is 0, or a weight is not finite.
    pub fn build(&self, _root: &Path) -> Result<Built<Summary>> {
        for (key, value) in [
            ("position", self.position),
            ("first", self.first),
            ("paragraph", self.paragraph),
            ("substance", self.substance),
            ("title", self.title),
            ("answer", self.answer),
            ("names", self.names),
            ("leaning", self.leaning),
            ("redundancy", self.redundancy),
        ] {
            if !value.is_finite() {
                return Err(Error::Setting {
                    key,
                    expected: "a finite number".into(),
                    found: value.to_string(),
                });
            }
        }
        let features = Features {
            reader: Reader::new(),
            cues: Cues::new(),
            memory: Memory::default(),
            budget: self.budget()?,
            weights: self.clone(),
        };
        Ok(Built::new(move |document: &Document| {
            Ok(features.summary(document))
        }))
    }
}

struct Features {
    reader: Reader,
    cues: Cues,
    memory: Memory,
    budget: Budget,
    weights: Config,
}

impl Features {
    fn summary(&self, document: &Document) -> Summary {
        let weights = &self.weights;
        let title = document.title.as_deref().unwrap_or_default();
        // The headline is one more sentence, after those of the text.
        let headline = document.sentences.len();
        let terms = self.reader.read_with(document, Some(title));
        let centrality = terms.centrality(headline);
        let mut title = terms.zeros();
        for term in terms.of(headline) {
            title[term.id as usize] = weights.title * term.weight;
        }
        let candidates = readable::candidates(document);
        let antecedents = Antecedents::of(document, &candidates, &self.memory);
        let worth = |sentence: usize| centrality[sentence] + terms::dot(terms.of(sentence), &title);
        let lead = news(document, &candidates, &antecedents, worth);
        let mut scores = vec![0.0; headline];
        let mut answers = vec![Questions::default(); headline];
        let places = (1_u16..).chain(std::iter::repeat(u16::MAX));
        for (&sentence, place) in candidates.iter().zip(places) {
            let span = document.sentences[sentence];
            answers[sentence] = self.cues.of(&document.text[span]);
            let is_lead = sentence == lead;
            let is_loose = !is_lead && antecedents.is_loose(sentence);
            let is_open = place == 1 && antecedents.has_open_lead();
            scores[sentence] = centrality[sentence]
                + weights.position * (-(f32::from(place) - 1.0) / FADE).exp()
                + weights.first * one_if(is_lead)
                + weights.paragraph * one_if(opens_paragraph(document, span))
                + weights.substance * substance(&document.text[span], terms.of(sentence).len())
                - weights.leaning * (one_if(is_open) + one_if(is_loose) / 2.0);
        }
        let mut purse = self.budget.purse(document);
        let picker = Picker {
            document,
            terms: &terms,
            scores: &scores,
            wanted: title,
            names: Names::new(document),
            answers: &answers,
            weights: Weights {
                redundancy: weights.redundancy,
                names: weights.names,
                leaning: weights.leaning,
                answer: weights.answer,
            },
        };
        let rest = Candidate::all(&candidates, &antecedents, lead);
        // A sentence that tells nothing may still be what another one refers to.
        let is_empty = |sentence: usize| {
            sentence != lead && readable::is_empty(&document.text[document.sentences[sentence]])
        };
        picker.pick(rest, is_empty, &mut purse);
        Summary::extract(document, purse.spend(&candidates))
    }
}

/// Returns the sentence that carries the news: the first candidate, unless it sets a scene. A scene names nobody and gives no
/// figure or date, or it speaks of somebody whom nothing names.
fn news(
    document: &Document,
    candidates: &[usize],
    antecedents: &Antecedents,
    worth: impl Fn(usize) -> f32,
) -> usize {
    let Some(&first) = candidates.first() else {
        return 0;
    };
    let span = |sentence: usize| document.sentences[sentence];
    let has_name = |sentence: usize| {
        let mut entities = document.entities.iter();
        entities.any(|entity| span(sentence).contains(entity.span))
    };
    let is_anchored = |sentence: usize| {
        has_name(sentence) || document.text[span(sentence)].contains(|c: char| c.is_ascii_digit())
    };
    let is_whole = |sentence: usize| {
        antecedents
            .closure(sentence)
            .is_some_and(|all| all.len() == 1)
    };
    if is_anchored(first) && !antecedents.has_open_lead() {
        return first;
    }
    let others = candidates.iter().copied().skip(1).take(OPENING);
    others
        .filter(|&other| !readable::is_empty(&document.text[span(other)]))
        .filter(|&other| has_name(other) && is_whole(other) && worth(other) > SCENE * worth(first))
        .max_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(b.cmp(&a)))
        .unwrap_or(first)
}

/// How many sentences after the first may carry the news instead.
const OPENING: usize = 5;

/// How much nearer to what the article is about they must be than the scene.
const SCENE: f32 = 1.5;

/// How much a sentence tells, from 0 to 1: twelve content words, or fewer with figures, tell enough; more than forty words in
/// all are too many. A bare source tells nothing.
fn substance(text: &str, terms: usize) -> f32 {
    if readable::is_bare_source(text) {
        return 0.0;
    }
    let (mut words, mut figures) = (0_usize, 0);
    for word in text.split_ascii_whitespace() {
        words += 1;
        figures += usize::from(figures < MOST_FIGURES && is_figure(word));
    }
    let told = share(terms + FIGURE * figures, 12);
    let excess = share(words.saturating_sub(usize::from(LONG)), LONG);
    told - excess
}

/// Returns a count as a share of what is enough, at most 1.
fn share(count: usize, enough: u8) -> f32 {
    f32::from(u8::try_from(count).unwrap_or(u8::MAX).min(enough)) / f32::from(enough)
}

/// The number of sentences in which the bonus for an early position falls by the factor e.
const FADE: f32 = 6.0;

/// A sentence with more words is too long.
const LONG: u8 = 40;

/// How many content words a figure counts for.
const FIGURE: usize = 3;

/// How many figures count.
const MOST_FIGURES: usize = 2;

/// Tells whether a word is a number, but not a day, a year or a time of day.
fn is_figure(word: &str) -> bool {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return is_number(word);
    }
    let word = word.trim_end_matches([',', ')', ';']);
    let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    !is_year && !word.contains(':') && !word.ends_with('.')
}

/// Tells whether a word is a number in letters.
fn is_number(word: &str) -> bool {
    matches!(
        word,
        "zwei"
            | "drei"
            | "vier"
            | "fünf"
            | "sechs"
            | "sieben"
            | "acht"
            | "neun"
            | "zehn"
            | "elf"
            | "zwölf"
            | "dutzende"
            | "hundert"
            | "hunderte"
            | "tausend"
            | "tausende"
            | "Zwei"
            | "Drei"
            | "Vier"
            | "Fünf"
            | "Sechs"
            | "Sieben"
            | "Acht"
            | "Neun"
            | "Zehn"
            | "Elf"
            | "Zwölf"
            | "Dutzend"
            | "Dutzende"
            | "Hundert"
            | "Hunderte"
            | "Tausend"
            | "Tausende"
    )
}

fn one_if(claim: bool) -> f32 {
    f32::from(u8::from(claim))
}

/// Tells whether there is an empty line, or nothing, before a sentence.
fn opens_paragraph(document: &Document, sentence: Span) -> bool {
    let before = document.text.as_str().as_bytes().get(..sentence.start);
    let mut gap = before.unwrap_or_default().iter().rev();
    let mut lines = 0;
    loop {
        match gap.next() {
            None => return true,
            Some(b'\n') => lines += 1,
            Some(byte) if byte.is_ascii_whitespace() => {}
            Some(_) => return lines > 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use blattwerk_core::{Entity, contract};

    use super::*;
    use crate::budget::tests::document;

    const ARTICLE: &str = "Neuer Hafen für die Insel\n\
        Bekommt die Insel Leer bald einen Hafen für ihre Fähren?\n\
        Die Insel Leer bekommt einen neuen Hafen für ihre Fähren.\n\
        Das Wetter war bei der Sitzung sonnig und ungewöhnlich warm.\n\
        Dies ist der Hafen der Insel für die Fähren, der Millionen kostet.\n\
        Die Insel bekommt einen neuen Hafen für ihre Fähren, teilte Ida Berg mit.\n\
        Der Hafen wird nach dem Willen von Ida Berg zwölf Millionen Euro kosten.";

    /// No weights but that of centrality.
    const BARE: Config = Config {
        sentences: None,
        words: None,
        chars: None,
        position: 0.0,
        first: 0.0,
        paragraph: 0.0,
        substance: 0.0,
        title: 0.0,
        answer: 0.0,
        names: 0.0,
        leaning: 0.0,
        redundancy: 0.0,
    };

    fn summary(document: &Document, config: &Config) -> Summary {
        let built = config.build(Path::new("")).unwrap();
        built.stage.process(document).unwrap()
    }

    fn one(document: &Document, config: &Config) -> usize {
        let config = Config {
            sentences: Some(1),
            ..config.clone()
        };
        summary(document, &config).sentences[0]
    }

    #[test]
    fn the_first_sentence_that_can_stand_alone_leads() {
        assert_eq!(one(&document(ARTICLE), &Config::default()), 2);
        let position = Config {
            position: 100.0,
            ..BARE
        };
        let lead = Config {
            sentences: Some(3),
            ..position
        };
        let found = summary(&document(ARTICLE), &lead).sentences;
        assert_eq!(found, [2, 3, 4], "no headline, no question");
    }

    #[test]
    fn the_lead_can_have_a_weight_of_its_own() {
        let article = document(
            "Ein Schiff kam an.\nDer Hafen der Insel ist neu.\nDer Hafen der Insel ist groß.",
        );
        assert_ne!(one(&article, &BARE), 0);
        let first = Config { first: 1.0, ..BARE };
        assert_eq!(one(&article, &first), 0);
    }

    #[test]
    fn a_sentence_that_leans_back_loses() {
        let article = document(
            "Dies ist der Hafen der Insel.\nDer Hafen der Insel ist neu.\nFähren fahren zum Hafen.",
        );
        // The first two have the same content words, so the first wins unless it is penalized for "Dies".
        assert_eq!(one(&article, &BARE), 0);
        let leaning = Config {
            leaning: 0.1,
            ..BARE
        };
        assert_eq!(one(&article, &leaning), 1);
    }

    #[test]
    fn what_was_said_is_not_repeated() {
        let article = document(ARTICLE);
        let of = |redundancy| {
            let config = Config {
                sentences: Some(2),
                redundancy,
                ..BARE
            };
            summary(&article, &config).sentences
        };
        assert_eq!(of(0.0), [2, 5], "the same in other words");
        assert!(!of(2.0).contains(&5) || !of(2.0).contains(&2));
    }

    #[test]
    fn a_sentence_comes_with_what_it_refers_to() {
        let article = document(
            "Der Rat von Leer baut einen Hafen.\n\
             Kapitäne streiken für mehr Geld.\n\
             Davon hält Ida Berg nichts, und der Rat von Leer baut den Hafen.\n\
             Im Hafen sitzen Möwen.",
        );
        let config = Config {
            title: 5.0,
            position: 0.0,
            ..Config::default()
        };
        let mut titled = article.clone();
        titled.title = Some("Ida Berg hält nichts davon".into());
        assert_eq!(summary(&titled, &config).sentences, [0, 1, 2]);
        let two = Config {
            sentences: Some(2),
            ..config
        };
        let found = summary(&titled, &two).sentences;
        assert!(!found.contains(&2), "no room for both: {found:?}");
    }

    #[test]
    fn nothing_is_said_twice() {
        let cases = [
            (
                "Der Rat von Leer baut einen neuen Hafen.\nDer Rat von Leer baut einen neuen Hafen.\nDas Wetter war schön.",
                [0, 2],
            ),
            (
                "+++ Der Rat von Leer baut einen neuen Hafen. +++\nDer Rat von Leer baut einen neuen Hafen.\nDas Wetter war schön.",
                [1, 2],
            ),
            (
                "Der Rat von Leer baut einen neuen Hafen.\nLeer (dpa) - Der Rat von Leer baut einen neuen Hafen.\nDas Wetter war schön.",
                [0, 2],
            ),
            (
                "Der Rat von Leer baut einen neuen Hafen.\nDer Rat von Leer baut einen neuen Hafen, sagte Ida Berg.\nDas Wetter war schön.",
                [0, 2],
            ),
        ];
        for (lines, expected) in cases {
            let found = summary(&document(lines), &Config::default()).sentences;
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn what_refers_to_a_copy_comes_with_the_first_of_both() {
        let article = document(
            "Der Rat von Leer baut einen neuen Hafen.\n\
             Der Rat von Leer baut einen neuen Hafen.\n\
             Er will damit Gäste locken.",
        );
        assert_eq!(summary(&article, &Config::default()).sentences, [0, 2]);
    }

    #[test]
    fn a_scene_is_not_the_news() {
        let mut article = document(
            "Sie sitzen am Kai und frieren.\n\
             Leise klatschen Wellen gegen die Mauer.\n\
             Ida Berg schließt den Hafen der Insel, und Kapitäne verlieren Arbeit im Hafen der Insel.\n\
             Kapitäne bangen um Arbeit im Hafen.",
        );
        let name = article.text.as_str().find("Ida Berg").unwrap();
        article.entities.push(Entity {
            span: Span::new(name, name + "Ida Berg".len()),
            label: Arc::from("PER"),
            score: 1.0,
        });
        assert_eq!(one(&article, &Config::default()), 2);
        let plain =
            document("Kapitäne streiken seit Montag, dem 3. Mai.\nDer Hafen der Insel ist zu.");
        assert_eq!(one(&plain, &Config::default()), 0);
    }

    #[test]
    fn figures_tell_much() {
        let tells = |text: &str| 12.0 * substance(text, 0);
        let cases = [
            ("Der Bau kostet 12,5 Millionen Euro.", 3.0),
            ("Zwei Kutter mit 14 Fischern sanken.", 6.0),
            ("Das war am 3. Mai 2024 um 10:30 Uhr.", 0.0),
            ("Der Hafen ist zu.", 0.0),
        ];
        for (text, expected) in cases {
            assert!(
                (tells(text) - expected).abs() < 1e-5,
                "{text:?}: {}",
                tells(text)
            );
        }
    }

    #[test]
    fn each_question_is_answered_once() {
        let article = document(
            "Im Hafen von Leer ist am Montag eine Fähre gegen den Kai gefahren.\n\
             Zwölf Gäste wurden verletzt.\n\
             Drei Gäste wurden schwer verletzt.\n\
             Ursache war ein Fehler an Bord.",
        );
        let of = |answer| {
            let config = Config {
                answer,
                ..Config::default()
            };
            summary(&article, &config).sentences
        };
        assert_eq!(of(0.0), [0, 1, 2]);
        assert_eq!(
            of(Config::default().answer),
            [0, 1, 3],
            "one answer to each question"
        );
    }

    #[test]
    fn what_tells_nothing_is_not_picked() {
        let article = document(
            "Der Rat von Leer hat den Bau eines Hafens für Fähren beschlossen.\n\
             Das berichtet das Wochenblatt für Leer.\n\
             Jan Tal erhob schwere Vorwürfe gegen den Rat von Leer.\n\
             Zunächst war von einem Hafen für Kutter die Rede gewesen.\n\
             Der Hafen soll zwölf Millionen Euro kosten.",
        );
        assert_eq!(summary(&article, &Config::default()).sentences, [0, 4]);
    }

    #[test]
    fn names_are_covered() {
        let mut article = document(
            "Der Hafen der Insel ist neu.\nDer Hafen der Insel ist groß.\nFrau Ida Berg war beim Fest.",
        );
        let start = ARTICLE_NAME_START;
        article.entities.push(Entity {
            span: Span::new(start, start + "Ida Berg".len()),
            label: Arc::from("PER"),
            score: 1.0,
        });
        assert_eq!(&article.text[article.entities[0].span], "Ida Berg");
        assert_ne!(one(&article, &BARE), 2);
        let names = Config { names: 5.0, ..BARE };
        assert_eq!(one(&article, &names), 2);
    }

    /// Where "Ida Berg" starts in the article of the previous test.
    const ARTICLE_NAME_START: usize = 65;

    #[test]
    fn the_headline_of_the_record_counts() {
        let mut article = document(
            "Der Hafen der Insel ist neu.\nDer Hafen der Insel ist groß.\nFähren fahren ab Mai.",
        );
        article.title = Some("Fähren ab Mai".into());
        assert_ne!(one(&article, &BARE), 2);
        let title = Config { title: 5.0, ..BARE };
        assert_eq!(one(&article, &title), 2);
    }

    #[test]
    fn a_paragraph_opens_after_an_empty_line() {
        let article = document("Eins.\nZwei.\n\nDrei.\n \nVier.");
        let found: Vec<bool> = article
            .sentences
            .iter()
            .map(|&span| opens_paragraph(&article, span))
            .collect();
        // The line with a space counts as a sentence here, but never in practice.
        assert_eq!(found[..3], [true, false, true]);
        assert_eq!(found.last(), Some(&true));
    }

    #[test]
    fn the_budget_is_kept() {
        for most in [10, 20, 30] {
            let words = Config {
                words: Some(most),
                ..Config::default()
            };
            let found = summary(&document(ARTICLE), &words).text;
            let words = found.split_whitespace().count();
            assert!(0 < words && words <= most, "{words} of {most}");
            let chars = Config {
                chars: Some(8 * most),
                ..Config::default()
            };
            let chars = summary(&document(ARTICLE), &chars).text.chars().count();
            assert!(0 < chars && chars <= 8 * most, "{chars} of {}", 8 * most);
        }
    }

    #[test]
    fn a_weight_that_is_not_a_number_is_refused() {
        let config = Config {
            title: f32::NAN,
            ..Config::default()
        };
        let error = config.build(Path::new("")).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`title`: expected a finite number, found NaN"
        );
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, ARTICLE, |_| Vec::new());
    }
}
