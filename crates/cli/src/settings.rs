//! The settings that commands share: the layers of the config, the input, and the output folder.

use std::path::{Path, PathBuf};

use blattwerk_pipeline::config::Loaded;
use blattwerk_pipeline::input::Inputs;
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

/// The config, the input, and the output folder.
#[derive(Args)]
pub(crate) struct Settings {
    #[command(flatten)]
    pub(crate) layers: Layers,
    /// Read this file, folder or glob instead of `input.paths`; can be repeated
    #[arg(short, long, value_name = "PATH")]
    input: Vec<String>,
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
    pub(crate) fn prepare(&self) -> anyhow::Result<Prepared> {
        let mut loaded = self.layers.load()?;
        let inputs = loaded.inputs(&self.input)?;
        loaded.config.output.overwrite |= self.overwrite;
        let folder = match &self.output {
            Some(folder) => folder.clone(),
            None => loaded.root.join(&loaded.config.output.folder),
        };
        Ok(Prepared {
            loaded,
            inputs,
            folder,
        })
    }
}

/// Skips environment variables that are not Unicode: they cannot be ours.
fn unicode((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}
