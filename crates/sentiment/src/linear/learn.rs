//! Softmax regression: learns the probabilities of classes from labelled rows of numbers.
//!
//! The weights minimize the log loss plus half their squares times `ridge`, found by L-BFGS (Liu & Nocedal 1989).
//! The result is deterministic.

/// A sparse row: the non-zero numbers with their columns.
pub(super) type Row = Vec<(u32, f32)>;

/// The weights of the classes for each column; the last column is the constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Softmax {
    pub(super) weights: Vec<[f64; 3]>,
}

impl Softmax {
    /// Learns from rows with numbers in `columns` columns, each with a class and a weight.
    pub(super) fn learn(
        rows: &[&Row],
        labels: &[usize],
        importance: &[f64],
        columns: usize,
        ridge: f64,
        steps: usize,
    ) -> Self {
        let start = vec![0.0; 3 * (columns + 1)];
        let found = minimize(start, steps, |x, gradient| {
            let mut loss = 0.0;
            for (g, w) in gradient[..3 * columns].iter_mut().zip(x) {
                *g = ridge * w;
                loss += 0.5 * ridge * w * w;
            }
            gradient[3 * columns..].fill(0.0);
            for ((row, &label), &importance) in rows.iter().zip(labels).zip(importance) {
                let mut error = probabilities(x, row);
                loss -= importance * (error[label] + 1e-12).ln();
                error[label] -= 1.0;
                let error = error.map(|e| e * importance);
                let constant = (columns as u32, 1.0);
                for &(column, value) in row.iter().chain([&constant]) {
                    let at = 3 * column as usize;
                    for (g, e) in gradient[at..at + 3].iter_mut().zip(error) {
                        *g += e * f64::from(value);
                    }
                }
            }
            loss
        });
        Self {
            weights: found.chunks_exact(3).map(|w| [w[0], w[1], w[2]]).collect(),
        }
    }

    /// Returns the probabilities of the classes.
    pub(super) fn of(&self, row: &Row) -> [f64; 3] {
        probabilities(self.weights.as_flattened(), row)
    }
}

fn probabilities(weights: &[f64], row: &Row) -> [f64; 3] {
    let last = weights.len() - 3;
    let mut logits = [weights[last], weights[last + 1], weights[last + 2]];
    for &(column, value) in row {
        let at = 3 * column as usize;
        for (logit, weight) in logits.iter_mut().zip(&weights[at..at + 3]) {
            *logit += weight * f64::from(value);
        }
    }
    softmax(logits)
}

/// Turns logits into probabilities.
pub(super) fn softmax(logits: [f64; 3]) -> [f64; 3] {
    let highest = logits.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let odds = logits.map(|logit| (logit - highest).exp());
    let total: f64 = odds.iter().sum();
    odds.map(|odd| odd / total)
}

/// The number of steps that L-BFGS remembers.
const MEMORY: usize = 8;

/// Returns the minimum of a function, which writes its gradient and returns its value.
fn minimize(
    mut x: Vec<f64>,
    steps: usize,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let n = x.len();
    let mut gradient = vec![0.0; n];
    let mut value = function(&x, &mut gradient);
    let mut past: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..steps {
        let mut direction = gradient.clone();
        let mut alphas = Vec::with_capacity(past.len());
        for (s, y, rho) in past.iter().rev() {
            let alpha = rho * dot(s, &direction);
            add(&mut direction, -alpha, y);
            alphas.push(alpha);
        }
        let scale = past.last().map_or_else(
            || 1.0 / dot(&gradient, &gradient).sqrt().max(1e-12),
            |(s, y, _)| dot(s, y) / dot(y, y),
        );
        for d in &mut direction {
            *d *= scale;
        }
        for ((s, y, rho), alpha) in past.iter().zip(alphas.into_iter().rev()) {
            let beta = rho * dot(y, &direction);
            add(&mut direction, alpha - beta, s);
        }
        let slope = -dot(&direction, &gradient);
        if slope > -1e-9 * value.abs().max(1.0) {
            break;
        }
        // Halve the step until the value decreases enough (Armijo 1966).
        let mut step = 1.0;
        let (mut next, mut next_gradient) = (x.clone(), vec![0.0; n]);
        let next_value = loop {
            next.copy_from_slice(&x);
            add(&mut next, -step, &direction);
            let found = function(&next, &mut next_gradient);
            if found <= value + 1e-4 * step * slope || step < 1e-8 {
                break found;
            }
            step /= 2.0;
        };
        if next_value >= value {
            break;
        }
        let s: Vec<f64> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next_gradient
            .iter()
            .zip(&gradient)
            .map(|(a, b)| a - b)
            .collect();
        let curvature = dot(&s, &y);
        if curvature > 1e-12 {
            if past.len() == MEMORY {
                past.remove(0);
            }
            past.push((s, y, 1.0 / curvature));
        }
        (x, gradient, value) = (next, next_gradient, next_value);
    }
    x
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minimum_of_a_bowl_is_found() {
        let found = minimize(vec![5.0, -3.0], 50, |x, gradient| {
            gradient[0] = 2.0 * (x[0] - 1.0);
            gradient[1] = 20.0 * (x[1] - 2.0);
            (x[0] - 1.0).powi(2) + 10.0 * (x[1] - 2.0).powi(2)
        });
        assert!((found[0] - 1.0).abs() < 1e-4 && (found[1] - 2.0).abs() < 1e-4);
    }

    #[test]
    fn without_columns_the_shares_are_learned() {
        let row = Row::new();
        let rows = [&row, &row, &row, &row];
        let model = Softmax::learn(&rows, &[0, 1, 1, 2], &[1.0; 4], 0, 1.0, 50);
        let [negative, neutral, positive] = model.of(&row);
        assert!((negative - 0.25).abs() < 1e-3 && (neutral - 0.5).abs() < 1e-3);
        assert!((positive - 0.25).abs() < 1e-3);
    }

    #[test]
    fn a_column_that_tells_the_class_is_found() {
        let (bad, good) = (vec![(0, -1.0)], vec![(0, 1.0)]);
        let rows = [&bad, &good, &bad, &good];
        let model = Softmax::learn(&rows, &[0, 2, 0, 2], &[1.0; 4], 1, 0.1, 50);
        assert!(model.of(&bad)[0] > 0.8 && model.of(&good)[2] > 0.8);
    }
}
