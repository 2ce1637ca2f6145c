//! The final YAML of one job, with the source of each line.

use super::fit::width;
use super::paint::Screen;
use crate::emit::job_lines;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::Job;
use std::fmt::Write as _;

/// The rightmost column of the sources: one long line must not push all of them off the screen.
const WIDEST: usize = 60;

/// Returns a job as GitLab gets it, each line with the file and line that it comes from.
pub fn job(job: &Job, sources: &Sources, screen: Screen) -> String {
    let lines = job_lines(job, sources);
    let widths = lines.iter().map(|line| width(&line.text));
    let column = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    let mut text = String::new();
    let mut previous = String::new();
    for line in lines {
        let place = format!("{}:{}", sources.path(line.origin.file), line.origin.line);
        let blanks = " ".repeat(column.saturating_sub(width(&line.text)));
        // Consecutive lines of one source name it once.
        let shown = if place == previous { String::new() } else { screen.paint.dim(format!("# {place}")) };
        let _ = writeln!(text, "{}", format!("{}{blanks}  {shown}", line.text).trim_end());
        previous = place;
    }
    text
}
