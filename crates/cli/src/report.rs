//! `blattwerk report`: makes a page of a run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use blattwerk_pipeline::report::{self, Language, REPORT};
use clap::{Args, ValueEnum};

use crate::output::{print, shown};

#[derive(Args)]
pub(crate) struct Options {
    /// The output folder of a complete run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Write the page to this file instead of report.html in the folder of the run; `-` is the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The headline instead of the name of what was read
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The language of the page
    #[arg(long, value_enum, default_value_t = Code::De)]
    language: Code,
    /// Leave out all text of articles: headlines, sample articles, lines that were removed, and messages that may quote them
    #[arg(long)]
    no_text: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// The languages by their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Code {
    /// German
    De,
    /// English
    En,
}

pub(crate) fn report(options: &Options) -> anyhow::Result<ExitCode> {
    let page = report::html(
        &options.run,
        &report::Options {
            title: options.title.clone(),
            language: match options.language {
                Code::De => Language::German,
                Code::En => Language::English,
            },
            is_without_text: options.no_text,
        },
    )?;
    if options.output.as_deref() == Some(Path::new("-")) {
        return print(page);
    }
    let path = match &options.output {
        Some(path) => path.clone(),
        None => options.run.join(REPORT),
    };
    report::write(&path, &page)?;
    if options.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    print(format!("{}\n", shown(&path)))
}

/// Writes the page beside the tables of a run that is complete, and returns its path.
pub(crate) fn beside(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join(REPORT);
    let page = report::html(folder, &report::Options::default());
    page.and_then(|page| report::write(&path, &page))
        .context("the run is complete, but there is no report")?;
    Ok(path)
}
