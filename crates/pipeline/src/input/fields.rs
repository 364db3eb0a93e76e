//! The names of an article's fields in JSON and of its columns in CSV.

use std::borrow::Cow;
use std::collections::HashMap;

use blattwerk_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::setting;

/// The names of fields and columns. Without a name here, common names are recognized; `blattwerk check` shows
/// which. A name given here must be in every record. In JSON, `article.body` is the field `body` of the
/// object `article`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fields {
    /// The id of the article in all tables; usually `id`, `article_id`, `uuid` or `url`. The id of an article
    /// without one is its file and line.
    #[schemars(example = &"id")]
    pub id: Option<String>,
    /// The text; usually `text`, `body`, `content`, `article` or `fulltext`.
    #[schemars(example = &"text")]
    pub text: Option<String>,
    /// The headline; usually `title` or `headline`. It is not part of the text.
    #[schemars(example = &"title")]
    pub title: Option<String>,
    /// The date; usually `date`, `published` or `created`. It is copied to the table unchanged.
    #[schemars(example = &"date")]
    pub date: Option<String>,
    /// The language; usually `language` or `lang`. It is copied to the table unchanged.
    #[schemars(example = &"language")]
    pub language: Option<String>,
    /// The web address; usually `url`, `link`, `canonical_url` or `permalink`. It is copied to the table unchanged.
    #[schemars(example = &"url")]
    pub url: Option<String>,
    /// Who published the article; usually `outlet`, `publisher`, `source_domain`, `site_name` or `source`. Without it, or
    /// if it names a file, the outlet is the host of the web address.
    #[schemars(example = &"publisher")]
    pub outlet: Option<String>,
}

/// The usual names of the web address.
const URL: &[&str] = &[
    "url",
    "link",
    "canonicalurl",
    "articleurl",
    "sourceurl",
    "weburl",
    "pageurl",
    "permalink",
    "canonical",
    "webaddress",
    "requestedurl",
    "responseurl",
    "canonicallink",
];

/// The usual names of who published an article.
const OUTLET: &[&str] = &[
    "outlet",
    "outletname",
    "publisher",
    "publishername",
    "newspaper",
    "newspapername",
    "zeitung",
    "medium",
    "medienname",
    "sourcename",
    "sitename",
    "sourcedomain",
    "sourcehostname",
    "domain",
    "hostname",
    "site",
    "website",
    "publication",
    "newssource",
    "quelle",
    "provider",
    // Often the file that a record is from.
    "source",
];

/// What a field means for an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Text,
    Title,
    Date,
    Language,
    Url,
    Outlet,
}

/// The number of roles.
pub(super) const ROLES: usize = 7;

impl Role {
    pub(super) const ALL: [Self; ROLES] = [
        Self::Id,
        Self::Text,
        Self::Title,
        Self::Date,
        Self::Language,
        Self::Url,
        Self::Outlet,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Title => "title",
            Self::Date => "date",
            Self::Language => "language",
            Self::Url => "url",
            Self::Outlet => "outlet",
        }
    }

    /// Returns the key in the config.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Id => "input.fields.id",
            Self::Text => "input.fields.text",
            Self::Title => "input.fields.title",
            Self::Date => "input.fields.date",
            Self::Language => "input.fields.language",
            Self::Url => "input.fields.url",
            Self::Outlet => "input.fields.outlet",
        }
    }

    /// Returns the usual names as [`fold`] returns them, the best first. Those of the address are among those of the id too.
    fn usual(self) -> impl Iterator<Item = &'static str> {
        let lists: &[&[&str]] = match self {
            Self::Id => &[ID],
            Self::Text => &[TEXT, MARKUP, DESCRIPTION],
            Self::Title => &[TITLE],
            Self::Date => &[DATE],
            Self::Language => &[LANGUAGE],
            Self::Url => &[URL],
            Self::Outlet => &[OUTLET],
        };
        lists.iter().flat_map(|list| list.iter().copied())
    }
}

