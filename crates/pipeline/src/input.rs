//! Reads dumps of articles: files, folders and globs, as a stream of documents.
//!
//! What a file holds is recognized by its content: first the compression, then the format. Text formats are
//! recognized after decoding. Names only help to explain what is wrong. Nothing is lost silently: what cannot
//! become an article is an [`Item::Failure`] with its place, and reading continues after it.
//!
//! The layers, from the disk upwards, each a file: `files` finds the input files, `disk` opens them and
//! `compression` decompresses them; the result is a `source`. `format` holds the formats and chooses the one
//! that reads a source. Text formats read it through a `window` of lines in bounded memory, which `encoding`
//! decodes to UTF-8. `items` turns what they return into documents. `fields` knows the names of fields,
//! `fault` what can go wrong.

mod ahead;
mod beside;
mod blocks;
mod compression;
mod config;
mod content;
mod crawl;
mod described;
mod disk;
mod encoding;
mod fault;
mod fields;
mod files;
mod format;
mod glob;
mod ignored;
mod item;
mod items;
mod mail;
mod nested;
mod object;
mod options;
mod outlet;
pub mod path_text;
mod position;
mod recognize;
mod row;
mod rows;
mod share;
mod source;
mod status;
#[cfg(test)]
mod tests;
mod tree;
mod unparsed;
mod window;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use blattwerk_core::Result;

pub use self::config::{Config, NoStory};
pub use self::described::Described;
pub use self::fields::Fields;
pub use self::files::File;
pub use self::format::Choice;
pub(crate) use self::item::CAPTURED_AGAIN;
pub use self::item::{Failure, Item, Parsed};
pub use self::items::{Counts, Items};
pub use self::position::{Number, Place, Position};
pub use self::rows::Rows;
pub use self::share::{By, Share, Taking};
pub use self::unparsed::Unparsed;

use self::compression::Compression;
use self::fault::Fault;
use self::options::Options;
use self::source::{Source, Spare};

/// The files of a run, found and ready to read.
#[derive(Debug, Clone)]
pub struct Inputs {
    files: Arc<[File]>,
    /// How many files were found and left out.
    left_out: u64,
    options: Arc<Options>,
    bytes_read: Arc<AtomicU64>,
}

impl Inputs {
    /// Finds the files of a config; its paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](blattwerk_core::Error::Setting) if a value is invalid, a path does not exist, a folder or glob matches
    /// no file, or no database answers the query.
    /// A file that cannot be read is not an error here; it becomes a failure.
    pub fn open(config: &Config, root: &Path) -> Result<Self> {
        let options = config.check()?;
        let files = files::find(&config.paths, root, config.allow_empty)?;
        format::check_query(&files, &options)?;
        Ok(Self {
            files: files.into(),
            left_out: 0,
            options: Arc::new(options),
            bytes_read: Arc::default(),
        })
    }

    /// Returns the size of all files on disk.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// Returns the files in the order in which they are read.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Leaves out files that were found in a folder or by a glob; those that were named stay.
    pub fn leave_out(&mut self, is_left_out: &mut dyn FnMut(&File) -> bool) {
        let files = self.files.iter();
        let stay: Vec<File> = files
            .filter(|file| file.is_named || !is_left_out(file))
            .cloned()
            .collect();
        self.left_out += (self.files.len() - stay.len()) as u64;
        self.files = stay.into();
    }

    /// Gives the files names for the ids of their articles that do not depend on how the folders are spelled: relative to
    /// `base` if they are below it, absolute otherwise.
    pub(crate) fn identify(&mut self, base: &Path) {
        self.files = files::identified(&self.files, base).into();
    }

    /// Returns how many files were left out.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Returns the counter of the bytes read from disk, which grows up to [`Inputs::total_bytes`] while
    /// the items are taken.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Reads the beginning of each file and describes what it is.
    pub fn describe(&self) -> impl Iterator<Item = Described> + '_ {
        self.files.iter().map(|file| self.describe_file(file))
    }

    fn describe_file(&self, file: &File) -> Described {
        let mut described = Described {
            path: file.name(),
            size: file.size,
            compression: None,
            format: None,
            encoding: None,
            delimiter: None,
            fields: Vec::new(),
            error: None,
        };
        if let Err(fault) = self.look(file, &mut described) {
            described.error = Some(fault.chain());
        }
        described
    }

    /// Reads the files one after another.
    pub fn items(&self) -> Items {
        Items::new(
            Arc::clone(&self.files),
            Arc::clone(&self.options),
            Arc::clone(&self.bytes_read),
        )
    }

    /// Resumes reading at a position returned by [`Items::position`]; `count` items came before it, and `ids`
    /// are already used.
    ///
    /// A file that is neither compressed nor converted is entered where reading stopped; any other is read
    /// again from its beginning.
    ///
    /// # Errors
    ///
    /// If the input has changed and no longer has this position.
    pub fn items_from(
        &self,
        position: &Position,
        count: usize,
        ids: impl IntoIterator<Item = u128>,
    ) -> io::Result<Items> {
        let mut items = self.items();
        items.enter(position, count, ids)?;
        Ok(items)
    }

    /// Opens a file and describes what it is.
    fn look(&self, file: &File, described: &mut Described) -> Result<(), Fault> {
        if !file.is_regular() {
            return file.fault().map_or(Ok(()), Err);
        }
        let source = match Source::open(file, Arc::default(), &Spare::default()) {
            Err(Fault::Ignored(kind)) => {
                described.format = Some("ignored");
                described.error = Some(kind.to_owned());
                return Ok(());
            }
            source => source?,
        };
        described.compression = source.compression.map(Compression::as_str);
        let (format, mut articles) = format::open(source, &self.options)?;
        described.format = Some(format);
        articles.describe(described);
        Ok(())
    }
}
