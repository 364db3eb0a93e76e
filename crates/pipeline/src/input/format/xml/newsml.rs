//! NewsML-G2 and `NewsML` 1: a news item of text is an article.

use super::broken::Broken;
use super::context::Context;
use super::nitf;
use super::text::{Flow, blocks, content, has_markup, html, is_html, markup_or_text, usual_flow};
use super::tree::{Element, one_line};
use crate::input::content::Content;
use crate::input::fault::Fault;
use crate::input::item::Record;
use crate::input::status::{CANCELED, is_canceled};

/// Makes an article from a `newsItem` of NewsML-G2. Other items of NewsML-G2 are none.
pub(super) fn record(item: Element<'_>, context: &Context) -> Result<Record, Fault> {
    if !item.is("newsItem") {
        return Err(Fault::Ignored(if item.is("packageItem") {
            "package"
        } else if item.is("planningItem") {
            "plan"
        } else if item.is("catalogItem") {
            "catalog"
        } else {
            "concept"
        }));
    }
    let about = item.child("itemMeta");
    let meta = item.child("contentMeta");
    let status = about.and_then(|about| about.child("pubStatus"));
    if status
        .and_then(code)
        .is_some_and(|status| is_canceled(&status))
    {
        return Err(Fault::Ignored(CANCELED));
    }
    let class = about.and_then(|about| about.child("itemClass"));
    if let Some(kind) = class.and_then(code).and_then(|class| other_medium(&class)) {
        return Err(Fault::Ignored(kind));
    }
    let contents = item.child("contentSet");
    let (content, inner_title) = contents.map(inline).unwrap_or_default();
    if content.is_blank()
        && let Some(remote) = contents.and_then(|contents| contents.child("remoteContent"))
    {
        let medium = remote.attribute("contenttype").unwrap_or_default();
        return Err(match other_medium(medium) {
            Some(kind) => Fault::Ignored(kind),
            None => Broken::Elsewhere(remote.attribute("href").unwrap_or_default().into()).into(),
        });
    }
    let first =
        |parent: Option<Element<'_>>, name: &str| parent?.child(name).and_then(Element::line);
    let title = meta
        .and_then(headline)
        .or_else(|| first(about, "title"))
        .or(inner_title);
    let content = without_title(content, title.as_deref());
    // The date of the text at hand; a first version has it in common with all others.
    let date = first(about, "versionCreated")
        .or_else(|| first(about, "firstCreated"))
        .or_else(|| first(meta, "contentModified"))
        .or_else(|| first(meta, "contentCreated"));
    let language = meta.and_then(|meta| {
        let mut languages = meta.children().filter(|child| child.is("language"));
        languages.find_map(|language| language.attribute("tag"))
    });
    let language = language.or_else(|| item.attribute("lang"));
    Ok(Record {
        id: item.attribute("guid").map(str::to_owned),
        content,
        title,
        date,
        language: language
            .map(str::to_owned)
            .or_else(|| context.language.clone()),
        url: [about, meta].into_iter().flatten().find_map(address),
        outlet: about
            .and_then(|about| about.child("provider"))
            .and_then(party)
            .or_else(|| meta?.child("infoSource").and_then(party))
            .or_else(|| context.outlet.clone()),
        ..Record::default()
    })
}

/// Returns the last part of a code such as `ninat:text`.
fn code(element: Element<'_>) -> Option<String> {
    let code = ["qcode", "uri", "literal"]
        .iter()
        .find_map(|name| element.attribute(name))?;
    let last = code.rsplit([':', '/']).next().unwrap_or(code);
    Some(last.to_ascii_lowercase())
}

/// Returns what an item is, by its class or type of content, if that is not text.
fn other_medium(class: &str) -> Option<&'static str> {
    let class = class.to_ascii_lowercase();
    let kind = class.split(['/', ';', '+']).next().unwrap_or_default();
    match kind {
        "picture" | "photo" | "image" | "graphic" => Some("image"),
        "audio" | "video" | "animation" | "animated" => Some("media"),
        _ => None,
    }
}

/// Returns the name of a person or organisation.
fn party(element: Element<'_>) -> Option<String> {
    let name = element.child("name").and_then(Element::line);
    name.or_else(|| element.attribute("literal").map(str::to_owned))
        .or_else(|| {
            let code = element.attribute("qcode")?;
            let name = code.split_once(':').map_or(code, |(_, name)| name);
            one_line(name)
        })
}

/// Returns the main headline.
fn headline(meta: Element<'_>) -> Option<String> {
    let headlines = || {
        meta.children()
            .filter(|child| child.is("headline") && child.line().is_some())
    };
    let role = |headline: &Element<'_>| {
        headline
            .attribute("role")
            .map(|role| role.rsplit(':').next().unwrap_or(role).to_ascii_lowercase())
    };
    let main = headlines().find(|headline| {
        role(headline).is_some_and(|role| matches!(role.as_str(), "main" | "headline" | "title"))
    });
    let plain = || headlines().find(|headline| role(headline).is_none());
    main.or_else(plain)
        .or_else(|| headlines().next())
        .and_then(Element::line)
}

/// Returns the address of the page.
fn address(meta: Element<'_>) -> Option<String> {
    let links = meta.children().filter(|child| child.is("link"));
    let mut links = links.filter_map(|link| {
        let rel = link.attribute("rel").unwrap_or_default();
        let rel = rel.rsplit([':', '/']).next().unwrap_or(rel);
        let href = link.attribute("href")?;
        let is_page = ["canonical", "alternate", "self", "permalink"]
            .iter()
            .any(|known| rel.eq_ignore_ascii_case(known));
        (is_page && href.starts_with("http")).then(|| href.to_owned())
    });
    links.next()
}

