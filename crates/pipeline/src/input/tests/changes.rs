//! A file that changes while it is read is told, since nobody knows what it would have been.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::text_of;
use crate::input::{Config, Inputs};

type Change = fn(&Path);

/// Returns what is read of a file that is changed after its first item, or before that if there is only one.
fn read_while(name: &str, content: &[u8], change: Change) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    fs::write(folder.path().join("danach.txt"), "Ein Text.").unwrap();
    let config = Config {
        paths: vec![name.into(), "danach.txt".into()],
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let mut items = inputs.items();
    let mut found = Vec::new();
    if content.contains(&b'\n') {
        found.push(text_of(&items.next().unwrap().parse().item));
    }
    change(&path);
    found.extend(items.map(|item| text_of(&item.parse().item)));
    assert_eq!(found.pop().unwrap(), "danach.txt @ danach.txt = Ein Text.");
    found
}

fn later(path: &Path) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(2))
        .unwrap();
}

const CHANGES: [(&str, Change); 7] = [
    ("became shorter while it was read: 10 of ", |path| {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_len(10).unwrap();
    }),
    ("became shorter while it was read: 0 of ", |path| {
        fs::write(path, "").unwrap();
    }),
    ("became longer while it was read: ", |path| {
        let mut file = fs::File::options().append(true).open(path).unwrap();
        file.write_all(b"{\"text\": \"Nachtrag.\"}\n").unwrap();
    }),
    ("was changed or replaced while it was read", |path| {
        let content = fs::read(path).unwrap();
        fs::write(path, content.to_ascii_uppercase()).unwrap();
        later(path);
    }),
    ("was changed or replaced while it was read", |path| {
        let new = path.with_extension("neu");
        fs::write(&new, fs::read(path).unwrap()).unwrap();
        later(&new);
        fs::rename(new, path).unwrap();
    }),
    ("cannot be found any more after it was read: ", |path| {
        fs::remove_file(path).unwrap();
    }),
    ("was replaced while it was read", |path| {
        fs::remove_file(path).unwrap();
        become_another_kind(path);
    }),
];

/// Makes a pipe, which blocks whoever waits for its other end.
fn become_another_kind(path: &Path) {
    if cfg!(unix) {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    } else {
        fs::create_dir(path).unwrap();
    }
}

fn dump() -> Vec<u8> {
    // Beyond what is read at once.
    let lines = (0..20_000).map(|id| format!("{{\"id\": {id}, \"text\": \"Satz {id}.\"}}\n"));
    lines.collect::<String>().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_dump_that_changes_is_a_failure_after_its_articles() {
    let dump = dump();
    let (first_line, _) = std::str::from_utf8(&dump)
        .unwrap()
        .split_once('\n')
        .unwrap();
    let array = std::str::from_utf8(&dump).unwrap();
    let array = array.trim_end().replace('\n', ",\n");
    let csv = [b"id,text\n".as_slice(), &b"1,Satz.\n".repeat(2)].concat();
    for (name, content) in [
        ("d.jsonl", dump.clone()),
        ("d.json", [b"[".as_slice(), array.as_bytes(), b"]"].concat()),
        ("d.jsonl.gz", gzip(&dump)),
        (
            "two.jsonl",
            format!("{first_line}\n{first_line}x\n").into_bytes(),
        ),
        ("d.csv", csv),
    ] {
        for (expected, change) in CHANGES {
            let found = read_while(name, &content, change);
            let last = found.last().unwrap();
            assert!(
                last.starts_with(&format!("! {name}: the file {expected}")),
                "{name}: {last}"
            );
            let told = found
                .iter()
                .filter(|item| item.starts_with(&format!("! {name}: the file ")));
            assert_eq!(told.count(), 1, "{name}: it is told once");
        }
    }
}

#[test]
fn an_article_whose_file_changes_is_a_failure_itself() {
    for name in ["a.txt", "a.html", "a.txt.gz"] {
        let text = "<html><body><p>Der Rat von Hohenfels hat am Dienstag beschlossen, das alte Freibad zu sanieren.</p></body></html>";
        let content = if name == "a.txt.gz" {
            gzip(b"Ein Text.")
        } else {
            text.into()
        };
        for (expected, change) in CHANGES {
            let found = read_while(name, &content, change);
            // It may be told in other words: that it is empty, cut or gone.
            assert!(!found.is_empty(), "{name}, {expected}");
            assert!(
                found.iter().all(|item| item.starts_with('!')),
                "{name}: no article: {found:?}"
            );
        }
    }
}

#[test]
fn a_file_that_does_not_change_is_not_told() {
    let nothing: Change = |path| {
        let file = fs::File::open(path).unwrap();
        drop(file);
        let content = fs::read(path).unwrap();
        assert!(!content.is_empty());
    };
    for (name, content) in [("d.jsonl", dump()), ("d.jsonl.gz", gzip(&dump()))] {
        assert_eq!(read_while(name, &content, nothing).len(), 20_000, "{name}");
    }
    assert_eq!(
        read_while("a.txt", b"Satz.", nothing),
        ["a.txt @ a.txt = Satz."]
    );
}
