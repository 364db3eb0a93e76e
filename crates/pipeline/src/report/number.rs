//! Numbers of which only a share or a size is shown.

/// Returns a part of a whole; 0 if there is no whole.
#[expect(
    clippy::cast_precision_loss,
    reason = "shares and heights are rounded anyway"
)]
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Returns a number that is not negative without its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is out of range is saturated"
)]
pub(super) fn whole(number: f64) -> u64 {
    number as u64
}
