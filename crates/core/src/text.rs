//! A text that remembers the source it was made from.
//!
//! A normalization rule returns [`Change`]s and never edits: [`Text::apply`] is the only place where text
//! is rewritten, so no rule can break the alignment with the source. Both the source and the current text
//! are kept; between the edits the two are equal byte for byte, so an unchanged article costs nothing, and
//! a lookup is a binary search.

use std::borrow::Cow;
use std::ops::Index;

use crate::{Chars, Span};

/// A replacement of a piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is replaced: at least one byte of the current text. To insert text, replace a neighbouring character.
    pub span: Span,
    /// The replacement; empty to delete.
    pub with: Cow<'static, str>,
}

impl Change {
    /// Returns the change that replaces `span` by `with`.
    pub fn replace(span: Span, with: impl Into<Cow<'static, str>>) -> Self {
        Self {
            span,
            with: with.into(),
        }
    }

    /// Returns the change that deletes `span`.
    pub fn delete(span: Span) -> Self {
        Self {
            span,
            with: Cow::Borrowed(""),
        }
    }
}

/// A rewritten piece: where it is, and which part of the source it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edit {
    /// Bytes of the current text; empty for a deletion.
    current: Span,
    /// Bytes of the source; never empty.
    source: Span,
}

/// An article's text: the source as it came in, the current text, and the edits between them.
///
/// Every layer holds spans of the current text. Slice with `text[span]`; map to the source with
/// [`Text::to_source`] or [`Text::quote`].
///
/// ```
/// use blattwerk_core::{Change, Span, Text};
///
/// let mut text = Text::new("M&uuml;ller sagt:  Ja.");
/// text.apply(&[
///     Change::replace(Span::new(1, 7), "ü"),
///     Change::delete(Span::new(17, 18)),
/// ]);
/// assert_eq!(text.as_str(), "Müller sagt: Ja.");
/// assert_eq!(text.quote(Span::new(0, 7)), "M&uuml;ller");
/// ```
#[derive(Debug, Clone)]
pub struct Text {
    source: String,
    /// The current text; none as long as it is the source.
    rewritten: Option<String>,
    // Sorted. Spans of the current text never overlap. Spans of the source may: when a change cuts into an earlier
    // replacement, both pieces come from all of its source. Their starts and ends still never decrease.
    edits: Vec<Edit>,
}

