//! The bombs: what little text can make of itself, by its kind.

/// A template that makes much of little. It must be stopped at a line of its own.
pub(crate) struct Bomb {
    /// The name of its row.
    pub name: &'static str,
    /// The template `ci/t.yml`.
    pub template: String,
}

fn bomb(name: &'static str, template: impl Into<String>) -> Bomb {
    Bomb { name, template: template.into() }
}

/// A loop of so many turns around a body.
pub(super) fn turns(count: usize, body: &str) -> String {
    // `range` has a limit of its own, and loops inside each other do not.
    format!(
        "{{% for i in range({}) %}}{{% for j in range(1000) %}}{body}{{% endfor %}}{{% endfor %}}",
        count / 1000
    )
}

/// Sets `ns.x` to `start`, changes it in a loop, and uses it.
fn grown(start: &str, step: &str, count: usize, used: &str) -> String {
    let changed = turns(count, &format!("{{% set ns.x = {step} %}}"));
    format!(
        "{{% set ns = namespace(x={start}) %}}{changed}\na:\n  script: x\n  variables:\n    X: ${{{{ {used} }}}}\n"
    )
}

/// Doubles a list forty times and uses it.
fn doubled(used: &str) -> String {
    grown("[1]", "[ns.x, ns.x] if i == 0 and j < 40 else ns.x", 1000, used)
}

/// Prints an expression with a string of 60 kB as `long` and one of 1 MB as `huge`.
fn with_long(body: &str) -> String {
    format!("{{% set long = 'x' * 60000 %}}{{% set huge = 'x' * 1000000 %}}{body}")
}

fn printed(expression: &str) -> String {
    format!("a:\n  script: x\n  variables:\n    X: ${{{{ {expression} }}}}\n")
}

/// All bombs.
pub(crate) fn bombs() -> Vec<Bomb> {
    let mut bombs = widths();
    bombs.extend(strings());
    bombs.extend(lists());
    bombs.extend(nested());
    bombs.extend(walked());
    bombs.extend(equal_strings());
    bombs.extend(loops());
    bombs.extend(captured());
    bombs.extend(recursion());
    bombs.extend(chains());
    bombs.extend(asked());
    bombs
}

/// Questions about the repository without an end.
fn asked() -> Vec<Bomb> {
    vec![
        bomb("files, a million of paths", turns(1_000_000, "{% if files.exists('a' ~ i ~ j) %}{% endif %}")),
        bomb("files, a million of globs", turns(1_000_000, "{% if files.glob(i ~ '*' ~ j) %}{% endif %}")),
        bomb(
            "files, one text again and again",
            turns(1_000_000, "{% if files.read('ci/t.yml') %}{% endif %}"),
        ),
    ]
}

/// Arguments of filters that are widths and repetitions.
fn widths() -> Vec<Bomb> {
    vec![
        bomb("indent by a billion", printed("'a\\nb' | indent(1000000000)")),
        bomb("indent of many lines by much", printed("('a\\n' * 100000) | indent(100000)")),
        bomb("indent by a named width", printed("('a\\n' * 1000) | indent(width=100000000)")),
        bomb("indent of captured text", "{% filter indent(1000000000) %}\na: 1\nb: 2\n{% endfilter %}"),
        bomb(
            "indent of captured text by a thousand, often",
            format!(
                "{{% set t %}}\n{}{{% endset %}}{}",
                "a\n".repeat(2000),
                turns(100_000, "{% set u = t | indent(1000) %}")
            ),
        ),
        bomb("tojson with a wide indent", printed("[[1], [2]] | tojson(indent=1000000000)")),
        bomb("tojson of many with an indent", printed("range(100000) | list | tojson(indent=100000)")),
        bomb("format with a width", printed("'%1000000000d' | format(1)")),
        bomb(
            "format with many widths",
            printed(&format!("'{}' | format({})", "%9000000s".repeat(100), vec!["1"; 100].join(", "))),
        ),
        bomb("format with a width that is given", printed("'%*d' | format(1000000000, 1)")),
        bomb("format with a precision", printed("'%.1000000000f' | format(1.5)")),
        bomb("round to many digits", turns(3_000_000, "{% set x = 1.5 | round(300) %}")),
        bomb("batch filled up", printed("[1] | batch(1000000000, 0) | list")),
        bomb("slice into a billion", printed("[1] | slice(1000000000) | list")),
        bomb("slice filled up", printed("[1] | slice(100000000, 'x') | list")),
    ]
}

