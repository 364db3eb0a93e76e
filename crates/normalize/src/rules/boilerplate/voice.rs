//! Who speaks in a sentence: the page about itself, or the story.
//!
//! A pattern knows how a line of the page begins; what follows may be anything. "Unser Newsletter" starts a prompt
//! and, in a story, a quotation: "Unser Newsletter ging an den falschen Verteiler, räumte der Vorsitzende ein."
//! So the words that a pattern leaves open are weighed. The page uses few words (`page.txt`) and addresses its
//! readers; every other word is foreign to it, and some words and phrases are those of a report: someone is said
//! to have said something, something has happened, a person or an authority acts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::token::{Token, is_capital};
use super::words;

/// The words of a page about itself.
const PAGE: &str = include_str!("page.txt");

/// What a word of a report costs, and a negation.
const REPORT: u16 = 3;
const NEGATION: u16 = 2;
/// The most foreign words of a sentence that addresses the reader or says "we", and of one that points at the page.
pub(super) const ADDRESSING: u16 = 2;
const POINTING: u16 = 1;

/// What a word says about who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing: a word of grammar.
    Neutral,
    /// The page speaks about itself.
    Page,
    /// A report.
    Report,
    Negation,
}

/// The kinds of words by their hashes, sorted.
static KINDS: LazyLock<Vec<(u64, Kind)>> = LazyLock::new(|| {
    let mut kinds = BTreeMap::new();
    for line in PAGE.lines().filter(|line| !line.starts_with('#')) {
        let (kind, list) = match line.strip_prefix('=') {
            Some(list) => (Kind::Neutral, list),
            None => (Kind::Page, line),
        };
        for word in list.split([' ', '-']).filter(|word| !word.is_empty()) {
            kinds.entry(words::hash(word)).or_insert(kind);
        }
    }
    for word in REPORTING.iter().chain(SAYING) {
        // Some are words of the page as well: "Sie werden informiert", "Fragen?".
        kinds.entry(words::hash(word)).or_insert(Kind::Report);
    }
    for word in NEGATIONS {
        kinds.insert(words::hash(word), Kind::Negation);
    }
    kinds.into_iter().collect()
});

const NEGATIONS: &[&str] = &[
    "kein",
    "keine",
    "keinem",
    "keinen",
    "keiner",
    "nicht",
    "nichts",
    "nie",
    "niemand",
    "niemandem",
    "niemanden",
    "niemals",
    "weder",
];

/// Starts of the compounds that pages make.
const STEMS: &[&str] = &[
    "abo",
    "browser",
    "cookie",
    "datenschutz",
    "kommentar",
    "leser",
    "newsletter",
    "nutzungs",
    "online",
    "premium",
    "probe",
    "push",
    "redaktions",
    "web",
    "werbe",
];

