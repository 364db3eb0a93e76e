//! The thread that works: takes chunks through the stages and renders the rows of what became of their articles.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use blattwerk_core::Document;
use blattwerk_state::Processed;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::duplicates::Duplicates;
use super::reader::Chunk;
use super::watch::{Event, Stop};
use crate::config::MaxFailures;
use crate::fate::{Duplicate, Failed};
use crate::flow::{Batch, Flow};
use crate::input::{CAPTURED_AGAIN, Counts, Item, Number, Parsed};
use crate::output::{Carried, Entry, Length, Renderer, Rows};
use crate::record::{Time, is_damaged, words};
use crate::stages::{Step, Work};
use crate::state::Memory;
use crate::{Error, Result};

/// A processed chunk, ready to be written.
pub(super) struct Rendered {
    pub(super) rows: Vec<Rows>,
    pub(super) entries: Vec<Entry>,
    /// The hashes of the ids that it is the first to use.
    pub(super) ids: Vec<u128>,
    /// The articles that were processed, for the state of scheduled runs.
    pub(super) done: Vec<Processed>,
    /// What is carried over to the next chunk.
    pub(super) state: Carried,
}

/// The result of a chunk: its rows, the index entries, the articles that were processed, and the failures.
type Worked = (Vec<Rows>, Vec<Entry>, Vec<Processed>, Vec<Failed>);

/// How often the wait for input checks whether the run should stop.
const LOOK_UP: Duration = Duration::from_millis(100);

/// Why no further chunk is processed.
pub(super) enum End {
    Input,
    Stop,
    Failures(MaxFailures),
    Error(Error),
}

