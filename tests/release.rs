//! The forms in which Nestling is released: each is built from the static binary by its script under `ci/release`, twice
//! with equal bytes, installed from the file into an empty place, and plans an example there as the tests' own binary does.

mod empty_root;
mod guide;
mod packages;
mod image;
mod pipeline;
mod publish;

use crate::support::example::Example;
use crate::support::tool::{Tool, need, skip};
use crate::support::{nestling, output, root, said};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that is released.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The static binary, where `tests/run` left it.
fn static_binary(test: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_nestling")).ancestors().nth(2).unwrap();
    let name = format!("nestling-linux-{}", std::env::consts::ARCH);
    let binary = target.join("dist").join(&name);
    if binary.exists() {
        return Some(binary);
    }
    skip(&format!("the static binary `target/dist/{name}`"), test);
    None
}

/// A directory with the static binary, in which a form was built.
struct Built {
    directory: tempfile::TempDir,
}

impl Built {
    /// Runs the script of a form twice, and compares the files.
    fn new(form: &str, test: &str) -> Option<Self> {
        let binary = static_binary(test)?;
        let directories = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [first, second] = directories.map(|directory| {
            std::fs::copy(&binary, directory.path().join(binary.file_name().unwrap())).unwrap();
            output(Command::new(root().join("ci/release").join(form)).arg(directory.path()));
            Self { directory }
        });
        let names = first.names();
        assert!(names.len() > 1, "{form} built nothing: {names:?}");
        assert_eq!(names, second.names());
        for name in names {
            let [left, right] =
                [&first, &second].map(|built| std::fs::read(built.path().join(&name)).unwrap());
            assert!(left == right, "{form}: {} differs", name.display());
        }
        Some(first)
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn names(&self) -> Vec<OsString> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let mut names: Vec<OsString> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    /// The one file whose name starts so.
    fn file(&self, start: &str) -> PathBuf {
        let names = self.names();
        let mut starting = names.iter().filter(|name| name.to_string_lossy().starts_with(start));
        let name = starting.next().unwrap_or_else(|| panic!("no `{start}` in {names:?}"));
        assert!(starting.next().is_none(), "several `{start}` in {names:?}");
        self.path().join(name)
    }
}

#[test]
fn a_form_without_a_binary_is_a_failure() {
    for form in ["image", "wheel", "npm", "deb"] {
        let empty = tempfile::tempdir().unwrap();
        let said = failure(Command::new(root().join("ci/release").join(form)).arg(empty.path()), 1);
        assert!(said.contains("ci/release/static builds it"), "{form}: {said}");
        assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "{form}");
    }
}

/// A directory as the root of a program, which sees nothing else.
struct Root {
    directory: tempfile::TempDir,
}

impl Root {
    /// `None` where nobody may change the root.
    fn empty(test: &str) -> Option<Self> {
        need(Tool::Chroot, test)?;
        Some(Self { directory: tempfile::tempdir().unwrap() })
    }

    /// Location outside of the root for a path in it.
    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path.trim_start_matches('/'))
    }

    /// Copies a file or a directory into the root.
    fn copy(&self, from: &Path, to: &str) -> &Self {
        let to = self.path(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        output(Command::new("cp").args(["-a", "--no-target-directory"]).arg(from).arg(to));
        self
    }

    /// The devices that programs count on.
    fn with_devices(self) -> Self {
        std::fs::create_dir_all(self.path("/dev")).unwrap();
        for (name, minor) in [("null", "3"), ("urandom", "9")] {
            let device = self.path("/dev").join(name);
            if !device.exists() {
                output(Command::new("mknod").args(["-m", "666"]).arg(device).args(["c", "1", minor]));
            }
        }
        self
    }

    /// A program in the root, without any variable of outside.
    fn command(&self, arguments: &[&str]) -> Command {
        self.command_as("0:0", arguments)
    }

    /// The same for another user than root.
    fn command_as(&self, user: &str, arguments: &[&str]) -> Command {
        let mut command = need(Tool::Chroot, "").unwrap();
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/");
        command.arg("--userspec").arg(user).arg(self.directory.path()).args(arguments);
        command
    }
}

/// Planning the merge request of an example.
const PLAN: [&str; 7] = ["generate", "--as", "merge_request", "--head", "HEAD", "--output", "-"];

/// Compares what an installed `nestling` says with what the tests' own does: its version and the plan of the shop, whose
/// directory the function gets the command for.
fn plans_the_shop(shop: &Example, command: impl Fn() -> Command) {
    assert_eq!(output(command().arg("--version")), format!("nestling {VERSION}\n"));
    let mut plan = command();
    plan.arg("-C").arg(shop.path()).args(PLAN);
    assert_eq!(output(&mut plan), expected_plan(shop));
}

/// The child pipeline of the shop's merge request.
fn expected_plan(shop: &Example) -> String {
    output(nestling(&shop.path()).args(PLAN))
}

/// As `output`, of a command that has to fail with this exit code: everything that it said.
fn failure(command: &mut Command, code: i32) -> String {
    let output = crate::support::run(command);
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{}", said(&output));
    said(&output)
}
