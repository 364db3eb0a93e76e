//! The command line of blattwerk: commands, progress, exit codes.
//!
//! Schedulers can rely on the exit codes: 0 complete; 1 complete, but some articles failed; 2 could not run, or had to
//! stop; 129, 130 and 143 stopped by a signal, ready to resume. Messages about a run go to standard error; what the user
//! asked to see goes to standard output.
//!
//! It is a library, so that the Python module and the program share it, and the models in it.

mod backends;
mod check;
mod eval;
mod init;
mod manual;
mod merge;
mod metrics;
mod output;
mod progress;
mod report;
mod run;
mod runs;
mod settings;
mod show;
mod signals;
mod summary;
mod train;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Turns a dump of German news articles into tables: clean text, sentences, names, keywords, sentiment, summaries.
#[derive(Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "To start: `blattwerk init` writes a config, `blattwerk check` checks it, `blattwerk run` \
                  processes the articles.\n\n\
                  Exit codes: 0 complete; 1 complete, but some articles failed; 2 could not run, or had to stop; \
                  129, 130 and 143 stopped by SIGHUP, SIGINT and SIGTERM, to be resumed with \
                  `run --resume`."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Processes all articles and writes the tables
    Run(run::Options),
    /// Merges the tables of all shards into those of one run
    Merge(merge::Merge),
    /// Processes the articles that failed in a complete run again, and updates its tables
    Retry(merge::Retry),
    /// Makes an HTML page of a complete run: what is in it, and whether it went well
    Report(report::Options),
    /// Shows an article of a complete run, or the mentions of a name
    Show(show::Options),
    /// Checks config, models and input, and shows the first articles; writes nothing
    Check(check::Options),
    /// Measures the backend of a stage on labelled files
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Trains a model on labelled files, or learns a list of boilerplate from a dump
    #[command(subcommand)]
    Train(train::Train),
    /// Writes a pipeline.toml that explains every key
    Init(init::Options),
    /// Lists the scheduled runs recorded in the state file
    Runs(runs::Options),
    /// Lists the backends of every stage, and all keys of the config
    Backends(backends::Options),
    /// Writes a completion script for a shell to standard output
    Completions {
        /// The shell to write the script for
        shell: clap_complete::Shell,
    },
    /// Writes the manual page to standard output
    Man,
}

/// Runs the command that a command line asks for, the name of the program first, and returns the exit code.
///
/// A command line that is wrong, or asks for help, ends the process.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = Cli::parse_from(arguments).command;
    // A thread that cannot be started, in our code or that of a library, is a panic, too.
    let Ok(done) = panic::catch_unwind(AssertUnwindSafe(|| run(command))) else {
        let _ = writeln!(
            io::stderr(),
            "error: stopped by a panic, see above. If it says that a thread cannot be started, allow more threads (`ulimit -u`, the \
             limit of the container) or use fewer (`--jobs`); otherwise it is a bug, please report it. A run can be continued with \
             `--resume`"
        );
        return ExitCode::from(2);
    };
    match done {
        Ok(code) => code,
        // The reader of our output has closed it, such as `head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(options) => run::run(&options),
        Command::Merge(options) => merge::merge(&options),
        Command::Retry(options) => merge::retry(&options),
        Command::Report(options) => report::report(&options),
        Command::Show(options) => show::show(&options),
        Command::Check(options) => check::check(&options),
        Command::Eval(what) => eval::eval(what),
        Command::Train(what) => train::run(what),
        Command::Init(options) => init::init(&options),
        Command::Runs(options) => runs::runs(&options),
        Command::Backends(options) => backends::backends(&options),
        Command::Completions { shell } => completions(shell),
        Command::Man => man(),
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
    output::print(&script)
}

/// Prints one page with all commands and their flags, which belong together.
fn man() -> anyhow::Result<ExitCode> {
    let mut page = Vec::new();
    let mut command = Cli::command().name("blattwerk");
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for command in command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
    {
        let man = clap_mangen::Man::new(command.clone());
        let name = command.get_name().to_uppercase();
        page.extend(format!(".SH \"COMMAND {name}\"\n").into_bytes());
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    output::print(&page)
}
