//! Differential tests: what differs between two commits of a history, and what their merge base is, exactly as git says.
//! The project's own history in CI; any other with `NESTLING_TEST_HISTORY=PATH`, 200 pairs of it.

use super::*;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

/// A history by its commits and their parents, newest first.
struct History {
    directory: PathBuf,
    commits: Vec<String>,
    parents: HashMap<String, Vec<String>>,
}

impl History {
    fn of(directory: PathBuf) -> Self {
        let mut history = Self { directory, commits: Vec::new(), parents: HashMap::new() };
        let listed = String::from_utf8(history.git(&["rev-list", "--parents", "HEAD"]).unwrap()).unwrap();
        for line in listed.lines() {
            let mut ids = line.split(' ').map(str::to_owned);
            let commit = ids.next().unwrap();
            history.commits.push(commit.clone());
            history.parents.insert(commit, ids.collect());
        }
        history
    }

    /// Output of git; `None` if it exits with 1.
    fn git(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let output = Command::new("git").current_dir(&self.directory).args(arguments).output().unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
        output.status.success().then_some(output.stdout)
    }

    fn names(&self, base: &str, head: &str) -> Vec<String> {
        let listed = self.git(&["diff", "--no-renames", "--name-status", "-z", base, head]).unwrap();
        let fields: Vec<&[u8]> = listed.split(|b| *b == 0).collect();
        let pairs = fields.chunks_exact(2);
        pairs.map(|pair| format!("{} {}", pair[0].escape_ascii(), RepoPath::from_git(pair[1]))).collect()
    }

    /// Pairs of commits: a step on the main line, what a merge request is, and any two.
    fn pairs(&self, count: usize) -> Vec<(String, String)> {
        let merges: Vec<&String> = self.commits.iter().filter(|id| self.parents[*id].len() > 1).collect();
        let mut random = Random(7);
        let mut pairs = Vec::new();
        for n in 0..count {
            let commit = random.of(&self.commits).clone();
            let pair = match n % 3 {
                0 => self.parents[&commit].first().map(|parent| (parent.clone(), commit)),
                1 if !merges.is_empty() => {
                    let parents = &self.parents[*random.of(&merges)];
                    Some((parents[0].clone(), random.of(&parents[1..]).clone()))
                }
                _ => Some((commit, random.of(&self.commits).clone())),
            };
            // A shallow clone lists parents that it does not have.
            pairs.extend(pair.filter(|(a, b)| self.parents.contains_key(a) && self.parents.contains_key(b)));
        }
        pairs
    }

    /// Number of paths and merge bases that were compared.
    fn compare(&self, opened: &GitRepository, count: usize) -> (usize, usize) {
        let (mut paths, mut bases) = (0, 0);
        for (base, head) in self.pairs(count) {
            let ids = [&base, &head].map(|id| CommitId::parse(id).unwrap());
            let diff = |base: &CommitId, head: &CommitId| {
                let trees = [base, head].map(|commit| opened.tree_of(commit).unwrap());
                shown(&opened.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap())
            };
            let changes = diff(&ids[0], &ids[1]);
            assert_eq!(changes, self.names(&base, &head), "{base} {head}");
            paths += changes.len();
            let named = self.git(&["merge-base", &base, &head]).map(|id| String::from_utf8(id).unwrap());
            match (opened.merge_base(&ids[0], &ids[1]).unwrap(), named) {
                (MergeBase::Found(base_commit), Some(named)) => {
                    assert_eq!(base_commit.to_string(), named.trim(), "{base} {head}");
                    assert_eq!(diff(&base_commit, &ids[1]), self.names(named.trim(), &head));
                    bases += 1;
                }
                (MergeBase::Unrelated, None) => {}
                (MergeBase::HistoryTooShort, _) if opened.history(None) != super::History::Complete => {}
                (base_commit, named) => panic!("{base} {head}: {base_commit:?}, git says {named:?}"),
            }
        }
        (paths, bases)
    }

    /// Compares the merges from `HEAD` with what git lists.
    fn compare_merges(&self, opened: &GitRepository) -> usize {
        let listed = self.git(&["log", "--first-parent", "--format=%H%x09%P%x09%ct%x09%s", "HEAD"]).unwrap();
        let listed = String::from_utf8_lossy(&listed);
        let walk = opened.merges(&opened.head().unwrap().unwrap(), usize::MAX).unwrap();
        for (line, merge) in listed.lines().zip(&walk.merges) {
            let fields: Vec<&str> = line.splitn(4, '\t').collect();
            let parents: Vec<&str> = fields[1].split(' ').collect();
            assert_eq!(merge.commit.to_string(), fields[0]);
            assert_eq!(merge.before.to_string(), parents[0]);
            assert_eq!(merge.merged.map(|id| id.to_string()).as_deref(), parents.get(1).copied());
            assert_eq!((merge.time.to_string().as_str(), merge.subject.as_str()), (fields[2], fields[3]));
        }
        assert_eq!(walk.merges.len() + 1, listed.lines().count(), "all but the last");
        walk.merges.len()
    }
}

