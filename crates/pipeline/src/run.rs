//! The run: takes a dump through the stages, chunk by chunk.
//!
//! Three threads work at the same time, each a chunk ahead of the next: one reads, one drives the stages
//! on the pool, one writes. Bounded channels between them keep the memory to a few chunks, whatever the
//! size of the dump. Everything is collected and written in the order of the input, so the tables do not
//! depend on the number of threads. Time and counts are taken here, and nowhere in a stage.

mod duplicates;

use std::any::Any;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use blattwerk_core::{Document, Stage};
use blattwerk_state::Entry as Done;
use rayon::ThreadPool;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use self::duplicates::Duplicates;
use crate::config::{Loaded, Stages};
use crate::index::Entry;
use crate::input::{Failure, File, Inputs, Item, Items, Position, Share, Taking};
use crate::journal::{Identity, Length, State};
use crate::state::{Increment, Memory};
use crate::tables::{
    self, Failed, Output, Renderer, Resumed, Rows, Skipped, TABLES, TableRecord, Target,
};
use crate::{Error, Result, utc};

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
    /// How many seconds of work may be lost when a run is killed: the journal, from which `--resume` goes
    /// on, is written after the first chunk that ends so long after the last time. Each time the tables are
    /// brought to disk. 0 is after each chunk. Default: 5.
    pub journal_seconds: u64,
    /// How many seconds the chunk in hand may take when SIGINT or SIGTERM stops the run; after that it is
    /// given up, and what came since the last journal is done again by `--resume`. Default: 20.
    pub grace_seconds: u64,
    /// Stop when more has failed: a number, or a share of what was read such as `5%`, which counts from 100
    /// articles on. The run can go on with `--resume`. Without it nothing stops the run. `--max-failures`
    /// takes its place.
    #[schemars(with = "Option<String>")]
    pub max_failures: Option<MaxFailures>,
    /// A file for the metrics of the run, in the text format of Prometheus, written anew every 15 seconds and
    /// at the end; for the textfile collector of the node exporter, its name ends in `.prom`. `--metrics`
    /// takes its place.
    pub metrics: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            jobs: 0,
            chunk_articles: 1000,
            chunk_megabytes: 4,
            journal_seconds: 5,
            grace_seconds: 20,
            max_failures: None,
            metrics: None,
        }
    }
}

/// How much may fail before a run counts as gone wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFailures {
    /// So many articles and pieces of the input.
    Count(u64),
    /// A share of all that was read, in percent.
    Percent(f64),
}

impl MaxFailures {
    /// A share of few articles says nothing.
    const FEWEST: usize = 100;

    /// Tells whether more has failed, of so many items that were read.
    fn is_exceeded(self, failures: u64, items: usize, is_end: bool) -> bool {
        match self {
            Self::Count(most) => failures > most,
            #[expect(clippy::cast_precision_loss, reason = "a share needs no last digit")]
            Self::Percent(most) => {
                (is_end || items >= Self::FEWEST) && failures as f64 * 100.0 > most * items as f64
            }
        }
    }
}

impl FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("expected a number or a share such as `5%`, from 0% to 100%, found `{text}`")
        };
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent = percent.trim().parse::<f64>().map_err(|_| expected())?;
                (0.0..=100.0)
                    .contains(&percent)
                    .then_some(Self::Percent(percent))
                    .ok_or_else(expected)
            }
            None => text.trim().parse().map(Self::Count).map_err(|_| expected()),
        }
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

impl<'de> Deserialize<'de> for MaxFailures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaxVisitor;

        impl Visitor<'_> for MaxVisitor {
            type Value = MaxFailures;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a share such as \"5%\"")
            }

            fn visit_u64<E: de::Error>(self, most: u64) -> Result<MaxFailures, E> {
                Ok(MaxFailures::Count(most))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaxFailures, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(MaxVisitor)
    }
}

/// Asks a run to stop when the chunk in hand is done. Clones ask the same run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks, and tells whether that was done before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// All tables are complete: what is in `run.json`.
    Complete(Box<Record>),
    /// It was asked to stop, and can go on: the counts up to there.
    Stopped(Progress),
}

/// What a run tells whoever watches it.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A chunk is through all stages; the counts are those since the start.
    Progress(Progress),
    /// An article, or a piece of the input, failed.
    Failed(&'a Failed),
    /// The run goes on where it was stopped; the counts are those up to there.
    Resumed(Progress),
}

