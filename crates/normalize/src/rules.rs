//! Named rules, each with its own switch.
//!
//! A rule is a function from the text to the changes it wants; [`Text::apply`] makes them. The order is fixed
//! in code:
//!
//! 1. `mojibake` first, since its evidence is easily destroyed: a no-break space, a soft hyphen or a control
//!    character may be half of a broken letter;
//! 2. `tags`, while quotation marks in attributes are still escaped, then `entities`;
//! 3. `controls`, `hard_wraps` and `hyphenation` (which know what a soft hyphen at a line end means), `soft_hyphens`, `nfc`,
//!    `ligatures` and `fullwidth`, also for characters that entities stood for;
//! 4. `punctuation` and `boilerplate`, which need words and lines in their final form;
//! 5. `dateline`, which needs the first paragraph to be that of the story;
//! 6. `ellipses`, `dashes` and `quotes`, which are a matter of editorial style and no evidence for other
//!    rules;
//! 7. `whitespace` last, since every earlier rule leaves gaps.
//!
//! The result of one rule can be work for another: an escaped tag becomes a tag once its entities are
//! resolved. So the rules are repeated until none finds anything, and normalizing a normalized text changes
//! nothing.

mod boilerplate;
mod controls;
mod dashes;
mod ellipses;
mod entities;
mod forms;
mod front;
mod hyphenation;
mod mojibake;
mod nfc;
mod punctuation;
mod quotes;
mod scan;
mod structure;
mod tags;
mod tighten;
mod whitespace;
mod wraps;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blattwerk_core::{Asset, Built, Change, Document, Normalized, Removed, Result, Stage, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use self::boilerplate::{Block, Boilerplate};
pub(crate) use self::boilerplate::{pattern_of, score_of};
pub use self::wraps::HardWraps;

/// The maximum number of rounds. Only contrived input needs more than three.
const MAX_TURNS: usize = 16;

/// Switches of the rules.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the switch of one rule, named in the config"
)]
pub struct Config {
    /// Repairs text that was decoded with the wrong encoding: "Ã¤" to "ä", "â€ž" to "„". Default: true.
    pub mojibake: bool,
    /// Removes stray HTML: tags, comments, scripts and styles. `<br>` becomes a line break, `<p>` and other
    /// block elements a paragraph break. Default: true.
    pub tags: bool,
    /// Resolves HTML entities, also if they were escaped twice: `&uuml;`, `&#252;`, `&amp;uuml;`. Default:
    /// true.
    pub entities: bool,
    /// Removes control characters, zero-width characters and direction marks; joiners inside emoji stay.
    /// Default: true.
    pub controls: bool,
    /// Joins words that were hyphenated at the end of a line, as in text from print. A hyphen that belongs to the
    /// word stays, and only the line end goes: "Nord-" before "und", "NATO-" before "Gipfel". Default:
    /// false.
    pub hyphenation: bool,
    /// What happens to text whose lines were broken at a width of 50 to 100 characters, as in old wires, mail, print
    /// and OCR. Words that were hyphenated at the end of such a line are joined as well; headlines, lists, tables
    /// and verse stay.
    pub hard_wraps: HardWraps,
    /// Removes soft hyphens, so that each word is in one piece. Default: true.
    pub soft_hyphens: bool,
    /// Composes letters and their accents (Unicode NFC). Default: true.
    pub nfc: bool,
    /// Replaces typographic ligatures with letters: "ﬁnden" to "finden". Default: false.
    pub ligatures: bool,
    /// Replaces fullwidth characters with regular ones: "ＮＡＴＯ" to "NATO". Default: false.
    pub fullwidth: bool,
    /// Shortens repeated punctuation: "!!!!" to "!", "..“" to ".“"; "..." and "?!" stay. Default: true.
    pub punctuation: bool,
    /// Removes lines that are not part of the story: related links, comment forms, prompts for newsletters,
    /// cookies and subscriptions, share buttons, picture credits, agency lines and author lines.
    /// `removed.csv` lists each with its reason. An article that consists of nothing else keeps its text.
    /// Default: true.
    pub boilerplate: bool,
    /// A file with further patterns for `boilerplate`; the path is relative to the config file. Each line
    /// holds reason, score, reach and pattern, separated by tabs, such as `related<TAB>10<TAB>line<TAB>mehr
    /// aus *`. Default: none.
    #[schemars(example = "lines.tsv")]
    pub extra_boilerplate: Option<PathBuf>,
    /// Removes the dateline at the start of the story: "BUKAREST, Rumänien –", "Berlin (dpa) -", "HAMBURG.".
    /// `removed.csv` lists it with the reason `dateline`. Default: false.
    pub dateline: bool,
    /// Uses the headline at the start of the text as the title of a record that has none. It also stays in
    /// the text. Default: false.
    pub title: bool,
    /// Uses the publication date given on the page, as `2008-03-12`, for a record that has none: on a line of
    /// its own at the start or the end, in the dateline, or in a removed line. Default: false.
    pub date: bool,
    /// Replaces three dots with one character: "..." to "…". Default: false.
    pub ellipses: bool,
    /// Replaces a hyphen between two words, two hyphens and long dashes with a spaced dash: " - " and "--" to
    /// " – ". Ranges such as "1990-1995" stay. Default: false.
    pub dashes: bool,
    /// Replaces quotation marks of all kinds with „…“ and ‚…‘, and apostrophes with ’. Inch and minute signs
    /// and code stay. Default: false.
    pub quotes: bool,
    /// Normalizes white space: plain spaces, line feeds, and one empty line between paragraphs. Removes
    /// spaces before "." and "," and white space around the article. Default: true.
    pub whitespace: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            mojibake: true,
            tags: true,
            entities: true,
            controls: true,
            hyphenation: false,
            hard_wraps: HardWraps::Auto,
            soft_hyphens: true,
            nfc: true,
            ligatures: false,
            fullwidth: false,
            punctuation: true,
            boilerplate: true,
            extra_boilerplate: None,
            dateline: false,
            title: false,
            date: false,
            ellipses: false,
            dashes: false,
            quotes: false,
            whitespace: true,
        }
    }
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    pub(crate) fn build(&self, root: &Path) -> Result<Built<Normalized>> {
        let (rules, assets) = self.rules(root)?;
        Ok(assets.into_iter().fold(Built::new(rules), Built::with))
    }

    /// Builds the rules, and returns the assets they were built from.
    ///
    /// # Errors
    ///
    /// If a list given by the user is missing or malformed.
    pub fn rules(&self, root: &Path) -> Result<(Rules, Vec<Asset>)> {
        let mut assets = Vec::new();
        let mut boilerplate = None;
        if self.boilerplate {
            let extra = self.extra_boilerplate.as_ref().map(|path| root.join(path));
            let read = extra.as_deref().map(Asset::read_text).transpose()?;
            let mut lists = vec![(Path::new(boilerplate::NAME), boilerplate::LIST)];
            lists.extend(
                extra
                    .as_deref()
                    .zip(read.as_ref().map(|(list, _)| list.as_str())),
            );
            boilerplate = Some(Boilerplate::new(&lists)?);
            assets.push(Asset::new(boilerplate::NAME, boilerplate::LIST.as_bytes()));
            assets.extend(read.map(|(_, asset)| asset));
        }
        let changes = |is_on: bool, find| is_on.then_some(Rule::Changes(find));
        let rules = [
            changes(self.mojibake, mojibake::find),
            changes(self.tags, tags::find),
            changes(self.entities, entities::find),
            changes(self.controls, controls::find),
            match self.hard_wraps {
                HardWraps::Auto => Some(Rule::Changes(wraps::auto)),
                HardWraps::Join => Some(Rule::Changes(wraps::join)),
                HardWraps::Keep => None,
            },
            changes(self.hyphenation, hyphenation::find),
            changes(self.soft_hyphens, controls::soft_hyphens),
            changes(self.nfc, nfc::find),
            changes(self.ligatures, forms::ligatures),
            changes(self.fullwidth, forms::fullwidth),
            changes(self.punctuation, punctuation::find),
            boilerplate.map(Rule::Blocks),
            self.dateline
                .then(|| Rule::Dateline(structure::REASON.into())),
            changes(self.ellipses, ellipses::find),
            changes(self.dashes, dashes::find),
            changes(self.quotes, quotes::find),
            changes(self.whitespace, whitespace::find),
        ];
        let rules = Rules {
            order: rules.into_iter().flatten().collect(),
            has_title: self.title,
            has_date: self.date,
        };
        Ok((rules, assets))
    }
}

