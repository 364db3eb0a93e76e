//! Scores the lexicon on labelled sentences: `evaluate GOLD.tsv`, lines of `label TAB sentence`.

use std::io::{self, Write};
use std::path::Path;

use blattwerk_core::Asset;
use blattwerk_sentiment::eval::{self, Gold, Scores};
use blattwerk_sentiment::lexicon;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: evaluate GOLD.tsv")?;
    let path = Path::new(&path);
    let gold = Gold::parse(path, &Asset::read_text(path)?.0)?;
    let built = lexicon::Config::default().build(Path::new(""))?;
    let given = eval::judge(&*built.stage, &gold)?;
    let scores = Scores::new(gold.iter().map(|gold| gold.label).zip(given));
    write!(io::stdout(), "{scores}")?;
    Ok(())
}
