//! How long a summary may be.

use blattwerk_core::{Document, Error, Result};

/// The limits set by the keys `sentences`, `words` and `chars`, the same for every backend.
///
/// Sentences are taken whole, in the order in which a backend ranks them; a sentence that does not fit is skipped, and
/// the next one that fits is taken. If no candidate fits, the shortest is taken anyway: a summary that is too long
/// is more useful than an empty cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    sentences: usize,
    words: usize,
    chars: usize,
}

impl Budget {
    /// The number of sentences if no key is set.
    const SENTENCES: usize = 3;

    /// Returns the budget of the three keys; with only `words` or `chars`, the number of sentences is unlimited.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if a key is 0: the backend `off` expresses that better.
    pub fn new(
        sentences: Option<usize>,
        words: Option<usize>,
        chars: Option<usize>,
    ) -> Result<Self> {
        for (key, value) in [("sentences", sentences), ("words", words), ("chars", chars)] {
            if value == Some(0) {
                return Err(Error::Setting {
                    key,
                    expected: "at least 1 (for no summaries, set `backend = \"off\"`)".into(),
                    found: "0".into(),
                });
            }
        }
        Ok(Self {
            sentences: sentences.unwrap_or(if words.or(chars).is_none() {
                Self::SENTENCES
            } else {
                usize::MAX
            }),
            words: words.unwrap_or(usize::MAX),
            chars: chars.unwrap_or(usize::MAX),
        })
    }

    /// Returns a purse that pays for the sentences of one document.
    pub(crate) fn purse(self, document: &Document) -> Purse {
        let is_free = self.words.min(self.chars) == usize::MAX;
        let lengths = if is_free {
            vec![Length::default(); document.sentences.len()]
        } else {
            let texts = document.sentences.iter().map(|&span| &document.text[span]);
            texts.map(Length::new).collect()
        };
        Purse {
            lengths,
            left: self,
            taken: Vec::new(),
        }
    }
}

/// The length of a sentence as the summary shows it, with each run of white space as one space.
#[derive(Debug, Clone, Copy, Default)]
struct Length {
    words: usize,
    chars: usize,
}

impl Length {
    fn new(text: &str) -> Self {
        let mut length = Self::default();
        for word in text.split_whitespace() {
            length.words += 1;
            length.chars += word.chars().count() + 1;
        }
        length.chars = length.chars.saturating_sub(1);
        length
    }
}

/// What is left of a budget while a summary is being built.
pub(crate) struct Purse {
    lengths: Vec<Length>,
    left: Budget,
    taken: Vec<usize>,
}

impl Purse {
    /// Tells whether enough is left for several sentences.
    pub(crate) fn affords(&self, sentences: &[usize]) -> bool {
        let cost = self.cost(sentences);
        sentences.len() <= self.left.sentences
            && cost.words <= self.left.words
            && cost.chars <= self.left.chars
    }

    /// Takes a sentence if enough is left for it, and tells whether it was taken.
    pub(crate) fn take(&mut self, sentence: usize) -> bool {
        let affords = self.affords(&[sentence]);
        if affords {
            let cost = self.cost(&[sentence]);
            self.left.sentences -= 1;
            self.left.words -= cost.words;
            self.left.chars -= cost.chars;
            self.taken.push(sentence);
        }
        affords
    }

    /// Returns the taken sentences; the shortest candidate if there are none.
    pub(crate) fn spend(self, candidates: &[usize]) -> Vec<usize> {
        if self.taken.is_empty() {
            let shortest = candidates
                .iter()
                .copied()
                .min_by_key(|&i| self.lengths[i].chars);
            return shortest.into_iter().collect();
        }
        self.taken
    }

    /// Any sentence but the first needs a space before it.
    fn cost(&self, sentences: &[usize]) -> Length {
        let mut cost = Length::default();
        for &sentence in sentences {
            cost.words += self.lengths[sentence].words;
            cost.chars += self.lengths[sentence].chars;
        }
        let before = self.taken.len().min(1) + sentences.len();
        cost.chars += before.saturating_sub(1);
        cost
    }
}

