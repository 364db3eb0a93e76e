//! Files are found once and in order, and settings without meaning are named.

use std::fs;

use super::{assert_items, shown};
use crate::input::{Config, Fields, File, Inputs, Item};

#[test]
fn files_are_found_once_in_order_and_hidden_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "Text.").unwrap();
    };
    for name in [
        "d/b.txt",
        "d/a/z.txt",
        "d/c.md",
        "d/.hidden",
        "d/.git/x",
        "e/1.txt",
        "e/[1].txt",
    ] {
        write(name);
    }
    let names = |paths: &[&str]| {
        let config = Config {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..Config::default()
        };
        Inputs::open(&config, folder.path())
            .map(|inputs| inputs.files().iter().map(File::name).collect::<Vec<_>>())
            .map_err(|error| error.to_string())
    };
    let cases: &[(&[&str], &[&str])] = &[
        (&["d"], &["d/a/z.txt", "d/b.txt", "d/c.md"]),
        (
            &["e/1.txt", "d/*.txt", "d"],
            &["e/1.txt", "d/b.txt", "d/a/z.txt", "d/c.md"],
        ),
        (&["d/b.txt", "./d/b.txt", "d/../d/b.txt"], &["d/b.txt"]),
        (&["d/**/*.txt"], &["d/a/z.txt", "d/b.txt"]),
        (&["e/[1].txt"], &["e/[1].txt"]),
        (
            &["?"],
            &["d/a/z.txt", "d/b.txt", "d/c.md", "e/1.txt", "e/[1].txt"],
        ),
        (&["d/.hidden"], &["d/.hidden"]),
    ];
    for (paths, expected) in cases {
        let found = names(paths).unwrap();
        assert_eq!(found, *expected, "{paths:?}");
    }
    for (path, error) in [
        (
            "f.txt",
            "`input.paths`: expected a file, a folder or a glob that exists, found `f.txt`: there is no such file",
        ),
        (
            "d/*.csv",
            "`input.paths`: expected a file, or a folder or glob with files that are not hidden (or `input.allow_empty`), found no file for `d/*.csv`",
        ),
        (
            "d/[",
            "`input.paths`: expected a file, a folder or a glob, found `d/[`: Pattern syntax error near position",
        ),
    ] {
        let found = names(&[path]).unwrap_err();
        assert!(found.starts_with(error), "{found}");
    }
    assert!(names(&[]).unwrap_err().contains(
        "expected at least one file, folder or glob, here or with `--input`, found none"
    ));
}

#[cfg(unix)]
#[test]
fn links_and_pipes_neither_hang_nor_hide_what_is_wrong() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("d")).unwrap();
    fs::write(root.join("d/a.txt"), "Text.").unwrap();
    symlink(".", root.join("d/loop")).unwrap();
    symlink("..", root.join("d/up")).unwrap();
    symlink("a.txt", root.join("d/same.txt")).unwrap();
    symlink("nowhere", root.join("d/dangling.txt")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("d/socket")).unwrap();
    let config = Config {
        paths: vec!["d".into()],
        ..Config::default()
    };
    let inputs = Inputs::open(&config, root).unwrap();
    assert_items(
        "links",
        &shown(&inputs),
        &[
            "d/a.txt @ d/a.txt = Text.",
            "! d/dangling.txt: cannot read the file: there is no such file",
            "! d/socket: cannot read the file: not a regular file",
        ],
    );
    fs::remove_file(root.join("d/a.txt")).unwrap();
    let gone: Vec<_> = inputs.items().collect();
    assert!(
        matches!(&gone[0], Item::Failure(failure) if failure.error.starts_with("cannot read the file: "))
    );
}

#[test]
fn settings_without_meaning_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "Text.").unwrap();
    let base = || Config {
        paths: vec!["a".into()],
        ..Config::default()
    };
    let fields = Fields {
        text: Some(" ".into()),
        ..Fields::default()
    };
    for (config, expected) in [
        (
            Config {
                encoding: "latin".into(),
                ..base()
            },
            "`input.encoding`: expected `auto` or an encoding such as",
        ),
        (
            Config {
                delimiter: Some('"'),
                ..base()
            },
            "`input.delimiter`: expected an ASCII character",
        ),
        (
            Config {
                delimiter: Some('–'),
                ..base()
            },
            "`input.delimiter`: expected an ASCII character",
        ),
        (
            Config {
                quote: "''".into(),
                ..base()
            },
            "`input.quote`: expected `none` or an ASCII character",
        ),
        (
            Config {
                escape: Some('\n'),
                ..base()
            },
            "`input.escape`: expected an ASCII character",
        ),
        (
            Config {
                max_bytes: 0,
                ..base()
            },
            "`input.max_bytes`: expected at least 1, found 0",
        ),
        (
            Config { fields, ..base() },
            "`input.fields.text`: expected the name of a field or column",
        ),
    ] {
        let error = Inputs::open(&config, folder.path())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_address_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["https://a.example/dump.jsonl", "s3://bucket/a?x=1"] {
        let config = Config {
            paths: vec![path.into()],
            ..Config::default()
        };
        let error = Inputs::open(&config, folder.path()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("download it first"), "{error}");
        assert!(
            error.ends_with(&format!("found the address `{path}`")),
            "{error}"
        );
    }
    // A colon is a character like any other.
    fs::write(folder.path().join("a:b.txt"), "Text.").unwrap();
    let config = Config {
        paths: vec!["a:b.txt".into()],
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    assert_items("colon", &shown(&inputs), &["a:b.txt @ a:b.txt = Text."]);
}
