//! Variables that make git read something else than the repository of the directory. They are not followed here: a warning reports
//! each that would make a difference. In a hook, git sets them to the repository itself.

use crate::ci_env::{GIT_VARIABLES, ProcessEnvironment};
use crate::io::Io;
use crate::protected::target;
use nestling_git::GitRepository;
use std::path::{Path, PathBuf};

/// Warns of each variable that names something else than what is read. Relative paths start from `directory`. Without a repository,
/// each of them does.
pub(crate) fn report(
    environment: &ProcessEnvironment,
    repository: Option<&GitRepository>,
    directory: &Path,
    io: &mut Io,
) {
    for name in GIT_VARIABLES {
        let Some(value) = environment.get(name) else { continue };
        let is_same = |git| own_paths(name, git).is_some_and(|own| all_among(value, directory, &own));
        if !repository.is_some_and(is_same) {
            io.message(format_args!(
                "warning: `{name}` is `{value}`, and is ignored: the repository is that of the directory\n  \
                 = help: unset it, and name the directory with `-C DIR`\n"
            ));
        }
    }
}

/// Paths of the repository that a variable may name without a difference.
enum Own {
    /// One of these.
    Exactly(Vec<PathBuf>),
    /// Anything in these: git makes other index files in its directory for a commit of some paths alone.
    Inside(Vec<PathBuf>),
}

fn own_paths(name: &str, git: &GitRepository) -> Option<Own> {
    let git_dir = git.git_dir().canonicalize().ok()?;
    let mut directories = vec![git_dir.clone()];
    // Linked work trees share the directory with the objects.
    directories.extend(
        git_dir
            .parent()
            .filter(|parent| parent.ends_with("worktrees"))
            .and_then(Path::parent)
            .map(Path::to_owned),
    );
    Some(match name {
        "GIT_DIR" => Own::Exactly(vec![git_dir]),
        "GIT_WORK_TREE" => Own::Exactly(vec![git.work_dir()?.canonicalize().ok()?]),
        "GIT_COMMON_DIR" => Own::Exactly(directories),
        "GIT_INDEX_FILE" => Own::Inside(directories),
        _ => Own::Exactly(directories.iter().map(|directory| directory.join("objects")).collect()),
    })
}

/// Returns `true` if all paths of a variable's value are the repository's own.
fn all_among(value: &str, directory: &Path, own: &Own) -> bool {
    value.split(':').filter(|path| !path.is_empty()).all(|path| {
        let path = target(&directory.join(path));
        match own {
            Own::Exactly(paths) => paths.contains(&path),
            Own::Inside(directories) => directories.iter().any(|directory| path.starts_with(directory)),
        }
    })
}