/// Verbs that report what somebody said or thought, as they stand after it.
const SAYING: &[&str] = &[
    "antwortet",
    "antwortete",
    "argumentiert",
    "argumentierte",
    "äußert",
    "äußerte",
    "beantwortet",
    "beantwortete",
    "befand",
    "befindet",
    "befürchtet",
    "befürchtete",
    "begründet",
    "begründete",
    "behauptet",
    "behauptete",
    "bekannte",
    "bekennt",
    "beklagt",
    "beklagte",
    "bekräftigt",
    "bekräftigte",
    "bemängelt",
    "bemängelte",
    "bemerkt",
    "bemerkte",
    "berichten",
    "berichtet",
    "berichtete",
    "berichteten",
    "beschied",
    "beschwert",
    "beschwerte",
    "beteuert",
    "beteuerte",
    "betonen",
    "betont",
    "betonte",
    "betonten",
    "bezweifelt",
    "bezweifelte",
    "bilanziert",
    "bilanzierte",
    "droht",
    "drohte",
    "empfahl",
    "empfiehlt",
    "empört",
    "empörte",
    "entgegnet",
    "entgegnete",
    "entscheidet",
    "entschied",
    "entschieden",
    "entschuldigt",
    "entschuldigte",
    "erfuhr",
    "erinnert",
    "erinnerte",
    "erkennt",
    "erklären",
    "erklärt",
    "erklärte",
    "erklärten",
    "erkundigte",
    "erläutert",
    "erläuterte",
    "ermahnt",
    "ermahnte",
    "erwidert",
    "erwiderte",
    "erzählen",
    "erzählt",
    "erzählte",
    "erzählten",
    "fand",
    "fanden",
    "feststellte",
    "fordern",
    "fordert",
    "forderte",
    "forderten",
    "formuliert",
    "formulierte",
    "fragen",
    "fragt",
    "fragte",
    "fragten",
    "freut",
    "freute",
    "fügt",
    "fügte",
    "gab",
    "gestand",
    "gesteht",
    "glaubt",
    "glaubte",
    "heißt",
    "hieß",
    "hofft",
    "hoffte",
    "höhnte",
    "informiert",
    "informierte",
    "jammerte",
    "jubelt",
    "jubelte",
    "klagen",
    "klagt",
    "klagte",
    "klagten",
    "klingt",
    "kommentiert",
    "kommentierte",
    "konterte",
    "konstatiert",
    "konstatierte",
    "kritisieren",
    "kritisiert",
    "kritisierte",
    "kritisierten",
    "kündigt",
    "kündigte",
    "lacht",
    "lachte",
    "las",
    "lautet",
    "lautete",
    "lobt",
    "lobte",
    "mahnen",
    "mahnt",
    "mahnte",
    "mahnten",
    "meinen",
    "meint",
    "meinte",
    "meinten",
    "meldete",
    "meldeten",
    "mitteilt",
    "mitteilte",
    "monierte",
    "moniert",
    "murmelte",
    "nannte",
    "nennt",
    "notiert",
    "notierte",
    "prognostiziert",
    "prophezeit",
    "raten",
    "rät",
    "räumt",
    "räumte",
    "resümiert",
    "resümierte",
    "rief",
    "riefen",
    "riet",
    "rieten",
    "rügt",
    "rügte",
    "sagen",
    "sagt",
    "sagte",
    "sagten",
    "schildert",
    "schilderte",
    "schimpft",
    "schimpfte",
    "schlug",
    "schloss",
    "schreibt",
    "schrieb",
    "schrieben",
    "schwärmt",
    "schwärmte",
    "spottet",
    "spottete",
    "sprach",
    "spricht",
    "stand",
    "stellt",
    "stellte",
    "stellten",
    "stichelte",
    "teilt",
    "teilte",
    "teilten",
    "titelt",
    "titelte",
    "titelten",
    "tönt",
    "tönte",
    "twittert",
    "twitterte",
    "überlegt",
    "überlegte",
    "unkt",
    "unterstreicht",
    "unterstrich",
    "urteilt",
    "urteilte",
    "urteilten",
    "verkündet",
    "verkündete",
    "verlangt",
    "verlangte",
    "verlangten",
    "verlautete",
    "vermutet",
    "vermutete",
    "verriet",
    "verrät",
    "versichert",
    "versicherte",
    "versicherten",
    "verspricht",
    "versprach",
    "verteidigt",
    "verteidigte",
    "verweist",
    "verwies",
    "warb",
    "warnen",
    "warnt",
    "warnte",
    "warnten",
    "weiß",
    "wusste",
    "wendet",
    "wandte",
    "wetterte",
    "wettert",
    "wirbt",
    "witzelte",
    "wundert",
    "wunderte",
    "wünscht",
    "wünschte",
    "zitiert",
    "zitierte",
    "zischte",
    "zürnt",
    "zweifelt",
];