impl Text {
    /// Returns an unchanged text: source and current text are equal.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            rewritten: None,
            edits: Vec::new(),
        }
    }

    /// Returns the current text.
    pub fn as_str(&self) -> &str {
        self.rewritten.as_ref().unwrap_or(&self.source)
    }

    /// Returns the text as it came in.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the length of the current text in bytes.
    pub fn len(&self) -> usize {
        self.as_str().len()
    }

    /// Tells whether the current text is empty.
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    /// Returns the span that covers the whole current text.
    pub fn span(&self) -> Span {
        Span::new(0, self.len())
    }

    /// Rewrites the current text.
    ///
    /// A replacement maps to everything that the replaced bytes came from. A change may cut into an
    /// earlier replacement; what remains of that still maps to all of its source.
    ///
    /// # Panics
    ///
    /// If the changes are unsorted, overlapping or empty, or are not within the text and on its character boundaries.
    pub fn apply(&mut self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let grown: usize = changes.iter().map(|change| change.with.len()).sum();
        let mut current = String::with_capacity(self.len() + grown);
        let mut edits = Vec::with_capacity(self.edits.len() + changes.len());
        let mut older = std::mem::take(&mut self.edits).into_iter();
        let mut next = older.next();
        // The source position after everything seen so far, and the corresponding current position.
        let mut anchor = Anchor::default();
        let mut copied = 0;

        for change in changes {
            let Span { start, end } = change.span;
            assert!(
                start < end,
                "a change replaces at least one byte, at {start}"
            );
            assert!(
                copied <= start,
                "changes are sorted and do not overlap, at {start}"
            );
            let kept = self
                .as_str()
                .get(copied..start)
                .expect("a change starts on a character boundary");
            let shift = Shift {
                from: copied,
                to: current.len(),
            };
            current.push_str(kept);

            // Edits before the change stay as they are, including a deletion at its edge.
            while let Some(edit) = next.take_if(|edit| edit.current.end <= start) {
                anchor = Anchor::behind(edit);
                edits.push(shift.edit(edit));
                next = older.next();
            }

            let mut source = Span {
                start: anchor.source_of(start),
                end: anchor.source_of(end),
            };
            if let Some(edit) =
                next.filter(|edit| edit.current.start <= start && start < edit.current.end)
            {
                source.start = edit.source.start;
                if edit.current.start < start {
                    let left = Span::new(edit.current.start, start);
                    edits.push(shift.edit(Edit {
                        current: left,
                        ..edit
                    }));
                }
            }
            // Edits that the change covers, including deletions inside it.
            while let Some(edit) = next.filter(|edit| edit.current.start < end) {
                anchor = Anchor::behind(edit);
                source.end = anchor.source_of(end.max(edit.current.end));
                if edit.current.end > end {
                    next = Some(Edit {
                        current: Span::new(end, edit.current.end),
                        ..edit
                    });
                    break;
                }
                next = older.next();
            }
            let at = current.len();
            current.push_str(&change.with);
            edits.push(Edit {
                current: Span::new(at, current.len()),
                source,
            });
            anchor = Anchor {
                current: end,
                source: source.end,
            };
            copied = end;
        }

        let shift = Shift {
            from: copied,
            to: current.len(),
        };
        current.push_str(
            self.as_str()
                .get(copied..)
                .expect("a change ends on a character boundary"),
        );
        edits.extend(next.into_iter().chain(older).map(|edit| shift.edit(edit)));
        self.rewritten = Some(current);
        self.edits = edits;
    }

    /// Maps a span of the current text to the source it was made from, in bytes of the source.
    ///
    /// A span that touches part of a replaced piece maps to the whole piece, since what came from where
    /// inside it is not known. Deleted characters next to the span are left out; those inside it are
    /// included. An empty span maps to an empty span, where its next byte came from.
    ///
    /// ```
    /// use blattwerk_core::{Change, Span, Text};
    ///
    /// let mut text = Text::new("Bundes\u{AD}tag");
    /// text.apply(&[Change::delete(Span::new(6, 8))]);
    /// assert_eq!(text.as_str(), "Bundestag");
    /// assert_eq!(text.to_source(Span::new(0, 9)), Span::new(0, 11));
    /// assert_eq!(text.to_source(Span::new(0, 6)), Span::new(0, 6));
    /// ```
    ///
    /// # Panics
    ///
    /// If the span is not within the current text.
    pub fn to_source(&self, span: Span) -> Span {
        assert!(
            span.end <= self.len(),
            "span {span} leaves a text of {} bytes",
            self.len()
        );
        if span.is_empty() {
            let at = if span.start == self.len() {
                self.source.len()
            } else {
                self.origin(span.start).start
            };
            return Span::new(at, at);
        }
        Span::new(self.origin(span.start).start, self.origin(span.end - 1).end)
    }

    /// Returns the piece of the source that a span of the current text was made from.
    ///
    /// # Panics
    ///
    /// If the span is not within the current text and on its character boundaries.
    pub fn quote(&self, span: Span) -> &str {
        self.source
            .get(self.to_source(span).range())
            .expect("edits lie on character boundaries")
    }

    /// Returns a converter from byte offsets of the source to character offsets.
    pub fn source_chars(&self) -> Chars<'_> {
        Chars::new(&self.source)
    }

    /// The source bytes that one byte of the current text came from.
    fn origin(&self, byte: usize) -> Span {
        let index = self.edits.partition_point(|edit| edit.current.end <= byte);
        if let Some(edit) = self
            .edits
            .get(index)
            .filter(|edit| edit.current.start <= byte)
        {
            return edit.source;
        }
        let anchor = index.checked_sub(1).map_or(Anchor::default(), |before| {
            Anchor::behind(self.edits[before])
        });
        let at = anchor.source_of(byte);
        Span::new(at, at + 1)
    }
}

impl Index<Span> for Text {
    type Output = str;

    /// Returns a piece of the current text.
    ///
    /// # Panics
    ///
    /// If the span is not within the current text and on its character boundaries.
    fn index(&self, span: Span) -> &str {
        self.as_str().get(span.range()).unwrap_or_else(|| {
            panic!(
                "span {span} is not on the character boundaries of a text of {} bytes",
                self.len()
            )
        })
    }
}

/// A position in the current text and one in the source, after which the two run in parallel.
#[derive(Clone, Copy, Default)]
struct Anchor {
    current: usize,
    source: usize,
}

impl Anchor {
    fn behind(edit: Edit) -> Self {
        Self {
            current: edit.current.end,
            source: edit.source.end,
        }
    }

    fn source_of(self, current: usize) -> usize {
        current - self.current + self.source
    }
}

/// Moves positions of the text before a change to the text after it.
#[derive(Clone, Copy)]
struct Shift {
    from: usize,
    to: usize,
}

