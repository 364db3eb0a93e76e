//! The settings of a generated text.

/// How a text is generated. The names are those of Python's `GenerationConfig`.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// The token that generation starts with, which is not part of the text.
    pub decoder_start_token_id: i32,
    /// The tokens that end the text.
    pub eos_token_id: Vec<i32>,
    /// The token that always comes first.
    pub forced_bos_token_id: Option<i32>,
    /// The token that comes last if the text has not ended by then.
    pub forced_eos_token_id: Option<i32>,
    /// The maximum number of tokens, including those of start and end.
    pub max_length: usize,
    /// The minimum number of tokens, including that of the start.
    pub min_length: usize,
    /// How many drafts are followed at once. With 1, the most likely token is always taken.
    pub num_beams: usize,
    /// The length of token sequences that may not occur twice; 0 allows all repetitions.
    pub no_repeat_ngram_size: usize,
    /// Above 0, long drafts are preferred; below 0, short ones. With 1, the score of a draft is the mean over its tokens.
    pub length_penalty: f32,
    /// Whether to stop as soon as there are `num_beams` complete drafts.
    pub early_stopping: bool,
}
