//! The pipeline: from a config to tables.
//!
//! [`config`] turns a TOML file into built stages, [`input`] reads a dump as a stream of documents,
//! [`run`] takes them through the stages chunk by chunk, and [`tables`] writes what was found, with a journal
//! from which a stopped run goes on. This is the one crate that sees all stages, and the one place where
//! threads are started and time is measured.

pub mod config;
mod error;
mod index;
pub mod input;
mod journal;
mod lock;
pub mod merge;
pub mod run;
pub mod state;
pub mod tables;
pub mod utc;

pub use error::{Error, Result};
