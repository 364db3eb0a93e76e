//! Takes the articles of a chunk through the later stages, and finds copies of earlier articles.
//!
//! What counts as a copy must not depend on the chunks, and no copy may be dropped in favour of an article that
//! fails. So the rule is that of a run that takes one article at a time: an article similar to a remembered
//! one is a copy; any other is processed, and remembered if no stage fails. A chunk is processed at once on the
//! assumption that nothing fails. If something does, the decisions are rolled back and made again, knowing what failed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use blattwerk_core::Document;
use blattwerk_dedup::{Dedup, Keep, Seen, Signature};

use crate::fate::Duplicate;
use crate::flow::{Batch, layers};
use crate::record::Time;

/// The articles that the run has seen. A resumed run restores them by remembering the articles of
/// its tables again, except the copies.
pub(super) struct Duplicates<'a> {
    /// The name of the stage.
    name: &'static str,
    dedup: &'a Dedup,
    seen: Seen,
}

/// What is known of an article before the later stages.
struct Print {
    /// Its position in the chunk.
    position: usize,
    id: String,
    signature: Option<Signature>,
}

impl<'a> Duplicates<'a> {
    pub(super) fn new(name: &'static str, dedup: &'a Dedup) -> Self {
        Self {
            name,
            dedup,
            seen: dedup.seen.clone(),
        }
    }

    /// Remembers articles that a run had before it was resumed: those in its tables that are not copies, in
    /// their order.
    pub(super) fn remember(&mut self, documents: &[Document]) {
        let signatures = layers(&*self.dedup.signatures.stage, documents);
        for (document, signature) in documents.iter().zip(signatures) {
            if let Ok(Some(signature)) = signature {
                self.seen.remember(&document.id, signature);
            }
        }
        self.seen.settle();
    }

    /// Takes a batch through the `later` stages and returns the copies in it, in order, with their positions. If only
    /// the first of a group is kept, the others leave the batch, before those stages where possible.
    pub(super) fn process(
        &mut self,
        batch: &mut Batch,
        time: &mut Time,
        later: impl FnMut(&mut Batch),
    ) -> Vec<(usize, Duplicate)> {
        let prints = self.prints(batch, time);
        let found = match self.dedup.keep {
            Keep::All => self.all(&prints, batch, time, later),
            Keep::First => self.first(&prints, batch, time, later),
        };
        self.seen.settle();
        if self.dedup.keep == Keep::First {
            time.skipped += found.len() as u64;
        }
        found.into_iter().collect()
    }

    fn prints(&self, batch: &mut Batch, time: &mut Time) -> Vec<Print> {
        let started = Instant::now();
        time.articles += batch.documents.len() as u64;
        time.bytes += batch.bytes();
        let signatures = layers(&*self.dedup.signatures.stage, &batch.documents);
        time.spent += started.elapsed();

        let mut prints = Vec::with_capacity(signatures.len());
        for ((position, document), signature) in batch.take().zip(signatures) {
            match signature {
                Ok(signature) => {
                    prints.push(Print {
                        position,
                        id: document.id.clone(),
                        signature,
                    });
                    batch.put(position, document);
                }
                Err(error) => batch.fail(position, document, self.name, error),
            }
        }
        prints
    }

    /// Processes all articles; the copies are found among those that did not fail.
    fn all(
        &mut self,
        prints: &[Print],
        batch: &mut Batch,
        time: &mut Time,
        mut later: impl FnMut(&mut Batch),
    ) -> BTreeMap<usize, Duplicate> {
        later(batch);
        let failed = batch.failed_positions();
        let whole = prints
            .iter()
            .filter(|print| !failed.contains(&print.position));
        self.judge(whole, &BTreeSet::new(), time)
    }

