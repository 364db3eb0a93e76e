//! A model that writes summaries: texts with their sentences in, texts out.
//!
//! A text that is too long for the model is summarized in parts of whole sentences, as few and as equal as possible;
//! the summary consists of those of the parts, in order. Only a sentence that is too long on its own is split, and
//! then all of its pieces are read. Each sentence is tokenized separately, so the number of tokens in a part is known
//! beforehand.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use blattwerk_core::{Asset, Error, Result, Span};
use blattwerk_rust_bert::{Generation, Generator};
use rayon::prelude::*;
use serde_json::{Map, Value};

use crate::card::{Card, Task};
use crate::load;
use crate::runtime::broken;
use crate::runtime::rust_bert::{read, refused};
use crate::rust_bert::FILE;
use crate::summary::Config;
use crate::tokens::Splitter;

/// The maximum number of tokens in the summary of a part if neither config nor model states it, as in Python's pipeline.
const SUMMARY_TOKENS: usize = 256;
/// The number of drafts if neither states it.
const BEAMS: usize = 4;
/// The maximum number of drafts, each of which needs memory.
const MOST_BEAMS: usize = 64;

/// The text that a model is tested on.
const TRIAL: &str = "Die Bürgermeisterin von Köln, Ada Müller, sagte: „Ja.“";

/// A model that writes summaries.
pub struct Summarizer {
    splitter: Splitter,
    generator: Generator,
    generation: Generation,
    /// The tokens before each part.
    prefix: Vec<i32>,
    /// How many tokens of the text fit into a part.
    room: usize,
    /// The file of the model, for messages.
    name: String,
    assets: Vec<Asset>,
}

/// A sentence, or a piece of one that is too long.
struct Piece {
    /// Its tokens at the beginning of a part.
    first: Vec<i32>,
    /// Its tokens anywhere else in a part.
    inner: Vec<i32>,
}

impl Piece {
    fn len(&self) -> usize {
        self.first.len().max(self.inner.len())
    }
}

impl Summarizer {
    /// Loads a model of the user, and tests it on a sentence. Paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a file is missing or corrupt, files do not match, the model is of another kind, or a setting exceeds what
    /// it supports.
    pub fn load(config: &Config, root: &Path) -> Result<Self> {
        let folder = load::folder(&config.model, root)?;
        let card_path = folder.join("config.json");
        let (card, card_asset) = Card::read(&card_path, Task::Text)?;
        let (splitter, splitter_asset) = Splitter::read(&folder.join("tokenizer.json"), &card)?;
        let prefix = splitter.split(config.prefix.trim_end())?.ids;
        let frame = splitter.frame() + prefix.len();
        let max_tokens = load::max_tokens(config.max_tokens, frame, &card, &card_asset)?;

        let content = read(&card_path)?;
        let (settings, settings_asset) = Settings::read(&folder, &content)?;
        let generation = settings.generation(config, card.max_tokens)?;

        let file = folder.join(config.file.as_deref().unwrap_or(Path::new(FILE)));
        let asset = Asset::of_file(&file)?;
        let generator = catch_unwind(AssertUnwindSafe(|| {
            Generator::open(&content, &file).map_err(|fault| refused(&card_path, &file, fault))
        }))
        .unwrap_or_else(|_| Err(broken(&file, "one that causes a panic".into())))?;
        let mut assets = vec![asset, card_asset, splitter_asset];
        assets.extend(settings_asset);
        let summarizer = Self {
            splitter,
            generator,
            generation,
            prefix,
            room: max_tokens - frame,
            name: file.display().to_string(),
            assets,
        };
        let trial = Generation {
            max_length: 4,
            ..summarizer.generation.clone()
        };
        let ids = summarizer.splitter.split(TRIAL)?.ids;
        summarizer.write(&ids[..ids.len().min(summarizer.room)], &trial)?;
        Ok(summarizer)
    }

