//! The pipeline: from a config to tables.
//!
//! [`config`] turns a TOML file into built stages, which [`stages`] lists; [`input`] reads a dump as a stream of documents;
//! [`flow`] takes documents in memory through the stages; [`run`] does that chunk by chunk, and [`output`] writes what was
//! found, with a journal from which a stopped run is resumed. [`schedule`] says where scheduled runs write, and [`state`]
//! what they remember; [`merge`] and [`retry`] put the tables of several runs together. [`record`] is what a run says of itself, and
//! [`report`] what a person looks at.
//! This is the one crate that sees all stages, and the one place where a run starts threads and measures time.

pub mod config;
mod digest;
mod error;
pub mod fate;
pub mod flow;
mod identity;
pub mod input;
mod lock;
pub mod merge;
pub mod output;
pub mod own;
pub mod record;
mod regular;
pub mod report;
pub mod retry;
pub mod run;
pub mod schedule;
pub mod stages;
pub mod state;
pub mod utc;

pub use error::{Error, Result};
