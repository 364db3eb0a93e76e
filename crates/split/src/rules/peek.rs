//! Bounded looks into a line.

/// How many characters of a word are looked at; longer ones are no abbreviations, and a text without blanks
/// stays cheap.
pub(super) const REACH: usize = 40;

/// Returns the start of a text, as far as a word is looked at.
pub(super) fn peek(text: &str) -> &str {
    text.char_indices()
        .nth(REACH)
        .and_then(|(at, _)| text.get(..at))
        .unwrap_or(text)
}

/// Returns what is left of a line from a byte on.
pub(super) fn behind(line: &str, at: usize) -> &str {
    line.get(at..).unwrap_or_default()
}
