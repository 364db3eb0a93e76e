//! Exports of `WordPress`: RSS with drafts and settings among the articles, and with texts as they were typed.
//!
//! In a text that was typed, an empty line separates paragraphs, and a shortcode, such as `[gallery ids="1,2"]`, stands
//! for something that a program inserts.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Types of items that are no texts for readers, whatever their status, and what they are.
const TYPES: &[(&str, &str)] = &[
    ("attachment", "media"),
    ("nav_menu_item", "menu entry"),
    ("wp_navigation", "menu entry"),
    ("revision", "revision"),
    ("customize_changeset", "revision"),
    ("custom_css", "style"),
    ("wp_global_styles", "style"),
    ("wp_template", "template"),
    ("wp_template_part", "template"),
    ("elementor_library", "template"),
    ("wp_block", "template"),
    ("wp_font_family", "font"),
    ("wp_font_face", "font"),
    ("oembed_cache", "setting"),
    ("user_request", "setting"),
    ("scheduled-action", "setting"),
    ("acf-field", "setting"),
    ("acf-field-group", "setting"),
    ("wpcf7_contact_form", "form"),
    ("feedback", "form"),
];

/// Shortcodes whose content is no part of the text either.
const WITH_CONTENT: &[&str] = &[
    "audio",
    "caption",
    "embed",
    "facebook",
    "gallery",
    "googlemaps",
    "iframe",
    "instagram",
    "playlist",
    "script",
    "soundcloud",
    "tweet",
    "twitter",
    "video",
    "vimeo",
    "wp_caption",
    "youtube",
];

/// Other shortcodes that need no attribute. What else is in brackets may be a remark: `[sic]`.
const ALONE: &[&str] = &["more", "nextpage", "toc"];

/// Returns what an item is if it is no published post or page. A type of post that the site itself has defined is
/// one of posts.
pub(super) fn no_article(kind: &str, status: Option<&str>) -> Option<&'static str> {
    let known = TYPES.iter().find(|(name, _)| *name == kind);
    known.map(|(_, what)| *what).or(match status {
        None | Some("publish") => None,
        Some("trash") => Some("trash"),
        Some("inherit") => Some("revision"),
        Some(_) => Some("draft"),
    })
}

/// Returns a text as HTML: without shortcodes, and with elements for its paragraphs.
pub(super) fn html(text: &str) -> String {
    with_paragraphs(&without_shortcodes(&text.replace("\r\n", "\n")))
}

/// Begins a paragraph after each empty line. Where no paragraph is marked, line ends count, too.
fn with_paragraphs(text: &str) -> String {
    const RAW: &[&str] = &["pre", "script", "style", "textarea"];
    let has_lines = !text.contains("<!-- wp:") && !text.contains("<p>") && !text.contains("<p ");
    let mut html = String::with_capacity(text.len());
    let mut raw = None;
    for (at, piece) in text.split('<').enumerate() {
        let tag = if at == 0 {
            None
        } else {
            html.push('<');
            piece.split_once('>').filter(|(tag, _)| {
                tag.starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c))
            })
        };
        let Some((tag, after)) = tag else {
            push_text(piece, has_lines, raw.is_some(), &mut html);
            continue;
        };
        html.push_str(tag);
        html.push('>');
        let is_name = |name: &&&str| {
            let rest = tag.trim_start_matches('/').strip_prefix(**name);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        if let Some(name) = RAW.iter().find(is_name) {
            match raw {
                None if !tag.starts_with('/') => raw = Some(*name),
                Some(open) if tag.starts_with('/') && open == *name => raw = None,
                _ => {}
            }
        }
        push_text(after, has_lines, raw.is_some(), &mut html);
    }
    html
}

/// Adds text between tags.
fn push_text(text: &str, has_lines: bool, is_raw: bool, html: &mut String) {
    if is_raw {
        html.push_str(text);
        return;
    }
    let mut ends = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n');
        let is_blank = matches!(line.trim(), "" | "&nbsp;");
        if !is_blank || bare.is_none() {
            end_lines(ends, has_lines, html);
            html.push_str(bare.unwrap_or(line));
            ends = 0;
        }
        ends += usize::from(bare.is_some());
    }
    end_lines(ends, has_lines, html);
}

