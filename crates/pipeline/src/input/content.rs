//! The content of an article as it was read.

use super::recognize::begins_a_page;

/// The text of an article, or the markup it is in.
#[derive(Debug)]
pub(super) enum Content {
    /// The text.
    Text(String),
    /// A whole page of HTML.
    Page {
        bytes: Vec<u8>,
        /// The encoding that the server stated.
        charset: Option<String>,
        /// Whether only its beginning is there.
        is_cut: bool,
    },
    /// A piece of HTML that contains nothing but the story.
    Fragment(String),
}

impl Content {
    /// Returns the content of a field, which is HTML if its name says so. A whole page is one in any field.
    pub(super) fn of(text: String, is_markup: bool) -> Self {
        if begins_a_page(text.as_bytes()) {
            Self::Page {
                bytes: text.into_bytes(),
                // A string has no other encoding, whatever the page says.
                charset: Some("utf-8".into()),
                is_cut: false,
            }
        } else if is_markup {
            Self::Fragment(text)
        } else {
            Self::Text(text)
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Fragment(text) => text.len(),
            Self::Page { bytes, .. } => bytes.len(),
        }
    }

    /// Returns whether there is nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Fragment(text) => text.trim().is_empty(),
            Self::Page { bytes, .. } => bytes.trim_ascii().is_empty(),
        }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