/// Usual names of an id, beside those of the address.
const ID: &[&str] = &[
    "id",
    "articleid",
    "artikelid",
    "_id",
    "docid",
    "documentid",
    "uuid",
    "guid",
    "uid",
    "uri",
    "urn",
    "idarticle",
    "iduri",
    "url",
    "link",
    "permalink",
    "canonicalurl",
    "articleurl",
    "sourceurl",
];

/// Usual names of a text.
const TEXT: &[&str] = &[
    "text",
    "fulltext",
    "volltext",
    "maintext",
    "haupttext",
    "articletext",
    "artikeltext",
    "articlebody",
    "bodytext",
    "plaintext",
    "textplain",
    "textde",
    "cleantext",
    "rawtext",
    "body",
    "content",
    "articlecontent",
    "contenttext",
    "inhalt",
    "article",
    "artikel",
    "fließtext",
    "fliesstext",
    "bodies",
    "paragraphs",
];

/// Usual names of a headline.
const TITLE: &[&str] = &[
    "title",
    "headline",
    "titel",
    "überschrift",
    "ueberschrift",
    "schlagzeile",
    "articletitle",
    "heading",
    "headlines",
];

/// Usual names of a date.
const DATE: &[&str] = &[
    "date",
    "datum",
    "published",
    "publishedat",
    "publishedon",
    "publisheddate",
    "datepublished",
    "publishdate",
    "datepublish",
    "publicationdate",
    "pubdate",
    "veröffentlicht",
    "veroeffentlicht",
    "erscheinungsdatum",
    "created",
    "createdat",
    "creationdate",
    "datecreated",
    "timestamp",
    "publishingdate",
    "publicationtime",
    "publishtime",
    "publishedtime",
    "versioncreated",
    "firstcreated",
    "contentcreated",
    "seendate",
    "dateiso",
];

/// Usual names of a language.
const LANGUAGE: &[&str] = &[
    "language",
    "lang",
    "sprache",
    "inlanguage",
    "langcode",
    "languagecode",
];

/// Usual names of texts that are HTML, as [`fold`] returns them.
const MARKUP: &[&str] = &[
    "articlehtml",
    "bodyhtml",
    "bodyxhtml",
    "contenthtml",
    "texthtml",
    "htmlcontent",
    "htmlbody",
    "html",
    "rawhtml",
    "htmltext",
];

/// Usual names of texts that only describe their article.
const DESCRIPTION: &[&str] = &["description", "beschreibung"];

/// Usual names of objects that contain the fields of an article, as [`fold`] returns them. Objects with the usual name of
/// a text may contain them too.
const WRAPPERS: &[&str] = &[
    "_source",
    "doc",
    "document",
    "dokument",
    "attributes",
    "fields",
    "data",
    "item",
    "story",
    "post",
    "node",
    "news",
    "beitrag",
    "record",
    "payload",
    "properties",
    "thread",
    "meta",
    "metadata",
    "metadaten",
];

/// Maps names to roles.
#[derive(Debug)]
pub(super) struct Names {
    configured: Vec<(Role, String)>,
    /// The usual names of roles that are not configured, with their ranks. An address is an id too.
    usual: HashMap<&'static str, Vec<(Role, usize)>>,
}

impl Names {
    pub(super) fn new(fields: &Fields) -> Result<Self> {
        let mut names = Self {
            configured: Vec::new(),
            usual: HashMap::new(),
        };
        for role in Role::ALL {
            let name = match role {
                Role::Id => &fields.id,
                Role::Text => &fields.text,
                Role::Title => &fields.title,
                Role::Date => &fields.date,
                Role::Language => &fields.language,
                Role::Url => &fields.url,
                Role::Outlet => &fields.outlet,
            };
            match name {
                Some(name) if name.trim().is_empty() => {
                    let expected = "the name of a field or column";
                    return Err(setting(role.key(), expected, format!("{name:?}")));
                }
                Some(name) => names.configured.push((role, name.clone())),
                None => {
                    for (rank, name) in role.usual().enumerate() {
                        names.usual.entry(name).or_default().push((role, rank));
                    }
                }
            }
        }
        Ok(names)
    }

