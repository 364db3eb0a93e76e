//! Finds the names of raw text with the encoder, so that fast models can learn from them: `label_raw DATA FILE`.
//!
//! A stretch of each text is read, from speeches and an encyclopedia. Texts with a longer sentence that readers labelled are
//! left out. FILE is one of labelled articles (`blattwerk_gold`).

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use blattwerk_core::{Chars, Document, Entity, Span};
use blattwerk_gold::raw;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Raw texts: the file, every how many texts one is read, and the most sentences that are taken from it.
const RAW: &[(&str, usize, usize)] = &[
    ("bundestag_speeches.jsonl.zst", 4, 12),
    ("wikipedia_klexikon.jsonl.zst", 1, 96),
];

/// Files of labelled sentences whose texts are among the raw ones.
const READERS: &[&str] = &["bundestag.train.jsonl", "bundestag.dev.jsonl"];

/// The length of short sentences, in bytes.
const SHORT: usize = 60;

/// How many texts are read at once.
const TOGETHER: usize = 64;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let [Some(data), Some(file), None] = std::array::from_fn(|_| arguments.next()) else {
        return Err("usage: label_raw DATA FILE".into());
    };
    let data = Path::new(&data);
    let known = labelled(data)?;
    let split: blattwerk_split::Config = serde_json::from_str(r#"{"backend": "rules"}"#)?;
    let split = split.build(Path::new(""))?;
    let names: blattwerk_ner::Config = serde_json::from_str(r#"{"backend": "encoder"}"#)?;
    let names = names.build(Path::new(""))?;
    let mut out = BufWriter::new(File::create(file)?);
    for &(name, step, most) in RAW {
        let texts = raw::texts(&data.join("raw").join(name))?;
        let mut documents = Vec::new();
        for (number, text) in texts.enumerate().step_by(step) {
            let mut document = Document::new(format!("{name}-{number}"), text?);
            document.sentences = split.stage.process(&document)?;
            let of_readers = |&sentence: &Span| known.contains(&document.text[sentence]);
            if !document.sentences.iter().any(of_readers) {
                documents.extend(stretch(&document, most));
            }
        }
        for documents in documents.chunks(TOGETHER) {
            let layers = names.stage.process_all(documents);
            for (document, names) in documents.iter().zip(layers) {
                write(&mut out, document, &names?.entities)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// Returns the sentences that readers labelled, without the short ones, which other texts can have too.
fn labelled(data: &Path) -> Result<HashSet<String>> {
    let mut sentences = HashSet::new();
    for name in READERS {
        for article in blattwerk_gold::read(&data.join("readers").join(name))? {
            let document = article.document;
            let long = document
                .sentences
                .iter()
                .filter(|sentence| sentence.len() > SHORT);
            sentences.extend(long.map(|&sentence| document.text[sentence].to_owned()));
        }
    }
    Ok(sentences)
}

/// Returns consecutive sentences of a document, from the end of its first third on.
fn stretch(document: &Document, most: usize) -> Option<Document> {
    let sentences = &document.sentences[document.sentences.len() / 3..];
    let sentences = &sentences[..sentences.len().min(most)];
    let (start, end) = (sentences.first()?.start, sentences.last()?.end);
    let text = document.text[Span::new(start, end)].to_owned();
    let mut stretch = Document::new(document.id.clone(), text);
    let moved = |span: &Span| Span::new(span.start - start, span.end - start);
    stretch.sentences = sentences.iter().map(moved).collect();
    Some(stretch)
}

/// Writes the sentences of a document with their names.
fn write(out: &mut impl std::io::Write, document: &Document, names: &[Entity]) -> Result<()> {
    for &sentence in &document.sentences {
        let text = &document.text[sentence];
        let mut chars = Chars::new(text);
        let mut char = |byte: usize| chars.at(byte - sentence.start);
        let within = names.iter().filter(|name| sentence.contains(name.span));
        let names: Vec<_> = within
            .map(|Entity { span, label, .. }| {
                serde_json::json!([char(span.start), char(span.end), &**label])
            })
            .collect();
        let id = &document.id;
        let line = serde_json::json!({"article": id, "text": text, "names": names});
        writeln!(out, "{line}")?;
    }
    Ok(())
}