/// Further verbs of this kind: what they mean elsewhere says nothing, so they count only where such a clause begins.
const SAYING_AFTER: &[&str] = &[
    "appelliert",
    "appellierte",
    "ätzt",
    "ätzte",
    "bat",
    "baten",
    "beharrt",
    "beharrte",
    "behaupten",
    "beklagen",
    "beruhigt",
    "beruhigte",
    "bestätigen",
    "bestätigt",
    "bestätigte",
    "bestätigten",
    "bestreitet",
    "bestritt",
    "beteuern",
    "bitten",
    "bittet",
    "brummt",
    "drängen",
    "drängt",
    "drängte",
    "drohen",
    "empfahlen",
    "empfehlen",
    "entgegnen",
    "entscheiden",
    "erfuhren",
    "ermuntert",
    "ermunterte",
    "ermutigt",
    "ermutigte",
    "fleht",
    "flehte",
    "flunkert",
    "flunkerte",
    "flüstert",
    "flüsterte",
    "frotzelt",
    "frotzelte",
    "gestanden",
    "gestehen",
    "glauben",
    "grüßt",
    "grüßte",
    "höhnt",
    "höhnen",
    "jammert",
    "jubeln",
    "kommentieren",
    "konstatieren",
    "kontert",
    "kündigen",
    "kündigten",
    "las",
    "lasen",
    "liest",
    "loben",
    "locken",
    "lockt",
    "lockte",
    "lockten",
    "log",
    "logen",
    "lügt",
    "lügen",
    "melden",
    "meldet",
    "nennen",
    "nerven",
    "nervt",
    "predigt",
    "predigte",
    "prahlt",
    "prahlte",
    "präzisiert",
    "präzisierte",
    "räumen",
    "räumten",
    "raunt",
    "raunte",
    "rechtfertigt",
    "rechtfertigte",
    "rufen",
    "ruft",
    "rügen",
    "schimpfen",
    "schlagen",
    "schlägt",
    "schlugen",
    "schreiben",
    "schreit",
    "schrie",
    "seufzt",
    "seufzte",
    "spekuliert",
    "spekulierte",
    "spotten",
    "staunt",
    "staunte",
    "stöhnt",
    "stöhnte",
    "suggeriert",
    "suggerierte",
    "teilen",
    "titeln",
    "tönen",
    "tröstet",
    "tröstete",
    "überraschte",
    "ulkt",
    "ulkte",
    "urteilen",
    "verkünden",
    "verlangen",
    "verlauten",
    "verlautet",
    "vermelden",
    "vermeldet",
    "vermeldete",
    "vermuten",
    "versichern",
    "versprachen",
    "versprechen",
    "verteidigen",
    "verwiesen",
    "wandten",
    "warben",
    "werben",
    "wiegelt",
    "wiegelte",
    "wissen",
    "wollen",
    "will",
    "wollte",
    "wundern",
    "zetert",
    "zeterte",
    "zitieren",
];

/// Other words of a report: what happened, reported speech, and those who act in the news.
const REPORTING: &[&str] = &[
    "war",
    "waren",
    "hatte",
    "hatten",
    "wurde",
    "wurden",
    "worden",
    "ging",
    "gingen",
    "kam",
    "kamen",
    "blieb",
    "blieben",
    "bekam",
    "bekamen",
    "erhielt",
    "erhielten",
    "lag",
    "lagen",
    "lief",
    "liefen",
    "ließ",
    "ließen",
    "musste",
    "mussten",
    "konnte",
    "konnten",
    "durfte",
    "durften",
    "sollte",
    "wollte",
    "wollten",
    "machte",
    "machten",
    "nahm",
    "nahmen",
    "sah",
    "sahen",
    "stieg",
    "sank",
    "verlor",
    "verloren",
    "gewann",
    "gewannen",
    "begann",
    "begannen",
    "verbot",
    "brach",
    "traf",
    "trafen",
    "zog",
    "zogen",
    "fiel",
    "fielen",
    "starb",
    "schied",
    "trat",
    "habe",
    "hätten",
    "hätte",
    "sei",
    "seien",
    "solle",
    "müsse",
    "müssten",
    "könne",
    "dürfe",
    "wolle",
    "werde",
    "gebe",
    "gehe",
    "stehe",
    "komme",
    "bleibe",
    "brauche",
    "laut",
    "zufolge",
    "sprecher",
    "sprecherin",
    "polizei",
    "gericht",
    "gerichts",
    "richter",
    "richterin",
    "minister",
    "ministerin",
    "ministerium",
    "kanzler",
    "kanzlerin",
    "präsident",
    "präsidentin",
    "behörde",
    "behörden",
    "bundestag",
    "bundesrat",
    "regierung",
    "partei",
    "parteien",
    "fraktion",
    "stadtrat",
    "bürgermeister",
    "bürgermeisterin",
    "staatsanwalt",
    "staatsanwaltschaft",
    "anwalt",
    "anwältin",
    "anwälte",
    "verbraucherzentrale",
    "verbraucherschützer",
    "datenschützer",
    "vorsitzende",
    "vorsitzender",
    "chef",
    "chefin",
    "geschäftsführer",
    "experte",
    "experten",
    "expertin",
    "forscher",
    "forscherin",
    "forschern",
    "studie",
    "umfrage",
    "konzern",
    "konzerns",
    "unternehmen",
    "unternehmens",
    "firma",
    "firmen",
    "verband",
    "gewerkschaft",
    "opposition",
    "opfer",
    "täter",
    "betrüger",
    "kläger",
    "urteil",
    "prozess",
    "klage",
    "gesetz",
    "ausschuss",
    "kommission",
    "bgh",
    "eugh",
    "bsi",
    "eu",
    "usa",
    "millionen",
    "milliarden",
    "tausende",
    "hunderte",
];

