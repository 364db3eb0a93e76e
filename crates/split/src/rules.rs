//! Sentences by rules for German.
//!
//! Every line break is a boundary. Within a line only `.`, `!`, `?` and `…` can end a sentence; at each of them
//! the rules look at the word before, at what closes after the mark and at the next word. In German a capital
//! alone proves nothing, since all nouns have one; so where a mark is ambiguous ("im 19. Jahrhundert", "es waren
//! 19. Danach"), a learned list says which words are capitalized only at the start of a sentence.
//!
//! Nothing is matched against the whole text: a scan finds the marks, and the context read around each is
//! bounded, so the running time is linear in the length of the text.

mod clause;
mod judge;
mod mark;
mod peek;
mod sentence;
mod smiley;
mod stop;
mod verbs;
mod words;

use std::path::Path;

use blattwerk_core::{Asset, Built, Document, Result, Span, Stage};
use schemars::JsonSchema;
use serde::Deserialize;

use self::clause::Before;
use self::judge::Judge;
use self::mark::{First, Kind, Mark};
use self::peek::behind;
use self::sentence::Sentence;
use self::stop::Stop;
use self::verbs::Verbs;
use self::words::{Abbreviations, Words};

/// Finds sentence ends with rules for German and a list of abbreviations.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Additional abbreviations that never end a sentence, such as `["lfd.", "i. O."]`; the final full stop and
    /// spaces may be omitted. They override built-in abbreviations. Default: none.
    #[schemars(example = vec!["lfd.", "i. O."])]
    pub abbreviations: Vec<String>,
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// None.
    #[expect(clippy::unnecessary_wraps, reason = "every backend is built alike")]
    pub(crate) fn build(&self, _root: &Path) -> Result<Built<Vec<Span>>> {
        let assets = [
            ("split/abbreviations.txt", Abbreviations::SOURCE),
            ("split/words.txt", Words::SOURCE),
            ("split/starters.txt", Words::STARTERS),
            ("split/verbs.txt", Verbs::SOURCE),
        ];
        let rules = Rules {
            judge: Judge::new(&self.abbreviations),
        };
        Ok(assets
            .into_iter()
            .fold(Built::new(rules), |built, (name, content)| {
                built.with(Asset::new(name, content.as_bytes()))
            }))
    }
}

/// The backend.
struct Rules {
    judge: Judge,
}

impl Stage for Rules {
    type Layer = Vec<Span>;

    fn process(&self, document: &Document) -> Result<Vec<Span>> {
        let text = document.text.as_str();
        let mut sentences = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let end = line_end(text, at);
            let line = text.get(at..end).unwrap_or_default();
            self.split(line.trim_end(), at, &mut sentences);
            at = end;
        }
        Ok(sentences)
    }
}

impl Rules {
    /// Adds the sentences of a line that starts at byte `offset` of the text.
    fn split(&self, line: &str, offset: usize, sentences: &mut Vec<Span>) {
        let mut sentence = Sentence::start(line, 0);
        let mut at = sentence.start;
        while let Some(found) = mark::find(line, at) {
            sentence.read(at, found);
            let mark = Mark::read(line, sentence.start, found);
            at = mark.end;
            if self.ends(&sentence, &mark) {
                sentences.push(Span::new(offset + sentence.start, offset + mark.end));
                sentence = Sentence::start(line, mark.end);
                at = sentence.start;
            }
        }
        if sentence.start < line.len() {
            sentences.push(Span::new(offset + sentence.start, offset + line.len()));
        }
    }

    /// Returns whether a mark ends a sentence.
    fn ends(&self, sentence: &Sentence, mark: &Mark) -> bool {
        let next = &mark.next;
        if matches!(next.first, First::Nothing | First::Comma) {
            return false;
        }
        let Some((_, first)) = sentence.first else {
            return false;
        };
        if !next.gap {
            return self.ends_without_blank(sentence, mark);
        }
        if mark.smiles {
            return true;
        }
        if next.first == First::Small {
            // A writer who starts a sentence in lower case may start the next one that way.
            return first.is_lowercase()
                && !mark.closes_quote
                && !mark.closes_bracket
                && !next.opens_quote
                && (mark.kind != Kind::Stop || self.judge.stop(sentence, mark) == Stop::Always);
        }
        if mark.closes_bracket && !sentence.opens_bracket {
            return self.ends_behind_bracket(sentence, mark);
        }
        match mark.kind {
            Kind::Strong => {
                !self.judge.is_exclaimed(sentence.word_before(mark)) || self.judge.is_starter(mark)
            }
            Kind::Ellipsis if sentence.opens_before(mark) => false,
            Kind::Ellipsis => {
                !sentence.has_blank_before(mark) || mark.closes_quote || self.judge.is_starter(mark)
            }
            Kind::Stop => match self.judge.stop(sentence, mark) {
                Stop::Always => true,
                Stop::BeforeCapital => next.first == First::Capital,
                Stop::BeforeStarter | Stop::BeforeClause if mark.closes_quote => {
                    next.first == First::Capital
                }
                Stop::BeforeStarter => self.judge.is_starter(mark),
                Stop::BeforeClause => {
                    self.judge.is_starter(mark)
                        || self.judge.starts_clause(sentence, mark, Before::Name)
                }
                Stop::Never => mark.closes_quote && self.judge.is_starter(mark),
            },
        }
    }

    /// The same after a bracket that opened within the sentence: usually the sentence goes on.
    fn ends_behind_bracket(&self, sentence: &Sentence, mark: &Mark) -> bool {
        mark::is_long_bracket(sentence.line, sentence.start, mark.start)
            && self.judge.is_starter(mark)
            && (mark.kind != Kind::Stop || self.judge.stop(sentence, mark) == Stop::Always)
    }

