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
        ("npm ci", &[PACKAGE, ("a/package-lock.json", "{}")], None),
        ("npm ci", &[PACKAGE, ("a/package-lock.json", "not JSON")], None),
        ("npm install", &[PACKAGE, ("a/package-lock.json", &lacks)], None),
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
