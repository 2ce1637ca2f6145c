//! Expressions that are too deep to be parsed: the engine's parser, its compiler and whatever visits a syntax tree call
//! themselves for each level, and a long chain of operators is as deep as it is long.

use super::syntax;
use minijinja::machinery::{Token, tokenize};

/// Maximum number of operators in an expression, outside of each other's commas, and of `elif` in an `if`.
pub(crate) const MAX_OPERATORS: usize = 150;

/// Words that are operators.
const OPERATORS: [&str; 7] = ["and", "or", "not", "is", "in", "if", "else"];

/// Counts the operators of one expression.
#[derive(Debug, Default)]
struct Depth {
    /// The operators since the last comma, of each open bracket and of what is outside.
    levels: Vec<usize>,
    total: usize,
}

impl Depth {
    fn count(&mut self, token: &Token<'_>) -> usize {
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => {
                self.add();
                self.levels.push(0);
            }
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                self.total -= self.levels.pop().unwrap_or_default();
            }
            Token::Comma => self.total -= self.levels.last_mut().map(std::mem::take).unwrap_or_default(),
            Token::Ident(word) if OPERATORS.contains(word) => self.add(),
            Token::Ident(_) | Token::Str(_) | Token::String(_) => {}
            Token::Int(_) | Token::Int128(_) | Token::Float(_) | Token::Colon | Token::Assign => {}
            _ => self.add(),
        }
        self.total
    }

    fn add(&mut self) {
        self.total += 1;
        match self.levels.last_mut() {
            Some(level) => *level += 1,
            None => self.levels.push(1),
        }
    }
}

/// Returns the first byte of a template's first expression that is too deep.
pub(crate) fn too_deep(template: &str) -> Option<usize> {
    let mut start = None;
    let mut depth = Depth::default();
    let mut elifs: Vec<usize> = Vec::new();
    let mut is_first = false;
    for (token, span) in tokenize(template, false, syntax()).map_while(Result::ok) {
        match token {
            Token::TemplateData(_) => continue,
            Token::VariableStart | Token::BlockStart => {
                start = Some(span.start_offset as usize);
                depth = Depth::default();
                is_first = matches!(token, Token::BlockStart);
                continue;
            }
            Token::VariableEnd | Token::BlockEnd => {
                start = None;
                continue;
            }
            _ => {}
        }
        if std::mem::take(&mut is_first) && count_elifs(&token, &mut elifs) > MAX_OPERATORS {
            return start;
        }
        if depth.count(&token) > MAX_OPERATORS {
            return start;
        }
    }
    None
}

/// Counts the `elif` of the `if` that a statement belongs to.
fn count_elifs(word: &Token<'_>, elifs: &mut Vec<usize>) -> usize {
    match word {
        Token::Ident("if") => elifs.push(0),
        Token::Ident("endif") => drop(elifs.pop()),
        Token::Ident("elif") => {
            if let Some(count) = elifs.last_mut() {
                *count += 1;
                return *count;
            }
        }
        _ => {}
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_as_deep_as_it_is_long_and_a_list_is_not() {
        for part in [" + 1", " ~ a", " | f", ".a", "[0]", "()", " if 1 else 1", " is x", " and not 1", "(1"] {
            let long = format!("a\n${{{{ 1{} }}}}", part.repeat(200));
            assert_eq!(too_deep(&long), Some(2), "{part}");
        }
        let elifs = format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(200));
        assert_eq!(too_deep(&elifs), Some(10 + 150 * 12));
        let list = "a.b | f, [a + 1, 2], ".repeat(1000);
        assert_eq!(too_deep(&format!("${{{{ [{list}] }}}}")), None);
        assert_eq!(too_deep(&format!("${{{{ f({{'k': [{list}]}}) }}}}")), None);
    }
}