    /// Returns the files that the model was loaded from.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Returns the summary of each text, given with its sentences, on one line. It is empty for a text without words.
    pub fn summarize(&self, texts: &[(&str, &[Span])]) -> Vec<Result<String>> {
        let parts: Vec<Result<Vec<Vec<i32>>>> = texts
            .par_iter()
            .map(|(text, sentences)| self.parts(text, sentences))
            .collect();
        let all: Vec<&[i32]> = parts
            .iter()
            .flatten()
            .flatten()
            .map(Vec::as_slice)
            .collect();
        let written: Vec<Result<String>> = all
            .par_iter()
            .map(|ids| self.write(ids, &self.generation))
            .collect();
        let mut written = written.into_iter();
        parts
            .into_iter()
            .map(|parts| {
                // All those of the text are taken, even after one that failed.
                let written: Vec<_> = written.by_ref().take(parts?.len()).collect();
                let written: Vec<String> = written.into_iter().collect::<Result<_>>()?;
                let words: Vec<&str> = written
                    .iter()
                    .flat_map(|text| text.split_whitespace())
                    .collect();
                Ok(words.join(" "))
            })
            .collect()
    }

    /// Returns the tokens of each part of a text, without those around it and without the prefix.
    fn parts(&self, text: &str, sentences: &[Span]) -> Result<Vec<Vec<i32>>> {
        let mut pieces = Vec::new();
        for sentence in sentences {
            let sentence = text.get(sentence.range()).unwrap_or_default();
            let words: Vec<&str> = sentence.split_whitespace().collect();
            if words.is_empty() {
                continue;
            }
            let words = words.join(" ");
            let inner = self.splitter.split(&format!(" {words}"))?.ids;
            let first = if self.prefix.is_empty() {
                self.splitter.split(&words)?.ids
            } else {
                inner.clone()
            };
            let piece = Piece { first, inner };
            if piece.len() <= self.room {
                pieces.push(piece);
            } else {
                let count = piece.first.len().div_ceil(self.room);
                let size = piece.first.len().div_ceil(count.max(1)).max(1);
                pieces.extend(piece.first.chunks(size).map(|ids| Piece {
                    first: ids.to_vec(),
                    inner: ids.to_vec(),
                }));
            }
        }
        let lengths: Vec<usize> = pieces.iter().map(Piece::len).collect();
        let parts = parts(&lengths, self.room).into_iter().map(|part| {
            let mut pieces = pieces[part].iter();
            let first = pieces.next().map(|piece| piece.first.as_slice());
            let rest = pieces.map(|piece| piece.inner.as_slice());
            first.into_iter().chain(rest).collect::<Vec<_>>().concat()
        });
        Ok(parts.collect())
    }

    /// Writes the summary of a part.
    fn write(&self, ids: &[i32], generation: &Generation) -> Result<String> {
        let ids = self.splitter.framed(&[&self.prefix, ids].concat());
        let written = catch_unwind(AssertUnwindSafe(|| {
            self.generator.generate(&ids, generation)
        }))
        .unwrap_or_else(|_| Err("a panic in the runtime".into()))
        .map_err(|found| Error::Model {
            name: self.name.clone(),
            expected: "a summary".into(),
            found,
        })?;
        self.splitter.text(&written)
    }
}

