//! Reads and writes labelled sentences.

use std::path::Path;

use blattwerk_core::{Asset, Error, Result};

use super::tag::Tag;

/// A tokenized sentence with its tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The tokens.
    pub tokens: Vec<String>,
    /// The tag of each token.
    pub tags: Vec<Tag>,
    /// Whether the token stands in for a word that is not known.
    pub surrogate: Vec<bool>,
}

/// Reads a file of lines `token TAB tag`, a blank line after each sentence.
///
/// Tags are `O`, `B-` or `I-` and one of PER, LOC, ORG, MISC (or OTH, its older name). Labels that end in `deriv` or
/// `part` are no entities and read as `O`. A third column may say `S` for a token that is a surrogate.
///
/// # Errors
///
/// When the file cannot be read or a line has another form; the error names file and line.
pub fn read_tsv(path: &Path) -> Result<Vec<Sentence>> {
    parse_tsv(&Asset::read_text(path)?.0, path)
}

/// Returns a labelled file's text with other tags: `token TAB tag` for each of its tokens, its blank lines kept.
///
/// # Panics
///
/// When `tags` are not one for each token.
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

/// Reads labelled sentences from text; see [`read_tsv`], of which `path` is the name in errors.
///
/// # Errors
///
/// When a line has another form.
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
    use crate::crf::tag::Label;

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
