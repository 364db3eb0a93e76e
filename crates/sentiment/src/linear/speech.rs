//! Whether the target is the one who speaks. What somebody says is his judgement, and none of him.

use std::ops::Range;

use super::reading::{Cue, Token};

/// How many words may stand between a verb and the one who speaks: "sagte der neue Chef der Firma Ida Berg".
const REACH: usize = 7;
/// How far behind "laut" or "Angaben" he stands: "laut der Polizei", but not "laut Polizei hat Ida".
const SOURCE_REACH: usize = 2;
/// How far before a verb he stands: "Ida und Jan sagten".
const REACH_AHEAD: usize = 4;
/// How near a preposition makes a name part of something else: "mit der neuen Ministerin Berg".
const GOVERNED: usize = 4;

/// What a target says in its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Speech {
    sentence: u32,
    /// The tokens that say who speaks. All others of the sentence are what is said, or how.
    speaker: Range<usize>,
}

impl Speech {
    /// Finds what the tokens say that `is_target` has the numbers of, if they speak.
    pub(super) fn of(tokens: &[Token], is_target: impl Fn(usize) -> bool) -> Option<Self> {
        let mut targets = (0..tokens.len()).filter(|&i| is_target(i));
        targets.find_map(|target| {
            let speaker = behind_verb(tokens, target).or_else(|| before_verb(tokens, target))?;
            Some(Self {
                sentence: tokens[target].sentence,
                speaker,
            })
        })
    }

    /// Tells whether the token of a number belongs to what is said.
    pub(super) fn has(&self, index: usize, token: &Token) -> bool {
        token.sentence == self.sentence && !self.speaker.contains(&index)
    }
}

/// "sagte Ida", "laut Ida". Behind "lobte" comes who is praised, unless the clause starts with it.
fn behind_verb(tokens: &[Token], target: usize) -> Option<Range<usize>> {
    let clause = tokens[target].clause;
    for i in (target.saturating_sub(REACH)..target).rev() {
        let token = tokens[i];
        if token.clause != clause || token.mark.is_some() {
            return None;
        }
        match token.cue {
            Some(Cue::Report) => return Some(i + 1..target + 1),
            Some(Cue::Source) => {
                return (target - i <= SOURCE_REACH).then_some(i + 1..target + 1);
            }
            Some(Cue::Verdict) => {
                let is_first = i == 0 || tokens[i - 1].mark.is_some();
                return is_first.then_some(i + 1..target + 1);
            }
            Some(Cue::Preposition | Cue::SourceBehind) => return None,
            _ => {}
        }
    }
    None
}

/// "Ida sagte", "Ida zufolge", but not "zu Ida sagte".
fn before_verb(tokens: &[Token], target: usize) -> Option<Range<usize>> {
    let is_near = |token: &Token| token.clause == tokens[target].clause && token.mark.is_none();
    let ahead = tokens[target + 1..].iter().take(REACH_AHEAD);
    let cue = ahead
        .take_while(|token| is_near(token))
        .find_map(|token| token.cue.filter(|cue| cue.is_of_speech()))?;
    let before = tokens[..target]
        .iter()
        .rev()
        .take_while(|token| is_near(token));
    let is_governed = before
        .clone()
        .take(GOVERNED)
        .any(|token| token.cue == Some(Cue::Preposition));
    let is_speech = matches!(cue, Cue::Report | Cue::Verdict | Cue::SourceBehind);
    (is_speech && !is_governed).then(|| target - before.count()..target + 1)
}

#[cfg(test)]
mod tests {
    use super::super::reading::Reader;
    use super::super::words::Words;
    use super::*;

    /// Returns what is said, if `target` speaks.
    fn said(text: &str, target: &str) -> Option<String> {
        let mut reader = Reader::default();
        reader.read(text, &Words::default());
        let at = text.find(target).unwrap();
        let tokens = &reader.tokens;
        let speech = Speech::of(tokens, |i| tokens[i].span.start == at)?;
        let words = tokens.iter().enumerate();
        let said = words
            .filter(|(i, token)| token.mark.is_none() && speech.has(*i, token))
            .map(|(_, token)| text.get(token.span.range()).unwrap());
        Some(said.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn who_speaks_is_not_what_is_said() {
        let cases = [
            ("„Das ist Terror“, sagte Ida.", "Das ist Terror sagte"),
            (
                "„Das ist Terror“, sagte die Chefin Ida in Bonn.",
                "Das ist Terror sagte in Bonn",
            ),
            ("„Das ist Terror“, so Ida.", "Das ist Terror so"),
            (
                "„Das ist Terror“, kritisierte Ida.",
                "Das ist Terror kritisierte",
            ),
            (
                "Die alte Ida sagte, das sei Terror.",
                "sagte das sei Terror",
            ),
            ("Ida und Jan betonten, er lüge.", "und Jan betonten er lüge"),
            ("Ida kritisierte Jan scharf.", "kritisierte Jan scharf"),
            (
                "In Bonn kündigte Ida Hilfe an.",
                "In Bonn kündigte Hilfe an",
            ),
            ("Laut Ida ist das Terror.", "Laut ist das Terror"),
            (
                "Nach Angaben von Ida war es Terror.",
                "Nach Angaben war es Terror",
            ),
            ("Ida zufolge war es Terror.", "zufolge war es Terror"),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text, "Ida").as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn who_is_spoken_of_does_not_speak() {
        let cases = [
            "Jan kritisierte Ida scharf.",
            "Jan sagte, Ida sei krank.",
            "„Das ist Terror“, sagte Jan über Ida.",
            "Über Ida sagte Jan nichts.",
            "Mit der neuen Ministerin Ida sagte er es ab.",
            "Er fuhr mit Ida, so weit es ging.",
            "Ida wurde in Bonn gelobt.",
            "Laut Polizei hat Ida gelogen.",
            "Medienberichten zufolge hat Ida gelogen.",
            "Ida hatte nach Angaben von Jan gelogen.",
            "Ida hatte Angaben gemacht.",
            "Ida fuhr am Montag, wie er sagte.",
        ];
        for text in cases {
            assert_eq!(said(text, "Ida"), None, "{text:?}");
        }
    }

    #[test]
    fn other_sentences_are_not_said() {
        let text = "Es war Terror. Das ist gut, sagte Ida. Es war Terror.";
        assert_eq!(said(text, "Ida").as_deref(), Some("Das ist gut sagte"));
    }
}
