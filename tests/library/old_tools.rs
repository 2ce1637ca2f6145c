//! Images that lack what newer ones have: jobs install it in a way that works there.

use super::job::{Pipeline, SHELLS, fakes, script};
use crate::support::tool::{Tool, need, need_directory, optional};
use crate::support::{output, root, said, setting};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes a directory of all programs of the machine but these.
fn programs_without(absent: &[&str], folder: &Path) -> PathBuf {
    let programs = folder.join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    for directory in setting("PATH").unwrap().split(':') {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            // The first directory that has a program decides, as on the path.
            if !absent.iter().any(|absent| name == *absent) {
                let _ = symlink(entry.path(), programs.join(name));
            }
        }
    }
    programs
}

/// Returns the path of a program.
fn path_of(program: &str) -> String {
    output(Command::new("sh").args(["-c", &format!("command -v {program}")])).trim().to_owned()
}

/// Node 25 and later.
#[test]
fn a_node_without_corepack_gets_it() {
    let test = "a_node_without_corepack_gets_it";
    if need(Tool::Node, test).is_none() || need(Tool::Npx, test).is_none() {
        return;
    }
    let package = "{ \"name\": \"app\", \"version\": \"1.0.0\", \"packageManager\": \"pnpm@9.15.0\", \"scripts\": { \"test\": \"node --test\" } }\n";
    let lock = "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n\nimporters:\n\n  .: {}\n";
    let workspace = "workspace: { stages: [build, test], units: [{ match: app, use: nestling/node }] }\n";
    let files = [
        ("nestling.yml", workspace),
        ("app/package.json", package),
        ("app/pnpm-lock.yaml", lock),
        ("app/a.test.js", "require('node:test')('a number', () => {})\n"),
    ];
    let pipeline = Pipeline::generate(&files, None);
    let folder = tempfile::tempdir().unwrap();
    let programs = programs_without(&["corepack", "pnpm", "pnpx", "yarn", "yarnpkg"], folder.path());
    let prefix = folder.path().join("prefix");
    let registry = output(Command::new("npm").args(["config", "get", "registry"]));
    let registry = registry.trim().trim_end_matches('/');
    let home = folder.path().join("corepack");
    // Registries may be behind a proxy with certificates of its own.
    let certificates = setting("NODE_EXTRA_CA_CERTS").unwrap_or_default();
    let variables = [
        ("NODE_EXTRA_CA_CERTS", certificates.as_str()),
        ("npm_config_prefix", prefix.to_str().unwrap()),
        ("npm_config_registry", registry),
        ("COREPACK_NPM_REGISTRY", registry),
        ("COREPACK_INTEGRITY_KEYS", "0"),
        ("COREPACK_HOME", home.to_str().unwrap()),
        ("COREPACK_ENABLE_DOWNLOAD_PROMPT", "0"),
    ];
    let path = format!("{}:{}", prefix.join("bin").display(), programs.display());
    let tested = pipeline.run_on("app:test", SHELLS[1], &variables, &path);
    assert!(tested.status.success(), "{}", said(&tested));
    assert!(prefix.join("bin/corepack").exists());
    let report = std::fs::read_to_string(pipeline.repository.path().join("app/junit.xml")).unwrap();
    assert!(report.contains("name=\"a number\""), "{report}");
}

