//! `blattwerk run`: processes articles into tables.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use blattwerk_pipeline::config::MaxFailures;
use blattwerk_pipeline::input::{By, Share, Taking};
use blattwerk_pipeline::run::{self, Event, Outcome, Run, Start};
use blattwerk_pipeline::schedule;
use clap::Args;

use crate::metrics::Metrics;
use crate::output::shown;
use crate::progress::{Log, Progress};
use crate::report;
use crate::settings::{Prepared, Settings};
use crate::signals::Signals;
use crate::summary::summary;

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Options {
    #[command(flatten)]
    settings: Settings,
    /// Number of threads for the stages instead of `run.jobs`; 0 means one per processor
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Process only the first N articles
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Process only a share of the articles: `0/4` is the first of four, `3/4` the last; `blattwerk merge` joins them
    #[arg(long, value_name = "I/N")]
    shard: Option<Share>,
    /// What decides which share an article belongs to: `hash` (that of its id), or `files`, so that a shard reads only its files
    #[arg(long, value_name = "hash|files", requires = "shard")]
    shard_by: Option<By>,
    /// Resume the unfinished run in the output folder; start a new run if there is none
    #[arg(long)]
    resume: bool,
    /// Discard the unfinished run in the output folder and start again
    #[arg(long, conflicts_with = "resume")]
    restart: bool,
    /// Stop with exit code 2 once more than N articles, or more than P% of those read, have failed
    #[arg(long, value_name = "N|P%")]
    max_failures: Option<MaxFailures>,
    /// Write Prometheus metrics to this file
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Make a page of the run when it is complete: report.html in the output folder
    #[arg(long)]
    report: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// The format of progress messages
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log: Log,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let code = go(options);
    match code {
        // With JSON events, the error is an event too.
        Err(error) if options.log == Log::Json && !options.quiet => {
            Progress::error(&error);
            Ok(ExitCode::from(2))
        }
        code => code,
    }
}

fn go(options: &Options) -> anyhow::Result<ExitCode> {
    let Prepared {
        mut loaded,
        inputs,
        folder,
    } = options.settings.prepare(options.metrics.as_deref())?;
    let start = match (options.resume, options.restart) {
        (true, _) => Start::Resume,
        (_, true) => Start::Restart,
        _ => Start::New,
    };
    let folder = schedule::place(&mut loaded, &folder)?;
    let config = &mut loaded.config.run;
    if let Some(jobs) = options.jobs {
        config.jobs = jobs;
    }
    config.max_failures = options.max_failures.or(config.max_failures);
    let signals = Signals::listen(Duration::from_secs(config.grace_seconds))
        .context("cannot install the signal handlers")?;
    let metrics = match &options.metrics {
        Some(path) => Some(path.clone()),
        None => config.metrics.as_ref().map(|path| loaded.root.join(path)),
    };
    let (hash, total_bytes) = (loaded.hash(), inputs.total_bytes());
    let mut progress = Progress::new(options.quiet, options.log, total_bytes);
    let files = inputs.files().len();
    progress.started(files, &folder);
    let has_report = options.report;
    let by = options.shard_by.unwrap_or_default();
    let share = options.shard.map(|share| Share { by, ..share });
    let options = run::Options {
        limit: options.limit,
        start,
        taking: share.map_or(Taking::All, Taking::Share),
        stop: signals.stop.clone(),
    };
    let run = Run::prepare(loaded, inputs, folder.clone(), options)?;
    if let Some(notice) = run.notice() {
        progress.warning(notice);
    }
    if run.folder() != folder {
        progress.started(files, run.folder());
    }
    let folder = run.folder().to_owned();
    let mut metrics = metrics
        .map(|path| Metrics::begin(path, hash, total_bytes))
        .transpose()?;
    let ended = run.start(&mut |event| {
        if let (Event::Progress(counts) | Event::Resumed(counts), Some(metrics)) =
            (&event, &mut metrics)
        {
            metrics.progress(counts);
        }
        progress.event(&event);
    });
    let (code, record) = match &ended {
        Ok(Outcome::Complete(record)) => (record.exit, Some(&**record)),
        Ok(Outcome::Stopped(_)) => (signals.heard().1, None),
        Err(_) => (2, None),
    };
    if let Some(metrics) = &mut metrics {
        metrics.end(code, record);
    }
    match ended? {
        Outcome::Complete(record) => {
            let mut summary = summary(&record, &folder);
            if has_report {
                let path = report::beside(&folder)?;
                summary = format!("{summary}\n{}\n", shown(&path));
            }
            progress.finished(&record, &summary);
        }
        Outcome::Stopped(counts) => progress.stopped(&counts, signals.heard()),
    }
    Ok(ExitCode::from(code))
}