/// Counts since the start of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How many articles were due, if the config names a state. Those that were not are in no table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increment: Option<Increment>,
    /// UTF-8 bytes of the articles as they came in.
    pub bytes: u64,
    /// Bytes of the input files that were read, compressed as they are.
    pub read: u64,
}

/// What a stage did in a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageRecord {
    /// The stage.
    pub stage: Cow<'static, str>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// The path of the user's file, or the name of the embedded model.
    pub name: String,
    /// The BLAKE3 hash of its content.
    pub blake3: String,
}

/// An input file, as `run.json` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// The path as it was given or found.
    pub path: PathBuf,
    /// Its size on disk.
    pub bytes: u64,
    /// When it was last changed, in UTC.
    pub modified: Option<String>,
    /// The BLAKE3 hash of its first and last 64 KiB, for files from 1 MiB on.
    pub ends: Option<String>,
}

impl InputRecord {
    fn new(file: &File) -> Self {
        Self {
            path: file.path.clone(),
            bytes: file.size,
            modified: file.modified.map(utc::nanoseconds),
            // What cannot be read is a failure when its turn comes.
            ends: file.fingerprint().unwrap_or_default(),
        }
    }
}

/// The record of a complete run: `run.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The version of blattwerk.
    pub version: Cow<'static, str>,
    /// When it began, in UTC.
    #[serde(default)]
    pub started: String,
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
    /// Seconds that the journal and bringing the tables to disk took, beside the work of the stages.
    pub seconds_journalling: f64,
    /// After how many articles and failures reading was to stop.
    pub limit: Option<usize>,
    /// The share of the input that it took, if not all: `0/4` is the first of four.
    pub shard: Option<Share>,
    /// What was read.
    pub inputs: Vec<InputRecord>,
    /// The BLAKE3 hash of everything that decides the tables, but for the share: version, settings, models, input
    /// files, limit.
    pub run_hash: String,
    /// The BLAKE3 hash of all settings that decide what the tables hold.
    pub config_hash: String,
    /// The settings as they were merged; a key that is missing had its default.
    pub config: serde_json::Value,
}

/// What becomes of an unfinished run in the output folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// It is in the way: nothing runs.
    #[default]
    New,
    /// It goes on. If there is none, a new run starts, unless the very same is complete.
    Resume,
    /// It is thrown away.
    Restart,
}

/// What a run does beside what the config says.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// After how many articles and failures reading stops.
    pub limit: Option<usize>,
    /// What becomes of an unfinished run.
    pub start: Start,
    /// What is taken of the input.
    pub taking: Taking,
    /// By what it can be asked to stop.
    pub stop: Stop,
}

/// A run that is ready to start: everything is checked, opened and loaded.
pub struct Run {
    loaded: Loaded,
    stages: Stages,
    inputs: Inputs,
    folder: PathBuf,
    pool: ThreadPool,
    options: Options,
    identity: Identity,
    memory: Option<Memory>,
    plan: Plan,
}

/// How a run begins.
enum Plan {
    New,
    GoOn,
    /// It is complete already.
    Done(Box<Record>),
}

