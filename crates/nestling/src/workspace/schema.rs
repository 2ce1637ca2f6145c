//! The headers as JSON Schema, so that editors complete and check them. A test holds the keys against
//! [`format`](super::format).
//!
//! Editors look at each document of a file by itself, and the second one is GitLab's: a schema here says what is in
//! a document with the header's key, and nothing of the others.

mod shape;
mod allow;
mod environment;
mod marker;
mod reuse;
mod whole;

pub use whole::file_schema;

use super::unclaimed::Unclaimed;
use crate::changes::Occasion;
use allow::allow;
use environment::environment;
use marker::marker;
use reuse::{reuse, reuse_of_jobs};
use serde_json::{Value, json};
use shape::{any, choice, flag, object, one_or_many, properties, text, texts};

/// A kind of header.
///
/// ```
/// use nestling::Header;
///
/// let schema = Header::Workspace.schema();
/// assert_eq!(schema["title"], "The root's nestling.yml");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// `workspace:`, in the root's `nestling.yml`.
    Workspace,
    /// `unit:`, in a directory's `nestling.yml`.
    Unit,
    /// `spec:`, in a template.
    Template,
}

/// Returns the schema of a file of jobs: that of GitLab's keywords, with Nestling's own `reuse` of a job.
pub fn jobs_schema() -> Value {
    let mut schema = nestling_gitlab::table::schema();
    let reference = schema["additionalProperties"]["else"]["$ref"].as_str().unwrap_or_default();
    let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
    schema["definitions"][name]["properties"]["reuse"] = reuse_of_jobs();
    schema
}

impl Header {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Workspace, Self::Unit, Self::Template];

    /// Its name on the command line and in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Unit => "unit",
            Self::Template => "template",
        }
    }

    /// Returns the key that opens it.
    fn key(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Unit => "unit",
            Self::Template => "spec",
        }
    }

    /// The schema, in the form of JSON Schema's draft 7.
    pub fn schema(self) -> Value {
        let (keys, title) = match self {
            Self::Workspace => (vec![("workspace", workspace())], "The root's nestling.yml"),
            Self::Unit => (vec![("unit", unit())], "A directory's nestling.yml"),
            Self::Template => (vec![("spec", spec()), ("reuse", reuse_of_jobs())], "A template's header"),
        };
        let required: Vec<Value> = keys.iter().map(|(key, _)| json!({ "required": [key] })).collect();
        let names: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": title,
            "type": "object",
            "properties": properties(keys),
            "if": { "anyOf": required },
            "then": { "propertyNames": { "enum": names } },
        })
    }
}

fn depends_from() -> Value {
    let readers: Vec<&str> = super::stated::READERS.iter().map(|reader| reader.name).collect();
    let file = json!({
        "type": "object",
        "properties": { "file": text("File with a graph, as Nx and Turborepo write it, relative to the root") },
        "required": ["file"],
        "additionalProperties": false,
    });
    let command = json!({
        "type": "object",
        "properties": { "command": text("Shell command that prints a graph in the same form, run in the directory of the workspace") },
        "required": ["command"],
        "additionalProperties": false,
    });
    json!({
        "description": "Package managers and tools whose manifests give the dependencies between units, and graphs of other tools",
        "type": "array",
        "items": { "anyOf": [{ "enum": readers }, file, command] },
    })
}

fn workspace() -> Value {
    let occasions = Occasion::ALL.map(Occasion::as_str);
    object(
        "Settings for all units of the repository",
        &[],
        vec![
            (
                "templates",
                json!({ "description": "Directories that `use:` searches, in order; built-in templates are always available as `nestling/…`", "type": "array", "items": template_directory() }),
            ),
            ("stages", texts("Stages of the child pipeline, in order")),
            (
                "ignore",
                texts(
                    "Globs as in `rules:changes` (`docs/**/*` matches at every level): a change to these paths selects no unit",
                ),
            ),
            (
                "everything",
                texts(
                    "Globs as in `rules:changes` (`docs/**/*` matches at every level): a change to these paths selects every unit",
                ),
            ),
            (
                "unclaimed",
                choice(
                    "Effect of a changed path that does not belong to a unit: a line in the log (`note`), a warning (`warn`), selection of every unit (`everything`), or none (`nothing`)",
                    &Unclaimed::NAMES,
                ),
            ),
            ("depends_from", depends_from()),
            (
                "depends_on_depth",
                json!({ "description": "Number of dependency levels that a change propagates through", "type": "integer", "minimum": 0 }),
            ),
            (
                "units",
                json!({ "description": "Rules that turn directories into units that need no `nestling.yml` of their own", "type": "array", "items": rule() }),
            ),
            ("vars", json!({ "description": "Values for templates, read as `vars.NAME`", "type": "object" })),
            (
                "environments",
                json!({ "description": "The environment catalogue: where jobs may deploy", "type": "object", "additionalProperties": environment() }),
            ),
            (
                "pipelines",
                json!({ "description": "The units that each kind of pipeline selects: those that changed, all, none, or those that have not passed. The kinds are `merge_request`, `branch`, `tag`, `schedule`, `web`, `api`, `trigger`, `pipeline`, `chat`, `other`", "type": "object", "propertyNames": { "enum": occasions }, "additionalProperties": policy() }),
            ),
            ("gitlab", gitlab()),
            ("reuse", reuse()),
            ("allow", allow()),
        ],
    )
}

