//! Reads dumps of articles: files, folders and globs, as a stream of documents.
//!
//! What a file holds is recognized by its content: first the compression, then the format, which for text is
//! recognized after the encoding; names only help to say what is wrong. Nothing is lost in silence. What cannot
//! become an article is an [`Item::Failure`] with its place, and reading goes on behind it.
//!
//! The layers, from the disk upwards, each a file here: `files` finds them, `disk` opens them, `compression`
//! unpacks them, which makes a `source`. `format` has the formats, and finds out which of them reads a source;
//! those of text do so through a `window` of lines within bounded memory, which `encoding` makes UTF-8. `items`
//! makes documents of what they give. `fields` knows what a field is called, `fault` what goes wrong.

mod ahead;
mod blocks;
mod compression;
mod config;
mod described;
mod disk;
mod encoding;
mod fault;
mod fields;
mod files;
mod format;
mod item;
mod items;
mod object;
mod options;
mod position;
mod recognize;
mod share;
mod source;
#[cfg(test)]
mod tests;
mod window;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use blattwerk_core::Result;

pub use self::config::Config;
pub use self::described::Described;
pub use self::fields::Fields;
pub use self::files::File;
pub use self::format::Choice;
pub use self::item::{Failure, Item};
pub use self::items::Items;
pub use self::position::{Place, Position};
pub use self::share::{Share, Taking};

use self::compression::Compression;
use self::fault::Fault;
use self::options::Options;
use self::source::{Source, Spare};

/// The files of a run, found and ready to be read.
#[derive(Debug, Clone)]
pub struct Inputs {
    files: Arc<[File]>,
    options: Arc<Options>,
    bytes_read: Arc<AtomicU64>,
}

impl Inputs {
    /// Finds the files of a config; its paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if a value makes no sense, a path does not exist, or a folder or a glob gives no
    /// file. Files that cannot be read are no error here; they come as failures.
    pub fn open(config: &Config, root: &Path) -> Result<Self> {
        let options = config.check()?;
        Ok(Self {
            files: files::find(&config.paths, root)?.into(),
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

    /// Returns the counter of the bytes read from disk, which grows up to [`Inputs::total_bytes`] while
    /// the items are taken.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Looks at the beginning of each file and tells what it is.
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

    /// Reads the files, one after the other.
    pub fn items(&self) -> Items {
        Items::new(
            Arc::clone(&self.files),
            Arc::clone(&self.options),
            Arc::clone(&self.bytes_read),
        )
    }

    /// Goes on reading at a place of [`Items::position`], before which there were `count` items and `ids` were
    /// taken.
    ///
    /// A plain file is entered where reading stopped; a packed or converted one is unpacked from its
    /// beginning.
    ///
    /// # Errors
    ///
    /// If the input is not what it was, so that there is no such place in it.
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

    /// Opens a file and tells what it is.
    fn look(&self, file: &File, described: &mut Described) -> Result<(), Fault> {
        if !file.is_regular() {
            return file.fault().map_or(Ok(()), Err);
        }
        let source = Source::open(file, Arc::default(), &Spare::default())?;
        described.compression = source.compression.map(Compression::as_str);
        let (format, mut articles) = format::open(source, &self.options)?;
        described.format = Some(format);
        articles.describe(described);
        Ok(())
    }
}
