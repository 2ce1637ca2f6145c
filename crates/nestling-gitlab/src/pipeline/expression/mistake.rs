//! Finds the mistake in a condition. GitLab reports only that there is one.

use super::ExpressionError;
use super::lexer::Token;

/// Returns the first mistake of a condition as a person reads it, from left to right; `None` where it has none in this order.
pub(super) fn first_mistake(tokens: &[(usize, Token)], end: usize) -> Option<ExpressionError> {
    // The parentheses that are open.
    let mut open: Vec<usize> = Vec::new();
    let mut wants_value = true;
    for (offset, token) in tokens {
        let message = match (wants_value, token) {
            (true, Token::Open) => {
                open.push(*offset);
                continue;
            }
            (true, Token::Not) => continue,
            (true, Token::Close | Token::Compare(_) | Token::And | Token::Or) => {
                "missing value before an operator or parenthesis"
            }
            (true, _) => {
                wants_value = false;
                continue;
            }
            (false, Token::Compare(_) | Token::And | Token::Or) => {
                wants_value = true;
                continue;
            }
            (false, Token::Close) => match open.pop() {
                Some(_) => continue,
                None => "unmatched closing parenthesis",
            },
            (false, _) => "missing operator, such as `==` or `&&`",
        };
        return Some(error(*offset, message));
    }
    if wants_value {
        return Some(error(end, "missing value at the end"));
    }
    open.first().map(|offset| error(*offset, "unclosed parenthesis"))
}

fn error(offset: usize, message: &str) -> ExpressionError {
    ExpressionError { message: message.to_owned(), offset }
}
