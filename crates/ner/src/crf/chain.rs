//! The linear chain over tags: best path, sums over paths, probabilities (Lafferty et al., 2001).

use super::tag::{TAGS, Tag};

/// Scores of tag pairs; row [`TAGS`] is for the start of a sentence.
pub(super) type Transitions = [[f32; TAGS]; TAGS + 1];

/// The score of a forbidden pair.
pub(super) const NEVER: f32 = -1e4;

/// All tags.
pub(super) const ANY: u16 = (1 << TAGS) - 1;

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

/// Returns the best tags (Viterbi).
pub(super) fn best(scores: &[[f32; TAGS]], transitions: &Transitions) -> Vec<Tag> {
    let n = scores.len();
    if n == 0 {
        return Vec::new();
    }
    let rows: [Lanes<f32>; TAGS] =
        std::array::from_fn(|from| pad(&transitions[from], f32::NEG_INFINITY));
    // The scores of the best paths that end in each tag, token by token.
    let mut paths: Vec<Lanes<f32>> = Vec::with_capacity(n);
    let mut now = Lanes::default();
    for k in 0..TAGS {
        now[k] = transitions[TAGS][k] + scores[0][k];
    }
    paths.push(now);
    for score in &scores[1..] {
        let mut next = [f32::NEG_INFINITY; LANES];
        for (before, row) in now.iter().zip(&rows) {
            // Selecting instead of branching compares all tags at once.
            for to in 0..LANES {
                let s = before + row[to];
                next[to] = if s > next[to] { s } else { next[to] };
            }
        }
        for k in 0..TAGS {
            now[k] = next[k] + score[k];
        }
        paths.push(now);
    }
    // Which tag came before is found out only for the tags on the best path.
    let mut at = first_best(&std::array::from_fn(|k| now[k]));
    let mut tags = vec![Tag::OUT; n];
    tags[n - 1] = Tag::new(at);
    for t in (1..n).rev() {
        let before = &paths[t - 1];
        at = first_best(&std::array::from_fn(|from| before[from] + rows[from][at]));
        tags[t - 1] = Tag::new(at);
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
    node: Vec<[f32; TAGS]>,
    forward: Vec<[f32; TAGS]>,
    backward: Vec<[f32; TAGS]>,
    scale: Vec<f32>,
    /// The logarithm of the sum over all paths.
    pub log_sum: f64,
}

/// `exp` of the transitions.
pub(super) fn factors(transitions: &Transitions) -> Transitions {
    transitions.map(|row| row.map(|v| if v <= NEVER / 2.0 { 0.0 } else { v.exp() }))
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

impl Lattice {
    /// Runs both passes. `factors` are `exp` of the transitions; `allowed` returns the set of allowed tags of each token.
    pub(super) fn run(
        &mut self,
        scores: &[[f32; TAGS]],
        factors: &Transitions,
        allowed: impl Fn(usize) -> u16,
    ) {
        let n = scores.len();
        let rows: [Lanes<f32>; TAGS] = std::array::from_fn(|from| pad(&factors[from], 0.0));
        let columns: [Lanes<f32>; TAGS] =
            std::array::from_fn(|to| pad(&std::array::from_fn(|from| factors[from][to]), 0.0));
        self.node.clear();
        self.node.reserve(n);
        self.forward.clear();
        self.forward.reserve(n);
        self.scale.clear();
        self.scale.reserve(n);
        self.log_sum = 0.0;
        let mut before = [0f32; TAGS];
        for (t, row) in scores.iter().enumerate() {
            let top = row.iter().copied().fold(f32::MIN, f32::max);
            let set = allowed(t);
            let mut node = [0f32; TAGS];
            for k in 0..TAGS {
                if set & (1 << k) != 0 {
                    node[k] = (row[k] - top).exp();
                }
            }
            let mut sums: Lanes<f32> = if t == 0 {
                pad(&factors[TAGS], 0.0)
            } else {
                weighted(&rows, &before)
            };
            let mut total = 0.0;
            for k in 0..TAGS {
                sums[k] *= node[k];
                total += sums[k];
            }
            let total = total.max(1e-30);
            before = std::array::from_fn(|k| sums[k] / total);
            self.log_sum += f64::from(total.ln()) + f64::from(top);
            self.node.push(node);
            self.forward.push(before);
            self.scale.push(total);
        }
        self.backward.clear();
        self.backward.resize(n, [1.0; TAGS]);
        let mut after = [1f32; TAGS];
        for t in (1..n).rev() {
            let (node, scale) = (&self.node[t], self.scale[t]);
            for k in 0..TAGS {
                after[k] *= node[k];
            }
            let sums = weighted(&columns, &after);
            after = std::array::from_fn(|from| sums[from] / scale);
            self.backward[t - 1] = after;
        }
    }

    /// Returns the probability of each tag of a token.
    pub(super) fn tag(&self, t: usize) -> [f32; TAGS] {
        std::array::from_fn(|k| self.forward[t][k] * self.backward[t][k])
    }

    /// Adds the probabilities of the tag pairs at `t - 1` and `t`, times `weight`; at `t` 0 the pair is with the start.
    pub(super) fn add_pairs(
        &self,
        t: usize,
        factors: &Transitions,
        weight: f32,
        sums: &mut Transitions,
    ) {
        for to in 0..TAGS {
            let right = self.node[t][to] * self.backward[t][to] / self.scale[t] * weight;
            if t == 0 {
                sums[TAGS][to] += factors[TAGS][to] * right;
            } else {
                for from in 0..TAGS {
                    sums[from][to] += self.forward[t - 1][from] * factors[from][to] * right;
                }
            }
        }
    }

    /// Returns the probability that the tokens from `start` on have these `tags` and that their entity ends there.
    pub(super) fn span(&self, start: usize, tags: &[Tag], factors: &Transitions) -> f32 {
        let mut p = self.forward[start][tags[0].index()];
        for (i, pair) in tags.windows(2).enumerate() {
            let t = start + i + 1;
            let (from, to) = (pair[0].index(), pair[1].index());
            p *= factors[from][to] * self.node[t][to] / self.scale[t];
        }
        let end = start + tags.len();
        let last = tags[tags.len() - 1];
        if end == self.node.len() {
            return p;
        }
        let after: f32 = (0..TAGS)
            .filter(|&k| Tag::new(k).is_begin() || k == 0)
            .map(|k| factors[last.index()][k] * self.node[end][k] * self.backward[end][k])
            .sum();
        p * after / self.scale[end]
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
        let paths = paths(&scores, &transitions);
        let top = paths.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert_eq!(best(&scores, &transitions), top.0);

        let factors = factors(&transitions);
        let mut lattice = Lattice::default();
        lattice.run(&scores, &factors, |_| ANY);
        let sum: f64 = paths.iter().map(|p| p.1.exp()).sum();
        assert!(
            (lattice.log_sum - sum.ln()).abs() < 1e-3,
            "sum over all paths"
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
                    "tag {k} at {t}"
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
                "span at {start}: {found} {expected}"
            );
        }
    }
}
