//! Golden runs: each folder of `tests/golden` has articles, a config, and the expected tables.
//!
//! `BLESS=1 cargo test golden` rewrites the tables; read the diff like code.

use std::fs;

use crate::support::{Place, root};

#[test]
fn golden_runs_give_the_expected_tables() {
    let bless = std::env::var_os("BLESS").is_some();
    let golden = root().join("tests/golden");
    let mut cases: Vec<_> = fs::read_dir(golden)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "there are golden runs");
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let place = Place::new();
        for entry in fs::read_dir(&case)
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file())
        {
            place.write(
                &entry.file_name().to_string_lossy(),
                fs::read(entry.path()).unwrap(),
            );
        }
        let outcome = place.blattwerk("run --output out");
        let tables = place.tables("out");
        assert!(
            !tables.is_empty(),
            "{name} gives tables, but said {outcome:?}"
        );

        let expected = case.join("expected");
        if bless {
            fs::create_dir_all(&expected).unwrap();
            for (table, content) in &tables {
                fs::write(expected.join(table), content).unwrap();
            }
            continue;
        }
        for (table, content) in &tables {
            let wanted = fs::read_to_string(expected.join(table)).unwrap_or_default();
            let found = String::from_utf8(content.clone()).unwrap();
            for (number, (wanted, found)) in wanted.lines().zip(found.lines()).enumerate() {
                assert_eq!(found, wanted, "{name}/{table}:{}", number + 1);
            }
            assert_eq!(found, wanted, "{name}/{table}");
        }
    }
}
