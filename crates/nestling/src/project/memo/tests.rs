//! A check with a memo is the same as one without, whatever was edited in between.

use super::CheckMemo;
use crate::project::{CheckedKinds, Project};
use nestling_files::files::MemoryFiles;
use nestling_gitlab::facts::PipelineFacts;
use std::collections::BTreeMap;

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

const ROOTS: [&str; 9] = [
    "workspace: { templates: [ci], stages: [build, test, deploy], environments: { review: { when: merge_request, auto_stop_in: 1 week }, production: { when: default_branch, manual: true } } }",
    "workspace: { templates: [ci], environments: { review: { when: merge_request }, staging: { when: default_branch }, production: { when: default_branch, after: staging } } }\n---\nsetup: { stage: build, script: make setup }",
    "workspace: { templates: [ci], environments: { review: { when: merge_request, url: \"https://x\" } }, allow: [{ rule: retry, reason: meant }] }",
    "workspace: { templates: [ci], depends_on_depth: 1 }\n---\ndefault: { image: \"node:22\" }\nvariables: { LEVEL: debug }\nlint-all: { script: make, needs: [\"u1:build\"] }",
    "workspace: { templates: [ci, other], stages: [build, test, deploy, after] }\n---\ninclude: { local: shared.yml }",
    "workspace: { templates: [ci], vars: { team: a } }\n---\nunused: { script: make, retry: 5 }",
    "workspace: { templates: [ci], environments: { production: { when: default_branch, if: \"$DEPLOY\", stop: { script: stop } } } }",
    "workspace: { templates: [ci], gitlab: { version: \"16.5\", limits: { needs: 3, jobs: 3, deployments: 2 } } }",
    "workspace: { templates: [ci]",
];

const HEADERS: [&str; 12] = [
    "",
    "unit: { use: node }\n---\n",
    "unit: { use: { template: node, inputs: { shards: 3 } } }\n---\n",
    "unit: { use: [node, deploy] }\n---\n",
    "unit: { use: deploy, depends_on: [u2] }\n---\n",
    "unit: { depends_on: [{ unit: u3, order: true }] }\n---\n",
    "unit: { use: node, depends_on: [u4, u5] }\n---\n",
    "unit: { use: wide }\n---\n",
    "unit: { use: missing }\n---\n",
    "unit: { allow: [{ rule: retry, reason: meant }] }\n---\n",
    "unit: { changes: [\"/shared/**/*\"] }\n---\n",
    "unit: { nam: x }\n---\n",
];

const JOBS: [&str; 30] = [
    "lint: { stage: test, script: npm run lint }\n",
    "build: { stage: build, script: make, artifacts: { paths: [out] } }\n",
    "build: { stage: build, scirpt: make }\n",
    "check: { script: make, needs: [build] }\n",
    "check: { script: make, needs: [biuld] }\n",
    "check: { script: make, needs: [\"u1:build\"] }\n",
    "check: { script: make, needs: [{ job: \"u6:check\", optional: true }] }\n",
    "check: { script: make, needs: [{ job: \"^build\" }] }\n",
    "check: { script: make, needs: [\"build?\"] }\n",
    "ship: { stage: deploy, script: ship, environment: [review, production] }\n",
    "ship: { stage: deploy, script: ship, environment: [staging, production], stop: { script: stop } }\n",
    "ship: { stage: deploy, script: ship, environment: { name: shared } }\n",
    "ship: { stage: deploy, script: ship, environment: { name: own/${{ unit.name }} } }\n",
    "ship: { script: ship, when: delayed, start_in: 1 hour, environment: [production] }\n",
    "pages: { script: site, pages: true }\n",
    "late: { stage: after, script: make }\n",
    "stages: [build, test, late]\nlate: { stage: late, script: make }\n",
    "ask: { script: \"${{ files.exists('./nestling.yml') }}\" }\n",
    "print: { script: \"echo ${{ unit.fingerprint }} ${{ unit.reasons | length }}\" }\n",
    "ruled: { script: make, rules: [{ if: $CI_COMMIT_TAG, when: never }, { changes: [\"src/**/*\"] }] }\n",
    "ruled: { script: make, rules: [{ exists: [shared.yml] }] }\n",
    "twice: { script: make, retry: 5 }\n",
    "twice: { script: make, retry: 5 } # nestling: allow(retry)\n",
    "calm: { script: make } # nestling: allow(retry)\n",
    "include: { local: shared.yml }\n",
    "from: { extends: .base, script: make }\n",
    "branchy: { script: \"echo ${{ pipeline.branch | sh }}\" }\n",
    "u2:build: { script: make }\n",
    "wait: { stage: test, script: make, needs: [setup] }\n",
    "kinds: { script: \"echo ${{ pipeline.kind }}\" }\n#% if pipeline.kind == \"tag\"\ntagged: { script: make }\n#% endif\n",
];