/// Declares the `Config` of a backend that takes whole sentences: the keys of the budget, then its own.
///
/// It is a macro because serde cannot flatten a shared struct into one that names the valid keys in place of an unknown one.
macro_rules! config {
    (
        $(#[$about:meta])*
        pub struct Config {
            $($(#[$doc:meta])* pub $key:ident: $kind:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Config {
            /// The maximum number of sentences. Default: 3, or unlimited if `words` or `chars` is set.
            #[schemars(example = 3)]
            pub sentences: Option<usize>,
            /// The maximum number of words, separated by white space. Unlimited by default.
            #[schemars(example = 60)]
            pub words: Option<usize>,
            /// The maximum number of characters. Only whole sentences are taken; a sentence that does not fit into
            /// the rest is skipped, and if none fits, the shortest is taken anyway. Unlimited by default.
            #[schemars(example = 300)]
            pub chars: Option<usize>,
            $($(#[$doc])* pub $key: $kind,)*
        }

        impl Config {
            /// Returns the same settings with another budget.
            #[must_use]
            pub(crate) fn with_budget(
                mut self,
                sentences: Option<usize>,
                words: Option<usize>,
                chars: Option<usize>,
            ) -> Self {
                (self.sentences, self.words, self.chars) = (sentences, words, chars);
                self
            }

            fn budget(&self) -> blattwerk_core::Result<$crate::budget::Budget> {
                $crate::budget::Budget::new(self.sentences, self.words, self.chars)
            }
        }
    };
}
pub(crate) use config;

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
        let mut purse = Budget::new(None, None, Some(14)).unwrap().purse(&document);
        assert!(purse.take(0), "8 characters");
        assert!(purse.take(1), "a space and 5 more");
        assert!(!purse.affords(&[1]), "nothing is left");
    }

    #[test]
    fn several_sentences_are_afforded_together() {
        let document = document("Köln  ja.\nNein.\nDoch.");
        let mut purse = Budget::new(None, None, Some(14)).unwrap().purse(&document);
        assert!(purse.affords(&[0, 1]), "8 characters, a space and 5 more");
        assert!(!purse.affords(&[0, 1, 2]));
        purse.take(1);
        assert!(purse.affords(&[0]) && !purse.affords(&[0, 2]));
        let purse = Budget::new(Some(2), None, None).unwrap().purse(&document);
        assert!(purse.affords(&[0, 2]) && !purse.affords(&[0, 1, 2]));
    }

    #[test]
    fn words_or_characters_alone_leave_the_number_of_sentences_free() {
        let document = document("Eins.\nZwei.\nDrei.\nVier.\nFünf.");
        let take_all = |budget: Budget| {
            let mut purse = budget.purse(&document);
            (0..5).filter(|&i| purse.take(i)).count()
        };
        let cases = [
            (None, None, None, 3),
            (None, None, Some(100), 5),
            (None, Some(100), None, 5),
            (None, Some(4), None, 4),
            (Some(2), None, Some(100), 2),
            (Some(4), None, None, 4),
        ];
        for (sentences, words, chars, taken) in cases {
            let budget = Budget::new(sentences, words, chars).unwrap();
            assert_eq!(take_all(budget), taken, "{budget:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_skipped() {
        let document = document("Eins zwei drei.\nVier fünf sechs sieben acht.\nNeun zehn.");
        let mut purse = Budget::new(None, Some(5), None).unwrap().purse(&document);
        let taken = [0, 1, 2].map(|sentence| purse.take(sentence));
        assert_eq!(taken, [true, false, true]);
        assert_eq!(purse.spend(&[0, 1, 2]), [0, 2]);
    }

    #[test]
    fn nothing_that_fits_gives_the_shortest() {
        let document = document("Das ist viel zu lang.\nDas auch.\nUnd dieses erst recht.");
        let purse = Budget::new(None, None, Some(3)).unwrap().purse(&document);
        assert_eq!(purse.spend(&[0, 1, 2]), [1]);
    }

    #[test]
    fn a_budget_of_nothing_is_refused() {
        let error = Budget::new(Some(0), None, None).unwrap_err().to_string();
        assert!(
            error.starts_with("`sentences`: expected at least 1"),
            "{error}"
        );
    }
}
