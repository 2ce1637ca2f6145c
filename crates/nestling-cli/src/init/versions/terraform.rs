//! OpenTofu and Terraform: which of the two a directory is for, and the version that it requires.

use super::{Choice, Statement, Version, Versions, numbers};
use crate::init::kinds::{Kind, fits};
use crate::init::terraform::blocks_of;
use nestling::{ReadError, RepoPath};
use serde_json::Value;

const TOFU: Choice =
    Choice { noun: "OpenTofu", input: "version", lines: &["1.10", "1.11", "1.9", "1.8", "1.7", "1.6"] };

/// The first version of OpenTofu.
const FIRST_TOFU: [u32; 2] = [1, 6];

const TERRAFORM: Choice = Choice {
    noun: "Terraform",
    input: "version",
    lines: &[
        "1.10", "1.14", "1.13", "1.12", "1.11", "1.9", "1.8", "1.7", "1.6", "1.5", "1.4", "1.3", "1.2",
        "1.1", "1.0", "0.15.5", "0.14.11", "0.13.7", "0.12.31",
    ],
};

/// The argument of the block `terraform` with a range of versions.
const REQUIRED: &str = "required_version";

impl Versions<'_> {
    pub(super) fn terraform(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        let required = self.required_version(dir)?;
        let (is_terraform, reason) = self.is_terraform(dir, required.as_ref())?;
        let mut versions = Vec::new();
        if let Some(file) = reason.filter(|_| is_terraform) {
            versions.push(Version {
                input: "tool",
                value: Some(Value::from("terraform")),
                note: format!("Terraform because of {file}"),
                file,
                is_unclear: false,
                is_refused: false,
            });
        }
        let names: [(&str, &str); 2] =
            [(".opentofu-version", "opentofu"), (".terraform-version", "terraform")];
        let (file, name) = names[usize::from(is_terraform)];
        let mut stated = self.of_version_file(dir, file)?;
        if stated.is_none() {
            stated = self.of_tool_files(dir, &[name])?;
        }
        let choice = if is_terraform { TERRAFORM } else { TOFU };
        if let Some(required) = &required {
            // Both tools stop where they are another version than the code requires.
            let range = super::Range::parse(&required.text);
            if range.is_some_and(|range| !choice.is_known(&range.choose(choice.lines))) {
                let note =
                    format!("{} permits no version of {} that an image has", required.shown(), choice.noun);
                let file = required.file.clone();
                return Ok(vec![Version {
                    input: "version",
                    value: None,
                    file,
                    note,
                    is_unclear: true,
                    is_refused: true,
                }]);
            }
        }
        versions.extend(stated.or(required).map(|stated| choice.of(stated)));
        Ok(versions)
    }

    /// Returns true if a directory is for Terraform, with the file that shows it. A lock file of one tool is refused by the other, and
    /// OpenTofu begins with 1.6.
    fn is_terraform(
        &self,
        dir: &RepoPath,
        required: Option<&Statement>,
    ) -> Result<(bool, Option<RepoPath>), ReadError> {
        let directory = self.inventory.directories.get(dir);
        let has_tofu =
            directory.is_some_and(|directory| directory.files.iter().any(|name| name.ends_with(".tofu")));
        if has_tofu || self.nearest(dir, &[".opentofu-version"]).is_some() {
            return Ok((false, None));
        }
        let lock = dir.child(b".terraform.lock.hcl");
        let text = self.text(&lock)?.unwrap_or_default();
        if text.contains("provider \"registry.opentofu.org/") {
            return Ok((false, None));
        }
        if text.contains("provider \"registry.terraform.io/") {
            return Ok((true, Some(lock)));
        }
        if let Some(file) = self.nearest(dir, &[".terraform-version"]) {
            return Ok((true, Some(file)));
        }
        if self.of_tool_files(dir, &["opentofu"])?.is_some() {
            return Ok((false, None));
        }
        if let Some(stated) = self.of_tool_files(dir, &["terraform"])? {
            return Ok((true, Some(stated.file)));
        }
        let range = required.and_then(|required| super::Range::parse(&required.text));
        // Of some versions there is no OpenTofu: those before its first, and those that only Terraform has reached.
        let is_other = range.is_some_and(|range| {
            let tofu = range.choose(TOFU.lines);
            let is_older = numbers(&tofu).as_slice() < FIRST_TOFU.as_slice();
            is_older || (!TOFU.is_known(&tofu) && TERRAFORM.is_known(&range.choose(TERRAFORM.lines)))
        });
        Ok((is_other, required.map(|required| required.file.clone())))
    }

    /// Returns what the nearest file of a single version states.
    fn of_version_file(&self, dir: &RepoPath, name: &str) -> Result<Option<Statement>, ReadError> {
        let Some(file) = self.nearest(dir, &[name]) else { return Ok(None) };
        let text = self.text(&file)?.unwrap_or_default().trim().to_owned();
        // `latest:^1.5` and its like are for the version managers alone.
        let is_version = text.starts_with(|c: char| c.is_ascii_digit() || c == 'v');
        Ok(is_version.then_some(Statement { file, key: "", text }))
    }

    /// Returns `required_version` of a directory's files. All that are there have to hold.
    fn required_version(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        let Some(directory) = self.inventory.directories.get(dir) else { return Ok(None) };
        let markers = Kind::named("opentofu").map_or(&[][..], |kind| kind.markers);
        let mut required: Option<Statement> = None;
        for name in directory.files.iter().filter(|name| markers.iter().any(|marker| fits(marker, name))) {
            let file = dir.child(name.as_bytes());
            let text = self.text(&file)?.unwrap_or_default();
            // Most files lack it, and a search is faster than a parse.
            if !text.contains(REQUIRED) {
                continue;
            }
            let settings = blocks_of(name, &text).into_iter().filter(|block| block.name == "terraform");
            for range in settings.filter_map(|mut settings| settings.arguments.remove(REQUIRED)) {
                match &mut required {
                    _ if range.is_empty() => {}
                    Some(known) if known.text == range => {}
                    Some(known) => known.text = format!("{}, {range}", known.text),
                    None => required = Some(Statement { file: file.clone(), key: REQUIRED, text: range }),
                }
            }
        }
        Ok(required)
    }
}
