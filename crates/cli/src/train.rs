//! `blattwerk train`: trains a model on labelled files, or learns a list of boilerplate from a dump.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use blattwerk_core::Asset;
use blattwerk_model_file as model_file;
use blattwerk_ner::crf::corpus::{self, Sentence};
use blattwerk_ner::crf::train::{Corpus, Options, train};
use blattwerk_ner::crf::{self, Model, calibrate};
use blattwerk_normalize::Repeated;
use blattwerk_pipeline::input::Item;
use blattwerk_sentiment::eval::Gold;
use blattwerk_sentiment::linear;
use clap::{Args, Subcommand};

use crate::eval::{TOGETHER, score, tags};
use crate::output::print;
use crate::settings::{InputFlags, Layers};

/// What to train.
#[derive(Subcommand)]
pub(crate) enum Train {
    /// A model for names, for the backend `crf` of ner
    ///
    /// It learns from the files what names look like. Its knowledge of German words comes from the embedded model, so no
    /// raw text is needed. The same files give the same model.
    Ner(Ner),
    /// A model for sentiment, for the backend `linear`
    ///
    /// It learns from the files how a sentence judges its target. Its knowledge of German words comes from the embedded
    /// model, so no raw text is needed. The same files give the same model.
    Sentiment(Sentiment),
    /// A list of lines that many stories of a dump share, for `normalize.extra_boilerplate`
    ///
    /// Articles with the same longest line count as one story, so that wire copy counts once. Lines that are already
    /// removed with this config are not listed. Check the list before you use it.
    Boilerplate(Boilerplate),
}

#[derive(Args)]
pub(crate) struct Boilerplate {
    #[command(flatten)]
    layers: Layers,
    #[command(flatten)]
    input: InputFlags,
    /// Write the list to this file, which must not exist yet
    #[arg(long, value_name = "TSV")]
    out: PathBuf,
    /// Minimum number of different stories that a line must occur in
    #[arg(long, value_name = "N", default_value_t = 20)]
    least_stories: u32,
}

#[derive(Args)]
pub(crate) struct Ner {
    /// A file to learn from: each line is a token, a tab and a tag (BIO, with PER, LOC, ORG and MISC), and a blank line
    /// follows each sentence; or each line is a sentence of a labelled article, as for `blattwerk eval ner`; can be
    /// repeated
    #[arg(long, required = true, value_name = "FILE")]
    train: Vec<PathBuf>,
    /// A file of the same kind that is not learned from: it is used to calibrate the scores and to report progress
    #[arg(long, value_name = "FILE")]
    dev: PathBuf,
    /// The folder for the model, created if it does not exist
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Number of passes over the files
    #[arg(long, value_name = "N", default_value_t = Options::default().epochs)]
    epochs: usize,
}

#[derive(Args)]
pub(crate) struct Sentiment {
    /// A file to learn from: each line is a label, a tab and a sentence, optionally followed by a tab and a target; or
    /// each line is a sentence of a labelled article, as for `blattwerk eval sentiment`; can be repeated
    #[arg(long, required = true, value_name = "FILE")]
    train: Vec<PathBuf>,
    /// The folder for the model, created if it does not exist
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(crate) fn run(what: Train) -> anyhow::Result<ExitCode> {
    match what {
        Train::Ner(options) => ner(&options),
        Train::Sentiment(options) => sentiment(&options),
        Train::Boilerplate(options) => boilerplate(&options),
    }
}

fn boilerplate(options: &Boilerplate) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        !options.out.exists(),
        "{} exists; choose another file",
        options.out.display()
    );
    let loaded = options.layers.load()?;
    let rules = loaded
        .section::<blattwerk_normalize::Config>("normalize")?
        .build(&loaded.root)?
        .stage;
    let mut repeated = Repeated::default();
    let mut failures = 0;
    for item in options.input.open(&loaded)?.items() {
        let item = item.parse().item;
        let normalized = match item {
            Item::Article(document) => rules.process(&document).ok(),
            Item::Failure(_) | Item::Ignored(_) | Item::Unparsed(_) => None,
        };
        match normalized {
            Some(normalized) => repeated.add(normalized.text.as_str()),
            None => failures += 1,
        }
    }
    let list = repeated.list(options.least_stories);
    fs::write(&options.out, &list.text)
        .with_context(|| format!("cannot write {}", options.out.display()))?;
    if failures > 0 {
        say(&format!(
            "{failures} articles could not be read; the failures table of a run lists them"
        ));
    }
    print(format!(
        "Lines in at least {} of {} stories: {}\nWrote {}\n",
        options.least_stories,
        list.stories,
        list.lines,
        options.out.display()
    ))
}

