//! The text of elements, and markup that is HTML in disguise.

use super::tree::{Element, Entities, Piece, Space, one_line, unescape};
use crate::input::content::Content;

/// What an element is for the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// A part of the sentence around it.
    Inline,
    /// A paragraph of its own.
    Block,
    /// A line of its own.
    Line,
    /// A part of the line around it, with a space before and after it.
    Cell,
    /// A line break before it.
    Break,
    /// The word before it goes on, and a hyphen there is none.
    Joint,
    /// A part of the sentence around it, but its children of these names are not.
    Without(&'static [&'static str]),
    /// Not a part of the text.
    Skip,
}

/// Returns the text of an element, its paragraphs separated by blank lines.
pub(super) fn blocks(element: Element<'_>, flow: impl Fn(Element<'_>) -> Flow) -> String {
    let mut text = Paragraphs::default();
    let range = element.range();
    let mut at = range.start;
    // The open blocks, lines and cells: where each ends, and what is written there.
    let mut open: Vec<(usize, Pending)> = Vec::new();
    // The end of the innermost element some of whose children are left out, and their names.
    let mut without: (usize, &[&str]) = (0, &[]);
    while at < range.end {
        while let Some((_, pending)) = open.pop_if(|(end, _)| *end <= at) {
            text.stop(pending);
        }
        let (piece, end) = element.piece(at);
        at += 1;
        let mut begin = |pending| {
            text.stop(pending);
            open.push((end, pending));
        };
        match piece {
            Piece::Text(piece) => text.push(piece),
            Piece::Element(piece) if at <= without.0 && piece.is_one_of(without.1) => at = end,
            Piece::Element(piece) => match flow(piece) {
                Flow::Without(names) => without = (end, names),
                Flow::Inline => {}
                Flow::Block => begin(Pending::Paragraph),
                Flow::Line => begin(Pending::Line),
                Flow::Cell => begin(Pending::Space),
                Flow::Break => text.stop(Pending::Line),
                Flow::Joint => text.join(),
                Flow::Skip => at = end,
            },
        }
    }
    text.text
}

/// A text that grows by paragraphs, with its white space collapsed.
#[derive(Default)]
struct Paragraphs {
    text: String,
    pending: Pending,
    /// Whether white space at the beginning of the next piece is left out.
    is_joint: bool,
}

/// What is written before the next word.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Pending {
    #[default]
    Nothing,
    Space,
    Line,
    Paragraph,
}

impl Paragraphs {
    fn push(&mut self, piece: &str) {
        for word in piece.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let bare = word.trim_ascii_end();
            if !bare.is_empty() {
                if !self.text.is_empty() {
                    self.text.push_str(match self.pending {
                        Pending::Nothing => "",
                        Pending::Space => " ",
                        Pending::Line => "\n",
                        Pending::Paragraph => "\n\n",
                    });
                }
                self.text.push_str(bare);
                self.pending = Pending::Nothing;
                self.is_joint = false;
            }
            if bare.len() < word.len() && !self.is_joint {
                self.pending = self.pending.max(Pending::Space);
            }
        }
    }

    fn stop(&mut self, pending: Pending) {
        self.is_joint = false;
        self.pending = self.pending.max(pending);
    }

    fn join(&mut self) {
        if self.pending <= Pending::Space {
            self.pending = Pending::Nothing;
            self.is_joint = true;
            if self.text.ends_with(['-', '\u{AD}', '\u{2010}', '¬']) {
                self.text.pop();
            }
        }
    }
}

/// Returns what an element is in HTML and in most vocabularies of text.
pub(super) fn usual_flow(element: Element<'_>) -> Flow {
    const BLOCKS: &[&str] = &[
        "p",
        "hl1",
        "hl2",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "div",
        "section",
        "article",
        "block",
        "blockquote",
        "bq",
        "ul",
        "ol",
        "dl",
        "table",
        "pre",
        "para",
        "title",
        "hr",
    ];
    if element.is_one_of(BLOCKS) {
        Flow::Block
    } else if element.is_one_of(&["li", "tr", "dt", "dd"]) {
        Flow::Line
    } else if element.is_one_of(&["td", "th"]) {
        Flow::Cell
    } else if element.is_one_of(&["br", "lb"]) {
        Flow::Break
    } else if element.is_one_of(&["script", "style", "media", "figure", "figcaption", "note"]) {
        Flow::Skip
    } else {
        Flow::Inline
    }
}

/// Returns the content of an element that holds text, escaped HTML, or elements of HTML.
pub(super) fn content(element: Element<'_>) -> Content {
    if element.children().next().is_some() {
        return Content::Fragment(html(element, |_| false));
    }
    markup_or_text(&element.text())
}

/// Returns a text that may be HTML: a fragment if it has tags.
pub(super) fn markup_or_text(text: &str) -> Content {
    if has_markup(text) {
        Content::Fragment(text.trim().to_owned())
    } else {
        // Without tags, its lines are its own.
        Content::Text(unescape(text.trim(), &Entities::default()).replace("\r\n", "\n"))
    }
}

/// Returns whether a text has tags or comments.
pub(super) fn has_markup(text: &str) -> bool {
    text.split('<').skip(1).any(|tag| {
        tag.contains('>')
            && (tag.starts_with(|c: char| c.is_ascii_alphabetic())
                || tag.starts_with("!--")
                || tag.starts_with("![CDATA[")
                || tag
                    .strip_prefix('/')
                    .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())))
    })
}

