//! Real `cdk synth` on the apps: the assemblies that are committed are those that it writes.
//!
//! `tests/cdk/install` installs the CDK; where it is missing these tests are skipped, and say so.

use super::assemblies::{NEWEST, Shop, read};
use crate::support::example::Example;
use crate::support::{output, root, run, said, setting};
use nestling::{Files, RepoPath, Sources};
use nestling_files::files::{DirectoryFiles, Walk};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of a package manager's programs, where `tests/cdk/install` has put them.
pub(crate) fn installed(path: &str, test: &str) -> Option<PathBuf> {
    let found = root().join(".cache/cdk").join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(setting("CI").is_none(), "{path} is missing: tests/cdk/install should have installed it");
    let _ =
        writeln!(std::io::stderr(), "SKIPPED {test}: {path} is not installed (tests/cdk/install does it)");
    None
}

/// The apps beside the library, in a directory of their own.
pub(crate) struct Apps {
    folder: tempfile::TempDir,
}

impl Apps {
    /// `None` where the CDK is missing.
    pub(crate) fn new(test: &str) -> Option<Self> {
        let modules = installed("npm/node_modules", test)?;
        let folder = tempfile::tempdir().unwrap();
        let apps = root().join("tests/cdk/apps");
        output(Command::new("cp").arg("-R").arg(apps).arg(folder.path().join("apps")));
        std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
        Some(Self { folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The `cdk` command.
    pub(crate) fn cdk(&self) -> PathBuf {
        self.path().join("node_modules/.bin/cdk")
    }

    /// Synthesizes an app, and says where the assembly is.
    pub(crate) fn synth(&self, app: &str, name: &str, context: &[&str]) -> PathBuf {
        let assembly = self.path().join("out").join(name);
        let mut command = Command::new(self.cdk());
        command.current_dir(self.path().join("apps").join(app)).arg("synth").arg("--output").arg(&assembly);
        command.args(["--quiet", "--no-lookups", "--no-notices"]).env("CDK_DISABLE_CLI_TELEMETRY", "true");
        command.args(context.iter().flat_map(|value| ["--context", value]));
        output(&mut command);
        assembly
    }
}

/// The files of an assembly that are JSON, graphs or build specifications.
fn files(assembly: &Path) -> Vec<(String, String)> {
    let folder = DirectoryFiles::new(assembly);
    let mut paths = Vec::new();
    folder
        .walk(&mut |directory, entries| {
            let names = entries.iter().map(|entry| directory.join(&entry.name).unwrap());
            paths.extend(names.filter(|path| {
                path.file_name().ends_with(b".json")
                    || path.file_name().ends_with(b".dot")
                    || path.file_name().starts_with(b"buildspec-")
                    || path.file_name().ends_with(b".yml")
            }));
            Walk::Descend
        })
        .unwrap();
    let text = |path: &RepoPath| String::from_utf8(folder.read(path).unwrap()?).ok();
    paths.iter().filter_map(|path| Some((path.to_string(), text(path)?))).collect()
}

#[test]
fn what_is_committed_is_what_the_newest_library_writes() {
    let test = "what_is_committed_is_what_the_newest_library_writes";
    let Some(apps) = Apps::new(test) else { return };
    let header = "environment: staging";
    for (app, name, context) in [
        ("stages", "stages", &[][..]),
        ("pipeline", "pipeline", &[]),
        ("pipeline", "no-change-sets", &["noChangeSets=1"]),
        ("pipeline", "single-asset", &["singleAsset=1"]),
        ("e2e", "e2e", &[]),
        ("several", "several", &[]),
        ("odd", "odd", &[]),
        ("steps", "steps", &[]),
        ("shared", "shared", &[]),
        ("pair", "pair", &[]),
        ("names", "names", &[]),
        ("quiet", "quiet", &[]),
        ("handed", "handed", &[]),
        ("byhand", "byhand", &[]),
        ("across", "across", &[]),
    ] {
        let assembly = apps.synth(app, name, context);
        let committed = Shop::new(NEWEST, name, header);
        let synthesized = Shop { assembly: files(&assembly), ..Shop::new(NEWEST, name, header) };
        let jobs = |shop: &Shop| without_places(&shop.plan("branch:main").without_errors().text());
        assert_eq!(jobs(&committed), jobs(&synthesized), "{name}");
    }
}

/// A pipeline without the comments that say where jobs come from: trimming moves lines.
fn without_places(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).fold(String::new(), |all, line| all + line + "\n")
}

/// `node app.js` alone writes an assembly with made-up values and says nothing.
#[test]
fn an_assembly_with_made_up_values_is_refused() {
    let test = "an_assembly_with_made_up_values_is_refused";
    let Some(apps) = Apps::new(test) else { return };
    let assembly = apps.path().join("out/lookup");
    let mut node = Command::new("node");
    node.current_dir(apps.path().join("apps/lookup")).arg("app.js").env("CDK_OUTDIR", &assembly);
    let output = run(&mut node);
    assert!(output.status.success(), "{}", said(&output));
    let problems = read(&files(&assembly), &Sources::default()).unwrap_err();
    assert_eq!(problems[0].rule.id, "cdk-missing-context", "{problems:?}");
    assert!(problems[0].notes[0].contains("vpc-provider:account=111111111111"), "{problems:?}");
}

/// The examples' assemblies are committed so that they can be looked at without npm.
#[test]
fn the_assemblies_of_the_examples_are_what_their_apps_write() {
    let test = "the_assemblies_of_the_examples_are_what_their_apps_write";
    let Some(modules) = installed("npm/node_modules", test) else { return };
    for (name, app, review) in [("codepipeline", "shop", "branch"), ("ecs-fargate", "infra", "7")] {
        let example = Example::new(name);
        let plan = |kind| without_places(&example.generate(&["--all", "--as", kind]));
        let kinds = ["merge_request", "branch:main"];
        let committed = kinds.map(plan);
        let app = example.path().join(app);
        std::os::unix::fs::symlink(&modules, app.join("node_modules")).unwrap();
        std::fs::remove_dir_all(app.join("cdk.out")).unwrap();
        let mut command = Command::new(app.join("node_modules/.bin/cdk"));
        command.current_dir(&app).args(["synth", "--quiet", "--no-lookups", "--no-notices", "--context"]);
        output(command.arg(format!("review={review}")).env("CDK_DISABLE_CLI_TELEMETRY", "true"));
        assert_eq!(kinds.map(plan), committed, "{name}");
    }
}
