//! `blattwerk show`: one article, or the mentions of a name, in a terminal.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use blattwerk_core::Polarity;
use blattwerk_pipeline::report::{self, Article, Fate, Found, Mention, Piece};
use clap::{Args, ValueEnum};

use crate::output::{print, shown};

#[derive(Args)]
pub(crate) struct Options {
    /// The output folder of a complete run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The id of an article
    #[arg(value_name = "ARTICLE_ID", required_unless_present = "name")]
    article: Option<String>,
    /// List the mentions of this name, in any of its forms, with their sentences
    #[arg(long, value_name = "NAME", conflicts_with = "article")]
    name: Option<String>,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// If the output is a terminal and `NO_COLOR` is not set
    Auto,
    Always,
    Never,
}

impl Color {
    fn ink(self) -> Ink {
        let has_colours = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                io::stdout().is_terminal() && !refused
            }
        };
        Ink { has_colours }
    }
}

pub(crate) fn show(options: &Options) -> anyhow::Result<ExitCode> {
    let ink = options.color.ink();
    if let Some(name) = &options.name {
        return mentions(options, name, ink);
    }
    let id = options.article.as_deref().unwrap_or_default();
    let fates = report::article(&options.run, id)?;
    anyhow::ensure!(
        !fates.is_empty(),
        "{}: the run has no article with the id `{}`",
        shown(&options.run),
        plain(id)
    );
    let mut text = String::new();
    for fate in &fates {
        match fate {
            Fate::Article(article) => write_article(&mut text, article, ink)?,
            Fate::Skipped(source, reason) => {
                writeln!(
                    text,
                    "{} {}: {}",
                    ink.bold("skipped"),
                    plain(source),
                    plain(reason)
                )?;
            }
            Fate::Failed(source, stage, error) => {
                writeln!(
                    text,
                    "{} in {} {}: {}",
                    ink.bold("failed"),
                    plain(stage),
                    plain(source),
                    plain(error)
                )?;
            }
            Fate::Copy(of, similarity) => {
                writeln!(
                    text,
                    "{} of {}, similarity {}",
                    ink.bold("copy"),
                    plain(of),
                    plain(similarity)
                )?;
            }
        }
    }
    print(text)
}

fn write_article(text: &mut String, article: &Article, ink: Ink) -> anyhow::Result<()> {
    let title = if article.title.is_empty() {
        &article.id
    } else {
        &article.title
    };
    writeln!(text, "{}", ink.bold(&plain(title)))?;
    let about = [
        &article.outlet,
        &article.date,
        &article.language,
        &article.source,
        &article.url,
    ];
    let about: Vec<String> = about
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| plain(part))
        .collect();
    writeln!(text, "{}", ink.faint(&about.join(" · ")))?;
    for piece in article.pieces() {
        match piece {
            Piece::Sentence(index, tone) => {
                let sign = tone.map_or(" ", sign);
                let number = format!("{index:>4}{sign} ");
                // The line end before the sentence, if there was one, is not needed twice.
                while text.ends_with([' ', '\n']) {
                    text.pop();
                }
                write!(text, "\n{}", ink.tone(&number, tone))?;
            }
            Piece::Text(piece) => text.push_str(&indented(piece)),
            Piece::Name(name, label, stance) => {
                let name = format!(
                    "{}/{}{}",
                    plain(name),
                    plain(label),
                    stance.map_or("", sign).trim()
                );
                text.push_str(&ink.name(&name, stance));
            }
            Piece::Removed(removed, reason) => {
                while text.ends_with([' ', '\n']) {
                    text.pop();
                }
                let lines = removed.lines().filter(|line| !line.trim().is_empty());
                for line in lines {
                    let line = ink.struck(&plain(line));
                    write!(
                        text,
                        "\n      {} {line}",
                        ink.faint(&format!("[{}]", plain(reason)))
                    )?;
                }
                text.push_str("\n      ");
            }
        }
    }
    while text.ends_with([' ', '\n']) {
        text.pop();
    }
    text.push('\n');
    if let Some(tone) = article.tone {
        writeln!(
            text,
            "\n{} {}",
            ink.bold("tone"),
            ink.tone(tone.as_str(), Some(tone))
        )?;
    }
    if !article.keywords.is_empty() {
        let keywords = plain(&article.keywords.join(", "));
        writeln!(text, "{} {keywords}", ink.bold("keywords"))?;
    }
    if !article.summary.is_empty() {
        writeln!(text, "{} {}", ink.bold("summary"), plain(&article.summary))?;
    }
    Ok(())
}

fn mentions(options: &Options, name: &str, ink: Ink) -> anyhow::Result<ExitCode> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let mut last = String::new();
    let found = report::mentions(&options.run, name, &mut |mention: &Mention<'_>| {
        if last != mention.article {
            mention.article.clone_into(&mut last);
            let about = [mention.date, mention.title];
            let about: Vec<String> = about
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(plain)
                .collect();
            writeln!(
                stdout,
                "{} {}",
                ink.bold(&plain(mention.article)),
                ink.faint(&about.join(" · "))
            )?;
        }
        let number = mention
            .sentence
            .map(|index| index.to_string())
            .unwrap_or_default();
        let sign = mention.stance.map_or(" ", sign);
        let [before, form, after] = mention.text.map(plain);
        let as_name = if mention.form == mention.name {
            String::new()
        } else {
            ink.faint(&format!(
                " ({}, {})",
                plain(mention.name),
                plain(mention.label)
            ))
        };
        writeln!(
            stdout,
            "{} {before}{}{after}{as_name}",
            ink.tone(&format!("{number:>4}{sign}"), mention.stance),
            ink.name(&form, mention.stance)
        )?;
        anyhow::Ok(())
    })?;
    match found {
        Found::Mentions(_) => {
            stdout.flush()?;
            Ok(ExitCode::SUCCESS)
        }
        Found::Similar(similar) if similar.is_empty() => anyhow::bail!(
            "{}: the run does not mention `{}`",
            shown(&options.run),
            plain(name)
        ),
        Found::Similar(similar) => anyhow::bail!(
            "{}: the run does not mention `{}`; it mentions {}",
            shown(&options.run),
            plain(name),
            plain(&similar.join(", "))
        ),
    }
}

/// Returns a text without what a terminal would take for a command.
fn plain(text: &str) -> String {
    let characters = text.chars();
    characters
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

/// Returns the text between two marks: its lines are below each other.
fn indented(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(plain).collect();
    lines.join("\n      ")
}

fn sign(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Negative => "-",
        Polarity::Neutral => " ",
        Polarity::Positive => "+",
    }
}

/// How marks look: in colour, or as plain text. Blue and orange can be told apart by nearly everyone.
#[derive(Debug, Clone, Copy)]
struct Ink {
    has_colours: bool,
}

impl Ink {
    fn with(self, code: &str, text: &str) -> String {
        if self.has_colours && !text.is_empty() {
            format!("\u{1B}[{code}m{text}\u{1B}[0m")
        } else {
            text.to_owned()
        }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn struck(self, text: &str) -> String {
        self.with("2;9", text)
    }

    fn tone(self, text: &str, tone: Option<Polarity>) -> String {
        match tone {
            Some(Polarity::Positive) => self.with("34", text),
            Some(Polarity::Negative) => self.with("33", text),
            _ => self.faint(text),
        }
    }

    fn name(self, text: &str, stance: Option<Polarity>) -> String {
        match stance {
            Some(Polarity::Positive) => self.with("1;4;34", text),
            Some(Polarity::Negative) => self.with("1;4;33", text),
            _ => self.with("1;4", text),
        }
    }
}
