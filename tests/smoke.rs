//! Some seconds of what `fuzz/` does for minutes: texts that look a little like templates and like YAML, and damage to the
//! files of a repository.

mod document;
mod objects;
mod template;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Pieces that templates and YAML are made of, so that random texts get somewhere.
const PIECES: &[&str] = &[
    "a:",
    " b",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    ": ",
    "${{",
    "}}",
    " unit.name ",
    " vars.list ",
    " vars.map ",
    "\n#% if true\n",
    "\n#% for x in vars.list\n",
    "\n#% endfor\n",
    "\n#% endif\n",
    "\n#% macro m(x)\n",
    "\n#% endmacro\n",
    " m(1) ",
    "\n#% include \"a.yml\"\n",
    "\n#% set x = 1\n",
    "\n#% set x\n",
    "\n#% endset\n",
    "{%- set y = 2 -%}",
    "{#* c *#}",
    "| sh ",
    "| yaml ",
    "| upper ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    "\"",
    "|",
    ">",
    "&a ",
    "*a",
    "<<: ",
    "!reference ",
    "#",
    "---\n",
    "\t",
    "\u{feff}",
    "\u{F0000}",
    "\u{85}",
    "\u{2028}",
    "null",
    "~",
    "0x1F",
    "1_000",
    "yes",
    "2026-01-01",
    "é",
    "\r\n",
    "%",
    "$[[ inputs.a ]]",
    "spec:\n  inputs:\n    a: { default: x }\n---\n",
    " ~ ",
    " x ",
    "| length ",
    "| indent(3) ",
    "{% filter upper %}",
    "{% endfilter %}",
];

/// Random texts made of them.
fn soup() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![9 => proptest::sample::select(PIECES).prop_map(str::to_owned), 1 => ".{0,3}"],
        0..40,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_as_a_template_is_rendered_or_refused(text in soup()) {
        template::render(&text);
    }

    #[test]
    fn any_text_as_yaml_is_refused_or_says_the_same_when_it_is_written_and_read_again(text in soup()) {
        document::yaml(&text);
    }

    #[test]
    fn any_bytes_are_taken_by_both(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        template::render(&text);
        document::yaml(&text);
    }
}

#[test]
fn any_damage_to_a_repository_is_an_error_or_nothing_at_all() {
    let (send, receive) = std::sync::mpsc::channel();
    // A thread of its own: what never ends is a failure too.
    std::thread::spawn(move || {
        let mut runner = TestRunner::new(ProptestConfig { cases: 150, ..ProptestConfig::default() });
        let damage = proptest::collection::vec(any::<u8>(), 1..30);
        let ran = runner.run(&damage, |damage| {
            objects::damaged(&damage);
            Ok(())
        });
        let _ = send.send(ran.map_err(|error| error.to_string()));
    });
    receive.recv_timeout(std::time::Duration::from_secs(180)).expect("it did not end").unwrap();
}

/// Expressions in which a number decides what the engine computes; `N` is the number.
const NUMBERED: &[&str] = &[
    "'abc'[::N]",
    "'abc'[N:]",
    "'abc'[:N]",
    "'abc'[N]",
    "[1, 2][::N]",
    "[1, 2][N:N:N]",
    "(1, 2)[::N]",
    "range(3)[::N] | list",
    "[1, 2][N]",
    "range(N)",
    "range(N, N)",
    "range(0, 3, N) | list",
    "range(N, N, N)",
    "-(N)",
    "N + N",
    "N - N",
    "N * N",
    "N ** N",
    "2 ** N",
    "1 / N",
    "N // -1",
    "N % -1",
    "N | abs",
    "N | round(N)",
    "1.5 | round(N)",
    "1e308 | round(N)",
    "N | int",
    "N | float",
    "[N, N] | sum",
    "'a b' | truncate(N)",
    "'abc' | center(N)",
    "'a b' | wordwrap(N)",
    "'a' | indent(N)",
    "{'a': 1} | tojson(indent=N)",
    "[1, 2] | batch(N) | list",
    "[1, 2] | slice(N) | list",
    "'a' * N",
    "[1] * N",
    "'%d' | format(N)",
    "'%5d' | format(N)",
    "'aaa' | replace('a', 'b', N)",
    "'a,b' | split(',', N)",
    "'a,b'.split(',', N)",
    "N | filesizeformat",
    "N is divisibleby(N)",
    "N is odd",
    "cycler(N)",
];

/// Numbers at the edges of what computers count with.
const EDGES: &[&str] = &[
    "-9223372036854775808",
    "9223372036854775807",
    "-9223372036854775807",
    "18446744073709551615",
    "-170141183460469231731687303715884105728",
    "170141183460469231731687303715884105727",
    "0",
    "-1",
    "2147483648",
    "-2147483649",
    "1.7e308",
    "-1.5",
];

#[test]
fn numbers_at_the_edges_are_counted_with_or_refused() {
    for expression in NUMBERED {
        for number in EDGES {
            template::render(&format!("a: ${{{{ {} }}}}\n", expression.replace('N', number)));
            let computed = expression.replace('N', "n");
            template::render(&format!("#% set n = {number}\na: ${{{{ {computed} }}}}\n"));
        }
    }
}
