use super::{Access, AccessStep, Block, Function, Root, blocks, parse};

#[test]
fn blocks_are_read_as_gitlab_reads_them() {
    let value =
        |written: &'static str, name: &'static str, steps: &[AccessStep<'static>], functions: &[Function]| {
            let access = Access { written, root: Root::Inputs, name, steps: steps.to_vec() };
            Some(Block::Value(access, functions.to_vec()))
        };
    for (block, wanted) in [
        (" inputs.a ", value("inputs.a", "a", &[], &[])),
        ("inputs.a-b", value("inputs.a-b", "a-b", &[], &[])),
        (
            "inputs.a_b[1][0]",
            value("inputs.a_b[1][0]", "a_b", &[AccessStep::Index(1), AccessStep::Index(0)], &[]),
        ),
        ("inputs.a[1].b", value("inputs.a[1].b", "a", &[AccessStep::Index(1), AccessStep::Key("b")], &[])),
        ("inputs.a |", value("inputs.a", "a", &[], &[])),
        ("inputs.a-b[1]", None),
        ("inputs.a || posix_escape", None),
        ("inputs.a|posix_escape", value("inputs.a", "a", &[], &[Function::PosixEscape])),
        ("inputs.a | truncate( 1 ,2)", value("inputs.a", "a", &[], &[Function::Truncate(1, 2)])),
        ("inputs.a | truncate(1,2", value("inputs.a", "a", &[], &[Function::Truncate(1, 2)])),
        ("matrix.OS", Some(Block::Later)),
        ("inputs", None),
        ("inputs.", None),
        ("foo.a", None),
        ("inputs.a | nope", None),
        ("inputs.a | truncate(0)", None),
        ("inputs.a | truncate(-1,2)", None),
        ("inputs.a | expand_vars()", None),
        ("inputs.a | posix_escape | posix_escape | posix_escape | posix_escape", None),
        ("inputs.a[x]", None),
        ("inputs.a[0", None),
        ("inputs.a[0]x", None),
        ("inputs.[0]", None),
        ("inputs.a[0][0][0][0][0][0]", None),
    ] {
        assert_eq!(parse(block).ok(), wanted, "{block}");
    }
}

#[test]
fn a_block_is_closed_on_its_line_and_holds_two_characters() {
    for (text, count) in [
        ("$[[ inputs.a ]] $[[inputs.b]]", 2),
        ("$[[ x ]]", 0),
        ("$[[\n inputs.a\n]]", 1),
        ("$[[ a\nb ]]", 0),
        ("$[[ a", 0),
    ] {
        assert_eq!(blocks(text).len(), count, "{text}");
    }
}
