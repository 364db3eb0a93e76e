//! What the elements around an item say about it.

use super::tree::{Entities, Space, Spaces, declared, start_tag};

/// What the elements around an item say about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub(super) spaces: Spaces,
    pub(super) language: Option<String>,
    pub(super) outlet: Option<String>,
    /// What relative addresses are relative to.
    pub(super) base: Option<String>,
}

impl Context {
    /// Names longer than this are none.
    const MOST: usize = 1000;

    /// Adds what the start tag of an element around the items says.
    pub(super) fn enter(&mut self, tag: &str, entities: &Entities) {
        let attributes = start_tag(tag, entities);
        let spaces: Vec<(Box<str>, Space)> = declared(&attributes).collect();
        self.spaces.extend(spaces);
        let of = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| **name == *wanted);
            found.map(|(_, value)| value.to_string())
        };
        self.set_language(of("xml:lang"));
        let base = of("xml:base").and_then(|base| self.address(&base));
        set(&mut self.base, base);
    }

    /// Returns an address, completed if it is relative and the elements around the item say to what.
    pub(super) fn address(&self, address: &str) -> Option<String> {
        blattwerk_html::join(self.base.as_deref().unwrap_or_default(), address)
    }

    pub(super) fn set_language(&mut self, language: Option<String>) {
        set(&mut self.language, language);
    }

    pub(super) fn set_outlet(&mut self, outlet: Option<String>) {
        set(&mut self.outlet, outlet);
    }
}

/// Replaces a value by one that is nearer to the items.
fn set(value: &mut Option<String>, nearer: Option<String>) {
    let nearer = nearer.filter(|nearer| !nearer.trim().is_empty() && nearer.len() <= Context::MOST);
    if nearer.is_some() {
        *value = nearer;
    }
}
