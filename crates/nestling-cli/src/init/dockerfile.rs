//! Dockerfiles: which of a directory's is its unit's, and the directory that it is built in.

mod instructions;
mod ignored;
mod compose;

use super::dockerfile_names::is_dockerfile;
use super::inventory::Inventory;
use compose::is_compose_file;
use ignored::Ignored;
use instructions::read;
use nestling::{Files, ReadError, RepoPath};

pub(super) use compose::Contexts;
pub(super) use instructions::declared;

/// The directory that a Dockerfile is built in, as its paths say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BuildContext {
    /// This directory, of which these paths are copied.
    Directory(RepoPath, Vec<String>),
    /// Neither the Dockerfile's own directory nor one above has this path.
    Missing(String),
    /// A file leaves this path out of the context.
    LeftOut { path: String, by: RepoPath },
    /// The image that it starts from has a build argument that has no value.
    UnsetBase { base: String, argument: String },
    /// A path has a build argument that has no value.
    Unset { path: String, argument: String },
    /// The image that it starts from is where people work, and nothing is delivered in it.
    Workbench { base: String },
    /// It adds nothing to the images that it names: it lists them for a tool that updates versions.
    OnlyBases,
    /// The image that it starts from is of Windows, and the builders run on Linux.
    Windows { base: String },
}

/// The beginnings of the names of images for development environments.
const WORKBENCHES: [&str; 5] = [
    "gitpod/",
    "mcr.microsoft.com/devcontainers/",
    "mcr.microsoft.com/vscode/devcontainers/",
    "ghcr.io/devcontainers/",
    "codercom/",
];

/// Finds the directory that a Dockerfile is built in: one that a compose file names, its own, or the nearest above that has all
/// paths that it copies.
///
/// # Errors
/// A file cannot be read.
pub(super) fn build_context(
    dockerfile: &RepoPath,
    files: &dyn Files,
    inventory: &Inventory,
    contexts: &Contexts,
) -> Result<BuildContext, ReadError> {
    let bytes = files.read(dockerfile)?.unwrap_or_default();
    let given = contexts.arguments(dockerfile);
    let contents = read(&String::from_utf8_lossy(&bytes), &given);
    let sources = contents.sources;
    let dir = dockerfile.parent().unwrap_or_default();
    if let Some(base) = contents.bases.last().filter(|base| is_workbench(base)) {
        return Ok(BuildContext::Workbench { base: base.clone() });
    }
    if contents.bases.len() > 1 && !contents.adds && contexts.of(dockerfile).is_empty() {
        return Ok(BuildContext::OnlyBases);
    }
    if let Some(base) = contents.bases.iter().find(|base| is_of_windows(base)) {
        return Ok(BuildContext::Windows { base: base.clone() });
    }
    if let Some((base, argument)) = contents.bases.iter().find_map(|base| Some((base, unset_argument(base)?)))
    {
        return Ok(BuildContext::UnsetBase { base: base.clone(), argument });
    }
    if let Some((path, argument)) = sources.iter().find_map(|source| Some((source, unset_argument(source)?)))
    {
        return Ok(BuildContext::Unset { path: path.clone(), argument });
    }
    let missing = |from: &RepoPath| sources.iter().find(|source| !exists(from, source, inventory));
    let copies_all = sources.iter().any(|source| matches!(&**source, "." | "./"));
    let stated = contexts.of(dockerfile).into_iter().find(|context| missing(context).is_none());
    let mut next = Some(dir.clone());
    let mut context = stated;
    while let Some(above) = next.filter(|_| context.is_none()) {
        // A directory with nothing but Dockerfiles is not what `COPY . .` copies.
        let is_fitting =
            missing(&above).is_none() && !(copies_all && has_only_dockerfiles(&above, inventory));
        context = is_fitting.then(|| above.clone());
        next = above.parent();
    }
    let Some(context) = context else {
        return Ok(match missing(&dir) {
            Some(absent) => BuildContext::Missing(absent.clone()),
            None => BuildContext::Directory(dir, sources),
        });
    };
    let ignored = Ignored::read(files, dockerfile, &context)?;
    if let Some((path, by)) = sources.iter().find_map(|source| Some((source, ignored.leaves_out(source)?))) {
        return Ok(BuildContext::LeftOut { path: path.clone(), by });
    }
    Ok(BuildContext::Directory(context, sources))
}

fn is_workbench(base: &str) -> bool {
    let base = base.strip_prefix("docker.io/").unwrap_or(base);
    WORKBENCHES.iter().any(|start| base.starts_with(start))
}

fn is_of_windows(base: &str) -> bool {
    let starts = ["mcr.microsoft.com/windows", "mcr.microsoft.com/dotnet/framework/"];
    starts.iter().any(|start| base.starts_with(start))
        || ["nanoserver", "windowsservercore"].iter().any(|name| base.contains(name))
}

/// Returns true for a directory that has Dockerfiles and what belongs to them, and nothing to copy.
fn has_only_dockerfiles(dir: &RepoPath, inventory: &Inventory) -> bool {
    let Some(directory) = inventory.directories.get(dir) else { return false };
    let belongs = |name: &String| {
        is_dockerfile(name)
            || name.ends_with(".dockerignore")
            || is_compose_file(name)
            || name.ends_with(".md")
    };
    directory.directories.is_empty() && directory.files.iter().all(belongs)
}

