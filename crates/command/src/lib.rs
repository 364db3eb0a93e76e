//! A program of the user as a stage: it reads requests and writes answers as lines of JSON.
//!
//! This replaces a stage without writing Rust. Each article is one line on the program's standard input,
//! and the program writes one line back:
//!
//! ```text
//! {"id": "a1", "title": null, …, "text": "Ada aus Köln", "sentences": [[0, 12]], "entities": [], "sentiment": []}
//! {"entities": [{"start": 8, "end": 12, "label": "LOC", "score": 0.9}]}
//! ```
//!
//! All offsets count characters (code points) of the `text` in the request, as Python does. An answer may
//! repeat the `id` of the article, which is then compared; `{"error": "…"}` gives up on one article. If the
//! program fails, the message quotes the end of its standard error.
//!
//! The crate knows the protocol and manages the processes; the stage defines what an answer looks like, as an
//! [`Answer`]. As many processes run as articles are processed at the same time. If a process dies, hangs or gives
//! an invalid answer, its article fails and the next article gets a fresh process. That is the whole recovery: no
//! article is sent twice, so a run does not depend on what a process has seen before.

mod answer;
mod config;
mod offsets;
mod process;
mod program;
mod request;
mod running;

pub use answer::{Answer, Mismatch, score};
pub use config::Config;
pub use offsets::spans;
pub use program::Program;
pub use running::end_all;
