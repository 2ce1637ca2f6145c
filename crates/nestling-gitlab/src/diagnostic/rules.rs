//! Rules of files as such, whatever is in them.

use crate::diagnostic::Example;
use crate::diagnostic::ExampleFile;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::file;
use crate::rules;

rules! {
    /// All rules of files.
    RULES;

    ENCODING = "encoding" {
        severities: &[Error],
        summary: "a file is not encoded in UTF-8",
        documentation: "GitLab reads UTF-8 only and rejects the whole file. Editors on Windows may save Latin-1, and \
            `>` in PowerShell writes UTF-16. Save the file as UTF-8 without a byte order mark.",
        source: "https://docs.gitlab.com/ci/yaml/",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            ExampleFile {
                path: "api/nestling.yml",
                content: b"build:\n  script: echo \"gr\xfc\xdfe\"\n",
            },
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "build:\n  script: echo \"grüße\"\n"),
        ]),
    }
}
