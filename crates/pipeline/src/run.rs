//! The run: takes a dump through the stages, chunk by chunk.
//!
//! Three threads work at the same time, each a chunk ahead of the next: one reads, one drives the stages
//! on the pool, one writes. Bounded channels between them keep the memory to a few chunks, whatever the
//! size of the dump. Everything is collected and written in the order of the input, so the tables do not
//! depend on the number of threads. Time and counts are taken here, and nowhere in a stage.

mod duplicates;

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use blattwerk_core::{Document, Stage};
use rayon::ThreadPool;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::duplicates::Duplicates;
use crate::config::{Loaded, Stages};
use crate::input::{Failure, Inputs, Item};
use crate::tables::{Failed, Output, Renderer, Rows, Skipped, Table, TableRecord};
use crate::{Error, Result};

/// How the run goes. Nothing here changes what the tables hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many threads the stages get; 0 (default) is one for each processor. `--jobs` takes its place.
    pub jobs: usize,
    /// How many articles are in memory at once, at most, for each step of the run. Default: 1000.
    pub chunk_articles: usize,
    /// How many megabytes of text are in memory at once for each step of the run; a longer article is a
    /// chunk of its own. Default: 4.
    pub chunk_megabytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            jobs: 0,
            chunk_articles: 1000,
            chunk_megabytes: 4,
        }
    }
}

/// What a run tells whoever watches it.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A chunk is through all stages; the counts are those since the start.
    Progress(Progress),
    /// An article, or a piece of the input, failed.
    Failed(&'a Failed),
}

/// Counts since the start of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Articles in the tables.
    pub articles: u64,
    /// Rows in `failures.csv`.
    pub failures: u64,
    /// Rows in `skipped.csv`.
    pub skipped: u64,
    /// Rows in `duplicates.csv`: copies of earlier articles. They are among the articles if the config keeps
    /// all.
    pub duplicates: u64,
    /// Words of the normalized texts: what stands between white space.
    pub words: u64,
    /// Articles in the tables whose normalized text holds U+FFFD: characters that were lost before the articles
    /// came here.
    pub damaged: u64,
    /// UTF-8 bytes of the articles as they came in.
    pub bytes: u64,
    /// Bytes of the input files that were read, compressed as they are.
    pub read: u64,
}

/// What a stage did in a run.
#[derive(Debug, Clone, Serialize)]
pub struct StageRecord {
    /// The stage.
    pub stage: &'static str,
    /// Its backend, as the config names it.
    pub backend: String,
    /// The model files and lists it held.
    pub models: Vec<ModelRecord>,
    /// Articles that came in.
    pub articles: u64,
    /// Articles that failed here.
    pub failures: u64,
    /// Articles that were left out here, as the config wants it.
    pub skipped: u64,
    /// UTF-8 bytes of text that came in.
    pub bytes: u64,
    /// Seconds from the first to the last article of each chunk, summed; all threads work in that time.
    pub seconds: f64,
}

/// A model file or a list, as `run.json` names it.
#[derive(Debug, Clone, Serialize)]
pub struct ModelRecord {
    /// The path of the user's file, or the name of the embedded model.
    pub name: String,
    /// The BLAKE3 hash of its content.
    pub blake3: String,
}

/// An input file, as `run.json` names it.
#[derive(Debug, Clone, Serialize)]
pub struct InputRecord {
    /// The path as it was given or found.
    pub path: PathBuf,
    /// Its size on disk.
    pub bytes: u64,
}

