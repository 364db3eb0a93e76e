//! The features of a text, for a target in it or as a whole.

use std::ops::Range;
use std::sync::LazyLock;

use super::reading::{Cue, Token};
use super::speech::Speech;
use super::words::{LEANINGS, Words};

/// The positions of tokens relative to the target. Each sums the positive and negative weights of its words.
const PLACES: usize = 11;
/// Numbers per position: the sum and the maximum of the positive weights, then of the negative ones.
const OF_PLACE: usize = 4;
/// The reaches of the sums that fade with the distance from the target, in tokens.
const FADES: [f32; 3] = [2.0, 5.0, 12.0];
const OF_FADE: usize = 3;
/// The views over which leanings are averaged: the text, the target's sentence without it, near it, the target.
const VIEWS: usize = 4;
/// The reach of the view "near", in tokens.
const NEAR: f32 = 4.0;
/// Indexes of the counts of cues: all reports, and those next to the target.
const REPORTS: usize = 3;
const NEAR_REPORTS: usize = 4;
/// Counts and shapes.
const SHAPES: usize = 16;

/// The number of features.
pub(super) const COUNT: usize =
    PLACES * OF_PLACE + FADES.len() * OF_FADE + VIEWS * LEANINGS + SHAPES;

/// The columns of the leanings.
pub(super) const VIEWED: Range<usize> = {
    let first = PLACES * OF_PLACE + FADES.len() * OF_FADE;
    first..first + VIEWS * LEANINGS
};

/// The features of a text.
pub(super) type Features = [f32; COUNT];

/// Distances beyond this are treated alike.
const FAR: usize = 63;

/// exp(-distance / reach), for the reaches of `FADES` and `NEAR`.
static FADING: LazyLock<[[f32; FAR + 1]; 4]> = LazyLock::new(|| {
    let [a, b, c] = FADES;
    [a, b, c, NEAR].map(|reach| std::array::from_fn(|d| (-(d as f32) / reach).exp()))
});

/// How much of a long text is read, in tokens to each side of the target.
const REACH: usize = 150;

/// Returns the indexes of the tokens that are read around the token `first` of `count` tokens.
pub(super) fn seen(first: usize, count: usize) -> Range<usize> {
    first.saturating_sub(REACH)..count.min(first + REACH)
}

/// Returns the features of the tokens for the target, the tokens for which `is_target` holds; `first` is the index of
/// one of them.
///
/// Without a target they describe the text as a whole. Of a long text, only the part near the target is read. What the
/// target itself says does not count as good or bad.
pub(super) fn features(
    tokens: &[Token],
    words: &Words,
    first: Option<usize>,
    is_target: impl Fn(&Token) -> bool,
) -> Features {
    let tokens = match first {
        Some(first) => &tokens[seen(first, tokens.len())],
        None => tokens,
    };
    let distances = first.map(|_| distances(tokens, &is_target));
    let first = distances
        .as_ref()
        .and_then(|distances| distances.iter().position(|&d| d == 0));
    let home = first.map(|first| (tokens[first].sentence, tokens[first].clause));
    let speech = distances
        .as_ref()
        .and_then(|distances| Speech::of(tokens, |i| distances[i] == 0));

    let mut sums = Sums::default();
    for (i, token) in tokens.iter().enumerate() {
        let seat = Seat {
            distance: distances.as_ref().map(|distances| distances[i].min(FAR)),
            in_sentence: home.is_none_or(|(sentence, _)| sentence == token.sentence),
            in_clause: home.is_some_and(|(_, clause)| clause == token.clause),
            is_behind: first.is_some_and(|first| i > first),
        };
        if !speech.as_ref().is_some_and(|speech| speech.has(i, token)) {
            sums.polarity(token, seat);
        }
        sums.leanings(token, words, seat);
        sums.cue(token, seat);
    }
    let targets = distances
        .iter()
        .flatten()
        .filter(|&&distance| distance == 0)
        .count();
    let shapes = shapes(tokens, &sums, first, targets);

    let places = sums.places.into_iter();
    let all = places
        .flat_map(|[good, max_good, bad, max_bad]| [good.ln_1p(), max_good, bad.ln_1p(), max_bad])
        .chain(sums.fades.into_iter().flatten())
        .chain(sums.views.into_iter().flat_map(View::mean))
        .chain(shapes);
    let mut features = [0.0; COUNT];
    for (feature, value) in features.iter_mut().zip(all) {
        *feature = value;
    }
    features
}

