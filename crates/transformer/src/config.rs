//! The keys of the backend `onnx`, and the runtimes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use blattwerk_core::Error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Runs a transformer model of yours: an ONNX file in a folder as downloaded from a model hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the model, with `config.json`, `tokenizer.json` and the ONNX file. Required.
    #[schemars(example = "my-model")]
    pub model: PathBuf,
    /// The ONNX file, relative to the folder, such as `onnx/model_quantized.onnx`. By default `model.onnx`, or
    /// `onnx/model.onnx` if that does not exist.
    #[schemars(example = "onnx/model_quantized.onnx")]
    pub file: Option<PathBuf>,
    /// New names for labels of the model, such as `{ LABEL_2 = "positive" }` or `{ person = "PER" }`; `O` means
    /// no label. Empty by default, which keeps the names of the model.
    #[schemars(example = BTreeMap::from_iter(vec![("LABEL_2", "positive")]))]
    pub labels: BTreeMap<String, String>,
    /// The maximum number of tokens that the model reads at once; longer text is read in overlapping windows. By
    /// default, as many as the model supports.
    #[schemars(example = 512)]
    pub max_tokens: Option<usize>,
    /// What runs the model.
    pub runtime: Runtime,
    /// Only for `ort`: the library of the ONNX Runtime, such as `libonnxruntime.so`. By default, the file named by
    /// the environment variable `ORT_DYLIB_PATH`.
    #[schemars(example = "libonnxruntime.so")]
    pub library: Option<PathBuf>,
}

/// What runs a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// Pure Rust, part of blattwerk.
    #[default]
    Rten,
    /// The ONNX Runtime, a library that is loaded at the start of a run; needs a build with the cargo feature
    /// `ort`.
    Ort,
    /// libtorch, with the models of the crate `rust-bert`. It is a backend of its own.
    #[serde(skip)]
    RustBert,
}

impl Runtime {
    /// All runtimes.
    pub const ALL: [Self; 3] = [Self::Rten, Self::Ort, Self::RustBert];

    /// Returns its name in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rten => "rten",
            Self::Ort => "ort",
            Self::RustBert => "rust-bert",
        }
    }

    /// Returns the backend that it belongs to.
    pub fn backend(self) -> &'static str {
        match self {
            Self::Rten | Self::Ort => "onnx",
            Self::RustBert => "rust-bert",
        }
    }

    /// Returns the cargo feature that includes it in a build.
    pub fn feature(self) -> &'static str {
        match self {
            Self::Rten => "onnx",
            Self::Ort => "ort",
            Self::RustBert => "rust-bert",
        }
    }

    /// Tells whether it is part of this build.
    pub fn is_built(self) -> bool {
        match self {
            Self::Rten => cfg!(feature = "rten"),
            Self::Ort => cfg!(feature = "ort"),
            Self::RustBert => cfg!(feature = "rust-bert"),
        }
    }
}

impl Runtime {
    /// Returns the error of a build without it.
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
