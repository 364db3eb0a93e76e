//! Prints the words that carry the sentiment of each line of the standard input: `word weight`, parted by tabs.
//!
//! With the path of a lexicon, its words are used instead of the built-in ones; the training script gets
//! the scope of each word from it, by a lexicon whose weights are all 1.

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