impl Run {
    /// Prepares a run: builds the stages and the threads.
    ///
    /// `folder` is where the tables go.
    ///
    /// # Errors
    ///
    /// If a stage cannot be built, the output folder is not free, or an unfinished run in it that should go
    /// on is another one; or if only a part of the input is taken, and copies of articles are looked for.
    pub fn prepare(
        loaded: Loaded,
        inputs: Inputs,
        folder: PathBuf,
        options: Options,
    ) -> Result<Self> {
        if !matches!(options.taking, Taking::All) && loaded.config.state.file.is_some() {
            return Err(Error::Setting {
                origin: "config".into(),
                key: "[state] file".into(),
                message: "expected none with `--shard` and `retry`: what is due is decided over all articles, and what \
                          failed is due in the next run anyway"
                    .into(),
            });
        }
        if !matches!(options.taking, Taking::All) && !loaded.config.dedup.is_off() {
            return Err(Error::Setting {
                origin: "`--shard` and `retry`".into(),
                key: "[dedup] backend".into(),
                message: "expected `off`, since copies are found only where all articles are seen"
                    .into(),
            });
        }
        let files = paths(&inputs);
        let config = &loaded.config.output;
        let mut unfinished = None;
        let mut complete = None;
        match options.start {
            Start::New => tables::check_free(config, &folder, &files)?,
            Start::Restart => {
                tables::unfinished(&folder)?;
                tables::check_room(config, &folder, &files)?;
            }
            Start::Resume => {
                unfinished = tables::unfinished(&folder)?;
                if unfinished.is_none() {
                    complete = tables::read_record(&folder)?;
                    if complete.is_none() {
                        tables::check_room(config, &folder, &files)?;
                    }
                }
            }
        }
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
        let identity = identity(&loaded, &stages, &inputs, &options, &pool);
        let memory = Memory::open(&loaded.config.state, &loaded.root, &identity)?;
        let plan = match (unfinished, complete) {
            (Some(found), _) => {
                let streams = inputs.files().iter().find(|file| file.is_stream());
                if let Some(file) = streams {
                    return Err(Error::Place {
                        path: file.path.clone(),
                        source: io::Error::other("it is a pipe or device, which is read only once"),
                    });
                }
                tables::check_same(&folder, &found, &identity)?;
                Plan::GoOn
            }
            (None, Some(record))
                if record["run_hash"] == identity.hash()
                    && record["shard"] == serde_json::json!(identity.shard) =>
            {
                Plan::Done(Box::new(parse(record, &folder)?))
            }
            (None, record) => {
                if record.is_some() {
                    tables::check_room(config, &folder, &files)?;
                }
                Plan::New
            }
        };
        Ok(Self {
            loaded,
            stages,
            inputs,
            folder,
            pool,
            options,
            identity,
            memory,
            plan,
        })
    }