    /// Processes the articles that are not copies.
    fn first(
        &mut self,
        prints: &[Print],
        batch: &mut Batch,
        time: &mut Time,
        mut later: impl FnMut(&mut Batch),
    ) -> BTreeMap<usize, Duplicate> {
        let mut waiting: BTreeMap<usize, Document> = batch.take().collect();
        let mut done: Vec<(usize, Document)> = Vec::new();
        loop {
            let mark = self.seen.mark();
            let failed = batch.failed_positions();
            let found = self.judge(prints, &failed, time);
            for (position, document) in std::mem::take(&mut waiting) {
                if found.contains_key(&position) {
                    waiting.insert(position, document);
                } else {
                    batch.put(position, document);
                }
            }
            later(batch);
            done.extend(batch.take());
            if batch.failed.len() > failed.len() {
                self.seen.roll_back(mark);
                continue;
            }
            // Drop what was processed in vain: it turned out to be a copy once it was known what failed.
            batch
                .failed
                .retain(|(position, _)| !found.contains_key(position));
            done.retain(|(position, _)| !found.contains_key(position));
            done.sort_unstable_by_key(|(position, _)| *position);
            for (position, document) in done {
                batch.put(position, document);
            }
            return found;
        }
    }

    /// Finds the copies in the order of the input, and remembers the other articles, except those
    /// that failed.
    fn judge<'p>(
        &mut self,
        prints: impl IntoIterator<Item = &'p Print>,
        failed: &BTreeSet<usize>,
        time: &mut Time,
    ) -> BTreeMap<usize, Duplicate> {
        let started = Instant::now();
        let mut found = BTreeMap::new();
        for print in prints {
            let Some(signature) = &print.signature else {
                continue;
            };
            if let Some(original) = self.seen.find(signature) {
                let duplicate = Duplicate {
                    id: print.id.clone(),
                    of: original.of.to_owned(),
                    similarity: original.similarity,
                };
                found.insert(print.position, duplicate);
            } else if !failed.contains(&print.position) {
                self.seen.remember(&print.id, signature.clone());
            }
        }
        time.spent += started.elapsed();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stages::Set;

    fn dedup(keep: &str, remember: usize) -> Dedup {
        let settings = serde_json::json!({
            "backend": "minhash", "keep": keep, "remember": remember, "shingle": 1,
        });
        let config: blattwerk_dedup::Config = serde_json::from_value(settings).unwrap();
        config.build(std::path::Path::new("")).unwrap()
    }

    /// An article: the topic that it is about, how much of its text is its own, and whether a later stage
    /// fails.
    #[derive(Debug, Clone, Copy)]
    struct Article {
        topic: u32,
        own: u32,
        fails: bool,
    }

    impl Article {
        /// Twenty words of the topic, the first of them replaced.
        fn text(self) -> String {
            let own = (0..self.own).map(|word| format!("eigen{}x{word} ", self.own));
            let topic = (self.own..20).map(|word| format!("thema{}x{word} ", self.topic));
            own.chain(topic).collect()
        }
    }

    /// What became of articles: those in the tables, the failed, and the copies with their originals.
    type Fates = (Vec<String>, Vec<String>, Vec<(String, String)>);

    /// Takes articles through a stage that fails for some of them, so many at once; returns their fates, and
    /// how many the stage was given.
    fn process(articles: &[Article], dedup: &Dedup, chunk: usize) -> (Fates, usize) {
        let mut duplicates = Duplicates::new("dedup", dedup);
        let mut time = Time::default();
        let mut stage_time = Time::default();
        let fails = |document: &Document| -> blattwerk_core::Result<Set> {
            if document.source == "fails" {
                return Err(blattwerk_core::Error::Model {
                    name: "m".into(),
                    expected: "a".into(),
                    found: "b".into(),
                });
            }
            Ok(Box::new(|_| None))
        };
        let (mut kept, mut failed, mut copies) = Fates::default();
        for (number, articles) in articles.chunks(chunk).enumerate() {
            let mut batch = Batch::default();
            for (place, article) in articles.iter().enumerate() {
                let mut document =
                    Document::new((number * chunk + place).to_string(), article.text());
                if article.fails {
                    document.source = "fails".into();
                }
                batch.put(place, document);
            }
            let found = duplicates.process(&mut batch, &mut time, |batch| {
                batch.pass("test", &fails, &mut stage_time);
            });
            copies.extend(found.into_iter().map(|(_, copy)| (copy.id, copy.of)));
            batch.failed.sort_by_key(|(position, _)| *position);
            let ids = batch.failed.into_iter();
            failed.extend(ids.map(|(_, failed)| failed.failure.id));
            kept.extend(batch.documents.into_iter().map(|document| document.id));
        }
        let processed = usize::try_from(stage_time.articles).unwrap();
        ((kept, failed, copies), processed)
    }

    fn of_topics(topics: &[(u32, bool)]) -> Vec<Article> {
        topics
            .iter()
            .map(|&(topic, fails)| Article {
                topic,
                own: 0,
                fails,
            })
            .collect()
    }

    #[test]
    fn copies_have_the_fate_that_the_config_says() {
        let articles = of_topics(&[(1, false), (2, false), (1, false), (2, true), (1, false)]);
        let copies = |pairs: &[(u32, u32)]| -> Vec<(String, String)> {
            let pairs = pairs.iter();
            pairs
                .map(|(id, of)| (id.to_string(), of.to_string()))
                .collect()
        };
        let ids = |ids: &[u32]| -> Vec<String> { ids.iter().map(u32::to_string).collect() };

        let (fates, processed) = process(&articles, &dedup("first", 10), 10);
        let wanted = (ids(&[0, 1]), ids(&[]), copies(&[(2, 0), (3, 1), (4, 0)]));
        assert_eq!(fates, wanted, "a copy that would fail is not even tried");
        assert_eq!(processed, 2);

        let (fates, processed) = process(&articles, &dedup("all", 10), 10);
        let wanted = (ids(&[0, 1, 2, 4]), ids(&[3]), copies(&[(2, 0), (4, 0)]));
        assert_eq!(fates, wanted, "a failed article is in no other table");
        assert_eq!(processed, 5);
    }

    #[test]
    fn no_copy_is_lost_to_an_article_that_fails() {
        let articles = of_topics(&[(1, true), (1, true), (1, false), (1, false), (2, true)]);
        for chunk in 1..=5 {
            let ((kept, failed, copies), _) = process(&articles, &dedup("first", 10), chunk);
            assert_eq!(kept, ["2"], "chunks of {chunk}");
            assert_eq!(failed, ["0", "1", "4"], "chunks of {chunk}");
            assert_eq!(copies, [("3".into(), "2".into())], "chunks of {chunk}");
        }
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(
            articles in prop::collection::vec(
                // Texts of a topic differ in up to ten of twenty words: some are alike, some are not.
                (0_u32..3, 0_u32..11, prop::bool::weighted(0.3))
                    .prop_map(|(topic, own, fails)| Article { topic, own, fails }),
                1..30,
            ),
            chunk in 2_usize..31,
            remember in 1_usize..6,
            keep in prop::sample::select(vec!["all", "first"]),
        ) {
            let dedup = dedup(keep, remember);
            let (wanted, _) = process(&articles, &dedup, 1);
            prop_assert_eq!(&process(&articles, &dedup, chunk).0, &wanted);

            // Every article has one fate.
            let (kept, failed, copies) = wanted;
            let copies = copies.into_iter().map(|(id, _)| id);
            let mut ids: Vec<usize> = match keep {
                "first" => kept.into_iter().chain(failed).chain(copies).map(|id| id.parse().unwrap()).collect(),
                _ => kept.into_iter().chain(failed).map(|id| id.parse().unwrap()).collect(),
            };
            ids.sort_unstable();
            prop_assert_eq!(ids, (0..articles.len()).collect::<Vec<_>>());
        }
    }
}
