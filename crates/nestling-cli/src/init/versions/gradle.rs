//! Gradle: the toolchains and targets of build files, and the newest version of Java that a wrapper's Gradle runs on.

use super::java::number;
use super::{Statement, Versions, numbers};
use crate::init::inventory::and_above;
use nestling::{ReadError, RepoPath};
use regex::Regex;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Places in build files that state a version, with the key of the report. The patterns are constants, and a test compiles them.
static PLACES: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    let places = [
        ("JavaLanguageVersion", r#"JavaLanguageVersion\.of\(\s*['"]?(\d+)['"]?\s*\)"#),
        ("jvmToolchain", r"jvmToolchain\(\s*(\d+)\s*\)"),
        ("release", r"options\.release(?:\.set\(|\s*=)\s*(\d+)"),
        (
            "sourceCompatibility",
            r#"sourceCompatibility\s*(?:=|\s)\s*(?:JavaVersion\.VERSION_)?['"]?([\d._]+)"#,
        ),
        (
            "targetCompatibility",
            r#"targetCompatibility\s*(?:=|\s)\s*(?:JavaVersion\.VERSION_)?['"]?([\d._]+)"#,
        ),
        ("jvmTarget", r#"jvmTarget\s*(?:=|\.set\()\s*(?:JvmTarget\.JVM_)?['"]?([\d._]+)"#),
    ];
    places.into_iter().filter_map(|(key, pattern)| Some((key, Regex::new(pattern).ok()?))).collect()
});

/// Keys of `gradle.properties` and of version catalogues that are a version of Java.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names =
        "java|jdk|jvm|javaVersion|jdkVersion|jvmVersion|jvmTarget|java-version|java_version|toolchainVersion";
    Regex::new(&format!(r#"(?m)^\s*(?:{names})\s*=\s*['"]?(\d+(?:\.\d+)*)"#)).ok()
});

/// Versions of Gradle, with the newest version of Java that runs it from then on
/// (<https://docs.gradle.org/current/userguide/compatibility.html>).
const NEWEST_JAVA: [([u32; 2], u32); 8] = [
    ([9, 1], 25),
    ([8, 14], 24),
    ([8, 10], 23),
    ([8, 8], 22),
    ([8, 5], 21),
    ([7, 3], 17),
    ([5, 0], 11),
    ([0, 0], 8),
];

/// The first version of Gradle that no Java before 17 runs.
const FIRST_ON_17: [u32; 2] = [9, 0];

impl Versions<'_> {
    /// Returns the newest version that the build files of a project and above it state.
    pub(super) fn gradle(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        let mut stated: Vec<Statement> = Vec::new();
        for above in and_above(dir) {
            for name in ["build.gradle", "build.gradle.kts"] {
                let file = above.child(name.as_bytes());
                let Some(text) = self.text(&file)? else { continue };
                stated.extend(in_build_file(&file, &text));
            }
            for name in
                ["gradle/gradle-daemon-jvm.properties", "gradle.properties", "gradle/libs.versions.toml"]
            {
                let Ok(file) = above.join(name) else { continue };
                let text = self.text(&file)?.unwrap_or_default();
                let version = NAMED.as_ref().and_then(|pattern| pattern.captures(&text)?.get(1));
                stated.extend(version.map(|version| {
                    let text = version.as_str().to_owned();
                    Statement { file: file.clone(), key: "", text }
                }));
            }
            for conventions in self.conventions(&above) {
                let text = self.text(&conventions)?.unwrap_or_default();
                stated.extend(in_build_file(&conventions, &text));
            }
        }
        stated.retain(|stated| number(&stated.text).is_some());
        Ok(stated.into_iter().max_by_key(|stated| number(&stated.text)))
    }

    /// Returns the build files of `buildSrc` and `build-logic`, which are applied to projects.
    fn conventions(&self, dir: &RepoPath) -> Vec<RepoPath> {
        let Some(directory) = self.inventory.directories.get(dir) else { return Vec::new() };
        let logic = ["buildSrc", "build-logic"].iter().filter(|name| directory.directories.contains(**name));
        let roots: Vec<RepoPath> = logic.map(|name| dir.child(name.as_bytes())).collect();
        let below = self
            .inventory
            .directories
            .iter()
            .filter(|(path, _)| roots.iter().any(|root| *path == root || path.is_in(root)));
        let is_build_file = |name: &&String| name.ends_with(".gradle") || name.ends_with(".gradle.kts");
        let files = below.flat_map(|(path, directory)| {
            directory.files.iter().filter(is_build_file).map(|name| path.child(name.as_bytes()))
        });
        files.collect()
    }

    /// Returns the versions of Java that the wrapper's Gradle runs on, with the version of Gradle.
    pub(super) fn wrapper(
        &self,
        dir: &RepoPath,
    ) -> Result<Option<(RangeInclusive<u32>, Statement)>, ReadError> {
        let Some(wrapper) = self.nearest(dir, &["gradlew"]) else { return Ok(None) };
        let file = wrapper.parent().unwrap_or_default().join("gradle/wrapper/gradle-wrapper.properties");
        let Ok(file) = file else { return Ok(None) };
        let text = self.text(&file)?.unwrap_or_default();
        let url = text.lines().find_map(|line| line.trim().strip_prefix("distributionUrl"));
        let Some(version) = url.and_then(|url| url.split("gradle-").nth(1)) else { return Ok(None) };
        let version = numbers(version);
        let is_from = |from: &[u32]| version.as_slice() >= from;
        let newest = NEWEST_JAVA.iter().find(|(from, _)| is_from(from)).map_or(8, |(_, java)| *java);
        let oldest = if is_from(&FIRST_ON_17) { 17 } else { 8 };
        let shown: Vec<String> = version.iter().map(ToString::to_string).collect();
        let text = format!("Gradle {}", shown.join("."));
        Ok(Some((oldest..=newest, Statement { file, key: "distributionUrl", text })))
    }
}

/// Returns what a build file states, without its comments of whole lines.
fn in_build_file(file: &RepoPath, text: &str) -> Vec<Statement> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut stated = Vec::new();
    for (key, pattern) in PLACES.iter() {
        let versions = pattern.captures_iter(&code).filter_map(|captures| captures.get(1));
        stated.extend(versions.map(|version| Statement {
            file: file.clone(),
            key,
            text: version.as_str().replace('_', "."),
        }));
    }
    stated
}