    /// Returns everything that decides the tables.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Runs to the end of the input, or until it is asked to stop.
    ///
    /// `watch` is called from the thread of the caller.
    ///
    /// # Errors
    ///
    /// If the output cannot be written, or more failed than may. The tables that a run before this one left
    /// are untouched then, and this one can go on from its last checkpoint.
    pub fn start(self, watch: &mut dyn FnMut(Event<'_>)) -> Result<Outcome> {
        let Self {
            loaded,
            stages,
            inputs,
            folder,
            pool,
            options,
            identity,
            mut memory,
            plan,
        } = self;
        let (mut output, state, items) = match begin(
            plan,
            &loaded,
            &inputs,
            &folder,
            &options,
            &identity,
            &mut memory,
        )? {
            Begun::Complete(record) => return Ok(Outcome::Complete(record)),
            Begun::New(output) => (*output, State::default(), inputs.items()),
            Begun::Resumed(output, state, items) => {
                watch(Event::Resumed(state.progress));
                (*output, *state, *items)
            }
        };
        let renderer = Renderer::new(&loaded.config.output, loaded.layout(), stages.summarizer);
        let jobs = pool.current_num_threads();
        let limit = options.limit.unwrap_or(usize::MAX);
        let mut reader = Reader {
            items: items.taking(options.taking),
            bytes_read: inputs.bytes_read(),
            taken: state.taken,
            limit,
        };
        let most = loaded.config.run.max_failures;
        let mut worker = Worker::new(&stages, renderer, &pool, memory.as_mut(), state);
        if worker.state.items > 0 && !loaded.config.dedup.is_off() {
            tables::originals(&loaded.config.output, &folder, &mut |documents| {
                pool.install(|| worker.duplicates.remember(documents));
            })?;
        }
        let (mut output, written, end) = thread::scope(|scope| {
            let (to_worker, chunks) = sync_channel::<Chunk>(1);
            let (to_writer, rendered) = sync_channel::<Rendered>(1);
            let size = loaded.config.run.clone();
            let reader = scope.spawn(move || reader.read(&size, &to_worker));
            let writer = scope.spawn(move || {
                let written = write(&mut output, &rendered);
                (output, written)
            });
            let end = worker.work(&chunks, &to_writer, &options.stop, most, watch);
            drop((chunks, to_writer));
            resume(reader.join());
            let (output, written) = resume(writer.join());
            (output, written, end)
        });
        written?;
        let state = worker.state;
        match end {
            End::Input => {}
            End::Error(error) => return Err(error),
            End::Stop => return Ok(Outcome::Stopped(state.progress)),
            End::Failures(most) => {
                return Err(Error::TooManyFailures {
                    failures: state.progress.failures,
                    items: state.taken,
                    most,
                });
            }
        }

        let stages = state
            .times
            .into_iter()
            .map(|time| time.record(&loaded, &stages))
            .collect();
        output.commit()?;
        let seconds_journalling = output.journalled().as_secs_f64();
        let started = output.started().to_owned();
        let record = output.finish(memory.as_mut(), |tables| Record {
            version: env!("CARGO_PKG_VERSION").into(),
            started,
            exit: u8::from(state.progress.failures > 0),
            counts: state.progress,
            seconds: state.seconds,
            jobs,
            seconds_waiting_for_input: state.waited_for_input.as_secs_f64(),
            seconds_waiting_for_output: state.waited_for_output.as_secs_f64(),
            seconds_journalling,
            stages,
            tables,
            run_hash: identity.hash(),
            limit: identity.limit,
            shard: identity.shard,
            inputs: identity.inputs,
            config_hash: loaded.hash(),
            config: loaded.settings,
        })?;
        Ok(Outcome::Complete(Box::new(record)))
    }
}

/// A run whose output is open, or was complete.
enum Begun {
    New(Box<Output>),
    Resumed(Box<Output>, Box<State>, Box<Items>),
    Complete(Box<Record>),
}

/// Opens the output of a run as it was planned.
fn begin(
    plan: Plan,
    loaded: &Loaded,
    inputs: &Inputs,
    folder: &Path,
    options: &Options,
    identity: &Identity,
    memory: &mut Option<Memory>,
) -> Result<Begun> {
    let target = Target {
        config: &loaded.config.output,
        folder,
        layout: loaded.layout(),
        identity,
        has_state: memory.is_some(),
        every: Duration::from_secs(loaded.config.run.journal_seconds),
    };
    match plan {
        Plan::Done(record) => Ok(Begun::Complete(record)),
        Plan::New => {
            let restart = options.start == Start::Restart;
            let output = Output::create(target, &paths(inputs), restart)?;
            Ok(Begun::New(Box::new(output)))
        }
        Plan::GoOn => match Output::go_on(target, memory.as_mut())? {
            Resumed::Complete(record) => {
                parse(*record, folder).map(|record| Begun::Complete(Box::new(record)))
            }
            Resumed::Unfinished { output, state, ids } => {
                let items = inputs.items_from(state.position, state.items, ids);
                let items = items.map_err(|source| Error::Place {
                    path: place(inputs, state.position),
                    source,
                })?;
                Ok(Begun::Resumed(output, state, Box::new(items)))
            }
        },
    }
}

fn paths(inputs: &Inputs) -> Vec<PathBuf> {
    let files = inputs.files().iter();
    files.map(|file| file.path.clone()).collect()
}

/// The file that a place in the input is in.
fn place(inputs: &Inputs, position: Position) -> PathBuf {
    let file = inputs.files().get(position.file);
    file.map_or_else(|| "the input".into(), |file| file.path.clone())
}

/// Everything that decides the tables of a run.
fn identity(
    loaded: &Loaded,
    stages: &Stages,
    inputs: &Inputs,
    options: &Options,
    pool: &ThreadPool,
) -> Identity {
    let models = Stages::NAMES.map(|stage| (stage.to_owned(), model_records(stages, stage)));
    Identity {
        version: env!("CARGO_PKG_VERSION").into(),
        settings: loaded.decisive(),
        models: models.into(),
        limit: options.limit,
        shard: match options.taking {
            Taking::Share(share) => Some(share),
            Taking::All | Taking::Only(_) => None,
        },
        inputs: pool.install(|| inputs.files().par_iter().map(InputRecord::new).collect()),
    }
}

fn model_records(stages: &Stages, stage: &str) -> Vec<ModelRecord> {
    let models = stages.assets(stage).iter();
    models
        .map(|asset| ModelRecord {
            name: asset.name.clone(),
            blake3: asset.hash.clone(),
        })
        .collect()
}

/// Reads a record that was found.
pub(crate) fn parse(record: serde_json::Value, folder: &Path) -> Result<Record> {
    serde_json::from_value(record).map_err(|error| Error::Read {
        path: folder.join("run.json"),
        source: error.into(),
    })
}

/// Goes on with a panic of another thread.
fn resume<T>(joined: thread::Result<T>) -> T {
    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A piece of the input, in its order.
struct Chunk {
    items: Vec<Item>,
    /// The numbers of the items in the input.
    numbers: Vec<u64>,
    /// The hashes of the ids that it took.
    ids: Vec<u128>,
    /// How many items were read up to its end, also of other shares, and how many of them were taken.
    count: usize,
    taken: usize,
    /// The place in the input behind it.
    position: Position,
    /// Bytes of the input files that were read up to its end.
    read: u64,
    /// Whether nothing comes behind it.
    is_last: bool,
}

/// What came of a chunk.
struct Rendered {
    rows: Vec<Rows>,
    entries: Vec<Entry>,
    ids: Vec<u128>,
    /// What was done, for the state of scheduled runs.
    done: Vec<Done>,
    /// What is carried on from it.
    state: State,
}

/// What came of a chunk: its rows, what rows came of what, what was done, and what failed.
type Worked = (Vec<Rows>, Vec<Entry>, Vec<Done>, Vec<Failed>);

/// Cuts the input into chunks.
struct Reader {
    items: Items,
    bytes_read: Arc<AtomicU64>,
    /// How many items were taken.
    taken: usize,
    limit: usize,
}

impl Reader {
    /// Reads until the end of the input, the limit, or until nobody wants more.
    fn read(&mut self, size: &Config, chunks: &SyncSender<Chunk>) {
        let most_bytes = size.chunk_megabytes.max(1) << 20;
        let mut items = Vec::new();
        let mut bytes = 0;
        let mut numbers = Vec::new();
        while self.items.items_read() < self.limit
            && let Some(item) = self.items.next()
            // One beyond the limit may come from behind items that are not taken.
            && self.items.items_read() <= self.limit
        {
            self.taken += 1;
            numbers.push(self.items.items_read() as u64 - 1);
            if let Item::Article(document) = &item {
                bytes += document.text.len();
            }
            items.push(item);
            if items.len() >= size.chunk_articles.max(1) || bytes >= most_bytes {
                bytes = 0;
                let chunk = self.chunk(
                    std::mem::take(&mut items),
                    std::mem::take(&mut numbers),
                    false,
                );
                if chunks.send(chunk).is_err() {
                    return;
                }
            }
        }
        // An error only says that the run has stopped already.
        let _ = chunks.send(self.chunk(items, numbers, true));
    }

    fn chunk(&mut self, items: Vec<Item>, numbers: Vec<u64>, is_last: bool) -> Chunk {
        Chunk {
            items,
            numbers,
            ids: self.items.take_new_ids(),
            count: self.items.items_read(),
            taken: self.taken,
            position: self.items.position(),
            read: self.bytes_read.load(Ordering::Relaxed),
            is_last,
        }
    }
}

/// Writes rows until there are no more, or until that fails.
fn write(output: &mut Output, rendered: &Receiver<Rendered>) -> Result<()> {
    for Rendered {
        rows,
        entries,
        done,
        ids,
        state,
    } in rendered
    {
        rows.iter().try_for_each(|rows| output.write(rows))?;
        output.end_chunk(state, &ids, &entries, &done)?;
    }
    output.commit()
}

/// How much a stage did, and in what time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Time {
    /// Known by its place in the list.
    #[serde(skip)]
    stage: &'static str,
    articles: u64,
    failures: u64,
    skipped: u64,
    bytes: u64,
    spent: Duration,
}

impl Time {
    fn record(self, loaded: &Loaded, stages: &Stages) -> StageRecord {
        StageRecord {
            stage: self.stage.into(),
            backend: loaded.backend(self.stage).to_owned(),
            models: model_records(stages, self.stage),
            articles: self.articles,
            failures: self.failures,
            skipped: self.skipped,
            bytes: self.bytes,
            seconds: self.spent.as_secs_f64(),
        }
    }
}

/// How often a wait for input looks up whether the run should stop.
const LOOK_UP: Duration = Duration::from_millis(100);

/// Why no further chunk is worked on.
enum End {
    Input,
    Stop,
    Failures(MaxFailures),
    Error(Error),
}

/// Takes chunks through the stages.
struct Worker<'a> {
    stages: &'a Stages,
    duplicates: Duplicates<'a>,
    renderer: Renderer,
    pool: &'a ThreadPool,
    memory: Option<&'a mut Memory>,
    state: State,
    /// When this process began to work.
    started: Instant,
    /// The seconds that other processes worked on the same run before.
    before: f64,
}

