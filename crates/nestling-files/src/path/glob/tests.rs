use super::*;

fn glob(text: &str) -> Glob {
    Glob::parse(text).unwrap()
}

/// The golden table was made by Ruby itself: `tests/oracles/fnmatch_check.rb` makes it again.
#[test]
fn every_verdict_is_the_one_that_ruby_gives() {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracles/data/fnmatch.jsonl");
    let mut rows = 0;
    for line in std::fs::read_to_string(table).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let (pattern, path) = (row["pattern"].as_str().unwrap(), row["path"].as_str().unwrap());
        let found = [RepoPath::from_git(path.as_bytes())];
        let verdict = glob(pattern).matches(&found[0]);
        assert_eq!(verdict, glob(pattern).matches_any(&found), "{pattern} against {path}");
        assert_eq!(Some(verdict), row["match"].as_bool(), "{pattern} against {path}");
        rows += 1;
    }
    assert_eq!(rows, 4302);
}

#[test]
fn the_cases_that_surprise_people() {
    for (pattern, path, verdict) in [
        ("a/**", "a/b", true),
        ("a/**", "a/b/c", false),
        ("a/**/*", "a/b/c", true),
        ("a/**/*", "a", false),
        ("**/*.md", "README.md", true),
        ("a/**/b", "a/b", true),
        ("*", ".env", true),
        ("a", "a/b", false),
        ("./a", "a", false),
        ("{a,b/**/*}", "b/c/d", true),
        ("\\{a}", "{a}", true),
        ("?", "日", true),
        ("[!a]", "b", true),
        ("[z-a]", "b", false),
    ] {
        assert_eq!(glob(pattern).matches(&RepoPath::from_git(path.as_bytes())), verdict, "{pattern} {path}");
    }
}

#[test]
fn a_byte_that_is_no_utf8_is_one_character() {
    assert!(glob("a?c").matches(&RepoPath::from_git(b"a\xffc")));
    assert!(glob("*").matches(&RepoPath::from_git(b"\xe6\x97")));
}

#[test]
fn braces_cannot_explode() {
    let bomb = "{a,b,c,d}".repeat(12);
    assert_eq!(Glob::parse(&bomb), Err(GlobError::TooMany(bomb.clone())));
    assert_eq!(Glob::parse(""), Err(GlobError::Empty));
}

#[test]
fn lints_say_what_was_meant() {
    let helps = |text: &str| glob(text).lint().iter().map(GlobLint::help).collect::<Vec<_>>();
    assert_eq!(helps("src/**"), ["did you mean `src/**/*`?"]);
    assert_eq!(helps("./src/*"), ["did you mean `src/*`?"]);
    assert_eq!(helps("/src/*"), ["did you mean `src/*`?"]);
    assert_eq!(helps("src/"), ["did you mean `src/**/*`?"]);
    assert_eq!(glob("{a,b").lint(), [GlobLint::UnclosedBrace]);
    assert_eq!(glob("src/[a-z").lint(), [GlobLint::UnclosedBracket]);
    for fine in ["src/**/*", "{a,b}/*", "\\{a", "[ab]/{c,d}", "*.rs"] {
        assert_eq!(glob(fine).lint(), [], "{fine}");
    }
}
