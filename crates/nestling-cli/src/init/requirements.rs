//! The files that commands of jobs need, as data.

/// Place of a file that a command needs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Needs {
    /// One of these is in the directory where the command runs.
    Here(&'static [&'static str]),
    /// One of these is there, or in a directory above.
    Above(&'static [&'static str]),
    /// The file that the first argument behind one of these options names is there.
    Option(&'static [&'static str]),
    /// The script of package.json that the word behind the command names.
    Script,
}

/// A command and what it needs.
#[derive(Debug)]
pub(super) struct Requirement {
    /// The words that it begins with.
    pub command: &'static [&'static str],
    /// A word that has to be among the others for this to count; empty for none.
    pub with: &'static str,
    /// The file.
    pub needs: Needs,
}

const fn requires(command: &'static [&'static str], with: &'static str, needs: Needs) -> Requirement {
    Requirement { command, with, needs }
}

const NPM_LOCKS: Needs = Needs::Here(&["package-lock.json", "npm-shrinkwrap.json"]);
const PACKAGE: Needs = Needs::Here(&["package.json"]);
const PNPM_LOCK: Needs = Needs::Above(&["pnpm-lock.yaml"]);
const YARN_LOCK: Needs = Needs::Above(&["yarn.lock"]);
const BUN_LOCKS: Needs = Needs::Above(&["bun.lock", "bun.lockb"]);
const PROJECT: Needs = Needs::Above(&["pyproject.toml"]);
const CARGO_LOCK: Needs = Needs::Above(&["Cargo.lock"]);
const CARGO: Needs = Needs::Above(&["Cargo.toml"]);
const GO: Needs = Needs::Above(&["go.mod", "go.work"]);
const TERRAFORM: Needs = Needs::Here(&["*.tf", "*.tofu", "*.tf.json"]);
const PROVIDERS: Needs = Needs::Here(&[".terraform.lock.hcl"]);
const GRADLE: Needs =
    Needs::Above(&["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"]);

/// The commands that the built-in templates use, and their relatives. Each that fits has to hold.
pub(super) const REQUIREMENTS: [Requirement; 59] = [
    requires(&["npm", "ci"], "", NPM_LOCKS),
    requires(&["npm", "install"], "", PACKAGE),
    requires(&["npm", "run"], "", Needs::Script),
    requires(&["npm", "test"], "", Needs::Script),
    requires(&["pnpm", "install"], "", PACKAGE),
    requires(&["pnpm", "install"], "--frozen-lockfile", PNPM_LOCK),
    requires(&["pnpm", "run"], "", Needs::Script),
    requires(&["yarn", "install"], "--immutable", YARN_LOCK),
    requires(&["yarn", "install"], "--frozen-lockfile", YARN_LOCK),
    requires(&["yarn", "run"], "", Needs::Script),
    requires(&["bun", "ci"], "", BUN_LOCKS),
    requires(&["bun", "install"], "", PACKAGE),
    requires(&["bun", "install"], "--frozen-lockfile", BUN_LOCKS),
    requires(&["bun", "run"], "", Needs::Script),
    requires(&["pip", "install"], "", Needs::Option(&["--requirement", "-r"])),
    requires(&["pip", "install"], "--editable", Needs::Here(&["pyproject.toml", "setup.py", "setup.cfg"])),
    requires(&["uv", "sync"], "", PROJECT),
    requires(&["uv", "sync"], "--locked", Needs::Above(&["uv.lock"])),
    requires(&["uv", "sync"], "--frozen", Needs::Above(&["uv.lock"])),
    requires(&["poetry", "install"], "", PROJECT),
    requires(&["poetry", "sync"], "", PROJECT),
    requires(&["pdm", "install"], "", PROJECT),
    requires(&["pdm", "install"], "--frozen-lockfile", Needs::Above(&["pdm.lock"])),
    requires(&["cargo", "build"], "", CARGO),
    requires(&["cargo", "test"], "", CARGO),
    requires(&["cargo", "nextest"], "", CARGO),
    requires(&["cargo", "llvm-cov"], "", CARGO),
    requires(&["cargo", "clippy"], "", CARGO),
    requires(&["cargo", "fmt"], "", CARGO),
    // `cargo install --locked` is for the lock file of what is installed.
    requires(&["cargo", "build"], "--locked", CARGO_LOCK),
    requires(&["cargo", "test"], "--locked", CARGO_LOCK),
    requires(&["cargo", "nextest"], "--locked", CARGO_LOCK),
    requires(&["cargo", "llvm-cov"], "--locked", CARGO_LOCK),
    requires(&["cargo", "clippy"], "--locked", CARGO_LOCK),
    requires(&["go", "vet"], "", GO),
    requires(&["go", "test"], "", GO),
    requires(&["go", "build"], "", GO),
    requires(&["go", "mod"], "", Needs::Here(&["go.mod"])),
    requires(&["gotestsum"], "", GO),
    requires(&["golangci-lint"], "", GO),
    requires(&["mvn"], "", Needs::Here(&["pom.xml"])),
    requires(&["./mvnw"], "", Needs::Here(&["mvnw"])),
    requires(&["gradle"], "", GRADLE),
    requires(&["./gradlew"], "", Needs::Here(&["gradlew"])),
    requires(&["tofu", "init"], "", TERRAFORM),
    requires(&["tofu", "init"], "-lockfile=readonly", PROVIDERS),
    requires(&["terraform", "init"], "", TERRAFORM),
    requires(&["terraform", "init"], "-lockfile=readonly", PROVIDERS),
    requires(&["docker", "build"], "", Needs::Option(&["--file", "-f"])),
    requires(&["docker", "buildx", "build"], "", Needs::Option(&["--file", "-f"])),
    requires(&["helm", "lint"], "", Needs::Above(&["Chart.yaml"])),
    requires(&["make"], "", Needs::Here(&["Makefile", "makefile", "GNUmakefile"])),
    requires(&["composer", "install"], "", Needs::Here(&["composer.json"])),
    requires(&["bundle", "install"], "", Needs::Above(&["Gemfile"])),
    requires(&["npx", "nx"], "", Needs::Above(&["nx.json"])),
    requires(&["bundle", "exec", "rake"], "", Needs::Here(&["Rakefile"])),
    requires(&["mix", "deps.get"], "", Needs::Here(&["mix.exs"])),
    requires(&["dotnet", "build"], "", Needs::Here(&["*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx"])),
    requires(&["dotnet", "test"], "", Needs::Above(&["*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx"])),
];
