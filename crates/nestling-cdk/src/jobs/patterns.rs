//! Patterns of files as CodeBuild reads them: `*` stays in a directory, `**` goes any depth and none
//! (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts.files>).

/// Returns the extended regular expression of a pattern, for paths as `find .` prints them. No shell needs `globstar` for it.
pub(crate) fn expression(pattern: &str) -> String {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let mut expression = "^\\./".to_owned();
    let mut parts = pattern.split('/').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part {
            "**" if is_last => expression.push_str(".*"),
            "**" => expression.push_str("(.*/)?"),
            part => {
                part.chars().for_each(|c| add_character(&mut expression, c));
                // A directory stands for the files in it.
                let is_name = !part.contains(['*', '?']);
                expression.push_str(if !is_last {
                    "/"
                } else if is_name {
                    "(/.*)?"
                } else {
                    ""
                });
            }
        }
    }
    expression.push('$');
    expression
}

fn add_character(expression: &mut String, c: char) {
    match c {
        '*' => expression.push_str("[^/]*"),
        '?' => expression.push_str("[^/]"),
        c if c.is_ascii_punctuation() && !matches!(c, '-' | '_' | ',' | ':' | '@' | '%' | '=' | '/') => {
            // A bracket expression quotes alike in every grep; a caret is the exception.
            if matches!(c, '^' | '\\') {
                expression.push_str(&format!("\\{c}"));
            } else {
                expression.push_str(&format!("[{c}]"));
            }
        }
        c => expression.push(c),
    }
}

/// Returns `true` if a path is not below the directory that a step starts in.
pub(crate) fn is_outside(path: &str) -> bool {
    path.starts_with(['/', '~', '$']) || path.split('/').any(|part| part == "..")
}

/// Returns a path without the variable of CodeBuild that names the directory that a step starts in.
pub(crate) fn from_start(path: &str) -> &str {
    let short = path.strip_prefix("$CODEBUILD_SRC_DIR").or_else(|| path.strip_prefix("${CODEBUILD_SRC_DIR}"));
    let short = short.and_then(|rest| if rest.is_empty() { Some(".") } else { rest.strip_prefix('/') });
    short.unwrap_or(path).trim_start_matches("./")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    const FILES: &str = "./a.zip\n./dist/b.zip\n./dist/x/c.zip\n./dist/x/y/d.zip\n./dist/x/y/d.txt\n./dist/.hidden\n\
                         ./dist+/e.zip\n./lib/dist/f.zip\n./[odd] (name)^$.zip\n";

    /// Each pattern with the files that it matches, by their letters.
    #[test]
    fn patterns_match_as_in_codebuild() {
        for (pattern, want) in [
            ("**/*", "a.zip b.zip c.zip d.zip d.txt .hidden e.zip f.zip [odd] (name)^$.zip"),
            ("**", "a.zip b.zip c.zip d.zip d.txt .hidden e.zip f.zip [odd] (name)^$.zip"),
            ("*", "a.zip [odd] (name)^$.zip"),
            ("dist/**/*.zip", "b.zip c.zip d.zip"),
            ("./dist/**/*.zip", "b.zip c.zip d.zip"),
            ("dist/*.zip", "b.zip"),
            ("dist/*", "b.zip .hidden"),
            ("dist/**/*", "b.zip c.zip d.zip d.txt .hidden"),
            ("dist/x", "c.zip d.zip d.txt"),
            ("dist/x/", "c.zip d.zip d.txt"),
            ("dist/?/c.zip", "c.zip"),
            ("**/dist/*.zip", "b.zip f.zip"),
            ("**/y/**/*.txt", "d.txt"),
            ("dist+/*.zip", "e.zip"),
            ("[odd] (name)^$.zip", "[odd] (name)^$.zip"),
            ("nothing", ""),
        ] {
            let mut grep = Command::new("grep");
            grep.args(["-E", &expression(pattern)]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut grep = grep.spawn().unwrap();
            grep.stdin.take().unwrap().write_all(FILES.as_bytes()).unwrap();
            let output = grep.wait_with_output().unwrap();
            let matched = String::from_utf8(output.stdout).unwrap();
            let names: Vec<&str> = matched.lines().map(|line| line.rsplit('/').next().unwrap()).collect();
            assert_eq!(names.join(" "), want, "{pattern} as {}", expression(pattern));
        }
    }

    #[test]
    fn a_path_is_read_from_where_the_step_starts() {
        for (path, short, outside) in [
            ("dist/*", "dist/*", false),
            ("./dist", "dist", false),
            ("$CODEBUILD_SRC_DIR/dist", "dist", false),
            ("${CODEBUILD_SRC_DIR}", ".", false),
            ("$CODEBUILD_SRC_DIR_Tools/dist", "$CODEBUILD_SRC_DIR_Tools/dist", true),
            ("/opt/.m2/**/*", "/opt/.m2/**/*", true),
            ("a/../../b", "a/../../b", true),
        ] {
            assert_eq!((from_start(path), is_outside(from_start(path))), (short, outside), "{path}");
        }
    }
}
