//! RSS of all versions and Atom: an item or entry is an article.
//!
//! Feeds are the least orderly XML there is: HTML is escaped once or twice, elements come from several vocabularies
//! and are often not declared. So names count, vocabularies only where a name has two meanings.

use super::context::Context;
use super::text::{content, has_markup, html, plain, text_len};
use super::tree::{Element, Space};
use super::wordpress;
use crate::input::content::Content;
use crate::input::fault::Fault;
use crate::input::item::Record;

/// Adds what an element of a feed, besides its items, says about them.
pub(super) fn header(element: Element<'_>, context: &mut Context) {
    if element.is("channel") {
        for child in element.children() {
            header(child, context);
        }
    } else if element.is("title") && matches!(element.space(), Space::Own | Space::Atom) {
        context.set_outlet(plain(&element.text()));
    } else if element.is("language") {
        context.set_language(element.line());
    }
}

/// Makes an article from an item or entry.
pub(super) fn record(item: Element<'_>, context: &Context) -> Result<Record, Fault> {
    let feed = Feed { item };
    if let Some(what) = feed.no_post() {
        return Err(Fault::Ignored(what));
    }
    let line = |name: &str| feed.any(name).and_then(Element::line);
    // Exports of WordPress are RSS.
    let post_type = line("post_type");
    if let Some(post_type) = &post_type
        && let Some(what) = wordpress::no_article(post_type, line("status").as_deref())
    {
        return Err(Fault::Ignored(what));
    }
    let link = feed.link(context);
    let guid = feed.own("guid").or_else(|| feed.own("id"));
    let guid_url = guid.and_then(|guid| {
        let is_url = guid.attribute("isPermaLink") != Some("false");
        guid.line().filter(|guid| is_url && is_url_of_page(guid))
    });
    let about = item.attribute("about").map(str::to_owned);
    let identifier = || feed.of(Space::Dublin, "identifier");
    let id = guid.and_then(Element::line);
    let id = id.or(about.clone()).or_else(|| link.clone());
    let id = id.or_else(|| identifier().and_then(Element::line));
    let url = feed.any("origLink").and_then(Element::line);
    let url = url.or(link).or(guid_url);
    let url = url.or(about.filter(|about| is_url_of_page(about)));
    let dates = [
        "pubDate",
        "published",
        "issued",
        "date",
        "created",
        "updated",
        "modified",
    ];
    let language = feed.any("language").and_then(Element::line);
    let language = language.or_else(|| item.attribute("lang").map(str::to_owned));
    let (content, content_language) = if post_type.is_some() {
        (feed.typed(), None)
    } else {
        feed.content()
    };
    Ok(Record {
        id,
        content,
        title: feed.title(),
        date: dates
            .iter()
            .find_map(|name| feed.any(name).and_then(Element::line)),
        language: language
            .or(content_language)
            .or_else(|| context.language.clone()),
        url,
        outlet: feed.outlet().or_else(|| context.outlet.clone()),
        ..Record::default()
    })
}

fn is_url_of_page(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

struct Feed<'t> {
    item: Element<'t>,
}

