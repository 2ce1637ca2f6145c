//! Requirements that no image meets.

use super::{inputs, versions};

/// A version that a tool enforces and no image has is not proposed; one that it does not enforce leaves the default.
#[test]
fn versions_that_nobody_has_are_refused_where_the_tool_enforces_them() {
    let strict = r#"{ "engines": { "node": ">=99" } }"#;
    let gradle = "java { toolchain { languageVersion = JavaLanguageVersion.of(99) } }\n";
    for (kind, files, noun) in [
        ("python", &[("a/pyproject.toml", "[project]\nrequires-python = \">=3.99\"\n")][..], "Python"),
        (
            "python",
            &[
                (".python-version", "3.12\n"),
                ("a/pyproject.toml", "[project]\nrequires-python = \"==3.99.*\"\n"),
            ],
            "Python",
        ),
        ("python", &[("a/pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.99\"\n")], "Python"),
        ("python", &[("a/setup.cfg", "[options]\npython_requires = >=3.99\n")], "Python"),
        ("go", &[("a/go.mod", "module a\n\ngo 1.99\n")], "Go"),
        ("go", &[("a/go.mod", "module a\n\ngo 1.99\ntoolchain go1.99.1\n")], "Go"),
        ("go", &[("a/go.mod", "module a\n\ngo 1.24\n"), ("go.work", "go 2.0\nuse ./a\n")], "Go"),
        ("rust", &[("a/Cargo.toml", "[package]\nname = \"a\"\nrust-version = \"1.999\"\n")], "Rust"),
        ("node", &[("a/package.json", strict), ("a/pnpm-lock.yaml", "lockfileVersion: '9.0'\n")], "Node"),
        ("node", &[("a/package.json", strict), ("yarn.lock", "")], "Node"),
        ("node", &[("a/package.json", strict), (".npmrc", "engine-strict = true\n")], "Node"),
        (
            "maven",
            &[(
                "a/pom.xml",
                "<project><properties><maven.compiler.release>99</maven.compiler.release></properties></project>",
            )],
            "Java",
        ),
        ("gradle", &[("a/build.gradle", gradle)], "Java"),
        ("ruby", &[(".ruby-version", "3.3\n"), ("a/Gemfile", "ruby \"9.9.0\"\n")], "Ruby"),
        ("elixir", &[("a/mix.exs", "  elixir: \"~> 1.99\",\n")], "Elixir"),
        ("opentofu", &[("a/main.tf", "terraform {\n  required_version = \">= 9.0\"\n}\n")], "OpenTofu"),
    ] {
        let chosen = versions(kind, files);
        let end = format!("permits no version of {noun} that an image has");
        assert!(
            chosen.len() == 1 && chosen[0].is_refused && chosen[0].note.ends_with(&end),
            "{files:?}: {chosen:?}"
        );
    }
    for (kind, files) in [
        ("node", &[("a/package.json", strict)][..]),
        ("node", &[("a/package.json", strict), ("yarn.lock", ""), (".yarnrc.yml", "")]),
        ("go", &[("a/go.mod", "module a\n\ngo 1.24\ntoolchain go1.99.1\n")]),
        ("go", &[("a/go.mod", "module a\n\ngo 1.29\n")]),
        ("python", &[("a/.python-version", "3.99\n")]),
        ("python", &[("a/pyproject.toml", "[project]\nrequires-python = \"newest\"\n")]),
        ("maven", &[("a/pom.xml", "<project/>"), (".tool-versions", "java temurin-99\n")]),
    ] {
        let chosen = versions(kind, files);
        assert!(
            chosen.iter().any(|version| version.is_unclear && !version.is_refused),
            "{files:?}: {chosen:?}"
        );
    }
}

#[test]
fn elixir() {
    for (files, expected) in [
        (&[("a/mix.exs", "  elixir: \"~> 1.14\",\n")][..], ""),
        (&[("a/mix.exs", "  elixir: \"~> 1.19 or ~> 2.0\",\n")], "elixir=1.19"),
        (&[("a/mix.exs", ""), (".tool-versions", "elixir 1.17.2-otp-27\n")], "elixir=1.17.2"),
    ] {
        assert_eq!(inputs("elixir", files).join(" "), expected, "{files:?}");
    }
}
