//! Large plain pipelines.

use std::fmt::Write as _;

/// A pipeline of this many units with four jobs each, of which one needs a job that is not defined.
pub(crate) fn pipeline(units: usize) -> String {
    let mut text = String::from("stages: [build, test, deploy]\n");
    for unit in 0..units {
        let environment = format!("name: u{unit}, on_stop: \"u{unit}:stop\"");
        let stop = format!("name: u{unit}, action: stop");
        let _ = writeln!(text, "u{unit}:build: {{ stage: build, script: make }}");
        let _ = writeln!(text, "u{unit}:test: {{ stage: test, script: make, needs: [\"u{unit}:build\"] }}");
        let _ = write!(text, "u{unit}:deploy: {{ stage: deploy, script: d, needs: [\"u{unit}:tset\"], ");
        let _ = writeln!(text, "environment: {{ {environment} }} }}");
        let _ = write!(text, "u{unit}:stop: {{ stage: deploy, script: s, when: manual, ");
        let _ = writeln!(text, "environment: {{ {stop} }} }}");
    }
    text
}