const TEMPLATES: [&str; 8] = [
    "spec: { inputs: { shards: { type: number, default: 2 } } }\n---\nbuild: { stage: build, script: npm ci }\ntest: { stage: test, needs: [build], parallel: ${{ inputs.shards }}, script: npm test }\n",
    "spec: { inputs: { shards: { type: number, default: 2 } } }\n---\nbuild: { stage: build, script: npm ci, retry: ${{ inputs.shards }} }\n",
    "#% import \"macros\" as m\ndeploy: { stage: deploy, script: \"${{ m.run(unit.slug) }}\", environment: [review, production] }\n",
    "#% include \"macros\"\nbuild: { stage: build, script: x }\n",
    "#% macro run(x)\nrun ${{ x }}\n#% endmacro\n",
    "build: { stage: build, script: x, tags: [${{ vars.team }}] }\n",
    "deploy: { stage: deploy, script: \"./go ${{ environment.name }}\", environment: [review] }\n",
    "build: { stage: build, scirpt: x }\n",
];

const OTHERS: [&str; 4] = ["extra: { script: make }\n", ".base: { script: make }\n", "x: [", ""];

const TYPED: [&str; 10] = ["\n", " ", "  ", "{", "}", ":", "[", "script", "${{ x }}", "---\n"];

fn typed(text: &str, numbers: &mut Numbers) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let start = numbers.below(chars.len() + 1);
    if numbers.below(2) == 0 {
        let end = (start + 1 + numbers.below(4)).min(chars.len());
        chars.drain(start.min(end)..end);
    } else {
        chars.splice(start..start, numbers.one_of(&TYPED).chars());
    }
    chars.into_iter().collect()
}

/// Most units have nothing to report: what they are is kept.
fn unit(numbers: &mut Numbers) -> String {
    if numbers.below(3) > 0 {
        return format!("{}{}", HEADERS[1 + numbers.below(2)], JOBS[numbers.below(2)]);
    }
    let mut text = numbers.one_of(&HEADERS).to_owned();
    let jobs: std::collections::BTreeSet<&str> =
        (0..=numbers.below(3)).map(|_| numbers.one_of(&JOBS)).collect();
    text.extend(jobs);
    text
}

/// Changes one file.
fn edit(files: &mut BTreeMap<String, String>, numbers: &mut Numbers) {
    let unit_path = format!("u{}/nestling.yml", numbers.below(9));
    let template_path =
        format!("ci/{}.yml", numbers.one_of(&["node", "deploy", "wide", "macros", "missing"]));
    match numbers.below(24) {
        0 => {
            let root = if numbers.below(2) == 0 { ROOTS[0] } else { numbers.one_of(&ROOTS) };
            files.insert("nestling.yml".to_owned(), root.to_owned());
        }
        1 | 2 => _ = files.insert(template_path, numbers.one_of(&TEMPLATES).to_owned()),
        3 => _ = files.insert("shared.yml".to_owned(), numbers.one_of(&OTHERS).to_owned()),
        4 => _ = files.remove(&unit_path),
        5 => {
            let directory = unit_path.replace("/nestling.yml", "");
            files.insert(format!("{directory}/src/main.js"), String::new());
        }
        6 => _ = files.insert("other/wide.yml".to_owned(), numbers.one_of(&TEMPLATES).to_owned()),
        7 => {
            files.insert("ci/node.yml".to_owned(), TEMPLATES[0].to_owned());
            files.insert("nestling.yml".to_owned(), ROOTS[0].to_owned());
        }
        8..=13 => {
            let paths: Vec<String> = files.keys().cloned().collect();
            let path = &paths[numbers.below(paths.len())];
            let text = typed(&files[path], numbers);
            files.insert(path.clone(), text);
        }
        _ => _ = files.insert(unit_path, unit(numbers)),
    }
}

