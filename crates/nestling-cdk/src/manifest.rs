//! The manifests of a cloud assembly: one at the root, one in each nested assembly. All versions from 1.62 on are read
//! alike: what is unknown is ignored, as the format demands ("additions may come any time").
//!
//! The format is described by the JSON schema in the npm package `@aws-cdk/cloud-assembly-schema`.

use super::assembly::{Assembly, Stack, StackId, Stage, StageId};
use super::assets::{self, Assets, absent, inside};
use super::document::{Document, Json, Reader};
use super::id::Id;
use super::rules::{CDK_ASSEMBLY, CDK_MISSING_CONTEXT};
use super::template::Summary;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The newest schema that this reader was tested with.
const NEWEST_SCHEMA: u32 = 55;

/// The account and the region of a stack where the credentials decide on them.
const UNKNOWN: [&str; 2] = ["unknown-account", "unknown-region"];

/// The types of artifacts that are read.
const NESTED: &str = "cdk:cloud-assembly";
const STACK: &str = "aws:cloudformation:stack";
const ASSETS: &str = "cdk:asset-manifest";

/// Reads an assembly: the manifest at the root and all that it leads to.
///
/// # Errors
/// Everything that is wrong in it: a missing or broken file, a value of the wrong type, a path that leads outside,
/// a circular dependency, context that was not looked up.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Assembly, Vec<Diagnostic>> {
    let mut reading = Reading {
        reader,
        assembly: Assembly::default(),
        seen: BTreeSet::new(),
        missing: Vec::new(),
        problems: Vec::new(),
    };
    reading.manifest(&RepoPath::root(), None);
    if reading.problems.is_empty() && !reading.missing.is_empty() {
        reading.problems.push(unresolved(&reading.missing));
    }
    if reading.problems.is_empty() {
        reading.problems.extend(reading.assembly.problems());
    }
    if reading.problems.is_empty() { Ok(reading.assembly) } else { Err(reading.problems) }
}

/// The artifacts of a manifest, by id.
type Artifacts<'a> = [(&'a str, Json<'a>)];

