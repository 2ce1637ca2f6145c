//! One message for a mistake that many jobs share: a template that a thousand units use makes it once.

use crate::diagnostic::{Diagnostic, Origin};
use std::collections::HashMap;

/// The rule, the message without the words in back-ticks, and the place.
type Alike = (&'static str, String, Origin);

/// Keeps the first of those that say the same of the same place, whatever the job is called, and says how many more
/// there are.
pub(super) fn by_place(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut first: HashMap<Alike, usize> = HashMap::new();
    let mut kept: Vec<(Diagnostic, usize)> = Vec::new();
    for problem in problems {
        let Some(origin) = problem.origin() else {
            kept.push((problem, 0));
            continue;
        };
        let at = *first.entry((problem.rule, unnamed(&problem.message), origin)).or_insert(kept.len());
        match kept.get_mut(at) {
            // The same mistake of the same job, found in two ways, is one.
            Some((same, _)) if same.message == problem.message => {}
            Some((_, more)) => *more += 1,
            None => kept.push((problem, 0)),
        }
    }
    let told = kept.into_iter().map(|(problem, more)| match more {
        0 => problem,
        1 => problem.with_note("the same in another job"),
        more => problem.with_note(format!("the same in {more} other jobs")),
    });
    told.collect()
}

fn unnamed(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}
