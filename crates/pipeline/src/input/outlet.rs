//! Who published an article: what the record says, or else the host of its address.

/// The ends of files that articles are kept in.
const EXTENSIONS: [&str; 20] = [
    "bz2", "csv", "gz", "htm", "html", "json", "jsonl", "md", "ndjson", "parquet", "sqlite", "tar",
    "tgz", "tsv", "txt", "warc", "xml", "xz", "zip", "zst",
];

/// Returns who published an article: what its record calls so, if that is no file, and the host of its address
/// otherwise. Of an address the outlet is its host too.
pub(super) fn outlet(given: Option<String>, url: Option<&str>) -> Option<String> {
    let given = given.filter(|given| !given.trim().is_empty());
    match given {
        Some(given) if given.contains("://") => host(&given),
        Some(given) if !is_file(&given) => Some(given),
        _ => None,
    }
    .or_else(|| host(url?))
}

/// Returns the host of a web address in lower case, without `www.`. An international name stays as it is written.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let address = authority.rsplit('@').next()?;
    // The colons of an IPv6 address are in brackets, before that of the port.
    let host = match address.split_once(']') {
        Some((host, _)) => format!("{host}]"),
        None => address.split(':').next()?.to_lowercase(),
    };
    let host = host.trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_host = !host.is_empty() && !host.contains(char::is_whitespace);
    is_host.then(|| host.to_owned())
}

/// Tells whether a text names a file, perhaps with a line: `dumps/2024.jsonl:17`.
fn is_file(text: &str) -> bool {
    let text = text.trim();
    let name = match text.rsplit_once(':') {
        Some((name, line)) if line.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => text,
    };
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    text.contains('\\')
        || ["/", "./", "../", "~/"]
            .iter()
            .any(|start| text.starts_with(start))
        || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_found() {
        for (url, expected) in [
            (
                "https://www.zeitung.example/politik/a1.html",
                "zeitung.example",
            ),
            ("http://zeitung.example", "zeitung.example"),
            (
                "HTTPS://WWW.Zeitung.Example:8080/a?b=//c",
                "zeitung.example",
            ),
            (
                "https://name:wort@lokal.zeitung.example/a@b",
                "lokal.zeitung.example",
            ),
            ("https://zeitung.example?id=1", "zeitung.example"),
            ("https://zeitung.example#a", "zeitung.example"),
            ("https://zeitung.example./a", "zeitung.example"),
            ("https://xn--grne-0ra.example/", "xn--grne-0ra.example"),
            ("https://GRÜNE.example/", "grüne.example"),
            ("http://[2001:db8::1]:80/a", "[2001:db8::1]"),
            ("  https://zeitung.example/a\n", "zeitung.example"),
            ("https://www.example", "example"),
            ("https://", ""),
            ("https:///a", ""),
            ("https://:80/", ""),
            ("https://www./", "www"),
            ("zeitung.example/a", ""),
            ("/politik/a1.html", ""),
            ("urn:newsml:agentur.example:2024:1", ""),
            ("file:///srv/a.html", ""),
            ("s3://korb/a.html", ""),
            ("https://kein host/", ""),
            ("", ""),
        ] {
            assert_eq!(host(url).unwrap_or_default(), expected, "{url:?}");
        }
    }

    #[test]
    fn the_record_says_who_published_it_unless_that_is_a_file() {
        let url = Some("https://www.zeitung.example/a");
        for (given, expected) in [
            ("Der Tagesbote", "Der Tagesbote"),
            ("tagesbote.example", "tagesbote.example"),
            ("dpa/AFP", "dpa/AFP"),
            ("Radio 3: Welle", "Radio 3: Welle"),
            ("https://www.tagesbote.example/", "tagesbote.example"),
            ("", "zeitung.example"),
            (" ", "zeitung.example"),
            ("dump.jsonl:17", "zeitung.example"),
            ("archiv/2024/a.html", "zeitung.example"),
            ("archiv.zip", "zeitung.example"),
            ("/srv/archiv", "zeitung.example"),
            ("../archiv", "zeitung.example"),
            ("C:\\archiv\\a", "zeitung.example"),
            ("file:///srv/a.html", "zeitung.example"),
        ] {
            let found = outlet(Some(given.into()), url);
            assert_eq!(found.as_deref(), Some(expected), "{given:?}");
        }
        assert_eq!(outlet(None, url).as_deref(), Some("zeitung.example"));
        assert_eq!(outlet(None, None), None);
        assert_eq!(outlet(Some("a.csv:2".into()), None), None);
    }
}
