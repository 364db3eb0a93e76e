//! The settings that commands share: the layers of the config, the input, and the output folder.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use blattwerk_pipeline::config::Loaded;
use blattwerk_pipeline::input::{Inputs, path_text};
use blattwerk_pipeline::own;
use clap::Args;

/// The config file that is used if none is given.
pub(crate) const CONFIG: &str = "pipeline.toml";

/// The layers of the config, for every command that reads one.
#[derive(Args)]
pub(crate) struct Layers {
    /// The config file; by default ./pipeline.toml if it exists, or else the built-in defaults
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set a key of the config, such as `ner.backend=off`; can be repeated
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
}

impl Layers {
    /// Returns the config file that is used, if there is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        let standard = Path::new(CONFIG);
        self.config
            .as_deref()
            .or_else(|| standard.exists().then_some(standard))
    }

    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        let environment = std::env::vars_os().filter_map(unicode);
        Ok(Loaded::new(self.file(), environment, &self.set)?)
    }
}

/// What is read instead of `input.paths`.
#[derive(Args)]
pub(crate) struct Input {
    /// Read these files, folders and globs instead of `input.paths`; `-` is the standard input
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,
    #[command(flatten)]
    flags: InputFlags,
}

/// What is read instead of `input.paths`, for commands whose arguments are something else.
#[derive(Args)]
pub(crate) struct InputFlags {
    /// Read this file, folder or glob instead of `input.paths`; can be repeated
    #[arg(short, long, value_name = "PATH")]
    input: Vec<OsString>,
    /// Read the paths listed in this file instead of `input.paths`, one per line; `-` is the standard input
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
}

impl Input {
    /// Finds the files, or those of the config if none are given.
    pub(crate) fn open(&self, loaded: &Loaded) -> anyhow::Result<Inputs> {
        self.flags.open_after(&self.paths, loaded)
    }
}

impl InputFlags {
    /// Finds the files, or those of the config if none are given.
    pub(crate) fn open(&self, loaded: &Loaded) -> anyhow::Result<Inputs> {
        self.open_after(&[], loaded)
    }

    fn open_after(&self, paths: &[OsString], loaded: &Loaded) -> anyhow::Result<Inputs> {
        let paths = paths.iter().chain(&self.input);
        let mut paths: Vec<String> = paths.map(path_text::of).collect();
        if let Some(list) = &self.files_from {
            paths.extend(listed(list)?);
        }
        Ok(loaded.inputs(&paths)?)
    }
}

/// Returns the paths in a list: one per line or, as `find -print0` writes them, each before a NUL.
fn listed(list: &Path) -> anyhow::Result<Vec<String>> {
    let read = if list == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text).map(|_| text)
    } else {
        std::fs::read(list)
    };
    let text = read.with_context(|| format!("cannot read the list of paths {}", list.display()))?;
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let end = if text.contains(&0) { 0 } else { b'\n' };
    let lines = text.split(|byte| *byte == end);
    let paths: Vec<String> = lines
        .map(|line| match line {
            [line @ .., b'\r'] if end == b'\n' => line,
            line => line,
        })
        .filter(|line| !line.trim_ascii().is_empty())
        .map(path_text::of_bytes)
        .collect();
    anyhow::ensure!(
        !paths.is_empty(),
        "{}: expected a path per line, found none",
        list.display()
    );
    Ok(paths)
}

/// The config, the input, and the output folder.
#[derive(Args)]
pub(crate) struct Settings {
    #[command(flatten)]
    pub(crate) layers: Layers,
    #[command(flatten)]
    pub(crate) input: Input,
    /// Write the tables to this folder instead of `output.folder`
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Replace the tables of an earlier run in the folder once the new ones are complete
    #[arg(long)]
    overwrite: bool,
}

/// The loaded settings, with flags applied.
pub(crate) struct Prepared {
    pub(crate) loaded: Loaded,
    pub(crate) inputs: Inputs,
    pub(crate) folder: PathBuf,
}

impl Settings {
    /// `metrics` is the file of metrics, if a flag names one.
    pub(crate) fn prepare(&self, metrics: Option<&Path>) -> anyhow::Result<Prepared> {
        let mut loaded = self.layers.load()?;
        let mut inputs = self.input.open(&loaded)?;
        loaded.config.output.overwrite |= self.overwrite;
        let folder = match &self.output {
            Some(folder) => folder.clone(),
            None => loaded.root.join(&loaded.config.output.folder),
        };
        let more = own_files(&self.layers, &loaded, metrics);
        own::leave_out(&mut inputs, &loaded, &folder, &more)?;
        Ok(Prepared {
            loaded,
            inputs,
            folder,
        })
    }
}

/// Returns the files of the config and the metrics.
pub(crate) fn own_files(layers: &Layers, loaded: &Loaded, metrics: Option<&Path>) -> Vec<PathBuf> {
    let configured = loaded.config.run.metrics.as_ref();
    let configured = configured.map(|path| loaded.root.join(path));
    layers
        .file()
        .into_iter()
        .chain(metrics)
        .map(Path::to_owned)
        .chain(configured)
        .collect()
}

/// Skips environment variables with names that are not Unicode: they cannot be ours.
fn unicode((name, value): (OsString, OsString)) -> Option<(String, String)> {
    // A value may be a path.
    let value = value.into_string();
    let value = value.unwrap_or_else(path_text::of);
    Some((name.into_string().ok()?, value))
}