impl Shift {
    fn edit(self, edit: Edit) -> Edit {
        let Span { start, end } = edit.current;
        Edit {
            current: Span::new(start - self.from + self.to, end - self.from + self.to),
            ..edit
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn edited(source: &str, rounds: &[&[(usize, usize, &'static str)]]) -> Text {
        let mut text = Text::new(source);
        for round in rounds {
            let changes: Vec<_> = round
                .iter()
                .map(|&(start, end, with)| Change::replace(Span::new(start, end), with))
                .collect();
            text.apply(&changes);
        }
        text
    }

    #[test]
    fn spans_map_to_what_they_were_made_from() {
        type Case = (
            &'static str,
            &'static [&'static [(usize, usize, &'static str)]],
            &'static str,
            &'static str,
        );
        // source, rounds of changes, a piece of the current text, the source it came from
        let cases: &[Case] = &[
            ("Ada", &[], "Ada", "Ada"),
            ("a-b", &[&[(1, 2, "")]], "ab", "a-b"),
            ("a-b", &[&[(1, 2, "")]], "a", "a"),
            ("a-b", &[&[(1, 2, "")]], "b", "b"),
            ("x&amp;y", &[&[(1, 6, "&")]], "x&", "x&amp;"),
            (
                "x&amp;uuml;y",
                &[&[(1, 6, "&")], &[(1, 7, "ü")]],
                "ü",
                "&amp;uuml;",
            ),
            ("abc", &[&[(0, 1, "XYZ")]], "Y", "a"),
            ("abcd", &[&[(1, 3, "XYZ")], &[(2, 4, "!")]], "X", "bc"),
            ("abcd", &[&[(1, 3, "XYZ")], &[(2, 5, "!")]], "!", "bcd"),
            ("abcd", &[&[(1, 3, "XYZ")], &[(0, 2, "!")]], "Z", "bc"),
            (
                "abcd",
                &[&[(1, 2, ""), (2, 3, "")], &[(0, 2, "#")]],
                "#",
                "abcd",
            ),
        ];
        for &(source, rounds, piece, origin) in cases {
            let text = edited(source, rounds);
            let start = text.as_str().find(piece).expect("the piece is in the text");
            let span = Span::new(start, start + piece.len());
            assert_eq!(
                text.quote(span),
                origin,
                "{source:?} became {:?}; {piece:?} came from",
                text.as_str()
            );
        }
    }

    #[test]
    fn an_empty_span_maps_to_where_its_next_byte_came_from() {
        let text = edited("ab-cd", &[&[(2, 3, "")]]);
        assert_eq!(text.to_source(Span::new(2, 2)), Span::new(3, 3));
        assert_eq!(text.to_source(Span::new(4, 4)), Span::new(5, 5));
    }

    #[test]
    #[should_panic(expected = "sorted and do not overlap")]
    fn overlapping_changes_are_refused() {
        edited("abcdef", &[&[(0, 3, "x"), (2, 4, "y")]]);
    }

    #[test]
    #[should_panic(expected = "at least one byte")]
    fn an_insertion_is_refused() {
        edited("abcdef", &[&[(3, 3, "x")]]);
    }

    /// The model: each byte of the current text with the set of source bytes that it came from.
    #[derive(Clone)]
    struct Model(Vec<(u8, BTreeSet<usize>)>);

    impl Model {
        fn new(source: &str) -> Self {
            Self(
                source
                    .bytes()
                    .enumerate()
                    .map(|(at, byte)| (byte, BTreeSet::from([at])))
                    .collect(),
            )
        }

        fn apply(&mut self, changes: &[Change]) {
            for change in changes.iter().rev() {
                let origins: BTreeSet<usize> = self.0[change.span.range()]
                    .iter()
                    .flat_map(|(_, origins)| origins)
                    .copied()
                    .collect();
                let with = change.with.bytes().map(|byte| (byte, origins.clone()));
                self.0.splice(change.span.range(), with);
            }
        }

        fn to_source(&self, span: Span) -> Span {
            let origins: BTreeSet<usize> = self.0[span.range()]
                .iter()
                .flat_map(|(_, origins)| origins)
                .copied()
                .collect();
            Span::new(*origins.first().unwrap(), origins.last().unwrap() + 1)
        }
    }

    /// Changes from a stream of numbers: skip some characters, replace some, and so on to the end.
    fn changes(text: &str, steps: &[(usize, usize, usize)]) -> Vec<Change> {
        let bounds: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let mut at = 0;
        let mut changes = Vec::new();
        for &(skip, take, with) in steps {
            let (start, end) = (at + skip, at + skip + take);
            if end >= bounds.len() {
                break;
            }
            let with = ["", " ", "ü", "…x", "abcd"][with];
            changes.push(Change::replace(Span::new(bounds[start], bounds[end]), with));
            at = end;
        }
        changes
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        /// Both laws at once: a mapped span covers all origins of its bytes (coverage), and reaches from
        /// the first of them to the last and no further (tightness).
        #[test]
        fn alignment_agrees_with_the_bytewise_model(
            source in "[aä€ 😀]{0,24}",
            rounds in prop::collection::vec(
                prop::collection::vec((0_usize..5, 1_usize..5, 0_usize..5), 0..6), 0..5),
        ) {
            let mut text = Text::new(source.clone());
            let mut model = Model::new(&source);
            for steps in rounds {
                let changes = changes(text.as_str(), &steps);
                text.apply(&changes);
                model.apply(&changes);
            }
            let bytes: Vec<u8> = model.0.iter().map(|(byte, _)| *byte).collect();
            prop_assert_eq!(text.as_str().as_bytes(), &bytes, "the text is what the model says");
            for start in 0..text.len() {
                for end in start + 1..=text.len() {
                    let span = Span::new(start, end);
                    prop_assert_eq!(text.to_source(span), model.to_source(span), "span {} of {:?}", span, text.as_str());
                }
            }
        }
    }
}
