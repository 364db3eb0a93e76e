//! The summary of a run for people: counts, speed and tables.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use blattwerk_pipeline::record::Record;
use indicatif::{HumanCount, HumanDuration};

use crate::output::shown;

/// Returns the summary of a complete run into a folder.
pub(crate) fn summary(record: &Record, folder: &Path) -> String {
    let mut text = String::new();
    summarize(&mut text, record, folder).expect("writing to a string does not fail");
    text
}

fn summarize(text: &mut String, record: &Record, folder: &Path) -> std::fmt::Result {
    let Record {
        counts, seconds, ..
    } = record;
    let threads = if record.jobs == 1 {
        "1 thread".to_owned()
    } else {
        format!("{} threads", record.jobs)
    };
    writeln!(
        text,
        "{} articles, {} words in {} on {threads}: {} words/s, {:.1} MB/s",
        HumanCount(counts.articles),
        HumanCount(counts.words),
        duration(*seconds),
        HumanCount(per_second(counts.words, *seconds)),
        megabytes(counts.bytes, *seconds),
    )?;
    if let Some(formats) = listed(&counts.read_as) {
        writeln!(text, "read as {formats}")?;
    }
    if let Some(ignored) = listed(&counts.ignored) {
        writeln!(text, "no articles: {ignored}")?;
    }
    if let Some(unread) = listed(&counts.unread) {
        writeln!(text, "left out, since their type cannot be read: {unread}")?;
    }
    if let Some(truncated) = listed(&counts.truncated) {
        writeln!(
            text,
            "pages of which only the beginning was stored: {truncated}"
        )?;
    }
    writeln!(text)?;
    let width = record
        .stages
        .iter()
        .map(|stage| stage.backend.len())
        .max()
        .unwrap_or(0);
    for stage in &record.stages {
        let share = 100.0 * stage.seconds / seconds.max(f64::EPSILON);
        writeln!(
            text,
            "  {:<10} {:<width$} {share:>4.0} %  {:>8.1} MB/s",
            stage.stage,
            stage.backend,
            megabytes(stage.bytes, stage.seconds),
        )?;
    }
    writeln!(text)?;
    writeln!(text, "{}", shown(folder))?;
    for table in &record.tables {
        writeln!(
            text,
            "  {:<18} {:>9} rows",
            table.file,
            HumanCount(table.rows).to_string()
        )?;
    }
    if counts.damaged > 0 {
        writeln!(
            text,
            "\n{} with characters that were lost before it was read (U+FFFD) and cannot be restored",
            match counts.damaged {
                1 => "1 article".to_owned(),
                n => format!("{} articles", HumanCount(n)),
            }
        )?;
    }
    if !counts.doubtful.is_empty() {
        let places: Vec<&str> = counts.doubtful.keys().map(String::as_str).collect();
        writeln!(
            text,
            "\narticles before damage in compressed data may be garbled: {}",
            places.join(", ")
        )?;
    }
    if counts.duplicates > 0 {
        writeln!(
            text,
            "\n{} of earlier articles, see the duplicates table",
            match counts.duplicates {
                1 => "1 duplicate".to_owned(),
                n => format!("{} duplicates", HumanCount(n)),
            }
        )?;
    }
    if counts.skipped > 0 {
        writeln!(
            text,
            "\n{} skipped, see the skipped table",
            HumanCount(counts.skipped)
        )?;
    }
    match counts.failures {
        0 => {}
        1 => writeln!(text, "\n1 failure, see the failures table")?,
        n => writeln!(text, "\n{} failures, see the failures table", HumanCount(n))?,
    }
    Ok(())
}

/// Lists names with their counts: `12 html, 3 text`; none if there are none.
fn listed(counts: &BTreeMap<String, u64>) -> Option<String> {
    let counts = counts.iter();
    let listed: Vec<String> = counts
        .map(|(name, count)| format!("{} {name}", HumanCount(*count)))
        .collect();
    (!listed.is_empty()).then(|| listed.join(", "))
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        HumanDuration(std::time::Duration::from_secs_f64(seconds)).to_string()
    }
}

/// Returns a rate, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and seconds are not negative, and a rate need not be exact"
)]
pub(crate) fn per_second(count: u64, seconds: f64) -> u64 {
    (count as f64 / seconds.max(1e-6)) as u64
}

#[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
fn megabytes(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / 1e6 / seconds.max(1e-6)
}
