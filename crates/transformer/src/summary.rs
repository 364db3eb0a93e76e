//! The keys of a model that writes summaries.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// Writes summaries with a transformer model of yours (BART, Pegasus or T5), run by libtorch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the model, with `config.json`, `tokenizer.json` and the weights, and
    /// `generation_config.json` if there is one. Required.
    #[schemars(example = "my-model")]
    pub model: PathBuf,
    /// The file of the weights, relative to the folder. `model.safetensors` by default.
    #[schemars(example = "model.safetensors")]
    pub file: Option<PathBuf>,
    /// Text that is put before the article, such as `summarize:`, which many T5 models expect. Empty by default.
    #[schemars(example = "summarize:")]
    pub prefix: String,
    /// The maximum number of tokens that the model reads at once. A longer article is summarized in parts of whole
    /// sentences. By default, as many as the model supports.
    #[schemars(example = 512)]
    pub max_tokens: Option<usize>,
    /// The maximum number of tokens in the summary of a part. By default, the number in the model's files, or else 256.
    #[schemars(example = 128)]
    pub summary_tokens: Option<usize>,
    /// How many drafts of a summary are followed at once (beam search); 1 is the fastest. By default, the number in
    /// the model's files, or else 4.
    #[schemars(example = 4)]
    pub beams: Option<usize>,
}

#[cfg(not(feature = "rust-bert"))]
pub use missing::Summarizer;

#[cfg(not(feature = "rust-bert"))]
mod missing {
    use std::convert::Infallible;
    use std::path::Path;

    use blattwerk_core::{Asset, Result, Span};

    use super::Config;

    /// A model that writes summaries. This build has none.
    pub struct Summarizer(Infallible);

    impl Summarizer {
        /// Always fails.
        ///
        /// # Errors
        ///
        /// Always; the message says which cargo feature to build.
        pub fn load(_: &Config, _: &Path) -> Result<Self> {
            Err(crate::Runtime::RustBert.missing())
        }

        /// Returns the files that the model was loaded from.
        pub fn assets(&self) -> &[Asset] {
            match self.0 {}
        }

        /// Returns the summary of each text.
        pub fn summarize(&self, _: &[(&str, &[Span])]) -> Vec<Result<String>> {
            match self.0 {}
        }
    }
}
