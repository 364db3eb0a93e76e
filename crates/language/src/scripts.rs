//! Detection by script: letters that a single language is written in name it, however short the text is.
//!
//! Cyrillic, Arabic and Hebrew letters serve several languages, most of which have letters of their own. Where
//! those leave the question open, as in Devanagari, the answer is left to the trigrams.

/// With fewer letters nothing is said. A character of Chinese, Japanese or Korean counts as three.
const LEAST_LETTERS: usize = 12;

/// What the letters of a text tell about its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is mostly in Latin letters.
    Latin,
    /// It is in this language.
    Language(&'static str),
    /// It is in another script, and other letters do not decide on the language.
    Open,
    /// It is in another script, in a language that no backend knows, or there is too little of it.
    Unknown,
}

/// Scripts, each with its range of characters and the language it decides.
const SCRIPTS: &[(char, char, &str)] = &[
    ('\u{370}', '\u{3FF}', "el"),
    ('\u{530}', '\u{58F}', "hy"),
    ('\u{980}', '\u{9FF}', "bn"),
    ('\u{A00}', '\u{A7F}', "pa"),
    ('\u{A80}', '\u{AFF}', "gu"),
    ('\u{B00}', '\u{B7F}', "or"),
    ('\u{B80}', '\u{BFF}', "ta"),
    ('\u{C00}', '\u{C7F}', "te"),
    ('\u{C80}', '\u{CFF}', "kn"),
    ('\u{D00}', '\u{D7F}', "ml"),
    ('\u{D80}', '\u{DFF}', "si"),
    ('\u{E00}', '\u{E7F}', "th"),
    ('\u{1000}', '\u{109F}', "my"),
    ('\u{10A0}', '\u{10FF}', "ka"),
    ('\u{1200}', '\u{139F}', "am"),
    ('\u{1780}', '\u{17FF}', "km"),
    ('\u{1F00}', '\u{1FFF}', "el"),
];

/// Reads the script of a text.
pub(crate) fn read(text: &str) -> Answer {
    // Letters beyond the Latin, Greek and Cyrillic blocks start with E0 or higher, E2 is punctuation.
    let is_other = |byte: u8| (0xCD..=0xED).contains(&byte) && byte != 0xE2;
    // Without a branch for each byte, several are looked at together.
    let has_other = |bytes: &[u8]| bytes.iter().fold(false, |any, &byte| any | is_other(byte));
    if !text.as_bytes().chunks(256).any(has_other) {
        return Answer::Latin;
    }
    let count = Count::of(text);
    if count.others <= count.latin {
        return Answer::Latin;
    }
    if count.others < LEAST_LETTERS {
        return Answer::Unknown;
    }
    let (script, _) = count
        .scripts
        .iter()
        .rev()
        .max_by_key(|(_, letters)| letters)
        .copied()
        .unwrap_or((Script::Other, 0));
    let has = |letters: &str| text.contains(|c| letters.contains(c));
    match script {
        Script::Only(language) => Answer::Language(language),
        Script::Han if text.contains(is_kana) => Answer::Language("ja"),
        Script::Han => Answer::Language("zh"),
        Script::Hangul => Answer::Language("ko"),
        Script::Cyrillic => cyrillic(&text.to_lowercase()),
        // Kurdish, Pashto, Uyghur and Sindhi.
        Script::Arabic if has("ەێۆڕڵښړټډڼېۇۈۋڭڄڃڀٿ") => Answer::Unknown,
        Script::Arabic if has("ٹڈڑےں") => Answer::Language("ur"),
        Script::Arabic if has("پچژگکی") => Answer::Language("fa"),
        Script::Arabic => Answer::Language("ar"),
        Script::Hebrew if has("װױײ") || text.split(' ').any(|word| word == "און") => {
            Answer::Language("yi")
        }
        Script::Hebrew => Answer::Language("he"),
        Script::Devanagari => devanagari(text),
        Script::Other => Answer::Unknown,
    }
}

/// Decides between the languages of Devanagari by words that every report has.
fn devanagari(text: &str) -> Answer {
    const HINDI: &[&str] = &["है", "हैं", "और", "में", "की", "का", "के", "को", "से", "ने"];
    const OTHERS: &[&str] = &[
        "आहे",
        "आहेत",
        "आणि",
        "छ",
        "छन्",
        "छैन",
        "र",
        "को",
        "मा",
        "गरेको",
        "भएको",
    ];
    let words = || text.split(|c: char| c.is_whitespace() || "।,.?!".contains(c));
    let count = |list: &[&str]| words().filter(|word| list.contains(word)).count();
    if 2 <= count(HINDI) && count(OTHERS) <= words().filter(|&word| word == "को").count() {
        Answer::Language("hi")
    } else {
        Answer::Open
    }
}

