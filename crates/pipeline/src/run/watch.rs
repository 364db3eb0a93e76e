//! What watches a run and what it hears: events, and the wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fate::Failed;
use crate::record::Progress;

/// Asks a run to stop when the chunk in hand is done. Clones ask the same run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks, and tells whether that was done before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a run tells whoever watches it.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A chunk is through all stages; the counts are those since the start.
    Progress(Progress),
    /// An article, or a piece of the input, failed.
    Failed(&'a Failed),
    /// The run goes on where it was stopped; the counts are those up to there.
    Resumed(Progress),
}
