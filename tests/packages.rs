//! Contents of the crates' packages: each can be read, licensed and built alone.

use crate::support::{output, read, root};
use std::collections::BTreeSet;
use std::process::Command;

const CRATES: [&str; 7] = [
    "nestling-files",
    "nestling-git",
    "nestling-gitlab",
    "nestling-cdk",
    "nestling",
    "nestling-lsp",
    "nestling-cli",
];

/// The files that `cargo package` would put into a crate's package.
fn packaged(name: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--package", name])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_crate_is_listed_here() {
    let listed: BTreeSet<String> = CRATES.map(str::to_owned).into();
    let there = std::fs::read_dir(root().join("crates")).unwrap();
    let there: BTreeSet<String> =
        there.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_package_has_its_licence_and_its_readme_and_no_benchmark() {
    for name in CRATES {
        let files = packaged(name);
        for wanted in ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"] {
            assert!(files.contains(wanted), "{name} lacks {wanted}");
        }
        assert!(!files.iter().any(|file| file.starts_with("benches/")), "{name}: {files:?}");
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert_eq!(read(format!("crates/{name}/{licence}")), read(licence), "{name}");
        }
    }
    assert!(packaged("nestling").iter().any(|file| file.starts_with("templates/node/")));
}

/// With the code of optional features, such as the fixtures for tests.
#[test]
fn the_documentation_of_every_library_is_whole() {
    for name in CRATES.iter().filter(|name| **name != "nestling-cli") {
        let manifest: toml::Table = read(format!("crates/{name}/Cargo.toml")).parse().unwrap();
        assert_eq!(
            manifest["package"]["metadata"]["docs"]["rs"]["all-features"].as_bool(),
            Some(true),
            "{name}"
        );
    }
}

/// Cargo refuses circles; this says which way the edges go.
#[test]
fn the_crates_depend_on_each_other_one_way() {
    let libraries = ["nestling-cdk", "nestling-files", "nestling-git", "nestling-gitlab"];
    let below_server = [&libraries[..], &["nestling"]].concat();
    let below_command = [&below_server[..], &["nestling-lsp"]].concat();
    let allowed: [(&str, &[&str]); 7] = [
        ("nestling-files", &[]),
        ("nestling-git", &["nestling-files"]),
        ("nestling-gitlab", &["nestling-files"]),
        ("nestling-cdk", &["nestling-files", "nestling-gitlab"]),
        ("nestling", &libraries),
        ("nestling-lsp", &below_server),
        ("nestling-cli", &below_command),
    ];
    for (name, below) in allowed {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "--locked",
                "--edges",
                "normal",
                "--prefix",
                "none",
                "--package",
                name,
            ])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        let used = tree.lines().filter_map(|line| line.split(' ').next());
        for other in used.filter(|used| used.starts_with("nestling") && *used != name) {
            assert!(below.contains(&other), "{name} uses {other}");
        }
    }
}

/// As they are published, in the order of their dependencies; each takes the others from the registry. That each builds from its
/// package is seen in a pipeline (`package` in .gitlab-ci.yml), since cargo asks the registry for that.
#[test]
fn every_crate_is_packed_with_the_others_as_packages() {
    let target = tempfile::tempdir().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args([
        "package",
        "--workspace",
        "--offline",
        "--locked",
        "--no-verify",
        "--allow-dirty",
    ]);
    output(cargo.arg("--quiet").arg("--target-dir").arg(target.path()));
    let version = env!("CARGO_PKG_VERSION");
    for name in CRATES {
        let package = target.path().join(format!("package/{name}-{version}.crate"));
        let file = |path: &str| {
            output(Command::new("tar").arg("-xzOf").arg(&package).arg(format!("{name}-{version}/{path}")))
        };
        let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
        for (dependency, value) in manifest["dependencies"].as_table().unwrap() {
            assert_eq!(value.get("path"), None, "{name} takes {dependency} from a directory");
            if CRATES.contains(&&**dependency) {
                assert_eq!(value["version"].as_str(), Some(version), "{name}: {dependency}");
            }
        }
        // `cargo install --locked` reads it.
        assert!(file("Cargo.lock").contains(&format!("name = \"{name}\"")), "{name}");
    }
}

