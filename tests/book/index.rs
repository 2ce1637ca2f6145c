//! `docs/llms.txt`: one line for each page of the book, for programs that read it.
//!
//! Generated from the table of contents and the first sentence of each page. `NESTLING_TEST_UPDATE=1` updates it.

use crate::support::{expect_file, read, root};
use std::fmt::Write as _;

const HEAD: &str = "# Nestling\n\n> Generates a GitLab child pipeline for the directories that a change affects. A workspace \
(`nestling.yml` at the root) has units (directories with their own jobs), templates and environments. `nestling generate` \
writes the pipeline, `nestling check` finds errors, `nestling preview` and `nestling explain` show what runs and why.\n";

/// Pages as plain Markdown.
const PAGES: &str = "https://gitlab.com/nestling-ci/nestling/-/raw/main/docs";

#[test]
fn the_index_lists_every_page_with_its_first_sentence() {
    let mut text = HEAD.to_owned();
    let mut count = 0;
    for line in read("docs/SUMMARY.md").lines() {
        if let Some(title) = line.strip_prefix("# ").filter(|title| *title != "Summary") {
            let _ = writeln!(text, "\n## {title}\n");
            continue;
        }
        let Some((title, path)) = entry(line) else { continue };
        if count == 0 {
            text.push_str("\n## Start\n\n");
        }
        count += 1;
        let sentence = first_sentence(&read(format!("docs/{path}")));
        assert!(!sentence.is_empty(), "docs/{path} has no paragraph below its title");
        let _ = writeln!(text, "- [{title}]({PAGES}/{path}): {sentence}");
    }
    assert!(count > 150, "only {count} pages");
    expect_file(&root().join("docs/llms.txt"), &text).unwrap_or_else(|difference| panic!("{difference}"));
}

/// The title and the path of a line of the table of contents.
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start().trim_start_matches("- ").strip_prefix('[')?;
    let (title, rest) = line.split_once("](")?;
    Some((title, rest.strip_suffix(')')?))
}

/// The first sentence of the first paragraph, without links. A page without one is described by its first table.
fn first_sentence(page: &str) -> String {
    let mut in_code = false;
    let mut paragraph = String::new();
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        let is_start = |first: char| first.is_alphabetic() || "`*[".contains(first);
        let is_text = !in_code && !is_fence && line.starts_with(is_start);
        match (is_text, paragraph.is_empty()) {
            (true, _) => {
                paragraph.push_str(line);
                paragraph.push(' ');
            }
            (false, false) => break,
            (false, true) => {}
        }
    }
    let text = without_links(paragraph.trim());
    let end = text.match_indices(". ").map(|(at, _)| at + 1).next().unwrap_or(text.len());
    text[..end].to_owned()
}

/// A string with the titles of links in place of the links.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        plain.push_str(&rest[..start]);
        let inside = &rest[start + 1..];
        let title_and_target = inside.split_once(']').and_then(|(title, after)| {
            let (_, after) = after.strip_prefix('(')?.split_once(')')?;
            Some((title, after))
        });
        let (shown, after) = title_and_target.unwrap_or(("[", inside));
        plain.push_str(shown);
        rest = after;
    }
    plain + rest
}

#[test]
fn a_sentence_has_no_links_and_ends_at_its_stop() {
    let page = "# Title\n\n```\ncode.\n```\n\nOne [link](a.md) of `a.b`, and\nmore. Two.\n";
    assert_eq!(first_sentence(page), "One link of `a.b`, and more.");
    assert_eq!(without_links("list[0] and [x](y)"), "list[0] and x");
}
