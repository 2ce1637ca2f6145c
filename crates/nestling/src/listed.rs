//! Members of package workspaces, read from the files that list them. `depends_from` and `nestling init` use the same readers.

use crate::workspace::{GradleSettings, go_work};

pub use crate::workspace::member_globs::{MemberGlobs, Membership};

/// Returns the directories that a `go.work` uses, as it writes them.
///
/// ```
/// let work = "go 1.24\nuse ./a\nuse (\n\t./b // ours\n)\n";
/// assert_eq!(nestling::listed::go_modules(work), ["./a", "./b"]);
/// ```
pub fn go_modules(go_work_text: &str) -> Vec<String> {
    go_work::without_uses(go_work_text).0
}

/// A project that a `settings.gradle` includes. A part of the answer of [`gradle_projects`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradleProject {
    /// Its path, such as `:libs:core`.
    pub path: String,
    /// Its directory from that of the settings.
    pub directory: String,
}

/// Returns the projects that a `settings.gradle` or `settings.gradle.kts` includes, with those on the way to them. The script is not
/// run: what code computes is not seen.
///
/// ```
/// let settings = "include(\":libs:core\")\nproject(\":libs:core\").projectDir = file(\"core\")\n";
/// let projects = nestling::listed::gradle_projects(settings);
/// let directories: Vec<&str> = projects.iter().map(|project| project.directory.as_str()).collect();
/// assert_eq!(directories, ["libs", "core"]);
/// ```
pub fn gradle_projects(settings: &str) -> Vec<GradleProject> {
    let projects = GradleSettings::parse(settings).projects.into_iter();
    let project = |(path, written): (String, Option<String>)| {
        let directory = written.unwrap_or_else(|| path.trim_start_matches(':').replace(':', "/"));
        GradleProject { path, directory }
    };
    projects.map(project).collect()
}
