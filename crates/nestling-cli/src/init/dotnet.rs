//! Projects of .NET: their target frameworks, and the SDK that builds them.

use super::inventory::{Inventory, and_above};
use super::text::{jsonc, text_of, xml_of};
use nestling::{Files, ReadError, RepoPath};
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};

/// As much of a project as is proposed from.
#[derive(Debug, Default)]
pub(super) struct DotnetProject {
    /// Target frameworks such as `net8.0`.
    pub frameworks: Vec<String>,
    /// True for one of the older form, which needs Windows.
    pub is_older: bool,
    /// The files of the projects that it references.
    references: BTreeSet<RepoPath>,
}

/// Reads projects.
pub(super) struct Dotnet<'d> {
    pub files: &'d dyn Files,
    pub inventory: &'d Inventory,
}

impl Dotnet<'_> {
    /// Returns the names of a directory's projects.
    pub(super) fn names(&self, dir: &RepoPath) -> Vec<String> {
        let files = self.inventory.directories.get(dir).map(|directory| &directory.files);
        let is_project =
            |name: &&String| [".csproj", ".fsproj", ".vbproj"].iter().any(|end| name.ends_with(end));
        files.into_iter().flatten().filter(is_project).cloned().collect()
    }

    /// Returns the number of solutions in a directory.
    pub(super) fn solutions(&self, dir: &RepoPath) -> usize {
        let files = self.inventory.directories.get(dir).map(|directory| &directory.files);
        files.into_iter().flatten().filter(|name| name.ends_with(".sln") || name.ends_with(".slnx")).count()
    }

    /// Reads a project, with what the nearest `Directory.Build.props` says for it. `None` if it is invalid.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(&self, path: &RepoPath) -> Result<Option<DotnetProject>, ReadError> {
        let dir = path.parent().unwrap_or_default();
        let text = text_of(self.files, path)?.unwrap_or_default();
        let Ok(document) = xml_of(&text) else { return Ok(None) };
        let root = document.root_element();
        let mut properties = properties(root);
        for above in and_above(&dir) {
            let file = above.child(b"Directory.Build.props");
            if !self.inventory.is_file(&file) {
                continue;
            }
            let text = text_of(self.files, &file)?.unwrap_or_default();
            if let Ok(document) = xml_of(&text) {
                for (name, value) in self::properties(document.root_element()) {
                    properties.entry(name).or_insert(value);
                }
            }
        }
        let has_sdk = root.attribute("Sdk").is_some() || root.children().any(|node| node.has_tag_name("Sdk"));
        let imports = root.descendants().filter(|node| node.tag_name().name() == "Import");
        let has_sdk = has_sdk || imports.into_iter().any(|node| node.attribute("Sdk").is_some());
        Ok(Some(DotnetProject {
            frameworks: frameworks(&properties),
            is_older: !has_sdk,
            references: references(root, &dir),
        }))
    }

    /// Returns the tag of the SDK's image: that of `global.json`, or else the newest version that the project or one that it
    /// references targets.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn sdk(&self, path: &RepoPath) -> Result<Option<String>, ReadError> {
        let newest = self.newest_target(path)?;
        let stated = self.global(path)?.and_then(|(_, global)| {
            let version = of_global(&global)?;
            let is_left = takes_newer(&global, &version) && is_older(&version, newest);
            Some(version).filter(|_| !is_left)
        });
        Ok(stated.or_else(|| newest.map(image_of)))
    }

    /// Returns the newest framework that a project or one that it references targets.
    fn newest_target(&self, path: &RepoPath) -> Result<Option<(u32, u32)>, ReadError> {
        let projects = self.with_references(path)?;
        let frameworks = projects.values().flat_map(|project| &project.frameworks);
        Ok(frameworks.filter_map(|name| version(name)).max())
    }

    /// Reads the nearest `global.json`.
    fn global(&self, path: &RepoPath) -> Result<Option<(RepoPath, serde_json::Value)>, ReadError> {
        let dir = path.parent().unwrap_or_default();
        let mut files = and_above(&dir).map(|above| above.child(b"global.json"));
        let Some(file) = files.find(|file| self.inventory.is_file(file)) else { return Ok(None) };
        let content = global(&text_of(self.files, &file)?.unwrap_or_default());
        Ok(Some((file, content)))
    }

    /// Returns the file and the version of an SDK of which no image is known.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn unknown_sdk(&self, path: &RepoPath) -> Result<Option<(RepoPath, String)>, ReadError> {
        let Some((file, global)) = self.global(path)? else { return Ok(None) };
        let version = global.get("sdk").and_then(|sdk| sdk.get("version")?.as_str());
        let is_unknown = |version: &&str| of_global(&global).is_none() && !takes_newer(&global, version);
        Ok(version.filter(is_unknown).map(|version| (file, version.to_owned())))
    }

    /// Returns the reason why a job on Linux cannot build a project: its own, or that of one that it references.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn unfit(&self, path: &RepoPath) -> Result<Option<String>, ReadError> {
        let projects = self.with_references(path)?;
        if let Some(reason) = projects.get(path).and_then(DotnetProject::fault) {
            return Ok(Some(reason));
        }
        let unfit = projects.iter().find_map(|(other, project)| Some((other, project.fault()?)));
        if let Some((other, reason)) = unfit {
            return Ok(Some(format!("it references {other}: {reason}")));
        }
        let newest = self.newest_target(path)?;
        let older = self.global(path)?.and_then(|(file, global)| {
            let version = of_global(&global)?;
            (is_older(&version, newest) && !takes_newer(&global, &version)).then_some((file, version))
        });
        Ok(older.zip(newest).map(|((file, version), (major, minor))| {
            format!(".NET {major}.{minor} is newer than the SDK `{version}` in {file}, which cannot build it")
        }))
    }

    /// Reads a project and those that it references, through others too.
    fn with_references(&self, path: &RepoPath) -> Result<BTreeMap<RepoPath, DotnetProject>, ReadError> {
        let mut projects = BTreeMap::new();
        let mut open = vec![path.clone()];
        while let Some(path) = open.pop() {
            if projects.contains_key(&path) {
                continue;
            }
            let Some(project) = self.read(&path)? else { continue };
            open.extend(project.references.iter().cloned());
            projects.insert(path, project);
        }
        Ok(projects)
    }
}