/// Strings that grow.
fn strings() -> Vec<Bomb> {
    vec![
        bomb("a string times a billion", printed("'x' * 1000000000")),
        bomb("a billion times a string", printed("1000000000 * 'x'")),
        bomb("a string doubled by ~", grown("'x'", "ns.x ~ ns.x", 1000, "ns.x")),
        bomb("a string doubled by +", grown("'x'", "ns.x + ns.x", 1000, "ns.x")),
        bomb("replace that makes each letter long", with_long(&printed("huge | replace('x', long)"))),
        bomb("replace of nothing by much", with_long(&printed("huge | replace('', long)"))),
        bomb("replace in a loop", grown("'x'", "ns.x | replace('x', 'xxxxxxxx')", 1000, "ns.x")),
        bomb("join with a long separator", with_long(&printed("range(100000) | join(long)"))),
        bomb(
            "join of captured text",
            "{% set t %}\nlong text\n{% endset %}".to_owned() + &printed("range(100000) | join(t * 10000)"),
        ),
        bomb(
            "format with long arguments",
            with_long(&printed(&format!(
                "'{}' | format({})",
                "%s".repeat(900),
                vec!["huge"; 900].join(", ")
            ))),
        ),
        bomb("strings that are kept", with_long(&turns(2_000_000, "{% set y = huge ~ i ~ j %}"))),
        bomb("upper in a loop", with_long(&turns(2_000_000, "{% set y = huge | upper %}"))),
        bomb("split into letters", with_long(&turns(100_000, "{% set y = huge | split('x') %}"))),
        bomb("a list of letters", with_long(&turns(100_000, "{% set y = huge | list %}"))),
        bomb(
            "sh of a long string",
            "{% set quotes = \"'\" * 1000000 %}".to_owned() + &turns(100_000, "{% set y = quotes | sh %}"),
        ),
        bomb("slug of a long string", with_long(&turns(1_000_000, "{% set y = huge | slug %}"))),
        bomb(
            "an environment's slug of a long string",
            with_long(&turns(1_000_000, "{% set y = huge | env_slug %}")),
        ),
        bomb(
            "yaml of a long list",
            "{% set many = range(100000) | list %}".to_owned() + &turns(100_000, "{% set y = many | yaml %}"),
        ),
        bomb("a number with many digits", grown("7", "ns.x * ns.x", 1_000_000, "ns.x")),
        bomb("a power of powers", printed("9 ** 9 ** 9 ** 9 ** 9")),
        bomb("title of a long string", with_long(&turns(1_000_000, "{% set y = huge | title %}"))),
        bomb(
            "trim of a long string",
            "{% set blanks = ' ' * 1000000 %}".to_owned() + &turns(1_000_000, "{% set y = blanks | trim %}"),
        ),
        bomb(
            "int of a long string",
            "{% set digits = '1' * 1000000 %}".to_owned()
                + &turns(1_000_000, "{% set y = digits | int(default=0) %}"),
        ),
        bomb("reverse of a long string", with_long(&turns(1_000_000, "{% set y = huge | reverse %}"))),
        bomb("capitalize of a long string", with_long(&turns(1_000_000, "{% set y = huge | capitalize %}"))),
        bomb(
            "lines of a long string",
            "{% set lines = 'x\\n' * 500000 %}".to_owned() + &turns(100_000, "{% set y = lines | lines %}"),
        ),
    ]
}

