//! Single sentences with their names marked inline, as they are easily written.

use std::path::Path;

use blattwerk_core::{Document, Entity, Error, Result, Span};

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
    let read = |(line, number): (&str, usize)| {
        article(line).ok_or_else(|| Error::Malformed {
            path: path.to_owned(),
            line: number,
            expected: EXPECTED.to_owned(),
            found: line.to_owned(),
        })
    };
    lines.map(read).collect()
}

fn article(line: &str) -> Option<Article> {
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
        stances.push(Some(polarity(stance)?));
        text.push_str(rest);
    }
    let mut document = Document::new("", text);
    document.sentences = vec![document.text.span()];
    document.entities = entities;
    Some(Article {
        document,
        stances,
        tones: vec![Some(polarity(tone)?)],
    })
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Polarity;

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
