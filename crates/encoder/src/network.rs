//! The network: a BERT-like encoder with weights of 7 bits.

use std::ops::Range;

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::ops::NumOps;
use rten_simd::{Isa, Simd, SimdOp, SimdUnaryOp};
use rten_tensor::{Matrix, NdTensorView};
use rten_vecmath::{Gelu, Normalize, NormalizeOptions, Softmax, Sum, SumSquareSub};

/// A vector for each piece of a window.
pub(crate) struct States {
    width: usize,
    values: Vec<f32>,
}

impl States {
    /// Returns the vector of a piece.
    pub(crate) fn of(&self, piece: usize) -> &[f32] {
        &self.values[piece * self.width..][..self.width]
    }
}

/// A matrix of whole numbers with a scale for each row.
pub(crate) struct Scaled {
    pub(crate) columns: usize,
    pub(crate) scales: Vec<f32>,
    pub(crate) values: Vec<i8>,
}

impl Scaled {
    /// Adds a row to `out`.
    fn add_row(&self, row: usize, out: &mut [f32]) {
        let scale = self.scales[row];
        let values = &self.values[row * self.columns..][..self.columns];
        for (out, &value) in out.iter_mut().zip(values) {
            *out += scale * f32::from(value);
        }
    }
}

/// The scale and shift of a layer norm.
pub(crate) struct Norm {
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
}

impl Norm {
    /// Normalizes each row.
    fn apply(&self, rows: &mut [f32]) {
        let width = self.scale.len();
        for row in rows.chunks_exact_mut(width) {
            let mean = Sum::new(row).dispatch() / width as f32;
            let variance = SumSquareSub::new(row, mean).dispatch() / width as f32;
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (variance + EPSILON).sqrt(),
                element_scale: Some(&self.scale),
                element_bias: Some(&self.shift),
                ..NormalizeOptions::default()
            };
            Normalize::new_mut(row, options).dispatch();
        }
    }
}

/// Keeps a layer norm from dividing by zero.
const EPSILON: f32 = 1e-12;

/// A linear layer, its weights in the order that the matrix product wants.
pub(crate) struct Linear {
    inputs: usize,
    weights: PackedBMatrix<i8>,
    scales: Vec<f32>,
    /// The sum of each output's weights.
    sums: Vec<i32>,
    bias: Vec<f32>,
}

/// A layer of the network.
pub(crate) struct Layer {
    pub(crate) qkv: Linear,
    pub(crate) out: Linear,
    pub(crate) norm: Norm,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
    pub(crate) last: Norm,
}

impl Layer {
    /// Finishes the layer for a block of rows: adds what the heads have mixed, then the feed-forward part.
    fn feed(&self, products: &Products, x: &mut [f32], mixed: &[f32], scratch: &mut Scratch) {
        let Scratch {
            whole,
            added,
            inner,
        } = scratch;
        let rows = x.len() / self.norm.scale.len();
        let inner = &mut inner[..rows * self.up.bias.len()];
        products.apply(&self.out, mixed, added, whole);
        add(x, added);
        self.norm.apply(x);
        products.apply(&self.up, x, inner, whole);
        Gelu {}.map_mut(inner);
        products.apply(&self.down, inner, added, whole);
        add(x, added);
        self.last.apply(x);
    }
}

/// Matrix products, by what this processor can do. They belong to a thread, and are quickly made.
#[derive(Default)]
pub(crate) struct Products {
    whole: GemmExecutor<u8, i8, i32>,
    float: GemmExecutor<f32>,
}

impl Products {
    /// Prepares a linear layer of a matrix (output × input) and the bias of each output.
    pub(crate) fn linear(&self, weights: Scaled, bias: Vec<f32>) -> Linear {
        let inputs = weights.columns;
        let transposed: Matrix<i8> = NdTensorView::from_slice_with_strides(
            [inputs, bias.len()],
            &weights.values,
            [1, inputs],
        )
        .expect("a matrix has rows × columns values");
        Linear {
            inputs,
            weights: self.whole.prepack_b(transposed),
            sums: weights
                .values
                .chunks_exact(inputs)
                .map(|row| row.iter().map(|&value| i32::from(value)).sum())
                .collect(),
            scales: weights.scales,
            bias,
        }
    }

    /// Multiplies two matrices and a factor.
    fn product(&self, out: &mut [f32], a: Matrix<f32>, b: Matrix<f32>, alpha: f32) {
        let options = GemmOptions {
            alpha,
            ..GemmOptions::default()
        };
        let (a, b) = (GemmInputA::Unpacked(a), GemmInputB::Unpacked(b));
        let result = self.float.gemm(out, a, b, options);
        result.expect("the shapes of queries, keys and values agree");
    }

