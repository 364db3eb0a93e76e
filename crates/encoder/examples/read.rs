//! Reads labelled sentences with a model, for `scripts/train/encoder/evaluate.py`.
//!
//! ```sh
//! cargo run --release -p blattwerk-encoder --example read -- MODEL < sentences.jsonl > read.jsonl
//! ```
//!
//! A line of input has `article`, `text` and `names` (start, end and more, in characters). A line of output has the names
//! that were found, the stance toward each of the given ones, and the tone. The time goes to standard error.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use blattwerk_core::{Document, Entity, Span};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("expected a model")?;
    let encoder = blattwerk_encoder::load(Path::new(&path))?;
    let lines: Vec<Value> = io::stdin()
        .lock()
        .lines()
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    // Written sentences do not belong together: their article is only a theme.
    let belong = |a: &Value, b: &Value| {
        a["article"] == b["article"]
            && a["article"]
                .as_str()
                .is_some_and(|article| !article.starts_with("written"))
    };
    let (mut count, mut took) = (0.0, 0.0);
    for article in lines.chunk_by(|a, b| belong(a, b)) {
        let texts: Vec<&str> = article
            .iter()
            .filter_map(|line| line["text"].as_str())
            .collect();
        let mut document = Document::new("article", texts.join("\n"));
        let mut at = 0;
        let mut given = Vec::new();
        for (line, text) in article.iter().zip(&texts) {
            document.sentences.push(Span::new(at, at + text.len()));
            let byte = |char: &Value| {
                let char = usize::try_from(char.as_u64().unwrap_or_default()).unwrap_or_default();
                at + text
                    .char_indices()
                    .nth(char)
                    .map_or(text.len(), |(byte, _)| byte)
            };
            for name in line["names"].as_array().into_iter().flatten() {
                given.push(Entity {
                    span: Span::new(byte(&name[0]), byte(&name[1])),
                    label: "".into(),
                    score: 1.0,
                });
            }
            at += text.len() + 1;
        }
        let start = Instant::now();
        let names = encoder.read(&document, |_, found| found);
        took += start.elapsed().as_secs_f64();
        let judged = encoder.read(&document, |part, _| {
            let starts = |entity: &&Entity| (part.start..part.end).contains(&entity.span.start);
            given.iter().filter(starts).cloned().collect()
        });
        let mut stances = judged.judged.into_iter().flat_map(|judged| judged.entities);
        let tones = names.judged.into_iter().flat_map(|judged| judged.sentences);
        for (((line, text), sentence), tone) in article
            .iter()
            .zip(&texts)
            .zip(&document.sentences)
            .zip(tones)
        {
            let found: Vec<Value> = names
                .entities
                .iter()
                .filter(|entity| sentence.contains(entity.span))
                .map(|entity| {
                    let chars = |byte: usize| {
                        let before = text.get(..byte - sentence.start).unwrap_or_default();
                        before.chars().count()
                    };
                    json!([
                        chars(entity.span.start),
                        chars(entity.span.end),
                        *entity.label,
                        entity.score
                    ])
                })
                .collect();
            let given = line["names"].as_array().map_or(0, Vec::len);
            let stances: Vec<_> = stances.by_ref().take(given).collect();
            count += 1.0;
            writeln!(
                io::stdout(),
                "{}",
                json!({"names": found, "stances": stances, "tone": tone})
            )?;
        }
    }
    writeln!(io::stderr(), "{:.1} sentences per second", count / took)?;
    Ok(())
}
