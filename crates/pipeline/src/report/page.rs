//! The page: what was collected, in words, numbers and charts, laid out by a template.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blattwerk_core::Polarity;
use sha2::{Digest, Sha256};

use super::alerts::{Alert, alerts};
use super::article::{Article, Piece};
use super::chart::{Axis, bars, peak, shares, spark, tones};
use super::collect::{Collected, Day, MOST_NAMES, Top, parts};
use super::failures::advice;
use super::language::{self, Language};
use super::number::{ratio, whole};
use super::text::{coded, line};
use super::words::{Words, label, language_name, reason};
use crate::output::{Date, Name, date, listed};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// The judgements from which on the stance toward a name is shown.
const ENOUGH_STANCES: u64 = 20;
/// The articles from which on it is: judgements of one article say the same.
const ENOUGH_ARTICLES: u64 = 3;
/// The judgements from which on the tone of a period is shown.
const ENOUGH_TONES: u64 = 10;
/// How long the page may be.
const MOST_BYTES: usize = 3_000_000;
/// How many characters of a sample article are shown, and in how many pieces: text, marked names, what was removed.
const MOST_CHARACTERS: usize = 8000;
const MOST_PIECES: usize = 1000;
/// How many characters of a title, a name or a source are shown.
const MOST_LINE: usize = 300;

/// How the page is made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The headline; by default, what was read.
    pub title: Option<String>,
    /// The language of the page.
    pub language: Language,
    /// Whether all text of articles is left out: headlines, sample articles, lines that were removed, and messages that may quote
    /// them.
    pub is_without_text: bool,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    w: Words,
    code: &'static str,
    policy: String,
    style: &'static str,
    script: &'static str,
    title: String,
    dateline: String,
    sentence: String,
    is_good: bool,
    figures: Vec<Figure>,
    notes: Vec<String>,
    alerts: Vec<Alert>,
    time: Option<Chart>,
    undated: String,
    outlets: Vec<OutletRow>,
    other_outlets: String,
    labels: Vec<LabelTable>,
    keywords: Option<Vec<Keyword>>,
    tone: Option<Chart>,
    all_tones: Option<Stance>,
    removed: Vec<RemovedRow<'a>>,
    duplicates: Option<String>,
    groups: Vec<GroupRow<'a>>,
    languages: Vec<LanguageRow>,
    skipped: Vec<(String, String)>,
    failures: Vec<FailureRow<'a>>,
    other_failures: String,
    stages: Vec<StageRow<'a>>,
    samples: Vec<Sample<'a>>,
    is_without_text: bool,
}

struct Figure {
    name: &'static str,
    value: String,
    note: String,
}

struct Chart {
    svg: String,
    description: String,
    ticks: Vec<String>,
    top: String,
    bottom: String,
    /// The name of each step, and its figures.
    rows: Vec<(String, Vec<String>)>,
    columns: Vec<&'static str>,
}

struct Stance {
    svg: String,
    text: String,
    order: String,
}

struct OutletRow {
    name: String,
    articles: u64,
    shown: String,
    bar: String,
    removed: String,
    removed_order: String,
    tone: Option<Stance>,
}

struct LabelTable {
    name: String,
    caption: String,
    rows: Vec<NameRow>,
}

struct NameRow {
    name: String,
    forms: String,
    mentions: u64,
    mentions_shown: String,
    articles: u64,
    articles_shown: String,
    spark: String,
    course: String,
    stance: Option<Stance>,
    judged: String,
}

struct Keyword {
    word: String,
    shown: String,
    size: usize,
}

struct RemovedRow<'a> {
    reason: String,
    passages: u64,
    passages_shown: String,
    articles: u64,
    articles_shown: String,
    characters: u64,
    characters_shown: String,
    lines: Vec<(&'a str, String)>,
}

struct GroupRow<'a> {
    title: String,
    id: &'a str,
    source: String,
    copies: String,
}

struct LanguageRow {
    name: String,
    shown: String,
    bar: String,
    share: String,
}

struct FailureRow<'a> {
    stage: &'a str,
    message: &'a str,
    count: String,
    advice: String,
    examples: Vec<[String; 3]>,
}

struct StageRow<'a> {
    stage: &'a str,
    backend: &'a str,
    is_off: bool,
    bar: String,
    share: String,
    order: u64,
    speed: String,
    models: Vec<(String, String)>,
}

