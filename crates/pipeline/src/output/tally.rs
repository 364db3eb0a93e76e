//! Counts things by their name, of which a run may have millions, in bounded memory.
//!
//! What does not fit is sorted and written to a temporary file; at the end, the files are merged. So the counts are exact, and
//! come in the order of the names.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// What is counted of a thing.
pub(crate) trait Count: Default + Serialize + DeserializeOwned + 'static {
    /// Adds the count of another part of the run.
    fn add(&mut self, other: Self);

    /// Returns about how many bytes of memory it takes beside its own size.
    fn heap(&self) -> usize {
        0
    }
}

impl Count for u64 {
    fn add(&mut self, other: Self) {
        *self += other;
    }
}

/// The counts of things by their name.
pub(crate) struct Tally<C> {
    counts: FxHashMap<String, C>,
    /// About how many bytes the counts take.
    size: usize,
    /// How many they may take before they are written to a file.
    most: usize,
    /// The folder for the files, which have no names.
    folder: PathBuf,
    runs: Vec<File>,
}

impl<C: Count> Tally<C> {
    /// Returns a tally that takes about `most` bytes of memory, and has its files in `folder`.
    pub(crate) fn new(folder: &Path, most: usize) -> Self {
        Self {
            counts: FxHashMap::default(),
            size: 0,
            most,
            folder: folder.to_owned(),
            runs: Vec::new(),
        }
    }

    /// Changes the count of a thing, which is the default if there is none yet.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub(crate) fn count(&mut self, name: &str, change: impl FnOnce(&mut C)) -> Result<()> {
        if let Some(count) = self.counts.get_mut(name) {
            let before = count.heap();
            change(count);
            self.size += count.heap().saturating_sub(before);
        } else {
            let mut count = C::default();
            change(&mut count);
            // A place in the table, with what is free beside it.
            self.size += name.len() + 2 * size_of::<(String, C)>() + count.heap();
            self.counts.insert(name.to_owned(), count);
        }
        if self.size > self.most {
            let run = write(self.take(), &self.folder);
            self.runs.push(run.map_err(|source| Error::Write {
                path: self.folder.clone(),
                source,
            })?);
        }
        Ok(())
    }

    fn take(&mut self) -> Vec<(String, C)> {
        self.size = 0;
        let mut counts: Vec<_> = std::mem::take(&mut self.counts).into_iter().collect();
        counts.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        counts
    }

    /// Returns the counts in the order of the names.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn sorted(mut self) -> Result<Sorted<C>> {
        let rest = self.take().into_iter();
        let mut sources: Vec<Source<C>> = Vec::new();
        for run in self.runs {
            let lines = BufReader::with_capacity(1 << 16, run).lines();
            sources.push(Box::new(
                lines.map(|line| serde_json::from_str(&line?).map_err(io::Error::from)),
            ));
        }
        sources.push(Box::new(rest.map(Ok)));
        let mut sorted = Sorted {
            folder: self.folder,
            heads: sources.iter().map(|_| None).collect(),
            sources,
            next: BinaryHeap::new(),
        };
        for source in 0..sorted.sources.len() {
            sorted.advance(source)?;
        }
        Ok(sorted)
    }
}

/// Writes sorted counts to a file that has no name, and goes back to its beginning.
fn write<C: Count>(counts: Vec<(String, C)>, folder: &Path) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(1 << 16, tempfile::tempfile_in(folder)?);
    for count in counts {
        serde_json::to_writer(&mut out, &count)?;
        out.write_all(b"\n")?;
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

type Source<C> = Box<dyn Iterator<Item = io::Result<(String, C)>>>;

/// Counts in the order of the names.
pub(crate) struct Sorted<C> {
    folder: PathBuf,
    sources: Vec<Source<C>>,
    /// The count that each source is at; its name is in `next`.
    heads: Vec<Option<C>>,
    next: BinaryHeap<Reverse<(String, usize)>>,
}

impl<C: Count> Sorted<C> {
    fn advance(&mut self, source: usize) -> Result<()> {
        if let Some(found) = self.sources[source].next() {
            let (name, count) = found.map_err(|source| Error::Read {
                path: self.folder.clone(),
                source,
            })?;
            self.heads[source] = Some(count);
            self.next.push(Reverse((name, source)));
        }
        Ok(())
    }

    /// Returns the next thing and its count; none at the end.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<(String, C)>> {
        let Some(Reverse((name, source))) = self.next.pop() else {
            return Ok(None);
        };
        let mut count = self.heads[source].take().unwrap_or_default();
        self.advance(source)?;
        while let Some(Reverse((other, _))) = self.next.peek()
            && *other == name
        {
            let Some(Reverse((_, source))) = self.next.pop() else {
                break;
            };
            count.add(self.heads[source].take().unwrap_or_default());
            self.advance(source)?;
        }
        Ok(Some((name, count)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The memory decides what is written to files, and must not show.
    #[test]
    fn counts_are_exact_whatever_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0_u64..5000)
            .map(|i| format!("Name {}\n\"{}\"", i * 7919 % 613, i % 3))
            .collect();
        let mut expected = BTreeMap::<String, u64>::new();
        for name in &names {
            *expected.entry(name.clone()).or_default() += 1;
        }
        for most in [0, 100, 10_000, 1 << 20] {
            let mut tally = Tally::<u64>::new(folder.path(), most);
            for name in &names {
                tally.count(name, |count| *count += 1).unwrap();
            }
            assert_eq!(tally.runs.is_empty(), most == 1 << 20);
            let (mut sorted, mut found) = (tally.sorted().unwrap(), Vec::new());
            while let Some(count) = sorted.next().unwrap() {
                found.push(count);
            }
            assert_eq!(found, expected.clone().into_iter().collect::<Vec<_>>());
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