/// Returns the first variable of a path.
fn unset_argument(path: &str) -> Option<String> {
    let (_, rest) = path.split_once('$')?;
    let rest = rest.trim_start_matches('{');
    Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

/// Returns true if a path of a Dockerfile is in a directory. Of one with a wildcard the part before it has to be there.
fn exists(from: &RepoPath, source: &str, inventory: &Inventory) -> bool {
    let wildcard = source.find(['*', '?', '[']);
    let source = wildcard.map_or(source, |end| source[..end].rsplit_once('/').map_or("", |(above, _)| above));
    let source = source.trim_start_matches('/').trim_end_matches('/');
    // An empty path and `.` are the directory itself.
    let Ok(path) = from.join(source) else { return false };
    let is_inside = path == *from || path.relative_to(from).is_some();
    // Files in a directory that is not entered, such as `.cargo`, cannot be seen from here.
    let is_hidden = source.split('/').any(|name| name.starts_with('.') && name.len() > 1);
    is_inside && (is_hidden || inventory.is_directory(&path) || inventory.is_file(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    /// Builds `api/Dockerfile` beside some files, and returns the context.
    fn context_of(dockerfile: &str, more: &[(&str, &str)]) -> BuildContext {
        let files = [
            ("package-lock.json", ""),
            ("api/package.json", ""),
            ("api/src/main.js", ""),
            ("lib/index.js", ""),
            ("api/Dockerfile", dockerfile),
        ];
        let files = MemoryFiles::new(files.into_iter().chain(more.iter().copied()));
        let inventory = Inventory::read(&files).unwrap();
        let contexts = Contexts::read(&files, &inventory).unwrap();
        let path = RepoPath::parse("api/Dockerfile").unwrap();
        build_context(&path, &files, &inventory, &contexts).unwrap()
    }

    #[test]
    fn the_build_context_is_where_all_that_is_copied_is() {
        let context = |dir: &str| Some(RepoPath::parse(dir).unwrap());
        for (dockerfile, expected) in [
            ("FROM node\nCOPY . .\n", context("api")),
            ("FROM node\nCOPY package.json \\\n  src/ ./\n", context("api")),
            ("FROM node\ncopy --chown=node [\"src\", \"/app/\"]\n", context("api")),
            ("FROM node AS a\nFROM x\nCOPY --from=a /dist /dist\n", context("api")),
            ("COPY package-lock.json ./\nCOPY api/src lib ./\n", context("")),
            ("COPY dist /app\n", None),
            ("FROM a\nFROM b AS c\n", None),
            ("FROM a\nLABEL x=y\n", context("api")),
            ("COPY ../lib /app\n", None),
            ("COPY $X/main.js /app/\n", None),
            ("COPY ${X:-src}/main.js /app/\n", context("api")),
            ("ARG TARGETARCH\nCOPY src-$TARGETARCH /app/\n", None),
            ("RUN --mount=type=bind,source=lib,target=/x make\n", context("")),
            (
                "ARG X=src\nCOPY ${X}/main.js *.json /app/\n# COPY nowhere /\nADD https://example.com/x /\n",
                context("api"),
            ),
        ] {
            let context = match context_of(dockerfile, &[]) {
                BuildContext::Directory(context, _) => Some(context),
                _ => None,
            };
            assert_eq!(context, expected, "{dockerfile}");
        }
    }

    #[test]
    fn a_manifest_of_composer_is_something_to_copy_and_a_compose_file_is_not() {
        for (beside, expected) in [("php/composer.json", "php"), ("php/compose.yaml", ".")] {
            let files = MemoryFiles::new([("php/Dockerfile", "COPY . .\n"), (beside, ""), ("index.php", "")]);
            let inventory = Inventory::read(&files).unwrap();
            let path = RepoPath::parse("php/Dockerfile").unwrap();
            let context = build_context(&path, &files, &inventory, &Contexts::default()).unwrap();
            assert!(
                matches!(&context, BuildContext::Directory(dir, _) if dir.to_directory() == expected),
                "{beside}: {context:?}"
            );
        }
    }

    #[test]
    fn compose_files_name_contexts_and_dockerignore_leaves_paths_out() {
        let compose =
            ("compose.yaml", "services:\n  api:\n    build: { context: ., dockerfile: api/Dockerfile }\n");
        let root = RepoPath::root();
        let whole = context_of("COPY . .\n", &[compose]);
        assert_eq!(whole, BuildContext::Directory(root, vec![".".to_owned()]));
        // A context that lacks what is copied is that of another Dockerfile.
        let own = context_of("COPY src .\n", &[compose]);
        assert!(matches!(own, BuildContext::Directory(dir, _) if dir.to_string() == "api"));
        for (patterns, is_left_out) in [
            ("src", true),
            ("*\n!package.json", true),
            ("*\n!src", false),
            ("*\n!src/main.js", false),
            ("**/*.md\n# src", false),
            ("sr?/", true),
            ("src/*.md", false),
        ] {
            let context = context_of("COPY src .\n", &[("api/.dockerignore", patterns)]);
            let is_found = matches!(&context, BuildContext::LeftOut { path, .. } if path == "src");
            assert_eq!(is_found, is_left_out, "{patterns}: {context:?}");
        }
    }

    #[test]
    fn a_build_argument_without_a_value_is_named() {
        let of_base = context_of("ARG V\nFROM x:${V}\n", &[]);
        assert_eq!(of_base, BuildContext::UnsetBase { base: "x:${V}".into(), argument: "V".into() });
        let given = ("compose.yaml", "services:\n  a:\n    build: { context: api, args: [V=1] }\n");
        let of_base = context_of("ARG V\nFROM x:${V}\n", &[given]);
        assert!(matches!(of_base, BuildContext::Directory(..)), "{of_base:?}");
        let unset = context_of("ARG VERSION\nCOPY build/${VERSION}.tar /\n", &[]);
        let expected =
            BuildContext::Unset { path: "build/${VERSION}.tar".into(), argument: "VERSION".into() };
        assert_eq!(unset, expected);
    }
}
