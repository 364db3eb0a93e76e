//! Packs the embedded model, so that it need not be unpacked when the program starts.

use blattwerk_model_file::pack;

#[path = "src/crf/content.rs"]
#[expect(dead_code, unreachable_pub, reason = "models are only read here")]
mod content;

fn main() {
    let model = "../../models/ner-de/model.bin";
    println!("cargo:rerun-if-changed={model}");
    println!("cargo:rerun-if-changed=src/crf/content.rs");
    pack::embed("ner-de", model, |file, packer| {
        let content = content::Content::read(file).expect("the embedded model is whole");
        content.pack(packer);
    });
}
