//! `blattwerk check`: checks whether a run could start, and shows what it would read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

use blattwerk_pipeline::input::{Described, Item};
use blattwerk_pipeline::output::check_free;
use blattwerk_pipeline::schedule;
use clap::Args;

use crate::output::{print, shown};
use crate::settings::{Prepared, Settings};

/// How many files are described individually.
const FILES_SHOWN: usize = 20;

/// How many files are opened to count their formats.
const FILES_READ: usize = 10_000;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    settings: Settings,
    /// Number of articles to show
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
}

pub(crate) fn check(options: &Options) -> anyhow::Result<ExitCode> {
    let Prepared {
        mut loaded,
        inputs,
        folder,
    } = options.settings.prepare(None)?;
    let folder = schedule::place(&mut loaded, &folder)?;
    let files: Vec<_> = inputs
        .files()
        .iter()
        .map(|file| file.path.clone())
        .collect();
    check_free(&loaded.config.output, &folder, &files)?;
    let stages = loaded.build()?;

    let mut text = String::new();
    let config = options
        .settings
        .layers
        .file()
        .map_or("none (built-in defaults)".to_owned(), shown);
    writeln!(text, "config     {config}")?;
    for stage in &stages {
        writeln!(text, "{:<10} {}", stage.name, loaded.backend(stage.name))?;
        for asset in &stage.assets {
            writeln!(
                text,
                "           {} ({})",
                asset.name,
                asset.hash.get(..12).unwrap_or("")
            )?;
        }
    }
    writeln!(text, "output     {}", shown(&folder))?;
    writeln!(
        text,
        "input      {}, {} bytes",
        match files.len() {
            1 => "1 file".to_owned(),
            n => format!("{n} files"),
        },
        inputs.total_bytes()
    )?;
    let mut formats: BTreeMap<&str, u64> = BTreeMap::new();
    for (number, described) in inputs.describe().take(FILES_READ).enumerate() {
        *formats.entry(format(&described)).or_default() += 1;
        if number < FILES_SHOWN {
            writeln!(text, "           {}", describe(&described))?;
        }
    }
    if files.len() > FILES_SHOWN {
        writeln!(text, "           … and {} more", files.len() - FILES_SHOWN)?;
    }
    let of = match files.len() {
        n if n > FILES_READ => format!("the first {FILES_READ} files: "),
        _ => String::new(),
    };
    let formats = formats
        .iter()
        .map(|(name, count)| format!("{count} {name}"));
    writeln!(
        text,
        "           {of}{}",
        formats.collect::<Vec<_>>().join(", ")
    )?;

    writeln!(text, "\nfirst articles")?;
    let mut failures = 0;
    for item in inputs.items().take(options.limit) {
        match item.parse().item {
            Item::Article(document) => {
                let source = document.text.source();
                let title = document.title.as_deref().unwrap_or("no title");
                let start: String = source
                    .chars()
                    .take(60)
                    .map(|c| if c.is_whitespace() { ' ' } else { c })
                    .collect();
                let chars = source.chars().count();
                writeln!(
                    text,
                    "  {}  {title}, {chars} characters\n      {start}…",
                    document.id
                )?;
            }
            Item::Ignored(what) => writeln!(text, "  ignored: {what}")?,
            Item::Unparsed(_) => unreachable!("it is parsed"),
            Item::Failure(failure) => {
                failures += 1;
                writeln!(
                    text,
                    "  {}  FAILURE {}: {}",
                    failure.id, failure.source, failure.error
                )?;
            }
        }
    }
    print(text)?;
    Ok(ExitCode::from(u8::from(failures > 0)))
}

/// Returns the format of a file, in a word.
fn format(file: &Described) -> &'static str {
    file.format.unwrap_or("not readable")
}

/// Describes a file on one line: its format, and what else was recognized.
fn describe(file: &Described) -> String {
    let mut parts = vec![format(file).to_owned()];
    parts.extend(file.compression.map(str::to_owned));
    parts.extend(file.encoding.clone());
    parts.extend(
        file.delimiter
            .map(|delimiter| format!("delimiter {delimiter:?}")),
    );
    parts.extend(
        file.fields
            .iter()
            .map(|(role, name)| format!("{role} from `{name}`")),
    );
    parts.extend(file.error.clone());
    format!("{}: {}", file.path, parts.join(", "))
}
