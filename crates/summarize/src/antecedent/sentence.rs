//! The words of a sentence with what its grammar is told by: function words, clauses, nouns and their articles.

use blattwerk_core::{Document, Span, letters, token::tokens};

use super::nouns::{Noun, Nouns};
use super::words::{self, Class, STATING};
use crate::readable;

/// A word or mark of a sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) class: Option<Class>,
    /// The index of the name that it is part of.
    pub(super) entity: Option<usize>,
    /// A word with a capital that is not a function word.
    pub(super) noun: Option<Noun>,
    pub(super) is_mark: bool,
    pub(super) clause: Clause,
}

/// The clause that a word stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause {
    /// The one that the sentence starts with.
    First,
    /// The main clause where it goes on after another one, as in "Ida, die im Mai kam, schweigt jedoch".
    Resumed,
    Other,
}

impl Token<'_> {
    pub(super) fn is_noun(&self) -> bool {
        self.noun.is_some()
    }

    /// Tells whether nothing in the sentence precedes the clause but what belongs to it.
    pub(super) fn is_in_main(&self) -> bool {
        self.clause != Clause::Other
    }
}

/// Returns the words and marks of a sentence. `next_entity` is the index of the first name that may be in it, and becomes that
/// of the first name after it.
pub(super) fn read<'a>(
    document: &'a Document,
    span: Span,
    next_entity: &mut usize,
    nouns: &mut Nouns,
) -> Vec<Token<'a>> {
    let mut lower = String::new();
    let text = &document.text[span];
    let entities = &document.entities;
    let mut words: Vec<Token<'a>> = Vec::with_capacity(text.len() / 5 + 1);
    let (mut is_first, mut clause) = (true, Clause::First);
    for at in tokens(text) {
        let start = span.start + at.start;
        while entities
            .get(*next_entity)
            .is_some_and(|entity| entity.span.end <= start)
        {
            *next_entity += 1;
        }
        let entity = entities
            .get(*next_entity)
            .filter(|entity| entity.span.start <= start)
            .map(|_| *next_entity);
        let token = text.get(at).unwrap_or_default();
        let first = token.chars().next().unwrap_or(' ');
        let is_mark = !letters::is_alphanumeric(first);
        let is_capital = first.is_uppercase();
        let class = if is_mark || entity.is_some() && !is_first {
            None
        } else if is_first && is_capital {
            lower.clear();
            letters::extend_lowercase(&mut lower, token);
            words::class(&lower)
        } else if is_capital {
            None
        } else {
            words::class(token)
        };
        if let Some(before) = words.last()
            && matches!(before.text, "," | ";" | ":" | "–" | "-")
        {
            clause = next_clause(&words, before.text, token, class);
        }
        // "der 56-Jährige"
        let is_noun = class.is_none()
            && (is_capital || first.is_ascii_digit() && token.contains(char::is_uppercase));
        words.push(Token {
            text: token,
            class,
            entity,
            noun: is_noun.then(|| nouns.read(token)),
            is_mark,
            clause,
        });
        is_first = match first {
            '„' | '»' | ':' | '+' | '•' => true,
            _ => is_first && is_mark,
        };
    }
    words
}

/// Returns the clause that a token opens after a mark.
fn next_clause(words: &[Token], mark: &str, token: &str, class: Option<Class>) -> Clause {
    // A relative clause or an apposition.
    let opens_aside = matches!(class, Some(Class::Definite | Class::Preposition))
        || matches!(token, "dessen" | "deren");
    // "Ein Kamel zu schlachten, ist …"
    let goes_on = readable::is_verb(token) || ends_aside(words);
    if matches!(mark, "," | "–" | "-") && !opens_aside && goes_on {
        Clause::Resumed
    } else {
        Clause::Other
    }
}

/// Tells whether the clause that the last mark ends is a relative clause or an apposition.
fn ends_aside(words: &[Token]) -> bool {
    let is_border = |word: &&Token| matches!(word.text, "," | "–" | "-");
    let mut clause = words.iter().rev().skip(1);
    if clause.clone().next().is_none_or(Token::is_in_main)
        || !clause.clone().any(|word| is_border(&word))
    {
        return false;
    }
    let opened = clause.by_ref().take_while(|word| !is_border(word)).last();
    opened.is_some_and(|word| {
        matches!(
            word.class,
            Some(Class::Definite | Class::Preposition | Class::Possessive)
        )
    })
}

