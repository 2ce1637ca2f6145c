//! The paths that a Dockerfile copies out of its build context.

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
}

/// Reads a Dockerfile, with the values of variables that have one: that of an `ARG` is given, or its default.
pub(super) fn read(dockerfile: &str, given: &[(String, String)]) -> Contents {
    let mut contents = Contents::default();
    let own = OWN_ARGUMENTS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut values: Vec<(String, String)> = own.collect();
    for instruction in instructions(dockerfile) {
        let mut words = instruction.split_whitespace();
        let name = words.next().unwrap_or_default().to_uppercase();
        let words: Vec<&str> = words.collect();
        let paths = match name.as_str() {
            "FROM" => {
                let base = words.iter().find(|word| !word.starts_with("--")).copied().unwrap_or_default();
                contents.bases.push(with_values(base, &values));
                continue;
            }
            "ARG" | "ENV" => {
                let defaults = words.iter().filter_map(|word| word.split_once('='));
                let unquoted = |value: &str| value.trim_matches(['"', '\'']).to_owned();
                values.extend(defaults.map(|(name, value)| (name.to_owned(), unquoted(value))));
                // What is given wins over a default.
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

/// Returns a path with the values of variables that have one, or a default behind `:-`.
fn with_values(path: &str, values: &[(String, String)]) -> String {
    let path = values.iter().rev().fold(path.to_owned(), |path, (name, value)| {
        let path = path.replace(&format!("${{{name}}}"), value);
        if path.contains(&format!("${name}")) { without_braces(&path, name, value) } else { path }
    });
    let Some((before, rest)) = path.split_once("${") else { return path };
    match rest.split_once('}') {
        Some((variable, after)) if variable.contains(":-") => {
            let default = variable.split_once(":-").map_or("", |(_, default)| default);
            with_values(&format!("{before}{default}{after}"), values)
        }
        _ => path,
    }
}

/// Replaces `$NAME` where the name ends there: `$A` is not in `$AB`.
fn without_braces(path: &str, name: &str, value: &str) -> String {
    let variable = format!("${name}");
    let mut parts = path.split(&variable);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let goes_on = part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        replaced.push_str(if goes_on { &variable } else { value });
        replaced.push_str(part);
    }
    replaced
}

/// Returns the instructions of a Dockerfile, each on one line, without comments.
fn instructions(dockerfile: &str) -> Vec<String> {
    let mut instructions = Vec::new();
    let mut open = String::new();
    for line in dockerfile.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if line.starts_with('#') {
            continue;
        }
        match line.strip_suffix('\\') {
            Some(part) => {
                open.push_str(part);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                instructions.push(std::mem::take(&mut open));
            }
        }
    }
    instructions.push(open);
    instructions
}
