//! Go and Java: what their templates do not find by themselves.

use super::super::findings::Found;
use super::{Fact, Making, fact};
use nestling::RepoPath;

impl Making<'_> {
    /// A module with one program has a binary to build.
    pub(super) fn go_binary(&self, dir: &RepoPath) -> Vec<Fact> {
        let Some(directory) = self.inventory.directories.get(dir) else { return Vec::new() };
        if directory.has("main.go") {
            return vec![fact("binary", ".")];
        }
        let commands = self.inventory.directories.get(&dir.child(b"cmd"));
        let mut names = commands.iter().flat_map(|commands| &commands.directories);
        match (names.next(), names.next()) {
            (Some(name), None)
                if self.inventory.is_file(&dir.child(format!("cmd/{name}/main.go").as_bytes())) =>
            {
                vec![fact("binary", format!("./cmd/{name}"))]
            }
            _ => Vec::new(),
        }
    }

    /// The tool of a Java project, where its template does not find it by itself: a project of Gradle may have no file of its own.
    pub(super) fn java_tool(&self, project: &Found) -> Vec<Fact> {
        let template = project.kind.template(self.library).unwrap_or_default();
        let declared = self.declarations.get(&template).and_then(|inputs| inputs.get("tool"));
        let is_found = declared.is_some_and(|declared| declared.default.as_deref() == Some("auto"));
        let has_file = project.marker.parent().as_ref() == Some(&project.dir);
        if is_found && has_file { Vec::new() } else { vec![fact("tool", project.kind.id)] }
    }
}
