//! Turns the tags of words into labelled spans.

use std::collections::BTreeMap;
use std::sync::Arc;

use blattwerk_core::{Error, Result, Span};

use crate::labels;

/// A labelled span of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text.
    pub span: Span,
    /// The label, without the prefix for the position.
    pub label: Arc<str>,
    /// The mean of the probabilities of its words.
    pub score: f32,
}

/// The position of a word in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In no name.
    Outside,
    /// Begins a name.
    Begin,
    /// Continues a name, or begins one if there is none to continue.
    Inside,
    /// Like `Inside`, and ends the name.
    Last,
    /// Is a whole name.
    Unit,
}

/// A tag: a position, and a label unless it is outside.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    place: Place,
    label: Arc<str>,
}

/// The tags of a model, in the order of its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tags(Vec<Tag>);

impl Tags {
    /// Reads the names of a model's tags: the variants of BIO, BILOU, BIOES, BMES, or labels without a position.
    ///
    /// `mapping` renames whole tags (`LABEL_1` to `B-PER`) and labels (`person` to `PER`); `O` means no label.
    ///
    /// # Errors
    ///
    /// If no tag, or every tag, is for words outside of names, or if a key of the mapping is neither a tag nor a
    /// label.
    pub(crate) fn new(names: &[String], mapping: &BTreeMap<String, String>) -> Result<Self> {
        let renamed: Vec<&str> = names
            .iter()
            .map(|name| mapping.get(name).unwrap_or(name).as_str())
            .collect();
        let has_places = renamed
            .iter()
            .filter(|name| **name != OUTSIDE)
            .all(|name| placed(name).is_some());
        let tags: Vec<Tag> = renamed
            .iter()
            .map(|&name| {
                let (place, label) = match placed(name) {
                    _ if name == OUTSIDE => (Place::Outside, ""),
                    Some(placed) if has_places => placed,
                    _ => (Place::Inside, name),
                };
                match mapping.get(label).map_or(label, String::as_str) {
                    OUTSIDE => (Place::Outside, ""),
                    label => (place, label),
                }
            })
            .map(|(place, label)| Tag {
                place,
                label: label.into(),
            })
            .collect();

        let known = renamed
            .iter()
            .filter_map(|name| placed(name).filter(|_| has_places))
            .map(|(_, label)| label)
            .chain(names.iter().map(String::as_str));
        labels::check_keys(mapping, known)?;
        labels::check_telling(names, mapping, "`{ LABEL_0 = \"O\", LABEL_1 = \"B-PER\" }`")?;
        let outside = tags
            .iter()
            .filter(|tag| tag.place == Place::Outside)
            .count();
        if outside == 0 || outside == tags.len() {
            return Err(Error::Setting {
                key: "labels",
                expected: "a model with the tag `O` for words outside of names and other tags for names, or new \
                           names for its tags"
                    .into(),
                found: format!("a model with {}", labels::quoted(names)),
            });
        }
        if let Some(tag) = tags
            .iter()
            .find(|tag| tag.label.contains(char::is_whitespace))
        {
            return Err(Error::Setting {
                key: "labels",
                expected: "labels without white space".into(),
                found: format!("`{}`", tag.label),
            });
        }
        Ok(Self(tags))
    }

    /// Returns the names of a text, given its words, each with its span and the logits of its tags.
    pub(crate) fn decode<'a>(&self, words: impl Iterator<Item = (Span, &'a [f32])>) -> Vec<Found> {
        let mut found = Vec::new();
        let mut open: Option<Open> = None;
        for (span, logits) in words {
            let (best, score) = best(logits);
            let Tag { place, label } = &self.0[best];
            let goes_on = matches!(place, Place::Inside | Place::Last)
                && open.as_ref().is_some_and(|open| open.label == *label);
            if !goes_on {
                found.extend(open.take().map(Open::close));
            }
            if *place == Place::Outside {
                continue;
            }
            let name = open.get_or_insert_with(|| Open {
                span,
                label: label.clone(),
                sum: 0.0,
                words: 0.0,
            });
            name.span.end = span.end;
            name.sum += score;
            name.words += 1.0;
            if matches!(place, Place::Last | Place::Unit) {
                found.extend(open.take().map(Open::close));
            }
        }
        found.extend(open.map(Open::close));
        found
    }
}

/// A name that the next word may continue.
struct Open {
    span: Span,
    label: Arc<str>,
    sum: f32,
    words: f32,
}

impl Open {
    fn close(self) -> Found {
        Found {
            span: self.span,
            label: self.label,
            score: (self.sum / self.words).clamp(0.0, 1.0),
        }
    }
}

/// The tag of words outside of names.
const OUTSIDE: &str = "O";

/// Splits a tag such as `B-PER` into position and label.
fn placed(name: &str) -> Option<(Place, &str)> {
    let (place, label) = name.split_once(['-', '_'])?;
    let place = match place {
        "B" => Place::Begin,
        "I" | "M" => Place::Inside,
        "L" | "E" => Place::Last,
        "U" | "S" => Place::Unit,
        _ => return None,
    };
    (!label.is_empty()).then_some((place, label))
}

/// Returns the index and the probability of the largest logit; of equal ones, the first.
fn best(logits: &[f32]) -> (usize, f32) {
    let mut best = 0;
    for (index, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = index;
        }
    }
    (best, softmax(logits)[best])
}

