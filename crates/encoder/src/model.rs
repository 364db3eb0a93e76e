//! The model file.
//!
//! ```text
//! settings     width, heads, inner width, layers, longest window, usual window; the pieces before and after a
//!              sentence, and for what is unknown
//! vocabulary   pieces, their scores, the map of characters
//! network      matrix of pieces, matrix of positions, norm; for each layer qkv, out, norm, up, down, norm
//! heads        tags, judge, stance, tone; the factors and shifts of their scores
//! ```
//!
//! A matrix is a scale (f32) for each row, then the rows in whole numbers of 8 bits. A linear layer is a matrix
//! (output × input) and a bias (f32) for each output; those of the network have whole numbers from -64 to 64. The heads are kept in the
//! same way, but computed in floats. In version 1, all whole numbers were from -64 to 64.

use blattwerk_model_file::{Damage, Kind, Reader};
use rustc_hash::FxHashMap;

use crate::head::{Dense, Heads, Scale, TAGS};
use crate::network::{Layer, Linear, Network, Norm, Products, Scaled};
use crate::pieces::Pieces;

/// The file of an encoder.
pub(crate) const KIND: Kind = Kind {
    magic: *b"bw-enco\n",
    name: "an encoder",
    oldest: 1,
    version: 2,
};

/// The weights of layers have 7 bits, so that the sums of two products with 8 bits fit into 16: without that, processors without
/// a special instruction would cut them off, and answer differently.
const MOST: i8 = 64;

/// A loaded model.
pub(crate) struct Model {
    pub(crate) pieces: Pieces,
    pub(crate) network: Network,
    pub(crate) heads: Heads,
    /// The pieces before and after a sentence.
    pub(crate) begin: u32,
    pub(crate) end: u32,
    /// The maximum number of pieces in a window of several sentences, which are computed together.
    pub(crate) window: usize,
}

impl Model {
    /// Loads a model file.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub(crate) fn load(file: &[u8]) -> Result<Self, Damage> {
        let mut reader = KIND.open(file)?;
        let from = &mut reader;
        let width = size(from, 1..=4096)?;
        let heads = size(from, 1..=width)?;
        let inner = size(from, 1..=65_536)?;
        let layers = size(from, 1..=256)?;
        let longest = size(from, 64..=65_536)?;
        let window = size(from, 2..=longest)?;
        if !width.is_multiple_of(heads) {
            return Err(content("a width that the heads divide"));
        }
        let special = [from.number()?, from.number()?, from.number()?];
        let pieces = from.count(5)?;
        if special.iter().any(|&id| id as usize >= pieces) {
            return Err(content("pieces of the vocabulary"));
        }
        let [begin, end, unknown] = special;
        let vocabulary = vocabulary(from, pieces, unknown)?;

        let products = Products::default();
        let words = matrix(from, pieces, width)?;
        let positions = matrix(from, longest, width)?;
        let first = norm(from, width)?;
        let layers = (0..layers)
            .map(|_| {
                Ok(Layer {
                    qkv: linear(from, &products, 3 * width, width)?,
                    out: linear(from, &products, width, width)?,
                    norm: norm(from, width)?,
                    up: linear(from, &products, inner, width)?,
                    down: linear(from, &products, width, inner)?,
                    last: norm(from, width)?,
                })
            })
            .collect::<Result<_, Damage>>()?;
        let model = Self {
            pieces: vocabulary,
            network: Network {
                heads,
                words,
                positions,
                norm: first,
                layers,
            },
            heads: Heads {
                tags: dense(from, TAGS, width)?,
                judge: dense(from, width, 2 * width)?,
                stance: dense(from, 3, width)?,
                tone: dense(from, 3, width)?,
                tag_factor: from.float()?,
                stance_scale: scale(from)?,
                tone_scale: scale(from)?,
            },
            begin,
            end,
            window,
        };
        reader.end()?;
        Ok(model)
    }
}

fn content(expected: &'static str) -> Damage {
    Damage::Content { expected }
}

fn size(from: &mut Reader, within: std::ops::RangeInclusive<usize>) -> Result<usize, Damage> {
    let size = from.number()? as usize;
    if within.contains(&size) {
        Ok(size)
    } else {
        Err(content("a size within its limits"))
    }
}

fn vocabulary(from: &mut Reader, pieces: usize, unknown: u32) -> Result<Pieces, Damage> {
    let mut strings = Vec::with_capacity(pieces);
    for _ in 0..pieces {
        strings.push(string(from)?);
    }
    let strings: Vec<&str> = strings.iter().map(|piece| &**piece).collect();
    let scores = floats(from, pieces)?;
    let mut normal = FxHashMap::default();
    let mut code = None;
    for _ in 0..from.count(2)? {
        let char = char::from_u32(from.key(&mut code)?).ok_or(content("a character"))?;
        normal.insert(char, string(from)?);
    }
    Ok(Pieces::new(&strings, scores, normal, unknown))
}

fn string(from: &mut Reader) -> Result<Box<str>, Damage> {
    let length = from.count(1)?;
    let text = std::str::from_utf8(from.bytes(length)?);
    Ok(text.map_err(|_| content("UTF-8 text"))?.into())
}

fn floats(from: &mut Reader, count: usize) -> Result<Vec<f32>, Damage> {
    if count.saturating_mul(4) > from.0.len() {
        return Err(content("more bytes"));
    }
    (0..count).map(|_| from.float()).collect()
}

fn matrix(from: &mut Reader, rows: usize, columns: usize) -> Result<Scaled, Damage> {
    let scales = floats(from, rows)?;
    let values = from.bytes(rows.saturating_mul(columns))?;
    let values: Vec<i8> = values.iter().map(|&byte| byte.cast_signed()).collect();
    Ok(Scaled {
        columns,
        scales,
        values,
    })
}

fn linear(
    from: &mut Reader,
    products: &Products,
    outputs: usize,
    inputs: usize,
) -> Result<Linear, Damage> {
    let weights = matrix(from, outputs, inputs)?;
    let is_small = |value: &i8| (-MOST..=MOST).contains(value);
    if !weights.values.iter().all(is_small) {
        return Err(content("weights of 7 bits"));
    }
    Ok(products.linear(weights, floats(from, outputs)?))
}

fn dense(from: &mut Reader, outputs: usize, inputs: usize) -> Result<Dense, Damage> {
    let Scaled { scales, values, .. } = matrix(from, outputs, inputs)?;
    let rows = values.chunks_exact(inputs).zip(scales);
    Ok(Dense {
        inputs,
        weights: rows
            .flat_map(|(row, scale)| row.iter().map(move |&value| scale * f32::from(value)))
            .collect(),
        bias: floats(from, outputs)?,
    })
}

fn norm(from: &mut Reader, width: usize) -> Result<Norm, Damage> {
    Ok(Norm {
        scale: floats(from, width)?,
        shift: floats(from, width)?,
    })
}

fn scale(from: &mut Reader) -> Result<Scale, Damage> {
    Ok(Scale {
        factor: from.float()?,
        shifts: [from.float()?, from.float()?, from.float()?],
    })
}
