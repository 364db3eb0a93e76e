//! Starts the program on files of a test and reads the tables; makes and compares what several tests need.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A temporary folder of a test, in which the program is started. If the test fails, its files are listed.
pub(crate) struct Place {
    folder: TempDir,
}

/// The result of starting the program.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A row of a table, by column.
pub(crate) type Row = BTreeMap<String, String>;

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The files of a folder, by name, with their content.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.path().join(folder)) else {
            return BTreeMap::new();
        };
        let entries = entries
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file());
        entries
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    fs::read(entry.path()).unwrap(),
                )
            })
            .collect()
    }

    /// The tables of a run: all files except the record, which contains times, and the index.
    pub(crate) fn tables(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files(folder);
        files.remove("run.json");
        files.remove("run.index");
        files
    }

    /// The rows of a table.
    pub(crate) fn rows(&self, table: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.path().join(table)).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// The `run.json` of a run.
    pub(crate) fn record(&self, folder: &str) -> Value {
        serde_json::from_str(&self.read(&format!("{folder}/run.json"))).unwrap()
    }

    /// Starts the program with arguments that are separated by spaces.
    pub(crate) fn blattwerk(&self, arguments: &str) -> Outcome {
        self.blattwerk_with(arguments, &[])
    }

    /// Starts the program with variables in its environment.
    pub(crate) fn blattwerk_with(&self, arguments: &str, variables: &[(&str, &str)]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
            .current_dir(self.path())
            .args(arguments.split_whitespace())
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Place {
    /// Starts the program with something on its standard input.
    pub(crate) fn blattwerk_reading(&self, arguments: &str, input: &[u8]) -> Outcome {
        let mut child = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
            .current_dir(self.path())
            .args(arguments.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut listing = format!("files of the failed test in {}:\n", self.path().display());
            list(&mut listing, self.path(), "");
            eprint!("{listing}");
        }
    }
}

/// Lists the files below a folder with their sizes. Whatever cannot be read is left out: the test has failed already.
fn list(listing: &mut String, folder: &Path, prefix: &str) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().display());
        match entry.metadata() {
            Ok(found) if found.is_dir() => list(listing, &entry.path(), &format!("{name}/")),
            Ok(found) => {
                writeln!(listing, "  {name}, {} bytes", found.len()).expect("a string takes it");
            }
            Err(_) => {}
        }
    }
}

/// Small chunks with a journal entry after each, so that a run can stop at many places, and everything optional in
/// the tables.
pub(crate) const SMALL: &str = "--quiet --set run.chunk_articles=7 --set run.journal_seconds=0 --set sentiment.explain=true \
     --set keywords.backend=keyness --set output.names=true";

/// JSON Lines with what must be remembered from chunk to chunk: duplicate ids, and failures.
pub(crate) fn dump() -> String {
    let line = |number: u32| {
        let text = format!(
            "Am {}. Mai kam Frau Quastel nach Köln. Das Wetter war schlecht, die Straße naß.\\nLesen Sie auch: Mehr",
            number % 28 + 1
        );
        let id = if number % 41 == 40 {
            number - 37
        } else {
            number
        };
        match number % 29 {
            7 => format!("{{\"id\": \"a{id}\", \"text\": \n"),
            11 => format!("\n{{\"id\": \"a{id}\", \"text\": \"\"}}\n"),
            _ => format!("{{\"id\": \"a{id}\", \"text\": \"{text}\"}}\n"),
        }
    };
    (0..300).map(line).collect()
}

/// A web page with a story.
pub(crate) const PAGE: &str = "<!DOCTYPE html><html lang=\"de\"><head><title>Das Freibad &ouml;ffnet | Talbote</title></head><body>\
    <nav><ul><li><a href=\"/\">Startseite</a></li><li><a href=\"/sport\">Sport</a></li></ul></nav>\
    <article><h1>Das Freibad &ouml;ffnet</h1>\
    <p>Das Freibad in Wiesenthal &ouml;ffnet am Samstag. Frau Quastel sagte, das Wasser habe 21&nbsp;Grad und sei sauber.</p>\
    <p>Im vergangenen Jahr kamen 40.000 G&auml;ste, so viele wie noch nie. Die Stadt hat die Becken f&uuml;r den Sommer neu gestrichen.</p>\
    </article><footer>Impressum</footer></body></html>\n";

/// Starts a run in which no file may become longer than so many blocks. This simulates a full disk, and stops
/// the run in the middle of a chunk.
pub(crate) fn run_on_a_small_disk(place: &Place, arguments: &str, blocks: u32) -> Output {
    let script = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec '{}' run {arguments}",
        env!("CARGO_BIN_EXE_blattwerk")
    );
    let mut shell = Command::new("sh");
    let shell = shell.current_dir(place.path()).args(["-c", &script]);
    shell.output().unwrap()
}

/// The record of a run, but for its times.
pub(crate) fn record_without_times(place: &Place, folder: &str) -> Value {
    let mut record = place.record(folder);
    let fields = record.as_object_mut().unwrap();
    fields.retain(|key, _| !key.starts_with("seconds") && key != "started");
    for stage in fields["stages"].as_array_mut().unwrap() {
        stage.as_object_mut().unwrap().remove("seconds");
    }
    record
}

/// Checks that two runs have left the same tables, and the same record but for its times.
pub(crate) fn assert_same(place: &Place, expected: &str, found: &str, name: &str) {
    let (mut tables, mut others) = (place.files(expected), place.files(found));
    tables.remove("run.json");
    others.remove("run.json");
    assert!(
        tables.keys().eq(others.keys()),
        "{name}: {:?}",
        others.keys()
    );
    for (table, content) in tables {
        assert!(content == others[&table], "{name}: {table} is the same");
    }
    assert_eq!(
        record_without_times(place, expected),
        record_without_times(place, found),
        "{name}"
    );
    assert!(!place.path().join(found).join("unfinished").exists());
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(content: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 3);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// UTF-16 with a byte order mark.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    let marked = "\u{FEFF}".encode_utf16().chain(text.encode_utf16());
    marked.flat_map(u16::to_le_bytes).collect()
}
