//! One diagnostic for a mistake that is found several times.

use super::{Diagnostic, Origin, Rule};
use std::collections::HashMap;

/// One diagnostic for each mistake: a mistake in a template that many units use is found for each of them and told once,
/// with all their names. The order is that of the first finds.
pub fn folded(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen: HashMap<Alike, usize> = HashMap::new();
    let mut folded: Vec<Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        match seen.get(&alike(&diagnostic)) {
            Some(at) => folded[*at].units.extend(diagnostic.units),
            None => {
                seen.insert(alike(&diagnostic), folded.len());
                folded.push(diagnostic);
            }
        }
    }
    for diagnostic in &mut folded {
        diagnostic.units.sort_unstable();
        diagnostic.units.dedup();
    }
    folded
}

/// What makes two diagnostics the same mistake.
type Alike = (&'static Rule, String, Vec<Origin>);

fn alike(diagnostic: &Diagnostic) -> Alike {
    let origins = diagnostic.labels.iter().map(|label| label.origin).collect();
    (diagnostic.rule, diagnostic.message.clone(), origins)
}
