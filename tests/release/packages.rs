//! The packages of Python, npm and Debian.

use super::{Built, Root, VERSION, failure, plans_the_shop};
use crate::support::example::Example;
use crate::support::output;
use crate::support::tool::{Tool, need, need_directory};
use std::path::Path;
use std::process::Command;

/// Reads a wheel and the checksums in its record, each of which has to be that of its file.
const RECORDED: &str = r#"
import base64, csv, hashlib, io, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
name = next(name for name in wheel.namelist() if name.endswith("/RECORD"))
rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(wheel.read(name).decode()))}
assert list(rows) == wheel.namelist(), rows
for path, (digest, size) in rows.items():
    data = wheel.read(path)
    found = "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    assert path == name or (digest, size) == (found, str(len(data))), path
"#;

#[test]
fn the_wheel_is_for_each_linux_and_is_installed_by_pip_and_uv() {
    let test = "the_wheel_is_for_each_linux_and_is_installed_by_pip_and_uv";
    let Some(mut python) = need(Tool::Python, test) else { return };
    let Some(built) = Built::new("wheel", test) else { return };
    let wheel = built.file(&format!("nestling-{VERSION}-py3-none-"));
    output(python.args(["-c", RECORDED]).arg(&wheel));
    let architecture = std::env::consts::ARCH;
    for platform in ["manylinux2014", "manylinux_2_17", "musllinux_1_1"] {
        assert!(is_for(&format!("{platform}_{architecture}"), &wheel), "{platform}");
    }
    for platform in ["musllinux_1_1_riscv64", "macosx_11_0_arm64"] {
        assert!(!is_for(platform, &wheel), "{platform}");
    }
    is_installed_by_pip(&wheel);
    is_run_by_uvx(&wheel, test);
}

/// Returns `true` if pip takes the wheel on this platform.
fn is_for(platform: &str, wheel: &Path) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let mut pip = need(Tool::Python, "").unwrap();
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]);
    pip.args(["--only-binary=:all:", "--platform", platform, "--dest"]).arg(directory.path());
    crate::support::run(pip.arg(wheel)).status.success()
}

fn is_installed_by_pip(wheel: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let venv = directory.path().join("venv");
    output(need(Tool::Python, "").unwrap().args(["-m", "venv"]).arg(&venv));
    let pip = venv.join("bin/pip");
    let install = ["install", "--quiet", "--no-index", "--disable-pip-version-check"];
    output(Command::new(&pip).args(install).arg(wheel));
    plans_the_shop(&Example::new("shop"), || Command::new(venv.join("bin/nestling")));
    // The record of the wheel agrees with what is in it, or `pip` could not take it away again.
    output(Command::new(pip).args(["uninstall", "--quiet", "--yes", "nestling"]));
    assert!(!venv.join("bin/nestling").exists());
}

fn is_run_by_uvx(wheel: &Path, test: &str) {
    let directory = tempfile::tempdir().unwrap();
    if need(Tool::Uvx, test).is_none() {
        return;
    }
    plans_the_shop(&Example::new("shop"), || {
        let mut uvx = need(Tool::Uvx, test).unwrap();
        uvx.args(["--quiet", "--offline", "--no-config", "--cache-dir"]).arg(directory.path());
        uvx.arg("--from").arg(wheel).arg("nestling");
        uvx
    });
}

#[test]
fn the_npm_package_is_run_by_npx() {
    let test = "the_npm_package_is_run_by_npx";
    let Some(built) = need(Tool::Npx, test).and_then(|_| Built::new("npm", test)) else { return };
    let main = built.file(&format!("nestling-ci-nestling-{VERSION}.tgz"));
    let platform = built.file("nestling-ci-nestling-linux-");
    let npx = |packages: &[&Path]| {
        let mut npx = need(Tool::Npx, test).unwrap();
        npx.current_dir(built.path()).args(["--yes", "--offline", "--cache"]).arg(built.path().join("cache"));
        for package in packages {
            npx.arg("--package").arg(package);
        }
        npx.arg("nestling");
        npx
    };
    let shop = Example::new("shop");
    plans_the_shop(&shop, || npx(&[&platform, &main]));
    // The exit code is the binary's.
    failure(npx(&[&platform, &main]).args(["-C", "/", "check"]), 3);
    let alone = failure(npx(&[&main]).arg("--version"), 1);
    assert!(alone.contains("is not installed: npm was told to omit optional dependencies"), "{alone}");
}

#[test]
fn the_debian_package_is_installed_by_dpkg() {
    let test = "the_debian_package_is_installed_by_dpkg";
    let Some(debian) = need_directory("old-debian", test) else { return };
    let (Some(_), Some(root)) = (need(Tool::DpkgDeb, test), Root::empty(test)) else { return };
    let Some(built) = Built::new("deb", test) else { return };
    let shop = Example::new("shop");
    root.copy(&debian, "/").copy(&shop.path(), &shop.path().display().to_string());
    root.copy(&built.file(&format!("nestling_{VERSION}_")), "/nestling.deb");
    output(&mut root.command(&["dpkg", "--install", "/nestling.deb"]));
    plans_the_shop(&shop, || root.command(&["nestling"]));
    for file in [
        "man/man1/nestling-generate.1.gz",
        "bash-completion/completions/nestling",
        "fish/vendor_completions.d/nestling.fish",
        "zsh/vendor-completions/_nestling",
        "doc/nestling/copyright",
    ] {
        assert!(root.path("/usr/share").join(file).exists(), "{file}");
    }
    let script = "set -e; . /usr/share/bash-completion/completions/nestling; complete -p nestling";
    output(&mut root.command(&["bash", "-c", script]));
    output(&mut root.command(&["dpkg", "--purge", "nestling"]));
    assert!(!root.path("/usr/bin/nestling").exists());
}