    /// Returns the roles with a configured name, and the names.
    pub(super) fn configured(&self) -> &[(Role, String)] {
        &self.configured
    }

    /// Returns the roles of a usual name, and its rank among the names of each; 0 is the best.
    pub(super) fn usual(&self, name: &str) -> &[(Role, usize)] {
        let roles = self.usual.get(&*fold(name));
        roles.map_or(&[], Vec::as_slice)
    }

    /// Returns whether a usual name is one of a role.
    fn is_usual(&self, name: &str, role: Role) -> bool {
        self.usual(name).iter().any(|(usual, _)| *usual == role)
    }

    /// Returns whether a role has a configured name.
    pub(super) fn is_configured(&self, role: Role) -> bool {
        self.configured
            .iter()
            .any(|(configured, _)| *configured == role)
    }

    /// Returns whether a name is that of a text, or of an object with the configured text.
    pub(super) fn is_text(&self, name: &str) -> bool {
        let is_configured = |(role, path): &(Role, String)| {
            let rest = path.strip_prefix(name);
            *role == Role::Text && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.configured.iter().any(is_configured) || self.is_usual(name, Role::Text)
    }

    /// Returns whether a text only describes its article by the name of its field.
    pub(super) fn is_description(&self, name: &str) -> bool {
        DESCRIPTION.contains(&&*fold(name)) && !self.is_configured(Role::Text)
    }

    /// Returns whether a text is HTML by the name or path of its field.
    #[expect(
        clippy::unused_self,
        reason = "it is a question about names like the others"
    )]
    pub(super) fn is_markup(&self, path: &str) -> bool {
        let name = path.rsplit('.').next().unwrap_or(path);
        MARKUP.contains(&&*fold(name))
    }

    /// Returns whether an object of this name usually contains the fields of an article.
    #[expect(
        clippy::unused_self,
        reason = "it is a question about names like the others"
    )]
    pub(super) fn is_wrapper(&self, name: &str) -> bool {
        WRAPPERS.contains(&&*fold(name))
    }

    /// Returns whether a field may be one of the article or contain some.
    pub(super) fn is_looked_into(&self, name: &str) -> bool {
        !self.usual(name).is_empty() || self.is_wrapper(name)
    }

    /// Returns the role of a column by its configured or usual name.
    pub(super) fn role(&self, column: &str) -> Option<Role> {
        let column = column.trim();
        let configured = self
            .configured
            .iter()
            .find(|(_, name)| name.trim() == column);
        match configured {
            Some((role, _)) => Some(*role),
            None => self.usual(column).first().map(|(role, _)| *role),
        }
    }

    /// Chooses the column for each role.
    ///
    /// # Errors
    ///
    /// If the column of a configured role is missing, or two columns have the same name.
    pub(super) fn choose(&self, columns: &[String]) -> Result<[Option<usize>; ROLES], Clash> {
        let mut chosen = [None; ROLES];
        let mut ranks = [usize::MAX; ROLES];
        for (index, column) in columns.iter().enumerate() {
            for (role, rank) in self.usual(column.trim()) {
                let best = &mut ranks[*role as usize];
                if rank == best {
                    return Err(Clash::Twice(column.clone()));
                }
                if rank < best {
                    *best = *rank;
                    chosen[*role as usize] = Some(index);
                }
            }
        }
        for (role, name) in &self.configured {
            let mut places = columns
                .iter()
                .enumerate()
                .filter(|(_, column)| column.trim() == name.trim())
                .map(|(index, _)| index);
            chosen[*role as usize] = places.next();
            if chosen[*role as usize].is_none() {
                return Err(Clash::Missing(*role, name.clone()));
            }
            if places.next().is_some() {
                return Err(Clash::Twice(name.clone()));
            }
        }
        Ok(chosen)
    }

    /// Returns the names that are chosen among those of a record, as pairs of role and name, for users.
    pub(super) fn shown(&self, names: &[String]) -> Vec<(&'static str, String)> {
        let mut shown = [const { None }; ROLES];
        let mut ranks = [usize::MAX; ROLES];
        for name in names {
            for (role, rank) in self.usual(name.trim()) {
                if *rank < ranks[*role as usize] {
                    ranks[*role as usize] = *rank;
                    shown[*role as usize] = Some(name.clone());
                }
            }
        }
        for (role, path) in &self.configured {
            let is_there = names.iter().any(|name| {
                path == name
                    || path
                        .strip_prefix(name.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
            });
            shown[*role as usize] = is_there.then(|| path.clone());
        }
        Role::ALL
            .into_iter()
            .zip(shown)
            .filter_map(|(role, name)| Some((role.as_str(), name?)))
            .collect()
    }
}

