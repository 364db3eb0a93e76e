//! The command line of blattwerk: commands, progress, exit codes.
//!
//! Exit codes are promises to schedulers: 0 complete; 1 complete, but some articles failed; 2 could not
//! run; 130 and 143 stopped by a signal, ready to go on. What a run says goes to standard error, what a user asked to see to standard output.

mod backends;
mod check;
mod eval;
mod init;
mod merge;
mod metrics;
mod progress;
mod run;
mod runs;
mod signals;
mod train;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use blattwerk_pipeline::config::Loaded;
use blattwerk_pipeline::input::Inputs;
use clap::{Args, CommandFactory, Parser, Subcommand};

/// The config file that is taken when none is named.
const CONFIG: &str = "pipeline.toml";

/// Turns a dump of German news articles into tables: clean text, sentences, names, sentiment, summaries.
#[derive(Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 complete; 1 complete, but some articles failed; 2 could not run; \
                  130 and 143 stopped by SIGINT and SIGTERM, `run --resume` goes on."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads all articles and writes the tables
    Run(run::Options),
    /// Merges the tables of shards into those of the whole run
    Merge(merge::Merge),
    /// Tries the articles that failed in a complete run once more
    Retry(merge::Retry),
    /// Loads everything, says what would run and reads the first articles; runs nothing
    Check(check::Options),
    /// Measures the backend of a stage against files that people have labelled
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Makes a model from files that people have labelled, or a list from a dump
    #[command(subcommand)]
    Train(train::Train),
    /// Writes a pipeline.toml in which every key is explained
    Init(init::Options),
    /// Lists the scheduled runs that the state file of the config remembers
    Runs(runs::Options),
    /// Lists the backends of every stage and their keys
    Backends(backends::Options),
    /// Writes a completion script for a shell to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The layers of settings, for every command that has some.
#[derive(Args)]
struct Layers {
    /// The config file; without it ./pipeline.toml, and without that the defaults
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, such as `ner.backend=off`; can be repeated
    #[arg(long, value_name = "TABLE.KEY=VALUE")]
    set: Vec<String>,
}

impl Layers {
    /// The config file that counts.
    fn file(&self) -> Option<&Path> {
        let standard = Path::new(CONFIG);
        self.config
            .as_deref()
            .or_else(|| standard.exists().then_some(standard))
    }

    fn load(&self) -> anyhow::Result<Loaded> {
        let environment = std::env::vars_os().filter_map(unicode);
        Ok(Loaded::new(self.file(), environment, &self.set)?)
    }
}

/// What is read and where the tables go.
#[derive(Args)]
struct Settings {
    #[command(flatten)]
    layers: Layers,
    /// A file, folder or glob to read instead of `input.paths`; can be repeated
    #[arg(short, long, value_name = "PATH")]
    input: Vec<String>,
    /// The folder of the tables instead of `output.folder`
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Replace the tables of an earlier run in the folder, once the new ones are complete
    #[arg(long)]
    overwrite: bool,
}

/// Settings that were read, with the flags on top.
struct Prepared {
    loaded: Loaded,
    inputs: Inputs,
    folder: PathBuf,
}

impl Settings {
    fn prepare(&self) -> anyhow::Result<Prepared> {
        let mut loaded = self.layers.load()?;
        let inputs = loaded.inputs(&self.input)?;
        loaded.config.output.overwrite |= self.overwrite;
        let folder = match &self.output {
            Some(folder) => folder.clone(),
            None => loaded.root.join(&loaded.config.output.folder),
        };
        Ok(Prepared {
            loaded,
            inputs,
            folder,
        })
    }
}

/// Variables that are not Unicode are none of ours.
fn unicode((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Merge(options) => merge::merge(&options),
        Command::Retry(options) => merge::retry(&options),
        Command::Check(options) => check::check(&options),
        Command::Eval(what) => eval::eval(what),
        Command::Train(what) => train::run(what),
        Command::Init(options) => init::init(&options),
        Command::Runs(options) => runs::runs(&options),
        Command::Backends(options) => backends::backends(&options),
        Command::Completions { shell } => completions(shell),
    };
    match done {
        Ok(code) => code,
        // Whoever reads our output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "blattwerk", &mut script);
    print(&script)
}

/// Writes to standard output and succeeds.
fn print(text: impl AsRef<[u8]>) -> anyhow::Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_ref())?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The current folder's name for messages.
fn shown(path: &Path) -> String {
    let shown = path.display().to_string();
    if shown.is_empty() { ".".into() } else { shown }
}

/// Writes a file that must not exist yet.
fn write_new(path: &Path, content: &str) -> anyhow::Result<()> {
    let file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .open(path);
    let written = file.and_then(|mut file| file.write_all(content.as_bytes()));
    written.with_context(|| format!("cannot write {}", shown(path)))
}