/// The same numbers on every machine.
struct Random(u64);

impl Random {
    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let index = (self.0 >> 33) as usize % items.len();
        &items[index]
    }
}

#[test]
fn the_projects_own_history_differs_as_git_says() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let Ok(opened) = GitRepository::discover(&root, &Trust::Directory(root.clone())) else {
        return; // a released crate has no history
    };
    let history = History::of(root);
    let (paths, _) = history.compare(&opened, 60);
    assert!(paths > 0 || history.commits.len() < 3, "nothing was compared");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the library may not read the environment; tests may")]
fn a_given_history_differs_as_git_says() {
    let Ok(directory) = std::env::var("NESTLING_TEST_HISTORY") else { return };
    let directory = PathBuf::from(directory);
    let opened = GitRepository::discover(&directory, &Trust::Directory(directory.clone())).unwrap();
    let history = History::of(directory.clone());
    let (paths, bases) = history.compare(&opened, 200);
    println!(
        "{}: {} commits, 200 pairs, {paths} paths, {bases} merge bases",
        directory.display(),
        history.commits.len()
    );
    assert!(paths > 0);
}

/// A merge of three, a criss-cross, an unrelated history that is merged in, empty commits, a submodule that moves.
fn gnarled() -> Fixture {
    let repo = Fixture::new();
    repo.write("a", "1");
    let root = repo.commit("root").to_string();
    for branch in ["one", "two", "three"] {
        repo.git(&["checkout", "--quiet", "-b", branch, &root]);
        repo.write(format!("{branch}/f"), branch);
        repo.commit(branch);
    }
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("main", "1");
    repo.commit("main");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "octopus", "one", "two", "three"]);
    repo.commit("empty");
    repo.git(&["checkout", "--quiet", "-b", "left"]);
    repo.write("left", "1");
    repo.commit("left");
    repo.git(&["checkout", "--quiet", "-b", "right", "main"]);
    repo.write("right", "1");
    repo.commit("right");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "criss", "left"]);
    repo.git(&["checkout", "--quiet", "left"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "cross", "right~1"]);
    repo.write("left", "2");
    repo.commit("left again");
    repo.git(&["checkout", "--quiet", "--orphan", "island"]);
    repo.git(&["rm", "--quiet", "-r", "-f", "."]);
    repo.write("island/f", "1");
    repo.commit("island");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "land", "--allow-unrelated-histories", "island"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "left", "left"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "right", "right"]);
    for commit in ["HEAD", "HEAD~1"] {
        let id = repo.id(commit).to_string();
        repo.write(".gitmodules", &format!("[submodule \"m\"]\n\tpath = m\n\turl = ./m-{commit}\n"));
        repo.git(&["add", ".gitmodules"]);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},m")]);
        repo.git(&["commit", "--quiet", "-m", "submodule"]);
    }
    repo
}

#[test]
fn gnarled_histories_differ_as_git_says() {
    let repo = gnarled();
    let history = History::of(repo.root.clone());
    assert!(history.parents.values().any(|parents| parents.len() == 4), "an octopus");
    assert!(history.parents.values().filter(|parents| parents.is_empty()).count() == 2, "two roots");
    for opened in [repo.open(), repo.open_by_system()] {
        let (paths, bases) = history.compare(&opened, 150);
        assert!(paths > 100 && bases > 50, "{paths} paths, {bases} merge bases");
        assert_eq!(history.compare_merges(&opened), 8);
    }
}

#[test]
fn a_walk_over_merges_ends_at_its_limit_the_root_or_where_the_clone_is_cut_off() {
    let repo = gnarled();
    let head = repo.id("HEAD");
    let whole = repo.open().merges(&head, 100).unwrap();
    assert_eq!(whole.end, MergesEnd::Root);
    let some = repo.open().merges(&head, 3).unwrap();
    assert_eq!((some.end, some.merges.as_slice()), (MergesEnd::Limit, &whole.merges[..3]));
    let clone = Fixture::clone_of(&repo, &["--depth=3"]);
    let cut_off = clone.open().merges(&head, 100).unwrap();
    assert_eq!((cut_off.end, cut_off.merges.as_slice()), (MergesEnd::CutOff, &whole.merges[..2]));
}
