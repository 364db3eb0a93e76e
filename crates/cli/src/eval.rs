//! `blattwerk eval`: measures the backend of a stage on gold files.

use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use blattwerk_core::{Asset, Document, Names, Span, Stage, Summary};
use blattwerk_gold::Article;
use blattwerk_ner::crf::corpus::{self, Sentence};
use blattwerk_ner::crf::score::Score;
use blattwerk_ner::crf::tag::Tag;
use blattwerk_ner::crf::{self, Model};
use blattwerk_pipeline::config::Loaded;
use blattwerk_sentiment::eval::{Gold, Judged, Scores, judge, judge_articles};
use blattwerk_split::eval::evaluate;
use blattwerk_summarize::eval::{self as rouge, Rouge};
use blattwerk_summarize::{Budget, Config as Backend, centroid, features, graph, lead};
use clap::{Args, Subcommand};

use crate::output::print;
use crate::settings::Layers;

/// The stage to measure, with the backend in the config.
#[derive(Subcommand)]
pub(crate) enum Eval {
    /// Sentence splitting: precision, recall and F1 of sentence boundaries
    ///
    /// A gold file has one sentence per line, and a blank line between documents.
    Split(Split),
    /// Names: precision, recall and F1 of whole entities, by label
    ///
    /// Each line of the gold file is a token, a tab and a tag (BIO, with PER, LOC, ORG and MISC), and a blank line
    /// follows each sentence; or each line is a sentence of a labelled article, as a JSON object with `article`, `text`
    /// and `names` (lists of start, end and label, in characters of `text`). Articles are read whole, as in a run.
    /// A backend other than `crf` reads tokens as text with the usual spaces. The row `marked` ignores labels that do
    /// not occur in the gold file.
    Ner(Ner),
    /// Sentiment of sentences: macro-F1, accuracy and confusion matrix
    ///
    /// Each line of the gold file is a label, a tab and a sentence, optionally followed by a tab and a target. With a
    /// target, the judgement of the target counts, if the backend makes one. Or each line is a sentence of a labelled
    /// article, as a JSON object with `article`, `text`, `names` (lists of start, end, label and stance) and `tone`,
    /// with `-`, `0` or `+` as stance and tone. Then the stance toward names, except those labelled MISC, and the tone of
    /// sentences are measured, each with its own matrix.
    Sentiment(Sentiment),
    /// Summaries: ROUGE-1, ROUGE-2 and ROUGE-L of every backend, compared with first sentences, random ones and an
    /// oracle
    ///
    /// Each line of the gold file is a JSON object with `text`, `summary` and optionally `title`. Words are compared in
    /// lower case, without stemming. The row `oracle` picks the sentences that raise ROUGE-1 most, which is about the best
    /// that whole sentences can reach. The backend `command` has a row if the config selects it. The last two columns are
    /// the mean number of words in a summary, and the speed in MB of text per second on one thread.
    Summarize(Summarize),
}

#[derive(Args)]
pub(crate) struct Split {
    /// The gold files
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// Show every missed or wrong boundary
    #[arg(long)]
    mistakes: bool,
    #[command(flatten)]
    layers: Layers,
}

#[derive(Args)]
pub(crate) struct Ner {
    /// The gold file
    gold: PathBuf,
    /// Use this model (its folder or its file) instead of the embedded one
    #[arg(long, value_name = "PATH")]
    model: Option<PathBuf>,
    /// Write each gold token, a tab and the tag that was found to this file
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Number of consecutive sentences that are read as one article, so that its names help to recognize each other; 1
    /// reads each sentence alone. Default: 20 for lines of tokens, all for labelled articles
    #[arg(long, value_name = "N")]
    together: Option<NonZeroUsize>,
    #[command(flatten)]
    layers: Layers,
}

/// About the number of sentences in a news article.
pub(crate) const TOGETHER: NonZeroUsize = NonZeroUsize::new(20).expect("20 is not 0");

#[derive(Args)]
pub(crate) struct Sentiment {
    /// The gold file
    gold: PathBuf,
    /// Write the gold lines to this file, with the class that was found as an additional last column
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    #[command(flatten)]
    layers: Layers,
}

#[derive(Args)]
pub(crate) struct Summarize {
    /// The gold file
    gold: PathBuf,
    /// Maximum number of sentences in a summary
    #[arg(long, value_name = "N", default_value_t = 3, conflicts_with_all = ["words", "chars"])]
    sentences: usize,
    /// Maximum number of words in a summary, instead of sentences
    #[arg(long, value_name = "N")]
    words: Option<usize>,
    /// Maximum number of characters in a summary, instead of sentences
    #[arg(long, value_name = "N")]
    chars: Option<usize>,
    /// Show only these rows, separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    rows: Vec<String>,
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
    let built = loaded
        .section::<blattwerk_split::Config>("split")?
        .build(&loaded.root)?;
    let mut text = String::new();
    for path in &options.gold {
        let gold = blattwerk_split::eval::Gold::read(path)?;
        let report = evaluate(&gold, &*built.stage)?;
        for mistake in report.mistakes.iter().filter(|_| options.mistakes) {
            writeln!(text, "{mistake}")?;
        }
        writeln!(text, "{}: {report}", path.display())?;
    }
    print(text)
}

