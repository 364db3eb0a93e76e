//! `TextRank` for sentences (Mihalcea & Tarau: `TextRank`: Bringing Order into Texts. EMNLP 2004).
//!
//! The similarity of two sentences is the number of words they share, divided by the sum of the logarithms of their
//! lengths; the most central sentences of the weighted graph are taken. Words are stems without stop words, each counted once
//! per sentence. Only the first thousand sentences of an article are compared.

use crate::graph;
use crate::terms::Terms;

/// Returns how central each sentence is.
pub(crate) fn scores(terms: &Terms) -> Vec<f32> {
    let length = |sentence: usize| {
        let count = u16::try_from(terms.of(sentence).len()).unwrap_or(u16::MAX);
        f32::from(count.max(1)).ln()
    };
    let mut edges = graph::shared(terms, |_, _, _| 1.0);
    // For two sentences of one word each, the sum of the logarithms is 0; they also say too little.
    edges.retain_mut(|(i, j, shared)| {
        let lengths = length(*i) + length(*j);
        *shared /= lengths;
        lengths > 0.0
    });
    graph::rank(terms.len().min(graph::MOST), &edges)
}

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;

    use super::*;
    use crate::budget::tests::document;
    use crate::graph::Config;
    use crate::terms::Reader;

    const ARTICLE: &str = "Der Hafen der Insel wird gebaut.\n\
        Fähren fahren zum Hafen der Insel.\n\
        Das Wetter war sonnig.\n\
        Die Fähren der Insel brauchen einen Hafen.";

    #[test]
    fn a_sentence_that_shares_no_word_ranks_last() {
        let scores = scores(&Reader::new().read(&document(ARTICLE)));
        assert_eq!(graph::order(&scores)[3], 2, "{scores:?}");
        assert!((scores[2] - 0.15).abs() < 1e-6);
    }

    #[test]
    fn the_number_of_sentences_is_limited() {
        let config = Config {
            sentences: Some(2),
            ..Config::default()
        };
        let built = config.build(scores).unwrap();
        let summary = built.stage.process(&document(ARTICLE)).unwrap();
        assert_eq!(summary.sentences.len(), 2);
        assert!(!summary.sentences.contains(&2));
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(scores).unwrap();
        contract::check(&*built.stage, ARTICLE, |_| Vec::new());
    }
}
