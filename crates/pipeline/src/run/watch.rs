//! Watching a run: the events it reports, and the request to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fate::Failed;
use crate::record::Progress;

/// Asks a run to stop after the current chunk. Clones ask the same run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the run to stop, and returns whether it was asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a run reports while it works.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A chunk has passed all stages; these are the counts since the start.
    Progress(&'a Progress),
    /// An article, or a piece of the input, failed.
    Failed(&'a Failed),
    /// The run continues where it was stopped; these are the counts up to there.
    Resumed(&'a Progress),
}
