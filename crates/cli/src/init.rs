//! `blattwerk init`: writes a config to start from.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::output::{print, shown, write_new};
use crate::settings::CONFIG;

/// The config of the example run, which explains every key.
const MANUAL: &str = include_str!("../../../pipeline.toml");

/// Settings of the example run, and what a new config has instead.
const CHANGES: [(&str, &str); 2] = [
    ("paths = [\"examples/articles\"]", "paths = [\"articles\"]"),
    ("overwrite = true", "overwrite = false"),
];

#[derive(Args)]
pub(crate) struct Options {
    /// The file to write, which must not exist yet
    #[arg(default_value = CONFIG)]
    file: PathBuf,
}

pub(crate) fn init(options: &Options) -> anyhow::Result<ExitCode> {
    write_new(&options.file, &config())?;
    let file = shown(&options.file);
    print(format!(
        "Wrote {file}. Set `paths` to your dump, then try:\n\n  \
         blattwerk check --config {file}\n  blattwerk run --config {file}\n"
    ))
}

fn config() -> String {
    CHANGES
        .iter()
        .fold(MANUAL.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_config_is_the_manual_without_the_examples() {
        for (from, to) in CHANGES {
            assert_eq!(
                MANUAL.matches(from).count(),
                1,
                "the manual says {from:?} once"
            );
            assert!(config().contains(to) && !config().contains(from));
        }
    }
}
