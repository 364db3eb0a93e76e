//! The settings of a generated text.

/// How a text is written; the words are those of Python's `GenerationConfig`.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// The token that a text begins with, which is no part of it.
    pub decoder_start_token_id: i32,
    /// The tokens that end it.
    pub eos_token_id: Vec<i32>,
    /// The token that is put first, whatever the model says.
    pub forced_bos_token_id: Option<i32>,
    /// The token that is put last where a text has not ended in time.
    pub forced_eos_token_id: Option<i32>,
    /// The most tokens, those of start and end included.
    pub max_length: usize,
    /// The fewest tokens, that of the start included.
    pub min_length: usize,
    /// How many drafts are followed at once. With 1 the likeliest token is always taken.
    pub num_beams: usize,
    /// How many tokens in a row are not written a second time; 0 allows everything.
    pub no_repeat_ngram_size: usize,
    /// Above 0, long drafts are preferred; below, short ones. With 1 a draft is as good as its mean token.
    pub length_penalty: f32,
    /// Stops as soon as there are as many complete drafts as are followed.
    pub early_stopping: bool,
}
