//! Histories of other projects: what differs between two commits, and their merge base, are what git says.

use crate::support::{output, setting};
use nestling_git::{CommitId, GitRepository, MergeBase, Trust};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Pairs of commits that each history is asked about.
const PAIRS: usize = 350;

fn git(git_dir: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    String::from_utf8_lossy(
        &command
            .arg("--git-dir")
            .arg(git_dir)
            .args(["-c", "core.quotePath=false"])
            .args(arguments)
            .output()
            .unwrap()
            .stdout,
    )
    .into_owned()
}

fn compare(git_dir: &Path) -> (usize, usize) {
    let repository = GitRepository::open(git_dir, &Trust::Directory(git_dir.to_owned())).unwrap();
    let commits: Vec<String> = git(git_dir, &["rev-list", "--all"]).lines().map(str::to_owned).collect();
    assert!(commits.len() > 1, "{} has no history", git_dir.display());
    let (mut pairs, mut paths) = (0, 0);
    let mut number = 1_usize;
    while pairs < PAIRS {
        // A sequence that jumps all over the history.
        number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345) % (1 << 31);
        let base = &commits[number % commits.len()];
        let head = &commits[(number / 7) % commits.len()];
        let [base_id, head_id] = [base, head].map(|id| CommitId::parse(id).unwrap());
        let trees = [base_id, head_id].map(|id| repository.tree_of(&id).unwrap());
        let ours = repository.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap();
        let ours: BTreeSet<Vec<u8>> = ours.iter().map(|change| change.path.as_bytes().to_vec()).collect();
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(git_dir).args([
            "diff-tree",
            "-r",
            "-z",
            "--name-only",
            "--no-renames",
            base,
            head,
        ]);
        let listed = command.output().unwrap().stdout;
        let theirs: BTreeSet<Vec<u8>> =
            listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect();
        assert_eq!(ours, theirs, "{}: {base}..{head}", git_dir.display());
        let bases = git(git_dir, &["merge-base", "--all", base, head]);
        match repository.merge_base(&base_id, &head_id).unwrap() {
            MergeBase::Found(commit) => {
                assert!(bases.contains(&commit.to_string()), "{base} {head}: {bases}");
            }
            MergeBase::Unrelated => assert_eq!(bases, "", "{base} {head}"),
            MergeBase::HistoryTooShort => {}
        }
        paths += ours.len();
        pairs += 1;
    }
    (pairs, paths)
}

/// `NESTLING_TEST_HISTORIES` has git directories with colons between them. Without it, a history of this test's own.
#[test]
fn histories_are_compared_as_git_compares_them() {
    if let Some(histories) = setting("NESTLING_TEST_HISTORIES") {
        for git_dir in histories.split(':') {
            let (pairs, paths) = compare(Path::new(git_dir));
            println!("{git_dir}: {pairs} pairs, {paths} changed paths, no difference");
        }
        return;
    }
    let repository = crate::support::repository::Repository::new();
    for number in 0..12_u32 {
        if number % 4 == 3 {
            repository.git(&["checkout", "--quiet", "-b", &format!("side{number}"), "HEAD~2"]);
        }
        repository
            .write(format!("d{}/f{number}", number % 3), &number.to_string())
            .write("same", &(number / 2).to_string());
        repository.commit(&number.to_string());
    }
    output(Command::new("git").current_dir(repository.path()).args(["repack", "-a", "-d", "--quiet"]));
    compare(&repository.path().join(".git"));
}
