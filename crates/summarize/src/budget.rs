//! How long a summary may be.

use blattwerk_core::{Document, Error, Result};

/// What the keys `sentences` and `chars` allow.
///
/// Sentences are taken whole. Where not one candidate fits into `chars`, the shortest is taken all the
/// same: who asks for a summary is better served by one that is too long than by an empty cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    sentences: usize,
    chars: usize,
}

impl Budget {
    /// The number of sentences if neither key is set.
    const SENTENCES: usize = 3;

    /// Returns the budget of the two keys; with `chars` alone the number of sentences is free.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if a key is 0, since `off` says that better.
    pub fn new(sentences: Option<usize>, chars: Option<usize>) -> Result<Self> {
        for (key, value) in [("sentences", sentences), ("chars", chars)] {
            if value == Some(0) {
                return Err(Error::Setting {
                    key,
                    expected: "at least 1 (to make no summaries, set `backend = \"off\"`)".into(),
                    found: "0".into(),
                });
            }
        }
        Ok(Self {
            sentences: sentences.unwrap_or(match chars {
                None => Self::SENTENCES,
                Some(_) => usize::MAX,
            }),
            chars: chars.unwrap_or(usize::MAX),
        })
    }

    /// Returns a purse to pay the sentences of one document from.
    pub(crate) fn purse(self, document: &Document) -> Purse {
        let lengths = match self.chars {
            usize::MAX => vec![0; document.sentences.len()],
            _ => lengths(document),
        };
        Purse {
            lengths,
            sentences: self.sentences,
            chars: self.chars,
            taken: Vec::new(),
        }
    }
}

/// The characters of each sentence as a summary shows it, where a run of white space is one blank.
fn lengths(document: &Document) -> Vec<usize> {
    let length = |text: &str| -> usize {
        let words = text.split_whitespace().map(|word| word.chars().count() + 1);
        words.sum::<usize>().saturating_sub(1)
    };
    let texts = document.sentences.iter().map(|&span| &document.text[span]);
    texts.map(length).collect()
}

/// What is left of a budget while a summary is put together.
pub(crate) struct Purse {
    lengths: Vec<usize>,
    sentences: usize,
    chars: usize,
    taken: Vec<usize>,
}

impl Purse {
    /// Tells whether there is enough left for a sentence.
    pub(crate) fn affords(&self, sentence: usize) -> bool {
        self.taken.len() < self.sentences && self.cost(sentence) <= self.chars
    }

    /// Takes a sentence if there is enough left for it, and tells whether there was.
    pub(crate) fn take(&mut self, sentence: usize) -> bool {
        let affords = self.affords(sentence);
        if affords {
            self.chars -= self.cost(sentence);
            self.taken.push(sentence);
        }
        affords
    }

    /// Tells whether nothing has been taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Returns what was taken; the shortest of the candidates if nothing was.
    pub(crate) fn spend(self, candidates: &[usize]) -> Vec<usize> {
        if self.taken.is_empty() {
            let shortest = candidates.iter().copied().min_by_key(|&i| self.lengths[i]);
            return shortest.into_iter().collect();
        }
        self.taken
    }

    /// A sentence behind another needs a blank before it.
    fn cost(&self, sentence: usize) -> usize {
        self.lengths[sentence] + usize::from(!self.taken.is_empty())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use blattwerk_core::Span;

    use super::*;

    /// A document whose lines are its sentences.
    pub(crate) fn document(lines: &str) -> Document {
        let mut document = Document::new("a", lines);
        let mut start = 0;
        for line in lines.split('\n') {
            if !line.is_empty() {
                document
                    .sentences
                    .push(Span::new(start, start + line.len()));
            }
            start += line.len() + 1;
        }
        document
    }

    #[test]
    fn characters_are_counted_as_the_summary_shows_them() {
        let document = document("Köln  ja.\nNein.");
        let mut purse = Budget::new(None, Some(14)).unwrap().purse(&document);
        assert!(purse.take(0), "8 characters");
        assert!(purse.take(1), "a blank and 5 more");
        assert!(!purse.affords(1), "nothing is left");
    }

    #[test]
    fn characters_alone_leave_the_number_of_sentences_free() {
        let document = document("Eins.\nZwei.\nDrei.\nVier.\nFünf.");
        let take_all = |budget: Budget| {
            let mut purse = budget.purse(&document);
            (0..5).filter(|&i| purse.take(i)).count()
        };
        assert_eq!(take_all(Budget::new(None, None).unwrap()), 3);
        assert_eq!(take_all(Budget::new(None, Some(100)).unwrap()), 5);
        assert_eq!(take_all(Budget::new(Some(2), Some(100)).unwrap()), 2);
        assert_eq!(take_all(Budget::new(Some(4), None).unwrap()), 4);
    }

    #[test]
    fn nothing_that_fits_gives_the_shortest() {
        let document = document("Das ist viel zu lang.\nDas auch.\nUnd dieses erst recht.");
        let purse = Budget::new(None, Some(3)).unwrap().purse(&document);
        assert_eq!(purse.spend(&[0, 1, 2]), [1]);
    }

    #[test]
    fn a_budget_of_nothing_is_refused() {
        let error = Budget::new(Some(0), None).unwrap_err().to_string();
        assert!(
            error.starts_with("`sentences`: expected at least 1"),
            "{error}"
        );
    }
}
