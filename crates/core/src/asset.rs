//! What a stage was built from: model files and lists, embedded or supplied by the user.

use std::fs::File;
use std::path::Path;

use crate::{Error, Result};

/// The name and the hash of a model file or a list, so that a run can say exactly what it used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asset {
    /// The path of the user's file, or the name of an embedded model.
    pub name: String,
    /// The BLAKE3 hash of the content, in hexadecimal.
    pub hash: String,
}

impl Asset {
    /// Returns the asset for content that is already in memory.
    pub fn new(name: impl Into<String>, content: &[u8]) -> Self {
        Self {
            name: name.into(),
            hash: blake3::hash(content).to_hex().to_string(),
        }
    }

    /// Returns the asset for a file that another library will read; only its hash is computed here.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be read.
    pub fn of_file(path: &Path) -> Result<Self> {
        let mut hasher = blake3::Hasher::new();
        File::open(path)
            .and_then(|file| hasher.update_reader(file).map(|_| ()))
            .map_err(|source| Error::Read {
                path: path.to_owned(),
                source,
            })?;
        Ok(Self {
            name: path.display().to_string(),
            hash: hasher.finalize().to_hex().to_string(),
        })
    }

    /// Reads a whole file, and returns its content with its asset.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be read.
    pub fn read(path: &Path) -> Result<(Vec<u8>, Self)> {
        let content = std::fs::read(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let asset = Self::new(path.display().to_string(), &content);
        Ok((content, asset))
    }

    /// Reads a whole UTF-8 text file, and returns its content, without a byte order mark, with its asset.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be read; [`Error::Malformed`] with the first line that is not UTF-8.
    pub fn read_text(path: &Path) -> Result<(String, Self)> {
        let (content, asset) = Self::read(path)?;
        let text = String::from_utf8(content).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let (valid, rest) = error.as_bytes().split_at(at);
            Error::Malformed {
                path: path.to_owned(),
                line: valid.split(|&byte| byte == b'\n').count(),
                expected: "UTF-8 text".into(),
                found: format!("the byte 0x{:02X}", rest[0]),
            }
        })?;
        let text = text
            .strip_prefix('\u{FEFF}')
            .map(str::to_owned)
            .unwrap_or(text);
        Ok((text, asset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_record_however_it_is_read() {
        let path = std::env::temp_dir().join(format!("blattwerk-asset-{}.bin", std::process::id()));
        std::fs::write(&path, vec![7; 100_000]).unwrap();
        let records = (
            Asset::of_file(&path).unwrap(),
            Asset::read(&path).unwrap().1,
        );
        std::fs::remove_file(&path).unwrap();
        assert_eq!(records.0, records.1);
    }

    #[test]
    fn a_list_in_another_encoding_is_named_with_its_line() {
        let path = std::env::temp_dir().join(format!("blattwerk-asset-{}.tsv", std::process::id()));
        std::fs::write(&path, b"Berlin\tLOC\nK\xF6ln\tLOC\n").unwrap();
        let error = Asset::read_text(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(
            error,
            format!(
                "{}:2: expected UTF-8 text, found the byte 0xF6",
                path.display()
            )
        );
    }
}
