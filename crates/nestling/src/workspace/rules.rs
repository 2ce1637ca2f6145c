//! Rules of the workspace and its units.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Error, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of the workspace.
    RULES;

    WORKSPACE_MISSING = "workspace-missing" {
        severities: &[Error],
        summary: "the repository's root has no `nestling.yml` with a `workspace:` header",
        documentation: "The header makes a repository a workspace; `workspace: {}` is enough. `nestling init` writes one \
            that fits the repository.",
        source: "files/workspace.md",
        bad: Example::Repository(&[file("nestling.yml", "build:\n  script: make\n")]),
        good: Example::Repository(&[file("nestling.yml", "workspace: {}\n---\nbuild:\n  script: make\n")]),
    }

    TEMPLATE_HEADER = "template-header" {
        severities: &[Error],
        summary: "the header of a template has an unknown key or a value of the wrong type",
        documentation: "The header of a template is GitLab's `spec:`, with the inputs that it declares.",
        source: "files/template.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "\
spec:
  input:
    version:
      default: \"22\"
---
test:
  script: npm test
"),
            file("web/nestling.yml", "unit:\n  use: node\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "\
spec:
  inputs:
    version:
      default: \"22\"
---
test:
  script: npm test
"),
            file("web/nestling.yml", "unit:\n  use: node\n"),
        ]),
    }

    UNIT_NAME = "unit-name" {
        severities: &[Error],
        summary: "a unit has a name that is taken or cannot be used",
        documentation: "The names of a unit's jobs start with the name of the unit, by default its directory. Names must be unique, cannot start with a dot (GitLab never runs a job whose name starts with one), and `workspace` is reserved for jobs that do not belong to a unit.",
        source: "files/unit.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "build:\n  script: make\n"),
            file("legacy/nestling.yml", "\
unit:
  name: api
---
build:
  script: make
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "build:\n  script: make\n"),
            file("legacy/nestling.yml", "\
unit:
  name: api-legacy
---
build:
  script: make
"),
        ]),
    }

    PATH = "path" {
        severities: &[Error],
        summary: "a path of the header leaves the repository or is not a path",
        documentation: "Paths are relative to the root of the repository, and use `/`. They cannot leave it with `..`. Only `repository` of a template directory can, because it is the path of another clone.",
        source: "files/workspace.md",
        bad: Example::Repository(&[file("nestling.yml", "workspace:\n  templates: [../ci]\n")]),
        good: Example::Repository(&[file("nestling.yml", "workspace:\n  templates: [ci]\n")]),
    }

    GLOB = "glob" {
        severities: &[Error],
        summary: "a glob cannot be read",
        documentation: "The glob has an unclosed bracket or brace, or a range that ends before it starts. Escape literal characters: `[[]`.",
        source: "files/workspace.md",
        bad: Example::Repository(&[file("nestling.yml", "\
workspace:
  environments:
    review:
      when:
        branch: \"{feature,fix/*\"
")]),
        good: Example::Repository(&[file("nestling.yml", "\
workspace:
  environments:
    review:
      when:
        branch: \"{feature,fix}/*\"
")]),
    }

    PIPELINES = "pipelines" {
        severities: &[Error, Warning],
        summary: "`pipelines` has an unknown kind of pipeline or an unknown policy",
        documentation: "`pipelines` sets for each kind of pipeline which units are selected: `changed`, `all`, `none`, or those that changed since a revision (`since`), which must exist in the repository.",
        source: "files/workspace.md#workspacepipelinesname",
        bad: Example::Repository(&[file("nestling.yml", "workspace:\n  pipelines:\n    tags: all\n")]),
        good: Example::Repository(&[file("nestling.yml", "workspace:\n  pipelines:\n    tag: all\n")]),
    }

    UNCLAIMED = "unclaimed" {
        severities: &[Error, Warning],
        summary: "changed paths do not belong to a unit, or the policy for them is unknown",
        documentation: "`unclaimed` sets the effect of a changed path that does not belong to a unit: `note` (a line in the log, the default), `warn`, `everything` (all units are selected) or `nothing`. A path is claimed by the unit whose directory contains it, by `changes`, `everything` and `ignore`, and by the units that are defined in it.",
        source: "change-detection.md#paths-of-no-unit",
        bad: Example::Repository(&[file("nestling.yml", "workspace:\n  unclaimed: everthing\n")]),
        good: Example::Repository(&[file("nestling.yml", "workspace:\n  unclaimed: everything\n")]),
    }

    LINK = "link" {
        severities: &[Error],
        summary: "a symbolic link has no target in the repository",
        documentation: "A `nestling.yml`, a directory that `match` reaches and a template may be symbolic links, as long as the target is in the repository. A change to the link or to its target selects the unit.",
        source: "monorepo.md",
        bad: Example::None,
        good: Example::None,
    }

    DEPENDS_ON = "depends-on" {
        severities: &[Error],
        summary: "a unit depends on one that does not exist",
        documentation: "`depends_on` names a unit, or a glob of names that matches at least one.",
        source: "monorepo.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("libs/core/nestling.yml", "test:\n  script: make test\n"),
            file("api/nestling.yml", "\
unit:
  depends_on: lib/core
---
test:
  script: make test
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("libs/core/nestling.yml", "test:\n  script: make test\n"),
            file("api/nestling.yml", "\
unit:
  depends_on: libs/core
---
test:
  script: make test
"),
        ]),
    }

    DEPENDS_ON_CYCLE = "depends-on-cycle" {
        severities: &[Error],
        summary: "units have circular dependencies",
        documentation: "A change to one of them would always select all. Remove one of the dependencies, or move what both need into a separate unit.",
        source: "monorepo.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
unit:
  depends_on: web
---
test:
  script: make test
"),
            file("web/nestling.yml", "\
unit:
  depends_on: api
---
test:
  script: make test
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "test:\n  script: make test\n"),
            file("web/nestling.yml", "\
unit:
  depends_on: api
---
test:
  script: make test
"),
        ]),
    }

    DEPENDS_FROM = "depends-from" {
        severities: &[Error, Warning],
        summary: "`depends_from` names an unknown reader, or a manifest or a graph cannot be read",
        documentation: "Nestling reads dependencies between units from manifests of fourteen kinds and from graphs in files. A \
            manifest with a syntax error is a warning: its dependencies are unknown, so a change to them does not select its \
            unit. A missing or malformed graph is an error.",
        source: "depends-from.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  depends_from: [crago]\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  depends_from: [cargo]\n"),
        ]),
    }

    INPUTS = "inputs" {
        severities: &[Error],
        summary: "the `inputs` of a use are not a mapping",
        documentation: "`inputs` maps the names of a template's inputs to their values.",
        source: "files/unit.md#unituse",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "test:\n  script: npm test\n"),
            file("web/nestling.yml", "unit:\n  use:\n    template: node\n    inputs: [version]\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "\
spec:
  inputs:
    version:
      type: string
---
test:
  script: npm test
  image: node:${{ inputs.version }}
"),
            file("web/nestling.yml", "\
unit:
  use:
    template: node
    inputs:
      version: \"22\"
"),
        ]),
    }

    USE_CLASH = "use-clash" {
        severities: &[Error, Warning],
        summary: "two templates of a unit define the same job, or one template is used twice with the same inputs",
        documentation: "A unit may use a template several times, with different inputs. Jobs are merged by their names, so two uses that define the same job would leave one of the two: add an input to the job's name. The same applies to hidden jobs, and to `default` and `variables` whose values differ between two uses of one template. If two \
            templates define the same job, the later one takes precedence, with a warning. A use in the unit's own file replaces those \
            of the same template in rules of `workspace: { units: … }`.",
        source: "files/unit.md#unituse",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/plan.yml", "\
spec:
  inputs:
    workspace:
      type: string
---
plan:
  script: tofu workspace select ${{ inputs.workspace | sh }}
"),
            file("infra/nestling.yml", "\
unit:
  use:
    - template: plan
      inputs:
        workspace: staging
    - template: plan
      inputs:
        workspace: production
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/plan.yml", "\
spec:
  inputs:
    workspace:
      type: string
---
plan ${{ inputs.workspace }}:
  script: tofu workspace select ${{ inputs.workspace | sh }}
"),
            file("infra/nestling.yml", "\
unit:
  use:
    - template: plan
      inputs:
        workspace: staging
    - template: plan
      inputs:
        workspace: production
"),
        ]),
    }

    TEMPLATE_SOURCE = "template-source" {
        severities: &[Error],
        summary: "a template directory of another revision or repository cannot be read",
        documentation: "`{ git: REVISION, path: DIRECTORY }` reads templates from git's objects. The revision must have been \
            fetched, and another repository cloned, before Nestling runs.",
        source: "files/workspace.md#workspacetemplates",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates:\n    - git: refs/remotes/origin/main\n      path: ci\n"),
            file("web/nestling.yml", "unit:\n  use: node\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "test:\n  script: npm test\n"),
            file("web/nestling.yml", "unit:\n  use: node\n"),
        ]),
    }
}
