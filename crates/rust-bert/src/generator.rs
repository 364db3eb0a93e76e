//! Models that generate a text from a text.

use std::path::Path;

use crate::Fault;
use crate::beam;
use crate::config::Keys;
use crate::generation::Generation;
use crate::pool::Pool;
use crate::seq2seq::{Decoding, Model};

/// A BART, Pegasus or T5 model.
pub struct Generator {
    pool: Pool<Model>,
}

impl Generator {
    /// Opens a model, given the content of its `config.json` and the file of its weights.
    ///
    /// # Errors
    ///
    /// If the model is of another kind, a file is corrupt, or the files do not match.
    pub fn open(config: &str, weights: &Path) -> Result<Self, Fault> {
        let keys = Keys::read(config)?;
        Ok(Self {
            pool: Pool::open(weights, move |path| Model::build(&keys, path))?,
        })
    }

    /// Returns the tokens that the model generates from a text, without the start token.
    ///
    /// # Errors
    ///
    /// The error of libtorch, as a phrase.
    pub fn generate(&self, ids: &[i32], generation: &Generation) -> Result<Vec<i32>, String> {
        self.pool.with(|model| {
            let mut decoding = Decoding::new(model, ids, generation.num_beams);
            beam::write(generation, |parents, tokens| decoding.next(parents, tokens))
        })
    }
}
