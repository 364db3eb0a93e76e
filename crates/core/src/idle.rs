//! Values that are used again.

use std::sync::{Mutex, PoisonError};

/// Buffers, caches or the like that no thread uses at the moment: as many as were ever used at once.
#[derive(Debug)]
pub struct Idle<T>(Mutex<Vec<T>>);

impl<T> Default for Idle<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Idle<T> {
    /// Takes one, if there is one.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Gives one back, or adds one.
    pub fn put(&self, value: T) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken_once() {
        let idle = Idle::default();
        assert_eq!(idle.take(), None);
        idle.put(7);
        assert_eq!(idle.take(), Some(7));
        assert_eq!(idle.take(), None);
    }
}
