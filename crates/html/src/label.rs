//! Lines by their words: labels between the parts of a page, what publishers ask for, titles of error pages.

use crate::block::Block;
use crate::key::key;

/// A label has at most so many characters.
const LINE: usize = 120;

/// Starts of lines that stand between the parts of a page and are no text.
const LABELS: &[&str] = &[
    "advertisement",
    "also read",
    "anzeige",
    "artikel teilen",
    "auch interessant",
    "auch spannend",
    "audio",
    "aus dem archiv",
    "autor",
    "bild",
    "bildergalerie",
    "bildquelle",
    "das könnte dich auch interessieren",
    "das könnte sie auch interessieren",
    "das könnte sie interessieren",
    "diskutieren sie mit",
    "editors picks",
    "empfehlung der redaktion",
    "empfehlungen der redaktion",
    "empfohlener externer inhalt",
    "empfohlener redaktioneller inhalt",
    "externer inhalt",
    "folgen sie uns",
    "follow us",
    "foto",
    "fotos",
    "fotostrecke",
    "hier weiterlesen",
    "image source",
    "interessant",
    "jetzt lesen",
    "kommentare",
    "lesen sie auch",
    "lesen sie dazu",
    "lesen sie dazu auch",
    "lesen sie hier",
    "lesen sie mehr",
    "lest auch",
    "lies auch",
    "mehr aus dem ressort",
    "mehr dazu",
    "mehr lesen",
    "mehr nachrichten",
    "mehr zu diesem thema",
    "mehr zum thema",
    "meistgelesen",
    "more from",
    "more on",
    "more on this story",
    "most popular",
    "most read",
    "newsletter",
    "passend dazu",
    "photo",
    "podcast",
    "quelle",
    "read also",
    "read more",
    "read next",
    "recommended",
    "related",
    "related stories",
    "related topics",
    "schlagworte",
    "see also",
    "share",
    "share this article",
    "stand",
    "tags",
    "teilen",
    "themen",
    "themen des artikels",
    "top themen",
    "video",
    "videos",
    "von",
    "weitere artikel",
    "weitere meldungen",
    "weitere nachrichten",
    "weitere themen",
    "werbung",
    "you may also like",
    "zum artikel",
    "zum thema",
    "zum weiterlesen",
    "zur startseite",
    "zurück zur startseite",
];

/// Whether a block is a label that stands between the parts of a page.
pub(crate) fn is_label(block: &Block) -> bool {
    if block.length > LINE {
        return false;
    }
    let text = block.text.trim_start();
    if text.starts_with(['©', '→', '►', '▶', '»']) && block.length < LINE {
        return true;
    }
    let key = key(&block.text);
    let has_colon = block.text.contains(':');
    LABELS.iter().any(|label| {
        let label = label.trim_end();
        key == label
            || has_colon
                && block.length < LINE
                && key.starts_with(label)
                && block
                    .text
                    .get(label.len()..)
                    .is_some_and(|rest| rest.trim_start().starts_with(':'))
            || label.contains(' ') && key.starts_with(label) && block.length < 80
    })
}

/// What publishers ask for at the end of a story.
const CLOSING: &[&str] = &[
    "newsletter",
    "abonnieren",
    "whatsapp-kanal",
    "whatsapp kanal",
    "telegram-kanal",
    "kostenlos testen",
    "folgen sie uns",
    "folgt uns",
    "jetzt anmelden",
    "app herunterladen",
    "sign up",
    "subscribe",
];

/// What stands where the rest of a story must be paid for.
const PAYWALL: &[&str] = &[
    "anmelden und weiterlesen",
    "artikel ist kostenpflichtig",
    "bereits abonnent",
    "bereits ein abo",
    "exklusiv für abonnenten",
    "already a subscriber",
    "jetzt abonnieren",
    "jetzt weiterlesen",
    "kostenlos registrieren",
    "nur für abonnenten",
    "um diesen artikel zu lesen",
    "um weiterzulesen",
    "weiterlesen mit",
    "continue reading",
    "to continue reading",
];

/// Whether a block at the end of a story is about the publisher: a link to what it offers, or a demand.
pub(crate) fn is_closing(block: &Block) -> bool {
    let text = block.text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_marked = block.linked > 0 || block.bold * 2 > block.length || text.starts_with('"');
    is_label(block)
        || block.length < 400 && is_marked && has(CLOSING)
        || block.length < 300 && has(PAYWALL)
}

