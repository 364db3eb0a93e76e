//! Reports the progress of a run: as a bar on a terminal, as lines elsewhere, or as JSON.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use blattwerk_pipeline::fate::Failed;
use blattwerk_pipeline::record::{self, Record};
use blattwerk_pipeline::run::Event;
use clap::ValueEnum;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::output::shown;
use crate::summary::per_second;

/// How many failures are printed one by one; the table lists all of them.
const FAILURES_TOLD: u64 = 10;
/// How often a line reports the progress if there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The format of progress messages.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Log {
    /// For people: a progress bar on a terminal, lines elsewhere
    Text,
    /// One JSON object per line
    Json,
}

/// Reports the progress of a run on standard error.
pub(crate) struct Progress {
    voice: Voice,
    started: Instant,
    last_line: Instant,
    failures_told: u64,
}

enum Voice {
    Silent,
    Bar(ProgressBar),
    Lines,
    Json,
}

impl Progress {
    pub(crate) fn new(quiet: bool, log: Log, total_bytes: u64) -> Self {
        let voice = match log {
            _ if quiet => Voice::Silent,
            Log::Json => Voice::Json,
            Log::Text if io::stderr().is_terminal() => Voice::Bar(bar(total_bytes)),
            Log::Text => Voice::Lines,
        };
        Self {
            voice,
            started: Instant::now(),
            last_line: Instant::now(),
            failures_told: 0,
        }
    }

    pub(crate) fn started(&self, files: usize, folder: &Path) {
        let folder = shown(folder);
        let files = if files == 1 {
            "1 file".into()
        } else {
            format!("{} files", HumanCount(files as u64))
        };
        match &self.voice {
            Voice::Silent => {}
            Voice::Json => {
                line(&json!({"event": "started", "files": files, "output": folder}).to_string());
            }
            Voice::Bar(bar) => bar.println(format!("reading {files}, writing to {folder}")),
            Voice::Lines => line(&format!("reading {files}, writing to {folder}")),
        }
    }

    /// Tells what people should know, also if only errors are told.
    pub(crate) fn warning(&self, warning: &str) {
        match &self.voice {
            Voice::Json => line(&json!({"event": "warning", "warning": warning}).to_string()),
            Voice::Bar(bar) => bar.println(format!("warning: {warning}")),
            Voice::Silent | Voice::Lines => line(&format!("warning: {warning}")),
        }
    }

    pub(crate) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Failed(failed) => self.failed(failed),
            Event::Progress(counts) => self.progress(counts),
            Event::Resumed(counts) => self.resumed(counts),
        }
    }

    fn failed(&mut self, Failed { stage, failure }: &Failed) {
        self.failures_told += 1;
        let told = match self.failures_told {
            0..=FAILURES_TOLD => format!("failed: {}: {stage}: {}", failure.source, failure.error),
            n if n == FAILURES_TOLD + 1 => {
                "further failures are only listed in the failures table".into()
            }
            _ => String::new(),
        };
        match &self.voice {
            Voice::Json => {
                let event = json!({
                    "event": "failed", "article_id": failure.id, "source": failure.source,
                    "stage": stage, "error": failure.error,
                });
                line(&event.to_string());
            }
            Voice::Bar(bar) if !told.is_empty() => bar.println(told),
            Voice::Lines if !told.is_empty() => line(&told),
            _ => {}
        }
    }

    fn resumed(&self, counts: &record::Progress) {
        let told = || {
            let articles = HumanCount(counts.articles);
            format!("resuming after {articles} articles")
        };
        match &self.voice {
            Voice::Silent => {}
            Voice::Json => {
                let mut event = json!(counts);
                event["event"] = "resumed".into();
                line(&event.to_string());
            }
            Voice::Bar(bar) => bar.println(told()),
            Voice::Lines => line(&told()),
        }
    }

    fn progress(&mut self, counts: &record::Progress) {
        let seconds = self.started.elapsed().as_secs_f64();
        let told = || {
            format!(
                "{} articles, {} words/s, {} failures",
                HumanCount(counts.articles),
                HumanCount(per_second(counts.words, seconds)),
                HumanCount(counts.failures)
            )
        };
        match &self.voice {
            Voice::Silent => {}
            Voice::Json => {
                let mut event = json!(counts);
                event["event"] = "progress".into();
                event["seconds"] = seconds.into();
                line(&event.to_string());
            }
            Voice::Bar(bar) => {
                bar.set_position(counts.read);
                bar.set_message(told());
            }
            Voice::Lines => {
                if self.last_line.elapsed() >= LINE_EVERY {
                    self.last_line = Instant::now();
                    line(&told());
                }
            }
        }
    }

    /// Reports that a signal, given with the exit code, has stopped the run.
    pub(crate) fn stopped(&self, counts: &record::Progress, (signal, exit): (&str, u8)) {
        let told = || {
            let articles = HumanCount(counts.articles);
            format!("stopped by {signal} after {articles} articles; continue with `--resume`")
        };
        match &self.voice {
            Voice::Silent => {}
            Voice::Json => {
                let mut event = json!(counts);
                event["event"] = "stopped".into();
                event["signal"] = signal.into();
                event["exit"] = exit.into();
                line(&event.to_string());
            }
            Voice::Bar(bar) => {
                bar.finish_and_clear();
                line(&told());
            }
            Voice::Lines => line(&told()),
        }
    }

    /// Reports an error as an event.
    pub(crate) fn error(error: &anyhow::Error) {
        let event = json!({"event": "error", "error": format!("{error:#}"), "exit": 2});
        line(&event.to_string());
    }

    pub(crate) fn finished(&self, record: &Record, summary: &str) {
        match &self.voice {
            Voice::Silent => {}
            Voice::Json => {
                let mut event = json!(record);
                event["event"] = "finished".into();
                line(&event.to_string());
            }
            Voice::Bar(bar) => {
                bar.finish_and_clear();
                line(summary.trim_end());
            }
            Voice::Lines => line(summary.trim_end()),
        }
    }
}

fn bar(total_bytes: u64) -> ProgressBar {
    let template = "{elapsed_precise} [{bar:32}] {percent:>3} %  {msg}  {eta} left";
    let style = ProgressStyle::with_template(template)
        .expect("the template is valid")
        .progress_chars("━╸ ");
    let bar = ProgressBar::new(total_bytes).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Writes a line. If standard error is closed, the run continues.
fn line(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
