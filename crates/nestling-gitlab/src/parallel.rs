//! Work that falls into parts, on as many cores as there are. The parts are a pipeline's: the results are in their
//! order, however they ran.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

/// More threads than this would wait for memory, or for each other.
const MOST: usize = 8;

/// Returns the result of `work` for each item, in the order of the items.
pub fn parallel_map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = available_parallelism().map_or(1, NonZeroUsize::get).min(MOST).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    // Each takes the next item that nobody has, so that a long one does not leave the others waiting.
    let run = || {
        let take = || next.fetch_add(1, Ordering::Relaxed);
        std::iter::repeat_with(take).map_while(|at| Some((at, work(items.get(at)?)))).collect::<Vec<_>>()
    };
    let mut made: Vec<(usize, R)> = scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let own = run();
        let joined =
            others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        own.into_iter().chain(joined.flatten()).collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::parallel_map;

    #[test]
    fn what_is_made_is_in_the_order_of_the_items() {
        for count in [0, 1, 2, 7, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let work = |item: &usize| {
                if item.is_multiple_of(3) {
                    std::thread::yield_now();
                }
                item * 2
            };
            assert_eq!(parallel_map(&items, work), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
