//! The headline of a page.

use crate::block::{Block, Blocks, Kind};
use crate::key::key;
use crate::meta::{Meta, clean};
use crate::word::Mark;

/// The headline, and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Title {
    pub(crate) text: Option<String>,
    /// The block that is the headline of the article in the page.
    pub(crate) block: Option<usize>,
}

/// The longest headline, in characters.
const LONGEST: usize = 400;

/// What separates a headline from the name of the publisher.
const SEPARATORS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " » ", " « ", " • ", " · ", " / ", " ‹ ", " › ", " ~ ",
    " │ ", "| ",
];

/// Finds the headline of a page.
pub(crate) fn find(meta: &Meta, blocks: &Blocks, url: Option<&str>) -> Title {
    let host = url
        .or(meta.canonical.as_deref())
        .map(host)
        .unwrap_or_default();
    let sites: Vec<String> = [meta.site.as_deref(), meta.linked.publisher.as_deref()]
        .into_iter()
        .flatten()
        .map(key)
        .filter(|site| !site.is_empty())
        .collect();
    let cut = |text: &str| without_site(text, &sites, host);
    let headline = meta
        .linked
        .headline
        .as_deref()
        .filter(|_| meta.linked.rank == 2)
        .and_then(clean)
        .map(|text| cut(&text));
    let shared = meta.shared_title.as_deref().map(cut);
    let title = meta.title.as_deref().map(cut);
    let said: Vec<&String> = [&headline, &shared, &title].into_iter().flatten().collect();
    let is_site = |text: &str| sites.contains(&key(text)) || is_host(&key(text), host);

    let headings =
        |level: u8| {
            blocks.all.iter().enumerate().filter(move |(_, block)| {
                block.kind == Kind::Heading(level) && block.length <= LONGEST
            })
        };
    // The heading that says what the head of the page says; else the only one of its level. One in a trail of
    // links is there for search engines.
    let agreement_of = |block: &Block| {
        let agreements = said.iter().map(|said| agreement(&block.text, said));
        agreements.max().unwrap_or(0)
    };
    let agreeing = [(1, true, 50), (2, true, 80), (1, false, 50)]
        .into_iter()
        .find_map(|(level, is_free, least)| {
            headings(level)
                .filter(|(_, block)| !is_site(&block.text))
                .filter(|(_, block)| !is_free || !is_furniture(blocks, block))
                .map(|(at, block)| (at, agreement_of(block)))
                .filter(|(_, agreement)| *agreement >= least)
                .max_by_key(|(at, agreement)| (*agreement, *at))
        });
    let only = |level| {
        let mut free = headings(level)
            .filter(|(_, block)| !is_site(&block.text) && !is_furniture(blocks, block));
        let first = free.next()?;
        free.next().is_none().then_some(first.0)
    };
    let block = agreeing.map(|(at, _)| at).or_else(|| only(1)).or_else(|| {
        let has_first = headings(1).next().is_some();
        only(2).filter(|_| !has_first && said.is_empty())
    });
    let shown = block
        .and_then(|at| blocks.all.get(at))
        .and_then(|block| clean(&block.text));
    // The heading in the words of the head, which are typeset better, if it says the same, or has a kicker more.
    let worded = shown.as_ref().and_then(|shown| {
        let shown_key = key(shown);
        let is_end = |said: &str| {
            let said = key(said);
            said.split(' ').count() >= 4 && shown_key.ends_with(&said)
        };
        said.iter()
            .map(|said| {
                (
                    if is_end(said) {
                        100
                    } else {
                        agreement(shown, said)
                    },
                    said,
                )
            })
            .filter(|(agreement, _)| *agreement >= 85)
            .max_by_key(|(agreement, said)| (*agreement, said.len()))
            .map(|(_, said)| (*said).clone())
    });
    let text = worded
        .or_else(|| agreeing.and(shown.clone()))
        .or_else(|| headline.clone())
        .or_else(|| shared.clone().filter(|text| !is_site(text)))
        .or(shown)
        .or_else(|| title.clone().filter(|text| !is_site(text)))
        .filter(|text| !text.is_empty());
    Title { text, block }
}

/// Whether a block stands in something that is no part of the story.
fn is_furniture(blocks: &Blocks, block: &Block) -> bool {
    blocks
        .around(block)
        .any(|suspect| suspect.mark >= Mark::Strong)
}

/// Returns how much of the words of two titles are the same, in percent.
pub(crate) fn agreement(a: &str, b: &str) -> usize {
    let (a, b) = (key(a), key(b));
    // Parts of a heading are often set apart by nothing but their looks.
    if a.replace(' ', "") == b.replace(' ', "") {
        return if a.is_empty() { 0 } else { 100 };
    }
    // The head of a page has a kicker more.
    let (short, long) = if a.len() < b.len() {
        (&a, &b)
    } else {
        (&b, &a)
    };
    if short.split(' ').count() >= 4
        && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()))
    {
        return 80;
    }
    let words = |text: &str| {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (a, b) = (words(&a), words(&b));
    let common = a.iter().filter(|word| b.contains(word)).count();
    200 * common / (a.len() + b.len() + 1)
}

/// Returns the host in an address, without `www.`.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether a name is that of a host: "Ufer-Bote" of uferbote.example, "Uferbote.example".
fn is_host(key: &str, host: &str) -> bool {
    let joined: String = key.chars().filter(|c| *c != ' ').collect();
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let name = host.rsplit_once('.').map_or(host, |(name, _)| name);
    !joined.is_empty() && (joined == letters(host) || joined == letters(name))
}

/// Cuts the name of the publisher, and of a section before it, off the end or the start of a title.
fn without_site(title: &str, sites: &[String], host: &str) -> String {
    let is_site = |part: &str| {
        let key = key(part);
        sites.iter().any(|site| {
            *site == key
                || key.len() > 2
                    && site.len() > 2
                    && (site.starts_with(&key) || key.starts_with(site.as_str()))
        }) || is_host(&key, host)
    };
    let mut title = title.trim();
    for _ in 0..3 {
        let last = SEPARATORS
            .iter()
            .filter_map(|separator| title.rfind(separator).map(|at| (at, separator.len())))
            .max();
        let Some((at, length)) = last else { break };
        let (kept, part) = (
            title.get(..at).unwrap_or_default(),
            title.get(at + length..).unwrap_or_default(),
        );
        // A bar only ever stands before a name; a dash needs to be known.
        let is_bar = title.get(at..at + length).is_some_and(|separator| {
            !matches!(separator.trim(), "-" | "–" | "—" | "/" | "·" | "•")
        });
        let is_short = part.split_whitespace().count() <= 4
            && kept.split_whitespace().count() > part.split_whitespace().count();
        if kept.is_empty() || !(is_site(part) || is_bar && is_short) {
            break;
        }
        title = kept.trim_end();
    }
    let first = SEPARATORS
        .iter()
        .filter_map(|separator| title.find(separator).map(|at| (at, separator.len())))
        .min();
    if let Some((at, length)) = first
        && is_site(title.get(..at).unwrap_or_default())
    {
        title = title.get(at + length..).unwrap_or_default();
    }
    let end = title.trim_end_matches(['|', '-', '–', '—', '»', '│', ' ']);
    if end.is_empty() { title } else { end }.trim().to_owned()
}
