//! The name behind `import … as`: the engine parses any expression there, and panics when it compiles one.

use crate::template::rules::TEMPLATE_SYNTAX;
use crate::template::source_position::span;
use crate::template_syntax::syntax;
use minijinja::machinery::{Token, tokenize};
use nestling_gitlab::diagnostic::{Diagnostic, FileId};

/// Reports the first `import … as` that is followed by anything but a name.
pub(crate) fn wrong_import_alias(source: &str, file: FileId) -> Option<Diagnostic> {
    if !source.contains("import") {
        return None;
    }
    let tokens: Vec<_> = tokenize(source, false, syntax()).map_while(Result::ok).collect();
    for statement in tokens.split(|(token, _)| matches!(token, Token::BlockEnd)) {
        let import = statement
            .windows(2)
            .position(|pair| matches!(pair, [(Token::BlockStart, _), (Token::Ident("import"), _)]));
        let Some(import) = import else { continue };
        let statement = &statement[import..];
        let Some(alias) = statement.iter().position(|(token, _)| matches!(token, Token::Ident("as"))) else {
            continue;
        };
        let is_name = matches!(statement.get(alias + 1), Some((Token::Ident(_), _)));
        let is_end = matches!(statement.get(alias + 2), None | Some((Token::Ident("with" | "without"), _)));
        if !(is_name && is_end) {
            let offset = statement[alias].1.start_offset as usize;
            let origin = span(file, source, offset, 2);
            let problem = Diagnostic::error(&TEMPLATE_SYNTAX, origin, "`as` requires a single name");
            return Some(problem.with_help("write `#% import \"…\" as NAME`"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_is_taken() {
        for (source, is_wrong) in [
            ("#% import \"a\" as m\n", false),
            ("{% import x ~ \"a\" as m with context %}", false),
            ("#% from \"a\" import b as c\n", false),
            ("#% import \"a\" as m~x\n", true),
            ("{% import \"a\" as 1 %}", true),
            ("#% import \"a\" as m.x\n", true),
            ("#% import \"a\" as m()\n", true),
            ("#% import \"a\" as m\n#% import \"b\" as n.x\n", true),
        ] {
            assert_eq!(wrong_import_alias(source, FileId::from_index(0)).is_some(), is_wrong, "{source}");
        }
    }
}
