//! Reads and writes labelled sentences.

use std::path::Path;

use blattwerk_core::{Asset, Document, Error, Result, Span, token};
use blattwerk_gold::Article;

use super::tag::{Label, Tag};
use super::tokens;

/// A tokenized sentence with its tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The tokens.
    pub tokens: Vec<String>,
    /// The tag of each token.
    pub tags: Vec<Tag>,
    /// Whether the token is a surrogate for an unknown word.
    pub surrogate: Vec<bool>,
}

/// Reads a file with one `token TAB tag` per line and a blank line after each sentence.
///
/// A tag is `O`, or `B-` or `I-` followed by PER, LOC, ORG, MISC (or OTH, its older name). Labels that end in `deriv`
/// or `part` are not entities and are read as `O`. A third column marks surrogate tokens with `S`.
///
/// # Errors
///
/// If the file cannot be read or a line is malformed; the error names the file and the line.
pub fn read_tsv(path: &Path) -> Result<Vec<Sentence>> {
    parse_tsv(&Asset::read_text(path)?.0, path)
}

/// Returns the sentences of labelled articles, with the tokens that the tagger would read.
///
/// A token belongs to the name that it overlaps. Names with labels other than those of [`Label`] are no names.
pub fn of_articles(articles: &[Article]) -> Vec<Sentence> {
    articles.iter().flat_map(of_article).collect()
}

fn of_article(article: &Article) -> Vec<Sentence> {
    let Document {
        text,
        sentences,
        entities,
        ..
    } = &article.document;
    let sentence = |&sentence: &Span| {
        let mut spans = Vec::new();
        for token in token::tokens(&text[sentence]) {
            tokens::push_parts(&text[sentence], token, sentence.start, &mut spans);
        }
        let mut before = None;
        let tag = |&token: &Span| {
            let named = entities.partition_point(|name| name.span.end <= token.start);
            let name = entities.get(named).filter(|name| name.span.overlaps(token));
            let label = name.and_then(|name| Label::from_name(&name.label));
            let goes_on = name.is_some() && before == Some(named);
            before = name.map(|_| named);
            match label {
                Some(label) if goes_on => Tag::inside(label),
                Some(label) => Tag::begin(label),
                None => Tag::OUT,
            }
        };
        Sentence {
            tags: spans.iter().map(tag).collect(),
            tokens: spans.iter().map(|&span| text[span].to_owned()).collect(),
            surrogate: vec![false; spans.len()],
        }
    };
    sentences.iter().map(sentence).collect()
}

/// Returns the text of a labelled file with its tags replaced: one `token TAB tag` per line, with blank lines kept.
///
/// # Panics
///
/// If there is not exactly one tag per token.
pub fn with_tags(gold: &str, tags: impl IntoIterator<Item = Tag>) -> String {
    let mut tags = tags.into_iter();
    let mut out = String::with_capacity(gold.len());
    for line in gold.lines() {
        if !line.trim().is_empty() {
            let token = line.split('\t').next().unwrap_or_default();
            let tag = tags.next().expect("there is a tag for each token");
            out.push_str(token);
            out.push('\t');
            out.push_str(&tag.to_string());
        }
        out.push('\n');
    }
    assert!(tags.next().is_none(), "there is a token for each tag");
    out
}

/// Parses labelled sentences; see [`read_tsv`]. `path` is the name used in errors.
///
/// # Errors
///
/// If a line is malformed.
pub fn parse_tsv(text: &str, path: &Path) -> Result<Vec<Sentence>> {
    let mut sentences = Vec::new();
    let mut sentence = Sentence::default();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            if !sentence.tokens.is_empty() {
                sentences.push(std::mem::take(&mut sentence));
            }
            continue;
        }
        let malformed = |expected: &str| Error::Malformed {
            path: path.to_owned(),
            line: i + 1,
            expected: expected.into(),
            found: format!("{line:?}"),
        };
        let mut fields = line.split('\t');
        let (Some(token), Some(tag)) = (fields.next().filter(|t| !t.is_empty()), fields.next())
        else {
            return Err(malformed("a token, a tab and a tag"));
        };
        let tag = Tag::parse(tag)
            .ok_or_else(|| malformed("O, or B- or I- with PER, LOC, ORG or MISC"))?;
        sentence.tokens.push(token.to_owned());
        sentence.tags.push(tag);
        sentence
            .surrogate
            .push(fields.next().is_some_and(|flag| flag.trim() == "S"));
    }
    if !sentence.tokens.is_empty() {
        sentences.push(sentence);
    }
    Ok(sentences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_lines_are_read() {
        let text = "Kohl\tB-PER\nsprach\tO\tK\n\n\nin\tO\nBonner\tB-LOCderiv\nBild\tI-OTH\tS\n";
        let sentences = parse_tsv(text, Path::new("a.tsv")).unwrap();
        assert_eq!(sentences.len(), 2);
        assert_eq!(sentences[0].tokens, ["Kohl", "sprach"]);
        let tags: Vec<String> = sentences[1].tags.iter().map(Tag::to_string).collect();
        assert_eq!(tags, ["O", "O", "I-MISC"]);
        assert_eq!(sentences[1].surrogate, [false, false, true]);
    }

    #[test]
    fn articles_have_the_tokens_of_the_tagger() {
        let line = r#"{"article": "a", "text": "Am 3.Mai kam Ida Berg aus NRW.", "names": [[13, 21, "PER"], [26, 29, "LOC"]]}"#;
        let articles = blattwerk_gold::parse(line, Path::new("")).unwrap();
        let [sentence] = &of_articles(&articles)[..] else {
            panic!("there is one sentence");
        };
        let expected = [
            ("Am", "O"),
            ("3.", "O"),
            ("Mai", "O"),
            ("kam", "O"),
            ("Ida", "B-PER"),
            ("Berg", "I-PER"),
            ("aus", "O"),
            ("NRW", "B-LOC"),
            (".", "O"),
        ];
        let found: Vec<(&str, String)> = sentence
            .tokens
            .iter()
            .zip(&sentence.tags)
            .map(|(token, tag)| (token.as_str(), tag.to_string()))
            .collect();
        assert_eq!(found, expected.map(|(token, tag)| (token, tag.to_owned())));
    }

    #[test]
    fn a_malformed_line_names_file_and_line() {
        let cases = [
            (
                "a\tO\nb\n",
                "a.tsv:2: expected a token, a tab and a tag, found \"b\"",
            ),
            (
                "a\tX\n",
                "a.tsv:1: expected O, or B- or I- with PER, LOC, ORG or MISC, found \"a\\tX\"",
            ),
            (
                "\tO\n",
                "a.tsv:1: expected a token, a tab and a tag, found \"\\tO\"",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(
                parse_tsv(text, Path::new("a.tsv")).unwrap_err().to_string(),
                message
            );
        }
    }

    #[test]
    fn other_tags_keep_blank_lines() {
        let tags = [Tag::begin(Label::Per), Tag::OUT];
        assert_eq!(
            with_tags("Kohl\tO\n\n\nsprach\tO\n", tags),
            "Kohl\tB-PER\n\n\nsprach\tO\n"
        );
    }
}
