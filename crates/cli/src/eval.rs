//! `blattwerk eval`: measures the backend of a stage against gold files.

use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use blattwerk_core::{Asset, Document, Summary};
use blattwerk_ner::crf::corpus::{self, Sentence};
use blattwerk_ner::crf::score::Score;
use blattwerk_ner::crf::tag::Tag;
use blattwerk_ner::crf::{self, Model};
use blattwerk_sentiment::eval::{Gold, Scores, judge};
use blattwerk_split::eval::evaluate;
use blattwerk_summarize::eval::{self as rouge, Rouge};
use blattwerk_summarize::{Budget, Config as Backend, centroid, graph, lead};
use clap::{Args, Subcommand};

use crate::Layers;

/// The stage to measure, with the backend of the config.
#[derive(Subcommand)]
pub(crate) enum Eval {
    /// Sentence boundaries: precision, recall and F1
    ///
    /// A gold file has one sentence a line and a blank line between documents.
    Split(Split),
    /// Names: precision, recall and F1 of whole entities, by label
    ///
    /// Gold lines are token TAB tag (BIO, of PER, LOC, ORG, MISC), with a blank line after each sentence. The row `marked` leaves out labels that the gold file does not have.
    Ner(Ner),
    /// Sentiment of sentences: macro-F1, accuracy and the confusion matrix
    ///
    /// Gold lines are label TAB sentence, with or without TAB target; with one, what counts is the judgement toward
    /// it, if the backend makes one.
    Sentiment(Sentiment),
    /// Summaries: ROUGE-1, ROUGE-2 and ROUGE-L of every backend beside the first sentences, chance and an oracle
    ///
    /// Gold lines are JSON objects with `text` and `summary`. Words are in lower case, without stemming. The row `oracle`
    /// picks the sentences that raise ROUGE-1 most: about what whole sentences can reach.
    Summarize(Summarize),
}

#[derive(Args)]
pub(crate) struct Split {
    /// The gold files
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// Show every boundary that is missed or wrong
    #[arg(long)]
    mistakes: bool,
    #[command(flatten)]
    layers: Layers,
}

#[derive(Args)]
pub(crate) struct Ner {
    /// The gold file
    gold: PathBuf,
    /// A model of your own, its folder or its file, instead of the embedded one
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
    /// Write token TAB tag there for each gold token, with the tag that was found
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// How many sentences in a row are read as one article, whose names explain each other; 1 reads each alone
    #[arg(long, value_name = "N", default_value_t = TOGETHER)]
    together: NonZeroUsize,
}

/// About the sentences of a news article.
pub(crate) const TOGETHER: NonZeroUsize = NonZeroUsize::new(20).expect("20 is not 0");

#[derive(Args)]
pub(crate) struct Sentiment {
    /// The gold file
    gold: PathBuf,
    /// Write the gold lines there, each with the class that was found as its last column
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    #[command(flatten)]
    layers: Layers,
}

#[derive(Args)]
pub(crate) struct Summarize {
    /// The gold file
    gold: PathBuf,
    /// The most sentences of a summary
    #[arg(long, value_name = "N", default_value_t = 3, conflicts_with = "chars")]
    sentences: usize,
    /// The most characters of a summary, instead
    #[arg(long, value_name = "N")]
    chars: Option<usize>,
    #[command(flatten)]
    layers: Layers,
}

pub(crate) fn eval(eval: Eval) -> anyhow::Result<ExitCode> {
    match eval {
        Eval::Split(options) => split(&options),
        Eval::Ner(options) => ner(&options),
        Eval::Sentiment(options) => sentiment(&options),
        Eval::Summarize(options) => summarize(&options),
    }
}

fn split(options: &Split) -> anyhow::Result<ExitCode> {
    let loaded = options.layers.load()?;
    let built = loaded.config.split.build(&loaded.root)?;
    let mut text = String::new();
    for path in &options.gold {
        let gold = blattwerk_split::eval::Gold::read(path)?;
        let report = evaluate(&gold, &*built.stage)?;
        for mistake in report.mistakes.iter().filter(|_| options.mistakes) {
            writeln!(text, "{mistake}")?;
        }
        writeln!(text, "{}: {report}", path.display())?;
    }
    crate::print(text)
}

