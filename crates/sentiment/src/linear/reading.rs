//! A sentence as the model sees it: tokens with their rows of the word table, cues, clauses and quotes.

use std::ops::Range;
use std::sync::LazyLock;

use blattwerk_core::{Span, WordMap, letters, speech};
use rustc_hash::FxHashMap;

use super::content::Words;
use super::people::is_people;
use super::words::hash;
use crate::words::stem;

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

/// What a word is to grammar, as a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Class(u16);

impl Class {
    /// A finite verb, or a form that can be one.
    pub(super) const VERB: Self = Self(1);
    /// Forms of "werden".
    pub(super) const PASSIVE: Self = Self(1 << 1);
    pub(super) const PREPOSITION: Self = Self(1 << 2);
    pub(super) const ARTICLE: Self = Self(1 << 3);
    pub(super) const NEGATOR: Self = Self(1 << 4);
    /// Joins words: "und".
    pub(super) const JOINS: Self = Self(1 << 5);
    /// Starts a subordinate clause: "dass".
    pub(super) const SUBORDINATES: Self = Self(1 << 6);
    /// Articles that are only dative, and those that are accusative or plural dative.
    const DATIVE: Self = Self(1 << 7);
    const ACCUSATIVE: Self = Self(1 << 8);
    const AUXILIARY: Self = Self(1 << 9);
    /// Says that there is less of something, or none: "verhindert", "gesunken", "mangelt".
    pub(super) const TURNS: Self = Self(1 << 10);
    /// Does so with a word behind it: "nahm … ab".
    const TURNS_WITH: Self = Self(1 << 11);
    /// Such a word.
    const TURNED_BY: Self = Self(1 << 12);
    /// Any word with a grammatical function.
    pub(super) const FUNCTION: Self = Self(
        Self::PREPOSITION.0
            | Self::ARTICLE.0
            | Self::JOINS.0
            | Self::SUBORDINATES.0
            | Self::AUXILIARY.0,
    );