impl<'a> Worker<'a> {
    fn new(
        stages: &'a Stages,
        renderer: Renderer,
        pool: &'a ThreadPool,
        memory: Option<&'a mut Memory>,
        mut state: State,
    ) -> Self {
        state.times.resize(Stages::NAMES.len(), Time::default());
        for (time, stage) in state.times.iter_mut().zip(Stages::NAMES) {
            time.stage = stage;
        }
        Self {
            stages,
            duplicates: Duplicates::new(&stages.dedup),
            renderer,
            pool,
            memory,
            started: Instant::now(),
            before: state.seconds,
            state,
        }
    }

    fn work(
        &mut self,
        chunks: &Receiver<Chunk>,
        rendered: &SyncSender<Rendered>,
        stop: &Stop,
        most: Option<MaxFailures>,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> End {
        let mut is_last = false;
        let end = loop {
            let failures = self.state.progress.failures;
            if let Some(most) = most
                && most.is_exceeded(failures, self.state.taken, is_last)
            {
                break End::Failures(most);
            }
            if is_last {
                break End::Input;
            }
            let waiting = Instant::now();
            let mut chunk = loop {
                if stop.is_asked() {
                    return End::Stop;
                }
                match chunks.recv_timeout(LOOK_UP) {
                    Ok(chunk) => break chunk,
                    Err(RecvTimeoutError::Timeout) => {}
                    // The reader is gone before its last chunk: its panic is told when it is joined.
                    Err(RecvTimeoutError::Disconnected) => return End::Stop,
                }
            };
            self.state.waited_for_input += waiting.elapsed();

            is_last = chunk.is_last;
            let ids = std::mem::take(&mut chunk.ids);
            self.state.items = chunk.count;
            self.state.taken = chunk.taken;
            self.state.position = chunk.position;
            self.state.progress.read = chunk.read;
            let (rows, entries, done, failures) = match self.pool.install(|| self.chunk(chunk)) {
                Ok(all) => all,
                Err(error) => break End::Error(error),
            };
            for failed in &failures {
                watch(Event::Failed(failed));
            }
            watch(Event::Progress(self.state.progress));

            self.state.seconds = self.before + self.started.elapsed().as_secs_f64();
            let waiting = Instant::now();
            let state = self.state.clone();
            let chunk = Rendered {
                rows,
                entries,
                ids,
                done,
                state,
            };
            if rendered.send(chunk).is_err() {
                // Writing has failed; why is told when the writer is joined.
                break End::Stop;
            }
            self.state.waited_for_output += waiting.elapsed();
        };
        self.state.seconds = self.before + self.started.elapsed().as_secs_f64();
        end
    }

    /// Leaves those articles in a batch that have to be done, and returns what is to be remembered of them, with
    /// their places; nothing if the config names no state.
    fn due(&mut self, batch: &mut Batch) -> Result<Vec<(usize, Done)>> {
        let mut done = Vec::new();
        let Some(memory) = &self.memory else {
            return Ok(done);
        };
        let counts = self.state.progress.increment.get_or_insert_default();
        let due = memory.due(batch.documents.iter(), counts)?;
        for ((position, document), (is_due, entry)) in batch.take().zip(due) {
            if is_due {
                done.push((position, entry));
                batch.put(position, document);
            }
        }
        Ok(done)
    }

    /// Takes one chunk through all stages and renders what came of it.
    fn chunk(&mut self, chunk: Chunk) -> Result<Worked> {
        let numbers = chunk.numbers;
        let text_bytes: Vec<u64> = chunk.items.iter().map(text_bytes).collect();
        let mut batch = Batch::new(chunk.items);
        let mut done = self.due(&mut batch)?;
        self.state.progress.bytes += batch
            .documents
            .iter()
            .map(|document| document.text.source().len() as u64)
            .sum::<u64>();

        let Stages {
            normalize,
            language,
            split,
            ner,
            keywords,
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
            time_keywords,
            time_sentiment,
            time_summarize,
        ] = &mut self.state.times[..]
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
            batch.pass(&*keywords.stage, time_keywords, |document, keywords| {
                document.keywords = keywords;
            });
            batch.pass(&*sentiment.stage, time_sentiment, |document, sentiment| {
                document.sentiment = sentiment;
            });
            batch.pass(&*summarize.stage, time_summarize, |document, summary| {
                document.summary = summary;
            });
        });