/// Turns logits into probabilities.
pub(crate) fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let raised: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = raised.iter().sum();
    raised.into_iter().map(|value| value / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str], mapping: &[(&str, &str)]) -> Result<Tags> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mapping = mapping
            .iter()
            .map(|&(from, to)| (from.to_owned(), to.to_owned()))
            .collect();
        Tags::new(&names, &mapping)
    }

    /// Returns the names in a sequence of tagged words of one letter each: `0..2 PER`.
    fn decoded(names: &[&str], mapping: &[(&str, &str)], row: &[&str]) -> Vec<String> {
        let tags = tags(names, mapping).unwrap();
        let logits: Vec<Vec<f32>> = row
            .iter()
            .map(|tag| {
                let at = names.iter().position(|name| name == tag).unwrap();
                (0..names.len())
                    .map(|index| if index == at { 3.0 } else { 0.0 })
                    .collect()
            })
            .collect();
        let words = logits
            .iter()
            .enumerate()
            .map(|(index, logits)| (Span::new(index, index + 1), logits.as_slice()));
        tags.decode(words)
            .into_iter()
            .map(|found| format!("{} {}", found.span, found.label))
            .collect()
    }

    #[test]
    fn every_scheme_is_decoded() {
        let bio: &[&str] = &["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];
        let bilou: &[&str] = &["O", "B-PER", "I-PER", "L-PER", "U-PER"];
        let bioes: &[&str] = &["B_PER", "I_PER", "E_PER", "S_PER", "O"];
        let plain: &[&str] = &["O", "PER", "LOC"];
        let cases: &[(&[&str], &[&str], &[&str])] = &[
            (
                bio,
                &["B-PER", "I-PER", "O", "B-LOC"],
                &["0..2 PER", "3..4 LOC"],
            ),
            (bio, &["B-PER", "B-PER"], &["0..1 PER", "1..2 PER"]),
            (
                bio,
                &["I-PER", "I-PER", "O", "I-PER"],
                &["0..2 PER", "3..4 PER"],
            ),
            (bio, &["B-PER", "I-LOC"], &["0..1 PER", "1..2 LOC"]),
            (bio, &["I-PER", "B-PER", "I-PER"], &["0..1 PER", "1..3 PER"]),
            (
                bilou,
                &["B-PER", "I-PER", "L-PER", "U-PER"],
                &["0..3 PER", "3..4 PER"],
            ),
            (
                bilou,
                &["L-PER", "L-PER", "I-PER"],
                &["0..1 PER", "1..2 PER", "2..3 PER"],
            ),
            (bilou, &["U-PER", "I-PER"], &["0..1 PER", "1..2 PER"]),
            (
                bioes,
                &["S_PER", "B_PER", "E_PER", "O"],
                &["0..1 PER", "1..3 PER"],
            ),
            (
                plain,
                &["PER", "PER", "LOC", "O"],
                &["0..2 PER", "2..3 LOC"],
            ),
            (bio, &[], &[]),
        ];
        for (names, row, expected) in cases {
            assert_eq!(&decoded(names, &[], row), expected, "{row:?}");
        }
    }

    #[test]
    fn tags_and_labels_are_renamed() {
        let names = &["LABEL_0", "LABEL_1", "LABEL_2"];
        let mapping = &[("LABEL_0", "O"), ("LABEL_1", "B-PER"), ("LABEL_2", "I-PER")];
        assert_eq!(
            decoded(names, mapping, &["LABEL_1", "LABEL_2", "LABEL_0"]),
            ["0..2 PER"]
        );
        let names = &["O", "B-person", "I-person", "B-time"];
        let mapping = &[("person", "PER"), ("time", "O")];
        assert_eq!(
            decoded(names, mapping, &["B-person", "B-time", "I-person"]),
            ["0..1 PER", "2..3 PER"]
        );
    }

    #[test]
    fn the_score_is_the_mean_probability_of_the_words() {
        let tags = tags(&["O", "PER"], &[]).unwrap();
        let logits: [&[f32]; 2] = [&[0.0, 0.0 + f32::ln(3.0)], &[0.0, f32::ln(4.0)]];
        let words = logits
            .iter()
            .enumerate()
            .map(|(index, &logits)| (Span::new(index, index + 1), logits));
        let found = tags.decode(words);
        let expected = f32::midpoint(3.0 / 4.0, 4.0 / 5.0);
        assert!((found[0].score - expected).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn labels_that_do_not_fit_are_refused() {
        type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
        let cases: &[Case<'_>] = &[
            (
                &["LABEL_0", "LABEL_1"],
                &[],
                "found the names `LABEL_0`, `LABEL_1`",
            ),
            (&["B-PER", "I-PER"], &[], "the tag `O`"),
            (&["O"], &[], "the tag `O`"),
            (&["positive", "negative"], &[], "the tag `O`"),
            (
                &["O", "B-PER"],
                &[("PERSON", "PER")],
                "expected keys of `PER`, `O`, `B-PER`, found `PERSON`",
            ),
            (
                &["O", "B-a b"],
                &[],
                "labels without white space, found `a b`",
            ),
        ];
        for (names, mapping, says) in cases {
            let error = tags(names, mapping).unwrap_err().to_string();
            assert!(error.contains(says), "{says:?} is in {error:?}");
        }
    }
}
