//! A program of the user's as a stage: started once a worker, asked and answering in lines of JSON.
//!
//! This is how a stage is swapped without Rust. Each article is one line on the program's standard input,
//! and the program writes one line back:
//!
//! ```text
//! {"id": "a1", "title": null, …, "text": "Ada aus Köln", "sentences": [[0, 12]], "entities": [], "sentiment": []}
//! {"entities": [{"start": 8, "end": 12, "label": "LOC", "score": 0.9}]}
//! ```
//!
//! All offsets count characters (code points) of the `text` that was sent, as Python does. An answer may
//! repeat the article's `id`, which is then compared; `{"error": "…"}` gives up on one article. What the
//! program writes to standard error is kept for the message if it fails.
//!
//! The crate knows the protocol and how a process is kept in order; what an answer must look like is
//! told by the stage, as an [`Answer`]. A process that dies, hangs or answers something else costs the
//! article it was asked about, and the next article gets a fresh one. That is the whole recovery: an
//! article is never asked twice, so a run does not depend on what a process has seen before.

mod answer;
mod config;
mod offsets;
mod process;
mod program;
mod request;

pub use answer::{Answer, Mismatch, score};
pub use config::Config;
pub use offsets::spans;
pub use program::Program;
