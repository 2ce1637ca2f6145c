//! The globs by which a workspace of packages lists its members.

use super::directory_globs::DirectoryGlobs;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::{Table, Value};

/// The relation of a directory to the globs of a workspace above it.
///
/// [`MemberGlobs`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// A glob includes it.
    Member,
    /// A glob takes it away.
    Excluded,
    /// No glob matches it.
    Unlisted,
}

/// The globs of a workspace of npm, Yarn, Bun, pnpm, uv or Cargo. One that cannot be read matches nothing.
///
/// ```
/// use nestling::listed::{MemberGlobs, Membership};
///
/// let globs = MemberGlobs::of_package_json("{ \"workspaces\": [\"packages/*\", \"!packages/old\"] }").unwrap();
/// assert_eq!(globs.membership("packages/app"), Membership::Member);
/// assert_eq!(globs.membership("packages/old"), Membership::Excluded);
/// assert_eq!(globs.membership("packages/.cache"), Membership::Unlisted);
/// ```
#[derive(Debug, Clone)]
pub struct MemberGlobs {
    /// The last that matches decides.
    runs: Vec<Run>,
}

/// Consecutive globs that do the same.
#[derive(Debug, Clone)]
struct Run {
    includes: bool,
    reach: Reach,
    /// As in the globs of package managers, `*` matches no hidden directory.
    plain: DirectoryGlobs,
    /// Globs that name hidden directories.
    hidden: DirectoryGlobs,
    /// The globs of [`Reach::Across`].
    across: GlobSet,
}

/// The directories that a glob matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Itself,
    /// Directories in a match as well.
    Below,
    /// Directories of any depth, since `*` matches slashes.
    Across,
}

/// `workspaces` of a `package.json`: a list of globs, or Yarn's older form with the list inside.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum PackageGlobs {
    Globs(Vec<String>),
    Inside {
        #[serde(default)]
        packages: Vec<String>,
    },
}

/// As much of a `package.json` as lists packages.
#[derive(Debug, Deserialize)]
struct PackageJson {
    workspaces: Option<PackageGlobs>,
}

/// As much of a `lerna.json` as lists packages.
#[derive(Debug, Deserialize)]
struct LernaJson {
    packages: Option<Vec<String>>,
}

/// As much of a `pnpm-workspace.yaml` as lists packages.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PnpmWorkspace {
    /// Without it the file only has settings.
    pub packages: Option<Vec<String>>,
}

impl MemberGlobs {
    /// Reads `workspaces` of a `package.json`. `None` if it lists nothing.
    pub fn of_package_json(package_json: &str) -> Option<Self> {
        let package: PackageJson = serde_json::from_str(without_mark(package_json)).ok()?;
        Some(Self::of_packages(&package.workspaces?))
    }

    /// Reads `packages` of a `lerna.json`. `None` if it lists nothing.
    pub fn of_lerna_json(lerna_json: &str) -> Option<Self> {
        let lerna: LernaJson = serde_json::from_str(without_mark(lerna_json)).ok()?;
        Some(Self::in_order(&lerna.packages?))
    }

    /// Reads `packages` of a `pnpm-workspace.yaml`. `None` if it lists nothing.
    pub fn of_pnpm_workspace(pnpm_workspace: &str) -> Option<Self> {
        let workspace: Option<PnpmWorkspace> = serde_yaml::from_str(without_mark(pnpm_workspace)).ok()?;
        Self::of_pnpm(&workspace?)
    }

    /// Reads `tool.uv.workspace` of a `pyproject.toml`. `None` if there is none.
    pub fn of_pyproject(pyproject: &str) -> Option<Self> {
        Self::of_uv(&pyproject.parse().ok()?)
    }

    /// Reads `workspace` of a `Cargo.toml`. `None` if there is none.
    pub fn of_cargo_toml(cargo_toml: &str) -> Option<Self> {
        let manifest: Table = cargo_toml.parse().ok()?;
        let workspace = manifest.get("workspace")?.as_table()?;
        Some(Self::of_lists(strings(workspace, "members"), strings(workspace, "exclude"), Reach::Below))
    }

    /// Returns the relation of a directory, by its path from that of the workspace's root.
    pub fn membership(&self, relative: impl AsRef<[u8]>) -> Membership {
        let relative = relative.as_ref();
        let is_hidden = relative.split(|byte| *byte == b'/').any(|name| name.starts_with(b"."));
        match self.runs.iter().rev().find(|run| run.matches(relative, is_hidden)) {
            None => Membership::Unlisted,
            Some(run) if run.includes => Membership::Member,
            Some(_) => Membership::Excluded,
        }
    }

    pub(crate) fn of_packages(globs: &PackageGlobs) -> Self {
        let (PackageGlobs::Globs(globs) | PackageGlobs::Inside { packages: globs }) = globs;
        Self::in_order(globs)
    }

    /// Of pnpm each `!` takes away, wherever it is in the list.
    pub(crate) fn of_pnpm(workspace: &PnpmWorkspace) -> Option<Self> {
        let globs = workspace.packages.as_ref()?;
        let included = globs.iter().map(String::as_str).filter(|glob| !glob.starts_with('!'));
        let excluded = globs.iter().filter_map(|glob| glob.strip_prefix('!'));
        Some(Self::of_lists(included, excluded, Reach::Itself))
    }

    pub(crate) fn of_uv(project: &Table) -> Option<Self> {
        let workspace = project.get("tool")?.get("uv")?.get("workspace")?.as_table()?;
        Some(Self::of_lists(strings(workspace, "members"), strings(workspace, "exclude"), Reach::Across))
    }

