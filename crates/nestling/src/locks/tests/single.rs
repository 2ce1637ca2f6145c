//! Single changes: patches, peers, overrides, links out of a workspace, formats of older versions, and what is not understood.

use super::{LockShares, differing, workspace};
use nestling_files::files::MemoryFiles;

/// The difference between two versions of a lock file, beside the same other files.
fn differs(reader: &str, others: &[(&str, &str)], lock: &str, [old, new]: [&str; 2]) -> Vec<String> {
    let header = format!("workspace: {{ depends_from: [{reader}], units: [{{ match: [api, web] }}] }}");
    let files = |text: &str| {
        let mut files = vec![("nestling.yml", header.as_str()), (lock, text)];
        files.extend(others);
        MemoryFiles::new(files)
    };
    differing(&files(old), &files(new))
}

const CARGO: [(&str, &str); 2] =
    [("api/Cargo.toml", "[package]\nname = \"api\""), ("web/Cargo.toml", "[package]\nname = \"web\"")];

fn cargo(packages: &str) -> String {
    let members = "[[package]]\nname = \"api\"\nversion = \"0.1.0\"\ndependencies = [\"axum 0.7.4\"]\n\n[[package]]\nname = \"web\"\nversion = \"0.1.0\"\n";
    format!("version = 4\n\n{members}\n{packages}")
}

#[test]
fn the_reason_has_the_package_its_versions_and_its_line() {
    let entry = |version: &str| {
        format!(
            "[[package]]\nname = \"axum\"\nversion = \"{version}\"\nsource = \"registry\"\nchecksum = \"1\"\n\n[[package]]\nname = \"axum\"\nversion = \"0.6.0\"\nsource = \"registry\"\n"
        )
    };
    let old = cargo(&entry("0.7.4"));
    let new = cargo(&entry("0.7.5")).replace("axum 0.7.4", "axum 0.7.5");
    let expected = "api: Cargo.lock changed: axum 0.7.4 → 0.7.5 (line 13)";
    assert_eq!(differs("cargo", &CARGO, "Cargo.lock", [&old, &new]), [expected]);
    let hash = old.replace("checksum = \"1\"", "checksum = \"2\"");
    let expected = "api: Cargo.lock changed: axum 0.7.4 resolves differently (line 13)";
    assert_eq!(differs("cargo", &CARGO, "Cargo.lock", [&old, &hash]), [expected]);
    let gone = cargo("").replace("\"axum 0.7.4\"", "");
    assert_eq!(
        differs("cargo", &CARGO, "Cargo.lock", [&old, &gone]),
        ["api: Cargo.lock changed: axum 0.7.4 was removed"]
    );
    assert_eq!(differs("cargo", &CARGO, "Cargo.lock", [&old, &format!("# made by hand\n{old}")]), [""; 0]);
}

#[test]
fn what_is_not_understood_concerns_all_that_are_served() {
    let good = cargo("").replace("\"axum 0.7.4\"", "");
    let dangling = cargo("");
    for (new, why) in
        [(dangling.as_str(), "it has no package `axum 0.7.4`"), ("<<<<<<< HEAD", "cannot be read")]
    {
        let found = differs("cargo", &CARGO, "Cargo.lock", [&good, new]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|line| line.contains(why)), "{found:?}");
        let back = differs("cargo", &CARGO, "Cargo.lock", [new, &good]);
        assert!(back.len() == 2 && back[0].contains("at base"), "{back:?}");
    }
    let settings = good.replace("version = 4", "version = 3");
    let found = differs("cargo", &CARGO, "Cargo.lock", [&good, &settings]);
    assert_eq!(found.len(), 2, "{found:?}");
    let version_1 = ["{ \"lockfileVersion\": 1, \"n\": 1 }", "{ \"lockfileVersion\": 1, \"n\": 2 }"];
    let packages = [("api/package.json", "{}"), ("docs/package.json", "{}")];
    let found = differs("npm", &packages, "package-lock.json", version_1);
    assert!(found.len() == 1 && found[0].starts_with("api: ") && found[0].contains("version 1"), "{found:?}");
}

