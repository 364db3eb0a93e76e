//! The columns of a file and their types, by the names that users give them.

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::Type;

use crate::input::fields::Role;

/// A column, or a group of columns that may be mistaken for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// The name; in a struct, the path to it: `article.body`.
    pub(super) path: String,
    /// Its number among the columns of the file; none for a group.
    pub(super) leaf: Option<usize>,
    pub(super) kind: Kind,
    /// Whether a row has a list of values.
    pub(super) is_list: bool,
}

/// The type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// UTF-8, or bytes that should be.
    Text,
    /// A whole number; `true` if it is signed.
    Whole(bool),
    Float,
    /// A decimal number with so many digits after the point.
    Decimal(u32),
    Date,
    /// A point in time; there are so many units per second.
    Timestamp {
        per_second: u32,
        is_utc: bool,
    },
    Uuid,
    /// Bytes of a fixed length: a UUID without the type, or text.
    Fixed,
    /// Not a value of an article.
    Other(&'static str),
}

pub(super) const STRUCT: &str = "a struct";

impl Column {
    /// Returns what the column has instead of what a role needs; none if it suits.
    pub(super) fn unfit(&self, role: Role) -> Option<&'static str> {
        match self.kind {
            Kind::Other(name) => Some(name),
            Kind::Text if self.is_list && role != Role::Text => Some("a list"),
            Kind::Text | Kind::Fixed if role == Role::Text => None,
            _ if self.is_list => Some("a list of other values than text"),
            kind if role == Role::Text => Some(kind.name()),
            _ => None,
        }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Fixed => "text",
            Self::Whole(_) | Self::Float | Self::Decimal(_) => "a number",
            Self::Date => "a date",
            Self::Timestamp { .. } => "a timestamp",
            Self::Uuid => "a UUID",
            Self::Other(name) => name,
        }
    }
}

/// Lists the columns of a schema in the order of the file.
pub(super) fn columns(schema: &Type) -> Vec<Column> {
    let mut found = Found::default();
    for field in schema.get_fields() {
        found.field(field, "", 0);
    }
    found.columns
}

#[derive(Default)]
struct Found {
    columns: Vec<Column>,
    leaf: usize,
}

impl Found {
    /// Adds a field of a struct; `lists` is the number of lists around it.
    fn field(&mut self, field: &Type, within: &str, lists: usize) {
        let path = if within.is_empty() {
            field.name().to_owned()
        } else {
            format!("{within}.{}", field.name())
        };
        let info = field.get_basic_info();
        let is_repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
        self.add(field, path, lists + usize::from(is_repeated));
    }

    fn add(&mut self, field: &Type, path: String, lists: usize) {
        if field.is_primitive() {
            let kind = match lists {
                0 | 1 => kind(field),
                _ => Kind::Other("a list of lists"),
            };
            self.columns.push(Column {
                path,
                leaf: Some(self.leaf),
                kind,
                is_list: lists > 0,
            });
            self.leaf += 1;
            return;
        }
        let info = field.get_basic_info();
        if info.converted_type() == ConvertedType::LIST
            || info.logical_type_ref() == Some(&LogicalType::List)
        {
            // The names of the levels of a list, such as `list.element`, are no part of the path.
            if let [repeated] = field.get_fields() {
                match (repeated.is_group(), repeated.as_ref()) {
                    (true, Type::GroupType { fields, .. }) if fields.len() == 1 => {
                        self.add(&fields[0], path, lists + 1);
                    }
                    _ => self.add(repeated, path, lists + 1),
                }
                return;
            }
        }
        let is_map = matches!(
            info.converted_type(),
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
        );
        self.columns.push(Column {
            path: path.clone(),
            leaf: None,
            kind: Kind::Other(if is_map { "a map" } else { STRUCT }),
            is_list: lists > 0,
        });
        for child in field.get_fields() {
            self.field(child, &path, lists);
        }
    }
}

