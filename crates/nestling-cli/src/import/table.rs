//! The proof as a table: a line for each merge, and what differs below it.

use super::files::line;
use super::proof::{Outcome, Proof, Row};
use crate::io::counted;
use nestling_git::MergesEnd;
use std::collections::BTreeMap;

/// Rows with the same outcome are shown once, with their number, where there are more than this many.
const MOST_ROWS: usize = 30;

/// Reasons that are shown for one pipeline.
const MOST_REASONS: usize = 5;

/// The longest subject that is shown whole.
const TITLE: usize = 48;

/// Returns the table.
pub(super) fn text(proof: &Proof) -> String {
    let mut text = String::new();
    let merges = proof.rows.len().saturating_sub(1);
    line(&mut text, format_args!("\nProof: {}, as {}", counted(merges, "merge"), proof.kinds.join(", ")));
    let is_equal = |row: &&Row| row.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Equal(_)));
    for (number, row) in proof.rows.iter().enumerate() {
        let is_shown = number < MOST_ROWS || !is_equal(&row);
        if is_shown {
            add_row(&mut text, row, &proof.kinds);
        }
    }
    let hidden = proof.rows.iter().skip(MOST_ROWS).filter(is_equal).count();
    if hidden > 0 {
        line(&mut text, format_args!("  and {} more that are equal in all kinds", counted(hidden, "merge")));
    }
    let end = match proof.end {
        Some(MergesEnd::Root) => "  the history begins here\n",
        Some(MergesEnd::CutOff) => "  the clone is cut off here: fetch more history for more merges\n",
        Some(MergesEnd::Limit) | None => "",
    };
    text.push_str(end);
    for note in &proof.notes {
        line(&mut text, format_args!("  note: {note}"));
    }
    let [equal, more, less] = proof.counts();
    let verdict = if less > 0 { "not proven" } else { "proven" };
    line(
        &mut text,
        format_args!("{equal} pipelines are equal, {more} have more, {less} lack something: {verdict}"),
    );
    text
}

fn add_row(text: &mut String, row: &Row, kinds: &[&str]) {
    let words: Vec<String> = row.outcomes.iter().map(word).collect();
    let title = match row.commit {
        Some(commit) => format!("{} {}", commit.short(), row.subject),
        None => row.subject.clone(),
    };
    let title: String = title.chars().take(TITLE).collect();
    line(text, format_args!("  {title:TITLE$}  {:>6} paths  {}", row.paths, words.join("  ")));
    let mut reasons: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for (kind, outcome) in kinds.iter().zip(&row.outcomes) {
        let (rank, listed) = match outcome {
            Outcome::Equal(_) => continue,
            Outcome::More(listed) => (1, listed),
            Outcome::Less(listed) => (0, listed),
        };
        for reason in listed.iter().take(MOST_REASONS) {
            reasons.entry((rank, reason)).or_default().push(kind);
        }
        if listed.len() > MOST_REASONS {
            reasons.entry((rank, "and others")).or_default().push(kind);
        }
    }
    for ((rank, reason), kinds) in reasons {
        let word = if rank == 0 { "less" } else { "more" };
        line(text, format_args!("    {word}: {reason} [{}]", kinds.join(", ")));
    }
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Equal(jobs) => format!("equal ({jobs})"),
        Outcome::More(_) => "more".to_owned(),
        Outcome::Less(_) => "less".to_owned(),
    }
}
