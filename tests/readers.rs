//! `depends_from`, judged by the tools whose files it reads: each is asked which directories need which, and the answers have to
//! be the same for every unit, however far a change goes.

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need, optional};
use crate::support::{nestling, output, root, run, said};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The directories that each directory needs.
type Needs = BTreeMap<String, BTreeSet<String>>;

/// Asserts that a change in each unit selects the units that need it by a tool's answer, directly or through others.
fn expect_same(repository: &Repository, needs: &Needs) {
    for changed in needs.keys() {
        let mut selected = BTreeSet::from([changed.clone()]);
        loop {
            let more: Vec<String> = needs
                .iter()
                .filter(|(unit, needed)| !selected.contains(*unit) && !needed.is_disjoint(&selected))
                .map(|(unit, _)| unit.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            selected.extend(more);
        }
        let file = format!("{changed}/changed");
        repository.write(format!("{changed}.list"), &format!("A\t{file}\n"));
        let list = repository.path().join(format!("{changed}.list"));
        let answer = output(nestling(repository.path()).args(["affected", "--changes-from"]).arg(list));
        let affected: BTreeSet<String> = answer.lines().map(str::to_owned).collect();
        assert_eq!(affected, selected, "{changed}");
    }
}

/// Commits a workspace that reads dependencies from one kind of manifest.
fn workspace(repository: &Repository, reader: &str, units: &str) {
    let header = format!(
        "workspace: {{ templates: [ci], depends_from: [{reader}], units: [{{ match: {units}, use: job }}] }}\n"
    );
    repository.write("nestling.yml", &header).write("ci/job.yml", "job: { script: 'true' }\n");
    repository.commit("a workspace");
}

/// The path of a directory below another one.
fn below(directory: &str, path: &str) -> String {
    let canonical = Path::new(directory).canonicalize().unwrap();
    Path::new(path).strip_prefix(canonical).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn cargo_says_the_same_of_this_repository() {
    let repository = Repository::new();
    let manifests = output(Command::new("git").current_dir(root()).args([
        "ls-files",
        "Cargo.toml",
        "crates/*/Cargo.toml",
    ]));
    for path in manifests.lines() {
        repository.write(path, &std::fs::read_to_string(root().join(path)).unwrap());
    }
    workspace(&repository, "cargo", "'crates/*'");
    let metadata = output(Command::new("cargo").current_dir(root()).args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]));
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let own = root().to_str().unwrap().to_owned();
    let mut needs = Needs::new();
    for package in metadata["packages"].as_array().unwrap() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let directory = below(&own, manifest.parent().unwrap().to_str().unwrap());
        let paths = package["dependencies"].as_array().unwrap().iter();
        let paths = paths.filter_map(|dependency| dependency["path"].as_str());
        needs.insert(directory, paths.map(|path| below(&own, path)).collect());
    }
    assert!(needs.len() >= 5, "{needs:?}");
    expect_same(&repository, &needs);
}