fn kind(field: &Type) -> Kind {
    let Type::PrimitiveType {
        basic_info,
        physical_type,
        type_length,
        scale,
        precision,
    } = field
    else {
        return Kind::Other(STRUCT);
    };
    let logical = basic_info.logical_type_ref();
    let converted = basic_info.converted_type();
    let decimal = |scale: i32, precision: i32| match u32::try_from(scale) {
        Ok(scale) if (1..=38).contains(&precision) && scale <= 38 => Kind::Decimal(scale),
        _ => Kind::Other("a decimal of more than 38 digits"),
    };
    if let Some(LogicalType::Decimal(found)) = logical {
        return decimal(found.scale, found.precision);
    }
    if converted == ConvertedType::DECIMAL {
        return decimal(*scale, *precision);
    }
    // All values are null.
    if logical == Some(&LogicalType::Unknown) {
        return Kind::Text;
    }
    match physical_type {
        Physical::BYTE_ARRAY => match logical {
            None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => {
                match converted {
                    ConvertedType::BSON => Kind::Other("BSON"),
                    _ => Kind::Text,
                }
            }
            Some(LogicalType::Bson) => Kind::Other("BSON"),
            Some(_) => Kind::Other("binary data"),
        },
        Physical::FIXED_LEN_BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::Uuid), _) if *type_length == 16 => Kind::Uuid,
            (Some(LogicalType::Float16), _) => Kind::Other("a number of 16 bits"),
            (None, ConvertedType::NONE) if (1..=4096).contains(type_length) => Kind::Fixed,
            _ => Kind::Other("binary data"),
        },
        Physical::INT96 => Kind::Timestamp {
            per_second: 1_000_000_000,
            is_utc: false,
        },
        Physical::INT32 | Physical::INT64 => whole(logical, converted),
        Physical::FLOAT | Physical::DOUBLE => Kind::Float,
        Physical::BOOLEAN => Kind::Other("a boolean"),
    }
}

/// Returns what a column of whole numbers stands for.
fn whole(logical: Option<&LogicalType>, converted: ConvertedType) -> Kind {
    match logical {
        Some(LogicalType::Date) => Kind::Date,
        Some(LogicalType::Timestamp(found)) => Kind::Timestamp {
            per_second: match found.unit {
                TimeUnit::MILLIS => 1000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            },
            is_utc: found.is_adjusted_to_u_t_c,
        },
        Some(LogicalType::Time(_)) => Kind::Other("a time of day"),
        Some(LogicalType::Integer(found)) => Kind::Whole(found.is_signed),
        _ => match converted {
            ConvertedType::DATE => Kind::Date,
            ConvertedType::TIMESTAMP_MILLIS => Kind::Timestamp {
                per_second: 1000,
                is_utc: true,
            },
            ConvertedType::TIMESTAMP_MICROS => Kind::Timestamp {
                per_second: 1_000_000,
                is_utc: true,
            },
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => Kind::Other("a time of day"),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Kind::Whole(false),
            _ => Kind::Whole(true),
        },
    }
}

#[cfg(test)]
mod tests {
    use parquet::schema::parser::parse_message_type;

    use super::*;

    #[test]
    fn columns_have_the_paths_that_users_write() {
        let schema = parse_message_type(
            "message schema {
                optional int64 id;
                optional binary text (STRING);
                optional group article {
                    optional binary body (STRING);
                    optional group meta { required int32 day (DATE); }
                }
                optional group paragraphs (LIST) {
                    repeated group list { optional binary element (STRING); }
                }
                optional group old (LIST) { repeated binary array (STRING); }
                repeated binary lines (STRING);
                optional group parts (LIST) {
                    repeated group list { optional group element { optional binary text (STRING); } }
                }
                optional group matrix (LIST) {
                    repeated group list { optional group element (LIST) {
                        repeated group list { optional binary element (STRING); }
                    } }
                }
                optional group tags (MAP) {
                    repeated group key_value { required binary key (STRING); optional int32 value; }
                }
                required fixed_len_byte_array(16) key (UUID);
                optional boolean is_new;
            }",
        )
        .unwrap();
        let found: Vec<_> = columns(&schema)
            .into_iter()
            .map(|column| (column.path, column.leaf, column.kind, column.is_list))
            .collect();
        let expected = [
            ("id", Some(0), Kind::Whole(true), false),
            ("text", Some(1), Kind::Text, false),
            ("article", None, Kind::Other(STRUCT), false),
            ("article.body", Some(2), Kind::Text, false),
            ("article.meta", None, Kind::Other(STRUCT), false),
            ("article.meta.day", Some(3), Kind::Date, false),
            ("paragraphs", Some(4), Kind::Text, true),
            ("old", Some(5), Kind::Text, true),
            ("lines", Some(6), Kind::Text, true),
            ("parts", None, Kind::Other(STRUCT), true),
            ("parts.text", Some(7), Kind::Text, true),
            ("matrix", Some(8), Kind::Other("a list of lists"), true),
            ("tags", None, Kind::Other("a map"), false),
            ("tags.key_value", None, Kind::Other(STRUCT), true),
            ("tags.key_value.key", Some(9), Kind::Text, true),
            ("tags.key_value.value", Some(10), Kind::Whole(true), true),
            ("key", Some(11), Kind::Uuid, false),
            ("is_new", Some(12), Kind::Other("a boolean"), false),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(path, leaf, kind, is_list)| (path.to_owned(), leaf, kind, is_list))
            .collect();
        assert_eq!(found, expected);
    }
}
