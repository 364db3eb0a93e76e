//! Word vectors from raw text: positive pointwise mutual information of words and the frequent words near them
//! (contexts smoothed as by Levy, Goldberg & Dagan 2015), reduced to its largest singular values by subspace iteration
//! (Halko, Martinsson & Tropp 2011).

use rustc_hash::FxHashMap;

use super::words::hash;

/// The settings of the vectors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    /// The minimum count of a word.
    pub(super) min_count: u32,
    /// The number of most frequent words that serve as contexts.
    pub(super) contexts: usize,
    /// The weight of each distance, in words to each side.
    pub(super) window: &'static [f32],
    /// The length of a vector.
    pub(super) size: usize,
    /// Rounds of the subspace iteration.
    pub(super) rounds: usize,
}

/// Words, the most frequent first, with their counts and vectors of length 1.
#[derive(Debug, Clone)]
pub(super) struct Vectors {
    pub(super) words: Vec<String>,
    pub(super) counts: Vec<u32>,
    pub(super) size: usize,
    values: Vec<f32>,
}

impl Vectors {
    /// Returns the vector of a word by its number.
    pub(super) fn of(&self, word: usize) -> &[f32] {
        &self.values[word * self.size..(word + 1) * self.size]
    }

    /// Learns from texts.
    pub(super) fn learn(texts: &[String], options: &Options) -> Self {
        let (words, counts, stream) = number(texts, options.min_count);
        let near = near(&stream, words.len(), options);
        drop(stream);
        let mut values = near.left_singular(options.size, options.rounds);
        // What all words have in common tells nothing: the mean is subtracted, then all vectors get the length 1.
        let mut mean = vec![0.0; options.size];
        let mut total = 0.0;
        for (row, &count) in values.chunks_exact(options.size).zip(&counts) {
            let length = length(row);
            let share = count.min(2000) as f32;
            total += share;
            for (m, v) in mean.iter_mut().zip(row) {
                *m += share * v / length;
            }
        }
        for row in values.chunks_exact_mut(options.size) {
            let before = length(row);
            for (v, m) in row.iter_mut().zip(&mean) {
                *v = *v / before - m / total;
            }
            let after = length(row);
            for v in row {
                *v /= after;
            }
        }
        Self {
            words,
            counts,
            size: options.size,
            values,
        }
    }
}

fn length(row: &[f32]) -> f32 {
    row.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-9)
}

/// Stands for a rare word or the end of a text.
const NONE: u32 = u32::MAX;

/// Returns the words, their counts, and all texts as word indexes.
fn number(texts: &[String], min_count: u32) -> (Vec<String>, Vec<u32>, Vec<u32>) {
    let mut ids: FxHashMap<String, u32> = FxHashMap::default();
    let mut names: Vec<(String, u32)> = Vec::new();
    let mut stream = Vec::new();
    for text in texts {
        let lower = text.to_lowercase();
        for word in lower.split(|c: char| !c.is_alphabetic()) {
            if word.is_empty() {
                continue;
            }
            let id = if let Some(&id) = ids.get(word) {
                id
            } else {
                let id = names.len() as u32;
                ids.insert(word.to_owned(), id);
                names.push((word.to_owned(), 0));
                id
            };
            names[id as usize].1 += 1;
            stream.push(id);
        }
        stream.push(NONE);
    }
    let mut order: Vec<u32> = (0..names.len() as u32)
        .filter(|&id| names[id as usize].1 >= min_count)
        .collect();
    order.sort_by_key(|&id| {
        let (name, count) = &names[id as usize];
        (std::cmp::Reverse(*count), name.clone())
    });
    let mut rank = vec![NONE; names.len()];
    for (place, &id) in (0..).zip(&order) {
        rank[id as usize] = place;
    }
    for id in stream.iter_mut().filter(|id| **id != NONE) {
        *id = rank[*id as usize];
    }
    let of = |&id: &u32| std::mem::take(&mut names[id as usize]);
    let (words, counts) = order.iter().map(of).unzip();
    (words, counts, stream)
}

/// A sparse matrix, row by row.
struct Sparse {
    /// The start of each row in `cells`, and the end of the last row.
    starts: Vec<usize>,
    cells: Vec<(u32, f32)>,
    columns: usize,
}

/// A context is a word directly before, directly behind, or farther before or behind.
const SIDES: usize = 4;