/// The record of a complete run: `run.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// The version of blattwerk.
    pub version: &'static str,
    /// The exit code: 0, or 1 if something failed.
    pub exit: u8,
    /// What was counted.
    pub counts: Progress,
    /// Seconds from start to end, the building of the stages left out.
    pub seconds: f64,
    /// Threads of the stages.
    pub jobs: usize,
    /// The stages, in order.
    pub stages: Vec<StageRecord>,
    /// The tables, in the order of the flow.
    pub tables: Vec<TableRecord>,
    /// Seconds that the stages waited for input, which is not hidden behind their work.
    pub seconds_waiting_for_input: f64,
    /// Seconds that the stages waited for the tables to be written.
    pub seconds_waiting_for_output: f64,
    /// What was read.
    pub inputs: Vec<InputRecord>,
    /// The BLAKE3 hash of all settings that decide what the tables hold.
    pub config_hash: String,
    /// The settings as they were merged; a key that is missing had its default.
    pub config: serde_json::Value,
}

/// A run that is ready to start: everything is checked, opened and loaded.
pub struct Run {
    loaded: Loaded,
    stages: Stages,
    inputs: Inputs,
    folder: PathBuf,
    pool: ThreadPool,
    /// Stop after so many articles and failures.
    limit: Option<usize>,
}

impl Run {
    /// Prepares a run: builds the stages and the threads.
    ///
    /// `folder` is where the tables go, `limit` the number of articles after which reading stops.
    ///
    /// # Errors
    ///
    /// If a stage cannot be built, or the output folder is not free.
    pub fn prepare(
        loaded: Loaded,
        inputs: Inputs,
        folder: PathBuf,
        limit: Option<usize>,
    ) -> Result<Self> {
        let files: Vec<PathBuf> = inputs
            .files()
            .iter()
            .map(|file| file.path.clone())
            .collect();
        crate::tables::check_free(&loaded.config.output, &folder, &files)?;
        let stages = loaded.build()?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(loaded.config.run.jobs)
            .thread_name(|index| format!("stage-{index}"))
            .build()
            .map_err(|error| Error::Setting {
                origin: "config".into(),
                key: "[run] jobs".into(),
                message: error.to_string(),
            })?;
        Ok(Self {
            loaded,
            stages,
            inputs,
            folder,
            pool,
            limit,
        })
    }

