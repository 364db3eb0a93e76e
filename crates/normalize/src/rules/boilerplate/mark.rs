//! Marks of news agencies: "(dpa)", "(sda/afp)", "(APA, red, 25.3.2025)", "Keystone-SDA", "awp/mk/ra".
//!
//! Desks combine them as they like, so they are read by their parts: an agency, and beside it nothing but further
//! agencies, codes of desks and authors, the paper's own staff, dates and times. In brackets with one of the large
//! agencies, anything short is the name of a paper: "(Kleine Zeitung/APA)".

/// The longest mark, in bytes.
const LONGEST: usize = 70;
/// The longest date after it.
const LONGEST_DATE: usize = LONGEST / 2;
/// The most codes of desks and authors.
const MOST_CODES: usize = 3;

/// The longest name of a paper beside an agency, in bytes and in words.
const LONGEST_PAPER: usize = 20;
const MOST_PAPER_WORDS: usize = 3;
/// The most papers beside an agency.
const MOST_PAPERS: usize = 2;

/// Lines with which agencies end a message, or say that it goes on.
const ENDS: &[&str] = &[
    "(Schluss)",
    "(Schluß)",
    "(Ende)",
    "(Forts.)",
    "(Forts. mögl.)",
    "(Forts. folgt)",
    "(Fortsetzung möglich)",
];

/// An agency whose name is that of an index too, so it needs brackets.
const DOW_JONES: &str = "Dow Jones";

/// The agencies beside which papers set their own names.
const LARGE: &[&str] = &["afp", "apa", "awp", "dpa", "sda"];

/// Agencies, in lower case.
const AGENCIES: &[&str] = &[
    "adn",
    "afp",
    "afpd",
    "afx",
    "ansa",
    "apa",
    "apd",
    "ats",
    "awp",
    "belga",
    "bloomberg",
    "dapd",
    "ddp",
    "djg",
    "dpa",
    "dts",
    "efe",
    "epd",
    "idw",
    "interfax",
    "kathpress",
    "keystone",
    "kna",
    "ots",
    "reuters",
    "rtr",
    "sda",
    "sid",
    "spk",
    "swisstxt",
    "tass",
    "xinhua",
];
/// Agencies whose names are those of other things too: only in brackets, and in this spelling.
const IN_BRACKETS: &[&str] = &[
    "AP",
    "ap",
    "si",
    "Si",
    "SI",
    "ag",
    "Ag",
    "pte",
    "pts",
    "RND",
    "kath.ch",
    "spot",
    "ots",
    "idw",
    "ntb",
    "anp",
    "pd",
    "PD",
    "pm",
    "eb",
    "red",
    "Red",
    "RED",
    "Redaktion",
    "redaktion",
    "Agenturen",
    "agenturen",
    "Agentur",
    // The regional services of the dpa.
    "lbn",
    "lby",
    "lhe",
    "lmv",
    "lni",
    "lno",
    "lnw",
    "lrs",
    "lsa",
    "lsc",
    "lsw",
    "lth",
];
/// Words beside an agency.
const BESIDE: &[&str] = &[
    "agentur",
    "agenturen",
    "aktualisiert",
    "am",
    "basisdienst",
    "bayern",
    "berlin",
    "deutschland",
    "eigenbericht",
    "eigene",
    "gmbh",
    "hessen",
    "infocom",
    "infografik",
    "int",
    "international",
    "material",
    "mit",
    "nachrichtenagentur",
    "newsticker",
    "newswires",
    "nord",
    "ost",
    "ots",
    "quelle",
    "quellen",
    "red",
    "redaktion",
    "regio",
    "robot",
    "schweiz",
    "sport",
    "stand",
    "süd",
    "südwest",
    "text",
    "tmn",
    "uhr",
    "um",
    "und",
    "vom",
    "von",
    "west",
    "wirtschaft",
    "zentralbild",
];

/// Tells whether a line is nothing but the mark of an agency.
pub(super) fn is_mark(line: &str) -> bool {
    if LONGEST < line.len() {
        return false;
    }
    match inner(line) {
        Some(inner) => is_made_of_parts(inner, true) || names_papers(inner) || ENDS.contains(&line),
        None => {
            is_made_of_parts(line, line.starts_with('(') && is_dated(line))
                || is_number(line)
                || is_signed(line)
        }
    }
}

