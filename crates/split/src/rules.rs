//! Sentences by rules of German.
//!
//! Every line end is a boundary. Within a line only `.`, `!`, `?` and `…` can end a sentence; at each of them
//! the rules look at the word before, at what closes behind the mark and at the word that comes next. A German
//! capital alone proves nothing, since nouns have one too; so where a mark is doubtful ("im 19. Jahrhundert",
//! "es waren 19. Danach"), a learned list tells which words have a capital only at the start of a sentence.

mod mark;
mod words;

use std::path::Path;

use blattwerk_core::{Asset, Built, Document, Result, Span, Stage};
use schemars::JsonSchema;
use serde::Deserialize;

use self::mark::{First, Kind, Mark, behind, word_before};
use self::words::{Abbreviation, Abbreviations, Starters};

/// Finds the ends of sentences by rules of German and a list of abbreviations.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Abbreviations of your own that never end a sentence, like `["lfd.", "i. O."]`; the full stop and blanks
    /// may be left out. They win over the built-in ones. Default: none.
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
        Ok(Built::new(Rules {
            abbreviations: Abbreviations::new(&self.abbreviations),
            starters: Starters::new(),
        })
        .with(Asset::new(
            "split/abbreviations",
            Abbreviations::SOURCE.as_bytes(),
        ))
        .with(Asset::new("split/starters", Starters::SOURCE.as_bytes())))
    }
}

/// Splits by rules.
struct Rules {
    abbreviations: Abbreviations,
    starters: Starters,
}

impl Stage for Rules {
    type Layer = Vec<Span>;

    fn process(&self, document: &Document) -> Result<Vec<Span>> {
        let mut sentences = Vec::new();
        let text = document.text.as_str();
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

/// What the full stop behind a word can do: an abbreviation's part, or that of a word's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Abbreviation(Abbreviation),
    Word,
}

use Abbreviation::{End, Inside, Open};

/// The sentence that is being read.
struct Sentence<'a> {
    line: &'a str,
    start: usize,
    /// The first letter or digit and its place, once it is read.
    first: Option<(usize, char)>,
    /// Whether a bracket opens before that.
    opens_bracket: bool,
}

impl<'a> Sentence<'a> {
    /// Starts a sentence behind a byte and the white space there.
    fn start(line: &'a str, at: usize) -> Self {
        let rest = behind(line, at);
        Self {
            line,
            start: at + (rest.len() - rest.trim_start().len()),
            first: None,
            opens_bracket: false,
        }
    }

    /// Reads a piece up to a mark, for the first letter; each piece is read once.
    fn read(&mut self, from: usize, to: usize) {
        if self.first.is_none() {
            let piece = self.line.get(from..to).unwrap_or_default();
            let found = piece.char_indices().find(|(_, c)| c.is_alphanumeric());
            let before = found.map_or(piece.len(), |(at, _)| at);
            let opens = |byte: &u8| matches!(byte, b'(' | b'[' | b'{');
            self.opens_bracket |= piece.as_bytes()[..before].iter().any(opens);
            self.first = found.map(|(at, c)| (from + at, c));
        }
    }

    fn before(&self, end: usize) -> &'a str {
        self.line.get(self.start..end).unwrap_or_default()
    }

    fn word_before(&self, mark: &Mark) -> &'a str {
        word_before(self.line, self.start, mark.start)
    }

    fn has_blank_before(&self, mark: &Mark) -> bool {
        self.before(mark.start).ends_with(char::is_whitespace)
    }

    /// Tells whether the first letter is at a byte.
    fn starts_at(&self, at: usize) -> bool {
        self.first.is_some_and(|(first, _)| at <= first)
    }
}

impl Rules {
    /// Adds the sentences of a line that starts at `offset` of the text.
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

