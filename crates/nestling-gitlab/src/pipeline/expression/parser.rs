//! Signs to terms: `!` binds tightest, to the value behind it and not to a comparison, then come comparisons, then `&&`,
//! then `||`; equals bind from the left.

use super::lexer::{Token, tokens};
use super::{ExpressionError, Term};

/// More than the most signs that a condition can have, so that nesting cannot overflow the stack.
const DEEPEST: usize = 100;

pub(super) fn parse(text: &str) -> Result<Term, ExpressionError> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.chars().count(), depth: 0 };
    let term = parser.or()?;
    match parser.tokens.get(parser.next) {
        None => Ok(term),
        Some((at, Token::Close)) => Err(error(*at, "this parenthesis closes nothing")),
        Some((at, _)) => Err(error(*at, "an operator such as `==` or `&&` is missing before this")),
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
        let Some((at, token)) = self.tokens.get(self.next).cloned() else {
            return Err(error(self.end, "the condition ends where a value is missing"));
        };
        self.next += 1;
        match token {
            Token::Variable(name) => Ok(Term::Variable(name)),
            Token::Text(text) => Ok(Term::Text(text)),
            Token::Pattern(pattern) => Ok(Term::Pattern(pattern)),
            Token::Null => Ok(Term::Null),
            Token::Bool(bool) => Ok(Term::Bool(bool)),
            Token::Open => self.parenthesis(at),
            Token::Not => Ok(Term::Not(Box::new(self.nested(at, Self::value)?))),
            Token::Close | Token::Compare(_) | Token::And | Token::Or => {
                Err(error(at, "a value is missing before this"))
            }
        }
    }

    fn parenthesis(&mut self, at: usize) -> Result<Term, ExpressionError> {
        let term = self.nested(at, Self::or)?;
        if !matches!(self.peek(), Some(Token::Close)) {
            return Err(error(at, "this parenthesis is not closed"));
        }
        self.next += 1;
        Ok(term)
    }

    fn nested(
        &mut self,
        at: usize,
        inner: impl FnOnce(&mut Self) -> Result<Term, ExpressionError>,
    ) -> Result<Term, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(at, "too many parentheses"));
        }
        let term = inner(self)?;
        self.depth -= 1;
        Ok(term)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }
}

fn error(at: usize, message: &str) -> ExpressionError {
    ExpressionError { message: message.to_owned(), at }
}
