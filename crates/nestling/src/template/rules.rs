//! Rules of templates: their syntax, their values and their inputs.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::ExampleFile;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

/// The root of each example.
const WORKSPACE: ExampleFile = file("nestling.yml", "workspace:\n  templates: [ci]\n");

/// A unit that uses the template of each example.
const UNIT: ExampleFile = file("web/nestling.yml", "unit:\n  use: node\n");

rules! {
    /// All rules of templates.
    RULES;

    TEMPLATE = "template" {
        severities: &[Error],
        summary: "an expression of a template fails",
        documentation: "An operation got a value of the wrong type, a filter got a wrong argument, or a macro was called \
            with arguments that it does not have. The notes show the values involved.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: npm test -- --shards=${{ unit.name / 2 }}\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: npm test -- --shards=${{ 4 / 2 }}\n")]),
    }

    TEMPLATE_SYNTAX = "template-syntax" {
        severities: &[Error],
        summary: "a template has a syntax error",
        documentation: "`${{ … }}` interpolates a value, and a line that starts with `#%` is a control line. Each must be closed: `}}`, `#% endif`, `#% endfor`.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "#% for version in [20, 22]\ntest ${{ version }}:\n  script: npm test\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "#% for version in [20, 22]\ntest ${{ version }}:\n  script: npm test\n#% endfor\n")]),
    }

    TEMPLATE_UNDEFINED = "template-undefined" {
        severities: &[Error],
        summary: "a template uses a value that is not defined",
        documentation: "Other template languages render an undefined value as an empty string. Here it is an error, since a command with an empty argument may do harm. `is defined` and `default(…)` allow for a value that \
            may be missing.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: cd ${{ unit.path }} && npm test\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: cd ${{ unit.dir }} && npm test\n")]),
    }

    TEMPLATE_UNKNOWN = "template-unknown" {
        severities: &[Error],
        summary: "a template uses an unknown filter, function or test",
        documentation: "The guide lists the filters and functions of templates.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: echo ${{ unit.name | uper }}\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: echo ${{ unit.name | upper }}\n")]),
    }

    TEMPLATE_MISSING = "template-missing" {
        severities: &[Error],
        summary: "a template that is used, included, imported or extended does not exist",
        documentation: "`use:` and the control lines `include`, `import` and `extends` search the directories of `workspace: { templates: […] }`, and the built-in library for names that start with `nestling/`.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, file("ci/node.yml", "test:\n  script: npm test\n"),
            file("web/nestling.yml", "unit:\n  use: noed\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: npm test\n")]),
    }

    TEMPLATE_LIMIT = "template-limit" {
        severities: &[Error],
        summary: "a template does more work than the limits allow",
        documentation: "Steps, nesting and the size of the output are limited, so that a mistake cannot fill the \
            memory of a runner. A loop over a computed range is the usual cause.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
#% for shard in range(10000)
#% for version in range(10000)
test ${{ shard }} ${{ version }}:
  script: npm test
#% endfor
#% endfor
")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "#% for shard in range(10)\ntest ${{ shard }}:\n  script: npm test\n#% endfor\n")]),
    }

    TEMPLATE_BLOCK = "template-block" {
        severities: &[Error, Warning],
        summary: "a template overrides a block that none of its parents has, or has lines outside of its blocks",
        documentation: "The content of such a block is never rendered. Use the name of a block in the template that `extends` names, or in one of its parents. In a template with `extends`, lines outside of its blocks are not rendered either. If a template is only imported, just its macros count, and other lines in it cause a warning.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT,
            file("ci/base.yml", "\
test:
  #% block script
  script: npm test
  #% endblock
"),
            file("ci/node.yml", "\
#% extends \"base.yml\"
#% block scripts
  script: npm run test
#% endblock
")]),
        good: Example::Repository(&[WORKSPACE, UNIT,
            file("ci/base.yml", "\
test:
  #% block script
  script: npm test
  #% endblock
"),
            file("ci/node.yml", "\
#% extends \"base.yml\"
#% block script
  script: npm run test
#% endblock
")]),
    }

    TEMPLATE_CHARACTER = "template-character" {
        severities: &[Error],
        summary: "a template contains a character that is reserved for Nestling",
        documentation: "Nestling uses the private-use characters U+F0000 to U+F001F to track places while it renders a template. They have no meaning in any writing system; delete the character.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT,
            file("ci/node.yml", "test: { script: \"echo \u{F0001}\" }\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: \"echo\"\n")]),
    }

    TEMPLATE_VALUE = "template-value" {
        severities: &[Error],
        summary: "a value cannot be interpolated here",
        documentation: "A list or a mapping cannot be part of a string, and a macro that is not called is not a value. Write `| join(\" \")` or `| tojson`, or make `${{ }}` the whole value to insert the list itself.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: npm test ${{ [1, 2] }}\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: npm test ${{ [1, 2] | join(' ') }}\n")]),
    }

    TEMPLATE_COMPARISON = "template-comparison" {
        severities: &[Warning],
        summary: "a template compares a value with a string that it never is",
        documentation: "`==` and `in` with such a string are always false, and `!=` and `not in` are always true. `pipeline.kind` is `merge_request`, `branch` or `tag`: the pipeline of a schedule has the kind of its branch, and `pipeline.source` is `schedule`. An input has the values of its `options`, `environment.name` those of the workspace's `environments`.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT,
            file("ci/node.yml", "test:\n  script: npm test\n#% if pipeline.kind == \"schedule\"\nnightly:\n  script: npm run nightly\n#% endif\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT,
            file("ci/node.yml", "test:\n  script: npm test\n#% if pipeline.source == \"schedule\"\nnightly:\n  script: npm run nightly\n#% endif\n")]),
    }

    YAML_DOCUMENTS = "yaml-documents" {
        severities: &[Error],
        summary: "a template or a unit has a second document of jobs",
        documentation: "GitLab reads one document of a file and silently drops the others. Remove the line `---`.",
        source: "https://docs.gitlab.com/ci/yaml/#header-keywords",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec: {}
---
build:
  script: npm run build
---
test:
  script: npm test
")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "build:\n  script: npm run build\ntest:\n  script: npm test\n")]),
    }

    SCRIPT_INJECTION = "script-injection" {
        severities: &[Warning],
        summary: "an untrusted value is interpolated where it is more than data, such as a script",
        documentation: "Anyone who can push a branch chooses its name, and those of its files. A value such as `$(curl …)` or \
            `\" || true` does more than its author meant wherever something reads it as more than data:\n\n\
            | place | danger | way out |\n|---|---|---|\n\
            | `script`, `before_script`, `after_script`, `hooks`, `run` | it runs as a command, with the job's secrets | `\\| sh` makes it one word |\n\
            | `release` | GitLab puts it into a script, in double quotes | `\\| slug`, or GitLab's variable |\n\
            | `rules: if` | it ends the expression, and the job runs | GitLab's variable, or `#% if` |\n\
            | `image`, `services` | it chooses what runs with the job's variables | `#% if` |\n\
            | `entrypoint`, `command` of an image or a service | it chooses the program | `#% if` |\n\
            | `tags` | it chooses the runner | `#% if` |\n\
            | `environment: name` | it chooses whose variables the job gets | a constant with a slash before it |\n\
            | `environment: url` | it chooses the host of a link | `\\| slug`, or behind the host |\n\
            | `trigger`, `include` | it chooses which pipeline starts | `#% if` |\n\
            | `secrets`, `id_tokens` | it chooses which secret the job gets | `#% if` |\n\
            | `artifacts: paths`, `artifacts: reports` | it chooses which files are published | `\\| slug` |\n\
            | `variables` | none: a shell gets it as data; quote it there | |\n\
            | `artifacts: name`, `cache: key`, `resource_group`, job names, `coverage`, `parallel`, `rules: changes` | none: a name, or a pattern | |\n\n\
            Values are followed through `set`, loops, macros and filters. `slug`, `env_slug` and numbers are safe everywhere.",
        source: "templates-guide.md",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: echo ${{ pipeline.ref }}\n")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "test:\n  script: echo ${{ pipeline.ref | sh }}\n")]),
    }

    COMPONENT_BLOCK = "component-block" {
        severities: &[Error, Warning],
        summary: "a `$[[ … ]]` of a GitLab component cannot be interpolated",
        documentation: "Templates may be written as GitLab components. A block must be closed and name an input or one \
            of GitLab's functions. `expand_vars` before another function is a warning: the variables are expanded by \
            the job, after that function has run.",
        source: "https://docs.gitlab.com/ci/inputs/",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec:
  inputs:
    version:
      default: \"22\"
---
test:
  script: npm test
  image: node:$[[ input.version ]]
")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec:
  inputs:
    version:
      default: \"22\"
---
test:
  script: npm test
  image: node:$[[ inputs.version ]]
")]),
    }

    INPUT_DEFINITION = "input-definition" {
        severities: &[Error],
        summary: "a template has an invalid input definition",
        documentation: "The definition of an input is a mapping with `type`, `default`, `options`, `regex` and `description`, \
            whose default fits the type, the options and the pattern.",
        source: "https://docs.gitlab.com/ci/yaml/#specinputs",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec:
  inputs:
    version:
      type: strnig
      default: \"22\"
---
test:
  script: npm test
")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec:
  inputs:
    version:
      type: string
      default: \"22\"
---
test:
  script: npm test
")]),
    }

    INPUT_UNKNOWN = "input-unknown" {
        severities: &[Error],
        summary: "a unit gives an input that its template does not declare",
        documentation: "The value would have no effect. Declare the input under `spec: { inputs: … }` of the template, \
            or remove it.",
        source: "https://docs.gitlab.com/ci/inputs/",
        bad: Example::Repository(&[WORKSPACE,
            file("web/nestling.yml", "\
unit:
  use:
    template: node
    inputs:
      verison: \"20\"
"),
            file("ci/node.yml", "\
spec:
  inputs:
    version:
      default: \"22\"
---
test:
  script: npm test
")]),
        good: Example::Repository(&[WORKSPACE,
            file("web/nestling.yml", "\
unit:
  use:
    template: node
    inputs:
      version: \"20\"
"),
            file("ci/node.yml", "\
spec:
  inputs:
    version:
      default: \"22\"
---
test:
  script: npm test
")]),
    }

    INPUT_MISSING = "input-missing" {
        severities: &[Error],
        summary: "a unit does not give an input that has no default",
        documentation: "An input without a `default` is required.",
        source: "https://docs.gitlab.com/ci/inputs/",
        bad: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec:
  inputs:
    version: {}
---
test:
  script: npm test
")]),
        good: Example::Repository(&[WORKSPACE, UNIT, file("ci/node.yml", "\
spec:
  inputs:
    version:
      default: \"22\"
---
test:
  script: npm test
")]),
    }

    INPUT_VALUE = "input-value" {
        severities: &[Error],
        summary: "an input has a value of the wrong type, that is not one of its options, or that does not match its pattern",
        documentation: "GitLab rejects such a value, too. Quote a number if the input is a string.",
        source: "https://docs.gitlab.com/ci/inputs/",
        bad: Example::Repository(&[WORKSPACE,
            file("web/nestling.yml", "\
unit:
  use:
    template: node
    inputs:
      version: 20
"),
            file("ci/node.yml", "\
spec:
  inputs:
    version:
      type: string
---
test:
  script: npm test
")]),
        good: Example::Repository(&[WORKSPACE,
            file("web/nestling.yml", "\
unit:
  use:
    template: node
    inputs:
      version: \"20\"
"),
            file("ci/node.yml", "\
spec:
  inputs:
    version:
      type: string
---
test:
  script: npm test
")]),
    }
}
