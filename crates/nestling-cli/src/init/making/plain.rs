//! Kinds without a built-in template: what their plain jobs run.

use super::super::dotnet::Dotnet;
use super::super::findings::{Findings, Found, Remark};
use super::super::inventory::and_above;
use super::super::kustomize::{Kustomization, kustomization};
use super::super::projects::INVALID;
use super::super::text::{json_of, text_of};
use super::super::versions::permits;
use super::{Fact, Making, fact, target};
use nestling::{ReadError, RepoPath};
use serde_json::Value;

/// The reason why no job is proposed.
pub(super) struct Refusal {
    reason: String,
    /// True if the directory is none of a project that could have jobs.
    is_no_unit: bool,
}

impl Refusal {
    /// Something that a job could not build.
    pub(super) fn unfit(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_no_unit: false }
    }

    /// Something that needs no job.
    pub(super) fn no_unit(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_no_unit: true }
    }

    /// Adds the reason to the report.
    pub(super) fn remark(self, marker: &RepoPath, findings: &mut Findings) {
        let list = if self.is_no_unit { &mut findings.no_unit } else { &mut findings.not_understood };
        list.push(Remark::new(marker, self.reason));
    }
}

/// The values of a template's inputs, or the reason why no job is proposed.
pub(super) type Outcome = Result<Vec<Fact>, Refusal>;

/// Returns the program that runs PHPUnit, of the package that a project requires for it.
fn runner(package: &Value) -> Option<&'static str> {
    let programs = [
        ("pestphp/pest", "vendor/bin/pest"),
        ("phpunit/phpunit", "vendor/bin/phpunit"),
        ("symfony/phpunit-bridge", "vendor/bin/simple-phpunit"),
    ];
    let is_required = |name: &str| {
        ["require-dev", "require"]
            .iter()
            .any(|key| package.get(key).is_some_and(|all| all.get(name).is_some()))
    };
    programs.into_iter().find(|(name, _)| is_required(name)).map(|(_, program)| program)
}