/// Decides between the languages of Cyrillic letters, in lower case.
fn cyrillic(text: &str) -> Answer {
    let has = |letters: &str| text.contains(|c| letters.contains(c));
    if has("әғқңөұүһҷҳӣӯҡҙҫҥӑӗҕӱӹӧ") {
        return Answer::Unknown;
    }
    let (only_belarusian, ukrainian) = (has("ў"), has("їєґ"));
    match () {
        () if only_belarusian && !ukrainian => Answer::Language("be"),
        () if ukrainian => Answer::Language("uk"),
        () if has("і") && has("ыэ") => Answer::Language("be"),
        () if has("і") => Answer::Language("uk"),
        () if has("ѓќѕ") => Answer::Language("mk"),
        () if has("ђћ") => Answer::Language("sr"),
        () if has("јљњџ") => Answer::Open,
        () if has("ыэё") => Answer::Language("ru"),
        // Bulgarian has this sign only before "о".
        () if text.replace("ьо", "").contains('ь') => Answer::Language("ru"),
        () if has("ъ") => Answer::Language("bg"),
        () => Answer::Open,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Only(&'static str),
    Han,
    Hangul,
    Cyrillic,
    Arabic,
    Hebrew,
    Devanagari,
    Other,
}

/// How many letters of each script a text has.
#[derive(Default)]
struct Count {
    latin: usize,
    others: usize,
    scripts: Vec<(Script, usize)>,
}

impl Count {
    fn of(text: &str) -> Self {
        let mut count = Self::default();
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            let script = match c {
                '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{FB00}'..='\u{FB06}' => {
                    count.latin += 1;
                    continue;
                }
                '\u{400}'..='\u{52F}' => Script::Cyrillic,
                '\u{590}'..='\u{5FF}' | '\u{FB1D}'..='\u{FB4F}' => Script::Hebrew,
                '\u{600}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' => {
                    Script::Arabic
                }
                '\u{900}'..='\u{97F}' => Script::Devanagari,
                '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7AF}' => Script::Hangul,
                _ if is_kana(c) || ('\u{3400}'..='\u{9FFF}').contains(&c) => Script::Han,
                _ => SCRIPTS
                    .iter()
                    .find(|(first, last, _)| (first..=last).contains(&&c))
                    .map_or(Script::Other, |&(_, _, language)| Script::Only(language)),
            };
            let weight = match script {
                Script::Han | Script::Hangul => 3,
                _ => 1,
            };
            count.others += weight;
            match count.scripts.iter_mut().find(|(found, _)| *found == script) {
                Some((_, letters)) => *letters += weight,
                None => count.scripts.push((script, weight)),
            }
        }
        count
    }
}

fn is_kana(c: char) -> bool {
    ('\u{3041}'..='\u{30FF}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_name_the_language() {
        let cases = [
            ("Новый закон вступит в силу уже в мае.", "ru"),
            ("Мэр объявил об открытии моста.", "ru"),
            ("Новий міст відкриють навесні.", "uk"),
            ("Поезд поедет через тоннель.", "ru"),
            ("Їжа подорожчала.", "uk"),
            ("पुल मई में खुलेगा, नगर ने कहा है।", "hi"),
            ("Новы мост адкрыюць у траўні.", "be"),
            ("Новият мост ще бъде открит през май.", "bg"),
            ("Градоначелник је рекао да ће мост бити отворен.", "sr"),
            ("Мостот ќе биде отворен во мај.", "mk"),
            ("Η γέφυρα ανοίγει τον Μάιο.", "el"),
            ("新桥将于五月开放。", "zh"),
            ("新しい橋は五月に開通する。", "ja"),
            ("새 다리가 오월에 열린다.", "ko"),
            ("سيفتح الجسر الجديد في مايو.", "ar"),
            ("پل جدید در ماه مه باز می‌شود.", "fa"),
            (
                "نیا پل مئی میں کھولا جائے گا، شہر نے کہا ہے۔ لوگ خوش ہیں۔",
                "ur",
            ),
            ("הגשר החדש ייפתח במאי.", "he"),
            ("די נײַע בריק װעט זיך עפֿענען אין מײַ.", "yi"),
            ("สะพานใหม่จะเปิดในเดือนพฤษภาคม", "th"),
            ("ახალი ხიდი მაისში გაიხსნება.", "ka"),
            ("Նոր կամուրջը կբացվի մայիսին։", "hy"),
            ("புதிய பாலம் மே மாதம் திறக்கப்படும்.", "ta"),
        ];
        for (text, language) in cases {
            assert_eq!(read(text), Answer::Language(language), "{text:?}");
        }
    }

    #[test]
    fn what_letters_do_not_decide_stays_open() {
        let cases = [
            ("", Answer::Latin),
            ("Die Brücke in Łódź öffnet im Mai.", Answer::Latin),
            (
                "Die Zeitung „Новая газета“ erscheint wieder.",
                Answer::Latin,
            ),
            ("Cầu mới sẽ được khánh thành vào tháng năm.", Answer::Latin),
            ("нет", Answer::Unknown),
            ("大橋", Answer::Unknown),
            ("Жаңа көпір мамыр айында ашылады.", Answer::Unknown),
            ("Нова мост, нова река, нова вода", Answer::Open),
            ("नया पुल मई में खुलेगा।", Answer::Open),
        ];
        for (text, answer) in cases {
            assert_eq!(read(text), answer, "{text:?}");
        }
    }
}