/// Counts words near each other and turns the counts into mutual information.
fn near(stream: &[u32], words: usize, options: &Options) -> Sparse {
    let contexts = options.contexts.min(words);
    // The places of each word, word by word.
    let mut starts = vec![0usize; words + 1];
    for &id in stream.iter().filter(|&&id| id != NONE) {
        starts[id as usize + 1] += 1;
    }
    for i in 0..words {
        starts[i + 1] += starts[i];
    }
    let mut filled = starts.clone();
    let mut places = vec![0u32; starts[words]];
    for (place, &id) in (0..).zip(stream).filter(|&(_, &id)| id != NONE) {
        places[filled[id as usize]] = place;
        filled[id as usize] += 1;
    }
    let mut matrix = Sparse {
        starts: vec![0],
        cells: Vec::new(),
        columns: SIDES * contexts,
    };
    let mut sums = vec![0.0_f32; SIDES * contexts];
    let mut touched: Vec<u32> = Vec::new();
    for word in 0..words {
        for &place in &places[starts[word]..starts[word + 1]] {
            let place = place as usize;
            for (distance, &share) in (1..).zip(options.window) {
                let before = place.checked_sub(distance).map(|at| stream[at]);
                let behind = stream.get(place + distance).copied();
                for (near, side) in [before, behind].into_iter().zip([0, 1]) {
                    let Some(near) = near.filter(|&near| (near as usize) < contexts) else {
                        continue;
                    };
                    let side = if distance == 1 { side } else { side + 2 };
                    let near = near + (side * contexts) as u32;
                    if let Some(sum) = sums.get_mut(near as usize) {
                        if *sum == 0.0 {
                            touched.push(near);
                        }
                        *sum += share;
                    }
                }
            }
        }
        touched.sort_unstable();
        for near in touched.drain(..) {
            matrix
                .cells
                .push((near, std::mem::take(&mut sums[near as usize])));
        }
        matrix.starts.push(matrix.cells.len());
    }
    matrix.into_mutual_information()
}

impl Sparse {
    fn row(&self, row: usize) -> &[(u32, f32)] {
        &self.cells[self.starts[row]..self.starts[row + 1]]
    }

    fn into_mutual_information(mut self) -> Self {
        let mut of_context = vec![0.0_f64; self.columns];
        for &(column, count) in &self.cells {
            of_context[column as usize] += f64::from(count);
        }
        for context in &mut of_context {
            *context = context.powf(0.75);
        }
        let total: f64 = of_context.iter().sum();
        let mut kept = Self {
            starts: vec![0],
            cells: Vec::with_capacity(self.cells.len() / 2),
            columns: self.columns,
        };
        for row in 0..self.starts.len() - 1 {
            let of_word: f64 = self.row(row).iter().map(|&(_, c)| f64::from(c)).sum();
            for &(column, count) in self.row(row) {
                let information =
                    (f64::from(count) * total / (of_word * of_context[column as usize])).ln();
                if information > 0.0 {
                    kept.cells.push((column, information as f32));
                }
            }
            kept.starts.push(kept.cells.len());
        }
        self = kept;
        self
    }

    /// Returns the first left singular vectors, each multiplied by the root of its singular value, row by row.
    fn left_singular(&self, size: usize, rounds: usize) -> Vec<f32> {
        let wide = (size + 10).min(self.columns);
        let size = size.min(wide);
        // A fixed start: hashes of the indexes, between -1 and 1.
        let mut space: Vec<f32> = (0..self.columns * wide)
            .map(|i| hash(&i.to_string()) as f32 / (u32::MAX / 2) as f32 - 1.0)
            .collect();
        orthonormalize(&mut space, wide);
        for _ in 0..rounds {
            let rows = self.times(&space, wide);
            space = self.transposed_times(&rows, wide);
            orthonormalize(&mut space, wide);
        }
        let rows = self.times(&space, wide);
        let mut gram = vec![0.0_f64; wide * wide];
        for row in rows.chunks_exact(wide) {
            for i in 0..wide {
                for j in 0..wide {
                    gram[i * wide + j] += f64::from(row[i]) * f64::from(row[j]);
                }
            }
        }
        let (values, vectors) = eigen(gram, wide);
        let mut order: Vec<usize> = (0..wide).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let mut left = Vec::with_capacity(rows.len() / wide * size);
        for row in rows.chunks_exact(wide) {
            for &k in &order[..size] {
                // U S = rows V, and S^2 are the eigenvalues.
                let us: f64 = (0..wide)
                    .map(|i| f64::from(row[i]) * vectors[i * wide + k])
                    .sum();
                left.push((us / values[k].max(1e-12).powf(0.25)) as f32);
            }
        }
        left
    }

