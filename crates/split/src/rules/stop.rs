//! Where a full stop may end its sentence.

/// Where a full stop ends its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nowhere: "Dr.", "am 3."
    Never,
    /// Only before a word that starts sentences: "am 3.", "(griech. Naos)"
    BeforeStarter,
    /// The same, and before a noun that starts a clause: "Kevin S. Zeugen sagten …"
    BeforeClause,
    /// Before any capital: "usw."
    BeforeCapital,
    /// Wherever a sentence may end, since the stop is not part of the word.
    Always,
}
