//! Models that write a text of their own about a text.

use std::path::Path;

use crate::Fault;
use crate::beam;
use crate::config::Keys;
use crate::generation::Generation;
use crate::pool::Pool;
use crate::seq2seq::{Decoding, Model};

/// A BART, Pegasus or T5.
pub struct Generator {
    pool: Pool<Model>,
}

impl Generator {
    /// Opens a model, given the content of its `config.json` and the file of its weights.
    ///
    /// # Errors
    ///
    /// If the model is of another kind, or a file is damaged, or they do not fit each other.
    pub fn open(config: &str, weights: &Path) -> Result<Self, Fault> {
        let keys = Keys::read(config)?;
        Ok(Self {
            pool: Pool::open(weights, move |path| Model::build(&keys, path))?,
        })
    }

    /// Returns the tokens that the model writes about a text, without that of the start.
    ///
    /// # Errors
    ///
    /// What libtorch says, as a phrase.
    pub fn generate(&self, ids: &[i32], generation: &Generation) -> Result<Vec<i32>, String> {
        self.pool.with(|model| {
            let mut decoding = Decoding::new(model, ids, generation.num_beams);
            beam::write(generation, |parents, tokens| decoding.next(parents, tokens))
        })
    }
}