enum Rule {
    /// Finds what to change: sorted, without overlap.
    Changes(fn(&str) -> Vec<Change>),
    /// Finds what to remove, with reasons.
    Blocks(Boilerplate),
    /// Removes the dateline, with this reason.
    Dateline(Arc<str>),
}

impl Rule {
    /// Finds what to change, and which of it is removed with a reason.
    fn find(&self, text: &str) -> (Vec<Change>, Vec<Block>) {
        let blocks = match self {
            Self::Changes(find) => return (find(text), Vec::new()),
            Self::Blocks(boilerplate) => boilerplate.find(text),
            Self::Dateline(reason) => structure::dateline(text)
                .map(|span| Block {
                    span,
                    reason: reason.clone(),
                })
                .into_iter()
                .collect(),
        };
        let deletions = blocks.iter().map(|block| Change::delete(block.span));
        (deletions.collect(), blocks)
    }
}

/// The enabled rules.
pub struct Rules {
    /// In the order in which they run.
    order: Vec<Rule>,
    /// Whether a missing title is taken from the text.
    has_title: bool,
    /// Whether a missing date is taken from the page.
    has_date: bool,
}

impl Rules {
    /// Returns the clean text, and what was removed in text order.
    pub fn clean(&self, text: &Text) -> (Text, Vec<Removed>) {
        let mut text = text.clone();
        let mut removed = Vec::new();
        let mut idle = 0;
        for rule in self.order.iter().cycle().take(self.order.len() * MAX_TURNS) {
            let (changes, blocks) = rule.find(text.as_str());
            removed.extend(blocks.into_iter().map(|block| Removed {
                source: text.to_source(block.span),
                reason: block.reason,
            }));
            if changes.is_empty() {
                idle += 1;
                if idle == self.order.len() {
                    break;
                }
            } else {
                text.apply(&changes);
                idle = 0;
            }
        }
        removed.sort_by_key(|removed| removed.source);
        (text, removed)
    }
}

