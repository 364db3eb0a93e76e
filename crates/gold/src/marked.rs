//! Sentences with their names marked inline, as they are easily written.

use std::path::Path;

use blattwerk_core::{Document, Entity, Error, Polarity, Result, Span};

use crate::{Article, polarity};

/// What a line should be, for messages.
const EXPECTED: &str = "a tone, a tab, and a sentence with its names as [name|label|stance]";

/// Parses sentences: in each line the tone (`-`, `0` or `+`), a tab, and the sentence with its names marked, such as
/// `[Ida Berg|PER|+]`. Each sentence is an article. `path` is for messages.
///
/// # Errors
///
/// If a line is malformed; the error names the file and the line.
pub fn parse(content: &str, path: &Path) -> Result<Vec<Article>> {
    let lines = content.lines().zip(1..);
    lines.map(|line| article(&[line], path)).collect()
}

/// Parses articles: their sentences in lines as in [`parse`], and a blank line between two articles. `path` is for messages.
///
/// # Errors
///
/// If a line is malformed; the error names the file and the line.
pub fn parse_reports(content: &str, path: &Path) -> Result<Vec<Article>> {
    let lines: Vec<(&str, usize)> = content.lines().zip(1..).collect();
    lines
        .split(|(line, _)| line.is_empty())
        .filter(|lines| !lines.is_empty())
        .map(|lines| article(lines, path))
        .collect()
}

/// Makes an article of lines and their numbers.
fn article(lines: &[(&str, usize)], path: &Path) -> Result<Article> {
    let mut text = String::new();
    let (mut sentences, mut entities) = (Vec::new(), Vec::new());
    let (mut stances, mut tones) = (Vec::new(), Vec::new());
    for &(line, number) in lines {
        let malformed = || Error::Malformed {
            path: path.to_owned(),
            line: number,
            expected: EXPECTED.to_owned(),
            found: line.to_owned(),
        };
        let sentence = sentence(line).ok_or_else(malformed)?;
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(&sentence.text);
        sentences.push(Span::new(start, text.len()));
        entities.extend(sentence.entities.into_iter().map(|mut entity| {
            entity.span = Span::new(start + entity.span.start, start + entity.span.end);
            entity
        }));
        stances.extend(sentence.stances.into_iter().map(Some));
        tones.push(Some(sentence.tone));
    }
    let mut document = Document::new("", text);
    document.sentences = sentences;
    document.entities = entities;
    Ok(Article {
        document,
        stances,
        tones,
    })
}

struct Sentence {
    tone: Polarity,
    text: String,
    entities: Vec<Entity>,
    stances: Vec<Polarity>,
}

fn sentence(line: &str) -> Option<Sentence> {
    let (tone, marked) = line.split_once('\t')?;
    let mut parts = marked.split('[');
    let mut text = parts.next()?.to_owned();
    let (mut entities, mut stances) = (Vec::new(), Vec::new());
    for part in parts {
        let (mark, rest) = part.split_once(']')?;
        let mut cells = mark.split('|');
        let (Some(name), Some(label), Some(stance), None) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            return None;
        };
        let start = text.len();
        text.push_str(name);
        entities.push(Entity {
            span: Span::new(start, text.len()),
            label: Some(label).filter(|label| !label.is_empty())?.into(),
            score: 1.0,
        });
        stances.push(polarity(stance)?);
        text.push_str(rest);
    }
    Some(Sentence {
        tone: polarity(tone)?,
        text,
        entities,
        stances,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_out_of_their_marks() {
        let lines = "+\t[Ida Berg|PER|+] rettete [Köln|LOC|0].\n-\tDas Boot sank.\n";
        let articles = parse(lines, Path::new("a.tsv")).unwrap();
        let [first, second] = &articles[..] else {
            panic!("two lines, found {articles:?}");
        };
        assert_eq!(first.document.text.as_str(), "Ida Berg rettete Köln.");
        let names = first.document.entities.iter();
        let names: Vec<_> = names
            .map(|name| (&first.document.text[name.span], &*name.label))
            .collect();
        assert_eq!(names, [("Ida Berg", "PER"), ("Köln", "LOC")]);
        let [plus, zero] = [Polarity::Positive, Polarity::Neutral].map(Some);
        assert_eq!(first.stances, [plus, zero]);
        assert_eq!(first.tones, [plus]);
        assert_eq!(second.tones, [Some(Polarity::Negative)]);
        assert!(second.document.entities.is_empty());
    }

    #[test]
    fn a_report_has_the_sentences_up_to_a_blank_line() {
        let lines = "+\t[Ida|PER|+] kam.\n0\tSie sang in [Köln|LOC|0].\n\n-\tEs regnet.\n\n";
        let reports = parse_reports(lines, Path::new("a.tsv")).unwrap();
        let [first, second] = &reports[..] else {
            panic!("two reports, found {reports:?}");
        };
        let document = &first.document;
        let of = |span: &Span| &document.text[*span];
        let sentences: Vec<_> = document.sentences.iter().map(of).collect();
        assert_eq!(sentences, ["Ida kam.", "Sie sang in Köln."]);
        let names: Vec<_> = document
            .entities
            .iter()
            .map(|name| of(&name.span))
            .collect();
        assert_eq!(names, ["Ida", "Köln"]);
        assert_eq!((first.stances.len(), first.tones.len()), (2, 2));
        assert_eq!(second.document.text.as_str(), "Es regnet.");
        let error = parse_reports("0\tGut.\n\nx\tSchlecht.", Path::new("a.tsv")).unwrap_err();
        assert!(error.to_string().contains('3'), "{error}");
    }

    #[test]
    fn a_malformed_line_is_named() {
        for line in [
            "kein Tab",
            "x\tDas Boot sank.",
            "0\t[Ida|PER] sang.",
            "0\t[Ida|PER|x] sang.",
            "0\t[Ida||0] sang.",
            "0\t[Ida|PER|0 sang.",
        ] {
            let error = parse(&format!("0\tGut.\n{line}"), Path::new("a.tsv")).unwrap_err();
            let message = error.to_string();
            assert!(
                message.contains("a.tsv") && message.contains('2'),
                "{line}: {message}"
            );
        }
    }
}
