//! Memory is bounded, and where a buffer ends does not show.

use super::{assert_items, check_with, read};
use crate::input::Config;

#[test]
fn what_is_too_long_is_skipped_in_bounded_memory() {
    let config = Config {
        max_bytes: 1000,
        ..Config::default()
    };
    let long = "x".repeat(3 << 20);
    let json = format!(
        "{{\"id\":1,\"text\":\"{long}\"}}\n{{\"id\":2,\"text\":\"b\"}}\n{{\"text\":\"{long}"
    );
    let csv = format!("id,text\n1,{long}\n2,b\n3,\"c\n{}4,d\n", "dd\n".repeat(400));
    let limit = "more than 1000 bytes, the limit set by `input.max_bytes`";
    check_with(
        &config,
        &[
            ("t.txt", long.as_bytes(), &[&format!("! t.txt: {limit}")]),
            (
                "d.jsonl",
                json.as_bytes(),
                &[
                    &format!("! d.jsonl:1: {limit}"),
                    "2 @ d.jsonl:2 = b",
                    &format!("! d.jsonl:3: {limit}"),
                ],
            ),
        ],
    );
    let found = read(&[("d.csv", csv.as_bytes())], config);
    assert_items(
        "csv",
        &found[..4],
        &[
            &format!("! d.csv:2: {limit}"),
            "2 @ d.csv:3 = b",
            &format!("! d.csv:4: {limit}"),
            "! d.csv:5: expected 2 fields as in the header line, found 1",
        ],
    );
    assert_eq!(found.last().unwrap(), "4 @ d.csv:405 = d");
}

#[test]
fn records_are_found_wherever_the_buffer_ends() {
    let mut json = String::new();
    let mut csv = String::from("id;text\n");
    let mut expected = Vec::new();
    for i in 0..400 {
        let text = "ä".repeat(i * 7 % 5000);
        json.extend(["{\"id\":", &i.to_string(), ",\"text\":\"a", &text, "\"}\n"]);
        csv.extend([&i.to_string(), ";\"a", &text, "\"\n"]);
        expected.push(format!("{i} @ f:LINE = a{text}"));
    }
    for (bytes, first) in [(json, 1), (csv, 2)] {
        let found = read(&[("f", bytes.as_bytes())], Config::default());
        let lines = expected.iter().enumerate();
        let expected: Vec<_> = lines
            .map(|(i, item)| item.replace("LINE", &(i + first).to_string()))
            .collect();
        assert!(found == expected);
    }
}
