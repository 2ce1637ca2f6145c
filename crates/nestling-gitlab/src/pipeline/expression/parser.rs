//! Parses tokens into a term. `!` binds tightest, to the value after it and not to a comparison; then come comparisons,
//! `&&`, and `||`. All operators are left-associative.

use super::lexer::{Token, tokens};
use super::{ExpressionError, Term};

/// Levels of nesting. A condition has fewer tokens than this, so it only keeps the stack from overflowing.
const DEPTH_LIMIT: usize = 100;

pub(super) fn parse(text: &str) -> Result<Term, ExpressionError> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.chars().count(), depth: 0 };
    let term = parser.or()?;
    match parser.tokens.get(parser.next) {
        None => Ok(term),
        Some((offset, Token::Close)) => Err(error(*offset, "unmatched closing parenthesis")),
        Some((offset, _)) => Err(error(*offset, "missing operator, such as `==` or `&&`")),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn or(&mut self) -> Result<Term, ExpressionError> {
        let mut left = self.and()?;
        while matches!(self.peek(), Some(Token::Or)) {
            self.next += 1;
            left = Term::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Term, ExpressionError> {
        let mut left = self.comparison()?;
        while matches!(self.peek(), Some(Token::And)) {
            self.next += 1;
            left = Term::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Term, ExpressionError> {
        let mut left = self.value()?;
        while let Some(Token::Compare(comparison)) = self.peek() {
            let comparison = *comparison;
            self.next += 1;
            left = Term::Compare(comparison, Box::new(left), Box::new(self.value()?));
        }
        Ok(left)
    }

    fn value(&mut self) -> Result<Term, ExpressionError> {
        let Some((offset, token)) = self.tokens.get(self.next).cloned() else {
            return Err(error(self.end, "missing value at the end"));
        };
        self.next += 1;
        match token {
            Token::Variable(name) => Ok(Term::Variable(name)),
            Token::Text(text) => Ok(Term::Text(text)),
            Token::Pattern(pattern) => Ok(Term::Pattern(pattern)),
            Token::Null => Ok(Term::Null),
            Token::Bool(bool) => Ok(Term::Bool(bool)),
            Token::Open => self.parenthesis(offset),
            Token::Not => Ok(Term::Not(Box::new(self.nested(offset, Self::value)?))),
            Token::Close | Token::Compare(_) | Token::And | Token::Or => {
                Err(error(offset, "missing value before an operator or parenthesis"))
            }
        }
    }

    fn parenthesis(&mut self, offset: usize) -> Result<Term, ExpressionError> {
        let term = self.nested(offset, Self::or)?;
        if !matches!(self.peek(), Some(Token::Close)) {
            return Err(error(offset, "unclosed parenthesis"));
        }
        self.next += 1;
        Ok(term)
    }

    fn nested(
        &mut self,
        offset: usize,
        inner: impl FnOnce(&mut Self) -> Result<Term, ExpressionError>,
    ) -> Result<Term, ExpressionError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(error(offset, "too many nested parentheses"));
        }
        let term = inner(self)?;
        self.depth -= 1;
        Ok(term)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }
}

fn error(offset: usize, message: &str) -> ExpressionError {
    ExpressionError { message: message.to_owned(), offset }
}
