//! Finds names from lists: an embedded list of places and organizations, and the user's own.

use std::path::{Path, PathBuf};

use blattwerk_core::{Asset, Built, Document, Entity, Error, Label, Result, Span};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::names::{Name, Names};

/// The embedded list; `models/gazetteer-de/MODEL.md` says where it comes from.
const BUILTIN: &str = include_str!("../../../models/gazetteer-de/names.tsv");

/// The precision of the embedded list on held-out sentences; see its MODEL.md.
const BUILTIN_SCORE: f32 = 0.85;

/// Whatever users list, they want to find.
const LISTED_SCORE: f32 = 1.0;

/// Finds the names in lists as whole words, with or without a genitive ending; matching is case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether to use the embedded list (countries, states, towns, parties, organizations, companies, media and
    /// clubs), whose names are labelled `LOC` or `ORG` with score 0.85. Default: true.
    pub builtin: bool,
    /// Your own name lists, such as `["names.tsv"]`: UTF-8, one name, a tab and any label per line. They override
    /// the embedded list, and later files override earlier ones. Their names have score 1.00. Empty lines and
    /// lines starting with `#` are ignored. Default: none.
    #[schemars(example = vec!["names.tsv"])]
    pub lists: Vec<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            builtin: true,
            lists: Vec::new(),
        }
    }
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a list is missing or malformed, or there is none at all.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Entity>>> {
        let mut names = Vec::new();
        let mut assets = Vec::new();
        if self.builtin {
            assets.push(Asset::new("gazetteer-de", BUILTIN.as_bytes()));
            let path = Path::new("models/gazetteer-de/names.tsv");
            read(path, BUILTIN, BUILTIN_SCORE, &mut names)?;
        } else if self.lists.is_empty() {
            return Err(Error::Setting {
                key: "lists",
                expected: "at least one list, since `builtin` is false".into(),
                found: "none".into(),
            });
        }
        assets.extend(read_lists(&self.lists, root, &mut names)?);
        let names = Names::new(names)?;
        let mut built = Built::new(move |document: &Document| Ok(find(&names, document)));
        built.assets = assets;
        Ok(built)
    }
}

/// Reads the user's lists; paths are relative to `root`.
pub(crate) fn read_lists(
    lists: &[PathBuf],
    root: &Path,
    names: &mut Vec<Name>,
) -> Result<Vec<Asset>> {
    let read_list = |list: &PathBuf| {
        let path = root.join(list);
        let (text, asset) = Asset::read_text(&path)?;
        read(&path, &text, LISTED_SCORE, names)?;
        Ok(asset)
    };
    lists.iter().map(read_list).collect()
}

/// Finds the names in each sentence; a name never spans two sentences.
pub(crate) fn find(names: &Names, document: &Document) -> Vec<Entity> {
    let mut entities = Vec::new();
    for &sentence in &document.sentences {
        entities.extend(names.find(&document.text[sentence]).map(|entity| Entity {
            span: Span::new(
                sentence.start + entity.span.start,
                sentence.start + entity.span.end,
            ),
            ..entity
        }));
    }
    entities
}

