use super::*;
use crate::template_syntax::hidden::reveal;

/// The expressions of a template that GitLab gets, or what is wrong.
fn judged(template: &str) -> String {
    let Some(separated) = separate(template) else { return "template".to_owned() };
    if let Some(problem) = separated.problems.first() {
        return format!("{}: {}", &template[problem.range.clone()], problem.message);
    }
    assert_eq!(separated.text.chars().count(), template.chars().count(), "columns hold");
    reveal(&separated.text).into_owned()
}

#[test]
fn the_text_of_an_expression_says_whose_it_is() {
    for (template, expected) in [
        ("${{ unit.name }}", "template"),
        ("${{ job.inputs.suite }}", "${{ job.inputs.suite }}"),
        ("${{ str(job.inputs.n) + 'a' || 1 }}", "${{ str(job.inputs.n) + 'a' || 1 }}"),
        ("${{ env.HOME }} ${{ steps.a.outputs.b }}", "${{ env.HOME }} ${{ steps.a.outputs.b }}"),
        ("${{ output_file }}", "${{ output_file }}"),
        ("${{ inputs.job }} ${{ unit.env }}", "template"),
        ("${{ 'job.inputs.a' }} job", "template"),
        ("\\${{ inputs.a }}", "${{ inputs.a }}"),
        ("\\${{ vars.A || {b: {c: 1}} }} x", "${{ vars.A || {b: {c: 1}} }} x"),
        // Two backslashes are one of the text.
        ("\\\\${{ unit.name }} env", "template"),
        // GitLab's way to write the braces themselves.
        ("write \\${{ to begin", "write \\${{ to begin"),
        ("{% raw %}\\${{ job.inputs.a }}{% endraw %}", "template"),
        ("{#* ${{ job.inputs.a ~ unit.name }} *#}", "template"),
        ("#% set x = \"${{ job.inputs.a }}\"\n", "template"),
        ("${{ \"${{ job.inputs.a }}\" }}", "template"),
        ("#% from \"m.yml\" import a as steps\n${{ steps(1) }}", "template"),
        ("#% macro steps(n)\n#% endmacro\n${{ steps(1) }}", "template"),
        (
            "${{ x if y else job }}",
            "${{ x if y else job }}: an expression cannot contain both `job`, which GitLab's runner evaluates, and `if`, which the template evaluates",
        ),
    ] {
        assert_eq!(judged(template), expected, "{template}");
    }
}

#[test]
fn two_owners_are_an_error() {
    for (template, words) in [
        ("a ${{ job.inputs.a ~ unit.name }}", ["${{ job.inputs.a ~ unit.name }}:", "`unit.name`"]),
        ("#% for x in y\n${{ env.A + x }}\n#% endfor\n", ["${{ env.A + x }}:", "`x`"]),
        ("#% macro m(p, q=1)\n${{ job.inputs.a + q }}\n#% endmacro\n", ["${{ job.inputs.a + q }}:", "`q`"]),
        ("#% import \"m.yml\" as m\n${{ m.n + env.A }}\n", ["${{ m.n + env.A }}:", "`m.n`"]),
        ("${{ job.inputs.a | upper }}", ["${{ job.inputs.a | upper }}:", "filter `upper`"]),
        ("#% set env = 1\n${{ env }}\n", ["env:", "cannot be called `env`"]),
        ("#% for steps, a in b\n${{ a }}\n#% endfor\n", ["steps:", "cannot be called `steps`"]),
        ("#% macro m(a, job)\n${{ a }}\n#% endmacro\n", ["job:", "cannot be called `job`"]),
    ] {
        let judged = judged(template);
        assert!(words.iter().all(|word| judged.contains(word)), "{template}: {judged}");
    }
}
