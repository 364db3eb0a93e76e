//! `LexRank` (Erkan & Radev: `LexRank`: Graph-based Lexical Centrality as Salience in Text Summarization. JAIR 22, 2004).
//!
//! Two sentences are linked if the cosine of their tf-idf vectors is at least 0.1; the most central sentences of the
//! graph are taken. Words are stems without stop words; the inverse document frequency is computed over the sentences of the
//! article, because there is no collection. Only the first thousand sentences are compared.

use crate::graph;
use crate::terms::Terms;

/// The minimum similarity of two linked sentences, as recommended by the paper.
const ALIKE: f32 = 0.1;

/// Returns how central each sentence is.
pub(crate) fn scores(terms: &Terms) -> Vec<f32> {
    let count = terms.len().min(graph::MOST);
    let mut frequencies = terms.zeros();
    for sentence in 0..count {
        for term in terms.of(sentence) {
            frequencies[term.id as usize] += 1.0;
        }
    }
    let all = f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    let rarity = |id: usize| (all / frequencies[id]).ln() + 1.0;
    let lengths: Vec<f32> = (0..count)
        .map(|sentence| {
            let squares = terms.of(sentence).iter().map(|term| {
                let weight = term.weight * rarity(term.id as usize);
                weight * weight
            });
            squares.sum::<f32>().sqrt()
        })
        .collect();
    let mut edges = graph::shared(terms, |id, a, b| a * b * rarity(id) * rarity(id));
    edges.retain_mut(|(i, j, product)| {
        let cosine = *product / (lengths[*i] * lengths[*j]);
        *product = 1.0;
        cosine >= ALIKE
    });
    graph::rank(count, &edges)
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
    fn a_sentence_without_links_ranks_last() {
        let scores = scores(&Reader::new().read(&document(ARTICLE)));
        assert_eq!(graph::order(&scores)[3], 2, "{scores:?}");
    }

    #[test]
    fn links_have_no_weight() {
        // The three sentences are linked with each other, whatever their cosines.
        let scores = scores(&Reader::new().read(&document(ARTICLE)));
        assert!((scores[0] - scores[1]).abs() < 1e-3 && (scores[1] - scores[3]).abs() < 1e-3);
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(scores).unwrap();
        contract::check(&*built.stage, ARTICLE, |_| Vec::new());
    }
}
