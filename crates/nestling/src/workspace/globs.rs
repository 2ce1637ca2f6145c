//! Globs of paths in headers: read, and looked through for forms that match nothing or less than they seem to.
//!
//! `ignore`, `everything` and `changes` are read as GitLab reads a job's `rules:changes`; `match` names directories, and there
//! `**` spans any number of them.

use crate::workspace::idle_rules::GLOB_FORM;
use crate::workspace::rules::GLOB;
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::Located;

/// A glob of paths from the root of the repository, with its place.
#[derive(Debug, Clone)]
pub(crate) struct RootGlob {
    /// The glob.
    pub glob: Glob,
    /// Place of it in the file.
    pub origin: Origin,
}

/// Reads a glob of `ignore` or `everything`. A slash at its start is dropped: such globs are from the root anyway.
pub(crate) fn root_glob(
    text: &Located<String>,
    key: &str,
    root: &RepoPath,
) -> Result<RootGlob, Vec<Diagnostic>> {
    if text.value.starts_with('!') {
        return Err(vec![refused_exclusion(text.origin, key)]);
    }
    if climbs(&text.value) {
        let message = format!("`{}` is outside of the repository", text.value);
        return Err(vec![Diagnostic::error(&GLOB, text.origin, message)]);
    }
    let pattern = glob_below(root, text.value.trim_start_matches('/'));
    Ok(RootGlob { glob: glob(text, &pattern)?, origin: text.origin })
}

/// Returns a glob of paths in a directory as one of paths from the root of the repository.
pub(crate) fn glob_below(directory: &RepoPath, glob: &str) -> String {
    if directory.is_root() {
        return glob.to_owned();
    }
    format!("{}/{glob}", escape(&String::from_utf8_lossy(directory.as_bytes())))
}

/// A directory's name inside a glob, where none of its characters means anything.
pub(crate) fn escape(dir: &str) -> String {
    dir.chars().fold(String::with_capacity(dir.len()), |mut escaped, c| {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

/// Reads a glob of changed paths.
pub(crate) fn glob(text: &Located<String>, pattern: &str) -> Result<Glob, Vec<Diagnostic>> {
    Glob::parse(pattern.trim_start_matches('/'))
        .map_err(|error| vec![Diagnostic::error(&GLOB, text.origin, error.to_string())])
}

/// Reports `!` in a key that has no exclusions.
pub(crate) fn refused_exclusion(origin: Origin, key: &str) -> Diagnostic {
    let message = format!("`{key}` does not support exclusions: a glob that starts with `!` matches nothing");
    Diagnostic::error(&GLOB, origin, message)
        .with_help("only `changes` of a unit does; write globs of the paths to include")
}

/// Returns `true` if a component of a glob is `..`.
pub(crate) fn climbs(glob: &str) -> bool {
    glob.trim_start_matches('!').split('/').any(|component| component == "..")
}

/// Reports a glob of `changes` that climbs above its unit, which no path does.
pub(crate) fn climbing_change(text: &Located<String>, root: &RepoPath, directory: &RepoPath) -> Diagnostic {
    let message = format!("`{}` matches nothing: globs of `changes` cannot contain `..`", text.value);
    let bare = text.value.trim_start_matches('!');
    let sign = &text.value[..text.value.len() - bare.len()];
    let meant = match bare.strip_prefix('/') {
        Some(rest) => root.join(rest),
        None => directory.join(bare),
    };
    let below = meant.ok().filter(|path| path.is_in(root));
    let below = below.and_then(|path| Some(String::from_utf8_lossy(path.relative_to(root)?).into_owned()));
    let help = match below {
        Some(path) => format!("write it relative to the root of the workspace: `{sign}/{path}`"),
        None => "a leading slash is the root of the workspace, and globs cannot leave it".to_owned(),
    };
    Diagnostic::error(&GLOB, text.origin, message).with_help(help)
}

/// Warns of forms that match nothing, or less than they seem to.
pub(crate) fn form_findings(text: &Located<String>) -> Vec<Diagnostic> {
    let bare = text.value.trim_start_matches(['!', '/']);
    let prefix = &text.value[..text.value.len() - bare.len()];
    let Ok(glob) = Glob::parse(bare) else { return Vec::new() };
    let finding = |lint: nestling_files::path::GlobLint| {
        let help = match lint.meant() {
            Some(meant) => format!("did you mean `{prefix}{meant}`?"),
            None => lint.help(),
        };
        Diagnostic::warning(&GLOB_FORM, text.origin, lint.to_string()).with_help(help)
    };
    glob.lint().into_iter().map(finding).collect()
}
