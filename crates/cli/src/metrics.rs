//! The metrics of a run in the Prometheus text format, for the textfile collector of the node exporter.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use blattwerk_pipeline::record::{Progress, Record};

/// How often the file is written during a run.
const EVERY: Duration = Duration::from_secs(15);

/// The metrics file of a run.
pub(crate) struct Metrics {
    path: PathBuf,
    config_hash: String,
    total_bytes: u64,
    started: SystemTime,
    written: Instant,
    counts: Progress,
}

/// Returns the first bytes of a file.
fn beginning(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(20).read_to_end(&mut start))
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(start)
}

/// The state of a run.
enum Standing<'a> {
    Running,
    /// It ended with an exit code, and with a record if it is complete.
    Ended(u8, Option<&'a Record>),
}

impl Metrics {
    /// Writes the metrics of a run that starts.
    ///
    /// `total_bytes` is the size of the input files.
    pub(crate) fn begin(
        path: PathBuf,
        config_hash: String,
        total_bytes: u64,
    ) -> anyhow::Result<Self> {
        // A name given by mistake may be that of a dump.
        let is_ours = |start: &[u8]| start.is_empty() || start.starts_with(b"# HELP blattwerk_");
        if path.is_file() && !is_ours(&beginning(&path)?) {
            bail!(
                "expected a metrics file of an earlier run, or none, found another file: {}",
                path.display()
            );
        }
        let metrics = Self {
            path,
            config_hash,
            total_bytes,
            started: SystemTime::now(),
            written: Instant::now(),
            counts: Progress::default(),
        };
        metrics
            .write(&Standing::Running)
            .with_context(|| format!("cannot write the metrics to {}", metrics.path.display()))?;
        Ok(metrics)
    }

    /// Updates the counts, and writes them if it is time.
    pub(crate) fn progress(&mut self, counts: &Progress) {
        self.counts.clone_from(counts);
        if self.written.elapsed() >= EVERY {
            self.written = Instant::now();
            // A run must not fail because of its metrics.
            let _ = self.write(&Standing::Running);
        }
    }

    /// Writes the metrics of a run that ended.
    pub(crate) fn end(&mut self, exit: u8, record: Option<&Record>) {
        if let Some(record) = record {
            self.counts.clone_from(&record.counts);
        }
        let _ = self.write(&Standing::Ended(exit, record));
    }

    /// Writes a temporary file and renames it, so that a collector never sees a partial file.
    fn write(&self, standing: &Standing<'_>) -> io::Result<()> {
        let text = self.text(standing, SystemTime::now());
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = self
            .path
            .with_file_name(format!(".{name}.{}", std::process::id()));
        let write = |temporary: &Path| {
            let mut file = File::create(temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(temporary, &self.path)
        };
        write(&temporary).inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })
    }

    fn text(&self, standing: &Standing<'_>, now: SystemTime) -> String {
        let mut text = String::new();
        self.render(&mut text, standing, now)
            .expect("writing to a string does not fail");
        text
    }

    fn render(
        &self,
        text: &mut String,
        standing: &Standing<'_>,
        now: SystemTime,
    ) -> std::fmt::Result {
        let unix = |moment: SystemTime| {
            moment
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs())
        };
        let mut gauge = |name: &str, help: &str, value: &dyn std::fmt::Display| {
            writeln!(text, "# HELP blattwerk_{name} {help}")?;
            writeln!(text, "# TYPE blattwerk_{name} gauge")?;
            writeln!(text, "blattwerk_{name} {value}")
        };
        let Progress {
            articles,
            failures,
            skipped,
            words,
            bytes,
            read,
            ..
        } = self.counts;
        let is_running = matches!(standing, Standing::Running);
        gauge(
            "running",
            "Whether the run is in progress.",
            &u8::from(is_running),
        )?;
        gauge(
            "start_timestamp_seconds",
            "When the process started.",
            &unix(self.started),
        )?;
        gauge(
            "update_timestamp_seconds",
            "When this file was written.",
            &unix(now),
        )?;
        gauge("articles", "Articles in the tables.", &articles)?;
        gauge("failures", "Rows in the failures table.", &failures)?;
        gauge("skipped", "Rows in the skipped table.", &skipped)?;
        gauge("words", "Words in the normalized texts.", &words)?;
        gauge(
            "text_bytes",
            "Bytes of the articles as they came in.",
            &bytes,
        )?;
        gauge(
            "input_bytes",
            "Size of all input files in bytes.",
            &self.total_bytes,
        )?;
        gauge(
            "input_read_bytes",
            "Bytes of the input files that have been read.",
            &read,
        )?;
        if let Standing::Ended(exit, record) = standing {
            gauge("exit_code", "Exit code of the run.", exit)?;
            gauge("end_timestamp_seconds", "When the run ended.", &unix(now))?;
            if let Some(record) = record {
                gauge(
                    "seconds",
                    "Duration of the run in seconds, without pauses.",
                    &record.seconds,
                )?;
                writeln!(
                    text,
                    "# HELP blattwerk_stage_seconds Seconds spent in a stage."
                )?;
                writeln!(text, "# TYPE blattwerk_stage_seconds gauge")?;
                for stage in &record.stages {
                    writeln!(
                        text,
                        "blattwerk_stage_seconds{{stage=\"{}\",backend=\"{}\"}} {}",
                        stage.stage, stage.backend, stage.seconds
                    )?;
                }
            }
        }
        writeln!(text, "# HELP blattwerk_info Version and config of the run.")?;
        writeln!(text, "# TYPE blattwerk_info gauge")?;
        writeln!(
            text,
            "blattwerk_info{{version=\"{}\",config_hash=\"{}\"}} 1",
            env!("CARGO_PKG_VERSION"),
            self.config_hash
        )
    }
}
