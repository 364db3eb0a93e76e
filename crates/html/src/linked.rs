//! JSON-LD: what a page says about its article for search engines.
//!
//! Pages write it by templates, so it is often almost JSON: line feeds in strings, commas before brackets,
//! comments or CDATA around it, quotes as character references. What cannot be repaired is searched for the
//! values that matter.

use serde_json::Value;

use crate::reference::resolve;

/// What JSON-LD says about the article of a page.
#[derive(Debug, Default, Clone)]
pub(crate) struct Linked {
    /// How well its kind fits: 0 if there is none, 1 for any creative work, 2 for an article.
    pub(crate) rank: u8,
    /// Whether a list of articles is described: the page of a section, of a search.
    pub(crate) is_collection: bool,
    /// Whether the page is about something that is no article.
    pub(crate) is_other_kind: bool,
    pub(crate) headline: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) url: Option<String>,
    /// The body of an article that may be another one.
    other_body: Option<String>,
}

/// Whether a headline and an address are those of the article of the page.
pub(crate) type IsOwn<'a> = &'a dyn Fn(&str, Option<&str>) -> bool;

/// Types of what a page may be about instead of an article.
const OTHER_KINDS: [&str; 6] = [
    "Product",
    "ProductGroup",
    "ProfilePage",
    "DiscussionForumPosting",
    "QAPage",
    "JobPosting",
];

/// How many objects are looked at.
const OBJECTS: usize = 2000;

/// Reads the blocks of JSON-LD of a page. Of an article that is not the page's own, only the body is kept, which may
/// turn out to be the story in spite of its headline.
pub(crate) fn read<'a>(blocks: impl Iterator<Item = &'a str>, is_own: IsOwn<'_>) -> Linked {
    let mut linked = Linked::default();
    for block in blocks {
        match parse(block) {
            Some(value) => linked.value(&value, is_own),
            None => linked.search(block, is_own),
        }
    }
    if linked.headline.is_none() {
        linked.body = linked.body.take().or(linked.other_body.take());
    }
    linked
}

/// Parses a block, repaired if it must be.
fn parse(block: &str) -> Option<Value> {
    let block = unwrapped(block);
    let first = |text: &str| {
        serde_json::Deserializer::from_str(text)
            .into_iter()
            .next()
            .and_then(Result::ok)
    };
    first(block).or_else(|| {
        let resolved = if block.contains("&quot;") {
            resolve(block)
        } else {
            block.into()
        };
        first(&repaired(&resolved))
    })
}

/// Takes away what hides code from old browsers.
fn unwrapped(block: &str) -> &str {
    let start = block.find(['{', '[']).filter(|start| {
        // `<![CDATA[` has brackets of its own.
        !block
            .get(..*start)
            .is_some_and(|before| before.ends_with("<!"))
    });
    let start = start.or_else(|| {
        let after = block.find("CDATA[")? + "CDATA[".len();
        Some(after + block.get(after..)?.find(['{', '['])?)
    });
    let end = block.rfind(['}', ']']).map_or(block.len(), |end| end + 1);
    let mut block = block.get(start.unwrap_or(0)..end).unwrap_or_default();
    for end in ["]]", "//]]", "/*]]"] {
        block = block.strip_suffix(end).unwrap_or(block);
    }
    block.trim_end()
}

