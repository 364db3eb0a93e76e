//! Looks into a line that are bounded, so that a line without spaces stays cheap.

/// How many characters of a word are looked at; longer words are not abbreviations.
pub(super) const REACH: usize = 40;

/// Returns the first [`REACH`] characters of a text.
pub(super) fn peek(text: &str) -> &str {
    text.char_indices()
        .nth(REACH)
        .and_then(|(at, _)| text.get(..at))
        .unwrap_or(text)
}

/// Returns the rest of a line from a byte on.
pub(super) fn behind(line: &str, at: usize) -> &str {
    line.get(at..).unwrap_or_default()
}
