//! Stray HTML: tags and comments are removed, breaks become line breaks, scripts and styles are removed with
//! their content.
//!
//! Only HTML elements count, with attributes as in HTML, so "a < b", "<3" and "<unverständlich>" stay.

use blattwerk_core::{Change, Span};
use memchr::memmem;

/// Elements that separate paragraphs.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
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
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "title",
    "ul",
];

/// Elements that separate lines.
const LINES: &[&str] = &[
    "br", "caption", "dd", "dt", "legend", "li", "optgroup", "option", "tbody", "tfoot", "thead",
    "tr",
];

/// Elements that separate words.
const CELLS: &[&str] = &["td", "th"];

/// Elements inside a word.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "amp-img", "area", "audio", "b", "base", "basefont", "bdi", "bdo",
    "big", "blink", "button", "canvas", "cite", "code", "col", "colgroup", "data", "datalist",
    "del", "dfn", "em", "embed", "font", "frame", "frameset", "i", "iframe", "img", "input", "ins",
    "kbd", "label", "link", "map", "mark", "marquee", "meta", "meter", "nobr", "noframes",
    "noscript", "o:p", "object", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby",
    "s", "samp", "script", "select", "slot", "small", "source", "span", "strike", "strong",
    "style", "sub", "sup", "svg", "template", "textarea", "time", "track", "tt", "u", "var",
    "video", "wbr",
];

/// Elements whose content is not text, with their closing tags.
const HIDDEN: &[(&str, &str)] = &[
    ("script", "</script>"),
    ("style", "</style>"),
    ("svg", "</svg>"),
    ("template", "</template>"),
];

/// Attributes without a value; after any other word, it is not a tag.
const BARE: &[&str] = &[
    "allowfullscreen",
    "async",
    "autoplay",
    "checked",
    "compact",
    "controls",
    "defer",
    "disabled",
    "hidden",
    "itemscope",
    "loop",
    "multiple",
    "muted",
    "noshade",
    "novalidate",
    "nowrap",
    "open",
    "playsinline",
    "readonly",
    "required",
    "reversed",
    "selected",
];

pub(super) fn find(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut done = 0;
    // Closing tags that do not follow any more: an article may open a thousand comments and close none.
    let mut missing: Vec<&str> = Vec::new();
    let mut in_data = false;
    for start in memchr::memchr_iter(b'<', text.as_bytes()) {
        let Some(rest) = text.get(start..).filter(|_| done <= start) else {
            continue;
        };
        let Some(mut markup) = markup(rest) else {
            continue;
        };
        in_data |= rest.starts_with(DATA_OPENS);
        if let Some(closing) = markup.closing.filter(|closing| !missing.contains(closing)) {
            match find_closing(rest.get(markup.len..).unwrap_or_default(), closing) {
                Some(len) => markup.len += len,
                None => missing.push(closing),
            }
        }
        if markup.closing == Some("-->") && missing.contains(&"-->") {
            continue;
        }
        done = start + markup.len;
        changes.push(Change::replace(Span::new(start, done), markup.with));
    }
    if in_data {
        let is_gone = |at: usize| {
            let next = changes.partition_point(|change| change.span.end <= at);
            changes
                .get(next)
                .is_some_and(|change| change.span.start <= at)
        };
        let ends: Vec<Change> = memmem::find_iter(text.as_bytes(), DATA_CLOSES)
            .filter(|&at| !is_gone(at))
            .map(|at| Change::delete(Span::new(at, at + DATA_CLOSES.len())))
            .collect();
        changes.extend(ends);
        changes.sort_by_key(|change| change.span);
    }
    changes
}

const DATA_OPENS: &str = "<![CDATA[";
const DATA_CLOSES: &str = "]]>";

/// A piece of markup at the start of a text.
struct Markup {
    len: usize,
    /// What replaces it.
    with: &'static str,
    /// The end of what it hides, if it hides something.
    closing: Option<&'static str>,
}

fn markup(rest: &str) -> Option<Markup> {
    let plain = |len| Markup {
        len,
        with: "",
        closing: None,
    };
    if rest.starts_with("<!--") {
        return Some(Markup {
            closing: Some("-->"),
            ..plain(4)
        });
    }
    if rest.starts_with(DATA_OPENS) {
        return Some(plain(DATA_OPENS.len()));
    }
    let is_declaration = rest.starts_with("<?xml")
        || rest
            .get(.."<!DOCTYPE".len())
            .is_some_and(|start| start.eq_ignore_ascii_case("<!DOCTYPE"));
    if is_declaration {
        let end = rest
            .bytes()
            .skip(1)
            .position(|byte| matches!(byte, b'<' | b'>'))?
            + 1;
        return rest.get(end..)?.starts_with('>').then(|| plain(end + 1));
    }
    element(rest)
}

