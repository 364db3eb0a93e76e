//! What a page says about itself: its title, date, language, publisher and address.

use memchr::memmem;

use crate::address::{join, saved, without_archive};
use crate::date;
use crate::dom::Dom;
use crate::key::key;
use crate::linked::{self, Linked};
use crate::reference::resolve;
use crate::tag::Tag;

/// How many headings are compared with JSON-LD.
const HEADINGS: usize = 20;

/// How many nodes of a publisher are searched for the name.
const PROPERTIES: usize = 60;

/// The metadata of a page, as it is stated in its head, in JSON-LD, and in marked elements.
#[derive(Debug, Default)]
pub(crate) struct Meta {
    pub(crate) linked: Linked,
    /// `og:title` and the like.
    pub(crate) shared_title: Option<String>,
    /// The `title` element.
    pub(crate) title: Option<String>,
    pub(crate) descriptions: Vec<String>,
    pub(crate) site: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) canonical: Option<String>,
    /// What relative addresses are relative to, if the page says so.
    base: Option<String>,
    /// The publisher and the address in microdata.
    item_publisher: Option<String>,
    item_address: Option<String>,
    /// The address that the program has noted that saved the page.
    saved: Option<String>,
    /// Whether `og:type` is an article.
    is_article: bool,
    /// Whether `og:type` is something that is no article.
    is_other_kind: bool,
    /// The date of publication by meta elements; the better the lower the rank.
    published: Option<(usize, String)>,
    /// The date of `time` elements: with or without a sign that it is that of publication.
    times: Vec<(usize, bool, String)>,
    modified: Option<String>,
    /// Whether a password is asked for.
    pub(crate) has_login: bool,
    /// Other code that may hold the story: the state of an application.
    pub(crate) state: Option<String>,
}

/// Names of the date of publication, in small letters without signs, the best first.
const PUBLISHED: &[&str] = &[
    "articlepublishedtime",
    "ogarticlepublishedtime",
    "ogpublishedtime",
    "datepublished",
    "articlepublished",
    "publishedtime",
    "publishdate",
    "publicationdate",
    "pubdate",
    "parselypubdate",
    "sailthrudate",
    "cxenseparserecspublishtime",
    "cxenseparsepublishtime",
    "btpubdate",
    "dctermsissued",
    "dcdateissued",
    "dctermscreated",
    "dcdatecreated",
    "dccreated",
    "articledateoriginal",
    "date",
    "dcdate",
    "dctermsdate",
];

/// Names of the date of the last change.
const MODIFIED: &[&str] = &[
    "articlemodifiedtime",
    "ogupdatedtime",
    "datemodified",
    "dctermsmodified",
    "dcdatemodified",
    "lastmodified",
    "revised",
    "lastmod",
];

impl Meta {
    /// Reads the metadata of a page.
    pub(crate) fn read(dom: &Dom, html: &str, url: Option<&str>) -> Self {
        let mut meta = Self {
            saved: saved(html),
            ..Self::default()
        };
        let has_items = memmem::find(html.as_bytes(), b"itemprop").is_some();
        let mut blocks = Vec::new();
        let mut headings = Vec::new();
        for (at, node) in dom.nodes.iter().enumerate() {
            if has_items && node.tag != Tag::None {
                meta.item(dom, at);
            }
            match node.tag {
                Tag::H1 if headings.len() < HEADINGS => headings.push(dom.short_text(at)),
                Tag::Base if meta.base.is_none() => {
                    meta.base = dom.attribute(at, "href").and_then(clean);
                }
                Tag::Meta => meta.meta(dom, at),
                Tag::Input => {
                    meta.has_login |= dom.attribute(at, "type") == Some("password");
                }
                Tag::Title
                    if meta.title.is_none()
                        && !dom
                            .ancestors(at)
                            .any(|outer| dom.node(outer).tag == Tag::Svg) =>
                {
                    meta.title = clean(&dom.short_text(at));
                }
                Tag::Html if meta.language.is_none() => {
                    let stated = dom
                        .attribute(at, "lang")
                        .or_else(|| dom.attribute(at, "xml:lang"));
                    meta.language = stated.and_then(language);
                }
                Tag::Link if meta.canonical.is_none() => {
                    let is_canonical = dom
                        .attribute(at, "rel")
                        .is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
                    if is_canonical {
                        meta.canonical = dom.attribute(at, "href").and_then(clean);
                    }
                }
                Tag::Script => {
                    let kind = dom.attribute(at, "type").unwrap_or_default();
                    let text = || dom.texts(at).next().unwrap_or_default();
                    if kind.to_ascii_lowercase().contains("ld+json") {
                        blocks.push(text());
                    } else if kind.contains("json")
                        && dom
                            .attribute(at, "id")
                            .is_some_and(|id| id.starts_with("__"))
                    {
                        meta.state = Some(text().to_owned());
                    }
                }
                Tag::Time => {
                    let value = dom
                        .attribute(at, "datetime")
                        .map_or_else(|| dom.short_text(at), ToOwned::to_owned);
                    if let Some(date) = date::iso(&resolve(&value)) {
                        let is_published = dom.attribute(at, "itemprop") == Some("datePublished")
                            || dom.attribute(at, "pubdate").is_some()
                            || dom
                                .attribute(at, "class")
                                .is_some_and(|class| class.contains("publish"));
                        meta.times.push((at, is_published, date));
                    }
                }
                _ => {}
            }
        }
        let titles: Vec<&str> = headings
            .iter()
            .map(String::as_str)
            .chain(meta.title.as_deref())
            .chain(meta.shared_title.as_deref())
            .collect();
        if let Some(canonical) = meta.canonical.take() {
            let base = meta.base(url).unwrap_or_default();
            // A path without its host still tells a date or a start page.
            meta.canonical =
                join(&base, &canonical).or(Some(canonical).filter(|path| path.starts_with('/')));
        }
        let own = url.or(meta.canonical.as_deref());
        meta.linked = linked::read(blocks.into_iter(), &|headline, address| {
            is_own(headline, address, &titles, own)
        });
        meta
    }

