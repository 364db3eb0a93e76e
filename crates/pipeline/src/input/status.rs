//! Whether an item of an agency may be published.

/// What an item is that must not be published.
pub(super) const CANCELED: &str = "canceled";

/// Returns whether a status says that an item must not be published.
pub(super) fn is_canceled(status: &str) -> bool {
    ["canceled", "cancelled", "withheld"]
        .iter()
        .any(|known| status.eq_ignore_ascii_case(known))
}