fn ner(options: &Ner) -> anyhow::Result<ExitCode> {
    let (content, _) = Asset::read_text(&options.gold)?;
    if blattwerk_gold::is_labelled(&content) {
        return names(options, &blattwerk_gold::parse(&content, &options.gold)?);
    }
    let gold = corpus::parse_tsv(&content, &options.gold)?;
    let together = options.together.unwrap_or(TOGETHER);
    let loaded = options.layers.load()?;
    let configured: blattwerk_ner::Config = loaded.section("ner")?;
    let found = match (&options.model, configured) {
        (Some(path), _) => tags(&crf::load(path)?.0, &gold, together),
        (None, blattwerk_ner::Config::Crf(config)) => {
            tags(&config.load_model(&loaded.root)?.0, &gold, together)
        }
        (None, other) => tags_of(&*other.build(&loaded.root)?.stage, &gold, together)?,
    };
    if let Some(path) = &options.predictions {
        let predictions = corpus::with_tags(&content, found.iter().flatten().copied());
        std::fs::write(path, predictions)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    print(score(&found, &gold).to_string())
}

/// Measures the backend in the config, or the given model, on labelled articles.
fn names(options: &Ner, gold: &[Article]) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        options.predictions.is_none(),
        "--predictions needs a gold file with a token on each line; {} has labelled articles",
        options.gold.display()
    );
    let built = if let Some(model) = &options.model {
        let config = crf::Config {
            model: Some(model.clone()),
            ..crf::Config::default()
        };
        config.build(Path::new(""))?
    } else {
        let loaded = options.layers.load()?;
        loaded
            .section::<blattwerk_ner::Config>("ner")?
            .build(&loaded.root)?
            .map(|names| names.entities)
    };
    let documents = parts(gold, options.together);
    let mut score = Score::default();
    for (document, found) in documents.iter().zip(built.stage.process_all(&documents)) {
        score.add_names(&document.entities, &found?);
    }
    print(score.to_string())
}

/// Returns the articles, or parts of them with at most `together` sentences, with the names that are marked.
fn parts(gold: &[Article], together: Option<NonZeroUsize>) -> Vec<Document> {
    let most = together.map_or(usize::MAX, NonZeroUsize::get);
    gold.iter()
        .flat_map(|article| {
            let document = &article.document;
            document.sentences.chunks(most).map(|sentences| {
                let mut part = document.clone();
                part.sentences = sentences.to_vec();
                part.entities.retain(|name| {
                    sentences
                        .iter()
                        .any(|sentence| sentence.contains(name.span))
                });
                part
            })
        })
        .collect()
}

/// Tags labelled sentences, a number of them at a time as if they were one article, since the files do not say where
/// an article ends.
pub(crate) fn tags(model: &Model, gold: &[Sentence], together: NonZeroUsize) -> Vec<Vec<Tag>> {
    gold.chunks(together.get())
        .flat_map(|sentences| {
            let article: Vec<&[String]> = sentences.iter().map(|s| s.tokens.as_slice()).collect();
            model.tags(&article)
        })
        .collect()
}

/// Tags labelled sentences as [`tags`], with a backend that reads text.
fn tags_of(
    stage: &dyn Stage<Layer = Names>,
    gold: &[Sentence],
    together: NonZeroUsize,
) -> anyhow::Result<Vec<Vec<Tag>>> {
    let (documents, tokens): (Vec<Document>, Vec<Vec<Vec<Span>>>) =
        gold.chunks(together.get()).map(corpus::document).unzip();
    let mut found = Vec::with_capacity(gold.len());
    for (names, tokens) in stage.process_all(&documents).into_iter().zip(tokens) {
        let names = names?.entities;
        found.extend(tokens.iter().map(|tokens| corpus::named(tokens, &names)));
    }
    Ok(found)
}

/// Compares the names that were found with those of labelled sentences.
pub(crate) fn score(found: &[Vec<Tag>], gold: &[Sentence]) -> Score {
    let mut score = Score::default();
    for (sentence, found) in gold.iter().zip(found) {
        score.add(&sentence.tags, found);
    }
    score
}

