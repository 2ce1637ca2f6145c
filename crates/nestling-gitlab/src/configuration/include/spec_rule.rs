//! `spec-form`: the rule of headers, of inputs, and of the `$[[ ]]` that name them.

use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Example, Rule};

pub(crate) static RULE: Rule = Rule {
    id: "spec-form",
    severities: &[Error, Warning],
    summary: "`spec`, or an input, is invalid",
    documentation: "`spec` has `inputs`, `include`, `component` and `description`. An input has a `type` (string, number, boolean or \
array), a `default` of that type, `options` that contain the default, and for strings a `regex`. `rules` replace `options` and \
`default`. An input of a job requires a `default`. \
Below the header `$[[ inputs.NAME ]]` names a declared input, followed by at most three functions. If a value is known, from the default or from the include, the file is checked with that value.",
    source: "https://docs.gitlab.com/ci/yaml/#spec",
    bad: Example::Pipeline(
        "\
spec:
  inputs:
    level:
      type: strng
---
a:
  script: x
",
    ),
    good: Example::Pipeline(
        "\
spec:
  inputs:
    level:
      type: string
      options: [low, high]
      default: low
---
a:
  script: x
",
    ),
};