struct Sample<'a> {
    number: usize,
    title: String,
    kicker: String,
    id: &'a str,
    source: String,
    tone: String,
    summary: String,
    keywords: String,
    pieces: Vec<Shown>,
    is_cut: bool,
}

/// A piece of a sample article.
struct Shown {
    kind: Kind,
    text: String,
    /// The label of a name or the reason.
    label: String,
    /// The stance: its class, sign and word.
    stance: [&'static str; 3],
    class: &'static str,
}

#[derive(PartialEq, Eq)]
enum Kind {
    Text,
    Name,
    Removed,
}

/// Renders the page. If it is too long, which only a hostile run makes it, less is shown of what there is much of.
pub(super) fn render(found: &Collected, options: &Options) -> String {
    let mut divisor = 1;
    loop {
        let page = Maker {
            found,
            language: options.language,
            words: Words::new(options.language),
            is_without_text: options.is_without_text,
            divisor,
        };
        let page = page.page(options.title.as_deref());
        let page = page
            .render()
            .expect("the template renders what has its types, and memory does not fail");
        if page.len() <= MOST_BYTES || divisor > MOST_CHARACTERS {
            return page;
        }
        divisor *= 2;
    }
}

fn hash(content: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(content)))
}

struct Maker<'a> {
    found: &'a Collected,
    language: Language,
    words: Words,
    is_without_text: bool,
    /// By how much the number of what is shown is divided.
    divisor: usize,
}

