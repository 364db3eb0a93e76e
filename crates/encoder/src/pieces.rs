//! Cuts text into words, and words into the pieces of a unigram vocabulary.
//!
//! A word is a run of letters, digits and combining accents, or any other single character, so that each name begins
//! and ends with a word. One that follows a space, or begins the text, has the mark `▁` in front. It is cut into the
//! pieces whose scores, log-probabilities of a unigram language model (Kudo, 2018), have the highest sum. The scripts
//! that train a model do the same.

use blattwerk_core::Span;
use rustc_hash::FxHashMap;

use crate::people;

/// The mark in front of a word that follows a space.
const MARK: char = '▁';

/// The most pieces of a word that are kept: no word that means anything has so many.
const MOST: usize = 48;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the text.
    pub span: Span,
    /// The ids of its pieces, at least one.
    pub pieces: Vec<u32>,
}

/// A vocabulary.
#[derive(Debug)]
pub struct Pieces {
    ids: FxHashMap<Box<str>, u32>,
    scores: Vec<f32>,
    /// What some characters are replaced with before anything else: nothing, or other characters.
    normal: FxHashMap<char, Box<str>>,
    /// The piece for a character that no other piece contains.
    unknown: u32,
    /// The score of that piece.
    least: f64,
    /// The length of the longest piece, in characters.
    longest: usize,
}

impl Pieces {
    /// Returns a vocabulary: its pieces in the order of their ids, their scores, the map of characters, and the id of the
    /// piece for what is unknown.
    pub fn new(
        pieces: &[&str],
        scores: Vec<f32>,
        normal: FxHashMap<char, Box<str>>,
        unknown: u32,
    ) -> Self {
        let ids = (0..).zip(pieces).map(|(id, &piece)| (piece.into(), id));
        let least = scores.iter().copied().fold(f32::INFINITY, f32::min);
        Self {
            ids: ids.collect(),
            normal,
            unknown,
            least: f64::from(least) - 10.0,
            longest: pieces
                .iter()
                .map(|piece| piece.chars().count())
                .max()
                .unwrap_or(0),
            scores,
        }
    }

    /// Returns the words of a text. Nouns for who people are have all the same pieces.
    pub fn words(&self, text: &str) -> Vec<Word> {
        let mut words = self.marked(text);
        hide(&mut words);
        words
            .into_iter()
            .map(|(span, word)| Word {
                span,
                pieces: self.cut(&word),
            })
            .collect()
    }

    /// Returns the words of a text, normalized and with their marks.
    fn marked(&self, text: &str) -> Vec<(Span, String)> {
        let mut words: Vec<(Span, String)> = Vec::new();
        let (mut is_spaced, mut joins) = (true, false);
        let mut own = [0; 4];
        for (at, char) in text.char_indices() {
            let to: &str = match self.normal.get(&char) {
                Some(to) => to,
                None => char.encode_utf8(&mut own),
            };
            let end = at + char.len_utf8();
            for to in to.chars() {
                if to.is_whitespace() {
                    (is_spaced, joins) = (true, false);
                    continue;
                }
                let is_inside = to.is_alphanumeric() || matches!(to, '\u{300}'..='\u{36F}');
                match words.last_mut() {
                    Some((span, word)) if is_inside && joins && !is_spaced => {
                        span.end = end;
                        word.push(to);
                    }
                    _ => {
                        let mut word = String::new();
                        if is_spaced {
                            word.push(MARK);
                        }
                        word.push(to);
                        words.push((Span::new(at, end), word));
                    }
                }
                (is_spaced, joins) = (false, is_inside);
            }
        }
        words
    }

    /// Cuts a word into its best pieces.
    fn cut(&self, word: &str) -> Vec<u32> {
        let mut bounds: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        bounds.push(word.len());
        // The best way to each bound: its score, the bound before, and the piece between.
        let mut best = vec![(f64::NEG_INFINITY, 0, 0); bounds.len()];
        best[0].0 = 0.0;
        for end in 1..bounds.len() {
            for start in end.saturating_sub(self.longest.max(1))..end {
                let piece = word.get(bounds[start]..bounds[end]).unwrap_or_default();
                let (piece, score) = match self.ids.get(piece) {
                    Some(&id) => (id, f64::from(self.scores[id as usize])),
                    None if end - start == 1 => (self.unknown, self.least),
                    None => continue,
                };
                let score = best[start].0 + score;
                if score > best[end].0 {
                    best[end] = (score, start, piece);
                }
            }
        }
        let mut pieces = Vec::new();
        let mut end = bounds.len() - 1;
        while end > 0 {
            let (_, start, piece) = best[end];
            pieces.push(piece);
            end = start;
        }
        pieces.reverse();
        pieces.truncate(MOST);
        pieces
    }
}