    /// Runs to the end of the input and returns the record that is in `run.json`.
    ///
    /// `watch` is called from the thread of the caller.
    ///
    /// # Errors
    ///
    /// If the output cannot be written; nothing of it is left then.
    pub fn start(self, watch: &mut dyn FnMut(Event<'_>)) -> Result<Record> {
        let Self {
            loaded,
            stages,
            inputs,
            folder,
            pool,
            limit,
        } = self;
        let files: Vec<PathBuf> = inputs
            .files()
            .iter()
            .map(|file| file.path.clone())
            .collect();
        let records = inputs
            .files()
            .iter()
            .map(|file| InputRecord {
                path: file.path.clone(),
                bytes: file.size,
            })
            .collect();
        let left_out: &[Table] = if loaded.config.dedup.is_off() {
            &[Table::Duplicates]
        } else {
            &[]
        };
        let output = Output::create(&loaded.config.output, &folder, &files, left_out)?;
        let renderer = Renderer::new(&loaded.config.output, stages.summarizer);
        let jobs = pool.current_num_threads();
        let started = Instant::now();

        let mut worker = Worker::new(&stages, renderer, &pool);
        let written = thread::scope(|scope| {
            let (to_worker, chunks) = sync_channel::<Chunk>(1);
            let (to_writer, rendered) = sync_channel::<Vec<Rows>>(1);
            let size = loaded.config.run.clone();
            let reader = scope.spawn(move || read(&inputs, &size, limit, &to_worker));
            let writer = scope.spawn(move || write(output, &rendered));
            worker.work(&chunks, &to_writer, watch);
            drop((chunks, to_writer));
            resume(reader.join());
            resume(writer.join())
        });
        let (output, written) = written;
        if let Err(error) = written {
            output.discard();
            return Err(error);
        }

        let seconds = started.elapsed().as_secs_f64();
        let stages = worker
            .times
            .into_iter()
            .map(|time| time.record(&loaded, &stages))
            .collect();
        output.finish(|tables| Record {
            version: env!("CARGO_PKG_VERSION"),
            exit: u8::from(worker.progress.failures > 0),
            counts: worker.progress,
            seconds,
            jobs,
            seconds_waiting_for_input: worker.waited_for_input.as_secs_f64(),
            seconds_waiting_for_output: worker.waited_for_output.as_secs_f64(),
            stages,
            tables,
            inputs: records,
            config_hash: loaded.hash(),
            config: loaded.settings,
        })
    }
}

/// Goes on with a panic of another thread.
fn resume<T>(joined: thread::Result<T>) -> T {
    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A piece of the input, in its order.
struct Chunk {
    items: Vec<Item>,
    /// Bytes of the input files that were read up to its end.
    read: u64,
}

/// Reads the input into chunks until its end, the limit, or until nobody wants more.
fn read(inputs: &Inputs, size: &Config, limit: Option<usize>, chunks: &SyncSender<Chunk>) {
    let most_bytes = size.chunk_megabytes.max(1) << 20;
    let bytes_read = inputs.bytes_read();
    let mut items = Vec::new();
    let mut bytes = 0;
    for item in inputs.items().take(limit.unwrap_or(usize::MAX)) {
        if let Item::Article(document) = &item {
            bytes += document.text.len();
        }
        items.push(item);
        if items.len() >= size.chunk_articles.max(1) || bytes >= most_bytes {
            let read = bytes_read.load(Ordering::Relaxed);
            bytes = 0;
            if chunks
                .send(Chunk {
                    items: std::mem::take(&mut items),
                    read,
                })
                .is_err()
            {
                return;
            }
        }
    }
    let read = bytes_read.load(Ordering::Relaxed);
    // An error only says that the run has stopped already.
    let _ = chunks.send(Chunk { items, read });
}

/// Writes rows until there are no more, or until that fails.
fn write(mut output: Output, rendered: &Receiver<Vec<Rows>>) -> (Output, Result<()>) {
    let written = rendered
        .iter()
        .flatten()
        .try_for_each(|rows| output.write(&rows));
    (output, written)
}

/// How much a stage did, and in what time.
#[derive(Default)]
struct Time {
    stage: &'static str,
    articles: u64,
    failures: u64,
    skipped: u64,
    bytes: u64,
    spent: Duration,
}

impl Time {
    fn record(self, loaded: &Loaded, stages: &Stages) -> StageRecord {
        let models = stages.assets(self.stage).iter();
        StageRecord {
            stage: self.stage,
            backend: loaded.backend(self.stage).to_owned(),
            models: models
                .map(|asset| ModelRecord {
                    name: asset.name.clone(),
                    blake3: asset.hash.clone(),
                })
                .collect(),
            articles: self.articles,
            failures: self.failures,
            skipped: self.skipped,
            bytes: self.bytes,
            seconds: self.spent.as_secs_f64(),
        }
    }
}

/// Takes chunks through the stages.
struct Worker<'a> {
    stages: &'a Stages,
    duplicates: Duplicates<'a>,
    renderer: Renderer,
    pool: &'a ThreadPool,
    progress: Progress,
    times: Vec<Time>,
    waited_for_input: Duration,
    waited_for_output: Duration,
}

impl<'a> Worker<'a> {
    fn new(stages: &'a Stages, renderer: Renderer, pool: &'a ThreadPool) -> Self {
        Self {
            stages,
            duplicates: Duplicates::new(&stages.dedup),
            renderer,
            pool,
            progress: Progress::default(),
            times: Stages::NAMES
                .map(|stage| Time {
                    stage,
                    ..Time::default()
                })
                .into(),
            waited_for_input: Duration::ZERO,
            waited_for_output: Duration::ZERO,
        }
    }

