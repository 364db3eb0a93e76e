//! What a person should look at: a function for each kind of alert.

use super::collect::Collected;
use super::language::{self, Language, dative};
use super::text::{coded, line};

/// Something that stands out.
pub(super) struct Alert {
    pub(super) is_warning: bool,
    pub(super) title: String,
    /// As HTML.
    pub(super) text: String,
}

/// Returns what stands out in a run, what matters most first.
pub(super) fn alerts(found: &Collected, language: Language) -> Vec<Alert> {
    let kinds = [
        no_articles,
        failures,
        undated,
        foreign,
        damaged,
        lossy,
        plain_text,
        doubtful,
        truncated,
        unread,
    ];
    kinds
        .iter()
        .flat_map(|alerts| alerts(found, language))
        .collect()
}

/// An alert in both languages: its title and its text.
fn alert(
    language: Language,
    is_warning: bool,
    german: [&str; 2],
    english: [&str; 2],
) -> Vec<Alert> {
    let [title, text] = language.of(german, english);
    vec![Alert {
        is_warning,
        title: title.to_owned(),
        text: coded(text),
    }]
}

fn no_articles(found: &Collected, language: Language) -> Vec<Alert> {
    if found.articles > 0 {
        return Vec::new();
    }
    alert(
        language,
        true,
        [
            "Keine Artikel",
            "Kein Artikel ist in den Tabellen. `blattwerk check` zeigt, welche Dateien gefunden und als was sie gelesen werden.",
        ],
        [
            "No articles",
            "No article is in the tables. `blattwerk check` shows which files are found, and what they are read as.",
        ],
    )
}

fn failures(found: &Collected, language: Language) -> Vec<Alert> {
    let read = found.articles + found.failed + found.skipped;
    if found.failed * 100 <= read {
        return Vec::new();
    }
    let share = language.percent(found.failed, read);
    alert(
        language,
        true,
        [
            &format!("{share} der Artikel sind gescheitert"),
            "Mehr als einer von hundert. Unten steht, woran es liegt; `blattwerk retry` versucht sie erneut.",
        ],
        [
            &format!("{share} of the articles failed"),
            "More than one in a hundred. See below for why; `blattwerk retry` processes them again.",
        ],
    )
}

/// Returns so many articles, and their share.
fn counted(count: u64, found: &Collected, language: Language) -> [String; 2] {
    let share = language.percent(count, found.articles);
    [language.counted(count, language::ARTICLES), share]
}

fn undated(found: &Collected, language: Language) -> Vec<Alert> {
    let undated = found.dates.get(&0).map_or(0, |day| day.articles);
    if undated == 0 {
        return Vec::new();
    }
    let [articles, share] = counted(undated, found, language);
    alert(
        language,
        undated * 20 > found.articles,
        [
            &format!("{articles} ohne Datum ({share})"),
            "Sie fehlen in allem, was über die Zeit zeigt. `input.fields.date` nennt das Feld, `normalize.date` sucht im Text.",
        ],
        [
            &format!("{articles} without a date ({share})"),
            "They are missing wherever time is shown. `input.fields.date` names the field, `normalize.date` looks in the text.",
        ],
    )
}

fn foreign(found: &Collected, language: Language) -> Vec<Alert> {
    let languages = found.languages.iter();
    let others = languages.filter(|(code, _)| !code.is_empty() && *code != "de");
    let foreign: u64 = others.map(|(_, count)| count).sum();
    if foreign == 0 {
        return Vec::new();
    }
    let [articles, share] = counted(foreign, found, language);
    alert(
        language,
        foreign * 50 > found.articles,
        [
            &format!("{articles} in anderen Sprachen ({share})"),
            "Sie wurden verarbeitet, als wären sie deutsch. `language.other = \"skip\"` lässt sie weg.",
        ],
        [
            &format!("{articles} in other languages ({share})"),
            "They were processed as if they were German. `language.other = \"skip\"` leaves them out.",
        ],
    )
}