/// `cargo deny` says so in a pipeline alone; this says it before.
#[test]
fn the_licences_of_what_comes_in_are_allowed() {
    let deny: toml::Table = read("deny.toml").parse().unwrap();
    let allowed = deny["licenses"]["allow"].as_array().unwrap();
    let is_allowed = |name: &str| allowed.iter().any(|licence| licence.as_str() == Some(name));
    // Those of other systems may not be downloaded yet.
    let arguments = ["metadata", "--locked", "--format-version", "1"];
    let metadata = output(Command::new(env!("CARGO")).args(arguments).current_dir(root()));
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        // `(A OR B) AND C`, or `A/B` as older packages write it.
        let expression = package["license"].as_str().unwrap().replace('/', " OR ");
        let mut parts = expression.split(" AND ").map(|part| part.trim_matches(['(', ')']));
        let passes = parts.all(|part| part.split(" OR ").any(is_allowed));
        assert!(passes, "{}: deny.toml does not allow `{expression}`", package["name"]);
    }
}

/// On other systems there is no binary to download, and `cargo binstall` compiles.
#[test]
fn cargo_downloads_a_binary_of_its_own_system_alone() {
    let manifest: toml::Table = read("crates/nestling-cli/Cargo.toml").parse().unwrap();
    let url = manifest["package"]["metadata"]["binstall"]["pkg-url"].as_str().unwrap();
    for part in ["{ target-family }", "{ target-arch }"] {
        assert!(url.contains(part), "{url} is the same for each {part}");
    }
}

/// The names under which a crate's dependencies are published, without those of its features.
fn published_dependencies(name: &str) -> BTreeSet<String> {
    let table = |path: String| read(path).parse::<toml::Table>().unwrap();
    let workspace = table("Cargo.toml".to_owned());
    let shared = &workspace["workspace"]["dependencies"];
    let manifest = table(format!("crates/{name}/Cargo.toml"));
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
    let mut names = BTreeSet::new();
    for (name, dependency) in dependencies.into_iter().flatten() {
        if dependency.get("optional").and_then(toml::Value::as_bool) == Some(true) {
            continue;
        }
        let package = shared[name].get("package").and_then(toml::Value::as_str);
        names.insert(package.unwrap_or(name).to_owned());
    }
    names
}

/// They are a workspace of their own, whose lock file cargo does not change with ours.
#[test]
fn the_lock_file_of_the_fuzz_targets_knows_every_dependency() {
    let lock: toml::Table = read("fuzz/Cargo.lock").parse().unwrap();
    for name in CRATES.iter().filter(|name| !["nestling-lsp", "nestling-cli"].contains(name)) {
        let packages = lock["package"].as_array().unwrap();
        let package = packages.iter().find(|package| package["name"].as_str() == Some(name));
        let package = package.unwrap_or_else(|| {
            panic!(
                "fuzz/Cargo.lock lacks {name}: `cargo metadata --manifest-path fuzz/Cargo.toml` updates it"
            )
        });
        let listed = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        let first_words = listed.filter_map(|dependency| dependency.as_str()?.split(' ').next());
        let locked: BTreeSet<String> = first_words.map(str::to_owned).collect();
        let required = published_dependencies(name);
        let update = "`cargo metadata --manifest-path fuzz/Cargo.toml` updates it";
        assert!(required.is_subset(&locked), "{name}: {update}");
        // The targets may ask for a feature, and for what it brings along.
        let further: Vec<&String> = locked.difference(&required).collect();
        let manifest = read(format!("crates/{name}/Cargo.toml"));
        let is_optional = |other: &&String| {
            manifest.contains(&format!("{other} = {{ workspace = true, optional = true }}"))
        };
        assert!(further.iter().all(is_optional), "{name} has {further:?}: {update}");
    }
}
