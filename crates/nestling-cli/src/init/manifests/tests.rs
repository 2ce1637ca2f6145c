//! Manifests with what they lack.

mod jvm;
mod locks;

use super::Manifests;
use crate::init::inventory::Inventory;
use crate::init::lists::{self, Reader};
use nestling::{MemoryFiles, RepoPath};

/// Returns what a command in the directory `a` lacks.
fn fault(command: &str, files: &[(&str, &str)]) -> Option<String> {
    let files = MemoryFiles::new(files.iter().copied());
    let inventory = Inventory::read(&files).unwrap();
    let mut reader = Reader { files: &files, inventory: &inventory, unreadable: Vec::new() };
    let lists = lists::read(&mut reader).unwrap();
    let manifests = Manifests::new(&files, &inventory, &lists);
    let words: Vec<&str> = command.split(' ').collect();
    manifests.fault(&words, &RepoPath::parse("a").unwrap(), true)
}

/// A command, the files that it reads, and a part of the fault.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], Option<&'c str>);

fn check(cases: &[Case<'_>]) {
    for (command, files, expected) in cases {
        let fault = fault(command, files);
        match expected {
            None => assert_eq!(fault, None, "{command} {files:?}"),
            Some(part) => {
                assert!(
                    fault.as_ref().is_some_and(|fault| fault.contains(part)),
                    "{command} {files:?}: {fault:?}"
                );
            }
        }
    }
}

#[test]
fn programs_of_scripts() {
    let package = (
        "a/package.json",
        r#"{ "name": "a", "scripts": { "test": "CI=1 jest --ci", "lint": "cross-env A=b eslint . | cat", "build": "node x.js" } }"#,
    );
    let reason = "`jest`, which the script `test` runs and no package in pnpm-lock.yaml brings";
    let others = "packages:\n  '@types/jest@29.0.0':\n    resolution: {}\n  '@jest/schemas@29.0.0': {}\n  jest-worker@29.0.0: {}\n";
    check(&[
        ("pnpm run test", &[package, ("pnpm-lock.yaml", others)], Some(reason)),
        ("pnpm run test", &[package, ("pnpm-lock.yaml", "  jest@29.0.0:\n    resolution: {}\n")], None),
        ("pnpm run test", &[package, ("pnpm-lock.yaml", "  /jest@27.0.0:\n    resolution: {}\n")], None),
        (
            "npm test",
            &[package, ("a/package-lock.json", "{ \"packages\": { \"node_modules/jest\": {} } }")],
            None,
        ),
        ("npm run lint", &[package, ("a/package-lock.json", "\"node_modules/cross-env\"")], Some("`eslint`")),
        ("npm run build", &[package, ("a/package-lock.json", "{}")], None),
        (
            "npm test",
            &[
                (
                    "a/package.json",
                    "{ \"scripts\": { \"test\": \"jest\" }, \"devDependencies\": { \"jest\": \"29\" } }",
                ),
                ("package-lock.json", "{ \"packages\": { \"node_modules/x\": {} } }"),
            ],
            None,
        ),
        (
            "npm test",
            &[package],
            Some("`jest`, which the script `test` runs and no dependency in package.json"),
        ),
    ]);
    let with = |script: &str, more: &str| format!("{{ \"scripts\": {{ \"test\": \"{script}\" }}{more} }}");
    let (docker, eslint, bun) = (with("docker compose up", ""), with("eslint .", ""), with("bun test", ""));
    let react = with("eslint .", ", \"devDependencies\": { \"react-scripts\": \"5\" }");
    let root = ("package.json", r#"{ "workspaces": ["a", "b"] }"#);
    check(&[
        (
            "npm test",
            &[("a/package.json", &docker)],
            Some("`docker`, which the script `test` runs and no image"),
        ),
        ("npm test", &[("a/package.json", &eslint)], Some("`eslint`")),
        ("npm test", &[("a/package.json", &react)], None),
        // The packages of a workspace are installed together.
        ("npm test", &[root, ("a/package.json", &eslint), ("b/package.json", &react)], None),
        ("npm test", &[("a/package.json", &bun)], Some("`bun`")),
        ("bun run test", &[("a/package.json", &bun)], None),
        (
            "npx nx run-many",
            &[("a/package.json", "{}"), ("a/package-lock.json", "\"node_modules/nx\"")],
            None,
        ),
        ("npx nx run-many", &[("a/package.json", "{}")], Some("the package `nx`")),
    ]);
}

#[test]
fn terraform_modules() {
    let uses = |source: &str| format!("module \"x\" {{\n  source = \"{source}\"\n}}\n");
    let (beside, registry, nested) = (uses("../b"), uses("terraform-aws-modules/vpc/aws"), uses("./c"));
    check(&[
        ("tofu init", &[("a/main.tf", &beside)], Some("the module `../b` of a, which does not exist")),
        ("tofu init", &[("a/main.tf", &beside), ("b/main.tf", "")], None),
        ("tofu init", &[("a/main.tf", &beside), ("b/main.tf", &nested)], Some("the module `./c` of b")),
        ("tofu init", &[("a/main.tf", &registry)], None),
        ("tofu fmt", &[("a/main.tf", &beside)], None),
    ]);
}

#[test]
fn cargo_lints() {
    let lints = "[package]\nname = 'a'\n[lints]\nworkspace = true\n";
    let lib = ("a/src/lib.rs", "");
    check(&[
        (
            "cargo test",
            &[("a/Cargo.toml", lints), lib],
            Some("`[workspace.lints]`, which a/Cargo.toml inherits"),
        ),
        (
            "cargo test",
            &[
                ("Cargo.toml", "[workspace]\nmembers = ['a']\n[workspace.lints]\n"),
                ("a/Cargo.toml", lints),
                lib,
            ],
            None,
        ),
    ]);
}

#[test]
fn cargo() {
    let package = "[package]\nname = 'a'\n";
    let lib = ("a/src/lib.rs", "");
    let with = |more: &str| format!("{package}{more}");
    let (path, missing_bin, inherits) = (
        with("[dependencies]\nb = { path = '../b' }\n"),
        with("[[bin]]\nname = 'x'\npath = 'x.rs'\n"),
        with("version.workspace = true\n"),
    );
    check(&[
        ("cargo test", &[("a/Cargo.toml", package), lib], None),
        ("cargo test", &[("a/Cargo.toml", package)], Some("src/lib.rs or src/main.rs")),
        (
            "cargo test",
            &[("a/Cargo.toml", package), lib, ("rust-toolchain.toml", "[toolchain]\npath = '/opt/x'\n")],
            Some("the toolchain in `/opt/x`"),
        ),
        (
            "cargo test",
            &[("a/Cargo.toml", package), lib, ("a/rust-toolchain.toml", "[toolchain]\nchannel = 'esp'\n")],
            Some("the toolchain `esp`"),
        ),
        ("cargo test", &[("a/Cargo.toml", package), lib, ("a/rust-toolchain", "nightly-2025-01-01\n")], None),
        ("cargo test --version", &[("a/Cargo.toml", package)], None),
        ("cargo test", &[("a/Cargo.toml", package), ("a/src/bin/x.rs", "")], None),
        ("cargo test", &[("a/Cargo.toml", &missing_bin), lib], Some("`x.rs`")),
        ("cargo test", &[("a/Cargo.toml", &path), lib], Some("the crate `b` in `../b`")),
        (
            "cargo test",
            &[("a/Cargo.toml", &path), lib, ("b/Cargo.toml", package), ("b/src/lib.rs", "")],
            None,
        ),
        (
            "cargo test",
            &[("a/Cargo.toml", &path), lib, ("b/Cargo.toml", package)],
            Some("beside b/Cargo.toml"),
        ),
        ("cargo test", &[("a/Cargo.toml", &inherits), lib], Some("`version` in `[workspace.package]`")),
        (
            "cargo test",
            &[("Cargo.toml", "[workspace]\nmembers = ['a', 'gone']\n"), ("a/Cargo.toml", package), lib],
            Some("the member `gone`"),
        ),
        (
            "cargo test",
            &[("Cargo.toml", "[workspace]\nmembers = ['x*']\n"), ("a/Cargo.toml", package), lib],
            Some("a place in the workspace"),
        ),
        (
            "cargo test",
            &[
                ("Cargo.toml", "[workspace]\nmembers = ['x*']\nexclude = ['a']\n"),
                ("a/Cargo.toml", package),
                lib,
            ],
            None,
        ),
    ]);
}

#[test]
fn go() {
    let replaced = "module a\n\nrequire y v0.0.0\n\nreplace y => ../y\n";
    let code = ("a/a.go", "package a\n");
    check(&[
        (
            "go test ./...",
            &[("a/go.mod", "module a\n\ngo 1.22\n\nrequire (\n\tb v1 // indirect\n)\n"), code],
            None,
        ),
        ("go test ./...", &[("a/go.mod", "")], Some("a `module`")),
        (
            "go test ./...",
            &[("a/go.mod", "module a\n"), ("a/b/go.mod", "module b\n"), ("a/b/b.go", "")],
            Some("a package of Go"),
        ),
        ("go test ./...", &[("a/go.mod", "module a\n"), ("a/testdata/b.go", "")], Some("a package of Go")),
        (
            "go vet ./...",
            &[("a/go.mod", "module a\n"), ("a/tools.go", "//go:build tools\n\npackage tools\n")],
            Some("a package of Go beside a/go.mod, and the constraint of a/tools.go leaves it out"),
        ),
        ("go vet ./...", &[("a/go.mod", "???\n")], Some("not a directive")),
        ("gotestsum", &[("a/go.mod", replaced), code], Some("`../y`")),
        ("gotestsum", &[("a/go.mod", replaced), code, ("y/go.mod", "module y\n")], None),
        ("gotestsum", &[("a/go.mod", replaced), code, ("a/vendor/modules.txt", "")], None),
        ("gotestsum", &[("a/go.mod", "module a\nreplace y => ../y\n"), code], None),
        (
            "gotestsum",
            &[("a/go.mod", "module a\n"), code, ("go.work", "use (\n./a\n./b\n)\n")],
            Some("`./b`"),
        ),
    ]);
}

#[test]
fn javascript() {
    let lib = r#"{ "dependencies": { "lib": "file:../lib" } }"#;
    let member = r#"{ "dependencies": { "@x/b": "workspace:*" } }"#;
    let workspace = ("pnpm-workspace.yaml", "packages: [a, b]\n");
    check(&[
        ("npm ci", &[("a/package.json", lib)], Some("`lib` in `../lib`")),
        ("npm ci", &[("a/package.json", lib), ("lib/package.json", "{}")], None),
        ("npm ci", &[("a/package.json", member)], Some("which npm does not know")),
        (
            "pnpm install",
            &[("a/package.json", member), workspace],
            Some("the package `@x/b` in the workspace"),
        ),
        (
            "pnpm install",
            &[("a/package.json", member), workspace, ("b/package.json", r#"{ "name": "@x/b" }"#)],
            None,
        ),
        (
            "pnpm install",
            &[("a/package.json", "{}"), ("package.json", r#"{ "packageManager": "pnpm@9" }"#)],
            Some("found `pnpm@9`"),
        ),
        ("pnpm install", &[("a/package.json", r#"{ "packageManager": "pnpm@9.1.0+sha512.x" }"#)], None),
        ("npm ci", &[("a/package.json", r#"{ "packageManager": "npm" }"#)], None),
        ("yarn install", &[("a/.yarnrc.yml", "yarnPath: .yarn/releases/x.cjs\n")], Some("not committed")),
        ("yarn install", &[("a/.yarnrc.yml", "yarnPath: .yarn/x.cjs\n"), ("a/.yarn/x.cjs", "")], None),
        (
            "yarn install",
            &[(".yarnrc", "yarn-path \".yarn/x.js\"\n"), ("a/package.json", "{}")],
            Some("not committed"),
        ),
    ]);
}

#[test]
fn python() {
    let hatch = "[build-system]\nbuild-backend = 'hatchling.build'\n[project]\nname = 'My-App'\n";
    let plain = "[project]\nname = 'x'\n";
    let requirements = ("a/requirements.txt", "-r base.txt\nflask>=2\n-e ../lib\n");
    check(&[
        ("pip install --editable .", &[("a/pyproject.toml", hatch)], Some("a package `my_app`")),
        ("pip install --editable .", &[("a/pyproject.toml", hatch), ("a/my_app/__init__.py", "")], None),
        ("uv sync --locked", &[("a/pyproject.toml", hatch), ("a/src/my_app/__init__.py", "")], None),
        ("uv sync", &[("a/pyproject.toml", plain)], None),
        (
            "pip install --editable .",
            &[("a/pyproject.toml", plain), ("a/app/x.py", ""), ("a/data/x", "")],
            Some("(app, data)"),
        ),
        (
            "pip install --editable .",
            &[("a/pyproject.toml", plain), ("a/app/x.py", ""), ("a/tests/x.py", "")],
            None,
        ),
        (
            "pip install --editable .",
            &[("a/pyproject.toml", "[project]\nname = 'x'\nreadme = 'README.md'\n")],
            Some("`README.md`"),
        ),
        ("pip install --requirement requirements.txt", &[requirements], Some("`base.txt`")),
        ("pip install --requirement requirements.txt", &[requirements, ("a/base.txt", "")], Some("`../lib`")),
        (
            "pip install --requirement requirements.txt",
            &[requirements, ("a/base.txt", ""), ("lib/setup.py", "")],
            None,
        ),
        ("poetry install", &[("a/pyproject.toml", "[tool.poetry]\npackage-mode = false\n")], None),
        (
            "poetry install",
            &[(
                "a/pyproject.toml",
                "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nb = { path = '../b' }\n",
            )],
            Some("`../b`"),
        ),
    ]);
}
