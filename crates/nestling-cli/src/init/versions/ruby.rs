//! Ruby: `.ruby-version`, the files of asdf and mise, and the line `ruby "3.3.0"` of a Gemfile.

use super::{Choice, Statement, Version, Versions};
use crate::init::inventory::and_above;
use nestling::{ReadError, RepoPath};

const RUBY: Choice = Choice {
    noun: "Ruby",
    input: "ruby",
    lines: &["3.4", "4.0", "3.3", "3.2", "3.1", "3.0", "2.7", "2.6", "2.5", "2.4", "2.3", "4.1", "4.2"],
};

impl Versions<'_> {
    pub(super) fn ruby(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        let required = self.in_gemfile(dir)?;
        // Bundler stops in another version than the Gemfile names.
        if let Some(required) = required.as_ref().filter(|required| RUBY.permits_none(&required.text)) {
            return Ok(vec![Version::refused(RUBY.input, RUBY.noun, required.clone())]);
        }
        let stated = match self.pinning(dir, &[".ruby-version"])? {
            Some((file, _, lines)) => {
                let text = lines.into_iter().next().unwrap_or_default();
                Some(Statement { file, key: "", text })
            }
            None => match self.of_tool_files(dir, &["ruby"])? {
                Some(stated) => Some(stated),
                None => required,
            },
        };
        let Some(mut stated) = stated else { return Ok(Vec::new()) };
        let shown = stated.shown();
        let range = stated.text.split_off(0);
        let range = range.strip_prefix("ruby-").map(str::to_owned).unwrap_or(range);
        // A patch of a version has no tag of its own: `3.3.0-p0`.
        let range = range.split("-p").next().unwrap_or_default().to_owned();
        Ok(vec![RUBY.chosen(&range, stated.file, &shown)])
    }

    /// Returns the version of the nearest Gemfile that states one.
    fn in_gemfile(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        for above in and_above(dir) {
            let file = above.child(b"Gemfile");
            let text = self.text(&file)?.unwrap_or_default();
            let line = text.lines().find_map(|line| line.trim().strip_prefix("ruby "));
            let quoted =
                line.map(|line| line.split(['"', '\'']).skip(1).step_by(2).collect::<Vec<_>>().join(", "));
            if let Some(text) =
                quoted.filter(|text| text.starts_with(|c: char| c.is_ascii_digit() || "<>~=".contains(c)))
            {
                return Ok(Some(Statement { file, key: "ruby", text }));
            }
        }
        Ok(None)
    }
}
