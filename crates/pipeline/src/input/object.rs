//! A JSON object as an article.
//!
//! Only the fields of the article are decoded; all others are skipped in place, so a record with many other
//! fields costs little more than its text. What databases, crawlers and wires wrap around a field is undone in
//! `tree`.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::content::Content;
use super::fault::{Fault, list};
use super::fields::{Names, ROLES, Role, fold};
use super::item::{At, Record, Reject};
use super::status::{CANCELED, is_canceled};
use super::tree::{Key, Scalar, Tree};

/// What is wrong with an object.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("{0}")]
    NoRecord(String),
    #[error(
        "expected an article, found columns: text and {other} are lists of {texts} values each; write an object per article, as \
         pandas does with `orient=\"records\"`"
    )]
    Columns { other: &'static str, texts: usize },
    #[error("broken JSON at {position}: {reason}")]
    Json { position: String, reason: String },
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

fn expected(role: Role) -> &'static str {
    match role {
        Role::Id => "a string or a whole number",
        Role::Text => "a string or a list of paragraphs",
        _ => "a string",
    }
}

fn hint(found: &str) -> &'static str {
    if found == Tree::OBJECT {
        "; set the path of a field inside it in `input.fields`, such as `content.body`"
    } else {
        ""
    }
}

/// Reads an object as an article.
pub(super) fn parse(json: &str, number: u64, names: &Names) -> Result<Record, Reject> {
    parse_plain(json, number, names).or_else(|reject| match without_nan(json) {
        Some(plain) => parse_plain(&plain, number, names),
        None => Err(reject),
    })
}

fn parse_plain(json: &str, number: u64, names: &Names) -> Result<Record, Reject> {
    let mut found = find(json, names).map_err(|error| Reject::at(number, broken(&error, json)))?;
    if found.is_canceled {
        return Err(Reject::at(number, Fault::Ignored(CANCELED)));
    }
    let id = &found.slot(Role::Id).value;
    let (id, id_fault) = match id.scalar() {
        // A list of several ids is none.
        Scalar::Text(_) if id.values().is_some_and(|values| values > 1) => (None, None),
        Scalar::Text(id) => (Some(id), None),
        Scalar::None => (None, None),
        Scalar::Float => (None, Some("a number that cannot be kept exactly")),
        Scalar::Other(kind) => (None, Some(kind)),
    };
    let content = check(&mut found, id_fault, json, names).map_err(|fault| Reject {
        id: id.clone(),
        ..Reject::at(number, fault)
    })?;
    let mut record = Record {
        at: At::number(number),
        id,
        content,
        ..Record::default()
    };
    for role in Role::ALL {
        let value = match role {
            Role::Id | Role::Text => continue,
            Role::Title => &mut record.title,
            Role::Date => &mut record.date,
            Role::Language => &mut record.language,
            Role::Url => &mut record.url,
            Role::Outlet => &mut record.outlet,
        };
        let slot = found.slot(role);
        match slot.scalar_of(role) {
            Scalar::Text(text) if slot.is_markup => *value = Some(blattwerk_html::fragment(&text)),
            Scalar::Text(text) => *value = Some(text),
            Scalar::None => {}
            Scalar::Float => *value = slot.value.number(),
            Scalar::Other(kind) if names.is_configured(role) => {
                return Err(Reject {
                    id: record.id,
                    ..Reject::at(number, found.wrong(role, kind))
                });
            }
            Scalar::Other(_) => record.unread.push(role.as_str()),
        }
    }
    if record.url.is_none()
        && let Some(outlet) = record.outlet.as_ref().filter(|outlet| is_address(outlet))
    {
        record.url = Some(outlet.clone());
    }
    Ok(record)
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Returns which field is read as what: pairs of role and name.
pub(super) fn shown(json: &str, names: &Names) -> Vec<(&'static str, String)> {
    let Ok(found) = find(json.trim_start_matches('\u{FEFF}'), names) else {
        return Vec::new();
    };
    Role::ALL
        .into_iter()
        .filter(|role| !matches!(found.slot(*role).value, Tree::Missing))
        .map(|role| (role.as_str(), found.slot(role).name.clone()))
        .collect()
}

/// Replaces `NaN` and `Infinity`, which Python writes for numbers that JSON does not have, by null. None if there are none.
fn without_nan(json: &str) -> Option<String> {
    const WORDS: [&str; 3] = ["NaN", "-Infinity", "Infinity"];
    if !WORDS.iter().any(|word| json.contains(word)) {
        return None;
    }
    let mut plain = String::with_capacity(json.len());
    let (mut rest, mut is_text) = (json, false);
    while let Some(c) = rest.chars().next() {
        let word = WORDS
            .iter()
            .find(|word| !is_text && rest.starts_with(**word));
        let len = match (word, c) {
            (Some(word), _) => {
                plain.push_str("null");
                rest = rest.get(word.len()..)?;
                continue;
            }
            (None, '\\') if is_text => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            (None, '"') => {
                is_text = !is_text;
                1
            }
            (None, c) => c.len_utf8(),
        };
        plain.push_str(rest.get(..len)?);
        rest = rest.get(len..)?;
    }
    Some(plain)
}

fn find<'de>(json: &'de str, names: &Names) -> serde_json::Result<Found<'de>> {
    let mut found = Found::default();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Object {
        names,
        found: &mut found,
    }
    .deserialize(&mut deserializer)
    .and_then(|()| deserializer.end())?;
    Ok(found)
}

