//! Terraform, OpenTofu and Terragrunt: modules by path, files that configurations read, and units of Terragrunt that need each
//! other (<https://developer.hashicorp.com/terraform/language/modules/sources#local-paths>,
//! <https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/>).

mod json;
mod lexer;

use super::manifest::{Manifest, and_above};
use super::{Edges, Reading};
use crate::workspace::member_globs::without_mark;
use lexer::{Token, tokens};
use nestling_files::path::RepoPath;
use std::collections::BTreeMap;

/// The names of the files: those in HCL, of which those of Terragrunt are the last, and those in JSON.
pub(super) const FILES: [&str; 5] = ["*.tf", "*.tofu", "*.hcl", "*.tf.json", "*.tofu.json"];

/// Names that stand for the directory of the file in which they are.
const OWN_DIRECTORY: [&str; 4] =
    ["${path.module}/", "${path.root}/", "${get_terragrunt_dir()}/", "${get_original_terragrunt_dir()}/"];

/// Terragrunt's name of the repository's root.
const ROOT: &str = "${get_repo_root()}/";

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let manifests: Vec<Manifest<()>> = FILES[..3]
        .iter()
        .flat_map(|name| reading.all(name, |_| Ok(())))
        .filter(|file| !is_lock(file))
        .collect();
    let by_path: Files<'_> = manifests.iter().map(|manifest| (&manifest.path, manifest)).collect();
    for manifest in &manifests {
        by_file(manifest, &by_path, edges);
    }
    for name in &FILES[3..] {
        for manifest in reading.all(name, |text| Ok(serde_json::from_str(without_mark(text))?)) {
            json::by_file(&manifest, &by_path, edges);
        }
    }
}

/// The files that were read, by their paths.
type Files<'m> = BTreeMap<&'m RepoPath, &'m Manifest<()>>;

/// Adds what a file names, and what the files name that it includes: Terragrunt takes these as if they stood in it.
fn by_file(manifest: &Manifest<()>, files: &Files<'_>, edges: &mut Edges<'_>) {
    let directory = &manifest.dir;
    let mut read = vec![manifest];
    let mut next = 0;
    while let Some(stating) = read.get(next).copied() {
        next += 1;
        for (mention, start) in mentions(&stating.text) {
            let origin = || stating.line_of(start);
            let file = match mention {
                Mention::Path(path) => {
                    if let Some(needed) = resolve(directory, path, files) {
                        edges.add(directory, &needed, origin);
                    }
                    continue;
                }
                Mention::File(path) => resolve(directory, path, files),
                Mention::Above(name) => nearest_above(directory, name, files),
            };
            let Some(file) = file else { continue };
            edges.add_file(directory, &file, origin);
            let included = files.get(&file).filter(|_| is_terragrunt(&file));
            read.extend(included.filter(|included| read.iter().all(|known| known.path != included.path)));
        }
    }
}

fn is_terragrunt(path: &RepoPath) -> bool {
    path.file_name().ends_with(b".hcl")
}

fn is_lock(file: &Manifest<()>) -> bool {
    file.path.file_name().starts_with(b".terraform")
}

