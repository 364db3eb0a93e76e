//! Raw texts, without labels, that models are made from.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use blattwerk_core::{Error, Result};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    text: String,
}

/// Returns the field `text` of each line of a file of JSON objects, one after the other. The file may be compressed, if it ends in
/// `.zst`.
///
/// # Errors
///
/// If the file cannot be read or a line has no text; the error names the file and the line.
pub fn texts(path: &Path) -> Result<impl Iterator<Item = Result<String>> + use<>> {
    let path = path.to_owned();
    let unreadable = |source, path: &Path| Error::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(&path).map_err(|error| unreadable(error, &path))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|end| end == "zst") {
        Box::new(zstd::Decoder::new(file).map_err(|error| unreadable(error, &path))?)
    } else {
        Box::new(file)
    };
    let lines = BufReader::new(reader).lines().zip(1..);
    Ok(lines.map(move |(line, number)| {
        let line = line.map_err(|error| unreadable(error, &path))?;
        let record: Line = serde_json::from_str(&line).map_err(|error| Error::Malformed {
            path: path.clone(),
            line: number,
            expected: "a JSON object with `text`".to_owned(),
            found: error.to_string(),
        })?;
        Ok(record.text)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_with_and_without_compression() {
        let folder = tempfile::tempdir().unwrap();
        let content = "{\"id\": 1, \"text\": \"Köln\"}\n{\"text\": \"Bonn\"}\n";
        let plain = folder.path().join("a.jsonl");
        std::fs::write(&plain, content).unwrap();
        let packed = folder.path().join("a.jsonl.zst");
        std::fs::write(&packed, zstd::encode_all(content.as_bytes(), 1).unwrap()).unwrap();
        for path in [plain, packed] {
            let texts: Result<Vec<String>> = texts(&path).unwrap().collect();
            assert_eq!(texts.unwrap(), ["Köln", "Bonn"]);
        }
    }

    #[test]
    fn a_line_without_text_names_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "{\"text\": \"Köln\"}\n{\"title\": \"Bonn\"}\n").unwrap();
        let error = texts(&path).unwrap().nth(1).unwrap().unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("a.jsonl:2: expected a JSON object"),
            "{error}"
        );
        assert!(texts(&folder.path().join("none")).is_err());
    }
}
