//! Extracts the pages that a list names, as JSON Lines, and prints how many pages a second that takes.
//!
//! `cargo run --release -p blattwerk-html --example html LIST.jsonl > OUT.jsonl`. A line of the list has `id`,
//! `page` (a file next to the list, plain or gzip) and `url`.

use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Instant;

use blattwerk_html::{decode, extract};
use serde_json::{Value, json};

/// Each page is extracted so many times, and the fastest time counts, since other programs run as well.
const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let list = std::env::args().nth(1).ok_or("which list?")?;
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
    let mut seconds = 0.0;
    for (_, bytes, url) in &pages {
        let mut fastest = f64::INFINITY;
        let mut page = None;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            page = extract(&decode(bytes, None), url.as_deref());
            fastest = fastest.min(start.elapsed().as_secs_f64());
        }
        seconds += fastest;
        found.push(page);
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
    #[expect(clippy::cast_precision_loss, reason = "a page count is small")]
    let speed = pages.len() as f64 / seconds;
    eprintln!("{} pages, {speed:.0} a second", pages.len());
    Ok(())
}
