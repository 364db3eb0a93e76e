//! TEI and I5, its form in the German Reference Corpus: a `TEI` or an `idsText` is an article.

use super::context::Context;
use super::text::{Flow, blocks};
use super::tree::{Element, one_line};
use crate::input::content::Content;
use crate::input::item::Record;

/// Adds what the header of a corpus says about its texts.
pub(super) fn header(header: Element<'_>, context: &mut Context) {
    context.set_language(language(header));
    context.set_outlet(outlet(header));
}

/// Makes an article from a `TEI` or `idsText`.
pub(super) fn record(item: Element<'_>, context: &Context) -> Record {
    let header = item
        .children()
        .find(|child| child.is_one_of(&["teiHeader", "idsHeader"]));
    let text = item.child("text");
    let body = text.map(|text| match text.child("group") {
        Some(group) => group,
        None => text.find("body").unwrap_or(text),
    });
    let in_header = |name: &str| header.and_then(|header| header.find(name));
    let id = ["sigle", "id", "n"]
        .iter()
        .find_map(|name| item.attribute(name));
    let id = in_header("textSigle")
        .and_then(Element::line)
        .or_else(|| id.map(str::to_owned))
        .or_else(|| {
            let header = header?;
            let mut numbers = header.descendants().filter(|found| found.is("idno"));
            numbers
                .find(|number| !is_address(number))
                .and_then(Element::line)
        });
    let title = header.and_then(title);
    let heading = body.and_then(|body| body.find("head")).and_then(words);
    let title = title.or(heading);
    let flow = |element: Element<'_>| {
        let repeats = element.is("head") && title.is_some() && words(element) == title;
        if repeats { Flow::Skip } else { flow(element) }
    };
    let content = body.map(|body| blocks(body, flow)).unwrap_or_default();
    let own = item.attribute("lang").or_else(|| text?.attribute("lang"));
    let own = own.map(str::to_owned);
    let language = own.or_else(|| header.and_then(language));
    Record {
        id,
        content: Content::Text(content),
        date: header.and_then(date),
        language: language.or_else(|| context.language.clone()),
        url: header.and_then(address),
        outlet: header.and_then(outlet).or_else(|| context.outlet.clone()),
        title,
        ..Record::default()
    }
}

fn title(header: Element<'_>) -> Option<String> {
    // In I5, the title of the file repeats the sigle and the newspaper; that of the analytic part is the headline.
    let analytic = header.find("analytic");
    if let Some(headline) = analytic.and_then(|analytic| main(analytic, &["h.title", "title"])) {
        return Some(headline);
    }
    let statement = header.find("titleStmt")?;
    main(
        statement,
        &["title", "t.title", "x.title", "d.title", "c.title"],
    )
}

/// Returns the main title among some children.
fn main(parent: Element<'_>, names: &[&str]) -> Option<String> {
    let titles = || {
        parent
            .children()
            .filter(|child| child.is_one_of(names) && words(*child).is_some())
    };
    let is_main = |title: &Element<'_>| title.attribute("type") == Some("main");
    let is_other = |title: &Element<'_>| {
        matches!(
            title.attribute("type"),
            Some("sub" | "alt" | "abbr" | "short" | "desc")
        )
    };
    let found = titles().find(is_main);
    let found = found.or_else(|| titles().find(|title| !is_other(title)));
    found.or_else(|| titles().next()).and_then(words)
}

/// Returns the words of an element, without its notes, on one line.
fn words(element: Element<'_>) -> Option<String> {
    one_line(&blocks(element, flow))
}

/// Returns when the text was published, as far as the header tells it from when the file was.
fn date(header: Element<'_>) -> Option<String> {
    let profile = header.find("creation");
    let created = profile.and_then(|creation| {
        let date = creation.find("creatDate").and_then(Element::line);
        date.or_else(|| stated(creation.find("date")?))
    });
    let sources = || header.descendants().filter(|found| found.is("sourceDesc"));
    let source = || sources().find_map(|source| stated_or_parts(source));
    let publication = || header.find("publicationStmt").and_then(stated_or_parts);
    created
        .or_else(source)
        .or_else(publication)
        .or_else(|| stated_or_parts(header.find("fileDesc")?))
}