/// Checks that the fields found make an article, and returns its content.
fn check(
    found: &mut Found<'_>,
    id_fault: Option<&'static str>,
    json: &str,
    names: &Names,
) -> Result<Content, Fault> {
    let fields = || list(keys(json).iter().map(String::as_str));
    for (role, name) in names.configured() {
        if matches!(found.slot(*role).value, Tree::Missing) {
            let (key, name, fields) = (role.key(), name.clone(), fields());
            return Err(Broken::NoField { key, name, fields }.into());
        }
    }
    let others = [Role::Id, Role::Title, Role::Date];
    if let Some(texts) = found.slot(Role::Text).value.texts()
        && texts > 1
        && let Some(other) = others
            .into_iter()
            .find(|other| found.slot(*other).value.values() == Some(texts))
    {
        let other = other.as_str();
        return Err(Broken::Columns { other, texts }.into());
    }
    if let Some(kind) = id_fault {
        return Err(found.wrong(Role::Id, kind).into());
    }
    let slot = &mut found.slots[Role::Text as usize];
    match std::mem::take(&mut slot.value) {
        Tree::Missing => Err(Broken::NoText(fields()).into()),
        Tree::Null => Err(Fault::EmptyText),
        value => value
            .content(slot.is_markup)
            .map_err(|kind| found.wrong(Role::Text, kind).into()),
    }
}

/// Returns what is wrong with an object. Of one on a single line, serde's line number is left out: it is always 1.
fn broken(error: &serde_json::Error, json: &str) -> Broken {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let reason = message.strip_suffix(&position).unwrap_or(&message).into();
    if error.is_data() {
        return Broken::NoRecord(reason);
    }
    let position = if json.contains('\n') {
        format!(
            "line {} of the object, column {}",
            error.line(),
            error.column()
        )
    } else {
        format!("column {}", error.column())
    };
    Broken::Json { position, reason }
}

/// What was found in an object.
#[derive(Default)]
struct Found<'de> {
    /// The field for each role.
    slots: [Slot<'de>; ROLES],
    /// Whether the agency has canceled the article (ninjs).
    is_canceled: bool,
}

#[derive(Debug)]
struct Slot<'de> {
    /// How deep the field lies, and the rank of its name.
    rank: (usize, usize),
    /// The name, with those of the objects it is in.
    name: String,
    value: Tree<'de>,
    /// Whether a text is HTML by its name.
    is_markup: bool,
}

impl Default for Slot<'_> {
    fn default() -> Self {
        Self {
            rank: (usize::MAX, usize::MAX),
            name: String::new(),
            value: Tree::Missing,
            is_markup: false,
        }
    }
}

impl Slot<'_> {
    fn scalar_of(&self, role: Role) -> Scalar {
        match role {
            Role::Outlet | Role::Url if self.value.is_number() => Scalar::Other("a number"),
            Role::Outlet => self.value.name(),
            _ if matches!(&self.value, Tree::List(elements) if elements.is_empty()) => Scalar::None,
            _ => self.value.scalar(),
        }
    }
}