/// Tells whether an adverb such as "davon" announces a clause: "davon, dass", "dazu auf, … zu".
pub(super) fn announces(words: &[Token], adverb: usize) -> bool {
    let rest = &words[adverb + 1..];
    let Some(comma) = rest.iter().position(|word| word.is_mark) else {
        return false;
    };
    let is_near = comma <= if adverb == 0 { 0 } else { 2 };
    let clause = &rest[comma + 1..];
    let opens = clause.first().is_some_and(|word| {
        matches!(
            word.text,
            "dass"
                | "ob"
                | "wie"
                | "warum"
                | "wann"
                | "wer"
                | "was"
                | "um"
                | "weil"
                | "wo"
                | "wenn"
        )
    });
    rest[comma].text == "," && is_near && (opens || clause.iter().any(|word| word.text == "zu"))
}

/// Tells whether a word belongs to a second verb, so that it may refer to what the first one says: "baut Boote und verdient
/// damit Geld".
pub(super) fn is_second(words: &[Token], at: usize) -> bool {
    words[..at].windows(2).any(|pair| {
        matches!(pair[0].text, "und" | "oder" | "aber")
            && pair[1].class.is_none()
            && !pair[1].is_noun()
            && is_preterite(pair[1].text)
    })
}

/// Tells whether the article that opens a sentence is a pronoun: "Das sagte …", "Die waren …".
pub(super) fn stands_alone(words: &[Token], article: usize) -> bool {
    let Some(next) = words.get(article + 1) else {
        return true;
    };
    if next.is_mark || next.is_noun() || next.entity.is_some() {
        return false;
    }
    let is_before_name = words
        .get(article + 2)
        .is_some_and(|after| after.entity.is_some() || after.class.is_some());
    let is_verb = STATING.contains(&next.text)
        || readable::is_verb(next.text)
        || next.class.is_none() && next.text.ends_with('t')
        || is_before_name && is_preterite(next.text);
    let is_modifier = next.class.is_none_or(|class| {
        matches!(
            class,
            Class::Number
                | Class::Comparative
                | Class::Preposition
                | Class::Fused
                | Class::Link
                | Class::Demonstrative
        )
    });
    is_verb || !is_modifier
}

/// Tells whether a word may be a verb in the past: "sagte", "sagten", or an irregular one.
pub(super) fn is_preterite(word: &str) -> bool {
    word.ends_with("te") || word.ends_with("ten") || word.ends_with('t') || readable::is_verb(word)
}

/// Returns the noun of the article at `at` if nothing else says which one is meant: no name, genitive, adjective of origin
/// or relative clause; and whether a preposition follows, which may say so.
pub(super) fn bare_noun(words: &[Token], at: usize) -> Option<(usize, bool)> {
    if at > 0 && matches!(words[at - 1].text, "," | "–") {
        return None;
    }
    let mut head = at + 1;
    loop {
        let word = words.get(head)?;
        if word.entity.is_some() {
            return None;
        }
        if word.is_noun() {
            break;
        }
        let is_modifier = word
            .class
            .is_none_or(|class| matches!(class, Class::Number | Class::Comparative));
        let is_of_origin = word.text.contains("isch") || word.text.starts_with("deutsche");
        if !is_modifier || word.is_mark || is_of_origin || head - at > 3 {
            return None;
        }
        head += 1;
    }
    let Some(next) = words.get(head + 1) else {
        return Some((head, false));
    };
    let is_digit = next.text.starts_with(|c: char| c.is_ascii_digit());
    let is_named = next.is_noun() || next.entity.is_some() || is_digit;
    let is_explained = matches!(
        next.text,
        "des" | "der" | "eines" | "einer" | "(" | "„" | "\"" | "»" | "'"
    );
    let is_told_of = next.text == ","
        && words.get(head + 2).is_some_and(|word| {
            let class = word.class;
            word.is_noun()
                || matches!(
                    class,
                    Some(Class::Definite | Class::Preposition | Class::Possessive)
                )
        });
    let is_completed = matches!(next.class, Some(Class::Preposition | Class::Fused));
    (!is_named && !is_explained && !is_told_of).then_some((head, is_completed))
}

/// Tells whether a word has two capitals: "UNEP".
pub(super) fn is_abbreviation(word: &str) -> bool {
    word.len() <= 8 && word.chars().filter(|c| c.is_uppercase()).count() >= 2
}
