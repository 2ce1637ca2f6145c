//! Bombs of long lines: each place of a line is looked for in the line of the template that wrote it.

/// Templates, each with a name.
pub(crate) fn long_lines() -> Vec<(&'static str, String)> {
    let items = "a,".repeat(70_000);
    let job =
        |script: &str| format!("j:\n  variables: {{ A: \"${{{{ unit.name }}}}\" }}\n  script: [{script}]\n");
    let nested = "[".repeat(40) + &"[a],".repeat(70_000) + &"]".repeat(40);
    let comment = "x".repeat(100_000);
    vec![
        ("a long list on a line", job(&items)),
        ("a long list on a line that is unlike its source", job(&format!("\"${{{{ '}}}}' }}}}\",{items}"))),
        (
            "a long mapping on a line",
            format!(
                "j: {{ script: \"${{{{ unit.name }}}}\", variables: {{ {} }} }}\n",
                (0..40_000).map(|n| format!("A{n}: b, ")).collect::<String>()
            ),
        ),
        ("lists in lists on a line", job(&nested)),
        ("many values on a line", job(&"\"${{ unit.name }}\",".repeat(20_000))),
        (
            "many parts of a line",
            job(&format!("\n{{%- for i in range(60000) -%}}\n{{#* {comment} *#}}a,\n{{%- endfor -%}}\n")),
        ),
        ("many statements on a line", job(&"{% if true %}a,{% endif %}".repeat(20_000))),
    ]
}