    /// Tells whether a mark ends a sentence.
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
            // Who starts a sentence small may start the next one so.
            return first.is_lowercase()
                && !mark.closes_quote
                && !mark.closes_bracket
                && !next.opens_quote
                && (mark.kind != Kind::Stop || self.stop(sentence, mark) == Stop::Word);
        }
        if mark.closes_bracket && !sentence.opens_bracket {
            return self.ends_behind_bracket(sentence, mark);
        }
        match mark.kind {
            Kind::Strong => {
                !words::is_exclaimed(sentence.word_before(mark)) || self.is_starter(mark)
            }
            Kind::Ellipsis => {
                !sentence.has_blank_before(mark) || mark.closes_quote || self.is_starter(mark)
            }
            Kind::Stop => {
                let stop = match self.stop(sentence, mark) {
                    Stop::Abbreviation(Inside) if mark.closes_quote => Stop::Abbreviation(Open),
                    Stop::Abbreviation(Open) if mark.closes_quote => Stop::Abbreviation(End),
                    stop => stop,
                };
                match stop {
                    Stop::Word => true,
                    Stop::Abbreviation(End) => next.first == First::Capital,
                    Stop::Abbreviation(Open) => self.is_starter(mark),
                    Stop::Abbreviation(_) => false,
                }
            }
        }
    }

    /// The same behind a bracket that opened inside the sentence: the sentence goes on, most of the time.
    fn ends_behind_bracket(&self, sentence: &Sentence, mark: &Mark) -> bool {
        mark::is_long_bracket(sentence.line, sentence.start, mark.start)
            && self.is_starter(mark)
            && (mark.kind != Kind::Stop || self.stop(sentence, mark) == Stop::Word)
    }

    /// The same where the blank is missing: "Ende.Der nächste".
    fn ends_without_blank(&self, sentence: &Sentence, mark: &Mark) -> bool {
        let next = &mark.next;
        let is_word = next.word.chars().nth(1).is_some_and(char::is_lowercase)
            && !next.rest.starts_with(['.', '/', '@', '_', '-', ':', '=']);
        let is_short = next.word.chars().count() == 1 || self.is_starter(mark);
        if next.first != First::Capital || !(is_word || is_short) {
            return false;
        }
        let token = sentence.word_before(mark);
        if token.contains(['@', '/', '_']) || token.starts_with("www") {
            return false;
        }
        let is_plain = token.chars().count() >= 3 && token.chars().all(char::is_lowercase);
        match mark.kind {
            Kind::Ellipsis => self.is_starter(mark),
            Kind::Strong => is_word && (is_plain || self.is_starter(mark)),
            Kind::Stop if mark.closes_quote || mark.closes_bracket || token.is_empty() => {
                is_word && self.is_starter(mark)
            }
            Kind::Stop => match self.stop(sentence, mark) {
                Stop::Word => {
                    (is_word || next.opens_quote)
                        && (is_plain && next.word.chars().count() > 3 || self.is_starter(mark))
                        && !token.contains('.')
                }
                Stop::Abbreviation(Inside) => false,
                Stop::Abbreviation(_) => is_word && self.is_starter(mark) && !token.contains('.'),
            },
        }
    }

    /// Tells whether the next word has its capital from starting a sentence.
    fn is_starter(&self, mark: &Mark) -> bool {
        let next = &mark.next;
        self.starters.contains(next.word) && !next.rest.starts_with(['.', '-'])
    }

    /// Finds out what the full stop of a mark can do.
    fn stop(&self, sentence: &Sentence, mark: &Mark) -> Stop {
        let next = &mark.next;
        let token = sentence.word_before(mark);
        let head = sentence.before(mark.start - token.len());
        if !token.ends_with(char::is_alphanumeric) {
            return Stop::Word;
        }
        let Some(last) = token
            .rsplit(['.', '-', '–', '/', ',', ':', '&', '+', '\'', '’'])
            .next()
        else {
            return Stop::Word;
        };
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number(head, token, last, mark);
        }

        // "z. B." and "u. s. w." are looked up whole, from their first part on.
        let mut front = head;
        for _ in 0..3 {
            let Some(rest) = front
                .trim_end()
                .strip_suffix('.')
                .filter(|rest| rest.len() < front.len())
            else {
                break;
            };
            let part = word_before(rest, 0, rest.len());
            if part.is_empty() || part.chars().count() > 4 {
                break;
            }
            let at = rest.len() - part.len();
            front = rest.get(..at).unwrap_or_default();
            let at = sentence.start + at;
            let phrase = sentence.line.get(at..mark.start).unwrap_or_default();
            if let Some(kind) = self.look_up(phrase, sentence.starts_at(at)) {
                return abbreviated(kind, mark);
            }
        }
        if let Some(kind) = self.look_up(token, sentence.starts_at(mark.start - token.len())) {
            return abbreviated(kind, mark);
        }
        if head.ends_with(['(', '[']) && !sentence.starts_at(mark.start - token.len()) {
            return Stop::Abbreviation(Open);
        }
        let letters = last.chars().count();
        if letters > 1
            && last.len() < token.len()
            && let Some(kind) = self.abbreviations.get(last)
        {
            return abbreviated(kind, mark);
        }

        if letters == 1 {
            if next.word.chars().count() == 1 && next.rest.starts_with('.') {
                return Stop::Abbreviation(Inside);
            }
            return counted(head, Stop::Abbreviation(Open));
        }
        if is_roman(last) {
            return counted(head, Stop::Abbreviation(Open));
        }
        // No sentence starts with a numeral, but "Ptol. III" needs no list of all abbreviations.
        let is_numeral = next.word.len() > 1 && !next.rest.starts_with('.') && is_roman(next.word);
        if is_numeral
            || last.len() > 4 && last.ends_with("str")
            || is_clipped(last)
            || is_unspoken(last)
        {
            return Stop::Abbreviation(Open);
        }
        Stop::Word
    }

    fn look_up(&self, word: &str, is_first: bool) -> Option<Abbreviation> {
        if is_first {
            self.abbreviations.get_first(word)
        } else {
            self.abbreviations.get(word)
        }
    }

    /// What the full stop behind a number does: order ("am 3."), part, or end.
    fn number(&self, head: &str, token: &str, last: &str, mark: &Mark) -> Stop {
        let next = &mark.next;
        let digits = last.bytes().all(|byte| byte.is_ascii_digit());
        let front = token.strip_suffix(last).unwrap_or_default();
        let before = head.trim_end();
        if before.is_empty() && front.is_empty() || before.ends_with([':', ';']) {
            return Stop::Abbreviation(Inside);
        }
        let word = before
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        if !digits || last.len() > 3 {
            return Stop::Word;
        }
        if words::is_month(next.word) && last.len() < 3 {
            return Stop::Abbreviation(Inside);
        }
        if let Some(front) = front.strip_suffix(['.', ',', ':']) {
            // "3.10." may be a day, "100.000." a rank; "10.30" and "2:1" are values.
            let is_date =
                token.ends_with(&format!(".{last}")) && is_up_to(front, 31) && is_up_to(last, 12);
            let is_rank = last.len() == 3 && words::orders(word) && next.first == First::Capital;
            return if is_date || is_rank {
                Stop::Abbreviation(Open)
            } else {
                Stop::Word
            };
        }
        // "19./20." and "5.-7." order; "Covid-19" and "A4" do not.
        let is_range = front
            .trim_end_matches(['-', '–', '/', '.'])
            .bytes()
            .all(|byte| byte.is_ascii_digit());
        if !is_range {
            return Stop::Word;
        }
        if next.first == First::Digit {
            let is_year = next.word.len() == 4 && !before.ends_with('.');
            return if is_year {
                Stop::Word
            } else {
                Stop::Abbreviation(Inside)
            };
        }
        if self.is_starter(mark) {
            return Stop::Abbreviation(Open);
        }
        let is_genitive = word.ends_with('s') && word.starts_with(char::is_uppercase);
        let orders = words::orders(word) || words::is_ordered(next.word);
        if !orders && (words::counts(word) || !is_up_to(last, 31) && !is_genitive) {
            return Stop::Word;
        }
        Stop::Abbreviation(Inside)
    }
}

