//! Lock files that lack what a manifest requires.

use super::check;

const PACKAGE: (&str, &str) = ("a/package.json", "{ \"dependencies\": { \"x\": \"^2.1.0\" } }");

#[test]
fn npm() {
    let npm = |packages: &str| format!("{{ \"packages\": {{ \"\": {{}}, {packages} }} }}");
    let (has, old, lacks) = (
        npm("\"node_modules/x\": { \"version\": \"2.3.0\" }"),
        npm("\"node_modules/x\": { \"version\": \"1.9.0\" }"),
        npm("\"node_modules/y\": {}"),
    );
    let reason = "`x@^2.1.0` in a/package-lock.json, since a/package.json requires it: run `npm install`";
    check(&[
        ("npm ci", &[PACKAGE, ("a/package-lock.json", &has)], None),
        ("npm ci", &[PACKAGE, ("a/package-lock.json", &old)], Some(reason)),
        ("npm ci", &[PACKAGE, ("a/package-lock.json", &lacks)], Some("`x@^2.1.0`")),
        ("npm ci", &[PACKAGE, ("a/package-lock.json", "{}")], Some(reason)),
        ("npm ci", &[("a/package.json", "{}"), ("a/package-lock.json", "{}")], None),
        ("npm install", &[PACKAGE, ("a/package-lock.json", &lacks)], None),
    ]);
}

/// The package managers themselves were run on such files.
#[test]
fn files_without_content_and_invalid_ones() {
    let bare = ("a/package.json", "{}");
    let project = ("a/pyproject.toml", "[project]\nname = 'a'\ndependencies = ['x']\n");
    let (cargo, lib) = (("a/Cargo.toml", "[package]\nname = 'a'\n"), ("a/src/lib.rs", ""));
    let empty = "which is empty: run `";
    let invalid = "which is invalid: run `";
    check(&[
        ("npm ci", &[bare, ("a/package-lock.json", "")], Some(empty)),
        ("npm ci", &[bare, ("a/package-lock.json", "<<<<<<< HEAD\n")], Some(invalid)),
        ("pnpm install --frozen-lockfile", &[bare, ("a/pnpm-lock.yaml", "\n")], Some(empty)),
        ("pnpm install --frozen-lockfile", &[bare, ("a/pnpm-lock.yaml", "a: [\n")], Some(invalid)),
        (
            "pnpm install --frozen-lockfile",
            &[PACKAGE, ("a/pnpm-lock.yaml", "lockfileVersion: '9.0'\n")],
            Some("`x@^2.1.0`"),
        ),
        ("yarn install --frozen-lockfile", &[bare, ("a/yarn.lock", "")], None),
        (
            "yarn install --frozen-lockfile",
            &[PACKAGE, ("a/yarn.lock", "# yarn lockfile v1\n")],
            Some("`x@^2.1.0`"),
        ),
        ("yarn install --immutable", &[bare, ("a/yarn.lock", "")], Some(empty)),
        ("bun install --frozen-lockfile", &[bare, ("a/bun.lock", "")], Some(empty)),
        ("cargo test --locked", &[cargo, lib, ("a/Cargo.lock", "")], Some(empty)),
        (
            "cargo test --locked",
            &[cargo, lib, ("a/Cargo.lock", "version = 4\n")],
            Some("`a` in a/Cargo.lock"),
        ),
        ("uv sync --locked", &[project, ("a/uv.lock", "")], Some(empty)),
        ("uv sync --locked", &[project, ("a/uv.lock", "version = 1\n")], Some("`a` in a/uv.lock")),
        ("poetry install", &[project, ("a/poetry.lock", "")], Some(empty)),
        ("poetry install", &[project, ("a/poetry.lock", "x [")], Some(invalid)),
        ("pdm install --frozen-lockfile", &[project, ("a/pdm.lock", "")], None),
        ("pdm install --frozen-lockfile", &[project, ("a/pdm.lock", "x [")], Some(invalid)),
        (
            "pdm install --frozen-lockfile",
            &[project, ("a/pdm.lock", "package = []\n")],
            Some("`x` in a/pdm.lock"),
        ),
        ("composer install", &[("a/composer.json", "{}"), ("a/composer.lock", "")], Some(empty)),
    ]);
}