    /// Tells whether a word is any of these.
    pub(super) fn is(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

const CLASSES: &[(Class, &str)] = &[
    (
        Class(Class::AUXILIARY.0 | Class::VERB.0),
        "wurde wurden wird werden hat haben habe hatte hatten sei seien ist sind war waren kann können konnte konnten muss \
         müssen musste mussten soll sollen sollte sollten will wollen wollte wollten darf dürfen durfte durften würde würden \
         hätte hätten wäre wären könnte könnten müsse möchte bleibt blieb bleiben",
    ),
    (Class::PASSIVE, "wird werden wurde wurden worden"),
    (
        Class::PREPOSITION,
        "an am auf aus bei beim bis durch für fürs gegen gegenüber hinter in im ins mit nach neben ohne seit über um unter vor \
         vom von wegen zu zum zur zwischen trotz laut statt dank samt per pro wider angesichts aufgrund infolge zufolge \
         innerhalb außerhalb",
    ),
    (
        Class::ARTICLE,
        "der die das dem den des ein eine einer einem einen eines kein keine keiner keinem keinen ihr ihre ihrer ihrem ihren \
         sein seine seiner seinem seinen dieser diese dieses diesem diesen",
    ),
    (Class::DATIVE, "dem einem keinem ihrem seinem diesem"),
    (Class::ACCUSATIVE, "den einen keinen ihren seinen diesen"),
    (
        Class::NEGATOR,
        "nicht kein keine keinem keinen keiner keines keinerlei ohne nie niemals niemand niemanden niemandem nichts kaum \
         keineswegs weder wenig",
    ),
    (
        Class::TURNS,
        "sinkt sinken sank sanken gesunken senkt senkte senken gesenkt zurückgegangen abgenommen halbiert halbierte halbieren \
         halbierten verringert verringerte verringern verringerten reduziert reduzierte reduzieren gemindert vermindert \
         schrumpft schrumpfte schrumpfen geschrumpft schwindet schwinden schwand schwanden geschwunden nachgelassen \
         verhindert verhinderte verhindern verhinderten abgewendet abgewandt abwenden abgewehrt abwehren vereitelt vereitelte \
         vereitelten vereiteln gebannt eingedämmt eindämmen behoben beseitigt überwunden überwinden vermieden vermeiden vermied \
         verschont entschärft freigesprochen entlastet widerlegt entkräftet ausgeblieben ausbleiben fehlt fehlen fehlte fehlten \
         mangelt mangelte mangeln verspielt verspielte verspielten verspielen eingebüßt verpasst verpasste verpassten verpassen \
         verfehlt verfehlte verfehlten verfehlen vermissen wenig weniger",
    ),
    (
        Class::TURNS_WITH,
        "nahm nahmen nimmt nehmen ging gingen geht gehen ließ ließen lässt lassen blieb blieben bleibt bleiben wendete wandte \
         wendeten wandten wehrte wehrten sieht sehen sah sahen spricht sprach sprachen alles anders",
    ),
    (Class::TURNED_BY, "ab zurück nach aus frei andere"),
    (Class::JOINS, "und oder sowie sowohl bzw"),
    (
        Class::SUBORDINATES,
        "dass weil wenn ob obwohl während nachdem bevor als da damit sodass indem falls wie",
    ),
];

static CLASS: LazyLock<FxHashMap<&str, Class>> = LazyLock::new(|| {
    let mut classes: FxHashMap<&str, Class> = FxHashMap::default();
    for &(class, words) in CLASSES {
        for word in words.split_whitespace() {
            classes.entry(word).or_default().0 |= class.0;
        }
    }
    classes
});

/// The longest word of a class, in bytes.
const LONGEST: usize = 12;

/// The symbols of what is no word, and of names by label. Hashes of words are hardly as small.
const NUMBER: u32 = 2;
const NAME: u32 = 8;

/// The labels of names that the model knows, by number; 0 is for all others.
const LABELS: &[&str] = &["", "PER", "LOC", "ORG", "MISC"];

/// Returns the number of a label.
pub(super) fn label_number(label: &str) -> u8 {
    LABELS.iter().position(|&known| known == label).unwrap_or(0) as u8
}

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
    /// Hashes of the word in lower case and of its stem; 0 if it is to mean nothing.
    pub(super) form: u32,
    pub(super) stem: u32,
    /// Hash of the stem of the last part of a compound, or of the word's stem.
    pub(super) head: u32,
    pub(super) class: Class,
    pub(super) is_capital: bool,
    pub(super) ends_in_s: bool,
    /// The number of the name that it is part of, and the number of that name's label.
    pub(super) name: Option<(u16, u8)>,
}

/// What is known about a word.
#[derive(Debug, Clone, Copy)]
struct Known {
    row: Option<u32>,
    polarity: f32,
    cue: Option<Cue>,
    form: u32,
    stem: u32,
    head: u32,
    class: Class,
    is_capital: bool,
    ends_in_s: bool,
}

impl Known {
    /// Looks up a word as it is written; `lower` is the same in lower case.
    fn of(word: &str, lower: &str, words: &Words) -> Self {
        let first = word.chars().next();
        let mut known = Self {
            row: None,
            polarity: 0.0,
            cue: CUE.get(lower).copied(),
            form: 0,
            stem: 0,
            head: 0,
            class: Class::default(),
            is_capital: first.is_some_and(char::is_uppercase),
            ends_in_s: lower.ends_with('s'),
        };
        if first.is_some_and(char::is_numeric) {
            (known.form, known.stem) = (NUMBER, NUMBER);
        } else if !is_people(lower) {
            let (form, stem) = (hash(lower), hash(stem(lower)));
            let last = words.last_part(lower);
            known.row = words.find_hashed(lower, form, stem, last);
            known.polarity = known.row.map_or(0.0, |row| words.polarity(row));
            (known.form, known.stem) = (form, stem);
            known.head = last.map_or(stem, |last| last.stem);
            if lower.len() <= LONGEST {
                known.class = CLASS.get(lower).copied().unwrap_or_default();
            }
            if !known.is_capital && words.is_verb(form) {
                known.class.0 |= Class::VERB.0;
            }
        }
        known
    }
}

/// How many words a reader remembers before it forgets them all.
const KEPT: usize = 1 << 16;

/// The longest word, in bytes, that is remembered: longer ones are rare, and dirty text has very long ones.
const LONGEST_KEPT: usize = 64;

/// Reads texts into tokens, with buffers that are reused. It remembers words, so all texts must be read with the same table.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The tokens of the text that was read last.
    pub(super) tokens: Vec<Token>,
    lower: String,
    ids: WordMap<u32>,
    /// What is known about the words with these numbers.
    known: Vec<Known>,
}

