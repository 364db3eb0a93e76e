//! What is plainly no article: the files that lie beside pages in archives and in crawls.
//!
//! It is counted and gives no rows. The beginning of the content decides; the name only where the content has
//! no mark of its own, as in style sheets and scripts.

use super::crawl::Notes;

/// Pairs of a kind and the extensions of files of that kind, in lower case.
const EXTENSIONS: &[(&str, &[&str])] = &[
    (
        "image",
        &[
            "avif", "bmp", "gif", "heic", "ico", "jfif", "jpeg", "jpg", "png", "svg", "svgz",
            "tif", "tiff", "webp",
        ],
    ),
    ("style", &["css", "less", "scss"]),
    ("script", &["cjs", "js", "jsx", "mjs", "wasm"]),
    ("source map", &["map"]),
    ("font", &["eot", "otf", "ttf", "woff", "woff2"]),
    (
        "media",
        &[
            "aac", "avi", "flac", "m3u8", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg",
            "oga", "ogg", "ogv", "opus", "swf", "wav", "webm", "wma", "wmv",
        ],
    ),
];

/// Pairs of the first bytes of a file and its kind.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG", "image"),
    (b"\xFF\xD8\xFF", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"\0\0\x01\0", "image"),
    (b"<svg", "image"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"OTTO\0", "font"),
    (b"ttcf\0", "font"),
    (b"\0\x01\0\0\0", "font"),
    (b"ID3\x02", "media"),
    (b"ID3\x03", "media"),
    (b"ID3\x04", "media"),
    (b"OggS\0", "media"),
    (b"fLaC\0", "media"),
    (b"\x1A\x45\xDF\xA3", "media"),
];

/// How much of a file [`file`] looks at.
pub(super) const BEGINNING: usize = 1 << 10;

/// Returns the kind of a file that is plainly no article, by its beginning and its name.
pub(super) fn file(name: &str, start: &[u8]) -> Option<&'static str> {
    let text = start.trim_ascii_start();
    let begins = |tag: &[u8]| {
        text.get(..tag.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(tag))
    };
    if begins(b"<!doctype html") || begins(b"<html") {
        return None;
    }
    let name = name.rsplit('/').next().unwrap_or_default();
    by_content(start)
        .or_else(|| Notes::of(start).map(Notes::kind))
        .or_else(|| by_both(name, start))
        .or_else(|| by_name(name).filter(|kind| *kind != "script" || !is_data(text)))
}

/// Returns the kind of a file that programs and servers call by the same name everywhere, if its beginning fits.
fn by_both(name: &str, start: &[u8]) -> Option<&'static str> {
    let is_table = start.starts_with(b"PAR1");
    let is_status = start.trim_ascii().is_empty() || start.starts_with(b"{");
    let has = |part: &[u8]| {
        let part = part.to_ascii_lowercase();
        memchr::memmem::find(&start.to_ascii_lowercase(), &part).is_some()
    };
    match name {
        // What Spark, Hadoop and pandas write beside the files of a table.
        "_metadata" | "_common_metadata" if is_table => Some("table metadata"),
        "_SUCCESS" if is_status => Some("marker"),
        _ if is_status && (name.starts_with("_committed_") || name.starts_with("_started_")) => {
            Some("marker")
        }
        // Hadoop's checksums of a file.
        _ if start.starts_with(b"crc\0") => Some("checksum"),
        "robots.txt" if start.is_empty() || has(b"user-agent:") || has(b"sitemap:") => {
            Some("robots.txt")
        }
        "ads.txt" | "app-ads.txt" if has(b"direct") || has(b"reseller") => Some("ads.txt"),
        _ => None,
    }
}

/// Returns whether a text is JSON, which dumps that programs made for programs have under the name of a script.
fn is_data(text: &[u8]) -> bool {
    let value = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    value
        .strip_prefix(b"{")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""))
}