/// Lists that grow.
fn lists() -> Vec<Bomb> {
    vec![
        bomb("a list times a billion", printed("[1] * 1000000000")),
        bomb("a range of a billion", printed("range(1000000000) | list")),
        bomb("a list doubled by +", grown("[1]", "ns.x + ns.x", 1000, "ns.x | length")),
        bomb(
            "a list doubled by + and printed",
            grown("[1]", "ns.x + ns.x if i == 0 and j < 30 else ns.x", 1000, "ns.x"),
        ),
        bomb(
            "a list doubled by chain",
            grown("[1]", "(ns.x | chain(ns.x)) if j < 40 else ns.x", 1000, "ns.x | list | length"),
        ),
        bomb(
            "a list appended to itself, two million times",
            grown("[1]", "ns.x + [1]", 2_000_000, "ns.x | length"),
        ),
        bomb("a list times one, half a million times", grown("[1]", "ns.x * 1", 500_000, "ns.x | length")),
        bomb("a slice of a slice", grown("[1, 2]", "ns.x[0:]", 500_000, "ns.x | length")),
        bomb("a reverse of a reverse", grown("[1, 2]", "ns.x | reverse", 500_000, "ns.x | length")),
        bomb("a zip of a zip", grown("[1, 2]", "ns.x | zip(ns.x)", 500_000, "ns.x | list | length")),
        bomb("a chain of a chain", grown("[1, 2]", "ns.x | chain([])", 500_000, "ns.x | list | length")),
        bomb(
            "the sum of many lists",
            "{% set many = [[1]] * 100000 %}".to_owned() + &printed("many | sum(start=[]) | length"),
        ),
        bomb(
            "a list of long lists",
            "{% set many = range(100000) | list %}".to_owned() + &printed("[many] * 10000"),
        ),
        bomb(
            "a list that is printed often",
            format!(
                "{{% set many = range(50000) | list %}}\na:\n  script: x\n  variables:\n{}",
                turns(1000, "    X${{ i }}_${{ j }}: ${{ many }}\n")
            ),
        ),
    ]
}

/// Values inside each other.
fn nested() -> Vec<Bomb> {
    vec![
        bomb("a list in a list", grown("[1]", "[ns.x]", 300_000, "1")),
        bomb("a list in a list, printed", grown("[1]", "[ns.x]", 3_000, "ns.x")),
        bomb("a list in a list as JSON", grown("[1]", "[ns.x]", 300_000, "ns.x | tojson")),
        bomb("a list in a list as a string", grown("[1]", "[ns.x]", 300_000, "ns.x | string")),
        bomb("a list in a list, joined", grown("[1]", "[ns.x]", 300_000, "ns.x | join(' ')")),
        bomb(
            "a list in a list, compared",
            "{% set b = namespace(x=[1]) %}".to_owned()
                + &grown("[1]", "[ns.x]", 100_000, "1")
                    .replace("{% set ns.x = [ns.x] %}", "{% set ns.x = [ns.x] %}{% set b.x = [b.x] %}")
                    .replace("${{ 1 }}", "${{ ns.x == b.x }}"),
        ),
        bomb("a list in a list, sorted", grown("[1]", "[ns.x]", 300_000, "[ns.x, [ns.x]] | sort | length")),
        bomb("a mapping in a mapping", grown("{}", "{'a': ns.x}", 300_000, "1")),
        bomb("a mapping in dict()", grown("{}", "dict(a=ns.x)", 300_000, "1")),
        bomb("a mapping as a key", grown("{}", "{ns.x: 1}", 300_000, "1")),
        bomb("a namespace in a namespace", grown("1", "namespace(x=ns.x)", 300_000, "1")),
        bomb(
            "a namespace in itself, printed",
            "{% set ns = namespace() %}{% set ns.x = ns %}".to_owned() + &printed("ns"),
        ),
        bomb(
            "a namespace in itself, as JSON",
            "{% set ns = namespace() %}{% set ns.x = [ns] %}".to_owned() + &printed("ns | tojson"),
        ),
        bomb(
            "a namespace in itself, compared",
            "{% set a = namespace() %}{% set b = namespace() %}{% set a.x = [a] %}{% set b.x = [b] %}"
                .to_owned()
                + &printed("a == b"),
        ),
        bomb(
            "a namespace in itself, joined",
            "{% set ns = namespace() %}{% set ns.x = [ns] %}".to_owned() + &printed("'a' ~ ns"),
        ),
        bomb(
            "a chain of namespaces from its head",
            "{% set ns = namespace(last=namespace()) %}{% set head = ns.last %}".to_owned()
                + &turns(
                    300_000,
                    "{% set last = ns.last %}{% set next = namespace() %}{% set last.x = next %}{% set ns.last = next %}",
                )
                + &printed("1"),
        ),
        bomb("a tuple in a tuple", grown("(1,)", "(ns.x,)", 300_000, "1")),
        bomb("a batch of a batch", grown("[1]", "ns.x | batch(5) | list", 300_000, "1")),
        bomb("a group of a group", grown("[{'a': 1}]", "[{'a': ns.x | groupby('a') | list}]", 300_000, "1")),
        bomb("a map of a map", grown("[[1]]", "ns.x | map('batch', 1) | list", 300_000, "1")),
    ]
}

