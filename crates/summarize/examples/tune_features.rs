//! Finds the weights of `features`: `tune_features GOLD.jsonl:LENGTH:SHARE ...`.
//!
//! A gold file has JSON objects with `text`, `summary` and optionally `title`. LENGTH is a number of sentences, or of
//! words (`40w`); SHARE is the weight of the set. Coordinate ascent starts with centrality alone and sets one weight after
//! another to the value of a fixed grid with the highest gain, until no change improves it. The gain is ROUGE-1 and
//! ROUGE-L divided by those of the first sentences, averaged over both and over the sets by their shares. The result
//! is deterministic.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;

use blattwerk_core::{Asset, Document};
use blattwerk_summarize::Budget;
use blattwerk_summarize::eval::{self, Rouge};
use blattwerk_summarize::features::Config;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The name of a weight, its field, and the values that are tried.
type Weight = (&'static str, fn(&mut Config) -> &mut f32, &'static [f32]);

const WEIGHTS: &[Weight] = &[
    (
        "position",
        |config| &mut config.position,
        &[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0],
    ),
    ("first", |config| &mut config.first, &[0.0, 0.3, 1.0, 3.0]),
    (
        "paragraph",
        |config| &mut config.paragraph,
        &[0.0, 0.1, 0.2, 0.3],
    ),
    (
        "substance",
        |config| &mut config.substance,
        &[0.0, 0.2, 0.4, 0.6],
    ),
    (
        "title",
        |config| &mut config.title,
        &[0.0, 0.4, 0.8, 1.2, 1.6],
    ),
    (
        "answer",
        |config| &mut config.answer,
        &[0.0, 0.4, 0.7, 1.0, 1.3],
    ),
    (
        "names",
        |config| &mut config.names,
        &[0.0, 0.1, 0.2, 0.4, 0.8],
    ),
    (
        "leaning",
        |config| &mut config.leaning,
        &[0.0, 0.1, 0.2, 0.3, 0.4],
    ),
    (
        "redundancy",
        |config| &mut config.redundancy,
        &[0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0],
    ),
];

/// A smaller gain than this is ignored.
const LEAST_GAIN: f64 = 0.0005;

struct Set {
    name: String,
    articles: Vec<(Document, String)>,
    length: (Option<usize>, Option<usize>),
    share: f64,
    first: Rouge,
}

impl Set {
    fn read(argument: &str) -> Result<Self> {
        let parts: Vec<&str> = argument.split(':').collect();
        let &[path, length, share] = parts.as_slice() else {
            return Err(format!("{argument}: expected GOLD.jsonl:LENGTH:SHARE").into());
        };
        let length = match length.strip_suffix('w') {
            Some(words) => (None, Some(words.parse()?)),
            None => (Some(length.parse()?), None),
        };
        let rules = serde_json::json!({"backend": "rules"});
        let split =
            serde_json::from_value::<blattwerk_split::Config>(rules)?.build(Path::new("."))?;
        let ner = blattwerk_ner::crf::Config::default().build(Path::new("."))?;
        let mut articles = Vec::new();
        for line in Asset::read_text(Path::new(path))?.0.lines() {
            let record: serde_json::Value = serde_json::from_str(line)?;
            let field = |name: &str| record[name].as_str().map(str::to_owned);
            let (Some(text), Some(summary)) = (field("text"), field("summary")) else {
                return Err(format!("{path}: a line without `text` or `summary`").into());
            };
            let mut document = Document::new("", text);
            document.title = field("title");
            document.sentences = split.stage.process(&document)?;
            document.entities = ner.stage.process(&document)?;
            articles.push((document, summary));
        }
        let budget = Budget::new(length.0, length.1, None)?;
        let mut first = Rouge::default();
        for (document, reference) in &articles {
            first += Rouge::new(&eval::first(document, budget).text, reference);
        }
        Ok(Self {
            name: argument.to_owned(),
            first: first.mean_of(articles.len()),
            articles,
            length,
            share: share.parse()?,
        })
    }

    fn rouge(&self, config: &Config) -> Result<Rouge> {
        let config = Config {
            sentences: self.length.0,
            words: self.length.1,
            ..config.clone()
        };
        let features = config.build(Path::new("."))?.stage;
        let mut sum = Rouge::default();
        for (document, reference) in &self.articles {
            sum += Rouge::new(&features.process(document)?.text, reference);
        }
        Ok(sum.mean_of(self.articles.len()))
    }
}

/// The ROUGE of the weights relative to that of the first sentences.
fn gain(sets: &[Set], config: &Config) -> Result<f64> {
    let (mut sum, mut shares) = (0.0, 0.0);
    for set in sets {
        let found = set.rouge(config)?;
        let factor = f64::midpoint(found.one / set.first.one, found.longest / set.first.longest);
        sum += set.share * factor;
        shares += set.share;
    }
    Ok(sum / shares)
}

fn main() -> Result<()> {
    let mut out = io::stdout();
    let sets: Vec<Set> = std::env::args()
        .skip(1)
        .map(|argument| Set::read(&argument))
        .collect::<Result<_>>()?;
    let mut config = Config::default();
    for (_, weight, _) in WEIGHTS {
        *weight(&mut config) = 0.0;
    }
    let mut best = gain(&sets, &config)?;
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for (name, weight, values) in WEIGHTS {
            let before = *weight(&mut config);
            let mut kept = before;
            for &value in *values {
                *weight(&mut config) = value;
                let found = gain(&sets, &config)?;
                if found > best + LEAST_GAIN {
                    (best, kept, has_changed) = (found, value, true);
                }
            }
            *weight(&mut config) = kept;
            writeln!(out, "{best:.4}  {name} {before} -> {kept}")?;
        }
    }
    for (name, weight, _) in WEIGHTS {
        let value = std::mem::take(weight(&mut config));
        let less = best - gain(&sets, &config)?;
        writeln!(out, "{name} = {value}   without it {less:.4} less")?;
        *weight(&mut config) = value;
    }
    for set in &sets {
        let found = set.rouge(&config)?;
        writeln!(out, "{:<40} {found}   first {}", set.name, set.first)?;
    }
    Ok(())
}