/// What an abbreviation does before the next word.
fn abbreviated(kind: Abbreviation, mark: &Mark) -> Stop {
    let next = &mark.next;
    match kind {
        Abbreviation::Number if next.first == First::Digit || is_roman(next.word) => {
            Stop::Abbreviation(Inside)
        }
        Abbreviation::Number => Stop::Word,
        kind => Stop::Abbreviation(kind),
    }
}

/// A letter or a Roman numeral behind "Plan" and the like is the end of a name.
fn counted(head: &str, otherwise: Stop) -> Stop {
    let word = head
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric())
        .next();
    if word.is_some_and(words::counts) {
        Stop::Word
    } else {
        otherwise
    }
}

/// Tells whether some digits are a number from 1 to `most`.
fn is_up_to(digits: &str, most: u16) -> bool {
    digits
        .parse()
        .is_ok_and(|value| (1..=most).contains(&value))
}

/// Tells whether a word is a Roman numeral below 40, as of kings and popes.
fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// Tells whether a word is an adjective cut at its suffix: "geisteswissenschaftl."
fn is_clipped(word: &str) -> bool {
    let stem = word.strip_suffix('l').unwrap_or_default();
    stem.len() > 4
        && stem.ends_with(['t', 'd', 'n', 's', 'h', 'k', 'z', 'g', 'f', 'm', 'b'])
        && word.chars().all(char::is_lowercase)
}

/// Tells whether a short word has no vowel, as only abbreviations do.
fn is_unspoken(word: &str) -> bool {
    word.chars().count() <= 5
        && word.chars().skip(1).all(char::is_lowercase)
        && !word
            .chars()
            .any(|c| "aeiouyäöüAEIOUYÄÖÜéèáàóúí".contains(c))
}

/// Returns where the line that starts at a byte ends, with its line break.
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

    /// Texts without an end in sight, where looking back to the start each time would never finish.
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
                prop_assert!(document.text[gap].trim().is_empty(), "between sentences is white space: {:?}", text);
                prop_assert!(!sentence.is_empty() && sentence.trim() == sentence, "{:?} of {:?}", sentence, text);
                at = span.end;
            }
            let rest = Span::new(at, text.len());
            prop_assert!(document.text[rest].trim().is_empty(), "behind the last one too: {:?}", text);
        }
    }
}
