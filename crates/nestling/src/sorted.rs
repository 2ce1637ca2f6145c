//! Maps in the order of their keys, made without a sort.
//!
//! `collect` into a `BTreeMap` sorts, with seven kilobytes of code anew at each place that does so. Here each entry is
//! put in, which the compiler writes once for each type of key and value, and which takes as long for the few
//! thousand entries that such a map has.

use std::collections::BTreeMap;

/// The map of these entries; of those with the same key, the last.
pub(crate) fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}
