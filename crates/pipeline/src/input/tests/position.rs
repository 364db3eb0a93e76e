//! Reading goes on at any position as if it had never stopped.

use std::fs;

use super::compression::PACKS;
use super::encoding::utf16;
use super::parquet::made as parquet;
use super::warc::tar;
use super::{assert_resumes, made, text_of};
use crate::input::{Config, Inputs, Position};

/// Returns files that begin again in the midst: archives, tables with other columns, and objects beside lists.
fn concatenated(csv: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let zips = [made!("pages.zip"), made!("zip64.zip"), made!("overlap.zip")].concat();
    let cut_zips = [&made!("pages.zip")[..900], made!("pages.zip"), &zips[..900]].concat();
    let parquets = [
        parquet("groups"),
        parquet("none")[..300].to_vec(),
        parquet("zstd"),
    ];
    let turned = "text;id\nB;2\n\"Köln\nx\";5\nid;text;titel\n6;C;T\n7;\"D\nE\";U\nid;titel\n8;F\nid;text\n9;Gtext;id\nH;10\n";
    let turned = format!("{csv}{turned}");
    let open = r#"{"top":{"id":1,"text":"Köln"},"docs":[{"id":2,"text":"b"},{"id":3,"text":"c"}],"end":{"id":4,"text":"d"}"#;
    let beside = format!("{open}}}");
    for (name, pack) in PACKS {
        files.push((format!("{name}-turned.csv"), pack(turned.as_bytes())));
        files.push((format!("{name}-beside.json"), pack(beside.as_bytes())));
    }
    files.push(("b.json".to_owned(), beside.repeat(2).into()));
    files.push(("cut.json".to_owned(), format!("{open}{{\"x").into()));
    files.push(("turned.csv".to_owned(), turned.clone().into()));
    files.push((
        "turned-16.csv".to_owned(),
        utf16(&format!("\u{FEFF}{turned}"), u16::to_le_bytes),
    ));
    for (name, bytes) in [
        ("two.parquet", parquets.concat()),
        ("cut.parquet", parquets[1..].concat()),
        ("zips.zip", zips),
        ("cut-zips.zip", cut_zips),
    ] {
        files.push((name.to_owned(), bytes));
    }
    files
}

#[test]
fn what_comes_behind_a_position_is_the_same() {
    let jsonl = "{\"id\":1,\"text\":\"Köln\"}\n\nkaputt\n{\"id\":1,\"text\":\"b\"}\n{\"id\":3,\"text\":\"c\"}";
    let csv = "sep=;\n\nid;text\n1;\"Köln\nb\"\n2;offen\"\n3;\"c;\n4;d\n";
    let json = "[\n {\"id\":1,\"text\":\"Köln\"},\n 7,\n {\"id\":2,\"text\":\"b},\n {\"id\":3,\"text\":\"c\"}\n]{\"id\":4,\"text\":\"d\"} x\n[{\"text\":\"e\"}";
    let wrapped = r#"{"n":1,"hits":{"total":2,"hits":[{"_id":"x","_source":{"body":"Köln"}},{"_id":"y","_source":{"body":"b"}}],"x":[]},"y":{}}"#;
    let wrapped = format!("{wrapped}\n{wrapped}");
    let mut files = vec![
        ("a.txt".to_owned(), b"Ein Text.".to_vec()),
        ("b.jsonl".to_owned(), jsonl.into()),
        ("c.csv".to_owned(), csv.into()),
        ("d.jsonl".to_owned(), format!("\u{FEFF}{jsonl}").into()),
        ("e.csv".to_owned(), format!("\u{FEFF}{csv}").into()),
        (
            "f.jsonl".to_owned(),
            utf16(&format!("\u{FEFF}{jsonl}"), u16::to_le_bytes),
        ),
        (
            "g.csv".to_owned(),
            utf16(&format!("\u{FEFF}{csv}"), u16::to_be_bytes),
        ),
        ("h.txt".to_owned(), Vec::new()),
        ("i.json".to_owned(), json.into()),
        ("j.json".to_owned(), wrapped.clone().into()),
        (
            "k.json".to_owned(),
            utf16(&format!("\u{FEFF}{wrapped}"), u16::to_le_bytes),
        ),
        (
            "l.html".to_owned(),
            b"<html><article><p>Ein Text.</p></article></html>".to_vec(),
        ),
    ];
    let page = "<html><body><article><p>Ein Text.</p></article></body></html>\n";
    files.push(("m.html".to_owned(), page.repeat(3).into()));
    files.extend(concatenated(csv));
    for (name, bytes) in [
        ("i.zip", made!("pages.zip")),
        ("j.zip", made!("overlap.zip")),
        ("k.tar", made!("gnu.tar")),
        ("l.tar", &made!("pax.tar")[..6000]),
        ("m.zip", &made!("pages.zip")[..900]),
    ] {
        files.push((name.to_owned(), bytes.to_vec()));
    }
    let mut damaged = made!("members.warc.gz").to_vec();
    for at in [2100, 4000, 6000] {
        damaged[at] ^= 0x55;
    }
    let cut = &made!("plain.warc")[..4000];
    for (name, bytes) in [
        ("n.warc.gz", made!("members.warc.gz")),
        ("o.warc", made!("plain.warc")),
        ("p.warc.gz", made!("one-member.warc.gz")),
        ("q.warc.zst", made!("dictionary.warc.zst")),
        ("r.warc.gz", &damaged),
        ("s.warc", cut),
        ("t.tar", &tar("a.warc.gz", made!("members.warc.gz"))),
        ("u.tar", &tar("a.warc", cut)),
    ] {
        files.push((name.to_owned(), bytes.to_vec()));
    }
    for (name, pack) in PACKS {
        files.push((format!("{name}.tar"), pack(made!("pax.tar"))));
        files.push((format!("{name}-cut.tar"), pack(&made!("gnu.tar")[..5000])));
        files.push((format!("{name}.jsonl"), pack(jsonl.as_bytes())));
        files.push((format!("{name}.csv"), pack(csv.as_bytes())));
        files.push((format!("{name}.json"), pack(json.as_bytes())));
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let config = Config {
        paths: files.into_iter().map(|(name, _)| name).collect(),
        ..Config::default()
    };
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let whole: Vec<_> = inputs
        .items()
        .map(|item| text_of(&item.parse().item))
        .collect();
    assert!(whole.len() > 40, "{whole:#?}");
    assert_resumes(&inputs, &whole, 0..=whole.len(), |item| {
        text_of(&item.parse().item)
    });
}

#[test]
fn a_place_that_is_gone_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d");
    let line = "{\"text\":\"Ein Text.\"}\n";
    let gzip = PACKS[0].1;
    let config = Config {
        paths: vec!["d".into()],
        ..Config::default()
    };
    fs::write(&path, gzip(line.repeat(3).as_bytes())).unwrap();
    let inputs = Inputs::open(&config, folder.path()).unwrap();
    let mut items = inputs.items();
    items.by_ref().take(2).for_each(drop);
    let position = items.position();
    let beyond = Position {
        file: 2,
        ..position.clone()
    };
    for (bytes, position, expected) in [
        (gzip(line.as_bytes()), &position, "it has become shorter"),
        (b"Ein Text.".to_vec(), &position, "it has become plain text"),
        (
            Vec::new(),
            &position,
            "expected articles, found an empty file",
        ),
        (
            gzip(line.repeat(3).as_bytes()),
            &beyond,
            "there are fewer files than before",
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = inputs.items_from(position, 2, []).err().unwrap();
        assert_eq!(error.to_string(), expected);
    }
}
