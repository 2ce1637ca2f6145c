//! Yarn: its own program and plugins, which settings take from the repository.

use super::super::inventory::and_above;
use super::Manifests;
use nestling::RepoPath;
use serde_yaml::Value;

impl Manifests<'_> {
    /// Returns the file that the settings of Yarn name and that does not exist.
    pub(super) fn yarn_fault(&self, dir: &RepoPath) -> Option<String> {
        for above in and_above(dir) {
            for (file, path) in self.files_of_yarn(&above) {
                if !self.has(&above, &path) {
                    return Some(format!("`{path}`, which {file} names and which is not committed"));
                }
            }
        }
        None
    }

    /// Returns the files that the settings in a directory name, each with the settings' file.
    fn files_of_yarn(&self, dir: &RepoPath) -> Vec<(RepoPath, String)> {
        let mut paths = Vec::new();
        let file = dir.child(b".yarnrc.yml");
        let settings: Value = serde_yaml::from_str(&self.text(&file).unwrap_or_default()).unwrap_or_default();
        let plugins = settings.get("plugins").and_then(Value::as_sequence).into_iter().flatten();
        let plugins = plugins.filter_map(|plugin| plugin.as_str().or_else(|| plugin.get("path")?.as_str()));
        let named = settings.get("yarnPath").and_then(Value::as_str).into_iter().chain(plugins);
        paths.extend(
            named
                .filter(|path| path.contains('/') && !path.contains("://"))
                .map(|path| (file.clone(), path.to_owned())),
        );
        let classic = dir.child(b".yarnrc");
        let text = self.text(&classic).unwrap_or_default();
        let program = text.lines().find_map(|line| line.trim().strip_prefix("yarn-path "));
        paths.extend(program.map(|path| (classic, path.trim().trim_matches('"').to_owned())));
        paths
    }
}
