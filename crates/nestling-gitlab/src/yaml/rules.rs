//! Rules of the YAML reader.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::{Error, Warning};
use crate::rules;

rules! {
    /// All rules of the YAML reader.
    RULES;

    YAML_SYNTAX = "yaml-syntax" {
        severities: &[Error],
        summary: "a file is not valid YAML",
        documentation: "GitLab refuses a file that it cannot parse, and makes no pipeline at all. The usual causes are \
            tabs in the indentation, a missing colon, an unclosed quote or bracket, and `{{ }}`, which opens a mapping \
            inside a mapping unless it is quoted.",
        source: "https://yaml.org/spec/1.1/",
        bad: Example::Pipeline("\
build:
  script: [make
"),
        good: Example::Pipeline("\
build:
  script: [make]
"),
    }

    YAML_TAG = "yaml-tag" {
        severities: &[Error],
        summary: "a YAML tag is one that GitLab does not load",
        documentation: "Beside `!reference` GitLab loads the tags of plain data: `!!str` makes a string of any value, `!!float` \
            a number, `!!binary` decodes base 64. Other tags have no effect, and those of Ruby's classes, sets and dates are \
            refused.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/",
        bad: Example::Pipeline("\
build:
  script: make
  variables: !ruby/hash:Settings { LEVEL: high }
"),
        good: Example::Pipeline("\
build:
  script: make
  variables: { LEVEL: !!str 010 }
"),
    }

    YAML_DUPLICATE_KEY = "yaml-duplicate-key" {
        severities: &[Error, Warning],
        summary: "a mapping has the same key twice",
        documentation: "GitLab silently uses the last of them, and the others have no effect. That is never intended: keep one, or merge their values.",
        source: "https://yaml.org/spec/1.1/#id861060",
        bad: Example::Pipeline("\
build:
  script: make
  script: make install
"),
        good: Example::Pipeline("\
build:
  script:
    - make
    - make install
"),
    }

    YAML_FOLDED_ITEM = "yaml-folded-item" {
        severities: &[Error, Warning],
        summary: "a list item is indented so that YAML reads it as part of the item above",
        documentation: "An unquoted string may go on in the next line if that line is indented further. A `-` in such a \
            line is a character of the string and starts no item, so that two commands become one. Indent both items \
            alike, or quote a string that really has two lines.",
        source: "https://yaml.org/spec/1.1/#id903915",
        bad: Example::Pipeline("\
build:
  script:
    - make
      - make install
"),
        good: Example::Pipeline("\
build:
  script:
    - make
    - make install
"),
    }

    YAML_KEY = "yaml-key" {
        severities: &[Error],
        summary: "a key is a list or a mapping",
        documentation: "Keys of a GitLab configuration are strings. A list or a mapping in the place of a key usually \
            comes from braces or brackets that were meant as part of a string: quote it.",
        source: "https://yaml.org/spec/1.1/#id861060",
        bad: Example::Pipeline("\
build:
  script: make
  variables:
    [A, B]: value
"),
        good: Example::Pipeline("\
build:
  script: make
  variables:
    A: value
    B: value
"),
    }

    YAML_LIMIT = "yaml-limit" {
        severities: &[Error],
        summary: "a file is larger or nested deeper than GitLab reads",
        documentation: "GitLab limits the depth of a configuration to 100 levels and its size in memory. Nestling has \
            the same limit of depth, reads at most 64 MiB, and counts the nodes of each alias again.",
        source: "https://docs.gitlab.com/administration/instance_limits/#maximum-size-and-depth-of-cicd-configuration-yaml-files",
        bad: Example::Pipeline("\
build:
  script: make
  variables: {A: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}
"),
        good: Example::Pipeline("\
build:
  script: make
  variables: {A: \"1\"}
"),
    }

    YAML_MERGE = "yaml-merge" {
        severities: &[Error],
        summary: "`<<` merges something that is not a mapping",
        documentation: "The merge key takes an alias of a mapping, or a list of such aliases. GitLab refuses anything \
            else.",
        source: "https://docs.gitlab.com/ci/yaml/yaml_optimization/#anchors",
        bad: Example::Pipeline("\
.scripts: &scripts [make, make install]
build:
  <<: *scripts
  stage: build
"),
        good: Example::Pipeline("\
.build: &build
  script: [make, make install]
build:
  <<: *build
  stage: build
"),
    }
}
