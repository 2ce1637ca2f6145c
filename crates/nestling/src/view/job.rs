//! One job's final YAML, with where each line was written.

use super::fit::width;
use super::paint::Screen;
use crate::emit::job_lines;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::Job;
use std::fmt::Write as _;

/// How far to the right the places go at most, so that one long line does not push them out of sight.
const WIDEST: usize = 60;

/// A job as GitLab gets it, each line with the file and line that it came from.
pub fn job(job: &Job, sources: &Sources, screen: Screen) -> String {
    let lines = job_lines(job, sources);
    let column = lines.iter().map(|line| width(&line.text)).filter(|it| *it <= WIDEST).max().unwrap_or(0);
    let mut text = String::new();
    let mut last = String::new();
    for line in lines {
        let place = format!("{}:{}", sources.path(line.origin.file), line.origin.line);
        let blanks = " ".repeat(column.saturating_sub(width(&line.text)));
        // The same place twice in a row is said once.
        let shown = if place == last { String::new() } else { screen.paint.dim(format!("# {place}")) };
        let _ = writeln!(text, "{}", format!("{}{blanks}  {shown}", line.text).trim_end());
        last = place;
    }
    text
}