    fn work(
        &mut self,
        chunks: &Receiver<Chunk>,
        rendered: &SyncSender<Vec<Rows>>,
        watch: &mut dyn FnMut(Event<'_>),
    ) {
        loop {
            let waiting = Instant::now();
            let Ok(chunk) = chunks.recv() else { break };
            self.waited_for_input += waiting.elapsed();

            let read = chunk.read;
            let (rows, failures) = self.pool.install(|| self.chunk(chunk));
            self.progress.read = read;
            for failed in &failures {
                watch(Event::Failed(failed));
            }
            watch(Event::Progress(self.progress));

            let waiting = Instant::now();
            if rendered.send(rows).is_err() {
                break;
            }
            self.waited_for_output += waiting.elapsed();
        }
    }

    /// Takes one chunk through all stages and renders what came of it.
    fn chunk(&mut self, chunk: Chunk) -> (Vec<Rows>, Vec<Failed>) {
        let mut batch = Batch::new(chunk.items);
        self.progress.bytes += batch
            .documents
            .iter()
            .map(|document| document.text.source().len() as u64)
            .sum::<u64>();

        let Stages {
            normalize,
            language,
            split,
            ner,
            sentiment,
            summarize,
            ..
        } = self.stages;
        let [
            time_normalize,
            time_language,
            time_dedup,
            time_split,
            time_ner,
            time_sentiment,
            time_summarize,
        ] = &mut self.times[..]
        else {
            unreachable!("each stage has its time");
        };
        batch.pass(&*normalize.stage, time_normalize, |document, normalized| {
            document.text = normalized.text;
            document.removed = normalized.removed;
            document.title = document.title.take().or(normalized.title);
            document.date = document.date.take().or(normalized.date);
        });
        batch.sift(&*language.stage, time_language, |document, detected| {
            let language = detected.language?.to_owned();
            let reason = format!("the language is `{language}`");
            document.language = Some(language);
            detected.is_skipped.then_some(reason)
        });
        let duplicates = self.duplicates.process(&mut batch, time_dedup, |batch| {
            batch.pass(&*split.stage, time_split, |document, sentences| {
                document.sentences = sentences;
            });
            batch.pass(&*ner.stage, time_ner, |document, entities| {
                document.entities = entities;
            });
            batch.pass(&*sentiment.stage, time_sentiment, |document, sentiment| {
                document.sentiment = sentiment;
            });
            batch.pass(&*summarize.stage, time_summarize, |document, summary| {
                document.summary = summary;
            });
        });

        let failures = in_order(batch.failed);
        let skipped = in_order(batch.skipped);
        let documents = batch.documents;
        for time in &mut self.times {
            let here = failures.iter().filter(|failed| failed.stage == time.stage);
            time.failures += here.count() as u64;
        }
        self.progress.articles += documents.len() as u64;
        self.progress.failures += failures.len() as u64;
        self.progress.skipped += skipped.len() as u64;
        self.progress.duplicates += duplicates.len() as u64;
        self.progress.words += documents.par_iter().map(words).sum::<u64>();
        self.progress.damaged += documents.par_iter().filter(|d| is_damaged(d)).count() as u64;

        let size = documents
            .len()
            .div_ceil(4 * rayon::current_num_threads())
            .max(1);
        let mut rows: Vec<Rows> = documents
            .par_chunks(size)
            .map(|documents| self.renderer.documents(documents))
            .collect();
        rows.push(self.renderer.rest(&duplicates, &skipped, &failures));
        (rows, failures)
    }
}

fn words(document: &Document) -> u64 {
    document.text.as_str().split_ascii_whitespace().count() as u64
}

fn is_damaged(document: &Document) -> bool {
    document.text.as_str().contains('\u{FFFD}')
}

/// What left a batch, each with its place in the chunk, in the order of that.
fn in_order<T>(mut left: Vec<(usize, T)>) -> Vec<T> {
    left.sort_by_key(|(position, _)| *position);
    left.into_iter().map(|(_, left)| left).collect()
}

/// The articles of a chunk that are on their way, and those that left it.
struct Batch {
    documents: Vec<Document>,
    /// Where in the chunk each document stands.
    positions: Vec<usize>,
    failed: Vec<(usize, Failed)>,
    skipped: Vec<(usize, Skipped)>,
}

impl Batch {
    fn new(items: Vec<Item>) -> Self {
        let mut batch = Self {
            documents: Vec::new(),
            positions: Vec::new(),
            failed: Vec::new(),
            skipped: Vec::new(),
        };
        for (position, item) in items.into_iter().enumerate() {
            match item {
                Item::Article(document) => batch.put(position, *document),
                Item::Failure(failure) => batch.failed.push((
                    position,
                    Failed {
                        stage: "input",
                        failure,
                    },
                )),
            }
        }
        batch
    }

