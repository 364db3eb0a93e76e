//! Texts as the page shows them.

/// Returns a text of ours as HTML, in which what stands between backticks is code.
pub(super) fn coded(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let parts = escaped.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}

/// Returns the beginning of a text, on one line.
pub(super) fn line(text: &str, most: usize) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(most) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_becomes_markup() {
        assert_eq!(
            coded("a < b & `c = \"d\"`"),
            "a &lt; b &amp; <code>c = \"d\"</code>"
        );
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        assert_eq!(line(" Köln\n am  Rhein ", 20), "Köln am Rhein");
        assert_eq!(line("Köln am Rhein", 2), "Kö…");
        assert_eq!(line("Kö", 2), "Kö");
    }
}
