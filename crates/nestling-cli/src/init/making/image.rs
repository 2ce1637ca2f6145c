//! Images: what they are built from.

use super::super::dockerfile::{BuildContext, Contexts, build_context, declared};
use super::super::findings::{Findings, Found, Remark};
use super::super::glob::escaped;
use super::super::text::text_of;
use super::super::units::Units;
use super::plain::{Outcome, Refusal};
use super::{Fact, Making, fact};
use nestling::ReadError;
use std::collections::BTreeSet;

/// The program that only a native build of Quarkus makes, and no job does.
const NATIVE: &str = "target/*-runner";

/// Returns the directories that the build of code leaves its output in.
fn built_into(kinds: &BTreeSet<&str>) -> Vec<&'static str> {
    let outputs = [("maven", "target/"), ("gradle", "build/"), ("node", "dist"), ("node", "build")];
    outputs.into_iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, output)| output).collect()
}

/// Returns the reason why no job builds an image.
fn refusal(context: &BuildContext) -> Refusal {
    let unset =
        |argument: &str| format!("`{argument}` has no value: give one with `build_args` of nestling/image");
    match context {
        BuildContext::Workbench { base } => {
            Refusal::no_unit(format!("an image for development, since it starts from `{base}`"))
        }
        BuildContext::OnlyBases => {
            Refusal::no_unit("it lists images and adds nothing to them: no job builds it")
        }
        BuildContext::Windows { base } => Refusal::unfit(format!(
            "it starts from `{base}`, which is an image of Windows: no job builds it, since the builders run on Linux"
        )),
        BuildContext::LeftOut { path, by } => {
            Refusal::unfit(format!("it copies `{path}`, which {by} leaves out: no job builds it"))
        }
        BuildContext::UnsetBase { base, argument } => {
            Refusal::unfit(format!("it starts from `{base}`, and {}", unset(argument)))
        }
        BuildContext::Unset { path, argument } => {
            Refusal::unfit(format!("it copies `{path}`, and {}", unset(argument)))
        }
        BuildContext::Missing(missing) => Refusal::unfit(format!(
            "it copies `{missing}`, which is neither in its directory nor above: no job builds it"
        )),
        BuildContext::Directory(directory, _) => Refusal::unfit(format!("it is built in {directory}")),
    }
}

impl Making<'_> {
    /// An image that is made of a build's output needs that job, unless its template adds the need itself.
    fn needs_build(&self, project: &Found) -> Option<Fact> {
        let template = project.kind.template(self.library)?;
        let declared = self.declarations.get(&template)?.get("needs")?;
        let is_default = declared.default_items.iter().any(|need| need.trim_end_matches('?') == "build");
        (!is_default).then(|| fact("needs", vec!["build"]))
    }

    /// The arguments and the stage that compose files state for a Dockerfile.
    fn of_compose(
        &self,
        project: &Found,
        contexts: &Contexts,
        findings: &mut Findings,
    ) -> Result<Vec<Fact>, ReadError> {
        let text = text_of(self.files, &project.marker)?.unwrap_or_default();
        let declared = declared(&text);
        let arguments =
            contexts.arguments(&project.marker).into_iter().filter(|(name, _)| declared.contains(name));
        let arguments: Vec<String> = arguments.map(|(name, value)| format!("{name}={value}")).collect();
        let mut facts = Vec::new();
        if !arguments.is_empty() {
            facts.push(fact("build_args", arguments));
        }
        let lower = text.to_lowercase();
        match contexts.targets(&project.marker).as_slice() {
            [] | [""] => {}
            [target] if lower.contains(&format!(" as {}", target.to_lowercase())) => {
                facts.push(fact("target", *target));
            }
            targets => {
                let named: Vec<&str> = targets
                    .iter()
                    .map(|target| if target.is_empty() { "the last" } else { target })
                    .collect();
                let reason = format!(
                    "compose files build several stages of it ({}): the job builds the last",
                    named.join(", ")
                );
                findings.notes.push(Remark::new(&project.marker, reason));
            }
        }
        Ok(facts)
    }

    fn has_base(&self, project: &Found) -> Result<bool, ReadError> {
        let text = text_of(self.files, &project.marker)?.unwrap_or_default().to_lowercase();
        Ok(text.lines().any(|line| line.trim_start().starts_with("from ")))
    }

    /// The build context of a Dockerfile, and the paths that it copies from outside of the unit.
    pub(super) fn docker(
        &self,
        project: &Found,
        contexts: &Contexts,
        units: &mut Units,
        findings: &mut Findings,
    ) -> Result<Outcome, ReadError> {
        if !self.has_base(project)? {
            return Ok(Err(Refusal::unfit("it has no `FROM`: no job builds it".to_owned())));
        }
        let context = build_context(&project.marker, self.files, self.inventory, contexts)?;
        let mut facts = Vec::new();
        let outputs = units.get(&project.dir).map(|unit| built_into(&unit.kinds)).unwrap_or_default();
        let is_built = |path: &str| {
            let path = path.trim_start_matches("./");
            path != NATIVE && outputs.iter().any(|output| path.starts_with(output))
        };
        let (context, sources) = match context {
            BuildContext::Directory(context, sources) => (context, sources),
            BuildContext::Missing(missing) if is_built(&missing) => {
                facts.extend(self.needs_build(project));
                (project.dir.clone(), Vec::new())
            }
            other => return Ok(Err(refusal(&other))),
        };
        facts.extend(self.of_compose(project, contexts, findings)?);
        let unit = units.entry(project.dir.clone()).or_default();
        if project.marker.file_name() != b"Dockerfile" {
            let name = String::from_utf8_lossy(project.marker.file_name()).into_owned();
            facts.push(fact("dockerfile", name));
        }
        if context != project.dir {
            facts.push(fact("build_context", context.to_directory()));
        }
        for source in sources.iter().filter(|source| !source.contains('$')) {
            let source = source.trim_start_matches("./").trim_matches('/');
            if !source.contains(['*', '?', '[']) {
                unit.copies.extend(context.join(source));
            } else if context != project.dir {
                let above = if context.is_root() {
                    String::new()
                } else {
                    format!("/{}", escaped(&context.to_string()))
                };
                unit.copied_globs.insert(format!("{above}/{source}"));
            }
        }
        Ok(Ok(facts))
    }
}