/// Tells whether a piece is an agency and the papers that used its material: "F.A.Z./dpa", "swissinfo, sda".
fn names_papers(piece: &str) -> bool {
    let is_large = |part: &str| {
        let lower = part.to_lowercase();
        LARGE.contains(&lower.as_str()) && (part == lower || part == part.to_uppercase())
    };
    let is_paper = |part: &str| {
        part.len() <= LONGEST_PAPER
            && part.split(' ').count() <= MOST_PAPER_WORDS
            && part.starts_with(char::is_alphanumeric)
            && !part.contains([':', ';', '(', '?', '!', '„', '"', '«', '»'])
    };
    let mut has_agency = false;
    let mut papers = 0;
    let piece = piece.strip_suffix(" und Agenturen").unwrap_or(piece);
    for part in piece.split(['/', ',']).map(str::trim) {
        if is_large(part) {
            has_agency = true;
        } else if is_paper(part) {
            papers += 1;
        } else {
            return false;
        }
    }
    has_agency && papers <= MOST_PAPERS
}

/// Tells whether a line is the number of a message: "dpa:241203-99-123456/2".
fn is_number(line: &str) -> bool {
    line.strip_prefix("dpa:").is_some_and(|number| {
        let mut bytes = number.trim_start().bytes();
        number.len() > 4 && bytes.all(|byte| byte.is_ascii_digit() || b"-/".contains(&byte))
    })
}

/// Tells whether a line is made of the codes of authors alone, each after a slash: "/jha/DP/he".
fn is_signed(line: &str) -> bool {
    line.strip_prefix('/').is_some_and(|codes| {
        codes.contains('/')
            && codes.split('/').count() <= MOST_CODES
            && codes.split('/').all(is_code)
    })
}

/// Returns where the mark at the end of a line starts, with the blank before it.
pub(super) fn tail(line: &str) -> Option<usize> {
    let body = line.trim_end_matches('.');
    let start = match body.chars().next_back()? {
        ')' => body.rfind('(')?,
        ']' => body.rfind('[')?,
        // A sentence is over before it, and a date may stand behind the brackets.
        c if c.is_alphanumeric() && is_dated(body) => body.rfind('(')?,
        c if c.is_alphanumeric() => {
            let from = (line.len().saturating_sub(LONGEST)..line.len())
                .find(|&at| line.is_char_boundary(at))?;
            let end = line.get(from..)?.rfind([' ', '\u{A0}'])?;
            let mut start = from + end + 1;
            // "Keystone-SDA / jmu" has blanks.
            while let Some(before) = line.get(..start)?.trim_end().strip_suffix(['/', ',', '|']) {
                start = before.trim_end().rfind([' ', '\u{A0}'])? + 1;
            }
            start
        }
        _ => return None,
    };
    let before = line
        .get(..start)?
        .trim_end()
        .trim_end_matches(['–', '-', '|'])
        .trim_end();
    let is_over = before.ends_with(['.', '!', '?', '…', '“', '”', '"', '«', '»', ')']);
    (is_over && is_mark(line.get(start..)?)).then_some(before.len())
}

/// Tells whether a piece ends with brackets and a date: "(sda) 12. Mai 2024".
fn is_dated(piece: &str) -> bool {
    // Only the end is searched, since a line may be a whole paragraph.
    let from = piece.len().saturating_sub(LONGEST_DATE + 2);
    let end = piece.as_bytes().get(from..).unwrap_or_default();
    let at = end.windows(2).rposition(|pair| pair == b") ");
    let split = at.and_then(|at| Some((piece.get(..from + at)?, piece.get(from + at + 2..)?)));
    split.is_some_and(|(before, date)| {
        let is_part = |part: &str| {
            part.chars()
                .all(|c| c.is_ascii_digit() || ".:,".contains(c))
                || is_month(&part.to_lowercase())
                || matches!(part, "Uhr" | "um" | "am" | "-" | "–")
        };
        before.contains('(') && date.len() <= LONGEST_DATE && date.split(' ').all(is_part)
    })
}