impl<'de> Found<'de> {
    fn slot(&self, role: Role) -> &Slot<'de> {
        &self.slots[role as usize]
    }

    /// Takes a value if it is better than the current one: a value that is not null is better, then one that
    /// lies less deep, then one with a better name.
    fn put<E: de::Error>(&mut self, role: Role, slot: Slot<'de>) -> Result<(), E> {
        let current = &mut self.slots[role as usize];
        if current.rank == slot.rank && fold(&current.name) == fold(&slot.name) {
            return Err(E::custom(format_args!(
                "the field `{}` occurs twice; set `{}` to the right one",
                slot.name,
                role.key()
            )));
        }
        let is_better = match (&current.value, &slot.value) {
            (Tree::Missing, _) => true,
            (was, is) => (is.is_null(), slot.rank) < (was.is_null(), current.rank),
        };
        if is_better {
            *current = slot;
        }
        Ok(())
    }

    fn wrong(&self, role: Role, found: &'static str) -> Broken {
        Broken::WrongType {
            role,
            name: self.slot(role).name.clone(),
            found,
        }
    }
}

/// How many objects around the fields of an article are looked into.
const MOST_DEPTH: usize = 3;

/// The object of a record.
struct Object<'a, 'de> {
    names: &'a Names,
    found: &'a mut Found<'de>,
}

impl<'de> DeserializeSeed<'de> for Object<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the fields of an article")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            let is_configured = self.names.configured().iter().any(|(_, path)| {
                path.strip_prefix(&*name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            if is_configured || self.names.is_looked_into(&name) {
                let value: Tree<'de> = map.next_value()?;
                self.configured(&name, &value)?;
                self.usual("", &name, value, 0)?;
            } else if is_status(&name) {
                let value: Tree<'de> = map.next_value()?;
                self.note_status(&value);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> Object<'_, 'de> {
    /// Takes the values on configured paths that begin with a field of the record.
    fn configured<E: de::Error>(&mut self, name: &str, value: &Tree<'de>) -> Result<(), E> {
        for (role, path) in self.names.configured() {
            let Some(rest) = path.strip_prefix(name) else {
                continue;
            };
            let value = match rest.strip_prefix('.') {
                Some(inner) => value.at(inner),
                None if rest.is_empty() => value.clone(),
                None => continue,
            };
            let slot = Slot {
                rank: (0, 0),
                name: path.clone(),
                is_markup: self.names.is_markup(path),
                value,
            };
            if !matches!(slot.value, Tree::Missing) {
                self.found.put(*role, slot)?;
            }
        }
        Ok(())
    }

    fn note_status(&mut self, value: &Tree<'_>) {
        if let Scalar::Text(status) = value.scalar() {
            self.found.is_canceled |= is_canceled(&status);
        }
    }

    /// Takes a field by its usual name, and those in it.
    fn usual<E: de::Error>(
        &mut self,
        path: &str,
        name: &str,
        value: Tree<'de>,
        depth: usize,
    ) -> Result<(), E> {
        let usual = self.names.usual(name);
        let is_text = usual.iter().any(|(role, _)| *role == Role::Text);
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        let holds_article = is_text || self.names.is_wrapper(name);
        if holds_article
            && depth < MOST_DEPTH
            && let Tree::Object(fields) = &value
        {
            let mut has_text = false;
            for (name, value) in fields {
                if self.names.is_looked_into(name) {
                    has_text |= self.names.is_text(name);
                    self.usual(&path, name, value.clone(), depth + 1)?;
                } else if is_status(name) {
                    self.note_status(value);
                }
            }
            if has_text {
                return Ok(());
            }
        }
        let is_markup = self.names.is_markup(name) || value.is_rendered();
        let slot = |rank, value| Slot {
            rank: (depth, rank),
            name: path.clone(),
            value,
            is_markup,
        };
        // Few fields have two roles, so the text is not copied.
        if let [others @ .., (role, rank)] = usual {
            for (role, rank) in others {
                self.found.put(*role, slot(*rank, value.clone()))?;
            }
            self.found.put(*role, slot(*rank, value))?;
        }
        Ok(())
    }
}

/// Returns whether a field says if an article may be published (ninjs 1 to 3).
fn is_status(name: &str) -> bool {
    name.eq_ignore_ascii_case("pubstatus")
}

/// Returns the names of the fields of an object, as far as it can be read.
fn keys(json: &str) -> Vec<String> {
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
    let json = json.trim_start_matches('\u{FEFF}');
    // Names before the broken place are listed; the broken place is reported elsewhere.
    let _ = serde_json::Deserializer::from_str(json).deserialize_map(Keys(&mut keys));
    keys
}
