//! Labels raw text with the encoder, so that fast models can learn from it: `label_raw DATA FILE`.
//!
//! A stretch of each text is read, from speeches and an encyclopedia. Texts with a longer sentence that
//! readers labelled are left out.
//! FILE gets a JSON object for each sentence, like a file of labelled
//! articles, but the stance toward a name and the tone are the probabilities of negative, neutral and positive, and a name
//! ends with its own:
//!
//! ```json
//! {"article": "a1", "text": "Ida Berg lobte Bonn.", "names": [[0, 8, "PER", [0.1, 0.8, 0.1], 0.99]], "tone": [0.1, 0.3, 0.6]}
//! ```

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use blattwerk_core::{Document, Names, Span};

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
        let texts = texts(&data.join("raw").join(name))?;
        let mut documents = Vec::new();
        for (number, text) in texts.into_iter().enumerate().step_by(step) {
            let mut document = Document::new(format!("{name}-{number}"), text);
            document.sentences = split.stage.process(&document)?;
            let of_readers = |&sentence: &Span| known.contains(&document.text[sentence]);
            if !document.sentences.iter().any(of_readers) {
                documents.extend(stretch(&document, most));
            }
        }
        for documents in documents.chunks(TOGETHER) {
            let layers = names.stage.process_all(documents);
            for (document, names) in documents.iter().zip(layers) {
                write(&mut out, document, &names?)?;
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

/// Writes the sentences of a document with what was found.
fn write(out: &mut impl std::io::Write, document: &Document, names: &Names) -> Result<()> {
    let judged = names
        .judged
        .as_ref()
        .ok_or("the encoder judges all it reads")?;
    let all = names.entities.iter().zip(&judged.entities);
    for (&sentence, tone) in document.sentences.iter().zip(&judged.sentences) {
        let text = &document.text[sentence];
        let chars = |byte: usize| {
            let before = Span::new(sentence.start, byte);
            document.text[before].chars().count()
        };
        let within = all
            .clone()
            .filter(|(entity, _)| sentence.contains(entity.span));
        let names: Vec<_> = within
            .map(|(entity, stance)| {
                let Span { start, end } = entity.span;
                let label = &*entity.label;
                serde_json::json!([chars(start), chars(end), label, stance, entity.score])
            })
            .collect();
        let id = &document.id;
        let line = serde_json::json!({"article": id, "text": text, "names": names, "tone": tone});
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Reads the field `text` of each line.
fn texts(path: &Path) -> Result<Vec<String>> {
    let reader: Box<dyn Read> = Box::new(zstd::Decoder::new(File::open(path)?)?);
    BufReader::new(reader)
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(&line?)?;
            Ok(record["text"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}