        let failed = batch.failed_positions();
        done.retain(|(position, _)| !failed.contains(position));
        let done = done.into_iter().map(|(_, entry)| entry).collect();
        let (copied_at, duplicates): (Vec<usize>, Vec<_>) = duplicates.into_iter().unzip();
        let (skipped_at, skipped) = in_order(batch.skipped);
        let (failed_at, failures) = in_order(batch.failed);
        // In the order in which they are rendered.
        let positions = [batch.positions, copied_at, skipped_at, failed_at].concat();
        let documents = batch.documents;
        for time in &mut self.state.times {
            let here = failures.iter().filter(|failed| failed.stage == time.stage);
            time.failures += here.count() as u64;
        }
        self.state.progress.articles += documents.len() as u64;
        self.state.progress.failures += failures.len() as u64;
        self.state.progress.skipped += skipped.len() as u64;
        self.state.progress.duplicates += duplicates.len() as u64;
        self.state.progress.words += documents.par_iter().map(words).sum::<u64>();
        self.state.progress.damaged +=
            documents.par_iter().filter(|d| is_damaged(d)).count() as u64;

        let size = documents
            .len()
            .div_ceil(4 * rayon::current_num_threads())
            .max(1);
        let mut rows: Vec<Rows> = documents
            .par_chunks(size)
            .map(|documents| self.renderer.documents(documents))
            .collect();
        rows.push(self.renderer.rest(&duplicates, &skipped, &failures));
        let entries = entries(&rows, positions, &numbers, &text_bytes);
        Ok((rows, entries, done, failures))
    }
}

