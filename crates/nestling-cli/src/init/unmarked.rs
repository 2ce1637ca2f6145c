//! Projects that no name of a file marks: templates of CloudFormation, and manifests of Kubernetes.

use super::findings::{Findings, Remark};
use super::inventory::{Inventory, and_above, material};
use super::kinds::{KINDS, Kind};
use super::text::text_of;
use nestling::{Files, ReadError, RepoPath};
use serde_json::Value;

/// The largest file that is read. A generated bundle of manifests may have megabytes, and begins as others do.
const MOST_BYTES: usize = 64 * 1024;

/// The beginning of the name of the transform that makes a template one of SAM.
const SERVERLESS: &str = "AWS::Serverless-";

/// Kinds of objects that are in most applications, and in no other files with `apiVersion`.
const OBJECTS: [&str; 21] = [
    "List",
    "Namespace",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Pod",
    "Job",
    "CronJob",
    "Service",
    "Ingress",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "PersistentVolumeClaim",
    "NetworkPolicy",
    "CustomResourceDefinition",
    "HorizontalPodAutoscaler",
];

/// Ends of the groups of objects that a cluster has with the usual additions: `argoproj.io/v1alpha1` is of one.
const GROUPS: [&str; 6] =
    [".k8s.io", "argoproj.io", ".fluxcd.io", "cert-manager.io", ".istio.io", "monitoring.coreos.com"];

/// A file that is part of such a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Sam,
    CloudFormation,
    Kubernetes,
}

/// Reports these projects: no job is proposed for them.
///
/// # Errors
/// A file cannot be read.
pub(super) fn remark(
    files: &dyn Files,
    inventory: &Inventory,
    findings: &mut Findings,
) -> Result<(), ReadError> {
    for (dir, directory) in &inventory.directories {
        // The own name of a directory of manifests counts too: it has no project that tests others.
        if material(&dir.child(b"x")).is_some() || is_rendered(inventory, dir) {
            continue;
        }
        let mut manifests = Vec::new();
        for name in directory.files.iter().filter(|name| may_be_part(name)) {
            let path = dir.child(name.as_bytes());
            match part(&text_of(files, &path)?.unwrap_or_default()) {
                Some(Part::Sam) if directory.has("samconfig.toml") => {}
                Some(Part::Kubernetes) => manifests.push(path),
                Some(Part::Sam) => findings.not_understood.push(without_template(&path, "SAM application")),
                Some(Part::CloudFormation) => {
                    findings.not_understood.push(without_template(&path, "template of CloudFormation"));
                }
                None => {}
            }
        }
        // A directory of its own is named once; beside code, each manifest is.
        let has_project = KINDS.iter().any(|kind| directory.marker(kind).is_some());
        if !manifests.is_empty() && !has_project && !dir.is_root() {
            manifests = vec![dir.clone()];
        }
        findings.no_unit.extend(manifests.iter().map(|path| Remark::new(path, UNASKED)));
    }
    Ok(())
}

/// Returns the remark about a file that there is no template for.
fn without_template(path: &RepoPath, noun: &str) -> Remark {
    let advice = Kind::named("sam").map_or("", |kind| kind.advice);
    Remark::new(path, format!("{noun}: {advice}"))
}

/// The reason why a directory of manifests is not a unit.
const UNASKED: &str =
    "Kubernetes manifests, and nothing is deployed unless you ask for it: `nestling/kubernetes` does so";

/// Returns true for a directory whose manifests Helm or Kustomize renders.
fn is_rendered(inventory: &Inventory, dir: &RepoPath) -> bool {
    let kinds = ["helm", "kustomize"].iter().filter_map(|id| Kind::named(id));
    let kinds: Vec<&Kind> = kinds.collect();
    let above = and_above(dir).filter_map(|above| inventory.directories.get(&above));
    above.into_iter().any(|directory| kinds.iter().any(|kind| directory.marker(kind).is_some()))
}

/// Returns true for a file that no kind has as its marker.
fn may_be_part(name: &str) -> bool {
    let is_document = [".yaml", ".yml", ".template", "template.json"].iter().any(|end| name.ends_with(end));
    is_document && !KINDS.iter().any(|kind| kind.markers.contains(&name))
}

