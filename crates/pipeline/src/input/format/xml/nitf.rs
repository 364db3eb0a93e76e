//! NITF, the markup of news agencies: a `nitf` is an article.

use super::context::Context;
use super::text::{Flow, blocks, has_markup, usual_flow};
use super::tree::Element;
use crate::input::content::Content;
use crate::input::fault::Fault;
use crate::input::item::Record;
use crate::input::status::{CANCELED, is_canceled};

/// Makes an article from a `nitf`.
pub(super) fn record(nitf: Element<'_>, context: &Context) -> Result<Record, Fault> {
    let attribute = |element: &str, name: &str| {
        let found = nitf.descendants().filter(|found| found.is(element));
        found
            .filter_map(|found| found.attribute(name))
            .map(str::to_owned)
            .next()
    };
    if attribute("docdata", "management-status").is_some_and(|status| is_canceled(&status)) {
        return Err(Fault::Ignored(CANCELED));
    }
    let publication = attribute("pubdata", "name").or_else(|| {
        let distributor = nitf.find("distributor")?;
        distributor.find("org").unwrap_or(distributor).line()
    });
    let address = attribute("pubdata", "ex-ref").or_else(|| meta(nitf, &["url", "canonical"]));
    let date = [
        ("date.issue", "norm"),
        ("date.release", "norm"),
        ("story.date", "norm"),
        ("pubdata", "date.publication"),
    ]
    .iter()
    .find_map(|(element, name)| attribute(element, name));
    let date = date.or_else(|| {
        ["date.issue", "date.release", "story.date"]
            .iter()
            .find_map(|name| nitf.find(name)?.line())
    });
    let language = nitf.attribute("lang").map(str::to_owned);
    let language = language
        .or_else(|| attribute("body", "lang"))
        .or_else(|| meta(nitf, &["language", "lang"]));
    Ok(Record {
        id: attribute("doc-id", "id-string")
            .or_else(|| nitf.attribute("uno").map(str::to_owned))
            .or_else(|| nitf.attribute("id").map(str::to_owned)),
        content: text(nitf),
        title: title(nitf),
        date,
        language: language.or_else(|| context.language.clone()),
        url: address.filter(|address| address.starts_with("http")),
        outlet: publication
            .or_else(|| attribute("doc.copyright", "holder"))
            .or_else(|| context.outlet.clone()),
        ..Record::default()
    })
}

/// Returns the headline.
pub(super) fn title(nitf: Element<'_>) -> Option<String> {
    let headline = nitf.find("hedline").or_else(|| nitf.find("headline"));
    let headline = headline.and_then(|headline| {
        let main = headline.find("hl1").and_then(Element::line);
        main.or_else(|| headline.line())
    });
    headline
        .or_else(|| nitf.find("hl1").and_then(Element::line))
        .or_else(|| {
            let head = nitf.children().find(|child| child.is("head"))?;
            head.child("title").and_then(Element::line)
        })
}

fn meta(nitf: Element<'_>, names: &[&str]) -> Option<String> {
    let mut metas = nitf.descendants().filter(|found| found.is("meta"));
    let found = metas.find(|meta| {
        let name = meta.attribute("name").unwrap_or_default();
        names.iter().any(|known| name.eq_ignore_ascii_case(known))
    })?;
    found.attribute("content").map(str::to_owned)
}

/// Returns the text of the body.
pub(super) fn text(nitf: Element<'_>) -> Content {
    let body = nitf.find("body.content").or_else(|| nitf.find("body"));
    let body = body.unwrap_or(nitf);
    let escaped = body.text();
    if body.children().next().is_none() && has_markup(&escaped) {
        return Content::Fragment(escaped.trim().to_owned());
    }
    let text = blocks(body, flow);
    if !text.is_empty() {
        return Content::Text(text);
    }
    // A flash has nothing but a lead.
    let lead = nitf.find("abstract");
    Content::Text(lead.map(|lead| blocks(lead, flow)).unwrap_or_default())
}

fn flow(element: Element<'_>) -> Flow {
    const SKIPPED: &[&str] = &[
        "media",
        "media-caption",
        "media-producer",
        "media-reference",
        "byline",
        "bytag",
        "dateline",
        "tagline",
        "fn",
        "note",
        "ednote",
        "ed-msg",
        "body.end",
        "body.head",
        "head",
        "hedline",
        "datasource",
        "credit",
        "nitf-table-metadata",
        "copyrite",
        "series",
    ];
    if element.is_one_of(SKIPPED) {
        Flow::Skip
    } else {
        usual_flow(element)
    }
}