/// Says which rows came of which article or failure, given in the order in which they were rendered.
fn entries(
    rows: &[Rows],
    positions: Vec<usize>,
    numbers: &[u64],
    text_bytes: &[u64],
) -> Vec<Entry> {
    // A copy that is kept has rows of its own, and one that says so.
    let mut lengths: BTreeMap<usize, [Length; TABLES]> = BTreeMap::new();
    let parts = rows.iter().flat_map(|rows| &rows.parts);
    for (position, part) in positions.into_iter().zip(parts) {
        let whole = lengths.entry(position).or_default();
        for (whole, part) in whole.iter_mut().zip(part) {
            whole.bytes += part.bytes;
            whole.rows += part.rows;
        }
    }
    lengths
        .into_iter()
        .map(|(position, lengths)| Entry {
            number: numbers[position],
            text_bytes: text_bytes[position],
            lengths,
        })
        .collect()
}

/// The bytes of an article; 0 for a failure.
fn text_bytes(item: &Item) -> u64 {
    match item {
        Item::Article(document) => document.text.len() as u64,
        Item::Failure(_) => 0,
    }
}

fn words(document: &Document) -> u64 {
    document.text.as_str().split_ascii_whitespace().count() as u64
}

fn is_damaged(document: &Document) -> bool {
    document.text.as_str().contains('\u{FFFD}')
}

/// What left a batch, each with its place in the chunk, in the order of that.
fn in_order<T>(mut left: Vec<(usize, T)>) -> (Vec<usize>, Vec<T>) {
    left.sort_by_key(|(position, _)| *position);
    left.into_iter().unzip()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_failures_are_a_number_or_a_share() {
        // What is written, failures, items, at the end of the input, too many.
        let cases = [
            ("0", 0, 1000, false, false),
            ("0", 1, 1000, false, true),
            ("3", 3, 3, true, false),
            ("3", 4, 4, false, true),
            ("5%", 5, 100, false, false),
            ("5 %", 6, 100, false, true),
            ("0.1%", 1, 999, false, true),
            ("0.1%", 1, 1000, false, false),
            ("5%", 99, 99, false, false),
            ("5%", 99, 99, true, true),
            ("100%", 1000, 1000, true, false),
            ("5%", 0, 0, true, false),
        ];
        for (text, failures, items, is_end, expected) in cases {
            let most: MaxFailures = text.parse().unwrap();
            let found = most.is_exceeded(failures, items, is_end);
            assert_eq!(found, expected, "{failures} of {items}, at most {text}");
        }
        for text in ["", "-1", "5.5", "101%", "-1%", "NaN%", "viele"] {
            let error = text.parse::<MaxFailures>().unwrap_err();
            assert!(error.ends_with(&format!("found `{text}`")), "{error}");
        }
    }
}
