//! Packs the embedded model, so that it need not be unpacked when the program starts.

#![expect(
    clippy::cast_possible_truncation,
    reason = "counts of a model are written as small numbers"
)]

use blattwerk_model_file::pack;

#[path = "src/linear/content.rs"]
#[expect(dead_code, reason = "models are only read here")]
mod content;

fn main() {
    let model = "../../models/sentiment-de/model.bin";
    println!("cargo:rerun-if-changed={model}");
    println!("cargo:rerun-if-changed=src/linear/content.rs");
    pack::embed("sentiment-de", model, |file, packer| {
        let content = content::Content::read(file).expect("the embedded model is whole");
        content.pack(packer);
    });
}