#[test]
fn an_old_rust_tests_with_tools_that_a_newer_one_compiles() {
    let test = "an_old_rust_tests_with_tools_that_a_newer_one_compiles";
    if optional("cargo-nextest", test).is_none() {
        return;
    }
    let workspace = "workspace: { stages: [test], units: [{ match: app, use: { template: nestling/rust, inputs: { coverage: false, lint: false } } }] }\n";
    let files = [
        ("nestling.yml", workspace),
        ("app/rust-toolchain.toml", "[toolchain]\nchannel = \"1.70.0\"\n"),
        ("app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("app/src/main.rs", "fn main() {}\n\n#[test]\nfn a_number() {}\n"),
    ];
    let pipeline = Pipeline::generate(&files, None);
    let (programs, state) = fakes();
    let folder = tempfile::tempdir().unwrap();
    let machine = programs_without(&["cargo-nextest", "cargo", "rustup"], folder.path());
    let (cargo, nextest) = (path_of("cargo"), path_of("cargo-nextest"));
    let home = setting("HOME").unwrap();
    let rustup_home = setting("RUSTUP_HOME").unwrap_or_else(|| format!("{home}/.rustup"));
    let variables = [
        ("FAKES", state.path().to_str().unwrap()),
        ("CARGO", cargo.as_str()),
        ("NEXTEST", nextest.as_str()),
        ("RUSTUP_HOME", rustup_home.as_str()),
        ("RUSTUP_TOOLCHAIN", "stable"),
    ];
    let path = format!("{}:{}", programs.join("old-rust").display(), machine.display());
    let tested = pipeline.run_on("app:test", SHELLS[0], &variables, &path);
    assert!(tested.status.success(), "{}", said(&tested));
    let report = std::fs::read_to_string(pipeline.repository.path().join("app/junit.xml")).unwrap();
    assert!(report.contains("name=\"a_number\""), "{report}");
}

/// Versions of Python with the tools that they get: those that pip takes, which knows what each can install.
#[test]
fn an_old_python_gets_tools_that_it_can_install() {
    let test = "an_old_python_gets_tools_that_it_can_install";
    let Some(tools_of_tests) = need_directory("venv", test) else { return };
    let project = "[project]\nname = \"app\"\nversion = \"1\"\n";
    let tools = [("poetry", "poetry.lock"), ("pdm", "pdm.lock"), ("uv", "uv.lock")];
    let mut requirements = Vec::new();
    for (_, lock) in tools {
        let files = [
            (
                "nestling.yml",
                "workspace: { stages: [test], units: [{ match: app, use: nestling/python }] }\n",
            ),
            ("app/pyproject.toml", project),
            ("app/test_app.py", "def test_a():\n    pass\n"),
            (&format!("app/{lock}"), ""),
        ];
        let pipeline = Pipeline::generate(&files, None);
        let script = script(&pipeline.jobs["app:test"]);
        let installed =
            script.lines().filter_map(|line| line.split_once("pip install ")).map(|(_, rest)| rest);
        requirements.extend(installed.map(|requirement| requirement.trim_matches('\'').to_owned()));
    }
    requirements.sort();
    requirements.dedup();
    assert_eq!(requirements.len(), 4, "{requirements:?}");
    for (version, expected) in [
        ("3.8", ["pdm-2.20.1", "poetry-1.8.5", "pytest-8.3.5"]),
        ("3.9", ["pdm-2.26.9", "poetry-2.2.1", "pytest-8.4.2"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(tools_of_tests.join("bin/pip"));
        command.args([
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--python-version",
            version,
            "--dest",
        ]);
        output(command.arg(folder.path()).args(&requirements));
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        for tool in expected {
            assert!(
                names.iter().any(|name| name.starts_with(&format!("{tool}-py"))),
                "{version}: {tool} in {names:?}"
            );
        }
    }
}

#[test]
fn each_version_of_go_compiles_the_tools_that_it_gets() {
    let Some(mut go) = need(Tool::Go, "each_version_of_go_compiles_the_tools_that_it_gets") else { return };
    let go = format!("{}/bin/go", output(go.args(["env", "GOROOT"])).trim());
    let workspace = "workspace: { stages: [test], units: [{ match: api, use: { template: nestling/go, inputs: { race: false } } }] }\n";
    for minor in ["16", "18", "19", "21", "22", "23", "24", "25"] {
        let module = format!("module example.com/api\n\ngo 1.{minor}\n");
        let code = "package api\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n";
        let files = [
            ("nestling.yml", workspace),
            ("api/go.mod", module.as_str()),
            ("api/a_test.go", code),
            ("api/a.go", "package api\n"),
        ];
        let pipeline = Pipeline::generate(&files, None);
        let (programs, state) = fakes();
        let tools = root().join("tests/library/fakes");
        let cache = root().join(".cache/tools/go-build");
        std::fs::create_dir_all(&cache).unwrap();
        let project = pipeline.repository.path().join(".go");
        std::fs::create_dir_all(&project).unwrap();
        symlink(cache, project.join("cache")).unwrap();
        let variables = [
            ("FAKES", state.path().to_str().unwrap()),
            ("TOOLS", tools.to_str().unwrap()),
            ("GO", go.as_str()),
            ("MINOR", minor),
            ("GOTOOLCHAIN", "local"),
            ("GOPROXY", "off"),
        ];
        let path = format!("{}:{}", programs.join("old-go").display(), setting("PATH").unwrap());
        let tested = pipeline.run_on("api:test", SHELLS[1], &variables, &path);
        assert!(tested.status.success(), "1.{minor}\n{}", said(&tested));
        let installed = std::fs::read_to_string(state.path().join("calls")).unwrap();
        assert_eq!(installed.lines().count(), 2, "1.{minor}: {installed}");
    }
}
