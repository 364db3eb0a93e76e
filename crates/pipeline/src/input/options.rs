//! The checked config, as the formats use it.

use super::encoding::Decoding;
use super::fields::Names;

/// The checked config.
#[derive(Debug)]
pub(super) struct Options {
    /// The name of the format that all files have according to the config.
    pub(super) format: Option<&'static str>,
    pub(super) delimiter: Option<u8>,
    /// The quotation mark of CSV; none if no field is quoted.
    pub(super) quote: Option<u8>,
    pub(super) escape: Option<u8>,
    /// The names of the columns of CSV files without a header line; none if they have one.
    pub(super) columns: Vec<String>,
    /// The query of SQLite databases.
    pub(super) query: Option<String>,
    pub(super) decoding: Decoding,
    pub(super) max_bytes: usize,
    pub(super) skips_pages_without_story: bool,
    pub(super) takes_leads: bool,
    pub(super) names: Names,
}