    /// Of npm a later glob counts more than an earlier one.
    fn in_order(globs: &[String]) -> Self {
        let mut runs: Vec<(bool, Vec<&str>)> = Vec::new();
        for glob in globs {
            let (includes, glob) = glob.strip_prefix('!').map_or((true, glob.as_str()), |glob| (false, glob));
            match runs.last_mut() {
                Some((last, globs)) if *last == includes => globs.push(glob),
                _ => runs.push((includes, vec![glob])),
            }
        }
        let runs = runs.into_iter().filter_map(|(includes, globs)| Run::new(includes, Reach::Itself, globs));
        Self { runs: runs.collect() }
    }

    fn of_lists<'g>(
        included: impl IntoIterator<Item = &'g str>,
        excluded: impl IntoIterator<Item = &'g str>,
        reach: Reach,
    ) -> Self {
        let included = Run::new(true, Reach::Itself, included);
        Self { runs: included.into_iter().chain(Run::new(false, reach, excluded)).collect() }
    }
}

impl Run {
    /// Reads globs; those that cannot be read are left out. `None` if they are too many for one automaton.
    fn new<'g>(includes: bool, reach: Reach, globs: impl IntoIterator<Item = &'g str>) -> Option<Self> {
        let globs = globs.into_iter().map(str::trim);
        // Some lists name the manifests.
        let globs = globs.map(|glob| glob.strip_suffix("/package.json").unwrap_or(glob));
        let (hidden, plain): (Vec<&str>, Vec<&str>) =
            globs.map(|glob| glob.trim_start_matches("./")).partition(|glob| names_hidden(glob));
        let mut across = GlobSetBuilder::new();
        if reach == Reach::Across {
            let globs = plain.iter().chain(&hidden).map(|glob| glob.trim_end_matches('/'));
            globs.filter_map(|glob| GlobBuilder::new(glob).build().ok()).for_each(|glob| {
                across.add(glob);
            });
        }
        let directories = |globs: &[&str]| {
            let globs: Vec<_> = globs.iter().filter_map(|glob| DirectoryGlobs::parse(glob).ok()).collect();
            DirectoryGlobs::new(&globs).ok()
        };
        Some(Self {
            includes,
            reach,
            plain: directories(&plain)?,
            hidden: directories(&hidden)?,
            across: across.build().ok()?,
        })
    }

    fn matches(&self, relative: &[u8], is_hidden: bool) -> bool {
        let matches =
            |path: &[u8]| self.hidden.matches_bytes(path) || (!is_hidden && self.plain.matches_bytes(path));
        match self.reach {
            Reach::Itself => matches(relative),
            Reach::Below => {
                let slashes = relative.iter().enumerate().filter(|(_, byte)| **byte == b'/');
                let ends = slashes.map(|(end, _)| end).chain([relative.len()]);
                ends.into_iter().any(|end| matches(&relative[..end]))
            }
            Reach::Across => self.across.is_match(&*String::from_utf8_lossy(relative)),
        }
    }
}

fn names_hidden(glob: &str) -> bool {
    glob.starts_with('.') || glob.contains("/.")
}

/// The strings of a list in a table.
fn strings<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = &'t str> {
    let items = table.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str)
}

/// A string without the byte order mark that some editors write, and tools of JavaScript leave out.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The members among some directories.
    fn members<'d>(globs: Option<MemberGlobs>, directories: &[&'d str]) -> Vec<&'d str> {
        let globs = globs.unwrap();
        let is_member = |directory: &&&str| globs.membership(directory) == Membership::Member;
        directories.iter().filter(is_member).copied().collect()
    }

    #[test]
    fn each_package_manager_has_its_own_globs() {
        let directories = ["a/x", "a/y", "a/y/z", "a/.h", ".h/x", "b"];
        for (globs, expected) in [
            (MemberGlobs::of_package_json(r#"{ "workspaces": ["./a/*/", "!a/x", "b"] }"#), &["a/y", "b"][..]),
            (MemberGlobs::of_package_json(r#"{ "workspaces": ["!a/x", "a/*"] }"#), &["a/x", "a/y"]),
            (
                MemberGlobs::of_package_json("\u{feff}{ \"workspaces\": { \"packages\": [\"a/**\"] } }"),
                &["a/x", "a/y", "a/y/z"],
            ),
            (MemberGlobs::of_lerna_json(r#"{ "packages": ["a/*/package.json"] }"#), &["a/x", "a/y"]),
            (MemberGlobs::of_pnpm_workspace("packages: ['!a/x', 'a/*', '.h/*']\n"), &["a/y", ".h/x"]),
            (
                MemberGlobs::of_pyproject(
                    "[tool.uv.workspace]\nmembers = ['a/*', 'a/y/*', 'b']\nexclude = ['a/y']\n",
                ),
                &["a/x", "a/y/z", "b"],
            ),
            (
                MemberGlobs::of_pyproject(
                    "[tool.uv.workspace]\nmembers = ['a/**', 'b']\nexclude = ['a/y*']\n",
                ),
                &["a/x", "b"],
            ),
            (
                MemberGlobs::of_cargo_toml("[workspace]\nmembers = ['a/**', 'b']\nexclude = ['a/y']\n"),
                &["a/x", "b"],
            ),
        ] {
            assert_eq!(members(globs, &directories), expected);
        }
    }

    #[test]
    fn files_without_a_list_have_no_globs() {
        assert!(MemberGlobs::of_package_json("{}").is_none());
        assert!(MemberGlobs::of_pnpm_workspace("onlyBuiltDependencies: [x]\n").is_none());
        assert!(MemberGlobs::of_pyproject("[project]\nname = 'x'\n").is_none());
        assert!(MemberGlobs::of_cargo_toml("[package]\nname = 'x'\n").is_none());
    }
}
