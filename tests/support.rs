//! Starts the program on files of a test, and reads the tables back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A folder of its own for a test, in which the program is started.
pub(crate) struct Place {
    folder: TempDir,
}

/// What a run of the program left behind.
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

    /// The tables of a run: everything but the record, which holds times, and the index.
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

    /// Starts the program with arguments that are parted by blanks.
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
