//! `blattwerk backends`: every section of the config with its backends and keys.

use std::process::ExitCode;

use clap::Args;

use crate::manual::{self, Section};
use crate::output::print;

#[derive(Args)]
pub(crate) struct Options {
    /// Only this section of the config: a stage, or `input`, `output`, `state`, `run`
    section: Option<String>,
}

pub(crate) fn backends(options: &Options) -> anyhow::Result<ExitCode> {
    let sections = Section::all()?;
    if let Some(section) = &options.section {
        let names: Vec<&str> = sections
            .iter()
            .map(|section| section.name.as_str())
            .collect();
        anyhow::ensure!(
            names.contains(&section.as_str()),
            "there is no section `{section}`, expected one of `{}`",
            names.join("`, `")
        );
    }
    let chosen = sections.iter().filter(|section| {
        options
            .section
            .as_ref()
            .is_none_or(|it| *it == section.name)
    });
    print(manual::text(chosen))
}
