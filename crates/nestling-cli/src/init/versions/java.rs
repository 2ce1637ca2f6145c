//! Java: the version that Maven or Gradle compiles for, and the one that Gradle itself can run on.

use super::{Statement, Version, Versions, numbers};
use nestling::{ReadError, RepoPath};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The version of the template's image.
const DEFAULT: u32 = 21;

/// The newest version that is known.
const NEWEST: u32 = 26;

/// Versions with long support, of which there are images of both tools.
const LONG: [u32; 5] = [8, 11, 17, 21, 25];

/// The first version of Java that Gradle 8 does not run on.
const FIRST_WITHOUT_GRADLE_8: u32 = 25;

impl Versions<'_> {
    pub(super) fn java(&self, kind: &str, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        if let Some((file, text, lines)) = self.pinning(dir, &[".java-version"])? {
            return Ok(pinned(file, &text, lines).into_iter().collect());
        }
        let mut stated = match self.of_tool_files(dir, &["java"])? {
            Some(stated) => Some(stated),
            None => self.of_sdkman(dir)?,
        };
        if stated.is_none() {
            // A module is built with those that it depends on: the newest version of the build does for all.
            let build = self.lists.iter().find(|list| list.kind == kind && list.members.contains(dir));
            let mut dirs: BTreeSet<&RepoPath> = build.iter().flat_map(|list| &list.members).collect();
            dirs.extend(build.map(|list| &list.dir));
            dirs.insert(dir);
            let mut all = Vec::new();
            for dir in dirs {
                all.extend(if kind == "maven" { self.maven(dir)? } else { self.gradle(dir)? });
            }
            all.sort_by(|a, b| (&a.file, a.key).cmp(&(&b.file, b.key)));
            stated = all.into_iter().max_by_key(|stated| number(&stated.text));
        }
        let wrapper = if kind == "gradle" { self.wrapper(dir)? } else { None };
        let has_wrapper = wrapper.is_some();
        let mut chosen: Vec<Version> = choose(stated, wrapper).into_iter().collect();
        if kind == "gradle" {
            chosen.iter_mut().for_each(|version| use_newer_image(version, has_wrapper));
        }
        Ok(chosen)
    }

    /// Returns what the nearest `.sdkmanrc` states.
    fn of_sdkman(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        let Some(file) = self.nearest(dir, &[".sdkmanrc"]) else { return Ok(None) };
        let text = self.text(&file)?.unwrap_or_default();
        let version = text.lines().find_map(|line| line.trim().strip_prefix("java="));
        Ok(version.map(|version| Statement { file, key: "java", text: version.to_owned() }))
    }
}

/// Returns the version to give where the template would make another tag of a `.java-version`.
fn pinned(file: RepoPath, text: &str, lines: Vec<String>) -> Option<Version> {
    let tag =
        text.trim().rsplit('-').next().and_then(|version| version.split('.').next()).unwrap_or_default();
    let text = lines.into_iter().next().unwrap_or_default();
    let mut version = choose(Some(Statement { file, key: "", text }), None)?;
    let value = version.value.take().unwrap_or_else(|| Value::from(DEFAULT.to_string()));
    let is_read = value.as_str() == Some(tag) && !version.is_unclear;
    (!is_read).then_some(Version { value: Some(value), ..version })
}

/// Names the image where the template's, which has Gradle 8, has none for a version of Java. A wrapper needs no Gradle in it.
fn use_newer_image(version: &mut Version, has_wrapper: bool) {
    let java = version.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    if java.parse().is_ok_and(|java: u32| java >= FIRST_WITHOUT_GRADLE_8) {
        let image =
            if has_wrapper { format!("eclipse-temurin:{java}-jdk") } else { format!("gradle:9-jdk{java}") };
        version.input = "image";
        version.value = Some(Value::from(image));
    }
}

/// Chooses the version of an image: the stated one or the next with long support, as far as the wrapper of Gradle runs on it.
fn choose(stated: Option<Statement>, wrapper: Option<(RangeInclusive<u32>, Statement)>) -> Option<Version> {
    let wanted = stated.as_ref().and_then(|stated| number(&stated.text));
    let next = |version: u32| LONG.into_iter().find(|long| *long >= version).unwrap_or(version);
    let version = wanted.map_or(DEFAULT, next);
    let (version, reason) = match (wrapper, stated) {
        (Some((runs_on, wrapper)), _) if !runs_on.contains(&version) => {
            // Of the versions that it runs on, those with long support stay available as images.
            let mut long = LONG.into_iter().filter(|long| runs_on.contains(long));
            let nearest = if version < *runs_on.start() { long.next() } else { long.next_back() };
            (nearest.unwrap_or(*runs_on.end()), wrapper)
        }
        (_, Some(stated)) => (version, stated),
        _ => return None,
    };
    let is_unclear = wanted.is_none() && number(&reason.text).is_none();
    let shown = reason.shown();
    let note = if is_unclear {
        format!("{shown} is not a known version: the jobs run with Java {version}")
    } else {
        format!("Java {version} for {shown}")
    };
    Some(Version {
        input: "java_version",
        value: (version != DEFAULT).then(|| Value::from(version.to_string())),
        note,
        file: reason.file,
        is_unclear,
        is_refused: false,
    })
}

/// Returns the number of a version of Java: 17 of `17.0.9-tem` and of `temurin-17`, 8 of `1.8`.
pub(super) fn number(version: &str) -> Option<u32> {
    match numbers(version).as_slice() {
        [1, old, ..] => Some(*old),
        [version, ..] if (5..=NEWEST).contains(version) => Some(*version),
        _ => None,
    }
}
