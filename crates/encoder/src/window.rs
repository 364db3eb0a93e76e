//! What the network computes at once: consecutive sentences, as many as fit. It reads each by itself.

use std::ops::Range;

use blattwerk_core::{Document, Span};

use crate::model::Model;
use crate::pieces::Word;

/// Pieces that the network computes at once: products of larger matrices are faster.
pub(crate) struct Window {
    pub(crate) ids: Vec<u32>,
    pub(crate) parts: Vec<Part>,
}

/// A sentence in a window, or a part of a sentence that is longer than the network can read.
pub(crate) struct Part {
    /// Bytes of the text.
    pub(crate) span: Span,
    /// Where it begins in the window: the piece `<s>`.
    pub(crate) begin: usize,
    /// Its words; spans are bytes of the text.
    pub(crate) words: Vec<Word>,
    /// The position of each word's first piece in the window, and where the last word ends.
    pub(crate) starts: Vec<usize>,
    /// Whether the sentence begins with it.
    pub(crate) is_first: bool,
}

impl Part {
    /// Returns where its pieces are in the window, with those before and after it.
    pub(crate) fn pieces(&self) -> Range<usize> {
        self.begin..self.starts.last().map_or(self.begin, |end| end + 1)
    }

    /// Returns which of its words are, at least in part, in these bytes of the text.
    pub(crate) fn words_in(&self, span: Span) -> Range<usize> {
        let first = self
            .words
            .partition_point(|word| word.span.end <= span.start);
        let last = self
            .words
            .partition_point(|word| word.span.start < span.end);
        first..last.max(first)
    }
}

/// Returns the windows of a document, in order. Every sentence has at least one part.
pub(crate) fn windows<'a>(
    model: &'a Model,
    document: &'a Document,
) -> impl Iterator<Item = Window> + 'a {
    let mut parts = document
        .sentences
        .iter()
        .flat_map(|&sentence| parts(model, document, sentence))
        .peekable();
    std::iter::from_fn(move || {
        let mut window = Window {
            ids: Vec::new(),
            parts: Vec::new(),
        };
        while let Some((span, words, is_first)) = parts.next_if(|(_, words, _)| {
            window.ids.is_empty() || window.ids.len() + length(words) <= model.window
        }) {
            let begin = window.ids.len();
            window.ids.push(model.begin);
            let mut starts = Vec::with_capacity(words.len() + 1);
            for word in &words {
                starts.push(window.ids.len());
                window.ids.extend(&word.pieces);
            }
            starts.push(window.ids.len());
            window.ids.push(model.end);
            window.parts.push(Part {
                span,
                begin,
                words,
                starts,
                is_first,
            });
        }
        (!window.parts.is_empty()).then_some(window)
    })
}

/// How many pieces a part of these words has, with those around it.
fn length(words: &[Word]) -> usize {
    words.iter().map(|word| word.pieces.len()).sum::<usize>() + 2
}

/// The parts of a sentence: usually one.
fn parts(model: &Model, document: &Document, sentence: Span) -> Vec<(Span, Vec<Word>, bool)> {
    let mut parts = Vec::new();
    let (mut start, mut part, mut size) = (sentence.start, Vec::new(), 2);
    for mut word in model.pieces.words(&document.text[sentence]) {
        word.span.start += sentence.start;
        word.span.end += sentence.start;
        if size + word.pieces.len() > model.network.longest() && !part.is_empty() {
            let span = Span::new(start, word.span.start);
            start = word.span.start;
            parts.push((span, std::mem::take(&mut part), parts.is_empty()));
            size = 2;
        }
        size += word.pieces.len();
        part.push(word);
    }
    parts.push((Span::new(start, sentence.end), part, parts.is_empty()));
    parts
}
