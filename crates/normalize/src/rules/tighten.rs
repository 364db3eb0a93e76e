//! Replacements that touch no more than what differs.

use blattwerk_core::{Change, Span};

/// Returns the change from one piece of text to another, limited to where they differ.
pub(super) fn tightened(start: usize, old: &str, new: &'static str) -> Option<Change> {
    if old == new {
        return None;
    }
    let head: usize = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (rest, with) = (old.get(head..)?, new.get(head..)?);
    let tail: usize = rest
        .chars()
        .rev()
        .zip(with.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    if rest.len() == tail {
        // Nothing is left to replace, only something to insert.
        return Some(Change::replace(Span::new(start, start + old.len()), new));
    }
    let span = Span::new(start + head, start + old.len() - tail);
    Some(Change::replace(span, with.get(..with.len() - tail)?))
}
