//! Builds the embedded background from the data folder: `build_keywords DATA MODEL_FILE`.
//!
//! The output is deterministic.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;

use blattwerk_keywords::keyness::background::Counts;
use serde_json::Value;

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
        read(&Path::new(&data).join("raw").join(name), &mut counts)?;
        counts.end_kind();
    }
    let background = counts.finish();
    writeln!(io::stderr(), "{background}")?;
    fs::write(file, background.to_bytes())?;
    Ok(())
}

/// Counts the words of the field `text` of each line.
fn read(path: &Path, counts: &mut Counts) -> Result<()> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|end| end == "zst") {
        Box::new(zstd::Decoder::new(file)?)
    } else {
        Box::new(file)
    };
    for line in BufReader::new(reader).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let text = record["text"].as_str();
        counts.read(text.ok_or_else(|| format!("{}: a line without text", path.display()))?);
    }
    Ok(())
}
