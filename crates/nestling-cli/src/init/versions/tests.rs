//! Each place that states a version, with the version that is chosen.

use super::Versions;
use crate::init::inventory::Inventory;
use crate::init::lists::{self, Reader};
use nestling::{MemoryFiles, RepoPath};

/// Returns the inputs for a directory `a`, such as `node_version=20`, and the notes that are of none.
fn inputs(kind: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files = MemoryFiles::new(files.iter().copied());
    let inventory = Inventory::read(&files).unwrap();
    let mut reader = Reader { files: &files, inventory: &inventory, unreadable: Vec::new() };
    let lists = lists::read(&mut reader).unwrap();
    let versions = Versions { files: &files, inventory: &inventory, lists: &lists };
    let chosen = versions.of(kind, &RepoPath::parse("a").unwrap()).unwrap();
    let shown = chosen.iter().filter_map(|version| {
        let value = version.value.as_ref()?;
        Some(format!("{}={}", version.input, value.to_string().replace('"', "")))
    });
    shown
        .chain(chosen.iter().filter(|version| version.is_unclear).map(|version| version.note.clone()))
        .collect()
}

#[test]
fn node_and_its_package_managers() {
    let lock = ("a/pnpm-lock.yaml", "lockfileVersion: 5.4\n");
    for (files, expected) in [
        (&[("a/package.json", r#"{ "engines": { "node": "20.x" } }"#)][..], "node_version=20"),
        (
            &[("package.json", r#"{ "engines": { "node": "^18" } }"#), ("a/package.json", "{}")],
            "node_version=18",
        ),
        (
            &[
                ("package.json", r#"{ "volta": { "node": "20.11.0" } }"#),
                ("a/package.json", r#"{ "engines": { "node": "18" } }"#),
            ],
            "node_version=20.11.0",
        ),
        (
            &[(
                "a/package.json",
                r#"{ "devEngines": { "runtime": { "name": "node", "version": ">=24" } } }"#,
            )],
            "node_version=24",
        ),
        (&[("a/package.json", "\u{feff}{ \"engines\": { \"node\": \"18\" } }")], "node_version=18"),
        (&[("a/package.json", r#"{ "engines": { "node": "18" } }"#), (".nvmrc", "20")], ""),
        (&[("mise.toml", "[tools]\nnode = \"20\"\n"), ("a/package.json", "{}")], "node_version=20"),
        (&[(".nvmrc", "20 # as in production\n")], "node_version=20"),
        (&[(".nvmrc", "lts/iron\n")], ""),
        (&[(".nvmrc", "lts/*\n")], ""),
        (&[(".nvmrc", "node\n")], ""),
        (&[(".nvmrc", "v20.11.0\r\n")], ""),
        (&[(".nvmrc", "lts/-1\n")], "node_version=jod"),
        (&[(".nvmrc", "# pinned\nstable\n")], "node_version=current"),
        (
            &[(".nvmrc", "lts/nope\n")],
            "node_version=22 `lts/nope` in .nvmrc is not a known version: the jobs run with Node 22",
        ),
        (
            &[(".node-version", "99.1.0\n")],
            "node_version=22 `99.1.0` in .node-version is not a known version: the jobs run with Node 22",
        ),
        (&[(".tool-versions", "nodejs lts\n")], ""),
        (&[(".tool-versions", "nodejs ref:v18\n")], ""),
        (&[(".tool-versions", "nodejs path:/opt/18\n")], ""),
        (
            &[("a/package.json", r#"{ "engines": { "node": ">=99" } }"#)],
            "`engines.node` `>=99` in a/package.json is not a known version: the jobs run with Node 22",
        ),
        (&[("a/bun.lock", "{}"), (".bun-version", "1.1.0\n"), (".nvmrc", "18\n")], "node_version=1.1.0"),
        (&[("a/bun.lock", "{}"), ("a/package.json", r#"{ "engines": { "node": "18" } }"#)], ""),
        (&[("a/bun.lock", "{}"), (".tool-versions", "bun 1.0.3\n")], "node_version=1.0.3"),
        (
            &[("a/bun.lock", "{}"), (".bun-version", "canary\n")],
            "`canary` in .bun-version is not a known version: the jobs run with Bun 1",
        ),
        (&[lock, ("a/package.json", "{}")], "package_manager_version=7"),
        (&[lock, ("a/package.json", r#"{ "packageManager": "pnpm@8.1.0" }"#)], ""),
        (&[("a/pnpm-lock.yaml", "lockfileVersion: '9.0'\n"), ("a/package.json", "{}")], ""),
        (
            &[
                ("a/pnpm-lock.yaml", "lockfileVersion: '6.0'\n"),
                ("a/package.json", r#"{ "volta": { "pnpm": "8.6.0" } }"#),
            ],
            "package_manager_version=8.6.0",
        ),
    ] {
        assert_eq!(inputs("node", files).join(" "), expected, "{files:?}");
    }
}

#[test]
fn python() {
    for (files, expected) in [
        (&[("a/pyproject.toml", "[project]\nrequires-python = '<3.12'\n")][..], "versions=[3.11]"),
        (&[("a/pyproject.toml", "[tool.poetry.dependencies]\npython = '~3.10'\n")], "versions=[3.10]"),
        (
            &[("a/pyproject.toml", "[tool.poetry.dependencies]\npython = { version = '>=3.9,<3.10' }\n")],
            "versions=[3.9]",
        ),
        (&[("a/pyproject.toml", "[project]\nrequires-python = '>=3.9'\n")], ""),
        (&[("a/setup.cfg", "[options]\npython_requires = >=3.6, <3.9\n")], "versions=[3.8]"),
        (&[("a/setup.py", "setup(python_requires='~=3.9.0')\n")], "versions=[3.9]"),
        (&[("a/runtime.txt", "python-3.11.4\n")], "versions=[3.11.4]"),
        (&[("a/.tool-versions", "python 3.12.1\n")], "versions=[3.12.1]"),
        (&[(".python-version", "3.9\n"), ("a/setup.cfg", "python_requires = <3.8\n")], ""),
        (&[(".python-version", "3.11.4\n3.12\n")], ""),
        (&[(".python-version", "# pinned\n3.12.1 \n")], "versions=[3.12.1]"),
        (&[(".python-version", "cpython-3.12\n")], "versions=[3.12]"),
        (&[(".python-version", "3.13t\n")], "versions=[3.13]"),
        (&[(".python-version", "cpython-3.12.4-linux-x86_64-gnu\n")], "versions=[3.12.4]"),
        (
            &[(".python-version", "pypy3.10-7.3.12\n")],
            "versions=[3.13] `pypy3.10-7.3.12` in .python-version is not a known version: the jobs run with Python 3.13",
        ),
        (
            &[(".python-version", "3.12\npypy3.10\n")],
            "versions=[3.12] `pypy3.10` in .python-version is not a known version: the jobs run with Python 3.13",
        ),
        (
            &[(".python-version", "my-venv\n")],
            "versions=[3.13] `my-venv` in .python-version is not a known version: the jobs run with Python 3.13",
        ),
    ] {
        assert_eq!(inputs("python", files).join(" "), expected, "{files:?}");
    }
}

#[test]
fn go_and_rust() {
    for (kind, files, expected) in [
        ("go", &[("a/go.mod", "go 1.22\n\ntoolchain go1.24.1\n")][..], "go_version=1.24.1"),
        ("go", &[("a/go.mod", "go 1.22\n"), ("go.work", "go 1.23\n\nuse ./a\n")], "go_version=1.23"),
        ("go", &[("a/go.mod", "go 1.24\n"), ("go.work", "go 1.23\n\nuse ./b\n")], ""),
        ("go", &[("a/go.mod", "go 1.24\n"), (".tool-versions", "golang 1.22.0\n")], ""),
        ("go", &[("a/go.mod", "go 1.24\n"), (".go-version", "1.25.0\n")], "go_version=1.25.0"),
        ("go", &[("a/go.mod", "go 1.24\n"), (".go-version", "latest\n")], ""),
        ("go", &[("a/go.mod", "go 1.22 // pinned\n")], "go_version=1.22"),
        ("go", &[("a/go.mod", "go 1.26rc1\n")], "go_version=1.26"),
        ("go", &[("a/go.mod", "go 1.20.0\n")], "go_version=1.20"),
        (
            "go",
            &[("a/go.mod", "go 1.99\n")],
            "go_version=1 `go` `1.99` in a/go.mod is not a known version: the jobs run with Go 1",
        ),
        ("rust", &[("a/Cargo.toml", "[package]\nrust-version = '1.80'\n")], ""),
        (
            "rust",
            &[("a/Cargo.toml", "[package]\n"), (".tool-versions", "rust 1.80.0\n")],
            "rust_version=1.80.0",
        ),
        (
            "rust",
            &[
                ("a/Cargo.toml", "[package]\n"),
                (".tool-versions", "rust 1.80.0\n"),
                ("rust-toolchain", "1.79"),
            ],
            "",
        ),
    ] {
        assert_eq!(inputs(kind, files).join(" "), expected, "{files:?}");
    }
}

#[test]
fn java_by_maven() {
    let child = ("a/pom.xml", "<project><parent><artifactId>p</artifactId></parent></project>");
    for (kind, files, expected) in [
        (
            "maven",
            &[
                child,
                ("pom.xml", "<project><properties><java.version>17</java.version></properties></project>"),
            ][..],
            "java_version=17",
        ),
        (
            "maven",
            &[(
                "a/pom.xml",
                "<project><properties><maven.compiler.source>1.8</maven.compiler.source></properties></project>",
            )],
            "java_version=8",
        ),
        (
            "maven",
            &[(
                "a/pom.xml",
                "<project><properties><v>11</v></properties><build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><configuration><release>${v}</release></configuration></plugin></plugins></build></project>",
            )],
            "java_version=11",
        ),
        (
            "maven",
            &[
                child,
                ("pom.xml", "<project><properties><java.version>21</java.version></properties></project>"),
            ],
            "",
        ),
        ("maven", &[child, (".sdkmanrc", "java=17.0.9-tem\n")], "java_version=17"),
        ("maven", &[child, (".java-version", "17\n")], ""),
        ("maven", &[child, (".java-version", "temurin-17.0.9+9\n")], ""),
        ("maven", &[child, (".java-version", "1.8\n")], "java_version=8"),
        ("maven", &[child, (".java-version", "21-tem\n")], "java_version=21"),
        (
            "maven",
            &[child, (".java-version", "graalvm\n")],
            "java_version=21 `graalvm` in .java-version is not a known version: the jobs run with Java 21",
        ),
    ] {
        assert_eq!(inputs(kind, files).join(" "), expected, "{files:?}");
    }
}

#[test]
fn java_by_gradle() {
    let wrapper = |version: &str| format!("distributionUrl=https\\://example.com/gradle-{version}-bin.zip\n");
    let (old, new, newest) = (wrapper("7.6.4"), wrapper("9.0.0"), wrapper("9.1.0"));
    let properties = "gradle/wrapper/gradle-wrapper.properties";
    for (kind, files, expected) in [
        ("gradle", &[("a/build.gradle", "sourceCompatibility = '11'\n")][..], "java_version=11"),
        (
            "gradle",
            &[("a/build.gradle", "sourceCompatibility = JavaVersion.VERSION_1_8\n")],
            "java_version=8",
        ),
        ("gradle", &[("a/build.gradle.kts", "kotlin { jvmToolchain(17) }\n")], "java_version=17"),
        ("gradle", &[("a/build.gradle.kts", "// jvmToolchain(17)\n")], ""),
        (
            "gradle",
            &[("a/build.gradle", "sourceCompatibility = 25\n"), ("gradlew", ""), (properties, &newest)],
            "image=eclipse-temurin:25-jdk",
        ),
        ("gradle", &[("a/build.gradle", "sourceCompatibility = 25\n")], "image=gradle:9-jdk25"),
        (
            "gradle",
            &[("a/build.gradle", ""), ("buildSrc/src/main/groovy/java.gradle", "options.release = 17\n")],
            "java_version=17",
        ),
        (
            "gradle",
            &[("a/build.gradle", ""), ("gradle/libs.versions.toml", "[versions]\njava = \"17\"\n")],
            "java_version=17",
        ),
        (
            "gradle",
            &[("a/build.gradle", "java { toolchain { languageVersion.set(JavaLanguageVersion.of(16)) } }\n")],
            "java_version=17",
        ),
        ("gradle", &[("a/build.gradle", ""), ("gradlew", ""), (properties, &old)], "java_version=17"),
        (
            "gradle",
            &[("a/build.gradle", "sourceCompatibility = 11\n"), ("gradlew", ""), (properties, &new)],
            "java_version=17",
        ),
    ] {
        assert_eq!(inputs(kind, files).join(" "), expected, "{files:?}");
    }
}

#[test]
fn ruby() {
    for (files, expected) in [
        (&[(".ruby-version", "ruby-3.2.0\n")][..], "ruby=3.2.0"),
        (&[(".ruby-version", "3.3\n"), ("a/Gemfile", "ruby \"3.1.0\"\n")], "ruby=3.3"),
        (&[("a/Gemfile", "ruby '>= 3.1', '< 3.3'\n")], "ruby=3.2"),
        (&[("a/Gemfile", "ruby file: \".ruby-version\"\n")], ""),
        (&[(".tool-versions", "ruby 3.1.2\n")], "ruby=3.1.2"),
        (
            &[(".ruby-version", "jruby-9.4\n")],
            "`jruby-9.4` in .ruby-version is not a known version: the jobs run with Ruby 3.4",
        ),
    ] {
        assert_eq!(inputs("ruby", files).join(" "), expected, "{files:?}");
    }
}

#[test]
fn opentofu_and_terraform() {
    for (files, expected) in [
        (&[("a/main.tf", "terraform {\n  required_version = \">= 1.3\"\n}\n")][..], ""),
        (&[("a/main.tf", "terraform {\n  required_version = \"~> 1.8.0\"\n}\n")], "version=1.8"),
        (&[("a/main.tf", "terraform {\n  required_version = \"1.10.3\"\n}\n")], "version=1.10.3"),
        (
            &[("a/main.tf", "terraform {\n  required_version = \">= 1.12\"\n}\n")],
            "tool=terraform version=1.14",
        ),
        (&[("a/main.tf", "terraform {\n  required_version = \"< 1.6\"\n}\n")], "tool=terraform version=1.5"),
        (&[("a/main.tf", ""), (".terraform-version", "1.9.2\n")], "tool=terraform version=1.9.2"),
        (&[("a/main.tf", ""), (".opentofu-version", "1.9.0\n")], "version=1.9.0"),
        (&[("a/main.tf", ""), (".tool-versions", "terraform 1.7.5\n")], "tool=terraform version=1.7.5"),
        (
            &[
                ("a/main.tf", ""),
                ("a/.terraform.lock.hcl", "provider \"registry.opentofu.org/hashicorp/aws\" {\n}\n"),
            ],
            "",
        ),
    ] {
        assert_eq!(inputs("opentofu", files).join(" "), expected, "{files:?}");
    }
}

/// A version that is not understood is named, and the default holds.
#[test]
fn a_version_that_is_none_is_named() {
    let notes = inputs("node", &[("a/package.json", r#"{ "engines": { "node": "whatever" } }"#)]);
    assert_eq!(
        notes,
        ["`engines.node` `whatever` in a/package.json is not a known version: the jobs run with Node 22"]
    );
}
