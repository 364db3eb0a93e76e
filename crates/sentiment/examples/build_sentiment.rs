//! Builds the embedded model from the data folder: `build_sentiment DATA MODEL_FILE FOLDS_FILE`.
//!
//! `FOLDS_FILE` gets the labelled news, each sentence with the class predicted by the model of the other folds.
//! The output is deterministic.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::time::Instant;

use blattwerk_core::Asset;
use blattwerk_sentiment::eval::Gold;
use blattwerk_sentiment::linear::base::{Sources, build};
use blattwerk_sentiment::linear::train::Options;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const RAW: &[&str] = &[
    "wikinews_de.jsonl",
    "bundestag_speeches.jsonl.zst",
    "wikipedia_klexikon.jsonl.zst",
];

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let [Some(data), Some(file), Some(folds), None] = std::array::from_fn(|_| arguments.next())
    else {
        return Err("usage: build_sentiment DATA MODEL_FILE FOLDS_FILE".into());
    };
    let data = Path::new(&data);
    let start = Instant::now();
    let mut say = |step: &str| {
        let seconds = start.elapsed().as_secs_f32();
        let _ = writeln!(io::stderr(), "{seconds:>6.0} s  {step}");
    };
    let gold = |name: &str| -> Result<Vec<Gold>> {
        let path = data.join("sentiment").join(name);
        Ok(Gold::parse(&path, &Asset::read_text(&path)?.0)?)
    };
    let mut raw = Vec::new();
    for name in RAW {
        raw.extend(texts(&data.join("raw").join(name))?);
    }
    say(&format!("{} texts", raw.len()));
    let sources = Sources {
        raw,
        lexicon: Asset::read_text(&data.join("sentiment/polart_lexicon.txt"))?.0,
        tweets: without_addresses(gold("potts_tweets.all.tsv")?),
        news: gold("gerntsa_news.train.tsv")?,
    };
    let (model, report) = build(&sources, &Options::default(), &mut say);
    fs::write(file, model.to_bytes())?;
    let judged = sources.news.iter().zip(&report.found);
    let lines: String = judged
        .map(|(gold, found)| {
            let target = gold.target.as_deref().unwrap_or_default();
            format!("{}\t{}\t{target}\t{found}\n", gold.label, gold.sentence)
        })
        .collect();
    fs::write(folds, lines)?;
    writeln!(
        io::stderr(),
        "in five parts, each judged by what was learned from the others\n{report}"
    )?;
    Ok(())
}

/// Reads the field `text` of each line.
fn texts(path: &Path) -> Result<Vec<String>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|end| end == "zst") {
        Box::new(zstd::Decoder::new(file)?)
    } else {
        Box::new(file)
    };
    BufReader::new(reader)
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(&line?)?;
            Ok(record["text"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

/// Removes user names, links and retweet marks from tweets.
fn without_addresses(mut tweets: Vec<Gold>) -> Vec<Gold> {
    for tweet in &mut tweets {
        let kept = tweet.sentence.split_whitespace().filter(|word| {
            !word.starts_with('@')
                && !word.starts_with("http")
                && *word != "RT"
                && !word.starts_with('&')
        });
        tweet.sentence = kept.collect::<Vec<_>>().join(" ");
    }
    tweets
}
