//! What a person wants to know at the end of a run.

use std::fmt::Write;
use std::path::Path;

use blattwerk_pipeline::run::Record;
use indicatif::{HumanCount, HumanDuration};

use crate::output::shown;

/// Returns the summary of a complete run into a folder.
pub(crate) fn summary(record: &Record, folder: &Path) -> String {
    let mut text = String::new();
    summarize(&mut text, record, folder).expect("a string takes all that is written to it");
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
            "\n{} with characters that were lost before they came here (U+FFFD), which nobody can guess",
            match counts.damaged {
                1 => "1 article".to_owned(),
                n => format!("{} articles", HumanCount(n)),
            }
        )?;
    }
    if counts.duplicates > 0 {
        writeln!(
            text,
            "\n{} of earlier articles: the duplicates table says of which",
            match counts.duplicates {
                1 => "1 copy".to_owned(),
                n => format!("{} copies", HumanCount(n)),
            }
        )?;
    }
    if counts.skipped > 0 {
        writeln!(
            text,
            "\n{} skipped: the skipped table says why",
            HumanCount(counts.skipped)
        )?;
    }
    match counts.failures {
        0 => {}
        1 => writeln!(text, "\n1 failure: the failures table says why")?,
        n => writeln!(
            text,
            "\n{} failures: the failures table says why",
            HumanCount(n)
        )?,
    }
    Ok(())
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        HumanDuration(std::time::Duration::from_secs_f64(seconds)).to_string()
    }
}

/// A rate, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and seconds are not negative, and a rate needs no last digit"
)]
pub(crate) fn per_second(count: u64, seconds: f64) -> u64 {
    (count as f64 / seconds.max(1e-6)) as u64
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs no last digit")]
fn megabytes(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / 1e6 / seconds.max(1e-6)
}
