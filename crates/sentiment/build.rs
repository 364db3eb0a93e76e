//! Packs the embedded model, so that it need not be unpacked when the program starts.

#![expect(
    clippy::cast_possible_truncation,
    reason = "counts of a model are written as small numbers"
)]

use std::path::Path;
use std::{env, fs};

use blattwerk_model_file::pack::Packer;

#[path = "src/linear/content.rs"]
#[expect(dead_code, reason = "models are only read here")]
mod content;

fn main() {
    let model = "../../models/sentiment-de/model.bin";
    println!("cargo:rerun-if-changed={model}");
    println!("cargo:rerun-if-changed=src/linear/content.rs");
    let file = fs::read(model).expect("the embedded model is in the repository");
    let content = content::Content::read(&file).expect("the embedded model is whole");
    let mut packer = Packer::default();
    packer.bytes(blake3::hash(&file).to_hex().as_bytes());
    content.pack(&mut packer);
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(
        Path::new(&folder).join("sentiment-de.pack"),
        packer.finish(),
    )
    .expect("the folder can be written to");
}
