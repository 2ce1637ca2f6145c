//! Two backs, one answer: what libgit2 says of a repository and what the system's git says.

use super::*;

/// Everything that is asked of a repository, as text.
fn answers(opened: &GitRepository, commits: &[CommitId]) -> Vec<String> {
    let mut answers = vec![
        format!("{:?} {:?}", opened.current_branch(), opened.default_branch()),
        format!("{:?} {:?}", opened.history(commits.last()), opened.work_dir().map(|dir| dir.components())),
    ];
    for revision in ["HEAD", "main", "v1", "v2", "HEAD~1", "nowhere", "main:a", "refs/heads/main", ""] {
        answers
            .push(format!("{revision}: {:?}", opened.resolve(revision).map_err(|error| error.to_string())));
    }
    for head in commits {
        answers.push(format!("{head}: {:?} {:?}", opened.has(head), opened.history(Some(head))));
        answers.push(format!("{:?}", opened.nearest_tag(head, &|_| true).unwrap()));
        answers.push(format!("{:?}", opened.nearest_tag(head, &|name| name.ends_with('2')).unwrap()));
        answers.extend(listing(&opened.files_at(head).unwrap()));
        for base in commits {
            let trees = [base, head].map(|commit| opened.tree_of(commit).unwrap());
            answers.push(format!("{base}..{head} {:?}", opened.merge_base(base, head).unwrap()));
            answers.extend(shown(&opened.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap()));
        }
        if opened.work_dir().is_some() {
            let tree = opened.tree_of(head).unwrap();
            answers.extend(shown(&opened.work_tree_diff(Some(&tree)).unwrap()));
        }
    }
    if opened.work_dir().is_some() {
        answers.extend(shown(&opened.work_tree_diff(None).unwrap()));
        answers.extend(listing(&opened.work_tree().unwrap()));
    }
    answers
}

fn agree(repo: &Fixture, commits: &[CommitId]) {
    let (own, system) = (answers(&repo.open(), commits), answers(&repo.open_by_system(), commits));
    for (own, system) in own.iter().zip(&system) {
        assert_eq!(own, system);
    }
    assert_eq!(own.len(), system.len());
    assert!(own.len() > 20);
}

/// A repository of any kind with something of everything, on disk too.
fn busy(repo: Fixture) -> (Fixture, Vec<CommitId>) {
    repo.write("a", "1");
    repo.write("dir/b", "1");
    repo.write(b"bytes-\xff", "1");
    repo.write("line\nbreak", "1");
    symlink("a", repo.path("link")).unwrap();
    let first = repo.commit("first");
    repo.git(&["tag", "-a", "-m", "one", "v1"]);
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.write("dir/c", "1");
    repo.remove("a");
    let side = repo.commit("side");
    repo.git(&["tag", "v2"]);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("dir/b", "2");
    let main = repo.commit("main");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "merged", "side"]);
    let merged = repo.id("HEAD");
    repo.write("dir/b", "3");
    repo.write("staged", "1");
    repo.git(&["add", "staged"]);
    repo.git(&["rm", "--quiet", "--cached", "dir/c"]);
    repo.write("untracked/x", "1");
    repo.write(".gitignore", "*.log\n");
    repo.write("x.log", "1");
    repo.git(&["init", "--quiet", "nested"]);
    repo.git(&["-C", "nested", "commit", "--quiet", "--allow-empty", "-m", "nested"]);
    std::fs::set_permissions(repo.path("dir/b"), std::fs::Permissions::from_mode(0o755)).unwrap();
    (repo, vec![first, side, main, merged])
}

#[test]
fn both_backs_say_the_same() {
    let (repo, commits) = busy(Fixture::new());
    agree(&repo, &commits);
    let (repo, base, head) = eventful();
    agree(&repo, &[base, head]);
    repo.git(&["checkout", "--quiet", "--detach"]);
    agree(&repo, &[head]);
}

