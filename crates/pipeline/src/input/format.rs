//! The input formats, each in a file of its own below this one.
//!
//! To add a format, write its file and add a line to [`FORMATS`]. Nothing else refers to a format by name:
//! the config takes its names from the list, [`open`] asks each format whether it recognizes a file, and
//! reads what the format opens. A format may read lines of decoded text through a
//! [`Window`](super::window::Window), the raw bytes of a [`Source`], or the file on disk if it is not
//! compressed. A container turns each of its entries into a source and passes it to [`open`].

mod csv;
mod html;
mod json;
mod jsonl;
mod parquet;
mod sqlite;
mod tar;
mod text;
mod warc;
mod xml;
mod zip;

pub(super) use self::sqlite::check_query;

use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::described::Described;
use super::fault::Fault;
use super::item::{Record, Reject};
use super::options::Options;
use super::position::Place;
use super::recognize::Start;
use super::source::Source;

/// All formats in the order in which they are asked: formats of raw bytes before formats of text, and the
/// stricter of two that could match the same file first.
const FORMATS: &[&dyn Format] = &[
    &zip::Zip,
    &tar::Tar,
    &warc::Warc,
    &parquet::Parquet,
    &sqlite::Sqlite,
    &html::Html,
    &xml::Xml,
    &json::Json,
    &jsonl::Jsonl,
    &csv::Csv,
    &text::Text,
];

/// An input format.
pub(super) trait Format: Sync {
    /// Returns the name used in the config and in messages.
    fn name(&self) -> &'static str;

    /// Returns a sentence for the manual: what an article is in such a file.
    fn about(&self) -> &'static str;

    /// Recognizes the format by the beginning of a file.
    ///
    /// # Errors
    ///
    /// If the file has this format but cannot be read, or cannot have any of the later formats either. No
    /// other format is asked then.
    fn recognize(&self, start: &Start<'_>, options: &Options) -> Result<Claim, Fault>;

    /// Returns whether the file contains files, each in a format of its own. Containers are recognized by raw bytes.
    fn is_container(&self) -> bool {
        false
    }

    /// Opens a file that was recognized or that has this format according to the config.
    ///
    /// # Errors
    ///
    /// If it cannot be read at all.
    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault>;
}

/// How certain it is that a file has a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// It does not.
    No,
    /// It may, if it has no other format.
    Maybe,
    /// It does; no other format is asked.
    Sure,
}

/// The articles of a file, one after another, and failures in place of some.
pub(super) trait Articles: Iterator<Item = Result<Record, Reject>> + Send {
    /// Returns the place after the last item; none if it is known that nothing follows.
    fn place(&self) -> Option<Place>;

    /// Moves from the beginning to a place.
    ///
    /// # Errors
    ///
    /// If the file has changed and no longer has this place.
    fn enter(&mut self, place: &Place) -> io::Result<()>;

    /// Describes the file for users. No article is read after that.
    fn describe(&mut self, described: &mut Described);
}

/// Opens a source in the configured or recognized format, and returns the name of the format too.
pub(super) fn open(
    mut source: Source,
    options: &Arc<Options>,
) -> Result<(&'static str, Box<dyn Articles>), Fault> {
    // What is in a container is no such container because its name is configured.
    let is_entry = source.is_entry();
    let configured = options
        .format
        .and_then(|name| FORMATS.iter().find(|format| format.name() == name))
        .filter(|format| !(is_entry && format.is_container()));
    let format = recognize(&mut source, options, configured.copied())?;
    Ok((format.name(), format.open(source, options)?))
}

/// Returns the format of a source. The configured format is that of the files in containers, which are recognized all the
/// same.
fn recognize(
    source: &mut Source,
    options: &Options,
    configured: Option<&'static dyn Format>,
) -> Result<&'static dyn Format, Fault> {
    let start = Start::new(source, options.decoding)?;
    match recognize_start(&start, options, configured) {
        // Nothing before an error is not an empty file.
        Err(Fault::EmptyFile) => Err(source
            .bytes
            .take_error()
            .map_or(Fault::EmptyFile, Fault::from)),
        found => found,
    }
}

fn recognize_start(
    start: &Start<'_>,
    options: &Options,
    configured: Option<&'static dyn Format>,
) -> Result<&'static dyn Format, Fault> {
    let mut likely = configured;
    let is_asked = |format: &&&dyn Format| configured.is_none() || format.is_container();
    for format in FORMATS.iter().filter(is_asked) {
        match format.recognize(start, options)? {
            Claim::Sure => return Ok(*format),
            Claim::Maybe => likely = likely.or(Some(*format)),
            Claim::No => {}
        }
    }
    likely.ok_or(Fault::Binary("an unknown kind of file"))
}

/// The configured format: `auto`, which recognizes the format of each file, or the name of a format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choice(Option<&'static str>);

impl Choice {
    /// Returns the name of the format; none for `auto`.
    pub fn name(self) -> Option<&'static str> {
        self.0
    }
}

/// The values that can be chosen.
static CHOICES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let names = FORMATS.iter().map(|format| format.name());
    std::iter::once(AUTO).chain(names).collect()
});

const AUTO: &str = "auto";

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.unwrap_or(AUTO))
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Format", &CHOICES, ChoiceVisitor)
    }
}

/// Deserializes a choice the way serde derives it for an enum, with the same messages.
struct ChoiceVisitor;

impl<'de> Visitor<'de> for ChoiceVisitor {
    type Value = Choice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a format")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Choice, A::Error> {
        let (name, variant) = data.variant::<String>()?;
        variant.unit_variant()?;
        let found = CHOICES.iter().find(|choice| **choice == name);
        let found = found.ok_or_else(|| de::Error::unknown_variant(&name, &CHOICES))?;
        Ok(Choice((*found != AUTO).then_some(*found)))
    }
}

impl JsonSchema for Choice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let auto = json!({"const": AUTO, "description": "Each file is recognized by its content."});
        let formats = FORMATS
            .iter()
            .map(|format| json!({"const": format.name(), "description": format.about()}));
        let choices: Vec<_> = std::iter::once(auto).chain(formats).collect();
        json_schema!({ "type": "string", "oneOf": choices })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_can_be_chosen_by_its_name() {
        for format in FORMATS {
            let toml = format!("choice = {:?}", format.name());
            let read: std::collections::BTreeMap<String, Choice> = toml::from_str(&toml).unwrap();
            assert_eq!(read["choice"].name(), Some(format.name()));
            assert_eq!(toml::to_string(&read).unwrap().trim(), toml);
        }
        assert_eq!(Choice::default().name(), None, "auto is the default");
        let names = FORMATS.iter().map(|format| format.name());
        let unique: std::collections::BTreeSet<_> = names.chain([AUTO]).collect();
        assert_eq!(unique.len(), FORMATS.len() + 1, "a name is one format's");
    }
}
