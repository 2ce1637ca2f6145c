//! Kinds of projects, as data: the files that mark them, the template that fits, and the files that concern many of them.

/// What the projects of a kind are to a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Code that is built and tested. A directory has one of these.
    Code,
    /// What is published or deployed, beside code or alone.
    Delivery,
    /// A file that says something about the code beside it, and is no project.
    Tool,
}

/// A kind of projects.
#[derive(Debug)]
pub(super) struct Kind {
    /// Its name in the code.
    pub id: &'static str,
    /// The noun of the report.
    pub noun: &'static str,
    /// What it is to a pipeline.
    pub role: Role,
    /// Names of files that mark a directory; `*.tf` is every name with that end.
    pub markers: &'static [&'static str],
    /// Built-in templates without `nestling/`. The first one that this version of Nestling has is proposed.
    pub templates: &'static [&'static str],
    /// The reader of dependencies, as in `depends_from`.
    pub reader: Option<&'static str>,
    /// Files that make a project independent of a workspace above it.
    pub own: &'static [&'static str],
    /// Files above a project that concern it.
    pub shared: &'static [&'static str],
    /// Where its documentation says how to use it without a template.
    pub advice: &'static str,
}

/// The part that most kinds without a template have in common.
const PLAIN: Kind = Kind {
    id: "",
    noun: "",
    role: Role::Code,
    markers: &[],
    templates: &[],
    reader: None,
    own: &[],
    shared: &[],
    advice: "there is no built-in template: write its jobs in a `nestling.yml` of the directory",
};

/// A kind that has no built-in template yet.
const fn plain(id: &'static str, noun: &'static str, markers: &'static [&'static str]) -> Kind {
    Kind { id, noun, markers, ..PLAIN }
}

/// A kind of things that are delivered, without a template yet.
const fn delivery(
    id: &'static str,
    noun: &'static str,
    templates: &'static [&'static str],
    markers: &'static [&'static str],
) -> Kind {
    Kind { id, noun, role: Role::Delivery, markers, templates, ..PLAIN }
}

/// A tool of the code beside it.
const fn tool(id: &'static str, noun: &'static str, markers: &'static [&'static str]) -> Kind {
    Kind { id, noun, role: Role::Tool, markers, ..PLAIN }
}

