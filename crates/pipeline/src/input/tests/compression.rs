//! Packed files are read as what is packed in them, as far as they are whole.

use std::io::{Cursor, Read, Write};

use super::{assert_items, read};
use crate::input::Config;
use crate::input::ahead::{Ahead, Bytes};
use crate::input::compression::Compression;
use crate::input::fault::Fault;

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut packed = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    packed.include_checksum(true).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = liblzma::write::XzEncoder::new(Vec::new(), 1);
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub(super) type Pack = fn(&[u8]) -> Vec<u8>;

pub(super) const PACKS: [(&str, Pack); 4] =
    [("gzip", gzip), ("zstd", zstd), ("bzip2", bzip2), ("xz", xz)];

#[test]
fn archives_of_every_kind_and_of_several_parts_are_read() {
    for (name, pack) in PACKS {
        let text = pack(b"Ein Text.");
        assert_items(
            name,
            &read(&[("a.txt", &text)], Config::default()),
            &["a.txt @ a.txt = Ein Text."],
        );
        let mut dump = pack(b"{\"id\":1,\"te");
        dump.extend(pack(b"xt\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n"));
        assert_items(
            name,
            &read(&[("d.jsonl", &dump)], Config::default()),
            &["1 @ d.jsonl:1 = a", "2 @ d.jsonl:2 = b"],
        );
        let table = pack(b"id,text\n1,a\n");
        assert_items(
            name,
            &read(&[("d.csv.bin", &table)], Config::default()),
            &["1 @ d.csv.bin:2 = a"],
        );
        let nothing = read(&[("a", &pack(b""))], Config::default());
        assert_items(
            name,
            &nothing,
            &["! a: expected articles, found an empty file"],
        );
        let twice = read(&[("a", &pack(&gzip(b"Ein Text.")))], Config::default());
        assert_items(
            name,
            &twice,
            &[
                "! a: expected articles, found gzip data inside other compressed data; decompress it once",
            ],
        );
    }
}

#[test]
fn a_cut_archive_gives_what_is_before_the_cut_and_one_failure() {
    let lines = [
        "{\"id\":1,\"text\":\"a\"}\n",
        "{\"id\":2,\"text\":\"b\"}\n",
        "{\"id\":3,\"text\":\"c\"}\n",
    ];
    let rows = ["1,a\n", "2,\"b\nb\"\n", "3,c\n"];
    for (name, pack) in PACKS {
        for (file, head, parts) in [("d.jsonl", "", lines), ("d.csv", "id,text\n", rows)] {
            let mut packed = pack(head.as_bytes());
            let mut ends = vec![packed.len()];
            for part in parts {
                packed.extend(pack(part.as_bytes()));
                ends.push(packed.len());
            }
            let whole = read(&[(file, &packed)], Config::default());
            assert_eq!(whole.len(), 3, "{name}: {whole:?}");
            for cut in 1..packed.len() {
                let found = read(&[(file, &packed[..cut])], Config::default());
                let articles = found.iter().filter(|item| !item.starts_with('!')).count();
                let failures = found.len() - articles;
                let complete = ends
                    .iter()
                    .filter(|end| **end <= cut)
                    .count()
                    .saturating_sub(1);
                assert_eq!(
                    found[..articles],
                    whole[..articles],
                    "{name} {file} cut at {cut}: {found:?}"
                );
                assert!(
                    articles >= complete,
                    "{name} {file} cut at {cut}: {found:?}"
                );
                let is_seen = !ends.contains(&cut);
                assert!(
                    failures == usize::from(is_seen) || cut <= ends[0],
                    "{name} {file} cut at {cut}: {found:?}"
                );
            }
        }
        let packed = pack("Ein Text, der lang genug ist.".repeat(50).as_bytes());
        for cut in 6..packed.len() {
            let found = read(&[("a.txt", &packed[..cut])], Config::default());
            assert_eq!(found.len(), 1);
            assert!(
                found[0].starts_with("! a.txt: "),
                "{name} cut at {cut}: {found:?}"
            );
            assert!(
                found[0].contains("ends early"),
                "{name} cut at {cut}: {found:?}"
            );
        }
    }
}

#[test]
fn a_damaged_archive_costs_one_failure_and_never_panics() {
    let lines = (0..60).map(|i| format!("{{\"id\":{i},\"text\":\"Satz {i}.\"}}\n"));
    let lines = lines.collect::<Vec<_>>().concat();
    for (name, pack) in PACKS {
        let packed = pack(lines.as_bytes());
        let whole = read(&[("d.jsonl", &packed)], Config::default());
        for at in (8..packed.len()).step_by(3) {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x55;
            let found = read(&[("d.jsonl", &damaged)], Config::default());
            // Formats check their content at its end, so some of it may have come before; a header may
            // also hold bytes that do not matter.
            assert!(
                found == whole || found.iter().any(|item| item.starts_with('!')),
                "{name} at {at}: {found:?}"
            );
        }
    }
}

fn unpack(bytes: impl Read + Send + 'static, expected: Compression) -> Result<Bytes, Fault> {
    let mut bytes = Ahead::new(Box::new(bytes));
    let compression = Compression::of(&mut bytes)?.unwrap();
    assert_eq!(compression, expected);
    compression.unpack(bytes)
}

