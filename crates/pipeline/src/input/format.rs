//! The formats of input, a file each below this one: text, JSON Lines and CSV.
//!
//! To add one, write its file and add its line to [`FORMATS`]. Nothing else knows a format by name: the config
//! takes its names from the list, [`open`] asks each whether a file is of it, and the items come from what it
//! opens. A format may read lines of decoded text through a [`Window`](super::window::Window), the bytes of a
//! [`Source`] as they come, or the file on disk where it is a plain one. A container makes a source of each of
//! its entries and has [`open`] find out what that is.

mod csv;
mod jsonl;
mod text;

use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::described::Described;
use super::fault::Fault;
use super::item::{Record, Reject};
use super::options::Options;
use super::position::Place;
use super::recognize::Start;
use super::source::Source;

/// All formats, in the order in which they are asked: those that look at bytes before those that look at text,
/// and of two that may take a file for theirs the stricter one first.
const FORMATS: &[&dyn Format] = &[&jsonl::Jsonl, &csv::Csv, &text::Text];

/// A format of input.
pub(super) trait Format: Sync {
    /// Returns the name in the config and in messages.
    fn name(&self) -> &'static str;

    /// Tells by the beginning of a file whether it is of this format.
    ///
    /// # Errors
    ///
    /// If it is, or is nothing that a later format reads, but there is something wrong with it. No other format
    /// is asked then.
    fn recognize(&self, start: &Start<'_>, options: &Options) -> Result<Claim, Fault>;

    /// Opens a file that was recognized, or of which the config says that it is of this format.
    ///
    /// # Errors
    ///
    /// If nothing can be read from it.
    fn open(&self, source: Source, options: &Arc<Options>) -> Result<Box<dyn Articles>, Fault>;
}

/// How sure a format is that a file is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is not.
    No,
    /// It may be, if it is of no other.
    Maybe,
    /// It is: no other is asked.
    Sure,
}

/// The articles of a file, one after the other, and what is found in place of some.
pub(super) trait Articles: Iterator<Item = Result<Record, Reject>> + Send {
    /// Returns the place behind what came last; none if nothing more will come, as far as that is known.
    fn place(&self) -> Option<Place>;

    /// Moves on from the beginning to a place.
    ///
    /// # Errors
    ///
    /// If there is no such place: the file is not what it was.
    fn enter(&mut self, place: &Place) -> io::Result<()>;

    /// Tells people what the file is. No article is taken after that.
    fn describe(&mut self, described: &mut Described);
}

/// Opens a source in the format that the config says or that it is recognized as; also returns its name.
pub(super) fn open(
    mut source: Source,
    options: &Arc<Options>,
) -> Result<(&'static str, Box<dyn Articles>), Fault> {
    let configured = options
        .format
        .and_then(|name| FORMATS.iter().find(|format| format.name() == name));
    let format = match configured {
        Some(format) => *format,
        None => recognize(&mut source, options)?,
    };
    Ok((format.name(), format.open(source, options)?))
}

fn recognize(source: &mut Source, options: &Options) -> Result<&'static dyn Format, Fault> {
    let start = Start::new(source, options.decoding)?;
    let mut likely = None;
    for format in FORMATS {
        match format.recognize(&start, options)? {
            Claim::Sure => return Ok(*format),
            Claim::Maybe => likely = likely.or(Some(*format)),
            Claim::No => {}
        }
    }
    likely.ok_or(Fault::Binary("nothing that is known"))
}

/// What the files are said to hold: `auto`, which looks at each, or the name of a format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choice(Option<&'static str>);

impl Choice {
    /// Returns the name of the format; none for `auto`.
    pub fn name(self) -> Option<&'static str> {
        self.0
    }
}

/// What can be chosen.
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

/// Reads a choice as serde's own enums are read, so that the messages are the same.
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
        json_schema!({ "type": "string", "enum": *CHOICES })
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
