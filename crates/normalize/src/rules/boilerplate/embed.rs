//! What is left of embedded posts: the signature of a post, the address of a post or picture, and the address of
//! the newsroom below an article.
//!
//! The patterns see words alone, and what tells these lines apart are their signs.

use blattwerk_core::date::ENGLISH_MONTHS;

use super::super::structure::is_month;

/// The longest signature, in bytes.
const LONGEST: usize = 160;

/// Sites and services that shorten the addresses of posts and pictures.
const SHORTENED: &[&str] = &[
    "t.co/",
    "pic.twitter.com/",
    "pic.x.com/",
    "youtu.be/",
    "fb.watch/",
];

/// Sites with posts, whose addresses have a second part: the first one alone is an account.
const POSTS: &[&str] = &[
    "twitter.com/",
    "x.com/",
    "facebook.com/",
    "instagram.com/",
    "tiktok.com/",
    "youtube.com/",
];

/// The names of mailboxes of a newsroom.
const NEWSROOM: &[&str] = &[
    "redaktion",
    "lokalredaktion",
    "onlineredaktion",
    "online-redaktion",
    "lokales",
    "leserbriefe",
    "leserbrief",
    "leserforum",
    "newsdesk",
    "newsroom",
    "newsletter",
    "abo",
];

/// Returns why a line is removed if it is left of an embedded post or the address of the newsroom.
pub(super) fn reason(line: &str) -> Option<&'static str> {
    if line.len() > LONGEST {
        return None;
    }
    if line.starts_with(['—', '–']) {
        return is_signature(line).then_some("cookies");
    }
    // Nearly every line is answered by its first word.
    let has_blank = memchr::memchr(b' ', line.as_bytes()).is_some();
    if has_blank || !line.contains(['/', '@']) {
        return None;
    }
    if is_post(line) {
        Some("cookies")
    } else {
        is_mailbox(line).then_some("author")
    }
}

/// "— Stadt Musterhausen (@muster) June 5, 2024"
fn is_signature(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("(@") else {
        return false;
    };
    let Some((account, date)) = rest.split_once(')') else {
        return false;
    };
    let is_account = account
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let is_part = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            || is_month(part)
            || ENGLISH_MONTHS.contains(&part)
    };
    let mut parts = date
        .split([' ', ',', '.'])
        .filter(|part| !part.is_empty())
        .peekable();
    is_account && parts.peek().is_some() && parts.all(is_part)
}

fn is_post(address: &str) -> bool {
    let address = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))
        .unwrap_or(address);
    let address = address.strip_prefix("www.").unwrap_or(address);
    let path = |site: &str| address.strip_prefix(site).filter(|path| !path.is_empty());
    SHORTENED.iter().any(|site| path(site).is_some())
        || POSTS
            .iter()
            .filter_map(|site| path(site))
            .any(|path| path.trim_end_matches('/').contains(['/', '?']))
}

fn is_mailbox(address: &str) -> bool {
    address.split_once('@').is_some_and(|(mailbox, domain)| {
        NEWSROOM.contains(&mailbox.to_lowercase().as_str())
            && domain.contains('.')
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || c == '.' || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_embedded_posts_leave_is_seen() {
        let cases = [
            (
                "— Stadt Musterhausen (@muster_stadt) June 5, 2024",
                Some("cookies"),
            ),
            (
                "– Anna Muster 🌻 (@anna.muster) 5. Juni 2024",
                Some("cookies"),
            ),
            ("— Anna Muster (@anna)", None),
            ("— Anna Muster (@anna) sagte am 5. Juni ab.", None),
            ("— Anna Muster (Muster) June 5, 2024", None),
            ("– Anna Muster, 5. Juni 2024", None),
            ("https://t.co/Ab12Cd34Ef", Some("cookies")),
            ("pic.twitter.com/Ab12Cd34Ef", Some("cookies")),
            ("https://www.instagram.com/p/Ab12Cd/", Some("cookies")),
            ("https://twitter.com/muster/status/1234", Some("cookies")),
            ("https://www.youtube.com/watch?v=Ab12", Some("cookies")),
            ("https://t.co/", None),
            ("https://www.instagram.com/musterstadt", None),
            ("https://www.instagram.com/musterstadt/", None),
            ("https://www.musterstadt.de/spenden", None),
            ("und/oder", None),
            ("https://t.co/Ab12 sorgte für Streit", None),
            ("redaktion@musterbote.de", Some("author")),
            ("Leserbriefe@muster-bote.ch", Some("author")),
            ("hinweise@polizei.de", None),
            ("redaktion@", None),
            ("@redaktion", None),
        ];
        for (line, why) in cases {
            assert_eq!(reason(line), why, "{line:?}");
        }
    }
}
