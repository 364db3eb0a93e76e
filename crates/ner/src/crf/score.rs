//! Precision, recall and F1 of whole entities, counted as in the `CoNLL` shared tasks.

use std::fmt;

use blattwerk_core::Entity;

use super::tag::{Label, Tag, spans};

/// Counts for one label or for all labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Entities in the gold file.
    pub gold: usize,
    /// Entities found.
    pub found: usize,
    /// Entities found with the correct boundaries and label.
    pub right: usize,
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl Count {
    /// Returns the share of the found entities that are correct.
    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

    /// Returns the share of the gold entities that were found.
    pub fn recall(&self) -> f64 {
        share(self.right, self.gold)
    }

    /// Returns the harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        share(2 * self.right, self.gold + self.found)
    }
}

fn sum(counts: &[Count]) -> Count {
    counts.iter().fold(Count::default(), |sum, c| Count {
        gold: sum.gold + c.gold,
        found: sum.found + c.found,
        right: sum.right + c.right,
    })
}

/// Counts per label over the sentences added so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    by_label: [Count; 4],
}

impl Score {
    /// Adds a sentence.
    pub fn add(&mut self, gold: &[Tag], found: &[Tag]) {
        let (gold, found) = (spans(gold), spans(found));
        for span in &gold {
            self.by_label[span.2 as usize].gold += 1;
        }
        for span in &found {
            self.by_label[span.2 as usize].found += 1;
            self.by_label[span.2 as usize].right += usize::from(gold.contains(span));
        }
    }

    /// Adds the names of an article. Labels other than those of [`Label`] do not count.
    pub fn add_names(&mut self, gold: &[Entity], found: &[Entity]) {
        let label = |name: &Entity| Label::from_name(&name.label);
        for name in gold.iter().filter_map(label) {
            self.by_label[name as usize].gold += 1;
        }
        for name in found {
            if let Some(label) = label(name) {
                let is_right = gold
                    .iter()
                    .any(|right| (right.span, &right.label) == (name.span, &name.label));
                self.by_label[label as usize].found += 1;
                self.by_label[label as usize].right += usize::from(is_right);
            }
        }
    }

    /// Returns the counts of one label.
    pub fn label(&self, label: Label) -> Count {
        self.by_label[label as usize]
    }

    /// Returns the counts over all labels (micro average).
    pub fn all(&self) -> Count {
        sum(&self.by_label)
    }

    /// Returns the counts over the labels that occur in the gold file: a file that does not mark a kind of name cannot
    /// say whether those found are correct.
    pub fn marked(&self) -> Count {
        let marked: Vec<Count> = self.by_label.into_iter().filter(|c| c.gold > 0).collect();
        sum(&marked)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "label   precision  recall      F1    gold   found   right"
        )?;
        let rows = Label::ALL.map(|l| (l.as_str(), self.label(l)));
        for (name, c) in rows
            .into_iter()
            .chain([("all", self.all()), ("marked", self.marked())])
        {
            let percent = [c.precision(), c.recall(), c.f1()].map(|v| 100.0 * v);
            writeln!(
                f,
                "{name:<7} {:>9.2} {:>7.2} {:>7.2} {:>7} {:>7} {:>7}",
                percent[0], percent[1], percent[2], c.gold, c.found, c.right
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Tag> {
        text.split(' ').map(|t| Tag::parse(t).unwrap()).collect()
    }

    #[test]
    fn whole_entities_count() {
        let cases = [
            ("B-PER I-PER O B-LOC", "B-PER I-PER O B-LOC", (2, 2, 2)),
            ("B-PER I-PER O B-LOC", "B-PER O O B-ORG", (2, 2, 0)),
            ("B-PER B-PER", "B-PER I-PER", (2, 1, 0)),
            ("O B-PER", "O I-PER", (1, 1, 1)),
            ("O O", "B-MISC O", (0, 1, 0)),
        ];
        for (gold, found, (g, f, r)) in cases {
            let mut score = Score::default();
            score.add(&tags(gold), &tags(found));
            assert_eq!(
                score.all(),
                Count {
                    gold: g,
                    found: f,
                    right: r
                },
                "{gold} / {found}"
            );
        }
    }

    #[test]
    fn names_count_by_place_and_label() {
        let name = |start, end, label: &str| Entity {
            span: blattwerk_core::Span::new(start, end),
            label: label.into(),
            score: 1.0,
        };
        let gold = [name(0, 3, "PER"), name(5, 9, "LOC"), name(12, 15, "EVENT")];
        let found = [name(0, 3, "PER"), name(5, 9, "ORG"), name(10, 11, "EVENT")];
        let mut score = Score::default();
        score.add_names(&gold, &found);
        let all = Count {
            gold: 2,
            found: 2,
            right: 1,
        };
        assert_eq!(score.all(), all);
        assert_eq!(score.label(Label::Org).found, 1);
    }

    #[test]
    fn shares_of_nothing_are_zero() {
        let none = Count::default();
        assert_eq!(
            (none.precision(), none.recall(), none.f1()),
            (0.0, 0.0, 0.0)
        );
    }
}
