//! Labels and BIO tags.

use std::fmt;

/// The kind of a named entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// A person.
    Per,
    /// A place.
    Loc,
    /// An organization.
    Org,
    /// Another name: works, products, events.
    Misc,
}

impl Label {
    /// All labels, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Per, Self::Loc, Self::Org, Self::Misc];

    /// Returns the name, as in tables and training files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Per => "PER",
            Self::Loc => "LOC",
            Self::Org => "ORG",
            Self::Misc => "MISC",
        }
    }

    /// Returns the label with this name, the inverse of [`Label::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.as_str() == name)
    }
}

/// A token's place in an entity: outside, at its beginning, or inside.
///
/// Tags are numbered: 0 is `O`, followed by `B-` and `I-` of each label in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tag(u8);

pub use super::content::TAGS;

impl Tag {
    /// No entity.
    pub const OUT: Self = Self(0);

    /// Returns the tag with this number.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`TAGS`].
    pub fn new(index: usize) -> Self {
        assert!(index < TAGS, "a tag's number is below {TAGS}");
        Self(u8::try_from(index).unwrap_or_default())
    }

    /// Returns the tag of the first token of an entity.
    pub fn begin(label: Label) -> Self {
        Self(1 + 2 * label as u8)
    }

    /// Returns the tag of any other token of an entity.
    pub fn inside(label: Label) -> Self {
        Self(2 + 2 * label as u8)
    }

    /// Returns the tag's number, below [`TAGS`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Returns the label, or `None` outside.
    pub fn label(self) -> Option<Label> {
        (self.0 > 0).then(|| Label::ALL[(self.index() - 1) / 2])
    }

    /// Returns whether an entity starts here.
    pub fn is_begin(self) -> bool {
        self.0 % 2 == 1
    }

    /// Returns whether this tag may follow `before` (`None` is the start of the sentence).
    pub fn may_follow(self, before: Option<Self>) -> bool {
        self.0 == 0 || self.is_begin() || before.is_some_and(|b| b.label() == self.label())
    }

    /// Parses a tag; derivations and parts of compounds are `O`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "O" {
            return Some(Self::OUT);
        }
        let (prefix, name) = text.split_once('-')?;
        if name.ends_with("deriv") || name.ends_with("part") {
            return Some(Self::OUT);
        }
        let name = if name == "OTH" { "MISC" } else { name };
        let label = Label::ALL.into_iter().find(|l| l.as_str() == name)?;
        match prefix {
            "B" => Some(Self::begin(label)),
            "I" => Some(Self::inside(label)),
            _ => None,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label() {
            None => f.write_str("O"),
            Some(label) => write!(
                f,
                "{}-{}",
                if self.is_begin() { "B" } else { "I" },
                label.as_str()
            ),
        }
    }
}

/// Returns the entities of a tag sequence as (first token, end, label); a stray `I-` starts one, as in `conlleval`.
pub fn spans(tags: &[Tag]) -> Vec<(usize, usize, Label)> {
    let mut found: Vec<(usize, usize, Label)> = Vec::new();
    for (i, tag) in tags.iter().enumerate() {
        let Some(label) = tag.label() else { continue };
        match found.last_mut() {
            Some(last) if !tag.is_begin() && last.1 == i && last.2 == label => last.1 = i + 1,
            _ => found.push((i, i + 1, label)),
        }
    }
    found
}