    /// Reads a property of microdata.
    fn item(&mut self, dom: &Dom, at: usize) {
        let Some(property) = dom.attribute(at, "itemprop") else {
            return;
        };
        let is = |name: &str| property.split_ascii_whitespace().any(|word| word == name);
        let value = |at: usize| {
            let stated = ["content", "href", "itemid"]
                .iter()
                .find_map(|name| dom.attribute(at, name).and_then(clean));
            stated.or_else(|| clean(&dom.short_text(at)))
        };
        if is("datePublished") && !matches!(dom.node(at).tag, Tag::Meta | Tag::Time) {
            let date = dom
                .attribute(at, "content")
                .map_or_else(|| dom.short_text(at), ToOwned::to_owned);
            self.published(3, &date);
        } else if is("publisher") && self.item_publisher.is_none() {
            let name = if dom.attribute(at, "itemscope").is_some() {
                let end = dom.node(at).end.min(at + PROPERTIES);
                (at + 1..end)
                    .find(|inner| dom.attribute(*inner, "itemprop") == Some("name"))
                    .and_then(|inner| {
                        let stated = dom.attribute(inner, "content").and_then(clean);
                        stated.or_else(|| clean(&dom.short_text(inner)))
                    })
            } else {
                let stated = dom.attribute(at, "content").and_then(clean);
                stated.or_else(|| clean(&dom.short_text(at)))
            };
            self.item_publisher = name.filter(|name| !name.contains("://"));
        } else if is("mainEntityOfPage") && self.item_address.is_none() {
            self.item_address = value(at).filter(|address| !address.contains(' '));
        }
    }

