//! `blattwerk merge` and `blattwerk retry`: combine the tables of several runs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use blattwerk_pipeline::run::Outcome;
use blattwerk_pipeline::{merge, own, retry};
use clap::Args;

use crate::progress::{Log, Progress};
use crate::settings::{InputFlags, Layers, own_files};
use crate::signals::Signals;
use crate::summary::summary;

#[derive(Args)]
pub(crate) struct Merge {
    /// The output folders of all shards, in any order
    #[arg(value_name = "SHARD", required = true)]
    shards: Vec<PathBuf>,
    /// Write the merged tables to this folder
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// Replace the tables of an earlier run in the folder
    #[arg(long)]
    overwrite: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn merge(options: &Merge) -> anyhow::Result<ExitCode> {
    let record = merge::shards(&options.shards, &options.output, options.overwrite)?;
    let progress = Progress::new(options.quiet, Log::Text, 0);
    progress.finished(&record, &summary(&record, &options.output));
    Ok(ExitCode::from(record.exit))
}

#[derive(Args)]
pub(crate) struct Retry {
    /// The output folder of a complete run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    layers: Layers,
    #[command(flatten)]
    input: InputFlags,
    /// Number of threads for the stages instead of `run.jobs`; 0 means one per processor
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn retry(options: &Retry) -> anyhow::Result<ExitCode> {
    let mut loaded = options.layers.load()?;
    let mut inputs = options.input.open(&loaded)?;
    let more = own_files(&options.layers, &loaded, None);
    own::leave_out(&mut inputs, &loaded, &options.run, &more)?;
    if let Some(jobs) = options.jobs {
        loaded.config.run.jobs = jobs;
    }
    let signals = Signals::listen(Duration::from_secs(loaded.config.run.grace_seconds))
        .context("cannot install the signal handlers")?;
    let mut progress = Progress::new(options.quiet, Log::Text, inputs.total_bytes());
    let ended = retry::retry(
        loaded,
        inputs,
        &options.run,
        signals.stop.clone(),
        &mut |event| progress.event(&event),
    )?;
    match ended {
        Outcome::Complete(record) => {
            progress.finished(&record, &summary(&record, &options.run));
            Ok(ExitCode::from(record.exit))
        }
        Outcome::Stopped(counts) => {
            let heard = signals.heard();
            progress.stopped(&counts, heard);
            Ok(ExitCode::from(heard.1))
        }
    }
}