/// Ends of words for those who act in the news.
const ACTORS: &[&str] = &[
    "minister",
    "ministerin",
    "ministerium",
    "gericht",
    "gerichts",
    "sprecher",
    "sprecherin",
    "behörde",
    "beauftragte",
    "beauftragter",
    "schützer",
    "schützerin",
    "anwalt",
    "anwältin",
    "präsident",
    "präsidentin",
    "chef",
    "chefin",
    "partei",
    "polizei",
    "anstalt",
    "kammer",
    "verband",
    "verbandes",
    "konzern",
    "firma",
    "zentrale",
    "forscher",
    "meister",
    "meisterin",
    "leiter",
    "leiterin",
    "vorsitzende",
    "politiker",
    "politikerin",
];

/// Words after a comma that are no verbs, beside those of grammar.
const NO_VERBS: &[&str] = &[
    "angefangen",
    "ausgenommen",
    "beispielsweise",
    "einschließlich",
    "egal",
    "geschweige",
    "inkl",
    "inklusive",
    "laut",
    "mitsamt",
    "nämlich",
    "samt",
    "sodass",
    "soweit",
    "ungeachtet",
    "weshalb",
    "wobei",
    "wofür",
    "womit",
    "wonach",
    "woran",
    "worauf",
    "worüber",
    "zumal",
    "zumindest",
];

/// Words that start a subordinate clause, after which a main clause begins with its verb as reported speech does.
const SUBORDINATE: &[&str] = &[
    "wenn", "falls", "sobald", "um", "indem", "da", "weil", "damit", "sofern", "bevor", "nachdem",
    "wer", "was", "während", "solange", "obwohl", "sollten", "möchten", "wollen", "haben", "ob",
];

fn kind(token: &Token<'_>) -> Option<Kind> {
    kind_of(token.hash)
}

fn kind_of(hash: u64) -> Option<Kind> {
    let index = KINDS.binary_search_by_key(&hash, |&(hash, _)| hash).ok()?;
    KINDS.get(index).map(|&(_, kind)| kind)
}