impl DotnetProject {
    /// Returns the reason why a job on Linux cannot build it.
    fn fault(&self) -> Option<String> {
        if self.is_older {
            return Some("it is of the form before .NET Core, and needs Windows".to_owned());
        }
        // Only Mono runs these on Linux.
        if !self.frameworks.is_empty() && self.frameworks.iter().all(|name| is_framework(name)) {
            return Some(format!(
                "it targets `{}`, of which there is no image for Linux",
                self.frameworks.join(";")
            ));
        }
        // The restore is of all frameworks.
        let is_unknown = |name: &&String| version(name).is_some_and(|version| !is_known(version));
        if let Some(unknown) = self.frameworks.iter().find(is_unknown) {
            return Some(format!("it targets `{unknown}`, for which no image has an SDK"));
        }
        // A platform such as `net8.0-android` needs a workload, whichever framework is built.
        let platform = self.frameworks.iter().find(|name| name.contains('-'))?;
        Some(format!("it targets `{platform}`, and no job on Linux builds it without more"))
    }

    /// Returns the framework to test with, where others of the project's need Windows.
    pub(super) fn framework(&self) -> Option<&str> {
        let newest = self.frameworks.iter().max_by_key(|name| version(name))?;
        let is_mixed = self.frameworks.iter().any(|name| version(name).is_none());
        (is_mixed && version(newest).is_some()).then_some(newest)
    }
}

/// Returns true for the .NET Framework, such as `net48`.
fn is_framework(name: &str) -> bool {
    name.strip_prefix("net")
        .is_some_and(|version| !version.is_empty() && version.chars().all(|c| c.is_ascii_digit()))
}

