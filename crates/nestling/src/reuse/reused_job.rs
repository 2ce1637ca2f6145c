//! The job that shows what was left out: a pipeline must not look as if everything in it had run.

use crate::assemble::{printing_job, run_as_others};
use crate::passed::VerifiedJobV1;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::defaults::Defaults;

/// The name of the job that lists the jobs that were left out because they have passed.
pub const REUSED_JOB: &str = "reused";

/// Lines that the job prints; a log is cut by GitLab, and a script must not be too long.
const LINES: usize = 500;

/// Returns a job that needs no checkout, prints a line for each job that was left out, and passes.
pub(super) fn reused_job(
    (defaults, origin): (&Defaults, Origin),
    reused: &[(&JobName, &VerifiedJobV1)],
) -> Option<Job> {
    let name = JobName::parse(REUSED_JOB).ok()?;
    let mut lines = vec![format!("{} left out, which passed with the same content:", jobs(reused.len()))];
    lines.extend(reused.iter().take(LINES).map(|(job, record)| format!("{job}: {}", link(record))));
    if reused.len() > LINES {
        lines.push(format!("and {} more; plan.json lists all", reused.len() - LINES));
    }
    let script = lines.iter().map(|line| format!("printf '%s\\n' {}", quoted(line))).collect();
    let mut body = printing_job(StageName::DEFAULT, Some(Vec::new()), script, origin);
    run_as_others(&mut body, defaults);
    Some(Job { name, origin, unit: None, environment: None, body })
}

fn jobs(count: usize) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}

/// Returns the page of the job that passed, or of its pipeline.
fn link(record: &VerifiedJobV1) -> &str {
    if record.url.is_empty() { &record.pipeline_url } else { &record.url }
}

/// Quotes a line for a shell; a record is written by others. GitLab expands `$` nowhere in a script.
fn quoted(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", printable.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn lines_of_records_run_nothing() {
        assert_eq!(quoted("https://example.com/-/jobs/1"), "'https://example.com/-/jobs/1'");
        assert_eq!(quoted("'; rm -rf /; '"), "''\\''; rm -rf /; '\\'''");
        assert_eq!(quoted("a\nb"), "'a b'");
    }
}
