//! Directories whose projects are none of the repository's own, or are material of tests and documentation.

/// Directories that are not entered: what they hold is installed, generated or of another project.
pub(super) const FOREIGN: [(&str, &str); 12] = [
    ("node_modules", "installed packages"),
    ("bower_components", "installed packages"),
    ("vendor", "vendored code"),
    ("third_party", "code of others"),
    ("third-party", "code of others"),
    ("thirdparty", "code of others"),
    ("target", "build output"),
    ("dist", "build output"),
    ("venv", "installed packages"),
    ("__pycache__", "build output"),
    ("coverage", "reports"),
    ("Pods", "installed packages"),
];

/// Directories whose projects are material of tests and documentation. What such a directory has is a unit only if a workspace
/// lists it, or if it is independent of what is around it.
pub(super) const MATERIAL: [(&str, Material); 43] = [
    ("testdata", Material::Fixture),
    ("test-data", Material::Fixture),
    ("test_data", Material::Fixture),
    ("fixtures", Material::Fixture),
    ("fixture", Material::Fixture),
    ("__fixtures__", Material::Fixture),
    ("test-fixtures", Material::Fixture),
    ("test_fixtures", Material::Fixture),
    ("__testfixtures__", Material::Fixture),
    ("testfixtures", Material::Fixture),
    ("testFixtures", Material::Fixture),
    ("__mocks__", Material::Fixture),
    ("__snapshots__", Material::Fixture),
    ("snapshots", Material::Fixture),
    ("golden", Material::Fixture),
    ("goldens", Material::Fixture),
    ("test-projects", Material::Fixture),
    ("test_projects", Material::Fixture),
    ("testing-projects", Material::Fixture),
    ("template", Material::Template),
    ("templates", Material::Template),
    ("boilerplate", Material::Template),
    ("boilerplates", Material::Template),
    ("skeleton", Material::Template),
    ("scaffold", Material::Template),
    ("scaffolds", Material::Template),
    ("starters", Material::Template),
    ("test", Material::Test),
    ("tests", Material::Test),
    ("__tests__", Material::Test),
    ("spec", Material::Test),
    ("specs", Material::Test),
    ("e2e", Material::Test),
    ("e2e-tests", Material::Test),
    ("test-apps", Material::Test),
    ("test-applications", Material::Test),
    ("integration-tests", Material::Test),
    ("example", Material::Example),
    ("examples", Material::Example),
    ("sample", Material::Example),
    ("samples", Material::Example),
    ("demos", Material::Example),
    ("playground", Material::Example),
];

/// Purpose of a directory's projects, other than to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Material {
    /// Input of tests. Never a unit.
    Fixture,
    /// Text that new projects are made from.
    Template,
    /// Projects below a directory of tests.
    Test,
    /// Projects for people to read.
    Example,
    /// Projects in a directory such as `.github`. No table has their names.
    Hidden,
}

impl Material {
    /// Returns the noun of the report.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Fixture => "a fixture of tests",
            Self::Template => "a template of projects",
            Self::Test => "a project of tests",
            Self::Example => "an example",
            Self::Hidden => "in a hidden directory",
        }
    }
}