impl Reader {
    /// Reads a text.
    pub(super) fn read(&mut self, text: &str, words: &Words) {
        self.tokens.clear();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            let next = loop {
                // Most characters of most words are ASCII letters.
                while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
                    at += 1;
                }
                let next = text.get(at..).and_then(|rest| rest.chars().next());
                match next {
                    Some(c) if letters::is_alphanumeric(c) => at += c.len_utf8(),
                    _ => break next,
                }
            };
            if let Some(word) = text.get(start..at).filter(|word| !word.is_empty()) {
                self.word(word, start, words);
            }
            let Some(c) = next else { break };
            if is_mark(c) {
                self.tokens
                    .push(Token::new(Span::new(at, at + c.len_utf8()), Some(c)));
            }
            at += c.len_utf8();
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

    /// Makes the words of a name, a span of the text that was read, neutral and unknown but for its label.
    pub(super) fn name(&mut self, name: Span, number: u16, label: u8) {
        let named = self.within(name);
        for token in &mut self.tokens[named] {
            *token = Token {
                span: token.span,
                mark: None,
                cue: token.cue,
                clause: token.clause,
                sentence: token.sentence,
                is_quoted: token.is_quoted,
                ends_in_s: token.ends_in_s,
                is_capital: true,
                name: Some((number, label)),
                ..Token::new(token.span, None)
            };
        }
    }

    /// Adds a word that starts at a byte of the text.
    fn word(&mut self, word: &str, start: usize, words: &Words) {
        let known = match self.ids.get(word) {
            Some(&id) => self.known[id as usize],
            None => self.look_up(word, words),
        };
        self.tokens.push(Token {
            row: known.row,
            polarity: known.polarity,
            cue: known.cue,
            form: known.form,
            stem: known.stem,
            head: known.head,
            class: known.class,
            is_capital: known.is_capital,
            ends_in_s: known.ends_in_s,
            ..Token::new(Span::new(start, start + word.len()), None)
        });
    }

    /// Looks up a word, and remembers it.
    fn look_up(&mut self, word: &str, words: &Words) -> Known {
        if self.known.len() >= KEPT {
            self.ids.clear();
            self.known.clear();
        }
        self.lower.clear();
        letters::extend_lowercase(&mut self.lower, word);
        let known = Known::of(word, &self.lower, words);
        if word.len() <= LONGEST_KEPT {
            self.ids.insert(word, self.known.len() as u32);
            self.known.push(known);
        }
        known
    }
}

/// Tells whether a clause says that there is less of something, or none.
pub(super) fn is_turned(clause: &[Token]) -> bool {
    let with = clause
        .iter()
        .position(|token| token.class.is(Class::TURNS_WITH));
    // The second part stands at the end of the clause, or right behind.
    let is_split = with.is_some_and(|with| {
        let behind = clause[with..].iter().enumerate().skip(1);
        behind.into_iter().any(|(i, token)| {
            let next = clause.get(with + i + 1);
            let is_last =
                next.is_none_or(|next| next.mark.is_some() || next.class.is(Class::JOINS));
            token.class.is(Class::TURNED_BY) && (is_last || i == 1)
        })
    });
    is_split || clause.iter().any(|token| token.class.is(Class::TURNS))
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
        (token.row, token.cue, token.class) = (None, None, Class::default());
        (token.form, token.stem, token.head) = (0, 0, 0);
    }
    for token in &mut *copy {
        token.polarity = token.row.map_or(0.0, |row| words.polarity(row));
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
            form: 0,
            stem: 0,
            head: 0,
            class: Class::default(),
            is_capital: false,
            ends_in_s: false,
            name: None,
        }
    }

    /// Returns the number of the label of the name that it is part of.
    pub(super) fn label(&self) -> u32 {
        self.name.map_or(0, |(_, label)| u32::from(label))
    }

    /// Tells whether it is a word that means something by itself.
    pub(super) fn is_known(&self) -> bool {
        self.stem > NUMBER && self.mark.is_none()
    }

    /// Returns what it is in a key, by its stem.
    pub(super) fn symbol(&self) -> u32 {
        self.shown(self.stem)
    }

    /// Returns what it is in a key, by its form.
    pub(super) fn written(&self) -> u32 {
        self.shown(self.form)
    }

    fn shown(&self, word: u32) -> u32 {
        match (self.name, self.mark) {
            (Some((_, label)), _) => NAME + u32::from(label),
            (None, Some(mark)) => mark as u32,
            (None, None) => word,
        }
    }

    /// Returns the case that an article shows: 0 if it may be nominative, or 3 and 4 for dative and accusative.
    pub(super) fn case(&self) -> u32 {
        match () {
            () if self.class.is(Class::DATIVE) => 3,
            () if self.class.is(Class::ACCUSATIVE) => 4,
            () => 0,
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
