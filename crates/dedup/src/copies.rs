//! What every backend is built into, and what happens to the copies that it finds.

use blattwerk_core::Built;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seen::Seen;
use crate::signature::Signature;

/// A backend that is ready to run.
pub struct Dedup {
    /// Computes the signatures; `None` for an article that is not compared.
    pub signatures: Built<Option<Signature>>,
    /// What happens to copies.
    pub keep: Keep,
    /// The memory of a run that has not started.
    pub seen: Seen,
}

/// What happens to articles that are copies of an earlier one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// They are processed like all others.
    #[default]
    All,
    /// They appear in no other table, which saves the time of the later stages.
    First,
}
