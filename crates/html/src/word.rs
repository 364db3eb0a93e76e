//! What names of elements, classes and roles say about the part of a page they mark.
//!
//! Only names that are common among publishers and systems are here, in English and German. A class is taken
//! apart into its words ("article__shareBar--top" is article, share, bar, top), since every publisher puts
//! them together differently.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::dom::attributes;
use crate::tag::Tag;

/// How sure it is that an element is no part of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// It often is none, but pages also wrap parts of their story in such elements.
    Weak,
    /// It usually is none, unless it has most of the text of the page.
    Strong,
    /// It is none, even if it has more text than the story, as comments have.
    Sure,
    /// It is not shown.
    Hidden,
    /// It is none, even if there is nothing else.
    Never,
}

/// What is known of an element.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) mark: Option<Mark>,
    pub(crate) is_body: bool,
    pub(crate) is_lead: bool,
}

impl Marks {
    fn raise(&mut self, mark: Mark) {
        self.mark = self.mark.max(Some(mark));
    }
}

/// Words that mark what surely is furniture.
const SURE: &str = "
    breadcrumb breadcrumbs comment commentform commentlist comments disqus empfehlung empfehlungen
    kommentar kommentare leserkommentare meistgelesen mostread newsletter outbrain pagination
    paginator plista recirculation recommendation recommendations recommended related
    relatedarticles relatedlinks respond taboola teaserlist usercomments
";

/// Words that mark furniture.
const STRONG: &str = "
    abo ad ads adslot advert advertisement advertising advertorial anzeige anzeigen authorbox
    autorenbox bildergalerie bildnachweis bildunterschrift bildunterzeile byline caption captions
    carousel contentinfo copyright credit credits footer galerie gallery imagegallery login modal
    navbar navigation pager popular popup promo pullquote readmore share sharebar sharebuttons
    shares sharing sidebar signup similar skiplink slideshow social socialbar socialmedia sponsor
    sponsored subscribe taglist toolbar tooltip trending weiterlesen werbung
";

/// Words that mark what asks for consent.
const NEVER: &str = "
    consent cookie cookiebanner cookies dsgvo gdpr
";

/// Words that often mark furniture.
const WEAK: &str = "
    beschreibung bildtext bildzeile bu description imagedescription imagesubtitle imagetext phototext about author authors autor autoren banner bild bio box card cards cta dialog disclaimer embed
    factbox feed form foto hint image images img infobox infokasten kasten keywords legal lightbox
    linklist loginwall menu meta metadata postmeta postmetadata entrymeta more nav offcanvas offer offers overlay paywall photo
    picture pictures player podcast poll profile promotion rail rating recent registration regwall
    schlagworte slider subscription swiper tags teaser teasers themen toc tools topics umfrage video
    widget widgets zusatzinfo
";

/// Words of which two in a row mark furniture.
const PAIRS: &[(&str, &str)] = &[
    ("also", "read"),
    ("lesen", "auch"),
    ("read", "more"),
    ("read", "also"),
    ("see", "also"),
    ("most", "read"),
    ("more", "articles"),
    ("more", "news"),
    ("more", "stories"),
    ("mehr", "zum"),
    ("sr", "only"),
    ("visually", "hidden"),
    ("screen", "reader"),
    ("skip", "link"),
    ("visuallyhidden", "focusable"),
    ("tag", "list"),
    ("inline", "teaser"),
    ("image", "description"),
    ("next", "article"),
    ("latest", "news"),
    ("image", "source"),
    ("photo", "source"),
];

/// Words of which two in a row mark what only readers of screens read.
const HIDDEN: &[(&[u8], &[u8])] = &[
    (b"sr", b"only"),
    (b"visually", b"hidden"),
    (b"screen", b"reader"),
    (b"visuallyhidden", b"focusable"),
];

/// Words that mark the same, written together.
const UNSEEN: &str = "offscreen screenreader sronly vh visuallyhidden";

/// Words that say what a class does or what an element has, not what it is: "js-share", "has-sidebar".
const PREFIXES: &str = "
    has hide is js no not show u with without
";

/// Words that mark the lead of an article.
const LEADS: &str = "
    abstract anleser anreisser deck dek einleitung excerpt intro introduction introtext lead
    leadtext lede standfirst subheadline subline subtitle summary teaser teasertext vorspann
";

/// Words that mark the body of an article, written together.
const BODIES: &str = "
    articlebody articlecontent articlemain articletext artikelinhalt artikeltext bodytext
    entrycontent newsbody newstext postbody postcontent storybody storycontent
    storytext
";

/// Reads what the start tag of an element says about it.
pub(crate) fn marks(tag: Tag, source: &str) -> Marks {
    let mut marks = Marks::default();
    match tag {
        Tag::Aside | Tag::Dialog | Tag::Footer | Tag::Menu | Tag::Nav | Tag::Search => {
            marks.raise(Mark::Strong);
        }
        Tag::Form | Tag::Address | Tag::Fieldset => marks.raise(Mark::Weak),
        _ => {}
    }
    if source.is_empty() || matches!(tag, Tag::B | Tag::Strong | Tag::I | Tag::Em) {
        return marks;
    }
    for (name, value) in attributes(source) {
        let first = name.bytes().next().unwrap_or_default();
        if !matches!(first | 0x20, b'a' | b'c' | b'd' | b'h' | b'i' | b'r' | b's') {
            continue;
        }
        let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
        match name.as_ref() {
            "class" | "id" | "data-component" | "data-testid" | "data-module" | "data-type"
            | "data-area" | "aria-label" | "data-name" => names(value, &mut marks),
            "hidden" => marks.raise(Mark::Hidden),
            "aria-hidden" if value == "true" => marks.raise(Mark::Strong),
            "style" => {
                let style: String = value.chars().filter(|c| !c.is_whitespace()).collect();
                if style.to_ascii_lowercase().contains("display:none") {
                    marks.raise(Mark::Hidden);
                }
            }
            "role" => match value.to_ascii_lowercase().as_str() {
                "navigation" | "banner" | "complementary" | "contentinfo" | "search" | "dialog"
                | "alertdialog" | "menu" | "menubar" | "tablist" | "toolbar" | "tooltip"
                | "note" => {
                    marks.raise(Mark::Strong);
                }
                _ => {}
            },
            "itemprop" => match value {
                "articleBody" => marks.is_body = true,
                "description" => marks.is_lead = true,
                "author"
                | "publisher"
                | "image"
                | "comment"
                | "keywords"
                | "interactionStatistic" => {
                    marks.raise(Mark::Strong);
                }
                _ => {}
            },
            _ => {}
        }
    }
    if marks.is_body {
        marks.mark = None;
    }
    marks
}

