//! The commit that the version of a component means, among the branches and tags of its project
//! (<https://docs.gitlab.com/ci/components/#component-versions>).

use nestling::CommitId;
use nestling::vendor::{LockedReference, VendorSource};
use nestling_git::{ReferenceKind, RemoteReference};

/// A resolved version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    pub commit: CommitId,
    /// The tag or the branch; `None` for a commit.
    pub reference: Option<LockedReference>,
    /// The semantic version of the tag.
    pub version: Option<String>,
}

/// A semantic version that is no pre-release: `1.2.3`.
type Numbers = [u64; 3];

/// Resolves a version of a component, or a reference of a project: a tag, a branch or the whole ID of a commit. `None` if the
/// project has none such.
pub(super) fn resolve(source: &VendorSource, references: &[RemoteReference]) -> Option<Resolved> {
    match source {
        VendorSource::Component(component) => of_version(component.version(), references),
        VendorSource::Project(project) => exactly(project.reference(), references),
    }
}

/// Resolves a version: `~latest` and the first numbers of a semantic version to the newest tag, otherwise a tag, a branch or the
/// whole ID of a commit.
///
/// GitLab resolves the first two among the versions that are published in the catalog, which git does not know: a tag that was
/// never released counts here.
fn of_version(version: &str, references: &[RemoteReference]) -> Option<Resolved> {
    let newest = partial(version).and_then(|prefix| newest(&prefix, references));
    newest.map(of_reference).or_else(|| exactly(version, references))
}

/// Resolves a name as git does: a tag before a branch.
fn exactly(name: &str, references: &[RemoteReference]) -> Option<Resolved> {
    let of_kind = |kind: ReferenceKind| {
        references.iter().find(|reference| reference.kind == kind && reference.name == name)
    };
    let kinds = [ReferenceKind::Tag, ReferenceKind::Branch, ReferenceKind::Head];
    if let Some(reference) = kinds.into_iter().find_map(of_kind) {
        return Some(of_reference(reference));
    }
    let commit = CommitId::parse(name)?;
    Some(Resolved { commit, reference: None, version: None })
}

fn of_reference(reference: &RemoteReference) -> Resolved {
    let name = reference.name.clone();
    let (reference_name, version) = match reference.kind {
        ReferenceKind::Tag => (LockedReference::Tag(name.clone()), is_semantic(&name).then_some(name)),
        ReferenceKind::Branch | ReferenceKind::Head => (LockedReference::Branch(name), None),
    };
    Resolved { commit: reference.commit, reference: Some(reference_name), version }
}

/// Returns the numbers that a version leaves open the rest of: none for `~latest`, one or two for `1` and `1.2`.
fn partial(version: &str) -> Option<Vec<u64>> {
    if version == "~latest" {
        return Some(Vec::new());
    }
    let numbers: Vec<u64> = version.split('.').map(number).collect::<Option<_>>()?;
    (numbers.len() < 3).then_some(numbers)
}

/// Returns the newest tag that begins with these numbers. Pre-releases do not count.
fn newest<'r>(prefix: &[u64], references: &'r [RemoteReference]) -> Option<&'r RemoteReference> {
    let tags = references.iter().filter(|reference| reference.kind == ReferenceKind::Tag);
    let versions = tags.filter_map(|tag| Some((numbers(&tag.name)?, tag)));
    let matching = versions.filter(|(numbers, _)| numbers.starts_with(prefix));
    matching.max_by_key(|(numbers, _)| *numbers).map(|(_, tag)| tag)
}

fn numbers(tag: &str) -> Option<Numbers> {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let numbers: Vec<u64> = tag.split('.').map(number).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Returns `true` for a semantic version, a pre-release or not.
fn is_semantic(tag: &str) -> bool {
    numbers(tag.split(['-', '+']).next().unwrap_or_default()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references() -> Vec<RemoteReference> {
        let names = [
            "main",
            "1.0.0",
            "1.2.0",
            "1.10.0",
            "v2.0.1",
            "3.0.0-rc.1",
            "nightly",
            "feature/x",
            "1.2",
            "release",
        ];
        let reference = |(index, name): (usize, &str)| {
            let kind = match name {
                "main" | "feature/x" | "release" => ReferenceKind::Branch,
                _ => ReferenceKind::Tag,
            };
            let commit = CommitId::parse(&format!("{:040}", index + 1)).unwrap();
            RemoteReference { kind, name: name.to_owned(), commit }
        };
        names.into_iter().enumerate().map(reference).collect()
    }

    #[test]
    fn a_version_is_a_tag_a_branch_or_a_commit() {
        let id = "8164348b5a6d1e0f3c2b9a7d4e5f60718293a4b5";
        for (version, expected) in [
            ("~latest", "tag v2.0.1 version v2.0.1"),
            ("1", "tag 1.10.0 version 1.10.0"),
            ("1.2", "tag 1.2.0 version 1.2.0"),
            ("1.2.0", "tag 1.2.0 version 1.2.0"),
            ("2", "tag v2.0.1 version v2.0.1"),
            ("3", "none"),
            ("3.0.0-rc.1", "tag 3.0.0-rc.1 version 3.0.0-rc.1"),
            ("nightly", "tag nightly"),
            ("main", "branch main"),
            ("feature/x", "branch feature/x"),
            (id, id),
            ("8164348b", "none"),
            ("missing", "none"),
        ] {
            let shown = of_version(version, &references()).map(|resolved| {
                let version =
                    resolved.version.map(|version| format!(" version {version}")).unwrap_or_default();
                match resolved.reference {
                    Some(LockedReference::Tag(name)) => format!("tag {name}{version}"),
                    Some(LockedReference::Branch(name)) => format!("branch {name}{version}"),
                    None => resolved.commit.to_string(),
                }
            });
            assert_eq!(shown.as_deref().unwrap_or("none"), expected, "{version}");
        }
    }
}
