//! The settings that commands share: the config in its layers, what is read, and where the tables go.

use std::path::{Path, PathBuf};

use blattwerk_pipeline::config::Loaded;
use blattwerk_pipeline::input::Inputs;
use clap::Args;

/// The config file that is taken when none is named.
pub(crate) const CONFIG: &str = "pipeline.toml";

/// The layers of settings, for every command that has some.
#[derive(Args)]
pub(crate) struct Layers {
    /// The config file; without it ./pipeline.toml, and without that the defaults
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, such as `ner.backend=off`; can be repeated
    #[arg(long, value_name = "TABLE.KEY=VALUE")]
    set: Vec<String>,
}

impl Layers {
    /// The config file that counts.
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

/// What is read and where the tables go.
#[derive(Args)]
pub(crate) struct Settings {
    #[command(flatten)]
    pub(crate) layers: Layers,
    /// A file, folder or glob to read instead of `input.paths`; can be repeated
    #[arg(short, long, value_name = "PATH")]
    input: Vec<String>,
    /// The folder of the tables instead of `output.folder`
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Replace the tables of an earlier run in the folder, once the new ones are complete
    #[arg(long)]
    overwrite: bool,
}

/// Settings that were read, with the flags on top.
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

/// Variables that are not Unicode are none of ours.
fn unicode((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}
