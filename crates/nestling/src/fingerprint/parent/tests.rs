use super::*;
use nestling_files::files::MemoryFiles;

fn facts() -> PipelineFacts {
    PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None)
}

fn print(files: &[(&str, &str)]) -> ParentPrint {
    parent_print(&MemoryFiles::new(files.iter().copied()), None, &facts()).unwrap()
}

#[test]
fn every_local_file_of_the_parent_counts() {
    let parent = "spec: { include: [{ local: /ci/inputs.yml }] }\n---\n\
        include: [{ local: /ci/a.yml, rules: [{ if: $A }] }, 'ci/more/*.yml']\n\
        child: { trigger: { include: [{ artifact: c.yml, job: plan }] }, inherit: { variables: false } }\n\
        other: { trigger: { include: extra.yml } }\n";
    let files = [
        (".gitlab-ci.yml", parent),
        ("ci/a.yml", "include: b.yml"),
        ("b.yml", "x: { script: x }"),
        ("ci/more/c.yml", "y: { script: y }"),
        ("ci/inputs.yml", "inputs: { level: { default: low } }"),
        ("extra.yml", "z: { script: z }"),
    ];
    let before = print(&files).unwrap().fingerprint;
    let print = |files: &[(&str, &str)]| print(files).map(|parent| parent.fingerprint);
    assert_eq!(print(&files), Ok(before));
    for index in 0..files.len() {
        let mut changed = files;
        let text = format!("{}\n# changed", changed[index].1);
        changed[index].1 = &text;
        assert_ne!(print(&changed), Ok(before), "{}", files[index].0);
    }
    let other = [("unrelated.yml", "x: 1")];
    assert_eq!(print(&[&files[..], &other].concat()), Ok(before));
    assert_ne!(print(&[&files[..], &[("ci/more/d.yml", "y: 1")]].concat()), Ok(before));
    assert_ne!(print(&files[..5]), Ok(before), "a file that is gone");
}

/// A trigger job that no variable of other files reaches.
const RUN: &str =
    "run: { trigger: { include: [{ artifact: c.yml, job: plan }] }, inherit: { variables: false } }\n";

#[test]
fn what_can_change_for_the_same_commit_gives_no_fingerprint() {
    let commit = "0123456789012345678901234567890123456789";
    for (include, is_pinned) in [
        (format!("{{ project: a/b, file: c.yml, ref: {commit} }}"), true),
        ("{ project: a/b, file: c.yml, ref: main }".to_owned(), false),
        ("{ project: a/b, file: c.yml }".to_owned(), false),
        ("{ component: $CI_SERVER_FQDN/a/b/nestling@1.2.3 }".to_owned(), true),
        (format!("{{ component: $CI_SERVER_FQDN/a/b/nestling@{commit} }}"), true),
        ("{ component: $CI_SERVER_FQDN/a/b/nestling@1.2 }".to_owned(), false),
        ("{ component: $CI_SERVER_FQDN/a/b/nestling@1.2.3-$NAME }".to_owned(), false),
        ("{ component: $CI_SERVER_FQDN/a/b/nestling@~latest }".to_owned(), false),
        ("{ component: $CI_SERVER_FQDN/a/b/nestling@main }".to_owned(), false),
        ("{ remote: 'https://example.com/a.yml' }".to_owned(), false),
        ("{ remote: 'https://example.com/a.yml', integrity: sha256-abc }".to_owned(), true),
        ("'https://example.com/a.yml'".to_owned(), false),
        ("{ template: Jobs/SAST.gitlab-ci.yml }".to_owned(), false),
        ("{ local: $FILE }".to_owned(), false),
        ("[a.yml]".to_owned(), false),
    ] {
        let parent = format!("include: [{include}]\n{RUN}");
        assert_eq!(print(&[(".gitlab-ci.yml", &parent)]).is_ok(), is_pinned, "{include}");
        let merged = format!(".a: &a {{ include: [{include}] }}\n<<: *a\n{RUN}");
        assert_eq!(print(&[(".gitlab-ci.yml", &merged)]).is_ok(), is_pinned, "merged {include}");
        let of_header = format!("spec: {{ include: [{include}] }}\n---\n{RUN}");
        let why = print(&[(".gitlab-ci.yml", &of_header)]).err().unwrap_or_default();
        assert!(is_pinned || !why.is_empty(), "header {include}");
        assert!(!is_pinned || !why.contains("can change"), "header {include}: {why}");
    }
}

#[test]
fn a_configuration_of_another_project_gives_none() {
    let files = MemoryFiles::new([("ci/main.yml", "x: { script: x }")]);
    for (path, is_known) in [
        (Some("ci/main.yml"), true),
        (Some(""), true),
        (None, true),
        (Some("ci.yml@group/other"), false),
        (Some("https://example.com/ci.yml"), false),
    ] {
        assert_eq!(parent_print(&files, path, &facts()).unwrap().is_ok(), is_known, "{path:?}");
    }
}