    fn meta(&mut self, dom: &Dom, at: usize) {
        let attribute = |name| dom.attribute(at, name);
        let Some(value) = attribute("content").and_then(clean) else {
            return;
        };
        if attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-language"))
        {
            self.language = self.language.take().or_else(|| language(&value));
        }
        let name = attribute("property")
            .or_else(|| attribute("name"))
            .or_else(|| attribute("itemprop"))
            .or_else(|| attribute("http-equiv"))
            .unwrap_or_default();
        // Systems write the same name with colons, dots, hyphens and underscores.
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "ogtitle" => self.shared_title = Some(value),
            "twittertitle" | "dctitle" | "dctermstitle" => {
                self.shared_title = self.shared_title.take().or(Some(value));
            }
            "description" | "ogdescription" | "twitterdescription" | "dcdescription" => {
                self.descriptions.push(value);
            }
            "ogsitename" => self.site = Some(value),
            "applicationname" | "dcpublisher" | "publisher" => {
                self.site = self
                    .site
                    .take()
                    .or(Some(value).filter(|value| !value.contains("://") && value != "article"));
            }
            "oglocale" | "language" | "dclanguage" => {
                self.language = self.language.take().or_else(|| language(&value));
            }
            "ogurl" => self.canonical = self.canonical.take().or(Some(value)),
            "ogtype" => {
                let kind = value.to_ascii_lowercase();
                self.is_article = kind.contains("article");
                self.is_other_kind = ["product", "profile"]
                    .iter()
                    .any(|other| kind.starts_with(other));
            }
            name => {
                if let Some(rank) = PUBLISHED.iter().position(|known| *known == name) {
                    self.published(rank, &value);
                } else if MODIFIED.contains(&name) && self.modified.is_none() {
                    self.modified = date::iso(&value);
                }
            }
        }
    }

    fn published(&mut self, rank: usize, value: &str) {
        if self
            .published
            .as_ref()
            .is_none_or(|(known, _)| rank < *known)
            && let Some(date) = date::iso(&resolve(value))
        {
            self.published = Some((rank, date));
        }
    }

    /// Whether the page says that it is an article.
    pub(crate) fn says_article(&self) -> bool {
        self.linked.rank == 2
            || self.is_article
            || self.published.as_ref().is_some_and(|(rank, _)| *rank <= 3)
    }

    /// Whether the page says that it is about something else than an article, such as a product or a person.
    pub(crate) fn says_other_kind(&self) -> bool {
        !self.says_article() && (self.is_other_kind || self.linked.is_other_kind)
    }

    /// Returns the date of the article. `inside` tells which nodes belong to it, `shown` is a date that
    /// stands in its text.
    pub(crate) fn date(
        &self,
        inside: impl Fn(usize) -> bool,
        shown: Option<String>,
        url: Option<&str>,
    ) -> Option<String> {
        let linked = |date: &Option<String>| date.as_deref().and_then(date::iso);
        let times = || self.times.iter().filter(|(at, ..)| inside(*at));
        linked(&self.linked.date)
            .or_else(|| self.published.as_ref().map(|(_, date)| date.clone()))
            .or_else(|| {
                let mut marked = self
                    .times
                    .iter()
                    .filter(|(_, is_published, _)| *is_published);
                marked
                    .next()
                    .or_else(|| times().next())
                    .map(|(_, _, date)| date.clone())
            })
            .or(shown)
            .or_else(|| linked(&self.linked.modified))
            .or_else(|| url.and_then(date::from_url))
            .or_else(|| self.modified.clone())
    }

    /// Returns what relative addresses are relative to, if the page or where it comes from says so.
    fn base(&self, url: Option<&str>) -> Option<String> {
        let from = url.or(self.saved.as_deref());
        let stated = self.base.as_deref();
        let stated = stated.and_then(|base| join(from.unwrap_or_default(), base));
        stated.or_else(|| from.map(ToOwned::to_owned))
    }

    /// Returns the address that the page says is its own, completed by where it comes from.
    pub(crate) fn address(&self, url: Option<&str>) -> Option<String> {
        let base = self.base(url).unwrap_or_default();
        let said = [&self.canonical, &self.linked.url, &self.item_address];
        let mut said = said.into_iter().flatten();
        let address = said
            .find_map(|said| join(&base, said))
            .or_else(|| self.saved.clone())?;
        Some(without_archive(&address).to_owned())
    }

    /// Returns the name of the publisher.
    pub(crate) fn publisher(&self) -> Option<String> {
        let said = [&self.site, &self.linked.publisher, &self.item_publisher];
        said.into_iter().flatten().next().cloned()
    }
}

/// Whether JSON-LD with this headline and address is about the article of a page with these titles and this
/// address, and not about another one that the page recommends.
///
/// Search engines are often given another headline, so a third of its words is enough, or three quarters if the
/// addresses differ.
fn is_own(headline: &str, stated: Option<&str>, titles: &[&str], own: Option<&str>) -> bool {
    let words = |text: &str| -> Vec<String> {
        let key = key(&resolve(text));
        let long = key.split(' ').filter(|word| word.chars().count() >= 4);
        long.map(ToOwned::to_owned).collect()
    };
    let (stated, own) = (stated.and_then(page_of), own.and_then(page_of));
    let is_other_page = match (stated, own) {
        (Some(stated), Some(own)) if stated == own => return true,
        (Some(_), Some(_)) => true,
        _ => false,
    };
    let headline = words(headline);
    let mut said = titles
        .iter()
        .map(|title| words(title))
        .filter(|title| !title.is_empty())
        .peekable();
    if headline.is_empty() || said.peek().is_none() {
        return true;
    }
    said.any(|title| {
        let common = headline.iter().filter(|word| title.contains(word)).count();
        let all = headline.len().min(title.len());
        if is_other_page {
            common * 4 >= all * 3
        } else {
            common * 3 >= all
        }
    })
}

/// Returns the last part of the path of an address, which tells pages apart whatever host and parameters are
/// stated. The address of a site has none.
fn page_of(address: &str) -> Option<&str> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = rest.split(['?', '#']).next()?;
    let (_, path) = path.trim_end_matches('/').split_once('/')?;
    path.rsplit('/').next().filter(|page| !page.is_empty())
}

/// Returns the value of an attribute or the text of an element, in one line.
pub(crate) fn clean(value: &str) -> Option<String> {
    let resolved = resolve(value);
    let words: Vec<&str> = resolved.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Returns a language as in BCP 47: `de`, `de-AT`.
pub(crate) fn language(value: &str) -> Option<String> {
    let value = value.trim().replace('_', "-");
    let (main, others) = value
        .split_once('-')
        .map_or((value.as_str(), None), |(main, others)| {
            (main, Some(others))
        });
    let is_code =
        (2..=3).contains(&main.len()) && main.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_code || value.len() > 35 {
        return None;
    }
    let main = main.to_ascii_lowercase();
    Some(match others {
        Some(region) if region.len() == 2 => format!("{main}-{}", region.to_ascii_uppercase()),
        Some(others)
            if !others.is_empty()
                && others
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            format!("{main}-{others}")
        }
        _ => main,
    })
}