    /// Applies a linear layer to each row, of at most [`ROWS`], and writes the results to `out`.
    fn apply(&self, linear: &Linear, rows: &[f32], out: &mut [f32], memory: &mut Whole) {
        let (inputs, outputs) = (linear.inputs, linear.bias.len());
        let count = rows.len() / inputs;
        let whole = &mut memory.rows[..rows.len()];
        let scales = &mut memory.scales[..count];
        let chunks = rows
            .chunks_exact(inputs)
            .zip(whole.chunks_exact_mut(inputs));
        for ((row, whole), scale) in chunks.zip(&mut *scales) {
            *scale = Quantize { row, whole }.dispatch();
        }
        let sums = &mut memory.sums[..count * outputs];
        let view = NdTensorView::from_data([count, inputs], &*whole);
        let (a, b) = (
            GemmInputA::Unpacked(view),
            GemmInputB::Packed(&linear.weights),
        );
        let result = self.whole.gemm(sums, a, b, GemmOptions::default());
        result.expect("the shapes of a layer and its input agree");
        // The product takes 0 for what stands for 0, since rten 0.24 mixes up the rows of different ones.
        let chunks = out
            .chunks_exact_mut(outputs)
            .zip(sums.chunks_exact(outputs));
        for ((out, sums), &(scale, zero)) in chunks.zip(&*scales) {
            let rescale = Rescale {
                linear,
                sums,
                scale,
                zero,
                out,
            };
            rescale.dispatch();
        }
    }
}

/// How many rows a layer is applied to at once. More are slower: the sums of their products leave the cache before they are read.
const ROWS: usize = 24;

/// Memory for the rows of a product and its sums, in whole numbers, for [`ROWS`] rows.
struct Whole {
    rows: Vec<u8>,
    /// The scale of each row, and its number for 0.
    scales: Vec<(f32, i32)>,
    sums: Vec<i32>,
}

impl Whole {
    /// Returns memory for layers with at most so many inputs and outputs.
    fn new(widest: usize) -> Self {
        Self {
            rows: vec![0; ROWS * widest],
            scales: vec![(0.0, 0); ROWS],
            sums: vec![0; ROWS * widest],
        }
    }
}

/// Memory for what lies between the steps of a layer, for [`ROWS`] rows.
struct Scratch {
    whole: Whole,
    /// What is added to the rows, and what is inside the feed-forward part.
    added: Vec<f32>,
    inner: Vec<f32>,
}

impl Scratch {
    fn new(width: usize, inner: usize) -> Self {
        Self {
            whole: Whole::new(inner.max(3 * width)),
            added: vec![0.0; ROWS * width],
            inner: vec![0.0; ROWS * inner],
        }
    }
}

/// The network.
pub(crate) struct Network {
    pub(crate) heads: usize,
    pub(crate) words: Scaled,
    pub(crate) positions: Scaled,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

impl Network {
    /// Returns the maximum number of pieces that can be read at once.
    pub(crate) fn longest(&self) -> usize {
        self.positions.scales.len()
    }

    /// Returns the size of a piece's vector.
    pub(crate) fn width(&self) -> usize {
        self.norm.scale.len()
    }

    /// Reads pieces of several parts, each by itself; `ids` are below the size of the vocabulary. `parts` cover all of them
    /// in order; none is longer than [`longest`](Self::longest).
    pub(crate) fn states(&self, ids: &[u32], parts: &[Range<usize>]) -> States {
        let products = Products::default();
        let width = self.width();
        let mut x = vec![0.0; ids.len() * width];
        let positions = parts.iter().flat_map(|part| 0..part.len());
        for ((&id, position), row) in ids.iter().zip(positions).zip(x.chunks_exact_mut(width)) {
            self.words.add_row(id as usize, row);
            self.positions.add_row(position, row);
        }
        self.norm.apply(&mut x);
        let inner = self.layers.first().map_or(0, |layer| layer.up.bias.len());
        let mut scratch = Scratch::new(width, inner);
        let mut qkv = vec![0.0; 3 * x.len()];
        let mut mixed = vec![0.0; x.len()];
        for layer in &self.layers {
            let blocks = x.chunks(ROWS * width).zip(qkv.chunks_mut(ROWS * 3 * width));
            for (x, qkv) in blocks {
                products.apply(&layer.qkv, x, qkv, &mut scratch.whole);
            }
            for part in parts {
                let qkv = &qkv[part.start * 3 * width..part.end * 3 * width];
                let mixed = &mut mixed[part.start * width..part.end * width];
                self.attend(&products, qkv, mixed);
            }
            for (x, mixed) in x.chunks_mut(ROWS * width).zip(mixed.chunks(ROWS * width)) {
                layer.feed(&products, x, mixed, &mut scratch);
            }
        }
        States { width, values: x }
    }