/// Reads a list of names and labels separated by tabs.
fn read(path: &Path, list: &str, score: f32, names: &mut Vec<Name>) -> Result<()> {
    // A list has many names and few labels.
    let mut labels: Vec<Label> = Vec::new();
    for (index, line) in list.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let malformed = |expected: &str, found: String| Error::Malformed {
            path: path.to_owned(),
            line: index + 1,
            expected: expected.into(),
            found,
        };
        let mut fields = line.split('\t').map(str::trim);
        let (Some(name), Some(label), None) = (fields.next(), fields.next(), fields.next()) else {
            let found = match line.split('\t').count() {
                1 => format!("`{line}` without a tab"),
                fields => format!("{fields} fields"),
            };
            return Err(malformed("a name, a tab and a label", found));
        };
        if !name.contains(char::is_alphanumeric) {
            return Err(malformed("a name", format!("`{name}`")));
        }
        if label.is_empty() || label.contains(char::is_whitespace) {
            return Err(malformed("a label of one word", format!("`{label}`")));
        }
        let label = labels
            .iter()
            .find(|known| known.as_ref() == label)
            .cloned()
            .unwrap_or_else(|| {
                labels.push(label.into());
                label.into()
            });
        names.push(Name {
            text: name.to_owned(),
            label,
            score,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;

    use super::*;

    fn document(text: &str) -> Document {
        let mut document = Document::new("a1", text);
        document.sentences = vec![document.text.span()];
        document
    }

    fn found(built: &Built<Vec<Entity>>, text: &str) -> Vec<(String, String)> {
        let document = document(text);
        let entities = built.stage.process(&document).unwrap();
        entities
            .iter()
            .map(|entity| {
                (
                    document.text[entity.span].to_owned(),
                    entity.label.to_string(),
                )
            })
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|&(name, label)| (name.to_owned(), label.to_owned()))
            .collect()
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new(".")).unwrap();
        contract::check(&*built.stage, "Die SPD berät in Köln.", |found| {
            found.iter().map(|entity| entity.span).collect()
        });
    }

    #[test]
    fn the_embedded_list_knows_the_names_of_the_news() {
        let built = Config::default().build(Path::new(".")).unwrap();
        let cases: &[(&str, &[(&str, &str)])] = &[
            (
                "Die Vereinten Nationen tagen in New York, der Bundestag in Berlin.",
                &[
                    ("Vereinten Nationen", "ORG"),
                    ("New York", "LOC"),
                    ("Bundestag", "ORG"),
                    ("Berlin", "LOC"),
                ],
            ),
            (
                "Sachsen-Anhalts Minister reiste aus Bad Homburg in die Dominikanische Republik.",
                &[
                    ("Sachsen-Anhalts", "LOC"),
                    ("Bad Homburg", "LOC"),
                    ("Dominikanische Republik", "LOC"),
                ],
            ),
            (
                "Der NATO-Gipfel, das Essen in der Halle und die deutsche Union: kein Name der Liste.",
                &[],
            ),
            (
                "BUKAREST, Rumänien – Die Minister",
                &[("BUKAREST", "LOC"), ("Rumänien", "LOC")],
            ),
            (
                "Bayern München schlug Werder Bremen, Bayern und Bremen sahen zu.",
                &[
                    ("Bayern München", "ORG"),
                    ("Werder Bremen", "ORG"),
                    ("Bayern", "LOC"),
                    ("Bremen", "LOC"),
                ],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(found(&built, text), pairs(expected), "{text}");
        }
    }

    #[test]
    fn a_name_stays_in_its_sentence() {
        let built = Config::default().build(Path::new(".")).unwrap();
        let mut document = document("Aus Frankfurt\nam Main");
        document.sentences = vec![Span::new(0, 13), Span::new(14, 21)];
        let entities = built.stage.process(&document).unwrap();
        let found: Vec<&str> = entities.iter().map(|e| &document.text[e.span]).collect();
        assert_eq!(found, ["Frankfurt"]);
    }

    #[test]
    fn the_lists_of_the_user_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "names.tsv",
            "\u{FEFF}# unsere\r\nAda Lovelace\tPER\r\n\r\nKöln\tVEREIN\r\n",
        );
        write("more.tsv", "Ada  Lovelace \tFORSCHERIN");
        let config = Config {
            builtin: true,
            lists: vec!["names.tsv".into(), "more.tsv".into()],
        };
        let built = config.build(folder.path()).unwrap();
        assert_eq!(
            found(&built, "Ada Lovelace zieht aus Bonn nach Köln."),
            pairs(&[
                ("Ada Lovelace", "FORSCHERIN"),
                ("Bonn", "LOC"),
                ("Köln", "VEREIN")
            ])
        );
        let assets: Vec<_> = built.assets.iter().map(|asset| &asset.name).collect();
        assert_eq!(assets.len(), 3);
        assert!(assets[1].ends_with("names.tsv"), "{assets:?}");

        let alone = Config {
            builtin: false,
            ..config
        };
        assert_eq!(
            found(&alone.build(folder.path()).unwrap(), "Bonn und Köln"),
            pairs(&[("Köln", "VEREIN")])
        );
    }

    #[test]
    fn a_wrong_line_of_a_list_is_named() {
        let cases = [
            (
                "Köln LOC",
                "a name, a tab and a label, found `Köln LOC` without a tab",
            ),
            ("Köln\tLOC\t1", "a name, a tab and a label, found 3 fields"),
            ("Köln\t", "a label of one word, found ``"),
            ("Köln\tein Ort", "a label of one word, found `ein Ort`"),
            ("\tLOC", "a name, found ``"),
            ("…\tLOC", "a name, found `…`"),
        ];
        for (line, message) in cases {
            let list = format!("Bonn\tLOC\n{line}\n");
            let error = read(Path::new("names.tsv"), &list, 1.0, &mut Vec::new()).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("names.tsv:2: expected {message}")
            );
        }
        let none = Config {
            builtin: false,
            lists: Vec::new(),
        };
        let Err(error) = none.build(Path::new(".")) else {
            panic!("a gazetteer without a list");
        };
        assert_eq!(
            error.to_string(),
            "`lists`: expected at least one list, since `builtin` is false, found none"
        );
    }
}