impl Stage for Rules {
    type Layer = Normalized;

    fn process(&self, document: &Document) -> Result<Normalized> {
        let (text, removed) = self.clean(&document.text);
        let title = (self.has_title && document.title.is_none())
            .then(|| front::title(text.as_str()))
            .flatten()
            .map(str::to_owned);
        let date = (self.has_date && document.date.is_none())
            .then(|| {
                // A date next to a related link is that of another story.
                let removed = removed
                    .iter()
                    .filter(|piece| matches!(&*piece.reason, "agency" | "notice"))
                    .filter_map(|piece| text.source().get(piece.source.range()));
                front::date(text.as_str(), removed)
            })
            .flatten();
        Ok(Normalized {
            text,
            removed,
            title,
            date,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use blattwerk_core::contract;
    use proptest::prelude::*;

    use blattwerk_core::Span;

    use super::*;

    static RULES: LazyLock<Rules> =
        LazyLock::new(|| Config::default().rules(Path::new("")).unwrap().0);

    /// All rules, including those that are off by default.
    static ALL: LazyLock<Rules> = LazyLock::new(|| {
        let config = Config {
            hyphenation: true,
            hard_wraps: HardWraps::Join,
            ligatures: true,
            fullwidth: true,
            dateline: true,
            ellipses: true,
            dashes: true,
            quotes: true,
            ..Config::default()
        };
        config.rules(Path::new("")).unwrap().0
    });

    fn normalized(source: &str) -> Text {
        RULES.clean(&Text::new(source)).0
    }

    #[test]
    fn keeps_the_contract() {
        contract::check(&*RULES, "Ja , so  ist es !!!", |_| Vec::new());
        contract::check(&*ALL, "\"Ja\" , so  ist's -- sagt er...", |_| Vec::new());
    }

    #[test]
    fn an_article_is_cleaned_and_quotes_its_source() {
        let source = "<p>Die B&uuml;rger\u{AD}meisterin  sagte: &bdquo;Ja!!!&ldquo;</p>\r\n<p>Danach , so hei&amp;szlig;t es,\u{A0}ging sie .</p>";
        let text = normalized(source);
        assert_eq!(
            text.as_str(),
            "Die Bürgermeisterin sagte: „Ja!“\n\nDanach, so heißt es, ging sie."
        );
        let start = text.as_str().find("Bürgermeisterin").unwrap();
        let name = Span::new(start, start + "Bürgermeisterin".len());
        assert_eq!(text.quote(name), "B&uuml;rger\u{AD}meisterin");
    }

    #[test]
    fn what_a_rule_uncovers_is_seen_by_the_others() {
        let cases = [
            ("&lt;p&gt;Eins&lt;/p&gt;Zwei", "Eins\n\nZwei"),
            ("&am\u{AD}p;uuml;", "ü"),
            ("Ja.<b></b>. Nein", "Ja. Nein"),
            ("u&#x308;", "ü"),
        ];
        for (source, clean) in cases {
            assert_eq!(normalized(source).as_str(), clean, "{source:?}");
        }
    }

    #[test]
    fn good_text_stays_byte_for_byte() {
        let source = "Köln (dpa) – Der Rat tagt.\n\n„Wir sind bereit …“, sagte Zoë Müller-Łukasz.\n\
            AT&T, 5 < 7, 2 : 1, 3 °C, 100 %, ½ l, Straße; Ende?! Ja ...";
        assert_eq!(normalized(source).as_str(), source);
    }

    #[test]
    fn a_dateline_is_removed_if_switched_on_and_listed() {
        let source = "Teilen\n\nNeue Brücke\n\nDRESDEN (dpa/sn) &ndash; Die Stadt baut.";
        assert_eq!(
            normalized(source).as_str(),
            "Neue Brücke\n\nDRESDEN (dpa/sn) – Die Stadt baut."
        );
        let (text, removed) = ALL.clean(&Text::new(source));
        assert_eq!(text.as_str(), "Neue Brücke\n\nDie Stadt baut.");
        let removed: Vec<_> = removed
            .iter()
            .map(|piece| (source.get(piece.source.range()).unwrap(), &*piece.reason))
            .collect();
        assert_eq!(
            removed,
            [
                ("Teilen", "share"),
                ("DRESDEN (dpa/sn) &ndash; ", "dateline")
            ]
        );
    }

    #[test]
    fn title_and_date_are_found_for_a_record_that_has_none() {
        let source =
            "Rat baut Br&uuml;cke\nStand: 12. März 2008\n\nDer Rat baut eine Brücke über die Elbe.";
        let found = |config: &Config, document: &Document| {
            let normalized = config.rules(Path::new("")).unwrap().0.process(document);
            let Normalized { title, date, .. } = normalized.unwrap();
            (title, date)
        };
        let both = Config {
            title: true,
            date: true,
            ..Config::default()
        };
        let mut document = Document::new("a", source);
        assert_eq!(found(&Config::default(), &document), (None, None));
        let expected = (Some("Rat baut Brücke".into()), Some("2008-03-12".into()));
        assert_eq!(found(&both, &document), expected);
        document.title = Some("Neue Brücke".into());
        document.date = Some("gestern".into());
        assert_eq!(found(&both, &document), (None, None), "the record knows");
    }

    #[test]
    fn typography_is_left_to_the_author_unless_switched_on() {
        let source = "\"Der Bundes-\ntag ﬁndet's gut\" - so heißt es...";
        assert_eq!(normalized(source).as_str(), source);
        let text = ALL.clean(&Text::new(source)).0;
        assert_eq!(text.as_str(), "„Der Bundestag findet’s gut“ – so heißt es…");
        let start = text.as_str().find("Bundestag").unwrap();
        let end = text.as_str().find(" –").unwrap();
        assert_eq!(
            text.quote(Span::new(start, end)),
            "Bundes-\ntag ﬁndet's gut\""
        );
    }

    proptest! {
        #[test]
        fn twice_is_once_with_all_switches(source in "(Bundes-\n|tag|KÖLN|\\(dpa\\)| – |Nord- \nund|--| - |,,|''|&quot;|&shy;|＜b＞|\\.\\.\\.|Hans' |'ne|27\" |[\"'`´„“”»«‚‘’›‹.…—–\\-,! \nabsXÃ€¼19ﬁ！\\[(){=]){0,40}") {
            let once = ALL.clean(&Text::new(source.as_str())).0;
            let twice = ALL.clean(&Text::new(once.as_str())).0;
            prop_assert_eq!(once.as_str(), twice.as_str(), "from {:?}", source);
            for (at, c) in once.as_str().char_indices() {
                let span = Span::new(at, at + c.len_utf8());
                prop_assert!(!once.quote(span).is_empty(), "every character came from somewhere");
            }
        }

        #[test]
        fn twice_is_once(source in "(<p>|<br>|</b>|<!--|-->|&amp;|&lt;|&#x308;|amp;|lt;|gt;|uuml;|[&;<>pb/!?.,…“„ \n\r\t\u{A0}\u{AD}\u{200B}\u{308}uäÃ¤â€ž1:]){0,40}") {
            let once = normalized(&source);
            let twice = normalized(once.as_str());
            prop_assert_eq!(once.as_str(), twice.as_str(), "from {:?}", source);
        }

        #[test]
        fn twice_is_once_with_boilerplate(source in "(Lesen Sie auch|Mehr zum Thema|Von Anna Muster|Kommentare|Anzeige|Foto: dpa|\\(dpa\\)|Der Rat tagt\\.|Freibad öffnet|▶︎ |\\* \\*|„Ja\\.“|&lt;br&gt;|[ \n:.,]|\n\n){0,20}") {
            let once = normalized(&source);
            let twice = normalized(once.as_str());
            prop_assert_eq!(once.as_str(), twice.as_str(), "from {:?}", source);
        }

        #[test]
        fn any_text_is_answered(source in any::<String>()) {
            normalized(&source);
        }
    }
}
