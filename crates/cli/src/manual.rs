//! The manual of the config: every section, backend and key, read once from the schemas and written in three forms.
//!
//! The schemas are made from the config types, so the doc comment of a key is its manual entry in
//! `blattwerk backends`, in `docs/config.md` and in `pipeline.toml`. The two files are rewritten by
//! `scripts/docs.sh`; a test compares them with what is rendered here.

mod markdown;
mod section;
mod text;
mod toml;

pub(crate) use self::section::Section;
pub(crate) use self::text::text;
pub(crate) use self::toml::{Setting, toml};

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::section::{Key, is_empty, value, without_default};
    use super::*;

    /// Compares a file of the repository with its expected content; with `BLESS=1` it is rewritten.
    fn compare(file: &str, expected: impl FnOnce(&str) -> String) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(file);
        let found = std::fs::read_to_string(&path).unwrap();
        let expected = expected(&found);
        if found == expected {
            return;
        }
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, expected).unwrap();
        } else {
            panic!("{file} is not what the config types say: run scripts/docs.sh");
        }
    }

    #[test]
    fn the_example_config_is_generated() {
        compare("pipeline.toml", |_| toml::example(&Section::all().unwrap()));
    }

    #[test]
    fn the_page_of_keys_is_generated() {
        compare("docs/config.md", |page| {
            let (head, _) = page
                .split_once(markdown::MARK)
                .expect("the page says where the generated part begins");
            format!(
                "{head}{}{}",
                markdown::MARK,
                markdown::markdown(&Section::all().unwrap())
            )
        });
    }

    #[test]
    fn the_choices_of_a_key_are_in_its_row() {
        let page = markdown::markdown(&Section::all().unwrap());
        let rows: Vec<&str> = page.lines().filter(|line| line.contains("<br>")).collect();
        assert!(rows.iter().any(|row| row.starts_with("| `compression` |")));
        for row in rows {
            assert!(row.starts_with("| ") && row.ends_with(" |"), "{row}");
        }
    }

    #[test]
    fn every_key_says_what_it_does_and_shows_a_value() {
        fn check(section: &str, key: &Key) {
            let name = format!("[{section}] {}", key.name);
            assert!(!key.about.is_empty(), "{name} has a doc comment");
            if key.default.as_ref().is_some_and(|it| !is_empty(it)) {
                assert!(
                    !key.about.contains("Default: "),
                    "{name} states its default as it is, in its shortest form: {}",
                    key.about
                );
            }
            if key.inner.is_empty() {
                assert!(
                    key.default().or(key.example()).is_some(),
                    "{name} has a default, or an example: #[schemars(example = …)]"
                );
            }
            key.inner.iter().for_each(|key| check(section, key));
        }
        for section in Section::all().unwrap() {
            assert!(
                !section.about.is_empty(),
                "[{}] says what it is",
                section.name
            );
            for backend in &section.backends {
                backend
                    .keys
                    .iter()
                    .for_each(|key| check(&section.name, key));
            }
        }
    }

    #[test]
    fn a_stated_default_is_shown_once() {
        let cases = [
            ("A share. Default: 0.5.", serde_json::json!(0.5), "A share."),
            ("A code. Default: `de`.", serde_json::json!("de"), "A code."),
            (
                "Words. Default: 3. More count more.",
                serde_json::json!(3),
                "Words. More count more.",
            ),
            (
                "Another. Default: 30.",
                serde_json::json!(3),
                "Another. Default: 30.",
            ),
        ];
        for (about, default, expected) in cases {
            assert_eq!(without_default(about, Some(&default)), expected);
        }
    }

    #[test]
    fn values_are_toml() {
        let cases = [
            (serde_json::json!(f64::from(0.1_f32)), "0.1"),
            (serde_json::json!(0.35), "0.35"),
            (serde_json::json!(30.0), "30.0"),
            (serde_json::json!(3), "3"),
            (serde_json::json!("\t"), "\"\\t\""),
            (serde_json::json!(["a", "b"]), "[\"a\", \"b\"]"),
            (
                serde_json::json!({"LABEL_2": "positive"}),
                "{ LABEL_2 = \"positive\" }",
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(value(&json), expected);
        }
    }
}