/// Why columns cannot be chosen.
#[derive(Debug)]
pub(super) enum Clash {
    Missing(Role, String),
    Twice(String),
}

/// Normalizes a name: `articleBody`, `Article Body` and `article_body` are the same.
pub(super) fn fold(name: &str) -> Cow<'_, str> {
    // Most names of most records are as they are to be.
    if name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return name.into();
    }
    let mut folded = String::with_capacity(name.len());
    for (index, c) in name.char_indices() {
        // A database's `_id` is not its `id`.
        if index == 0 || !matches!(c, '_' | '-' | ' ') {
            folded.extend(c.to_lowercase());
        }
    }
    folded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_unique_and_folded() {
        // An address may be an id, but nothing else has two roles.
        for first in [Role::Id, Role::Url] {
            let roles = Role::ALL.iter().filter(|role| **role != first);
            let mut all: Vec<_> = roles.flat_map(|role| role.usual()).collect();
            assert!(all.iter().all(|name| fold(name) == *name));
            all.sort_unstable();
            let count = all.len();
            all.dedup();
            assert_eq!(all.len(), count, "a name has one role");
        }
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        let names = Names::new(&Fields::default()).unwrap();
        for (name, role) in [
            ("id", Role::Id),
            ("ID", Role::Id),
            ("_id", Role::Id),
            ("article-id", Role::Id),
            ("articleBody", Role::Text),
            ("text_de", Role::Text),
            ("Inhalt", Role::Text),
            ("Überschrift", Role::Title),
            ("pubDate", Role::Date),
            ("Published At", Role::Date),
            ("Sprache", Role::Language),
            ("web-url", Role::Url),
            ("source_domain", Role::Outlet),
            ("Quelle", Role::Outlet),
        ] {
            let roles: Vec<_> = names.usual(name).iter().map(|found| found.0).collect();
            assert_eq!(roles, [role], "{name}");
        }
        let roles: Vec<_> = names
            .usual("canonicalUrl")
            .iter()
            .map(|found| found.0)
            .collect();
        assert_eq!(roles, [Role::Id, Role::Url]);
        assert!(names.usual("autor").is_empty());
    }

    #[test]
    fn the_best_name_wins_wherever_it_stands() {
        let names = Names::new(&Fields::default()).unwrap();
        let columns = ["url", "content", "Headline", "id", "text"].map(String::from);
        let chosen = names.choose(&columns).unwrap();
        assert_eq!(
            chosen,
            [Some(3), Some(4), Some(2), None, None, Some(0), None]
        );
    }

    #[test]
    fn a_configured_name_replaces_the_usual_ones() {
        let fields = Fields {
            text: Some("Lauftext".into()),
            ..Fields::default()
        };
        let names = Names::new(&fields).unwrap();
        let columns = ["text", "Lauftext"].map(String::from);
        assert_eq!(names.choose(&columns).unwrap()[1], Some(1));
        let columns = ["id", "text"].map(String::from);
        assert!(matches!(
            names.choose(&columns),
            Err(Clash::Missing(Role::Text, _))
        ));
    }
}
