use super::*;

fn untrusted_expressions(template: &str) -> Vec<String> {
    let prints = find(template, &mut UntrustedParameters::new());
    prints.into_iter().map(|print| template[print.expression].trim().to_owned()).collect()
}

#[test]
fn values_are_followed_to_where_they_are_printed() {
    for (template, expected) in [
        ("${{ pipeline.branch }} ${{ pipeline.sha }}", &["pipeline.branch"][..]),
        ("${{ pipeline['mr'].source_branch }}", &["pipeline['mr'].source_branch"]),
        ("a ${{- pipeline.branch -}} b", &["pipeline.branch"]),
        ("{% raw %}${{ pipeline.branch }}{% endraw %}", &[]),
        ("${{ pipeline.branch | sh }} ${{ pipeline.tag | slug }}", &["pipeline.branch | sh"]),
        ("${{ 'a' if pipeline.branch == 'main' else 'b' }}", &[]),
        ("${{ 'git checkout ' ~ pipeline.branch }}", &["'git checkout ' ~ pipeline.branch"]),
        ("${{ pipeline.tag | default('v0') | upper }}", &["pipeline.tag | default('v0') | upper"]),
        ("{% for file in unit.changed_files %}${{ file }}{% endfor %}", &["file"]),
        ("{% set b = pipeline.branch %}${{ b }}", &["b"]),
        ("{% set ns = namespace() %}{% set ns.b = pipeline.tag %}${{ ns.b }}", &["ns.b"]),
        ("{% macro m(a, b) %}${{ a }} ${{ b }}{% endmacro %}${{ m(1, pipeline.tag) }}", &["b"]),
        ("{% macro m(a) %}${{ a }}{% endmacro %}${{ m(a=unit.changed_files) }} ${{ a }}", &["a"]),
        ("${{ unit.changed_files | length }}", &[]),
        ("${{ pipeline.default_branch }}", &[]),
        ("${{ pipeline.branches }}", &[]),
    ] {
        assert_eq!(untrusted_expressions(template), expected, "{template}");
    }
}