    /// The same where the space is missing: "Ende.Der nächste".
    fn ends_without_blank(&self, sentence: &Sentence, mark: &Mark) -> bool {
        let next = &mark.next;
        let is_word = next.word.chars().nth(1).is_some_and(char::is_lowercase)
            && !next.rest.starts_with(['.', '/', '@', '_', '-', ':', '=']);
        let is_short = next.word.chars().count() == 1 || self.judge.is_starter(mark);
        if next.first != First::Capital || !(is_word || is_short) {
            return false;
        }
        let token = sentence.word_before(mark);
        if token.contains(['@', '/', '_']) || token.starts_with("www") {
            return false;
        }
        let is_plain = token.chars().count() >= 3 && token.chars().all(char::is_lowercase);
        match mark.kind {
            Kind::Ellipsis => self.judge.is_starter(mark),
            Kind::Strong => is_word && (is_plain || self.judge.is_starter(mark)),
            Kind::Stop if mark.closes_quote || mark.closes_bracket || token.is_empty() => {
                is_word && self.judge.is_starter(mark)
            }
            Kind::Stop if token.contains('.') => false,
            Kind::Stop => match self.judge.stop(sentence, mark) {
                Stop::Always => {
                    (is_word || next.opens_quote)
                        && (is_plain && next.word.chars().count() > 3
                            || self.judge.is_starter(mark)
                            || self.judge.starts_clause(sentence, mark, Before::Name))
                }
                Stop::Never => false,
                _ => is_word && self.judge.is_starter(mark),
            },
        }
    }
}

/// Returns the end of the line that starts at a byte, including its line break.
fn line_end(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| {
        rest.iter()
            .position(|byte| matches!(byte, b'\n'..=b'\r' | 0xC2 | 0xE2))
    }) {
        at += found;
        let c = behind(text, at).chars().next().unwrap_or_default();
        at += c.len_utf8();
        if matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use blattwerk_core::contract;

    use super::*;

    fn rules() -> Box<dyn Stage<Layer = Vec<Span>>> {
        Config::default().build(Path::new(".")).unwrap().stage
    }

    fn sentences(stage: &dyn Stage<Layer = Vec<Span>>, text: &str) -> Vec<String> {
        let document = Document::new("case", text);
        let spans = stage.process(&document).unwrap();
        spans
            .into_iter()
            .map(|span| document.text[span].to_owned())
            .collect()
    }

    #[test]
    fn sentences_end_where_the_cases_say() {
        let stage = rules();
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in include_str!("../tests/cases.txt").lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            count += 1;
            let line = line.replace('⏎', "\n");
            let expected: Vec<&str> = line.split('|').map(str::trim).collect();
            let text = line.replace(" | ", " ").replace('|', "");
            let found = sentences(&*stage, &text);
            if found != expected {
                wrong.push(format!("expected {expected:?}\n   found {found:?}"));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {count} texts:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(count >= 150, "{count} cases");
    }

    #[test]
    fn keeps_the_contract() {
        contract::check(&*rules(), "Am 3. Mai. „Ja.“ (Nein.) …", Vec::clone);
    }

    #[test]
    fn a_users_abbreviation_ends_no_sentence() {
        let config = Config {
            abbreviations: vec!["Rglt.".into(), "a. b. C.".into()],
        };
        let stage = config.build(Path::new(".")).unwrap().stage;
        let text = "Das Rglt. Die Regel gilt a. b. C. Danach nicht.";
        assert_eq!(sentences(&*stage, text), [text]);
    }

    #[test]
    fn a_wrong_key_is_named() {
        let config = serde_json::from_str::<Config>(r#"{"abbreviation": []}"#);
        let error = config.unwrap_err().to_string();
        assert!(error.contains("`abbreviation`"), "{error}");
        assert!(error.contains("`abbreviations`"), "{error}");
    }

    /// Texts without sentence ends, which would take forever if each mark looked back to the start.
    #[test]
    fn a_long_text_without_ends_is_no_trouble() {
        let stage = rules();
        for piece in [
            "a.b", "-! ", "?\"a", "(. ", ".a) ", "z. B. ", "3. ", "…a", "((", "! ) ", ":)", "a. ",
            "\".", "😀", "[1]",
        ] {
            let text = piece.repeat(300_000 / piece.len());
            sentences(&*stage, &text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

        #[test]
        fn no_letter_is_lost(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "Dr", "z", "B", "Die", "am", "Mai", "sagt", "usw", "3", "1989", "XIV", ".", ".", ".", "!", "?", "…",
                    "...", "„", "“", "\"", "'", "»", "«", "(", ")", "[1]", ",", ":", "-", "–", " ", " ", " ", " ", "\n",
                    "\r\n", "\u{A0}", "\u{2028}", "\u{AD}", "😀", ":-)", "ä", "é", "日", "。", "e\u{301}",
                ]),
                0..40,
            )
        ) {
            let text = pieces.concat();
            let document = Document::new("any", text.clone());
            let spans = rules().process(&document).unwrap();
            let mut at = 0;
            for span in spans {
                let (gap, sentence) = (Span::new(at, span.start), &document.text[span]);
                prop_assert!(document.text[gap].trim().is_empty(), "only white space between sentences: {:?}", text);
                prop_assert!(!sentence.is_empty() && sentence.trim() == sentence, "{:?} of {:?}", sentence, text);
                at = span.end;
            }
            let rest = Span::new(at, text.len());
            prop_assert!(document.text[rest].trim().is_empty(), "and after the last one: {:?}", text);
        }
    }
}
