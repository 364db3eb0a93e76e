//! The run: takes a dump through the stages, chunk by chunk.
//!
//! Three threads work at the same time, each a chunk ahead of the next: one reads, one drives the stages
//! on the pool, one writes. Bounded channels between them limit the memory to a few chunks, whatever the
//! size of the dump. Everything is collected and written in the order of the input, so the tables do not
//! depend on the number of threads.

mod duplicates;
mod reader;
mod watch;
mod worker;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use rayon::ThreadPool;
use rayon::prelude::*;

use self::reader::{Chunk, Reader};
use self::worker::{End, Rendered, Worker};
use crate::config::Loaded;
use crate::flow::Flow;
use crate::identity::{self, Identity};
use crate::input::{By, File, Inputs, Items, Position, Share, Taking};
use crate::output::{self, Carried, Facts, Found, Layout, Output, Renderer, Resumed, Target};
use crate::own::OWN_FILE;
use crate::record::{InputRecord, ModelRecord, Progress, Record, StageRecord, Time};
use crate::stages::{DEDUP, Step};
use crate::state::{Memory, Tables};
use crate::{Error, Result, schedule, utc};

pub use self::watch::{Event, Stop};

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// All tables are complete; this is the content of `run.json`.
    Complete(Box<Record>),
    /// It was asked to stop, and can be resumed; these are the counts so far.
    Stopped(Box<Progress>),
}

/// What to do with an unfinished run in the output folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// Refuse to run.
    #[default]
    New,
    /// Resume it. If there is none, start a new run, unless the same run is already complete.
    Resume,
    /// Discard it.
    Restart,
}

/// Options of a run that are not in the config.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The number of articles and failures after which reading stops.
    pub limit: Option<usize>,
    /// What to do with an unfinished run.
    pub start: Start,
    /// Which part of the input is taken.
    pub taking: Taking,
    /// The handle to ask the run to stop.
    pub stop: Stop,
}

/// The most threads: a larger number is a slip, and would bring the machine to a halt.
const MOST_JOBS: usize = 1024;

/// A run that is ready to start: everything is checked, opened and loaded.
pub struct Run {
    loaded: Loaded,
    flow: Flow,
    inputs: Inputs,
    folder: PathBuf,
    pool: ThreadPool,
    options: Options,
    identity: Identity,
    memory: Option<Memory>,
    plan: Plan,
    /// When the complete run in the folder started, if there is one.
    earlier: Option<String>,
    notice: Option<String>,
}

/// How a run starts.
enum Plan {
    New,
    Resume,
    /// The same run is complete already.
    Done(Box<Record>),
}

