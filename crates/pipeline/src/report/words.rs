//! The words of the report, in German and English.

use super::language::Language;

macro_rules! words {
    ($($name:ident: $german:expr, $english:expr;)*) => {
        /// The words of the report in one language.
        pub(super) struct Words {
            $(pub(super) $name: &'static str,)*
        }

        impl Words {
            pub(super) fn new(language: Language) -> Self {
                Self {
                    $($name: language.of($german, $english),)*
                }
            }
        }
    };
}

words! {
    kicker: "Laufbericht", "Run report";
    skip_link: "Zum Inhalt", "Skip to content";
    contents: "Inhalt", "Contents";
    verdict: "Ergebnis", "Result";
    articles: "Artikel", "Articles";
    words: "Wörter", "Words";
    failures: "Fehler", "Failures";
    skipped: "Übersprungen", "Skipped";
    duplicates: "Dubletten", "Duplicates";
    duration: "Dauer", "Duration";
    config: "Konfiguration", "Config";
    alerts: "Was auffällt", "Worth a look";
    no_alerts: "Nichts Auffälliges.", "Nothing stands out.";
    over_time: "Wann und wo", "When and where";
    by_time: "Artikel im Lauf der Zeit", "Articles over time";
    no_dates: "Kein Artikel hat ein Datum, das gelesen werden konnte.", "No article has a date that could be read.";
    by_outlet: "Artikel nach Quelle", "Articles by outlet";
    no_outlets: "Kein Artikel nennt seine Quelle.", "No article says who published it.";
    outlet: "Quelle", "Outlet";
    removed_share: "Entfernt", "Removed";
    tone: "Ton", "Tone";
    names: "Wer vorkommt", "Who is written about";
    persons: "Personen", "Persons";
    places: "Orte", "Places";
    organizations: "Organisationen", "Organizations";
    others: "Sonstige Namen", "Other names";
    no_names: "Es wurden keine Namen gefunden, oder die Stufe ner ist aus.", "No names were found, or the stage ner is off.";
    names_rule: "Die Formen eines Namens zählen zusammen: Ein Nachname allein ist die Person, deren voller Name ihn hat, wenn es im Artikel nur eine gibt; fehlt sie dort, dann die, auf die im ganzen Lauf mindestens neun von zehn Nennungen solcher Namen entfallen. Ein Genitiv mit s zählt zum Namen ohne s, wenn der im selben Artikel oder im Lauf mindestens so oft vorkommt. Titel und Anreden zählen nicht.",
        "The forms of a name count together: a surname alone is the person whose full name has it, if the article has only one; if it has none, the one that at least nine of ten mentions of such names in the run belong to. A genitive in s belongs to the name without s, if that is in the same article, or at least as frequent in the run. Titles do not count.";
    stance_rule: "Die Haltung sagt, wie der Text über den Namen schreibt, und wird erst ab 20 Urteilen in mindestens drei Artikeln gezeigt. Ein einzelnes Urteil ist oft falsch; über viele mitteln sich Fehler zum Teil aus.",
        "The stance says how the text writes about the name; it is shown from 20 judgements in at least three articles on. A single judgement is often wrong; over many, some errors cancel out.";
    name: "Name", "Name";
    mentions: "Nennungen", "Mentions";
    in_articles: "Artikel", "Articles";
    time_course: "Verlauf", "Over time";
    stance: "Haltung", "Stance";
    too_few: "zu wenig", "too few";
    negative: "negativ", "negative";
    neutral: "neutral", "neutral";
    positive: "positiv", "positive";
    keywords: "Worum es geht", "What it is about";
    keywords_note: "Stichwörter nach der Zahl der Artikel, die sie haben.", "Keywords by the number of articles that have them.";
    tone_over_time: "Ton im Lauf der Zeit", "Tone over time";
    tone_note: "Anteil der Artikel, die als Ganzes positiv (oben) oder negativ (unten) beurteilt wurden. Ein Balken steht nur, wo es mindestens zehn Urteile gibt.",
        "Share of the articles judged as positive (above) or negative (below) as a whole. There is a bar only where there are at least ten judgements.";
    no_tone: "Der Ton wurde nicht beurteilt (die Stufe sentiment ist aus), oder es gibt für keinen Zeitraum genügend Artikel.",
        "The tone was not judged (the stage sentiment is off), or no period has enough articles.";
    all_articles: "Alle Artikel", "All articles";
    removed: "Was entfernt wurde", "What was removed";
    no_removed: "Es wurde nichts entfernt.", "Nothing was removed.";
    reason: "Grund", "Reason";
    passages: "Passagen", "Passages";
    characters: "Zeichen", "Characters";
    lines: "Häufigste Zeilen", "Commonest lines";
    no_duplicates: "Keine Dubletten gefunden.", "No duplicates found.";
    dedup_off: "Es wurde nicht nach Dubletten gesucht (die Stufe dedup ist aus).", "No duplicates were looked for (the stage dedup is off).";
    largest_groups: "Größte Gruppen", "Largest groups";
    first_article: "Erster Artikel", "First article";
    copies: "Kopien", "Copies";
    languages: "Sprachen", "Languages";
    language: "Sprache", "Language";
    unknown: "unbestimmt", "undetermined";
    skipped_why: "Übersprungen wurden", "Skipped";
    no_failures: "Kein Artikel ist gescheitert.", "No article failed.";
    what_to_do: "Was tun?", "What to do:";
    stages: "Stufen", "Stages";
    stage: "Stufe", "Stage";
    backend: "Verfahren", "Backend";
    share_of_time: "Anteil der Zeit", "Share of time";
    speed: "MB/s", "MB/s";
    models: "Modelle", "Models";
    samples: "Zehn Artikel", "Ten articles";
    samples_note: "Gezogen nach dem Hash der Id; derselbe Lauf zeigt dieselben Artikel. Unterstrichen sind Namen mit Art und Haltung (+ positiv, − negativ), durchgestrichen ist, was entfernt wurde.",
        "Drawn by the hash of the id; the same run shows the same articles. Names are underlined, with their kind and stance (+ positive, − negative); what was removed is struck through.";
    no_samples: "Es gibt keine Artikel.", "There are no articles.";
    summary: "Zusammenfassung", "Summary";
    article_keywords: "Stichwörter", "Keywords";
    cut: "Der Text ist hier gekürzt.", "The text is cut here.";
    filter_names: "Namen suchen", "Find a name";
    filter_samples: "In den Artikeln suchen", "Search the articles";
    show_removed: "Entferntes zeigen", "Show what was removed";
    show_names: "Namen zeigen", "Show names";
    nothing_found: "Nichts gefunden.", "Nothing found.";
    numbers: "Zahlen", "Figures";
    period: "Zeitraum", "Period";
    untitled: "(ohne Titel)", "(untitled)";
    footer: "Erzeugt von blattwerk aus den Tabellen des Laufs. Die Seite lädt nichts nach.",
        "Made by blattwerk from the tables of the run. The page loads nothing.";
    no_text_note: "Ohne Texte der Artikel erzeugt (--no-text): Überschriften, Zeilen, Meldungen und Beispielartikel fehlen.",
        "Made without text of articles (--no-text): headlines, lines, messages and sample articles are missing.";
}

/// Returns why something was removed, in words.
pub(super) fn reason(reason: &str, language: Language) -> String {
    let known = [
        ("advert", "Werbung", "Advertisements"),
        ("agency", "Agenturvermerke", "Agency lines"),
        ("app", "Hinweise auf Apps", "Prompts to use an app"),
        ("author", "Autorenzeilen", "Author lines"),
        ("comments", "Kommentarbereich", "Comments"),
        ("cookies", "Cookie-Hinweise", "Cookie notices"),
        ("decoration", "Schmuckzeichen", "Decoration"),
        ("navigation", "Navigation", "Navigation"),
        ("newsletter", "Newsletter-Werbung", "Newsletter prompts"),
        ("notice", "Vermerke des Verlags", "Publisher's notices"),
        ("paywall", "Bezahlschranke", "Paywall prompts"),
        ("picture", "Bildnachweise", "Picture credits"),
        ("related", "Verwandte Artikel", "Related links"),
        ("repeated", "Wiederholte Zeilen", "Repeated lines"),
        ("share", "Teilen-Knöpfe", "Share buttons"),
    ];
    let mut known = known.into_iter();
    match known.find(|(name, ..)| *name == reason) {
        Some((_, german, english)) => language.of(german, english).to_owned(),
        None if reason.is_empty() => language.of("Weitere", "Others").to_owned(),
        None => reason.to_owned(),
    }
}

/// Returns the name of a language, by its ISO 639-1 code.
pub(super) fn language_name(code: &str, language: Language) -> String {
    let known = [
        ("ar", "Arabisch", "Arabic"),
        ("cs", "Tschechisch", "Czech"),
        ("da", "Dänisch", "Danish"),
        ("de", "Deutsch", "German"),
        ("el", "Griechisch", "Greek"),
        ("en", "Englisch", "English"),
        ("es", "Spanisch", "Spanish"),
        ("fr", "Französisch", "French"),
        ("hr", "Kroatisch", "Croatian"),
        ("hu", "Ungarisch", "Hungarian"),
        ("it", "Italienisch", "Italian"),
        ("ja", "Japanisch", "Japanese"),
        ("nl", "Niederländisch", "Dutch"),
        ("pl", "Polnisch", "Polish"),
        ("pt", "Portugiesisch", "Portuguese"),
        ("ro", "Rumänisch", "Romanian"),
        ("ru", "Russisch", "Russian"),
        ("sv", "Schwedisch", "Swedish"),
        ("tr", "Türkisch", "Turkish"),
        ("uk", "Ukrainisch", "Ukrainian"),
        ("zh", "Chinesisch", "Chinese"),
    ];
    let mut known = known.into_iter();
    match known.find(|(name, ..)| *name == code) {
        Some((_, german, english)) => language.of(german, english).to_owned(),
        None => code.to_owned(),
    }
}

/// Returns what kind of names a label has.
pub(super) fn label<'a>(label: &'a str, words: &Words) -> &'a str {
    match label {
        "PER" => words.persons,
        "LOC" => words.places,
        "ORG" => words.organizations,
        "MISC" | "" => words.others,
        other => other,
    }
}
