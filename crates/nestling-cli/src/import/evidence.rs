//! The directory that a job belongs to, with the evidence for it.

use super::candidate::{Candidate, Owner};
use super::old::{FILE, OldPipeline};
use super::strings::script_lines;
use super::tree::Tree;
use nestling::RepoPath;
use nestling_gitlab::pipeline::expand::{Replacement, expand};
use nestling_gitlab::yaml::{Map, Node};

/// The directory of a job.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    /// The directory.
    pub directory: String,
    /// The evidence, in words.
    pub evidence: Vec<String>,
    /// Other directories for which there is as much evidence.
    pub alternatives: Vec<String>,
}

/// The options of commands that name the directory in which they work.
const DIRECTORY_OPTIONS: [&str; 7] =
    ["cd", "-C", "--prefix", "--cwd", "--directory", "--project-directory", "pushd"];

/// The weight of a kind of evidence.
#[derive(Debug, Clone, Copy)]
enum Weight {
    Glob = 2,
    WholeGlob = 4,
    Path = 3,
    Name = 6,
    Command = 8,
    File = 12,
}

/// Finds the directory of a job; `None` if nothing leads to one.
pub(super) fn place(candidate: &Candidate, old: &OldPipeline, tree: &Tree) -> Option<Placement> {
    let mut scores = Scores { tree, directories: Vec::new() };
    for file in own_files(candidate, old) {
        let directory = RepoPath::parse(&file).ok().and_then(|path| path.parent());
        let directory = directory.map(|directory| directory.to_string()).unwrap_or_default();
        if !is_for_ci(&directory) && tree.has_sources(&directory) {
            scores.add(&directory, Weight::File, format!("its file {file}"));
        }
    }
    for directory in commanded(&candidate.folded) {
        scores.add(&directory, Weight::Command, format!("a command that works in {directory}"));
    }
    for glob in candidate.globs() {
        let directory = literal_directory(&glob);
        let weight = if glob == whole(&directory) { Weight::WholeGlob } else { Weight::Glob };
        scores.add(&directory, weight, format!("`changes: {glob}`"));
    }
    for path in kept_paths(&candidate.folded) {
        scores.add(
            &literal_directory(&path),
            Weight::Path,
            format!("the path {path} of its cache or artifacts"),
        );
    }
    scores.add_names(&candidate.name);
    scores.best()
}

/// Returns the glob of all files below a directory.
pub(crate) fn whole(directory: &str) -> String {
    format!("{directory}/**/*")
}

/// Returns the directory that a glob leads to: the part before its first wildcard.
pub(crate) fn literal_directory(glob: &str) -> String {
    let end = glob.find(['*', '?', '[', '{', '$']).unwrap_or(glob.len());
    glob[..end].rfind('/').map_or("", |slash| &glob[..slash]).to_owned()
}

struct Scores<'t> {
    tree: &'t Tree,
    directories: Vec<(String, u32, Vec<String>)>,
}

impl Scores<'_> {
    fn add(&mut self, directory: &str, weight: Weight, evidence: String) {
        let directory = directory.trim_matches('/').trim_start_matches("./");
        if !self.tree.has_directory(directory) || is_for_ci(directory) {
            return;
        }
        let weight = weight as u32;
        match self.directories.iter_mut().find(|(known, ..)| known == directory) {
            Some((_, score, reasons)) => {
                // The same kind of evidence counts once: ten globs of a library do not outweigh the job's own.
                if !reasons.contains(&evidence) {
                    *score = (*score).max(weight) + 1;
                    reasons.push(evidence);
                }
            }
            None => self.directories.push((directory.to_owned(), weight, vec![evidence])),
        }
    }

    /// A job that is called as a directory is probably of it.
    fn add_names(&mut self, job: &str) {
        for (directory, score, reasons) in &mut self.directories {
            if is_called_as(job, directory) {
                *score += Weight::Name as u32;
                reasons.push(format!("its name, which has `{}`", base(directory)));
            }
        }
    }

    fn best(self) -> Option<Placement> {
        let most = self.directories.iter().map(|(_, score, _)| *score).max()?;
        let mut best = self.directories.into_iter().filter(|(_, score, _)| *score == most);
        let (directory, _, evidence) = best.next()?;
        let alternatives = best.map(|(directory, ..)| directory).collect();
        Some(Placement { directory, evidence, alternatives })
    }
}