/// Reads an opening or closing tag of an HTML element.
fn element(rest: &str) -> Option<Markup> {
    let inner = rest.strip_prefix('<')?;
    let (is_closing, inner) = inner
        .strip_prefix('/')
        .map_or((false, inner), |inner| (true, inner));
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '-')))?;
    let (name, attributes) = inner.split_at_checked(end)?;
    let name = name.to_ascii_lowercase();
    let with = [(BLOCKS, "\n\n"), (LINES, "\n"), (CELLS, " "), (INLINE, "")]
        .into_iter()
        .find_map(|(names, with)| names.contains(&name.as_str()).then_some(with))?;
    let after = skip_attributes(attributes)?;
    let is_empty = after.starts_with('/');
    let after = after.strip_prefix('/').unwrap_or(after);
    let len = rest.len() - after.strip_prefix('>')?.len();
    let hides = HIDDEN.iter().find(|(hidden, _)| *hidden == name);
    let closing = hides
        .filter(|_| !is_closing && !is_empty)
        .map(|&(_, closing)| closing);
    Some(Markup { len, with, closing })
}

/// Returns what follows the attributes of a tag, if they are valid.
fn skip_attributes(mut rest: &str) -> Option<&str> {
    loop {
        let trimmed = rest.trim_start();
        if trimmed.starts_with(['>', '/']) {
            return Some(trimmed);
        }
        if trimmed.len() == rest.len() {
            return None;
        }
        let end = trimmed.find(|c: char| c.is_whitespace() || "=<>/\"'".contains(c))?;
        let (name, behind) = trimmed.split_at_checked(end)?;
        rest = match behind.trim_start().strip_prefix('=') {
            Some(value) => {
                let value = value.trim_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                match quote {
                    Some(quote) => value.get(1..)?.split_once(quote)?.1,
                    None => {
                        value.get(value.find(|c: char| c.is_whitespace() || "<>".contains(c))?..)?
                    }
                }
            }
            None if BARE.contains(&name.to_ascii_lowercase().as_str())
                || name.starts_with("data-") =>
            {
                behind
            }
            None => return None,
        };
    }
}

/// Returns the length up to and including a closing tag, ignoring case.
fn find_closing(rest: &str, closing: &str) -> Option<usize> {
    if closing == "-->" {
        return memmem::find(rest.as_bytes(), b"-->").map(|at| at + 3);
    }
    memchr::memchr_iter(b'<', rest.as_bytes())
        .find(|&at| {
            rest.get(at..at + closing.len())
                .is_some_and(|tag| tag.eq_ignore_ascii_case(closing))
        })
        .map(|at| at + closing.len())
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;

    use super::*;

    #[test]
    fn markup_goes_and_text_stays() {
        let cases = [
            ("<p>Eins</p><p>Zwei</p>", "\n\nEins\n\n\n\nZwei\n\n"),
            ("Eins<br>zwei<BR />drei", "Eins\nzwei\ndrei"),
            ("<ul><li>a</li></ul>", "\n\n\na\n\n\n"),
            (
                "ein <b>fettes</b> <em class=\"x\">Wort</em>",
                "ein fettes Wort",
            ),
            (
                "<a href='https://example.org/?a>b' target=_blank>Link</a>",
                "Link",
            ),
            ("<td>1</td><td>2</td>", " 1  2 "),
            ("a<!-- Kommentar <b> -->b", "ab"),
            (
                "a<script type=\"x\">if (a < b) {}</SCRIPT>b<style>p{}</style>c",
                "abc",
            ),
            ("<!DOCTYPE html><?xml version=\"1.0\"?>Text", "Text"),
            ("<![CDATA[Text]]> danach", "Text danach"),
            ("<img src=\"a.jpg\" alt=\"Ein Bild\"/>Text<hr>", "Text\n\n"),
            ("a < b und c > d, <3, x<y>z", "a < b und c > d, <3, x<y>z"),
            ("wenn a<b und c>d", "wenn a<b und c>d"),
            (
                "<unverständlich> <Name der Redaktion> <mail@example.org>",
                "<unverständlich> <Name der Redaktion> <mail@example.org>",
            ),
            ("<!-- offen und <b", "<!-- offen und <b"),
            ("<script>offen", "offen"),
            ("<p class=\"offen>Text", "<p class=\"offen>Text"),
            ("]]> ohne Anfang", "]]> ohne Anfang"),
        ];
        for (source, clean) in cases {
            let mut text = Text::new(source);
            text.apply(&find(source));
            assert_eq!(text.as_str(), clean, "{source:?}");
        }
    }
}