/// Shared lists that are walked through as often as they are shared.
fn walked() -> Vec<Bomb> {
    let same = "{% set a = namespace(x=[1]) %}{% set b = namespace(x=[1]) %}".to_owned()
        + &turns(
            1000,
            "{% if i == 0 and j < 40 %}{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}{% endif %}",
        );
    let walk = |expression: &str| same.clone() + &printed(expression);
    vec![
        bomb("doubled lists, printed", doubled("ns.x")),
        bomb("doubled lists as JSON", doubled("ns.x | tojson")),
        bomb("doubled lists as a string", doubled("ns.x | string")),
        bomb("doubled lists as YAML", doubled("ns.x | yaml")),
        bomb("doubled lists, pretty-printed", doubled("ns.x | pprint")),
        bomb("doubled lists, joined", doubled("ns.x | join(',')")),
        bomb("doubled lists behind ~", doubled("'a' ~ ns.x")),
        bomb("doubled lists, equal", walk("a.x == b.x")),
        bomb("doubled lists, less", walk("a.x < b.x")),
        bomb("doubled lists, a chain of less", walk("a.x <= b.x <= a.x")),
        bomb("doubled lists, in", walk("a.x in [b.x]")),
        bomb("doubled lists, not in", walk("a.x not in [b.x, a.x]")),
        bomb("doubled lists, is eq", walk("a.x is eq(b.x)")),
        bomb("doubled lists, is in", walk("a.x is in([b.x])")),
        bomb("doubled lists, sorted", walk("[a.x, b.x] | sort | length")),
        bomb("doubled lists, unique", walk("[a.x, b.x] | unique | list | length")),
        bomb("doubled lists, the greatest", walk("[a.x, b.x] | max | length")),
        bomb("doubled lists, selected", walk("[a.x] | select('eq', b.x) | list | length")),
        bomb("doubled lists, grouped", walk("[{'k': a.x}, {'k': b.x}] | groupby('k') | list | length")),
        bomb(
            "doubled lists, a mapping sorted by value",
            walk("{'a': a.x, 'b': b.x} | dictsort(by='value') | length"),
        ),
        bomb("doubled lists as a key", walk("{a.x: 1}[b.x]")),
        bomb("doubled lists, format", walk("'%s' | format(a.x)")),
        bomb(
            "doubled lists in loop.changed",
            same.clone() + "{% for y in [a.x, b.x, a.x] %}{% if loop.changed(y) %}{% endif %}{% endfor %}",
        ),
        bomb(
            "doubled lists given to a macro, printed",
            "{% macro m(y) %}${{ y }}{% endmacro %}".to_owned() + &walk("m(a.x)"),
        ),
    ]
}

/// Long strings that are equal up to their ends.
fn equal_strings() -> Vec<Bomb> {
    vec![
        bomb(
            "long equal strings, sorted",
            "{% set s = ['x' * 1000000 ~ 'a'] * 90000 %}".to_owned()
                + &turns(100_000, "{% set y = s | sort %}"),
        ),
        bomb(
            "long equal strings, unique",
            "{% set s = ['x' * 1000000 ~ 'a'] * 90000 %}".to_owned()
                + &turns(100_000, "{% set y = s | unique %}"),
        ),
        bomb(
            "long equal strings, compared",
            "{% set s = 'x' * 4000000 ~ 'a' %}{% set t = 'x' * 4000000 ~ 'a' %}".to_owned()
                + &turns(1_000_000, "{% if s == t %}{% endif %}"),
        ),
        bomb(
            "long equal strings in a list",
            "{% set s = 'x' * 1000000 ~ 'a' %}{% set t = ['x' * 1000000 ~ 'b'] * 1000 %}".to_owned()
                + &turns(1_000_000, "{% if s in t %}{% endif %}"),
        ),
        bomb(
            "a long string in a long string",
            "{% set s = 'x' * 100000 ~ 'a' %}{% set t = 'x' * 4000000 %}".to_owned()
                + &turns(1_000_000, "{% if s in t %}{% endif %}"),
        ),
    ]
}

