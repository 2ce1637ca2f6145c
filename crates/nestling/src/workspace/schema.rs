//! The headers as JSON Schema, so that editors complete and check them. A test holds the keys against
//! [`format`](super::format).
//!
//! Editors look at each document of a file by itself, and the second one is GitLab's: a schema here says what stands in
//! a document with the header's key, and nothing of the others.

mod shape;
mod environment;
mod reuse;

use super::unclaimed::Unclaimed;
use crate::changes::Occasion;
use environment::environment;
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
        "properties": { "file": { "type": "string" } },
        "required": ["file"],
        "additionalProperties": false,
    });
    json!({
        "description": "Whose manifests state dependencies between units, and files with a graph",
        "type": "array",
        "items": { "anyOf": [{ "enum": readers }, file] },
    })
}

fn workspace() -> Value {
    let occasions = Occasion::ALL.map(Occasion::as_str);
    object(
        "What holds for all units of the repository",
        &[],
        vec![
            (
                "templates",
                json!({ "description": "Folders where `use:` looks, in order; the built-in library is always there as `nestling/…`", "type": "array", "items": template_folder() }),
            ),
            ("stages", texts("The stages, in order")),
            (
                "ignore",
                texts(
                    "Globs as in `rules:changes` (`docs/**/*` is every level): a change to these paths selects nothing",
                ),
            ),
            (
                "everything",
                texts(
                    "Globs as in `rules:changes` (`docs/**/*` is every level): a change to these paths selects every unit",
                ),
            ),
            (
                "unclaimed",
                choice(
                    "What a changed path brings about that no unit claims: a line in the log (`note`, the default), a warning, every unit, or nothing",
                    &Unclaimed::NAMES,
                ),
            ),
            ("depends_from", depends_from()),
            (
                "depends_on_depth",
                json!({ "description": "How many dependency levels a change propagates through (default: unlimited)", "type": "integer", "minimum": 0 }),
            ),
            (
                "units",
                json!({ "description": "Directories that need no file of their own", "type": "array", "items": rule() }),
            ),
            ("vars", json!({ "description": "Values for templates: `vars.NAME`", "type": "object" })),
            (
                "environments",
                json!({ "description": "Where deploys may go", "type": "object", "additionalProperties": environment() }),
            ),
            (
                "pipelines",
                json!({ "description": "What each kind of pipeline compares with", "type": "object", "propertyNames": { "enum": occasions }, "additionalProperties": policy() }),
            ),
            ("gitlab", gitlab()),
            ("reuse", reuse()),
            ("allow", allow()),
        ],
    )
}

fn template_folder() -> Value {
    let of_revision = object(
        "A folder of another revision or repository, read from git's objects",
        &["path"],
        vec![
            ("git", text("The revision, such as `refs/remotes/origin/main`")),
            (
                "repository",
                text("Another repository on disk, from this one's root, such as `../ci-templates`"),
            ),
            ("path", text("The folder there")),
        ],
    );
    json!({ "anyOf": [{ "type": "string" }, of_revision] })
}

fn rule() -> Value {
    object(
        "Every directory that matches is a unit",
        &["match"],
        vec![
            (
                "match",
                one_or_many(
                    "Globs of directories, from the root: `*` is one level, `**` is every level, `.` is the root",
                    &json!({ "type": "string" }),
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
        "A directory with CI of its own",
        &[],
        vec![
            ("name", text("Its name; by default the directory")),
            ("depends_on", depends_on()),
            ("changes", changes()),
            ("use", uses()),
            ("cdk", any("A CDK assembly to deploy")),
            ("allow", allow()),
        ],
    )
}

fn allow() -> Value {
    let place = json!({ "type": "string" });
    let entry = object(
        "A warning that is meant",
        &["rule", "reason"],
        vec![
            ("rule", text("The id of the rule, such as `retry`")),
            (
                "where",
                one_or_many(
                    "Globs of files, jobs, or subjects of a CDK report (default: all findings)",
                    &place,
                ),
            ),
            ("reason", text("Why the warning is meant")),
        ],
    );
    json!({ "description": "Warnings that are meant", "type": "array", "items": entry })
}

fn changes() -> Value {
    texts(
        "Globs as in `rules:changes` (`src/**/*` is every level) of paths that select it beside its own directory: from there, from the root with a leading `/`; those with `!` do not",
    )
}

fn uses() -> Value {
    let used = object(
        "A template with inputs",
        &["template"],
        vec![
            ("template", text("The template's name")),
            ("inputs", json!({ "description": "Its inputs", "type": "object" })),
            (
                "environments",
                json!({ "description": "Inputs that differ for an environment of the catalogue", "type": "object", "additionalProperties": { "type": ["object", "null"] } }),
            ),
        ],
    );
    one_or_many("Templates: a name, or a name with inputs", &json!({ "anyOf": [{ "type": "string" }, used] }))
}

fn depends_on() -> Value {
    let dependency = object(
        "A dependency with an order",
        &["unit"],
        vec![
            ("unit", text("The name of a unit, or a glob of names")),
            ("order", flag("Whether its jobs have to be done first")),
        ],
    );
    let one = json!({ "anyOf": [{ "type": "string" }, dependency] });
    one_or_many("Units that it depends on: a change there selects it too", &one)
}

fn policy() -> Value {
    let since = object(
        "What differs from a revision",
        &["since"],
        vec![(
            "since",
            text(
                "A revision, or a glob of tags: what differs from it counts as changed; `passed`: the newest pipeline of the branch that passed",
            ),
        )],
    );
    json!({ "anyOf": [choice("What counts as changed", &["changed", "all", "none", "unpassed"]), since] })
}

fn gitlab() -> Value {
    let number = |description: &str| json!({ "description": description, "type": "integer" });
    let names = |description: &str| json!({ "description": description, "type": "array", "items": { "type": "string" } });
    object(
        "The GitLab that reads the output",
        &[],
        vec![
            (
                "version",
                json!({
                    "description": "Its version, such as `18.5`, in quotes",
                    "type": "string",
                    "pattern": "^[0-9]+\\.[0-9]+",
                }),
            ),
            ("needs", number("How many needs a job may have")),
            ("deployments", number("How many deployments a pipeline may have")),
            ("jobs", number("How many jobs a pipeline may have")),
            ("caches", number("How many caches a job may have")),
            ("dotenv_variables", number("How many variables a dotenv report may have")),
            (
                "forwarded",
                names("Variables that the parent's trigger job forwards: a job's own value would not count"),
            ),
            (
                "held_groups",
                names(
                    "Resource groups that the parent's trigger job holds: a job of the child would wait for ever",
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
            (
                "type",
                choice("Its type; `string` unless it says so", &["string", "number", "boolean", "array"]),
            ),
            ("default", any("Its value where none is given; without, it has to be given")),
            ("description", text("What it is for")),
            (
                "options",
                json!({ "description": "The values that it may have", "type": "array", "items": value }),
            ),
            ("regex", text("What it has to match")),
            (
                "rules",
                any("Options and defaults that follow from other inputs: the first rule whose `if` holds"),
            ),
        ],
    );
    let input = json!({ "anyOf": [{ "type": "null" }, input] });
    object(
        "What the template is for, and what it takes",
        &[],
        vec![
            ("description", text("What the template is for")),
            (
                "inputs",
                json!({ "description": "The typed inputs: `inputs.NAME`", "type": "object", "additionalProperties": input }),
            ),
            ("component", any("The values that `$[[ component.NAME ]]` names; a template has `name`")),
            ("include", any("Files with further inputs, for GitLab; a template cannot have it")),
        ],
    )
}

#[cfg(test)]
mod tests;
