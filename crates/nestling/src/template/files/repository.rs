//! Answers questions from the files of the repository.

use super::answers::{Answer, Weighed};
use super::question::{FileQuestion, Format};
use crate::template::values::json::{from_json, plain_value};
use minijinja::Value;
use nestling_files::encoding::to_utf8;
use nestling_files::files::{DirectoryEntry, EntryKind, Files, ReadError, Walk};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::{Diagnostic, FileId};
use nestling_gitlab::yaml;
use serde_json::Value as Json;

/// The largest file that a template can read, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// The most paths that a glob may match.
const MAX_PATHS: usize = 10_000;

/// Answers a question.
pub(in crate::template) fn answer(files: &dyn Files, question: &FileQuestion) -> Weighed {
    let answer = match question {
        FileQuestion::Exists(path) => entry(files, path).map(|entry| Value::from(entry.is_some())),
        FileQuestion::Nearest { directory, names } => {
            above(files, directory, names, 1).map(|paths| paths.into_iter().next().unwrap_or(Value::from(())))
        }
        FileQuestion::Above { directory, names } => {
            above(files, directory, names, usize::MAX).map(Value::from)
        }
        FileQuestion::Glob(glob) => matches(files, glob),
        FileQuestion::Content(path, format) => {
            let text = text(files, path);
            let bytes = text.as_ref().map_or(0, String::len);
            return Weighed { answer: text.and_then(|text| data(&text, path, *format)), bytes };
        }
        // The engine has the answer elsewhere.
        FileQuestion::Fingerprint(of) => Err(format!("{of} has no fingerprint")),
        FileQuestion::ComparedPath(path) => Err(format!("`{path}` has no fingerprint")),
    };
    Weighed { answer, bytes: 0 }
}

fn unreadable(error: &ReadError) -> String {
    format!("{error}: {}", error.source)
}

/// Returns what is at a path. Links are not followed: a change of what they lead to would go unseen. Only the directories
/// above it are listed.
fn entry(files: &dyn Files, path: &RepoPath) -> Result<Option<EntryKind>, String> {
    let Some(parent) = path.parent() else { return Ok(Some(EntryKind::Directory)) };
    let mut found = None;
    let visit = &mut |directory: &RepoPath, entries: &[DirectoryEntry]| {
        if *directory == parent {
            let name = path.file_name();
            found = entries.iter().find(|entry| entry.name == name).map(|entry| entry.kind);
            return Walk::Skip;
        }
        Walk::Descend
    };
    files.walk_to(&parent, visit).map_err(|error| unreadable(&error))?;
    Ok(found)
}

/// Returns the paths of files of these names from a directory upwards, so many at most.
fn above(
    files: &dyn Files,
    directory: &RepoPath,
    names: &[String],
    limit: usize,
) -> Result<Vec<Value>, String> {
    let mut paths = Vec::new();
    let mut directory = Some(directory.clone());
    while let Some(current) = directory {
        for name in names {
            let path = current.join(name).map_err(|error| error.to_string())?;
            if entry(files, &path)? == Some(EntryKind::File)
                && let Some(path) = path.as_str()
            {
                paths.push(from_json(&Json::from(path)));
            }
            if paths.len() == limit {
                return Ok(paths);
            }
        }
        directory = current.parent();
    }
    Ok(paths)
}

/// Returns the paths that a glob matches, in byte order. Those that are not UTF-8 cannot be written into a pipeline.
fn matches(files: &dyn Files, pattern: &str) -> Answer {
    let glob = Glob::parse(pattern).map_err(|error| error.to_string())?;
    let mut paths: Vec<RepoPath> = Vec::new();
    // Most globs begin with directories that are named: nothing else is listed.
    let named = pattern.split('/').take_while(|name| !name.contains(['*', '?', '[', '{', '\\']));
    let named: Vec<&str> = named.collect();
    let start = RepoPath::root().join(named.join("/")).unwrap_or_default();
    let visit = &mut |directory: &RepoPath, entries: &[DirectoryEntry]| {
        let is_file = |entry: &&DirectoryEntry| entry.kind == EntryKind::File;
        let found = entries.iter().filter(is_file).map(|entry| directory.child(&entry.name));
        paths.extend(found.filter(|path| glob.matches(path)));
        if paths.len() > MAX_PATHS { Walk::Skip } else { Walk::Descend }
    };
    files.walk_to(&start, visit).map_err(|error| unreadable(&error))?;
    if paths.len() > MAX_PATHS {
        return Err(format!("`{pattern}` matches more than {MAX_PATHS} files"));
    }
    paths.sort_unstable();
    let texts = paths.iter().filter_map(|path| path.as_str().map(Json::from)).collect();
    Ok(from_json(&Json::Array(texts)))
}

fn text(files: &dyn Files, path: &RepoPath) -> Result<String, String> {
    let bytes = match entry(files, path)? {
        Some(EntryKind::File) => files.read(path).map_err(|error| unreadable(&error))?,
        Some(EntryKind::Directory) => return Err(format!("`{path}` is a directory")),
        Some(EntryKind::Submodule) => return Err(format!("`{path}` is a submodule")),
        Some(EntryKind::Symlink) => return Err(format!("`{path}` is a link, and links are not followed")),
        None => None,
    };
    let bytes = bytes.ok_or_else(|| format!("file `{path}` does not exist"))?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("`{path}` has {} bytes; a template can read {MAX_BYTES}", bytes.len()));
    }
    String::from_utf8(to_utf8(bytes)).map_err(|_| format!("`{path}` is not UTF-8"))
}

fn data(text: &str, path: &RepoPath, format: Format) -> Answer {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let invalid = |language: &str, why: String| format!("`{path}` is not valid {language}: {why}");
    let data = match format {
        Format::Text => Json::from(text),
        Format::Json => serde_json::from_str(text).map_err(|error| invalid("JSON", error.to_string()))?,
        Format::Yaml => read_yaml(text).map_err(|why| invalid("YAML", why))?,
        Format::Toml => read_toml(text).map_err(|why| invalid("TOML", why))?,
    };
    Ok(from_json(&data))
}

/// Reads the first document, as GitLab does.
fn read_yaml(text: &str) -> Result<Json, String> {
    let first = |problems: Vec<Diagnostic>| {
        let problem = problems.first();
        let line = problem.and_then(Diagnostic::origin).map(|origin| origin.line);
        let message = problem.map_or("it cannot be read", |problem| &problem.message);
        line.map_or_else(|| message.to_owned(), |line| format!("{message} (line {line})"))
    };
    let documents = yaml::parse_file(text, FileId::from_index(0)).map_err(first)?;
    let Some(mut node) = documents.into_iter().next() else { return Ok(Json::Null) };
    yaml::merge_keys(&mut node).map_err(first)?;
    Ok(plain_value(&node))
}

fn read_toml(text: &str) -> Result<Json, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    serde_json::to_value(table).map_err(|error| error.to_string())
}