/// Replaces the nouns among the words of a text, which may have a mark in front. Parts of compounds ("Frauen-WM") and adjectives before
/// another capital ("Deutsche Bahn") stay.
fn hide(words: &mut [(Span, String)]) {
    let joins = |word: Option<&(Span, String)>| {
        word.is_some_and(|(_, word)| matches!(word.as_str(), "-" | "*" | "/"))
    };
    let is_capital = |word: Option<&(Span, String)>| {
        word.and_then(|(_, word)| word.strip_prefix(MARK))
            .is_some_and(|word| word.starts_with(char::is_uppercase))
    };
    for at in 0..words.len() {
        let (_, word) = &words[at];
        let plain = word.trim_start_matches(MARK);
        let Some(is_adjective) = people::group(plain) else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let after = words.get(at + 1);
        if joins(before) || joins(after) || is_adjective && is_capital(after) {
            continue;
        }
        let marks = word.len() - plain.len();
        words[at].1.replace_range(marks.., people::PERSONS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: &[(&str, f32)] = &[
        ("<unk>", 0.0),
        ("▁", -4.0),
        ("a", -5.0),
        ("b", -5.0),
        ("▁ab", -6.0),
        ("ab", -9.0),
        ("ba", -7.0),
        (".", -3.0),
        ("▁.", -8.0),
        ("2", -4.5),
        ("ü", -5.0),
    ];

    fn vocabulary() -> Pieces {
        let normal = [('\u{AD}', ""), ('\u{A0}', " "), ('…', "..."), ('²', "2")];
        let normal = normal.map(|(from, to)| (from, to.into()));
        let strings: Vec<&str> = PIECES.iter().map(|&(piece, _)| piece).collect();
        let scores = PIECES.iter().map(|&(_, score)| score).collect();
        Pieces::new(&strings, scores, normal.into_iter().collect(), 0)
    }

    /// A text, and its words with their pieces.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a [&'a str])]);

    fn check(cases: &[Case]) {
        for &(text, words) in cases {
            let expected: Vec<_> = words
                .iter()
                .map(|&(word, pieces)| (word, pieces.to_vec()))
                .collect();
            assert_eq!(cut(text), expected, "{text:?}");
        }
    }

    /// Words as what they quote, and their pieces.
    fn cut(text: &str) -> Vec<(&str, Vec<&'static str>)> {
        vocabulary()
            .words(text)
            .into_iter()
            .map(|word| {
                let pieces = word.pieces.iter().map(|&id| PIECES[id as usize].0);
                (text.get(word.span.range()).unwrap(), pieces.collect())
            })
            .collect()
    }

    #[test]
    fn words_are_cut_into_their_best_pieces() {
        let cases: &[Case] = &[
            ("", &[]),
            (" \n", &[]),
            ("ab", &[("ab", &["▁ab"])]),
            // `▁ab` and `a` cost 11, `▁`, `a` and `ba` 16.
            ("aba", &[("aba", &["▁ab", "a"])]),
            // After a full stop there is no mark: `ab` costs 9, `a` and `b` 10.
            (".ab", &[(".", &["▁", "."]), ("ab", &["ab"])]),
            ("a .", &[("a", &["▁", "a"]), (".", &["▁", "."])]),
            ("ü2", &[("ü2", &["▁", "ü", "2"])]),
            ("xb", &[("xb", &["▁", "<unk>", "b"])]),
        ];
        check(cases);
    }

    #[test]
    fn all_groups_are_read_alike() {
        let cases = [
            (
                "Die Türken und „Muslime“ kamen.",
                "Die Personen und „Personen“ kamen.",
            ),
            ("Eine Jüdin, zwei Deutsche", "Eine Personen, zwei Personen"),
            (
                "Die Deutsche Bahn half Deutschen in Not.",
                "Die Deutsche Bahn half Personen in Not.",
            ),
            ("Frauen-WM, Christen/Juden", "Frauen-WM, Christen/Juden"),
            (
                "in der Türkei, türkische Polen",
                "in der Türkei, türkische Polen",
            ),
        ];
        for (text, expected) in cases {
            let mut words = vocabulary().marked(text);
            hide(&mut words);
            let words: String = words.into_iter().map(|(_, word)| word).collect();
            assert_eq!(words.replace(MARK, " ").trim(), expected);
        }
    }

    #[test]
    fn replaced_characters_keep_their_place() {
        let cases: &[Case] = &[
            ("a\u{AD}b", &[("a\u{AD}b", &["▁ab"])]),
            ("b\u{A0}b", &[("b", &["▁", "b"]), ("b", &["▁", "b"])]),
            ("a²", &[("a²", &["▁", "a", "2"])]),
            (
                "b…",
                &[
                    ("b", &["▁", "b"]),
                    ("…", &["."]),
                    ("…", &["."]),
                    ("…", &["."]),
                ],
            ),
        ];
        check(cases);
    }

    #[test]
    fn an_endless_word_has_few_pieces() {
        let words = vocabulary().words(&"b".repeat(10_000));
        assert_eq!(words.len(), 1);
        assert_eq!(words[0].pieces.len(), MOST);
    }
}
