//! Gradle: a build with the plugin of Android, whose configuration needs an SDK that no image of the templates has.

use super::super::inventory::and_above;
use super::Manifests;
use nestling::RepoPath;

/// Strings in build files that apply the plugin. All projects of a build are configured, whichever of them is built.
const PLUGIN: [&str; 3] = ["com.android.", "libs.plugins.android", "libs.plugins.com.android"];

/// Directories whose code configures the build.
const LOGIC: [&str; 3] = ["buildSrc", "build-logic", "buildLogic"];

impl Manifests<'_> {
    /// Returns what the build of a directory lacks.
    pub(super) fn gradle_fault(&self, dir: &RepoPath) -> Option<String> {
        let has_settings =
            |dir: &RepoPath| self.has(dir, "settings.gradle") || self.has(dir, "settings.gradle.kts");
        let root = and_above(dir).find(has_settings).unwrap_or_else(|| dir.clone());
        Self::known(&self.of_gradle, &root, || self.android_fault(&root))
    }

    /// Returns the fault of a build, by the directory of its settings.
    fn android_fault(&self, root: &RepoPath) -> Option<String> {
        let has_settings =
            |dir: &RepoPath| self.has(dir, "settings.gradle") || self.has(dir, "settings.gradle.kts");
        let list = self.lists.iter().find(|list| list.kind == "gradle" && list.dir == *root);
        // A directory that the settings do not include is not configured.
        let is_configured = |path: &RepoPath| {
            list.is_none_or(|list| {
                list.is_open
                    || list.members.iter().chain([root]).any(|project| project == path)
                    || !self.is_project_of_gradle(path)
            })
        };
        for (path, directory) in &self.inventory.directories {
            // A build below is one of its own, but those that are included to configure this one.
            let is_inside = root.is_root() || path == root || path.is_in(root);
            let is_logic =
                path.as_str().is_some_and(|path| path.split('/').any(|name| LOGIC.contains(&name)));
            let own_root = and_above(path).find(has_settings);
            if !is_inside || !(is_logic || own_root.is_none_or(|own| own == *root) && is_configured(path)) {
                continue;
            }
            for name in &directory.files {
                let is_script = name.ends_with(".gradle") || name.ends_with(".gradle.kts");
                if !(is_script || (is_logic && name.ends_with(".kt"))) || name.starts_with("settings.") {
                    continue;
                }
                let file = path.child(name.as_bytes());
                let text = self.text(&file).unwrap_or_default();
                let code = text.lines().filter(|line| !line.trim_start().starts_with(['/', '*']));
                if code.into_iter().any(applies) {
                    return Some(format!(
                        "an SDK of Android, since {file} applies its plugin: write jobs with an image that has one"
                    ));
                }
            }
        }
        None
    }
}

impl Manifests<'_> {
    /// Returns true for a directory with a build file of its own, and not only scripts that others apply.
    fn is_project_of_gradle(&self, path: &RepoPath) -> bool {
        ["build.gradle", "build.gradle.kts"].iter().any(|name| self.has(path, name))
    }
}

/// Returns true for a line that applies the plugin.
fn applies(line: &str) -> bool {
    PLUGIN.iter().any(|text| line.contains(text)) && !line.contains("apply false")
}
