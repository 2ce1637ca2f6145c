//! The packages of Python, npm and Debian.

use super::{Built, Root, VERSION, failure, plans_the_shop};
use crate::support::example::Example;
use crate::support::output;
use crate::support::tool::{Tool, need, need_directory};
use std::process::Command;

#[test]
fn the_wheel_is_installed_by_pip() {
    let test = "the_wheel_is_installed_by_pip";
    let Some(mut python) = need(Tool::Python, test) else { return };
    let Some(built) = Built::new("wheel", test) else { return };
    let wheel = built.file(&format!("nestling-{VERSION}-py3-none-manylinux_2_17_"));
    let venv = built.path().join("venv");
    output(python.args(["-m", "venv"]).arg(&venv));
    let pip = venv.join("bin/pip");
    output(
        Command::new(&pip)
            .args(["install", "--quiet", "--no-index", "--disable-pip-version-check"])
            .arg(&wheel),
    );
    plans_the_shop(&Example::new("shop"), || Command::new(venv.join("bin/nestling")));
    // The record of the wheel agrees with what is in it, or `pip` could not take it away again.
    output(Command::new(pip).args(["uninstall", "--quiet", "--yes", "nestling"]));
    assert!(!venv.join("bin/nestling").exists());
}

#[test]
fn the_wheel_is_run_by_uvx() {
    let test = "the_wheel_is_run_by_uvx";
    let Some(built) = need(Tool::Uvx, test).and_then(|_| Built::new("wheel", test)) else { return };
    let wheel = built.file(&format!("nestling-{VERSION}-py3-none-manylinux_2_17_"));
    plans_the_shop(&Example::new("shop"), || {
        let mut uvx = need(Tool::Uvx, test).unwrap();
        uvx.args(["--quiet", "--offline", "--no-config", "--cache-dir"]).arg(built.path().join("cache"));
        uvx.arg("--from").arg(&wheel).arg("nestling");
        uvx
    });
}

#[test]
fn the_npm_package_is_run_by_npx() {
    let test = "the_npm_package_is_run_by_npx";
    let Some(built) = need(Tool::Npx, test).and_then(|_| Built::new("npm", test)) else { return };
    let main = built.file(&format!("nestling-ci-nestling-{VERSION}.tgz"));
    let platform = built.file("nestling-ci-nestling-linux-");
    let npx = |packages: &[&std::path::Path]| {
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
