//! `blattwerk init`: a config to start from.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::manual::{self, Section, Setting};
use crate::output::{print, shown, write_new};
use crate::settings::CONFIG;

/// Where a new config looks for articles.
const INPUT: Setting = Setting {
    section: "input",
    key: "paths",
    value: "[\"articles\"]",
};

#[derive(Args)]
pub(crate) struct Options {
    /// The file to write
    #[arg(default_value = CONFIG)]
    file: PathBuf,
}

pub(crate) fn init(options: &Options) -> anyhow::Result<ExitCode> {
    let config = manual::toml(&Section::all()?, &[INPUT]);
    write_new(&options.file, &config)?;
    let file = shown(&options.file);
    print(format!(
        "Wrote {file}. Put your dump into `paths` there, then try:\n\n  \
         blattwerk check --config {file}\n  blattwerk run --config {file}\n"
    ))
}
