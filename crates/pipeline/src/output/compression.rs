//! How the tables are compressed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How tables are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With gzip: `.gz`.
    Gzip,
    /// With zstd: `.zst`.
    Zstd,
}

impl Compression {
    pub(super) const ALL: [Self; 3] = [Self::None, Self::Gzip, Self::Zstd];

    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}
