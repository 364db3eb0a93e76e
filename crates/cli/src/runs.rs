//! `blattwerk runs`: lists scheduled runs.

use std::fmt::Write;
use std::process::ExitCode;

use blattwerk_pipeline::schedule;
use clap::Args;

use crate::output::print;
use crate::settings::Layers;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    layers: Layers,
}

pub(crate) fn runs(options: &Options) -> anyhow::Result<ExitCode> {
    let loaded = options.layers.load()?;
    let runs = schedule::runs(&loaded)?;
    let mut text = format!(
        "{:<20} {:>9} {:>9} {:>9} {:>9} {:>9}  folder\n",
        "finished", "added", "changed", "redone", "unchanged", "failures"
    );
    for run in runs {
        writeln!(
            text,
            "{:<20} {:>9} {:>9} {:>9} {:>9} {:>9}  {}",
            run.finished,
            run.added,
            run.changed,
            run.redone,
            run.unchanged,
            run.failures,
            run.folder
        )?;
    }
    print(text)
}
