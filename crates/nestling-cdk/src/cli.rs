//! The CDK command line that jobs call: the version of the project's lock file, or else one that this crate was tested with.
//!
//! It runs by itself and not out of `node_modules`: an assembly is all that it reads, so nothing else of the project has to
//! be installed.

use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use serde_json::Value;

/// The version where no lock file has one. `aws-cdk@latest` was an accidental build for a long time, and `aws-cdk@2` is
/// another version from one job to the next.
pub const PINNED_CLI: &str = "2.1148.1";

/// The way to call the command line of the project itself, whatever its version.
pub(crate) const OF_PROJECT: &str = "npx cdk";

/// The words with which npm fetches a program, whatever the project has.
pub(crate) const FETCHED: &str = "npx --yes ";

/// The first version that publishes assets and makes change sets for a review.
const OLDEST: [u64; 2] = [2, 1120];

/// The command line that the project has locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedCli {
    /// Its version.
    pub version: String,
    /// The lock file.
    pub file: String,
}

/// The command line that jobs call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cli {
    /// The words that call it.
    pub command: String,
    /// Its version, if it is fetched from a registry.
    pub version: Option<String>,
    /// The reason that it is not the project's own, where that might be expected.
    pub deviation: Option<String>,
}

impl Cli {
    /// Returns the command line that a header's `cli` means.
    pub(crate) fn of(written: &str, locked: Option<&LockedCli>, knows_schema: bool) -> Self {
        if written != OF_PROJECT && written != "npx aws-cdk" {
            return Self { command: written.to_owned(), version: None, deviation: None };
        }
        let fetched = |version: &str, deviation: Option<String>| Self {
            command: format!("{FETCHED}aws-cdk@{version}"),
            version: Some(version.to_owned()),
            deviation,
        };
        match locked {
            Some(LockedCli { version, .. }) if is_recent(version) => fetched(version, None),
            Some(LockedCli { version, file }) => {
                let text = format!(
                    "`{file}` has aws-cdk {version}, which is too old to publish assets and to prepare change sets: jobs run \
                     {PINNED_CLI}"
                );
                fetched(PINNED_CLI, Some(text))
            }
            None if knows_schema => fetched(PINNED_CLI, None),
            None => {
                let text = "the assembly is newer than the command line that jobs run by default: they run the newest \
                            aws-cdk 2; lock one in the project";
                fetched("2", Some(text.to_owned()))
            }
        }
    }
}

/// Programs that run installed commands of the project, or its own scripts.
const RUNNERS: [&str; 9] = ["bun", "bunx", "just", "make", "npm", "npx", "pnpm", "task", "yarn"];

impl Cli {
    /// Returns `true` if it is a program of the repository, and not of the image or of a registry.
    pub(crate) fn is_in_repository(&self) -> bool {
        let first = self.command.split_whitespace().next().unwrap_or_default();
        !self.command.starts_with(FETCHED)
            && ((first.contains('/') && !first.starts_with('/')) || RUNNERS.contains(&first))
    }
}

fn is_recent(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let own: [u64; 2] = [parts.next().unwrap_or(0), parts.next().unwrap_or(0)];
    own >= OLDEST
}

/// Finds the command line in the lock file of the app's directory, or of the nearest one above.
pub fn locked(files: &dyn Files, directory: &RepoPath) -> Option<LockedCli> {
    let mut current = Some(directory.clone());
    while let Some(ancestor) = current {
        for (name, find) in LOCK_FILES {
            let path = ancestor.child(name.as_bytes());
            let Ok(Some(bytes)) = files.read(&path) else { continue };
            let inside =
                directory.relative_to(&ancestor).map(|rest| String::from_utf8_lossy(rest).into_owned());
            if let Some(version) = find(&String::from_utf8_lossy(&bytes), &inside.unwrap_or_default()) {
                return Some(LockedCli { version, file: path.to_string() });
            }
        }
        current = ancestor.parent();
    }
    None
}

/// Keys of `cdk.json` that say nothing to a command line that gets an assembly, or that jobs say themselves.
const ABOUT_SYNTH: [&str; 21] = [
    "app",
    "assetMetadata",
    "assetParallelism",
    "build",
    "bundlingStacks",
    "ci",
    "color",
    "context",
    "debug",
    "language",
    "lookups",
    "notices",
    "output",
    "pathMetadata",
    "progress",
    "quiet",
    "requireApproval",
    "staging",
    "telemetry",
    "versionReporting",
    "watch",
];

/// Returns the keys of the app's `cdk.json` that say how the command line works, such as `toolkitStackName`.
pub fn app_settings(files: &dyn Files, directory: &RepoPath) -> Vec<String> {
    let bytes = files.read(&directory.child(b"cdk.json")).ok().flatten().unwrap_or_default();
    let settings: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let keys = settings.as_object().into_iter().flat_map(|keys| keys.keys());
    keys.filter(|key| !ABOUT_SYNTH.contains(&key.as_str())).cloned().collect()
}

/// Finds the version in the text of a lock file, for a directory below it.
type FindVersion = fn(&str, &str) -> Option<String>;

const LOCK_FILES: [(&str, FindVersion); 5] = [
    ("package-lock.json", of_npm),
    ("npm-shrinkwrap.json", of_npm),
    ("yarn.lock", of_yarn),
    ("pnpm-lock.yaml", of_pnpm),
    ("bun.lock", of_bun),
];

fn of_npm(text: &str, directory: &str) -> Option<String> {
    let lock: Value = serde_json::from_str(text).ok()?;
    let of_workspace = format!("{directory}/node_modules/aws-cdk");
    let version = |key: &str| lock.get("packages")?.get(key)?.get("version")?.as_str();
    let old = || lock.get("dependencies")?.get("aws-cdk")?.get("version")?.as_str();
    plain(version(&of_workspace).or_else(|| version("node_modules/aws-cdk")).or_else(old)?)
}