#[test]
fn merge_conflicts() {
    let conflict = "<<<<<<< HEAD\n=======\n>>>>>>> main\n";
    let module = ("a/go.mod", "module a\n");
    let reason = Some("which contains a merge conflict");
    check(&[
        ("yarn install --immutable", &[PACKAGE, ("a/yarn.lock", conflict)], reason),
        ("bundle install", &[("a/Gemfile", ""), ("a/Gemfile.lock", conflict)], reason),
        ("bundle install", &[("a/Gemfile", ""), ("a/Gemfile.lock", "")], None),
        ("mix deps.get", &[("a/mix.exs", ""), ("a/mix.lock", conflict)], reason),
        ("go vet ./...", &[module, ("a/a.go", "package a\n"), ("a/go.sum", conflict)], reason),
    ]);
}

#[test]
fn pnpm() {
    let pnpm = |asked: &str| {
        format!("importers:\n  a:\n    dependencies:\n      x: {{ specifier: {asked}, version: 2.1.0 }}\n")
    };
    let (has, old) = (pnpm("^2.1.0"), pnpm("^1.0.0"));
    let overrides = format!("overrides: {{ x: 1 }}\n{old}");
    let command = "pnpm install --frozen-lockfile";
    check(&[
        (command, &[PACKAGE, ("pnpm-lock.yaml", &has)], None),
        (command, &[PACKAGE, ("pnpm-lock.yaml", &old)], Some("run `pnpm install`")),
        (command, &[PACKAGE, ("pnpm-lock.yaml", &overrides)], None),
        (command, &[PACKAGE, ("a/pnpm-lock.yaml", "specifiers: { x: ^2.1.0 }\n")], None),
    ]);
}

#[test]
fn yarn_and_bun() {
    let bun = "{ \"workspaces\": { \"\": { \"dependencies\": { \"x\": \"^1\", }, }, }, }";
    let has = "# c\nx@^1.0.0, x@^2.1.0:\n  version \"2\"\n";
    let old = "x@^2.0.0:\n  version \"2\"\n";
    let modern = "__metadata:\n  version: 8\n\"x@npm:^2.1.0\":\n";
    let reason = "`x@^2.1.0` in a/yarn.lock";
    check(&[
        ("yarn install --frozen-lockfile", &[PACKAGE, ("a/yarn.lock", has)], None),
        ("yarn install --frozen-lockfile", &[PACKAGE, ("a/yarn.lock", old)], Some(reason)),
        ("yarn install --immutable", &[PACKAGE, ("a/yarn.lock", modern)], None),
        ("bun install --frozen-lockfile", &[PACKAGE, ("a/bun.lock", bun)], Some("`x@^2.1.0` in a/bun.lock")),
    ]);
}

#[test]
fn cargo() {
    let manifest = ("a/Cargo.toml", "[package]\nname = 'a'\n[dependencies]\nx = '1'\n");
    let cargo = |dependencies: &str| {
        let other = "[[package]]\nname = 'x'\nsource = 'r'\n";
        format!("[[package]]\nname = 'a'\ndependencies = [{dependencies}]\n{other}")
    };
    let (has, lacks) = (cargo("'x 1.0.0'"), cargo(""));
    let lib = ("a/src/lib.rs", "");
    let command = "cargo test --locked";
    check(&[
        (command, &[manifest, lib, ("a/Cargo.lock", &has)], None),
        (command, &[manifest, lib, ("a/Cargo.lock", &lacks)], Some("`x` in a/Cargo.lock")),
        ("cargo test", &[manifest, lib, ("a/Cargo.lock", &lacks)], None),
    ]);
}

