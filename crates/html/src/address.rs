//! Addresses: relative ones, and those that programs note in the pages they save.

use memchr::memmem;

/// Returns an address completed by that of what it stands in. `None` if it is no address of the web, or cannot be
/// completed.
///
/// ```
/// let base = "https://bote.example/lokales/index.html";
/// let complete = |address| blattwerk_html::join(base, address);
/// assert_eq!(complete("deich.html").as_deref(), Some("https://bote.example/lokales/deich.html"));
/// assert_eq!(complete("../sport/").as_deref(), Some("https://bote.example/sport/"));
/// assert_eq!(complete("mailto:bote@bote.example"), None);
/// ```
pub fn join(base: &str, address: &str) -> Option<String> {
    let address = address.trim();
    if is_web(address) {
        return Some(address.to_owned());
    }
    let base = base.trim();
    if address.is_empty() || !is_web(base) || has_scheme(address) {
        return None;
    }
    let (scheme, rest) = base.split_once("://")?;
    if let Some(rest) = address.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end)?;
    if host.is_empty() {
        return None;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (relative, query) = address.split_at_checked(end)?;
    let mut folders: Vec<&str> = match relative {
        "" => return Some(format!("{scheme}://{host}{path}{query}")),
        _ if relative.starts_with('/') => Vec::new(),
        _ => path.split('/').skip(1).collect(),
    };
    folders.pop();
    let relative = relative.strip_prefix('/').unwrap_or(relative);
    let is_folder = [".", ".."]
        .iter()
        .any(|end| relative.rsplit('/').next() == Some(end));
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => {
                folders.pop();
            }
            part => folders.push(part),
        }
    }
    let slash = if is_folder && !folders.is_empty() {
        "/"
    } else {
        ""
    };
    Some(format!(
        "{scheme}://{host}/{}{slash}{query}",
        folders.join("/")
    ))
}