fn template_directory() -> Value {
    let of_revision = object(
        "A directory of another revision or repository, read from git's objects",
        &["path"],
        vec![
            ("git", text("Revision to read it from, such as `refs/remotes/origin/main`")),
            (
                "repository",
                text("Another repository on disk, relative to this one's root, such as `../ci-templates`"),
            ),
            ("path", text("The directory")),
        ],
    );
    json!({ "anyOf": [{ "type": "string" }, of_revision] })
}

fn rule() -> Value {
    object(
        "Turns every directory that matches into a unit",
        &["match"],
        vec![
            (
                "match",
                one_or_many(
                    "Globs of directories, from the root: `*` matches one level, `**` every level, `.` the root, and `!` excludes; or a file that a directory contains",
                    &json!({ "anyOf": [{ "type": "string" }, marker()] }),
                ),
            ),
            ("use", uses()),
            ("depends_on", depends_on()),
            ("changes", changes()),
        ],
    )
}

fn unit() -> Value {
    object(
        "A directory with its own jobs",
        &[],
        vec![
            ("name", text("Name of the unit")),
            ("depends_on", depends_on()),
            ("changes", changes()),
            ("use", uses()),
            ("cdk", any("Deploys an AWS CDK app")),
            ("allow", allow()),
        ],
    )
}

fn changes() -> Value {
    texts(
        "Globs of other paths that select the unit when they change, as in `rules:changes` (`src/**/*` matches at every level). They are relative to the unit's directory, or to the root if they start with `/`; `!` excludes paths",
    )
}

fn uses() -> Value {
    let mut used = object(
        "A template or a component, with inputs",
        &[],
        vec![
            ("template", text("Name of the template")),
            (
                "component",
                text(
                    "Path of a [vendored component](../vendor.md), in place of a template: `host/group/project/name@version`",
                ),
            ),
            ("inputs", json!({ "description": "Inputs of the template or the component", "type": "object" })),
            (
                "environments",
                json!({ "description": "Inputs that override `inputs` for an environment of the catalogue", "type": "object", "additionalProperties": { "type": ["object", "null"] } }),
            ),
        ],
    );
    used["oneOf"] = json!([{ "required": ["template"] }, { "required": ["component"] }]);
    one_or_many(
        "Templates, by name or with inputs, and components",
        &json!({ "anyOf": [{ "type": "string" }, used] }),
    )
}

fn depends_on() -> Value {
    let dependency = object(
        "A dependency, optionally with an order",
        &["unit"],
        vec![
            ("unit", text("Name of a unit, or a glob of names")),
            ("order", flag("Wait until the jobs of that unit have finished")),
        ],
    );
    let one = json!({ "anyOf": [{ "type": "string" }, dependency] });
    one_or_many("Units that the unit depends on: a change to one of them selects this one, too", &one)
}

fn policy() -> Value {
    let since = object(
        "Selects the units that changed since a revision",
        &["since"],
        vec![(
            "since",
            text(
                "A revision, a glob of tags (the nearest older tag that matches), or `passed`: the branch's newest successful pipeline",
            ),
        )],
    );
    json!({ "anyOf": [choice("Which units are selected", &["changed", "all", "none", "unpassed"]), since] })
}

fn gitlab() -> Value {
    let number = |description: &str| json!({ "description": description, "type": "integer" });
    let names = |description: &str| json!({ "description": description, "type": "array", "items": { "type": "string" } });
    object(
        "The GitLab instance that reads the pipeline",
        &[],
        vec![
            (
                "version",
                json!({
                    "description": "Version of the instance, quoted, such as `\"18.5\"`",
                    "type": "string",
                    "pattern": "^[0-9]+\\.[0-9]+",
                }),
            ),
            ("needs", number("Maximum number of `needs` of a job")),
            ("deployments", number("Maximum number of deployments of a pipeline")),
            ("jobs", number("Maximum number of jobs of a pipeline")),
            ("caches", number("Maximum number of caches of a job")),
            (
                "forwarded",
                names("Variables that the parent's trigger job forwards, which override those of jobs"),
            ),
            (
                "held_groups",
                names(
                    "Resource groups that the parent's trigger job holds; a job of the child pipeline in one of these groups would wait forever",
                ),
            ),
        ],
    )
}

fn spec() -> Value {
    let value = json!({ "type": ["string", "number", "boolean", "array"] });
    let input = object(
        "An input, in GitLab's syntax",
        &[],
        vec![
            ("type", choice("Type of the input", &["string", "number", "boolean", "array"])),
            ("default", any("Value if none is given; an input without a default is required")),
            ("description", text("Description of the input")),
            ("options", json!({ "description": "Allowed values", "type": "array", "items": value })),
            ("regex", text("Regular expression that the value must match")),
            (
                "rules",
                any(
                    "Options and defaults that depend on other inputs: the first rule whose `if` holds applies",
                ),
            ),
        ],
    );
    let input = json!({ "anyOf": [{ "type": "null" }, input] });
    object(
        "Description and inputs of the template",
        &[],
        vec![
            ("description", text("Description of the template")),
            (
                "inputs",
                json!({ "description": "Typed inputs, read as `inputs.NAME`", "type": "object", "additionalProperties": input }),
            ),
            ("component", any("Values that `$[[ component.NAME ]]` reads; a template has `name` only")),
            ("include", any("Files with further inputs")),
        ],
    )
}

#[cfg(test)]
mod tests;
