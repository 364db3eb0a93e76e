//! Retries the articles that failed in a complete run.

use std::fs;
use std::path::Path;

use crate::config::Loaded;
use crate::identity::Identity;
use crate::input::{By, Inputs, Number, Taking};
use crate::merge::{self, merge, record, refused, sum};
use crate::output::{Entry, FAILURES, INDEX, TABLES};
use crate::run::{Event, Options, Outcome, Run, Start, Stop};
use crate::{Error, Result};

/// The folder, within that of the run, for the tables of the retried articles.
const RETRY: &str = "retry";

/// Retries the articles that failed in a complete run, and merges their rows into its tables.
///
/// Config, models, version and input must be those of the run: a retry is for failures that may have been temporary.
///
/// # Errors
///
/// Those of [`Run::prepare`] and [`Run::start`], or if the folder does not contain the same run, complete.
pub fn retry(
    mut loaded: Loaded,
    inputs: Inputs,
    folder: &Path,
    stop: Stop,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome> {
    let base = record(folder)?;
    if base.shard.is_some() {
        return Err(refused(
            folder,
            "this is a shard; merge the shards, then retry",
        ));
    }
    let (failed, text_bytes) = failed(folder)?;
    if failed.is_empty() {
        return Ok(Outcome::Complete(Box::new(base)));
    }
    let count = failed.len() as u64;
    let mut config = loaded.config.output.clone();
    config.overwrite = true;
    // An earlier attempt that was interrupted is resumed, or merged if it is complete.
    loaded.config.output.overwrite = true;
    let again = folder.join(RETRY);
    let options = Options {
        limit: base.limit,
        start: Start::Resume,
        taking: Taking::Only(failed.into()),
        stop,
    };
    let prepared = Run::prepare(loaded, inputs, again.clone(), options)?;
    let identity = Identity::of(&base);
    let differences = identity.differences(prepared.identity());
    if !differences.is_empty() {
        let message = format!("cannot retry: {}", differences.join("; "));
        return Err(refused(folder, &message));
    }
    let retried = match prepared.start(watch)? {
        Outcome::Complete(record) => *record,
        stopped @ Outcome::Stopped(_) => return Ok(stopped),
    };
    let record = merge(
        &[folder, &again],
        folder,
        &config,
        &identity,
        By::Hash,
        || {
            // What was processed twice counts once.
            let mut base = base;
            let mut retried = retried;
            retried.counts.read_as.clear();
            retried.counts.unread.clear();
            retried.counts.truncated.clear();
            retried.counts.ignored.clear();
            base.counts.failures = base.counts.failures.saturating_sub(count);
            base.counts.bytes = base.counts.bytes.saturating_sub(text_bytes);
            sum(vec![base, retried])
        },
    )?;
    fs::remove_dir_all(&again).map_err(|source| Error::Write {
        path: again,
        source,
    })?;
    Ok(Outcome::Complete(Box::new(record)))
}

/// Returns the numbers of the articles that failed, in the order of the input, and the bytes of their texts.
fn failed(folder: &Path) -> Result<(Vec<Number>, u64)> {
    let mut index = merge::index(folder)?;
    let (mut failed, mut text_bytes) = (Vec::new(), 0);
    loop {
        let entry = Entry::read(&mut index, TABLES.len()).map_err(|source| Error::Read {
            path: folder.join(INDEX),
            source,
        })?;
        let Some(entry) = entry else {
            return Ok((failed, text_bytes));
        };
        let mut lengths = TABLES.iter().zip(&entry.lengths);
        if lengths.any(|(table, length)| **table == FAILURES && length.bytes > 0) {
            failed.push(entry.number);
            text_bytes += entry.text_bytes;
        }
    }
}
