//! Builds the embedded model from the data folder: `build_names DATA TAUGHT MODEL_FILE`. TAUGHT is a file of labelled
//! articles, in which the encoder has found the names: the example `label_raw` makes it.
//!
//! The steps are those of [`build`]; the same DATA and TAUGHT give the same file.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;
use std::time::Instant;

use blattwerk_core::{Asset, token};
use blattwerk_gold::{marked, raw};
use blattwerk_ner::crf::corpus::{self, Sentence};
use blattwerk_ner::crf::knowledge::{self, List};
use blattwerk_ner::crf::lexicon::list;
use blattwerk_ner::crf::train::{Corpus, Options, Tagger, train};
use blattwerk_ner::crf::uses::Uses;
use blattwerk_ner::crf::{Model, calibrate};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let [Some(data), Some(taught), Some(file), None] = std::array::from_fn(|_| arguments.next())
    else {
        return Err("usage: build_names DATA TAUGHT MODEL_FILE".into());
    };
    let start = Instant::now();
    let model = build(Path::new(&data), Path::new(&taught), |step| {
        let _ = writeln!(
            io::stderr(),
            "{:>6.0} s  {step}",
            start.elapsed().as_secs_f32()
        );
    })?;
    fs::write(file, model.to_bytes())?;
    Ok(())
}

/// Name lists and their bits.
const LISTS: &[(&str, u16)] = &[
    ("given_names_de_faker", list::GIVEN),
    ("given_names_berlin", list::GIVEN),
    ("surnames_de_faker", list::SURNAME),
    ("surnames_germaner", list::SURNAME),
    ("cities_de_faker", list::TOWN),
    ("geonames_dach_places_500", list::TOWN),
    ("geonames_dach_places_5000", list::TOWN),
    ("geonames_world_cities_100k", list::CITY),
    ("cldr_territories_de", list::COUNTRY),
    ("countries_auswaertiges_amt", list::COUNTRY),
    ("cldr_languages_de", list::LANGUAGE),
];

/// Raw articles.
const RAW: &[&str] = &[
    "wikinews_de.jsonl",
    "wikipedia_klexikon.jsonl.zst",
    "bundestag_speeches.jsonl.zst",
];

/// How many taggers of each of the two kinds are trained; the model is the mean of them all.
const TAGGERS: u64 = 2;

/// The minimum number of occurrences of a feature of the final taggers. The sentences that the encoder has labelled have many
/// rare ones, and few of them are worth their bytes.
const LEAST_COUNT: u32 = 6;

/// Features with the smallest weights are left out, so that the file has at most so many bytes.
const MOST_BYTES: usize = 7_980_000;

/// Well-known names, by label, that are not in the data folder's lists.
const WELL_KNOWN: &str = include_str!("../../../models/ner-de/names.tsv");

/// Weight of a sentence of the newswire corpus for a tagger without separate features for that corpus.
const NEWSWIRE_WEIGHT: f32 = 2.0;

