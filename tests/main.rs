//! The tests of the whole program: golden runs, fault runs, and what the command line promises.

#![expect(
    clippy::unwrap_used,
    reason = "the lint knows only the functions marked as tests, and here is nothing else"
)]

mod commands;
mod dedup;
mod faults;
mod golden;
mod resume;
mod scheduled;
mod shards;
mod support;
mod tables;
#[cfg(feature = "onnx")]
mod transformer;
