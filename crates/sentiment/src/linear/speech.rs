//! Whether the target is the speaker. What somebody says is their judgement, not a judgement of them.
//!
//! Speakers are found by a few words around the name and by its position, without a parser. So only patterns count in
//! which the name can hardly be anything but the speaker.

use std::ops::Range;

use super::reading::{Cue, Token, ends_quote};

/// How many words may stand between a verb and the speaker: "sagte der neue Chef der Firma Ida Berg".
const REACH: usize = 7;
/// How far after "laut" the speaker stands: "laut Minister Berg", but not "laut Polizei hat Ida".
const SOURCE_REACH: usize = 2;
/// How far after "Angaben": "Angaben von Ministerin Berg".
const SOURCE_NOUN_REACH: usize = 3;
/// How far a preposition reaches that makes a name part of something else: "mit der neuen Ministerin Berg".
const GOVERNED: usize = 4;
/// How many words brackets after a name may contain: "Ida Berg (Bündnis 90/Die Grünen) sagte".
const BRACKETED: usize = 6;

/// What a target says in its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Speech {
    sentence: u32,
    /// The tokens that name the speaker. All others of the sentence are what is said, or how.
    speaker: Range<usize>,
}

impl Speech {
    /// Finds what the target says if it speaks; `is_target` holds for the indexes of its tokens.
    pub(super) fn of(tokens: &[Token], is_target: impl Fn(usize) -> bool) -> Option<Self> {
        let mut next = 0;
        while let Some(start) = (next..tokens.len()).find(|&i| is_target(i)) {
            next = (start..tokens.len())
                .find(|&i| !is_target(i))
                .unwrap_or(tokens.len());
            let name = start..next;
            let speaker = after_verb(tokens, &name).or_else(|| before_verb(tokens, &name));
            if let Some(speaker) = speaker {
                let sentence = tokens[start].sentence;
                return Some(Self { sentence, speaker });
            }
        }
        None
    }

    /// Tells whether a token belongs to what is said.
    pub(super) fn has(&self, index: usize, token: &Token) -> bool {
        token.sentence == self.sentence && !self.speaker.contains(&index)
    }
}

/// "sagte Ida", "laut Ida".
fn after_verb(tokens: &[Token], name: &Range<usize>) -> Option<Range<usize>> {
    let clause = tokens[name.start].clause;
    let mut is_oblique = false;
    for i in (name.start.saturating_sub(REACH)..name.start).rev() {
        let token = tokens[i];
        if token.clause != clause || token.mark.is_some() {
            return None;
        }
        let distance = name.start - i;
        let mark_before = i.checked_sub(1).and_then(|before| tokens[before].mark);
        let speaks = match token.cue {
            Some(Cue::Oblique) => {
                is_oblique = true;
                continue;
            }
            // After a subject, the name is the object: "die Stadt warnte Ida", "Jan lobte Ida".
            Some(Cue::Report) => {
                !is_oblique && (mark_before.is_some() || opens_with_place(tokens, i))
            }
            Some(Cue::Verdict) => {
                let is_after_quote = i > 0 && ends_quote(tokens, i - 1);
                !is_oblique && (is_after_quote || opens_with_place(tokens, i))
            }
            Some(Cue::Source) => distance <= SOURCE_REACH,
            Some(Cue::SourceNoun) => {
                let is_named = i > 0 && tokens[i - 1].cue == Some(Cue::Preposition);
                is_named && distance <= SOURCE_NOUN_REACH
            }
            Some(Cue::So) => {
                let is_last = tokens.get(name.end).is_none_or(|next| next.mark.is_some());
                !is_oblique && mark_before == Some(',') && is_last
            }
            Some(Cue::Preposition | Cue::SourceBehind) => false,
            _ => continue,
        };
        return speaks.then(|| i + 1..name.end);
    }
    None
}

/// Tells whether the clause of a verb starts with a preposition, as in "in Bonn sagte", so that the subject follows the
/// verb.
fn opens_with_place(tokens: &[Token], verb: usize) -> bool {
    let is_near = |token: &&Token| token.clause == tokens[verb].clause && token.mark.is_none();
    let clause = tokens[..verb].iter().rev().take_while(is_near);
    clause
        .last()
        .is_some_and(|first| first.cue == Some(Cue::Preposition))
}

/// "Ida sagte", "Ida und Jan sagten", "Ida (Grüne) sagte", "Ida zufolge", but not "zu Ida sagte".
fn before_verb(tokens: &[Token], name: &Range<usize>) -> Option<Range<usize>> {
    let mut verb = name.end;
    if tokens.get(verb)?.mark == Some('(') {
        let inner = tokens[verb..].iter().take(BRACKETED + 2);
        verb += 1 + inner.clone().position(|token| token.mark == Some(')'))?;
    } else if tokens[verb].cue.is_none() && tokens.get(verb + 2)?.cue == Some(Cue::Report) {
        // Two speakers. Which word joins them does not matter: a verb would already have its subject.
        verb += 2;
    }
    let cue = tokens.get(verb)?.cue?;
    let is_source = cue == Cue::SourceBehind;
    let next = tokens.get(verb + 1);
    let speaks = match cue {
        Cue::Report => true,
        // "die Ida lobten": the clause ends, and she is praised.
        Cue::Verdict => next.is_some_and(|next| next.mark.is_none()),
        _ => is_source && verb == name.end,
    };
    let clause = tokens[name.start].clause;
    let before = tokens[..name.start]
        .iter()
        .rev()
        .take_while(|token| token.clause == clause && token.mark.is_none());
    let is_governed = before.clone().take(GOVERNED).any(|token| match token.cue {
        Some(Cue::Preposition) => true,
        Some(Cue::Oblique) => !is_source,
        _ => false,
    });
    (speaks && !is_governed).then(|| name.start - before.count()..name.end)
}

