//! What the user sets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use blattwerk_core::Error;
use schemars::JsonSchema;
use serde::Deserialize;

/// Runs a transformer model of yours, an ONNX file in a folder as people download it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the model, with `config.json`, `tokenizer.json` and the ONNX file. No default.
    pub model: PathBuf,
    /// The ONNX file within the folder, such as `onnx/model_quantized.onnx`. Without it `model.onnx` is taken,
    /// or else `onnx/model.onnx`.
    pub file: Option<PathBuf>,
    /// What the labels of the model mean, where its names do not fit, such as
    /// `{ LABEL_2 = "positive" }` or `{ person = "PER" }`; `O` is no label. None by default.
    pub labels: BTreeMap<String, String>,
    /// The most tokens that the model reads at once; longer text is read in windows that overlap. What the
    /// model can hold by default.
    pub max_tokens: Option<usize>,
    /// What runs the model: `rten` (the default), part of blattwerk; or `ort`, the ONNX Runtime.
    pub runtime: Runtime,
    /// Only for `ort`: the file of the ONNX Runtime, such as `libonnxruntime.so`. Without it the variable
    /// `ORT_DYLIB_PATH` names it.
    pub library: Option<PathBuf>,
}

/// What runs a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// Pure Rust, within the binary.
    #[default]
    Rten,
    /// The ONNX Runtime, a library that is loaded when the run starts.
    Ort,
    /// libtorch, with the models of the crate `rust-bert`. It has a backend of its own.
    #[serde(skip)]
    RustBert,
}

impl Runtime {
    /// All runtimes.
    pub const ALL: [Self; 3] = [Self::Rten, Self::Ort, Self::RustBert];

    /// Returns the word for it in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rten => "rten",
            Self::Ort => "ort",
            Self::RustBert => "rust-bert",
        }
    }

    /// Returns the backend that it serves.
    pub fn backend(self) -> &'static str {
        match self {
            Self::Rten | Self::Ort => "onnx",
            Self::RustBert => "rust-bert",
        }
    }

    /// Returns the cargo feature of the binary that puts it into a build.
    pub fn feature(self) -> &'static str {
        match self {
            Self::Rten => "onnx",
            Self::Ort => "ort",
            Self::RustBert => "rust-bert",
        }
    }

    /// Tells whether this build has it.
    pub fn is_built(self) -> bool {
        match self {
            Self::Rten => cfg!(feature = "rten"),
            Self::Ort => cfg!(feature = "ort"),
            Self::RustBert => cfg!(feature = "rust-bert"),
        }
    }
}

impl Runtime {
    /// Returns the error for a build that does not have it.
    pub(crate) fn missing(self) -> Error {
        let (key, needs) = match self {
            Self::Rten | Self::Ort => ("runtime", ""),
            Self::RustBert => ("backend", ", with libtorch (`scripts/setup-libtorch.sh`)"),
        };
        Error::Setting {
            key,
            expected: format!(
                "a build with the {key} `{}`: `cargo build --release --features {}`{needs}",
                self.as_str(),
                self.feature()
            ),
            found: "one without".into(),
        }
    }
}
