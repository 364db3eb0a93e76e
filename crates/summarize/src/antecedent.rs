//! What a sentence depends on: the earlier sentences without which a reader does not know who or what it speaks of.
//!
//! A news story introduces people and things once and then refers to them: by pronouns ("er", "davon"), by demonstratives
//! ("dieser Schritt"), by a definite noun ("das Institut") or by a surname, and it links statements ("jedoch", "ebenfalls").
//! A sentence that is taken out of its context must bring along what it refers to. This module finds for each
//! sentence which earlier sentences these are, so that a summary can take them together or not at all.
//!
//! There is no parser and no model behind it: a handful of closed classes of words, the position in the clause, the names
//! found by *ner*, and which nouns came before. In doubt, a sentence depends on the one before it: that costs a candidate,
//! while a reference into nothing costs the reader's trust.

mod nouns;
mod sentence;
mod story;
mod words;

use blattwerk_core::{Document, Idle};

use self::nouns::Nouns;
use self::story::{Leaning, Story};
use crate::readable::{self, Speech};

/// A sentence that depends on more sentences than this, itself included, is not worth its space.
const MOST: usize = 4;

/// What was learned about words in earlier documents; it saves time and changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Memory(Idle<Nouns>);

/// What each sentence of a document depends on.
#[derive(Debug)]
pub(crate) struct Antecedents {
    /// Each sentence with all that it depends on, in order; nothing if that is too much or cannot be told.
    closures: Vec<Option<Vec<usize>>>,
    /// Whether a sentence has a definite noun that nothing before it explains.
    is_loose: Vec<bool>,
    /// Whether the first readable sentence refers to something before it.
    has_open_lead: bool,
}

impl Antecedents {
    /// Reads a document. `readable` are the sentences that a summary may show: the first of them is the
    /// lead, and what stands before it, such as a headline, introduces nothing.
    pub(crate) fn of(document: &Document, readable: &[usize], memory: &Memory) -> Self {
        let mut nouns = memory.0.take().unwrap_or_default();
        nouns.tidy();
        let antecedents = Self::with(document, readable, &mut nouns);
        memory.0.put(nouns);
        antecedents
    }

    fn with(document: &Document, readable: &[usize], nouns: &mut Nouns) -> Self {
        let lead = readable.first().copied().unwrap_or_default();
        let speech = readable::speech(document);
        let mut story = Story::new(document, lead, nouns);
        // Earlier sentences; nothing if the sentence refers to something that no sentence says.
        let mut needs: Vec<Option<Vec<usize>>> = Vec::with_capacity(document.sentences.len());
        let mut is_loose = Vec::with_capacity(document.sentences.len());
        let mut has_open_lead = false;
        // Why the sentence before leans, and on which one.
        let mut before: Option<(Leaning, Option<usize>)> = None;
        for (index, &span) in document.sentences.iter().enumerate() {
            let mut found = story.read(index, span);
            is_loose.push(found.is_loose);
            match speech[index] {
                Speech::Free => {}
                Speech::Indirect => found.previous(Leaning::Indirect),
                Speech::Own => found.is_open = true,
            }
            if readable::cuts_quote(&document.text[span]) {
                found.is_open = true;
            }
            // "Er" after "Er" stands for the same person, so it depends on the sentence that names him.
            let source = match (found.leaning, before) {
                (Some(leaning), Some((same, source))) if leaning == same && !leaning.is_other() => {
                    source
                }
                _ => index.checked_sub(1),
            };
            before = found.leaning.map(|leaning| {
                let source = if index == lead { Some(lead) } else { source };
                (leaning, source)
            });
            let need = found.needs(index, source);
            if index == lead {
                // A story starts with it, whatever it refers to, and others may refer to it.
                has_open_lead = need.is_none_or(|needed| !needed.is_empty());
                needs.push(Some(Vec::new()));
            } else {
                needs.push(need);
            }
        }
        let closures = (0..needs.len())
            .map(|sentence| closure(&needs, sentence))
            .collect();
        Self {
            closures,
            is_loose,
            has_open_lead,
        }
    }

    /// Tells whether a sentence has a definite noun that nothing before it explains: it may be known to all readers, or not.
    pub(crate) fn is_loose(&self, sentence: usize) -> bool {
        self.is_loose[sentence]
    }

    /// Tells whether the first readable sentence refers to something before it.
    pub(crate) fn has_open_lead(&self) -> bool {
        self.has_open_lead
    }