/// Returns what is in the brackets that a piece consists of.
fn inner(piece: &str) -> Option<&str> {
    let piece = piece.trim_end_matches('.');
    piece
        .strip_prefix('(')
        .and_then(|piece| piece.strip_suffix(')'))
        .or_else(|| {
            piece
                .strip_prefix('[')
                .and_then(|piece| piece.strip_suffix(']'))
        })
}

/// Tells whether all parts of a piece may be in a mark, and one is an agency.
fn is_made_of_parts(piece: &str, is_bracketed: bool) -> bool {
    let newswire = piece.strip_prefix(DOW_JONES).filter(|_| is_bracketed);
    let mut has_agency = newswire.is_some();
    let mut codes = 0;
    let parts = newswire
        .unwrap_or(piece)
        .split(|c: char| c.is_whitespace() || "/,-–|+&;:()".contains(c))
        .map(|part| part.trim_matches('.'))
        .filter(|part| !part.is_empty());
    for part in parts {
        let lower = part.to_lowercase();
        let is_one_case = part == lower || !part.chars().any(char::is_lowercase);
        let is_name = matches!(
            lower.as_str(),
            "reuters" | "keystone" | "bloomberg" | "xinhua" | "belga"
        );
        // "ORF.at/Agenturen"
        let is_site = piece.contains(".at") || piece.contains(".ch");
        if AGENCIES.contains(&lower.as_str()) && (is_bracketed || is_one_case || is_name)
            || is_bracketed && IN_BRACKETS.contains(&part)
            || is_site && part == "Agenturen"
        {
            has_agency = true;
        } else if part.chars().all(|c| c.is_ascii_digit() || c == '.') || is_month(&lower) {
            // A date or a time. A number is no code, so "dpa 110" and the like need brackets.
            if !is_bracketed && part.len() < 3 {
                return false;
            }
        } else if BESIDE.contains(&lower.as_str()) || (is_bracketed || is_site) && is_address(part)
        {
        } else if is_code(part) {
            codes += 1;
        } else {
            return false;
        }
    }
    // The story has words of few letters too, so bare codes stand at a slash or a hyphen.
    let is_joined = codes == 0 || is_bracketed || !piece.contains(' ') || piece.contains('/');
    has_agency && codes <= MOST_CODES && is_joined
}

fn is_month(lower: &str) -> bool {
    super::super::structure::months().any(|month| month.to_lowercase() == lower)
}

fn is_address(part: &str) -> bool {
    [".ch", ".at", ".de", ".com", ".li"]
        .iter()
        .any(|end| part.ends_with(end))
}

