//! Slugs of environments, computed once more by Ruby from GitLab's description of them.

use crate::support::tool::{Tool, need};
use nestling_gitlab::name::environment_slug;
use std::io::Write as _;
use std::process::Stdio;

/// <https://docs.gitlab.com/ci/variables/predefined_variables/>: lower case, at most 24 characters, letters, digits and
/// hyphens, a letter first, no hyphen last; where the name had to be changed, the last six digits of its SHA-256 in base
/// 36 end it.
const RUBY: &str = r##"
require "digest"
STDIN.set_encoding("UTF-8")
STDIN.each_line(chomp: true) do |name|
  slug = name.downcase.gsub(/[^a-z0-9]/, "-")
  slug = "env-" + slug unless slug.match?(/\A[a-z]/)
  slug = slug.squeeze("-")
  if slug.length > 24 || slug != name
    slug = slug[0, 17]
    slug += "-" unless slug.end_with?("-")
    slug += Digest::SHA256.hexdigest(name).to_i(16).to_s(36)[-6..]
  end
  puts slug
end
"##;

#[test]
fn slugs_of_five_hundred_names_are_what_ruby_computes() {
    let Some(mut ruby) = need(Tool::Ruby, "slugs_of_five_hundred_names_are_what_ruby_computes") else {
        return;
    };
    let names = names();
    let mut child =
        ruby.args(["-W0", "-e", RUBY]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all((names.join("\n") + "\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let computed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(computed.lines().count(), names.len());
    for (name, slug) in names.iter().zip(computed.lines()) {
        assert_eq!(environment_slug(name), slug, "{name:?}");
    }
}

/// Names as people write them, and names of any characters that GitLab allows: the same on every machine.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "production",
        "Staging",
        "review/foo",
        "a",
        "1",
        "-",
        "--",
        "x/",
        "a--b",
        "a-",
        "é",
        "QA/Été 1",
        "exactly-twenty-four-chars",
        "exactly-twenty4-character",
        "seventeen-chars--",
        "a.b_c d",
        "0/a",
        "PROD",
    ]
    .map(str::to_owned)
    .to_vec();
    let letters: Vec<char> = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_/. ${}é".chars().collect();
    let mut state: u64 = 2026;
    let mut next = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % limit
    };
    while names.len() < 518 {
        let length = 1 + next(40);
        names.push((0..length).map(|_| letters[next(letters.len())]).collect());
    }
    names
}
