//! Extracts the pages that a list names, as JSON Lines; several times if that is to be measured.
//!
//! `cargo run --release -p blattwerk-html --example html LIST.jsonl [ROUNDS] > OUT.jsonl`. A line of the list has `id`,
//! `page` (a file next to the list, plain or gzip) and `url`.

use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use blattwerk_html::{decode, extract};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let list = std::env::args().nth(1).ok_or("which list?")?;
    let rounds = std::env::args()
        .nth(2)
        .map_or(Ok(1), |rounds| rounds.parse())?;
    let folder = Path::new(&list).parent().unwrap_or(Path::new(""));
    let mut pages = Vec::new();
    for line in fs::read_to_string(&list)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let mut bytes =
            fs::read(folder.join(line["page"].as_str().ok_or("a line without a page")?))?;
        if bytes.starts_with(&[0x1F, 0x8B]) {
            let mut page = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut page)?;
            bytes = page;
        }
        pages.push((
            line["id"].clone(),
            bytes,
            line["url"].as_str().map(str::to_owned),
        ));
    }
    let mut found = Vec::new();
    for _ in 0..rounds {
        found = pages
            .iter()
            .map(|(_, bytes, url)| extract(&decode(bytes, None), url.as_deref()))
            .collect();
    }
    let mut out = std::io::stdout().lock();
    for ((id, ..), page) in pages.iter().zip(found) {
        let line = match page {
            Some(page) => json!({
                "id": id, "title": page.title, "teaser": page.teaser, "text": page.text, "date": page.date,
                "language": page.language, "url": page.url, "site": page.site,
            }),
            None => json!({"id": id, "text": null}),
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}
