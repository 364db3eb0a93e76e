//! Output of commands other than tables: standard output, new files, and paths in messages.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

/// Writes to standard output, and returns success.
pub(crate) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_ref())?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Returns a path for messages; the empty path is shown as `.`.
pub(crate) fn shown(path: &Path) -> String {
    let shown = path.display().to_string();
    if shown.is_empty() { ".".into() } else { shown }
}

/// Writes a file that must not exist yet.
pub(crate) fn write_new(path: &Path, content: &str) -> anyhow::Result<()> {
    let file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .open(path);
    let written = file.and_then(|mut file| file.write_all(content.as_bytes()));
    written.with_context(|| format!("cannot write {}", shown(path)))
}