/// The position of a token relative to the target.
#[derive(Debug, Clone, Copy)]
struct Seat {
    /// The number of tokens to the nearest token of the target, at most [`FAR`]; `None` without a target.
    distance: Option<usize>,
    /// Always true without a target.
    in_sentence: bool,
    in_clause: bool,
    is_behind: bool,
}

/// The sums over the tokens of a text.
#[derive(Debug, Default)]
struct Sums {
    places: [[f32; OF_PLACE]; PLACES],
    fades: [[f32; OF_FADE]; FADES.len()],
    views: [View; VIEWS],
    /// Negators, contrasts, irrealis and reports in the target's sentence, and reports next to the target.
    cues: [f32; 5],
}

impl Sums {
    fn polarity(&mut self, token: &Token, seat: Seat) {
        if token.polarity == 0.0 {
            return;
        }
        let good = token.polarity.max(0.0);
        let bad = (-token.polarity).max(0.0);
        let on = seat.distance == Some(0);
        let aside = seat.distance.is_some() && !on;
        let is_in: [bool; PLACES] = [
            true,
            seat.in_sentence,
            seat.in_clause,
            !seat.in_sentence,
            on,
            aside && seat.distance <= Some(3),
            aside && seat.distance <= Some(7),
            aside && seat.in_sentence && seat.is_behind,
            aside && seat.in_sentence && !seat.is_behind,
            token.is_quoted,
            token.is_quoted && seat.in_sentence,
        ];
        let places = self.places.iter_mut().zip(is_in);
        for ([sum_good, max_good, sum_bad, max_bad], _) in places.filter(|(_, is_in)| *is_in) {
            *sum_good += good;
            *max_good = max_good.max(good);
            *sum_bad += bad;
            *max_bad = max_bad.max(bad);
        }
        if let Some(distance) = seat.distance.filter(|&distance| distance > 0) {
            for (fade, fading) in self.fades.iter_mut().zip(FADING.iter()) {
                let fading = fading[distance];
                fade[0] += fading * good;
                fade[1] += fading * bad;
                fade[2] += fading * token.polarity;
            }
        }
    }

    fn leanings(&mut self, token: &Token, words: &Words, seat: Seat) {
        let Some(row) = token.row else { return };
        let row = words.row(row);
        let on = seat.distance == Some(0);
        let near = seat.distance.map_or(0.0, |distance| FADING[3][distance]);
        let shares = [
            1.0,
            one_if(seat.in_sentence && !on),
            if on { 0.0 } else { near },
            one_if(on),
        ];
        for (view, share) in self.views.iter_mut().zip(shares) {
            view.add(share * row.weight, row.leanings);
        }
    }

    fn cue(&mut self, token: &Token, seat: Seat) {
        let Some(cue) = token.cue else { return };
        let of = match cue {
            Cue::Negator => 0,
            Cue::Contrast => 1,
            Cue::Irrealis => 2,
            Cue::Report
            | Cue::Verdict
            | Cue::Source
            | Cue::SourceNoun
            | Cue::So
            | Cue::SourceBehind => REPORTS,
            Cue::Booster | Cue::Preposition | Cue::Oblique => return,
        };
        self.cues[of] += one_if(seat.in_sentence);
        if of == REPORTS {
            self.cues[NEAR_REPORTS] += one_if(seat.distance.is_some_and(|distance| distance <= 3));
        }
    }
}

