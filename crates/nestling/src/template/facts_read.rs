//! Finds out if a rendering depends on the pipeline that it is for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Notes whether the facts of the pipeline are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct FactsRead(Arc<AtomicBool>);

impl FactsRead {
    /// Notes a reading.
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Runs something, and returns with its result whether it read the facts. Readings before it stay noted.
    pub(crate) fn during<T>(&self, run: impl FnOnce() -> T) -> (T, bool) {
        let before = self.0.swap(false, Ordering::Relaxed);
        let result = run();
        let is_read = self.0.fetch_or(before, Ordering::Relaxed);
        (result, is_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_counts_for_all_that_it_is_part_of() {
        let read = FactsRead::default();
        let (inner, outer) = read.during(|| {
            let (_, first) = read.during(|| read.note());
            let (_, second) = read.during(|| ());
            (first, second)
        });
        assert_eq!((inner, outer), ((true, false), true));
    }
}