fn start(numbers: &mut Numbers) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([
        ("nestling.yml".to_owned(), ROOTS[0].to_owned()),
        ("ci/node.yml".to_owned(), TEMPLATES[0].to_owned()),
        ("ci/deploy.yml".to_owned(), TEMPLATES[2].to_owned()),
        ("ci/macros.yml".to_owned(), TEMPLATES[4].to_owned()),
        ("shared.yml".to_owned(), OTHERS[0].to_owned()),
    ]);
    for index in 0..8 {
        let text = if index < 5 { format!("{}{}", HEADERS[1], JOBS[0]) } else { unit(numbers) };
        files.insert(format!("u{index}/nestling.yml"), text);
    }
    files
}

fn check(files: &BTreeMap<String, String>, memo: Option<&CheckMemo>) -> CheckedKinds {
    let memory = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let facts = PipelineFacts::local(Some("feature".to_owned()), Some("main".to_owned()), None);
    let project = Project::of_files(&memory, facts).unwrap();
    let planning = project.plan(project.changes().unwrap()).report_unused_keys();
    let planning = match memo {
        Some(memo) => planning.memo(memo),
        None => planning,
    };
    planning.check(project.kinds().unwrap()).unwrap()
}

/// All findings of a check, with their places and the files that it has read.
fn shown(checked: &CheckedKinds) -> String {
    let CheckedKinds { kinds, diagnostics, allowed, unused_allows, sources, .. } = checked;
    let texts: Vec<_> = sources.paths().into_iter().zip(sources.texts()).collect();
    format!("{diagnostics:#?}\n{unused_allows:#?}\n{allowed}\n{kinds:#?}\n{texts:#?}")
}

/// `NESTLING_TEST_EDITS` sets the number of edits of each history.
#[test]
fn after_any_edits_a_check_with_a_memo_is_that_without() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the long run asks for more than there is time for in every test"
    )]
    let count = std::env::var("NESTLING_TEST_EDITS").map_or(20, |count| count.parse().unwrap());
    let mut left_out = 0;
    for seed in 0..4 {
        let mut numbers = Numbers(seed);
        let mut files = start(&mut numbers);
        let memo = CheckMemo::default();
        for step in 0..count {
            let kept = check(&files, Some(&memo));
            left_out += memo.units_left_out();
            assert_eq!(shown(&kept), shown(&check(&files, None)), "seed {seed}, step {step}: {files:#?}");
            edit(&mut files, &mut numbers);
        }
    }
    assert!(left_out > count, "{left_out} units of {count} edits");
}

/// Checks a workspace of plain units, changes one file, and returns how many units the second check left out.
fn left_out_after(changed: &str, text: &str) -> usize {
    let mut files = BTreeMap::from([
        ("nestling.yml".to_owned(), ROOTS[0].to_owned()),
        ("ci/node.yml".to_owned(), TEMPLATES[0].to_owned()),
        ("ci/wide.yml".to_owned(), TEMPLATES[3].to_owned()),
        ("ci/macros.yml".to_owned(), String::new()),
    ]);
    for index in 0..6 {
        let header = if index < 2 { HEADERS[7] } else { HEADERS[1] };
        files.insert(format!("u{index}/nestling.yml"), format!("{header}{}", JOBS[0]));
    }
    let memo = CheckMemo::default();
    check(&files, Some(&memo));
    files.insert(changed.to_owned(), text.to_owned());
    let kept = check(&files, Some(&memo));
    assert_eq!(shown(&kept), shown(&check(&files, None)), "{changed}: {text}");
    memo.units_left_out()
}

#[test]
fn a_change_of_a_file_costs_the_units_that_it_concerns() {
    for (changed, text, left_out) in [
        ("README.md", "", 6),
        ("u3/nestling.yml", "lint: { script: make }\n", 5),
        ("u3/nestling.yml", "lint: { scirpt: make }\n", 5),
        ("u3/nestling.yml", "lint: { script: make, needs: [\"u4:build\"] }\n", 4),
        ("u3/nestling.yml", "lint: {", 5),
        ("ci/node.yml", "test: { parallel: 2, script: make }\n", 2),
        // GitLab makes copies of no job any more.
        ("ci/node.yml", "build: { script: make }\n", 0),
        ("nestling.yml", ROOTS[7], 0),
        ("u6/nestling.yml", "lint: { script: make }\n", 0),
        ("u3/nestling.yml", "unit: { depends_on: [u4] }\n---\nlint: { script: make }\n", 0),
    ] {
        assert_eq!(left_out_after(changed, text), left_out, "{changed}: {text}");
    }
}
