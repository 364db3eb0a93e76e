//! The section `[run]` of the config: how the run goes.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

/// How the run goes. Nothing here changes what the tables hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The number of threads for the stages, at most 1024; 0 (default) means one per processor. Overridden by `--jobs`.
    pub jobs: usize,
    /// The maximum number of articles in a chunk. Reading, processing and writing each hold one chunk in memory.
    /// Default: 1000.
    pub chunk_articles: usize,
    /// The maximum size of the texts of a chunk, in megabytes; a longer article is a chunk of its own. Default: 4.
    pub chunk_megabytes: usize,
    /// How many seconds of work may be lost when a run is killed. The journal, from which `--resume` continues, is
    /// written after the first chunk that ends this many seconds after the last entry, and the tables are flushed to
    /// disk each time. 0 means after each chunk. Default: 5.
    pub journal_seconds: u64,
    /// How many seconds the current chunk may take to finish when SIGINT or SIGTERM stops the run. After that it is
    /// abandoned, and `--resume` repeats everything since the last journal entry. Default: 20.
    pub grace_seconds: u64,
    /// Stop the run when more than this has failed: a number, or a percentage of what was read such as `5%`, which is
    /// checked from 100 articles on. The run can be continued with `--resume`. Without this key (default), failures
    /// never stop a run. Overridden by `--max-failures`.
    #[schemars(with = "Option<String>", example = "5%")]
    pub max_failures: Option<MaxFailures>,
    /// A file for the metrics of the run in the text format of Prometheus, rewritten every 15 seconds and at the end.
    /// For the textfile collector of the node exporter, its name must end in `.prom`. Default: none. Overridden by
    /// `--metrics`.
    #[schemars(example = "blattwerk.prom")]
    pub metrics: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            jobs: 0,
            chunk_articles: 1000,
            chunk_megabytes: 4,
            journal_seconds: 5,
            grace_seconds: 20,
            max_failures: None,
            metrics: None,
        }
    }
}

/// How much may fail before a run is stopped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFailures {
    /// This many articles and pieces of the input.
    Count(u64),
    /// This percentage of everything that was read.
    Percent(f64),
}

impl MaxFailures {
    /// A percentage of few articles says nothing.
    const FEWEST: usize = 100;

    /// Returns whether too much has failed, given the number of items read.
    pub(crate) fn is_exceeded(self, failures: u64, items: usize, is_end: bool) -> bool {
        match self {
            Self::Count(most) => failures > most,
            #[expect(clippy::cast_precision_loss, reason = "a share needs no last digit")]
            Self::Percent(most) => {
                (is_end || items >= Self::FEWEST) && failures as f64 * 100.0 > most * items as f64
            }
        }
    }
}

impl FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "expected a number or a percentage such as `5%`, from 0% to 100%, found `{text}`"
            )
        };
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent = percent.trim().parse::<f64>().map_err(|_| expected())?;
                (0.0..=100.0)
                    .contains(&percent)
                    .then_some(Self::Percent(percent))
                    .ok_or_else(expected)
            }
            None => text.trim().parse().map(Self::Count).map_err(|_| expected()),
        }
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

impl<'de> Deserialize<'de> for MaxFailures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaxVisitor;

        impl Visitor<'_> for MaxVisitor {
            type Value = MaxFailures;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a percentage such as \"5%\"")
            }

            fn visit_u64<E: de::Error>(self, most: u64) -> Result<MaxFailures, E> {
                Ok(MaxFailures::Count(most))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaxFailures, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(MaxVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_failures_are_a_number_or_a_share() {
        // What is written, failures, items, at the end of the input, too many.
        let cases = [
            ("0", 0, 1000, false, false),
            ("0", 1, 1000, false, true),
            ("3", 3, 3, true, false),
            ("3", 4, 4, false, true),
            ("5%", 5, 100, false, false),
            ("5 %", 6, 100, false, true),
            ("0.1%", 1, 999, false, true),
            ("0.1%", 1, 1000, false, false),
            ("5%", 99, 99, false, false),
            ("5%", 99, 99, true, true),
            ("100%", 1000, 1000, true, false),
            ("5%", 0, 0, true, false),
        ];
        for (text, failures, items, is_end, expected) in cases {
            let most: MaxFailures = text.parse().unwrap();
            let found = most.is_exceeded(failures, items, is_end);
            assert_eq!(found, expected, "{failures} of {items}, at most {text}");
        }
        for text in ["", "-1", "5.5", "101%", "-1%", "NaN%", "viele"] {
            let error = text.parse::<MaxFailures>().unwrap_err();
            assert!(error.ends_with(&format!("found `{text}`")), "{error}");
        }
    }
}