#[test]
fn python() {
    let project =
        ("a/pyproject.toml", "[project]\nname = 'A_b'\ndependencies = ['X.y>=1; python_version > \"3\"']\n");
    let uv = |name: &str| {
        format!("[[package]]\nname = 'a-b'\n[package.metadata]\nrequires-dist = [{{ name = '{name}' }}]\n")
    };
    let (has, lacks) = (uv("x-y"), uv("z"));
    let poetry = (
        "a/pyproject.toml",
        "[tool.poetry]\nname = 'a'\npackages = [{ include = 'a' }]\n[tool.poetry.dependencies]\npython = '^3'\nx = '1'\n",
    );
    let (poetry_has, poetry_lacks) = ("[[package]]\nname = 'X'\n", "[[package]]\nname = 'y'\n");
    check(&[
        ("uv sync --locked", &[project, ("a/uv.lock", &has)], None),
        ("uv sync --locked", &[project, ("a/uv.lock", &lacks)], Some("`X.y` in a/uv.lock")),
        ("poetry install", &[poetry, ("a/poetry.lock", poetry_has)], None),
        ("poetry install", &[poetry, ("a/poetry.lock", poetry_lacks)], Some("`x` in a/poetry.lock")),
    ]);
}

#[test]
fn composer() {
    let package = ("a/composer.json", "{ \"require\": { \"php\": \"8\", \"v/x\": \"1\" } }");
    let lacks = "{ \"packages\": [{ \"name\": \"v/y\" }] }";
    let provides = "{ \"packages\": [{ \"name\": \"v/y\", \"provide\": { \"v/x\": \"1\" } }] }";
    check(&[
        ("composer install", &[package, ("a/composer.lock", lacks)], Some("`v/x`")),
        ("composer install", &[package, ("a/composer.lock", provides)], None),
    ]);
}

#[test]
fn go() {
    let module =
        ("a/go.mod", "module a\n\ngo 1.24\n\nrequire (\n\tx.org/y v1.2.0\n\tx.org/i v1.0.0 // indirect\n)\n");
    let code = ("a/main.go", "package a\n\nimport (\n\t\"fmt\"\n\t\"x.org/y/z\"\n)\n");
    let sums = |version: &str| format!("x.org/y {version} h1:a=\nx.org/y {version}/go.mod h1:b=\n");
    let (has, old) = (sums("v1.2.0"), sums("v1.1.0"));
    let reason =
        "`x.org/y v1.2.0` in a/go.sum, since a/go.mod requires it: run `go mod tidy`, and commit a/go.sum";
    let replaced = ("a/go.mod", "module a\nrequire x.org/y v1.2.0\nreplace x.org/y => ../y\n");
    let vendored = "# x.org/y v1.1.0\n## explicit\nx.org/y/z\n";
    check(&[
        ("go vet ./...", &[module, code, ("a/go.sum", &has)], None),
        ("go vet ./...", &[module, code, ("a/go.sum", &old)], Some(reason)),
        ("gotestsum", &[module, code], Some(reason)),
        ("go vet ./...", &[module, ("a/main.go", "package a\n")], None),
        (
            "go vet ./...",
            &[
                module,
                ("a/b.go", "package a\n"),
                ("a/main.go", "//go:build tools\n\npackage a\n\nimport \"x.org/y\"\n"),
            ],
            None,
        ),
        ("go vet ./...", &[replaced, code, ("y/go.mod", "module x.org/y\n")], None),
        ("go vet ./...", &[module, code, ("go.work", "use ./a\n")], None),
        ("go vet ./...", &[module, code, ("a/vendor/modules.txt", vendored)], Some("run `go mod vendor`")),
    ]);
}

