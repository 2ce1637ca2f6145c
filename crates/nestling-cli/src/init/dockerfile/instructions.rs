//! The paths that a Dockerfile copies out of its build context.

use std::collections::BTreeMap;

/// Values of the arguments that BuildKit sets by itself, for the platform that the template builds for.
const OWN_ARGUMENTS: [(&str, &str); 8] = [
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETOS", "linux"),
    ("TARGETARCH", "amd64"),
    ("TARGETVARIANT", ""),
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDOS", "linux"),
    ("BUILDARCH", "amd64"),
    ("BUILDVARIANT", ""),
];

/// As much of a Dockerfile as decides if it can be built.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The sources of `COPY`, `ADD` and bind mounts.
    pub sources: Vec<String>,
    /// The images of its stages.
    pub bases: Vec<String>,
    /// True if an instruction adds something to these images.
    pub adds: bool,
}

/// Reads a Dockerfile, with the values of variables that have one: that of an `ARG` is given, or its default.
pub(super) fn read(dockerfile: &str, given: &[(String, String)]) -> Contents {
    let mut contents = Contents::default();
    let own = OWN_ARGUMENTS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut values: BTreeMap<String, String> = own.collect();
    for instruction in instructions(dockerfile) {
        let mut words = instruction.split_whitespace();
        let name = words.next().unwrap_or_default().to_uppercase();
        let words: Vec<&str> = words.collect();
        contents.adds |= !["", "FROM", "LABEL", "MAINTAINER"].contains(&name.as_str());
        let paths = match name.as_str() {
            "FROM" => {
                let base = words.iter().find(|word| !word.starts_with("--")).copied().unwrap_or_default();
                contents.bases.push(with_values(base, &values));
                continue;
            }
            "ARG" | "ENV" => {
                for (name, value) in assignments(&name, &words) {
                    let value = with_values(value.trim_matches(['"', '\'']), &values);
                    values.insert(name.to_owned(), value);
                }
                // A given value takes precedence over a default.
                let is_declared = |name: &str| words.iter().any(|word| word.split('=').next() == Some(name));
                values.extend(given.iter().filter(|(arg, _)| name == "ARG" && is_declared(arg)).cloned());
                continue;
            }
            "COPY" | "ADD" => of_copy(&words),
            "RUN" => words.iter().filter_map(|word| of_mount(word)).collect(),
            _ => continue,
        };
        let paths = paths.into_iter().map(|path| with_values(&path, &values));
        contents.sources.extend(paths.filter(|path| !path.contains("://") && !path.starts_with("git@")));
    }
    contents
}

/// Returns the names with values of `ARG` or `ENV`. The older form of `ENV` has a blank between them.
fn assignments<'w>(instruction: &str, words: &[&'w str]) -> Vec<(&'w str, &'w str)> {
    match words {
        [name, value, ..] if instruction == "ENV" && !name.contains('=') => vec![(name, value)],
        words => words.iter().filter_map(|word| word.split_once('=')).collect(),
    }
}

/// Returns the names of the arguments that a Dockerfile declares.
pub(in crate::init) fn declared(dockerfile: &str) -> Vec<String> {
    let instructions = instructions(dockerfile);
    let words = instructions.iter().filter_map(|line| {
        let (name, rest) = line.split_once(char::is_whitespace)?;
        name.eq_ignore_ascii_case("ARG").then_some(rest)
    });
    words
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.split('=').next())
        .map(str::to_owned)
        .collect()
}

/// Returns the sources of `COPY` and `ADD`: all words but flags and the last, in both forms.
fn of_copy(words: &[&str]) -> Vec<String> {
    if words.iter().any(|word| word.starts_with("--from=") || word.starts_with("<<")) {
        return Vec::new();
    }
    let paths: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with("--")).collect();
    let mut paths: Vec<String> = match serde_json::from_str(&paths.join(" ")) {
        Ok(paths) => paths,
        Err(_) => paths.into_iter().map(|path| path.trim_matches(['"', '\'']).to_owned()).collect(),
    };
    paths.pop();
    paths
}

/// Returns the source of `--mount=type=bind,source=…` in the context.
fn of_mount(word: &str) -> Option<String> {
    let fields: Vec<(&str, &str)> =
        word.strip_prefix("--mount=")?.split(',').filter_map(|field| field.split_once('=')).collect();
    let value = |name: &str| fields.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let is_bind = value("type").is_none_or(|kind| kind == "bind") && value("from").is_none();
    let source = value("source").or(value("src")).filter(|_| is_bind)?;
    Some(source.to_owned())
}

/// The most bytes of a word with the values of its variables.
const MOST_BYTES: usize = 4096;

/// Returns a word with the values of variables that have one, or a default after `:-`. One that refers to itself stays as it is.
fn with_values(word: &str, values: &BTreeMap<String, String>) -> String {
    let mut word = word.to_owned();
    // A value may have another variable inside.
    for _ in 0..8 {
        let next = expanded(&word, values);
        if next == word || next.len() > MOST_BYTES {
            break;
        }
        word = next;
    }
    word
}

