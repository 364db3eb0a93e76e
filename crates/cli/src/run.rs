//! `blattwerk run`: the main job.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use blattwerk_pipeline::config::MaxFailures;
use blattwerk_pipeline::input::{Share, Taking};
use blattwerk_pipeline::record::Record;
use blattwerk_pipeline::run::{self, Event, Outcome, Run, Start};
use blattwerk_pipeline::schedule;
use clap::{Args, ValueEnum};
use indicatif::{HumanCount, HumanDuration};

use crate::metrics::Metrics;
use crate::progress::Progress;
use crate::signals::Signals;
use crate::{Prepared, Settings, shown};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    settings: Settings,
    /// How many threads the stages get; 0 is one for each processor
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Read only the first N articles
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Take only a share of the articles: `0/4` is the first of four, `3/4` the last; `merge` joins them
    #[arg(long, value_name = "I/N")]
    shard: Option<Share>,
    /// Go on with the unfinished run in the output folder; without one, start a new one
    #[arg(long)]
    resume: bool,
    /// Throw the unfinished run in the output folder away and begin again
    #[arg(long, conflicts_with = "resume")]
    restart: bool,
    /// Stop with exit code 2 when more than N, or more than P% of what was read, has failed
    #[arg(long, value_name = "N|P%")]
    max_failures: Option<MaxFailures>,
    /// Write metrics for Prometheus to a file
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// How progress is told: for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log: Log,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Log {
    /// For people: a bar on a terminal, lines elsewhere
    Text,
    /// One JSON object a line
    Json,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let code = go(options);
    match code {
        // Whoever reads events gets the error as one.
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
    } = options.settings.prepare()?;
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
        .context("cannot listen to signals")?;
    let metrics = match &options.metrics {
        Some(path) => Some(path.clone()),
        None => config.metrics.as_ref().map(|path| loaded.root.join(path)),
    };
    let (hash, total_bytes) = (loaded.hash(), inputs.total_bytes());
    let mut progress = Progress::new(options.quiet, options.log, total_bytes);
    progress.started(inputs.files().len(), &folder);
    let options = run::Options {
        limit: options.limit,
        start,
        taking: options.shard.map_or(Taking::All, Taking::Share),
        stop: signals.stop.clone(),
    };
    let run = Run::prepare(loaded, inputs, folder.clone(), options)?;
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
        Outcome::Complete(record) => progress.finished(&record, &summary(&record, &folder)),
        Outcome::Stopped(counts) => progress.stopped(&counts, signals.heard()),
    }
    Ok(ExitCode::from(code))
}

/// What a person wants to know at the end of a run.
pub(crate) fn summary(record: &Record, folder: &Path) -> String {
    let mut text = String::new();
    summarize(&mut text, record, folder).expect("a string takes all that is written to it");
    text
}

fn summarize(text: &mut String, record: &Record, folder: &Path) -> std::fmt::Result {
    let Record {
        counts, seconds, ..
    } = record;
    let threads = if record.jobs == 1 {
        "1 thread".to_owned()
    } else {
        format!("{} threads", record.jobs)
    };
    writeln!(
        text,
        "{} articles, {} words in {} on {threads}: {} words/s, {:.1} MB/s",
        HumanCount(counts.articles),
        HumanCount(counts.words),
        duration(*seconds),
        HumanCount(per_second(counts.words, *seconds)),
        megabytes(counts.bytes, *seconds),
    )?;
    writeln!(text)?;
    let width = record
        .stages
        .iter()
        .map(|stage| stage.backend.len())
        .max()
        .unwrap_or(0);
    for stage in &record.stages {
        let share = 100.0 * stage.seconds / seconds.max(f64::EPSILON);
        writeln!(
            text,
            "  {:<10} {:<width$} {share:>4.0} %  {:>8.1} MB/s",
            stage.stage,
            stage.backend,
            megabytes(stage.bytes, stage.seconds),
        )?;
    }
    writeln!(text)?;
    writeln!(text, "{}", shown(folder))?;
    for table in &record.tables {
        writeln!(
            text,
            "  {:<18} {:>9} rows",
            table.file,
            HumanCount(table.rows).to_string()
        )?;
    }
    if counts.damaged > 0 {
        writeln!(
            text,
            "\n{} with characters that were lost before they came here (U+FFFD), which nobody can guess",
            match counts.damaged {
                1 => "1 article".to_owned(),
                n => format!("{} articles", HumanCount(n)),
            }
        )?;
    }
    if counts.duplicates > 0 {
        writeln!(
            text,
            "\n{} of earlier articles: the duplicates table says of which",
            match counts.duplicates {
                1 => "1 copy".to_owned(),
                n => format!("{} copies", HumanCount(n)),
            }
        )?;
    }
    if counts.skipped > 0 {
        writeln!(
            text,
            "\n{} skipped: the skipped table says why",
            HumanCount(counts.skipped)
        )?;
    }
    match counts.failures {
        0 => {}
        1 => writeln!(text, "\n1 failure: the failures table says why")?,
        n => writeln!(
            text,
            "\n{} failures: the failures table says why",
            HumanCount(n)
        )?,
    }
    Ok(())
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        HumanDuration(std::time::Duration::from_secs_f64(seconds)).to_string()
    }
}

/// A rate, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and seconds are not negative, and a rate needs no last digit"
)]
pub(crate) fn per_second(count: u64, seconds: f64) -> u64 {
    (count as f64 / seconds.max(1e-6)) as u64
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs no last digit")]
fn megabytes(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / 1e6 / seconds.max(1e-6)
}
