//! Reads news pages: the story, its title, date and language, and nothing of the page around it.
//!
//! [`decode`] turns bytes into text, [`extract`] a page into a [`Page`], and [`fragment`] the HTML of a single
//! article, as agencies and feeds send it, into its text.
//!
//! Libraries that find the text of any web page exist, in Rust too. This one is written for news: on German news
//! pages those were less exact than Python's trafilatura, and none was fast enough, since they build the whole
//! tree of the standard, which alone takes longer than everything here (`scripts/bench/html.sh`). The tree here is
//! a list of slices of the page (`dom`). Its text is cut into blocks (`block`), and what surrounds a block decides
//! whether it belongs to the story (`story`): names of classes that are common among publishers (`word`), links,
//! the place of the headline (`title`), labels (`label`), and what the page says about its article in JSON-LD
//! (`linked`, `stated`) and meta elements (`meta`).
//! No rule knows a publisher.
//!
//! Pages are hostile input. Nothing here recurses, and the time is linear in the length of the page.

mod address;
mod block;
mod date;
mod decode;
mod dom;
mod key;
mod label;
mod linked;
mod meta;
mod reference;
mod stated;
mod story;
mod tag;
#[cfg(test)]
mod tests;
mod title;
mod word;

use crate::block::Blocks;
use crate::dom::Dom;
use crate::meta::Meta;

pub use self::address::join;
pub use self::decode::decode;

/// The article of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The headline, without the name of the publisher.
    pub title: Option<String>,
    /// The lead above the story, if the page has one that is not its first paragraph.
    pub teaser: Option<String>,
    /// The story. An empty line separates paragraphs; items of a list and rows of a table are lines.
    pub text: String,
    /// When the article was published as in ISO 8601, as exact as the page says; else when it was changed.
    pub date: Option<String>,
    /// The language that the page says it has, as in BCP 47: `de`, `de-AT`.
    pub language: Option<String>,
    /// The address that the page says is its own.
    pub url: Option<String>,
    /// The name of the publisher.
    pub site: Option<String>,
}

/// Returns the article of a page.
///
/// `url` is where the page comes from. It completes a relative address, and its path may say the date or that
/// the page is a start page.
///
/// `None` if the page has no story: the pages of sections and searches, logins, errors, empty pages.
///
/// ```
/// let page = "<title>Brücke gesperrt | Uferbote</title><nav><a href=/>Startseite</a></nav>
///     <h1>Brücke gesperrt</h1><p>Die Brücke über die Aller ist seit Montag gesperrt.
///     <p>Nach Angaben der Stadt dauern die Arbeiten bis zum Herbst.
///     <footer>Impressum</footer>";
/// let page = blattwerk_html::extract(page, None).expect("it has a story");
/// assert_eq!(page.title.as_deref(), Some("Brücke gesperrt"));
/// assert_eq!(
///     page.text,
///     "Die Brücke über die Aller ist seit Montag gesperrt.\n\n\
///      Nach Angaben der Stadt dauern die Arbeiten bis zum Herbst."
/// );
/// ```
pub fn extract(html: &str, url: Option<&str>) -> Option<Page> {
    let dom = Dom::new(html);
    let meta = Meta::read(&dom, html, url);
    let blocks = Blocks::read(&dom, 0, false);
    let title = title::find(&meta, &blocks, url);
    let story = story::find(&dom, &meta, &blocks, &title, url)?;
    let date = meta.date(
        |at| story.holds(&dom, at),
        story.date.clone(),
        url.or(meta.canonical.as_deref()),
    );
    Some(Page {
        title: title.text,
        teaser: story.teaser,
        text: story.text,
        date,
        language: meta
            .language
            .clone()
            .or_else(|| meta.linked.language.as_deref().and_then(meta::language)),
        url: meta.address(url),
        site: meta.publisher(),
    })
}

/// Returns the text of an article that is HTML, without a page around it.
///
/// Everything in it belongs to the story, except scripts, styles, controls and the captions of figures. Text
/// without markup keeps its lines; its character references are resolved, too.
///
/// ```
/// let text = blattwerk_html::fragment("<p>Erstens &amp; zweitens.</p><ul><li>Drittens</li><li>Viertens</li></ul>");
/// assert_eq!(text, "Erstens & zweitens.\n\nDrittens\nViertens");
/// ```
pub fn fragment(html: &str) -> String {
    block::fragment(html)
}