impl<'t> Feed<'t> {
    /// Returns a child of the feed's own vocabulary, or of Atom within RSS.
    fn own(&self, name: &str) -> Option<Element<'t>> {
        let space = self.item.space();
        let fits = |child: &Element<'_>| child.space() == space || child.space() == Space::Own;
        let children = || self.item.children().filter(|child| child.is(name));
        children()
            .find(fits)
            .or_else(|| children().find(|child| child.space() == Space::Atom))
    }

    /// Returns a child of another vocabulary.
    fn of(&self, space: Space, name: &str) -> Option<Element<'t>> {
        let mut children = self.item.children();
        children.find(|child| child.is(name) && child.space() == space)
    }

    /// Returns a child of any vocabulary, of the feed's own if there is one.
    fn any(&self, name: &str) -> Option<Element<'t>> {
        let filled = |child: &Element<'_>| child.line().is_some();
        let own = self.own(name).filter(filled);
        own.or_else(|| {
            self.item
                .children()
                .find(|child| child.is(name) && filled(child))
        })
    }

    fn title(&self) -> Option<String> {
        let title = self.own("title").filter(|title| title.line().is_some());
        let title = title.or_else(|| self.of(Space::Dublin, "title"))?;
        let is_atom = title.space() == Space::Atom && self.item.is("entry");
        match title.attribute("type") {
            // In Atom, the text of a title without a type is not HTML.
            None | Some("text" | "text/plain") if is_atom => title.line(),
            _ => plain(&title.text()),
        }
    }

    /// Returns what an entry is if it is no published post: of an export of Blogger, or a draft.
    fn no_post(&self) -> Option<&'static str> {
        let children =
            |name: &'static str| self.item.children().filter(move |child| child.is(name));
        let kind = children("category").find_map(|category| {
            let scheme = category.attribute("scheme")?;
            let kind = category.attribute("term")?.rsplit_once("kind#")?.1;
            scheme
                .ends_with("2005#kind")
                .then(|| kind.to_ascii_lowercase())
        });
        // Later exports have elements of their own for it.
        let own = |name| {
            let mut found = children(name).filter(|child| child.space() == Space::Blogger);
            found
                .find_map(Element::line)
                .map(|line| line.to_ascii_lowercase())
        };
        match kind.or_else(|| own("type")).as_deref() {
            None | Some("post") => {}
            Some("comment") => return Some("comment"),
            Some("page") => return Some("static page"),
            Some("template") => return Some("template"),
            Some(_) => return Some("setting"),
        }
        let draft = children("control").find_map(|control| control.child("draft")?.line());
        if draft.is_some_and(|draft| draft.eq_ignore_ascii_case("yes")) {
            return Some("draft");
        }
        match own("status")?.as_str() {
            "live" => None,
            status if status.contains("trash") => Some("trash"),
            _ => Some("draft"),
        }
    }

    /// Returns the address of the page: a text in RSS, an attribute in Atom.
    fn link(&self, context: &Context) -> Option<String> {
        let links = || self.item.children().filter(|child| child.is("link"));
        let is_page =
            |link: &Element<'_>| matches!(link.attribute("rel"), None | Some("alternate"));
        let is_html = |link: &Element<'_>| {
            link.attribute("type")
                .is_none_or(|kind| kind.contains("html"))
        };
        let text = links().find_map(Element::line);
        let href = |link: Element<'t>| {
            let href = link.attribute("href")?;
            let mut around = context.clone();
            for element in [self.item, link] {
                let base = element.attribute("base");
                around.base = base.and_then(|base| around.address(base)).or(around.base);
            }
            Some(around.address(href).unwrap_or_else(|| href.to_owned()))
        };
        text.or_else(|| {
            let best = links().filter(is_page).filter(is_html).find_map(href);
            best.or_else(|| links().filter(is_page).find_map(href))
        })
    }

    fn outlet(&self) -> Option<String> {
        let source = self
            .own("source")
            .and_then(|source| match source.child("title") {
                Some(title) => plain(&title.text()),
                None => plain(&source.text()),
            });
        source.or_else(|| plain(&self.of(Space::Dublin, "publisher")?.text()))
    }

    /// Returns the text and its language. It is the longest that an item has; of two that are equally long, the one
    /// that should be the text.
    fn content(&self) -> (Content, Option<String>) {
        let mut best = (Content::default(), None);
        let mut best_len = 0;
        for child in self.item.children() {
            let rank = self.rank(child);
            if rank == 0 {
                continue;
            }
            let content = Self::body(child);
            // A summary that is a little longer than the text, because of a link to it, is still none.
            let len = text_len(&content) * rank;
            if len > best_len {
                best_len = len;
                best = (content, child.attribute("lang").map(str::to_owned));
            }
        }
        if best_len == 0
            && let Some(description) = self
                .item
                .descendants()
                .find(|found| found.space() == Space::Media && found.is("description"))
        {
            best = (content(description), None);
        }
        best
    }

    /// Returns the text of an export of `WordPress`, as it was typed; the excerpt if there is no other.
    fn typed(&self) -> Content {
        let encoded = || self.item.children().filter(|child| child.is("encoded"));
        let texts = encoded()
            .filter(|child| child.space() == Space::Content)
            .chain(encoded().filter(|child| child.space() != Space::Content))
            .chain(self.own("description"));
        let mut htmls = texts.map(|child| wordpress::html(&child.text()));
        let html = htmls.find(|html| !html.trim().is_empty());
        html.map(Content::Fragment).unwrap_or_default()
    }

    /// Returns how likely a child is the text.
    fn rank(&self, child: Element<'_>) -> usize {
        let is_own =
            matches!(child.space(), Space::Own | Space::Atom) || child.space() == self.item.space();
        match child.name().to_ascii_lowercase().as_str() {
            // `excerpt:encoded` of WordPress is a summary.
            "encoded" if child.space() == Space::Other => 2,
            "encoded" | "full-text" | "fulltext" => 3,
            "body" | "div" if is_own || child.space() == Space::Html => 3,
            // `media:content` is a picture.
            "content" if is_own => 3,
            "description" | "summary" if child.space() != Space::Media => 2,
            _ => 0,
        }
    }

    /// Returns the content of an element in the form that it states.
    fn body(child: Element<'_>) -> Content {
        let kind = child.attribute("type").unwrap_or_default();
        let mode = child.attribute("mode").unwrap_or_default();
        let text = child.text();
        if child.attribute("src").is_some() && text.trim().is_empty() {
            return Content::default();
        }
        let is_text = matches!(kind, "text" | "text/plain") && mode != "escaped";
        if is_text && child.children().next().is_none() && !is_surely_html(&text) {
            return Content::Text(text.trim().replace("\r\n", "\n"));
        }
        if child.space() == Space::Html {
            return Content::Fragment(html(child, |_| false));
        }
        content(child)
    }
}

/// Returns whether a text is HTML whatever is said about it.
fn is_surely_html(text: &str) -> bool {
    has_markup(text)
        && ["</p>", "<br", "</div>", "</a>"]
            .iter()
            .any(|tag| text.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_that_is_called_text_is_html() {
        for (text, expected) in [
            ("<p>Der Rat tagt.</p>", true),
            ("Der Tag <p> beginnt einen Absatz", false),
            ("Drei < vier", false),
        ] {
            assert_eq!(is_surely_html(text), expected, "{text}");
        }
    }
}
