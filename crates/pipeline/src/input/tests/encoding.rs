//! Text is decoded without loss, or costs its record.

use super::{check, check_with};
use crate::input::Config;

pub(super) fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn encodings_are_found_for_each_record() {
    let little = [
        b"\xFF\xFE".to_vec(),
        utf16("id,text\n1,Köln 😀\n", u16::to_le_bytes),
    ]
    .concat();
    let big = [
        b"\xFE\xFF".to_vec(),
        utf16("{\"text\":\"Köln\"}\n", u16::to_be_bytes),
    ]
    .concat();
    check(&[
        (
            "bom.txt",
            b"\xEF\xBB\xBFK\xC3\xB6ln",
            &["bom.txt @ bom.txt = Köln"],
        ),
        (
            "bom.csv",
            b"\xEF\xBB\xBFid,text\n1,a",
            &["1 @ bom.csv:2 = a"],
        ),
        ("16", &little, &["1 @ 16:2 = Köln 😀"]),
        ("16", &big, &["16:1 @ 16:1 = Köln"]),
        (
            "1252.txt",
            b"\x84Gr\xFC\xDFe aus K\xF6ln\x93 \x96 f\xFCr 5 \x80, sagt die \x84FP\xD6\x93.",
            &["1252.txt @ 1252.txt = „Grüße aus Köln“ – für 5 €, sagt die „FPÖ“."],
        ),
        (
            "mixed.jsonl",
            b"{\"text\":\"K\xF6ln gr\xFC\xDFt\"}\n{\"text\":\"K\xC3\xB6ln gr\xC3\xBC\xC3\x9Ft\"}\n",
            &[
                "mixed.jsonl:1 @ mixed.jsonl:1 = Köln grüßt",
                "mixed.jsonl:2 @ mixed.jsonl:2 = Köln grüßt",
            ],
        ),
        (
            "mixed.csv",
            b"id;text\n1;K\xF6ln gr\xFC\xDFt\n2;\"K\xC3\xB6ln \"\"gr\xC3\xBC\xC3\x9Ft\"\"\"\n",
            &[
                "1 @ mixed.csv:2 = Köln grüßt",
                "2 @ mixed.csv:3 = Köln \"grüßt\"",
            ],
        ),
        // Russian, in Windows-1251.
        (
            "r.txt",
            b"\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! \xDD\xF2\xEE \xED\xEE\xE2\xEE\xF1\xF2\xE8.",
            &["r.txt @ r.txt = Привет, мир! Это новости."],
        ),
        (
            "\u{FC}.csv",
            b"id;\xDCberschrift;text\n1;\xC4;a\n",
            &["1 @ ü.csv:2 = a"],
        ),
    ]);
    let forced = Config {
        encoding: "iso-8859-15".into(),
        ..Config::default()
    };
    check_with(
        &forced,
        &[
            ("euro", b"5 \xA4", &["euro @ euro = 5 €"]),
            // A mark says more than the config.
            ("bom", b"\xEF\xBB\xBF5 \xE2\x82\xAC", &["bom @ bom = 5 €"]),
        ],
    );
    let bare = Config {
        encoding: "utf-16le".into(),
        ..Config::default()
    };
    let text = utf16("Köln.", u16::to_le_bytes);
    check_with(&bare, &[("16", &text, &["16 @ 16 = Köln."])]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases is long")]
fn bad_encodings_cost_their_record_and_are_never_read_with_losses() {
    let lone = [
        b"\xFF\xFE".to_vec(),
        utf16("{\"text\":\"a", u16::to_le_bytes),
        0xD800_u16.to_le_bytes().to_vec(),
        utf16("\"}\n{\"text\":\"b\"}\n", u16::to_le_bytes),
    ]
    .concat();
    let odd = [
        b"\xFF\xFE".to_vec(),
        utf16("Köln", u16::to_le_bytes),
        vec![b'x'],
    ]
    .concat();
    let bare = utf16("Ein Text ohne Marke.", u16::to_le_bytes);
    let bare_be = utf16("Ein Text ohne Marke.", u16::to_be_bytes);
    check(&[
        (
            "u.jsonl",
            b"{\"text\":\"Gr\xC3\xBC\xC3\x9Fe aus K\xC3\xB6ln\xFF\"}\n{\"text\":\"b\"}\n",
            &[
                "! u.jsonl:1: damaged UTF-8: byte 0xFF at position 27",
                "u.jsonl:2 @ u.jsonl:2 = b",
            ],
        ),
        // Cut within a character.
        (
            "u.txt",
            b"Gr\xC3\xBC\xC3\x9Fe aus K\xC3",
            &["! u.txt: damaged UTF-8: byte 0xC3 at position 14"],
        ),
        (
            "u.csv",
            b"id,text\n1,\"\xC3\xA4\xC3\xB6\n\xC3\"\n2,b\n",
            &[
                "! u.csv:2: damaged UTF-8: byte 0xC3 at position 9",
                "2 @ u.csv:4 = b",
            ],
        ),
        // The bytes that Windows-1252 has no character for: an old DOS text has them for ü.
        (
            "dos.txt",
            b"Gr\x81\xE1e f\x81r die T\x81r",
            &["! dos.txt: neither UTF-8 (byte 0x81 at position 3) nor any other…"],
        ),
        (
            "mac.txt",
            b"Die M\x8Anner h\x9Aren",
            &["! mac.txt: neither UTF-8 (byte 0x8A at position 6) nor any other…"],
        ),
        (
            "16.jsonl",
            &lone,
            &[
                "! 16.jsonl:1: malformed UTF-16LE at character 11",
                "16.jsonl:2 @ 16.jsonl:2 = b",
            ],
        ),
        (
            "16.txt",
            &odd,
            &["! 16.txt: malformed UTF-16LE at character 5"],
        ),
        ("16.txt", &bare, &["16.txt @ 16.txt = Ein Text ohne Marke."]),
        (
            "16.txt",
            &bare_be,
            &["16.txt @ 16.txt = Ein Text ohne Marke."],
        ),
        // Too short to be sure.
        (
            "16.txt",
            &utf16("Ein Text", u16::to_le_bytes),
            &[
                "! 16.txt: expected articles, found UTF-16 text without a byte order mark; set `input.encoding` to \"utf-16le\"",
            ],
        ),
        (
            "16.csv",
            &utf16(
                "id;text\n7;„Köln“ am Rhein, sagte er – am Montag\n",
                u16::to_be_bytes,
            ),
            &["7 @ 16.csv:2 = „Köln“ am Rhein, sagte er – am Montag"],
        ),
        (
            "32.txt",
            b"\xFF\xFE\0\0K\0\0\0",
            &["! 32.txt: expected articles, found UTF-32 text; convert it to UTF-8"],
        ),
    ]);
    let strict = Config {
        encoding: "utf-8".into(),
        ..Config::default()
    };
    check_with(
        &strict,
        &[(
            "l",
            b"K\xF6ln",
            &["! l: damaged UTF-8: byte 0xF6 at position 2"],
        )],
    );
    let forced = Config {
        encoding: "shift_jis".into(),
        ..Config::default()
    };
    check_with(
        &forced,
        &[("s", b"ab\xFF", &["! s: malformed Shift_JIS at character 3"])],
    );
}