    /// Takes all documents out, with their places.
    fn take(&mut self) -> impl Iterator<Item = (usize, Document)> + use<> {
        let positions = std::mem::take(&mut self.positions);
        positions
            .into_iter()
            .zip(std::mem::take(&mut self.documents))
    }

    /// Puts a document in, behind the others.
    fn put(&mut self, position: usize, document: Document) {
        self.positions.push(position);
        self.documents.push(document);
    }

    /// Notes that a document failed in a stage.
    fn fail(&mut self, position: usize, document: Document, stage: &'static str, error: String) {
        let failure = Failure {
            id: document.id,
            source: document.source,
            error,
        };
        self.failed.push((position, Failed { stage, failure }));
    }

    /// The places of those that failed.
    fn failed_positions(&self) -> BTreeSet<usize> {
        self.failed.iter().map(|(position, _)| *position).collect()
    }

    /// The bytes of all texts.
    fn bytes(&self) -> u64 {
        let documents = self.documents.iter();
        documents.map(|document| document.text.len() as u64).sum()
    }

    /// Gives every document one layer; those that fail leave the batch.
    fn pass<L: Send>(
        &mut self,
        stage: &dyn Stage<Layer = L>,
        time: &mut Time,
        set: impl Fn(&mut Document, L),
    ) {
        self.sift(stage, time, |document, layer| {
            set(document, layer);
            None
        });
    }

    /// The same for a stage that may leave articles out: `set` says why, if so.
    fn sift<L: Send>(
        &mut self,
        stage: &dyn Stage<Layer = L>,
        time: &mut Time,
        set: impl Fn(&mut Document, L) -> Option<String>,
    ) {
        let started = Instant::now();
        let layers = layers(stage, &self.documents);
        time.spent += started.elapsed();
        time.articles += self.documents.len() as u64;
        time.bytes += self.bytes();

        for ((position, mut document), layer) in self.take().zip(layers) {
            match layer.map(|layer| set(&mut document, layer)) {
                Ok(None) => self.put(position, document),
                Ok(Some(reason)) => {
                    time.skipped += 1;
                    let skipped = Skipped { document, reason };
                    self.skipped.push((position, skipped));
                }
                Err(error) => self.fail(position, document, time.stage, error),
            }
        }
    }
}

/// Returns a layer for each document, or why there is none.
///
/// A stage should not panic; if it does, that is a fault of ours or of a library, and no reason to lose a
/// night's run: the documents are tried again one by one, and the one at fault fails alone.
fn layers<L: Send>(stage: &dyn Stage<Layer = L>, documents: &[Document]) -> Vec<Result<L, String>> {
    let chain = |error: blattwerk_core::Error| chain(&error);
    match catch_unwind(AssertUnwindSafe(|| stage.process_all(documents))) {
        Ok(layers) => {
            assert_eq!(
                layers.len(),
                documents.len(),
                "a stage has a layer for each document"
            );
            layers
                .into_iter()
                .map(|layer| layer.map_err(chain))
                .collect()
        }
        Err(_) => documents
            .iter()
            .map(
                |document| match catch_unwind(AssertUnwindSafe(|| stage.process(document))) {
                    Ok(layer) => layer.map_err(chain),
                    Err(panic) => Err(format!("a fault of the program: {}", panic_text(&*panic))),
                },
            )
            .collect(),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
}

/// An error and all its sources on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| {
        format!("{text}: {source}")
    })
}
