//! What a full stop can do.

/// Where a full stop ends its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nowhere: "Dr.", "am 3."
    Never,
    /// Before a word that starts sentences only: "3 Mio.", "Thomas K."
    BeforeStarter,
    /// Before any capital: "usw."
    BeforeCapital,
    /// Wherever a sentence may end: it is no part of the word.
    Always,
}
