//! The key `output.articles`: which articles are written as they came in.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Which articles are written as they came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Articles {
    /// Those whose text was extracted; the input does not contain it as it is.
    #[default]
    Extracted,
    /// All.
    All,
    /// None.
    None,
}

const AUTO: &str = "auto";

impl Serialize for Articles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Extracted => serializer.serialize_str(AUTO),
            Self::All => serializer.serialize_bool(true),
            Self::None => serializer.serialize_bool(false),
        }
    }
}

impl<'de> Deserialize<'de> for Articles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArticlesVisitor)
    }
}

struct ArticlesVisitor;

impl Visitor<'_> for ArticlesVisitor {
    type Value = Articles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`auto`, true or false")
    }

    fn visit_bool<E: de::Error>(self, is_on: bool) -> Result<Articles, E> {
        Ok(if is_on { Articles::All } else { Articles::None })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Articles, E> {
        match text {
            AUTO => Ok(Articles::Extracted),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for Articles {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Articles".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "oneOf": [
                {"const": AUTO, "description": "Articles whose text was extracted from HTML or XML; no table if there are none."},
                {"const": true, "description": "All articles."},
                {"const": false, "description": "No table."},
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_auto_or_a_truth_value() {
        use Articles::{All, Extracted, None};
        for (value, articles) in [("\"auto\"", Extracted), ("true", All), ("false", None)] {
            assert_eq!(serde_json::from_str::<Articles>(value).unwrap(), articles);
            assert_eq!(serde_json::to_string(&articles).unwrap(), value);
        }
        for value in ["\"on\"", "1", "null", "\"true\""] {
            let error = serde_json::from_str::<Articles>(value).unwrap_err();
            let error = error.to_string();
            assert!(error.contains("expected `auto`, true or false"), "{error}");
        }
    }
}