/// Returns a line that may be HTML without its tags and entities, unless it is blank.
pub(super) fn plain(text: &str) -> Option<String> {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        bare.push_str(before);
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match tag.split_once('>') {
            Some((name, after)) if is_tag => {
                if name.starts_with("br") {
                    bare.push(' ');
                }
                rest = after;
            }
            _ => {
                bare.push('<');
                rest = tag;
            }
        }
    }
    bare.push_str(rest);
    one_line(&unescape(&bare, &Entities::default()))
}

/// Returns how much text there is besides tags, in bytes.
pub(super) fn text_len(content: &Content) -> usize {
    let text = match content {
        Content::Text(text) => return text.trim().len(),
        Content::Fragment(text) => text,
        Content::Page { bytes, .. } => return bytes.len(),
    };
    let mut len = 0;
    let mut in_tag = false;
    for byte in text.bytes() {
        match byte {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            _ if in_tag || byte.is_ascii_whitespace() => {}
            _ => len += 1,
        }
    }
    len
}

/// Writes what is in an element as HTML, without prefixes, which HTML does not have, and without the elements that
/// are skipped.
pub(super) fn html(element: Element<'_>, skips: impl Fn(Element<'_>) -> bool) -> String {
    const VOID: &[&str] = &["br", "hr", "img", "wbr", "col", "source", "input", "embed"];
    let mut html = String::new();
    let range = element.range();
    let mut at = range.start;
    let mut open: Vec<(usize, &str)> = Vec::new();
    let close = |html: &mut String, name: &str| {
        html.push_str("</");
        html.push_str(name);
        html.push('>');
    };
    while at < range.end {
        while let Some((_, name)) = open.pop_if(|(end, _)| *end <= at) {
            close(&mut html, name);
        }
        let (piece, end) = element.piece(at);
        at += 1;
        match piece {
            Piece::Text(text) => escape(text, &mut html),
            Piece::Element(piece) if skips(piece) => at = end,
            Piece::Element(piece) => {
                html.push('<');
                html.push_str(piece.name());
                for (name, value) in piece.attributes() {
                    if !name.contains(':') && **name != *"xmlns" {
                        html.push(' ');
                        html.push_str(name);
                        html.push_str("=\"");
                        escape(value, &mut html);
                        html.push('"');
                    }
                }
                html.push('>');
                if !piece.is_one_of(VOID) {
                    open.push((end, piece.name()));
                }
            }
        }
    }
    while let Some((_, name)) = open.pop() {
        close(&mut html, name);
    }
    html
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

/// Returns whether an element is HTML: by its vocabulary, or a part of HTML that has none stated.
pub(super) fn is_html(element: Element<'_>) -> bool {
    element.space() == Space::Html || element.is("html")
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;

    fn parsed(xml: &str, run: impl Fn(Element<'_>) -> String) -> String {
        let tree = Tree::parse(xml, &Vec::new(), &Entities::default(), 0).unwrap();
        run(tree.root())
    }

    #[test]
    fn paragraphs_are_kept_and_other_white_space_is_not() {
        for (xml, expected) in [
            (
                "<a><p>Das <b>Rathaus</b>\n  bleibt zu.</p>\n<p>Der Markt nicht.</p></a>",
                "Das Rathaus bleibt zu.\n\nDer Markt nicht.",
            ),
            (
                "<a>Vorab<div><p>Eins</p></div>danach<br/>und weiter</a>",
                "Vorab\n\nEins\n\ndanach\nund weiter",
            ),
            ("<a><ul><li>Brot</li> <li>Salz</li></ul></a>", "Brot\nSalz"),
            (
                "<a><table><tr><th>Ort</th><th>Pegel</th></tr><tr><td>Ulm</td><td><p>3,1</p></td></tr></table>Ende</a>",
                "Ort Pegel\nUlm\n\n3,1\n\nEnde",
            ),
            ("<a><p>Vor<note>Fußnote</note>hang</p></a>", "Vorhang"),
            ("<a><p>  </p><p/> <p>Eins</p></a>", "Eins"),
            (
                "<a><![CDATA[Müller & Söhne]]> &amp; Co</a>",
                "Müller & Söhne & Co",
            ),
        ] {
            assert_eq!(
                parsed(xml, |root| blocks(root, usual_flow)),
                expected,
                "{xml}"
            );
        }
    }

    #[test]
    fn elements_of_html_are_written_as_html() {
        for (xml, expected) in [
            (
                "<a xmlns:h='http://www.w3.org/1999/xhtml'><h:p class='lead'>Fünf &lt; sechs<h:br/>&amp; <h:i/></h:p></a>",
                "<p class=\"lead\">Fünf &lt; sechs<br>&amp; <i></i></p>",
            ),
            ("<a>Text<script>x</script></a>", "Text"),
        ] {
            let html = parsed(xml, |root| html(root, |element| element.is("script")));
            assert_eq!(html, expected);
        }
    }

    #[test]
    fn a_line_loses_its_tags_but_not_its_signs() {
        for (text, expected) in [
            ("M&uuml;ller <b>siegt</b>", Some("Müller siegt")),
            ("2 < 3 & 4", Some("2 < 3 & 4")),
            ("Zeile<br/>zwei", Some("Zeile zwei")),
            ("I <3 Köln", Some("I <3 Köln")),
            (" <b> </b> ", None),
        ] {
            assert_eq!(plain(text).as_deref(), expected, "{text}");
        }
    }
}