/// Returns the first date below an element, which I5 may write in parts.
fn stated_or_parts(parent: Element<'_>) -> Option<String> {
    let parts = || parent.descendants().filter(|found| found.is("pubDate"));
    let part = |kind: &str| {
        let found = parts().find(|part| part.attribute("type") == Some(kind));
        found
            .and_then(Element::line)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(year) = part("year") {
        return Some(match (part("month"), part("day")) {
            (Some(month), Some(day)) => format!("{year}-{month:0>2}-{day:0>2}"),
            (Some(month), None) => format!("{year}-{month:0>2}"),
            _ => year,
        });
    }
    let whole = parts().find_map(stated);
    let mut dates = parent.descendants().filter(|found| found.is("date"));
    whole.or_else(|| dates.find_map(stated))
}

/// Returns a date as it is stated for programs, otherwise for people.
fn stated(date: Element<'_>) -> Option<String> {
    let exact = ["when-iso", "when", "value", "from", "notBefore"]
        .iter()
        .find_map(|name| date.attribute(name));
    exact.map(str::to_owned).or_else(|| date.line())
}

fn language(header: Element<'_>) -> Option<String> {
    let usage = header.find("langUsage")?;
    let found = usage.find("language")?;
    let stated = ["ident", "id"]
        .iter()
        .find_map(|name| found.attribute(name));
    stated.map(str::to_owned)
}

/// Returns the newspaper, otherwise the publisher.
fn outlet(header: Element<'_>) -> Option<String> {
    let journal = header
        .descendants()
        .filter(|found| found.is("monogr"))
        .find_map(|monograph| main(monograph, &["h.title", "title"]));
    let journal = journal.or_else(|| {
        let mut titles = header.descendants().filter(|found| found.is("title"));
        titles
            .find(|title| title.attribute("level") == Some("j"))
            .and_then(Element::line)
    });
    let source = header.find("sourceDesc");
    let published = |part: Element<'_>| part.find("publisher").and_then(Element::line);
    let corpus = header.find("c.title").and_then(Element::line);
    journal
        .or(corpus)
        .or_else(|| source.and_then(published))
        .or_else(|| header.find("publicationStmt").and_then(published))
}

fn is_address(number: &Element<'_>) -> bool {
    let kind = number.attribute("type").unwrap_or_default();
    let is_typed = ["url", "uri"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known));
    is_typed || number.line().is_some_and(|line| line.starts_with("http"))
}

fn address(header: Element<'_>) -> Option<String> {
    let numbers = header
        .descendants()
        .filter(|found| found.is("idno"))
        .filter(is_address);
    let stated = numbers.filter_map(Element::line);
    let links = header
        .find("sourceDesc")
        .into_iter()
        .flat_map(Element::descendants)
        .filter(|found| found.is_one_of(&["ref", "ptr", "xref"]))
        .filter_map(|link| {
            let target = ["target", "url", "n"]
                .iter()
                .find_map(|name| link.attribute(name));
            target.map(str::to_owned).or_else(|| link.line())
        });
    stated
        .chain(links)
        .find(|address| address.starts_with("http"))
}

/// Returns what an element is for the text. Words may be marked one by one, so most elements are part of a sentence.
fn flow(element: Element<'_>) -> Flow {
    const SKIPPED: &[&str] = &[
        "note",
        "pb",
        "cb",
        "fw",
        "gb",
        "milestone",
        "anchor",
        "gap",
        "figure",
        "figDesc",
        "graphic",
        "byline",
        "dateline",
        "docAuthor",
        "docDate",
        "teiHeader",
        "idsHeader",
        "del",
        "ptr",
        "listBibl",
        "index",
        "interp",
        "interpGrp",
        "caption",
        "front",
        "back",
        "argument",
        "standOff",
    ];
    const BLOCKS: &[&str] = &[
        "p",
        "ab",
        "head",
        "div",
        "div0",
        "div1",
        "div2",
        "div3",
        "div4",
        "div5",
        "div6",
        "div7",
        "lg",
        "list",
        "sp",
        "quote",
        "table",
        "opener",
        "closer",
        "trailer",
        "salute",
        "signed",
        "postscript",
        "floatingText",
        "body",
        "text",
        "poem",
        "u",
    ];
    const LINES: &[&str] = &["l", "item", "row", "speaker", "stage"];
    if element.is("lb") {
        return if element.attribute("break") == Some("no") {
            Flow::Joint
        } else {
            Flow::Break
        };
    }
    if element.is("choice") {
        // What editors have corrected or spelled out replaces what was printed.
        let is_better = |child: Element<'_>| child.is_one_of(&["corr", "reg", "expan"]);
        return if element.children().any(is_better) {
            Flow::Without(&["sic", "orig", "abbr"])
        } else {
            Flow::Inline
        };
    }
    if element.is_one_of(SKIPPED) {
        Flow::Skip
    } else if element.is("quote") && !has_blocks(element) {
        Flow::Inline
    } else if element.is_one_of(BLOCKS) {
        Flow::Block
    } else if element.is_one_of(LINES) {
        Flow::Line
    } else {
        Flow::Inline
    }
}

/// Returns whether there are paragraphs or verses in an element.
fn has_blocks(element: Element<'_>) -> bool {
    element
        .children()
        .any(|child| child.is_one_of(&["p", "ab", "lg", "l", "list"]))
}