/// Whether an address is one of the web, with its host.
pub(crate) fn is_web(address: &str) -> bool {
    let starts = |scheme: &str| {
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("http://") || starts("https://")
}

/// Whether an address has a scheme, and so is not relative. Some pages escape it by mistake.
fn has_scheme(address: &str) -> bool {
    let is_escaped = ["http%3A", "https%3A", "http%3a", "https%3a"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    is_escaped
        || address
            .split(['/', '?', '#'])
            .next()
            .and_then(|first| first.split_once(':'))
            .is_some_and(|(scheme, _)| {
                scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                    && scheme
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            })
}

/// Returns the address that an address of the Wayback Machine is a capture of; any other stays.
pub(crate) fn without_archive(address: &str) -> &str {
    let captured = || {
        let (host, rest) = address.split_once("://")?.1.split_once("/web/")?;
        let (time, captured) = rest.split_once('/')?;
        let is_time = time.starts_with(|c: char| c.is_ascii_digit());
        (host == "web.archive.org" && is_time && is_web(captured)).then_some(captured)
    };
    captured().unwrap_or(address)
}

/// Returns the address that a program has noted in a comment of a page it has saved: a browser, `SingleFile`,
/// `HTTrack`.
pub(crate) fn saved(html: &str) -> Option<String> {
    /// How many places are looked at that may be such a comment.
    const PLACES: usize = 10;
    let comment = |start: &str| {
        let mut places = memmem::find_iter(html.as_bytes(), start).take(PLACES);
        places.find_map(|at| {
            let (before, comment) = html.split_at_checked(at)?;
            let comment = comment.strip_prefix(start)?;
            before.trim_end().ends_with("<!--").then_some(comment)
        })
    };
    let word = |text: &str| {
        let word = text.split_whitespace().next()?;
        is_web(word).then(|| word.to_owned())
    };
    let browser = || word(comment("saved from url=(")?.split_once(')')?.1);
    let single_file = || {
        let comment = comment("Page saved with SingleFile")?.split("-->").next()?;
        comment
            .lines()
            .find_map(|line| word(line.trim().strip_prefix("url:")?))
    };
    let mirror = || {
        let comment = comment("Mirrored from ")?;
        let (address, _) = comment.split_once(" by HTTrack")?;
        if address.contains(char::is_whitespace) || !address.contains('.') {
            return None;
        }
        // The scheme is not noted.
        Some(if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        })
    };
    browser().or_else(single_file).or_else(mirror)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_completed() {
        let base = "https://bote.example/lokales/ort/index.html?seite=2#oben";
        for (address, expected) in [
            ("https://amt.example/a", "https://amt.example/a"),
            ("//amt.example/a", "https://amt.example/a"),
            ("/sport/", "https://bote.example/sport/"),
            ("/", "https://bote.example/"),
            ("deich.html", "https://bote.example/lokales/ort/deich.html"),
            (
                " ./deich.html ",
                "https://bote.example/lokales/ort/deich.html",
            ),
            ("../deich.html", "https://bote.example/lokales/deich.html"),
            ("..", "https://bote.example/lokales/"),
            ("../../../../a", "https://bote.example/a"),
            ("/a/./b/../c", "https://bote.example/a/c"),
            (
                "?seite=3",
                "https://bote.example/lokales/ort/index.html?seite=3",
            ),
            (
                "a?b=http://c/d",
                "https://bote.example/lokales/ort/a?b=http://c/d",
            ),
            ("a/12:30", "https://bote.example/lokales/ort/a/12:30"),
            ("mailto:bote@bote.example", ""),
            ("javascript:void(0)", ""),
            ("https%3A%2F%2Fbote.example%2Fdeich", ""),
            ("", ""),
        ] {
            assert_eq!(
                join(base, address).unwrap_or_default(),
                expected,
                "{address}"
            );
        }
        for (base, address, expected) in [
            (
                "https://bote.example",
                "deich.html",
                "https://bote.example/deich.html",
            ),
            (
                "https://bote.example",
                "/deich.html",
                "https://bote.example/deich.html",
            ),
            ("https://bote.example?a", "b", "https://bote.example/b"),
            ("/lokales/", "deich.html", ""),
            ("file:///srv/", "deich.html", ""),
            ("https://", "deich.html", ""),
        ] {
            assert_eq!(
                join(base, address).unwrap_or_default(),
                expected,
                "{base} {address}"
            );
        }
    }

    #[test]
    fn captures_give_the_address_that_was_captured() {
        for (address, expected) in [
            (
                "https://web.archive.org/web/20240506080000/https://bote.example/a",
                "https://bote.example/a",
            ),
            (
                "http://web.archive.org/web/2024id_/http://bote.example/a",
                "http://bote.example/a",
            ),
            (
                "https://web.archive.org/web/",
                "https://web.archive.org/web/",
            ),
            (
                "https://web.archive.org/web/x/https://a.example",
                "https://web.archive.org/web/x/https://a.example",
            ),
            (
                "https://bote.example/web/2024/https://a.example",
                "https://bote.example/web/2024/https://a.example",
            ),
        ] {
            assert_eq!(without_archive(address), expected);
        }
    }

    #[test]
    fn addresses_in_comments_of_programs_are_found() {
        for (html, expected) in [
            (
                "<!-- saved from url=(0027)https://bote.example/a.html -->",
                "https://bote.example/a.html",
            ),
            (
                "<!DOCTYPE html>\n<!-- saved from url=(0014)about:internet -->",
                "",
            ),
            (
                "<html><!--\n Page saved with SingleFile \n url: https://bote.example/b \n saved date: Mon May 06 2024\n-->",
                "https://bote.example/b",
            ),
            (
                "<head></head><!-- Mirrored from www.bote.example/c.html by HTTrack Website Copier/3.x [XR&CO'2014], Mon, 06 May 2024 -->",
                "http://www.bote.example/c.html",
            ),
            ("<p>saved from url=(0027)https://bote.example/a.html", ""),
            ("<!-- Mirrored from memory by HTTrack -->", ""),
            ("<!-- saved from url=(", ""),
            ("", ""),
        ] {
            assert_eq!(saved(html).unwrap_or_default(), expected, "{html}");
        }
    }
}