struct Reading<'a> {
    reader: &'a Reader<'a>,
    assembly: Assembly,
    /// The directories of the manifests that were read.
    seen: BTreeSet<RepoPath>,
    /// Context lookups that are missing: where, and the key.
    missing: Vec<(Diagnostic, String)>,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    /// Reads a manifest: its stacks, then the assemblies nested in it. `name` is where a parent names the directory.
    fn manifest(&mut self, directory: &RepoPath, name: Option<&Json<'_>>) {
        if !self.seen.insert(directory.clone()) {
            let again = name.map(|name| name.problem("the assembly contains itself"));
            return self.problems.extend(again);
        }
        let path = directory.child(b"manifest.json");
        let document = match self.reader.json(&path) {
            Ok(Some(document)) => document,
            Ok(None) => {
                let shown = self.reader.shown(&path);
                let problem = match name {
                    Some(name) => absent(name, &shown),
                    None => no_assembly(&shown),
                };
                return self.problems.push(problem);
            }
            Err(problem) => return self.problems.push(problem),
        };
        if let Err(problem) = self.contents(&document, name) {
            self.problems.push(problem);
        }
    }

    fn contents(&mut self, document: &Document, name: Option<&Json<'_>>) -> Result<(), Diagnostic> {
        let root = document.root();
        let version = root.field("version")?;
        let major = major(&version)?;
        if name.is_none() {
            version.text()?.clone_into(&mut self.assembly.version);
        }
        // All manifests of an assembly have the version of the first one: one warning is enough.
        if name.is_none() && major > NEWEST_SCHEMA {
            self.assembly.warnings.push(newer(document, major));
        }
        for missing in root.items_of("missing")? {
            let key = missing.text_of("key")?.unwrap_or("?").to_owned();
            self.missing.push((missing.problem(""), key));
        }
        let artifacts = root.entries_of("artifacts")?;
        // Before its stacks, which name it.
        let stage = name.map(|name| {
            let stage_id = Id::next(&self.assembly.stages);
            self.assembly.stages.push(Stage {
                path: String::new(),
                directory: document.directory(),
                origin: name.origin(),
                stacks: Vec::new(),
            });
            stage_id
        });
        self.stacks(document, &artifacts, stage);
        for (_, artifact) in of_type(&artifacts, NESTED) {
            match artifact.field("properties").and_then(|properties| properties.field("directoryName")) {
                Err(problem) => self.problems.push(problem),
                Ok(name) => self.nested(document, artifact, &name),
            }
        }
        Ok(())
    }

    fn nested(&mut self, document: &Document, artifact: &Json<'_>, name: &Json<'_>) {
        let directory = match inside(name, &document.directory()) {
            Ok(directory) => directory,
            Err(problem) => return self.problems.push(problem),
        };
        let stage_id: StageId = Id::next(&self.assembly.stages);
        self.manifest(&directory, Some(name));
        let written = artifact.get("properties").and_then(|properties| properties.get("displayName"));
        let written = written.and_then(|name| name.text().ok()).map(str::to_owned);
        // Without a name of its own, a stage has the path above its stacks, or else the name of its directory.
        let first_stack = self.assembly.stacks.iter().find(|stack| stack.stage == Some(stage_id));
        let above_stacks = first_stack.and_then(|stack| stack.path.rsplit_once('/'));
        let above_stacks = above_stacks.map(|(above, _)| above.to_owned());
        let directory_name = String::from_utf8_lossy(directory.file_name());
        let of_directory = directory_name.strip_prefix("assembly-").unwrap_or(&directory_name);
        if let Some(stage) = self.assembly.stages.get_mut(stage_id.index()) {
            stage.path = written.or(above_stacks).unwrap_or_else(|| of_directory.to_owned());
        }
    }

    fn stacks(&mut self, document: &Document, artifacts: &Artifacts<'_>, stage: Option<StageId>) {
        let directory = document.directory();
        let mut assets: BTreeMap<&str, Assets> = BTreeMap::new();
        for (id, artifact) in of_type(artifacts, ASSETS) {
            match assets::read(self.reader, artifact, &directory) {
                Ok(stack_assets) => _ = assets.insert(id, stack_assets),
                Err(problem) => self.problems.push(problem),
            }
        }
        // A stack may depend on one that is listed after it.
        let first = self.assembly.stacks.len();
        let stack_ids: BTreeMap<&str, StackId> = of_type(artifacts, STACK)
            .enumerate()
            .map(|(index, (id, _))| (*id, Id::new(first + index)))
            .collect();
        for (id, artifact) in of_type(artifacts, STACK) {
            let mut stack = match self.stack(id, artifact, &directory, stage) {
                Ok(stack) => stack,
                Err(problem) => {
                    self.problems.push(problem);
                    continue;
                }
            };
            if let Err(problem) = depend(&mut stack, artifact, artifacts, &stack_ids, &assets) {
                self.problems.push(problem);
            }
            if let Some(stage) = stage {
                self.assembly.stages[stage].stacks.push(Id::next(&self.assembly.stacks));
            }
            self.assembly.stacks.push(stack);
        }
    }

    fn stack(
        &self,
        id: &str,
        artifact: &Json<'_>,
        directory: &RepoPath,
        stage: Option<StageId>,
    ) -> Result<Stack, Diagnostic> {
        let properties = artifact.field("properties")?;
        let template_name = properties.field("templateFile")?;
        let template = inside(&template_name, directory)?;
        let Some(summary) = self.reader.typed::<Summary>(&template)? else {
            return Err(absent(&template_name, &self.reader.shown(&template)));
        };
        let (account, region) = environment(artifact)?;
        let written = artifact.text_of("displayName")?;
        let path = written.map(str::to_owned).or_else(|| path_of(artifact, id));
        let protection = properties.get("terminationProtection");
        Ok(Stack {
            id: id.to_owned(),
            path: path.unwrap_or_else(|| id.to_owned()),
            hierarchical_id: written.unwrap_or(id).to_owned(),
            name: properties.text_of("stackName")?.unwrap_or(id).to_owned(),
            account,
            region,
            roles: roles(&properties),
            has_pipeline: summary.has_pipeline(),
            required_parameters: required_parameters(&summary, &properties),
            outputs: summary.outputs.into_keys().collect(),
            template,
            metadata: artifact.text_of("additionalMetadataFile")?.map(str::to_owned),
            directory: directory.clone(),
            stage,
            depends_on: Vec::new(),
            assets: Assets::default(),
            protected: protection.is_some_and(|protection| protection.value() == true),
            origin: artifact.origin(),
        })
    }
}

/// Returns the parameters of a stack that have neither a default nor a value in the manifest.
fn required_parameters(summary: &Summary, properties: &Json<'_>) -> Vec<String> {
    let given = properties.get("parameters");
    let is_given = |name: &str| given.as_ref().is_some_and(|given| given.get(name).is_some());
    summary.required_parameters().filter(|name| !is_given(name)).map(str::to_owned).collect()
}

/// Returns the properties of a stack that say by which roles it is changed.
fn roles(properties: &Json<'_>) -> Map<String, Value> {
    const KEYS: [&str; 4] = [
        "assumeRoleArn",
        "assumeRoleExternalId",
        "assumeRoleAdditionalOptions",
        "cloudFormationExecutionRoleArn",
    ];
    let own = |key: &str| properties.get(key).map(|value| (key.to_owned(), value.value().clone()));
    KEYS.into_iter().filter_map(own).collect()
}