fn one_if(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// Returns counts and shapes; `first` is the index of the target's first token, `targets` the number of its tokens.
fn shapes(tokens: &[Token], sums: &Sums, first: Option<usize>, targets: usize) -> [f32; SHAPES] {
    let [[all_good, _, all_bad, _], [good, _, bad, _], ..] = sums.places;
    let [negators, contrasts, irrealis, reports, near_reports] = sums.cues;
    let target = first.map(|first| tokens[first]);
    let mark = |c: char| one_if(tokens.iter().any(|token| token.mark == Some(c)));
    let length = tokens.len().max(1) as f32;
    let number = |sentence: u32| (sentence as f32).min(3.0);
    [
        (all_good - all_bad).tanh(),
        (good - bad).tanh(),
        negators.min(4.0),
        contrasts.min(4.0),
        irrealis.min(4.0),
        reports.min(4.0),
        near_reports.min(2.0),
        one_if(target.is_some_and(|token| token.is_quoted)),
        (targets as f32).min(4.0),
        length.ln().min(6.0),
        first.map_or(0.0, |first| first as f32 / length),
        one_if(first == Some(0)),
        tokens.last().map_or(0.0, |last| number(last.sentence)),
        target.map_or(0.0, |token| number(token.sentence)),
        mark('?'),
        mark('!'),
    ]
}

/// The leanings of some words.
#[derive(Debug, Clone, Copy, Default)]
struct View {
    sums: [f32; LEANINGS],
    squares: f32,
}

impl View {
    fn add(&mut self, weight: f32, leanings: [f32; LEANINGS]) {
        if weight > 0.0 {
            for (sum, leaning) in self.sums.iter_mut().zip(leanings) {
                *sum += weight * leaning;
            }
            self.squares += weight * weight;
        }
    }

    /// Sums are divided by the root of the number of words, because their spread grows with it.
    fn mean(self) -> [f32; LEANINGS] {
        let root = (self.squares + 1.0).sqrt();
        self.sums.map(|sum| sum / root)
    }
}

/// Returns the distance of each token, in tokens, to the nearest token of the target.
fn distances(tokens: &[Token], is_target: impl Fn(&Token) -> bool) -> Vec<usize> {
    let mut distances = vec![usize::MAX; tokens.len()];
    let mut since = usize::MAX;
    for (distance, token) in distances.iter_mut().zip(tokens) {
        since = if is_target(token) {
            0
        } else {
            since.saturating_add(1)
        };
        *distance = since;
    }
    let mut until = usize::MAX;
    for distance in distances.iter_mut().rev() {
        until = if *distance == 0 {
            0
        } else {
            until.saturating_add(1)
        };
        *distance = until.min(*distance);
    }
    distances
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Span;

    use super::super::reading::Reader;
    use super::*;

    fn of(text: &str, target: &str) -> Features {
        let words = Words::from_pairs(&[("lob", 1.0), ("kritik", -1.0)]);
        let mut reader = Reader::default();
        reader.read(text, &words);
        let at = text.find(target).unwrap();
        let target = Span::new(at, at + target.len());
        let first = reader
            .tokens
            .iter()
            .position(|token| token.span.overlaps(target));
        features(&reader.tokens, &words, first, |token| {
            token.span.overlaps(target)
        })
    }

    #[test]
    fn what_is_near_the_target_counts_more() {
        let near_good = PLACES * OF_PLACE;
        let of_jan = of("Lob für Jan, aber Kritik an Ida.", "Jan");
        let of_ida = of("Lob für Jan, aber Kritik an Ida.", "Ida");
        assert!(of_jan[near_good] > of_jan[near_good + 1]);
        assert!(of_ida[near_good] < of_ida[near_good + 1]);
        // Nobody speaks, so the text as a whole is the same for both,
        assert_eq!(of_jan[..OF_PLACE], of_ida[..OF_PLACE]);
        // but the clause is not.
        assert!(of_jan[2 * OF_PLACE] > 0.0 && of_ida[2 * OF_PLACE] == 0.0);
    }

    #[test]
    fn what_the_target_says_is_not_about_it() {
        let text = "Die Kritik sei falsch, sagte Ida über Jan.";
        let all_bad = 2;
        assert!(of(text, "Ida")[all_bad] == 0.0);
        assert!(of(text, "Jan")[all_bad] > 0.0);
    }

    #[test]
    fn a_text_without_words_has_features() {
        let features = features(&[], &Words::default(), None, |_| false);
        assert!(features.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn distances_are_to_the_nearest_target() {
        let words = Words::default();
        let mut reader = Reader::default();
        reader.read("a x b c x d", &words);
        let found = distances(&reader.tokens, |token| [2, 8].contains(&token.span.start));
        assert_eq!(found, [1, 0, 1, 1, 0, 1]);
    }
}