fn damaged(found: &Collected, language: Language) -> Vec<Alert> {
    if found.damaged == 0 {
        return Vec::new();
    }
    let [articles, _] = counted(found.damaged, found, language);
    alert(
        language,
        true,
        [
            &format!("{articles} mit verlorenen Zeichen (\u{FFFD})"),
            "Die Zeichen fehlten schon im Dump und lassen sich nicht wiederherstellen.",
        ],
        [
            &format!("{articles} with lost characters (\u{FFFD})"),
            "The characters were missing in the dump already and cannot be restored.",
        ],
    )
}

fn lossy(found: &Collected, language: Language) -> Vec<Alert> {
    let sources = found.lossy.iter();
    sources
        .flat_map(|(permille, name, outlet)| {
            let (name, share) = (line(name, 80), language.percent(permille, 1000));
            let [articles, _] = counted(outlet.articles, found, language);
            alert(
                language,
                true,
                [
                    &format!("{name} hat {share} seines Textes verloren"),
                    &format!(
                        "In {}. Sehen Sie nach, ob dort Teile der Artikel entfernt wurden.",
                        dative(&articles)
                    ),
                ],
                [
                    &format!("{name} lost {share} of its text"),
                    &format!("In {articles}. Check whether parts of its stories were removed."),
                ],
            )
        })
        .collect()
}

fn plain_text(found: &Collected, language: Language) -> Vec<Alert> {
    let read_as = &found.record.counts.read_as;
    let Some(&text) = read_as.get("text").filter(|_| read_as.len() > 1) else {
        return Vec::new();
    };
    let [articles, _] = counted(text, found, language);
    alert(
        language,
        false,
        [
            &format!("{articles} als reiner Text gelesen"),
            "So wird gelesen, was kein anderes Format hat: jede Datei als ein Artikel. Sind es andere Dateien, nennen Sie das Format (`input.format`).",
        ],
        [
            &format!("{articles} read as plain text"),
            "This is how files are read that have no other format: each as one article. If they are something else, name the format (`input.format`).",
        ],
    )
}

/// Returns the first few of some names.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.take(4).map(|name| line(name, 60)).collect();
    names.join(", ")
}

fn doubtful(found: &Collected, language: Language) -> Vec<Alert> {
    let doubtful = &found.record.counts.doubtful;
    if doubtful.is_empty() {
        return Vec::new();
    }
    let files = listed(doubtful.keys());
    alert(
        language,
        true,
        [
            &format!("Beschädigte Dateien: {files}"),
            "Artikel vor der Schadstelle können verstümmelt sein, denn keine Prüfsumme bestätigt sie.",
        ],
        [
            &format!("Damaged files: {files}"),
            "Articles before the damage may be garbled, since no checksum confirms them.",
        ],
    )
}

fn truncated(found: &Collected, language: Language) -> Vec<Alert> {
    let truncated = &found.record.counts.truncated;
    let count = language.count(truncated.values().sum());
    if truncated.is_empty() {
        return Vec::new();
    }
    alert(
        language,
        false,
        [
            &format!("{count} abgeschnittene Seiten"),
            "Der Crawler hat nur den Anfang dieser Seiten gespeichert; der Text kann unvollständig sein.",
        ],
        [
            &format!("{count} truncated pages"),
            "The crawler has stored only the beginning of these pages; the text may be incomplete.",
        ],
    )
}

fn unread(found: &Collected, language: Language) -> Vec<Alert> {
    let unread = &found.record.counts.unread;
    let count = language.count(unread.values().sum());
    if unread.is_empty() {
        return Vec::new();
    }
    let fields = listed(unread.keys());
    alert(
        language,
        false,
        [
            &format!("{count} Felder nicht gelesen: {fields}"),
            "Sie hatten einen anderen Typ als erwartet und fehlen in den Tabellen.",
        ],
        [
            &format!("{count} fields not read: {fields}"),
            "They had another type than expected and are missing in the tables.",
        ],
    )
}