fn end_lines(ends: usize, has_lines: bool, html: &mut String) {
    html.push_str(match ends {
        0 => "",
        1 if has_lines => "<br>\n",
        1 => "\n",
        _ => "\n\n<p>",
    });
}

/// Removes shortcodes. Of those that only mark a part of the text, the part is kept.
fn without_shortcodes(text: &str) -> Cow<'_, str> {
    if !text.contains('[') {
        return Cow::Borrowed(text);
    }
    // For each name, how much of the text is left after its last end.
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, after) in brackets(text) {
        if let Some(code) = Shortcode::read(after).filter(|code| code.is_end) {
            ends.insert(code.name, code.after.len());
        }
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        shown.push_str(before);
        let code = Shortcode::read(after);
        let end_of = |code: &Shortcode<'_>| {
            let end = ends.get(code.name)?;
            (*end < code.after.len()).then_some(())
        };
        let Some(code) = code.filter(|code| code.is_sure() || end_of(code).is_some()) else {
            shown.push('[');
            rest = after;
            continue;
        };
        rest = code.after;
        if !code.is_end && WITH_CONTENT.contains(&code.name) && end_of(&code).is_some() {
            let end = brackets(rest)
                .filter_map(|(_, after)| Shortcode::read(after))
                .find(|end| end.is_end && end.name == code.name);
            rest = end.map_or(rest, |end| end.after);
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// Returns the text before and after each opening bracket.
fn brackets(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let after = move |at: usize| text.split_at_checked(at + 1);
    memchr::memchr_iter(b'[', text.as_bytes()).filter_map(after)
}

/// What looks like a shortcode.
struct Shortcode<'t> {
    name: &'t str,
    attributes: &'t str,
    /// Whether it ends a part of the text.
    is_end: bool,
    /// The text after it.
    after: &'t str,
}

impl<'t> Shortcode<'t> {
    /// Reads a shortcode from the text after its opening bracket.
    fn read(text: &'t str) -> Option<Self> {
        let end = text.find(['[', ']', '<'])?;
        let (inside, after) = text.split_at_checked(end)?;
        let after = after.strip_prefix(']')?;
        let is_end = inside.starts_with('/');
        let inside = inside.strip_prefix('/').unwrap_or(inside);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(end)?;
        let separates = |c: char| c.is_whitespace() || c == '/';
        let is_code = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && (attributes.is_empty() || attributes.starts_with(separates));
        is_code.then_some(Self {
            name,
            attributes: attributes.trim(),
            is_end,
            after,
        })
    }

