use super::*;

#[test]
fn expressions_end_where_the_runner_ends_them() {
    for (text, inside) in [
        ("echo ${{ job.inputs.a }}", &[" job.inputs.a "][..]),
        ("${{a}} and ${{ b }}", &["a", " b "]),
        ("${{ '}}' }}", &[" '}}' "]),
        ("${{ \"a}}\\\"\" }}", &[" \"a}}\\\"\" "]),
        ("${{ {a: {b: 1}} }}", &[" {a: {b: 1}} "]),
        // In a double-quoted string of YAML.
        ("${{ a == \\\"}}\\\" }}", &[" a == \\\"}}\\\" "]),
        // The apostrophe belongs to the text.
        ("it is ${{ a' }}", &[" a' "]),
        ("\\${{ a }}", &[]),
        ("${{ a", &[]),
        ("${ a }", &[]),
    ] {
        let actual: Vec<&str> = expressions(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(actual, inside, "{text}");
    }
}

#[test]
fn names_are_those_that_are_read() {
    for (expression, expected) in [
        ("job.inputs.suite", &["job inputs suite"][..]),
        ("job . inputs [ 'a-b' ]", &["job inputs a-b"]),
        ("job.inputs.list[0].x", &["job inputs list"]),
        ("str(env.HOME) + \"steps\"", &["str()", "env HOME"]),
        ("{name: vars.A, \"b\": c, d: e}", &["vars A", "c", "e"]),
        ("1e5 + 0x2 - _a", &["_a"]),
        ("a == \\\"b\\\" || c", &["a", "c"]),
        ("'unclosed a", &[]),
    ] {
        let actual: Vec<String> = names(expression)
            .into_iter()
            .map(|name| {
                let words: Vec<&str> = [name.root].into_iter().chain(name.keys).collect();
                words.join(" ") + if name.is_call { "()" } else { "" }
            })
            .collect();
        assert_eq!(actual, expected, "{expression}");
    }
}
