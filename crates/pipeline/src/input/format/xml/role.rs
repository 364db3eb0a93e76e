//! What an element outside of articles is: an article, something around articles, or what is said about them.

use super::tree::Space;

/// The dialect of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    NewsItem,
    OldNewsItem,
    Nitf,
    Feed,
    Tei,
}

/// What an element outside of articles is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Item(Kind),
    /// It has articles in it.
    Around,
    /// It says something about the articles next to it.
    Header,
}

/// Returns what an element is, by its name without prefix and that of the element around it.
pub(super) fn role(name: &str, space: Space, around: Option<&str>) -> Role {
    let around_is = |names: &[&str]| {
        around.is_some_and(|around| names.iter().any(|name| name.eq_ignore_ascii_case(around)))
    };
    match name {
        "newsItem" | "packageItem" | "conceptItem" | "knowledgeItem" | "planningItem"
        | "catalogItem" => Role::Item(Kind::NewsItem),
        "NewsItem" => Role::Item(Kind::OldNewsItem),
        "nitf" | "NITF" => Role::Item(Kind::Nitf),
        "TEI" | "TEI.2" | "tei" | "idsText" => Role::Item(Kind::Tei),
        _ if name.eq_ignore_ascii_case("item") && around_is(&["rss", "RDF", "channel"]) => {
            Role::Item(Kind::Feed)
        }
        "entry" if around_is(&["feed"]) || around.is_none() && space == Space::Atom => {
            Role::Item(Kind::Feed)
        }
        // In RSS 1.0, the channel stands before the items.
        _ if name.eq_ignore_ascii_case("channel") && around_is(&["RDF"]) => Role::Header,
        _ if is_collection(name) => Role::Around,
        _ if around.is_some_and(is_collection) => Role::Header,
        // An envelope.
        _ => Role::Around,
    }
}

/// Returns whether an element is known to hold articles.
pub(super) fn is_collection(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        "rss",
        "RDF",
        "channel",
        "feed",
        "newsMessage",
        "itemSet",
        "NewsML",
        "teiCorpus",
        "idsCorpus",
        "idsDoc",
        "TEICorpus",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns whether an element that is the root tells the dialect.
pub(super) fn is_known(name: &str, space: Space) -> bool {
    is_collection(name) && !name.eq_ignore_ascii_case("channel")
        || matches!(role(name, space, None), Role::Item(_))
}

/// Returns whether a text contains a tag of an article or of a collection, so that what is around it may be an
/// envelope.
pub(super) fn has_known(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 11] = [
        b"newsItem",
        b"NewsItem",
        b"nitf",
        b"TEI",
        b"teiCorpus",
        b"idsText",
        b"idsDoc",
        b"idsCorpus",
        b"rss",
        b"feed",
        b"newsMessage",
    ];
    memchr::memchr_iter(b'<', text).any(|at| {
        let tag = &text[at + 1..];
        let end = tag
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<'));
        let name = &tag[..end.unwrap_or(0)];
        let local = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
        NAMES.contains(&local)
    })
}

/// Returns whether an element belongs to HTML, so that a text that begins with it is no other XML.
pub(super) fn is_html(name: &str) -> bool {
    const NAMES: [&str; 40] = [
        "a",
        "article",
        "aside",
        "b",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "div",
        "em",
        "figure",
        "font",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "link",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "script",
        "section",
        "span",
        "strong",
        "table",
        "ul",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
