//! A sentence as the model sees it: tokens with their rows of the word table, cues, clauses and quotes.

use std::ops::Range;
use std::sync::LazyLock;

use blattwerk_core::{Span, speech};
use rustc_hash::FxHashMap;

use super::words::Words;

/// The function of a word in its sentence, whatever its row in the word table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// Negates the words after it in its clause.
    Negator,
    /// Makes the next words stronger.
    Booster,
    /// Contrasts with what was said before, and starts a clause.
    Contrast,
    /// Marks what is said as uncertain: forms of the Konjunktiv, "mutmaßlich".
    Irrealis,
    /// Reports what somebody says: "sagte".
    Report,
    /// Reports what somebody thinks of somebody else: "kritisierte".
    Verdict,
    /// Stands before the source: "laut".
    Source,
    /// Does the same after "nach": "nach Angaben von".
    SourceNoun,
    /// Does the same after a comma if nothing but the speaker follows: ", so Ida."
    So,
    /// Stands after the source: "zufolge".
    SourceBehind,
    /// Makes a name part of something else.
    Preposition,
    /// Stands before a name that is not the speaker unless a source word precedes: "von", "dem".
    Oblique,
}

impl Cue {
    /// Tells whether it only helps to find the speaker.
    pub(super) fn is_of_grammar(self) -> bool {
        matches!(self, Self::Preposition | Self::Oblique)
    }
}

const CUES: &[(Cue, &str)] = &[
    (
        Cue::Negator,
        "nicht kein keine keinem keinen keiner keines keinerlei ohne nie niemals niemand nichts kaum keineswegs weder",
    ),
    (
        Cue::Booster,
        "sehr äußerst extrem besonders völlig total absolut überaus höchst enorm massiv massive massiver massiven",
    ),
    (
        Cue::Contrast,
        "aber doch jedoch sondern obwohl während trotz trotzdem dennoch zwar allerdings",
    ),
    (
        Cue::Irrealis,
        "könnte könnten würde würden solle sollen sollte sollten wäre wären müsse müssten müsste dürfte dürften könne \
         hätte hätten habe seien sei möglicherweise vielleicht wohl offenbar mutmaßlich",
    ),
    (Cue::Report, speech::REPORTING),
    (Cue::Report, speech::CLAIMING),
    (
        Cue::Verdict,
        "kritisierte kritisierten rügte rügten tadelte tadelten beschuldigte beschuldigten verurteilte verurteilten \
         lobte lobten würdigte würdigten nannte nannten bezeichnete bezeichneten attackierte attackierten beklagte \
         beklagten bemängelte bemängelten begrüßte begrüßten verteidigte verteidigten",
    ),
    (Cue::Source, speech::BEFORE),
    (Cue::SourceNoun, speech::NOUNS),
    (Cue::So, speech::SO),
    (Cue::SourceBehind, speech::AFTER),
    (
        Cue::Preposition,
        "an am auf aus bei beim bis durch für gegen gegenüber hinter in im ins mit nach neben seit über um unter vor \
         wegen zu zum zur zwischen",
    ),
    (
        Cue::Oblique,
        "von vom dem den einem einen seinem seinen ihrem ihren",
    ),
];

static CUE: LazyLock<FxHashMap<&str, Cue>> = LazyLock::new(|| {
    CUES.iter()
        .flat_map(|&(cue, words)| words.split_whitespace().map(move |word| (word, cue)))
        .collect()
});

/// How many words a negator reaches ahead.
const NEGATOR_REACH: usize = 5;
/// The factor of negation: "nicht gut" is bad, but less so than "schlecht".
const NEGATED: f32 = -0.6;
/// How many words a booster reaches ahead, and its factor.
const BOOSTER_REACH: usize = 2;
const BOOSTED: f32 = 1.5;

/// A word or a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token {
    /// Bytes of the text that was read.
    pub(super) span: Span,
    /// The row of the word table, if the word is known.
    pub(super) row: Option<u32>,
    /// How good (above 0) or bad (below 0) the word is here, after negation and boosters.
    pub(super) polarity: f32,
    pub(super) cue: Option<Cue>,
    /// The mark, if the token is not a word.
    pub(super) mark: Option<char>,
    /// The number of the clause.
    pub(super) clause: u32,
    /// The number of the sentence: a labelled text may have more than one.
    pub(super) sentence: u32,
    /// Stands within quotation marks.
    pub(super) is_quoted: bool,
}

/// Reads texts into tokens, with buffers that are reused.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The tokens of the text that was read last.
    pub(super) tokens: Vec<Token>,
    lower: String,
}

impl Reader {
    /// Reads a text.
    pub(super) fn read(&mut self, text: &str, words: &Words) {
        self.tokens.clear();
        self.lower.clear();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            if c.is_alphanumeric() {
                start.get_or_insert(at);
                if c.is_ascii() {
                    self.lower.push(c.to_ascii_lowercase());
                } else {
                    self.lower.extend(c.to_lowercase());
                }
                continue;
            }
            if let Some(start) = start.take() {
                self.word(Span::new(start, at), words);
                self.lower.clear();
            }
            if is_mark(c) {
                self.tokens
                    .push(Token::new(Span::new(at, at + c.len_utf8()), Some(c)));
            }
        }
        arrange(&mut self.tokens, text);
    }

    /// Returns the indexes of the tokens that overlap a span of the text that was read.
    pub(super) fn within(&self, span: Span) -> Range<usize> {
        let first = self
            .tokens
            .partition_point(|token| token.span.end <= span.start);
        let inside = self.tokens[first..]
            .iter()
            .take_while(|token| token.span.start < span.end);
        first..first + inside.count()
    }

    /// Makes the words of a name, a span of the text that was read, neutral and unknown.
    pub(super) fn mute(&mut self, name: Span) {
        let named = self.within(name);
        for token in &mut self.tokens[named] {
            (token.row, token.polarity) = (None, 0.0);
        }
    }

    fn word(&mut self, span: Span, words: &Words) {
        let cue = CUE.get(self.lower.as_str()).copied();
        let row = words.find(&self.lower);
        self.tokens.push(Token {
            row,
            polarity: row.map_or(0.0, |row| words.row(row).polarity),
            cue,
            ..Token::new(span, None)
        });
    }
}