/// Tells whether a part may be the code of a desk or of an author: "lno", "mkr", "BRI".
fn is_code(part: &str) -> bool {
    let len = part.chars().count();
    let is_lower = part.chars().all(char::is_lowercase);
    let is_upper = part.chars().all(char::is_uppercase);
    (2..=4).contains(&len) && is_lower || (2..=3).contains(&len) && is_upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_by_their_parts() {
        let cases = [
            ("(sda)", true),
            ("(SDA)", true),
            ("(awp)", true),
            ("(awp/sda)", true),
            ("(sda/reuters/afp)", true),
            ("(SDA/kbl)", true),
            ("(mke/dpa)", true),
            ("(dpa/tik)", true),
            ("[sda]", true),
            ("(sda).", true),
            ("(APA)", true),
            ("(APA/Red.)", true),
            ("(APA, red, 3.12.2024)", true),
            ("(red, APA, 3. Dezember 2024)", true),
            ("(apa/dpa/red)", true),
            ("(red/Agenturen)", true),
            ("(red.)", true),
            ("(Reuters, AFP)", true),
            ("(Keystone-SDA)", true),
            ("(Quelle: sda)", true),
            ("(zeitung.ch/sda)", true),
            ("(dpa, 14:05 Uhr)", true),
            ("(lü/awp)", true),
            ("(epd-südwest)", true),
            ("(awp international)", true),
            ("(sda/afp, aktualisiert)", true),
            ("(apa) 3. Dezember 2024", true),
            ("(apa) 3. Dezember 2024, 14:05 Uhr", true),
            ("(apa) am 31. Dezember 2024 um 14:05 Uhr", true),
            ("(apa) 3. Dezember 2024, 14:05 Uhr - 15:15 Uhr", false),
            ("red, ORF.at/Agenturen", true),
            ("ORF.at/Agenturen", true),
            ("ORF.at", false),
            ("Die Agenturen", false),
            ("(SPD) 3. Dezember 2024", false),
            ("(apa) 3 Tote", false),
            ("Keystone-SDA", true),
            ("KEYSTONE-SDA/ats", true),
            ("SDA/kbl", true),
            ("SDA / kbl", true),
            ("awp/mk/ra", true),
            ("sda-ats", true),
            ("APA/red", true),
            ("AWP", true),
            ("(SPD)", false),
            ("(CDU/CSU)", false),
            ("(mit Musik)", false),
            ("(dpa hat recht)", false),
            ("(Text: Anna Muster)", false),
            ("SDA und Ansa streiten um Rechte", false),
            ("Die SDA", false),
            ("Ansa", false),
            ("Dpa", false),
            ("red", false),
            ("im", false),
            ("(25.3.2025)", false),
            ("()", false),
            ("", false),
        ];
        for (line, is) in cases {
            assert_eq!(is_mark(line), is, "{line:?}");
        }
    }

    #[test]
    fn papers_services_and_ends_of_messages_are_marks() {
        let cases = [
            ("(bote.li/blick/sda)", true),
            ("(Tagblatt, dpa)", true),
            ("(Neue Musterpost/APA)", true),
            ("(24 Stunden/awp)", true),
            ("(M.A.Z./AFP)", true),
            ("(dpa/mB)", true),
            ("(musterinfo, sda und Agenturen)", true),
            ("(musterinfo und Agenturen)", false),
            ("(Dow Jones)", true),
            ("(Dow Jones Newswires)", true),
            ("(Dow Jones/awp)", true),
            ("Dow Jones", false),
            ("(Interfax)", true),
            ("(kathpress)", true),
            ("(kath.ch)", true),
            ("(katholisch.ch)", false),
            ("(pts)", true),
            ("(RND)", true),
            ("RND", false),
            ("(lno)", true),
            ("(lhe/dpa)", true),
            ("lno", false),
            ("DJG/abc/de", true),
            ("/abc/DE/fg", true),
            ("/abc/DE", true),
            ("/abc", false),
            ("/usr/lib/x11/fonts", false),
            ("dpa:241203-99-123456/2", true),
            ("dpa: 3-1", false),
            ("(Schluss)", true),
            ("(Forts. mögl.)", true),
            ("Schluss", false),
            ("(Schluss damit)", false),
            ("(Dpa/Musterpost)", false),
            ("(Foto: Muster/dpa)", false),
            ("(sagte er, als die dpa fragte)", false),
            ("(so dpa, kna und drei andere, die dabei waren)", false),
            ("(Musterpost/SPD)", false),
        ];
        for (line, is) in cases {
            assert_eq!(is_mark(line), is, "{line:?}");
        }
    }

    #[test]
    fn a_mark_ends_a_line() {
        let cases = [
            ("Er schwieg. (sda/afp)", Some("Er schwieg.")),
            ("Er schwieg. – SDA/kbl", Some("Er schwieg.")),
            ("Er schwieg. sda / kbl", Some("Er schwieg.")),
            ("„Nein“, sagte er. (red, APA)", Some("„Nein“, sagte er.")),
            ("Er sagte: „Nein.“ (awp)", Some("Er sagte: „Nein.“")),
            ("Er schwieg. (sda) 3.12.2024", Some("Er schwieg.")),
            ("Er schwieg. (Musterpost/sda)", Some("Er schwieg.")),
            ("Er schwieg. (Dow Jones)", Some("Er schwieg.")),
            ("Er las die Zeitung (Musterpost/sda)", None),
            ("Er schwieg (sda) 2024", None),
            ("Er trat aus der Gewerkschaft (sda)", None),
            ("Er trat aus der SPD. (SPD)", None),
            ("Er arbeitet für die sda", None),
            ("Er arbeitet bei Keystone-SDA", None),
            ("Er arbeitet für die SDA.", None),
            (")", None),
            ("(sda)", None),
        ];
        for (line, kept) in cases {
            assert_eq!(tail(line).and_then(|at| line.get(..at)), kept, "{line:?}");
        }
    }
}
