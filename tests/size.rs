//! The estimate of what GitLab counts, beside what Ruby itself says.

use crate::oracles::{document, rows};
use crate::support::example::{self, Example};
use crate::support::tool::{Tool, need};
use crate::support::{output, root};
use nestling::Sources;
use nestling::testing::parsed_size;
use nestling_gitlab::yaml::parse_file;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fs;

/// Random documents, every example in every kind of pipeline, and pipelines of many units.
fn texts() -> Vec<String> {
    let strategy = document::documents(rows());
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut texts: Vec<String> = (0..400)
        .map(|_| document::Document(strategy.new_tree(&mut runner).unwrap().current()).text())
        .collect();
    for name in example::names() {
        let example = Example::new(&name);
        for options in
            [&["--all"][..], &["--all", "--as", "merge_request"], &["--all", "--as", "branch:main"]]
        {
            texts.push(example.generate(options));
        }
    }
    let unit = |at: usize| {
        format!(
            "svc-{at}:deploy:\n  stage: deploy\n  environment:\n    name: review/$CI_COMMIT_REF_SLUG/svc-{at}\n    on_stop: \
             svc-{at}:stop\n  script:\n    - ./deploy.sh services/svc-{at} review\n    - echo done\n    - echo twice\n    - \
             echo thrice\n"
        )
    };
    texts.extend([9, 33, 129, 1000, 5000].map(|units| (0..units).map(unit).collect::<String>()));
    texts
}

#[test]
fn the_estimate_is_never_below_ruby_and_never_far_above() {
    let Some(mut ruby) = need(Tool::Ruby, "the_estimate_is_never_below_ruby_and_never_far_above") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let texts = texts();
    ruby.args(["-W0", "-EUTF-8"]).arg(root().join("tests/oracles/size.rb"));
    for (at, text) in texts.iter().enumerate() {
        let path = folder.path().join(format!("{at}.yml"));
        fs::write(&path, text).unwrap();
        ruby.arg(path);
    }
    let said = output(&mut ruby);
    assert_eq!(said.lines().count(), texts.len());
    for (text, bytes) in texts.iter().zip(said.lines()) {
        let bytes: f64 = bytes.parse().unwrap();
        let file = Sources::default().add("document", text.as_str());
        let estimate = parsed_size(&parse_file(text, file).unwrap()[0]) as f64;
        let ratio = estimate / bytes;
        let shown: String = text.chars().take(500).collect();
        assert!((1.0..=1.4).contains(&ratio), "{estimate} for {bytes}: {ratio}\n{shown}");
    }
}