/// Escapes control characters in strings, and drops commas before closing brackets.
fn repaired(block: &str) -> String {
    let mut repaired = String::with_capacity(block.len());
    let mut is_string = false;
    let mut is_escaped = false;
    for c in block.chars() {
        if is_string {
            match c {
                '\n' if !is_escaped => repaired.push_str("\\n"),
                c if c.is_control() => {
                    if is_escaped {
                        repaired.push('n');
                    } else {
                        repaired.push(' ');
                    }
                }
                c if is_escaped
                    && !matches!(c, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') =>
                {
                    // `\'` is no escape of JSON.
                    repaired.pop();
                    repaired.push(c);
                }
                c => repaired.push(c),
            }
            is_string = c != '"' || is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        is_string = c == '"';
        if matches!(c, '}' | ']') {
            let end = repaired.trim_ascii_end().len();
            if repaired.get(..end).is_some_and(|text| text.ends_with(',')) {
                repaired.truncate(end - 1);
            }
        }
        repaired.push(c);
    }
    repaired
}

impl Linked {
    fn value(&mut self, value: &Value, is_own: IsOwn<'_>) {
        // Without recursion: the first object comes out first.
        let mut open = vec![value];
        let mut seen = 0;
        while let Some(value) = open.pop() {
            seen += 1;
            if seen > OBJECTS {
                return;
            }
            match value {
                Value::Array(values) => open.extend(values.iter().rev()),
                Value::Object(object) => {
                    self.object(object, is_own);
                    for key in ["mainEntityOfPage", "mainEntity", "@graph"] {
                        open.extend(object.get(key).filter(|inner| !inner.is_string()));
                    }
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, object: &serde_json::Map<String, Value>, is_own: IsOwn<'_>) {
        let kinds = strings(object.get("@type"));
        let is = |ends: &[&str]| {
            kinds
                .iter()
                .any(|kind| ends.iter().any(|end| kind.ends_with(end)))
        };
        if is(&["ItemList", "CollectionPage", "SearchResultsPage"]) {
            self.is_collection = true;
        }
        self.is_other_kind |= is(&OTHER_KINDS);
        if is(&["Organization", "NewsMediaOrganization", "WebSite"]) && self.publisher.is_none() {
            self.publisher = text(object.get("name"));
        }
        if is(&["WebPage", "ItemPage"]) {
            let date = text(object.get("datePublished"));
            self.date = self.date.take().or(date);
            let language = text(object.get("inLanguage"));
            self.language = self.language.take().or(language);
        }
        let rank = if is(&[
            "Article",
            "BlogPosting",
            "LiveBlogPosting",
            "Report",
            "Review",
            "NewsItem",
        ]) {
            2
        } else {
            u8::from(is(&[
                "CreativeWork",
                "Recipe",
                "Interview",
                "SocialMediaPosting",
            ]))
        };
        let headline = text(object.get("headline")).or_else(|| text(object.get("name")));
        if rank == 0 || rank <= self.rank && self.headline.is_some() {
            return;
        }
        self.rank = rank;
        let take = |key: &str| text(object.get(key));
        let url = take("url").or_else(|| take("mainEntityOfPage"));
        if let Some(headline) = &headline
            && rank == 2
            && !is_own(headline, url.as_deref())
        {
            self.other_body = self.other_body.take().or_else(|| take("articleBody"));
            return;
        }
        self.headline = headline.or(self.headline.take());
        self.description = take("description").or(self.description.take());
        self.date = take("datePublished")
            .or_else(|| take("dateCreated"))
            .or(self.date.take());
        self.modified = take("dateModified").or(self.modified.take());
        self.language = take("inLanguage").or(self.language.take());
        self.publisher = name(object.get("publisher")).or(self.publisher.take());
        self.url = url.or(self.url.take());
        let body = take("articleBody").or_else(|| {
            let updates = object.get("liveBlogUpdate")?.as_array()?;
            let parts: Vec<String> = updates
                .iter()
                .filter_map(|update| {
                    let body = text(update.get("articleBody"))?;
                    Some(match text(update.get("headline")) {
                        Some(headline) => format!("{headline}\n\n{body}"),
                        None => body,
                    })
                })
                .collect();
            (!parts.is_empty()).then(|| parts.join("\n\n"))
        });
        self.body = body.or(self.body.take());
    }

    /// Takes what can be found in a block that is no JSON.
    fn search(&mut self, block: &str, is_own: IsOwn<'_>) {
        if !block.contains("Article\"") && !block.contains("Posting\"") {
            return;
        }
        let find = |key: &str| {
            let after = block.split_once(&format!("\"{key}\""))?.1;
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            let mut values = serde_json::Deserializer::from_str(value).into_iter::<Value>();
            text(values.next()?.ok().as_ref())
        };
        if self.rank == 0 {
            self.rank = 2;
            let headline = find("headline");
            let is_other = |headline: &String| !is_own(headline, None);
            if headline.as_ref().is_some_and(is_other) {
                self.other_body = find("articleBody");
                return;
            }
            self.headline = headline;
            self.date = find("datePublished").or(self.date.take());
            self.modified = find("dateModified");
            self.body = find("articleBody");
        }
    }
}

/// Returns a value that is a text, or the first of several.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.as_str(),
        Value::Array(values) => {
            return values
                .iter()
                .find_map(|value| text(Some(value)).filter(|_| value.is_string()));
        }
        Value::Object(object) => object
            .get("@value")
            .or_else(|| object.get("@id"))
            .or_else(|| object.get("name"))?
            .as_str()?,
        _ => return None,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Returns the name of an organization, or of the first of several.
fn name(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.contains("://") => Some(text.trim().to_owned()),
        Value::Object(object) => text(object.get("name")),
        Value::Array(values) => values.iter().find_map(|value| {
            text(value.get("name")).or_else(|| value.as_str().map(str::to_owned))
        }),
        _ => None,
    }
    .filter(|name| !name.is_empty())
}
