//! Reads bytes as a file of a format, and checks what holds for every input.

use std::fs;
use std::path::PathBuf;

use blattwerk_pipeline::input::{Config, Inputs, Item};

/// Reads a file with these bytes, and resumes in the middle of it.
pub fn read(format: &str, bytes: &[u8]) {
    let file = file();
    fs::write(&file, bytes).expect("there is room for a file");
    let config = serde_json::json!({
        "paths": [file], "format": format, "max_bytes": 1 << 20,
    });
    let config: Config = serde_json::from_value(config).expect("the other keys have defaults");
    let inputs = Inputs::open(&config, "".as_ref()).expect("the file is there");
    let all: Vec<String> = inputs.items().map(shown).collect();

    let mut items = inputs.items();
    let count = all.len() / 2;
    assert_eq!(items.by_ref().take(count).count(), count);
    let position = items.position();
    let ids = items.take_new_ids();
    let rest = inputs.items_from(&position, count, ids);
    let rest: Vec<String> = rest.expect("the file is the same").map(shown).collect();
    assert_eq!(rest, all[count..], "what follows a position is the same");
}

fn shown(item: Item) -> String {
    match item.parse().item {
        Item::Article(article) => {
            assert!(!article.text.as_str().trim().is_empty(), "an article has a text");
            format!("{} {} {}", article.id, article.source, article.text.as_str())
        }
        Item::Failure(failure) => {
            assert!(!failure.error.contains("panicked"), "{}", failure.error);
            format!("! {} {}", failure.source, failure.error)
        }
        Item::Ignored(what) => format!("- {what}"),
        Item::Unparsed(_) => unreachable!("it is parsed"),
    }
}

/// Returns a file of this process, in memory where the system has such a folder.
fn file() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    folder.join(format!("blattwerk-fuzz-{}", std::process::id()))
}