/// Takes chunks through the stages.
pub(super) struct Worker<'a> {
    flow: &'a Flow,
    duplicates: Option<Duplicates<'a>>,
    renderer: Renderer,
    pool: &'a ThreadPool,
    memory: Option<&'a mut Memory>,
    /// Digests of URL and text of all captures so far.
    captures: HashSet<u128>,
    pub(super) state: Carried,
    /// Where the first failure of this process is, and why.
    pub(super) first_failure: Option<String>,
    /// When this process started to work.
    started: Instant,
    /// The seconds that earlier processes worked on the same run.
    before: f64,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        flow: &'a Flow,
        renderer: Renderer,
        pool: &'a ThreadPool,
        memory: Option<&'a mut Memory>,
        mut state: Carried,
    ) -> Self {
        state.times.resize(flow.steps().len(), Time::default());
        let dedup = flow.steps().iter().find_map(|step| match &step.work {
            Work::Copies(dedup) => Some(Duplicates::new(step.name, dedup)),
            Work::Layer(_) => None,
        });
        Self {
            flow,
            duplicates: dedup,
            renderer,
            pool,
            memory,
            captures: HashSet::new(),
            first_failure: None,
            started: Instant::now(),
            before: state.seconds,
            state,
        }
    }

    /// Remembers articles that the run had before it was resumed, in their order, so that copies of them are found.
    pub(super) fn remember(&mut self, documents: &[Document]) {
        if let Some(duplicates) = &mut self.duplicates {
            self.pool.install(|| duplicates.remember(documents));
        }
    }

    /// Remembers the digests of captures among those of ids that the run had before it was resumed.
    pub(super) fn remember_captures(&mut self, ids: impl IntoIterator<Item = u128>) {
        self.captures.extend(ids);
    }

    /// Works until the input ends or something stops the run, and returns which.
    pub(super) fn work(
        &mut self,
        chunks: &Receiver<Chunk>,
        rendered: &SyncSender<Rendered>,
        stop: &Stop,
        most: Option<MaxFailures>,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> End {
        let mut is_last = false;
        let end = loop {
            let failures = self.state.progress.failures;
            if let Some(most) = most
                && most.is_exceeded(failures, self.state.taken, is_last)
            {
                break End::Failures(most);
            }
            if is_last {
                break End::Input;
            }
            let waiting = Instant::now();
            let mut chunk = loop {
                if stop.is_asked() {
                    return End::Stop;
                }
                match chunks.recv_timeout(LOOK_UP) {
                    Ok(chunk) => break chunk,
                    Err(RecvTimeoutError::Timeout) => {}
                    // The reader is gone before its last chunk: its panic is propagated when it is joined.
                    Err(RecvTimeoutError::Disconnected) => return End::Stop,
                }
            };
            self.state.waited_for_input += waiting.elapsed();

            is_last = chunk.is_last;
            let mut ids = std::mem::take(&mut chunk.ids);
            self.state.items = chunk.count;
            self.state.taken = chunk.taken;
            self.state.position = std::mem::take(&mut chunk.position);
            self.state.progress.read = chunk.read;
            let (rows, entries, done, failures) =
                match self.pool.install(|| self.chunk(chunk, &mut ids)) {
                    Ok(all) => all,
                    Err(error) => break End::Error(error),
                };
            for failed in &failures {
                self.first_failure.get_or_insert_with(|| {
                    let failure = &failed.failure;
                    format!("{}: {}", failure.source, failure.error)
                });
                watch(Event::Failed(failed));
            }
            watch(Event::Progress(&self.state.progress));

            self.state.seconds = self.before + self.started.elapsed().as_secs_f64();
            let waiting = Instant::now();
            let state = self.state.clone();
            let chunk = Rendered {
                rows,
                entries,
                ids,
                done,
                state,
            };
            if rendered.send(chunk).is_err() {
                // Writing has failed; the error is reported when the writer is joined.
                break End::Stop;
            }
            self.state.waited_for_output += waiting.elapsed();
        };
        self.state.seconds = self.before + self.started.elapsed().as_secs_f64();
        end
    }

    /// Removes the articles from a batch that are not due, and returns the entries of the others for the state, with
    /// their positions; none if the config names no state.
    fn due(&mut self, batch: &mut Batch) -> Result<Vec<(usize, Processed)>> {
        let mut done = Vec::new();
        let Some(memory) = &self.memory else {
            return Ok(done);
        };
        let counts = self.state.progress.increment.get_or_insert_default();
        let due = memory.due(batch.documents.iter(), counts)?;
        for ((position, document), (is_due, entry)) in batch.take().zip(due) {
            if is_due {
                done.push((position, entry));
                batch.put(position, document);
            }
        }
        Ok(done)
    }

    /// Parses the articles that are still in their markup. A capture whose URL was captured before with the same text is
    /// ignored. `ids` gets the digests of the others.
    fn parse(&mut self, items: Vec<Item>, ids: &mut Vec<u128>) -> Vec<Item> {
        let parsed: Vec<Parsed> = items.into_par_iter().map(Item::parse).collect();
        let items = parsed.into_iter().map(|Parsed { item, capture }| {
            let Some(capture) = capture else {
                return item;
            };
            if !self.captures.insert(capture) {
                return Item::Ignored(CAPTURED_AGAIN);
            }
            ids.push(capture);
            item
        });
        items.collect()
    }

    fn count(&mut self, items: &[Item], counts: &Counts) {
        let progress = &mut self.state.progress;
        let add = |total: &mut BTreeMap<String, u64>, counts: &BTreeMap<&'static str, u64>| {
            for (name, count) in counts {
                *total.entry((*name).to_owned()).or_default() += count;
            }
        };
        add(&mut progress.read_as, &counts.read_as);
        add(&mut progress.unread, &counts.unread);
        add(&mut progress.truncated, &counts.truncated);
        progress.doubtful.extend(counts.doubtful.clone());
        for item in items {
            if let Item::Ignored(kind) = item {
                *progress.ignored.entry((*kind).to_owned()).or_default() += 1;
            }
        }
    }

    /// Takes one chunk through all stages and renders its rows.
    fn chunk(&mut self, chunk: Chunk, ids: &mut Vec<u128>) -> Result<Worked> {
        let numbers = chunk.numbers;
        let items = self.parse(chunk.items, ids);
        let text_bytes: Vec<u64> = items.iter().map(|item| item.bytes() as u64).collect();
        self.count(&items, &chunk.counts);
        let mut batch = batch(items);
        let mut done = self.due(&mut batch)?;
        self.state.progress.bytes += batch
            .documents
            .iter()
            .map(|document| document.text.source().len() as u64)
            .sum::<u64>();

        let duplicates = pass(
            self.flow.steps(),
            &mut self.state.times,
            self.duplicates.as_mut(),
            &mut batch,
        );

        let failed = batch.failed_positions();
        done.retain(|(position, _)| !failed.contains(position));
        let done = done.into_iter().map(|(_, entry)| entry).collect();
        let (copied_at, duplicates): (Vec<usize>, Vec<_>) = duplicates.into_iter().unzip();
        let (skipped_at, skipped) = in_order(batch.skipped);
        let (failed_at, failures) = in_order(batch.failed);
        // In the order of rendering.
        let positions = [batch.positions, copied_at, skipped_at, failed_at].concat();
        let documents = batch.documents;
        for (step, time) in self.flow.steps().iter().zip(&mut self.state.times) {
            let here = failures.iter().filter(|failed| failed.stage == step.name);
            time.failures += here.count() as u64;
        }
        self.state.progress.articles += documents.len() as u64;
        self.state.progress.failures += failures.len() as u64;
        self.state.progress.skipped += skipped.len() as u64;
        self.state.progress.duplicates += duplicates.len() as u64;
        let texts = documents.par_iter().map(|document| document.text.as_str());
        self.state.progress.words += texts.clone().map(words).sum::<u64>();
        self.state.progress.damaged += texts.filter(|text| is_damaged(text)).count() as u64;

        let size = documents
            .len()
            .div_ceil(4 * rayon::current_num_threads())
            .max(1);
        let mut rows: Vec<Rows> = documents
            .par_chunks(size)
            .map(|documents| self.renderer.documents(documents))
            .collect();
        rows.push(self.renderer.rest(&duplicates, &skipped, &failures));
        let entries = entries(&rows, positions, &numbers, &text_bytes);
        Ok((rows, entries, done, failures))
    }
}