impl Making<'_> {
    /// Returns the inputs of a plain job. `None` if it could not run, which is remarked.
    pub(super) fn plain(
        &self,
        project: &Found,
        findings: &mut Findings,
    ) -> Result<Option<Vec<Fact>>, ReadError> {
        let outcome = match project.kind.id {
            "dotnet" => self.dotnet(project, findings)?,
            "python" => {
                let mut facts = self.python_installer(project);
                facts.extend(self.python_tests(project, findings)?);
                Ok(facts)
            }
            "rust" => self.rust(project)?,
            "kustomize" => match kustomization(self.files, self.inventory, &project.marker)? {
                Kustomization::Rendered(arguments) if arguments.is_empty() => Ok(Vec::new()),
                Kustomization::Rendered(arguments) => Ok(vec![fact("arguments", arguments)]),
                Kustomization::Component => {
                    Err(Refusal::no_unit("a component of Kustomize, which others take in"))
                }
                Kustomization::Unfit(reason) => Err(Refusal::unfit(reason)),
            },
            "php" => self.php(project)?,
            "ruby" => self.ruby(project)?,
            "elixir" => self.elixir(project)?,
            _ => Ok(Vec::new()),
        };
        match outcome {
            Ok(facts) => Ok(Some(facts)),
            Err(refusal) => {
                refusal.remark(&project.marker, findings);
                Ok(None)
            }
        }
    }

    fn dotnet(&self, project: &Found, findings: &mut Findings) -> Result<Outcome, ReadError> {
        let dotnet = Dotnet { files: self.files, inventory: self.inventory };
        let names = dotnet.names(&project.dir);
        if names.len() > 1 {
            for name in names.iter().filter(|name| name.as_bytes() != project.marker.file_name()) {
                let reason = "beside another project in its directory, and a unit builds one";
                findings.not_understood.push(Remark::new(&project.dir.child(name.as_bytes()), reason));
            }
            let names = names.join(", ");
            let reason = format!("one of several projects in a directory ({names}), and a unit builds one");
            return Ok(Err(Refusal::unfit(reason)));
        }
        let Some(read) = dotnet.read(&project.marker)? else {
            return Ok(Err(Refusal::unfit(INVALID)));
        };
        if let Some(reason) = dotnet.unfit(&project.marker)? {
            return Ok(Err(Refusal::unfit(reason)));
        }
        let mut facts = Vec::new();
        facts.extend(read.framework().map(|framework| fact("framework", framework)));
        if dotnet.solutions(&project.dir) > 1 {
            let file = String::from_utf8_lossy(project.marker.file_name()).into_owned();
            facts.push(fact("project", file));
        }
        // Without settings of its own dotnet format has a style that few repositories follow.
        if !and_above(&project.dir).any(|above| self.has(&above, ".editorconfig")) {
            facts.push(fact("lint", false));
        }
        if let Some((file, version)) = dotnet.unknown_sdk(&project.marker)? {
            let reason = format!("`{version}` in {file} is an SDK that no image has");
            return Ok(Err(Refusal::unfit(reason)));
        }
        facts.extend(dotnet.sdk(&project.marker)?.map(|sdk| fact("dotnet_version", sdk)));
        Ok(Ok(facts))
    }

    /// The image has the standard library of one platform, and no runner for programs of others.
    fn rust(&self, project: &Found) -> Result<Outcome, ReadError> {
        Ok(match target::other_than_the_image(self.files, &project.dir)? {
            Some((file, target)) => Err(Refusal::unfit(format!(
                "{file} builds it for `{target}`, which the image of Rust neither has nor can run: write its jobs in a \
                 `nestling.yml` of the directory, with an image that can"
            ))),
            None => Ok(Vec::new()),
        })
    }

    fn php(&self, project: &Found) -> Result<Outcome, ReadError> {
        let package = json_of(self.files, &project.marker)?;
        let has = |name: &str| self.has(&project.dir, name);
        let has_script = package.get("scripts").and_then(|scripts| scripts.get("test")).is_some();
        let test = if has_script {
            "composer test"
        } else if (has("phpunit.xml") || has("phpunit.xml.dist"))
            && let Some(program) = runner(&package)
        {
            program
        } else {
            return Ok(Err(Refusal::no_unit(
                "it has neither a script `test` nor a phpunit.xml with PHPUnit required: no job is proposed",
            )));
        };
        let required = package.get("require").and_then(|require| require.get("php")).and_then(Value::as_str);
        if let Some(required) = required.filter(|required| !permits(required, "8.4")) {
            return Ok(Err(Refusal::unfit(format!(
                "it requires PHP `{required}`, and the image with Composer has a newer one"
            ))));
        }
        Ok(Ok(vec![fact("test", test)]))
    }

    fn ruby(&self, project: &Found) -> Result<Outcome, ReadError> {
        let has = |name: &str| self.has(&project.dir, name);
        // Bundler looks above as well.
        if !and_above(&project.dir).any(|dir| self.has(&dir, "Gemfile")) {
            return Ok(Err(Refusal::no_unit(
                "`bundle install` requires a Gemfile, which does not exist: no job is proposed",
            )));
        }
        let has_directory = |name: &str| self.inventory.is_directory(&project.dir.child(name.as_bytes()));
        let test = if has_directory("spec") {
            "bundle exec rspec"
        } else if has_directory("test") && self.has(&project.dir.child(b"bin"), "rails") {
            "bundle exec rails test"
        } else if has_directory("test") && has("Rakefile") {
            "bundle exec rake test"
        } else {
            return Ok(Err(Refusal::no_unit(
                "it has neither `spec` nor `test` with a Rakefile: no job is proposed",
            )));
        };
        Ok(Ok(vec![fact("test", test)]))
    }

    fn elixir(&self, project: &Found) -> Result<Outcome, ReadError> {
        let text = text_of(self.files, &project.marker)?.unwrap_or_default();
        if text.contains("apps_path:") {
            return Ok(Err(Refusal::no_unit("the root of an umbrella, whose apps are units of their own")));
        }
        if !self.inventory.is_directory(&project.dir.child(b"test")) {
            return Ok(Err(Refusal::no_unit("it has no directory `test`: no job is proposed")));
        }
        Ok(Ok(Vec::new()))
    }

    fn has(&self, dir: &RepoPath, name: &str) -> bool {
        self.inventory.is_file(&dir.child(name.as_bytes()))
    }
}
