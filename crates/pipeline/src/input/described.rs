//! The description of an input file for users.

/// What an input file is, and how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The file.
    pub path: String,
    /// Its size on disk.
    pub size: u64,
    /// `gzip`, `zstd`, `bzip2` or `xz`; none if the file is not compressed.
    pub compression: Option<&'static str>,
    /// The name of the format; none if the file cannot be read.
    pub format: Option<&'static str>,
    /// The encoding of its beginning.
    pub encoding: Option<String>,
    /// The delimiter of a CSV file.
    pub delimiter: Option<char>,
    /// Which field or column is read as what: pairs of `id`, `text`, `title`, `date` or `language` and the
    /// name in the file. What the file does not have is left out.
    pub fields: Vec<(&'static str, String)>,
    /// Why it cannot be read.
    pub error: Option<String>,
}