/// A name in a configuration of something outside of it.
#[derive(Debug, PartialEq, Eq)]
enum Mention<'t> {
    /// A module, or whatever else is at a path.
    Path(&'t str),
    /// A file that is read.
    File(&'t str),
    /// A file of a name in the nearest directory above.
    Above(&'t str),
}

/// Functions whose first argument is a file.
const FILE_FUNCTIONS: [&str; 9] = [
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "filemd5",
    "filesha1",
    "filesha256",
    "templatefile",
    "read_terragrunt_config",
];

/// Terragrunt's function that looks for a file in the directories above.
const FIND_ABOVE: &str = "find_in_parent_folders";

/// The name that it looks for where it is given none.
const TERRAGRUNT_FILE: &str = "terragrunt.hcl";

/// Finds all mentions, each with the byte at which it is.
fn mentions(text: &str) -> Vec<(Mention<'_>, usize)> {
    let tokens = tokens(text);
    let mut mentions = Vec::new();
    let mut place = Place::default();
    for (index, (token, start)) in tokens.iter().enumerate() {
        let before = |count: usize| Some(tokens.get(index.checked_sub(count)?)?.0);
        let function = match (before(2), before(1)) {
            (Some(Token::Name(name)), Some(Token::Mark('('))) => Some(name),
            _ => None,
        };
        match *token {
            Token::Text(inner) => mentions.extend(place.mention(inner, function).map(|it| (it, *start))),
            Token::Mark(')') if function == Some(FIND_ABOVE) => {
                mentions.push((Mention::Above(TERRAGRUNT_FILE), *start));
            }
            token => place.pass(token, before(1)),
        }
    }
    mentions
}

/// A place in a configuration: the blocks that are open, and the key of the value.
#[derive(Debug, Default)]
struct Place<'t> {
    /// The names of the blocks; `None` for an object.
    blocks: Vec<Option<&'t str>>,
    first_of_line: Option<&'t str>,
    key: Option<&'t str>,
}

impl<'t> Place<'t> {
    /// Goes on after a token that is not a string.
    fn pass(&mut self, token: Token<'t>, before: Option<Token<'t>>) {
        match token {
            Token::Mark('\n') => self.first_of_line = None,
            Token::Mark('{') => {
                let is_object = before == Some(Token::Mark('='));
                self.blocks.push(self.first_of_line.filter(|_| !is_object));
            }
            Token::Mark('}') => {
                self.blocks.pop();
            }
            Token::Mark('=') => {
                if let Some(Token::Name(name)) = before {
                    self.key = Some(name);
                }
            }
            Token::Name(name) => self.first_of_line = self.first_of_line.or(Some(name)),
            Token::Mark(_) | Token::Text(_) => {}
        }
    }

    /// Returns the mention that a string is here, if it is one.
    fn mention(&self, text: &'t str, function: Option<&str>) -> Option<Mention<'t>> {
        if function == Some(FIND_ABOVE) {
            return Some(Mention::Above(text));
        }
        if function.is_some_and(|function| FILE_FUNCTIONS.contains(&function)) {
            return Some(Mention::File(text));
        }
        let block = self.blocks.last().copied().flatten();
        let is_local = text.starts_with("./") || text.starts_with("../") || text.starts_with(ROOT);
        match (block, self.key) {
            (Some("module" | "terraform"), Some("source")) if is_local => Some(Mention::Path(text)),
            (Some("dependency"), Some("config_path")) => Some(Mention::Path(text)),
            (Some("dependencies"), Some("paths")) => Some(Mention::Path(text)),
            (Some("include"), Some("path")) => Some(Mention::File(text)),
            // Archives, scripts and whatever else a provider reads.
            _ if OWN_DIRECTORY.iter().any(|own| text.starts_with(own)) => Some(Mention::Path(text)),
            _ => None,
        }
    }
}

/// The path that a string means, as far as it is written: up to the directory before the first `${}` or `*` in it.
fn resolve(directory: &RepoPath, text: &str, files: &Files<'_>) -> Option<RepoPath> {
    let (directory, path) = match (text.strip_prefix(ROOT), below_file_above(text)) {
        (Some(path), _) => (RepoPath::root(), path),
        (_, Some((name, path))) => (nearest_above(directory, name, files)?.parent()?, path),
        _ => {
            let own = OWN_DIRECTORY.iter().find_map(|own| text.strip_prefix(own));
            (directory.clone(), own.unwrap_or(text))
        }
    };
    // `//` parts what Terragrunt copies from the module in it.
    let path = path.split('?').next().unwrap_or_default().replace("//", "/");
    let path = match path.find(['$', '*']) {
        Some(open) => path[..open].rsplit_once('/')?.0,
        None => path.as_str(),
    };
    directory.join(path).ok()
}

/// The parts of `${dirname(find_in_parent_folders("NAME"))}/PATH`.
fn below_file_above(text: &str) -> Option<(&str, &str)> {
    let call = text.strip_prefix("${dirname(find_in_parent_folders(")?;
    let (name, path) = call.split_once("))}/")?;
    let name = name.trim().trim_matches('"');
    Some((if name.is_empty() { TERRAGRUNT_FILE } else { name }, path))
}

/// The file of a name in the nearest directory above another.
fn nearest_above(directory: &RepoPath, name: &str, files: &Files<'_>) -> Option<RepoPath> {
    let mut paths = and_above(directory).skip(1).map(|above| above.child(name.as_bytes()));
    paths.find(|path| files.contains_key(path))
}