fn sentiment(options: &Sentiment) -> anyhow::Result<ExitCode> {
    let loaded = options.layers.load()?;
    let built = loaded
        .section::<blattwerk_sentiment::Config>("sentiment")?
        .build(&loaded.root)?;
    let (content, _) = Asset::read_text(&options.gold)?;
    if blattwerk_gold::is_labelled(&content) {
        anyhow::ensure!(
            options.predictions.is_none(),
            "--predictions needs a gold file with a label, a tab and a sentence on each line; {} has labelled articles",
            options.gold.display()
        );
        let articles = blattwerk_gold::parse(&content, &options.gold)?;
        let Judged { stances, tones } = judge_articles(&*built.stage, &articles)?;
        let (stances, tones) = (Scores::new(stances), Scores::new(tones));
        return print(format!(
            "stance toward names: {stances}\ntone of sentences: {tones}"
        ));
    }
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
    print(Scores::new(gold.iter().map(|gold| gold.label).zip(found)).to_string())
}

/// The seed of the random order.
const SEED: u64 = 1;

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn summarize(options: &Summarize) -> anyhow::Result<ExitCode> {
    let loaded = options.layers.load()?;
    let gold = summaries(&options.gold, &loaded)?;
    let (words, chars) = (options.words, options.chars);
    let sentences = words.or(chars).is_none().then_some(options.sentences);
    let budget = Budget::new(sentences, words, chars)?;
    let bytes: usize = gold.iter().map(|(document, _)| document.text.len()).sum();
    let mut table = format!(
        "{:<10} {:>7} {:>7} {:>7} {:>7} {:>8}\n",
        "", "R-1", "R-2", "R-L", "words", "MB/s"
    );
    let mut row = |name: &str, make: &dyn Fn(&Document, &str) -> anyhow::Result<Summary>| {
        if !(options.rows.is_empty() || options.rows.iter().any(|row| row == name)) {
            return anyhow::Ok(());
        }
        // One-time costs of a backend, such as starting a program, do not count.
        if let Some((document, reference)) = gold.first() {
            make(document, reference)?;
        }
        let start = Instant::now();
        let made: Vec<Summary> = gold
            .iter()
            .map(|(document, reference)| make(document, reference))
            .collect::<anyhow::Result<_>>()?;
        let speed = bytes as f64 / 1e6 / start.elapsed().as_secs_f64();
        let mut sum = Rouge::default();
        let mut words = 0;
        for (summary, (_, reference)) in made.iter().zip(&gold) {
            sum += Rouge::new(&summary.text, reference);
            words += summary.text.split_whitespace().count();
        }
        let words = words as f64 / gold.len().max(1) as f64;
        let mean = sum.mean_of(gold.len());
        writeln!(table, "{name:<10} {mean} {words:>7.1} {speed:>8.2}")?;
        anyhow::Ok(())
    };
    row("first", &|document, _| Ok(rouge::first(document, budget)))?;
    row("random", &|document, _| {
        Ok(rouge::random(document, budget, SEED))
    })?;
    row("oracle", &|document, reference| {
        Ok(rouge::oracle(document, reference, budget))
    })?;
    let configured: Backend = loaded.section("summarize")?;
    let mut backends = vec![
        Backend::Lead(lead::Config::default()),
        Backend::Features(features::Config::default()),
        Backend::Centroid(centroid::Config::default()),
        Backend::Textrank(graph::Config::default()),
        Backend::Lexrank(graph::Config::default()),
    ];
    match backends
        .iter_mut()
        .find(|backend| backend.name() == configured.name())
    {
        Some(backend) => *backend = configured.clone(),
        None => backends.push(configured.clone()),
    }
    for backend in backends {
        let backend = backend.with_budget(sentences, words, chars);
        let built = backend.build(&loaded.root)?;
        row(backend.name(), &|document, _| {
            Ok(built.stage.process(document)?)
        })?;
    }
    print(table)
}

/// Reads articles with their references, and adds their sentences and names.
fn summaries(path: &Path, loaded: &Loaded) -> anyhow::Result<Vec<(Document, String)>> {
    let split = loaded
        .section::<blattwerk_split::Config>("split")?
        .build(&loaded.root)?;
    let ner = loaded
        .section::<blattwerk_ner::Config>("ner")?
        .build(&loaded.root)?;
    let (content, _) = Asset::read_text(path)?;
    let mut articles = Vec::new();
    for (number, line) in content.lines().enumerate() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let field = |name: &str| record[name].as_str();
        let (Some(text), Some(summary)) = (field("text"), field("summary")) else {
            anyhow::bail!(
                "{}:{}: expected a JSON object with `text` and `summary`",
                path.display(),
                number + 1
            );
        };
        let mut document = Document::new(number.to_string(), text);
        document.title = field("title").map(str::to_owned);
        document.sentences = split.stage.process(&document)?;
        document.entities = ner.stage.process(&document)?.entities;
        articles.push((document, summary.to_owned()));
    }
    Ok(articles)
}
