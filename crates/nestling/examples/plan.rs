//! Prints the jobs of the child pipeline for the change that is checked out, and why each unit is in.
//!
//! `cargo run --example plan -- DIRECTORY [UNIT…]`

use nestling::{ChangeRequest, EmitOptions, Project, Repository, Severity};
use std::error::Error;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap_or_else(|| ".".to_owned());
    let units: Vec<String> = arguments.collect();

    let repository = Repository::discover(&directory)?;
    let project = Project::open(&repository, ChangeRequest::local())?;
    let changes = project.changes()?;
    println!("{}", changes.provenance());
    let plan = project.plan(changes).only(units).run()?;

    for diagnostic in &plan.diagnostics {
        let place = diagnostic.origin().map(|origin| plan.sources.place(origin)).unwrap_or_default();
        eprintln!("{place}: {}: {}", diagnostic.severity, diagnostic.message);
    }
    for name in plan.selection.selected() {
        println!("{name}");
        for reason in plan.verdict(name).reasons() {
            println!("  because {reason}");
        }
    }
    for job in &plan.pipeline.jobs {
        println!("{}: stage {}", job.name, job.stage());
    }
    let emitted = plan.emit(&EmitOptions::default());
    for file in &emitted.files {
        println!("{}: {} bytes", file.path, file.text.len());
    }
    let is_error = |severity: Severity| severity == Severity::Error;
    let refused = plan.has_errors() || emitted.diagnostics.iter().any(|found| is_error(found.severity));
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
