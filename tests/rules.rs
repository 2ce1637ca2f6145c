//! Every rule of the catalogue: its examples, its page, its entry in SARIF, and how it is allowed.
//!
//! `NESTLING_TEST_UPDATE=1` writes the pages.

mod examples;
mod pages;

use nestling::catalog;
use std::collections::BTreeSet;

#[test]
fn every_rule_has_an_id_of_its_own_and_says_what_it_is_about() {
    let mut ids = BTreeSet::new();
    for rule in catalog::all() {
        assert!(ids.insert(rule.id), "two rules are called {rule}");
        assert!(!rule.severities.is_empty(), "{rule} has no severity");
        for text in [rule.summary, rule.documentation, rule.source] {
            assert!(!text.is_empty(), "a text of {rule} is missing");
        }
    }
    assert!(ids.len() > 120, "only {} rules", ids.len());
}
