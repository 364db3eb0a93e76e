//! The kinds of failures, and what can be done about them.

use super::language::Language;

/// A kind of failure: what is alike in many rows of the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) stage: String,
    /// The message; what differs from row to row is `…`.
    pub(super) message: String,
}

/// Returns the kind of a failure.
///
/// Numbers and what is quoted differ from row to row. The rest of a message is the program's own text, unless another program or
/// a library wrote it.
pub(super) fn kind(stage: &str, error: &str) -> Kind {
    const MOST: usize = 200;
    let mut message = String::new();
    let mut quote = None;
    let mut in_number = false;
    let mut escaped = false;
    for character in error.chars() {
        if let Some(end) = quote {
            if character == end && !escaped {
                quote = None;
            }
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            '"' | '`' => {
                quote = Some(character);
                message.push('…');
            }
            // The first two digits of a hexadecimal number are `0x`.
            '0'..='9' => {
                if !in_number {
                    message.push('…');
                }
            }
            'x' | 'A'..='F' if in_number => {}
            _ => message.push(character),
        }
        in_number = character.is_ascii_digit() || in_number && matches!(character, 'x' | 'A'..='F');
    }
    Kind {
        stage: stage.to_owned(),
        message: message.chars().take(MOST).collect(),
    }
}

/// What messages contain, and what can be done, in German and English. The first that fits counts.
const ADVICE: &[(&str, &str, &str)] = &[
    (
        "the text is empty",
        "Der Datensatz hat keinen Text. Stimmt das Feld? `blattwerk check` zeigt, welches als Text gelesen wird; `input.fields.text` nennt ein anderes.",
        "The record has no text. Is it the right field? `blattwerk check` shows which one is read as the text; `input.fields.text` sets another.",
    ),
    (
        "duplicate id",
        "Zwei Artikel haben dieselbe Id; der erste steht in den Tabellen. Oft ist es ein zweiter Abzug desselben Artikels. Sind es verschiedene, nennt `input.fields.id` ein eindeutiges Feld.",
        "Two articles have the same id; the first is in the tables. Often it is a second copy of the article. If they differ, set `input.fields.id` to a field that is unique.",
    ),
    (
        "page without a story",
        "Startseiten, Linklisten, Fehlerseiten und Anmeldungen sind keine Artikel. Wer sie nicht als Fehler zählen will, setzt `input.no_story = \"skip\"`.",
        "Start pages, lists of links, errors and logins are not articles. To not count them as failures, set `input.no_story = \"skip\"`.",
    ),
    (
        "limit set by",
        "Der Datensatz ist größer als erlaubt. Ist er wirklich ein Artikel, so setzen Sie `input.max_bytes` herauf.",
        "The record is larger than allowed. If it really is one article, raise `input.max_bytes`.",
    ),
    (
        "UTF-8",
        "Die Zeichen lassen sich nicht sicher lesen. Kennen Sie die Kodierung, so setzen Sie `input.encoding`; sonst wandeln Sie die Datei um.",
        "The characters cannot be read with certainty. If you know the encoding, set `input.encoding`; otherwise convert the file.",
    ),
    (
        "NUL",
        "Das ist kein Text: eine Binärdatei, oder UTF-16 ohne Kennung. Setzen Sie `input.encoding`, oder lassen Sie die Datei weg.",
        "This is not text: a binary file, or unmarked UTF-16. Set `input.encoding`, or leave the file out.",
    ),
    (
        "truncated",
        "Die Datei ist nicht vollständig. Laden Sie sie erneut, und starten Sie `blattwerk retry`.",
        "The file is incomplete. Get it again, and run `blattwerk retry`.",
    ),
    (
        "ends early",
        "Die Datei ist nicht vollständig. Laden Sie sie erneut, und starten Sie `blattwerk retry`.",
        "The file is incomplete. Get it again, and run `blattwerk retry`.",
    ),
    (
        "damaged",
        "Die Datei ist beschädigt. Laden Sie sie erneut, und starten Sie `blattwerk retry`.",
        "The file is damaged. Get it again, and run `blattwerk retry`.",
    ),
    (
        "cannot read the file",
        "Die Datei fehlt, ist gesperrt oder die Platte antwortet nicht. Prüfen Sie die Rechte, dann starten Sie `blattwerk retry`.",
        "The file is missing or locked, or the disk does not answer. Check the permissions, then run `blattwerk retry`.",
    ),
    (
        "broken JSON",
        "Der Datensatz ist kein gültiges JSON. Prüfen Sie die genannte Zeile; oft ist die Ausgabe eines Sammlers abgebrochen.",
        "The record is not valid JSON. Look at the line; often the output of a scraper was cut off.",
    ),
    (
        "fields as in the header",
        "Die Zeile hat nicht so viele Felder wie die Kopfzeile. Prüfen Sie Trennzeichen und Anführungszeichen (`input.delimiter`, `input.quote`).",
        "The row does not have as many fields as the header. Check the delimiter and the quotes (`input.delimiter`, `input.quote`).",
    ),
    (
        "is recognized as the text",
        "Kein Feld wurde als Text erkannt. Nennen Sie es: `input.fields.text`.",
        "No field was recognized as the text. Name it: `input.fields.text`.",
    ),
    (
        "expected articles, found",
        "Die Datei enthält keine Artikel. Lassen Sie sie weg, oder prüfen Sie `input.format`.",
        "The file contains no articles. Leave it out, or check `input.format`.",
    ),
];

/// Returns what can be done about a kind of failure.
pub(super) fn advice(stage: &str, message: &str, language: Language) -> &'static str {
    if stage != "input" {
        return language.of(
            "Ein Schritt der Verarbeitung ist gescheitert. Ist es ein eigenes Programm oder Modell, so prüfen Sie es mit einem der Beispiele; `blattwerk retry` versucht die Artikel erneut.",
            "A stage failed. If it is a program or model of yours, try it with one of the examples; `blattwerk retry` processes the articles again.",
        );
    }
    let mut advice = ADVICE.iter();
    let found = advice.find(|(part, ..)| message.contains(part));
    found.map_or_else(
        || {
            language.of(
                "Die Meldung sagt, was erwartet und was gefunden wurde. `blattwerk check` zeigt, wie die Datei gelesen wird.",
                "The message says what was expected and what was found. `blattwerk check` shows how the file is read.",
            )
        },
        |(_, german, english)| language.of(german, english),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_failures_is_not_part_of_their_kind() {
        for (error, message) in [
            ("the text is empty", "the text is empty"),
            (
                "NUL byte at position 17: this is not text",
                "NUL byte at position …: this is not text",
            ),
            (
                "neither UTF-8 (byte 0xE4 at position 3) nor any other",
                "neither UTF-… (byte … at position …) nor any other",
            ),
            (
                "expected a record, found \"a \\\" 1 b\"; set `input.format`",
                "expected a record, found …; set …",
            ),
            ("found \"without an end", "found …"),
            (
                "expected 3 fields, found 12 ÄÖ",
                "expected … fields, found … ÄÖ",
            ),
        ] {
            let expected = Kind {
                stage: "input".into(),
                message: message.into(),
            };
            assert_eq!(kind("input", error), expected);
        }
    }
}