/// Copies the tokens of a text that was read as they would be if the token `left_out` meant nothing.
pub(super) fn without(
    tokens: &[Token],
    left_out: usize,
    text: &str,
    words: &Words,
    copy: &mut Vec<Token>,
) {
    copy.clear();
    copy.extend(tokens);
    if let Some(token) = copy.get_mut(left_out) {
        (token.row, token.cue) = (None, None);
    }
    for token in &mut *copy {
        token.polarity = token.row.map_or(0.0, |row| words.row(row).polarity);
    }
    arrange(copy, text);
}

/// Tells whether a token is a comma directly after a closing quotation mark.
pub(super) fn ends_quote(tokens: &[Token], comma: usize) -> bool {
    let mark = |i: usize| tokens.get(i).and_then(|token| token.mark);
    mark(comma) == Some(',')
        && comma > 0
        && matches!(mark(comma - 1), Some('“' | '”' | '"' | '«' | '»'))
}

/// Numbers clauses and sentences, and applies negators and boosters.
fn arrange(tokens: &mut [Token], text: &str) {
    let first = |token: Token| text.get(token.span.range()).and_then(|s| s.chars().next());
    let (mut clause, mut sentence, mut is_quoted) = (0, 0, false);
    let mut negator: Option<usize> = None;
    let mut booster: Option<usize> = None;
    let mut is_number = false;
    for i in 0..tokens.len() {
        let next = tokens.get(i + 1).copied().and_then(first);
        // „Das ist wahr!“, sagte er.
        let goes_on = matches!(tokens[i].mark, Some('!' | '?')) && ends_quote(tokens, i + 2);
        let token = &mut tokens[i];
        let before = clause;
        match token.mark {
            Some('„' | '»') => is_quoted = true,
            Some('“' | '”' | '«') => is_quoted = false,
            Some('"') => is_quoted = !is_quoted,
            Some(',' | ';' | ':' | '(' | ')' | '–' | '—') => clause += 1,
            Some('!' | '?') => {
                sentence += u32::from(!goes_on);
                clause += 1;
            }
            Some('.') if !is_number && next.is_some_and(|c| c.is_uppercase() || c == '„') => {
                sentence += 1;
                clause += 1;
            }
            _ if token.cue == Some(Cue::Contrast) => clause += 1,
            _ => {}
        }
        if clause != before {
            (negator, booster) = (None, None);
        }
        (token.clause, token.sentence, token.is_quoted) = (clause, sentence, is_quoted);
        match token.cue {
            Some(Cue::Negator) => negator = Some(i),
            Some(Cue::Booster) => booster = Some(i),
            _ => {
                if negator.is_some_and(|at| i - at <= NEGATOR_REACH) {
                    token.polarity *= NEGATED;
                }
                if booster.is_some_and(|at| i - at <= BOOSTER_REACH) {
                    token.polarity *= BOOSTED;
                }
            }
        }
        is_number = token.mark.is_none() && first(*token).is_some_and(char::is_numeric);
    }
}

impl Token {
    fn new(span: Span, mark: Option<char>) -> Self {
        Self {
            span,
            row: None,
            polarity: 0.0,
            cue: None,
            mark,
            clause: 0,
            sentence: 0,
            is_quoted: false,
        }
    }
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '„' | '“'
            | '”'
            | '"'
            | '»'
            | '«'
            | '.'
            | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '('
            | ')'
            | '–'
            | '—'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Token> {
        let words = Words::from_pairs(&[("gut", 1.0), ("krise", -1.0)]);
        let mut reader = Reader::default();
        reader.read(text, &words);
        reader.tokens
    }

    #[test]
    fn negation_and_degree_reach_ahead_in_their_clause() {
        let cases: &[(&str, f32)] = &[
            ("Das ist gut.", 1.0),
            ("Das ist nicht gut.", -0.6),
            ("Das ist sehr gut.", 1.5),
            ("Nicht er, das ist gut.", 1.0),
            ("Das ist keine Krise.", 0.6),
            ("Er kam nicht, aber gut.", 1.0),
        ];
        for &(text, expected) in cases {
            let found: f32 = read(text).iter().map(|token| token.polarity).sum();
            assert!((found - expected).abs() < 1e-6, "{text:?}: {found}");
        }
    }

    #[test]
    fn sentences_and_quotes_are_recognized() {
        let tokens = read("Am 3. Mai war es gut. „Krise“, sagte er.");
        assert_eq!(tokens.last().map(|token| token.sentence), Some(1));
        let quoted = tokens
            .iter()
            .filter(|token| token.mark.is_none() && token.is_quoted)
            .count();
        assert_eq!(quoted, 1);
    }
}
