//! Facts of a workspace for editors: names with their definitions, jobs in each kind of pipeline, and the parts of templates. No
//! protocol and no positions of a cursor: a language server adds those.
//!
//! ```
//! use nestling::ide::{jobs, workspace_facts};
//! use nestling::{MemoryFiles, PipelineFacts, Project};
//!
//! let files = MemoryFiles::new([
//!     ("nestling.yml", "workspace: { templates: [ci] }"),
//!     ("ci/go.yml", "spec: { inputs: { race: { type: boolean, default: true } } }\n---\ntest: { script: go test ./... }"),
//!     ("api/nestling.yml", "unit: { use: go }"),
//! ]);
//! let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
//! let facts = workspace_facts(&project);
//! let template = facts.template("go").expect("it is in the directory");
//! assert_eq!(template.inputs[0].default.as_deref(), Some("true"));
//! assert_eq!(facts.users("go").count(), 1);
//!
//! let found = jobs(&project, project.changes()?, &["api"], None)?;
//! assert_eq!(found[0].name.as_str(), "api:test");
//! assert_eq!(found[0].kinds[0].state, "runs");
//! # Ok::<(), nestling::Error>(())
//! ```

mod regions;
mod names;
mod jobs;
mod plain;
mod cases;
mod selection;

pub use crate::workspace::library_template;
pub use cases::{CaseJob, CaseJobs, case_findings, case_jobs};
pub use jobs::{JobFacts, JobInKind, all_jobs, jobs};
pub use names::{InputFacts, TemplateFacts, UnitFacts, UseFacts, WorkspaceFacts, workspace_facts};
pub use plain::plain_jobs;
pub use regions::{TemplateRegion, template_regions};
pub use selection::{SelectionFacts, selections};
