//! Character references: `&uuml;`, `&#252;`, `&#xFC;`.

use std::borrow::Cow;
use std::sync::LazyLock;

use encoding_rs::WINDOWS_1252;
use memchr::memchr;
use rustc_hash::FxHashMap;

/// The longest name and the longest number.
const LONGEST: usize = 32;

/// Names that count without a semicolon, as in old pages. Others that browsers know stand in addresses
/// (`?a=1&copy=2`) more often than in text.
const OPEN: &[&str] = &[
    "AMP", "Auml", "GT", "LT", "Ouml", "QUOT", "Uuml", "agrave", "amp", "auml", "eacute", "egrave",
    "gt", "lt", "nbsp", "ouml", "quot", "shy", "szlig", "uuml",
];

static NAMES: LazyLock<FxHashMap<&str, String>> = LazyLock::new(|| {
    // The list of the standard, which the stage `normalize` also needs.
    include_str!("../../normalize/src/rules/entities.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, codes) = line.split_once('\t')?;
            let codes = codes.split(' ');
            let text = codes.map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
            Some((name, text.collect::<Option<String>>()?))
        })
        .collect()
});

/// Returns a text with its character references resolved.
pub(crate) fn resolve(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let (start, mut rest) = text.split_at_checked(first).unwrap_or((text, ""));
    let mut resolved = String::with_capacity(text.len());
    resolved.push_str(start);
    while let Some(after) = rest.strip_prefix('&') {
        rest = if let Some((length, stands_for)) = reference(after) {
            resolved.push_str(&stands_for);
            after.get(length..).unwrap_or_default()
        } else {
            resolved.push('&');
            after
        };
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        let (plain, more) = rest.split_at_checked(next).unwrap_or((rest, ""));
        resolved.push_str(plain);
        rest = more;
    }
    Cow::Owned(resolved)
}

/// Returns the length of a reference after its `&`, and what it stands for.
fn reference(after: &str) -> Option<(usize, Cow<'static, str>)> {
    if let Some(number) = after.strip_prefix('#') {
        let (skip, radix, digits) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (2, 16, digits),
            None => (1, 10, number),
        };
        let length = digits
            .bytes()
            .take(LONGEST)
            .position(|byte| !char::from(byte).is_digit(radix))
            .unwrap_or(digits.len().min(LONGEST));
        let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        let closed = usize::from(digits.as_bytes().get(length) == Some(&b';'));
        let stands_for = match u8::try_from(code) {
            Ok(0) => return None,
            Ok(byte @ 0x80..=0x9F) => WINDOWS_1252
                .decode_without_bom_handling(&[byte])
                .0
                .into_owned(),
            _ => char::from_u32(code)?.to_string(),
        };
        return Some((skip + length + closed, Cow::Owned(stands_for)));
    }
    let length = after
        .bytes()
        .take(LONGEST)
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(after.len().min(LONGEST));
    let name = after.get(..length)?;
    if after.as_bytes().get(length) == Some(&b';')
        && let Some(stands_for) = NAMES.get(name)
    {
        return Some((length + 1, Cow::Borrowed(stands_for.as_str())));
    }
    let open = OPEN.iter().find(|open| name.starts_with(**open))?;
    let is_address = after.as_bytes().get(open.len()) == Some(&b'=');
    (!is_address).then(|| {
        NAMES
            .get(open)
            .map(|stands_for| (open.len(), Cow::Borrowed(stands_for.as_str())))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        for (text, resolved) in [
            ("K&uuml;che &amp; Garten", "Küche & Garten"),
            ("&#8222;Ja&#x201C;", "„Ja“"),
            ("&#150; und &#128;", "– und €"),
            ("M&uumlller &nbspund", "Müller \u{A0}und"),
            ("?a=1&amp=2&copy=3", "?a=1&amp=2&copy=3"),
            (
                "R&D, A & B, &, &;, &#;, &#x;, &#0; &#xD800;",
                "R&D, A & B, &, &;, &#;, &#x;, &#0; &#xD800;",
            ),
            ("&amp;lt;", "&lt;"),
            (
                "&ampü&#99999999999999999999999999999999999999;",
                "&ü&#99999999999999999999999999999999999999;",
            ),
        ] {
            assert_eq!(resolve(text), resolved);
        }
    }
}