    /// Mixes the values of a part's pieces for each piece, head by head, into `mixed`. `qkv` has queries, keys and values side
    /// by side.
    fn attend(&self, products: &Products, qkv: &[f32], mixed: &mut [f32]) {
        let width = self.width();
        let (rows, size) = (qkv.len() / (3 * width), width / self.heads);
        let view = |at: usize, shape, strides| -> Matrix<f32> {
            NdTensorView::from_slice_with_strides(shape, &qkv[at..], strides)
                .expect("a head is within its row")
        };
        let (mut shares, mut part) = (vec![0.0; rows * rows], vec![0.0; rows * size]);
        for head in 0..self.heads {
            let at = head * size;
            let queries = view(at, [rows, size], [3 * width, 1]);
            let keys = view(width + at, [size, rows], [1, 3 * width]);
            products.product(&mut shares, queries, keys, (size as f32).sqrt().recip());
            for row in shares.chunks_exact_mut(rows) {
                Softmax::new_mut(row).dispatch();
            }
            let shares = NdTensorView::from_data([rows, rows], &shares[..]);
            let values = view(2 * width + at, [rows, size], [3 * width, 1]);
            products.product(&mut part, shares, values, 1.0);
            for (to, from) in mixed.chunks_exact_mut(width).zip(part.chunks_exact(size)) {
                to[at..at + size].copy_from_slice(from);
            }
        }
    }
}

// The loops of both operations are compiled for each kind of processor, and give the same numbers on all of them.

/// Writes a row as whole numbers from 0 to 255; returns the scale, and the number for 0.
struct Quantize<'a> {
    row: &'a [f32],
    whole: &'a mut [u8],
}

impl SimdOp for Quantize<'_> {
    type Output = (f32, i32);

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> Self::Output {
        /// Added to a number from 0 to 2^22, it moves the nearest whole number into the lowest bits.
        const SHIFT: f32 = 12_582_912.0;
        let ops = isa.f32();
        let (mut least, mut most) = (ops.zero(), ops.zero());
        let mut chunks = self.row.chunks_exact(ops.len());
        for chunk in &mut chunks {
            let values = ops.load(chunk);
            least = ops.min(least, values);
            most = ops.max(most, values);
        }
        let rest = chunks.remainder().iter().copied();
        let least = least.to_array().into_iter().chain(rest.clone());
        let most = most.to_array().into_iter().chain(rest);
        let least = least.fold(0.0, f32::min);
        let most = most.fold(0.0, f32::max);
        let scale = ((most - least) / 255.0).max(f32::MIN_POSITIVE);
        let zero = (-least / scale).round();
        let factor = 1.0 / scale;
        for (whole, &value) in self.whole.iter_mut().zip(self.row) {
            let value = (value * factor + zero).clamp(0.0, 255.0);
            *whole = (value + SHIFT).to_bits() as u8;
        }
        (scale, zero as i32)
    }
}

/// Makes the outputs of a row of its sums of whole numbers.
struct Rescale<'a> {
    linear: &'a Linear,
    sums: &'a [i32],
    /// The scale of the row and its number for 0.
    scale: f32,
    zero: i32,
    out: &'a mut [f32],
}

impl SimdOp for Rescale<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "what the processor can do is known to its caller alone"
    )]
    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Linear {
            sums: all,
            scales,
            bias,
            ..
        } = self.linear;
        let weights = all.iter().zip(scales).zip(bias);
        for ((out, &sum), ((&all, &factor), &bias)) in
            self.out.iter_mut().zip(self.sums).zip(weights)
        {
            *out = (sum - self.zero * all) as f32 * (self.scale * factor) + bias;
        }
    }
}

fn add(to: &mut [f32], values: &[f32]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_quantized_to_the_nearest_step() {
        let rows: &[&[f32]] = &[
            &[0.0, 0.0],
            &[-1.0, 0.5, 3.0],
            &[2.0, 4.0, 4.1, 0.3, 0.0, 1.0, 0.9, 0.8, 3.9],
            &[-7.5, -0.1],
        ];
        for row in rows {
            let mut whole = vec![0; row.len()];
            let (scale, zero) = Quantize {
                row,
                whole: &mut whole,
            }
            .dispatch();
            for (&value, &whole) in row.iter().zip(&whole) {
                let back = scale * (i32::from(whole) - zero) as f32;
                assert!(
                    (back - value).abs() <= 0.51 * scale,
                    "{row:?}: {value} is {back}"
                );
            }
        }
    }

    #[test]
    fn a_layer_multiplies_and_adds() {
        let products = Products::default();
        // Two outputs of three inputs.
        let weights = Scaled {
            columns: 3,
            scales: vec![0.5, 0.1],
            values: vec![2, 0, -4, 10, 20, 30],
        };
        let linear = products.linear(weights, vec![1.0, -1.0]);
        // 1·1 + 0·2 - 2·3 + 1; 1·1 + 2·2 + 3·3 - 1; -1 - 2 + 1; -1 + 3 - 1; as many rows as several tiles have
        let rows = [1.0, 2.0, 3.0, -1.0, 0.0, 1.0].repeat(10);
        let expected = [-4.0, 13.0, -2.0, 1.0].repeat(10);
        let mut found = vec![0.0; expected.len()];
        products.apply(&linear, &rows, &mut found, &mut Whole::new(3));
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 0.1, "{found} is {expected}");
        }
    }
}
