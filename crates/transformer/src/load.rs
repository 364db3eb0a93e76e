//! Opens the folder of a model, and tests the model.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use blattwerk_core::{Asset, Error, Result};

use crate::card::{Card, Task};
use crate::encoder::{Encoder, MAX_ROWS};
use crate::runtime::broken;
use crate::tokens::Splitter;
use crate::{Config, config};

/// A model that was opened and has given one answer.
pub(crate) struct Loaded {
    pub(crate) encoder: Encoder,
    pub(crate) labels: Vec<String>,
    pub(crate) assets: Vec<Asset>,
}

/// The minimum number of tokens of the text in a window, so that every window adds tokens and has some context.
const LEAST_ROOM: usize = 8;

/// Opens the files of a model, and runs it once.
pub(crate) fn load(config: &Config, root: &Path, task: Task) -> Result<Loaded> {
    if !config.runtime.is_built() {
        return Err(config.runtime.missing());
    }
    let folder = folder(&config.model, root)?;
    let card_path = folder.join("config.json");
    let (card, card_asset) = Card::read(&card_path, task)?;
    let (splitter, splitter_asset) = Splitter::read(&folder.join("tokenizer.json"), &card)?;

    let max_tokens = max_tokens(config.max_tokens, splitter.frame(), &card, &card_asset)?;
    let file = weights(config, &folder);
    let asset = Asset::of_file(&file)?;
    let runtime = catch_unwind(AssertUnwindSafe(|| match config.runtime {
        #[cfg(feature = "rten")]
        config::Runtime::Rten => crate::runtime::rten::open(&file),
        #[cfg(feature = "ort")]
        config::Runtime::Ort => {
            let library = config.library.as_ref().map(|library| root.join(library));
            crate::runtime::ort::open(&file, library)
        }
        #[cfg(feature = "rust-bert")]
        config::Runtime::RustBert => {
            crate::runtime::rust_bert::open(&card_path, &file, task, card.labels.len())
        }
        #[allow(
            unreachable_patterns,
            reason = "in a build with all runtimes, none is missing"
        )]
        missing => Err(missing.missing()),
    }))
    .unwrap_or_else(|_| Err(broken(&file, "one that causes a panic".into())))?;
    let mut encoder = Encoder {
        splitter,
        runtime,
        task,
        labels: card.labels.len(),
        max_tokens,
        max_rows: MAX_ROWS,
        name: file.display().to_string(),
    };
    encoder.settle_rows()?;
    Ok(Loaded {
        encoder,
        labels: card.labels,
        assets: vec![asset, card_asset, splitter_asset],
    })
}

/// Returns the folder of a model.
pub(crate) fn folder(model: &Path, root: &Path) -> Result<PathBuf> {
    if model.as_os_str().is_empty() {
        return Err(Error::Setting {
            key: "model",
            expected: "the folder of a model".into(),
            found: "none".into(),
        });
    }
    Ok(root.join(model))
}

/// Returns how many tokens the model reads at once, including the `frame` tokens around the text.
pub(crate) fn max_tokens(
    wanted: Option<usize>,
    frame: usize,
    card: &Card,
    card_asset: &Asset,
) -> Result<usize> {
    let least = frame + LEAST_ROOM;
    if card.max_tokens < least {
        return Err(Error::Model {
            name: card_asset.name.clone(),
            expected: format!("a model that supports at least {least} tokens"),
            found: card.max_tokens.to_string(),
        });
    }
    let max_tokens = wanted.unwrap_or(card.max_tokens);
    if !(least..=card.max_tokens).contains(&max_tokens) {
        return Err(Error::Setting {
            key: "max_tokens",
            expected: format!("{least} to {}, the maximum of the model", card.max_tokens),
            found: max_tokens.to_string(),
        });
    }
    Ok(max_tokens)
}

/// Returns the file of the weights in the folder of a model.
fn weights(config: &Config, folder: &Path) -> PathBuf {
    if let Some(file) = &config.file {
        return folder.join(file);
    }
    if config.runtime == config::Runtime::RustBert {
        return folder.join(crate::rust_bert::FILE);
    }
    let plain = folder.join("model.onnx");
    let exported = folder.join("onnx").join("model.onnx");
    if !plain.exists() && exported.exists() {
        exported
    } else {
        plain
    }
}
