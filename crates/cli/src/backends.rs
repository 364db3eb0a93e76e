//! `blattwerk backends`: every table of the config with its backends and keys.

use std::process::ExitCode;

use clap::Args;

use crate::manual::{self, Table};
use crate::output::print;

#[derive(Args)]
pub(crate) struct Options {
    /// Only this table of the config: a stage, or `input`, `output`, `state`, `run`
    table: Option<String>,
}

pub(crate) fn backends(options: &Options) -> anyhow::Result<ExitCode> {
    let tables = Table::all()?;
    if let Some(table) = &options.table {
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        anyhow::ensure!(
            names.contains(&table.as_str()),
            "there is no table `{table}`, expected one of `{}`",
            names.join("`, `")
        );
    }
    let chosen = tables
        .iter()
        .filter(|table| options.table.as_ref().is_none_or(|it| *it == table.name));
    print(manual::text(chosen))
}
