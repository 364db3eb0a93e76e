//! `blattwerk train`: makes a model from files that people have labelled.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use blattwerk_ner::crf::corpus::{self, Sentence};
use blattwerk_ner::crf::train::{Corpus, Options, train};
use blattwerk_ner::crf::{self, Model, calibrate};
use clap::{Args, Subcommand};

use crate::eval::score;

/// What to train.
#[derive(Subcommand)]
pub(crate) enum Train {
    /// A tagger for names, for the backend `crf` of ner
    ///
    /// It learns from the files what names look like; what it knows of German words it takes from the embedded
    /// model, so no raw text is needed. The same files give the same model.
    Ner(Ner),
}

#[derive(Args)]
pub(crate) struct Ner {
    /// A file to learn from: token TAB tag (BIO, of PER, LOC, ORG, MISC), a blank line after each sentence; can
    /// be repeated
    #[arg(long, required = true, value_name = "TSV")]
    train: Vec<PathBuf>,
    /// A file of the same kind that is not learned from: it calibrates the scores and shows the progress
    #[arg(long, value_name = "TSV")]
    dev: PathBuf,
    /// The folder of the model, made if it is missing
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Passes over the files
    #[arg(long, value_name = "N", default_value_t = Options::default().epochs)]
    epochs: usize,
}

pub(crate) fn run(what: Train) -> anyhow::Result<ExitCode> {
    match what {
        Train::Ner(options) => ner(&options),
    }
}

fn ner(options: &Ner) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let mut corpora = Vec::with_capacity(options.train.len());
    for path in &options.train {
        corpora.push(Corpus::gold(read(path)?));
    }
    let dev = read(&options.dev)?;
    let file = options.out.join(crf::FILE);
    anyhow::ensure!(
        !file.exists(),
        "{} exists; choose another folder",
        file.display()
    );
    fs::create_dir_all(&options.out)
        .with_context(|| format!("cannot write {}", options.out.display()))?;

    let lexicon = crf::embedded()?.0.into_lexicon();
    let settings = Options {
        epochs: options.epochs,
        ..Options::default()
    };
    let tagger = train(&corpora, &lexicon, &settings, |progress, tagger| {
        let f1 = 100.0 * score(&Model::new(tagger), &dev).marked().f1();
        say(&format!(
            "{:>5.0} s  {progress}, F1 {f1:.2}",
            started.elapsed().as_secs_f32()
        ));
    });
    let mut model = Model::new(&tagger);
    calibrate::calibrate(&mut model, &dev);

    let mut card = String::from("# A model for names\n\nTrained by `blattwerk train ner` on\n\n");
    for (path, corpus) in options.train.iter().zip(&corpora) {
        writeln!(
            card,
            "- {}, {} sentences",
            path.display(),
            corpus.sentences.len()
        )?;
    }
    writeln!(
        card,
        "\nScores on {}, which calibrated it:\n",
        options.dev.display()
    )?;
    writeln!(card, "```text\n{}```", score(&model, &dev))?;
    let bytes = model.to_bytes();
    for (path, content) in [
        (file, bytes.as_slice()),
        (options.out.join("MODEL.md"), card.as_bytes()),
    ] {
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(peak) = peak_memory() {
        say(&format!("memory at its peak: {peak}"));
    }
    crate::print(format!(
        "{}\nWrote {}\n",
        score(&model, &dev),
        options.out.display()
    ))
}

fn read(path: &Path) -> anyhow::Result<Vec<Sentence>> {
    let sentences = corpus::read_tsv(path)?;
    anyhow::ensure!(
        !sentences.is_empty(),
        "{}: expected labelled sentences, found none",
        path.display()
    );
    Ok(sentences)
}

fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The most memory this process had, where the system tells.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(indicatif::HumanBytes(kilobytes << 10).to_string())
}
