//! The manifests of a cloud assembly: one at the root, one in each nested assembly. All versions from 1.62 on are read
//! alike: what is not known is passed over, as the format demands ("additions may come any time").
//!
//! The format is described by the JSON schema in the npm package `@aws-cdk/cloud-assembly-schema`.

use super::assembly::{Assembly, Stack, Stage};
use super::assets::{self, Assets, absent, inside};
use super::document::{At, Document, Reader};
use super::template::Summary;
use crate::cdk::rules::CDK_ASSEMBLY;
use crate::cdk::rules::CDK_MISSING_CONTEXT;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The newest schema that this reader was tried with.
const NEWEST_SCHEMA: u32 = 55;

/// What CDK writes where a stack is to go wherever the credentials point.
const UNKNOWN: [&str; 2] = ["unknown-account", "unknown-region"];

/// Reads an assembly: the manifest at the root and all that it leads to.
///
/// # Errors
/// Everything that is wrong in it: a missing or broken file, a value of the wrong type, a path that leads outside,
/// dependencies that go round in a circle, context that was not looked up.
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

struct Reading<'a> {
    reader: &'a Reader<'a>,
    assembly: Assembly,
    seen: BTreeSet<RepoPath>,
    missing: Vec<(Diagnostic, String)>,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    /// One manifest: its stacks, then the assemblies nested in it. `name` is where a parent names the directory.
    fn manifest(&mut self, directory: &RepoPath, name: Option<&At<'_>>) {
        if !self.seen.insert(directory.clone()) {
            let again = name.map(|name| name.problem("this assembly is nested in itself"));
            return self.problems.extend(again);
        }
        let path = directory.child(b"manifest.json");
        let document = match self.reader.json(&path) {
            Ok(Some(document)) => document,
            Ok(None) => {
                let shown = self.reader.shown(&path);
                return self
                    .problems
                    .push(name.map_or_else(|| no_assembly(&shown), |name| absent(name, &shown)));
            }
            Err(problem) => return self.problems.push(problem),
        };
        if let Err(problem) = self.contents(&document, name) {
            self.problems.push(problem);
        }
    }

    fn contents(&mut self, document: &Document, name: Option<&At<'_>>) -> Result<(), Diagnostic> {
        let root = document.root();
        let version = root.field("version")?;
        let major = major(&version)?;
        if name.is_none() && major > NEWEST_SCHEMA {
            self.assembly.warnings.push(newer(document, major));
        }
        for missing in root.items_of("missing")? {
            let key = missing.text_of("key")?.unwrap_or("?").to_owned();
            self.missing.push((missing.problem(""), key));
        }
        let artifacts = root.entries_of("artifacts")?;
        let nested: Vec<&(&str, At<'_>)> =
            artifacts.iter().filter(|(_, at)| kind(at) == Some("cdk:cloud-assembly")).collect();
        let stage = name.map(|name| {
            self.assembly.stages.push(Stage {
                path: String::new(),
                directory: document.directory(),
                origin: name.origin(),
                stacks: Vec::new(),
            });
            self.assembly.stages.len() - 1
        });
        self.stacks(document, &artifacts, stage);
        for (_, artifact) in nested {
            match artifact.field("properties").and_then(|p| p.field("directoryName")) {
                Err(problem) => self.problems.push(problem),
                Ok(name) => self.nested(document, artifact, &name),
            }
        }
        Ok(())
    }

    fn nested(&mut self, document: &Document, artifact: &At<'_>, name: &At<'_>) {
        let directory = match inside(name, &document.directory()) {
            Ok(directory) => directory,
            Err(problem) => return self.problems.push(problem),
        };
        let at = self.assembly.stages.len();
        self.manifest(&directory, Some(name));
        let written = artifact.get("properties").and_then(|p| p.get("displayName"));
        let written = written.and_then(|at| at.text().ok()).map(str::to_owned);
        let first = self.assembly.stacks.iter().find(|stack| stack.stage == Some(at));
        let above = first.and_then(|stack| stack.path.rsplit_once('/')).map(|(above, _)| above.to_owned());
        let Some(stage) = self.assembly.stages.get_mut(at) else { return };
        let last = String::from_utf8_lossy(directory.file_name()).into_owned();
        let own = || last.strip_prefix("assembly-").unwrap_or(&last).to_owned();
        stage.path = written.or(above).unwrap_or_else(own);
    }

    fn stacks(&mut self, document: &Document, artifacts: &[(&str, At<'_>)], stage: Option<usize>) {
        let directory = document.directory();
        let mut assets: BTreeMap<&str, Assets> = BTreeMap::new();
        for (id, artifact) in artifacts.iter().filter(|(_, at)| kind(at) == Some("cdk:asset-manifest")) {
            match assets::read(self.reader, artifact, &directory) {
                Ok(found) => _ = assets.insert(id, found),
                Err(problem) => self.problems.push(problem),
            }
        }
        let start = self.assembly.stacks.len();
        let stacks: Vec<&(&str, At<'_>)> =
            artifacts.iter().filter(|(_, at)| kind(at) == Some("aws:cloudformation:stack")).collect();
        let index: BTreeMap<_, _> =
            stacks.iter().enumerate().map(|(at, (id, _))| (*id, start + at)).collect();
        for (at, (id, artifact)) in stacks.iter().enumerate() {
            match self.stack(id, artifact, &directory, stage) {
                Ok(mut stack) => {
                    if let Err(problem) = depend(&mut stack, artifact, artifacts, &index, &assets) {
                        self.problems.push(problem);
                    }
                    if let Some(stage) = stage {
                        self.assembly.stages[stage].stacks.push(start + at);
                    }
                    self.assembly.stacks.push(stack);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    fn stack(
        &self,
        id: &str,
        artifact: &At<'_>,
        directory: &RepoPath,
        stage: Option<usize>,
    ) -> Result<Stack, Diagnostic> {
        let properties = artifact.field("properties")?;
        let template_name = properties.field("templateFile")?;
        let template = inside(&template_name, directory)?;
        let Some(summary) = self.reader.typed::<Summary>(&template)? else {
            return Err(absent(&template_name, &self.reader.shown(&template)));
        };
        let (account, region) = environment(artifact)?;
        let written = artifact.text_of("displayName")?;
        let protected = properties.get("terminationProtection").is_some_and(|at| at.value() == true);
        Ok(Stack {
            id: id.to_owned(),
            path: written
                .map(str::to_owned)
                .or_else(|| path_of(artifact, id))
                .unwrap_or_else(|| id.to_owned()),
            hierarchical_id: written.unwrap_or(id).to_owned(),
            name: properties.text_of("stackName")?.unwrap_or(id).to_owned(),
            account,
            region,
            has_pipeline: summary.has_pipeline(),
            outputs: summary.outputs.into_keys().collect(),
            template,
            metadata: artifact.text_of("additionalMetadataFile")?.map(str::to_owned),
            directory: directory.clone(),
            stage,
            depends_on: Vec::new(),
            assets: Assets::default(),
            protected,
            origin: artifact.origin(),
        })
    }
}

/// Ties a stack to the stacks of the same manifest that it depends on, and to its assets.
fn depend(
    stack: &mut Stack,
    artifact: &At<'_>,
    artifacts: &[(&str, At<'_>)],
    index: &BTreeMap<&str, usize>,
    assets: &BTreeMap<&str, Assets>,
) -> Result<(), Diagnostic> {
    for dependency in artifact.items_of("dependencies")? {
        let id = dependency.text()?;
        if let Some(at) = index.get(id) {
            stack.depends_on.push(*at);
        } else if let Some(found) = assets.get(id) {
            stack.assets.files += found.files;
            stack.assets.images += found.images;
        } else if !artifacts.iter().any(|(known, _)| *known == id) {
            return Err(dependency.problem(format!("there is no artifact `{id}`")));
        }
    }
    stack.depends_on.sort_unstable();
    stack.depends_on.dedup();
    Ok(())
}

fn kind<'a>(artifact: &At<'a>) -> Option<&'a str> {
    artifact.get("type").and_then(|at| at.text().ok())
}

fn major(version: &At<'_>) -> Result<u32, Diagnostic> {
    let text = version.text()?;
    let number = text.split('.').next().and_then(|number| number.parse().ok());
    number.ok_or_else(|| version.problem(format!("`{text}` is no version of an assembly")))
}

/// `aws://ACCOUNT/REGION`; `None` where the credentials decide.
fn environment(artifact: &At<'_>) -> Result<(Option<String>, Option<String>), Diagnostic> {
    let Some(at) = artifact.get("environment") else { return Ok((None, None)) };
    let text = at.text()?;
    let Some((account, region)) = text.strip_prefix("aws://").and_then(|rest| rest.split_once('/')) else {
        return Err(at.problem(format!("`{text}` is no environment: it should be `aws://ACCOUNT/REGION`")));
    };
    let known = |part: &str| (!part.is_empty() && !UNKNOWN.contains(&part)).then(|| part.to_owned());
    Ok((known(account), known(region)))
}

fn newer(document: &Document, major: u32) -> Diagnostic {
    let message = format!(
        "this assembly has schema {major}, newer than the {NEWEST_SCHEMA} that this version of Nestling knows"
    );
    Diagnostic::warning(&CDK_ASSEMBLY, document.origin(), message)
        .with_help("what is new in it is passed over; update Nestling if jobs look wrong")
}

fn no_assembly(shown: &str) -> Diagnostic {
    Diagnostic::new(&CDK_ASSEMBLY, Severity::Error, format!("there is no assembly: `{shown}` is missing"))
        .with_help(
            "run `npx cdk synth`, or say where the assembly is: `unit: { cdk: { assembly: DIRECTORY } }`",
        )
}

/// An assembly with unresolved lookups holds made-up values, and `cdk deploy --app` deploys them without a word.
fn unresolved(missing: &[(Diagnostic, String)]) -> Diagnostic {
    let keys: BTreeSet<&str> = missing.iter().map(|(_, key)| key.as_str()).collect();
    let origin = missing.first().and_then(|(at, _)| at.origin());
    let message = format!("this assembly holds made-up values: {} context lookups are missing", keys.len());
    let mut problem = Diagnostic::new(&CDK_MISSING_CONTEXT, Severity::Error, message).with_help(
        "run `npx cdk synth` once with credentials that may look these up, commit `cdk.context.json`, and synthesize \
         again",
    );
    if let Some(origin) = origin {
        problem = problem.with_label(origin, "");
    }
    keys.into_iter().fold(problem, |problem, key| problem.with_note(format!("missing: {key}")))
}

/// The construct path of a stack whose manifest does not say it, up to aws-cdk 1.6x: what the paths of its constructs
/// begin with. The id is made of the same parts, with a hash at its end.
fn path_of(artifact: &At<'_>, id: &str) -> Option<String> {
    let entries = artifact.get("metadata")?.entries().ok()?;
    let is_it = |path: &&str| {
        let plain: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
        id.strip_prefix(&plain).is_some_and(|hash| hash.len() == 8)
    };
    let of = |path: &str| {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        ends.map(|end| &path[..end]).find(is_it).map(str::to_owned)
    };
    entries.iter().find_map(|(path, _)| of(path.trim_start_matches('/')))
}