/// Labelled sentences of the data folder.
#[derive(Debug, Clone)]
struct Gold {
    /// To train on.
    train: Vec<Corpus>,
    /// To tune on, by name.
    dev: Vec<(&'static str, Vec<Sentence>)>,
}

/// Reads the labelled sentences.
///
/// # Errors
///
/// If a file cannot be read or is malformed.
fn gold(data: &Path) -> Result<Gold> {
    let read = |name: &str| corpus::read_tsv(&data.join("ner").join(name).with_extension("tsv"));
    let mut bundestag = read("bundestag_gold.p1951.tsv")?;
    bundestag.extend(read("bundestag_gold.p1981.tsv")?);
    let readers =
        |name: &str| corpus::read_tsv(&data.join("readers").join(name).with_extension("ner.tsv"));
    let train = vec![
        Corpus::gold(readers("wikinews.train.tsv")?),
        Corpus::gold(readers("written.train.tsv")?),
        Corpus::gold(readers("bundestag.train.tsv")?),
        Corpus {
            domain: 3,
            ..Corpus::gold(read("germeval2014_fulltags_flags.train.tsv")?)
        },
        Corpus {
            has_misc: false,
            domain: 1,
            ..Corpus::gold(read("smartdata_newsonly.train.tsv")?)
        },
        Corpus {
            weight: 0.5,
            domain: 2,
            ..Corpus::gold(bundestag)
        },
    ];
    let dev = vec![
        ("germeval2014.dev", read("germeval2014.dev.tsv")?),
        (
            "smartdata_newsonly.dev",
            read("smartdata_newsonly.dev.tsv")?,
        ),
    ];
    Ok(Gold { train, dev })
}

/// Reads [`WELL_KNOWN`].
fn well_known() -> Result<Vec<List>> {
    let lines = WELL_KNOWN.lines().zip(1..);
    lines
        .filter(|(line, _)| !line.starts_with('#'))
        .map(|(line, number)| {
            let bit = match line.split_once('\t') {
                Some(("PER", names)) => Some((list::PERSON, names)),
                Some(("LOC", names)) => Some((list::PLACE, names)),
                Some(("ORG", names)) => Some((list::ORGANIZATION, names)),
                Some(("MISC", names)) => Some((list::OTHER, names)),
                _ => None,
            };
            let (bit, names) = bit.ok_or_else(|| {
                format!(
                    "names.tsv:{number}: expected PER, LOC, ORG or MISC, a tab and names, found {line:?}"
                )
            })?;
            Ok((bit, names.split(" | ").map(str::to_owned).collect()))
        })
        .collect()
}

/// Reads the name lists of the data folder and adds the well-known names.
fn lists(data: &Path) -> Result<Vec<List>> {
    let mut lists: Vec<List> = LISTS
        .iter()
        .map(|&(name, bit)| {
            let path = data.join("gazetteers").join(name).with_extension("txt");
            let (text, _) = Asset::read_text(&path)?;
            let clean = |line: &str| line.trim().trim_matches('"').to_owned();
            Ok((
                bit,
                text.lines()
                    .map(clean)
                    .filter(|name| !name.is_empty())
                    .collect(),
            ))
        })
        .collect::<Result<_>>()?;
    lists.extend(well_known()?);
    Ok(lists)
}

/// Returns the corpora as if all followed the same conventions.
fn blended(corpora: &[Corpus]) -> Vec<Corpus> {
    let blend = |corpus: &Corpus| {
        let weight = if corpus.has_misc {
            corpus.weight
        } else {
            NEWSWIRE_WEIGHT
        };
        Corpus {
            domain: 0,
            weight,
            ..corpus.clone()
        }
    };
    corpora.iter().map(blend).collect()
}

/// Builds the model. `say` is called with each step:
///
/// 1. word classes and statistics from the raw text, names from the lists;
/// 2. a first tagger from the labelled sentences;
/// 3. how words are used in the raw text, according to that tagger;
/// 4. taggers of two kinds that use this: some keep the conventions of the corpora apart and follow those of the first
///    corpus, others blend them; the model is their mean;
/// 5. features with the smallest weights are left out until the file is small enough;
/// 6. calibration of its scores on the dev files.
///
/// # Errors
///
/// If a file cannot be read or is malformed.
///
/// # Panics
///
/// Never, since the threads it starts do not panic.
fn build(data: &Path, taught: &Path, mut say: impl FnMut(&str)) -> Result<Model> {
    let mut gold = gold(data)?;
    let kinds = marked::parse(KINDS, Path::new("kinds.tsv"))?;
    gold.train.push(Corpus::gold(corpus::of_articles(&kinds)));
    let reports = marked::parse_reports(REPORTS, Path::new("reports.tsv"))?;
    gold.train.push(Corpus::gold(corpus::of_articles(&reports)));
    gold.train.push(Corpus {
        weight: TAUGHT,
        ..Corpus::gold(corpus::of_articles(&blattwerk_gold::read(taught)?))
    });
    let mut articles = Vec::new();
    for name in RAW {
        let texts = raw::texts(&data.join("raw").join(name))?;
        let all: Vec<_> = texts
            .map(|text| Ok(sentences(&text?)))
            .collect::<Result<_>>()?;
        say(&format!("{name}: {} articles", all.len()));
        articles.extend(all);
    }
    let known = |s: &Sentence| -> Vec<Option<String>> {
        s.tokens
            .iter()
            .zip(&s.surrogate)
            .map(|(t, surrogate)| (!surrogate).then(|| t.clone()))
            .collect()
    };
    let mut sentences: Vec<Vec<Option<String>>> = gold
        .train
        .iter()
        .flat_map(|c| &c.sentences)
        .map(known)
        .collect();
    sentences.extend(
        articles
            .iter()
            .flatten()
            .map(|s| s.iter().cloned().map(Some).collect()),
    );
    say("learning word vectors and classes");
    let lexicon = knowledge::learn(&sentences, &lists(data)?, &knowledge::Options::default());
    drop(sentences);

    let options = Options::default();
    let first = Model::new(&train(&gold.train, &lexicon, &options, |p, _| {
        say(&format!("first tagger: {p}"));
    }));
    say("reading the raw text");
    let mut uses = Uses::default();
    for article in &articles {
        uses.read(&first, article);
    }
    drop(articles);
    let lexicon = uses.teach(&lexicon);
    let blended = blended(&gold.train);
    let taggers = |corpora: &[Corpus], first_seed: u64| -> Vec<Tagger> {
        (0..TAGGERS)
            .map(|i| {
                let options = Options {
                    seed: first_seed + 2 * i,
                    min_count: LEAST_COUNT,
                    ..options.clone()
                };
                train(corpora, &lexicon, &options, |_, _| {})
            })
            .collect()
    };
    say("taggers of both kinds");
    let all = thread::scope(|scope| {
        let blended = scope.spawn(|| taggers(&blended, 2));
        let mut all = taggers(&gold.train, 1);
        all.extend(blended.join().expect("training does not panic"));
        all
    });
    let mean = Tagger::mean(&all);
    drop(all);
    let mut pruned = (2..=127).map(|steps| (steps, Model::pruned(&mean, steps)));
    let fits = |(_, model): &(u8, Model)| model.to_bytes().len() <= MOST_BYTES;
    let (steps, mut model) = pruned
        .find(fits)
        .ok_or("the words alone are too many bytes")?;
    say(&format!("without features below {steps} steps"));
    let dev: Vec<Sentence> = gold
        .dev
        .into_iter()
        .flat_map(|(_, sentences)| sentences)
        .collect();
    let factor = calibrate::calibrate(&mut model, &dev);
    say(&format!("scores times {factor:.1}"));
    Ok(model)
}

/// Sentences of kinds that models get wrong, written for this project.
const KINDS: &str = include_str!("../../../scripts/train/kinds.tsv");

/// News reports, written for this project.
const REPORTS: &str = include_str!("../../../scripts/train/reports.tsv");

/// The weight of a sentence that the encoder has labelled.
const TAUGHT: f32 = 0.3;

/// Tokenizes a text and splits it at line breaks and final full stops; good enough for unlabelled text only.
fn sentences(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for line in text.lines() {
        let mut sentence: Vec<String> = Vec::new();
        for at in token::tokens(line) {
            let token = line.get(at).unwrap_or_default();
            let ended = sentence
                .last()
                .is_some_and(|last| matches!(last.as_str(), "." | "!" | "?" | "“" | "\""));
            let stopped = sentence
                .iter()
                .rev()
                .take(2)
                .any(|t| matches!(t.as_str(), "." | "!" | "?"));
            if ended
                && stopped
                && token
                    .chars()
                    .next()
                    .is_some_and(|c| c.is_uppercase() || c == '„' || c == '»')
            {
                all.push(std::mem::take(&mut sentence));
            }
            sentence.push(token.to_owned());
        }
        if !sentence.is_empty() {
            all.push(sentence);
        }
    }
    all
}