/// Loops that do much.
fn loops() -> Vec<Bomb> {
    vec![
        bomb(
            "a loop of ten billion turns",
            "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}a: { script: x }\n",
        ),
        bomb("a loop that prints", turns(3_000_000, "job ${{ i }} ${{ j }}: { script: x }\n")),
        bomb(
            "a loop that prints one long line",
            turns(
                3_000_000,
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            ),
        ),
        bomb("a list as long as a loop", grown("[]", "ns.x + [i, j]", 1_000_000, "ns.x")),
        bomb("a recursive loop", "{% for i in [[1]] recursive %}${{ loop([[1]]) }}{% endfor %}"),
        bomb(
            "a mapping with a million keys",
            grown("{}", "dict(ns.x, **{'k' ~ i ~ '-' ~ j: 1})", 1_000_000, "ns.x | length"),
        ),
        bomb(
            "a list of the shell's words",
            "{% set many = ['x'] * 100000 %}".to_owned() + &turns(1_000_000, "{% set y = many | sh %}"),
        ),
        bomb(
            "a select that keeps all",
            "{% set many = range(100000) | list %}".to_owned()
                + &turns(1_000_000, "{% set y = many | select('number') %}"),
        ),
        bomb(
            "a map to strings",
            "{% set many = range(100000) | list %}".to_owned()
                + &turns(1_000_000, "{% set y = many | map('string') | join('') %}"),
        ),
    ]
}

/// Captured text.
fn captured() -> Vec<Bomb> {
    let mut doubled = "{% set t0 %}\na: 1\n{% endset %}".to_owned();
    for level in 1..60 {
        doubled += &format!(
            "{{% set t{level} %}}\n${{{{ t{} }}}}\n${{{{ t{} }}}}\n{{% endset %}}",
            level - 1,
            level - 1
        );
    }
    let mut macros = "{% macro m0() %}xxxxxxxx{% endmacro %}".to_owned();
    for level in 1..20 {
        let inner = format!("${{{{ m{}() }}}}", level - 1).repeat(10);
        macros += &format!("{{% macro m{level}() %}}{inner}{{% endmacro %}}");
    }
    vec![
        bomb("captured text, doubled", doubled.clone() + "\n${{ t59 }}\n"),
        bomb("captured text, doubled, in a string", doubled.clone() + "\na: \"${{ t59 }}\"\n"),
        bomb("captured text, doubled, its length", doubled.clone() + "\na: ${{ t59 | length }}\n"),
        bomb("captured text, doubled, upper", doubled.clone() + "\na: ${{ t59 | upper }}\n"),
        bomb("captured text, doubled, compared", doubled + "\na: ${{ t59 == t58 }}\n"),
        bomb(
            "captured text in a loop",
            "{% set ns = namespace(x='') %}".to_owned()
                + &turns(1000, "{% set t %}${{ ns.x }}${{ ns.x }}y{% endset %}{% set ns.x = t %}")
                + "\na: \"${{ ns.x }}\"\n",
        ),
        bomb(
            "captured text inside itself",
            "{% set ns = namespace(x='y') %}".to_owned()
                + &turns(300_000, "{% set t %}${{ ns.x }}{% endset %}{% set ns.x = t %}")
                + "\na: \"${{ ns.x }}\"\n",
        ),
        bomb("macros that call ten others each", macros + "\na: \"${{ m19() }}\"\n"),
        bomb(
            "captured text that is printed often",
            "{% set t %}\n".to_owned()
                + &"  - a long line of text\n".repeat(1000)
                + "{% endset %}\na:\n  script: x\n"
                + &turns(10_000, "v${{ i }}_${{ j }}:\n${{ t }}\n"),
        ),
    ]
}