/// Groups pieces, given by their lengths, into parts of at most `room`: as few parts as possible, and among those
/// groupings the one whose longest part is shortest.
fn parts(lengths: &[usize], room: usize) -> Vec<Range<usize>> {
    let greedy = |limit: usize| {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut filled = 0;
        for (index, &length) in lengths.iter().enumerate() {
            match parts.last_mut() {
                Some(part) if filled + length <= limit => {
                    part.end += 1;
                    filled += length;
                }
                _ => {
                    parts.push(index..index + 1);
                    filled = length;
                }
            }
        }
        parts
    };
    let fewest = greedy(room).len();
    let (mut low, mut high) = (lengths.iter().copied().max().unwrap_or(0), room);
    while low < high {
        let middle = low.midpoint(high);
        if greedy(middle).len() > fewest {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    greedy(high)
}

/// The settings for generation in the files of a model.
struct Settings {
    /// The keys of `generation_config.json`; without that file, those of `config.json`.
    keys: Map<String, Value>,
    /// The keys of `config.json`, for tokens that the other file does not name.
    model: Map<String, Value>,
    /// The file, for messages.
    name: String,
}

impl Settings {
    fn read(folder: &Path, config: &str) -> Result<(Self, Option<Asset>)> {
        let path = folder.join("generation_config.json");
        let parse = |path: &Path, content: &str| {
            serde_json::from_str::<Map<String, Value>>(content).map_err(|error| Error::Model {
                name: path.display().to_string(),
                expected: "settings in JSON".into(),
                found: format!("an error: {error}"),
            })
        };
        let model_path = folder.join("config.json");
        let model = parse(&model_path, config)?;
        let is_missing =
            fs::metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if is_missing {
            let settings = Self {
                keys: model.clone(),
                model,
                name: model_path.display().to_string(),
            };
            return Ok((settings, None));
        }
        let (content, asset) = Asset::read_text(&path)?;
        let settings = Self {
            keys: parse(&path, &content)?,
            model,
            name: path.display().to_string(),
        };
        Ok((settings, Some(asset)))
    }

    /// Returns the settings for a run with a model that supports `most` tokens.
    fn generation(&self, config: &Config, most: usize) -> Result<Generation> {
        let missing = |key: &str| Error::Model {
            name: self.name.clone(),
            expected: format!("the number of a token as `{key}`"),
            found: "none".into(),
        };
        let start = self.token("decoder_start_token_id");
        let ends = match self.value("eos_token_id") {
            Some(Value::Array(ids)) => ids.iter().filter_map(id).collect(),
            other => other.and_then(id).into_iter().collect::<Vec<_>>(),
        };
        if ends.is_empty() {
            return Err(missing("eos_token_id"));
        }

        let longest = most.saturating_sub(1);
        let own = self.size("max_new_tokens");
        let own = own.or_else(|| Some(self.size("max_length")?.saturating_sub(1)));
        let own = own.filter(|&tokens| tokens > 0).unwrap_or(SUMMARY_TOKENS);
        let summary_tokens = config.summary_tokens.unwrap_or(own.min(longest));
        let beams = config.beams.or(self.size("num_beams")).unwrap_or(BEAMS);
        for (key, found, most) in [
            ("summary_tokens", summary_tokens, longest),
            ("beams", beams, MOST_BEAMS),
        ] {
            if !(1..=most).contains(&found) {
                return Err(Error::Setting {
                    key,
                    expected: format!("1 to {most}"),
                    found: found.to_string(),
                });
            }
        }
        let max_length = summary_tokens + 1;
        Ok(Generation {
            decoder_start_token_id: start.ok_or_else(|| missing("decoder_start_token_id"))?,
            eos_token_id: ends,
            forced_bos_token_id: self.token("forced_bos_token_id"),
            forced_eos_token_id: self.token("forced_eos_token_id"),
            max_length,
            min_length: self.size("min_length").unwrap_or(0).min(max_length),
            num_beams: beams,
            no_repeat_ngram_size: self.size("no_repeat_ngram_size").unwrap_or(0),
            length_penalty: self.float("length_penalty").unwrap_or(1.0),
            early_stopping: self.keys.get("early_stopping") == Some(&Value::Bool(true)),
        })
    }

    fn value(&self, key: &str) -> Option<&Value> {
        let values = [&self.keys, &self.model].map(|keys| keys.get(key));
        values.into_iter().flatten().find(|value| !value.is_null())
    }

    fn token(&self, key: &str) -> Option<i32> {
        self.value(key).and_then(id)
    }

    fn size(&self, key: &str) -> Option<usize> {
        let number = self.keys.get(key)?.as_u64()?;
        usize::try_from(number).ok()
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "models compute in single precision"
    )]
    fn float(&self, key: &str) -> Option<f32> {
        Some(self.keys.get(key)?.as_f64()? as f32)
    }
}

/// Returns the number of a token.
fn id(value: &Value) -> Option<i32> {
    i32::try_from(value.as_i64()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_are_few_and_equal() {
        let sizes = |lengths: &[usize], room| -> Vec<usize> {
            parts(lengths, room)
                .into_iter()
                .map(|part| part.len())
                .collect()
        };
        assert_eq!(sizes(&[], 10), [0; 0]);
        assert_eq!(sizes(&[3, 3, 4], 10), [3]);
        assert_eq!(sizes(&[4, 4, 4], 10), [2, 1]);
        assert_eq!(sizes(&[3, 3, 3, 2, 3], 12), [2, 3]);
        assert_eq!(sizes(&[2, 2, 2, 2, 2, 2], 10), [3, 3]);
    }

    proptest! {
        #[test]
        fn every_piece_is_in_one_part(lengths in prop::collection::vec(1_usize..50, 0..60), more in 0_usize..100) {
            let room = 50 + more;
            let found = parts(&lengths, room);
            let mut at = 0;
            for part in &found {
                prop_assert_eq!(part.start, at);
                prop_assert!(!part.is_empty());
                prop_assert!(lengths[part.clone()].iter().sum::<usize>() <= room);
                at = part.end;
            }
            prop_assert_eq!(at, lengths.len());
        }
    }
}
