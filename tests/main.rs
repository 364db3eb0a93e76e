//! The tests of the whole program. Each starts it in a folder of its own. What each module proves is said at its
//! declaration.

#![expect(
    clippy::unwrap_used,
    reason = "the lint exempts only functions marked as tests, and all code here belongs to tests"
)]

/// Each command does what its help says, and names what it cannot do.
mod commands;
/// Duplicates are found, reported and left out as the config says.
mod dedup;
/// Links between pages of the documentation lead somewhere.
mod docs;
/// Bad input costs a failure row, bad settings the run; neither costs anything else.
mod faults;
/// Whole runs give the tables in `tests/golden`, to the byte.
mod golden;
/// Inputs are read wherever they come from, and what they were read as is told.
mod inputs;
/// The page of a run, the names of a run, and articles in a terminal are made from the tables alone.
mod report;
/// A run that was stopped, killed or out of space resumes to the tables of an undisturbed one.
mod resume;
/// Scheduled runs process what is new or changed, and keep each article's rows once.
mod scheduled;
/// Merged shards and retried failures give the tables of one whole run.
mod shards;
/// Helpers that the tests share; no tests.
mod support;
/// Every row quotes its article as it came in, in every format of the tables and with any number of threads.
mod tables;
/// Transformer models give the same tables with any number of threads, and damaged ones are refused.
#[cfg(feature = "onnx")]
mod transformer;