/// Returns what a document is part of, by the keys at its top.
fn part(text: &str) -> Option<Part> {
    if text.starts_with('{') {
        let document = serde_json::from_str::<Value>(text).ok()?;
        let is_sam =
            document.get("Transform").is_some_and(|transform| transform.to_string().contains(SERVERLESS));
        let is_formation = document.get("AWSTemplateFormatVersion").is_some();
        return if is_sam { Some(Part::Sam) } else { is_formation.then_some(Part::CloudFormation) };
    }
    let end = text.char_indices().map(|(index, _)| index).take_while(|index| *index < MOST_BYTES).last()?;
    let mut kind = None;
    let mut version = None;
    let mut is_formation = false;
    let mut is_in_transform = false;
    for line in text[..end].lines() {
        is_in_transform &= line.starts_with([' ', '-']);
        let (key, value) = line.split_once(':').unwrap_or_default();
        match key {
            "Transform" => is_in_transform = true,
            "AWSTemplateFormatVersion" => is_formation = true,
            "apiVersion" if version.is_none() => version = Some(value.trim().trim_matches(['"', '\''])),
            "kind" if kind.is_none() => kind = Some(value.trim().trim_matches(['"', '\''])),
            _ => {}
        }
        if is_in_transform && line.contains(SERVERLESS) {
            return Some(Part::Sam);
        }
    }
    let is_object = version.zip(kind).is_some_and(|(version, kind)| {
        let group = version.split('/').next().unwrap_or_default();
        OBJECTS.contains(&kind) || GROUPS.iter().any(|end| group.ends_with(end))
    });
    if is_formation { Some(Part::CloudFormation) } else { is_object.then_some(Part::Kubernetes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn documents_are_told_by_the_keys_at_their_top() {
        for (text, expected) in [
            ("Transform: AWS::Serverless-2016-10-31\n", Some(Part::Sam)),
            (
                "Description: x\nTransform:\n  - AWS::LanguageExtensions\n  - AWS::Serverless-2016-10-31\n",
                Some(Part::Sam),
            ),
            ("{\n  \"Transform\": \"AWS::Serverless-2016-10-31\"\n}\n", Some(Part::Sam)),
            ("{\"Transform\": \"AWS::Serverless-2016-10-31\"}\n", Some(Part::Sam)),
            ("AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Include\n", Some(Part::CloudFormation)),
            ("# x\n---\napiVersion: apps/v1\nkind: Deployment\n", Some(Part::Kubernetes)),
            ("kind: \"Service\"\napiVersion: v1\n", Some(Part::Kubernetes)),
            ("apiVersion: argoproj.io/v1alpha1\nkind: Application\n", Some(Part::Kubernetes)),
            ("apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n", None),
            ("apiVersion: backstage.io/v1alpha1\nkind: Component\n", None),
            ("apiVersion: v2\nname: chart\n", None),
            ("kind: Deployment\n", None),
            ("a:\n  Transform: AWS::Serverless-2016-10-31\n", None),
            ("", None),
        ] {
            assert_eq!(part(text), expected, "{text}");
        }
        let long = format!("apiVersion: v1\nkind: Secret\ndata:\n  a: {}\n", "é".repeat(MOST_BYTES));
        assert_eq!(part(&long), Some(Part::Kubernetes));
    }

    #[test]
    fn directories_of_manifests_are_named_unless_something_renders_them() {
        let object = "apiVersion: v1\nkind: Service\n";
        let files = MemoryFiles::new([
            ("k8s/a.yaml", object),
            ("k8s/b.yml", object),
            ("api/go.mod", "module a\n"),
            ("api/deploy.yaml", object),
            ("chart/Chart.yaml", "name: x\n"),
            ("chart/crds/x.yaml", object),
            ("base/kustomization.yaml", ""),
            ("base/more/x.yaml", object),
            ("tests/fixtures/x.yaml", object),
            ("commands/test/x.yaml", object),
            ("sam/template.yaml", "Transform: AWS::Serverless-2016-10-31\n"),
            ("sam/samconfig.toml", ""),
            ("other/template.yaml", "Transform: AWS::Serverless-2016-10-31\n"),
        ]);
        let inventory = Inventory::read(&files).unwrap();
        let mut findings = Findings::default();
        remark(&files, &inventory, &mut findings).unwrap();
        let paths = |remarks: &[Remark]| -> Vec<String> {
            remarks.iter().map(|remark| remark.path.to_string()).collect()
        };
        assert_eq!(paths(&findings.no_unit), ["api/deploy.yaml", "k8s"]);
        assert_eq!(paths(&findings.not_understood), ["other/template.yaml"]);
    }
}
