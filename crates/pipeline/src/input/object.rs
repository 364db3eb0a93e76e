//! A JSON object as an article.
//!
//! Only the fields of the article are decoded; all others are skipped in place, so a record with many other
//! fields costs little more than its text.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, list};
use super::fields::{Names, ROLES, Role};
use super::item::{Record, Reject};

/// What is wrong with an object.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("{0}")]
    NoRecord(String),
    #[error("broken JSON at column {column}: {reason}")]
    Json { column: usize, reason: String },
    #[error(
        "no field is recognized as the text; the fields are {0}; set `input.fields.text` to the right one"
    )]
    NoText(String),
    #[error("`{key}`: no field {name:?}; the fields are {fields}")]
    NoField {
        key: &'static str,
        name: String,
        fields: String,
    },
    #[error("the {} in the field {name:?} is {found}, expected {}{}", role.as_str(), expected(*role), hint(found))]
    WrongType {
        role: Role,
        name: String,
        found: &'static str,
    },
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self::Format(Box::new(broken))
    }
}

/// The name of the JSON type that may contain the intended field.
const OBJECT: &str = "an object";

fn expected(role: Role) -> &'static str {
    match role {
        Role::Id => "a string or a whole number",
        _ => "a string",
    }
}

fn hint(found: &str) -> &'static str {
    if found == OBJECT {
        "; set the path of a field inside it in `input.fields`, such as `content.body`"
    } else {
        ""
    }
}

/// Reads an object as an article.
pub(super) fn parse(line: &str, number: u64, names: &Names) -> Result<Record, Reject> {
    let mut json = serde_json::Deserializer::from_str(line);
    let mut found = Found::default();
    let paths: Vec<_> = names
        .configured()
        .iter()
        .map(|(role, name)| (*role, name.as_str()))
        .collect();
    Object {
        names: Some(names),
        paths,
        found: &mut found,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end())
    .map_err(|error| Reject::at(number, broken(&error)))?;

    let id = found.id();
    check(&found, line, names).map_err(|fault| Reject {
        line: Some(number),
        id: id.clone(),
        fault,
    })?;
    let outlet = found.take(Role::Outlet).into_text();
    let url = found.take(Role::Url).into_text();
    let mut take = |role| found.take(role).into_string();
    Ok(Record {
        line: Some(number),
        id,
        text: take(Role::Text).unwrap_or_default(),
        title: take(Role::Title),
        date: take(Role::Date),
        language: take(Role::Language),
        url,
        outlet,
    })
}

/// Checks that the fields found make an article.
fn check(found: &Found<'_>, line: &str, names: &Names) -> Result<(), Fault> {
    let fields = || list(keys(line).iter().map(String::as_str));
    for (role, name) in names.configured() {
        if matches!(found.slot(*role).value, Value::Missing) {
            let (key, name, fields) = (role.key(), name.clone(), fields());
            return Err(Broken::NoField { key, name, fields }.into());
        }
    }
    match &found.slot(Role::Id).value {
        Value::Other(kind) => return Err(found.wrong(Role::Id, kind).into()),
        Value::Float(_) => {
            return Err(found
                .wrong(Role::Id, "a number that cannot be kept exactly")
                .into());
        }
        Value::Missing | Value::Null | Value::Text(_) | Value::Whole(_) => {}
    }
    match &found.slot(Role::Text).value {
        Value::Text(_) => Ok(()),
        Value::Null => Err(Fault::EmptyText),
        Value::Missing => Err(Broken::NoText(fields()).into()),
        Value::Whole(_) | Value::Float(_) => Err(found.wrong(Role::Text, "a number").into()),
        Value::Other(kind) => Err(found.wrong(Role::Text, kind).into()),
    }
}

/// Returns what is wrong with a line, without serde's line number, which is always 1.
fn broken(error: &serde_json::Error) -> Broken {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let reason = message.strip_suffix(&position).unwrap_or(&message).into();
    if error.is_data() {
        return Broken::NoRecord(reason);
    }
    Broken::Json {
        column: error.column(),
        reason,
    }
}

/// The field found for each role.
#[derive(Default)]
struct Found<'de>([Slot<'de>; ROLES]);

struct Slot<'de> {
    rank: usize,
    name: Cow<'de, str>,
    value: Value<'de>,
}

impl Default for Slot<'_> {
    fn default() -> Self {
        Self {
            rank: usize::MAX,
            name: Cow::Borrowed(""),
            value: Value::Missing,
        }
    }
}