    fn times(&self, space: &[f32], wide: usize) -> Vec<f32> {
        let mut product = vec![0.0; (self.starts.len() - 1) * wide];
        for (row, sums) in product.chunks_exact_mut(wide).enumerate() {
            for &(column, value) in self.row(row) {
                let at = column as usize * wide;
                for (sum, s) in sums.iter_mut().zip(&space[at..at + wide]) {
                    *sum += value * s;
                }
            }
        }
        product
    }

    fn transposed_times(&self, rows: &[f32], wide: usize) -> Vec<f32> {
        let mut product = vec![0.0; self.columns * wide];
        for (row, numbers) in rows.chunks_exact(wide).enumerate() {
            for &(column, value) in self.row(row) {
                let at = column as usize * wide;
                for (sum, number) in product[at..at + wide].iter_mut().zip(numbers) {
                    *sum += value * number;
                }
            }
        }
        product
    }
}

/// Makes the columns of a matrix orthonormal (Gram & Schmidt).
fn orthonormalize(matrix: &mut [f32], wide: usize) {
    let tall = matrix.len() / wide;
    let mut columns: Vec<Vec<f64>> = (0..wide)
        .map(|c| (0..tall).map(|r| f64::from(matrix[r * wide + c])).collect())
        .collect();
    for c in 0..wide {
        let (done, rest) = columns.split_at_mut(c);
        let column = &mut rest[0];
        for other in done {
            let dot: f64 = column.iter().zip(other.iter()).map(|(a, b)| a * b).sum();
            for (v, o) in column.iter_mut().zip(other.iter()) {
                *v -= dot * o;
            }
        }
        let length = column.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-12);
        for v in column.iter_mut() {
            *v /= length;
        }
    }
    for (c, column) in columns.iter().enumerate() {
        for (r, &v) in column.iter().enumerate() {
            matrix[r * wide + c] = v as f32;
        }
    }
}

/// Returns the eigenvalues of a symmetric matrix, and its eigenvectors as columns (Jacobi).
fn eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v = vec![0.0; n * n];
    for i in 0..n {
        v[i * n + i] = 1.0;
    }
    for _ in 0..30 {
        let mut off = 0.0;
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                let both = a[p * n + p].abs() + a[q * n + q].abs();
                if apq.abs() <= 1e-12 * both {
                    continue;
                }
                off += apq * apq;
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cos = 1.0 / (t * t + 1.0).sqrt();
                let sin = t * cos;
                for k in 0..n {
                    let (kp, kq) = (a[k * n + p], a[k * n + q]);
                    a[k * n + p] = cos * kp - sin * kq;
                    a[k * n + q] = sin * kp + cos * kq;
                }
                for k in 0..n {
                    let (pk, qk) = (a[p * n + k], a[q * n + k]);
                    a[p * n + k] = cos * pk - sin * qk;
                    a[q * n + k] = sin * pk + cos * qk;
                }
                for k in 0..n {
                    let (kp, kq) = (v[k * n + p], v[k * n + q]);
                    v[k * n + p] = cos * kp - sin * kq;
                    v[k * n + q] = sin * kp + cos * kq;
                }
            }
        }
        if off == 0.0 {
            break;
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_of_a_small_matrix() {
        // [[2, 1], [1, 2]] has 1 and 3.
        let (mut values, _) = eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-9 && (values[1] - 3.0).abs() < 1e-9);
    }

    #[test]
    fn words_used_alike_come_together() {
        let animals = ["hund", "kater", "vogel"];
        let towns = ["köln", "bonn", "trier"];
        let texts: Vec<String> = (0..300)
            .map(|i| {
                let (animal, town) = (animals[i % 3], towns[i / 3 % 3]);
                format!("Der {animal} schläft heute. Wir wohnen in {town} am Rhein.")
            })
            .collect();
        let vectors = Vectors::learn(
            &texts,
            &Options {
                min_count: 2,
                contexts: 20,
                window: &[1.0, 1.0],
                size: 4,
                rounds: 8,
            },
        );
        let of = |word: &str| {
            let at = vectors.words.iter().position(|w| w == word).unwrap();
            vectors.of(at)
        };
        let alike = |a: &str, b: &str| -> f32 { of(a).iter().zip(of(b)).map(|(x, y)| x * y).sum() };
        assert!(alike("hund", "kater") > alike("hund", "köln"));
        assert!(alike("köln", "trier") > alike("köln", "vogel"));
    }
}