impl<'a> Maker<'a> {
    fn page(&self, title: Option<&str>) -> Page<'a> {
        let found = self.found;
        let language = self.language;
        let axis = Axis::new(self.days().map(|(date, day)| (date, day.articles)));
        let dedup_is_on = found
            .record
            .stages
            .iter()
            .any(|stage| stage.stage == "dedup" && stage.backend != "off");
        Page {
            w: Words::new(language),
            code: language.code(),
            policy: format!(
                "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
                hash(STYLE),
                hash(SCRIPT)
            ),
            style: STYLE,
            script: SCRIPT,
            title: title.map_or_else(|| self.title(), |title| line(title, MOST_LINE)),
            dateline: self.dateline(),
            sentence: self.sentence(),
            is_good: found.failed == 0 && found.articles > 0,
            figures: self.figures(),
            notes: self.notes(),
            alerts: alerts(found, language),
            time: axis.map(|axis| self.time(axis)),
            undated: self.undated(axis),
            outlets: self.outlets(),
            other_outlets: self.others(
                &found.outlets,
                language.of("weitere Quellen", "more outlets"),
            ),
            labels: self.labels(axis),
            keywords: self.keywords(),
            tone: axis.and_then(|axis| self.tone(axis)),
            all_tones: self.stance(self.all_tones(), 1),
            removed: self.removed(),
            duplicates: dedup_is_on.then(|| self.copies()),
            groups: self.groups(),
            languages: self.languages(),
            skipped: self.skipped(),
            failures: self.failures(),
            other_failures: self
                .others(&found.failures, language.of("weitere Arten", "more kinds")),
            stages: self.stages(),
            samples: if self.is_without_text {
                Vec::new()
            } else {
                self.samples()
            },
            is_without_text: self.is_without_text,
        }
    }

    fn days(&self) -> impl Iterator<Item = (Date, &'a Day)> + use<'a> {
        let days = self.found.dates.iter();
        days.filter(|(date, _)| **date > 0)
            .map(|(date, day)| (*date, day))
    }

    /// Returns what was read, as a headline.
    fn title(&self) -> String {
        let inputs = &self.found.record.inputs;
        let name = |path: &std::path::Path| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            line(&name.to_string_lossy(), MOST_LINE)
        };
        match inputs.as_slice() {
            [] => self.words.kicker.to_owned(),
            [one] => name(&one.path),
            [first, ..] => {
                let mut folder = first.path.parent();
                while let Some(parent) = folder
                    && !inputs.iter().all(|input| input.path.starts_with(parent))
                {
                    folder = parent.parent();
                }
                let folder = folder.filter(|folder| folder.file_name().is_some());
                let files = self.language.count(inputs.len() as u64);
                match folder {
                    Some(folder) => format!(
                        "{} · {files} {}",
                        name(folder),
                        self.language.of("Dateien", "files")
                    ),
                    None => format!("{files} {}", self.language.of("Dateien", "files")),
                }
            }
        }
    }

    fn dateline(&self) -> String {
        let record = &self.found.record;
        let started = date(&record.started).map(|date| self.language.date(date));
        let time = record.started.get(11..16).unwrap_or_default();
        let config: String = record.config_hash.chars().take(12).collect();
        let parts = [
            started.map(|date| format!("{date}, {time} UTC")),
            Some(format!("blattwerk {}", line(&record.version, 40))),
            Some(format!("{} {config}", self.words.config)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// Returns the verdict in a sentence.
    fn sentence(&self) -> String {
        let Collected {
            articles,
            words,
            failed,
            record,
            ..
        } = self.found;
        let (articles, failed, words) = (*articles, *failed, *words);
        let language = self.language;
        let count = |count, noun| language.counted(count, noun);
        let time = language.duration(record.seconds);
        if articles == 0 && failed == 0 {
            return language
                .of(
                    "Der Lauf ist vollständig, aber er hatte keine Artikel.",
                    "The run is complete, but it had no articles.",
                )
                .into();
        }
        let what = language.of(
            format!(
                "{} mit {} in {time}",
                count(articles, language::ARTICLES),
                language::dative(&count(words, language::WORDS))
            ),
            format!(
                "{} with {} in {time}",
                count(articles, language::ARTICLES),
                count(words, language::WORDS)
            ),
        );
        if failed == 0 {
            return language.of(
                format!("Der Lauf ist vollständig: {what}, ohne Fehler."),
                format!("The run is complete: {what}, without a failure."),
            );
        }
        let share = language.percent(failed, articles + failed + self.found.skipped);
        language.of(
            format!(
                "Der Lauf ist zu Ende gekommen: {what}. Gescheitert {} ({share}).",
                match failed {
                    1 => "ist ein Artikel".into(),
                    failed => format!("sind {}", language.count(failed)),
                }
            ),
            format!(
                "The run came to its end: {what}. {} ({share}).",
                match failed {
                    1 => "One article failed".into(),
                    failed => format!("{} failed", language.count(failed)),
                }
            ),
        )
    }

    fn figures(&self) -> Vec<Figure> {
        let found = self.found;
        let language = self.language;
        let w = &self.words;
        let all = found.articles + found.failed + found.skipped;
        let figure = |name, count, whole| Figure {
            name,
            value: language.count(count),
            note: if count > 0 && whole > 0 {
                language.percent(count, whole)
            } else {
                String::new()
            },
        };
        let speed = whole_per_second(found.record.counts.words, found.record.seconds);
        let jobs = found.record.jobs as u64;
        vec![
            figure(w.articles, found.articles, 0),
            figure(w.words, found.words, 0),
            figure(w.failures, found.failed, all),
            figure(w.skipped, found.skipped, all),
            figure(
                w.duplicates,
                found.duplicates,
                found.articles.max(found.duplicates),
            ),
            Figure {
                name: w.duration,
                value: language.duration(found.record.seconds),
                note: format!(
                    "{} {} · {}\u{A0}{}",
                    language.count(speed),
                    language.of("Wörter/s", "words/s"),
                    jobs,
                    if jobs == 1 {
                        language.of("Thread", "thread")
                    } else {
                        language.of("Threads", "threads")
                    }
                ),
            },
        ]
    }

    fn notes(&self) -> Vec<String> {
        let found = self.found;
        let mut notes: Vec<String> = Vec::new();
        if found.is_appended {
            notes.push(self.language.of(
                "Die Tabellen haben auch Artikel früherer Läufe. Dauer, Stufen und Modelle sind die des letzten Laufs.",
                "The tables also have articles of earlier runs. Duration, stages and models are those of the last run.",
            ).into());
        }
        if let Some(shard) = found.record.shard {
            notes.push(self.language.of(
                format!("Das ist der Teil {shard} eines Laufs; `blattwerk merge` fügt die Teile zusammen."),
                format!("This is shard {shard} of a run; `blattwerk merge` joins the shards."),
            ));
        }
        if let Some(limit) = found.record.limit {
            let limit = self.language.count(limit as u64);
            notes.push(self.language.of(
                format!("Der Lauf war auf die ersten {limit} Artikel begrenzt (--limit)."),
                format!("The run was limited to the first {limit} articles (--limit)."),
            ));
        }
        if self.is_without_text {
            notes.push(self.words.no_text_note.into());
        }
        notes.iter().map(|note| coded(note)).collect()
    }

    fn others<T>(&self, top: &Top<T>, noun: &str) -> String {
        match top.others() {
            0 => String::new(),
            others => self.language.of(
                format!("und {} {noun}", self.language.count(others)),
                format!("and {} {noun}", self.language.count(others)),
            ),
        }
    }

    fn time(&self, axis: Axis) -> Chart {
        let language = self.language;
        let counts = axis.sums(self.days().map(|(date, day)| (date, day.articles)));
        let name = |step| axis.name(step, language);
        let peak = peak(&counts);
        let most = peak.map_or(0, |(_, count)| count);
        let peak = peak.map(|(step, _)| name(step)).unwrap_or_default();
        let most_shown = language.counted(most, language::ARTICLES);
        let (first, last) = (name(0), name(axis.steps - 1));
        let rows = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        Chart {
            svg: bars(&counts, |step| {
                format!(
                    "{}: {}",
                    name(step),
                    language.counted(counts[step], language::ARTICLES)
                )
            }),
            description: language.of(
                format!(
                    "Balken von {first} bis {last}; die meisten Artikel: {peak} mit {most_shown}."
                ),
                format!(
                    "Bars from {first} to {last}; the most articles: {peak} with {most_shown}."
                ),
            ),
            ticks: axis.ticks(language),
            top: most_shown,
            bottom: String::new(),
            rows: rows
                .map(|(step, count)| (name(step), vec![language.count(*count)]))
                .collect(),
            columns: vec![self.words.articles],
        }
    }

    /// Returns what the chart over time leaves out.
    fn undated(&self, axis: Option<Axis>) -> String {
        let Some(axis) = axis else {
            return String::new();
        };
        let shown: u64 = axis
            .sums(self.days().map(|(date, day)| (date, day.articles)))
            .iter()
            .sum();
        let language = self.language;
        match self.found.articles - shown {
            0 => String::new(),
            1 => language
                .of(
                    "Nicht gezeigt: ein Artikel ohne genaues Datum oder weit außerhalb.",
                    "Not shown: one article without an exact date or far outside.",
                )
                .into(),
            left_out => language.of(
                format!(
                    "Nicht gezeigt: {} Artikel ohne genaues Datum oder weit außerhalb.",
                    language.count(left_out)
                ),
                format!(
                    "Not shown: {} articles without an exact date or far outside.",
                    language.count(left_out)
                ),
            ),
        }
    }

    /// Returns how judgements are distributed; none if there are not enough.
    fn stance(&self, stances: [u64; 3], enough: u64) -> Option<Stance> {
        let [negative, neutral, positive] = stances;
        let all = negative + neutral + positive;
        if all < enough.max(1) {
            return None;
        }
        let language = self.language;
        Some(Stance {
            svg: shares(stances),
            text: format!(
                "{}\u{A0}{} · {}\u{A0}{}",
                language.percent(negative, all),
                self.words.negative,
                language.percent(positive, all),
                self.words.positive
            ),
            order: format!("{:.4}", ratio(positive, all) - ratio(negative, all)),
        })
    }

    fn all_tones(&self) -> [u64; 3] {
        let mut sum = [0; 3];
        for day in self.found.dates.values() {
            for (sum, count) in sum.iter_mut().zip(day.tones) {
                *sum += count;
            }
        }
        sum
    }

    fn outlets(&self) -> Vec<OutletRow> {
        let language = self.language;
        let most = self
            .found
            .outlets
            .iter()
            .map(|(count, ..)| count)
            .max()
            .unwrap_or_default();
        let outlets = self.found.outlets.iter();
        outlets
            .map(|(articles, name, outlet)| OutletRow {
                name: line(name, 80),
                articles,
                shown: language.count(articles),
                bar: bar(articles, most),
                removed: language.percent(outlet.removed, outlet.removed + outlet.kept),
                removed_order: format!(
                    "{:.4}",
                    ratio(outlet.removed, outlet.removed + outlet.kept)
                ),
                tone: self.stance(outlet.tones, ENOUGH_TONES),
            })
            .collect()
    }

    fn labels(&self, axis: Option<Axis>) -> Vec<LabelTable> {
        let language = self.language;
        let labels = self.found.names.iter();
        labels
            .map(|(name, top)| LabelTable {
                name: line(label(name, &self.words), 40),
                caption: language.of(
                    format!(
                        "{} verschiedene Namen, {}",
                        language.count(top.total),
                        language.counted(top.sum, language::MENTIONS)
                    ),
                    format!(
                        "{} different names, {}",
                        language.count(top.total),
                        language.counted(top.sum, language::MENTIONS)
                    ),
                ),
                rows: top
                    .iter()
                    .take(MOST_NAMES / self.divisor)
                    .map(|(_, full, name)| self.name(full, name, axis))
                    .collect(),
            })
            .collect()
    }

    fn name(&self, full: &str, name: &Name, axis: Option<Axis>) -> NameRow {
        let language = self.language;
        let uses = &name.uses;
        let forms: Vec<String> = listed(&uses.forms)
            .filter(|(form, _)| *form != full)
            .take(5)
            .map(|(form, count)| format!("{} {}", line(form, 60), language.count(count)))
            .collect();
        let counts =
            axis.map(|axis| axis.sums(uses.dates.iter().map(|(date, count)| (*date, count))));
        let course = axis
            .zip(counts.as_deref().and_then(peak))
            .map(|(axis, (step, count))| {
                language.of(
                    format!(
                        "am meisten {}: {}",
                        axis.name(step, language),
                        language.count(count)
                    ),
                    format!(
                        "most in {}: {}",
                        axis.name(step, language),
                        language.count(count)
                    ),
                )
            });
        NameRow {
            name: line(full, 80),
            forms: forms.join(", "),
            mentions: uses.mentions(),
            mentions_shown: language.count(uses.mentions()),
            articles: uses.articles,
            articles_shown: language.count(uses.articles),
            spark: counts.map(|counts| spark(&counts)).unwrap_or_default(),
            course: course.unwrap_or_default(),
            stance: (uses.articles >= ENOUGH_ARTICLES)
                .then(|| self.stance(uses.stances, ENOUGH_STANCES))
                .flatten(),
            judged: language.count(uses.judged()),
        }
    }

    fn keywords(&self) -> Option<Vec<Keyword>> {
        let keywords = &self.found.keywords;
        if keywords.total == 0 {
            return None;
        }
        let most = keywords
            .iter()
            .map(|(count, ..)| count)
            .max()
            .unwrap_or_default();
        let shown = keywords.iter().map(|(count, keyword, _)| Keyword {
            word: line(keyword, 60),
            shown: self.language.count(count),
            size: usize::try_from(whole(4.99 * ratio(count, most).sqrt())).unwrap_or_default(),
        });
        Some(shown.collect())
    }

    fn tone(&self, axis: Axis) -> Option<Chart> {
        let language = self.language;
        let mut steps = vec![[0; 3]; axis.steps];
        for (date, day) in self.days() {
            if let Some(step) = axis.step(date) {
                for (sum, count) in steps[step].iter_mut().zip(day.tones) {
                    *sum += count;
                }
            }
        }
        let all = |tones: &[u64; 3]| tones.iter().sum::<u64>();
        if steps.iter().all(|tones| all(tones) < ENOUGH_TONES) {
            return None;
        }
        let text = |step: usize| {
            let tones = &steps[step];
            format!(
                "{}: {} {}, {} {} (n = {})",
                axis.name(step, language),
                language.percent(tones[2], all(tones)),
                self.words.positive,
                language.percent(tones[0], all(tones)),
                self.words.negative,
                language.count(all(tones))
            )
        };
        let (svg, top) = tones(&steps, ENOUGH_TONES, text);
        let percent = language.percent(top, 100);
        let rows = steps
            .iter()
            .enumerate()
            .filter(|(_, tones)| all(tones) >= ENOUGH_TONES);
        Some(Chart {
            svg,
            description: language.of(
                format!("Balken von {} bis {}, nach oben der Anteil positiver, nach unten der negativer Artikel, bis {percent}.", axis.name(0, language), axis.name(axis.steps - 1, language)),
                format!("Bars from {} to {}: the share of positive articles upwards, of negative ones downwards, up to {percent}.", axis.name(0, language), axis.name(axis.steps - 1, language)),
            ),
            ticks: axis.ticks(language),
            top: format!("{percent} {}", self.words.positive),
            bottom: format!("{percent} {}", self.words.negative),
            rows: rows
                .map(|(step, tones)| {
                    let share = |count| language.percent(count, all(tones));
                    (axis.name(step, language), vec![share(tones[0]), share(tones[2]), language.count(all(tones))])
                })
                .collect(),
            columns: vec![self.words.negative, self.words.positive, self.words.articles],
        })
    }

    fn removed(&self) -> Vec<RemovedRow<'a>> {
        let language = self.language;
        let removed = self.found.removed.iter();
        removed
            .map(|(name, removed)| {
                let lines = removed.lines.iter().filter(|_| !self.is_without_text);
                RemovedRow {
                    reason: line(&reason(name, language), 80),
                    passages: removed.passages,
                    passages_shown: language.count(removed.passages),
                    articles: removed.articles,
                    articles_shown: language.count(removed.articles),
                    characters: removed.characters,
                    characters_shown: language.count(removed.characters),
                    lines: lines
                        .map(|(count, line, _)| (line, language.count(count)))
                        .collect(),
                }
            })
            .collect()
    }

    fn copies(&self) -> String {
        let (copies, groups) = (self.found.duplicates, self.found.groups.total);
        let language = self.language;
        if copies == 0 {
            return self.words.no_duplicates.into();
        }
        language.of(
            format!(
                "{} in {}.",
                language.counted(copies, language::COPIES),
                language::dative(&language.counted(groups, language::GROUPS))
            ),
            format!(
                "{} in {}.",
                language.counted(copies, language::COPIES),
                language.counted(groups, language::GROUPS)
            ),
        )
    }

    fn groups(&self) -> Vec<GroupRow<'a>> {
        let groups = self.found.groups.iter();
        groups
            .map(|(copies, id, group)| GroupRow {
                title: if self.is_without_text {
                    String::new()
                } else {
                    line(&group.title, MOST_LINE)
                },
                id,
                source: line(&group.source, MOST_LINE),
                copies: self.language.count(copies),
            })
            .collect()
    }

    fn languages(&self) -> Vec<LanguageRow> {
        let language = self.language;
        let mut languages: Vec<_> = self.found.languages.iter().collect();
        languages.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let most = languages.first().map_or(0, |(_, count)| **count);
        let languages = languages.into_iter().take(15);
        languages
            .map(|(code, count)| LanguageRow {
                name: if code.is_empty() {
                    self.words.unknown.into()
                } else {
                    line(&language_name(code, language), 40)
                },
                shown: language.count(*count),
                bar: bar(*count, most),
                share: language.percent(*count, self.found.articles),
            })
            .collect()
    }

    fn skipped(&self) -> Vec<(String, String)> {
        let mut reasons: Vec<_> = self.found.reasons_skipped.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let reasons = reasons.into_iter().take(10);
        reasons
            .map(|(reason, count)| (line(reason, 200), self.language.count(*count)))
            .collect()
    }

    fn failures(&self) -> Vec<FailureRow<'a>> {
        let failures = self.found.failures.iter();
        failures
            .map(|(count, name, failures)| {
                let (stage, message) = parts(name);
                let error = failures
                    .examples
                    .first()
                    .map_or(message, |[_, _, error]| error);
                FailureRow {
                    stage,
                    message,
                    count: self.language.count(count),
                    advice: coded(advice(stage, error, self.language)),
                    examples: failures
                        .examples
                        .iter()
                        .map(|[id, source, error]| {
                            let error = if self.is_without_text || error == message {
                                String::new()
                            } else {
                                line(error, MOST_LINE)
                            };
                            [line(id, MOST_LINE), line(source, MOST_LINE), error]
                        })
                        .collect(),
                }
            })
            .collect()
    }

    fn stages(&self) -> Vec<StageRow<'a>> {
        let language = self.language;
        let micros = |seconds: f64| whole(seconds * 1e6);
        let stages = &self.found.record.stages;
        let all: u64 = stages.iter().map(|stage| micros(stage.seconds)).sum();
        stages
            .iter()
            .map(|stage| {
                let spent = micros(stage.seconds);
                let is_off = stage.backend == "off";
                let speed = ratio(stage.bytes, spent);
                StageRow {
                    stage: &stage.stage,
                    backend: if is_off {
                        language.of("aus", "off")
                    } else {
                        &stage.backend
                    },
                    is_off,
                    bar: bar(spent, all),
                    share: language.percent(spent, all),
                    order: spent,
                    speed: if is_off || stage.bytes == 0 {
                        "–".into()
                    } else {
                        language.decimal(speed)
                    },
                    models: stage
                        .models
                        .iter()
                        .take(12)
                        .map(|model| {
                            (
                                line(&model.name, 120),
                                model.blake3.chars().take(8).collect(),
                            )
                        })
                        .collect(),
                }
            })
            .collect()
    }

    fn samples(&self) -> Vec<Sample<'a>> {
        let samples = self.found.samples.iter().enumerate();
        samples
            .map(|(index, article)| self.sample(index + 1, article))
            .collect()
    }

    fn sample(&self, number: usize, article: &'a Article) -> Sample<'a> {
        let language = self.language;
        let when = match date(&article.date) {
            Some(date) => language.date(date),
            None => line(&article.date, 60),
        };
        // That it is German goes without saying.
        let other = match article.language.as_str() {
            "de" => "",
            code => code,
        };
        let kicker = [
            line(&article.outlet, 80),
            when,
            language_name(other, language),
        ];
        let kicker: Vec<String> = kicker.into_iter().filter(|part| !part.is_empty()).collect();
        let (pieces, is_cut) = self.pieces(article);
        let keywords: Vec<String> = article
            .keywords
            .iter()
            .take(12)
            .map(|keyword| line(keyword, 60))
            .collect();
        Sample {
            number,
            title: line(&article.title, MOST_LINE),
            kicker: kicker.join(" · "),
            id: &article.id,
            source: line(&article.source, MOST_LINE),
            tone: article
                .tone
                .map(|tone| self.polarity(tone)[2].to_owned())
                .unwrap_or_default(),
            summary: line(&article.summary, 1500),
            keywords: keywords.join(", "),
            pieces,
            is_cut,
        }
    }

    /// Returns class, sign and word of a judgement.
    fn polarity(&self, polarity: Polarity) -> [&'static str; 3] {
        match polarity {
            Polarity::Negative => ["neg", "\u{2212}", self.words.negative],
            Polarity::Neutral => ["neu", "", self.words.neutral],
            Polarity::Positive => ["pos", "+", self.words.positive],
        }
    }

    /// Returns the text of a sample in pieces, and whether it was cut.
    fn pieces(&self, article: &Article) -> (Vec<Shown>, bool) {
        let mut shown: Vec<Shown> = Vec::new();
        let mut left = MOST_CHARACTERS / self.divisor;
        let most_pieces = MOST_PIECES / self.divisor;
        for piece in article.pieces() {
            let plain = |text: &str, left: usize| text.chars().take(left).collect::<String>();
            let next = match piece {
                Piece::Sentence(..) => continue,
                Piece::Name(text, label, stance) => Shown {
                    kind: Kind::Name,
                    text: plain(text, left),
                    label: line(label, 20),
                    stance: stance
                        .map(|stance| self.polarity(stance))
                        .unwrap_or_default(),
                    class: match label {
                        "PER" => "per",
                        "LOC" => "loc",
                        "ORG" => "org",
                        _ => "misc",
                    },
                },
                Piece::Text(text) => Shown {
                    kind: Kind::Text,
                    text: plain(text, left),
                    label: String::new(),
                    stance: [""; 3],
                    class: "",
                },
                Piece::Removed(text, why) => Shown {
                    kind: Kind::Removed,
                    text: line(text, left.min(400)),
                    label: line(&reason(why, self.language), 40),
                    stance: [""; 3],
                    // Below each other, if there are several.
                    class: match shown.last() {
                        Some(Shown {
                            kind: Kind::Removed,
                            ..
                        }) => "next",
                        _ => "",
                    },
                },
            };
            left = left.saturating_sub(next.text.chars().count());
            shown.push(next);
            if left == 0 || shown.len() >= most_pieces {
                return (shown, true);
            }
        }
        (shown, false)
    }
}

/// Draws a part of a whole as a bar.
fn bar(part: u64, whole: u64) -> String {
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{:.2}\" height=\"10\"/></svg>",
        100.0 * ratio(part, whole)
    )
}

/// Returns a rate, rounded down.
#[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
fn whole_per_second(count: u64, seconds: f64) -> u64 {
    whole(count as f64 / seconds.max(1e-6))
}