#[test]
fn terraform() {
    let code = |version: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      version = \"{version}\"\n    }}\n    random = {{ source = \"hashicorp/random\" }}\n  }}\n}}\n"
        )
    };
    let entry = |name: &str| {
        format!(
            "provider \"registry.terraform.io/hashicorp/{name}\" {{\n  version = \"5.40.0\"\n  hashes = [\"h1:a\"]\n}}\n"
        )
    };
    let (both, one) = (entry("aws") + &entry("random"), entry("aws"));
    let (met, newer) = (code("~> 5.0"), code(">= 6.0"));
    let command = "terraform init -lockfile=readonly -backend=false";
    let reason = "`hashicorp/random` in a/.terraform.lock.hcl, since a/main.tf requires it: run `terraform init -upgrade`";
    check(&[
        (command, &[("a/main.tf", &met), ("a/.terraform.lock.hcl", &both)], None),
        (command, &[("a/main.tf", &met), ("a/.terraform.lock.hcl", &one)], Some(reason)),
        (command, &[("a/main.tf", &newer), ("a/.terraform.lock.hcl", &both)], Some("`hashicorp/aws >= 6.0`")),
        ("terraform init", &[("a/main.tf", &met), ("a/.terraform.lock.hcl", &one)], None),
        (
            command,
            &[("a/main.tf", "provider \"aws\" {}\n"), ("a/.terraform.lock.hcl", "")],
            Some("`hashicorp/aws`"),
        ),
        (command, &[("a/main.tf", "data \"aws_x\" \"y\" {}\n"), ("a/.terraform.lock.hcl", &one)], None),
        (
            command,
            &[
                ("a/main.tf", "resource \"google_x\" \"y\" {\n  provider = aws.b\n}\n"),
                ("a/.terraform.lock.hcl", &one),
            ],
            None,
        ),
        (command, &[("a/main.tf", "output \"x\" { value = 1 }\n"), ("a/.terraform.lock.hcl", "")], None),
    ]);
}

#[test]
fn dotnet() {
    let project =
        |items: &str| format!("<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{items}</ItemGroup></Project>");
    let (plain, conditional) = (
        project("<PackageReference Include=\"X.Y\" Version=\"1.2.0\" />"),
        project("<PackageReference Include=\"X.Y\" Version=\"1.2.0\" Condition=\"'$(A)' == ''\" />"),
    );
    let lock = |requested: &str| {
        format!(
            "{{ \"version\": 1, \"dependencies\": {{ \"net9.0\": {{ \"x.y\": {{ \"requested\": \"[{requested}, )\" }} }} }} }}"
        )
    };
    let (has, old) = (lock("1.2.0"), lock("1.1.0"));
    let none = "{ \"dependencies\": { \"net9.0\": {} } }";
    let command = "dotnet restore a.csproj --locked-mode";
    let reason = "`X.Y 1.2.0` in a/packages.lock.json, since a/a.csproj requires it: run `dotnet restore --force-evaluate`";
    check(&[
        (command, &[("a/a.csproj", &plain), ("a/packages.lock.json", &has)], None),
        (command, &[("a/a.csproj", &plain), ("a/packages.lock.json", &old)], Some(reason)),
        (command, &[("a/a.csproj", &plain), ("a/packages.lock.json", none)], Some(reason)),
        (
            command,
            &[("a/a.csproj", &plain), ("a/packages.lock.json", "")],
            Some("a valid a/packages.lock.json"),
        ),
        (command, &[("a/a.csproj", &conditional), ("a/packages.lock.json", none)], None),
        ("dotnet restore a.csproj", &[("a/a.csproj", &plain), ("a/packages.lock.json", none)], None),
        (
            "dotnet restore all.slnx --locked-mode",
            &[
                ("a/all.slnx", "<Solution><Project Path=\"p/p.csproj\" /></Solution>"),
                ("a/p/p.csproj", &plain),
                ("a/p/packages.lock.json", none),
            ],
            Some("`X.Y 1.2.0` in a/p/packages.lock.json"),
        ),
    ]);
}
