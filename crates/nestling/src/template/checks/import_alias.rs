//! The name behind `import … as`: the engine takes any expression there and then panics.

use crate::template::messages::unclosed::span;
use crate::template::rules::TEMPLATE_SYNTAX;
use crate::template::syntax::syntax;
use minijinja::machinery::{Token, tokenize};
use nestling_gitlab::diagnostic::{Diagnostic, FileId};

/// The first `import … as` that is followed by anything but a name.
pub(crate) fn refuse(source: &str, file: FileId) -> Option<Diagnostic> {
    if !source.contains("import") {
        return None;
    }
    let tokens: Vec<_> = tokenize(source, false, syntax()).map_while(Result::ok).collect();
    for (at, window) in tokens.windows(2).enumerate() {
        if !matches!(window, [(Token::BlockStart, _), (Token::Ident("import"), _)]) {
            continue;
        }
        let statement = tokens[at..].split(|(token, _)| matches!(token, Token::BlockEnd)).next()?;
        let Some(alias) = statement.iter().position(|(token, _)| matches!(token, Token::Ident("as"))) else {
            continue;
        };
        let named = matches!(statement.get(alias + 1), Some((Token::Ident(_), _)));
        let ends = matches!(statement.get(alias + 2), None | Some((Token::Ident("with" | "without"), _)));
        if !(named && ends) {
            let (_, place) = statement[alias];
            let origin = span(file, source, place.start_offset as usize, 2);
            let problem = Diagnostic::error(&TEMPLATE_SYNTAX, origin, "`as` takes one name");
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
        let refused = |source| refuse(source, FileId::from_index(0)).is_some();
        for good in [
            "#% import \"a\" as m\n",
            "{% import x ~ \"a\" as m with context %}",
            "#% from \"a\" import b as c\n",
        ] {
            assert!(!refused(good), "{good}");
        }
        for bad in [
            "#% import \"a\" as m~x\n",
            "{% import \"a\" as 1 %}",
            "#% import \"a\" as m.x\n",
            "#% import \"a\" as m()\n",
        ] {
            assert!(refused(bad), "{bad}");
        }
    }
}
