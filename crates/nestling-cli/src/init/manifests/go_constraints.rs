//! Files of Go that are built on Linux without tags (<https://pkg.go.dev/cmd/go#hdr-Build_constraints>).

/// Operating systems other than Linux, and architectures other than the runner's, at the end of a file's name.
const ELSEWHERE: [&str; 20] = [
    "windows",
    "darwin",
    "freebsd",
    "netbsd",
    "openbsd",
    "dragonfly",
    "solaris",
    "illumos",
    "android",
    "ios",
    "aix",
    "plan9",
    "js",
    "wasip1",
    "wasm",
    "arm",
    "arm64",
    "386",
    "ppc64le",
    "s390x",
];

/// Words of a constraint that hold there.
const HERE: [&str; 5] = ["linux", "unix", "amd64", "gc", "cgo"];

/// Returns true if a file of this name and text is built.
pub(super) fn is_built(name: &str, text: impl FnOnce() -> String) -> bool {
    let stem = name.trim_end_matches(".go").trim_end_matches("_test");
    let is_elsewhere = stem.split('_').skip(1).any(|part| ELSEWHERE.contains(&part));
    !is_elsewhere && is_met(&text())
}

/// The most brackets of a constraint that is read.
const BRACKETS: usize = 100;

/// Returns true if the constraint above the clause `package` is met, or if there is none.
fn is_met(text: &str) -> bool {
    let head = text.lines().map(str::trim).take_while(|line| !line.starts_with("package "));
    let mut lines = head.filter_map(|line| line.strip_prefix("//go:build "));
    lines.next().filter(|constraint| constraint.matches('(').count() <= BRACKETS).is_none_or(|constraint| {
        let spaced: String = constraint
            .chars()
            .flat_map(|c| if "()!".contains(c) { vec![' ', c, ' '] } else { vec![c] })
            .collect();
        let words: Vec<&str> = spaced.split_whitespace().collect();
        any(&mut words.iter().copied().peekable())
    })
}

type Words<'w> = std::iter::Peekable<std::iter::Copied<std::slice::Iter<'w, &'w str>>>;

/// `a && b || c`
fn any(words: &mut Words<'_>) -> bool {
    let mut is_true = all(words);
    while words.next_if_eq(&"||").is_some() {
        is_true |= all(words);
    }
    is_true
}

fn all(words: &mut Words<'_>) -> bool {
    let mut is_true = one(words);
    while words.next_if_eq(&"&&").is_some() {
        is_true &= one(words);
    }
    is_true
}

/// `a`, `!a` or `(a || b)`. Exclamation marks are read in a loop, so that their number does not matter.
fn one(words: &mut Words<'_>) -> bool {
    let mut is_negated = false;
    while words.next_if_eq(&"!").is_some() {
        is_negated = !is_negated;
    }
    let is_true = match words.next() {
        Some("(") => {
            let inner = any(words);
            words.next_if_eq(&")");
            inner
        }
        Some(word) => HERE.contains(&word) || word.starts_with("go1."),
        None => false,
    };
    is_true != is_negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_built_where_its_name_and_its_constraint_say_so() {
        for (name, text, expected) in [
            ("a.go", "package a\n", true),
            ("a_linux.go", "package a\n", true),
            ("a_windows.go", "package a\n", false),
            ("a_darwin_arm64_test.go", "package a\n", false),
            ("windows.go", "package a\n", true),
            ("tools.go", "// Tools.\n\n//go:build tools\n\npackage tools\n", false),
            ("a.go", "//go:build !tools\n\npackage a\n", true),
            ("a.go", "//go:build linux && (amd64 || arm64)\n\npackage a\n", true),
            ("a.go", "//go:build (darwin || windows) && cgo || ignore\n\npackage a\n", false),
            ("a.go", "//go:build go1.21\n\npackage a\n", true),
            ("a.go", "package a\n\n//go:build tools\n", true),
            ("a.go", &format!("//go:build {}x\n\npackage a\n", "(!".repeat(100_000)), true),
        ] {
            assert_eq!(is_built(name, || text.to_owned()), expected, "{name} {text}");
        }
    }
}
