//! Elixir: the requirement of `mix.exs`, and the files of asdf and mise.

use super::{Choice, Statement, Version, Versions};
use nestling::{ReadError, RepoPath};

const ELIXIR: Choice = Choice {
    noun: "Elixir",
    input: "elixir",
    // The newest are not out yet: a project that requires one is of a later time than this list.
    lines: &[
        "1.18", "1.19", "1.20", "1.17", "1.16", "1.15", "1.14", "1.13", "1.12", "1.11", "1.10", "1.21",
        "1.22",
    ],
};

impl Versions<'_> {
    pub(super) fn elixir(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        let required = self.in_mix(dir)?;
        // Mix stops in another version than the project requires.
        if let Some(required) = required.as_ref().filter(|required| ELIXIR.permits_none(&required.text)) {
            return Ok(vec![Version::refused(ELIXIR.input, ELIXIR.noun, required.clone())]);
        }
        let Some(stated) = self.of_tool_files(dir, &["elixir"])?.or(required) else { return Ok(Vec::new()) };
        let shown = stated.shown();
        // `1.17.2-otp-27` is a tag only in a few releases, and its version in all.
        let range = stated.text.split("-otp").next().unwrap_or_default().to_owned();
        Ok(vec![ELIXIR.chosen(&range, stated.file, &shown)])
    }

    /// Returns the version that a project requires: `elixir: "~> 1.15"`.
    fn in_mix(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        let file = dir.child(b"mix.exs");
        let text = self.text(&file)?.unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let mut required = lines
            .filter_map(|line| line.strip_prefix("elixir:")?.trim().strip_prefix('"')?.split('"').next());
        let range = required.next().map(|range| range.replace(" or ", " || ").replace(" and ", ", "));
        Ok(range.map(|text| Statement { file, key: "elixir", text }))
    }
}
