//! As much of a Dockerfile as says which directory it is built in: the files that `COPY` and `ADD` take from there.

use super::inventory::Inventory;
use nestling::RepoPath;

/// The directory that a Dockerfile is built in, as its paths say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BuildContext {
    /// This directory, of which these paths are copied.
    Directory(RepoPath, Vec<String>),
    /// Neither the Dockerfile's own directory nor one above has this path.
    Missing(String),
}

/// Finds the nearest directory that has all paths that a Dockerfile copies: its own, or one above.
pub(super) fn build_context(dockerfile: &str, dir: &RepoPath, inventory: &Inventory) -> BuildContext {
    let sources = copied(dockerfile);
    let missing = |from: &RepoPath| sources.iter().find(|source| !exists(from, source, inventory));
    let mut next = Some(dir.clone());
    while let Some(context) = next {
        let is_empty = sources.iter().any(|source| matches!(&**source, "." | "./"))
            && inventory
                .directories
                .get(&context)
                .is_some_and(|it| it.files.len() + it.directories.len() < 2);
        // A directory with nothing but the Dockerfile is not what `COPY . .` copies.
        if !is_empty && missing(&context).is_none() {
            return BuildContext::Directory(context, sources);
        }
        next = context.parent();
    }
    match missing(dir) {
        Some(absent) => BuildContext::Missing(absent.clone()),
        None => BuildContext::Directory(dir.clone(), sources),
    }
}

/// Returns true if a path of a Dockerfile is in a directory. One with a variable that has no value cannot be. Of one with a
/// wildcard the part before it has to be there.
fn exists(from: &RepoPath, source: &str, inventory: &Inventory) -> bool {
    if source.contains('$') {
        return false;
    }
    let wildcard = source.find(['*', '?', '[']);
    let source = wildcard.map_or(source, |end| source[..end].rsplit_once('/').map_or("", |(above, _)| above));
    let source = source.trim_start_matches('/').trim_end_matches('/');
    // An empty path and `.` are the directory itself.
    let Ok(path) = from.join(source) else { return false };
    let is_inside = path == *from || path.relative_to(from).is_some();
    // What is in a directory that is not entered, such as `.cargo`, cannot be seen from here.
    let is_hidden = source.split('/').any(|name| name.starts_with('.') && name.len() > 1);
    is_inside && (is_hidden || inventory.is_directory(&path) || inventory.is_file(&path))
}

/// Returns the paths that a Dockerfile copies out of its build context.
fn copied(dockerfile: &str) -> Vec<String> {
    let mut sources = Vec::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for instruction in instructions(dockerfile) {
        let mut words = instruction.split_whitespace();
        let name = words.next().unwrap_or_default();
        if name.eq_ignore_ascii_case("ARG") || name.eq_ignore_ascii_case("ENV") {
            let defaults = words.filter_map(|word| word.split_once('='));
            values
                .extend(defaults.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())));
            continue;
        }
        if !name.eq_ignore_ascii_case("COPY") && !name.eq_ignore_ascii_case("ADD") {
            continue;
        }
        let words: Vec<&str> = words.collect();
        if words.iter().any(|word| word.starts_with("--from=") || word.starts_with("<<")) {
            continue;
        }
        let paths: Vec<&str> = words.into_iter().filter(|word| !word.starts_with("--")).collect();
        let list = paths.join(" ");
        let paths: Vec<String> = match serde_json::from_str::<Vec<String>>(&list) {
            Ok(paths) => paths,
            Err(_) => paths.into_iter().map(|path| path.trim_matches(['"', '\'']).to_owned()).collect(),
        };
        let count = paths.len().saturating_sub(1);
        let paths = paths.into_iter().take(count).map(|path| with_values(&path, &values));
        sources.extend(paths.filter(|path| !path.contains("://")));
    }
    sources
}

/// Returns a path with the values of variables that have one.
fn with_values(path: &str, values: &[(String, String)]) -> String {
    values.iter().rev().fold(path.to_owned(), |path, (name, value)| {
        path.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    })
}

/// Returns the instructions of a Dockerfile, each on one line, without comments.
fn instructions(dockerfile: &str) -> Vec<String> {
    let mut instructions = Vec::new();
    let mut open = String::new();
    for line in dockerfile.lines().map(str::trim) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn the_build_context_is_where_all_that_is_copied_is() {
        let files = MemoryFiles::new([
            ("package-lock.json", ""),
            ("api/package.json", ""),
            ("api/src/main.js", ""),
            ("lib/index.js", ""),
        ]);
        let inventory = Inventory::read(&files).unwrap();
        let api = RepoPath::parse("api").unwrap();
        let context = |dir: &str| Some(RepoPath::parse(dir).unwrap());
        for (dockerfile, expected) in [
            ("FROM node\nCOPY . .\n", context("api")),
            ("FROM node\nCOPY package.json \\\n  src/ ./\n", context("api")),
            ("FROM node\ncopy --chown=node [\"src\", \"/app/\"]\n", context("api")),
            ("FROM node AS a\nFROM x\nCOPY --from=a /dist /dist\n", context("api")),
            ("COPY package-lock.json ./\nCOPY api/src lib ./\n", context("")),
            ("COPY dist /app\n", None),
            ("COPY ../lib /app\n", None),
            ("COPY $X/main.js /app/\n", None),
            (
                "ARG X=src\nCOPY ${X}/main.js *.json /app/\n# COPY nowhere /\nADD https://example.com/x /\n",
                context("api"),
            ),
        ] {
            let context = match build_context(dockerfile, &api, &inventory) {
                BuildContext::Directory(context, _) => Some(context),
                BuildContext::Missing(_) => None,
            };
            assert_eq!(context, expected, "{dockerfile}");
        }
    }
}