#[test]
fn both_backs_say_the_same_of_shallow_clones_and_bare_ones() {
    let (origin, commits) = busy(Fixture::new());
    for options in [&["--depth=1"][..], &["--depth=2"], &["--no-tags"], &["--bare"]] {
        let clone = Fixture::clone_of(&origin, options);
        let known: Vec<CommitId> =
            commits.iter().copied().filter(|id| clone.open().has(id).unwrap()).collect();
        agree(&clone, &known);
    }
}

#[test]
fn repositories_that_libgit2_does_not_know_are_read_by_the_systems_git() {
    for kind in [&["--object-format=sha256"][..], &["--ref-format=reftable"]] {
        let (repo, commits) = busy(Fixture::of_kind(kind));
        let opened = GitRepository::discover(&repo.path("dir"), &Trust::Owner).unwrap();
        assert!(git2::Repository::open(&repo.root).is_err(), "{kind:?} would need no system's git");
        assert_eq!(opened.current_branch().as_deref(), Some("main"), "{kind:?}");
        assert_eq!(opened.head().unwrap(), Some(commits[3]));
        assert_eq!(opened.merge_base(&commits[1], &commits[2]).unwrap(), MergeBase::Found(commits[0]));
        assert_eq!(opened.nearest_tag(&commits[2], &|_| true).unwrap(), Some(("v1".into(), commits[0])));
        for (base, head) in [(0, 1), (1, 2), (3, 0)] {
            assert_eq!(
                between(&repo, &commits[base], &commits[head]),
                by_git(&repo, &[&commits[base], &commits[head]])
            );
        }
        let files = opened.files_at(&commits[0]).unwrap();
        assert_eq!(files.read(&RepoPath::parse("dir/b").unwrap()).unwrap(), Some(b"1".to_vec()));
        let disk = opened.work_tree_diff(Some(&opened.tree_of(&commits[3]).unwrap())).unwrap();
        let expected = ["A .gitignore", "M dir/b", "A staged", "A untracked/x"];
        assert_eq!(shown(&disk), expected, "{kind:?}");
        assert!(answers(&opened, &commits).len() > 20);
        assert!(opened.tree_of(&CommitId::parse(&"1".repeat(40)).unwrap()).is_err());
    }
}

#[test]
fn an_index_that_libgit2_cannot_read_is_read_by_the_systems_git() {
    let split: &[&[&str]] = &[&["update-index", "--split-index"]];
    let sparse: &[&[&str]] =
        &[&["sparse-checkout", "init", "--cone", "--sparse-index"], &["sparse-checkout", "set", "kept"]];
    for commands in [split, sparse] {
        let repo = Fixture::new();
        for path in ["top", "kept/a", "kept/b", "left/a", "left/deep/b"] {
            repo.write(path, "1");
        }
        let head = repo.commit("head");
        commands.iter().for_each(|command| drop(repo.git(command)));
        repo.write("kept/a", "2");
        repo.write("kept/new", "1");
        let index = git2::Repository::open(&repo.root).unwrap().index();
        assert!(index.is_err(), "{commands:?} would need no system's git");
        let opened = repo.open();
        let disk = opened.work_tree_diff(Some(&opened.tree_of(&head).unwrap())).unwrap();
        assert_eq!(shown(&disk), ["M kept/a", "A kept/new"], "{commands:?}");
        assert!(listing(&opened.work_tree().unwrap()).contains(&"kept/new".to_owned()));
    }
}

/// Both are local to a clone, and anyone who could write there could give a commit other files or other parents.
#[test]
fn replaced_objects_and_grafts_are_not_read() {
    let (repo, commits) = busy(Fixture::new());
    let before = answers(&repo.open(), &commits);
    let (first, last) = (commits[0], commits[commits.len() - 1]);
    for revision in ["HEAD:dir/b", "HEAD^{tree}", "HEAD"] {
        let object = String::from_utf8(repo.git(&["rev-parse", revision])).unwrap();
        let other = revision.replace("HEAD", &first.to_string());
        repo.git(&["replace", object.trim(), &other]);
    }
    std::fs::write(repo.path(".git/info/grafts"), format!("{last}\n")).unwrap();
    for opened in [repo.open(), repo.open_by_system()] {
        assert_eq!(answers(&opened, &commits), before);
    }
}
