//! The linear chain over tags: best path, sums over paths, probabilities (Lafferty et al., 2001).

use super::tag::{TAGS, Tag};

/// Scores of tag pairs; row [`TAGS`] is for the start of a sentence.
pub(super) type Transitions = [[f32; TAGS]; TAGS + 1];

/// The score of a forbidden pair.
pub(super) const NEVER: f32 = -1e4;

/// All tags.
pub(super) const ANY: u16 = (1 << TAGS) - 1;

/// Only "no name".
pub(super) const OUT: u16 = 1;

/// Sets the pairs that BIO forbids to [`NEVER`].
pub(super) fn forbid(transitions: &mut Transitions) {
    for (from, row) in transitions.iter_mut().enumerate() {
        let before = (from < TAGS).then(|| Tag::new(from));
        for (to, score) in row.iter_mut().enumerate() {
            if !Tag::new(to).may_follow(before) {
                *score = NEVER;
            }
        }
    }
}

/// A value for each tag, padded so that loops over all of them are made of whole vectors.
type Lanes<T> = [T; LANES];
const LANES: usize = 12;

/// Returns values with padding.
fn pad(values: &[f32; TAGS], padding: f32) -> Lanes<f32> {
    std::array::from_fn(|k| values.get(k).copied().unwrap_or(padding))
}

/// Returns the best tags (Viterbi). `out` tells which tokens have "no name" for certain; paths meet there, and only
/// the stretches between them are searched.
pub(super) fn best(scores: &[[f32; TAGS]], transitions: &Transitions, out: &[bool]) -> Vec<Tag> {
    let n = scores.len();
    let mut tags = vec![Tag::OUT; n];
    if !out.contains(&false) {
        return tags;
    }
    let rows: [Lanes<f32>; TAGS] =
        std::array::from_fn(|from| pad(&transitions[from], f32::NEG_INFINITY));
    // The scores of the best paths of a stretch that end in each tag, token by token.
    let mut paths: Vec<Lanes<f32>> = Vec::new();
    let mut start = 0;
    while start < n {
        if out[start] {
            start += 1;
            continue;
        }
        let before = if start == 0 { TAGS } else { 0 };
        let mut now = [f32::NEG_INFINITY; LANES];
        for k in 0..TAGS {
            now[k] = transitions[before][k] + scores[start][k];
        }
        paths.clear();
        paths.push(now);
        let mut end = start + 1;
        while end < n && !out[end] {
            let mut next = [f32::NEG_INFINITY; LANES];
            for (before, row) in now.iter().zip(&rows) {
                // Selecting instead of branching compares all tags at once.
                for to in 0..LANES {
                    let s = before + row[to];
                    next[to] = if s > next[to] { s } else { next[to] };
                }
            }
            for k in 0..TAGS {
                now[k] = next[k] + scores[end][k];
            }
            paths.push(now);
            end += 1;
        }
        // Which tag came before is found out only for the tags on the best path.
        let mut after = (end < n).then_some(0);
        for t in (start..end).rev() {
            let path = &paths[t - start];
            let at = first_best(&std::array::from_fn(|from| {
                path[from] + after.map_or(0.0, |after: usize| rows[from][after])
            }));
            tags[t] = Tag::new(at);
            after = Some(at);
        }
        start = end + 1;
    }
    tags
}

/// Returns the tag with the best score; of equals, the first.
#[inline]
fn first_best(scores: &[f32; TAGS]) -> usize {
    (1..TAGS).fold(0, |best, k| if scores[k] > scores[best] { k } else { best })
}

/// Forward and backward sums over the allowed paths, scaled at each token.
#[derive(Debug, Default, Clone)]
pub(super) struct Lattice {
    nodes: Vec<Node>,
    /// The sum of the scores that each token's are relative to.
    tops: f64,
}

/// The sums of a token.
#[derive(Debug, Clone)]
struct Node {
    /// `exp` of its scores, relative to the best of them; 0 for tags that are not allowed.
    own: [f32; TAGS],
    forward: [f32; TAGS],
    backward: [f32; TAGS],
    /// What the sums of the token are multiplied with, so that those of the forward pass have the sum 1.
    scale: f32,
    /// Whether only "no name" is allowed, so that all paths meet here.
    is_out: bool,
}

/// One for "no name", nothing for all others.
const MET: [f32; TAGS] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// `exp` of the transitions.
pub(super) fn factors(transitions: &Transitions) -> Transitions {
    transitions.map(|row| row.map(|v| if v <= NEVER / 2.0 { 0.0 } else { v.exp() }))
}

