//! The names of an article's fields in JSON and of its columns in CSV.

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
}

/// What a field means for an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Text,
    Title,
    Date,
    Language,
}

/// The number of roles.
pub(super) const ROLES: usize = 5;

impl Role {
    pub(super) const ALL: [Self; ROLES] = [
        Self::Id,
        Self::Text,
        Self::Title,
        Self::Date,
        Self::Language,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Title => "title",
            Self::Date => "date",
            Self::Language => "language",
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
        }
    }

    /// Returns the usual names as [`fold`] returns them, the best first.
    fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "id",
                "articleid",
                "artikelid",
                "_id",
                "docid",
                "documentid",
                "uuid",
                "guid",
                "uid",
                "url",
                "link",
                "permalink",
                "canonicalurl",
                "articleurl",
                "sourceurl",
            ],
            Self::Text => &[
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
            ],
            Self::Title => &[
                "title",
                "headline",
                "titel",
                "überschrift",
                "ueberschrift",
                "schlagzeile",
                "articletitle",
                "heading",
            ],
            Self::Date => &[
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
            ],
            Self::Language => &[
                "language",
                "lang",
                "sprache",
                "inlanguage",
                "langcode",
                "languagecode",
            ],
        }
    }
}

/// Maps names to roles.
#[derive(Debug)]
pub(super) struct Names {
    configured: Vec<(Role, String)>,
    /// The usual names of roles that are not configured, with their ranks.
    usual: HashMap<&'static str, (Role, usize)>,
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
            };
            match name {
                Some(name) if name.trim().is_empty() => {
                    let expected = "the name of a field or column";
                    return Err(setting(role.key(), expected, format!("{name:?}")));
                }
                Some(name) => names.configured.push((role, name.clone())),
                None => names.usual.extend(
                    role.usual()
                        .iter()
                        .enumerate()
                        .map(|(rank, name)| (*name, (role, rank))),
                ),
            }
        }
        Ok(names)
    }

    /// Returns the roles with a configured name, and the names.
    pub(super) fn configured(&self) -> &[(Role, String)] {
        &self.configured
    }

    /// Returns the role of a usual name, and its rank among the names of that role; 0 is the best.
    pub(super) fn usual(&self, name: &str) -> Option<(Role, usize)> {
        if name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return self.usual.get(name).copied();
        }
        self.usual.get(fold(name).as_str()).copied()
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
            None => self.usual(column).map(|(role, _)| role),
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
            if let Some((role, rank)) = self.usual(column.trim()) {
                let best = &mut ranks[role as usize];
                if rank == *best {
                    return Err(Clash::Twice(column.clone()));
                }
                if rank < *best {
                    *best = rank;
                    chosen[role as usize] = Some(index);
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
            if let Some((role, rank)) = self.usual(name.trim())
                && rank < ranks[role as usize]
            {
                ranks[role as usize] = rank;
                shown[role as usize] = Some(name.clone());
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
fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for (index, c) in name.char_indices() {
        // A database's `_id` is not its `id`.
        if index == 0 || !matches!(c, '_' | '-' | ' ') {
            folded.extend(c.to_lowercase());
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_unique_and_folded() {
        let mut all: Vec<_> = Role::ALL.iter().flat_map(|role| role.usual()).collect();
        assert!(all.iter().all(|name| fold(name) == **name));
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count, "a name has one role");
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
        ] {
            assert_eq!(names.usual(name).map(|found| found.0), Some(role), "{name}");
        }
        assert_eq!(names.usual("autor"), None);
    }

    #[test]
    fn the_best_name_wins_wherever_it_stands() {
        let names = Names::new(&Fields::default()).unwrap();
        let columns = ["url", "content", "Headline", "id", "text"].map(String::from);
        let chosen = names.choose(&columns).unwrap();
        assert_eq!(chosen, [Some(3), Some(4), Some(2), None, None]);
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
