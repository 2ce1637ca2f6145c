//! `settings.gradle`: which projects a build has, and where they are.

use super::script::{Pattern, below_root, literals_after, without_comments};
use indexmap::IndexMap;
use regex::Regex;

static INCLUDE: Pattern = Pattern::new(|| Regex::new(r"\binclude\b\s*").ok());
static INCLUDE_BUILD: Pattern = Pattern::new(|| Regex::new(r"\bincludeBuild\b\s*").ok());

/// `project(":x").projectDir = file("y")`.
static DIRECTORY: Pattern = Pattern::new(|| {
    let pattern = concat!(
        r#"project\s*\(\s*["'](:[^"']+)["']\s*\)\s*\.\s*projectDir\s*=\s*"#,
        r#"(?:new\s+)?[Ff]ile\s*\(\s*(?:(?:rootDir|settingsDir|rootProject\.projectDir)\s*,\s*)?["']([^"']+)["']"#
    );
    Regex::new(pattern).ok()
});

/// As much of the settings as says which directories are projects.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Each project's path, such as `:libs:core`, with the directory that is written for it.
    pub projects: IndexMap<String, Option<String>>,
    /// The builds that are taken in: the byte at which each is written, and its path.
    pub included_builds: Vec<(usize, String)>,
}

impl Settings {
    pub(crate) fn parse(text: &str) -> Self {
        let code = without_comments(text);
        let mut projects = IndexMap::new();
        for (_, name) in literals_after(&code, &INCLUDE) {
            let name = name.trim_start_matches(':').replace('/', ":");
            // The projects on the way are projects, too.
            for (colon, _) in name.match_indices(':').chain([(name.len(), "")]) {
                projects.entry(format!(":{}", &name[..colon])).or_insert(None);
            }
        }
        for (path, directory) in written_directories(&code) {
            projects.entry(path).and_modify(|written| *written = Some(directory));
        }
        let included = literals_after(&code, &INCLUDE_BUILD).into_iter();
        let included_builds =
            included.map(|(start, path)| (start, below_root(&path).unwrap_or(&path).to_owned())).collect();
        Self { projects, included_builds }
    }
}

/// The directories that `project(":x").projectDir = file("y")` gives, with `new File(settingsDir, "y")` as well.
fn written_directories(code: &str) -> Vec<(String, String)> {
    let captures = DIRECTORY.iter().flat_map(|regex| regex.captures_iter(code));
    captures
        .map(|captures| {
            let directory = below_root(&captures[2]).unwrap_or(&captures[2]);
            (captures[1].to_owned(), directory.to_owned())
        })
        .collect()
}

/// The accessor of a project, as Gradle makes it: `:libs:my-core` is `.libs.myCore`.
pub(super) fn accessor(path: &str) -> String {
    let mut accessor = String::with_capacity(path.len());
    let mut is_start_of_word = false;
    for c in path.chars() {
        match c {
            ':' => accessor.push('.'),
            '-' | '_' | '.' | ' ' => {
                is_start_of_word = true;
                continue;
            }
            c if is_start_of_word => accessor.extend(c.to_uppercase()),
            c => accessor.push(c),
        }
        is_start_of_word = false;
    }
    accessor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_and_their_directories_are_read_in_both_languages() {
        let groovy = "// include 'not'\ninclude 'api', ':libs:core',\n  'libs/money' /* , 'no' */\n\
                      include \"docs\" // the book\nproject(':api').projectDir = new File(settingsDir, '../api')\n\
                      includeBuild '../tools'\n";
        let kotlin = "include(\"api\", \":libs:core\")\ninclude(\n    \":libs:money\",\n)\ninclude(\":docs\")\n\
                      project(\":api\").projectDir = file(\"$rootDir/../api\")\nincludeBuild(\"../tools\") { name = \"t\" }\n";
        for text in [groovy, kotlin] {
            let settings = Settings::parse(text);
            let projects: Vec<_> =
                settings.projects.iter().map(|(path, written)| (path.as_str(), written.as_deref())).collect();
            assert_eq!(
                projects,
                [
                    (":api", Some("../api")),
                    (":libs", None),
                    (":libs:core", None),
                    (":libs:money", None),
                    (":docs", None)
                ],
                "{text}"
            );
            let builds: Vec<&str> = settings.included_builds.iter().map(|(_, path)| path.as_str()).collect();
            assert_eq!(builds, ["../tools"]);
        }
    }

    #[test]
    fn accessors_are_gradles() {
        let table = [
            (":core", ".core"),
            (":libs:my-core", ".libs.myCore"),
            (":my_app:ui.kit", ".myApp.uiKit"),
            (":a-b:c", ".aB.c"),
        ];
        for (path, expected) in table {
            assert_eq!(accessor(path), expected);
        }
    }
}