impl Run {
    /// Prepares a run: builds the stages and the threads.
    ///
    /// `folder` is where the tables go.
    ///
    /// # Errors
    ///
    /// If a stage cannot be built; if the output folder is not free, or the unfinished run in it that should be resumed
    /// is a different one; or if only part of the input is taken although the config looks for copies or has a state.
    #[expect(
        clippy::too_many_lines,
        reason = "the steps are in the order in which each needs what the ones before it found"
    )]
    pub fn prepare(
        loaded: Loaded,
        mut inputs: Inputs,
        mut folder: PathBuf,
        mut options: Options,
    ) -> Result<Self> {
        if !matches!(options.taking, Taking::All) && loaded.config.state.file.is_some() {
            return Err(Error::Setting {
                origin: "config".into(),
                key: "[state] file".into(),
                message: "expected no state file with `--shard` and `retry`: whether an article is due is decided over the whole input, \
                          and what failed is due in the next run anyway"
                    .into(),
            });
        }
        if !matches!(options.taking, Taking::All) && loaded.backend(DEDUP) != "off" {
            return Err(Error::Setting {
                origin: "`--shard` and `retry`".into(),
                key: "[dedup] backend".into(),
                message: "expected `off`, since copies can only be found over the whole input"
                    .into(),
            });
        }
        if let Taking::Share(Share { by: By::Files, .. }) = options.taking
            && options.limit.is_some()
        {
            return Err(Error::Setting {
                origin: "`--shard-by files`".into(),
                key: "`--limit`".into(),
                message: "expected no limit, since a shard does not know how many articles are in the files of others"
                    .into(),
            });
        }
        let files = paths(&inputs);
        let config = &loaded.config.output;
        let mut earlier = started(&folder);
        let is_scheduled = loaded.config.state.file.is_some();
        if let Some(state) = &loaded.config.state.file {
            let path = loaded.root.join(state);
            inputs.identify(path.parent().unwrap_or(Path::new("")));
        }
        let mut unfinished = None;
        let mut complete = None;
        match options.start {
            Start::New => {
                // Whether it is in the way is known below.
                if is_scheduled {
                    unfinished = output::unfinished(&folder)?;
                }
                if unfinished.is_none() {
                    output::check_free(config, &folder, &files)?;
                }
            }
            Start::Restart => {
                output::unfinished(&folder)?;
                output::check_room(config, &folder, &files)?;
            }
            Start::Resume => {
                unfinished = output::unfinished(&folder)?;
                if unfinished.is_none() {
                    complete = output::read_record(&folder)?;
                    if complete.is_none() {
                        output::check_room(config, &folder, &files)?;
                    }
                }
            }
        }
        let jobs = loaded.config.run.jobs;
        if jobs > MOST_JOBS {
            return Err(Error::Setting {
                origin: "config".into(),
                key: "[run] jobs".into(),
                message: format!("expected at most {MOST_JOBS} threads, found {jobs}"),
            });
        }
        let flow = Flow::new(loaded.build()?);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|index| format!("stage-{index}"))
            .build()
            .map_err(|error| Error::Setting {
                origin: "config".into(),
                key: "[run] jobs".into(),
                message: error.to_string(),
            })?;
        let identity = identity(&loaded, &flow, &inputs, &options, &pool);
        let memory = Memory::open(&loaded.config.state, &loaded.root, &identity)?;
        let mut notice = None;
        if is_scheduled && let Some(found) = &unfinished {
            match superseded(found, &identity, &inputs) {
                Some(why) => {
                    let (old, started) = (folder.clone(), found.started_at());
                    let what = match loaded.config.state.tables {
                        Tables::Folder => {
                            folder = schedule::fresh(folder.parent().unwrap_or(Path::new("")));
                            earlier = None;
                            options.start = Start::New;
                            "it stays there"
                        }
                        Tables::Append => {
                            options.start = Start::Restart;
                            "it is discarded, and its articles are due in each run that reads them"
                        }
                    };
                    unfinished = None;
                    notice = Some(format!(
                        "{}: the unfinished run started {started} is not continued, since {why}; {what}",
                        old.display(),
                    ));
                    output::check_room(config, &folder, &files)?;
                }
                None if options.start == Start::New => {
                    output::check_free(config, &folder, &files)?;
                }
                None => {}
            }
        }
        let plan = match (unfinished, complete) {
            (Some(found), _) => {
                let streams = inputs.files().iter().find(|file| file.is_stream());
                if let Some(file) = streams {
                    return Err(Error::Place {
                        path: file.path.clone(),
                        source: io::Error::other(
                            "it is a pipe or device, which can be read only once",
                        ),
                    });
                }
                output::check_same(&folder, &found, &identity)?;
                Plan::Resume
            }
            (None, Some(record))
                if record.run_hash == identity.hash() && record.shard == identity.shard =>
            {
                match output::check_whole(&folder, &record) {
                    Ok(()) => Plan::Done(Box::new(record)),
                    // The run is made again.
                    Err(_) if loaded.config.output.overwrite && memory.is_none() => Plan::New,
                    Err(error) => return Err(error),
                }
            }
            (None, record) => {
                if record.is_some() {
                    output::check_room(config, &folder, &files)?;
                }
                Plan::New
            }
        };
        Ok(Self {
            loaded,
            flow,
            inputs,
            folder,
            pool,
            options,
            identity,
            memory,
            plan,
            earlier,
            notice,
        })
    }

    /// Returns where the tables go: a new folder if an unfinished run in the one that was given is not continued.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns what people should know before the run starts, if anything.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
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
    /// If the output cannot be written, or too much failed. Then the tables of an earlier run in the folder are
    /// untouched, and this run can be resumed from its last checkpoint.
    #[expect(
        clippy::too_many_lines,
        reason = "the steps are in the order in which each needs what the ones before it found"
    )]
    pub fn start(self, watch: &mut dyn FnMut(Event<'_>)) -> Result<Outcome> {
        let Self {
            loaded,
            flow,
            inputs,
            folder,
            pool,
            options,
            identity,
            mut memory,
            plan,
            earlier,
            notice: _,
        } = self;
        let (mut output, state, items, ids) = match begin(
            plan,
            &loaded,
            &inputs,
            &folder,
            &options,
            &identity,
            &mut memory,
        )? {
            Begun::Complete(record) => return Ok(Outcome::Complete(record)),
            Begun::New(output) => {
                // Nobody can finish a run now. Its tables would be replaced, and with a state, what is due was decided
                // without it.
                if started(&folder) != earlier {
                    output.discard();
                    return Err(Error::Occupied {
                        folder,
                        message: "another run has finished in this folder while this one was starting; start it again"
                            .into(),
                    });
                }
                let mut state = Carried::default();
                if inputs.left_out() > 0 {
                    let ignored = &mut state.progress.ignored;
                    ignored.insert(OWN_FILE.into(), inputs.left_out());
                }
                (*output, state, inputs.items(), Vec::new())
            }
            Begun::Resumed(output, state, items, ids) => {
                watch(Event::Resumed(&state.progress));
                (*output, *state, *items, ids)
            }
        };
        let layout = Layout::new(&loaded.settings);
        let facts = Facts {
            summarizer: loaded.backend("summarize").to_owned(),
            articles: loaded.config.output.articles,
        };
        let renderer = Renderer::new(loaded.config.output.dialect(), layout, facts);
        let jobs = pool.current_num_threads();
        let is_retry = matches!(options.taking, Taking::Only(_));
        let limit = options.limit.unwrap_or(usize::MAX);
        let mut reader = Reader {
            items: items.taking(options.taking),
            bytes_read: inputs.bytes_read(),
            taken: state.taken,
            limit,
        };
        let most = loaded.config.run.max_failures;
        let mut worker = Worker::new(&flow, renderer, &pool, memory.as_mut(), state);
        worker.remember_captures(ids);
        if worker.state.items > 0 && loaded.backend(DEDUP) != "off" {
            output::originals(&loaded.config.output, &folder, &mut |documents| {
                worker.remember(documents);
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
            join(reader);
            let (output, written) = join(writer);
            (output, written, end)
        });
        written?;
        let (state, first_failure) = (worker.state, worker.first_failure);
        match end {
            End::Input => {}
            End::Error(error) => return Err(error),
            End::Stop => return Ok(Outcome::Stopped(Box::new(state.progress))),
            End::Failures(most) => {
                return Err(Error::TooManyFailures {
                    failures: state.progress.failures,
                    items: state.taken,
                    most: most.to_string(),
                });
            }
        }

        if !is_retry && all_failed(&state.progress) {
            let first = first_failure.unwrap_or_default();
            return Err(Error::AllFailed {
                failures: state.progress.failures,
                first,
                table: output.abandon()?,
            });
        }
        output.commit()?;
        let record = Record {
            started: output.started().to_owned(),
            seconds_journalling: output.journalled().as_secs_f64(),
            ..record(&loaded, &flow, identity, &state, jobs)
        };
        let record = output.finish(memory.as_mut(), |tables| Record { tables, ..record })?;
        Ok(Outcome::Complete(Box::new(record)))
    }
}

/// Returns when the complete run in a folder started, if there is one.
fn started(folder: &Path) -> Option<String> {
    let record = output::read_record(folder).ok()??;
    Some(record.started)
}

/// Returns why a scheduled run does not continue an unfinished one: tonight's run must not wait until somebody has seen
/// to yesterday's.
fn superseded(found: &Found, identity: &Identity, inputs: &Inputs) -> Option<String> {
    if inputs.files().iter().any(File::is_stream) {
        return Some("its input is a pipe or device, which can be read only once".into());
    }
    let differences = found.identity.differences(identity);
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// From this many failures on, a run without an article has gone wrong as a whole.
const ALL: u64 = 20;

/// Returns whether a run has gone wrong as a whole: nothing of its input came through.
fn all_failed(progress: &Progress) -> bool {
    let unchanged = progress
        .increment
        .map_or(0, |increment| increment.unchanged);
    let came_through = progress.articles + progress.skipped + progress.duplicates + unchanged;
    progress.failures >= ALL && came_through == 0
}

/// A run whose output is open, or was complete.
enum Begun {
    New(Box<Output>),
    /// With the ids that are taken.
    Resumed(Box<Output>, Box<Carried>, Box<Items>, Vec<u128>),
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
    let layout = Layout::new(&loaded.settings);
    let target = Target {
        config: &loaded.config.output,
        folder,
        layout: &layout,
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
        Plan::Resume => match Output::resume(target, memory.as_mut())? {
            Resumed::Complete(record) => Ok(Begun::Complete(record)),
            Resumed::Unfinished { output, state, ids } => {
                let items = inputs.items_from(&state.position, state.items, ids.iter().copied());
                let items = items.map_err(|source| Error::Place {
                    path: place(inputs, &state.position),
                    source,
                })?;
                Ok(Begun::Resumed(output, state, Box::new(items), ids))
            }
        },
    }
}

fn paths(inputs: &Inputs) -> Vec<PathBuf> {
    let files = inputs.files().iter();
    files.map(|file| file.path.clone()).collect()
}

/// Returns the file that a position in the input is in.
fn place(inputs: &Inputs, position: &Position) -> PathBuf {
    let file = inputs.files().get(position.file);
    file.map_or_else(|| "the input".into(), |file| file.path.clone())
}

/// Returns everything that decides the tables of a run.
fn identity(
    loaded: &Loaded,
    flow: &Flow,
    inputs: &Inputs,
    options: &Options,
    pool: &ThreadPool,
) -> Identity {
    let models = flow.steps().iter();
    Identity {
        version: env!("CARGO_PKG_VERSION").into(),
        settings: identity::decisive(&loaded.settings),
        models: models
            .map(|step| (step.name.to_owned(), model_records(step)))
            .collect(),
        limit: options.limit,
        shard: match options.taking {
            Taking::Share(share) => Some(share),
            Taking::All | Taking::Only(_) => None,
        },
        inputs: pool.install(|| inputs.files().par_iter().map(input_record).collect()),
        is_merge: false,
    }
}

fn input_record(file: &File) -> InputRecord {
    InputRecord {
        path: file.path.clone(),
        bytes: file.size,
        modified: file.modified.map(utc::nanoseconds),
        // A file that cannot be read is a failure when its turn comes.
        ends: file.fingerprint().unwrap_or_default(),
    }
}

fn model_records(step: &Step) -> Vec<ModelRecord> {
    let models = step.assets.iter();
    models
        .map(|asset| ModelRecord {
            name: asset.name.clone(),
            blake3: asset.hash.clone(),
        })
        .collect()
}

/// Returns the record of a run that has worked to the end of its input, without its tables.
fn record(
    loaded: &Loaded,
    flow: &Flow,
    identity: Identity,
    state: &Carried,
    jobs: usize,
) -> Record {
    let times = flow.steps().iter().zip(&state.times);
    Record {
        version: env!("CARGO_PKG_VERSION").into(),
        exit: u8::from(state.progress.failures > 0),
        counts: state.progress.clone(),
        seconds: state.seconds,
        jobs,
        stages: times
            .map(|(step, time)| stage_record(loaded, step, time))
            .collect(),
        seconds_waiting_for_input: state.waited_for_input.as_secs_f64(),
        seconds_waiting_for_output: state.waited_for_output.as_secs_f64(),
        run_hash: identity.hash(),
        limit: identity.limit,
        shard: identity.shard,
        inputs: identity.inputs,
        config_hash: loaded.hash(),
        config: loaded.settings.clone(),
        ..Record::default()
    }
}

fn stage_record(loaded: &Loaded, step: &Step, time: &Time) -> StageRecord {
    StageRecord {
        stage: step.name.into(),
        backend: loaded.backend(step.name).to_owned(),
        models: model_records(step),
        articles: time.articles,
        failures: time.failures,
        skipped: time.skipped,
        bytes: time.bytes,
        seconds: time.spent.as_secs_f64(),
    }
}

/// Waits for a thread to end, and propagates its panic.
fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    let joined = thread.join();
    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Writes rows until there are no more, or until writing fails.
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