/// The longest word that is known, and the longest class that is looked at.
const LONGEST_WORD: usize = 24;
const LONGEST_VALUE: usize = 400;

fn names(value: &str, marks: &mut Marks) {
    let end = (0..=value.len().min(LONGEST_VALUE))
        .rev()
        .find(|at| value.is_char_boundary(*at))
        .unwrap_or(0);
    let value = value.get(..end).unwrap_or_default();
    for name in value.split_ascii_whitespace() {
        if is_body(name) {
            marks.is_body = true;
        }
        let mut before: Word = Word::default();
        let mut bytes = name.bytes().peekable();
        let mut word = Word::default();
        loop {
            let byte = bytes.next();
            let ends = match byte {
                None => true,
                Some(byte) if !byte.is_ascii_alphanumeric() && byte.is_ascii() => true,
                Some(byte) => {
                    let starts = byte.is_ascii_uppercase() && word.ends_lower;
                    if starts {
                        if !note(&before, &word, marks) {
                            break;
                        }
                        before = std::mem::take(&mut word);
                    }
                    word.push(byte);
                    false
                }
            };
            if ends {
                if word.length > 0 {
                    if !note(&before, &word, marks) {
                        break;
                    }
                    before = std::mem::take(&mut word);
                }
                if byte.is_none() {
                    break;
                }
            }
        }
    }
}

/// Whether a class is the body of an article, however it is put together.
fn is_body(name: &str) -> bool {
    if name.len() > 2 * LONGEST_WORD || name.len() < 8 {
        return false;
    }
    let mut joined = [0; 2 * LONGEST_WORD];
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        if let Some(place) = joined.get_mut(length) {
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
    }
    let joined = joined.get(..length).unwrap_or_default();
    BODY_WORDS.contains(joined)
}

#[derive(Default)]
struct Word {
    bytes: [u8; LONGEST_WORD],
    length: usize,
    ends_lower: bool,
}

impl Word {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte.to_ascii_lowercase();
        }
        self.length += 1;
        self.ends_lower = byte.is_ascii_lowercase();
    }

    /// Returns the word; one that is too long is empty.
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

static BODY_WORDS: LazyLock<FxHashSet<&[u8]>> =
    LazyLock::new(|| BODIES.split_ascii_whitespace().map(str::as_bytes).collect());

/// What a word says, as bits.
const IS_SURE: u8 = 1;
const IS_STRONG: u8 = 2;
const IS_WEAK: u8 = 4;
const IS_LEAD: u8 = 8;
/// The word may be the second of a pair.
const IS_SECOND: u8 = 16;
/// The words after it do not say what an element is.
const IS_PREFIX: u8 = 32;
const IS_NEVER: u8 = 64;
const IS_HIDDEN: u8 = 128;

static WORDS: LazyLock<FxHashMap<&[u8], u8>> = LazyLock::new(|| {
    let mut words: FxHashMap<&[u8], u8> = FxHashMap::default();
    for (list, bit) in [
        (SURE, IS_SURE),
        (NEVER, IS_NEVER),
        (UNSEEN, IS_HIDDEN),
        (STRONG, IS_STRONG),
        (WEAK, IS_WEAK),
        (LEADS, IS_LEAD),
        (PREFIXES, IS_PREFIX),
    ] {
        for word in list.split_ascii_whitespace() {
            *words.entry(word.as_bytes()).or_default() |= bit;
        }
    }
    for (_, second) in PAIRS {
        *words.entry(second.as_bytes()).or_default() |= IS_SECOND;
    }
    words
});

/// Notes what a word says, and tells whether the words after it count.
fn note(before: &Word, word: &Word, marks: &mut Marks) -> bool {
    let Some(bits) = WORDS.get(word.as_bytes()) else {
        return true;
    };
    if bits & IS_PREFIX != 0 {
        return false;
    }
    let is_pair = || {
        PAIRS.iter().any(|(first, second)| {
            first.as_bytes() == before.as_bytes() && second.as_bytes() == word.as_bytes()
        })
    };
    marks.is_lead |= bits & IS_LEAD != 0;
    if bits & IS_NEVER != 0 {
        marks.raise(Mark::Never);
    } else if bits & IS_HIDDEN != 0
        || bits & IS_SECOND != 0 && HIDDEN.contains(&(before.as_bytes(), word.as_bytes()))
    {
        marks.raise(Mark::Hidden);
    } else if bits & IS_SURE != 0 || bits & IS_SECOND != 0 && is_pair() {
        marks.raise(Mark::Sure);
    } else if bits & IS_STRONG != 0 {
        marks.raise(Mark::Strong);
    } else if bits & IS_WEAK != 0 {
        marks.raise(Mark::Weak);
    }
    true
}