/// All kinds. In a directory with the markers of several kinds of code, the first one with a template wins.
pub(super) static KINDS: [Kind; 45] = [
    Kind {
        id: "node",
        noun: "Node package",
        markers: &["package.json"],
        templates: &["node"],
        reader: Some("npm"),
        own: &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "bun.lock",
            "bun.lockb",
        ],
        shared: &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
            ".pnpmfile.cjs",
            "yarn.lock",
            ".yarnrc.yml",
            ".yarnrc",
            "bun.lock",
            "bun.lockb",
            "bunfig.toml",
            ".npmrc",
            ".nvmrc",
            ".node-version",
            "package.json",
            "lerna.json",
            "nx.json",
            "turbo.json",
            "turbo.jsonc",
            "tsconfig.json",
            "tsconfig.base.json",
            "babel.config.js",
            "babel.config.json",
            "biome.json",
            "biome.jsonc",
            "eslint.config.js",
            "eslint.config.mjs",
            "eslint.config.ts",
            ".eslintrc",
            ".eslintrc.js",
            ".eslintrc.cjs",
            ".eslintrc.json",
            "jest.config.js",
            "jest.config.ts",
            "jest.preset.js",
            "vitest.config.ts",
            "vitest.workspace.ts",
        ],
        ..PLAIN
    },
    Kind {
        id: "rust",
        noun: "Rust crate",
        markers: &["Cargo.toml"],
        templates: &["rust"],
        reader: Some("cargo"),
        own: &["Cargo.lock"],
        shared: &[
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            "rust-toolchain",
            ".cargo/config.toml",
            "clippy.toml",
            "rustfmt.toml",
            "deny.toml",
        ],
        ..PLAIN
    },
    Kind {
        id: "go",
        noun: "Go module",
        markers: &["go.mod"],
        templates: &["go"],
        reader: Some("go"),
        own: &["go.mod"],
        shared: &["go.work", "go.work.sum", ".golangci.yml", ".golangci.yaml", ".golangci.toml"],
        ..PLAIN
    },
    Kind {
        id: "python",
        noun: "Python project",
        markers: &["pyproject.toml", "setup.py", "requirements.txt"],
        templates: &["python"],
        own: &["uv.lock", "poetry.lock", "pdm.lock", "requirements.txt"],
        shared: &[
            "pyproject.toml",
            "uv.lock",
            "uv.toml",
            "poetry.lock",
            "pdm.lock",
            ".python-version",
            "ruff.toml",
            ".ruff.toml",
            "mypy.ini",
            "pytest.ini",
            "conftest.py",
            "tox.ini",
            "setup.cfg",
            "requirements.txt",
            "constraints.txt",
        ],
        ..PLAIN
    },
    Kind {
        id: "maven",
        noun: "Maven module",
        markers: &["pom.xml"],
        templates: &["java"],
        own: &["mvnw"],
        shared: &["pom.xml", "mvnw", ".mvn/maven.config", ".mvn/extensions.xml", ".mvn/jvm.config"],
        ..PLAIN
    },
    Kind {
        id: "gradle",
        noun: "Gradle project",
        markers: &["build.gradle", "build.gradle.kts"],
        templates: &["java"],
        own: &["settings.gradle", "settings.gradle.kts", "gradlew"],
        shared: &[
            "settings.gradle",
            "settings.gradle.kts",
            "build.gradle",
            "build.gradle.kts",
            "gradle.properties",
            "gradlew",
            "gradle/libs.versions.toml",
            "gradle/wrapper/gradle-wrapper.properties",
            "buildSrc/",
            "build-logic/",
        ],
        ..PLAIN
    },
    Kind {
        id: "dotnet",
        noun: ".NET project",
        markers: &["*.csproj", "*.fsproj", "*.vbproj"],
        templates: &["dotnet"],
        own: &["*.sln", "*.slnx"],
        shared: &[
            "Directory.Build.props",
            "Directory.Build.targets",
            "Directory.Packages.props",
            "global.json",
            "nuget.config",
            "NuGet.config",
            "NuGet.Config",
        ],
        ..PLAIN
    },
    delivery("docker", "container image", &["image", "docker-image"], &["Dockerfile", "Containerfile"]),
    Kind {
        own: &[".terraform.lock.hcl"],
        shared: &[".tflint.hcl", ".terraform-version", ".opentofu-version"],
        ..delivery("opentofu", "OpenTofu or Terraform module", &["opentofu"], &["*.tf", "*.tofu"])
    },
    Kind {
        reader: Some("helm"),
        ..delivery("helm", "Helm chart", &["helm"], &["Chart.yaml"])
    },
    delivery("kustomize", "Kustomize directory", &["kubernetes"], &["kustomization.yaml", "kustomization.yml"]),
    delivery("site", "static site", &["static-site"], &["index.html"]),
    Kind {
        advice: "`docs/cdk.md` says how its stages become jobs",
        ..delivery("cdk", "CDK app", &["cdk"], &["cdk.json"])
    },
    delivery("terragrunt", "Terragrunt directory", &["terragrunt"], &["terragrunt.hcl", "terragrunt.stack.hcl"]),
    delivery("pulumi", "Pulumi project", &["pulumi"], &["Pulumi.yaml", "Pulumi.yml"]),
    delivery("serverless", "Serverless service", &["serverless"], &["serverless.yml", "serverless.ts"]),
    delivery("sam", "SAM application", &["sam"], &["samconfig.toml"]),
    delivery("ansible", "Ansible project", &["ansible"], &["ansible.cfg", "galaxy.yml"]),
    delivery("helmfile", "Helmfile", &["helmfile"], &["helmfile.yaml", "helmfile.yaml.gotmpl"]),
    plain("deno", "Deno project", &["deno.json", "deno.jsonc"]),
    plain("php", "PHP package", &["composer.json"]),
    plain("ruby", "Ruby project", &["Gemfile", "*.gemspec"]),
    plain("elixir", "Elixir project", &["mix.exs"]),
    plain("erlang", "Erlang project", &["rebar.config"]),
    plain("dart", "Dart or Flutter package", &["pubspec.yaml"]),
    plain("swift", "Swift package", &["Package.swift"]),
    plain("scala", "Scala build", &["build.sbt", "build.sc", "build.mill"]),
    plain("clojure", "Clojure project", &["deps.edn", "project.clj"]),
    plain("haskell", "Haskell package", &["stack.yaml", "cabal.project", "*.cabal"]),
    plain("ocaml", "OCaml project", &["dune-project"]),
    plain("zig", "Zig project", &["build.zig"]),
    plain("julia", "Julia package", &["Project.toml"]),
    plain("r", "R package", &["DESCRIPTION"]),
    plain("perl", "Perl distribution", &["cpanfile", "Makefile.PL"]),
    plain("cmake", "CMake project", &["CMakeLists.txt"]),
    plain("meson", "Meson project", &["meson.build"]),
    plain("bazel", "Bazel workspace", &["MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel"]),
    plain("nix", "Nix flake", &["flake.nix"]),
    plain("buf", "Protobuf module", &["buf.yaml"]),
    plain("mkdocs", "MkDocs site", &["mkdocs.yml", "mkdocs.yaml"]),
    plain("hugo", "Hugo site", &["hugo.toml", "hugo.yaml"]),
    plain("mdbook", "mdBook", &["book.toml"]),
    plain("pipenv", "Pipenv project", &["Pipfile"]),
    tool("compose", "Compose file", &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]),
    tool("make", "Makefile", &["Makefile", "justfile", "Justfile", "Taskfile.yml", "Earthfile"]),
];

