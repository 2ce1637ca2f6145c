//! Partial clones: what they lack is fetched, many files at once, if that is allowed.

use super::*;
use nestling_files::files::{FileQuery, FileVisitor};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Directories with a `nestling.yml` and two manifests each, and a directory of templates.
fn origin() -> (Fixture, CommitId, CommitId) {
    let origin = Fixture::new();
    for config in ["uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter"] {
        origin.git(&["config", config, "true"]);
    }
    for n in 0..20 {
        origin.write(format!("services/s{n}/nestling.yml"), &format!("# {n}\n"));
        origin.write(format!("services/s{n}/package.json"), &format!("{{ \"name\": \"{n}\" }}\n"));
        origin.write(format!("services/s{n}/main.tf"), &format!("# module {n}\n"));
        origin.write(format!("services/s{n}/src/main"), &format!("main {n}\n"));
        origin.write(format!("ci/t{n}.yml"), &format!("# template {n}\n"));
    }
    let base = origin.commit("base");
    origin.write("services/s3/nestling.yml", "# other\n");
    origin.remove("services/s4/src/main");
    let head = origin.commit("head");
    (origin, base, head)
}

fn packs(clone: &Fixture) -> usize {
    let folder = std::fs::read_dir(clone.path(".git/objects/pack")).unwrap();
    folder
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "pack"))
        .count()
}

/// Counts markers and collected files.
#[derive(Default)]
struct Counter(usize, usize);

impl FileVisitor for Counter {
    fn directory(&mut self, _: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        self.0 += usize::from(marker.is_some());
        Walk::Descend
    }

    fn collect(&mut self, _: &RepoPath, _: usize, _: Vec<u8>) {
        self.1 += 1;
    }
}

fn found(files: &dyn Files) -> (usize, usize) {
    let mut counter = Counter::default();
    let query = FileQuery { collect: &[b"package.json", b"*.tf"], ..FileQuery::new(b"nestling.yml") };
    files.find(&query, &mut counter).unwrap();
    (counter.0, counter.1)
}

#[test]
fn a_blobless_clone_gets_the_files_that_it_lacks_in_one_go() {
    let (origin, base, head) = origin();
    let clone = Fixture::clone_of(&origin, &["--filter=blob:none", "--no-checkout"]);
    let opened = clone.open();
    let diff = |opened: &GitRepository| {
        let trees = [&base, &head].map(|commit| opened.tree_of(commit).unwrap());
        shown(&opened.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap())
    };
    assert_eq!(diff(&opened), by_git(&origin, &[&base, &head]), "names need no file");
    let template = RepoPath::parse("ci/t7.yml").unwrap();
    assert!(opened.files_at(&head).unwrap().read(&template).is_err(), "nothing is fetched unasked");
    for by_system in [false, true] {
        let copy = clone.copy();
        let opened = if by_system { copy.open_by_system() } else { copy.open() }.fetching(TIMEOUT);
        let before = packs(&copy);
        let files = opened.files_at(&base).unwrap();
        assert_eq!(found(&files), (20, 40));
        assert_eq!(packs(&copy), before + 1, "all of those names in one fetch");
        for n in 0..20 {
            let path = RepoPath::parse(format!("ci/t{n}.yml")).unwrap();
            assert_eq!(files.read(&path).unwrap().unwrap(), format!("# template {n}\n").as_bytes());
        }
        assert_eq!(packs(&copy), before + 2, "the templates in another");
    }
}

#[test]
fn a_tree_less_clone_gets_its_trees() {
    let (origin, base, head) = origin();
    let clone = Fixture::clone_of(&origin, &["--filter=tree:0", "--no-checkout"]);
    assert!(!clone.open().has(&base).unwrap(), "without being asked it has no tree");
    assert!(!clone.open_by_system().has(&base).unwrap());
    for by_system in [false, true] {
        let copy = clone.copy();
        let opened = if by_system { copy.open_by_system() } else { copy.open() };
        let opened = opened.fetching(TIMEOUT);
        assert!(opened.has(&base).unwrap());
        let before = packs(&copy);
        let trees = [&base, &head].map(|commit| opened.tree_of(commit).unwrap());
        let changes = opened.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap();
        assert_eq!(shown(&changes), by_git(&origin, &[&base, &head]));
        assert!(packs(&copy) <= before + 1, "one fetch for all trees of a commit");
    }
}

#[test]
fn a_remote_that_is_gone_is_asked_once() {
    let (origin, base, _) = origin();
    let clone = Fixture::clone_of(&origin, &["--filter=blob:none", "--no-checkout"]);
    clone.git(&["remote", "set-url", "origin", "file:///nowhere/at/all"]);
    let opened = clone.open().fetching(TIMEOUT);
    let files = opened.files_at(&base).unwrap();
    let error = files.read(&RepoPath::parse("ci/t1.yml").unwrap()).unwrap_err();
    let cause = error.source.to_string();
    assert!(cause.contains("could not be fetched: `git"), "{cause}");
    let again = files.read(&RepoPath::parse("ci/t1.yml").unwrap()).unwrap_err().source.to_string();
    assert!(again.ends_with("is not in this clone"), "{again}");
}