/// The entry `"aws-cdk@^2.1000.0":`, and its version in a line below.
fn of_yarn(text: &str, _: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start_matches('"').starts_with("aws-cdk@"));
    lines.next()?;
    let version = lines.map(str::trim).find_map(|line| line.strip_prefix("version"))?;
    plain(version.trim_start_matches(':').trim().trim_matches('"'))
}

/// The package `aws-cdk@2.1000.0:`, `/aws-cdk@2.1000.0:` or `/aws-cdk/2.1000.0:`; of several the newest.
fn of_pnpm(text: &str, _: &str) -> Option<String> {
    let versions = text.lines().filter_map(|line| {
        let name = line.trim().trim_matches(['\'', '"']).trim_start_matches('/');
        let rest = name.strip_prefix("aws-cdk@").or_else(|| name.strip_prefix("aws-cdk/"))?;
        plain(rest.split([':', '(', '\'', '"']).next()?)
    });
    versions
        .max_by_key(|version| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u64>>())
}

/// The package `"aws-cdk": ["aws-cdk@2.1000.0", …]`.
fn of_bun(text: &str, _: &str) -> Option<String> {
    let rest = text.split_once("[\"aws-cdk@")?.1;
    plain(rest.split('"').next()?)
}

/// Returns a version that is one, and no range.
fn plain(version: &str) -> Option<String> {
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
    is_version.then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_files::files::MemoryFiles;

    #[test]
    fn the_version_is_that_of_the_nearest_lock_file() {
        let npm = r#"{"lockfileVersion":3,"packages":{"node_modules/aws-cdk":{"version":"2.1130.0"},"apps/b/node_modules/aws-cdk":{"version":"2.1131.0"}}}"#;
        let old = r#"{"lockfileVersion":1,"dependencies":{"aws-cdk":{"version":"2.1132.0"}}}"#;
        let yarn = "# yarn lockfile v1\n\naws-cdk-lib@^2.1.0:\n  version \"2.200.0\"\n\naws-cdk@^2.1000.0, aws-cdk@2:\n  version \"2.1133.0\"\n";
        let berry =
            "\"aws-cdk@npm:^2.1000.0\":\n  version: 2.1134.0\n  resolution: \"aws-cdk@npm:2.1134.0\"\n";
        let pnpm = "importers:\n  .:\n    devDependencies:\n      aws-cdk:\n        specifier: ^2\n        version: 2.1135.0\npackages:\n\n  aws-cdk-lib@2.200.0(constructs@10.0.0):\n  aws-cdk@2.1135.0:\n    hasBin: true\n";
        let old_pnpm = "packages:\n  /aws-cdk/2.1136.0:\n    hasBin: true\n  /aws-cdk/2.999.0:\n";
        let bun = "{ \"packages\": {\n    \"aws-cdk\": [\"aws-cdk@2.1137.0\", \"\", {}, \"sha512-x\"],\n} }";
        for (path, text, directory, want) in [
            ("package-lock.json", npm, "", Some("2.1130.0")),
            ("package-lock.json", npm, "apps/a", Some("2.1130.0")),
            ("package-lock.json", npm, "apps/b", Some("2.1131.0")),
            ("apps/a/package-lock.json", npm, "apps/b", None),
            ("apps/a/npm-shrinkwrap.json", old, "apps/a", Some("2.1132.0")),
            ("yarn.lock", yarn, "apps/a", Some("2.1133.0")),
            ("yarn.lock", berry, "", Some("2.1134.0")),
            ("pnpm-lock.yaml", pnpm, "", Some("2.1135.0")),
            ("pnpm-lock.yaml", old_pnpm, "", Some("2.1136.0")),
            ("bun.lock", bun, "", Some("2.1137.0")),
            ("package-lock.json", "{", "", None),
            (
                "package-lock.json",
                r#"{"packages":{"node_modules/aws-cdk":{"version":"file:x; id"}}}"#,
                "",
                None,
            ),
        ] {
            let files = MemoryFiles::new([(path, text.as_bytes())]);
            let actual = locked(&files, &RepoPath::parse(directory).unwrap());
            let want = want.map(|version| LockedCli { version: version.to_owned(), file: path.to_owned() });
            assert_eq!(actual, want, "{path} for {directory}");
        }
    }

    #[test]
    fn jobs_call_the_projects_own_version_unless_it_is_too_old() {
        let locked = |version: &str| LockedCli { version: version.to_owned(), file: "yarn.lock".to_owned() };
        for (written, own, knows_schema, command, deviates) in [
            ("npx cdk", Some(locked("2.1131.0")), true, "npx --yes aws-cdk@2.1131.0", false),
            ("npx aws-cdk", Some(locked("2.1131.0")), false, "npx --yes aws-cdk@2.1131.0", false),
            ("npx cdk", Some(locked("2.176.0")), true, "npx --yes aws-cdk@2.1148.1", true),
            ("npx cdk", Some(locked("1.204.0")), true, "npx --yes aws-cdk@2.1148.1", true),
            ("npx cdk", None, true, "npx --yes aws-cdk@2.1148.1", false),
            ("npx cdk", None, false, "npx --yes aws-cdk@2", true),
            ("npx --yes aws-cdk@2", Some(locked("2.1131.0")), true, "npx --yes aws-cdk@2", false),
            ("cdk", Some(locked("2.1131.0")), true, "cdk", false),
        ] {
            let cli = Cli::of(written, own.as_ref(), knows_schema);
            assert_eq!(
                (cli.command.as_str(), cli.deviation.is_some()),
                (command, deviates),
                "{written} {own:?}"
            );
        }
    }
}