/// Returns the text of a `contentSet`, and the title it has. Of several renditions, markup is better than text.
fn inline(contents: Element<'_>) -> (Content, Option<String>) {
    let all = || contents.children();
    let of_text = |child: &Element<'_>| {
        let kind = child.attribute("contenttype").unwrap_or_default();
        other_medium(kind).is_none()
    };
    let filled = |found: &(Content, Option<String>)| !found.0.is_blank();
    let xml = all()
        .filter(|child| child.is("inlineXML") && of_text(child))
        .map(inline_xml)
        .find(filled);
    let data = || {
        // What is encoded, as by base64, is no text.
        let is_plain = |child: &Element<'_>| child.attribute("encoding").is_none();
        let data =
            || all().filter(|child| child.is("inlineData") && of_text(child) && is_plain(child));
        let html = data().find(|child| {
            child
                .attribute("contenttype")
                .is_some_and(|kind| kind.contains("html"))
        });
        html.into_iter()
            .chain(data())
            .map(|child| (inline_data(child), None))
            .find(filled)
    };
    xml.or_else(data).unwrap_or_default()
}

fn inline_xml(inline: Element<'_>) -> (Content, Option<String>) {
    if let Some(nitf) = inline.find("nitf") {
        return (nitf::text(nitf), nitf::title(nitf));
    }
    let Some(first) = inline.children().next() else {
        return (markup_or_text(&inline.text()), None);
    };
    let kind = inline.attribute("contenttype").unwrap_or_default();
    if is_html(first) || kind.contains("html") {
        let title = inline.find("head").and_then(|head| head.child("title"));
        let body = inline.find("body").unwrap_or(inline);
        return (
            Content::Fragment(html(body, is_note)),
            title.and_then(Element::line),
        );
    }
    let flow = |element: Element<'_>| {
        if is_note(element) {
            Flow::Skip
        } else {
            usual_flow(element)
        }
    };
    (Content::Text(blocks(inline, flow)), None)
}

fn inline_data(data: Element<'_>) -> Content {
    let kind = data.attribute("contenttype").unwrap_or_default();
    let text = data.text();
    if kind.starts_with("text/plain") && !text.contains("</p>") || !has_markup(&text) {
        return Content::Text(text.trim().replace("\r\n", "\n"));
    }
    content(data)
}

/// Returns whether an element holds what an agency writes to editors, or what is not text.
fn is_note(element: Element<'_>) -> bool {
    const NOTES: &[&str] = &[
        "notepad",
        "ednote",
        "ednotes",
        "editorial-note",
        "editorialnote",
        "embargo",
        "linkbox",
        "byline",
        "dateline",
    ];
    if element.is_one_of(&["script", "style", "head", "figure", "figcaption", "aside"]) {
        return true;
    }
    let class = element.attribute("class").unwrap_or_default();
    class
        .split_ascii_whitespace()
        .any(|class| NOTES.iter().any(|note| class.eq_ignore_ascii_case(note)))
}

/// Removes a headline that is the title once more.
fn without_title(content: Content, title: Option<&str>) -> Content {
    let (Content::Fragment(html), Some(title)) = (&content, title) else {
        return content;
    };
    let heading = html.split_once("<h1").and_then(|(before, rest)| {
        let (tag, rest) = rest.split_once('>')?;
        let (heading, after) = rest.split_once("</h1>")?;
        let fits = tag.is_empty() || tag.starts_with(' ');
        (fits && super::text::plain(heading).as_deref() == Some(title))
            .then(|| format!("{before}{after}"))
    });
    heading.map_or(content, Content::Fragment)
}

/// Makes an article from a `NewsItem` of `NewsML` 1.
pub(super) fn old_record(item: Element<'_>, context: &Context) -> Result<Record, Fault> {
    let line = |name: &str| item.find(name).and_then(Element::line);
    let formal = |name: &str| {
        let found = item.find(name)?.attribute("FormalName")?;
        Some(found.to_owned())
    };
    if formal("Status").is_some_and(|status| is_canceled(&status)) {
        return Err(Fault::Ignored(CANCELED));
    }
    let mut kinds = Vec::new();
    let mut found = None;
    for part in item.descendants().filter(|part| part.is("ContentItem")) {
        let kind = part
            .child("MediaType")
            .and_then(|kind| kind.attribute("FormalName"));
        if let Some(kind) = kind.and_then(other_medium) {
            kinds.push(kind);
            continue;
        }
        let Some(data) = part.child("DataContent") else {
            continue;
        };
        let (content, title) = inline_xml(data);
        if !content.is_blank() {
            found = Some((content, title));
            break;
        }
    }
    if let (None, Some(kind)) = (&found, kinds.first()) {
        return Err(Fault::Ignored(kind));
    }
    let (content, inner_title) = found.unwrap_or_default();
    let title = line("HeadLine").or(inner_title);
    let date = [
        "ThisRevisionCreated",
        "FirstCreated",
        "DateAndTime",
        "DateId",
    ]
    .iter()
    .find_map(|name| line(name));
    let language = formal("Language").or_else(|| item.attribute("lang").map(str::to_owned));
    Ok(Record {
        id: line("PublicIdentifier").or_else(|| line("NewsItemId")),
        content: without_title(content, title.as_deref()),
        title,
        date,
        language: language.or_else(|| context.language.clone()),
        outlet: formal("Provider")
            .or_else(|| {
                item.find("Provider")?
                    .find("Party")?
                    .attribute("FormalName")
                    .map(str::to_owned)
            })
            .or_else(|| line("ProviderId"))
            .or_else(|| context.outlet.clone()),
        ..Record::default()
    })
}