/// Puts the articles of a chunk into a batch; what could not be read is among its failures.
fn batch(items: Vec<Item>) -> Batch {
    let mut batch = Batch::default();
    for (position, item) in items.into_iter().enumerate() {
        match item {
            Item::Article(document) => batch.put(position, *document),
            Item::Failure(failure) => {
                let stage = "input";
                batch.failed.push((position, Failed { stage, failure }));
            }
            Item::Unparsed(_) => unreachable!("all items are parsed first"),
            Item::Ignored(_) => {}
        }
    }
    batch
}

/// Takes a batch through some stages, and returns the copies that were found, with their positions.
///
/// A stage that looks for copies may take articles through the later stages more than once.
fn pass(
    steps: &[Step],
    times: &mut [Time],
    duplicates: Option<&mut Duplicates<'_>>,
    batch: &mut Batch,
) -> Vec<(usize, Duplicate)> {
    let Some(((step, later), (time, later_times))) =
        steps.split_first().zip(times.split_first_mut())
    else {
        return Vec::new();
    };
    match (&step.work, duplicates) {
        (Work::Layer(stage), duplicates) => {
            batch.pass(step.name, &**stage, time);
            pass(later, later_times, duplicates, batch)
        }
        (Work::Copies(_), Some(duplicates)) => duplicates.process(batch, time, |batch| {
            pass(later, later_times, None, batch);
        }),
        (Work::Copies(_), None) => pass(later, later_times, None, batch),
    }
}

/// Returns the index entries: which rows belong to which article or failure. `positions` is in the order of rendering.
fn entries(
    rows: &[Rows],
    positions: Vec<usize>,
    numbers: &[Number],
    text_bytes: &[u64],
) -> Vec<Entry> {
    // A copy that is kept has its own rows, and one in the table of duplicates.
    let mut lengths: BTreeMap<usize, Vec<Length>> = BTreeMap::new();
    let parts = rows.iter().flat_map(|rows| &rows.parts);
    for (position, part) in positions.into_iter().zip(parts) {
        let whole = lengths
            .entry(position)
            .or_insert_with(|| vec![Length::default(); part.len()]);
        for (whole, part) in whole.iter_mut().zip(part) {
            whole.bytes += part.bytes;
            whole.rows += part.rows;
        }
    }
    lengths
        .into_iter()
        .map(|(position, lengths)| Entry {
            number: numbers[position],
            text_bytes: text_bytes[position],
            lengths,
        })
        .collect()
}

/// Sorts what left a batch by its position in the chunk.
fn in_order<T>(mut left: Vec<(usize, T)>) -> (Vec<usize>, Vec<T>) {
    left.sort_by_key(|(position, _)| *position);
    left.into_iter().unzip()
}
