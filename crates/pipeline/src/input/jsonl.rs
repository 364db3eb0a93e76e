//! JSON Lines: an object a line, an article an object.
//!
//! Only the fields of the article are decoded; all others are skipped where they stand, so a record with
//! much around its text costs little more than the text.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::encoding::Decoded;
use super::fault::{Fault, OBJECT, list};
use super::fields::{Names, ROLES, Role};
use super::window::{Line, Window};
use super::{Options, Record, Reject};

pub(super) struct Reader {
    window: Window,
    options: Arc<Options>,
}

impl Reader {
    pub(super) fn new(window: Window, options: Arc<Options>) -> Self {
        Self { window, options }
    }

    pub(super) fn into_window(self) -> Window {
        self.window
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    pub(super) fn window_mut(&mut self) -> &mut Window {
        &mut self.window
    }

    pub(super) fn next(&mut self) -> Option<Result<Record, Reject>> {
        loop {
            let number = self.window.line_number();
            match self.window.line(0) {
                Line::Whole(len) => {
                    let found = if self.window.get(len).trim_ascii().is_empty() {
                        None
                    } else {
                        Some(self.article(number, len))
                    };
                    self.window.consume(len, 1);
                    if found.is_some() {
                        return found;
                    }
                }
                Line::TooLong => {
                    self.window.skip_line();
                    return Some(Err(Reject::at(number, Fault::TooLong(self.window.max()))));
                }
                Line::Cut => {
                    return self
                        .window
                        .cut()
                        .map(|fault| Err(Reject::at(number, fault)));
                }
                Line::End => return None,
            }
        }
    }

    fn article(&self, number: u64, len: usize) -> Result<Record, Reject> {
        let decoded = self
            .window
            .decode(len)
            .map_err(|fault| Reject::at(number, fault))?;
        let converted;
        let line = match decoded {
            Decoded::Utf8(line) => line,
            Decoded::Other(..) => {
                converted = decoded.text();
                &converted
            }
        };
        // Each of several files that were glued together may have had a mark.
        let line = line.trim_start_matches('\u{FEFF}').trim_ascii_end();
        parse(line, number, &self.options.names)
    }
}

/// Returns the names of the fields of the first record.
pub(super) fn first_keys(window: &mut Window) -> Vec<String> {
    loop {
        match window.line(0) {
            Line::Whole(len) => {
                let found = window.decode(len).map(|line| keys(&line.text()));
                window.consume(len, 1);
                match found {
                    Ok(keys) if !keys.is_empty() => return keys,
                    _ => {}
                }
            }
            Line::TooLong => window.skip_line(),
            Line::Cut | Line::End => return Vec::new(),
        }
    }
}

fn parse(line: &str, number: u64, names: &Names) -> Result<Record, Reject> {
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
    let mut take = |role| found.take(role).into_string();
    Ok(Record {
        line: Some(number),
        id,
        text: take(Role::Text).unwrap_or_default(),
        title: take(Role::Title),
        date: take(Role::Date),
        language: take(Role::Language),
    })
}

/// Checks that what was found makes an article.
fn check(found: &Found<'_>, line: &str, names: &Names) -> Result<(), Fault> {
    let fields = || list(keys(line).iter().map(String::as_str));
    for (role, name) in names.configured() {
        if matches!(found.slot(*role).value, Value::Missing) {
            return Err(Fault::NoField {
                key: role.key(),
                name: name.clone(),
                fields: fields(),
            });
        }
    }
    match &found.slot(Role::Id).value {
        Value::Other(kind) => return Err(found.wrong(Role::Id, kind)),
        Value::Float(_) => {
            return Err(found.wrong(Role::Id, "a number with digits that are not kept"));
        }
        Value::Missing | Value::Null | Value::Text(_) | Value::Whole(_) => {}
    }
    match &found.slot(Role::Text).value {
        Value::Text(_) => Ok(()),
        Value::Null => Err(Fault::EmptyText),
        Value::Missing => Err(Fault::NoText(fields())),
        Value::Whole(_) | Value::Float(_) => Err(found.wrong(Role::Text, "a number")),
        Value::Other(kind) => Err(found.wrong(Role::Text, kind)),
    }
}

/// Says what is wrong with a line, where, without serde's line number, which is always 1.
fn broken(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let reason = message.strip_suffix(&position).unwrap_or(&message).into();
    if error.is_data() {
        return Fault::NoRecord(reason);
    }
    Fault::Json {
        column: error.column(),
        reason,
    }
}

/// What was found for each role.
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

    /// Takes a value, if it is better than what is there: a field that is not null, then one with a
    /// better name.
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
                "the field `{name}` stands there twice; name the right one in `{}`",
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

    fn wrong(&self, role: Role, found: &'static str) -> Fault {
        Fault::WrongType {
            role,
            name: self.slot(role).name.clone().into_owned(),
            found,
        }
    }
}

/// A value as far as it matters.
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
        Ok(Value::Other("a truth value"))
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

/// A string that is borrowed where it holds no escapes.
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

/// An object of a record: the record itself, or one inside that a configured path leads to.
struct Object<'a, 'de> {
    /// Finds the usual names, in the record itself.
    names: Option<&'a Names>,
    /// What is left of the configured paths.
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
            let usual = self.names.and_then(|names| names.usual(&name));
            if !inner.is_empty() {
                map.next_value_seed(Object {
                    names: None,
                    paths: inner,
                    found: self.found,
                })?;
            } else if usual.is_some() || configured.clone().next().is_some() {
                let value: Value<'de> = map.next_value()?;
                for (role, _) in configured {
                    self.found.put(*role, 0, name.clone(), value.clone())?;
                }
                if let Some((role, rank)) = usual {
                    self.found.put(role, rank, name, value)?;
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    // A configured path leads to something that is no object: the field is missing.

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

/// Returns the names of the fields of a line, as far as it can be read.
fn keys(line: &str) -> Vec<String> {
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
    // What comes before a break is told; the break itself is another failure.
    let _ = serde_json::Deserializer::from_str(line).deserialize_map(Keys(&mut keys));
    keys
}