    /// Tells whether a sentence depends on others than the lead.
    pub(crate) fn leans(&self, sentence: usize, lead: usize) -> bool {
        let closure = self.closure(sentence);
        closure.is_none_or(|closure| closure.iter().any(|&one| one != sentence && one != lead))
    }

    /// Returns a sentence with all that it depends on, in order; nothing if that is too much or cannot be told.
    pub(crate) fn closure(&self, sentence: usize) -> Option<&[usize]> {
        self.closures[sentence].as_deref()
    }
}

/// Follows what a sentence needs, and what that needs in turn.
fn closure(needs: &[Option<Vec<usize>>], sentence: usize) -> Option<Vec<usize>> {
    let mut closure = vec![sentence];
    let mut next = 0;
    while let Some(&sentence) = closure.get(next) {
        next += 1;
        for &needed in needs[sentence].as_ref()? {
            if !closure.contains(&needed) {
                closure.push(needed);
            }
        }
        if closure.len() > MOST {
            return None;
        }
    }
    closure.sort_unstable();
    Some(closure)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use blattwerk_core::{Entity, Span};

    use super::*;
    use crate::budget::tests::document;

    const NAMES: &[(&str, &str)] = &[
        ("Ida Berg", "PER"),
        ("Jan Tal", "PER"),
        ("Hafenverein Leer", "ORG"),
        ("Verband der Fischer", "ORG"),
        ("Norddeich", "LOC"),
        ("Leer", "LOC"),
        ("Berg", "PER"),
        ("CDU", "ORG"),
    ];

    /// A document whose lines are its sentences, with the names above.
    fn story(lines: &str) -> Document {
        let mut document = document(lines);
        for &(name, label) in NAMES {
            for (start, found) in lines.match_indices(name) {
                let span = Span::new(start, start + found.len());
                let is_free = |entity: &Entity| !entity.span.overlaps(span);
                if document.entities.iter().all(is_free) {
                    document.entities.push(Entity {
                        span,
                        label: Arc::from(label),
                        score: 1.0,
                    });
                }
            }
        }
        document.entities.sort_by_key(|entity| entity.span.start);
        document
    }

    /// Panics if the last sentence of a story does not come with the expected ones, of which 0 is the lead.
    fn expect(cases: &[(&str, Option<&[usize]>)]) {
        let mut wrong = Vec::new();
        for &(lines, expected) in cases {
            let document = story(lines);
            let last = document.sentences.len() - 1;
            let antecedents = Antecedents::of(
                &document,
                &(0..=last).collect::<Vec<_>>(),
                &Memory::default(),
            );
            let found = antecedents.closure(last);
            if found != expected {
                wrong.push(format!("{lines:?}: {found:?}, expected {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn pronouns_come_with_the_sentence_before() {
        expect(&[
            (
                "Der Rat tagte in Leer.\nIda Berg leitet den Hafen.\nSie will ihn ausbauen.",
                Some(&[1, 2]),
            ),
            (
                "Der Rat tagte in Leer.\nIda Berg leitet den Hafen.\nAm Freitag sagte sie die Reise ab.",
                Some(&[1, 2]),
            ),
            (
                "Der Rat tagte in Leer.\nIda Berg leitet den Hafen.\n„Der Hafen ist ein Erfolg“, sagte sie.",
                Some(&[1, 2]),
            ),
            (
                "Der Rat tagte in Leer.\nIda Berg leitet den Hafen.\nNach der Sitzung dankte der Rat ihr und ihm.",
                Some(&[1, 2]),
            ),
            // The pronoun stands for a noun of the sentence.
            (
                "Der Rat tagte in Leer.\nJan Tal kündigte an, dass er zurücktritt.",
                Some(&[1]),
            ),
            (
                "Der Rat tagte in Leer.\nNachdem ein Kapitän gewarnt wurde, kehrte er um.",
                Some(&[1]),
            ),
            (
                "Der Rat tagte in Leer.\nJan Tal lobt seine Mannschaft.",
                Some(&[1]),
            ),
            (
                "Der Rat tagte in Leer.\nIn ihrer Rede lobte Ida Berg die Kapitäne aus Norddeich.",
                Some(&[1]),
            ),
            // It stands for nothing.
            (
                "Der Rat tagte in Leer.\nEs gab keine Verletzten.",
                Some(&[1]),
            ),
            (
                "Der Rat tagte in Leer.\nEs wurden drei Kutter beschädigt.",
                Some(&[1]),
            ),
        ]);
    }

    #[test]
    fn a_chain_of_pronouns_comes_with_its_name_alone() {
        expect(&[
            (
                "Der Rat tagte in Leer.\nJan Tal leitet den Hafen.\nEr stammt aus Norddeich.\nEr ist sechzig Jahre alt.",
                Some(&[1, 3]),
            ),
            (
                "Der Rat tagte in Leer.\nJan Tal leitet den Hafen.\nSie lobten ihn.\nEr ist sechzig Jahre alt.",
                Some(&[1, 2, 3]),
            ),
            (
                "Jan Tal sprach in Leer.\nAlle Fähren seien alt.\nViele Kapitäne seien krank.",
                Some(&[0, 2]),
            ),
        ]);
    }

    #[test]
    fn a_lead_may_refer_to_nothing_and_others_to_it() {
        for (lead, is_open) in [
            ("Er trat am Montag zurück.", true),
            ("Das sagte Ida Berg.", true),
            ("Ida Berg trat am Montag zurück.", false),
        ] {
            let document = story(&format!("{lead}\nDas lobte Jan Tal."));
            let antecedents = Antecedents::of(&document, &[0, 1], &Memory::default());
            assert_eq!(antecedents.has_open_lead(), is_open, "{lead}");
            assert_eq!(antecedents.closure(1), Some([0, 1].as_slice()), "{lead}");
        }
    }

    #[test]
    fn demonstratives_and_adverbs_come_with_the_sentence_before() {
        for sentence in [
            "Diese Fähren sind neu.",
            "Von diesen fahren drei nach Norddeich.",
            "Dieser Schritt kostet viel Geld.",
            "Solche Fälle sind selten.",
            "Die beiden kommen aus Norddeich.",
            "Letzterer kommt aus Norddeich.",
            "Das sagte Ida Berg am Montag.",
            "Das teilte Ida Berg mit.",
            "Das hatten die Kapitäne gefordert.",
            "Dabei wurden drei Kapitäne verletzt.",
            "Drei Kapitäne wurden dabei verletzt.",
            "Daraufhin verließen alle Gäste Norddeich.",
            "Alle Gäste verließen daraufhin Norddeich.",
            "Unmittelbar danach fiel der Strom aus.",
            "Norddeich hat dafür viel Geld bezahlt.",
            "In Norddeich arbeiten dort viele Kapitäne.",
        ] {
            let lines = format!("Ida Berg kam nach Leer.\nKapitäne streiken seit Mai.\n{sentence}");
            expect(&[(&lines, Some(&[1, 2]))]);
        }
        for sentence in [
            "In diesem Jahr kamen viele Gäste nach Leer.",
            "Ida Berg geht davon aus, dass viele Gäste kommen.",
            "Ida Berg rief dazu auf, Norddeich zu meiden.",
            "Jan Tal baut Boote und verdient damit viel Geld, sagt Ida Berg.",
            "Drei Kapitäne wurden verletzt, einer davon schwer.",
        ] {
            let lines = format!("Ida Berg kam nach Leer.\nKapitäne streiken seit Mai.\n{sentence}");
            expect(&[(&lines, Some(&[2]))]);
        }
    }

    #[test]
    fn links_and_comparisons_come_with_the_sentence_before() {
        for sentence in [
            "Aber Ida Berg schweigt.",
            "Auch Ida Berg schweigt.",
            "Ida Berg schweigt jedoch.",
            "Ida Berg, die den Hafen leitet, schweigt dagegen.",
            "Ida Berg hatte ebenfalls gewarnt.",
            "Kurz zuvor hatte Ida Berg gewarnt.",
            "Zwei Tage später trat Ida Berg zurück.",
            "Zwei weitere Kapitäne wurden verletzt.",
            "Ähnliche Fälle gab es in Norddeich.",
            "Ein anderer Kapitän wurde verletzt.",
            "Ida Berg bleibt im Amt, sagte Jan Tal weiter.",
            "So wurde Ida Berg gewählt.",
        ] {
            let lines = format!("Der Sturm traf Leer.\nKapitäne streiken seit Mai.\n{sentence}");
            expect(&[(&lines, Some(&[1, 2]))]);
        }
        for sentence in [
            "Nicht nur Jan Tal, sondern auch Ida Berg schweigt.",
            "Ida Berg kam spät, aber sie kam.",
            "Unter anderem sprach Ida Berg.",
            "Mehr Gäste als zuvor kamen nach Norddeich.",
        ] {
            let lines = format!("Der Sturm traf Leer.\nKapitäne streiken seit Mai.\n{sentence}");
            expect(&[(&lines, Some(&[2]))]);
        }
    }

    #[test]
    fn a_definite_noun_comes_with_its_first_mention() {
        expect(&[
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank vor Norddeich.\nIda Berg trat zurück.\nDie Fähre war alt.",
                Some(&[1, 3]),
            ),
            // by the last part of a compound
            (
                "Jan Tal kam nach Leer.\nEin Seebeben traf Norddeich.\nIda Berg trat zurück.\nDas Beben zerstörte viele Häuser.",
                Some(&[1, 3]),
            ),
            // where it is the object
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank vor Norddeich.\nIda Berg trat zurück.\nKapitäne sahen die Fähre.",
                Some(&[1, 3]),
            ),
            // with a noun that nothing introduced
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank.\nDer Tanker war alt.",
                Some(&[1, 2]),
            ),
            (
                "Jan Tal kam nach Leer.\nIda Berg griff Jan Tal an.\nDer Rat wies die Vorwürfe zurück, sagte Jan Tal.",
                Some(&[1, 2]),
            ),
            // what everybody knows, or the noun's own complement tells
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank.\nDie Polizei ermittelt.",
                Some(&[2]),
            ),
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank.\nDie Kapitäne der Polizei streiken.",
                Some(&[2]),
            ),
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank.\nDie Kapitäne, die streiken, wollen mehr Geld.",
                Some(&[2]),
            ),
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank.\nDie dänischen Kapitäne streiken.",
                Some(&[2]),
            ),
            (
                "Jan Tal kam nach Leer.\nEine Fähre sank.\nAm Montag gab es Streit.",
                Some(&[2]),
            ),
            // the event of the story
            (
                "Eine Fähre sank vor Norddeich.\nJan Tal kam nach Leer.\nDer Unfall geschah am Montag.",
                Some(&[0, 2]),
            ),
        ]);
    }

    #[test]
    fn a_headline_introduces_nothing() {
        let document =
            story("Neue Fähre für Leer\nJan Tal kauft eine Fähre.\nDie Fähre kommt aus Norddeich.");
        let antecedents = Antecedents::of(&document, &[1, 2], &Memory::default());
        assert_eq!(antecedents.closure(2), Some([1, 2].as_slice()));
    }

    #[test]
    fn a_noun_for_a_name_comes_with_the_name() {
        expect(&[
            (
                "Eine Fähre sank.\nDer Hafenverein Leer klagt.\nJan Tal schweigt.\nDas Gericht prüft, ob der Verein klagen darf.",
                Some(&[1, 3]),
            ),
            (
                "Eine Fähre sank.\nIda Berg klagt.\nEs regnete stark.\nDie Politikerin will viel Geld.",
                Some(&[1, 3]),
            ),
            (
                "Eine Fähre sank.\nIda Berg klagt.\nEs regnete stark.\nFreunde der 56-Jährigen schweigen, denn die 56-Jährige klagt.",
                Some(&[1, 3]),
            ),
            (
                "Eine Fähre sank.\nJan Tal kam nach Norddeich.\nEs regnete stark.\nViele Gäste verließen die Stadt.",
                Some(&[1, 3]),
            ),
        ]);
    }

    #[test]
    fn a_surname_or_abbreviation_comes_with_the_full_name() {
        expect(&[
            (
                "Eine Fähre sank.\nIda Berg klagt.\nJan Tal schweigt.\nFreunde lobten Berg.",
                Some(&[1, 3]),
            ),
            (
                "Eine Fähre sank.\nDer Verband der Fischer (VdF) klagt.\nJan Tal schweigt.\nMitglieder des VdF streiken.",
                Some(&[1, 3]),
            ),
            (
                "Eine Fähre sank.\nIda Berg (CDU) klagt.\nJan Tal schweigt.\nMitglieder der CDU streiken.",
                Some(&[3]),
            ),
            ("Eine Fähre sank.\nFreunde lobten Berg.", Some(&[1])),
        ]);
    }

    #[test]
    fn speech_without_its_speaker_and_cut_quotes_are_left() {
        expect(&[
            ("Jan Tal sprach.\nWir fahren nach Leer.", None),
            ("Eine Fähre sank.\nJan Tal sagte: „Die Fähre war alt.", None),
            (
                "Eine Fähre sank.\nJan Tal sprach.\nAlle Fähren seien alt.",
                Some(&[1, 2]),
            ),
        ]);
    }

    #[test]
    fn too_long_a_chain_is_left() {
        let lines = "Eine Fähre sank.\nJan Tal kam.\nDas lobte Ida Berg.\nDies freute alle.\nDaher kamen viele.\nDas war neu.";
        expect(&[(lines, None)]);
    }
}