impl<'de> Found<'de> {
    fn slot(&self, role: Role) -> &Slot<'de> {
        &self.0[role as usize]
    }

    fn take(&mut self, role: Role) -> Value<'de> {
        std::mem::take(&mut self.0[role as usize].value)
    }

    fn id(&self) -> Option<String> {
        match &self.slot(Role::Id).value {
            Value::Text(id) => Some(id.clone().into_owned()),
            Value::Whole(id) => Some(id.clone()),
            _ => None,
        }
    }

    /// Takes a value if it is better than the current one: a value that is not null is better, then one with
    /// a better name.
    fn put<E: de::Error>(
        &mut self,
        role: Role,
        rank: usize,
        name: Cow<'de, str>,
        value: Value<'de>,
    ) -> Result<(), E> {
        let slot = &mut self.0[role as usize];
        if slot.rank == rank {
            return Err(E::custom(format_args!(
                "the field `{name}` occurs twice; set `{}` to the right one",
                role.key()
            )));
        }
        let is_better = match (&slot.value, &value) {
            (Value::Missing, _) => true,
            (was, is) => (is.is_null(), rank) < (was.is_null(), slot.rank),
        };
        if is_better {
            *slot = Slot { rank, name, value };
        }
        Ok(())
    }

    fn wrong(&self, role: Role, found: &'static str) -> Broken {
        Broken::WrongType {
            role,
            name: self.slot(role).name.clone().into_owned(),
            found,
        }
    }
}

/// A JSON value, reduced to what matters here.
#[derive(Debug, Clone, Default)]
enum Value<'de> {
    #[default]
    Missing,
    Null,
    Text(Cow<'de, str>),
    Whole(String),
    Float(String),
    Other(&'static str),
}

impl Value<'_> {
    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns a text; a number is none.
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    fn into_string(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            Self::Whole(number) | Self::Float(number) => Some(number),
            Self::Missing | Self::Null | Self::Other(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(text.to_owned().into()))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Whole(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Whole(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other("a boolean"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other("an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other(OBJECT))
    }
}

/// A string, borrowed if it has no escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(name.into()))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(name.to_owned().into()))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}

/// An object of a record: the record itself, or a nested one on a configured path.
struct Object<'a, 'de> {
    /// Recognizes the usual names; only in the record itself.
    names: Option<&'a Names>,
    /// The remaining parts of the configured paths.
    paths: Vec<(Role, &'a str)>,
    found: &'a mut Found<'de>,
}

impl<'de> DeserializeSeed<'de> for Object<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.names.is_some() {
            deserializer.deserialize_map(self)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the fields of an article")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            let inner: Vec<_> = self
                .paths
                .iter()
                .filter_map(|(role, path)| {
                    let rest = path.strip_prefix(&*name)?.strip_prefix('.')?;
                    Some((*role, rest))
                })
                .collect();
            let configured = self.paths.iter().filter(|(_, path)| *path == name);
            let usual = self.names.map_or(&[][..], |names| names.usual(&name));
            if !inner.is_empty() {
                map.next_value_seed(Object {
                    names: None,
                    paths: inner,
                    found: self.found,
                })?;
            } else if !usual.is_empty() || configured.clone().next().is_some() {
                let value: Value<'de> = map.next_value()?;
                for (role, _) in configured {
                    self.found.put(*role, 0, name.clone(), value.clone())?;
                }
                // Few fields have two roles, so the text is not copied.
                if let [others @ .., (role, rank)] = usual {
                    for (role, rank) in others {
                        self.found.put(*role, *rank, name.clone(), value.clone())?;
                    }
                    self.found.put(*role, *rank, name, value)?;
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    // A configured path leads to something that is not an object: the field is missing.

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Returns the names of the fields of an object, as far as it can be read.
pub(super) fn keys(line: &str) -> Vec<String> {
    struct Keys<'a>(&'a mut Vec<String>);

    impl<'de> Visitor<'de> for Keys<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some((Key(name), IgnoredAny)) = map.next_entry()? {
                self.0.push(name.into_owned());
            }
            Ok(())
        }
    }

    let mut keys = Vec::new();
    let line = line.trim_start_matches('\u{FEFF}');
    // Names before the broken place are listed; the broken place is reported elsewhere.
    let _ = serde_json::Deserializer::from_str(line).deserialize_map(Keys(&mut keys));
    keys
}
