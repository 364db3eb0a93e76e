//! Articles whose text is still in its markup.
//!
//! Finding the story in a page costs far more than reading it. So the reader only takes pages from their
//! files, and whoever takes the items parses them, on as many threads as it likes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use blattwerk_core::{Document, Text};

use super::content::Content;
use super::fault::Fault;

use super::options::Options;
use super::outlet::outlet;
use crate::digest::digest;

/// An article whose text is still in its markup.
#[derive(Debug)]
pub struct Unparsed {
    /// Everything but what is in the markup.
    document: Document,
    content: Content,
    captured: Option<Captured>,
    options: Arc<Options>,
}

/// What is known of a capture of a URL before it is parsed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Captured {
    /// The digest of the URL.
    pub(super) url: u128,
    /// Whether it was captured at this time before, as when a record is in two files: then there is no id for it,
    /// should its text be another one.
    pub(super) has_same_id: bool,
}

impl Unparsed {
    pub(super) fn new(
        document: Document,
        content: Content,
        captured: Option<Captured>,
        options: Arc<Options>,
    ) -> Self {
        Self {
            document,
            content,
            captured,
            options,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.content.len()
    }

    /// Returns whether an earlier article has its id.
    pub(super) fn has_same_id(&self) -> bool {
        self.captured.is_some_and(|captured| captured.has_same_id)
    }

    /// Returns the id and the source of the article.
    pub(super) fn place(&self) -> (String, String) {
        (self.document.id.clone(), self.document.source.clone())
    }

    /// Parses the markup. Returns the article with a digest of URL and text, if it is a capture of its URL.
    ///
    /// # Errors
    ///
    /// [`Fault::Ignored`] if it is none, and the config says that those are skipped.
    pub(super) fn parse(self) -> Result<(Document, Option<u128>), Fault> {
        let captured = self.captured;
        let skips = self.options.skips_pages_without_story;
        // A page that makes the parser panic costs itself.
        let parsed = catch_unwind(AssertUnwindSafe(|| self.document()));
        let document = match parsed.unwrap_or(Err(Fault::ParserPanic)) {
            Err(Fault::NoStory) if skips => return Err(Fault::Ignored("page without a story")),
            document => document?,
        };
        let capture = captured.map(|Captured { url, .. }| {
            let text = digest(document.text.as_str().as_bytes());
            digest(&[url.to_le_bytes(), text.to_le_bytes()].concat())
        });
        Ok((document, capture))
    }

    fn document(self) -> Result<Document, Fault> {
        let mut document = self.document;
        document.text = match self.content {
            Content::Text(text) => Text::new(text),
            Content::Fragment(html) => Text::new(blattwerk_html::fragment(&html)),
            Content::Page {
                bytes,
                charset,
                is_cut,
            } => {
                let html = blattwerk_html::decode(&bytes, charset.as_deref());
                drop(bytes);
                let page = blattwerk_html::extract(&html, document.url.as_deref());
                let page = page.ok_or(Fault::NoStory)?;
                if is_cut && ends_in(&html, &page.text) {
                    return Err(Fault::CutStory);
                }
                // What the page says of itself is nearer than what was noted when it was fetched.
                document.title = page.title.or(document.title);
                document.date = page.date.or(document.date);
                document.language = page.language.or(document.language);
                let host = outlet(None, document.url.as_deref());
                let given = document.outlet.filter(|given| Some(given) != host.as_ref());
                document.url = document.url.or(page.url);
                document.outlet = given
                    .or(page.site)
                    .or_else(|| outlet(None, document.url.as_deref()));
                match page.teaser.filter(|_| self.options.takes_leads) {
                    Some(lead) => Text::new(format!("{lead}\n\n{}", page.text)),
                    None => Text::new(page.text),
                }
            }
        };
        if document.text.as_str().trim().is_empty() {
            return Err(Fault::EmptyText);
        }
        Ok(document)
    }
}

/// Returns whether a page ends in the last words of its story.
fn ends_in(html: &str, story: &str) -> bool {
    /// So many letters are not the same by chance.
    const ENOUGH: usize = 12;
    fn last(text: &str) -> impl Iterator<Item = char> {
        text.chars()
            .rev()
            .filter(|c| c.is_alphanumeric())
            .take(ENOUGH)
    }
    // The last tag may be cut, too.
    let end = match html.rsplit_once('<') {
        Some((before, tag)) if !tag.contains('>') => before,
        _ => html,
    };
    last(end).eq(last(story))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_in_its_story_if_nothing_follows_that() {
        let story = "Das Bad öffnet am Montag.\nDer Eintritt ist frei.";
        for (end, expected) in [
            ("", true),
            ("\n ", true),
            ("</p", true),
            ("</p>", false),
            ("</p><p>Mehr", false),
            ("</p></article><footer>Impressum", false),
        ] {
            let html =
                format!("<article><p>Das Bad öffnet am Montag.</p><p>Der Eintritt ist frei.{end}");
            assert_eq!(ends_in(&html, story), expected, "{end}");
        }
    }
}