/// Returns the version of a framework that runs on Linux: 8 and 0 of `net8.0`. `None` for others, such as `net48` and `net8.0-windows`.
fn version(framework: &str) -> Option<(u32, u32)> {
    let version = framework.strip_prefix("netcoreapp").or_else(|| framework.strip_prefix("net"))?;
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Versions of .NET Core that have no image of their own. The SDK of the next version builds for them.
const WITHOUT_IMAGE: [((u32, u32), &str); 4] =
    [((1, 0), "2.1"), ((1, 1), "2.1"), ((2, 0), "2.1"), ((3, 0), "3.1")];

/// Returns the tag of the image whose SDK builds for a framework.
fn image_of((major, minor): (u32, u32)) -> String {
    let other = WITHOUT_IMAGE.iter().find(|(version, _)| *version == (major, minor));
    other.map_or_else(|| format!("{major}.{minor}"), |(_, image)| (*image).to_owned())
}

/// Returns true for a version of .NET of which an SDK is known.
fn is_known(version: (u32, u32)) -> bool {
    SDKS.contains(&image_of(version).as_str())
}

/// Returns true for an SDK that is too old to build for a framework.
fn is_older(sdk: &str, target: Option<(u32, u32)>) -> bool {
    let mut parts = sdk.split('.').map_while(|part| part.parse::<u32>().ok());
    let line = parts.next().zip(parts.next());
    line.zip(target).is_some_and(|(line, target)| line < target)
}

/// Reads `global.json`, which may have comments.
fn global(text: &str) -> serde_json::Value {
    serde_json::from_str(&jsonc(text)).unwrap_or_default()
}

/// Versions of .NET of which there are images with an SDK.
const SDKS: [&str; 10] = ["2.1", "3.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0", "11.0", "2.2"];

/// The newest major version of them.
const NEWEST_SDK: u32 = 11;

/// Returns the tag of an image for the SDK that `global.json` asks for. Without leave to roll forward it is that very version.
fn of_global(global: &serde_json::Value) -> Option<String> {
    let sdk = global.get("sdk")?;
    let version = sdk.get("version")?.as_str()?;
    let line = version.split('.').take(2).collect::<Vec<_>>().join(".");
    if !SDKS.contains(&line.as_str()) {
        return None;
    }
    let policy = sdk.get("rollForward").and_then(serde_json::Value::as_str).unwrap_or("latestPatch");
    // Not each preview has a tag of its own.
    let is_release = version.split('.').count() == 3 && !version.contains('-');
    if is_release && matches!(policy.to_lowercase().as_str(), "latestpatch" | "patch" | "disable") {
        return Some(version.to_owned());
    }
    Some(line)
}

/// Returns true if an SDK of a newer major version may replace the one that `global.json` asks for.
fn takes_newer(global: &serde_json::Value, version: &str) -> bool {
    let policy = global.get("sdk").and_then(|sdk| sdk.get("rollForward")?.as_str()).unwrap_or_default();
    let major = version.split('.').next().and_then(|major| major.parse().ok());
    matches!(policy.to_lowercase().as_str(), "major" | "latestmajor")
        && major.is_some_and(|major: u32| major <= NEWEST_SDK)
}

/// Returns the properties of a file by their names in lower case, with those that others name.
fn properties(root: Node<'_, '_>) -> BTreeMap<String, String> {
    let groups = root.children().filter(|node| node.tag_name().name() == "PropertyGroup");
    let elements = groups.flat_map(|group| group.children().filter(Node::is_element));
    let mut properties = BTreeMap::new();
    for element in elements {
        let value = element.text().unwrap_or_default().trim().to_owned();
        properties.entry(element.tag_name().name().to_lowercase()).or_insert(value);
    }
    properties
}

/// Returns the frameworks of `TargetFramework` or `TargetFrameworks`, with the values of properties in them.
fn frameworks(properties: &BTreeMap<String, String>) -> Vec<String> {
    let stated = ["targetframeworks", "targetframework"].iter().find_map(|name| properties.get(*name));
    let mut text = stated.cloned().unwrap_or_default();
    for _ in 0..8 {
        let Some((before, rest)) = text.split_once("$(") else { break };
        let Some((name, after)) = rest.split_once(')') else { break };
        let value = properties.get(&name.to_lowercase()).cloned().unwrap_or_default();
        text = format!("{before}{value}{after}");
    }
    let names = text.split(';').map(|name| name.trim().to_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

fn references(root: Node<'_, '_>, dir: &RepoPath) -> BTreeSet<RepoPath> {
    let references = root.descendants().filter(|node| node.tag_name().name() == "ProjectReference");
    let paths = references.filter_map(|node| node.attribute("Include"));
    paths.filter_map(|path| dir.join(path.replace('\\', "/")).ok()).collect()
}

#[cfg(test)]
mod tests;
