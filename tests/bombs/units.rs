//! Bombs of many units, each of which is within its limits.

use super::table::turns;

/// Templates that are within their limits, for so many units that all of them together are not: a name, the number of units,
/// the template, and what is said.
pub(crate) fn many_units() -> Vec<(&'static str, usize, String, &'static str)> {
    let jobs = |count: usize, script: &str| {
        format!(
            "#% for i in range({count})\nj${{{{ i }}}}: {{ script: \"{script}${{{{ unit.name }}}}\" }}\n#% endfor\n"
        )
    };
    let items =
        format!("j:\n  variables: {{ A: \"${{{{ unit.name }}}}\" }}\n  script: [{}]\n", "a,".repeat(70_000));
    let numbers = items.replace("a,", "0,");
    vec![
        (
            "many units with long texts",
            12,
            jobs(14_000, &"x".repeat(1000)),
            "the templates of all units together",
        ),
        ("many units with many nodes", 300, items, "nodes and pieces of text in their jobs"),
        ("many units with many mistakes", 300, numbers, "nodes and pieces of text in their jobs"),
        ("many units with many steps", 200, turns(600_000, "") + "\na: { script: x }\n", "took more than"),
        ("many units with many jobs", 1000, jobs(400, "x"), "error"),
    ]
}