/// Returns `true` if the name of a job has that of a directory in it, word by word.
pub(super) fn is_called_as(job: &str, directory: &str) -> bool {
    let wanted = words(base(directory));
    !wanted.is_empty() && words(job).windows(wanted.len()).any(|window| window == wanted)
}

fn words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Returns the last component of a directory.
pub(super) fn base(directory: &str) -> &str {
    directory.rsplit('/').next().unwrap_or(directory)
}

/// Returns the files that define a job and no others: its own, or those of its static child.
fn own_files(candidate: &Candidate, old: &OldPipeline) -> Vec<String> {
    let mut files = vec![candidate.file.clone()];
    if let Owner::Child(index) = candidate.owner
        && let Some(child) = old.children.get(index)
    {
        files.splice(0..0, child.files.iter().map(ToString::to_string));
    }
    files.retain(|file| file != FILE);
    files.truncate(1);
    files
}

/// A directory of configuration has no sources of its own.
fn is_for_ci(directory: &str) -> bool {
    let mut components = directory.split('/');
    directory.is_empty() || components.any(|name| name.starts_with('.') || matches!(name, "ci" | "gitlab-ci"))
}

/// Returns the directories that commands of the scripts work in.
fn commanded(body: &Map) -> Vec<String> {
    let mut directories: Vec<String> = Vec::new();
    for line in script_lines(body) {
        let parts: Vec<&str> = line.split([' ', '\t', '=', ';', '&', '|', '(', ')']).collect();
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        for pair in parts.windows(2) {
            let [option, argument] = pair else { continue };
            if !DIRECTORY_OPTIONS.contains(option) {
                continue;
            }
            let argument = argument.trim_matches(['"', '\'']);
            let argument =
                argument.trim_start_matches("$CI_PROJECT_DIR/").trim_start_matches("${CI_PROJECT_DIR}/");
            let directory = argument.trim_start_matches("./").trim_end_matches('/').to_owned();
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
    }
    directories
}

/// Returns the paths of caches and artifacts.
fn kept_paths(body: &Map) -> Vec<String> {
    let mut paths = Vec::new();
    for key in ["artifacts", "cache"] {
        for entry in body.get(key).map(Node::items_or_self).unwrap_or_default() {
            let listed = entry.get("paths").map(Node::items_or_self).unwrap_or_default();
            paths.extend(listed.iter().filter_map(Node::text).map(str::to_owned));
        }
    }
    paths
}

impl Candidate {
    /// Returns the globs that decide about the job, with the values of its own variables.
    pub(super) fn globs(&self) -> Vec<String> {
        self.written_globs().iter().map(|glob| self.expanded(glob)).collect()
    }

    /// Puts the values of the job's own variables into a string. A reference to any other stays.
    pub(super) fn expanded(&self, text: &str) -> String {
        let variables = self.folded.get("variables");
        let value = |name: &str| {
            let node = variables?.get(name)?;
            node.get("value").unwrap_or(node).text().map(str::to_owned)
        };
        let expanded = expand(text, &|name| match value(name) {
            Some(value) => Replacement::Value(value),
            None => Replacement::Literal(format!("${{{name}}}")),
        });
        expanded.unwrap_or_else(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_leads_to_the_directory_before_its_first_wildcard() {
        for (glob, expected) in [
            ("services/api/**/*", "services/api"),
            ("services/*/Dockerfile", "services"),
            ("libs/go.mod", "libs"),
            ("go.mod", ""),
            ("**/*.md", ""),
            ("{a,b}/**/*", ""),
        ] {
            assert_eq!(literal_directory(glob), expected, "{glob}");
        }
    }

    #[test]
    fn a_name_has_the_words_of_a_directory() {
        for (name, base, expected) in [
            ("build:api", "api", true),
            ("build_esp_lcd", "esp_lcd", true),
            ("rapid", "api", false),
            ("deploy web-app prod", "web-app", true),
        ] {
            assert_eq!(is_called_as(name, base), expected, "{name}");
        }
    }
}