impl Kind {
    /// Returns the kind of this id.
    pub(super) fn named(id: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.id == id)
    }

    /// Returns the marker among the names of files of a directory.
    pub(super) fn marker<'n>(&self, names: impl IntoIterator<Item = &'n str> + Clone) -> Option<&'n str> {
        self.markers.iter().find_map(|marker| names.clone().into_iter().find(|name| fits(marker, name)))
    }

    /// Returns the built-in template of this kind, if this version has one.
    pub(super) fn template(&self, library: &[String]) -> Option<String> {
        let names = self.templates.iter().map(|name| format!("nestling/{name}"));
        names.into_iter().find(|name| library.contains(name))
    }
}

/// Returns true if a name is the pattern, or has the end that `*` stands before.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => name.len() > end.len() && name.ends_with(end),
        None => name == pattern,
    }
}

/// Files at the root that concern every unit.
pub(super) const EVERYTHING: [&str; 7] = [
    ".gitlab-ci.yml",
    "nestling.gitlab-ci.yml",
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
    "devbox.json",
    "flake.lock",
];

/// Directories that are not entered: what they hold is installed, generated or of another project.
pub(super) const FOREIGN: [(&str, &str); 12] = [
    ("node_modules", "installed packages"),
    ("bower_components", "installed packages"),
    ("vendor", "vendored code"),
    ("third_party", "code of others"),
    ("third-party", "code of others"),
    ("thirdparty", "code of others"),
    ("target", "build output"),
    ("dist", "build output"),
    ("venv", "installed packages"),
    ("__pycache__", "build output"),
    ("coverage", "reports"),
    ("Pods", "installed packages"),
];

/// Directories whose projects are material of tests and documentation. What such a directory has is a unit only if a workspace
/// lists it, or if it is independent of what is around it.
pub(super) const MATERIAL: [(&str, Material); 39] = [
    ("testdata", Material::Fixture),
    ("test-data", Material::Fixture),
    ("test_data", Material::Fixture),
    ("fixtures", Material::Fixture),
    ("fixture", Material::Fixture),
    ("__fixtures__", Material::Fixture),
    ("test-fixtures", Material::Fixture),
    ("test_fixtures", Material::Fixture),
    ("__testfixtures__", Material::Fixture),
    ("testfixtures", Material::Fixture),
    ("testFixtures", Material::Fixture),
    ("__mocks__", Material::Fixture),
    ("__snapshots__", Material::Fixture),
    ("snapshots", Material::Fixture),
    ("golden", Material::Fixture),
    ("goldens", Material::Fixture),
    ("test-projects", Material::Fixture),
    ("test_projects", Material::Fixture),
    ("testing-projects", Material::Fixture),
    ("template", Material::Template),
    ("templates", Material::Template),
    ("boilerplate", Material::Template),
    ("boilerplates", Material::Template),
    ("skeleton", Material::Template),
    ("scaffold", Material::Template),
    ("scaffolds", Material::Template),
    ("starters", Material::Template),
    ("test", Material::Test),
    ("tests", Material::Test),
    ("__tests__", Material::Test),
    ("spec", Material::Test),
    ("specs", Material::Test),
    ("e2e", Material::Test),
    ("example", Material::Example),
    ("examples", Material::Example),
    ("sample", Material::Example),
    ("samples", Material::Example),
    ("demos", Material::Example),
    ("playground", Material::Example),
];

/// What a directory's projects are for, other than to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Material {
    /// Input of tests. Never a unit.
    Fixture,
    /// Text that new projects are made from.
    Template,
    /// Projects below a directory of tests.
    Test,
    /// Projects for people to read.
    Example,
}

impl Material {
    /// Returns the noun of the report.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Fixture => "a fixture of tests",
            Self::Template => "a template of projects",
            Self::Test => "a project of tests",
            Self::Example => "an example",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_own_markers() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert!(!kind.markers.is_empty(), "{}", kind.id);
            for marker in kind.markers {
                let earlier = &KINDS[..index];
                let other = earlier.iter().find(|other| other.markers.contains(marker));
                assert!(other.is_none(), "{marker} is of {} and {other:?}", kind.id);
            }
        }
    }

    #[test]
    fn an_end_of_a_name_is_no_name() {
        assert!(fits("*.tf", "main.tf"));
        assert!(!fits("*.tf", ".tf"));
        assert!(!fits("go.mod", "go.mod.bak"));
    }
}
