//! What a file turned out to be, for people.

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The file.
    pub path: String,
    /// Its size on disk.
    pub size: u64,
    /// `gzip`, `zstd`, `bzip2`, `xz`, or nothing.
    pub compression: Option<&'static str>,
    /// `text`, `jsonl` or `csv`; nothing if it cannot be read.
    pub format: Option<&'static str>,
    /// The encoding of its beginning.
    pub encoding: Option<String>,
    /// The character between the columns of a CSV file.
    pub delimiter: Option<char>,
    /// What is read from which field or column: pairs of `id`, `text`, `title`, `date` or `language`, and
    /// the name in the file. What is not in the file is left out.
    pub fields: Vec<(&'static str, String)>,
    /// Why it cannot be read.
    pub error: Option<String>,
}
