//! What may follow the final mark of a sentence and still belong to it: footnotes and smileys.

use super::peek::peek;

/// Returns the length of a footnote at the start of a token: `[1]`.
pub(super) fn note(token: &str) -> Option<usize> {
    let inner = token.strip_prefix('[')?;
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && inner.as_bytes().get(digits) == Some(&b']')).then_some(digits + 2)
}

/// Returns the length of the smiley at the start of a text, given the text's first token: an emoji, `:-)`,
/// `;o)`, `XD`, `*g*`, `* grins *` or `:wink:`.
pub(super) fn smiley(text: &str, token: &str) -> Option<usize> {
    let is_emoji = |c: char| matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{26FF}' | '\u{2700}'..='\u{27BF}' | '\u{FE0F}' | '\u{200D}' | '\u{20E3}');
    let emoji = token.len() - token.trim_start_matches(is_emoji).len();
    if emoji > 0 {
        return Some(emoji);
    }
    let bare = token.trim_end_matches([')', '.', '!', '?']);
    if let Some(known) = [token, bare].into_iter().find(|&token| is_smiley(token)) {
        return Some(known.len());
    }
    let action = text.strip_prefix('*')?;
    let end = peek(action).find('*')?;
    let is_small = |c: char| c.is_lowercase() || matches!(c, ' ' | ',');
    (end > 1 && action.get(..end)?.chars().all(is_small)).then_some(end + 2)
}

/// Returns whether a token is an ASCII smiley.
fn is_smiley(token: &str) -> bool {
    let mut bytes = token.bytes();
    let is_face = matches!(bytes.next(), Some(b':' | b';' | b'=' | b'8'))
        && token.len() > 1
        && bytes
            .clone()
            .all(|byte| b"-o^'~*()[]DPp/\\|3<>".contains(&byte))
        && bytes.any(|byte| b")(DPp/\\|][3*".contains(&byte));
    let is_named = token
        .strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'))
        .is_some_and(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()));
    is_face
        || is_named
        || matches!(
            token,
            "XD" | "xD" | "X-D" | "^^" | "^_^" | "*_*" | "<3" | "(-:" | "(:"
        )
}