#[test]
fn a_nearer_lock_file_serves_what_is_below_it() {
    let mut others = CARGO.to_vec();
    others.push(("web/Cargo.lock", "version = 3\n"));
    let old = cargo("").replace("\"axum 0.7.4\"", "");
    let found = differs("cargo", &others, "Cargo.lock", [&old, &old.replace("version = 4", "version = 3")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("api: "));
}

#[test]
fn overrides_and_patches_of_pnpm_concern_all_and_catalogs_those_who_use_them() {
    let lock = |settings: &str, version: &str| {
        format!(
            "lockfileVersion: '9.0'\n{settings}\nimporters:\n  api:\n    dependencies:\n      a: {{ specifier: 'catalog:', version: {version} }}\n  web: {{}}\npackages:\n  a@1.0.0: {{ resolution: {{ integrity: x }} }}\n  a@1.0.1: {{ resolution: {{ integrity: y }} }}\nsnapshots:\n  a@1.0.0: {{}}\n  a@1.0.1: {{}}\n"
        )
    };
    let packages = [("api/package.json", "{}"), ("web/package.json", "{}")];
    let run = |old: &str, new: &str| differs("npm", &packages, "pnpm-lock.yaml", [old, new]);
    let plain = lock("", "1.0.0");
    let catalog = lock("catalogs: { default: { a: { specifier: ^1, version: 1.0.1 } } }\n", "1.0.1");
    assert_eq!(run(&plain, &catalog), ["api: pnpm-lock.yaml changed: a 1.0.0 → 1.0.1 (line 11)"]);
    for settings in ["overrides: { a: 1.0.0 }", "patchedDependencies: { a: { hash: x, path: p } }"] {
        assert_eq!(run(&plain, &lock(settings, "1.0.0")).len(), 2, "{settings}");
    }
}

#[test]
fn older_formats_of_pnpm_are_read() {
    let six = |version: &str| {
        format!(
            "lockfileVersion: '6.0'\nimporters:\n  api:\n    dependencies:\n      '@s/a': {{ specifier: ^1, version: {version}(b@2.0.0) }}\n      c: {{ specifier: 'npm:d@1', version: /d@1.0.0 }}\n  web: {{ dependencies: {{ b: {{ specifier: ^2, version: 2.0.0 }} }} }}\npackages:\n  /@s/a@{version}(b@2.0.0): {{ resolution: {{ integrity: x }}, dependencies: {{ b: 2.0.0 }}, dev: false }}\n  /b@2.0.0: {{ resolution: {{ integrity: y }}, dev: true }}\n  /d@1.0.0: {{ resolution: {{ integrity: z }} }}\n"
        )
    };
    let five = |version: &str| {
        format!(
            "lockfileVersion: 5.4\nimporters:\n  api:\n    specifiers: {{ '@s/a': ^1 }}\n    dependencies: {{ '@s/a': {version}_b@2.0.0 }}\n  web: {{ dependencies: {{ b: 2.0.0 }} }}\npackages:\n  /@s/a/{version}_b@2.0.0: {{ resolution: {{ integrity: x }}, dependencies: {{ b: 2.0.0 }}, dev: false }}\n  /b/2.0.0: {{ resolution: {{ integrity: y }}, dev: true }}\n"
        )
    };
    let packages = [("api/package.json", "{}"), ("web/package.json", "{}")];
    for (old, new) in [(six("1.0.0"), six("1.0.1")), (five("1.0.0"), five("1.0.1"))] {
        let found = differs("npm", &packages, "pnpm-lock.yaml", [&old, &new]);
        assert!(found.len() == 1 && found[0].starts_with("api: pnpm-lock.yaml changed: @s/a"), "{found:?}");
        let dev = old.replace("dev: true", "dev: false");
        assert_eq!(
            differs("npm", &packages, "pnpm-lock.yaml", [&old, &dev]),
            [""; 0],
            "who else needs it does not count"
        );
    }
    let single = ["1", "2"].map(|version| format!("lockfileVersion: '6.0'\ndependencies:\n  a: {{ specifier: '*', version: {version}.0.0 }}\npackages:\n  /a@{version}.0.0: {{ resolution: {{ integrity: x }} }}\n"));
    let own = [("api/package.json", "{}")];
    let found = differs("npm", &own, "api/pnpm-lock.yaml", [&single[0], &single[1]]);
    assert_eq!(found, ["api: api/pnpm-lock.yaml changed: a 1.0.0 → 2.0.0 (line 5)"]);
}

#[test]
fn npm_finds_the_nearest_installed_package() {
    let lock = |nested: &str, hoisted: &str| {
        format!(
            "{{ \"lockfileVersion\": 3, \"packages\": {{ \"\": {{}}, \"api\": {{ \"dependencies\": {{ \"a\": \"*\" }}, \"peerDependencies\": {{ \"absent\": \"*\" }} }}, \"web\": {{ \"dependencies\": {{ \"a\": \"*\" }} }},\n\"api/node_modules/a\": {{ \"version\": \"{nested}\" }},\n\"node_modules/a\": {{ \"version\": \"{hoisted}\" }} }} }}"
        )
    };
    let packages = [("api/package.json", "{}"), ("web/package.json", "{}")];
    let run = |new: &str| differs("npm", &packages, "package-lock.json", [&lock("1", "2"), new]);
    assert_eq!(run(&lock("3", "2")), ["api: package-lock.json changed: a 1 → 3 (line 2)"]);
    assert_eq!(run(&lock("1", "3")), ["web: package-lock.json changed: a 2 → 3 (line 3)"]);
}

#[test]
fn resolutions_of_yarn_may_be_any_of_the_name() {
    let lock = |version: &str| {
        format!(
            "__metadata:\n  version: 8\n\n\"api@workspace:api\":\n  version: 0.0.0-use.local\n  resolution: \"api@workspace:api\"\n  dependencies:\n    a: \"npm:^1\"\n\n\"web@workspace:web\":\n  version: 0.0.0-use.local\n  resolution: \"web@workspace:web\"\n\n\"a@npm:{version}\":\n  version: {version}\n  resolution: \"a@npm:{version}\"\n"
        )
    };
    let lock = ["2.0.0", "2.0.1"].map(|version| format!("# yarn\n\n{}", lock(version)));
    let packages = [("api/package.json", "{}"), ("web/package.json", "{}")];
    let found = differs("npm", &packages, "yarn.lock", [&lock[0], &lock[1]]);
    assert_eq!(found, ["api: yarn.lock changed: a 2.0.0 → 2.0.1 (line 16)"]);
}

#[test]
fn patches_of_yarn_concern_those_who_need_the_package() {
    let lock = |checksum: &str| {
        format!(
            "__metadata:\n  version: 8\n\n\"api@workspace:api\":\n  version: 0.0.0-use.local\n  resolution: \"api@workspace:api\"\n  dependencies:\n    a: \"npm:^1\"\n\n\"web@workspace:web\":\n  version: 0.0.0-use.local\n  resolution: \"web@workspace:web\"\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n\n\"a@patch:a@npm%3A^1#optional!builtin<compat/a>\":\n  version: 1.0.0\n  resolution: \"a@patch:a@npm%3A1.0.0#optional!builtin<compat/a>\"\n  checksum: {checksum}\n"
        )
    };
    let packages = [("api/package.json", "{}"), ("web/package.json", "{}")];
    let found = differs("npm", &packages, "yarn.lock", [&lock("10/x"), &lock("10/y")]);
    assert!(found.len() == 1 && found[0].starts_with("api: yarn.lock changed: a 1.0.0"), "{found:?}");
}

#[test]
fn go_sums_count_for_the_versions_that_the_module_names() {
    let module = "module m\n\ngo 1.22\n\nrequire (\n\ta.example/a v1.0.0 // indirect\n)\n";
    let sums = |more: &str| format!("a.example/a v1.0.0 h1:x\na.example/a v1.0.0/go.mod h1:y\n{more}");
    let modules = [("api/main.go", ""), ("go.mod", module), ("web/go.mod", "module w\n\ngo 1.22\n")];
    let run = |new: &str| differs("go", &modules, "go.sum", [&sums(""), new]);
    assert_eq!(run(&sums("b.example/b v2.0.0/go.mod h1:z\n")), [""; 0], "a version that is not built");
    let expected = "api: go.sum changed: a.example/a v1.0.0 resolves differently (line 1)";
    assert_eq!(run(&sums("").replace("h1:y", "h1:z")), [expected], "`web` is a module of its own");
    let old = [("api/main.go", ""), ("go.mod", "module m\n\ngo 1.16\n"), ("web/go.mod", "module w\n")];
    let found = differs("go", &old, "go.sum", [&sums(""), &sums("b.example/b v2.0.0/go.mod h1:z\n")]);
    assert!(found.len() == 1 && found[0].contains("before Go 1.17"), "{found:?}");
}

#[test]
fn a_lock_file_of_poetry_concerns_what_is_below_its_project() {
    let lock = |version: &str, hash: &str| {
        format!(
            "[[package]]\nname = \"a\"\nversion = \"{version}\"\n\n[metadata]\nlock-version = \"2.1\"\ncontent-hash = \"{hash}\"\n"
        )
    };
    let projects = [("api/main.py", ""), ("pyproject.toml", ""), ("web/pyproject.toml", "")];
    let run = |new: &str| differs("python", &projects, "poetry.lock", [&lock("1", "x"), new]);
    assert_eq!(run(&lock("2", "y")), ["api: poetry.lock changed: a 1 → 2 (line 2)"]);
    assert_eq!(run(&lock("1", "y")), [""; 0], "what the project asks for is in its manifest");
}

#[test]
fn a_lock_file_is_compared_if_its_inputs_changed() {
    let lock = r#"{ "lockfileVersion": 3, "packages": { "": {}, "api": {} } }"#;
    let cases = [
        ("npm", "package-lock.json", lock, "api/package.json", ["{}", r#"{ "scripts": {} }"#], false),
        ("npm", "yarn.lock", "", "api/package.json", ["{}", r#"{ "scripts": {} }"#], true),
        ("go", "api/go.sum", "", "api/go.mod", ["go 1.20", "go 1.21"], true),
        ("npm", "package-lock.json", lock, "package-lock.json", [lock, "{}"], true),
        ("npm", "package-lock.json", lock, "web/nestling.yml", ["unit: {}", "unit: { name: other }"], true),
    ];
    for (reader, path, text, changed, contents, expected) in cases {
        let header = format!("workspace: {{ depends_from: [{reader}], units: [{{ match: [api] }}] }}");
        let sides = contents.map(|content| {
            let files = [("nestling.yml", header.as_str()), (path, text), ("api/package.json", "{}")];
            let files = files.into_iter().filter(|(path, _)| *path != changed);
            MemoryFiles::new(files.chain([(changed, content)]))
        });
        let [old, new] = [&sides[0], &sides[1]].map(|files| (files, workspace(files)));
        let (before, after) = LockShares::read_differing((old.0, &old.1), (new.0, &new.1)).unwrap();
        assert_eq!([before, after].map(|side| side.files.len() == 1), [expected; 2], "{path} {changed}");
    }
}