fn ner(options: &Ner) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let mut corpora = Vec::with_capacity(options.train.len());
    for path in &options.train {
        corpora.push(Corpus::gold(read(path)?));
    }
    let dev = read(&options.dev)?;
    make_folder(&options.out)?;

    let lexicon = crf::embedded().0.into_lexicon();
    let settings = Options {
        epochs: options.epochs,
        ..Options::default()
    };
    let measure = |model: &Model| score(&tags(model, &dev, TOGETHER), &dev);
    let tagger = train(&corpora, &lexicon, &settings, |progress, tagger| {
        let f1 = 100.0 * measure(&Model::new(tagger)).marked().f1();
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
        "\nScores on {}, which the model was calibrated on:\n",
        options.dev.display()
    )?;
    let scores = measure(&model);
    writeln!(card, "```text\n{scores}```")?;
    write_model(&options.out, &model.to_bytes(), &card)?;
    if let Some(peak) = peak_memory() {
        say(&format!("peak memory: {peak}"));
    }
    print(format!("{scores}\nWrote {}\n", options.out.display()))
}

fn sentiment(options: &Sentiment) -> anyhow::Result<ExitCode> {
    let mut texts = linear::train::Texts::default();
    let mut card =
        String::from("# A model for sentiment\n\nTrained by `blattwerk train sentiment` on\n\n");
    for path in &options.train {
        let (content, _) = Asset::read_text(path)?;
        let before = texts.len();
        if blattwerk_gold::is_labelled(&content) {
            texts.add_articles(&blattwerk_gold::parse(&content, path)?, false);
        } else {
            texts.add_gold(&Gold::parse(path, &content)?);
        }
        let count = texts.len() - before;
        anyhow::ensure!(
            count > 0,
            "{}: expected labelled sentences, found none",
            path.display()
        );
        writeln!(card, "- {}, {count} sentences", path.display())?;
    }
    make_folder(&options.out)?;
    let (base, _) = linear::embedded();
    let (model, report) = linear::train::train(&base, &texts, &linear::train::Options::default());
    writeln!(
        card,
        "\nScores by cross-validation on these files, one after the other:\n\n```text\n{report}```"
    )?;
    write_model(&options.out, &model.to_bytes(), &card)?;
    print(format!("{report}\nWrote {}\n", options.out.display()))
}

/// Creates the folder of a model before training, so that a wrong path fails early.
fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let file = folder.join(model_file::FILE);
    anyhow::ensure!(
        !file.exists(),
        "{} exists; choose another folder",
        file.display()
    );
    fs::create_dir_all(folder).with_context(|| format!("cannot write {}", folder.display()))
}

fn write_model(folder: &Path, model: &[u8], card: &str) -> anyhow::Result<()> {
    for (name, content) in [(model_file::FILE, model), ("MODEL.md", card.as_bytes())] {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<Sentence>> {
    let (content, _) = Asset::read_text(path)?;
    let sentences = if blattwerk_gold::is_labelled(&content) {
        corpus::of_articles(&blattwerk_gold::parse(&content, path)?)
    } else {
        corpus::parse_tsv(&content, path)?
    };
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

/// Returns the peak memory of this process, if the system reports it.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(indicatif::HumanBytes(kilobytes << 10).to_string())
}