/// Replaces each variable of a word once.
fn expanded(word: &str, values: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = word;
    while let Some((before, variable)) = rest.split_once('$') {
        expanded.push_str(before);
        let (length, name, default) = variable_at_start(variable);
        let value =
            values.get(name).map(String::as_str).filter(|value| !value.is_empty() || default.is_none());
        match value.or(default) {
            Some(value) if expanded.len() <= MOST_BYTES => expanded.push_str(value),
            _ => {
                expanded.push('$');
                expanded.push_str(&variable[..length]);
            }
        }
        rest = &variable[length..];
    }
    expanded.push_str(rest);
    expanded
}

/// Reads the variable after a `$`: its length, its name, and its default after `:-` or `-`.
fn variable_at_start(text: &str) -> (usize, &str, Option<&str>) {
    let length_of_name =
        |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let Some(inner) = text.strip_prefix('{') else {
        let length = length_of_name(text);
        return (length, &text[..length], None);
    };
    let Some(end) = closing_brace(inner) else { return (1, "", None) };
    let name = &inner[..length_of_name(&inner[..end])];
    let form = &inner[name.len()..end];
    let default = form.strip_prefix(":-").or_else(|| form.strip_prefix('-'));
    // Forms such as `${X%.tar}` are not read.
    let name = if form.is_empty() || default.is_some() { name } else { "" };
    (end + 2, name, default)
}

/// Returns the index of the brace that closes a variable, after those of the variables in its default.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(index),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the instructions of a Dockerfile, each on one line, without comments and without the lines of heredocs.
fn instructions(dockerfile: &str) -> Vec<String> {
    let mut instructions = Vec::new();
    let mut open = String::new();
    let escape = escape_of(dockerfile);
    let mut lines = dockerfile.trim_start_matches('\u{feff}').lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            continue;
        }
        if let Some(part) = line.strip_suffix(escape) {
            open.push_str(part);
            open.push(' ');
            continue;
        }
        open.push_str(line);
        let instruction = std::mem::take(&mut open);
        for mark in heredocs(&instruction) {
            lines.by_ref().find(|line| *line == mark);
        }
        instructions.push(instruction);
    }
    instructions.push(open);
    instructions
}

/// Returns the character that joins lines: the directive `# escape=` at the top may set another one.
fn escape_of(dockerfile: &str) -> char {
    let top =
        dockerfile.trim_start_matches('\u{feff}').lines().map_while(|line| line.trim().strip_prefix('#'));
    let mut directives = top.filter_map(|line| line.split_once('='));
    let escape = directives.find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    escape.and_then(|(_, value)| value.trim().chars().next()).unwrap_or('\\')
}

/// Returns the marks that end the heredocs of an instruction (<https://docs.docker.com/reference/dockerfile/#here-documents>).
fn heredocs(instruction: &str) -> Vec<String> {
    let name = instruction.split_whitespace().next().unwrap_or_default();
    if !["RUN", "COPY", "ADD"].iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Vec::new();
    }
    // `<<<` is a string of the shell, and `1 << 2` a number.
    let starts = instruction.split_whitespace().filter_map(|word| {
        let (_, mark) = word.split_once("<<")?;
        let mark = mark.trim_start_matches('-').trim_matches(['"', '\'']);
        let is_mark = mark.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let length = mark.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(mark.len());
        is_mark.then(|| mark[..length].to_owned())
    });
    starts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(dockerfile: &str) -> String {
        read(dockerfile, &[]).sources.join(" ")
    }

    #[test]
    fn variables_have_their_values_at_the_line_that_sets_them() {
        for (dockerfile, expected) in [
            ("ENV A=x\nENV B=$A/y\nCOPY $B /\n", "x/y"),
            ("ENV A x\nCOPY ${A} /\n", "x"),
            ("ARG A=${B:-${C:-x}}\nCOPY ${A}/$A-1 /\n", "x/x-1"),
            ("ENV A=${Q:-a}${A}\nCOPY $A/b /\n", "aaaaaaaaa${A}/b"),
            ("ARG AB=x\nCOPY $AB$A /\n", "x$A"),
            ("COPY ${A%x} $ /\n", "${A%x} $"),
            ("ARG A=\nCOPY a${A}b ${A:-c} /\n", "ab c"),
        ] {
            let found = sources(dockerfile);
            // The number of replacements of a variable that refers to itself does not matter.
            let is_same = found == expected || (expected.contains("aaa") && found.ends_with("${A}/b"));
            assert!(is_same, "{dockerfile}: {found}");
        }
        let doubling: String =
            (0..5000).map(|index| format!("ENV A{}=$A{index}$A{index}x\n", index + 1)).collect();
        assert!(sources(&format!("{doubling}COPY $A5000 /\n")).len() <= MOST_BYTES);
    }

    #[test]
    fn lines_of_heredocs_are_not_instructions() {
        for (dockerfile, expected) in [
            ("RUN <<EOF\nCOPY no /\nEOF\nCOPY yes /\n", "yes"),
            ("COPY <<-\"A\" <<B /x/\nCOPY no /\nA\nADD no /\nB\nCOPY yes /\n", "yes"),
            ("RUN cat <<EOF > x\r\nADD no /\r\nEOF\r\nCOPY yes /\r\n", "yes"),
            ("RUN echo $((1 << 2))\nCOPY yes /\n", "yes"),
            ("# escape=`\nCOPY a `\n  b `\n  C:\\\nCOPY c /\n", "a b c"),
            ("RUN x \\\n  # a comment\n  y\nCOPY yes \\\n /\n", "yes"),
        ] {
            assert_eq!(sources(dockerfile), expected, "{dockerfile}");
        }
    }
}
