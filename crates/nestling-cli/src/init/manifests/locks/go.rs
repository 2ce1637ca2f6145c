//! Go: `go.sum`, and the list of a vendored module (<https://go.dev/ref/mod#go-sum-files>).

use super::super::Manifests;
use super::super::go::directives;
use super::super::go_constraints::is_built;
use crate::init::inventory::and_above;
use nestling::RepoPath;
use std::collections::BTreeSet;

impl Manifests<'_> {
    /// Go reads the sums of each module that a package is imported from, or else the list of what is vendored.
    pub(super) fn go_lock_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        if !matches!(words, ["go", "vet" | "test" | "build", ..] | ["gotestsum", ..] | ["golangci-lint", ..])
        {
            return None;
        }
        let dir = and_above(dir).find(|dir| self.has(dir, "go.mod"))?;
        // The sums of a workspace are those of all its modules.
        if and_above(&dir).any(|above| self.has(&above, "go.work")) {
            return None;
        }
        let vendored = dir.child(b"vendor/modules.txt");
        if let Some(list) = self.text(&vendored) {
            return Self::known(&self.of_locks, &vendored, || {
                let known = entries(&list, "# ");
                let missing = self.required(&dir).into_iter().find(|required| !known.contains(required))?;
                Some(stale(&missing, &vendored, &dir, "go mod vendor"))
            });
        }
        let sums = dir.child(b"go.sum");
        Self::known(&self.of_locks, &sums, || {
            let known = entries(&self.text(&sums).unwrap_or_default(), "");
            let required = self.required(&dir);
            let modules: Vec<&str> = required.iter().map(|(module, _)| module.as_str()).collect();
            let mut lacking = required.iter().filter(|required| !known.contains(*required));
            let missing = lacking.find(|(module, _)| self.is_imported(&dir, module, &modules))?;
            Some(stale(missing, &sums, &dir, "go mod tidy"))
        })
    }

    /// Returns the modules that a `go.mod` requires for its own packages, with their versions: none that a `replace` takes from
    /// elsewhere.
    fn required(&self, dir: &RepoPath) -> Vec<(String, String)> {
        let text = self.text(&dir.child(b"go.mod")).unwrap_or_default();
        // The directives have no comments, which say that a module is not required directly.
        let direct: String = text
            .lines()
            .filter(|line| !line.contains("// indirect"))
            .map(|line| format!("{line}\n"))
            .collect();
        let directives = directives(&direct);
        let of = |wanted: &'static str| {
            directives.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value)
        };
        let replaced: BTreeSet<&str> =
            of("replace").filter_map(|value| value.split_whitespace().next()).collect();
        let required = of("require").filter_map(|value| {
            let mut words = value.split_whitespace();
            let (module, version) = (words.next()?.trim_matches('"'), words.next()?);
            (!replaced.contains(module)).then(|| (module.to_owned(), version.to_owned()))
        });
        required.collect()
    }

    /// Returns true if a file of the module that is built everywhere imports a package of another one.
    fn is_imported(&self, dir: &RepoPath, module: &str, modules: &[&str]) -> bool {
        let is_of = |import: &str, module: &str| {
            import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // Of modules inside of each other the longest name counts.
        let is_nearest = |import: &&str| {
            is_of(import, module)
                && !modules.iter().any(|other| other.len() > module.len() && is_of(import, other))
        };
        self.go_files(dir).iter().any(|file| {
            let text = self.text(file).unwrap_or_default();
            let name = String::from_utf8_lossy(file.file_name()).into_owned();
            is_built(&name, || text.clone()) && text.split('"').any(|import| is_nearest(&import))
        })
    }
}

/// Returns the modules and versions of the lines that begin so: the first two words of each.
fn entries(text: &str, start: &str) -> BTreeSet<(String, String)> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(start));
    let entry = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    };
    lines.filter_map(entry).collect()
}

fn stale((module, version): &(String, String), lock: &RepoPath, dir: &RepoPath, command: &str) -> String {
    let manifest = dir.child(b"go.mod");
    super::lacks(&format!("{module} {version}"), lock, &manifest, command)
}
