//! Indices of one list each, so that a stack's index cannot be taken for a stage's.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// The index of a `T` in the one list of all of them: `stacks[stack_id]`.
pub struct Id<T> {
    index: usize,
    list: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// Returns the id of the item with this index.
    pub fn new(index: usize) -> Self {
        Self { index, list: PhantomData }
    }

    /// Returns the id that the next item gets.
    pub fn next(items: &[T]) -> Self {
        Self::new(items.len())
    }

    /// Returns the index in the list.
    pub fn index(self) -> usize {
        self.index
    }

    /// Iterates over a list, each item with its id.
    pub fn each(items: &[T]) -> impl DoubleEndedIterator<Item = (Self, &T)> + ExactSizeIterator {
        items.iter().enumerate().map(|(index, item)| (Self::new(index), item))
    }

    /// Iterates over the ids of a list.
    pub fn all(items: &[T]) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + use<T> {
        (0..items.len()).map(Self::new)
    }
}

impl<T> Index<Id<T>> for Vec<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self[id.index]
    }
}

impl<T> IndexMut<Id<T>> for Vec<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self[id.index]
    }
}

// Derived, these would ask the same of `T`.

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.index)
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.index.cmp(&other.index)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}