/// Recursion.
fn recursion() -> Vec<Bomb> {
    vec![
        bomb("a macro that calls itself", "{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}"),
        bomb(
            "macros that call each other",
            "{% macro m() %}${{ n() }}{% endmacro %}{% macro n() %}${{ m() }}${{ m() }}{% endmacro %}${{ m() }}",
        ),
        bomb(
            "a macro that calls its caller",
            "{% macro m() %}${{ caller() }}${{ caller() }}{% endmacro %}".to_owned()
                + &"{% call m() %}".repeat(140)
                + "x"
                + &"{% endcall %}".repeat(140),
        ),
        bomb("a template that includes itself", "{% include 't.yml' %}{% include 't.yml' %}"),
        bomb("a template that imports itself", "{% import 't.yml' as t %}a: { script: x }\n"),
        bomb("a template that extends itself", "{% extends 't.yml' %}"),
        bomb("a block that calls itself", "{% block b %}${{ self.b() }}{% endblock %}"),
    ]
}

/// Long and deep expressions.
fn chains() -> Vec<Bomb> {
    let chain = |part: &str, count: usize| printed(&format!("1{}", part.repeat(count)));
    let mut elifs = "{% if false %}".to_owned();
    elifs += &"{% elif false %}".repeat(100_000);
    vec![
        bomb("a chain of +", chain(" + 1", 200_000)),
        bomb("a chain of -", chain(" - 1", 200_000)),
        bomb("a chain of ~", chain(" ~ 1", 200_000)),
        bomb("a chain of *", chain(" * 1", 200_000)),
        bomb("a chain of and", chain(" and 1", 200_000)),
        bomb(
            "a long name of an include",
            "#% set l = 'a' * 1000000\n#% for i in range(40000)\n#% include l ignore missing\n#% endfor\n",
        ),
        bomb(
            "many names of an include",
            "#% set l = ['a'] * 50000\n#% for i in range(4000)\n#% include l ignore missing\n#% endfor\n",
        ),
        bomb(
            "a long path of an include",
            "#% set l = 'a/' * 2000000\n#% for i in range(4000)\n#% include l ignore missing\n#% endfor\n",
        ),
        bomb("a chain of or", chain(" or 1", 200_000)),
        bomb("a chain of **", chain(" ** 1", 200_000)),
        bomb("a chain of filters", chain(" | abs", 200_000)),
        bomb("a chain of tests", chain(" is number", 200_000)),
        bomb("a chain of attributes", chain(".a", 200_000)),
        bomb("a chain of subscripts", printed(&format!("x{}", "[0]".repeat(200_000)))),
        bomb("a chain of calls", printed(&format!("x{}", "()".repeat(200_000)))),
        bomb("a chain of if", chain(" if 1", 200_000)),
        bomb("a chain of if and else", chain(" if 1 else 1", 200_000)),
        bomb("a chain of <", chain(" < 2", 200_000)),
        bomb("a chain of not", printed(&format!("{}1", "not ".repeat(200_000)))),
        bomb("a chain of minus", printed(&format!("{}1", "-".repeat(200_000)))),
        bomb("parentheses", printed(&format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)))),
        bomb("brackets", printed(&format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)))),
        bomb("braces", printed(&format!("{}1{}", "{1:".repeat(100_000), "}".repeat(100_000)))),
        bomb(
            "blocks in blocks",
            format!("{}x{}", "{% if true %}".repeat(100_000), "{% endif %}".repeat(100_000)),
        ),
        bomb("a chain of elif", elifs + "{% endif %}a: { script: x }\n"),
        bomb(
            "a chain of + in a statement",
            format!("{{% set x = 1{} %}}a: {{ script: x }}\n", " + 1".repeat(200_000)),
        ),
        bomb(
            "a chain of filters in a control line",
            format!("#% set x = 1{}\na: {{ script: x }}\n", " | abs".repeat(200_000)),
        ),
    ]
}