/// Returns `exp` of numbers that are at most 0, with a relative error of less than 2e-7, and 2e-38 below -87.
///
/// It is a polynomial after Cody and Waite (1980) with the coefficients of Cephes (Moshier, 1989), for all numbers at once, and the same
/// on every machine.
#[expect(
    clippy::excessive_precision,
    reason = "the coefficients are those of the source"
)]
fn exp(mut values: Lanes<f32>) -> Lanes<f32> {
    // Adding it rounds to whole numbers, which are then the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const COEFFICIENTS: [f32; 5] = [
        1.398_199_950_7e-3,
        8.333_451_907_3e-3,
        4.166_579_589_4e-2,
        1.666_666_545_9e-1,
        5.000_000_120_1e-1,
    ];
    // Loops over arrays become vectors.
    for value in &mut values {
        let x = if *value > -87.0 { *value } else { -87.0 };
        let rounded = x * std::f32::consts::LOG2_E + ROUND;
        let twos = rounded - ROUND;
        let x = x - twos * 0.693_359_375 + twos * 2.121_944_40e-4;
        let mut y = 1.987_569_150_0e-4;
        for coefficient in COEFFICIENTS {
            y = y * x + coefficient;
        }
        let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(1f32.to_bits()));
        *value = (y * x * x + x + 1.0) * power;
    }
    values
}

/// Returns the sum of rows, each times its weight.
fn weighted(rows: &[Lanes<f32>; TAGS], weights: &[f32; TAGS]) -> Lanes<f32> {
    let mut sums = Lanes::default();
    for (row, weight) in rows.iter().zip(weights) {
        for k in 0..sums.len() {
            sums[k] += weight * row[k];
        }
    }
    sums
}

/// Returns the sum of products.
fn dot(row: &Lanes<f32>, weights: &[f32; TAGS]) -> f32 {
    (0..TAGS).map(|k| row[k] * weights[k]).sum()
}

impl Lattice {
    /// Runs both passes. `factors` are `exp` of the transitions; `allowed` returns the set of allowed tags of each token.
    pub(super) fn run(
        &mut self,
        scores: &[[f32; TAGS]],
        factors: &Transitions,
        allowed: impl Fn(usize) -> u16,
    ) {
        let rows: [Lanes<f32>; TAGS] = std::array::from_fn(|from| pad(&factors[from], 0.0));
        let columns: [Lanes<f32>; TAGS] =
            std::array::from_fn(|to| pad(&std::array::from_fn(|from| factors[from][to]), 0.0));
        self.nodes.clear();
        self.nodes.reserve(scores.len());
        self.tops = 0.0;
        for (t, row) in scores.iter().enumerate() {
            let set = allowed(t);
            let before = self.nodes.last();
            if set == OUT {
                let total = match before {
                    None => factors[TAGS][0],
                    Some(before) if before.is_out => factors[0][0],
                    Some(before) => dot(&columns[0], &before.forward),
                };
                self.tops += f64::from(row[0]);
                self.nodes.push(Node {
                    own: MET,
                    forward: MET,
                    backward: MET,
                    scale: 1.0 / total.max(1e-30),
                    is_out: true,
                });
                continue;
            }
            let top = row.iter().copied().fold(f32::MIN, f32::max);
            let mut own = exp(std::array::from_fn(|k| {
                row.get(k).map_or(f32::MIN, |score| score - top)
            }));
            if set != ANY {
                for k in 0..TAGS {
                    own[k] *= f32::from(set >> k & 1);
                }
            }
            let mut sums: Lanes<f32> = match before {
                None => pad(&factors[TAGS], 0.0),
                Some(before) if before.is_out => rows[0],
                Some(before) => weighted(&rows, &before.forward),
            };
            let mut total = 0.0;
            for k in 0..TAGS {
                sums[k] *= own[k];
                total += sums[k];
            }
            let scale = 1.0 / total.max(1e-30);
            self.tops += f64::from(top);
            self.nodes.push(Node {
                own: std::array::from_fn(|k| own[k]),
                forward: std::array::from_fn(|k| sums[k] * scale),
                backward: [1.0; TAGS],
                scale,
                is_out: false,
            });
        }
        let mut after = [1f32; TAGS];
        for t in (1..scores.len()).rev() {
            let [before, node] = &mut self.nodes[t - 1..=t] else {
                break;
            };
            for k in 0..TAGS {
                after[k] *= node.own[k] * node.scale;
            }
            after = if before.is_out {
                let mut met = MET;
                met[0] = dot(&rows[0], &after);
                met
            } else if node.is_out {
                std::array::from_fn(|from| columns[0][from] * after[0])
            } else {
                let sums = weighted(&columns, &after);
                std::array::from_fn(|from| sums[from])
            };
            before.backward = after;
        }
    }

    /// Returns the logarithm of the sum over all paths.
    pub(super) fn log_sum(&self) -> f64 {
        let scales = self.nodes.iter().map(|node| f64::from(node.scale).ln());
        self.tops - scales.sum::<f64>()
    }

    /// Returns the probability of each tag of a token.
    pub(super) fn tag(&self, t: usize) -> [f32; TAGS] {
        let node = &self.nodes[t];
        std::array::from_fn(|k| node.forward[k] * node.backward[k])
    }

    /// Adds the probabilities of the tag pairs at `t - 1` and `t`, times `weight`; at `t` 0 the pair is with the start.
    pub(super) fn add_pairs(
        &self,
        t: usize,
        factors: &Transitions,
        weight: f32,
        sums: &mut Transitions,
    ) {
        let node = &self.nodes[t];
        for to in 0..TAGS {
            let right = node.own[to] * node.backward[to] * node.scale * weight;
            if t == 0 {
                sums[TAGS][to] += factors[TAGS][to] * right;
            } else {
                for from in 0..TAGS {
                    sums[from][to] += self.nodes[t - 1].forward[from] * factors[from][to] * right;
                }
            }
        }
    }

