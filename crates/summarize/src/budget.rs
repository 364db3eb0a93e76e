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
    pub(crate) fn purse(self, document: &Document) -> Purse<'_> {
        Purse {
            document,
            sentences: self.sentences,
            chars: self.chars,
            taken: Vec::new(),
        }
    }
}

/// What is left of a budget while a summary is put together.
pub(crate) struct Purse<'a> {
    document: &'a Document,
    sentences: usize,
    chars: usize,
    taken: Vec<usize>,
}

impl Purse<'_> {
    /// Tells whether another sentence is allowed, if only it is short enough.
    pub(crate) fn is_open(&self) -> bool {
        self.taken.len() < self.sentences && self.chars > 0
    }

    /// Takes a sentence if it fits, and tells whether it did.
    pub(crate) fn take(&mut self, sentence: usize) -> bool {
        // A blank joins it to the one before.
        let cost = self.length(sentence) + usize::from(!self.taken.is_empty());
        let fits = self.is_open() && cost <= self.chars;
        if fits {
            self.chars -= cost;
            self.taken.push(sentence);
        }
        fits
    }

    /// Tells whether nothing has been taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Returns what was taken; the shortest of the candidates if nothing was.
    pub(crate) fn spend(self, candidates: &[usize]) -> Vec<usize> {
        if self.taken.is_empty() {
            let shortest = candidates.iter().copied().min_by_key(|&i| self.length(i));
            return shortest.into_iter().collect();
        }
        self.taken
    }

    /// The characters a sentence adds to a summary, where runs of white space count as one blank.
    fn length(&self, sentence: usize) -> usize {
        let text = &self.document.text[self.document.sentences[sentence]];
        let words = text.split_whitespace().map(|word| word.chars().count() + 1);
        words.sum::<usize>().saturating_sub(1)
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
        assert!(!purse.is_open(), "nothing is left");
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
