//! What can be wrong with XML.

use crate::input::fault::{Fault, beginning};

/// What is wrong with a file or an item.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(
        "the name says XML, but there is no element; it starts with {0:?}; if it is plain text, set `input.format` to \"text\""
    )]
    NotXml(String),
    #[error("expected XML, found no element; it starts with {0:?}")]
    NoElement(String),
    #[error(
        "XML with the root element `{root}`, which is none of `newsItem`, `newsMessage`, `NewsML`, `nitf`, `rss`, `rdf:RDF`, `feed`, `TEI`, `teiCorpus` and `idsCorpus`; {advice}"
    )]
    UnknownRoot { root: String, advice: &'static str },
    #[error("not well-formed XML at byte {at}: {problem}")]
    IllFormed { at: u64, problem: String },
    #[error("the element `{0}` is not closed before the next one begins")]
    Unclosed(String),
    #[error("the element `{0}` ends here, but its start tag is damaged")]
    NoStart(String),
    #[error("expected XML, found something else after the end of the document: {0:?}")]
    After(String),
    #[error("the file ends within the element `{0}`: it is truncated")]
    Truncated(String),
    #[error("elements are nested more than {0} deep, and everything after this point is not read")]
    NestedTooDeep(usize),
    #[error("elements are nested more than {0} deep")]
    ItemTooDeep(usize),
    #[error("more than {0} elements or attributes in one article")]
    TooMany(usize),
    #[error(
        "the entity `{0}` is declared in another file or by other entities; such entities are not expanded"
    )]
    Entity(String),
    #[error("the text is not in the item but elsewhere, at `{0}`")]
    Elsewhere(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

impl Broken {
    /// Returns the fault of a root element of some other kind of XML.
    pub(super) fn root(name: &str) -> Self {
        let local = name.rsplit(':').next().unwrap_or(name);
        let advice = match local {
            "urlset" | "sitemapindex" => {
                "a sitemap lists addresses: read the pages themselves, as HTML or WARC"
            }
            "opml" => "it lists feeds: read the feeds themselves",
            "mediawiki" => {
                "articles of a MediaWiki dump are wikitext: extract them with `python -m wikiextractor.WikiExtractor --json`, which writes JSON Lines"
            }
            "kml" | "gpx" | "svg" => "it holds a drawing or a map, no articles",
            _ => "convert the articles to one of these or to JSON Lines",
        };
        Self::UnknownRoot {
            root: beginning(name),
            advice,
        }
    }
}