#[cfg(test)]
mod tests {
    use super::super::content::Words;
    use super::super::reading::Reader;
    use super::*;

    /// Returns what is said, if `name` speaks.
    fn said(text: &str, name: &str) -> Option<String> {
        let mut reader = Reader::default();
        reader.read(text, &Words::default());
        let at = text.find(name).unwrap();
        let tokens = &reader.tokens;
        let speech = Speech::of(tokens, |i| {
            (at..at + name.len()).contains(&tokens[i].span.start)
        })?;
        let words = tokens.iter().enumerate();
        let said = words
            .filter(|(i, token)| token.mark.is_none() && speech.has(*i, token))
            .map(|(_, token)| text.get(token.span.range()).unwrap());
        Some(said.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_speaker_is_not_part_of_what_is_said() {
        let cases = [
            ("„Das ist Terror“, sagte Ida.", "Das ist Terror sagte"),
            ("„Das ist Terror!“, sagte Ida.", "Das ist Terror sagte"),
            (
                "„Das ist Terror“, sagte die Chefin Ida in Bonn.",
                "Das ist Terror sagte in Bonn",
            ),
            ("„Das ist Terror“, so Ida.", "Das ist Terror so"),
            ("Das sei Terror, so SPD-Chefin Ida.", "Das sei Terror so"),
            ("«Das ist Terror», so Ida.", "Das ist Terror so"),
            (
                "„Das ist Terror“, kritisierte Ida.",
                "Das ist Terror kritisierte",
            ),
            (
                "Die alte Ida sagte, das sei Terror.",
                "sagte das sei Terror",
            ),
            (
                "Ida (CDU) sagte, das sei Terror.",
                "CDU sagte das sei Terror",
            ),
            ("Ida und Jan betonten, er lüge.", "und Jan betonten er lüge"),
            ("Ida kritisierte Jan scharf.", "kritisierte Jan scharf"),
            (
                "In Bonn kündigte Ida Hilfe an.",
                "In Bonn kündigte Hilfe an",
            ),
            (
                "In Bonn verurteilte Ida den Angriff.",
                "In Bonn verurteilte den Angriff",
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
    fn a_name_of_several_words_speaks_as_a_whole() {
        let cases = [
            (
                "„Das ist Terror“, sagte die Deutsche Umwelthilfe.",
                "Deutsche Umwelthilfe",
                "Das ist Terror sagte",
            ),
            (
                "Laut dem Amt Ida ist das Terror.",
                "dem Amt Ida",
                "Laut ist das Terror",
            ),
        ];
        for (text, name, expected) in cases {
            assert_eq!(said(text, name).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn somebody_spoken_about_does_not_speak() {
        let cases = [
            "Jan kritisierte Ida scharf.",
            "Jan sagte, Ida sei krank.",
            "Jan sagte Ida, sie habe gelogen.",
            "Die Stadt warnte Ida vor einem Angriff.",
            "Die Opposition forderte Ida zum Rücktritt auf.",
            "Der Verein kündigte Ida fristlos.",
            "Das Gericht sprach Jan frei, verurteilte Ida aber.",
            "„Das ist Terror“, sagte Jan über Ida.",
            "„Das ist Terror“, sagte Jan dem Magazin Ida.",
            "Ein Sprecher von Ida sagte, das sei Terror.",
            "Die Polizei hat die Festnahme von Ida bestätigt.",
            "Über Ida sagte Jan nichts.",
            "Mit der neuen Ministerin Ida sagte er es ab.",
            "Er fuhr mit Ida, so weit es ging.",
            "Es war glatt, so kam Ida zu Fall.",
            "Ida wurde in Bonn gelobt.",
            "Ida wurde verhaftet und sagte nichts.",
            "Leute, die Ida beschuldigten, schweigen.",
            "Laut Polizei hat Ida gelogen.",
            "Medienberichten zufolge hat Ida gelogen.",
            "Ida hat Medienberichten zufolge gelogen.",
            "Ida hatte nach Angaben von Jan gelogen.",
            "Er widersprach der Darstellung von Ida.",
            "Ida hatte Angaben gemacht.",
            "Ida fuhr am Montag, wie er sagte.",
        ];
        for text in cases {
            assert_eq!(said(text, "Ida"), None, "{text:?}");
        }
    }

    #[test]
    fn other_sentences_are_not_part_of_what_is_said() {
        let text = "Es war Terror. Das ist gut, sagte Ida. Es war Terror.";
        assert_eq!(said(text, "Ida").as_deref(), Some("Das ist gut sagte"));
    }
}