    /// Returns whether it is a shortcode, and not a remark in brackets, whatever the text around it is.
    fn is_sure(&self) -> bool {
        let is_value = |word: &str| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
            })
        };
        self.is_end
            || self.name.contains('_')
            || self.attributes.ends_with('/')
            || self.attributes.split_whitespace().any(is_value)
            || WITH_CONTENT.contains(&self.name)
            || ALONE.contains(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_published_is_an_article() {
        for (kind, status, expected) in [
            ("post", Some("publish"), None),
            ("page", Some("publish"), None),
            ("page", None, None),
            ("lokalnachricht", Some("publish"), None),
            ("post", Some("draft"), Some("draft")),
            ("post", Some("auto-draft"), Some("draft")),
            ("post", Some("pending"), Some("draft")),
            ("post", Some("future"), Some("draft")),
            ("post", Some("private"), Some("draft")),
            ("page", Some("trash"), Some("trash")),
            ("post", Some("inherit"), Some("revision")),
            ("revision", Some("inherit"), Some("revision")),
            ("revision", Some("publish"), Some("revision")),
            ("attachment", Some("inherit"), Some("media")),
            ("nav_menu_item", Some("publish"), Some("menu entry")),
            ("wp_global_styles", Some("publish"), Some("style")),
            ("custom_css", Some("publish"), Some("style")),
            ("wp_block", Some("publish"), Some("template")),
        ] {
            assert_eq!(no_article(kind, status), expected, "{kind} {status:?}");
        }
    }

    #[test]
    fn shortcodes_are_removed_and_remarks_are_not() {
        for (text, expected) in [
            ("Vor [gallery ids=\"1,2\"] nach", "Vor  nach"),
            ("[gallery]Der Rat tagt.", "Der Rat tagt."),
            (
                "[caption id=\"a_1\" width=\"300\"]<a href=\"b.jpg\"><img src=\"b.jpg\" /></a> Das Wehr. Foto: Bote[/caption]\nDer Fluss steigt.",
                "\nDer Fluss steigt.",
            ),
            ("[embed]https://film.example/7[/embed] Ende", " Ende"),
            ("[video src=\"a.mp4\"][/video]Ende", "Ende"),
            // Not closed: only the tag goes.
            ("[caption id=\"a\"]Der Rat tagt.", "Der Rat tagt."),
            (
                "[vc_row][vc_column width=\"1/2\"]Der Rat tagt.[/vc_column][/vc_row]",
                "Der Rat tagt.",
            ),
            ("[info]Der Rat tagt.[/info]", "Der Rat tagt."),
            ("[contact-form-7 id=\"5\" title=\"Post\"]", ""),
            ("[anzeige /]Der Rat tagt.", "Der Rat tagt."),
            ("[toc]\n\nDer Rat tagt.", "\n\nDer Rat tagt."),
            (
                "„Das ist [sic] so [...] gewollt“",
                "„Das ist [sic] so [...] gewollt“",
            ),
            (
                "Er [der Minister, d. Red.] schwieg [1].",
                "Er [der Minister, d. Red.] schwieg [1].",
            ),
            (
                "Die Agentur [dpa] meldet [Stand: 5 = fünf]",
                "Die Agentur [dpa] meldet [Stand: 5 = fünf]",
            ),
            ("Das Feld [ bleibt offen", "Das Feld [ bleibt offen"),
            ("[gallery ids=\"1", "[gallery ids=\"1"),
            ("[]] [/] [[", "[]] [/] [["),
        ] {
            assert_eq!(without_shortcodes(text), expected, "{text}");
        }
    }

    #[test]
    fn empty_lines_begin_paragraphs() {
        for (text, expected) in [
            (
                "Der Rat tagt.\r\n\r\nDer <em>Markt</em> ruht.\nHeute auch.",
                "Der Rat tagt.\n\n<p>Der <em>Markt</em> ruht.<br>\nHeute auch.",
            ),
            ("Eins.\n \n&nbsp;\n\nZwei.", "Eins.\n\n<p>Zwei."),
            ("<h2>Kopf</h2>\n\nEins.", "<h2>Kopf</h2>\n\n<p>Eins."),
            // Marked paragraphs keep their lines together, and what was typed next to them is one of its own.
            (
                "<p>Eins\nund zwei.</p>\n\nDrei.\n\nVier.",
                "<p>Eins\nund zwei.</p>\n\n<p>Drei.\n\n<p>Vier.",
            ),
            (
                "<!-- wp:paragraph -->\n<p class=\"x\">Eins\nzwei.</p>",
                "<!-- wp:paragraph -->\n<p class=\"x\">Eins\nzwei.</p>",
            ),
            ("<pre>a\n\nb</pre>\n\nc", "<pre>a\n\nb</pre>\n\n<p>c"),
            ("2 < 3\n\nund 4 > 3", "2 < 3\n\n<p>und 4 > 3"),
            ("", ""),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn the_time_is_linear() {
        for part in [
            "[caption a=b]",
            "[/a[",
            "[a",
            "[vc_a]",
            "<pre>",
            "\n\n",
            "[embed]x[/embed",
            "<",
        ] {
            let text = part.repeat(200_000);
            let start = std::time::Instant::now();
            html(&text);
            assert!(start.elapsed().as_secs() < 10, "{part}");
        }
    }
}
