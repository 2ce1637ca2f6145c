//! The kinds, as data.

use super::{Kind, Role};
use crate::init::own_templates::{ELIXIR, HELM, KUSTOMIZE, NX, PHP, RUBY};

/// The part that most kinds without a template have in common.
const PLAIN: Kind = Kind {
    id: "",
    noun: "",
    role: Role::Code,
    markers: &[],
    templates: &[],
    own_template: None,
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
const fn tool(
    id: &'static str,
    noun: &'static str,
    markers: &'static [&'static str],
    advice: &'static str,
) -> Kind {
    Kind { id, noun, role: Role::Tool, markers, advice, ..PLAIN }
}

/// All kinds. In a directory with the markers of several kinds of code, the first one with a template wins.
pub(in crate::init) static KINDS: [Kind; 52] = [
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
        reader: Some("nx"),
        own_template: Some(&NX),
        shared: &[
            "nx.json",
            "package.json",
            "package-lock.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "bun.lock",
            ".nvmrc",
            ".node-version",
            "tsconfig.base.json",
            "jest.preset.js",
            "jest.config.ts",
            "eslint.config.js",
            "eslint.config.mjs",
            ".eslintrc.json",
        ],
        ..plain("nx", "Nx project", &["project.json"])
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
        reader: Some("python"),
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
        reader: Some("maven"),
        own: &["mvnw"],
        shared: &[
            "pom.xml",
            "mvnw",
            ".mvn/maven.config",
            ".mvn/extensions.xml",
            ".mvn/jvm.config",
            ".java-version",
            ".sdkmanrc",
        ],
        ..PLAIN
    },
    Kind {
        id: "gradle",
        noun: "Gradle project",
        markers: &["build.gradle", "build.gradle.kts"],
        templates: &["java"],
        reader: Some("gradle"),
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
            ".java-version",
            ".sdkmanrc",
        ],
        ..PLAIN
    },
    Kind {
        id: "dotnet",
        noun: ".NET project",
        markers: &["*.csproj", "*.fsproj", "*.vbproj"],
        templates: &["dotnet"],
        reader: Some("dotnet"),
        own: &["*.sln", "*.slnx"],
        shared: &["global.json", "nuget.config", "NuGet.config", "NuGet.Config"],
        ..PLAIN
    },
    delivery("docker", "container image", &["image", "docker-image"], &["Dockerfile", "Containerfile"]),
    Kind {
        reader: Some("terraform"),
        own: &[".terraform.lock.hcl"],
        shared: &[".tflint.hcl", ".terraform-version", ".opentofu-version"],
        ..delivery(
            "opentofu",
            "OpenTofu or Terraform module",
            &["opentofu"],
            &["*.tf", "*.tofu", "*.tf.json", "*.tofu.json"],
        )
    },
    Kind {
        // `nestling/helm` deploys, and only people know where to: the chart is linted until they use it.
        reader: Some("helm"),
        own_template: Some(&HELM),
        ..delivery("helm", "Helm chart", &[], &["Chart.yaml"])
    },
    Kind {
        // As for charts: `nestling/kubernetes` needs the environments.
        reader: Some("kustomize"),
        own_template: Some(&KUSTOMIZE),
        ..delivery(
            "kustomize",
            "Kustomize directory",
            &[],
            &["kustomization.yaml", "kustomization.yml", "Kustomization"],
        )
    },
    delivery("site", "static site", &["static-site"], &["index.html"]),
    Kind {
        advice: "`docs/cdk.md` shows how its stages are converted to jobs",
        ..delivery("cdk", "CDK app", &["cdk"], &["cdk.json"])
    },
    Kind {
        advice: "there is no built-in template: write a job in a `nestling.yml` there that runs `terragrunt plan` in an image \
                 with Terragrunt, with a role in your cloud",
        ..delivery(
            "terragrunt",
            "Terragrunt directory",
            &["terragrunt"],
            &["terragrunt.hcl", "terragrunt.stack.hcl"],
        )
    },
    delivery("pulumi", "Pulumi project", &["pulumi"], &["Pulumi.yaml", "Pulumi.yml"]),
    delivery("serverless", "Serverless service", &["serverless"], &["serverless.yml", "serverless.ts"]),
    delivery(
        "wrangler",
        "Cloudflare Worker",
        &["wrangler"],
        &["wrangler.toml", "wrangler.json", "wrangler.jsonc"],
    ),
    delivery("cdktf", "CDK for Terraform app", &["cdktf"], &["cdktf.json"]),
    delivery("sam", "SAM application", &["sam"], &["samconfig.toml"]),
    delivery("ansible", "Ansible project", &["ansible"], &["ansible.cfg", "galaxy.yml"]),
    delivery("helmfile", "Helmfile", &["helmfile"], &["helmfile.yaml", "helmfile.yaml.gotmpl"]),
    plain("deno", "Deno project", &["deno.json", "deno.jsonc"]),
    Kind { own_template: Some(&PHP), ..plain("php", "PHP package", &["composer.json"]) },
    Kind {
        own_template: Some(&RUBY),
        shared: &["Gemfile", "Gemfile.lock", ".ruby-version", ".rspec", ".rubocop.yml"],
        ..plain("ruby", "Ruby project", &["Gemfile", "*.gemspec"])
    },
    Kind { own_template: Some(&ELIXIR), ..plain("elixir", "Elixir project", &["mix.exs"]) },
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
    plain("conda", "Conda environment", &["environment.yml", "environment.yaml"]),
    plain("pixi", "Pixi project", &["pixi.toml"]),
    plain("dbt", "dbt project", &["dbt_project.yml"]),
    plain("platformio", "PlatformIO project", &["platformio.ini"]),
    tool(
        "compose",
        "Compose file",
        &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"],
        "it is read for how images are built, and no job starts its services",
    ),
    tool(
        "make",
        "Makefile",
        &["Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile.yml", "Earthfile"],
        "no job runs its targets: write one into a `nestling.yml` of the directory, with an image that has what they need",
    ),
];
