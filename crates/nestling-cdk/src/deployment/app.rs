//! The repository that an assembly was made from.

use crate::assembly::root_above;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;

/// The repository that an assembly was made from: steps may keep their commands there.
#[derive(Clone, Copy)]
pub struct AppFiles<'a> {
    /// Its files.
    pub files: &'a dyn Files,
    /// The directory of the app in it.
    pub directory: &'a RepoPath,
    /// The directory of the assembly in it.
    pub assembly: &'a RepoPath,
}

/// The place of the app in the source of a pipeline, as far as the commands of its synth show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceLayout {
    /// The directory in which the synth runs.
    pub app: Option<String>,
    /// The directory in which it leaves the assembly.
    pub assembly: Option<String>,
}

impl AppFiles<'_> {
    /// Reads a file of the source of a pipeline, if it exists.
    pub(crate) fn read(&self, layout: &SourceLayout, file: &str) -> Option<Vec<u8>> {
        let root = layout.root(&self.assembly.to_string(), &self.directory.to_string());
        let path = RepoPath::parse(&root).ok()?.join(file.trim_start_matches("./")).ok()?;
        self.files.read(&path).ok().flatten()
    }
}

impl SourceLayout {
    /// Returns the directory that steps know as the root of their source: of an app that is in `infra` of it and is
    /// `shop/infra` here, `shop`. Where the synth does not tell, it is the app's own directory.
    pub(crate) fn root(&self, assembly: &str, directory: &str) -> String {
        self.known_root(assembly, directory).unwrap_or(directory).to_owned()
    }

    /// Returns the same directory, if the synth determines it.
    pub(crate) fn known_root<'a>(&self, assembly: &'a str, directory: &'a str) -> Option<&'a str> {
        let app = self.app.as_deref().filter(|app| !app.is_empty());
        let by_app = app.and_then(|app| root_above(directory, app));
        by_app.or_else(|| root_above(assembly, self.assembly.as_deref()?))
    }

    /// Returns where the app is in the source, if that is not its root.
    pub(crate) fn below_root(&self) -> Option<&str> {
        let assembly = self.assembly.as_deref().filter(|assembly| assembly.contains('/'));
        self.app.as_deref().filter(|app| !app.is_empty()).or(assembly)
    }
}

/// Returns the directory in which commands of one shell synthesize, from where they start.
pub(crate) fn synthesized_in<'a>(commands: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut directory = RepoPath::root();
    for command in commands {
        for part in command.split(['\n', ';', '&', '|', '(', ')']) {
            let mut words = part.split_whitespace();
            match (words.next(), words.next()) {
                (Some("cd"), Some(to)) if !to.starts_with(['/', '~', '-', '$', '"', '\'']) => {
                    directory = directory.join(to).ok()?;
                }
                (Some("cd" | "pushd" | "popd"), _) => return None,
                _ if part.contains("synth") => return Some(directory.to_string()),
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_starts_where_the_synth_started() {
        for (assembly, app, made_in, directory, want) in [
            ("cdk.out", None, Some("cdk.out"), "", ""),
            ("shop/cdk.out", None, Some("cdk.out"), "shop", "shop"),
            ("infra/cdk.out", None, Some("infra/cdk.out"), "infra", ""),
            ("infra/cdk.out", Some("infra"), Some("infra/cdk.out"), "", ""),
            ("shop/infra/cdk.out", Some("infra"), Some("infra/cdk.out"), "shop/infra", "shop"),
            ("infra/cdk.out", Some("infra"), Some("cdk.out"), "infra", ""),
            ("shop/cdk.out", Some("infra"), Some("infra/cdk.out"), "shop", "shop"),
            ("other-infra/cdk.out", None, Some("infra/cdk.out"), "other-infra", "other-infra"),
            ("kept/shop", Some(""), Some("cdk.out"), "shop", "shop"),
            ("shop/cdk.out", None, None, "shop", "shop"),
        ] {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let layout = SourceLayout { app: owned(app), assembly: owned(made_in) };
            assert_eq!(layout.root(assembly, directory), want, "{layout:?} for {assembly}");
        }
    }

    #[test]
    fn a_synth_runs_where_its_commands_have_gone() {
        for (commands, want) in [
            (&["npm ci", "npx cdk synth"][..], Some("")),
            (&["cd infra", "npm ci", "npx cdk synth", "cp -R cdk.out ../"], Some("infra")),
            (&["cd front/web", "npm ci", "cd ../ci && npx cdk synth --quiet"], Some("front/ci")),
            (&["(cd infra; make synth)"], Some("infra")),
            (&["cd $CODEBUILD_SRC_DIR/infra", "npx cdk synth"], None),
            (&["cd ..", "npx cdk synth"], None),
            (&["make"], None),
        ] {
            let commands: Vec<String> = commands.iter().map(|command| (*command).to_owned()).collect();
            assert_eq!(synthesized_in(commands.iter()).as_deref(), want, "{commands:?}");
        }
    }
}
