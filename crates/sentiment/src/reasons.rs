//! The reasons of a judgement: the words that carried it.
//!
//! The contribution of a word is the difference it makes: the log-odds of positive against negative, minus those
//! of the same text if the word meant nothing (Robnik-Šikonja & Kononenko 2008). So a word counts with all of its
//! effects: "nicht" counts by what it negates, though it is neither good nor bad itself.
//!
//! - Robnik-Šikonja, Kononenko: Explaining classifications for individual instances. IEEE TKDE 20(5), 2008.

use blattwerk_core::{Reason, Sentiment, Span};

/// The maximum number of reasons of a judgement.
const MOST: usize = 5;

/// The maximum number of words that are left out one by one. Few sentences have more candidates; for those that do, the
/// limit keeps the time proportional to their length.
const TRIED: usize = 24;

/// Weaker reasons would be shown as 0.00.
const WEAKEST: f32 = 0.005;

/// A word that may be a reason.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    /// Its number in the text.
    pub(crate) index: usize,
    pub(crate) span: Span,
    /// An estimate of how much it counts, to choose among too many candidates.
    pub(crate) worth: f32,
}

/// Returns the strongest reasons, strongest first.
///
/// `odds` returns the log-odds of positive against negative for the whole text, or without the word of the given index.
pub(crate) fn reasons(
    mut candidates: Vec<Candidate>,
    mut odds: impl FnMut(Option<usize>) -> f32,
) -> Vec<Reason> {
    if candidates.is_empty() {
        return Vec::new();
    }
    candidates.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    candidates.truncate(TRIED);
    let whole = odds(None);
    let reason = |candidate: Candidate| Reason {
        span: candidate.span,
        weight: whole - odds(Some(candidate.index)),
    };
    strongest(candidates.into_iter().map(reason))
}

/// Shifts reasons that were found in a piece of a text by the start of the piece.
pub(crate) fn at(start: usize, mut reasons: Vec<Reason>) -> Vec<Reason> {
    for Reason { span, .. } in &mut reasons {
        *span = Span::new(start + span.start, start + span.end);
    }
    reasons
}

/// Returns the strongest reasons of the sentences of an article, strongest first.
///
/// `shares` are the shares of the sentences in the judgement of the article.
pub(crate) fn of_article(
    sentences: &[Sentiment],
    shares: impl IntoIterator<Item = f32>,
) -> Vec<Reason> {
    let shared = sentences.iter().zip(shares);
    strongest(shared.flat_map(|(sentence, share)| {
        let reasons = sentence.reasons.iter();
        reasons.map(move |reason| Reason {
            weight: share * reason.weight,
            ..*reason
        })
    }))
}

fn strongest(reasons: impl Iterator<Item = Reason>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = reasons
        .filter(|reason| reason.weight.abs() >= WEAKEST)
        .collect();
    reasons.sort_by(|a, b| {
        let by_strength = b.weight.abs().total_cmp(&a.weight.abs());
        by_strength.then(a.span.start.cmp(&b.span.start))
    });
    reasons.truncate(MOST);
    reasons
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Panics if the words of `reasons`, or their weights to the third digit, are not the expected ones.
    pub(crate) fn expect(text: &str, reasons: &[Reason], expected: &[(&str, f32)]) {
        let words: Vec<_> = reasons
            .iter()
            .map(|reason| text.get(reason.span.range()).unwrap())
            .collect();
        let named: Vec<_> = expected.iter().map(|(word, _)| *word).collect();
        assert_eq!(words, named, "{text:?}");
        for (reason, (word, weight)) in reasons.iter().zip(expected) {
            let found = reason.weight;
            assert!(
                (found - weight).abs() < 2e-3,
                "{word}: {weight}, found {found}"
            );
        }
    }
}
