//! Prints the words that carry the sentiment of each line of the standard input: word and weight, separated by a tab.
//!
//! Given the path of a lexicon, its words replace the built-in ones; with a lexicon whose weights are all 1, the training
//! script obtains the scope of each word.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use blattwerk_sentiment::lexicon::Lexicon;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lexicon = match std::env::args_os().nth(1) {
        Some(path) => Lexicon::load(Path::new(&path))?,
        None => Lexicon::embedded()?,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lines() {
        let matches: Vec<String> = lexicon
            .matches(&line?)
            .iter()
            .map(|found| format!("{} {}", found.word, found.weight))
            .collect();
        writeln!(out, "{}", matches.join("\t"))?;
    }
    Ok(out.flush()?)
}
