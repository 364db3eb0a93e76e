//! What the documentation promises: its links lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// All pages of the repository.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_str().unwrap();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" {
                pages(&path, found);
            }
        } else if path.extension().is_some_and(|it| it == "md") {
            found.push(path);
        }
    }
}

/// The lines of a page that are no code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The anchors of the headings of a page, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    prose(page)
        .filter_map(|line| {
            line.strip_prefix('#')
                .map(|rest| rest.trim_start_matches('#').trim())
        })
        .map(|heading| {
            let kept = heading.to_lowercase();
            let kept = kept.chars().filter_map(|c| match c {
                ' ' => Some('-'),
                '-' | '_' => Some(c),
                _ => c.is_alphanumeric().then_some(c),
            });
            kept.collect()
        })
        .collect()
}

/// The targets of the links of a page.
fn links(page: &str) -> Vec<&str> {
    prose(page)
        .flat_map(|line| {
            // A link within code is an example.
            line.split('`').step_by(2).flat_map(|text| {
                text.match_indices("](").filter_map(|(at, mark)| {
                    let target = text.get(at + mark.len()..)?;
                    target.split_once(')').map(|(target, _)| target)
                })
            })
        })
        .collect()
}

#[test]
fn links_of_a_page_are_found() {
    let page = "[a](b.md) and `[no](link)` and [`c`](d.md#e)\n```\n[no](code)\n```\n";
    assert_eq!(links(page), ["b.md", "d.md#e"]);
    let page = "# One\n```\n# no\n```\n## `[two]`: a-b, *c*\n";
    let expected = ["one", "two-a-b-c"];
    assert_eq!(anchors(page), expected.map(str::to_owned).into());
}

#[test]
fn links_lead_somewhere() {
    let mut found = Vec::new();
    pages(&root(), &mut found);
    assert!(found.len() > 10, "there are pages: {found:?}");
    let mut dead = Vec::new();
    for page in found {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(file)
            };
            let is_alive = target.exists()
                && (anchor.is_empty()
                    || fs::read_to_string(&target)
                        .is_ok_and(|text| anchors(&text).contains(anchor)));
            if !is_alive {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}
