//! Data flow = dependency order = `mod` order: who uses whom, and whether that is above.

use super::source::Source;
use std::path::Path;

/// The top-level modules in the order of their `mod` lines.
pub(crate) fn of(lib: &str) -> Vec<String> {
    let modules = lib.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    modules.map(str::to_owned).collect()
}

/// The places where a file of a top-level module uses one that stands below it.
pub(crate) fn violations(order: &[String], path: &Path, source: &Source) -> Vec<String> {
    let place = |module: &str| order.iter().position(|it| it == module);
    let first = path.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let own = first.unwrap_or_default().trim_end_matches(".rs").to_owned();
    let Some(own_place) = place(&own) else { return vec![format!("`{own}` is no module of lib.rs")] };
    let mut found = Vec::new();
    for (line, module) in used(source, path.components().count()) {
        if place(&module).is_some_and(|used| used > own_place) {
            found.push(format!("line {line}: `{own}` uses `{module}`, which stands below it"));
        }
    }
    found
}

/// The top-level modules that a file names, with the line. `depth` is how many modules deep the file is.
fn used(source: &Source, depth: usize) -> Vec<(usize, String)> {
    let text = source.lines.join("\n");
    let from_root = ["crate::".to_owned(), "super::".repeat(depth)];
    let mut found = Vec::new();
    for prefix in &from_root {
        for (at, _) in text.match_indices(prefix.as_str()) {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || matches!(before, '_' | '$' | ':') {
                continue;
            }
            let line = text[..at].matches('\n').count() + 1;
            let names = first_names(&text[at + prefix.len()..]);
            found.extend(names.into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The names that a path goes on with: one, or the first of each branch of `{…}`.
fn first_names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else { return vec![identifier(rest)] };
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                names.push(identifier(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    let order = of("//! doc\n\npub mod low;\nmod mid;\npub mod high;\n");
    assert_eq!(order, ["low", "mid", "high"]);
    let wrong = |path: &str, text: &str| violations(&order, Path::new(path), &Source::read(text)).len();
    for (path, text, count) in [
        ("mid.rs", "use crate::high::X;\n", 1),
        ("mid.rs", "use crate::low::X;\nuse crate::mid::Y;\n", 0),
        ("mid.rs", "use crate::{\n    low::{A, B},\n    high::C,\n};\n", 1),
        ("mid.rs", "fn f() -> crate::high::X {}\n", 1),
        ("mid.rs", "use super::high;\n", 1),
        ("mid/a.rs", "use super::super::high;\n", 1),
        ("mid/a.rs", "use super::high;\n", 0),
        ("mid/a/b.rs", "use crate::high::X;\n", 1),
        ("high.rs", "use crate::low;\nuse crate::mid;\n", 0),
        ("mid.rs", "// crate::high\n/// [`crate::high`]\n", 0),
        ("mid.rs", "#[cfg(test)]\nmod tests {\n    use crate::high;\n}\n", 0),
        ("gone.rs", "", 1),
    ] {
        assert_eq!(wrong(path, text), count, "{path}: {text}");
    }
}
