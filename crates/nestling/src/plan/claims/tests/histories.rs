//! The law for real histories, with a made workspace: every directory to the second level is a unit.

use super::*;
use nestling_files::files::{DirectoryEntry, EntryKind, FileQuery, FileVisitor};

/// Pairs of commits that each history is asked about.
const PAIRS: usize = 350;

/// Workspaces of the commits by turns, so that each pair has two of them as often as one.
const WORKSPACES: [&str; 3] = [
    "workspace: { ignore: [\"**/*.md\"], everything: [Makefile], units: [{ match: \"*\" }, { match: \"*/*\" }] }\n",
    "workspace: { ignore: [\"**/*.md\"], everything: [Makefile], units: [{ match: \"*\", changes: [\"/*.toml\", \"/*.txt\"] }, { match: \"*/*\" }] }\n",
    "workspace: { ignore: [\"**/*.md\", \"**/test*/**/*\"], units: [{ match: \"*\" }] }\n",
];

/// The files of a commit with a workspace.
struct WithWorkspace<F> {
    files: F,
    workspace: &'static str,
}

impl<F: Files> Files for WithWorkspace<F> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match path.as_bytes() {
            b"nestling.yml" => Ok(Some(self.workspace.into())),
            _ => self.files.read(path),
        }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk(&mut |directory, entries| {
            let mut entries = entries.to_vec();
            if directory.is_root() {
                entries.push(DirectoryEntry { name: FILE_NAME.into(), kind: EntryKind::File });
                entries.sort_by(|a, b| a.name.cmp(&b.name));
            }
            visit(directory, &entries)
        })
    }

    fn find(&self, query: &FileQuery<'_>, visitor: &mut dyn FileVisitor) -> Result<(), ReadError> {
        self.files.find(query, visitor)
    }
}

/// Compares pairs that are all over a history.
fn pairs(git_dir: &std::path::Path, count: usize) -> Figures {
    let git = GitRepository::open(git_dir, &Trust::Directory(git_dir.to_owned())).unwrap();
    let listed =
        std::process::Command::new("git").arg("--git-dir").arg(git_dir).args(["rev-list", "--all"]).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let commits: Vec<CommitId> = listed.lines().map(|id| CommitId::parse(id).unwrap()).collect();
    let mut figures = Figures::default();
    let mut number = 1_usize;
    let mut pair = 0;
    while pair < count {
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345) % (1 << 31);
        // Near ones are as frequent as far ones.
        let first = number % commits.len();
        let distance = if pair % 2 == 0 { 1 + number / 11 % 20 } else { number / 7 };
        let ids = [commits[first], commits[(first + distance) % commits.len()]];
        let of = [number / 3 % WORKSPACES.len(), number / 5 % WORKSPACES.len()];
        let trees = ids.map(|id| git.tree_of(&id).unwrap());
        let mut changed = git.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap();
        if of[0] != of[1] {
            let path = RepoPath::parse(FILE_NAME).unwrap();
            changed.push(Change { path, status: Status::Modified });
            changed.sort();
        }
        let read = |side: usize| {
            let files = WithWorkspace {
                files: Links(git.files_at(&ids[side]).unwrap()),
                workspace: WORKSPACES[of[side]],
            };
            Read::new(&git, ids[side], Box::new(files))
        };
        // A commit may have names of directories that no unit can have, or no names.
        let (Some(old), Some(new)) = (read(0), read(1)) else { continue };
        let wrong = against_the_law(&old, &new, &changed, &mut figures);
        pair += 1;
        assert_eq!(wrong, [] as [&str; 0], "{}: {}..{} {of:?}", git_dir.display(), ids[0], ids[1]);
    }
    figures
}

/// `NESTLING_TEST_HISTORIES` has git directories with colons between them. Without it, a history of this test's own.
#[test]
fn real_histories_are_within_the_law() {
    #[expect(clippy::disallowed_methods, reason = "a test reads its own setting")]
    let histories = std::env::var("NESTLING_TEST_HISTORIES");
    if let Ok(histories) = histories {
        for git_dir in histories.split(':') {
            println!("{git_dir}: {PAIRS} pairs, {:?}", pairs(git_dir.as_ref(), PAIRS));
        }
        return;
    }
    let fixture = Fixture::new();
    for number in 0..10_u32 {
        fixture.write(format!("d{}/e{}/f{number}", number % 3, number % 2), &number.to_string());
        fixture.write("d1/same.txt", &(number / 2).to_string());
        fixture.write("Makefile", &(number / 4).to_string());
        fixture.commit(&number.to_string());
    }
    let figures = pairs(&fixture.root.join(".git"), 40);
    assert!(figures.selected > 0 && figures.skipped > 0, "{figures:?}");
}
