//! The config, checked: what the readers of formats go by.

use super::encoding::Decoding;
use super::fields::Names;

/// The checked config.
#[derive(Debug)]
pub(super) struct Options {
    /// The name of the format that all files are said to have.
    pub(super) format: Option<&'static str>,
    pub(super) delimiter: Option<u8>,
    pub(super) decoding: Decoding,
    pub(super) max_bytes: usize,
    pub(super) names: Names,
}
