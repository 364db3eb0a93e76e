//! Builds the embedded background from the data folder: `build_keywords DATA MODEL_FILE`.
//!
//! The output is deterministic.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use blattwerk_gold::raw;
use blattwerk_keywords::keyness::background::Counts;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The files of raw articles; each is a kind of text.
const RAW: &[&str] = &[
    "wikinews_de.jsonl",
    "wikipedia_klexikon.jsonl.zst",
    "bundestag_speeches.jsonl.zst",
];

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(data), Some(file), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: build_keywords DATA MODEL_FILE".into());
    };
    let mut counts = Counts::default();
    for name in RAW {
        for text in raw::texts(&Path::new(&data).join("raw").join(name))? {
            counts.read(&text?);
        }
        counts.end_kind();
    }
    let background = counts.finish();
    writeln!(io::stderr(), "{background}")?;
    fs::write(file, background.to_bytes())?;
    Ok(())
}
