//! Splits documents in JSON Lines: reads `{"text": "…"}`, writes an array of `[start, end]` in characters.
//!
//! The time of the splitting alone, the best of twenty rounds in seconds, goes to standard error.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use blattwerk_core::Document;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config: blattwerk_split::Config = serde_json::from_str(r#"{"backend": "rules"}"#)?;
    let built = config.build(Path::new("."))?;
    let mut documents = Vec::new();
    for line in io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        documents.push(Document::new(
            "",
            record["text"].as_str().unwrap_or_default(),
        ));
    }
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let start = Instant::now();
        for document in &documents {
            std::hint::black_box(built.stage.process(document)?);
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    eprintln!("{best}");
    let mut out = io::stdout().lock();
    for document in &documents {
        let mut chars = document.text.source_chars();
        let spans: Vec<[usize; 2]> = built
            .stage
            .process(document)?
            .into_iter()
            .map(|span| [chars.at(span.start), chars.at(span.end)])
            .collect();
        writeln!(out, "{}", serde_json::to_string(&spans)?)?;
    }
    Ok(())
}
