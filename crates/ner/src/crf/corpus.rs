//! Reads and writes labelled sentences.

use std::path::Path;

use blattwerk_core::{Asset, Document, Entity, Error, Result, Span, token};
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
        Sentence {
            tags: named(&spans, entities),
            tokens: spans.iter().map(|&span| text[span].to_owned()).collect(),
            surrogate: vec![false; spans.len()],
        }
    };
    sentences.iter().map(sentence).collect()
}

/// Returns the tags of tokens, given the names of the text: a token belongs to the name that it overlaps. Names with labels
/// other than those of [`Label`] are no names.
pub fn named(tokens: &[Span], names: &[Entity]) -> Vec<Tag> {
    let mut before = None;
    let tag = |&token: &Span| {
        let at = names.partition_point(|name| name.span.end <= token.start);
        let name = names.get(at).filter(|name| name.span.overlaps(token));
        let label = name.and_then(|name| Label::from_name(&name.label));
        let goes_on = name.is_some() && before == Some(at);
        before = name.map(|_| at);
        match label {
            Some(label) if goes_on => Tag::inside(label),
            Some(label) => Tag::begin(label),
            None => Tag::OUT,
        }
    };
    tokens.iter().map(tag).collect()
}

/// Returns sentences as a document, a line for each, with spaces where German has them; and the spans of their tokens.
pub fn document(sentences: &[Sentence]) -> (Document, Vec<Vec<Span>>) {
    let mut text = String::new();
    let mut lines = Vec::with_capacity(sentences.len());
    let mut tokens = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let start = text.len();
        let (mut is_quoted, mut is_open) = (false, true);
        let mut spans = Vec::with_capacity(sentence.tokens.len());
        for token in &sentence.tokens {
            let token = token.as_str();
            let is_quote = token == "\"";
            let closes = is_quote && is_quoted
                || token == "''"
                || ".,;:!?)]}“”…%".contains(token) && token.chars().count() == 1;
            if !is_open && !closes {
                text.push(' ');
            }
            spans.push(Span::new(text.len(), text.len() + token.len()));
            text.push_str(token);
            is_open = matches!(token, "(" | "[" | "{" | "„") || is_quote && !is_quoted;
            is_quoted ^= is_quote;
        }
        lines.push(Span::new(start, text.len()));
        tokens.push(spans);
        text.push('\n');
    }
    let mut document = Document::new("gold", text);
    document.sentences = lines;
    (document, tokens)
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
    fn tokens_become_text_and_names_tags() {
        let lines = [
            "„ Ida Berg “ ( 44 ) kam .",
            "\" Ja \" , rief sie : \" Nein ! \"",
        ];
        let sentences = lines.map(|line| {
            let tokens: Vec<String> = line.split(' ').map(str::to_owned).collect();
            Sentence {
                tags: vec![Tag::OUT; tokens.len()],
                surrogate: vec![false; tokens.len()],
                tokens,
            }
        });
        let (document, tokens) = document(&sentences);
        let text = "„Ida Berg“ (44) kam.\n\"Ja\", rief sie: \"Nein!\"\n";
        assert_eq!(document.text.as_str(), text);
        for (sentence, (line, tokens)) in
            sentences.iter().zip(document.sentences.iter().zip(&tokens))
        {
            let read: Vec<&str> = tokens.iter().map(|&token| &document.text[token]).collect();
            assert_eq!(read, sentence.tokens);
            assert!(tokens.iter().all(|&token| line.contains(token)));
        }
        let name = |text: &str, label: &str| {
            let at = document.text.as_str().find(text).unwrap();
            Entity {
                span: Span::new(at, at + text.len()),
                label: label.into(),
                score: 1.0,
            }
        };
        let names = [
            name("Ida Berg", "PER"),
            name("44", "AGE"),
            name("Ja", "MISC"),
        ];
        let tags: Vec<Vec<String>> = tokens
            .iter()
            .map(|tokens| named(tokens, &names).iter().map(Tag::to_string).collect())
            .collect();
        let [first, second] = &tags[..] else {
            panic!("there are two sentences");
        };
        assert_eq!(first.join(" "), "O B-PER I-PER O O O O O O");
        assert_eq!(second.join(" "), "O B-MISC O O O O O O O O O");
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
