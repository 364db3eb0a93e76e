//! Builds the embedded model from the data folder: `build_sentiment DATA MODEL_FILE`.
//!
//! The output is deterministic.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

use blattwerk_core::Asset;
use blattwerk_gold::marked;
use blattwerk_sentiment::linear::base::{Sources, build};
use blattwerk_sentiment::linear::train::{Options, Texts};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const RAW: &[&str] = &[
    "wikinews_de.jsonl",
    "bundestag_speeches.jsonl.zst",
    "wikipedia_klexikon.jsonl.zst",
];

/// Labelled files, and whether they were written to be learned from.
const LABELLED: &[(&str, bool)] = &[
    ("wikinews.train.jsonl", false),
    ("bundestag.train.jsonl", false),
    ("written.train.jsonl", true),
];

/// Sentences of kinds that models get wrong, written for this project.
const KINDS: &str = include_str!("../../../scripts/train/kinds.tsv");

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let [Some(data), Some(file), None] = std::array::from_fn(|_| arguments.next()) else {
        return Err("usage: build_sentiment DATA MODEL_FILE".into());
    };
    let data = Path::new(&data);
    let start = Instant::now();
    let mut say = |step: &str| {
        let seconds = start.elapsed().as_secs_f32();
        let _ = writeln!(io::stderr(), "{seconds:>6.0} s  {step}");
    };
    let mut labelled = Texts::default();
    for &(name, is_opinionated) in LABELLED {
        let path = data.join("readers").join(name);
        labelled.add_articles(&blattwerk_gold::read(&path)?, is_opinionated);
    }
    labelled.add_articles(&marked::parse(KINDS, Path::new("kinds.tsv"))?, true);
    let mut raw = Vec::new();
    for name in RAW {
        for text in blattwerk_gold::raw::texts(&data.join("raw").join(name))? {
            raw.push(text?);
        }
    }
    say(&format!("{} texts", raw.len()));
    let sources = Sources {
        raw,
        lexicon: Asset::read_text(&data.join("sentiment/polart_lexicon.txt"))?.0,
        labelled,
    };
    let (model, report) = build(&sources, &Options::default(), &mut say);
    fs::write(file, model.to_bytes())?;
    writeln!(
        io::stderr(),
        "in folds, each judged by what was learned from the others\n{report}"
    )?;
    Ok(())
}