/// Titles of pages that are no articles.
const ERRORS: &[&str] = &[
    "404",
    "403",
    "500",
    "500 internal server error",
    "adblocker aktiv",
    "adblocker erkannt",
    "agb",
    "allgemeine geschäftsbedingungen",
    "cookie richtlinie",
    "cookies",
    "datenschutz",
    "datenschutzerklärung",
    "datenschutzhinweise",
    "imprint",
    "impressum",
    "internal server error",
    "kontakt",
    "maintenance",
    "mediadaten",
    "newsletter",
    "nutzungsbedingungen",
    "privacy policy",
    "service unavailable",
    "terms of service",
    "unser newsletter",
    "unsere newsletter",
    "wartung",
    "wartungsarbeiten",
    "werbeblocker erkannt",
    "502",
    "503",
    "access denied",
    "anmelden",
    "anmeldung",
    "attention required",
    "dokument nicht gefunden",
    "einloggen",
    "error",
    "fehler",
    "fehler 404",
    "fehlerseite",
    "forbidden",
    "just a moment",
    "log in",
    "login",
    "not found",
    "page not found",
    "registrieren",
    "seite nicht gefunden",
    "seite nicht verfügbar",
    "sign in",
    "suche",
    "suchergebnisse",
    "zugriff verweigert",
    "zustimmung",
];

/// Parts of titles that only such pages have.
const ERROR_PARTS: &[&str] = &[
    "404 not found",
    "adblocker deaktivieren",
    "dass sie kein roboter sind",
    "es ist ein fehler aufgetreten",
    "mit werbung weiterlesen",
    "service temporarily unavailable",
    "sind sie ein roboter",
    "unter wartung",
    "weiterlesen mit werbung",
    "error 404",
    "fehler 404",
    "page not found",
    "seite nicht gefunden",
    "seite wurde nicht gefunden",
    "seite konnte nicht gefunden",
    "seite existiert nicht",
    "inhalt nicht gefunden",
    "404 fehler",
    "404 seite",
    "are you a robot",
    "privacy settings",
    "datenschutzeinstellungen",
];

/// Whether a title is that of an error, a login, a search.
pub(crate) fn is_error(title: &str) -> bool {
    let key = key(title);
    ERRORS.contains(&key.as_str()) || ERROR_PARTS.iter().any(|part| key.contains(part))
}

/// What stands in place of a story that is sold.
const SOLD: &[&str] = &[
    "diesen artikel können sie nur",
    "dieser artikel ist exklusiv",
    "dieser artikel ist nur für",
    "dieser inhalt ist exklusiv",
    "dieser inhalt ist nur für",
    "jetzt abonnieren und weiterlesen",
    "mit abo weiterlesen",
    "um diesen artikel zu lesen",
    "um weiterzulesen",
    "this article is for subscribers",
    "subscribe to continue reading",
    "to continue reading",
];

/// Whether a text begins as what stands in place of a story that is sold.
pub(crate) fn is_sold(text: &str) -> bool {
    let start = key(&text.chars().take(120).collect::<String>());
    SOLD.iter().any(|known| start.starts_with(known))
}

/// What a date of publication is called.
const DATED: &[&str] = &[
    "aktualisiert",
    "artikel vom",
    "datum",
    "erschienen",
    "erstellt",
    "online seit",
    "posted",
    "publiziert",
    "published",
    "stand",
    "veröffentlicht",
];

/// Whether a line starts as one that says when an article was published.
pub(crate) fn is_dated(text: &str) -> bool {
    let start: String = text.chars().take(40).collect::<String>().to_lowercase();
    DATED.iter().any(|word| start.contains(word))
}

/// What stands above comments.
const COMMENTS: &[&str] = &[
    "comment",
    "comments",
    "diskussion",
    "diskutieren sie mit",
    "forum",
    "ihr kommentar",
    "ihr kommentar zum thema",
    "kommentar",
    "kommentare",
    "kommentar schreiben",
    "kommentar verfassen",
    "kommentieren",
    "leave a comment",
    "leave a reply",
    "leserkommentare",
    "schreibe einen kommentar",
    "so können sie kommentieren",
    "leserbriefe",
    "postings",
];

/// Whether a heading is that of the comments, with or without their number.
pub(crate) fn is_comments(text: &str) -> bool {
    let key = key(text);
    let name = key.trim_matches(|c: char| c.is_ascii_digit() || c == ' ');
    COMMENTS.contains(&name)
}