/// Returns what a word costs that a pattern leaves open to the page.
pub(super) fn cost(tokens: &[Token<'_>], at: usize) -> u16 {
    let Some(token) = tokens.get(at) else {
        return 0;
    };
    if at == 2 && acts(tokens) {
        return REPORT;
    }
    match kind(token) {
        Some(Kind::Neutral | Kind::Page) => 0,
        Some(Kind::Negation) => NEGATION,
        Some(Kind::Report) => REPORT,
        None if token.is_number || token.word.chars().nth(1).is_none() => 0,
        None => {
            let lower = token.word.to_lowercase();
            if token.is_capital && ACTORS.iter().any(|end| lower.ends_with(end)) {
                REPORT
            } else {
                u16::from(!STEMS.iter().any(|stem| lower.starts_with(stem)))
            }
        }
    }
}

/// Tells whether others act in a sentence, and the third word says who: "Jetzt registrieren sich …", "Hier testen Kunden
/// …", "Jetzt anmelden müssen …". On a button the verb that stands there is an infinitive, and the reader acts.
fn acts(sentence: &[Token<'_>]) -> bool {
    const MODAL: &[&str] = &[
        "dürfen", "können", "lassen", "müssen", "sollen", "wollen", "möchten", "konnten", "wollten",
    ];
    const SUBJECT: &[&str] = &[
        "sich", "auch", "alle", "viele", "die", "der", "das", "einige", "immer",
    ];
    let [first, verb, third, .., last] = sentence else {
        return false;
    };
    let is_infinitive = |token: &Token<'_>| {
        !token.is_capital && token.word.ends_with("en") && kind(token) == Some(Kind::Page)
    };
    let is_opening = matches!(first.word, "Jetzt" | "Hier" | "Nun");
    // "Jetzt kostenlosen Newsletter abonnieren" ends with its verb.
    if !is_opening || verb.has_colon || verb.closes || !is_infinitive(verb) || is_infinitive(last) {
        return false;
    }
    let names = third.is_capital && !READER.contains(&third.word) && !third.is_number;
    names || SUBJECT.contains(&third.word) || MODAL.contains(&third.word)
}

/// Returns how many foreign words a sentence may have and still be one of the page.
pub(super) fn allowance(sentence: &[Token<'_>]) -> u16 {
    let voice = |(at, token): (usize, &Token<'_>)| match token.word.to_lowercase().as_str() {
        // "Sie" at the start may be others, and in small letters it is.
        "sie" | "ihr" | "ihre" | "ihnen" | "ihrer" | "ihrem" | "ihren"
            if token.is_capital && at > 0 =>
        {
            ADDRESSING
        }
        "du" | "dich" | "dir" | "dein" | "deine" | "deinen" | "deinem" | "deiner" | "euch"
        | "wir" | "uns" | "unser" | "unsere" | "unserem" | "unseren" | "unserer" => ADDRESSING,
        "bitte" | "copyright" | "©" => POINTING,
        "jetzt" | "hier" if at == 0 => POINTING,
        "diese" | "dieser" | "dieses" | "diesem" | "diesen" => {
            let is_page = |next: &Token<'_>| PIECES.contains(&next.word.to_lowercase().as_str());
            u16::from(sentence.get(at + 1).is_some_and(is_page)) * POINTING
        }
        _ => 0,
    };
    let most = sentence
        .iter()
        .enumerate()
        .map(voice)
        .max()
        .unwrap_or_default();
    let is_page = |token: &&Token<'_>| kind(token) == Some(Kind::Page) || token.word == "©";
    let own = sentence.iter().filter(is_page).count();
    most.min(u16::try_from(own).unwrap_or(most))
}

/// What "dieser" points at if the page speaks.
const PIECES: &[&str] = &[
    "analyse",
    "app",
    "artikel",
    "beitrag",
    "bericht",
    "element",
    "inhalt",
    "internetseite",
    "interview",
    "kommentar",
    "meldung",
    "nachricht",
    "podcast",
    "post",
    "reportage",
    "seite",
    "sendung",
    "stelle",
    "story",
    "text",
    "thema",
    "version",
    "video",
    "website",
    "webseite",
    "übersetzung",
];

/// Tells whether a sentence that no pattern fits is the page's own: it speaks about itself in its own words.
pub(super) fn is_page(sentence: &[Token<'_>]) -> bool {
    let mut costs = 0;
    for at in 0..sentence.len() {
        costs += cost(sentence, at);
        if ADDRESSING < costs {
            return false;
        }
    }
    let speaks = sentence.iter().any(|token| kind(token) == Some(Kind::Page));
    speaks && costs <= allowance(sentence)
}

/// Tells whether a line says who said it: "…, sagte der Minister", "…, so die Polizei", "…, wie es hieß".
pub(super) fn is_attributed(line: &str) -> bool {
    const BREAKS: &[char] = &[',', '–', '—', '“', '”', '"', '«', '»', ':', ';'];
    let mut clauses = line.split(BREAKS);
    let first = clauses.next().unwrap_or_default();
    let words_of = |clause: &str| -> Vec<String> {
        clause
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let is_subordinate = words_of(first)
        .first()
        .is_some_and(|word| SUBORDINATE.contains(&word.to_lowercase().as_str()));
    clauses.any(|clause| {
        let words = words_of(clause);
        let [verb, rest @ ..] = words.as_slice() else {
            return false;
        };
        // "…, freut sich der Trainer"
        let reflexive = rest.first().is_some_and(|word| word == "sich");
        let Some(subject) = rest.get(usize::from(reflexive)) else {
            return false;
        };
        if is_capital(verb) || READER.contains(&subject.as_str()) {
            return false;
        }
        let is_saying = |word: &String| SAYING.contains(&word.as_str());
        let says_after = |word: &String| is_saying(word) || SAYING_AFTER.contains(&word.as_str());
        // A clause that begins with a verb is one that says who spoke, unless a subordinate one goes before it.
        let is_verb = !is_subordinate
            && (SUBJECTS.contains(&subject.as_str())
                || verb.ends_with("te") && !is_capital(subject))
            && !NO_VERBS.contains(&verb.as_str())
            && !matches!(
                kind_of(words::hash(verb)),
                Some(Kind::Neutral | Kind::Page | Kind::Negation)
            );
        match verb.as_str() {
            "so" => is_capital(subject) || SUBJECTS.contains(&subject.as_str()),
            "wie" => {
                words.last().is_some_and(is_saying) || rest.iter().skip(1).take(3).any(is_saying)
            }
            "steht" => true,
            // "– das liest man überall", "– so warb der Händler"
            "das" | "dies" => says_after(subject) && !is_subordinate && is_by_another(rest),
            _ => is_verb || says_after(verb) && !PARTICIPLES.contains(&subject.as_str()),
        }
    })
}

/// Tells whether somebody is named behind the verb, not the reader: "das liest man", "das versprach der Verlag".
fn is_by_another(clause: &[String]) -> bool {
    clause.get(1).is_some_and(|subject| {
        !READER.contains(&subject.as_str())
            && (is_capital(subject) || SUBJECTS.contains(&subject.as_str()))
    })
}

/// Those who are not reported to have said something.
const READER: &[&str] = &[
    "Sie", "Ihnen", "Ihr", "Ihre", "du", "Du", "ihr", "euch", "wir", "uns",
];

/// Words after a participle: "…, informiert werden".
const PARTICIPLES: &[&str] = &[
    "werden", "wird", "sind", "ist", "wurde", "worden", "sein", "haben", "hat", "und", "oder", "zu",
];

/// Words that start a subject.
const SUBJECTS: &[&str] = &[
    "der", "die", "das", "ein", "eine", "einer", "er", "sie", "es", "man", "dieser", "diese",
    "sein", "seine", "ihre", "viele", "mehrere", "zwei",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reported_speech_is_seen() {
        let cases = [
            (
                "Lesen Sie das Kleingedruckte, rät die Verbraucherzentrale.",
                true,
            ),
            ("Unser Newsletter ist sicher, so der Verlag.", true),
            ("Wir verwenden Cookies, heißt es auf der Seite.", true),
            (
                "Die App sei gelöscht worden, wie die Polizei mitteilte.",
                true,
            ),
            ("Bitte beachten Sie die Regeln, prangte über der Tür.", true),
            ("Klicken Sie hier – davor warnt das BSI.", false),
            ("Wir nutzen Cookies – sagte zumindest der Betreiber.", true),
            ("Laden Sie die App herunter, empfehlen Apotheker.", true),
            ("Folgen Sie uns auf Telegram, rufen die Veranstalter.", true),
            ("Haben Sie ein Konto?, will der Kassierer wissen.", true),
            ("Die Kommentare sind geschlossen, melden Leser.", true),
            ("Das Abo ist kündbar, log der Werber.", true),
            (
                "Wir verwenden Cookies – das hört man, das liest man oft.",
                true,
            ),
            ("Wir verwenden Cookies, das wissen Sie.", false),
            ("Wir verwenden Cookies, melden Sie sich bei Fragen.", false),
            (
                "Melden Sie sich an, teilen Sie den Link, schreiben Sie uns.",
                false,
            ),
            (
                "Wenn Ihnen der Text gefällt, empfehlen Sie ihn weiter.",
                false,
            ),
            (
                "Um diesen Artikel weiterzulesen, melden Sie sich bitte an.",
                false,
            ),
            ("Wenn Sie weitersurfen, stimmen Sie dem zu.", false),
            (
                "Wenn Sie über einen Link kaufen, erhält die Redaktion eine Provision.",
                false,
            ),
            (
                "Verpassen Sie nichts, bitte die Push-Nachrichten aktivieren.",
                false,
            ),
            ("Melden Sie sich an, so dass Sie nichts verpassen.", false),
        ];
        for (line, is) in cases {
            assert_eq!(is_attributed(line), is, "{line:?}");
        }
    }

    #[test]
    fn the_words_of_the_page_are_known() {
        assert!(KINDS.len() > 900);
        for word in ["newsletter", "cookies", "artikel"] {
            assert_eq!(kind_of(words::hash(word)), Some(Kind::Page), "{word}");
        }
    }
}