fn ner(options: &Ner) -> anyhow::Result<ExitCode> {
    let (model, _) = match &options.model {
        Some(path) => crf::load(path)?,
        None => crf::embedded()?,
    };
    let (content, _) = Asset::read_text(&options.gold)?;
    let gold = corpus::parse_tsv(&content, &options.gold)?;
    let found = tags(&model, &gold, options.together);
    if let Some(path) = &options.predictions {
        let predictions = corpus::with_tags(&content, found.iter().flatten().copied());
        std::fs::write(path, predictions)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    crate::print(score(&found, &gold).to_string())
}

/// Tags labelled sentences, so many at a time as if they were an article: the files do not say where one ends.
pub(crate) fn tags(model: &Model, gold: &[Sentence], together: NonZeroUsize) -> Vec<Vec<Tag>> {
    gold.chunks(together.get())
        .flat_map(|sentences| {
            let article: Vec<&[String]> = sentences.iter().map(|s| s.tokens.as_slice()).collect();
            model.tags(&article)
        })
        .collect()
}

/// Counts the names that were found in labelled sentences.
pub(crate) fn score(found: &[Vec<Tag>], gold: &[Sentence]) -> Score {
    let mut score = Score::default();
    for (sentence, found) in gold.iter().zip(found) {
        score.add(&sentence.tags, found);
    }
    score
}

fn sentiment(options: &Sentiment) -> anyhow::Result<ExitCode> {
    let loaded = options.layers.load()?;
    let built = loaded.config.sentiment.build(&loaded.root)?;
    let (content, _) = Asset::read_text(&options.gold)?;
    let gold = Gold::parse(&options.gold, &content)?;
    let found = judge(&*built.stage, &gold)?;
    if let Some(path) = &options.predictions {
        let lines: String = content
            .lines()
            .zip(&found)
            .map(|(line, found)| format!("{line}\t{found}\n"))
            .collect();
        std::fs::write(path, lines).with_context(|| format!("cannot write {}", path.display()))?;
    }
    crate::print(Scores::new(gold.iter().map(|gold| gold.label).zip(found)).to_string())
}

/// The order of chance.
const SEED: u64 = 1;

fn summarize(options: &Summarize) -> anyhow::Result<ExitCode> {
    let loaded = options.layers.load()?;
    let split = loaded.config.split.build(&loaded.root)?;
    let (content, _) = Asset::read_text(&options.gold)?;
    let mut articles = Vec::new();
    for (number, line) in content.lines().enumerate() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let field = |name: &str| record[name].as_str();
        let (Some(text), Some(summary)) = (field("text"), field("summary")) else {
            anyhow::bail!(
                "{}:{}: expected a JSON object with `text` and `summary`",
                options.gold.display(),
                number + 1
            );
        };
        let mut document = Document::new(number.to_string(), text);
        document.sentences = split.stage.process(&document)?;
        articles.push((document, summary.to_owned()));
    }
    let sentences = options.chars.is_none().then_some(options.sentences);
    let chars = options.chars;
    let budget = Budget::new(sentences, chars)?;
    let mut text = format!("{:<10} {:>7} {:>7} {:>7}\n", "", "R-1", "R-2", "R-L");
    let mut row = |name: &str, make: &dyn Fn(&Document, &str) -> anyhow::Result<Summary>| {
        let mut sum = Rouge::default();
        for (document, reference) in &articles {
            sum += Rouge::new(&make(document, reference)?.text, reference);
        }
        writeln!(text, "{name:<10} {}", sum.mean_of(articles.len()))?;
        anyhow::Ok(())
    };
    row("first", &|document, _| Ok(rouge::first(document, budget)))?;
    row("random", &|document, _| {
        Ok(rouge::random(document, budget, SEED))
    })?;
    row("oracle", &|document, reference| {
        Ok(rouge::oracle(document, reference, budget))
    })?;
    let backends = [
        Backend::Lead(lead::Config { sentences, chars }),
        Backend::Centroid(centroid::Config {
            sentences,
            chars,
            ..centroid::Config::default()
        }),
        Backend::Textrank(graph::Config { sentences, chars }),
        Backend::Lexrank(graph::Config { sentences, chars }),
    ];
    for backend in backends {
        let built = backend.build(&loaded.root)?;
        row(backend.name(), &|document, _| {
            Ok(built.stage.process(document)?)
        })?;
    }
    crate::print(text)
}