/// Unpacks gzip data that is packed in zstd data.
fn nested(packed: Vec<u8>) -> Result<String, Fault> {
    let outer = unpack(Cursor::new(packed), Compression::Zstd)?;
    let mut text = String::new();
    unpack(outer, Compression::Gzip)?.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn what_is_packed_may_lie_in_what_is_packed() {
    let text = "Ein Text. ".repeat(1000);
    let inner = gzip(text.as_bytes());
    assert_eq!(nested(zstd(&inner)).unwrap(), text);

    let cut = zstd(&inner[..inner.len() - 9]);
    assert!(matches!(nested(cut), Err(Fault::Cut("gzip"))));
    let whole = zstd(&inner);
    let cut = whole[..whole.len() - 9].to_vec();
    assert!(matches!(nested(cut), Err(Fault::Cut("zstd"))));
}

#[test]
fn only_what_no_checksum_confirms_is_in_doubt() {
    let line = |id: u32| format!("{{\"id\":{id},\"text\":\"Satz {id}.\"}}\n");
    let text = |ids: std::ops::Range<u32>| ids.map(line).collect::<String>();
    let (first, second) = (text(0..300), text(300..600));
    for (name, pack) in PACKS {
        let (one, two) = (pack(first.as_bytes()), pack(second.as_bytes()));
        let read = |packed: &[u8]| {
            let mut found = read(&[("d", packed)], Config::default());
            let last = found.pop().unwrap();
            assert!(last.contains(" data is damaged, "), "{name}: {last}");
            (found, last)
        };
        // Garbage behind whole data.
        for garbage in [
            b"Rest einer Kopie, die misslang".as_slice(),
            b"<html><head><title>Fehler</title></head>",
            &vec![0xFF; 300_000],
        ] {
            let (found, last) = read(&[one.as_slice(), garbage].concat());
            assert_eq!(found.len(), 300, "{name}: nothing before it is lost");
            assert!(!last.contains("garbled"), "{name}: {last}");
        }
        // The checksum of the second part is wrong: where it is at its end.
        let mut damaged = [one.as_slice(), &two].concat();
        let at = damaged.len() - if name == "gzip" { 8 } else { 1 };
        damaged[at] ^= 1;
        if name == "zstd" || name == "gzip" {
            let (found, last) = read(&damaged);
            assert_eq!(found.len(), 600, "{name}: {last}");
            let from = format!(
                "garbled too, from byte {} of the decompressed data",
                first.len()
            );
            assert!(last.contains(&from), "{name}: {last}");
        }
        // In the midst of the only part.
        let mut damaged = one.clone();
        let at = damaged.len() / 2;
        damaged[at] ^= 1;
        let (found, last) = read(&damaged);
        assert!(
            last.contains("from byte 0 of") || found.is_empty(),
            "{name}: {last}"
        );
    }
}

/// The decoder returned an error instead of up to 256 KiB before it.
#[test]
fn what_comes_before_damage_is_kept() {
    let mut state = 7_u32;
    let lines = (0..30_000).map(|id| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        format!("{{\"id\":{id},\"text\":\"{state:08x}.\"}}\n")
    });
    let text: String = lines.collect();
    for (name, pack) in PACKS {
        let packed = pack(text.as_bytes());
        for percent in [30, 60, 90] {
            let at = packed.len() * percent / 100;
            let mut cut = packed.clone();
            cut.truncate(at);
            let mut damaged = packed.clone();
            damaged[at..at + 4].copy_from_slice(&[0xFF; 4]);
            for bytes in [cut, damaged] {
                let found = read(&[("d", &bytes)], Config::default());
                // A block of bzip2 is all or nothing.
                let least = 30_000 * (percent - if name == "bzip2" { 25 } else { 10 }) / 100;
                assert!(
                    found.len() >= least,
                    "{name} at {percent} %: {} of {least}",
                    found.len()
                );
                assert!(found.last().unwrap().starts_with('!'), "{name}: it is told");
            }
        }
    }
}

#[test]
fn xz_and_gzip_may_be_padded_and_zstd_may_have_a_long_window_and_skippable_frames() {
    let expected = ["1 @ d:1 = a", "2 @ d:2 = b"];
    let (one, two): (&[u8], &[u8]) = (
        b"{\"id\":1,\"text\":\"a\"}\n",
        b"{\"id\":2,\"text\":\"b\"}\n",
    );
    let padded = [xz(one).as_slice(), &[0; 8], &xz(two), &[0; 4]].concat();
    assert_items("xz", &read(&[("d", &padded)], Config::default()), &expected);
    let padded = [gzip(one).as_slice(), &gzip(two), &vec![0; 300_000]].concat();
    assert_items(
        "gzip",
        &read(&[("d", &padded)], Config::default()),
        &expected,
    );
    for log in [10, 27, 28, 30, 31] {
        let long = |bytes: &[u8]| {
            let mut packed = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
            packed.long_distance_matching(true).unwrap();
            packed.window_log(log).unwrap();
            packed.write_all(bytes).unwrap();
            packed.finish().unwrap()
        };
        let skipped = b"\x50\x2A\x4D\x18\x03\0\0\0abc";
        let packed = [skipped, long(one).as_slice(), skipped, &long(two), skipped].concat();
        assert_items(
            "zstd",
            &read(&[("d", &packed)], Config::default()),
            &expected,
        );
    }
}
