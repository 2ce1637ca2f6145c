//! Parses tokens into a term as GitLab does, by the shunting-yard algorithm (lib/gitlab/ci/pipeline/expression/parser.rb): `!`
//! binds tightest, to the value after it and not to a comparison; then come comparisons, `&&`, and `||`. All operators are
//! left-associative.
//!
//! GitLab puts the operators behind their operands and then looks for the operands, wherever they were written: it reads
//! `$A !` as `!$A` and `$A $B &&` as `$A && $B`, and so does this.

use super::lexer::{Comparison, Token, tokens};
use super::mistake::first_mistake;
use super::{ExpressionError, Term};

pub(super) fn parse(text: &str) -> Result<Term, ExpressionError> {
    let tokens = tokens(text)?;
    let mistake = first_mistake(&tokens, text.chars().count());
    let offset = tokens.first().map_or(0, |(offset, _)| *offset);
    let refused = || ExpressionError { message: "invalid expression".to_owned(), offset };
    let tokens = tokens.into_iter().map(|(_, token)| token).collect();
    read(tokens).ok_or_else(|| mistake.unwrap_or_else(refused))
}

/// Returns the term of a condition; `None` where GitLab refuses it.
fn read(tokens: Vec<Token>) -> Option<Term> {
    let mut operands: Vec<Term> = Vec::new();
    for token in operators_last(tokens)? {
        let term = match operator(&token) {
            None => value(token)?,
            Some(Operator::Not) => Term::Not(Box::new(operands.pop()?)),
            Some(operator) => {
                let right = Box::new(operands.pop()?);
                let left = Box::new(operands.pop()?);
                match operator {
                    Operator::And => Term::And(left, right),
                    Operator::Or => Term::Or(left, right),
                    Operator::Compare(comparison) => Term::Compare(comparison, left, right),
                    Operator::Not => return None,
                }
            }
        };
        operands.push(term);
    }
    operands.pop().filter(|_| operands.is_empty())
}

/// A token that takes operands.
#[derive(Clone, Copy)]
enum Operator {
    Not,
    Compare(Comparison),
    And,
    Or,
}

fn operator(token: &Token) -> Option<Operator> {
    match token {
        Token::Not => Some(Operator::Not),
        Token::Compare(comparison) => Some(Operator::Compare(*comparison)),
        Token::And => Some(Operator::And),
        Token::Or => Some(Operator::Or),
        _ => None,
    }
}

fn value(token: Token) -> Option<Term> {
    match token {
        Token::Variable(name) => Some(Term::Variable(name)),
        Token::Text(text) => Some(Term::Text(text)),
        Token::Pattern(pattern) => Some(Term::Pattern(pattern)),
        Token::Null => Some(Term::Null),
        Token::Bool(bool) => Some(Term::Bool(bool)),
        _ => None,
    }
}

/// Puts each operator after its operands; `None` where a parenthesis closes that none opened.
fn operators_last(tokens: Vec<Token>) -> Option<Vec<Token>> {
    let mut output = Vec::with_capacity(tokens.len());
    let mut operators = Vec::new();
    for token in tokens {
        match token {
            Token::Open | Token::Not => operators.push(token),
            Token::Close => {
                move_tighter(&token, &mut operators, &mut output);
                // What is left here is a parenthesis.
                operators.pop()?;
            }
            token if operator(&token).is_some() => {
                move_tighter(&token, &mut operators, &mut output);
                operators.push(token);
            }
            token => output.push(token),
        }
    }
    output.extend(operators.into_iter().rev());
    Some(output)
}

/// Moves the operators that bind at least as tightly to the output.
fn move_tighter(token: &Token, operators: &mut Vec<Token>, output: &mut Vec<Token>) {
    while operators.last().is_some_and(|last| precedence(token) >= precedence(last)) {
        output.extend(operators.pop());
    }
}

/// Returns how loosely a token binds: the numbers are GitLab's.
fn precedence(token: &Token) -> u32 {
    match token {
        Token::Not => 1,
        Token::Compare(_) => 10,
        Token::And => 11,
        Token::Or => 12,
        Token::Close => 900,
        _ => 901,
    }
}
