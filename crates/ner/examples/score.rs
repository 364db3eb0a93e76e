//! Scores the embedded gazetteer on labelled sentences: `score GOLD.tsv ...`, one token and BIO tag per line.
//!
//! A name counts as found if its span and label are correct. With `--wrong`, prints each wrong or missing name.

use std::collections::BTreeMap;
use std::path::Path;

use blattwerk_core::{Document, Span};
use blattwerk_ner::gazetteer;

#[expect(
    clippy::print_stdout,
    reason = "the scores are what the user asked for"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let tagger = gazetteer::Config::default().build(Path::new("."))?;
    for file in files {
        // Counts per label: correct, found, in the gold file.
        let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        for block in std::fs::read_to_string(&file)?.split("\n\n") {
            let (document, gold) = sentence(block);
            let found: Vec<(Span, String)> = tagger
                .stage
                .process(&document)?
                .into_iter()
                .map(|entity| (entity.span, entity.label.to_string()))
                .collect();
            for (_, label) in &gold {
                counts.entry(label.clone()).or_default()[2] += 1;
                counts.entry("all".into()).or_default()[2] += 1;
            }
            for entity in &found {
                let is_right = usize::from(gold.contains(entity));
                for label in [&entity.1, "all"] {
                    let count = counts.entry(label.to_owned()).or_default();
                    count[0] += is_right;
                    count[1] += 1;
                }
                if is_right == 0 && !flags.is_empty() {
                    let (name, text) = (&document.text[entity.0], document.text.as_str());
                    println!("{name}\t{}\t{text}", entity.1);
                }
            }
        }
        for (label, [right, found, gold]) in counts {
            #[expect(clippy::cast_precision_loss, reason = "counts of names are small")]
            let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
            println!(
                "{file}\t{label}\tprecision {:.1}\trecall {:.1}\tF1 {:.1}\t({right} of {found} found, {gold} in all)",
                percent(right, found),
                percent(right, gold),
                percent(2 * right, found + gold),
            );
        }
    }
    Ok(())
}

/// Returns the tokens of a sentence as a text, separated by spaces, and its names.
fn sentence(block: &str) -> (Document, Vec<(Span, String)>) {
    let mut text = String::new();
    let mut gold: Vec<(Span, String)> = Vec::new();
    for line in block.lines() {
        let Some((token, tag)) = line.split_once('\t') else {
            continue;
        };
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(token);
        match (tag.split_once('-'), gold.last_mut()) {
            (Some(("B", label)), _) => gold.push((Span::new(start, text.len()), label.to_owned())),
            (Some(("I", _)), Some(last)) => last.0.end = text.len(),
            _ => {}
        }
    }
    let mut document = Document::new("gold", text);
    document.sentences = vec![document.text.span()];
    (document, gold)
}