    /// Returns the probability that the tokens from `start` on have these `tags` and that their entity ends there.
    pub(super) fn span(&self, start: usize, tags: &[Tag], factors: &Transitions) -> f32 {
        let mut p = self.nodes[start].forward[tags[0].index()];
        for (i, pair) in tags.windows(2).enumerate() {
            let node = &self.nodes[start + i + 1];
            let (from, to) = (pair[0].index(), pair[1].index());
            p *= factors[from][to] * node.own[to] * node.scale;
        }
        let end = start + tags.len();
        let last = tags[tags.len() - 1];
        let Some(next) = self.nodes.get(end) else {
            return p;
        };
        let after: f32 = (0..TAGS)
            .filter(|&k| Tag::new(k).is_begin() || k == 0)
            .map(|k| factors[last.index()][k] * next.own[k] * next.backward[k])
            .sum();
        p * after * next.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crf::random::Random;
    use crate::crf::tag::Label;

    /// Returns all tag sequences with their scores.
    fn paths(scores: &[[f32; TAGS]], transitions: &Transitions) -> Vec<(Vec<Tag>, f64)> {
        let mut paths: Vec<(Vec<Tag>, f64)> = vec![(Vec::new(), 0.0)];
        for row in scores {
            let longer = |(path, sum): &(Vec<Tag>, f64)| {
                let from = path.last().map_or(TAGS, |t| t.index());
                (0..TAGS)
                    .map(|k| {
                        let tags = path.iter().copied().chain([Tag::new(k)]).collect();
                        (
                            tags,
                            sum + f64::from(transitions[from][k]) + f64::from(row[k]),
                        )
                    })
                    .collect::<Vec<_>>()
            };
            paths = paths.iter().flat_map(longer).collect();
        }
        paths
    }

    #[test]
    fn agrees_with_all_paths_counted_out() {
        let mut random = Random::new(9);
        let mut transitions = [[0f32; TAGS]; TAGS + 1];
        transitions
            .as_flattened_mut()
            .iter_mut()
            .for_each(|v| *v = random.unit() * 2.0 - 1.0);
        forbid(&mut transitions);
        let scores: Vec<[f32; TAGS]> = (0..4)
            .map(|_| std::array::from_fn(|_| random.unit() * 4.0))
            .collect();
        let all = paths(&scores, &transitions);
        let factors = factors(&transitions);
        // Bit = token that has no name.
        for out in 0..1 << scores.len() {
            let is_out = |t: usize| out >> t & 1 == 1;
            let fits = |path: &[Tag]| (0..path.len()).all(|t| !is_out(t) || path[t] == Tag::OUT);
            let paths: Vec<_> = all.iter().filter(|(path, _)| fits(path)).collect();
            let top = paths.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            let outs: Vec<bool> = (0..scores.len()).map(is_out).collect();
            assert_eq!(best(&scores, &transitions, &outs), top.0, "{out:b}");

            let mut lattice = Lattice::default();
            lattice.run(&scores, &factors, |t| if is_out(t) { OUT } else { ANY });
            let sum: f64 = paths.iter().map(|p| p.1.exp()).sum();
            assert!(
                (lattice.log_sum() - sum.ln()).abs() < 1e-3,
                "sum over all paths, {out:b}"
            );
            let share = |keep: &dyn Fn(&[Tag]) -> bool| -> f64 {
                paths
                    .iter()
                    .filter(|p| keep(&p.0))
                    .map(|p| p.1.exp())
                    .sum::<f64>()
                    / sum
            };
            for t in 0..4 {
                for k in 0..TAGS {
                    let expected = share(&|path| path[t].index() == k);
                    assert!(
                        (f64::from(lattice.tag(t)[k]) - expected).abs() < 1e-4,
                        "tag {k} at {t}, {out:b}"
                    );
                }
            }
            let span = [Tag::begin(Label::Loc), Tag::inside(Label::Loc)];
            let goes_on = |tag: Option<&Tag>| tag == Some(&Tag::inside(Label::Loc));
            for start in 0..3 {
                let expected =
                    share(&|path| path[start..start + 2] == span && !goes_on(path.get(start + 2)));
                let found = f64::from(lattice.span(start, &span, &factors));
                assert!(
                    (found - expected).abs() < 1e-4,
                    "span at {start}, {out:b}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn powers_are_near_the_exact_ones() {
        for step in 0..20_000 {
            let value = -87.0 / 20_000.0 * step as f32;
            let [found, ..] = exp([value; LANES]);
            let exact = f64::from(value).exp();
            let error = (f64::from(found) / exact - 1.0).abs();
            assert!(error < 2e-7, "exp({value}) is {exact}, found {found}");
        }
        let ones = exp([0.0; LANES]).map(f32::to_bits);
        assert_eq!(ones, [1f32.to_bits(); LANES]);
        assert!(exp([f32::MIN; LANES])[0] < 2e-38);
    }
}
