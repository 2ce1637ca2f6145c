//! Every page is in the table of contents, and every link of every page leads to something that is there.

use crate::support::{read, root, tracked};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// The documents of the project, by their paths from the root.
fn documents() -> Vec<PathBuf> {
    let is_page = |path: &PathBuf| path.extension().is_some_and(|it| it == "md");
    tracked().into_iter().filter(is_page).filter(|path| !path.starts_with("tests")).collect()
}

/// The links of a page, with the numbers of their lines; what is in code is no link.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let ticks: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        if ticks.len() >= 3 {
            match &fence {
                None => fence = Some(ticks),
                Some(open) if ticks.len() >= open.len() => fence = None,
                Some(_) => {}
            }
            continue;
        }
        if fence.is_some() {
            continue;
        }
        let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        for rest in line.split("](").skip(1) {
            found.push((number + 1, rest.split(')').next().unwrap().to_owned()));
        }
    }
    found
}

/// The name that a heading has in an address, as GitLab and mdBook make it.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.trim().replace(' ', "-")
}

fn anchors(text: &str) -> BTreeSet<String> {
    let mut in_code = false;
    let headings = text.lines().filter(|line| {
        in_code ^= line.starts_with("```");
        !in_code && line.starts_with('#')
    });
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// A path with `..` taken out.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::CurDir => {}
            part => parts.push(part),
        }
    }
    parts
}

#[test]
fn every_link_leads_somewhere() {
    let mut dead = Vec::new();
    let mut count = 0;
    for page in documents() {
        let text = read(&page);
        for (line, link) in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (path, place) =
                link.split_once('#').map_or((link.as_str(), None), |(path, place)| (path, Some(place)));
            let target =
                if path.is_empty() { page.clone() } else { normal(&page.parent().unwrap().join(path)) };
            let is_there = root().join(&target).exists();
            let has_place = || place.is_none_or(|place| anchors(&read(&target)).contains(place));
            if !(is_there && has_place()) {
                dead.push(format!("{}:{line}: {link}", page.display()));
            }
        }
    }
    assert!(count > 120, "only {count} links found");
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let listed: Vec<PathBuf> =
        links(&read("docs/SUMMARY.md")).into_iter().map(|(_, link)| Path::new("docs").join(link)).collect();
    let once: BTreeSet<&PathBuf> = listed.iter().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed twice");
    let pages = documents();
    let pages: BTreeSet<&PathBuf> =
        pages.iter().filter(|path| path.starts_with("docs") && !path.ends_with("SUMMARY.md")).collect();
    let missing: Vec<_> = pages.difference(&once).collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md misses {missing:?}");
    let gone: Vec<_> = once.difference(&pages).collect();
    assert!(gone.is_empty(), "docs/SUMMARY.md lists what is not there: {gone:?}");
}

#[test]
fn what_stands_in_code_is_no_link_and_headings_have_names() {
    assert_eq!(
        links("[a](b.md) `[c](d.md)`\n```\n[e](f)\n```\n[g](h#i)\n"),
        [(1, "b.md".into()), (5, "h#i".into())]
    );
    assert_eq!(anchor(" `workspace.units`"), "workspaceunits");
    assert_eq!(anchor("What the `plan` job needs"), "what-the-plan-job-needs");
}