/// Returns the kind of a file that is plainly no article, by its beginning alone.
fn by_content(start: &[u8]) -> Option<&'static str> {
    let magic = MAGIC.iter().find(|(magic, _)| start.starts_with(magic));
    if let Some((_, kind)) = magic {
        return Some(kind);
    }
    match (start.get(..4), start.get(4..8), start.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => Some("image"),
        (Some(b"RIFF"), ..) => Some("media"),
        (_, Some(b"ftyp"), Some(b"avif" | b"avis" | b"heic" | b"heix" | b"mif1")) => Some("image"),
        (_, Some(b"ftyp"), _) => Some("media"),
        _ => {
            let is_svg =
                start.starts_with(b"<?xml") && memchr::memmem::find(start, b"<svg").is_some();
            is_svg.then_some("image")
        }
    }
}

/// Returns the kind of a file that is plainly no article, by its name alone.
pub(super) fn by_name(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    let is = |other: &&str| extension.eq_ignore_ascii_case(other);
    EXTENSIONS
        .iter()
        .find(|(_, extensions)| extensions.iter().any(is))
        .map(|(kind, _)| *kind)
}

/// Returns whether an entry of an archive is skipped like a hidden file in a folder: hidden files, and what
/// file managers leave behind.
pub(super) fn is_hidden(name: &str) -> bool {
    let hides = |part: &str| part.starts_with('.') && !matches!(part, "." | "..");
    let last = name.rsplit('/').next().unwrap_or_default();
    name.split('/')
        .any(|part| hides(part) || part == "__MACOSX")
        || matches!(last, "Thumbs.db" | "desktop.ini")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_comes_before_the_name() {
        let cases: &[(&str, &[u8], Option<&str>)] = &[
            ("a.html", b"\x89PNG\r\n\x1A\n", Some("image")),
            ("a", b"RIFF\0\0\0\0WEBPVP8 ", Some("image")),
            ("a", b"RIFF\0\0\0\0WAVEfmt ", Some("media")),
            ("a", b"\0\0\0\x20ftypavif", Some("image")),
            ("a", b"\0\0\0\x20ftypisom", Some("media")),
            (
                "a",
                b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>",
                Some("image"),
            ),
            ("stil/a.CSS", b"body { margin: 0 }", Some("style")),
            ("a.js", b"var text = 1;", Some("script")),
            ("a.js.map", b"{\"version\":3}", Some("source map")),
            ("a.woff2", b"", Some("font")),
            ("a.js", b"[\n{ \"text\": \"Eins.\"}]", None),
            ("d/_SUCCESS", b"", Some("marker")),
            ("_committed_17", b"{\"added\":[]}", Some("marker")),
            ("_started_17", b"", Some("marker")),
            ("_SUCCESS", b"Die Band gibt es seit 1999.", None),
            ("_metadata", b"PAR1\x15", Some("table metadata")),
            ("part-0.crc", b"crc\0\0\0\x02\0", Some("checksum")),
            ("part-0.crc", b"Ein Text.", None),
            (
                "x/robots.txt",
                b"User-Agent: *\nDisallow: /\n",
                Some("robots.txt"),
            ),
            ("robots.txt", b"Roboter helfen in der Pflege.", None),
            (
                "ads.txt",
                b"google.com, pub-1, DIRECT, f08c\n",
                Some("ads.txt"),
            ),
            ("ads.txt", b"Die Werbung wird teurer.", None),
            (
                "a.md5",
                b"d41d8cd98f00b204e9800998ecf8427e  a",
                Some("checksum"),
            ),
            ("a.js", b"\n<!DOCTYPE html><p>Ein Text.", None),
            ("a.png", b"<HTML><p>Ein Text.", None),
            ("a.txt", b"ID3 hie\xC3\x9F ein Format.", None),
            ("a.txt", b"Ein Text.", None),
            ("a.pdf", b"%PDF-1.7", None),
            ("css", b"Ein Text.", None),
            ("", b"", None),
        ];
        for (name, start, expected) in cases {
            assert_eq!(file(name, start), *expected, "{name}");
        }
    }

    #[test]
    fn hidden_entries_are_those_of_folders_and_of_file_managers() {
        for (name, expected) in [
            (".DS_Store", true),
            ("a/.git/config", true),
            ("__MACOSX/a/._b.html", true),
            ("a/Thumbs.db", true),
            ("./a/../b.html", false),
            ("a.b/c.html", false),
            ("a/MACOSX.txt", false),
        ] {
            assert_eq!(is_hidden(name), expected, "{name}");
        }
    }
}