/// The artifacts of a type.
fn of_type<'a>(artifacts: &'a Artifacts<'a>, wanted: &str) -> impl Iterator<Item = &'a (&'a str, Json<'a>)> {
    artifacts
        .iter()
        .filter(move |(_, artifact)| artifact.value().get("type").is_some_and(|kind| kind == wanted))
}

/// Ties a stack to the stacks of the same manifest that it depends on, and to its assets.
fn depend(
    stack: &mut Stack,
    artifact: &Json<'_>,
    artifacts: &Artifacts<'_>,
    stack_ids: &BTreeMap<&str, StackId>,
    assets: &BTreeMap<&str, Assets>,
) -> Result<(), Diagnostic> {
    for dependency in artifact.items_of("dependencies")? {
        let id = dependency.text()?;
        if let Some(stack_id) = stack_ids.get(id) {
            stack.depends_on.push(*stack_id);
        }
        if let Some(own) = assets.get(id) {
            stack.assets.extend(own);
        }
        // Artifacts of other types, such as the construct tree, order nothing.
        if !artifacts.iter().any(|(known, _)| *known == id) {
            return Err(dependency.problem(format!("unknown artifact `{id}`")));
        }
    }
    stack.depends_on.sort_unstable();
    stack.depends_on.dedup();
    Ok(())
}

fn major(version: &Json<'_>) -> Result<u32, Diagnostic> {
    let text = version.text()?;
    let number = text.split('.').next().and_then(|number| number.parse().ok());
    number.ok_or_else(|| version.problem(format!("`{text}` is not a version")))
}

/// `aws://ACCOUNT/REGION`; `None` where the credentials decide.
fn environment(artifact: &Json<'_>) -> Result<(Option<String>, Option<String>), Diagnostic> {
    let Some(environment) = artifact.get("environment") else { return Ok((None, None)) };
    let text = environment.text()?;
    let Some((account, region)) = text.strip_prefix("aws://").and_then(|rest| rest.split_once('/')) else {
        return Err(environment.problem(format!("must be `aws://ACCOUNT/REGION`, found `{text}`")));
    };
    Ok((known(account), known(region)))
}

fn known(part: &str) -> Option<String> {
    let is_known = !part.is_empty() && !UNKNOWN.contains(&part);
    is_known.then(|| part.to_owned())
}

fn newer(document: &Document, major: u32) -> Diagnostic {
    let message = format!(
        "this assembly has schema {major}, newer than the {NEWEST_SCHEMA} that this version of Nestling knows"
    );
    Diagnostic::warning(&CDK_ASSEMBLY, document.origin(), message)
        .with_help("what is new in it is ignored; update Nestling if jobs look wrong")
}

fn no_assembly(shown: &str) -> Diagnostic {
    Diagnostic::new(&CDK_ASSEMBLY, Severity::Error, format!("missing assembly: `{shown}` does not exist"))
        .with_help("run `npx cdk synth`, or set its directory: `unit: { cdk: { assembly: DIRECTORY } }`")
}

/// An assembly with unresolved lookups contains placeholder values, and `cdk deploy --app` deploys them without a warning.
fn unresolved(missing: &[(Diagnostic, String)]) -> Diagnostic {
    let keys: BTreeSet<&str> = missing.iter().map(|(_, key)| key.as_str()).collect();
    let origin = missing.first().and_then(|(problem, _)| problem.origin());
    let message =
        format!("the assembly contains placeholder values: unresolved context lookups ({})", keys.len());
    let mut problem = Diagnostic::new(&CDK_MISSING_CONTEXT, Severity::Error, message).with_help(
        "run `npx cdk synth` once with credentials that may look these up, commit `cdk.context.json`, and synthesize \
         again",
    );
    if let Some(origin) = origin {
        problem = problem.with_label(origin, "");
    }
    keys.into_iter().fold(problem, |problem, key| problem.with_note(format!("missing: {key}")))
}

/// The construct path of a stack whose manifest has none, up to aws-cdk 1.6x: the beginning of its constructs' paths that
/// its id is made of.
fn path_of(artifact: &Json<'_>, id: &str) -> Option<String> {
    let constructs = artifact.get("metadata")?.entries().ok()?;
    for (construct, _) in constructs {
        let construct = construct.trim_start_matches('/');
        let ends = construct.match_indices('/').map(|(end, _)| end).chain([construct.len()]);
        for end in ends {
            if is_made_of(id, &construct[..end]) {
                return Some(construct[..end].to_owned());
            }
        }
    }
    None
}

/// Returns `true` if an id is made of a construct path: its letters and digits, with a hash at the end.
fn is_made_of(id: &str, path: &str) -> bool {
    let plain: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
    id.strip_prefix(&plain).is_some_and(|hash| hash.len() == 8)
}