#[test]
fn npm_says_the_same_of_a_workspace() {
    let test = "npm_says_the_same_of_a_workspace";
    if need(Tool::Node, test).is_none() {
        return;
    }
    let repository = Repository::new();
    let package =
        |name: &str, more: &str| format!("{{ \"name\": \"{name}\", \"version\": \"1.0.0\"{more} }}");
    repository
        .write(
            "package.json",
            "{ \"name\": \"shop\", \"private\": true, \"workspaces\": [\"packages/*\", \"!packages/out\"] }",
        )
        .write("packages/core/package.json", &package("@shop/core", ""))
        .write(
            "packages/ui/package.json",
            &package("@shop/ui", ", \"peerDependencies\": { \"@shop/core\": \"^1.0.0\" }"),
        )
        .write("packages/web/package.json", &package("web", ", \"devDependencies\": { \"@shop/ui\": \"*\" }"))
        .write(
            "packages/docs/package.json",
            &package("docs", ", \"optionalDependencies\": { \"tools\": \"file:../out\" }"),
        )
        .write("packages/out/package.json", &package("tools", ""));
    workspace(&repository, "npm", "'packages/*'");
    let install = ["install", "--package-lock-only", "--offline", "--ignore-scripts", "--no-audit"];
    output(Command::new("npm").current_dir(repository.path()).args(install));
    let lock = std::fs::read_to_string(repository.path().join("package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    let target = |name: &str| packages.get(&format!("node_modules/{name}"))?["resolved"].as_str();
    let mut needs = Needs::new();
    for (directory, package) in packages.iter().filter(|(directory, _)| directory.starts_with("packages/")) {
        let kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
        let names = kinds.iter().filter_map(|kind| package[*kind].as_object()).flat_map(|names| names.keys());
        let needed = names.filter_map(|name| target(name)).map(str::to_owned);
        needs.insert(directory.clone(), needed.collect());
    }
    assert_eq!(needs.len(), 5, "{lock:#}");
    expect_same(&repository, &needs);
}

#[test]
fn uv_says_the_same_of_a_workspace() {
    let test = "uv_says_the_same_of_a_workspace";
    if need(Tool::Uvx, test).is_none() {
        return;
    }
    let repository = Repository::new();
    let project = |name: &str, more: &str| {
        format!("[project]\nname = \"{name}\"\nversion = \"1\"\nrequires-python = \">=3.9\"\n{more}")
    };
    let root_project = project(
        "shop",
        "[tool.uv]\npackage = false\n[tool.uv.workspace]\nmembers = [\"py/*\"]\n[tool.uv.sources]\nshop-core = { workspace = true }\n",
    );
    let api = "dependencies = [\"Shop.Core\", \"money\"]\n[tool.uv.sources]\nmoney = { workspace = true }\n";
    let web = "[dependency-groups]\ndev = [\"shop_core\"]\n";
    repository
        .write("pyproject.toml", &root_project)
        .write("py/core/pyproject.toml", &project("shop_core", ""))
        .write("py/money/pyproject.toml", &project("money", "dependencies = [\"shop-core\"]\n"))
        .write("py/api/pyproject.toml", &project("api", api))
        .write("py/web/pyproject.toml", &project("web", web))
        .write("py/alone/pyproject.toml", &project("alone", ""));
    workspace(&repository, "python", "'py/*'");
    let uv = root().join(".cache/tools/venv/bin/uv");
    output(Command::new(uv).current_dir(repository.path()).args(["lock", "--offline"]));
    let lock = std::fs::read_to_string(repository.path().join("uv.lock")).unwrap();
    let lock: toml::Table = lock.parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let directory = |package: &toml::Value| {
        let source = package["source"].as_table().unwrap();
        source.values().next().and_then(|path| path.as_str()).unwrap().to_owned()
    };
    let named: BTreeMap<&str, String> =
        packages.iter().map(|package| (package["name"].as_str().unwrap(), directory(package))).collect();
    let mut needs = Needs::new();
    for package in packages {
        let own = package.get("dependencies").into_iter();
        let groups = package.get("dev-dependencies").and_then(|groups| groups.as_table());
        let lists = own.chain(groups.into_iter().flat_map(|groups| groups.values()));
        let names =
            lists.filter_map(|list| list.as_array()).flatten().filter_map(|name| name["name"].as_str());
        needs.insert(directory(package), names.map(|name| named[name].clone()).collect());
    }
    needs.remove(".");
    assert_eq!(needs.len(), 5, "{needs:?}");
    expect_same(&repository, &needs);
}

#[test]
fn go_says_the_same_of_a_workspace() {
    let test = "go_says_the_same_of_a_workspace";
    let Some(mut go) = need(Tool::Go, test) else { return };
    let repository = Repository::new();
    let module = |name: &str, more: &str| format!("module shop.example/{name}\n\ngo 1.21\n{more}");
    let old = "\nrequire shop.example/old v0.0.0\n\nreplace shop.example/old => ../legacy\n";
    repository
        .write("go.work", "go 1.21\n\nuse (\n\t./go/api\n\t./go/core\n)\n")
        .write("go/core/go.mod", &module("core", ""))
        .write("go/core/core.go", "package core\n")
        .write("go/api/go.mod", &module("api", "\nrequire shop.example/core v0.0.0\n"))
        .write("go/api/api.go", "package api\n\nimport _ \"shop.example/core\"\n")
        .write("go/tools/go.mod", &module("tools", old))
        .write("go/tools/tools.go", "package tools\n\nimport _ \"shop.example/old\"\n")
        .write("go/legacy/go.mod", "module shop.example/old\n\ngo 1.21\n")
        .write("go/legacy/old.go", "package old\n");
    workspace(&repository, "go", "'go/*'");
    let program = go.get_program().to_owned();
    let goroot = output(go.args(["env", "GOROOT"]));
    let mut needs = Needs::new();
    for unit in ["go/api", "go/core", "go/tools", "go/legacy"] {
        let mut list = Command::new(&program);
        list.current_dir(repository.path().join(unit)).args(["list", "-deps", "-f", "{{.Dir}}", "./..."]);
        list.env("GOFLAGS", "-mod=mod")
            .env("GOPROXY", "off")
            .env("GOTOOLCHAIN", "local")
            .env("GOROOT", goroot.trim());
        if ["go/legacy", "go/tools"].contains(&unit) {
            list.env("GOWORK", "off");
        } else {
            list.env_remove("GOFLAGS");
        }
        let directories = output(&mut list);
        let own = repository.path().to_str().unwrap();
        let canonical = Path::new(own).canonicalize().unwrap();
        let needed = directories.lines().filter(|line| Path::new(line).starts_with(&canonical));
        needs.insert(
            unit.to_owned(),
            needed.map(|line| below(own, line)).filter(|path| path != unit).collect(),
        );
    }
    assert!(needs["go/api"].contains("go/core") && needs["go/tools"].contains("go/legacy"), "{needs:?}");
    expect_same(&repository, &needs);
}

#[test]
fn maven_says_the_same_of_a_build() {
    let test = "maven_says_the_same_of_a_build";
    let Some(maven) = optional("mvn", test) else { return };
    let repository = Repository::new();
    let pom = |name: &str, parent: &str, more: &str| {
        format!(
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>{parent}\
             <artifactId>{name}</artifactId><packaging>pom</packaging>{more}</project>"
        )
    };
    let group = "<groupId>shop</groupId><version>1</version>";
    let parent = "<parent><groupId>shop</groupId><artifactId>root</artifactId><version>1</version><relativePath>../../pom.xml</relativePath></parent>";
    let needed = |name: &str| {
        format!(
            "<dependency><groupId>${{project.groupId}}</groupId><artifactId>{name}</artifactId><version>1</version><type>pom</type></dependency>"
        )
    };
    let names = ["core", "money", "api", "web", "alone"];
    let modules: String = names.iter().map(|name| format!("<module>mods/{name}</module>")).collect();
    let properties =
        format!("<modules>{modules}</modules><properties><the.core>core</the.core></properties>");
    let api = format!("<dependencies>{}{}</dependencies>", needed("${the.core}"), needed("money"));
    repository
        .write("pom.xml", &pom("root", group, &properties))
        .write("mods/core/pom.xml", &pom("core", parent, ""))
        .write(
            "mods/money/pom.xml",
            &pom("money", parent, &format!("<dependencies>{}</dependencies>", needed("core"))),
        )
        .write("mods/api/pom.xml", &pom("api", parent, &api))
        .write(
            "mods/web/pom.xml",
            &pom("web", parent, &format!("<dependencies>{}</dependencies>", needed("api"))),
        )
        .write("mods/alone/pom.xml", &pom("alone", parent, ""));
    workspace(&repository, "maven", "'mods/*'");
    let mut needs = Needs::new();
    for name in names {
        let mut reactor = Command::new(maven.get_program());
        let module = format!(":{name}");
        reactor.current_dir(repository.path()).args(["--offline", "-B", "-pl", &module, "-am", "validate"]);
        let log = run(&mut reactor);
        let log = said(&log);
        let built = log.lines().filter_map(|line| line.strip_prefix("[INFO] Building "));
        let built = built
            .filter_map(|line| line.split(' ').next())
            .filter(|built| *built != "root" && *built != name);
        needs.insert(format!("mods/{name}"), built.map(|built| format!("mods/{built}")).collect());
    }
    assert_eq!(needs["mods/web"].len(), 3, "{needs:?}");
    expect_same(&repository, &needs);
}

#[test]
fn terraform_says_the_same_of_stacks_and_modules() {
    let test = "terraform_says_the_same_of_stacks_and_modules";
    let Some(terraform) = optional("terraform", test) else { return };
    let repository = Repository::new();
    let module = |name: &str, path: &str| format!("module \"{name}\" {{\n  source = \"{path}\"\n}}\n");
    repository
        .write("tf/net/main.tf", &format!("{}/* {} */\n", module("vpc", "../vpc"), module("no", "../dns")))
        .write("tf/vpc/main.tf", &module("base", "../../shared/base"))
        .write("tf/dns/main.tf", "locals {\n  text = \"source = ../vpc\"\n}\n")
        .write("tf/keys/main.tf", "")
        .write("shared/base/main.tf", &module("keys", "../../tf/keys"));
    workspace(&repository, "terraform", "'tf/*'");
    let own = repository.path().canonicalize().unwrap();
    let mut needs = Needs::new();
    for unit in ["tf/net", "tf/vpc", "tf/dns", "tf/keys"] {
        let directory = own.join(unit);
        output(Command::new(terraform.get_program()).current_dir(&directory).arg("get"));
        let modules =
            std::fs::read_to_string(directory.join(".terraform/modules/modules.json")).unwrap_or_default();
        let modules: Value = serde_json::from_str(&modules).unwrap_or_default();
        let all = modules["Modules"].as_array().into_iter().flatten();
        let paths = all.filter_map(|module| directory.join(module["Dir"].as_str()?).canonicalize().ok());
        let paths = paths.filter_map(|path| Some(path.strip_prefix(&own).ok()?.to_str()?.to_owned()));
        needs.insert(unit.to_owned(), paths.filter(|path| path != unit && path.starts_with("tf/")).collect());
    }
    assert!(needs["tf/net"].contains("tf/keys"), "{needs:?}");
    expect_same(&repository, &needs);
}
